//! What the interactive page says of its demos.
//!
//! | demo | where |
//! | --- | --- |
//! | one mode: the first demo and its branches, panels, the parasite, step control, noise, uneven times, differences | `one_mode` |
//! | pictures of planes: the map, the star, the region of one order, basins | `planes` |
//! | R(z) in full | `formula_card` |
//! | Lotka–Volterra | `orbits` |
//! | a reader's own samples and scheme | `own` |

mod formula_card;
mod one_mode;
mod orbits;
mod own;
mod planes;

pub use formula_card::formula;
pub use one_mode::{FILTERS, at_infinity, branch, caption, choice, controlled, differences, noise, parasite, row, summary, uneven};
pub use orbits::{LearnedOrbit, orbit, orbit_unsolved, true_orbit};
pub use own::{advice, mode_found, over_samples, read, scheme};
pub use planes::{basin, basins, bulge, here, map, star};
