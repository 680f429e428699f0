//! Reading files, never more than expected; of one that a stranger named, a regular file only.

use std::io::Read;
use std::path::{Path, PathBuf};

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A device, a pipe, a folder: reading it may never end.
    #[error("{0} is not a regular file")]
    Irregular(PathBuf),
    /// Larger than expected.
    #[error("{path} holds {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        bytes: u64,
        /// The size up to which it would be read.
        limit: u64,
    },
    /// More came than was expected.
    #[error("{path} goes on beyond {limit} bytes, where reading it ends")]
    Endless {
        /// The file.
        path: PathBuf,
        /// The size up to which it is read.
        limit: u64,
    },
    /// The file system refused.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The content of a regular file of at most `limit` bytes. Meant for names that come out of a file, whose author may have
/// meant a device or a pipe: those are not opened.
///
/// # Errors
/// [`ReadError`]; nothing is read of a file that is too large.
pub fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    let too_large = |bytes| ReadError::TooLarge { path: path.to_owned(), bytes, limit };
    let metadata = path.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(ReadError::Irregular(path.to_owned()));
    }
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    // Some regular files (those of the kernel) are longer than they say.
    let mut content = Vec::with_capacity(metadata.len() as usize);
    std::fs::File::open(path).map_err(io)?.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(io)?;
    if content.len() as u64 > limit { Err(too_large(content.len() as u64)) } else { Ok(content) }
}

/// The content of what the user named, a file or a pipe, of at most `limit` bytes: a device without an end is given up on.
///
/// # Errors
/// [`ReadError`].
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let told = file.metadata().map_err(io)?.len();
    if told > limit {
        return Err(ReadError::TooLarge { path: path.to_owned(), bytes: told, limit });
    }
    let mut content = Vec::with_capacity(told as usize);
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(io)?;
    if content.len() as u64 > limit { Err(ReadError::Endless { path: path.to_owned(), limit }) } else { Ok(content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_the_expected_size_are_read() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "12345").expect("writes");
        assert_eq!(read_regular(&path, 5).expect("fits"), b"12345");
        assert!(matches!(read_regular(&path, 4), Err(ReadError::TooLarge { bytes: 5, limit: 4, .. })));
        assert!(matches!(read_regular(folder.path(), 9), Err(ReadError::Irregular(_))));
        assert!(matches!(read_regular(&folder.path().join("none"), 9), Err(ReadError::Io { .. })));
        assert_eq!(read_bounded(&path, 5).expect("fits"), b"12345");
        assert!(matches!(read_bounded(&path, 4), Err(ReadError::TooLarge { bytes: 5, limit: 4, .. })));
        let device = Path::new("/dev/zero");
        assert!(!device.exists() || matches!(read_bounded(device, 1 << 16), Err(ReadError::Endless { .. })));
        let pipe = folder.path().join("pipe");
        if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
            assert!(matches!(read_regular(&pipe, 9), Err(ReadError::Irregular(_))));
        }
    }
}
