//! Where the discrete map stands still, near the data.

use super::discrete_map::DiscreteMap;
use nalgebra::DVector;

/// How far outside the data's box, relative to its sides, a fixed point still counts as near.
pub const MARGIN: f64 = 0.1;
/// At most so many samples serve as starts of Newton's iteration.
const STARTS: usize = 64;
/// Coordinates are of size one; fixed points nearer to each other than this are one.
const SAME: f64 = 1e-6;

/// The box that the samples fill, a range for each variable.
#[derive(Clone, Debug)]
pub(crate) struct Extent {
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Extent {
    pub fn of<'a>(states: impl Iterator<Item = &'a [f64]>, dimension: usize) -> Self {
        let mut filled = Self { low: vec![f64::INFINITY; dimension], high: vec![f64::NEG_INFINITY; dimension] };
        for x in states {
            for (i, value) in x.iter().enumerate() {
                filled.low[i] = filled.low[i].min(*value);
                filled.high[i] = filled.high[i].max(*value);
            }
        }
        filled
    }

    /// The first variable whose values are too large, or too close together, to compute with.
    pub fn extreme(&self) -> Option<usize> {
        let usable = |low: &f64, high: &f64| low.abs().max(high.abs()) < 1e100 && high - low > 1e-100;
        self.low.iter().zip(&self.high).position(|(low, high)| !usable(low, high))
    }

    /// Whether a state lies in the box, or outside by no more than [`MARGIN`] of its sides.
    pub fn holds(&self, x: &[f64]) -> bool {
        self.reaches(x, MARGIN)
    }

    /// Whether a state lies in the box, or outside by no more than this part of its sides.
    pub fn reaches(&self, x: &[f64], part: f64) -> bool {
        x.iter().zip(self.low.iter().zip(&self.high)).all(|(x, (low, high))| {
            let margin = part * (high - low);
            (low - margin..=high + margin).contains(x)
        })
    }
}

/// The fixed point that Newton's iteration on Φ(z) − z reaches from `start`.
///
/// For an affine map the first step is exact; where it has a line of fixed points, the nearest is taken. `None` where Φ leaves no point in place, as x + 1 does.
pub(crate) fn from_start(map: &DiscreteMap, start: DVector<f64>) -> Option<DVector<f64>> {
    let mut z = start;
    for _ in 0..50 {
        let (image, mut jacobian) = map.image_and_jacobian(&z);
        let residual = image - &z;
        for k in 0..z.len() {
            jacobian[(k, k)] -= 1.0;
        }
        let svd = nalgebra::SVD::try_new(jacobian, true, true, f64::EPSILON, 10_000)?;
        let tolerance = 1e-12 * svd.singular_values.max();
        let step = svd.solve(&residual, tolerance).ok()?;
        z -= &step;
        if !z.iter().all(|x| x.is_finite()) || z.amax() > 1e6 {
            return None;
        }
        if step.amax() <= 1e-13 * (1.0 + z.amax()) || map.degree() == 1 {
            break;
        }
    }
    // Rounding may keep the last steps above that bound, and a singular Jacobian has a step to nowhere; what counts is that Φ leaves the point in place.
    let still = (map.image(&z) - &z).amax() <= 1e-10 * (1.0 + z.amax());
    still.then_some(z)
}

/// The distinct fixed points near the data, those nearest to their middle first.
pub(crate) fn near_data(map: &DiscreteMap, samples: &[DVector<f64>], filled: &Extent) -> Vec<DVector<f64>> {
    let middle = DVector::zeros(map.coordinates().count());
    let stride = samples.len().div_ceil(STARTS).max(1);
    let mut found: Vec<DVector<f64>> = Vec::new();
    for start in std::iter::once(&middle).chain(samples.iter().step_by(stride)) {
        let Some(z) = from_start(map, start.clone()) else { continue };
        if filled.holds(&map.coordinates().to_state(&z)) && found.iter().all(|other| (other - &z).amax() > SAME) {
            found.push(z);
        }
    }
    found.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
    found
}
