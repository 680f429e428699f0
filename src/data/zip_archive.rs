//! The members of a ZIP archive, stored or deflated, as numpy writes them.
//!
//! Format: PKWARE's APPNOTE 6.3, by the central directory; deflate: RFC 1951. Only what `numpy.savez` and `numpy.savez_compressed` use: no encryption, no
//! archive beyond 4 GiB.

use super::data_error::{DataProblem, MemberFault};
use std::borrow::Cow;

/// How an archive begins.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// Method 0: the bytes as they are.
const STORED: u16 = 0;
/// Method 8.
const DEFLATED: u16 = 8;
/// No byte of deflate stands for more: a match of 258 bytes takes two bits at least.
const DEFLATE_LIMIT: usize = 1032;

/// One file of an archive.
pub(super) struct Member<'a> {
    /// Its name, without `.npy`.
    pub name: String,
    /// What it holds, decompressed.
    pub bytes: Cow<'a, [u8]>,
}

/// The members in the order of the central directory, each of the size and checksum that stand there.
///
/// The memory taken is at most a constant times the length of the archive: members do not share bytes.
pub(super) fn members(bytes: &[u8]) -> Result<Vec<Member<'_>>, DataProblem> {
    let broken = || DataProblem::NumpyBroken;
    let half = |at: usize| little::<2>(bytes, at).map(u16::from_le_bytes).ok_or_else(broken);
    let length = |at: usize| half(at).map(usize::from);
    let whole = |at: usize| little::<4>(bytes, at).map(u32::from_le_bytes).ok_or_else(broken);
    let size = |at: usize| whole(at).and_then(|n| usize::try_from(n).map_err(|_| broken()));
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06").ok_or_else(broken)?;
    let (count, mut at) = (length(end + 10)?, size(end + 16)?);
    if end + 22 + length(end + 20)? > bytes.len() {
        return Err(broken());
    }
    let mut unread = bytes.len();
    let mut members = Vec::with_capacity(count);
    for _ in 0..count {
        if little::<4>(bytes, at) != Some(*b"PK\x01\x02") {
            return Err(broken());
        }
        let (name_length, extra, comment) = (length(at + 28)?, length(at + 30)?, length(at + 32)?);
        let name = bytes.get(at + 46..at + 46 + name_length).and_then(|b| std::str::from_utf8(b).ok()).ok_or_else(broken)?;
        let name = name.strip_suffix(".npy").unwrap_or(name).to_owned();
        let (packed, local) = (size(at + 20)?, size(at + 42)?);
        let lengths = || Some([little::<2>(bytes, local.checked_add(26)?)?, little::<2>(bytes, local.checked_add(28)?)?]);
        let lengths = lengths().ok_or_else(broken)?.map(|b| usize::from(u16::from_le_bytes(b)));
        let start = local + 30 + lengths[0] + lengths[1];
        let body = start.checked_add(packed).and_then(|end| bytes.get(start..end)).ok_or_else(broken)?;
        unread = unread.checked_sub(packed).ok_or_else(broken)?;
        let damaged = |fault| DataProblem::ArchiveMember { name: name.clone(), fault };
        let content = match half(at + 10)? {
            STORED => Cow::Borrowed(body),
            DEFLATED => Cow::Owned(inflated(body, size(at + 24)?).map_err(damaged)?),
            method => return Err(DataProblem::ArchiveMethod { name, method }),
        };
        if crc32fast::hash(&content) != whole(at + 16)? {
            return Err(damaged(MemberFault::Checksum));
        }
        members.push(Member { name, bytes: content });
        at += 46 + name_length + extra + comment;
    }
    Ok(members)
}

/// A deflated member of this size. A size that its bytes cannot have is an error before anything is allocated.
fn inflated(body: &[u8], size: usize) -> Result<Vec<u8>, MemberFault> {
    if size > body.len().saturating_mul(DEFLATE_LIMIT) {
        return Err(MemberFault::Size);
    }
    match miniz_oxide::inflate::decompress_to_vec_with_limit(body, size) {
        Ok(content) if content.len() == size => Ok(content),
        Ok(_) => Err(MemberFault::Size),
        Err(error) if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput => Err(MemberFault::Size),
        Err(_) => Err(MemberFault::Deflate),
    }
}

/// N bytes at a place; `None` past the end.
pub(super) fn little<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
