//! The best sum of exponentials for samples, whether it explains them, and which of its modes are an equilibrium's.

use super::amplitude_dependence::{Shift, shifts};
use super::changing_rates::{ChangingRates, changing_rates, distance_of_hidden_decays, stand_for_change};
use super::cycle_in_runs::sizes_differ;
use super::own_directions::keep_to_own_directions;
use super::rests_apart::rests_apart;
use super::second_order::{HigherOrder, Unasked, second_order, third_order};
use super::seen_cells::shown;
use super::unlike_runs::runs_are_unlike;
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponential_search::{CLEAN, LEAST, Search, chosen, information, searched, variants};
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::harmonics::{is_cut_off_series, is_harmonic, may_be_of_a_series, third_harmonic};
use crate::truth::exponential_sums::left_by_chance::leaves_what_chance_does;
use crate::truth::exponential_sums::proportional_noise::Law;
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::finding::Because;
use crate::truth::samples::runs::Samples;
use num_complex::Complex;
use std::f64::consts::PI;

/// Rows on which candidates are compared, and rows on which the best is polished; and how many of each run at least.
pub(crate) const SHORT: usize = 500;
const SHORT_EACH: usize = 12;
pub(crate) const LONG: usize = 8000;
pub(crate) const LONG_EACH: usize = 40;
/// Two thirds may miss the last third by this many times their own residual.
const LEFT_OUT: f64 = 3.0;
/// Standard errors by which rates of large and small motion may differ, and from which on the difference is part of the uncertainty.
const DEPENDS: f64 = 4.0;
const PERHAPS: f64 = 2.5;
/// Deviations beyond which terms of second order take more from the residuals than chance does.
const CURVED: f64 = 3.5;
/// Deviations beyond which what resonant terms of third order do to λ is part of its uncertainty.
const BENT: f64 = 2.0;
/// An error of λ in units of |λ| for each unit of a harmonic that hides in the noise: a hardening spring's third harmonic is βA²/32 where its frequency shifts by 3βA²/8.
const SHIFT_PER_HARMONIC: f64 = 12.0;
/// An oscillation whose size changes by less than this power of e over the whole time is steady, and so is one whose Re λ is less than so many of its
/// uncertainties: the uncertainty is a radius that holds 68 %, about 1.5 standard deviations of Re λ, so that this is 2.4 of those: one steady oscillation in 120
/// seems to decay, and one decay in 30 of those that the bound of Cramér and Rao puts at 4.3 deviations seems steady.
const STEADY: f64 = 0.3;
const MAY_NOT_DECAY: f64 = 1.6;
/// The same of growth, which little is.
const MAY_NOT_GROW: f64 = 2.5;
/// A model of the whole state that leaves less than this nearly explains the motion, whatever is left.
const NEARLY: f64 = 2e-3;
/// More modes than columns, with more noise than this: only those that turn by so many radians while they fall by e are believed.
const CURVES: f64 = 1e-4;
const UNDERDAMPED: f64 = 5.0;
/// In noise a mode that falls by this power of e from row to row is gone before it is seen.
const GONE: f64 = -3.0;
/// Uncertainties that |λ| must have to be told from zero.
const ABOVE_ZERO: f64 = 3.0;
/// Two decays are told apart where their rates differ by so many uncertainties.
const TOLD_APART: f64 = 3.0;
/// A mode of less than so many times the residuals, and less than this part of the largest, may be made of their errors.
const FAINT: f64 = 100.0;
const BESIDE_LARGEST: f64 = 1e-4;
/// More of the others beyond the columns are a series that any relaxation has, however clean the samples.
const MOST_HIDDEN: usize = 3;

/// A mode of a linear model.
#[derive(Clone, Debug)]
pub(crate) struct LinearMode {
    pub lambda: Complex<f64>,
    pub uncertainty: f64,
    /// Its root mean square in scaled columns.
    pub share: f64,
    pub because: Vec<Because>,
}

/// The best sum of exponentials.
#[derive(Clone, Debug)]
pub(crate) struct LinearModel {
    pub fit: Exponentials,
    /// Whether its residuals are noise or rounding and the left-out part is met.
    pub explains: bool,
    /// Whether it is a model of the whole state that leaves very little, though that is no noise: times that were rounded, a slight nonlinearity.
    pub nearly: bool,
    /// How each rate differs between large and small motion, where noise may hide what a nonlinear system does.
    shifts: Option<Vec<Shift>>,
    /// What terms of second order would do to each rate, where noise may hide them.
    second: Result<HigherOrder, Unasked>,
    /// The same of resonant terms of third order.
    third: Option<HigherOrder>,
    /// The same of rates that change in the course of a run.
    changing: Option<ChangingRates>,
    /// How far a decay may be from those of a sum that noise hides.
    hidden: Option<f64>,
    /// Whether rates next to each other stand for one that changes.
    change: bool,
    /// The rates of the model that Schwarz's criterion alone prefers, where that is another one.
    rival: Option<Vec<Rate>>,
    /// How far each rate moves where more directions of the columns are kept; empty where that was not asked.
    pub moved: Vec<f64>,
}

impl LinearModel {
    /// Of samples with at most [`MOST`] exponentials; `None` where there is nothing to compute with. Where its residuals look like noise that is proportional to the
    /// rows, of samples that are weighted for that, if it is the likelier one.
    ///
    /// Compares only the candidates that it has where `stopped` says so.
    pub fn of(samples: &Samples, stopped: &dyn Fn() -> bool) -> Option<Self> {
        Self::begun_from(samples, &[], stopped)
    }

    /// The same from rates that are known nearly, where there are such.
    pub fn begun_from(samples: &Samples, known: &[Rate], stopped: &dyn Fn() -> bool) -> Option<Self> {
        let (alike, law) = Self::as_weighted(samples, known, stopped)?;
        let weighted = |law: Law| Self::as_weighted(&law.weighted(samples), known, stopped);
        let other = law.filter(|_| !stopped()).and_then(weighted).map(|(model, _)| model);
        Some(other.filter(|other| information(&other.fit) < information(&alike.fit)).unwrap_or(alike))
    }

    /// Rows counting as they do, with the law that would weigh them otherwise.
    fn as_weighted(samples: &Samples, known: &[Rate], stopped: &dyn Fn() -> bool) -> Option<(Self, Option<Law>)> {
        let long = samples.thinned(LONG, LONG_EACH);
        let short = samples.thinned(SHORT, SHORT_EACH);
        let Search { best, rival, simple, law } = searched(samples, &short, known, stopped)?;
        let model = Self::polished(samples, &short, &long, best, rival)?;
        // Few rows bend to more modes than they show: a model of the whole state that passes every test goes before one that fails.
        if let Some(simple) = simple.filter(|_| !model.explains) {
            let rates = model.fit.rates.clone();
            let simple = Self::polished(samples, &short, &long, simple, Some(rates));
            return simple.filter(|s| s.explains && s.is_whole(samples)).or(Some(model)).map(|model| (model, law));
        }
        Some((model, law))
    }

    /// Less than half a turn, in noise: decays that are alike look like it.
    fn is_part_of_a_turn(&self, k: usize, duration: f64) -> bool {
        let frequency = self.fit.rates[k].lambda().im;
        self.fit.rms > CURVES && frequency > 0.0 && frequency * duration < PI
    }

    /// Whether a field may tell more: each run has amplitudes of its own here, which bend to what is no sum of exponentials, or to several near ones; a field is one for all runs.
    pub fn asks_for_a_field(&self, samples: &Samples) -> bool {
        let long = samples.thinned(LONG, LONG_EACH);
        let part_of_a_turn = || (0..self.fit.rates.len()).any(|k| self.is_part_of_a_turn(k, samples.duration()));
        self.fit.rms > CLEAN && samples.runs.len() > samples.dimension() && (part_of_a_turn() || !keep_to_own_directions(&long, &self.fit))
    }

    /// Whether there are no more exponentials than columns, and no trend.
    pub fn is_whole(&self, samples: &Samples) -> bool {
        self.fit.count() <= samples.dimension() && self.fit.trend == 0
    }

    /// A candidate at its best on all rows, and what the tests say of it.
    fn polished(samples: &Samples, short: &Samples, long: &Samples, best: Exponentials, rival: Option<Vec<Rate>>) -> Option<Self> {
        let polished = Exponentials::fitted(long, &best.rates, best.trend)?;
        let fit = if long.rows() > short.rows() {
            // More rows may show modes that the few did not.
            let again = chosen(variants(long, &polished.rates, &[polished.trend]), long);
            again.filter(|a| information(a) < information(&polished)).unwrap_or(polished)
        } else {
            polished
        };
        let fit = if fit.rms > CLEAN { fit.weighted(long) } else { without_faint(fit, long) };
        let counts = fit.count() > 0 && fit.cells >= 2 * fit.parameters;
        let leaves_noise = counts && fit.rms < LEAST && (fit.rms < CLEAN || fit.leaves_noise(long));
        let leaves_little = counts && fit.count() <= samples.dimension() && fit.trend == 0 && fit.rms < NEARLY;
        let meets = || fit.left_out_error(long).is_none_or(|e| e <= LEFT_OUT * fit.rms + 1e-3 * CLEAN.sqrt());
        let met = (leaves_noise || leaves_little) && meets();
        Some(Self::judged(long, fit, (leaves_noise && met, leaves_little && met), rival))
    }

    /// A fit that `explains` the samples, or does so `nearly`, with what tells it from a nonlinear motion.
    fn judged(long: &Samples, fit: Exponentials, (explains, nearly): (bool, bool), rival: Option<Vec<Rate>>) -> Self {
        // Of a model that leaves a part of the motion nobody asks.
        let asked = fit.rms > CLEAN && (explains || nearly);
        let shifts = if asked { shifts(long, &fit) } else { None };
        // What is beyond chance is no linear system's.
        let constant_rates = shifts.as_ref().is_none_or(|s| s.iter().all(|s| s.distance <= DEPENDS * s.by_chance));
        let second = if asked { second_order(long, &fit) } else { Err(Unasked::NotNeeded) };
        let third = if asked { third_order(long, &fit) } else { None };
        let changing = if asked { changing_rates(long, &fit) } else { None };
        let hidden = if asked { distance_of_hidden_decays(long, &fit) } else { None };
        let change = (explains || nearly) && stand_for_change(long, &fit);
        let straight = second.as_ref().ok().is_none_or(|s| s.gain <= chi_square(s.freedom as f64, CURVED));
        let linear = constant_rates && straight;
        Self {
            explains: explains && linear,
            nearly: nearly && linear,
            fit,
            shifts,
            second,
            third,
            changing,
            hidden,
            change,
            rival,
            moved: Vec::new(),
        }
    }

    /// The same as one that explains the samples, where runs are too short for the bounds of its tests, and chance leaves as much; `None` where it does not.
    pub fn granted(&self, samples: &Samples) -> Option<Self> {
        let long = samples.thinned(LONG, LONG_EACH);
        let counts = self.fit.count() > 0 && self.fit.cells >= 2 * self.fit.parameters && self.fit.rms < LEAST;
        if !counts || !leaves_what_chance_does(&self.fit, &long) {
            return None;
        }
        let judged = Self::judged(&long, self.fit.clone(), (true, false), self.rival.clone());
        judged.explains.then_some(judged)
    }

    /// The modes, those that carry most of the motion for longest first, each with what keeps it from being an equilibrium's.
    ///
    /// `known_linear` where nothing but a sum of exponentials comes into question.
    pub fn modes(&self, samples: &Samples, known_linear: bool) -> Vec<LinearMode> {
        let dimension = samples.dimension();
        let long = samples.thinned(LONG, LONG_EACH);
        let duration = samples.duration();
        // A trend is of the state as well, where it is no place of rest of each run's own.
        let trend = if rests_apart(samples, &self.fit) { 0 } else { self.fit.trend };
        let partial = self.fit.count() + trend > dimension;
        let lambdas: Vec<Complex<f64>> = self.fit.rates.iter().map(|r| r.lambda()).collect();
        let steady = |k: usize| {
            let least = if lambdas[k].re > 0.0 { MAY_NOT_GROW } else { MAY_NOT_DECAY };
            lambdas[k].im > 0.0 && lambdas[k].re.abs() * duration < STEADY.max(least * self.fit.uncertainty[k] * duration)
        };
        let all_steady = (0..lambdas.len()).all(steady);
        let overdamped = |lambda: Complex<f64>| lambda.im < UNDERDAMPED * lambda.re.abs();
        let decays = (0..lambdas.len()).filter(|&k| overdamped(lambdas[k]) && !is_faint(&self.fit, k)).map(|k| self.fit.rates[k].count());
        // A straight line stands for the slowest of a series.
        let series = decays.sum::<usize>() > dimension + if trend > 0 { 0 } else { MOST_HIDDEN };
        let half_turn = |k: usize| self.is_part_of_a_turn(k, duration);
        // A decay bends to what terms of second order do; an oscillation is orthogonal to its harmonics.
        let bends = |k: usize| !known_linear && self.fit.rms > CLEAN && overdamped(lambdas[k]);
        // In a few directions of many columns two decays may stand for more of them.
        let stands_for_more = partial || (!self.moved.is_empty() && self.fit.rates.iter().filter(|r| overdamped(r.lambda())).count() > 1);
        let faint: Vec<bool> = (0..lambdas.len()).map(|k| is_faint(&self.fit, k)).collect();
        // Two decays in a part of the state that are not told apart may be any number of them.
        let as_one = |k: usize| {
            let u = |j: usize| self.fit.uncertainty[j];
            let near = |j: usize| j != k && lambdas[j].im == 0.0 && (lambdas[j].re - lambdas[k].re).abs() < TOLD_APART * u(j).hypot(u(k));
            partial && lambdas[k].im == 0.0 && (0..lambdas.len()).any(near)
        };
        let runs_differ = partial && runs_are_unlike(&long, &self.fit);
        let largest = self.fit.share.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let shown = shown(&long, &self.fit);
        let hidden = self.fit.rms * (2.0 / self.fit.cells as f64).sqrt();
        let mut modes: Vec<LinearMode> = (0..lambdas.len())
            .map(|k| {
                let lambda = lambdas[k];
                let mut uncertainty = self.fit.uncertainty[k].hypot(4.0 * f64::EPSILON * lambda.norm());
                let mut because = Vec::new();
                // What chance, other directions and another model leave of λ may leave nothing of it.
                let mut beside_zero = self.moved.get(k).map_or(uncertainty, |moved| uncertainty.hypot(*moved));
                if let Some(shift) = self.shifts.as_ref().map(|s| s[k]).filter(|s| s.distance > PERHAPS * s.by_chance) {
                    uncertainty = uncertainty.hypot(shift.distance);
                }
                if bends(k) && self.second.as_ref().is_err_and(|why| why.leaves_open()) {
                    because.push(Because::MayBeNonlinear);
                }
                if let Some((distance, by_chance)) = self.second.as_ref().ok().filter(|_| bends(k)).map(|s| s.moved[k]) {
                    if distance.hypot(by_chance) > VAGUE * lambda.norm() {
                        because.push(Because::MayBeNonlinear);
                    } else {
                        // That the terms may be there is part of the uncertainty as well.
                        uncertainty = uncertainty.max(by_chance).hypot(distance);
                    }
                }
                // An oscillation bends to its resonant term of third order, where that takes more from the residuals than chance does.
                let turns = !known_linear && lambda.im > 0.0 && !overdamped(lambda);
                let seen = |third: &&HigherOrder| turns && third.gain > chi_square(third.freedom as f64, BENT);
                if let Some((distance, by_chance)) = self.third.as_ref().filter(seen).map(|third| third.moved[k]) {
                    uncertainty = uncertainty.max(by_chance).hypot(distance);
                }
                uncertainty = uncertainty.hypot(shown[k].by_digits);
                if !shown[k].enough {
                    uncertainty = uncertainty.max(lambda.norm());
                }
                // So it does to a rate that changes with time, which is known no better than it changes.
                let asked = turns && (self.explains || self.nearly);
                let seen = |changing: &&ChangingRates| asked && changing.gain > chi_square(changing.freedom as f64, BENT);
                if let Some(distance) = self.changing.as_ref().filter(seen).map(|changing| changing.moved[k]) {
                    uncertainty = uncertainty.hypot(distance);
                    // In a gap that nobody sees it may have changed at once, or have been started anew.
                    if distance > VAGUE * lambda.norm() || samples.has_long_gap() {
                        because.push(Because::ChangesInTime);
                    }
                }
                if let Some(distance) = self.hidden.filter(|_| !known_linear) {
                    uncertainty = uncertainty.hypot(distance);
                    if distance > VAGUE * lambda.norm() {
                        because.push(Because::NotDetermined);
                    }
                }
                if self.change && !known_linear {
                    because.push(Because::ChangesInTime);
                }
                uncertainty = self.moved.get(k).map_or(uncertainty, |moved| uncertainty.hypot(*moved));
                if let Some(rival) = &self.rival {
                    let nearest = rival.iter().map(|r| (r.lambda() - lambda).norm()).fold(f64::INFINITY, f64::min);
                    uncertainty = uncertainty.hypot(nearest);
                    beside_zero = beside_zero.hypot(nearest);
                }
                if steady(k) && self.fit.rms > CLEAN && self.one_amplitude(samples) {
                    let shift = SHIFT_PER_HARMONIC * hidden.hypot(third_harmonic(&self.fit, &long, lambda.im)) * lambda.norm();
                    if shift > VAGUE * lambda.norm() {
                        because.push(Because::OneSize);
                    }
                    uncertainty = uncertainty.hypot(shift);
                }
                if !self.explains {
                    // What is left may be a harmonic, whose size bounds the shift: beside a mode that is a small part of the motion it is large.
                    let left = self.fit.rms * largest / self.fit.share[k].clamp(f64::MIN_POSITIVE, largest);
                    uncertainty = uncertainty.hypot(SHIFT_PER_HARMONIC * left * lambda.norm());
                    if !self.nearly {
                        // What so few rows leave tests nothing.
                        let few = self.fit.cells < 2 * self.fit.parameters;
                        because.push(if few { Because::FewSamples } else { Because::NotExplained });
                    }
                }
                if partial && steady(k) && !(all_steady && self.fit.count() <= 2 * dimension && self.fit.trend == 0) {
                    because.push(if all_steady && sizes_differ(samples, lambda.im) { Because::OfItsSize } else { Because::MayBeDriven });
                }
                if half_turn(k) || as_one(k) || (partial && !known_linear && self.fit.rms > CURVES && may_be_of_a_series(&lambdas, k)) {
                    because.push(Because::NotDetermined);
                } else if self.fit.rms > CURVES && lambda.re * samples.interval < GONE {
                    because.push(Because::Vague);
                }
                if runs_differ {
                    because.push(Because::RunsDiffer);
                }
                if faint[k] {
                    because.push(Because::Faint);
                } else if partial && is_harmonic(&self.fit, k, duration, samples.highest_frequency()) {
                    because.push(Because::Harmonic);
                }
                // Sums of overdamped exponentials bend to any slow curve; only clean samples tell a few apart.
                if stands_for_more && !faint[k] && !known_linear && (series || self.fit.rms > CURVES) && overdamped(lambda) {
                    because.push(Because::NotDetermined);
                }
                // A multiplier on the negative axis is no flow's, and a part of the state shows nothing beside it.
                let margin = if partial { 0.05 * PI } else { (10.0 * uncertainty * samples.interval).clamp(1e-3, 0.05 * PI) };
                if samples.highest_frequency().is_some_and(|highest| lambda.im > highest * (1.0 - margin / PI)) {
                    because.push(Because::NoRealFlow);
                }
                if [Because::OneSize, Because::MayBeNonlinear, Because::ChangesInTime].iter().any(|other| because.contains(other)) {
                    // That λ may be another is not that it may be zero.
                } else if lambda.norm() <= ABOVE_ZERO * beside_zero || lambda.norm() * duration < 0.1 {
                    because.push(Because::LinearPartVanishes);
                } else if uncertainty > VAGUE * lambda.norm() {
                    because.push(Because::Vague);
                }
                LinearMode { lambda, uncertainty, share: self.fit.share[k], because }
            })
            .collect();
        // One mode that bends to a curve takes the trust from all others.
        if (partial || (0..lambdas.len()).any(half_turn)) && modes.iter().any(|m| m.because.contains(&Because::NotDetermined)) {
            modes.iter_mut().filter(|m| m.because.is_empty()).for_each(|m| m.because.push(Because::NotDetermined));
        }
        // One harmonic makes the whole an orbit's series.
        let cut_off = partial && !known_linear && is_cut_off_series(&self.fit);
        if cut_off || modes.iter().any(|m| m.because.contains(&Because::Harmonic)) {
            for mode in &mut modes {
                if !mode.because.contains(&Because::Harmonic) {
                    mode.because.push(Because::Harmonic);
                }
            }
        }
        modes.sort_by(|a, b| b.share.total_cmp(&a.share));
        modes
    }

    /// Whether all of the motion has one size: then a nonlinear orbit may look like a linear one.
    pub fn one_amplitude(&self, samples: &Samples) -> bool {
        let sizes: Vec<f64> = samples
            .runs
            .iter()
            .map(|r| (r.states.iter().filter(|x| !x.is_nan()).map(|x| x * x).sum::<f64>() / r.rows() as f64).sqrt())
            .collect();
        let (least, most) = sizes.iter().fold((f64::INFINITY, 0.0f64), |(l, m), &s| (l.min(s), m.max(s)));
        most < 1.5 * least
    }
}

/// An uncertainty of more than this part of λ settles nothing.
pub(crate) const VAGUE: f64 = 0.2;

/// Whether errors that grow with the motion, as rounding's do, could look like the k-th rate's part.
fn is_faint(fit: &Exponentials, k: usize) -> bool {
    let largest = fit.share.iter().copied().fold(0.0, f64::max);
    fit.share[k] < FAINT * fit.rms && fit.share[k] < BESIDE_LARGEST * largest
}

/// The same without such rates, where what is left without them is rounding as well.
fn without_faint(fit: Exponentials, samples: &Samples) -> Exponentials {
    let kept: Vec<Rate> = (0..fit.rates.len()).filter(|&k| !is_faint(&fit, k)).map(|k| fit.rates[k]).collect();
    if kept.len() == fit.rates.len() || kept.is_empty() {
        return fit;
    }
    Exponentials::fitted(samples, &kept, fit.trend).filter(|simple| simple.rms < CLEAN).unwrap_or(fit)
}
