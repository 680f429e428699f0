//! A polynomial field for the samples: which degree, which equilibria, and which motion it goes on with.
//!
//! Degrees are nested from 1 up. The lowest degree from which two more make no material difference has reached the floor: rounding, or the noise.

use super::determined_modes::{CLEAN, Degrees, NonlinearMode, distance};
use super::motion::{Closed, motion_after};
use super::seen_cycle::Polygon;
use crate::truth::chance::bounded_work::Effort;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::finding::{Because, Motion};
use crate::truth::flow::coarsened::Coarsened;
use crate::truth::flow::doubled_steps::change_when_doubled;
use crate::truth::flow::field_fit::FieldFit;
use crate::truth::flow::identifiability::{FieldEquilibrium, equilibria};
use crate::truth::flow::polynomial_flow::{PolynomialFlow, Powers};
use crate::truth::linear::linear_model::{LinearModel, VAGUE};
use crate::truth::samples::runs::{Run, Samples};
use crate::truth::samples::windows::{Frame, Window, windows};
use num_complex::Complex;

/// A fall of the residual by this factor is material.
const FALL: f64 = 3.0;
/// A field's own degree leaves less than this part of what the degree below leaves: a solver's errors, or rounding.
const ENDS: f64 = 1e-6;
/// The residual of a clean field is rounding below this, in the frame, and no flow is followed more closely.
const ROUNDING: f64 = 1e-12;
/// A flow carries the rounding of its start on, and makes it this many times as large at most where it counts.
const LEFT_BY_DIGITS: f64 = 1.5;
/// From row to row of noisy samples the residual falls to less than this part, and by more than chance.
const LEAST_FALL: f64 = 0.93;
/// A field that leaves more than this of the motion of an interval explains nothing.
const LEAST: f64 = 0.7;
/// A direction of the coefficients that residuals see by less than this part of the one they see best is one that they do not see.
const VANISHES: f64 = 1e-8;
/// Most extrapolated steps of the flow an interval.
const MOST_STEPS: usize = 16;
/// Intervals of a window whose start is fitted.
const WINDOW: usize = 10;
/// Noise in the samples alone leaves about √½ of what it leaves from sample to sample.
const LESS: f64 = 0.9;
/// Closed motions of two degrees are one where period and size differ by no more than this part.
const SAME_ORBIT: f64 = 0.05;
/// The same of the logarithm of its multiplier, which is at least that of an orbit among others.
const SAME_PULL: f64 = 0.3;
const NEUTRAL: f64 = 0.05;
/// A run should be nearer to a cycle where no more than this is left of its distance; sizes that differ by less than this part are one.
const LEFT_OVER: f64 = 0.5;
const OFF_CYCLE: f64 = 0.05;
/// A model that leaves at most this many times what another leaves is as good.
const AS_GOOD: f64 = 1.2;
/// Coefficients of a field at most.
const MOST_COEFFICIENTS: usize = 220;
/// Pairs of rows at most, and equilibria.
const MOST_PAIRS: usize = 1500;
const MOST_EQUILIBRIA: usize = 8;

/// The fields of all degrees that were fitted, and what they say together.
pub(crate) struct NonlinearModel {
    pub fits: Vec<FieldFit>,
    /// The place in `fits` of the lowest degree that has reached the floor.
    pub floor: Option<usize>,
    /// Whether the residuals there are noise or rounding.
    pub explains: bool,
    pub modes: Vec<NonlinearMode>,
    pub frame: Frame,
    /// It was fitted to one row in so many; intervals are from one to the next.
    pub every: usize,
    /// The largest change of a mode, relative to the largest mode beside it, where the degree whose modes are given is fitted through twice its flow's steps.
    pub doubled: Option<f64>,
    /// What the field goes on with after the last sample, where it explains the samples.
    pub motion: Motion,
    /// The period and the like where that is closed.
    pub closed: Option<Closed>,
    /// The period, in intervals, of what repeats itself, where the samples do not tell whether that attracts.
    pub repeats: Option<f64>,
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
        let coarse = Coarsened::of(samples, MOST_PAIRS, WINDOW + 1);
        let model = Self::of_some(&coarse, stopped);
        // What turns between the rows that were looked at is another motion than that of its fields.
        if coarse.every > 1
            && model.as_ref().is_some_and(|model| model.explains && !coarse.is_met_between(model.best(), &model.frame, samples))
        {
            return Self::of_some(&Coarsened { samples: samples.thinned(MOST_PAIRS, WINDOW + 1), every: 1 }, stopped);
        }
        model
    }

    fn of_some(coarse: &Coarsened, stopped: &dyn Fn() -> bool) -> Option<Self> {
        let Coarsened { samples, every } = coarse;
        let frame = Frame::of(samples);
        let pairs = windows(samples, &frame, 1, usize::MAX);
        let digits = left_by_digits(samples, &frame);
        let mut effort = Effort::new(3e9, stopped);
        let mut fits: Vec<FieldFit> = Vec::new();
        let mut steps = 1;
        while let Some(fit) = next_degree(&pairs, &fits, &mut steps, &mut effort) {
            fits.push(fit);
            // Three degrees at the floor are enough.
            if let Some(floor) = floor(&fits, digits)
                && fits.len() >= floor + if fits[floor].rms > CLEAN { 3 } else { 4 }
            {
                break;
            }
        }
        if fits.is_empty() {
            return None;
        }
        let mut floor = floor(&fits, digits);
        let mut explains = floor.is_some_and(|k| explained(&fits[k]));
        // What the degrees below have tells of a slow series.
        let from = floor.filter(|_| explains).unwrap_or(0).saturating_sub(2);
        if fits[from].rms > CLEAN {
            let longer = windows(samples, &frame, WINDOW, usize::MAX);
            let tried = fits.len();
            match needed_in_windows(&mut fits, from, (&pairs, &longer), &mut steps, &mut effort) {
                Some(needed) => (floor, explains) = (Some(needed), true),
                None => fits.truncate(tried),
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
        let counts = floor.unwrap_or(fits.len() - 1);
        let doubled = change_when_doubled(&fits[counts], &found[counts], stopped);
        let (motion, closed, repeats) = (Motion::Undetermined, None, None);
        let mut model =
            Self { fits, floor, explains, modes: Vec::new(), frame, every: *every, doubled, motion, closed, repeats, open: false };
        let degrees = Degrees { fits: &model.fits, equilibria: &found, floor, explains, frame: &model.frame };
        model.modes = degrees.modes();
        if let (Some(floor), true, Some(last)) = (floor, explains, points.last()) {
            (model.motion, model.closed) = motion_after(&model.fits[floor], last);
            // Where noise leaves the field open, the next degree goes on in the same way, or neither is told.
            if model.fits[floor].rms > CLEAN
                && let Some(next) = model.fits.get(floor + 1)
            {
                let (kind, again) = motion_after(next, last);
                let (alike, shown) = (model.closed.as_ref(), model.cycle_is_shown(next, samples));
                if !(agree((model.motion, alike), (kind, again.as_ref())) && model.cycle_is_reached(samples) && shown) {
                    let repeats = |(one, other): (&Closed, &Closed)| is_same_orbit(one, other).then_some(one.period);
                    model.repeats = alike.zip(again.as_ref()).and_then(repeats);
                    (model.motion, model.closed) = (Motion::Undetermined, None);
                }
            }
            let singular = &model.fits[floor].singular;
            let largest = singular.iter().copied().fold(0.0, f64::max);
            model.open = singular.iter().any(|s| *s < VANISHES * largest);
        }
        Some(model)
    }

    /// The field that counts.
    pub fn best(&self) -> &FieldFit {
        &self.fits[self.floor.unwrap_or(self.fits.len() - 1)]
    }

    /// The root mean square of what it leaves from sample to sample, in scaled columns.
    pub fn left(&self) -> f64 {
        let half = (self.frame.half.iter().map(|h| h * h).sum::<f64>() / self.frame.half.len() as f64).sqrt();
        self.best().noise * half
    }

    /// Whether the runs come as near to the limit cycle as its multiplier says, where one is found: orbits that stay side by side do not.
    fn cycle_is_reached(&self, samples: &Samples) -> bool {
        let Some(cycle) = self.closed.as_ref().filter(|_| self.motion == Motion::Cycle) else { return true };
        let turn = self.frame.interval * cycle.period;
        // How far half the range of each variable in a turn is from the cycle's.
        let off = |run: &Run, from: f64| -> Vec<f64> {
            let within = (0..run.rows()).filter(|&i| (from..=from + turn).contains(&run.times[i]) && run.complete(i));
            let rows: Vec<Vec<f64>> = within.map(|i| self.frame.inward(&run.states.row(i).iter().copied().collect::<Vec<_>>())).collect();
            let range = |j: usize| rows.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x[j]), h.max(x[j])));
            let size = |j: usize| 0.5 * (range(j).1 - range(j).0);
            cycle.amplitude.iter().enumerate().map(|(j, amplitude)| (size(j) - amplitude).abs()).collect()
        };
        let noise = 3.0 * self.best().noise;
        samples.runs.iter().all(|run| {
            let turns = run.duration() / turn;
            let left = cycle.multiplier.powf(turns - 1.0);
            let (first, last) = (off(run, 0.0), off(run, run.duration() - turn));
            let stays = |j: usize| last[j] > OFF_CYCLE * cycle.amplitude[j] + noise && last[j] > 0.5 * first[j] * (1.0 + left);
            turns < 2.0 || left > LEFT_OVER || !(0..first.len()).any(stays)
        })
    }

    /// Whether noisy samples show that the limit cycle attracts, where one is found, by the field of the `next` degree as well.
    fn cycle_is_shown(&self, next: &FieldFit, samples: &Samples) -> bool {
        let Some(cycle) = self.closed.as_ref().filter(|_| self.motion == Motion::Cycle) else { return true };
        let Some(polygon) = Polygon::of(self.best(), cycle) else { return false };
        let approached = samples.runs.iter().any(|run| polygon.is_approached(run, &self.frame, self.best().noise));
        // What is driven from outside approaches its own orbit as well, though the field does not show why.
        polygon.multiplier_is_known(self.best()) && (approached || polygon.multiplier_is_known(next))
    }

    /// The sum of exponentials that takes the place of an affine field: richer fields have other modes, though they leave no less, and the samples are of few rows a run.
    ///
    /// The two are one model, the sum met over whole runs; it has to leave no more than the field does from row to row.
    pub fn gives_way_to(&self, linear: &LinearModel, samples: &Samples) -> Option<LinearModel> {
        let affine = self.explains && self.best().degree == 1 && self.modes.iter().any(|m| !m.because.is_empty());
        if !affine || linear.explains || !linear.is_whole(samples) || linear.fit.rms > AS_GOOD * self.left() {
            return None;
        }
        let granted = linear.granted(samples)?;
        let settled = self.modes.iter().filter(|m| m.lambda.im >= 0.0 && m.because.is_empty()).count();
        (granted.modes(samples, false).iter().filter(|m| m.because.is_empty()).count() >= settled).then_some(granted)
    }

    /// Whether it is affine, as a sum that explains the samples is, and at rest so far outside them that it has no modes here: those are the sum's.
    pub fn rests_far_outside(&self, linear: &LinearModel, samples: &Samples) -> bool {
        self.best().degree == 1 && self.modes.is_empty() && linear.explains && linear.is_whole(samples)
    }

    /// Takes a sum of exponentials that leaves as little, with more of them than columns, for a second estimator: a hidden linear state bends a curve as
    /// a nonlinear field does. At the equilibrium nearest to where it rests, the distance to its nearest mode is part of each uncertainty.
    ///
    /// Harmonics are no estimate of a mode, nor is what may come from outside.
    pub fn beside(&mut self, linear: &LinearModel, samples: &Samples) {
        let others = linear.modes(samples, false);
        let no_estimate = |b: &Because| matches!(b, Because::Harmonic | Because::MayBeDriven | Because::OfItsSize | Because::NoRealFlow);
        let as_good = linear.explains || linear.fit.rms <= AS_GOOD * self.left();
        if !as_good || linear.fit.trend > 0 || others.iter().any(|m| m.because.iter().any(no_estimate)) {
            return;
        }
        let rest = linear.fit.constant.as_slice();
        let Some(nearest) = self.modes.iter().map(|m| distance(&m.equilibrium, rest)).min_by(f64::total_cmp) else { return };
        for mode in self.modes.iter_mut().filter(|m| m.because.is_empty() && distance(&m.equilibrium, rest) <= nearest) {
            let mirrored = Complex::new(mode.lambda.re, mode.lambda.im.abs());
            let apart = others.iter().map(|o| (o.lambda - mirrored).norm()).fold(f64::INFINITY, f64::min);
            mode.uncertainty = mode.uncertainty.hypot(apart);
            if mode.uncertainty > VAGUE * mode.lambda.norm() {
                mode.because.push(Because::EstimatorsDisagree);
            }
        }
    }
}

/// Whether two fields go on alike: the same kind of motion, and where it is closed the same period and size.
fn agree((motion, closed): (Motion, Option<&Closed>), (other, again): (Motion, Option<&Closed>)) -> bool {
    motion == other
        && match (closed, again) {
            (Some(a), Some(b)) => {
                let (one, two) = (a.multiplier.ln(), b.multiplier.ln());
                let attracts_alike = (one - two).abs() <= SAME_PULL * one.abs().max(NEUTRAL);
                is_same_orbit(a, b) && attracts_alike
            }
            (None, None) => true,
            _ => false,
        }
}

/// Whether two closed motions have one period and size.
fn is_same_orbit(one: &Closed, other: &Closed) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= SAME_ORBIT * a.abs();
    let size = |c: &Closed| c.amplitude.iter().copied().fold(0.0, f64::max);
    near(one.period, other.period) && near(size(one), size(other))
}

/// Whether the residuals of a fit are noise or rounding.
fn explained(fit: &FieldFit) -> bool {
    fit.rms < LEAST && (fit.rms < CLEAN || Whiteness::of(&fit.residual_runs()).holds(true))
}

/// The field of the next degree, from row to row; `None` where the samples hold no more, or the work is done.
fn next_degree(pairs: &[Window], fits: &[FieldFit], steps: &mut usize, effort: &mut Effort) -> Option<FieldFit> {
    let (d, degree) = (pairs.first()?.start.len(), fits.len() + 1);
    let terms = Powers::number(degree, d);
    if degree > highest_degree(d) || 2 * pairs.len() < 3 * terms || !effort.is_left() || terms * d > MOST_COEFFICIENTS {
        return None;
    }
    let below: Vec<&PolynomialFlow> = fits.iter().rev().take(2).map(|f| &f.flow).collect();
    converged(pairs, degree, &below, steps, effort)
}

/// The place of the lowest degree `from` this one on that leaves nothing but noise in windows whose starts are fitted, which noise in the samples does not bias, and from which two more
/// are no better there; those take the place of what was fitted from row to row, with what was tried below. `None` where there is none, or what they leave is no noise of samples, but drives the motion.
///
/// Windows see more than single intervals do: a degree that is enough there may not be here.
fn needed_in_windows(
    fits: &mut Vec<FieldFit>,
    from: usize,
    (pairs, longer): (&[Window], &[Window]),
    steps: &mut usize,
    effort: &mut Effort,
) -> Option<usize> {
    let mut free: Vec<FieldFit> = Vec::new();
    for place in from.. {
        if place == fits.len() {
            match next_degree(pairs, fits, steps, effort) {
                Some(fit) => fits.push(fit),
                None => break,
            }
        }
        let fit = &fits[place];
        let below = free.last().map(|below| &below.flow);
        let guesses: Vec<&PolynomialFlow> = std::iter::once(&fit.flow).chain(below).collect();
        let Some(better) = FieldFit::fitted(longer, true, fit.degree, &guesses, *steps, effort) else { break };
        free.push(better);
        let reached = free.len().checked_sub(3).is_some_and(|k| is_reached(&free, k));
        if reached || !effort.is_left() {
            break;
        }
    }
    let k = (0..free.len()).find(|&k| is_reached(&free, k))?;
    // Noise in the samples counts twice from sample to sample; what drives the motion grows over a window.
    if free[k].deviation() > LESS * fits[from + k].deviation() {
        return None;
    }
    for (place, better) in free.into_iter().enumerate().take(k + 3) {
        fits[from + place] = better;
    }
    fits.truncate(from + k + 3);
    Some(from + k)
}

/// Whether this degree leaves noise, and the next two are no better: without the second a slow series is not seen.
fn is_reached(free: &[FieldFit], k: usize) -> bool {
    let later = free.get(k + 1..k + 3).unwrap_or_default();
    free[k].rms < LEAST && later.len() == 2 && free[k].leaves_noise() && later.iter().all(|richer| !material(&free[k], richer))
}

/// The fit of a degree through a flow whose error is below what the fit leaves.
fn converged(pairs: &[Window], degree: usize, below: &[&PolynomialFlow], steps: &mut usize, effort: &mut Effort) -> Option<FieldFit> {
    let mut fit = FieldFit::fitted(pairs, false, degree, below, *steps, effort)?;
    while *steps < MOST_STEPS && effort.is_left() {
        let error = fit.flow_error(effort)?;
        if error <= 0.1 * fit.noise || error <= ROUNDING {
            break;
        }
        *steps *= 2;
        fit = fit.refined(effort)?;
    }
    Some(fit)
}

/// What rounding to the digits of the columns leaves from row to row, in the frame: both ends of an interval are off.
fn left_by_digits(samples: &Samples, frame: &Frame) -> f64 {
    let off = samples.rounding.iter().zip(&frame.half).map(|(off, half)| (off / half).powi(2));
    LEFT_BY_DIGITS * (2.0 * off.sum::<f64>() / frame.half.len() as f64).sqrt()
}

/// The lowest degree from which two more make no material difference, or one where it is the first to leave hardly anything of what the degree below leaves, or no more than the `digits`
/// that are written; or whose residual is rounding.
fn floor(fits: &[FieldFit], digits: f64) -> Option<usize> {
    (0..fits.len()).find(|&k| {
        let later = &fits[k + 1..fits.len().min(k + 3)];
        let still = later.iter().all(|f| !material(&fits[k], f));
        let ends = k > 0 && fits[k].rms < CLEAN.min(ENDS * fits[k - 1].rms);
        (later.len() == 2 && still) || (later.len() == 1 && still && (ends || fits[k].noise <= digits)) || fits[k].noise < ROUNDING
    })
}

/// Whether the richer fit is materially better: by a factor among clean samples, beyond what its coefficients gain by chance among noisy ones.
fn material(fit: &FieldFit, richer: &FieldFit) -> bool {
    if richer.rms <= fit.rms / FALL {
        return true;
    }
    // Noise at both ends of an interval makes neighbouring residuals depend on each other: half of them count.
    let numbers = if fit.free { fit.beyond_starts() as f64 } else { 0.5 * fit.equations as f64 };
    let coefficients = richer.lengths.len().saturating_sub(fit.lengths.len()) as f64;
    fit.rms > CLEAN
        && 2.0 * numbers * (fit.rms / richer.rms).ln() > coefficients * numbers.ln()
        && (fit.free || richer.rms < LEAST_FALL * fit.rms)
}

#[cfg(test)]
mod tests;
