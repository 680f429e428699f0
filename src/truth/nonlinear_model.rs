//! A polynomial field for the samples: which degree, which equilibria, and which of their modes the samples determine.
//!
//! Degrees are nested from 1 up. The lowest degree from which two more make no material difference has reached the floor: rounding, or the noise. A mode is settled
//! where λ hardly moves along directions that the residuals do not see, at that degree and at those above; or where samples surround the
//! equilibrium closely and the highest degrees agree, though none has reached the floor.

use super::bounded_work::Effort;
use super::field_fit::FieldFit;
use super::finding::{Because, Motion};
use super::identifiability::{FieldEquilibrium, equilibria, matched};
use super::linear_model::VAGUE;
use super::motion::{Closed, motion_after};
use super::polynomial_flow::{PolynomialFlow, Powers};
use super::runs::Samples;
use super::whiteness::Whiteness;
use super::windows::{Frame, windows};
use num_complex::Complex;

/// A fall of the residual by this factor is material.
const FALL: f64 = 3.0;
/// Among noisy samples the residual falls to less than this part, and by more than chance.
const LEAST_FALL: f64 = 0.93;
/// Relative residuals below this are rounding or a solver's tolerance.
const CLEAN: f64 = 1e-5;
/// A field that leaves more than this of the motion of an interval explains nothing.
const LEAST: f64 = 0.7;
/// A direction of the coefficients that residuals see by less than this part of the one they see best is one that they do not see.
const VANISHES: f64 = 1e-8;
/// λ may move by this part of itself along unseen directions.
const MOVES: f64 = 0.1;
/// Where no floor is reached, three degrees have to agree to this part of λ, and leave less than that of the motion of an interval.
const AGREE: f64 = 0.02;
const MOSTLY: f64 = 0.02;
/// Where the degrees still improve, those that were not tried move λ by up to this many times what the last two did: a friction v|v| has a slow series.
const TAIL: f64 = 4.0;
/// From degree 1 to 3 the linear part for a friction v|v| falls to a little less than half; what is left falls to nothing later.
const FIRST: f64 = 2.0;
/// Standard deviations beyond which degrees differ not by chance.
const BEYOND_CHANCE: f64 = 2.0;
/// An equilibrium of another degree is the same within this distance, in half-widths.
const SAME: f64 = 0.15;
/// Most extrapolated steps of the flow an interval.
const MOST_STEPS: usize = 16;
/// Intervals of a window whose start is fitted.
const WINDOW: usize = 10;
/// Noise in the samples alone leaves about √½ of what it leaves from sample to sample.
const LESS: f64 = 0.9;
/// Pairs of rows at most, and equilibria.
const MOST_PAIRS: usize = 1500;
const MOST_EQUILIBRIA: usize = 8;

/// A mode of the field at an equilibrium.
#[derive(Clone, Debug)]
pub(super) struct NonlinearMode {
    pub lambda: Complex<f64>,
    /// In the samples' scaled columns.
    pub equilibrium: Vec<f64>,
    pub uncertainty: f64,
    pub because: Vec<Because>,
}

/// The fields of all degrees that were fitted, and what they say together.
pub(super) struct NonlinearModel {
    pub fits: Vec<FieldFit>,
    /// The place in `fits` of the lowest degree that has reached the floor.
    pub floor: Option<usize>,
    /// Whether the residuals there are noise or rounding.
    pub explains: bool,
    pub modes: Vec<NonlinearMode>,
    pub frame: Frame,
    /// What the field goes on with after the last sample, where it explains the samples.
    pub motion: Motion,
    /// The period and the like where that is closed.
    pub closed: Option<Closed>,
    /// Whether a polynomial of that degree vanishes on all samples, as x² + y² − 1 does on a circle: the field beside them is anyone's guess.
    pub open: bool,
}

/// The highest degree for a number of variables.
fn highest_degree(dimension: usize) -> usize {
    match dimension {
        1 | 2 => 7,
        3 => 4,
        4 | 5 => 3,
        _ => 2,
    }
}

impl NonlinearModel {
    /// Of samples in few columns; `None` where not even an affine field can be fitted.
    ///
    /// Ends with the degrees that it has where `stopped` says so.
    pub fn of(samples: &Samples, stopped: &dyn Fn() -> bool) -> Option<Self> {
        let samples = samples.thinned(MOST_PAIRS.max(4 * samples.runs.len()));
        let frame = Frame::of(&samples);
        let pairs = windows(&samples, &frame, 1, usize::MAX);
        let d = samples.dimension();
        let mut effort = Effort::new(3e9, stopped);
        let mut fits: Vec<FieldFit> = Vec::new();
        let mut steps = 1;
        for degree in 1..=highest_degree(d) {
            let terms = Powers::number(degree, d);
            if 2 * pairs.len() < 3 * terms || !effort.is_left() || terms * d > 220 {
                break;
            }
            let below: Vec<&PolynomialFlow> = fits.iter().rev().take(2).map(|f| &f.flow).collect();
            let Some(fit) = converged(&pairs, degree, &below, &mut steps, &mut effort) else { break };
            fits.push(fit);
            // Three degrees at the floor are enough.
            if let Some(floor) = floor(&fits)
                && fits.len() >= floor + if fits[floor].rms > CLEAN { 3 } else { 4 }
            {
                break;
            }
        }
        if fits.is_empty() {
            return None;
        }
        let floor = floor(&fits);
        let explains = floor.is_some_and(|k| explained(&fits[k]));
        if let (Some(floor), true) = (floor, explains) {
            let longer = windows(&samples, &frame, WINDOW, usize::MAX);
            for fit in fits.iter_mut().skip(floor).take(3).take_while(|f| f.rms > CLEAN) {
                match with_free_starts(fit, &longer, steps, &mut effort) {
                    Some(better) => *fit = better,
                    None => break,
                }
            }
        }
        let points: Vec<Vec<f64>> = samples
            .runs
            .iter()
            .flat_map(|r| {
                (0..r.rows())
                    .filter(|&i| r.complete(i))
                    .map(|i| frame.inward(&r.states.row(i).iter().copied().collect::<Vec<_>>()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let found: Vec<Vec<FieldEquilibrium>> = fits.iter().map(|f| equilibria(f, &points, MOST_EQUILIBRIA)).collect();
        let mut model = Self { fits, floor, explains, modes: Vec::new(), frame, motion: Motion::Undetermined, closed: None, open: false };
        model.modes = model.judged(&found);
        if let (Some(floor), true, Some(last)) = (floor, explains, points.last()) {
            (model.motion, model.closed) = motion_after(&model.fits[floor], last);
            let singular = &model.fits[floor].singular;
            let largest = singular.iter().copied().fold(0.0, f64::max);
            model.open = singular.iter().any(|s| *s < VANISHES * largest);
        }
        Some(model)
    }

    /// The modes of the degree that counts, each against those of the other degrees.
    fn judged(&self, found: &[Vec<FieldEquilibrium>]) -> Vec<NonlinearMode> {
        let top = self.fits.len() - 1;
        let counts = self.floor.unwrap_or(top);
        let noisy = self.fits[counts].rms > CLEAN;
        let mut modes = Vec::new();
        for equilibrium in &found[counts] {
            for (k, mode) in equilibrium.modes.iter().enumerate() {
                // The same mode in the other degrees, or nothing.
                let of_degree = |place: usize| -> Option<(Complex<f64>, f64, f64)> {
                    let there = found[place].iter().find(|e| distance(&e.point, &equilibrium.point) < SAME)?;
                    let old: Vec<Complex<f64>> = equilibrium.modes.iter().map(|m| m.lambda).collect();
                    let new: Vec<Complex<f64>> = there.modes.iter().map(|m| m.lambda).collect();
                    let same = matched(&old, new.clone())[k];
                    let twin = there.modes.iter().find(|m| m.lambda == same)?;
                    Some((twin.lambda, twin.deviation, twin.movement))
                };
                let size = mode.lambda.norm();
                let mut because = Vec::new();
                let mut uncertainty = mode.deviation;
                let firm = |m: &Option<(Complex<f64>, f64, f64)>| {
                    m.is_some_and(|(l, _, moves)| moves < MOVES * size && (l - mode.lambda).norm() < MOVES * size)
                };
                if self.explains {
                    let above: Vec<Option<(Complex<f64>, f64, f64)>> =
                        (counts + 1..=top.min(counts + if noisy { 1 } else { 3 })).map(of_degree).collect();
                    if above.is_empty() {
                        because.push(Because::FewSamples);
                    }
                    if !(mode.movement < MOVES * size && above.iter().all(firm)) {
                        because.push(Because::NotDetermined);
                    }
                    if let Some(Some((lambda, deviation, _))) = above.first() {
                        uncertainty = if noisy { uncertainty.max(*deviation) } else { uncertainty }.hypot((lambda - mode.lambda).norm());
                    }
                    // A field with a symmetry has no terms of the next degree: the one after that counts where it differs beyond chance.
                    if noisy
                        && counts + 2 <= top
                        && let Some((lambda, deviation, _)) = of_degree(counts + 2)
                    {
                        let change = lambda - mode.lambda;
                        if change.norm() > BEYOND_CHANCE * deviation {
                            uncertainty = uncertainty.hypot(change.norm());
                        }
                        // Below a floor at degree 1 no series is to be seen.
                        if counts == 0 {
                            uncertainty = uncertainty.hypot(FIRST * change.norm());
                        }
                        // The noise hides a slow series: λ goes on where the degrees below were taking it.
                        let from_below = counts.checked_sub(2).and_then(of_degree).map(|(below, ..)| mode.lambda - below);
                        if from_below.is_some_and(|before| goes_on(before, change)) {
                            uncertainty = uncertainty.hypot(TAIL * change.norm());
                        }
                    }
                } else {
                    let below: Vec<Option<(Complex<f64>, f64, f64)>> = (top.saturating_sub(2)..top).map(of_degree).collect();
                    let spread = below.iter().map(|m| m.map_or(f64::INFINITY, |(l, ..)| (l - mode.lambda).norm())).fold(0.0, f64::max);
                    let covered = counts == top
                        && equilibrium.surrounded
                        && self.fits[top].rms < MOSTLY
                        && below.len() == 2
                        && spread < AGREE * size
                        && mode.movement < MOVES * size
                        && below.iter().all(firm);
                    if !covered {
                        because.push(if self.fits[top].rms < MOSTLY { Because::StillImproving } else { Because::NotExplained });
                    }
                    uncertainty = uncertainty.max(mode.movement).hypot(TAIL * spread);
                }
                let uncertainty = (uncertainty / self.frame.interval).max(1e-12 * size / self.frame.interval);
                let lambda = mode.lambda / self.frame.interval;
                if equilibrium.degenerate {
                    because.push(Because::LineOfEquilibria);
                }
                let unit = self.fits[counts].flow.coefficients.amax().max(f64::MIN_POSITIVE);
                if size < 1e-5 * unit || lambda.norm() <= 3.0 * uncertainty {
                    because.push(Because::LinearPartVanishes);
                } else if uncertainty > VAGUE * lambda.norm() {
                    because.push(Because::Vague);
                }
                modes.push(NonlinearMode { lambda, equilibrium: self.frame.outward(&equilibrium.point), uncertainty, because });
            }
        }
        // An equilibrium with a mode that vanishes is not pinned, and neither are its other modes.
        let unpinned: Vec<Vec<f64>> =
            modes.iter().filter(|m| m.because.contains(&Because::LinearPartVanishes)).map(|m| m.equilibrium.clone()).collect();
        for mode in modes.iter_mut().filter(|m| m.because.is_empty()) {
            if unpinned.contains(&mode.equilibrium) {
                mode.because.push(Because::NotDetermined);
            }
        }
        modes
    }
}

/// Whether one change has the direction of another, within an eighth of a turn.
fn goes_on(before: Complex<f64>, change: Complex<f64>) -> bool {
    (before.conj() * change).re > std::f64::consts::FRAC_1_SQRT_2 * before.norm() * change.norm()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// Whether the residuals of a fit are noise or rounding.
fn explained(fit: &FieldFit) -> bool {
    fit.rms < LEAST && (fit.rms < CLEAN || Whiteness::of(&fit.residual_runs()).holds(true))
}

/// The same degree in windows whose starts are fitted, which noise in the samples does not bias; `None` where what they leave is no such noise, but drives the motion.
fn with_free_starts(fit: &FieldFit, longer: &[super::windows::Window], steps: usize, effort: &mut Effort) -> Option<FieldFit> {
    let better = FieldFit::fitted(longer, true, fit.degree, &[&fit.flow], steps, effort)?;
    let deviation = |fit: &FieldFit| fit.residual_norm() / (fit.freedom().max(1) as f64).sqrt();
    // Noise in the samples counts twice from sample to sample; what drives the motion grows over a window.
    let of_samples = deviation(&better) < LESS * deviation(fit) && Whiteness::of(&better.residuals).holds(false);
    of_samples.then_some(better)
}

/// The fit of a degree through a flow whose error is below what the fit leaves.
fn converged(
    pairs: &[super::windows::Window],
    degree: usize,
    below: &[&PolynomialFlow],
    steps: &mut usize,
    effort: &mut Effort,
) -> Option<FieldFit> {
    let mut fit = FieldFit::fitted(pairs, false, degree, below, *steps, effort)?;
    while *steps < MOST_STEPS && effort.is_left() {
        let error = fit.flow_error(effort)?;
        if error <= 0.1 * fit.noise || error <= 1e-11 {
            break;
        }
        *steps *= 2;
        fit = fit.refined(effort)?;
    }
    Some(fit)
}

/// The lowest degree from which two more make no material difference, or whose residual is rounding.
fn floor(fits: &[FieldFit]) -> Option<usize> {
    (0..fits.len()).find(|&k| {
        let later = &fits[k + 1..fits.len().min(k + 3)];
        let still = later.iter().all(|f| !material(&fits[k], f));
        (later.len() == 2 && still) || fits[k].noise < 1e-12
    })
}

/// Whether the richer fit is materially better: by a factor among clean samples, beyond what its coefficients gain by chance among noisy ones.
fn material(fit: &FieldFit, richer: &FieldFit) -> bool {
    if richer.rms <= fit.rms / FALL {
        return true;
    }
    // Noise at both ends of an interval makes neighbouring residuals depend on each other: half of them count.
    let numbers = 0.5 * fit.equations as f64;
    let coefficients = richer.lengths.len().saturating_sub(fit.lengths.len()) as f64;
    fit.rms > CLEAN && 2.0 * numbers * (fit.rms / richer.rms).ln() > coefficients * numbers.ln() && richer.rms < LEAST_FALL * fit.rms
}

#[cfg(test)]
mod tests {
    use super::super::gridded::samples_of;
    use super::super::identifiability::FieldMode;
    use super::*;
    use crate::data::Reading;
    use std::path::Path;

    /// Degree by degree: how far λ moves where the residuals see it least is what tells right from wrong; neither the residual nor the agreement of degrees does. The reference is the
    /// same trial with numpy 2.4 through 32 steps of RK4 an interval; its figures are the sizes of the numbers here.
    #[test]
    fn what_the_residuals_do_not_see_tells_right_from_wrong() {
        let c = Complex::new;
        // Degree, residual, λ and its digits, how far λ moves; residual and movement by a factor of 1.5, or less than is said where they are rounding.
        type Row = (usize, f64, Complex<f64>, f64, f64);
        let cases: [(&str, &[Row]); 6] = [
            (
                "van-der-pol-cycle",
                &[
                    (2, 5e-1, c(-0.048, 1.002), 5e-4, 0.47),
                    (3, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
                    (4, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
                    (5, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
                ],
            ),
            (
                "lotka-volterra",
                &[(1, 3.2e-1, c(-0.03, 1.007), 5e-4, 0.25), (2, 0.0, c(0.0, 1.0), 1e-7, 0.0), (4, 0.0, c(0.0, 1.0), 1e-7, 0.0)],
            ),
            (
                "pendulum-1",
                &[
                    (1, 3e-2, c(0.0, 0.938), 5e-4, 3e-2),
                    (3, 6e-7, c(0.0, 0.95210), 1e-5, 1.2e-4),
                    (4, 6e-7, c(0.0, 1.89), 5e-3, 0.91),
                    (5, 2e-9, c(0.0, 1.89), 5e-3, 0.86),
                    (6, 4e-12, c(0.0, 1.89), 5e-3, 0.69),
                ],
            ),
            (
                "pendulum-2.8",
                &[(3, 1e-3, c(0.0, 0.744), 2e-3, 9e-3), (5, 1.2e-8, c(0.0, 0.7938), 2e-4, 7e-4), (7, 0.0, c(0.0, 0.7937), 1e-3, 0.70)],
            ),
            (
                "pendulum-three",
                &[(3, 2e-3, c(0.0, 0.995), 5e-4, 6e-3), (5, 2e-5, c(0.0, 1.0), 5e-4, 1.2e-4), (7, 5e-8, c(0.0, 1.0), 5e-4, 1e-5)],
            ),
            ("cubic-spiral", &[(3, 0.0, c(0.0, 0.0), 1e-6, f64::INFINITY)]),
        ];
        for (name, rows) in cases {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/panel/{name}.csv"));
            let data = Reading::default().open(&path).expect("in the panel");
            let samples = samples_of(&data, false).expect("even samples");
            let model = NonlinearModel::of(&samples, &|| false).expect("a field");
            let points: Vec<Vec<f64>> = samples
                .runs
                .iter()
                .flat_map(|r| {
                    (0..r.rows()).map(|i| model.frame.inward(&r.states.row(i).iter().copied().collect::<Vec<_>>())).collect::<Vec<_>>()
                })
                .collect();
            for &(degree, residual, lambda, near, moves) in rows {
                let Some(fit) = model.fits.iter().find(|fit| fit.degree == degree) else { panic!("{name}: no degree {degree}") };
                let places = equilibria(fit, &points, MOST_EQUILIBRIA);
                let modes = places.iter().flat_map(|place| &place.modes);
                let off = |mode: &&FieldMode| (mode.lambda / model.frame.interval - lambda).norm();
                let Some(mode) = modes.min_by(|a, b| off(a).total_cmp(&off(b))) else { panic!("{name}, degree {degree}: no mode") };
                let (found, moved) = (mode.lambda / model.frame.interval, mode.movement / model.frame.interval);
                let about = |found: f64, stated: f64| {
                    if stated == 0.0 { found < 1e-7 } else { found == stated || (found / stated).ln().abs() < 1.5f64.ln() }
                };
                assert!(off(&mode) < near, "{name}, degree {degree}: {found}");
                assert!(about(fit.rms, residual) && about(moved, moves), "{name}, degree {degree}: {:.1e} {moved:.1e}", fit.rms);
            }
        }
    }
}
