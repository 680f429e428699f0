//! Files of the outside world.
//!
//! | question | where |
//! | --- | --- |
//! | whether a file can be written, and writing it whole or not at all | `write` |
//! | reading a file whose name was read in another file | `read` |

mod read;
#[cfg(not(target_arch = "wasm32"))]
mod write;

pub use read::{ReadError, read_regular};
#[cfg(not(target_arch = "wasm32"))]
pub use write::{WriteError, keep_elsewhere, remove_unfinished, writable, write_whole, write_with};
