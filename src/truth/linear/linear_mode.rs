//! The modes of a linear model: how far each may be from an equilibrium's, and what keeps it from being one.
//!
//! | question | where |
//! | --- | --- |
//! | what a nonlinear system would leave in the samples | `bent` |
//! | what rates that change in time would, or decays that hide in one | `changed` |
//! | what else explains as much | `beside_others` |
//! | an orbit of one size, and what is left of the motion | `of_one_size` |
//! | motion from outside, more modes than columns can tell, what noise bends to | `of_no_equilibrium` |
//! | whether λ is told from zero | `vague` |

use super::cycle_in_runs::sizes_differ;
use super::linear_model::{CURVES, LONG, LONG_EACH, LinearModel, VAGUE, is_faint};
use super::rests_apart::rests_apart;
use super::seen_cells::{Shown, shown};
use super::slow_part::beside_any_slow_part;
use super::unlike_runs::runs_are_unlike;
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponential_search::CLEAN;
use crate::truth::exponential_sums::harmonics::{is_cut_off_series, is_harmonic, may_be_of_a_series, third_harmonic};
use crate::truth::finding::Because;
use crate::truth::samples::runs::Samples;
use num_complex::Complex;
use std::f64::consts::PI;

/// Standard errors by which rates of large and small motion differ where the difference is part of the uncertainty.
const PERHAPS: f64 = 2.5;
/// Deviations beyond which what resonant terms of third order, or rates that change, do to λ is part of its uncertainty, and from which on it is in full.
const BENT: f64 = 2.0;
const SURELY_BENT: f64 = 3.0;
/// Where chance takes as much in one of 20 linear systems, an uncertainty grows to so many times what chance leaves of λ at most: over three times the error's scale it would say
/// nothing of those, and three times as much holds nearly all that bend.
const IN_DOUBT: f64 = 2.5;
/// An error of λ in units of |λ| for each unit of a harmonic that hides in the noise: a hardening spring's third harmonic is βA²/32 where its frequency shifts by 3βA²/8.
const SHIFT_PER_HARMONIC: f64 = 12.0;
/// An oscillation whose size changes by less than this power of e over the whole time is steady, and so is one whose Re λ is less than so many of its
/// uncertainties: the uncertainty is a radius that holds 68 %, about 1.5 standard deviations of Re λ, so that this is 2.4 of those: one steady oscillation in 120
/// seems to decay, and one decay in 30 of those that the bound of Cramér and Rao puts at 4.3 deviations seems steady.
const STEADY: f64 = 0.3;
/// The same in clean samples, where the motion that something outside keeps up hardly changes its size.
const STEADY_CLEAN: f64 = 1e-3;
const MAY_NOT_DECAY: f64 = 1.6;
/// The same of growth, which little is.
const MAY_NOT_GROW: f64 = 2.5;
/// Of more modes than columns, in noise, only those are believed that turn by so many radians while they fall by e.
const UNDERDAMPED: f64 = 5.0;
/// More of the others beyond the columns are a series that any relaxation has, however clean the samples.
const MOST_HIDDEN: usize = 3;
/// In noise a mode that falls by this power of e from row to row is gone before it is seen.
const GONE: f64 = -3.0;
/// Uncertainties that |λ| must have to be told from zero.
const ABOVE_ZERO: f64 = 3.0;
/// Two decays are told apart where their rates differ by so many uncertainties.
const TOLD_APART: f64 = 3.0;
/// Of λ at the edge of what rows so far apart show, the part that is left out: of a part of the state, and at most.
const EDGE: f64 = 0.05;

/// A mode of a linear model.
#[derive(Clone, Debug)]
pub(crate) struct LinearMode {
    pub lambda: Complex<f64>,
    pub uncertainty: f64,
    /// Its root mean square in scaled columns.
    pub share: f64,
    pub because: Vec<Because>,
}

impl LinearModel {
    /// The modes, those that carry most of the motion for longest first, each with what keeps it from being an equilibrium's.
    ///
    /// `known_linear` where nothing but a sum of exponentials comes into question.
    pub fn modes(&self, samples: &Samples, known_linear: bool) -> Vec<LinearMode> {
        let beside = Beside::of(self, samples, known_linear);
        let mut modes: Vec<LinearMode> = (0..beside.lambdas.len()).map(|k| beside.mode(k)).collect();
        beside.together(&mut modes);
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

/// A mode while it is judged.
struct Judged {
    uncertainty: f64,
    /// What chance leaves of λ, were the system linear.
    by_chance: f64,
    /// What chance, other directions and another model leave of λ, which may leave nothing of it.
    beside_zero: f64,
    because: Vec<Because>,
}

impl Judged {
    /// An uncertainty that another model has, which is seen for sure or in doubt.
    fn widen(&mut self, other: f64, surely: bool) {
        let most = if surely { f64::INFINITY } else { IN_DOUBT * self.by_chance };
        self.uncertainty = self.uncertainty.max(other.min(most));
    }
}

/// The modes of a model beside each other, and what all of them are judged by.
struct Beside<'a> {
    model: &'a LinearModel,
    samples: &'a Samples,
    long: Samples,
    known_linear: bool,
    lambdas: Vec<Complex<f64>>,
    duration: f64,
    /// More modes than columns.
    partial: bool,
    /// Every mode is a steady oscillation.
    all_steady: bool,
    /// So many decays that they are a series.
    series: bool,
    faint: Vec<bool>,
    runs_differ: bool,
    shown: Vec<Shown>,
    /// What any slow part leaves of each mode.
    slow: Option<Vec<f64>>,
}

impl<'a> Beside<'a> {
    fn of(model: &'a LinearModel, samples: &'a Samples, known_linear: bool) -> Self {
        let fit = &model.fit;
        let long = samples.thinned(LONG, LONG_EACH);
        // A trend is of the state as well, where it is no place of rest of each run's own.
        let trend = if rests_apart(samples, fit) { 0 } else { fit.trend };
        let partial = fit.count() + trend > samples.dimension();
        let lambdas: Vec<Complex<f64>> = fit.rates.iter().map(|r| r.lambda()).collect();
        let faint: Vec<bool> = (0..lambdas.len()).map(|k| is_faint(fit, k)).collect();
        let decays = (0..lambdas.len()).filter(|&k| overdamped(lambdas[k]) && !faint[k]).map(|k| fit.rates[k].count());
        // A straight line stands for the slowest of a series.
        let series = decays.sum::<usize>() > samples.dimension() + if trend > 0 { 0 } else { MOST_HIDDEN };
        let (runs_differ, shown) = (partial && runs_are_unlike(&long, fit), shown(&long, fit));
        let duration = samples.duration();
        let mut beside = Self {
            model,
            samples,
            long,
            known_linear,
            lambdas,
            duration,
            partial,
            all_steady: false,
            series,
            faint,
            runs_differ,
            shown,
            slow: None,
        };
        beside.all_steady = (0..beside.lambdas.len()).all(|k| beside.is_steady(k));
        beside.slow = beside.beside_slow();
        beside
    }

    fn is_steady(&self, k: usize) -> bool {
        let lambda = self.lambdas[k];
        let least = if lambda.re > 0.0 { MAY_NOT_GROW } else { MAY_NOT_DECAY };
        let steady = if self.model.fit.rms > CLEAN { STEADY } else { STEADY_CLEAN };
        lambda.im > 0.0 && lambda.re.abs() * self.duration < steady.max(least * self.model.fit.uncertainty[k] * self.duration)
    }

    /// An oscillation that is no relaxation: it bends to its size.
    fn turns(&self, k: usize) -> bool {
        !self.known_linear && self.lambdas[k].im > 0.0 && !overdamped(self.lambdas[k])
    }

    fn mode(&self, k: usize) -> LinearMode {
        let (fit, lambda) = (&self.model.fit, self.lambdas[k]);
        let by_chance = fit.uncertainty[k].hypot(4.0 * f64::EPSILON * lambda.norm());
        let beside_zero = self.model.moved.get(k).map_or(by_chance, |moved| by_chance.hypot(*moved));
        let mut judged = Judged { uncertainty: by_chance, by_chance, beside_zero, because: Vec::new() };
        self.bent(k, &mut judged);
        self.changed(k, &mut judged);
        self.beside_others(k, &mut judged);
        self.of_one_size(k, &mut judged);
        self.of_no_equilibrium(k, &mut judged);
        self.beside_any_slow(k, &mut judged);
        self.vague(k, &mut judged);
        LinearMode { lambda, uncertainty: judged.uncertainty, share: fit.share[k], because: judged.because }
    }

    /// What terms of second and third order, which noise may hide, would do to λ; and the digits that cells have.
    fn bent(&self, k: usize, judged: &mut Judged) {
        let (model, lambda) = (self.model, self.lambdas[k]);
        if let Some(shift) = model.shifts.as_ref().map(|s| s[k]).filter(|s| s.distance > PERHAPS * s.by_chance) {
            // A difference beyond doubt is no linear model's.
            judged.widen(judged.uncertainty.hypot(shift.distance), false);
        }
        // A decay bends to what terms of second order do; an oscillation is orthogonal to its harmonics.
        let bends = !self.known_linear && model.fit.rms > CLEAN && overdamped(lambda);
        if bends && model.second.as_ref().is_err_and(|why| why.leaves_open()) {
            judged.because.push(Because::MayBeNonlinear);
        }
        if let Some((distance, by_chance)) = model.second.as_ref().ok().filter(|_| bends).map(|s| s.moved[k]) {
            if distance.hypot(by_chance) > VAGUE * lambda.norm() {
                judged.because.push(Because::MayBeNonlinear);
            } else {
                // That the terms may be there is part of the uncertainty as well.
                judged.uncertainty = judged.uncertainty.max(by_chance).hypot(distance);
            }
        }
        // An oscillation bends to its resonant term of third order, where that takes more from the residuals than chance does.
        if let Some(third) = model.third.as_ref().filter(|third| self.turns(k) && third.gain > chi_square(third.freedom as f64, BENT)) {
            let (distance, by_chance) = third.moved[k];
            let surely = third.gain > chi_square(third.freedom as f64, SURELY_BENT);
            judged.widen(judged.uncertainty.max(by_chance).hypot(distance), surely);
        }
        judged.uncertainty = judged.uncertainty.hypot(self.shown[k].by_digits);
        if !self.shown[k].enough {
            judged.uncertainty = judged.uncertainty.max(lambda.norm());
        }
    }

    /// A rate that changes with time is known no better than it changes, and one decay that may be several no better than they differ.
    fn changed(&self, k: usize, judged: &mut Judged) {
        let (model, lambda) = (self.model, self.lambdas[k]);
        let asked = self.turns(k) && (model.explains || model.nearly);
        let changing = model.changing.as_ref().filter(|c| asked && c.gain > chi_square(c.freedom as f64, BENT));
        if let Some((distance, gain, freedom)) = changing.map(|changing| (changing.moved[k], changing.gain, changing.freedom)) {
            judged.widen(judged.uncertainty.hypot(distance), gain > chi_square(freedom as f64, SURELY_BENT));
            // In a gap that nobody sees it may have changed at once, or have been started anew.
            if distance > VAGUE * lambda.norm() || self.samples.has_long_gap() {
                judged.because.push(Because::ChangesInTime);
            }
        }
        if let Some(distance) = model.hidden.filter(|_| !self.known_linear) {
            judged.uncertainty = judged.uncertainty.hypot(distance);
            if distance > VAGUE * lambda.norm() {
                judged.because.push(Because::NotDetermined);
            }
        }
        if model.change && !self.known_linear {
            judged.because.push(Because::ChangesInTime);
        }
    }

    /// The same mode in more directions of the columns, and in the model that Schwarz's criterion alone prefers.
    fn beside_others(&self, k: usize, judged: &mut Judged) {
        judged.uncertainty = self.model.moved.get(k).map_or(judged.uncertainty, |moved| judged.uncertainty.hypot(*moved));
        if let Some(rival) = &self.model.rival {
            let nearest = rival.iter().map(|r| (r.lambda() - self.lambdas[k]).norm()).fold(f64::INFINITY, f64::min);
            judged.uncertainty = judged.uncertainty.hypot(nearest);
            judged.beside_zero = judged.beside_zero.hypot(nearest);
        }
    }

    /// An oscillation is known no better than the slow part beside it leaves it.
    fn beside_any_slow(&self, k: usize, judged: &mut Judged) {
        if let Some(slow) = self.slow.as_ref().filter(|_| !self.is_slow(k)) {
            judged.uncertainty = judged.uncertainty.max(slow[k]);
            if slow[k] > VAGUE * self.lambdas[k].norm() {
                judged.because.push(Because::NotDetermined);
            }
        }
    }

    /// An orbit of one size may be a nonlinear one, whose harmonics noise hides or are what is left.
    fn of_one_size(&self, k: usize, judged: &mut Judged) {
        let (model, fit, lambda) = (self.model, &self.model.fit, self.lambdas[k]);
        if self.is_steady(k) && fit.rms > CLEAN && model.one_amplitude(self.samples) {
            let hidden = fit.rms * (2.0 / fit.cells as f64).sqrt();
            let shift = SHIFT_PER_HARMONIC * hidden.hypot(third_harmonic(fit, &self.long, lambda.im)) * lambda.norm();
            if shift > VAGUE * lambda.norm() {
                judged.because.push(Because::OneSize);
            }
            judged.uncertainty = judged.uncertainty.hypot(shift);
        }
        if !model.explains {
            // What is left may be a harmonic, whose size bounds the shift: beside a mode that is a small part of the motion it is large.
            let largest = fit.share.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
            let left = fit.rms * largest / fit.share[k].clamp(f64::MIN_POSITIVE, largest);
            judged.uncertainty = judged.uncertainty.hypot(SHIFT_PER_HARMONIC * left * lambda.norm());
            if !model.nearly {
                // What so few rows leave tests nothing.
                let few = fit.cells < 2 * fit.parameters;
                judged.because.push(if few { Because::FewSamples } else { Because::NotExplained });
            }
        }
    }

    /// Motion from outside, more modes than the columns can tell, what noise bends to, and what rows so far apart cannot show.
    fn of_no_equilibrium(&self, k: usize, judged: &mut Judged) {
        let (fit, lambda, partial) = (&self.model.fit, self.lambdas[k], self.partial);
        let few = fit.count() <= 2 * self.samples.dimension() && fit.trend == 0;
        if partial && self.is_steady(k) && !(self.all_steady && few) {
            let of_its_size = self.all_steady && sizes_differ(self.samples, lambda.im);
            judged.because.push(if of_its_size { Because::OfItsSize } else { Because::MayBeDriven });
        }
        let of_a_series = || partial && !self.known_linear && fit.rms > CURVES && may_be_of_a_series(&self.lambdas, k);
        if self.model.is_part_of_a_turn(k, self.duration) || self.as_one(k) || of_a_series() {
            judged.because.push(Because::NotDetermined);
        } else if fit.rms > CURVES && lambda.re * self.samples.interval < GONE {
            judged.because.push(Because::Vague);
        }
        if self.runs_differ {
            judged.because.push(Because::RunsDiffer);
        }
        if self.faint[k] {
            judged.because.push(Because::Faint);
        } else if partial && is_harmonic(fit, k, self.duration, self.samples.highest_frequency()) {
            judged.because.push(Because::Harmonic);
        }
        // In a few directions of many columns two decays may stand for more of them.
        let several = || self.lambdas.iter().filter(|lambda| overdamped(**lambda)).count() > 1;
        let stands_for_more = partial || (!self.model.moved.is_empty() && several());
        // Sums of overdamped exponentials bend to any slow curve; only clean samples tell a few apart.
        if stands_for_more && !self.faint[k] && !self.known_linear && (self.series || fit.rms > CURVES) && overdamped(lambda) {
            if let Some(u) = self.slow.as_ref().map(|slow| slow[k]).filter(|u| self.may_settle(k) && *u <= VAGUE * lambda.norm()) {
                judged.uncertainty = judged.uncertainty.max(u);
            } else {
                judged.because.push(Because::NotDetermined);
            }
        }
        // A multiplier on the negative axis is no flow's, and a part of the state shows nothing beside it.
        let blurred = 10.0 * judged.uncertainty * self.samples.interval / PI;
        let edge = if partial { EDGE } else { blurred.clamp(1e-3 / PI, EDGE) };
        if self.samples.highest_frequency().is_some_and(|highest| lambda.im > highest * (1.0 - edge)) {
            judged.because.push(Because::NoRealFlow);
        }
    }

    /// A decay, or less than half a turn.
    fn is_slow(&self, k: usize) -> bool {
        self.lambdas[k].im == 0.0 || self.model.is_part_of_a_turn(k, self.duration)
    }

    /// What any slow part leaves of each mode, where it may stand for more than it is; a pair that turns and dies out at once may be of an oscillation's series.
    fn beside_slow(&self) -> Option<Vec<f64>> {
        let (slow, turning): (Vec<usize>, Vec<usize>) = (0..self.lambdas.len()).partition(|k| self.is_slow(*k));
        let asked = self.partial && self.model.explains && !self.known_linear && self.model.fit.rms > CURVES && !self.series;
        let told = asked && !slow.is_empty() && !turning.iter().any(|&k| overdamped(self.lambdas[k]));
        if told { beside_any_slow_part(&self.long, &self.model.fit, &slow) } else { None }
    }

    /// A decay that no straight line or growth stands beside.
    fn may_settle(&self, k: usize) -> bool {
        let decays = |lambda: &Complex<f64>| lambda.re < 0.0 || !overdamped(*lambda);
        self.lambdas[k].im == 0.0 && self.model.fit.trend == 0 && self.lambdas.iter().all(decays)
    }

    /// Two decays in a part of the state that are not told apart may be any number of them.
    fn as_one(&self, k: usize) -> bool {
        let (lambdas, u) = (&self.lambdas, &self.model.fit.uncertainty);
        let near = |j: usize| j != k && lambdas[j].im == 0.0 && (lambdas[j].re - lambdas[k].re).abs() < TOLD_APART * u[j].hypot(u[k]);
        self.partial && lambdas[k].im == 0.0 && (0..lambdas.len()).any(near)
    }

    /// Whether λ is told from zero, and its uncertainty is small beside it.
    fn vague(&self, k: usize, judged: &mut Judged) {
        let size = self.lambdas[k].norm();
        let elsewhere = [Because::OneSize, Because::MayBeNonlinear, Because::ChangesInTime];
        if elsewhere.iter().any(|other| judged.because.contains(other)) {
            // That λ may be another is not that it may be zero.
        } else if size <= ABOVE_ZERO * judged.beside_zero || size * self.duration < 0.1 {
            judged.because.push(Because::LinearPartVanishes);
        } else if judged.uncertainty > VAGUE * size {
            judged.because.push(Because::Vague);
        }
    }

    /// What one mode says of all.
    fn together(&self, modes: &mut [LinearMode]) {
        // One mode that bends to a curve takes the trust from all others.
        let half_turn = || (0..self.lambdas.len()).any(|k| self.model.is_part_of_a_turn(k, self.duration));
        // Unless samples tell others from it, whatever it is.
        let takes =
            |(k, mode): (usize, &LinearMode)| mode.because.contains(&Because::NotDetermined) && !(self.slow.is_some() && self.is_slow(k));
        if (self.partial || half_turn()) && modes.iter().enumerate().any(takes) {
            modes.iter_mut().filter(|m| m.because.is_empty()).for_each(|m| m.because.push(Because::NotDetermined));
        }
        // Slow ones stand or fall together where some are not told apart.
        let alike = |k: usize| self.as_one(k) || self.model.is_part_of_a_turn(k, self.duration);
        if (0..modes.len()).any(alike) {
            let slow = modes.iter_mut().enumerate().filter(|(k, mode)| self.is_slow(*k) && mode.because.is_empty());
            slow.for_each(|(_, mode)| mode.because.push(Because::NotDetermined));
        }
        // One harmonic makes the whole an orbit's series.
        let cut_off = self.partial && !self.known_linear && is_cut_off_series(&self.model.fit);
        if cut_off || modes.iter().any(|m| m.because.contains(&Because::Harmonic)) {
            let others = modes.iter_mut().filter(|mode| !mode.because.contains(&Because::Harmonic));
            others.for_each(|mode| mode.because.push(Because::Harmonic));
        }
    }
}

/// Whether a mode falls before it has turned much.
fn overdamped(lambda: Complex<f64>) -> bool {
    lambda.im < UNDERDAMPED * lambda.re.abs()
}
