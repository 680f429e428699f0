//! Orbits of samples: a polynomial field whose flow meets them, on which the drift of learning through other methods can be computed.

use super::drift::{Orbits, PredictedDrift};
use super::report::Report;
use crate::data::Trajectories;
use crate::dynamics::{PolynomialField, RationalPolynomial};
use crate::exact::rational;
use crate::fit::{Features, Learned, ModelSpec, Optimiser, Training, scaled_field, unwatched};
use crate::method::{Method, Sampling, catalog};
use crate::truth::Caveat;

/// Degrees that are tried, while there are as many samples for each coefficient as this.
const DEGREES: [usize; 3] = [3, 2, 1];
const SAMPLES_A_COEFFICIENT: usize = 3;
/// Variables at most: the terms of a series multiply with them.
const MOST_VARIABLES: usize = 3;
/// Orbits followed at most.
const MOST_STARTS: usize = 3;
/// Steps of the faithful method an interval.
const STEPS: u32 = 4;
/// A root mean square residual beyond this part of the motion is no fit.
const POOR: f64 = 0.2;
/// Bits of a coefficient that the series are computed with: more than any sample has.
const BITS: u32 = 40;

impl Report {
    /// Adds the drift of the first orbits of the samples through each of the report's methods, `methods` in the same order, on a polynomial field that is
    /// fitted to them through a method of order 5; a note says how well. No invariant is known of it, so that the change is that of the distance from the orbit's centre, in
    /// units of half the samples' box. Nothing is added where no polynomial of degree 3 or less meets the samples.
    pub fn add_drift_of_samples(&mut self, data: &Trajectories, methods: &[Method]) {
        let Ok(even) = data.require_even() else { return };
        let states = even.to_lists();
        let Some((learned, degree, residual)) = fitted(&states, even.interval()) else { return };
        let Features::Polynomial(dictionary) = learned.model.features() else { return };
        let Some(field) = scaled_field(&learned, dictionary) else { return };
        let rounded: Vec<RationalPolynomial> = field.components().iter().map(|p| p.map(|c| rational::round_to_bits(c, BITS))).collect();
        let Some(field) = PolynomialField::new(field.variables().to_vec(), rounded) else { return };
        let originals: Vec<&Vec<f64>> = states.iter().filter_map(|t| t.first()).take(MOST_STARTS).collect();
        let scaled = |x: &[f64]| -> Vec<f64> {
            x.iter().zip(dictionary.centre().iter().zip(dictionary.half_widths())).map(|(x, (c, half))| (x - c) / half).collect()
        };
        let starts: Vec<Vec<f64>> = originals.iter().map(|x| scaled(x)).collect();
        self.add_drift_of(&Orbits { field: &field, starts: &starts, invariant: None }, methods);
        for report in &mut self.methods {
            // An orbit that the fitted field itself does not close says nothing of a method.
            report.drift.retain(|drift: &PredictedDrift| drift.true_period.is_some() || !drift.sizes.is_empty() || drift.linear.is_some());
            for drift in &mut report.drift {
                if let Some(k) = starts.iter().position(|start| *start == drift.start) {
                    drift.start.clone_from(originals[k]);
                }
            }
        }
        if self.methods.iter().any(|report| !report.drift.is_empty()) {
            self.caveats.push(Caveat::FittedOrbits { degree, residual });
        }
    }
}

/// The field, its degree, and its residual relative to the motion.
fn fitted(states: &[Vec<Vec<f64>>], interval: f64) -> Option<(Learned, usize, f64)> {
    let d = states.iter().flatten().next().map_or(0, Vec::len);
    let pairs = states.iter().map(|t| t.len().saturating_sub(1)).sum::<usize>();
    if d == 0 || d > MOST_VARIABLES {
        return None;
    }
    let coefficients = |degree: usize| (1..=d).fold(1, |product, j| product * (degree + j) / j);
    let degree = DEGREES.into_iter().find(|&degree| pairs >= SAMPLES_A_COEFFICIENT * coefficients(degree))?;
    let training = |name: &str, steps: u32| -> Option<Training> {
        Some(Training::new(ModelSpec::Polynomial(degree), catalog::find(name).ok()?, Sampling::new(interval, steps).ok()?))
    };
    // Euler's solution is unique, and a start near the principal branch for the method of order 5.
    let start = training("forward-euler", 1)?.prepare(states).ok()?.fit(0, None, &mut unwatched).ok()?;
    let faithful = Training { optimiser: Optimiser::LevenbergMarquardt, iterations: Some(60), ..training("dormand-prince5", STEPS)? };
    let fit = faithful.prepare(states).ok()?.fit(0, Some(start.learned.parameters), &mut unwatched).ok()?;
    let steps =
        states.iter().flat_map(|t| t.windows(2)).flat_map(|p| p[0].iter().zip(&p[1]).map(|(a, b)| (a - b).powi(2)).collect::<Vec<_>>());
    let motion = (steps.sum::<f64>() / (pairs * d) as f64).sqrt();
    let residual = fit.loss.max(0.0).sqrt() / motion;
    (residual < POOR).then_some((fit.learned, degree, residual))
}
