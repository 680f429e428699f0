//! The gallery: every figure of the README, by name. A new one is a file beside this and a line here.

use super::{Figure, ModeError};
use super::{bulge, growing_step, hero, leap_frog, map, stars, steps, three_panels};
use crate::method::{Method, catalog};
use crate::stability::region::Window;

/// A figure that is computed when it is asked for.
pub struct Entry {
    /// The name of its files.
    pub name: &'static str,
    compute: fn() -> Result<Figure, ModeError>,
}

impl Entry {
    /// Computes the figure.
    pub fn figure(&self) -> Result<Figure, ModeError> {
        (self.compute)()
    }
}

/// Every figure, in the order of the tour.
pub const GALLERY: &[Entry] = &[
    Entry { name: "hero", compute: hero },
    Entry { name: "steps", compute: steps },
    Entry { name: "growing-step", compute: growing_step },
    Entry { name: "three-panels", compute: three_panels },
    Entry { name: "leap-frog", compute: leap_frog },
    Entry { name: "bulge", compute: || Ok(bulge()?) },
    Entry { name: "map", compute: common_map },
    Entry { name: "stars", compute: stars },
];

/// The artifact map of six common methods.
fn common_map() -> Result<Figure, ModeError> {
    let names = ["forward-euler", "heun2", "kutta3", "rk4", "implicit-euler", "gauss2"];
    let methods = names.iter().map(|name| catalog::find(name)).collect::<Result<Vec<Method>, _>>()?;
    map(&methods, Window::new([-2.0, 1.0], [0.0, 4.0])?)
}
