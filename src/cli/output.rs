//! Standard output and files: printed whole, written whole or not at all.

use super::failure::{Failure, printing};
use comfy_table::{ContentArrangement, Table, presets};
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
    let _ = writeln!(anstream::stderr().lock(), "note: {}", text.as_ref());
}

/// A table with these headings, without frames, as wide as the terminal allows.
pub fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(headings.to_vec());
    table
}

/// A file beside the one that will be written, or why there can be none.
fn temporary(path: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let fail = |what: &dyn std::fmt::Display| Failure::new(format!("cannot write {}: {what}", path.display()));
    if !folder.is_dir() {
        return Err(fail(&format!("the folder {} does not exist; create it first", folder.display())));
    }
    if path.is_dir() {
        return Err(fail(&"it is a folder; name a file"));
    }
    // The error would name the temporary file, of which nobody has heard.
    tempfile::NamedTempFile::new_in(folder).map_err(|e| fail(&format!("no file can be made in {} ({})", folder.display(), e.kind())))
}

/// Errors where [`file`] could not write this path: asked before long work whose result goes there.
pub fn writable(path: &Path) -> Result<(), Failure> {
    temporary(path).map(drop)
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

/// Writes a file whole: first beside its place, then moved there. Errors leave nothing behind.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |what: &dyn std::fmt::Display| Failure::new(format!("cannot write {}: {what}", path.display()));
    let mut temporary = temporary(path)?;
    temporary.write_all(bytes).map_err(|e| fail(&e))?;
    // The temporary file is private; the finished one has the permissions that a new file would have.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().map_or(0o644, |m| m.permissions().mode());
        temporary.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).map_err(|e| fail(&e))?;
    }
    temporary.persist(path).map_err(|e| fail(&e.error))?;
    Ok(())
}
