//! `figures`: every figure of the README, computed anew.

use super::failure::Failure;
use super::{Answer, output};
use lambdahat::figure::gallery::{GALLERY, GalleryEntry, train};
use std::path::PathBuf;

/// Options of `figures`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  lambdahat figures\n  lambdahat figures hero map -o /tmp/pictures --data")]
pub struct Args {
    /// The figures to write [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The folder to write to; it is made when only its last part is missing
    #[arg(short, long, value_name = "DIR", default_value = "figures")]
    output: PathBuf,
    /// Write the data of each figure as JSON too
    #[arg(long)]
    data: bool,
    /// Instead of figures, train anew the models that they keep, and write those to this folder (ten seconds)
    #[arg(long, value_name = "DIR", conflicts_with_all = ["names", "data"])]
    train: Option<PathBuf>,
}

/// Computes and writes, one figure after the other; each file is whole or absent if the run is cut short.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(folder) = args.train {
        let mut written = Vec::new();
        output::folder(&folder)?;
        for (name, text) in train()? {
            let path = folder.join(name);
            output::file(&path, text.as_bytes())?;
            eprintln!("written: {}", path.display());
            written.push(path);
        }
        if json {
            output::json(&serde_json::json!({ "written": written }))?;
        }
        return Ok(Answer::Done);
    }
    let known = || GALLERY.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    let chosen: Vec<&GalleryEntry> = if args.names.is_empty() {
        GALLERY.iter().collect()
    } else {
        let find = |name: &String| {
            let entry = GALLERY.iter().find(|entry| entry.name == name);
            entry.ok_or_else(|| Failure::new(format!("there is no figure {name:?}; there are {}", known())))
        };
        args.names.iter().map(find).collect::<Result<_, _>>()?
    };
    output::folder(&args.output)?;
    let mut written = Vec::new();
    for entry in chosen {
        let figure = entry.figure()?;
        for kind in ["svg", "png", "json"] {
            if kind != "json" || args.data {
                let path = args.output.join(format!("{}.{kind}", figure.name));
                figure.save(&path)?;
                eprintln!("written: {}", path.display());
                written.push(path);
            }
        }
    }
    if json {
        output::json(&serde_json::json!({ "written": written }))?;
    }
    Ok(Answer::Done)
}
