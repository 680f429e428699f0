//! `tour`: the interactive page, as files that any browser opens from the folder.

use super::failure::Failure;
use super::loopback::Loopback;
use super::{Answer, output};
use include_dir::{Dir, include_dir};
use std::path::PathBuf;

/// The page as it was built; `web/` says how.
static PAGE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/tour");

/// Options of `tour`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  lambdahat tour -o tour\n  lambdahat tour -o tour --open\n  lambdahat tour --serve --open")]
pub struct Args {
    /// The folder to write to; it is made when only its last part is missing
    #[arg(short, long, value_name = "DIR", required_unless_present = "serve")]
    output: Option<PathBuf>,
    /// Serve the page on 127.0.0.1, to this machine only, until Ctrl-C: for browsers that run no script of a file
    #[arg(long)]
    serve: bool,
    /// The port to serve it on, 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8000, requires = "serve")]
    port: u16,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

/// Writes the page, serves it, or both.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    // Bound before anything is written: a port that is taken ends the work here.
    let server = args.serve.then(|| Loopback::bind(args.port)).transpose()?;
    let mut written = Vec::new();
    if let Some(folder) = &args.output {
        output::folder(folder)?;
        for file in PAGE.files() {
            let path = folder.join(file.path());
            output::file(&path, file.contents())?;
            written.push(path);
        }
    }
    let index = args.output.as_ref().map(|folder| folder.join("index.html"));
    let address = server.as_ref().map(|server| server.address.as_str());
    if json {
        output::json(&serde_json::json!({ "written": written, "index": index, "address": address }))?;
    } else if let Some(address) = address {
        output::line(format!("serving {address} to this machine until Ctrl-C"))?;
    } else if let Some(index) = &index {
        output::line(format!("open {} in a browser", index.display()))?;
    }
    if args.open {
        let target = address.map(std::ffi::OsStr::new).or(index.as_ref().map(|index| index.as_os_str()));
        target.map_or(Ok(()), open)?;
    }
    if let Some(server) = server {
        server.serve(&PAGE);
    }
    Ok(Answer::Done)
}

/// Asks the system to open a file with the program of its kind.
fn open(page: &std::ffi::OsStr) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "windows") {
        "explorer"
    } else {
        "xdg-open"
    };
    let started = std::process::Command::new(opener).arg(page).spawn();
    started.map(drop).map_err(|e| Failure::new(format!("{opener} did not start: {e}; open {} yourself", page.display())))
}
