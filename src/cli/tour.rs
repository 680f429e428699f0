//! `tour`: the interactive page, as files that any browser opens from the folder.

use super::failure::Failure;
use super::{Answer, output};
use include_dir::{Dir, include_dir};
use std::path::PathBuf;

/// The page as it was built; `web/` says how.
static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/tour");

/// Options of `tour`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  lambdahat tour -o tour\n  lambdahat tour -o tour --open")]
pub struct Args {
    /// The folder to write to; it is made when only its last part is missing
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Open the page in the browser afterwards; nothing is served, it is files
    #[arg(long)]
    open: bool,
}

/// Writes the page.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    output::folder(&args.output)?;
    let mut written = Vec::new();
    for file in PAGE.files() {
        let path = args.output.join(file.path());
        output::file(&path, file.contents())?;
        written.push(path);
    }
    let index = args.output.join("index.html");
    if json {
        output::json(&serde_json::json!({ "written": written, "index": index }))?;
    } else {
        output::line(format!("open {} in a browser", index.display()))?;
    }
    if args.open {
        open(&index)?;
    }
    Ok(Answer::Done)
}

/// Asks the system to open a file with the program of its kind.
fn open(index: &std::path::Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "windows") {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = std::process::Command::new(opener).arg(index).spawn();
    started
        .map(drop)
        .map_err(|e| Failure::new(format!("the page is written, but {opener} did not start: {e}; open {} yourself", index.display())))
}
