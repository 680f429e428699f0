//! Whether rates depend on the size of the motion, as those of a nonlinear system do and those of a linear one do not.
//!
//! Where noise hides the harmonics of a nonlinear motion, a sum of exponentials can leave nothing but noise and still have the wrong rates: a damped pendulum
//! swings more slowly at first. The parts of the runs with the larger motion are fitted apart from those with the smaller one.

use super::exponentials::Exponentials;
use super::runs::{Run, Samples};
use nalgebra::DVector;

/// Parts that each run is cut into, where it is long enough.
const PARTS: usize = 2;
/// Rows that a part has beyond the numbers that are fitted to it, at least.
const SPARE_ROWS: usize = 6;
/// Sizes of the motion that differ by less say nothing.
const LEAST_RATIO: f64 = 1.3;

/// How one rate differs between large and small motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift {
    /// |λ of the large motion − λ of the small one|
    pub distance: f64,
    /// The standard error of that, were there no dependence.
    pub by_chance: f64,
}

/// The shift of each rate of a fit; `None` where the motion has one size throughout, or there are too few rows.
pub(super) fn shifts(samples: &Samples, fit: &Exponentials) -> Option<Vec<Shift>> {
    let own = fit.count() + fit.trend;
    let mut parts: Vec<(f64, Run)> = Vec::new();
    for run in &samples.runs {
        let count = (run.rows() / (own + SPARE_ROWS)).min(PARTS);
        for k in 0..count {
            let part = run.part(run.rows() * k / count..run.rows() * (k + 1) / count);
            parts.push((size(&part, &fit.constant), part));
        }
    }
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: usize = parts.iter().map(|p| p.1.rows()).sum();
    let (mut small, mut large, mut rows) = (Vec::new(), Vec::new(), 0);
    for (size, run) in parts {
        let side = if rows * 2 < total { &mut small } else { &mut large };
        rows += run.rows();
        side.push((size, run));
    }
    let mean = |side: &[(f64, Run)]| side.iter().map(|p| p.0).sum::<f64>() / side.len() as f64;
    if small.is_empty() || large.is_empty() || mean(&large) < LEAST_RATIO * mean(&small) {
        return None;
    }
    let fitted = |side: Vec<(f64, Run)>| {
        let of = Samples { runs: side.into_iter().map(|p| p.1).collect(), ..samples.clone() };
        Exponentials::fitted(&of, &fit.rates, fit.trend)
    };
    let (small, large) = (fitted(small)?, fitted(large)?);
    let same = small.rates.len() == fit.rates.len() && large.rates.len() == fit.rates.len();
    same.then(|| {
        (0..fit.rates.len())
            .map(|k| Shift {
                distance: (small.rates[k].lambda() - large.rates[k].lambda()).norm(),
                by_chance: small.uncertainty[k].hypot(large.uncertainty[k]),
            })
            .collect()
    })
}

/// The root mean square of a part about the equilibrium.
fn size(run: &Run, constant: &DVector<f64>) -> f64 {
    let cells = run.states.column_iter().zip(constant.iter()).flat_map(|(c, x)| c.iter().map(|y| y - x).collect::<Vec<f64>>());
    let (sum, count) = cells.filter(|x| !x.is_nan()).fold((0.0, 0usize), |(s, n), x| (s + x * x, n + 1));
    (sum / count.max(1) as f64).sqrt()
}
