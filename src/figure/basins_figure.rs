//! Which branch a start lands on: the plane of starting guesses, and the shares of random starts.

use super::description::points;
use super::mode::named;
use super::regions::plane;
use super::{Axis, Figure, Ink, Mark, Panel};
use crate::data::Paths;
use crate::fit::{FitError, ModelSpec, Optimiser, Training, unwatched};
use crate::inverse::{BasinError, Basins, Branches, Descent, Shares};
use crate::method::{Method, Sampling};
use crate::stability::region::{RegionError, Window, contour};
use crate::words::number::{DIGITS, complex};
use nalgebra::Matrix2;
use num_complex::Complex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cells across a plane of starts.
const COLUMNS: usize = 64;
/// Samples that the model is fitted to.
const SAMPLES: usize = 40;
/// The three ways down, with the names of the panels.
pub const WAYS: [(&str, Descent); 3] = [
    ("gradient flow", Descent::GradientFlow),
    ("Gauss–Newton", Descent::GaussNewton),
    ("Adam", Descent::Adam { rate: 0.02, iterations: 4000 }),
];
/// Widths of the random starts.
pub const WIDTHS: [f64; 3] = [1.0, 2.0, 4.0];
/// Random starts behind each predicted share, where nothing else is asked for.
pub const STARTS: usize = 2000;

/// Shares of real fits, to be laid beside the predicted ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RealFits {
    /// `Gauss–Newton` or `Adam`, as in [`WAYS`].
    pub way: String,
    /// Width of the random starts.
    pub width: f64,
    /// Where the fits landed.
    pub shares: Shares,
}

/// Why there is no figure of basins.
#[derive(Debug, thiserror::Error)]
pub enum BasinFigureError {
    /// The landscape.
    #[error(transparent)]
    Basin(#[from] BasinError),
    /// The plane.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The fits.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// Fits `count` linear models to the oscillator's samples with this crate's own optimisers, from starts with N(0, width²) entries, and sorts
/// them by the branch they end on.
pub fn real_fits(
    method: &Method,
    lambda: Complex<f64>,
    sampling: Sampling,
    way: (&str, Descent),
    width: f64,
    count: usize,
) -> Result<RealFits, BasinFigureError> {
    let basins = Basins::new(method, lambda, sampling, SAMPLES)?;
    let factor = (lambda * sampling.interval()).exp();
    let mut z = Complex::new(1.0, 0.0);
    let mut samples = Vec::with_capacity(2 * SAMPLES);
    for _ in 0..SAMPLES {
        samples.extend([z.re, z.im]);
        z *= factor;
    }
    let mut training = Training::new(ModelSpec::Linear, method.clone(), sampling);
    training.spread = width;
    training.optimiser = Optimiser::LevenbergMarquardt;
    if let Descent::Adam { rate, iterations } = way.1 {
        training.optimiser = Optimiser::Adam;
        training.rate = rate;
        training.iterations = Some(iterations);
    }
    let prepared = training.prepare(&Paths::flat(2, [samples]))?;
    let seeds: Vec<u64> = (0..count as u64).map(|k| 1_000_000 + k).collect();
    let mut shares = Shares { landed: vec![0; basins.branches.branches.len()], elsewhere: 0 };
    for fit in prepared.fit_seeds(&seeds, &|_, progress| unwatched(progress)) {
        // A start from which the loss cannot be evaluated is one that lands nowhere.
        let end = fit.ok().and_then(|fit| {
            let p = &fit.learned.parameters;
            (fit.loss < 1e-2 && p.len() == 4).then(|| Matrix2::new(p[0], p[1], p[2], p[3]))
        });
        match end.and_then(|a| basins.branch_of(&a)) {
            Some(branch) => shares.landed[branch] += 1,
            None => shares.elsewhere += 1,
        }
    }
    Ok(RealFits { way: way.0.into(), width, shares })
}

/// The square of starting guesses that is shown: about 0, with room around every branch.
pub fn starts_window(found: &Branches) -> Result<Window, RegionError> {
    let furthest = found.branches.iter().map(|b| b.lambda.re.abs().max(b.lambda.im.abs())).fold(found.lambda.norm(), f64::max);
    let side = (1.4 * furthest).clamp(1.0, 40.0);
    Window::new([-side, side], [-side, side])
}

/// The branch that each start of a grid over [`starts_window`] lands on, 255 for none, row by row from the greatest Im.
pub fn landings(basins: &Basins, way: Descent, side: usize) -> Result<Vec<u8>, RegionError> {
    let window = starts_window(&basins.branches)?;
    let landing = |k: usize| {
        let x = window.re[0] + ((k % side) as f64 + 0.5) / side as f64 * window.width();
        let y = window.im[1] - ((k / side) as f64 + 0.5) / side as f64 * window.height();
        basins.landing(Complex::new(x, y), way).and_then(|branch| u8::try_from(branch).ok()).unwrap_or(u8::MAX)
    };
    Ok((0..side * side).into_par_iter().map(landing).collect())
}

/// The figure: above, the plane of starting guesses λ̂₀ for three ways down, coloured by the branch they land on; below, the share of each
/// branch under `starts` random starts with N(0, width²) entries, predicted (bars) and, where given, of real fits (circles).
///
/// Facts: `share of branch k, way, width w`, k from 1 in the order of the branches, and for each real fit `difference in standard errors, …`.
pub fn basins(
    method: &Method,
    lambda: Complex<f64>,
    sampling: Sampling,
    starts: usize,
    real: &[RealFits],
) -> Result<Figure, BasinFigureError> {
    let basins = Basins::new(method, lambda, sampling, SAMPLES)?;
    let found = basins.branches.branches.clone();
    let ink = |k: usize| Ink::SERIES[k % Ink::SERIES.len()];
    let window = starts_window(&basins.branches)?;
    let mut panels = Vec::new();
    let mut facts = BTreeMap::new();
    for (name, way) in WAYS {
        let survey = contour::Survey::new(window, COLUMNS, COLUMNS, 3, |z| basins.landing(z, way));
        let mut marks = Vec::new();
        for (k, branch) in found.iter().enumerate() {
            let loops: Vec<Vec<[f64; 2]>> = survey.outline(|end| *end == Some(k)).iter().map(|polygon| points(polygon)).collect();
            marks.push(Mark::area(loops, ink(k), 0.55, &format!("lands on λ̂ = {}", complex(branch.lambda, DIGITS))));
        }
        marks.push(Mark::dots(found.iter().map(|b| [b.lambda.re, b.lambda.im]).collect(), Ink::Black, 5.0, "the branches"));
        let mut panel = plane(name, window, marks);
        panel.x.label = "Re λ̂ at the start".into();
        panel.y.label = "Im λ̂ at the start".into();
        panels.push(panel);
    }
    let mut highest = 0.0f64;
    let first_bars = panels.len();
    for (name, way) in WAYS {
        let mut marks = Vec::new();
        for (group, &width) in WIDTHS.iter().enumerate() {
            let shares = basins.shares(way, width, starts, 42);
            let fits = real.iter().find(|fits| fits.way == name && fits.width == width && fits.shares.landed.len() == found.len());
            for k in 0..found.len() {
                let (share, error) = shares.share(k);
                facts.insert(format!("share of branch {}, {name}, width {width}", k + 1), share);
                highest = highest.max(share);
                let room = 0.86 / found.len() as f64;
                let left = group as f64 + 0.57 + k as f64 * room;
                let bar = vec![[left, 0.0], [left + 0.9 * room, 0.0], [left + 0.9 * room, share], [left, share]];
                marks.push(Mark::area(vec![bar], ink(k), 0.7, ""));
                if let Some(fits) = fits {
                    let (real_share, real_error) = fits.shares.share(k);
                    // The pooled standard error, so that a share of 0 or 1 has one too.
                    let (n, m) = (shares.total() as f64, fits.shares.total() as f64);
                    let pooled = (share * n + real_share * m) / (n + m);
                    let spread = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
                    let difference = if spread > 0.0 { (real_share - share) / spread } else { 0.0 };
                    facts.insert(format!("difference in standard errors, branch {}, {name}, width {width}", k + 1), difference);
                    let middle = left + 0.45 * room;
                    let reach = 3.0 * real_error.hypot(error);
                    highest = highest.max(real_share + reach);
                    marks.push(Mark::line(vec![[middle, real_share - reach], [middle, real_share + reach]], Ink::Black, 1.5, ""));
                    marks.push(Mark::Dots {
                        points: vec![[middle, real_share]],
                        ink: Ink::Black,
                        radius: 3.5,
                        filled: false,
                        label: format!("real fits ({}), ±3 standard errors", fits.shares.total()),
                    });
                }
            }
        }
        panels.push(Panel {
            title: format!("shares, {name}"),
            x: Axis {
                kinds: WIDTHS.iter().enumerate().map(|(k, width)| (k as f64 + 1.0, width.to_string())).collect(),
                ..Axis::new("width of the start", [0.5, WIDTHS.len() as f64 + 0.5])
            },
            y: Axis::new("share", [0.0, 1.0]),
            equal: false,
            marks,
        });
    }
    // All bars by one scale, and no room above them that none of them needs.
    let top = (5.0 * (highest + 0.02)).ceil() / 5.0;
    panels.iter_mut().skip(first_bars).for_each(|panel| panel.y.range = [0.0, top.min(1.0)]);
    Ok(Figure {
        name: "basins".into(),
        title: "Which start lands on which branch".into(),
        caption: format!(
            "Method: {}. A real 2×2 model of an oscillator, λ = {}, fitted to {SAMPLES} samples every H = {}. Above: starts that turn and shrink like λ̂₀, coloured by the \
             branch they land on. Below: random starts, entries N(0, width²), {starts} each; the rest did not converge: \
             they left for infinity, stopped between the branches, or (Adam: rate 0.02, 4000 steps) were still on their way.",
            named(method),
            complex(lambda, DIGITS),
            sampling.interval()
        ),
        columns: 3,
        panels,
        facts,
    })
}
