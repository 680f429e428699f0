//! The gallery: every figure of the README, by name. A new one is a file beside this and a line here.

use super::{BasinFigureError, Figure, LotkaVolterraError, ModeError, RealFits};
use super::{basins, bulge, growing_step, hero, leap_frog, lotka_volterra, map, stars, steps, three_panels};
use crate::method::{Method, Sampling, catalog};
use crate::stability::region::Window;
use num_complex::Complex;

/// Why a figure of the gallery cannot be computed.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A figure of one mode.
    #[error(transparent)]
    Mode(Box<ModeError>),
    /// The basins.
    #[error(transparent)]
    Basins(#[from] BasinFigureError),
    /// Lotka–Volterra.
    #[error(transparent)]
    LotkaVolterra(#[from] LotkaVolterraError),
    /// The kept shares of real fits cannot be read.
    #[error("the kept shares of real fits cannot be read: {0}; train them anew")]
    RealFits(serde_json::Error),
}

impl From<ModeError> for GalleryError {
    fn from(error: ModeError) -> Self {
        Self::Mode(Box::new(error))
    }
}

/// A figure that is computed when it is asked for.
pub struct GalleryEntry {
    /// The name of its files.
    pub name: &'static str,
    compute: fn() -> Result<Figure, GalleryError>,
}

impl GalleryEntry {
    /// Computes the figure.
    pub fn figure(&self) -> Result<Figure, GalleryError> {
        (self.compute)()
    }
}

/// Every figure, in the order of the tour.
pub const GALLERY: &[GalleryEntry] = &[
    GalleryEntry { name: "hero", compute: || Ok(hero()?) },
    GalleryEntry { name: "steps", compute: || Ok(steps()?) },
    GalleryEntry { name: "growing-step", compute: || Ok(growing_step()?) },
    GalleryEntry { name: "three-panels", compute: || Ok(three_panels()?) },
    GalleryEntry { name: "leap-frog", compute: || Ok(leap_frog()?) },
    GalleryEntry { name: "bulge", compute: || Ok(bulge().map_err(ModeError::from)?) },
    GalleryEntry { name: "map", compute: common_map },
    GalleryEntry { name: "basins", compute: common_basins },
    GalleryEntry { name: "lotka-volterra", compute: || Ok(lotka_volterra()?) },
    GalleryEntry { name: "stars", compute: || Ok(stars()?) },
];

/// The artifact map of six common methods.
fn common_map() -> Result<Figure, GalleryError> {
    let names = ["forward-euler", "kutta3", "rk4", "implicit-euler", "implicit-midpoint", "gauss2"];
    let methods = names.iter().map(|name| catalog::find(name)).collect::<Result<Vec<Method>, _>>().map_err(ModeError::from)?;
    Ok(map(&methods, Window::new([-2.0, 1.0], [0.0, 4.0]).map_err(ModeError::from)?)?)
}

/// The mode, the method and the sampling of the basins.
fn subject() -> Result<(Method, Complex<f64>, Sampling), ModeError> {
    Ok((catalog::find("rk4")?, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1)?))
}

/// The basins of RK4 for the tour's oscillator, beside the kept shares of 500 real fits each.
fn common_basins() -> Result<Figure, GalleryError> {
    let (method, lambda, sampling) = subject()?;
    let real: Vec<RealFits> = serde_json::from_str(REAL_FITS).map_err(GalleryError::RealFits)?;
    Ok(basins(&method, lambda, sampling, super::STARTS, &real)?)
}

/// Where 500 real fits by each optimiser and width landed; `lambdahat figures --train assets/models` makes them anew.
const REAL_FITS: &str = include_str!("../../assets/models/basin-fits.json");

/// Trains what the gallery keeps: file names and their contents.
pub fn train() -> Result<Vec<(String, String)>, GalleryError> {
    let mut files = super::train_lotka_volterra()?;
    let (method, lambda, sampling) = subject()?;
    let mut real = Vec::new();
    for way in super::WAYS.into_iter().skip(1) {
        for width in [1.0, 2.0, 4.0] {
            real.push(super::real_fits(&method, lambda, sampling, way, width, 500)?);
        }
    }
    let text = serde_json::to_string_pretty(&real).map_err(GalleryError::RealFits)?;
    files.push(("basin-fits.json".into(), text + "\n"));
    Ok(files)
}
