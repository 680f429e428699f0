//! The browser face of `lambdahat`: schemes, their branches, regions and orbits, as plain numbers and JSON for the page.
//!
//! Every function computes with the same library as the command line, so that the page's numbers are the program's.
//! Errors arrive in JavaScript as strings, the same messages that the command line prints.

mod basins;
mod calls;
mod differences;
mod orbits;
mod samples;
mod told;

pub use basins::Landscape;
pub use calls::{against, call};
pub use differences::differences;
pub use orbits::{orbit, orbit_limit, orbit_words};
pub use samples::Samples;
pub use told::bulge_words;

use lambdahat::figure::{fates, order_star, run_model};
use lambdahat::inverse::{Branches, LearningEquation, Stretch, UnevenLoss, UnevenMinimum};
use lambdahat::method::{Method, Sampling, catalog, scheme};
use lambdahat::stability::region::{Region, Window};
use lambdahat::words::explorable;
use num_complex::Complex;
use wasm_bindgen::prelude::*;

fn message(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// The names of the catalogue, sorted, one a line.
#[wasm_bindgen]
pub fn names() -> String {
    catalog::names().collect::<Vec<_>>().join("\n")
}

/// The name and the title of every method, and the steps that it looks back, tabs between them, one method a line.
#[wasm_bindgen]
pub fn titles() -> Result<String, JsError> {
    let all = catalog::all().map_err(message)?;
    let lines = all.iter().map(|method| {
        let (title, steps) = match method {
            Method::RungeKutta(tableau) => (tableau.title(), 1),
            Method::Multistep(multistep) => (multistep.title(), multistep.steps()),
        };
        format!("{}\t{title}\t{steps}", method.name())
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A method, ready to be asked.
#[wasm_bindgen]
pub struct Scheme {
    method: Method,
    region: Region,
    equation: LearningEquation,
}

#[wasm_bindgen]
impl Scheme {
    /// A method of the catalogue by its name or a library's name for it.
    pub fn named(name: &str) -> Result<Scheme, JsError> {
        Self::of(catalog::find(name).map_err(message)?)
    }

    /// A scheme from the text of a scheme file.
    pub fn parse(text: &str) -> Result<Scheme, JsError> {
        Self::of(scheme::parse(text, "the pasted scheme").map_err(message)?)
    }

    fn of(method: Method) -> Result<Scheme, JsError> {
        let region = Region::of(&method).map_err(message)?;
        let equation = LearningEquation::of(&method).map_err(message)?;
        Ok(Self { method, region, equation })
    }

    /// The artifact map over a window of the true hλ, one byte a point, row by row from the greatest Im, as `Fate::index`.
    pub fn fates(&self, re0: f64, re1: f64, im0: f64, im1: f64, width: usize, height: usize) -> Result<Vec<u8>, JsError> {
        let window = Window::new([re0, re1], [im0, im1]).map_err(message)?;
        fates(&self.method, window, width.min(400), height.min(400)).map_err(message)
    }

    /// Every λ̂ for one mode, as the JSON of `lambdahat branches --json`.
    pub fn branches(&self, re: f64, im: f64, interval: f64, substeps: u32) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let found = self.equation.branches(Complex::new(re, im), sampling).map_err(message)?;
        serde_json::to_string(&found).map_err(message)
    }

    /// The first demo in one answer: the branches, the one that is run (`branch`, or the principal one for −1; −1 where there is none), what each
    /// of them does, and what is said of the one that is run at h divided by `refinement`. As JSON:
    /// `{"found", "chosen", "rows", "choices", "words", "infinity"}`.
    pub fn scene(&self, re: f64, im: f64, interval: f64, substeps: u32, branch: i32, refinement: usize) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let found = self.equation.branches(Complex::new(re, im), sampling).map_err(message)?;
        let asked = usize::try_from(branch).ok().filter(|&k| k < found.branches.len());
        let principal = || found.branches.iter().position(|b| b.principal).or((!found.branches.is_empty()).then_some(0));
        let chosen = asked.or_else(principal);
        let each = |of: fn(&Branches, usize) -> String| (0..found.branches.len()).map(|k| of(&found, k)).collect::<Vec<String>>();
        let (rows, choices) = (each(explorable::row), each(explorable::choice));
        let (words, infinity) = (explorable::summary(&found, chosen, refinement), explorable::at_infinity(&found));
        let chosen = chosen.map_or(-1, |k| k as i64);
        let scene = serde_json::json!({
            "found": found, "chosen": chosen, "rows": rows, "choices": choices, "words": words, "infinity": infinity
        });
        serde_json::to_string(&scene).map_err(message)
    }

    /// What is said of the parasitic root of a two-step method started with an error ε in its second value.
    pub fn parasite_words(&self, re: f64, im: f64, interval: f64, substeps: u32, epsilon: f64) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let found = self.equation.branches(Complex::new(re, im), sampling).map_err(message)?;
        Ok(explorable::parasite(&found, epsilon))
    }

    /// What noise of each level, in per cent of the motion's root mean square, adds through the loss on pairs of samples: Re λ̂, Im λ̂ of the
    /// principal branch for each level, NaN where there is none. Least squares shrinks the factor from sample to sample by 1/(1 + level²).
    pub fn with_noise(&self, re: f64, im: f64, interval: f64, substeps: u32, levels: &[f64]) -> Result<Vec<f64>, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let mut flat = Vec::with_capacity(2 * levels.len());
        for level in levels {
            let shrunk = Complex::new(re - (level / 100.0).powi(2).ln_1p() / interval, im);
            let found = self.equation.branches(shrunk, sampling).map_err(message)?;
            let learned = found.principal().map_or(Complex::new(f64::NAN, f64::NAN), |b| b.lambda);
            flat.extend([learned.re, learned.im]);
        }
        Ok(flat)
    }

    /// What the page says of noise of one level.
    pub fn noise_words(&self, re: f64, im: f64, interval: f64, substeps: u32, level: f64) -> Result<String, JsError> {
        let found = self.with_noise(re, im, interval, substeps, &[0.0, level])?;
        let learned = |k: usize| Some(Complex::new(found[2 * k], found[2 * k + 1])).filter(|z| z.re.is_finite());
        Ok(explorable::noise(level, self.method.name(), Complex::new(re, im), learned(0), learned(1)))
    }

    /// What stands under a panel of this method.
    pub fn caption(&self, re: f64, im: f64, interval: f64, substeps: u32) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let found = self.equation.branches(Complex::new(re, im), sampling).map_err(message)?;
        Ok(explorable::caption(&found))
    }

    /// The minima of the loss where the intervals between samples vary evenly by up to each of `spreads` per cent about `interval`, the lowest
    /// first, as JSON: for each spread a list of `{"lambda": [re, im], "level", …}`.
    pub fn uneven(&self, re: f64, im: f64, interval: f64, substeps: u32, spreads: &[f64]) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let minima: Vec<_> = spreads.iter().map(|&s| self.minima(Complex::new(re, im), sampling, s)).collect::<Result<_, _>>()?;
        serde_json::to_string(&minima).map_err(message)
    }

    /// What the page says of samples whose intervals vary by up to `spread` per cent.
    pub fn uneven_words(&self, re: f64, im: f64, interval: f64, substeps: u32, spread: f64) -> Result<String, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let found = self.equation.branches(Complex::new(re, im), sampling).map_err(message)?;
        Ok(explorable::uneven(spread, &found, &self.minima(found.lambda, sampling, spread)?))
    }

    fn minima(&self, lambda: Complex<f64>, sampling: Sampling, spread: f64) -> Result<Vec<UnevenMinimum>, JsError> {
        let starts: Vec<_> = self.equation.branches(lambda, sampling).map_err(message)?.branches.iter().map(|b| b.lambda).collect();
        let at = |k: usize| 1.0 + spread / 100.0 * (2.0 * (k as f64 + 0.5) / INTERVALS as f64 - 1.0);
        let stretch = |k| Stretch { interval: sampling.interval() * at(k), substeps: sampling.substeps(), weight: 1.0 };
        let loss = UnevenLoss::new(&self.method, lambda, (0..INTERVALS).map(stretch).collect()).map_err(message)?;
        Ok(loss.minima(&starts, 0.0))
    }

    /// The stability region over a window, one byte a point, row by row from the greatest Im z.
    pub fn raster(&self, re0: f64, re1: f64, im0: f64, im1: f64, width: usize, height: usize) -> Result<Vec<u8>, JsError> {
        let window = Window::new([re0, re1], [im0, im1]).map_err(message)?;
        Ok(self.region.raster(window, width, height).map_err(message)?.as_bytes().to_vec())
    }

    /// The order star over a window, one byte a point, row by row from the greatest Im z; nothing for a multistep method.
    pub fn star(&self, re0: f64, re1: f64, im0: f64, im1: f64, width: usize, height: usize) -> Result<Vec<u8>, JsError> {
        let window = Window::new([re0, re1], [im0, im1]).map_err(message)?;
        Ok(order_star(&self.region, window, width.min(1000), height.min(1000)))
    }

    /// The factor by which one step multiplies ẏ = λ̂y at z = hλ̂, as re, im: R(z), or for a multistep method its root nearest to e^z.
    pub fn multiplier(&self, re: f64, im: f64) -> Vec<f64> {
        let z = Complex::new(re, im);
        let horner = |p: &[f64], x: Complex<f64>| p.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * x + c);
        let slope =
            |p: &[f64], x: Complex<f64>| p.iter().enumerate().skip(1).rev().fold(Complex::new(0.0, 0.0), |w, (k, &c)| w * x + k as f64 * c);
        let factor = match &self.region {
            Region::OneStep { numerator, denominator } => horner(numerator, z) / horner(denominator, z),
            Region::Multistep { rho, sigma } => (0..50).fold(z.exp(), |root, _| {
                root - (horner(rho, root) - z * horner(sigma, root)) / (slope(rho, root) - z * slope(sigma, root))
            }),
        };
        vec![factor.re, factor.im]
    }

    /// The boundary curves in a window: re, im, re, im, …, with NaN, NaN between curves.
    pub fn boundary(&self, re0: f64, re1: f64, im0: f64, im1: f64) -> Result<Vec<f64>, JsError> {
        let window = Window::new([re0, re1], [im0, im1]).map_err(message)?;
        let mut flat = Vec::new();
        for curve in self.region.boundary(window).map_err(message)? {
            flat.extend(curve.points.iter().chain(curve.points.first().filter(|_| curve.closed)).flat_map(|z| [z.re, z.im]));
            flat.extend([f64::NAN, f64::NAN]);
        }
        Ok(flat)
    }

    /// `t, Re y, t, Re y, …` of the model ẏ = λ̂y run by this method at a `refinement`-th of the step, from 1 until `end`.
    /// `epsilon` is added to the second value of a multistep method's start.
    #[allow(clippy::too_many_arguments)] // numbers from sliders
    pub fn run(
        &self,
        re: f64,
        im: f64,
        interval: f64,
        substeps: u32,
        learned_re: f64,
        learned_im: f64,
        refinement: usize,
        end: f64,
        epsilon: f64,
    ) -> Result<Vec<f64>, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let (mode, learned) = (Complex::new(re, im), Complex::new(learned_re, learned_im));
        let line = run_model(&self.region, mode, sampling.step(), learned, refinement, end, epsilon);
        Ok(line.into_iter().flatten().collect())
    }
}

/// Intervals between uneven samples.
const INTERVALS: usize = 40;
/// The region of the explicit method of order p with p stages, R = Σ z^k/k!, as [`Scheme::raster`].
#[wasm_bindgen]
pub fn taylor_raster(order: u32, re0: f64, re1: f64, im0: f64, im1: f64, width: usize, height: usize) -> Result<Vec<u8>, JsError> {
    let mut factorial = 1.0;
    let terms = (0..=order.min(30)).map(|k| {
        factorial *= f64::from(k.max(1));
        1.0 / factorial
    });
    let region = Region::one_step(&terms.collect::<Vec<f64>>(), &[1.0]).map_err(message)?;
    let window = Window::new([re0, re1], [im0, im1]).map_err(message)?;
    Ok(region.raster(window, width, height).map_err(message)?.as_bytes().to_vec())
}
