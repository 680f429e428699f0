//! Standard output and files: printed whole, written whole or not at all.

use super::failure::{Failure, printing};
use super::width::message;
use crate::files;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// Prints one JSON document.
pub fn json(document: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    io::stdout().lock().write_all(text.as_bytes()).map_err(printing)
}

/// Prints text as it is, colour codes only where standard output is a terminal that wants them.
pub fn text(text: &str) -> Result<(), Failure> {
    anstream::stdout().lock().write_all(text.as_bytes()).map_err(printing)
}

/// Prints a line.
pub fn line(text: impl AsRef<str>) -> Result<(), Failure> {
    self::text(&format!("{}\n", text.as_ref()))
}

/// Says something on standard error that is no failure.
pub fn note(text: impl AsRef<str>) {
    // Nothing is left to be done when even standard error is closed.
    let _ = writeln!(anstream::stderr().lock(), "{}", message(&format!("note: {}", text.as_ref())));
}

/// Errors where [`file`] could not write this path: asked before long work whose result goes there.
pub fn writable(path: &Path) -> Result<(), Failure> {
    Ok(files::writable(path)?)
}

/// Errors where the file to be written is one of those that are read: it would be lost.
pub fn no_input(option: &str, path: &Path, inputs: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let same = |other: &Path| path == other || path.canonicalize().is_ok_and(|a| other.canonicalize().is_ok_and(|b| a == b));
    match inputs.iter().find(|(_, input)| input.is_some_and(same)) {
        None => Ok(()),
        Some((what, _)) => {
            Err(Failure::new(format!("{option} {}: that is {what}, which would be lost; name another file", path.display())))
        }
    }
}

/// Makes a folder where only its last part is missing. Errors say what to do.
pub fn folder(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Ok(());
    }
    if path.exists() {
        return Err(Failure::new(format!("{} is a file: name a folder", path.display())));
    }
    std::fs::create_dir(path).map_err(|e| Failure::new(format!("cannot make the folder {}: {e}; create its parent first", path.display())))
}

/// What is being done, and for how long, on standard error; nothing where that is no terminal. Call `finish_and_clear` when it is done.
pub fn spinner(message: &'static str) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{spinner} {msg} [{elapsed}]")
        .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner());
    let spinner = indicatif::ProgressBar::new_spinner().with_style(style).with_message(message);
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    spinner
}

/// Writes a file whole or not at all. Errors leave nothing behind.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Ok(files::write_whole(path, bytes)?)
}

/// Writes the result of long work. Where that fails the result is kept: in a file among the temporary ones, else on standard
/// output where it is text and no document is printed there. The error says where. Print what else there is to be said before
/// the error is returned.
pub fn result(path: &Path, bytes: &[u8], json: bool) -> Result<(), Failure> {
    let Err(refused) = files::write_whole(path, bytes) else { return Ok(()) };
    let elsewhere = match files::keep_elsewhere(path, bytes) {
        Ok(kept) => format!("it is in {} instead", kept.display()),
        Err(_) => match std::str::from_utf8(bytes) {
            Ok(text) if !json && io::stdout().lock().write_all(text.as_bytes()).is_ok() => "it is on standard output instead".to_owned(),
            _ => "and it could not be kept elsewhere".to_owned(),
        },
    };
    Err(Failure::new(format!("{refused}; {elsewhere}")))
}
