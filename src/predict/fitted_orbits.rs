//! Orbits of samples: a polynomial field whose flow meets them, on which the drift of learning through other methods can be computed.

use super::drift::{Orbits, PredictedDrift};
use super::linear_orbits::LinearOrbits;
use super::report::Report;
use crate::data::Trajectories;
use crate::dynamics::{PolynomialField, RationalPolynomial};
use crate::exact::rational;
use crate::fit::{Dictionary, Features, Learned, ModelSpec, Optimiser, Training, scaled_field, unwatched};
use crate::method::{Method, Sampling, catalog};
use crate::truth::Caveat;
use nalgebra::{DMatrix, SVD};
use num_complex::Complex;

/// Degrees that are tried, while there are as many samples for each coefficient as this.
const DEGREES: [usize; 3] = [1, 2, 3];
const SAMPLES_A_COEFFICIENT: usize = 3;
/// Variables at most: the terms of a series multiply with them.
const MOST_VARIABLES: usize = 3;
/// Orbits followed at most.
const MOST_STARTS: usize = 3;
/// Steps of the faithful method an interval.
const STEPS: u32 = 4;
/// A root mean square residual beyond this part of the motion is no fit.
const POOR: f64 = 0.2;
/// One below this part of the motion is that of an exact field: no other degree is needed.
const EXACT: f64 = 1e-8;
/// Bits of a coefficient that the series are computed with: more than any sample has.
const BITS: u32 = 40;
/// Coefficients that are open by more than this part of their size leave the field open beside the orbit.
const OPEN: f64 = 0.1;
/// A combination of products that the samples hold below this size vanishes on them.
const VANISHES: f64 = 1e-6;

impl Report {
    /// Adds the drift of the first orbits of the samples through each of the report's methods, `methods` in the same order, on a polynomial field that is
    /// fitted to them through a method of order 5, of the lowest degree that they need; a caveat says how well. Where the field is linear the answer is exact
    /// ([`LinearOrbits`]); where the samples do not determine the field beside the orbits, a caveat says so and there is no drift, for what a method makes of an orbit
    /// depends on the field around it. No invariant is known of it, so that the change is that of the distance from the orbit's centre, in
    /// units of half the samples' box. Nothing is added in one variable, where nothing turns, or where no polynomial of degree 3 or less meets the samples.
    pub fn add_drift_of_samples(&mut self, data: &Trajectories, methods: &[Method]) {
        let Ok(even) = data.require_even() else { return };
        let states = even.to_lists();
        let Fitted { learned, degree, residual } = match Fitted::of(&states, even.interval()) {
            Ok(fitted) => fitted,
            Err(NoField::Open { degree }) => return self.caveats.push(Caveat::OrbitsOpen { degree }),
            Err(NoField::Poor) => return,
        };
        let Features::Polynomial(dictionary) = learned.model.features() else { return };
        let Some(field) = scaled_field(&learned, dictionary) else { return };
        let rounded: Vec<RationalPolynomial> = field.components().iter().map(|p| p.map(|c| rational::round_to_bits(c, BITS))).collect();
        let Some(field) = PolynomialField::new(field.variables().to_vec(), rounded) else { return };
        let originals: Vec<&Vec<f64>> = states.iter().filter_map(|t| t.first()).take(MOST_STARTS).collect();
        let starts: Vec<Vec<f64>> = originals.iter().map(|x| scaled(dictionary, x)).collect();
        if degree == 1 {
            let Some(orbits) = LinearOrbits::of(&field) else { return };
            self.add_linear_orbits(&orbits, &starts, methods);
        } else {
            self.add_drift_of(&Orbits { field: &field, starts: &starts, invariant: None }, methods);
        }
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

    /// The exact drift on a linear field, with λ as the report has it where it has one pair.
    fn add_linear_orbits(&mut self, orbits: &LinearOrbits, starts: &[Vec<f64>], methods: &[Method]) {
        let turning: Vec<Complex<f64>> = self.modes.iter().map(|mode| mode.lambda).filter(|lambda| lambda.im > 0.0).collect();
        let lambda = match turning[..] {
            [lambda] => lambda,
            _ => orbits.lambda,
        };
        let interval = self.interval;
        for (report, method) in self.methods.iter_mut().zip(methods) {
            if let Ok(sampling) = Sampling::new(interval, report.substeps) {
                report.drift = orbits.through(method, sampling, lambda, starts);
            }
        }
        self.weigh_orbits();
    }
}

/// In the units of the dictionary: half the samples' box.
fn scaled(dictionary: &Dictionary, x: &[f64]) -> Vec<f64> {
    x.iter().zip(dictionary.centre().iter().zip(dictionary.half_widths())).map(|(x, (c, half))| (x - c) / half).collect()
}

/// The root mean square over the samples of the polynomial of this degree, with coefficients of norm 1, that is smallest on them: the smallest singular value of
/// M/√n, M the products of the variables at the n samples in units of half their box.
///
/// Such a polynomial can be added to a field without the samples noticing. On one orbit that is a circle x² + y² − 1 vanishes.
fn smallest_polynomial(states: &[Vec<Vec<f64>>], degree: usize) -> Option<f64> {
    let samples: Vec<&Vec<f64>> = states.iter().flatten().collect();
    let d = samples.first()?.len();
    let units: Vec<(f64, f64)> = (0..d)
        .map(|j| {
            let (low, high) = samples.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x[j]), high.max(x[j])));
            (0.5 * (low + high), (0.5 * (high - low)).max(f64::MIN_POSITIVE))
        })
        .collect();
    let exponents = exponents(d, degree);
    let product =
        |x: &[f64], e: &[i32]| x.iter().zip(&units).zip(e).map(|((x, (centre, half)), &e)| ((x - centre) / half).powi(e)).product();
    let matrix: DMatrix<f64> = DMatrix::from_fn(samples.len(), exponents.len(), |k, c| product(samples[k], &exponents[c]));
    let found = SVD::try_new(matrix, false, false, f64::EPSILON, 10_000)?;
    Some(found.singular_values.min() / (samples.len() as f64).sqrt())
}

/// The exponents of all products of d variables up to a degree.
fn exponents(d: usize, degree: usize) -> Vec<Vec<i32>> {
    let mut all: Vec<Vec<i32>> = vec![Vec::new()];
    for _ in 0..d {
        all = all.iter().flat_map(|e| (0..=degree as i32).map(move |n| e.iter().copied().chain([n]).collect())).collect();
    }
    all.retain(|e| e.iter().sum::<i32>() <= degree as i32);
    all
}

/// A field through samples.
struct Fitted {
    learned: Learned,
    degree: usize,
    /// Relative to the motion in an interval, root mean square.
    residual: f64,
}

/// Why there is no field.
enum NoField {
    /// A field of this degree is needed, and the samples do not determine it.
    Open { degree: usize },
    /// No field of a degree that is tried meets the samples.
    Poor,
}

impl Fitted {
    /// The field of the lowest degree that the samples need: the first that meets them exactly, or else the one with the least Bayesian information.
    fn of(states: &[Vec<Vec<f64>>], interval: f64) -> Result<Self, NoField> {
        let d = states.iter().flatten().next().map_or(0, Vec::len);
        let pairs = states.iter().map(|t| t.len().saturating_sub(1)).sum::<usize>();
        if !(2..=MOST_VARIABLES).contains(&d) {
            return Err(NoField::Poor);
        }
        let coefficients = |degree: usize| (1..=d).fold(1, |product, j| product * (degree + j) / j);
        let mut best: Option<(f64, Self)> = None;
        for degree in DEGREES.into_iter().filter(|&degree| pairs >= SAMPLES_A_COEFFICIENT * coefficients(degree)) {
            let smallest = smallest_polynomial(states, degree).unwrap_or(0.0);
            // Noise lifts the smallest polynomial: where it vanishes, the samples have none, and a field of a lower degree would have met them exactly.
            if smallest < VANISHES {
                return Err(if degree == 1 { NoField::Poor } else { NoField::Open { degree } });
            }
            let Some(found) = Self::of_degree(states, interval, degree) else { continue };
            let residual = found.residual;
            let count = (pairs * d) as f64;
            let information = 2.0 * count * residual.max(EXACT).ln() + (d * coefficients(degree)) as f64 * count.ln();
            if best.as_ref().is_none_or(|(least, _)| information < *least) {
                best = Some((information, found));
            }
            if residual <= EXACT {
                break;
            }
        }
        let (_, found) = best.filter(|(_, found)| found.residual < POOR).ok_or(NoField::Poor)?;
        // A coefficient is open by the residual over √n times the smallest polynomial; the field's size over its coefficients' is about one in these units.
        let smallest = smallest_polynomial(states, found.degree).unwrap_or(0.0);
        let open = found.residual.max(EXACT) / (smallest * (pairs as f64).sqrt());
        if found.degree > 1 && open > OPEN { Err(NoField::Open { degree: found.degree }) } else { Ok(found) }
    }

    fn of_degree(states: &[Vec<Vec<f64>>], interval: f64, degree: usize) -> Option<Self> {
        let training = |name: &str, steps: u32| -> Option<Training> {
            Some(Training::new(ModelSpec::Polynomial(degree), catalog::find(name).ok()?, Sampling::new(interval, steps).ok()?))
        };
        // Euler's solution is unique, and a start near the principal branch for the method of order 5.
        let start = training("forward-euler", 1)?.prepare(states).ok()?.fit(0, None, &mut unwatched).ok()?;
        let faithful = Training { optimiser: Optimiser::LevenbergMarquardt, iterations: Some(60), ..training("dormand-prince5", STEPS)? };
        let fit = faithful.prepare(states).ok()?.fit(0, Some(start.learned.parameters), &mut unwatched).ok()?;
        let moves = states.iter().flat_map(|t| t.windows(2)).flat_map(|p| p[0].iter().zip(&p[1]).map(|(a, b)| (a - b).powi(2)));
        let (sum, count) = moves.fold((0.0, 0usize), |(sum, count), x| (sum + x, count + 1));
        let motion = (sum / count.max(1) as f64).sqrt();
        Some(Self { learned: fit.learned, degree, residual: fit.loss.max(0.0).sqrt() / motion }).filter(|found| found.residual.is_finite())
    }
}
