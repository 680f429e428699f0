//! The best sum of exponentials for samples, whether it explains them, and which of its modes are an equilibrium's.

use super::amplitude_dependence::{Shift, shifts};
use super::bounded_work::Effort;
use super::chi_square::chi_square;
use super::delays::Delays;
use super::exponentials::Exponentials;
use super::field_fit::FieldFit;
use super::finding::Because;
use super::frequency_scan::scanned;
use super::harmonics::{is_harmonic, may_be_of_a_series, third_harmonic};
use super::rate::Rate;
use super::runs::Samples;
use super::second_order::{SecondOrder, second_order};
use super::spectrum::spectrum;
use super::whiteness::Whiteness;
use super::windows::{Frame, windows};
use num_complex::Complex;
use std::f64::consts::PI;

/// A relative residual below this is no noise, whatever its correlations: rounding, or the tolerance of a solver.
pub(super) const CLEAN: f64 = 1e-6;
/// Residuals below this differ by rounding only.
const ROUNDING: f64 = 1e-9;
/// Rows on which candidates are compared, and rows on which the best is polished.
const SHORT: usize = 500;
const LONG: usize = 8000;
/// Exponentials at most, pairs as two.
const MOST: usize = 16;
/// Rates of less than this over the whole time are a trend.
const SLOW: f64 = 0.5;
/// Two thirds may miss the last third by this many times their own residual.
const LEFT_OUT: f64 = 3.0;
/// Standard errors by which rates of large and small motion may differ, and from which on the difference is part of the uncertainty.
const DEPENDS: f64 = 4.0;
const PERHAPS: f64 = 2.5;
/// Deviations beyond which terms of second order take more from the residuals than chance does; and standard errors from which on what they do to a rate is part of its
/// uncertainty.
const CURVED: f64 = 3.5;
const PERHAPS_CURVED: f64 = 1.0;
/// A model that leaves more than this of the motion explains nothing.
const LEAST: f64 = 0.8;
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
/// More of the others beyond the columns are a series that any relaxation has, however clean the samples.
const MOST_HIDDEN: usize = 3;

/// A mode of a linear model.
#[derive(Clone, Debug)]
pub(super) struct LinearMode {
    pub lambda: Complex<f64>,
    pub uncertainty: f64,
    /// Its root mean square in scaled columns.
    pub share: f64,
    pub because: Vec<Because>,
}

/// The best sum of exponentials.
#[derive(Clone, Debug)]
pub(super) struct LinearModel {
    pub fit: Exponentials,
    /// Whether its residuals are noise or rounding and the left-out part is met.
    pub explains: bool,
    /// Whether it is a model of the whole state that leaves very little, though that is no noise: times that were rounded, a slight nonlinearity.
    pub nearly: bool,
    /// How each rate differs between large and small motion, where noise may hide what a nonlinear system does.
    shifts: Option<Vec<Shift>>,
    /// What terms of second order would do to each rate, where noise may hide them and rows are enough to ask.
    second: Option<SecondOrder>,
    /// The rates of the model that Schwarz's criterion alone prefers, where that is another one.
    rival: Option<Vec<Rate>>,
    /// How far each rate moves where more directions of the columns are kept; empty where that was not asked.
    pub moved: Vec<f64>,
}

impl LinearModel {
    /// Of samples with at most [`MOST`] exponentials; `None` where there is nothing to compute with.
    ///
    /// Compares only the candidates that it has where `stopped` says so.
    pub fn of(samples: &Samples, stopped: &dyn Fn() -> bool) -> Option<Self> {
        let long = samples.thinned(long_rows(samples));
        let short = samples.thinned(SHORT.max(12 * samples.runs.len()));
        let Search { best, rival, simple } = searched(samples, &short, stopped)?;
        let model = Self::polished(samples, &short, &long, best, rival)?;
        // Few rows bend to more modes than they show: a model of the whole state that passes every test goes before one that fails.
        if let Some(simple) = simple.filter(|_| !model.explains) {
            let rates = model.fit.rates.clone();
            let simple = Self::polished(samples, &short, &long, simple, Some(rates));
            return simple.filter(|s| s.explains && s.is_whole(samples)).or(Some(model));
        }
        Some(model)
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
            let again = chosen(variants(long, &polished.rates, &[polished.trend]), samples.dimension());
            again.filter(|a| information(a) < information(&polished)).unwrap_or(polished)
        } else {
            polished
        };
        let fit = if fit.rms > CLEAN { fit.weighted(long) } else { fit };
        let met = fit.left_out_error(long).is_none_or(|e| e <= LEFT_OUT * fit.rms + 1e-3 * CLEAN.sqrt());
        let enough = fit.cells >= 2 * fit.parameters;
        let explains =
            enough && met && fit.count() > 0 && fit.rms < LEAST && (fit.rms < CLEAN || Whiteness::of(&fit.residuals).holds(false));
        let nearly = enough && met && fit.count() > 0 && fit.count() <= samples.dimension() && fit.trend == 0 && fit.rms < NEARLY;
        let shifts = if fit.rms > CLEAN { shifts(long, &fit) } else { None };
        // What is beyond chance is no linear system's.
        let constant_rates = shifts.as_ref().is_none_or(|s| s.iter().all(|s| s.distance <= DEPENDS * s.by_chance));
        let second = if fit.rms > CLEAN { second_order(long, &fit) } else { None };
        let straight = second.as_ref().is_none_or(|s| s.gain <= chi_square(s.freedom as f64, CURVED));
        let linear = constant_rates && straight;
        Some(Self { explains: explains && linear, nearly: nearly && linear, fit, shifts, second, rival, moved: Vec::new() })
    }

    /// The modes, those that carry most of the motion for longest first, each with what keeps it from being an equilibrium's.
    ///
    /// `known_linear` where nothing but a sum of exponentials comes into question.
    pub fn modes(&self, samples: &Samples, known_linear: bool) -> Vec<LinearMode> {
        let dimension = samples.dimension();
        let duration = samples.duration();
        let partial = self.fit.count() > dimension;
        let lambdas: Vec<Complex<f64>> = self.fit.rates.iter().map(|r| r.lambda()).collect();
        let steady = |k: usize| {
            let least = if lambdas[k].re > 0.0 { MAY_NOT_GROW } else { MAY_NOT_DECAY };
            lambdas[k].im > 0.0 && lambdas[k].re.abs() * duration < STEADY.max(least * self.fit.uncertainty[k] * duration)
        };
        let all_steady = (0..lambdas.len()).all(steady);
        let overdamped = |lambda: Complex<f64>| lambda.im < UNDERDAMPED * lambda.re.abs();
        let series = self.fit.rates.iter().filter(|r| overdamped(r.lambda())).map(|r| r.count()).sum::<usize>() > dimension + MOST_HIDDEN;
        // Less than half a turn, in noise: decays that are alike look like it.
        let half_turn = |k: usize| self.fit.rms > CURVES && lambdas[k].im > 0.0 && lambdas[k].im * duration < PI;
        // A decay bends to what terms of second order do; an oscillation is orthogonal to its harmonics.
        let bends = |k: usize| !known_linear && self.fit.rms > CLEAN && overdamped(lambdas[k]);
        // In a few directions of many columns two decays may stand for more of them.
        let stands_for_more = partial || (!self.moved.is_empty() && self.fit.rates.iter().filter(|r| overdamped(r.lambda())).count() > 1);
        let runs_differ = partial && self.fit.each_run_has_its_own(samples);
        let hidden = self.fit.rms * (2.0 / self.fit.cells as f64).sqrt();
        let mut modes: Vec<LinearMode> = (0..lambdas.len())
            .map(|k| {
                let lambda = lambdas[k];
                let mut uncertainty = self.fit.uncertainty[k].hypot(4.0 * f64::EPSILON * lambda.norm());
                let mut because = Vec::new();
                if let Some(shift) = self.shifts.as_ref().map(|s| s[k]).filter(|s| s.distance > PERHAPS * s.by_chance) {
                    uncertainty = uncertainty.hypot(shift.distance);
                }
                if let Some((distance, by_chance)) = self.second.as_ref().filter(|_| bends(k)).map(|s| s.moved[k]) {
                    if distance.hypot(by_chance) > VAGUE * lambda.norm() {
                        because.push(Because::MayBeNonlinear);
                    } else if distance > PERHAPS_CURVED * by_chance {
                        uncertainty = uncertainty.hypot(distance);
                    }
                }
                uncertainty = self.moved.get(k).map_or(uncertainty, |moved| uncertainty.hypot(*moved));
                if let Some(rival) = &self.rival {
                    let nearest = rival.iter().map(|r| (r.lambda() - lambda).norm()).fold(f64::INFINITY, f64::min);
                    uncertainty = uncertainty.hypot(nearest);
                }
                if steady(k) && self.fit.rms > CLEAN && self.one_amplitude(samples) {
                    let shift = SHIFT_PER_HARMONIC
                        * hidden.hypot(third_harmonic(&self.fit, &samples.thinned(long_rows(samples)), lambda.im))
                        * lambda.norm();
                    if shift > VAGUE * lambda.norm() {
                        because.push(Because::OneSize);
                    }
                    uncertainty = uncertainty.hypot(shift);
                }
                if !self.explains {
                    // What is left may be a harmonic, whose size bounds the shift.
                    uncertainty = uncertainty.hypot(SHIFT_PER_HARMONIC * self.fit.rms * lambda.norm());
                    if !self.nearly {
                        because.push(Because::NotExplained);
                    }
                }
                if partial && steady(k) && !(all_steady && self.fit.count() <= 2 * dimension && self.fit.trend == 0) {
                    because.push(Because::MayBeDriven);
                }
                if half_turn(k) || (partial && !known_linear && self.fit.rms > CURVES && may_be_of_a_series(&lambdas, k)) {
                    because.push(Because::NotDetermined);
                } else if self.fit.rms > CURVES && lambda.re * samples.interval < GONE {
                    because.push(Because::Vague);
                }
                if runs_differ {
                    because.push(Because::RunsDiffer);
                }
                if partial && is_harmonic(&self.fit, k, duration) {
                    because.push(Because::Harmonic);
                }
                // Sums of overdamped exponentials bend to any slow curve; only clean samples tell a few apart.
                if stands_for_more && !known_linear && (series || self.fit.rms > CURVES) && overdamped(lambda) {
                    because.push(Because::NotDetermined);
                }
                // A multiplier on the negative axis is no flow's, and a part of the state shows nothing beside it.
                let margin = if partial { 0.05 * PI } else { (10.0 * uncertainty * samples.interval).clamp(1e-3, 0.05 * PI) };
                if samples.highest_frequency().is_some_and(|highest| lambda.im > highest * (1.0 - margin / PI)) {
                    because.push(Because::NoRealFlow);
                }
                if because.contains(&Because::OneSize) || because.contains(&Because::MayBeNonlinear) {
                    // That λ may be another is not that it may be zero.
                } else if lambda.norm() <= 3.0 * uncertainty || lambda.norm() * duration < 0.1 {
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
        if modes.iter().any(|m| m.because.contains(&Because::Harmonic)) {
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

/// Rows on which the best is polished.
fn long_rows(samples: &Samples) -> usize {
    LONG.max(40 * samples.runs.len())
}

/// An uncertainty of more than this part of λ settles nothing.
pub(super) const VAGUE: f64 = 0.2;

/// First guesses from different sides.
fn starts(samples: &Samples, short: &Samples, stopped: &dyn Fn() -> bool) -> Vec<Vec<Rate>> {
    let d = samples.dimension();
    let mut all: Vec<Vec<Rate>> = Vec::new();
    if let Some(delays) = Delays::of(&samples.thinned(2000.max(12 * samples.runs.len()))) {
        let mut ranks: Vec<usize> = vec![delays.rank, delays.rank.saturating_sub(1), d, d + 1, 1, 2, 3, 4];
        ranks.retain(|&r| r > 0 && r <= MOST.min(delays.rank.max(d + 1)));
        ranks.sort_unstable();
        ranks.dedup();
        all.extend(ranks.into_iter().filter_map(|r| delays.rates(r)));
    }
    if d <= 12 {
        let frame = Frame::of(short);
        let pairs = windows(short, &frame, 1, usize::MAX);
        let mut effort = Effort::new(2e9, stopped);
        if pairs.len() > 2 * (d + 1)
            && let Some(fit) = FieldFit::fitted(&pairs, false, 1, &[], 1, &mut effort)
            && let Some(values) = spectrum(&fit.flow.coefficients.columns(1, d).into_owned())
        {
            all.push(values.iter().filter(|l| l.im >= 0.0).map(|l| Rate::of(l / frame.interval)).collect());
        }
    }
    if !samples.even || samples.rows() <= 300 {
        all.push(scanned(short, (d + 1).clamp(2, 6), ROUNDING));
    }
    all.retain(|s| !s.is_empty());
    all
}

/// What a search on few rows has found.
struct Search {
    best: Exponentials,
    /// The rates that Schwarz's criterion alone prefers, where those are others.
    rival: Option<Vec<Rate>>,
    /// The best with no more modes than columns and no trend that leaves noise, where that is another one.
    simple: Option<Exponentials>,
}

/// The best of all candidates on few rows: without a trend, and where those do not explain the whole also with one.
fn searched(samples: &Samples, short: &Samples, stopped: &dyn Fn() -> bool) -> Option<Search> {
    let all = starts(samples, short, stopped);
    let mut candidates = vec![Exponentials::roughly(short, &[], 0)?];
    candidates.extend(all.iter().take_while(|_| !stopped()).flat_map(|start| variants(short, start, &[0])));
    let d = samples.dimension();
    let mut ranked: Vec<(f64, Vec<Rate>)> = candidates.iter().map(|c| (information(c), c.rates.clone())).collect();
    if !samples.rests_at_zero && !candidates.iter().any(|c| whole(c, d)) {
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        candidates.extend(ranked.iter().take(4).take_while(|_| !stopped()).flat_map(|(_, rates)| variants(short, rates, &[1, 2])));
    }
    let by_information = candidates.iter().min_by(|a, b| information(a).total_cmp(&information(b)))?;
    let rival = (by_information.rates.clone(), information(by_information));
    let simple = candidates.iter().filter(|c| whole(c, d)).min_by(|a, b| information(a).total_cmp(&information(b))).cloned();
    let best = chosen(candidates, d)?;
    let other = (rival.1 < information(&best) && !rival.0.is_empty()).then_some(rival.0);
    let simple = simple.filter(|s| s.rates != best.rates);
    Some(Search { best, rival: other, simple })
}

/// The fits near a start: as it is, without what is slow or insignificant, each with the trends asked for.
fn variants(samples: &Samples, start: &[Rate], trends: &[usize]) -> Vec<Exponentials> {
    let duration = samples.duration();
    let slow = |r: &Rate| r.lambda().norm() * duration < SLOW;
    let mut out = Vec::new();
    let mut add = |rates: &[Rate], trend: usize| {
        if let Some(fit) = Exponentials::roughly(samples, rates, trend) {
            let kept = significant(&fit);
            if kept.len() < fit.rates.len()
                && let Some(pruned) = Exponentials::roughly(samples, &kept, trend)
            {
                out.push(pruned);
            }
            out.push(fit);
        }
    };
    let quick: Vec<Rate> = start.iter().copied().filter(|r| !slow(r)).collect();
    for &trend in trends {
        if trend == 0 {
            add(start, 0);
        }
        if trend > 0 || quick.len() < start.len() {
            add(&quick, trend);
        }
    }
    out
}

/// Whether a candidate is a model of the whole state that leaves noise or rounding.
fn whole(c: &Exponentials, dimension: usize) -> bool {
    c.count() > 0 && c.count() <= dimension && c.trend == 0 && c.rms < LEAST && (c.rms < CLEAN || Whiteness::of(&c.residuals).holds(false))
}

/// The candidate that explains most for its numbers; one with no more modes than columns and no trend where it leaves noise and is as good but for
/// [`DOUBT`].
fn chosen(candidates: Vec<Exponentials>, dimension: usize) -> Option<Exponentials> {
    let worth = |c: &Exponentials| information(c) - if whole(c, dimension) { DOUBT } else { 0.0 };
    candidates.into_iter().min_by(|a, b| worth(a).total_cmp(&worth(b)))
}

/// What a model of the whole state is given before others, in units of Schwarz's criterion.
const DOUBT: f64 = 12.0;

/// The rates whose part of the motion stands above what noise makes of a column.
fn significant(fit: &Exponentials) -> Vec<Rate> {
    let floor = fit.rms.max(ROUNDING) * 4.0 * (fit.parameters.max(1) as f64 / fit.cells.max(1) as f64).sqrt().min(0.25);
    fit.rates.iter().zip(&fit.share).filter(|(_, s)| **s > floor).map(|(r, _)| *r).collect()
}

/// Schwarz's criterion; residuals that are rounding are alike.
fn information(fit: &Exponentials) -> f64 {
    let n = fit.cells as f64;
    if fit.parameters >= fit.cells {
        return f64::INFINITY;
    }
    n * (fit.rms.powi(2) + ROUNDING * ROUNDING).ln() + fit.parameters as f64 * n.ln()
}
