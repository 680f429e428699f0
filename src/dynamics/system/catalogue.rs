//! The catalogue of systems: one file each, as they stand in the folder `systems/`.

use super::definition::{Definition, Origin};
use super::file_error::SystemFileError;
use super::system_file;
use include_dir::{Dir, include_dir};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/systems");

fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
}

/// Their names, in alphabetical order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    files().map(|(name, _)| name)
}

/// The definition of this name or alias; an error is a defect of this build, which a test would find.
pub(super) fn find(name: &str) -> Option<Result<Definition, SystemFileError>> {
    let read = |name: &str, text: &str| system_file::read(text, Origin::Catalogue, name);
    if let Some((name, text)) = files().find(|(known, _)| *known == name) {
        return Some(read(name, text));
    }
    let quoted = format!("\"{name}\"");
    files()
        .filter(|(_, text)| text.contains(&quoted))
        .map(|(known, text)| read(known, text))
        .find(|found| found.as_ref().is_ok_and(|definition| definition.aliases.iter().any(|alias| alias == name)))
}
