//! What single precision adds to a λ̂: where fits land on average, and how far one of them is from there.
//!
//! In 32 bits F is F in exact arithmetic times e^ρ(μ), and ρ changes with the last bits of μ. A fit on the whole batch then lands at
//! μ − G′⁻¹ρ, G = log F. The loop is followed in single precision for models about μ, as many as there are in [`MODELS`]: the mean of −G′⁻¹ρ is the shift,
//! which is no zero where the rounding of a short first step's error estimate moves the steps, and its root mean square about the mean is the spread.

use super::controlled_equation::ControlledEquation;
use super::newton::solve;
use crate::loops::{Call, Precision, StateNorm, Trace};
use num_complex::Complex;
use serde::Serialize;

/// Models that are followed.
const MODELS: usize = 48;
/// How far they are from the solution, relative to it: more than the last bits, less than any slope shows.
const APART: f64 = 1e-5;
/// Components of a batch that are followed, at most.
const MOST_ROWS: usize = 64;

/// What single precision adds to a λ̂.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rounding {
    /// The mean of what is learned, less the solution in exact arithmetic.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub shift: Complex<f64>,
    /// The root mean square of what one fit learns about that mean.
    pub spread: f64,
}

impl Rounding {
    /// What is to be expected of one fit: the shift and the spread together.
    pub fn size(&self) -> f64 {
        self.shift.norm().hypot(self.spread)
    }
}

/// The rounding of a call in float32 about a solution, with the slopes ∂(Re, Im)log F/∂(Re, Im)μ there; `None` where the call cannot be followed.
pub(crate) fn rounding(equation: &ControlledEquation<'_>, mode: Complex<f64>, slopes: [f64; 4]) -> Option<Rounding> {
    let single = equation.call.in_precision(Precision::Float32);
    if !single.is_single() {
        return None;
    }
    let (norm, share) = thinned(&equation.norm);
    let plain = ControlledEquation { norm, ..equation.clone() };
    around(mode, |model| {
        let off = logarithm(&single, &plain, model)?;
        solve(slopes, -off)
    })
    .map(|found| Rounding { spread: found.spread * share, ..found })
}

/// Mean and spread of a response over models about `mode`, each rounded to 32 bits as a parameter is.
pub(super) fn around(mode: Complex<f64>, response: impl FnMut(Complex<f64>) -> Option<Complex<f64>>) -> Option<Rounding> {
    let models = (0..MODELS).map(|k| {
        // Evenly over a disc: a sunflower's seeds.
        let radius = APART * ((k as f64 + 0.5) / MODELS as f64).sqrt();
        let model = mode * (1.0 + Complex::from_polar(radius, 2.399_963_229_728_653 * k as f64));
        Complex::new(f64::from(model.re as f32), f64::from(model.im as f32))
    });
    let responses: Vec<Complex<f64>> = models.map(response).collect::<Option<_>>()?;
    let count = responses.len() as f64;
    let shift = responses.iter().sum::<Complex<f64>>() / count;
    let spread = (responses.iter().map(|r| (r - shift).norm_sqr()).sum::<f64>() / (count - 1.0)).sqrt();
    Some(Rounding { shift, spread })
}

/// log(F in 32 bits / F) at one model.
fn logarithm(single: &Call, equation: &ControlledEquation<'_>, model: Complex<f64>) -> Option<Complex<f64>> {
    let exact = equation.multiplier(model, None, &mut Trace::default()).ok()?;
    let rounded = single.follow(model, &equation.times, &equation.norm).ok()?.multipliers.get(equation.index).copied()?;
    Some((rounded / exact).ln()).filter(|z| z.is_finite())
}

/// At most [`MOST_ROWS`] components of a batch, evenly chosen, and the factor by which the spread is smaller over all of them.
pub(super) fn thinned(norm: &StateNorm) -> (StateNorm, f64) {
    fn some<T: Clone>(list: &[T], every: usize) -> Vec<T> {
        list.iter().step_by(every).cloned().collect()
    }
    let every = |count: usize| count.div_ceil(MOST_ROWS).max(1);
    let share = |count: usize| (count.div_ceil(every(count)) as f64 / count.max(1) as f64).sqrt();
    match norm {
        StateNorm::Modulus(sizes) => (StateNorm::Modulus(some(sizes, every(sizes.len()))), share(sizes.len())),
        StateNorm::Components(starts) => (StateNorm::Components(some(starts, every(starts.len()))), share(starts.len())),
        StateNorm::Real(factors) => (StateNorm::Real(some(factors, every(factors.len()))), share(factors.len())),
        StateNorm::Joint(joint) => {
            let (count, mut fewer) = (joint.factors.len(), joint.clone());
            fewer.factors = some(&joint.factors, every(count));
            for companion in &mut fewer.companions {
                companion.factors = some(&companion.factors, every(count));
            }
            (StateNorm::Joint(fewer), share(count))
        }
    }
}
