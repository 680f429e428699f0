//! Candidates for the best sum of exponentials: from where the search begins, and which of them explains most for its numbers.

use super::delays::Delays;
use super::exponentials::Exponentials;
use super::frequency_scan::scanned;
use super::proportional_noise::Law;
use super::rate::Rate;
use crate::dynamics::spectrum;
use crate::truth::chance::bounded_work::Effort;
use crate::truth::flow::field_fit::FieldFit;
use crate::truth::samples::runs::Samples;
use crate::truth::samples::windows::{Frame, Window, windows};
use nalgebra::{DMatrix, SVD};

/// A relative residual below this is no noise, whatever its correlations: rounding, or the tolerance of a solver.
pub(crate) const CLEAN: f64 = 1e-6;
/// A model that leaves more than this of the motion explains nothing.
pub(crate) const LEAST: f64 = 0.8;
/// Residuals below this differ by rounding only.
const ROUNDING: f64 = 1e-9;
/// Exponentials at most, pairs as two.
const MOST: usize = 16;
/// Those that a scan looks for at most, and those beyond the columns.
const MOST_SCANNED: usize = 6;
const MOST_HIDDEN: usize = 5;
/// Rates of less than this over the whole time are a trend.
const SLOW: f64 = 0.5;

/// Rows are one interval apart but for this part of it.
const EVEN: f64 = 1e-6;
/// A multiplier below this is of nothing that is seen twice.
const GONE: f64 = 1e-8;

/// First guesses from different sides; those that are known nearly spare the scan.
fn starts(samples: &Samples, short: &Samples, known: &[Rate], stopped: &dyn Fn() -> bool) -> Vec<Vec<Rate>> {
    let d = samples.dimension();
    let mut all: Vec<Vec<Rate>> = Vec::new();
    let delays = Delays::of(&samples.thinned(2000, 12));
    // Without delays, or with few, the scan begins with more modes than there are columns.
    let hidden = if delays.as_ref().is_some_and(|delays| !delays.are_few) { 1 } else { MOST_HIDDEN };
    if let Some(delays) = delays {
        // Rounding and noise that windows share may seem to be directions of their own: what is too much is left out again.
        let rank = delays.rank.min(MOST);
        let mut ranks: Vec<usize> = vec![rank, rank.saturating_sub(1), d, d + 1, 2 * d, 1, 2, 3, 4];
        // Fewer than are known explain less.
        let least = known.iter().map(|rate| rate.count()).sum::<usize>().max(1);
        let most = if delays.are_few { MOST_SCANNED } else { MOST.min(delays.rank.max(d + 1)) };
        ranks.retain(|&r| r >= least && r <= most);
        ranks.sort_unstable();
        ranks.dedup();
        all.extend(ranks.into_iter().filter_map(|r| delays.rates(r)));
    }
    if d <= 12 {
        let frame = Frame::of(short);
        let pairs = windows(short, &frame, 1, usize::MAX);
        let mut effort = Effort::new(2e9, stopped);
        if let Some(rates) = of_affine_map(&pairs, frame.interval) {
            all.push(rates);
        } else if pairs.len() > 2 * (d + 1)
            && let Some(fit) = FieldFit::fitted(&pairs, false, 1, &[], 1, &mut effort)
            && let Some(values) = spectrum(&fit.flow.coefficients.columns(1, d).into_owned())
        {
            all.push(values.iter().filter(|l| l.im >= 0.0).map(|l| Rate::of(l / frame.interval)).collect());
        }
    }
    if !known.is_empty() {
        all.push(known.to_vec());
    } else if !samples.even || samples.rows() <= 300 {
        all.push(scanned(short, (d + 1).clamp(2, MOST_SCANNED), (d + hidden).clamp(2, MOST_SCANNED), ROUNDING));
    }
    all.retain(|s| !s.is_empty());
    all
}

/// The rates of the affine map from row to row, by least squares: what the flow of an affine field is where all rows are one interval apart. `None` where they are not.
fn of_affine_map(pairs: &[Window], interval: f64) -> Option<Vec<Rate>> {
    let d = pairs.first()?.start.len();
    if pairs.len() <= 2 * (d + 1) || pairs.iter().any(|pair| (pair.times[0] - 1.0).abs() > EVEN) {
        return None;
    }
    let from = DMatrix::from_fn(pairs.len(), d + 1, |i, j| if j < d { pairs[i].rows[0][j] } else { 1.0 });
    let to = DMatrix::from_fn(pairs.len(), d, |i, j| pairs[i].rows[1][j]);
    let qr = from.qr();
    let map = SVD::try_new(qr.r(), true, true, f64::EPSILON, 10_000)?.solve(&qr.q().tr_mul(&to), 1e-12).ok()?;
    let multipliers = spectrum(&map.rows(0, d).transpose())?;
    Some(multipliers.iter().filter(|mu| mu.im >= 0.0 && mu.norm() > GONE).map(|mu| Rate::of_multiplier(*mu, interval)).collect())
}

/// What a search on few rows has found.
pub(crate) struct Search {
    pub best: Exponentials,
    /// The rates that Schwarz's criterion alone prefers, where those are others.
    pub rival: Option<Vec<Rate>>,
    /// The best with no more modes than columns and no trend that leaves noise, where that is another one.
    pub simple: Option<Exponentials>,
    /// What noise is proportional to, where that is likelier than that it is alike.
    pub law: Option<Law>,
}

/// The best of all candidates on few rows, those near rates that are `known` among them: without a trend, and where those do not explain the whole also with one.
pub(crate) fn searched(samples: &Samples, short: &Samples, known: &[Rate], stopped: &dyn Fn() -> bool) -> Option<Search> {
    let all = starts(samples, short, known, stopped);
    let mut candidates = vec![Exponentials::roughly(short, &[], 0)?];
    candidates.extend(all.iter().take_while(|_| !stopped()).flat_map(|start| variants(short, start, &[0])));
    let mut ranked: Vec<(f64, Vec<Rate>)> = candidates.iter().map(|c| (information(c), c.rates.clone())).collect();
    if !samples.rests_at_zero && !candidates.iter().any(|c| whole(c, short)) {
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        candidates.extend(ranked.iter().take(4).take_while(|_| !stopped()).flat_map(|(_, rates)| variants(short, rates, &[1, 2])));
    }
    let by_information = candidates.iter().min_by(|a, b| information(a).total_cmp(&information(b)))?;
    let rival = (by_information.rates.clone(), information(by_information));
    let simple = candidates.iter().filter(|c| whole(c, short)).min_by(|a, b| information(a).total_cmp(&information(b))).cloned();
    let law = Law::of(short, candidates.iter().map(|c| (c, information(c)))).filter(|_| !samples.is_weighted());
    let best = chosen(candidates, short)?;
    let other = (rival.1 < information(&best) && !rival.0.is_empty()).then_some(rival.0);
    let simple = simple.filter(|s| s.rates != best.rates);
    Some(Search { best, rival: other, simple, law })
}

/// The fits near a start: as it is, without what is slow, insignificant or not told from another rate, each with the trends asked for.
pub(crate) fn variants(samples: &Samples, start: &[Rate], trends: &[usize]) -> Vec<Exponentials> {
    let duration = samples.duration();
    let slow = |r: &Rate| r.lambda().norm() * duration < SLOW;
    let mut out = Vec::new();
    let mut add = |rates: &[Rate], trend: usize| {
        let mut next = Some(rates.to_vec());
        while let Some(fit) = next.take().and_then(|rates| Exponentials::roughly(samples, &rates, trend)) {
            let kept = significant(&fit);
            next = if kept.len() < fit.rates.len() { Some(kept) } else { without_a_twin(&fit) };
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
fn whole(c: &Exponentials, samples: &Samples) -> bool {
    c.count() > 0 && c.count() <= samples.dimension() && c.trend == 0 && c.rms < LEAST && (c.rms < CLEAN || c.leaves_noise(samples))
}

/// The candidate that explains most for its numbers; one with no more modes than columns and no trend where it leaves noise and is as good but for
/// [`DOUBT`].
pub(crate) fn chosen(candidates: Vec<Exponentials>, samples: &Samples) -> Option<Exponentials> {
    let worth = |c: &Exponentials| information(c) - if whole(c, samples) { DOUBT } else { 0.0 };
    candidates.into_iter().min_by(|a, b| worth(a).total_cmp(&worth(b)))
}

/// What a model of the whole state is given before others, in units of Schwarz's criterion.
const DOUBT: f64 = 12.0;

/// The rates whose part of the motion stands above what noise makes of a column.
fn significant(fit: &Exponentials) -> Vec<Rate> {
    let floor = fit.rms.max(ROUNDING) * 4.0 * (fit.parameters.max(1) as f64 / fit.cells.max(1) as f64).sqrt().min(0.25);
    fit.rates.iter().zip(&fit.share).filter(|(_, s)| **s > floor).map(|(r, _)| *r).collect()
}

/// The rates without the first that is not known to its own size: two that stand for one balance each other, each with a large part of the motion.
fn without_a_twin(fit: &Exponentials) -> Option<Vec<Rate>> {
    let unknown = |k: &usize| fit.uncertainty[*k] > fit.rates[*k].lambda().norm();
    let twin = (0..fit.rates.len()).find(unknown).filter(|_| fit.rates.len() > 1)?;
    Some(fit.rates.iter().enumerate().filter(|(k, _)| *k != twin).map(|(_, rate)| *rate).collect())
}

/// Schwarz's criterion; residuals that are rounding are alike.
pub(crate) fn information(fit: &Exponentials) -> f64 {
    let n = fit.cells as f64;
    if fit.parameters >= fit.cells {
        return f64::INFINITY;
    }
    let rounding = ROUNDING * fit.level / fit.rms.max(f64::MIN_POSITIVE);
    criterion(fit.level, rounding, fit.parameters, n)
}

/// The same of these root mean squares of residuals, numbers and cells.
pub(crate) fn information_of(rms: f64, parameters: usize, cells: f64) -> f64 {
    criterion(rms, ROUNDING, parameters, cells)
}

fn criterion(rms: f64, rounding: f64, parameters: usize, cells: f64) -> f64 {
    cells * (rms * rms + rounding * rounding).max(f64::MIN_POSITIVE).ln() + parameters as f64 * cells.ln()
}
