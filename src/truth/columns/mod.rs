//! Many columns, or dependent ones: fewer coordinates in their place.
//!
//! | question | where |
//! | --- | --- |
//! | fewer coordinates in their place | `directions` |
//! | which of those are a motion, however small | `told_directions` |
//! | whether modes stay where they are when more are kept | `more_directions` |

pub(super) mod directions;
pub(super) mod more_directions;
mod told_directions;
