//! Writing a file: a regular file whole or not at all, through symbolic links, into pipes and devices.
//!
//! A regular file is made beside its place under another name, and takes its name when it is complete. It has the
//! permissions of the file that it replaces, or those that a new file gets (`umask`). A pipe or a device is written into and
//! never replaced.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::NamedTempFile;

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder is missing.
    #[error("cannot write {path}: the folder {folder} does not exist; create it first")]
    NoFolder {
        /// The file that was asked for.
        path: PathBuf,
        /// The folder that is missing.
        folder: PathBuf,
    },
    /// The name is a folder's.
    #[error("cannot write {0}: it is a folder; name a file")]
    IsFolder(PathBuf),
    /// A socket, or another thing that bytes are not written into.
    #[error("cannot write {0}: it is neither a file nor a pipe nor a device; name a file")]
    Unwritable(PathBuf),
    /// No file can be made in the folder.
    #[error("cannot write {path}: no file can be made in {folder} ({source})")]
    FolderRefuses {
        /// The file that was asked for.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file system refused.
    #[error("cannot write {path}: {source}")]
    Io {
        /// The file that was asked for.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Bytes that are written and removed again to find out whether the disk is full.
static PROBE: [u8; 1 << 16] = [0; 1 << 16];

/// Symbolic links that are followed, one after the other.
const MOST_LINKS: usize = 40;

/// Where the bytes of a file go.
enum Target {
    /// A regular file at the place that all links lead to; the one that is there now.
    Regular { place: PathBuf, present: Option<Metadata> },
    /// A pipe or a device.
    Stream,
}

/// Whether [`write_with`] can write there, asked before long work whose result goes there. Nothing is left behind.
///
/// # Errors
/// A missing folder, a folder's name, a name that the file system does not take, a lack of permission, a full disk. A pipe
/// is not opened: that would end its reader.
pub fn writable(path: &Path) -> Result<(), WriteError> {
    let Target::Regular { place, present } = target(path)? else { return Ok(()) };
    let file = Unfinished::beside(path, &place, present.is_none())?;
    file.as_file().write_all(&PROBE).map_err(|source| WriteError::Io { path: path.to_owned(), source })
}

/// Writes these bytes; see [`write_with`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes what `write` writes: a regular file whole or not at all, into a pipe or a device as far as it takes it.
///
/// # Errors
/// As [`writable`], and whatever `write` or the file system says. A regular file is then as it was.
pub fn write_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let io = |source| WriteError::Io { path: path.to_owned(), source };
    match target(path)? {
        Target::Stream => {
            let mut stream = BufWriter::new(OpenOptions::new().write(true).open(path).map_err(io)?);
            write(&mut stream).and_then(|()| stream.flush()).map_err(io)
        }
        Target::Regular { place, present } => {
            let file = Unfinished::beside(path, &place, present.is_none())?;
            let mut buffered = BufWriter::new(file.as_file());
            write(&mut buffered).and_then(|()| buffered.flush()).map_err(io)?;
            drop(buffered);
            if let Some(present) = present {
                inherit(file.as_file(), &present).map_err(io)?;
            }
            // Disks that are far away may only now say that they are full.
            file.as_file().sync_all().map_err(io)?;
            file.finish(&place).map_err(io)
        }
    }
}

/// Writes bytes that could not be written to `path` to a new file in the folder for temporary files, and names it.
///
/// # Errors
/// Where no file can be written there either.
pub fn keep_elsewhere(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = path.file_name().map(|name| name.to_string_lossy().chars().rev().take(40).collect::<String>());
    let end: String = name.unwrap_or_default().chars().rev().collect();
    let mut file = tempfile::Builder::new().prefix("lambdahat-").suffix(&format!("-{end}")).tempfile()?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file.keep()?.1)
}

/// What stands at the end of all links.
fn target(path: &Path) -> Result<Target, WriteError> {
    let io = |source| WriteError::Io { path: path.to_owned(), source };
    if path.as_os_str().as_encoded_bytes().last().is_some_and(|&end| end == b'/' || end == MAIN_SEPARATOR as u8) {
        return Err(WriteError::IsFolder(path.to_owned()));
    }
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(WriteError::IsFolder(path.to_owned())),
        Ok(found) if found.is_file() => {
            // A file that is written through its name in /proc may have none elsewhere.
            let Ok(place) = path.canonicalize() else { return Ok(Target::Stream) };
            // One that may not be written is not replaced either.
            OpenOptions::new().write(true).open(&place).map_err(io)?;
            Ok(Target::Regular { place, present: Some(found) })
        }
        Ok(found) if is_stream(&found) => Ok(Target::Stream),
        Ok(_) => Err(WriteError::Unwritable(path.to_owned())),
        Err(error) => {
            let place = end_of_links(path);
            let folder = folder_of(&place);
            if !folder.is_dir() {
                return Err(WriteError::NoFolder { path: path.to_owned(), folder: folder.to_owned() });
            }
            // A name may be too long, a link may lead back to itself.
            if error.kind() == io::ErrorKind::NotFound { Ok(Target::Regular { place, present: None }) } else { Err(io(error)) }
        }
    }
}

/// Where links lead that end at no file.
fn end_of_links(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = place.read_link() else { break };
        place = folder_of(&place).join(next);
    }
    place
}

/// The folder that a file lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn is_stream(found: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_stream(_: &Metadata) -> bool {
    false
}

/// Gives a file the owner and the permissions of the one that it replaces.
fn inherit(file: &File, present: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (present.uid(), present.gid()) {
            // Only root may give a file away; the others keep what they wrote.
            let _ = fchown(file, Some(present.uid()), Some(present.gid()));
        }
    }
    file.set_permissions(present.permissions())
}

/// Files that are being written. Whoever makes, finishes or removes one holds the lock.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all files that are being written, for a process that a signal is about to end. Afterwards no file can be begun or
/// finished: whoever tries waits for the end of the process.
pub fn remove_unfinished() {
    let files = unfinished();
    for path in files.iter() {
        // Nothing is left to be done where it cannot be removed.
        let _ = std::fs::remove_file(path);
    }
    std::mem::forget(files);
}

/// A file that does not have its name yet. Dropped, it is removed.
struct Unfinished {
    file: NamedTempFile,
    listed: Listed,
}

/// The entry of a file in [`UNFINISHED`].
struct Listed(PathBuf);

impl Unfinished {
    /// A file in the folder of `place`, with the permissions of a new file or private.
    fn beside(path: &Path, place: &Path, new: bool) -> Result<Self, WriteError> {
        let folder = folder_of(place);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".lambdahat-");
        #[cfg(unix)]
        if new {
            // Less what umask takes away.
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        // The error would name the temporary file, of which nobody has heard.
        let refused =
            |error: io::Error| WriteError::FolderRefuses { path: path.to_owned(), folder: folder.to_owned(), source: error.kind().into() };
        let mut all = unfinished();
        let file = builder.tempfile_in(folder).map_err(refused)?;
        let listed = Listed(file.path().to_owned());
        all.push(listed.0.clone());
        Ok(Self { file, listed })
    }

    fn as_file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives the file its name.
    fn finish(self, place: &Path) -> io::Result<()> {
        let Self { file, listed } = self;
        let all = unfinished();
        let done = file.persist(place).map(drop).map_err(|refused| refused.error);
        drop(all);
        drop(listed);
        done
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = std::fs::read_dir(folder).expect("a folder");
        all.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays_as_it_was() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("a");
        write_whole(&path, b"one").expect("writes");
        let failed = write_with(&path, |file| {
            file.write_all(b"two")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(matches!(failed, Err(WriteError::Io { .. })));
        assert_eq!(std::fs::read(&path).expect("is there"), b"one");
        write_whole(&path, b"three").expect("writes");
        assert_eq!(std::fs::read(&path).expect("is there"), b"three");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let refused = |name: &str| writable(&folder.path().join(name)).expect_err(name);
        assert!(matches!(refused("no/such/file"), WriteError::NoFolder { .. }));
        assert!(matches!(refused(""), WriteError::IsFolder(_)));
        assert!(matches!(refused("new/"), WriteError::IsFolder(_)));
        assert!(matches!(refused(&"n".repeat(300)), WriteError::Io { .. }));
        writable(&folder.path().join("new")).expect("can be written");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_is_kept_elsewhere_has_the_name_that_was_asked_for() {
        let kept = keep_elsewhere(Path::new("/no/such/model.json"), b"{}").expect("there is room");
        assert!(kept.to_string_lossy().ends_with("-model.json"));
        assert_eq!(std::fs::read(&kept).expect("is there"), b"{}");
        std::fs::remove_file(kept).expect("can be removed");
    }

    #[cfg(unix)]
    mod on_unix {
        use super::*;
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
        use std::process::Command;

        fn made(command: &str, arguments: &[&str]) -> bool {
            Command::new(command).args(arguments).status().is_ok_and(|status| status.success())
        }

        #[test]
        fn links_are_written_through() {
            let folder = tempfile::tempdir().expect("makes a folder");
            let at = |name: &str| folder.path().join(name);
            std::fs::create_dir(at("far")).expect("makes a folder");
            std::fs::write(at("far/target"), "old").expect("writes");
            symlink("far/target", at("link")).expect("links");
            symlink("link", at("chain")).expect("links");
            symlink("far/new", at("dangling")).expect("links");
            symlink("none/new", at("astray")).expect("links");
            symlink("round", at("round")).expect("links");
            for (name, target) in [("link", "far/target"), ("chain", "far/target"), ("dangling", "far/new")] {
                writable(&at(name)).expect("can be written");
                write_whole(&at(name), name.as_bytes()).expect("writes");
                assert_eq!(std::fs::read_to_string(at(target)).expect("is there"), name);
                assert!(at(name).symlink_metadata().expect("is there").is_symlink(), "{name}");
            }
            assert!(matches!(writable(&at("astray")), Err(WriteError::NoFolder { .. })));
            assert!(writable(&at("round")).is_err());
        }

        #[test]
        fn permissions_are_those_of_a_new_file_or_of_the_one_replaced() {
            let folder = tempfile::tempdir().expect("makes a folder");
            let mode = |path: &Path| path.metadata().expect("is there").permissions().mode() & 0o7777;
            let (plain, ours) = (folder.path().join("plain"), folder.path().join("ours"));
            File::create(&plain).expect("makes a file");
            write_whole(&ours, b"x").expect("writes");
            assert_eq!(mode(&ours), mode(&plain));
            for wanted in [0o600, 0o640, 0o666, 0o755] {
                std::fs::set_permissions(&ours, PermissionsExt::from_mode(wanted)).expect("is ours");
                write_whole(&ours, b"y").expect("writes");
                assert_eq!(mode(&ours), wanted);
            }
        }

        #[test]
        fn pipes_are_written_into() {
            let folder = tempfile::tempdir().expect("makes a folder");
            let pipe = folder.path().join("pipe");
            let name = pipe.to_string_lossy().into_owned();
            if !made("mkfifo", &[&name]) {
                return;
            }
            writable(&pipe).expect("can be written");
            let reader = std::thread::spawn({
                let pipe = pipe.clone();
                move || std::fs::read(pipe)
            });
            write_whole(&pipe, b"through").expect("writes");
            assert_eq!(reader.join().expect("ends").expect("reads"), b"through");
            assert!(pipe.metadata().expect("is there").file_type().is_fifo());
        }

        /// A node as /dev/null or /dev/full, made here: the real ones are not touched. Only root can make one.
        #[test]
        fn devices_are_written_into() {
            let folder = tempfile::tempdir().expect("makes a folder");
            for (name, minor) in [("null", "3"), ("full", "7")] {
                let node = folder.path().join(name);
                if !made("mknod", &[&node.to_string_lossy(), "c", "1", minor]) || OpenOptions::new().write(true).open(&node).is_err() {
                    return;
                }
                writable(&node).expect("can be written");
                let written = write_whole(&node, b"x");
                assert_eq!(written.is_ok(), name == "null", "{written:?}");
                assert!(node.metadata().expect("is there").file_type().is_char_device());
            }
        }
    }
}
