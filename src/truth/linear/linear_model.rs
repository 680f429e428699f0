//! The best sum of exponentials for samples, and whether it explains them.

use super::amplitude_dependence::{Shift, shifts};
use super::changing_rates::{ChangingRates, changing_rates, distance_of_hidden_decays, stand_for_change};
use super::own_directions::keep_to_own_directions;
use super::second_order::{HigherOrder, Unasked, second_order, third_order};
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponential_search::{CLEAN, LEAST, Search, chosen, information, searched, variants};
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::left_by_chance::leaves_what_chance_does;
use crate::truth::exponential_sums::proportional_noise::Law;
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::samples::runs::Samples;
use std::f64::consts::PI;

/// Rows on which candidates are compared, and rows on which the best is polished; and how many of each run at least.
pub(crate) const SHORT: usize = 500;
const SHORT_EACH: usize = 12;
pub(crate) const LONG: usize = 8000;
pub(crate) const LONG_EACH: usize = 40;
/// Two thirds may miss the last third by this many times their own residual.
const LEFT_OUT: f64 = 3.0;
/// A run is short that has fewer rows than this for each exponential.
const FEW_ROWS: usize = 6;
/// Standard errors by which rates of large and small motion may differ.
const DEPENDS: f64 = 4.0;
/// Deviations beyond which terms of second order take more from the residuals than chance does.
const CURVED: f64 = 3.5;
/// A model of the whole state that leaves less than this nearly explains the motion, whatever is left.
const NEARLY: f64 = 2e-3;
/// With more noise than this, sums of exponentials bend to curves that are none.
pub(super) const CURVES: f64 = 1e-4;
/// A mode of less than so many times the residuals, and less than this part of the largest, may be made of their errors.
const FAINT: f64 = 100.0;
const BESIDE_LARGEST: f64 = 1e-4;

/// The best sum of exponentials.
#[derive(Clone, Debug)]
pub(crate) struct LinearModel {
    pub fit: Exponentials,
    /// Whether its residuals are noise or rounding and the left-out part is met.
    pub explains: bool,
    /// Whether it is a model of the whole state that leaves very little, though that is no noise: times that were rounded, a slight nonlinearity.
    pub nearly: bool,
    /// How each rate differs between large and small motion, where noise may hide what a nonlinear system does.
    pub(super) shifts: Option<Vec<Shift>>,
    /// What terms of second order would do to each rate, where noise may hide them.
    pub(super) second: Result<HigherOrder, Unasked>,
    /// The same of resonant terms of third order.
    pub(super) third: Option<HigherOrder>,
    /// The same of rates that change in the course of a run.
    pub(super) changing: Option<ChangingRates>,
    /// How far a decay may be from those of a sum that noise hides.
    pub(super) hidden: Option<f64>,
    /// Whether rates next to each other stand for one that changes.
    pub(super) change: bool,
    /// The rates of the model that Schwarz's criterion alone prefers, where that is another one.
    pub(super) rival: Option<Vec<Rate>>,
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
    pub(super) fn is_part_of_a_turn(&self, k: usize, duration: f64) -> bool {
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
        // What amplitudes of each run's own predict from so few rows misses the rest by more than the noise: how far, chance tells.
        let misses_by_chance = || leaves_noise && runs_are_short(&fit, long) && leaves_what_chance_does(&fit, long);
        let met = (leaves_noise || leaves_little) && (meets() || misses_by_chance());
        Some(Self::judged(long, fit, (leaves_noise && met, leaves_little && met), rival))
    }

    /// A fit that `explains` the samples, or does so `nearly`, with what tells it from a nonlinear motion.
    fn judged(long: &Samples, fit: Exponentials, (explains, nearly): (bool, bool), rival: Option<Vec<Rate>>) -> Self {
        // Of a model that leaves a part of the motion nobody asks.
        let asked = fit.rms > CLEAN && (explains || nearly);
        let shifts = if asked { shifts(long, &fit) } else { None };
        // What is beyond chance is no linear system's.
        let constant_rates = shifts.as_ref().is_none_or(|s| s.iter().all(|s| s.distance <= DEPENDS * s.by_chance));
        let second = if asked { second_order(long, &fit, VAGUE) } else { Err(Unasked::NotNeeded) };
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
}

/// Whether runs have so few rows that each number of theirs is fitted to few cells.
fn runs_are_short(fit: &Exponentials, samples: &Samples) -> bool {
    let least = FEW_ROWS * (fit.count() + fit.trend);
    samples.runs.len() > 1 && samples.runs.iter().any(|run| run.rows() < least)
}

/// An uncertainty of more than this part of λ settles nothing.
pub(crate) const VAGUE: f64 = 0.2;

/// Whether errors that grow with the motion, as rounding's do, could look like the k-th rate's part.
pub(super) fn is_faint(fit: &Exponentials, k: usize) -> bool {
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
