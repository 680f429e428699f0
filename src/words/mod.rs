//! Facts into words.

mod duration;

pub use duration::duration;
