//! A figure is data first (a plain struct that serialises), then one renderer draws it.
//!
//! [`Figure`] is what every picture of this crate is: panels with areas, lines and dots in the coordinates of the problem,
//! and the numbers that its caption rests on. `svg` draws any of them, `file` writes SVG, PNG and JSON whole or
//! not at all. One file per picture holds the computation.

mod basins_figure;
mod bulge;
mod call_figure;
mod call_map;
mod check_figure;
mod description;

#[cfg(feature = "render")]
pub mod file;
pub mod gallery;
mod ink;
#[cfg(feature = "render")]
mod large_png;
mod lotka_volterra;
mod map;
mod mode;
mod mode_figure;
mod oscillator;
mod predicted_data;
mod regions;
mod stars;
#[cfg(feature = "render")]
mod svg;

pub use basins_figure::{BasinFigureError, RealFits, STARTS, WAYS, WIDTHS, basins, landings, real_fits, starts_window};
pub use bulge::bulge;
pub use call_figure::call_figure;
pub use call_map::call_map;
pub use check_figure::check;
pub use description::{Axis, Figure, Mark, Panel};
pub use ink::Ink;
pub use lotka_volterra::{LotkaVolterraError, Orbit, lotka_volterra, lotka_volterra_orbit, train_lotka_volterra, widening};
pub use map::{fates, map};
pub use mode::{ModeError, ModeRun, run_model};
pub use mode_figure::{growing_step, prediction};
pub use oscillator::{hero, leap_frog, steps, three_panels};
pub use predicted_data::{SampleFigure, prediction_of_samples};
pub use regions::regions;
pub use stars::{order_star, stars};
