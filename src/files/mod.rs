//! Files of the outside world.
//!
//! | question | where |
//! | --- | --- |
//! | whether a file can be written, and writing it whole or not at all | `write` |
//! | reading a file, never more than expected, also where its name was read in another file | `read` |

mod read;
#[cfg(feature = "render")]
mod write;

pub use read::{ReadError, read_bounded, read_regular};
#[cfg(feature = "render")]
pub use write::{WriteError, keep_elsewhere, remove_unfinished, writable, write_whole, write_with};
