//! The best sum of responses of each order, and the order that explains the samples.

use super::forced_run::ForcedRun;
use super::response_sum::{Forced, ResponseSum, square_of};
use crate::truth::exponential_sums::rate::Rate;
use std::f64::consts::PI;

/// What one more mode gains beyond so many deviations is not chance's: the best of many rates is taken.
const BEYOND_CHANCE: f64 = 5.0;
/// Residuals below this part of the motion are rounding, and fewer exponentials do where more leave no less than this part of their squares; below the last nothing more is looked for.
const ROUNDING: f64 = 1e-7;
const MUCH_LESS: f64 = 1e-3;
const NOTHING: f64 = 1e-11;
/// Rates that are tried beside those that are known: decays in a grid of this ratio, and of oscillations those that turn by so much more, and fall by these parts while they turn by one.
const REAL_RATIO: f64 = 1.35;
const PAIR_RATIO: f64 = 1.06;
const FALLS: [f64; 3] = [0.03, 0.2, 0.7];
/// The best of a grid that are followed to their own best.
const FOLLOWED: usize = 2;
/// Rows that a search looks at.
const MOST_ROWS: usize = 1500;

/// What leaves more than the best by less than so many variances may be the truth as well.
const RIVAL: f64 = 9.0;

/// The best sums found, by how many exponentials they have.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    best: Vec<Option<ResponseSum>>,
    /// All that searches ended on, with what each leaves of the rows that they looked at, and the variance there.
    ends: Vec<Vec<(f64, f64, Vec<Rate>)>>,
}

impl Orders {
    /// Of up to `most` exponentials; `known` rates are tried as well.
    pub fn searched(forced: &Forced, most: usize, known: &[Vec<Rate>]) -> Self {
        let few = thinned(forced, MOST_ROWS);
        let mut orders = Self { best: vec![None; most + 1], ends: vec![Vec::new(); most + 1] };
        orders.follow(&few, &[]);
        known.iter().for_each(|rates| orders.follow(&few, rates));
        for count in 0..most {
            let Some(base) = orders.best[count].as_ref().map(|sum| sum.rates.clone()) else { continue };
            for start in starts(&few, &base, most - count) {
                orders.follow(&few, &start);
            }
            // Beside those that explain the samples one more was tried, and two, and both with one more.
            let enough = orders.chosen().is_some_and(|sum| sum.count() < count && (sum.is_rounding() || sum.leaves_noise()));
            if enough || orders.best[count].as_ref().is_some_and(|sum| sum.level() < NOTHING) {
                break;
            }
        }
        // Of many, without each.
        for count in (2..=most).rev() {
            let Some(base) = orders.best[count].as_ref().map(|sum| sum.rates.clone()) else { continue };
            for left_out in 0..base.len() {
                let rest: Vec<Rate> = (0..base.len()).filter(|k| *k != left_out).map(|k| base[k]).collect();
                orders.follow(&few, &rest);
            }
        }
        if few.cells() < forced.cells() { orders.refitted(forced) } else { orders }
    }

    /// The same fits to other samples, or to the same with other weights.
    pub fn refitted(&self, forced: &Forced) -> Self {
        let again = |sum: &Option<ResponseSum>| sum.as_ref().and_then(|sum| ResponseSum::fitted(forced, &sum.rates));
        Self { best: self.best.iter().map(again).collect(), ends: self.ends.clone() }
    }

    fn follow(&mut self, forced: &Forced, start: &[Rate]) {
        let Some(sum) = ResponseSum::fitted(forced, start) else { return };
        let Some(best) = self.best.get_mut(sum.count()) else { return };
        self.ends[sum.count()].push((sum.square, sum.variance(), sum.rates.clone()));
        if best.as_ref().is_none_or(|best| sum.square < best.square) {
            *best = Some(sum);
        }
    }

    pub fn of(&self, count: usize) -> Option<&ResponseSum> {
        self.best.get(count)?.as_ref()
    }

    /// The rates of others of as many exponentials that the noise does not tell from the best.
    pub fn rivals(&self, count: usize) -> impl Iterator<Item = &[Rate]> {
        let ends = &self.ends[count];
        let best = ends.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let near = move |end: &&(f64, f64, Vec<Rate>)| best.is_some_and(|best| end.0 - best.0 < RIVAL * best.1);
        ends.iter().filter(near).map(|end| &end.2[..])
    }

    /// The fewest exponentials beside which more gain nothing beyond chance.
    pub fn chosen(&self) -> Option<&ResponseSum> {
        let refused = |poor: &ResponseSum| self.best.iter().flatten().any(|rich| rich.gains_on(poor));
        self.best.iter().flatten().find(|sum| !refused(sum))
    }
}

impl ResponseSum {
    /// Whether nothing but rounding is left.
    pub fn is_rounding(&self) -> bool {
        self.level() < ROUNDING
    }

    /// Root mean square of the residuals as they count.
    pub fn level(&self) -> f64 {
        (self.square / self.cells.max(1) as f64).sqrt()
    }

    /// By how many deviations of chance this richer sum leaves less than a poorer one.
    pub fn gain_in_deviations(&self, poor: &Self) -> f64 {
        let freedom = self.parameters.saturating_sub(poor.parameters).max(1) as f64;
        let part = 2.0 / (9.0 * freedom);
        let gain = (poor.square - self.square).max(0.0) / self.variance().max(f64::MIN_POSITIVE);
        ((gain / freedom).cbrt() - 1.0 + part) / part.sqrt()
    }

    /// Whether this richer sum leaves less than a poorer one beyond chance.
    pub fn gains_on(&self, poor: &Self) -> bool {
        if poor.is_rounding() {
            return self.square < MUCH_LESS * poor.square;
        }
        self.count() > poor.count() && self.gain_in_deviations(poor) > BEYOND_CHANCE
    }
}

/// Rates to begin from with one more, or two.
fn starts(forced: &Forced, base: &[Rate], room: usize) -> Vec<Vec<Rate>> {
    let with = |rate: Rate| base.iter().copied().chain([rate]).collect::<Vec<_>>();
    let mut all = Vec::new();
    // A decay in two.
    for (k, rate) in base.iter().enumerate() {
        if let Rate::Real(growth) = *rate {
            for square in [-0.25, 0.25] {
                let mut split = base.to_vec();
                split[k] = Rate::Pair(growth, square * growth * growth);
                all.push(split);
            }
        }
    }
    let mut add = |grid: Vec<Rate>| {
        let mut tried: Vec<(f64, usize)> =
            grid.iter().enumerate().filter_map(|(k, rate)| Some((square_of(forced, &with(*rate))?, k))).collect();
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut taken: Vec<usize> = Vec::new();
        for (_, k) in tried {
            // Not two next to each other.
            if taken.len() < FOLLOWED && taken.iter().all(|other| other.abs_diff(k) > 2 * FALLS.len()) {
                taken.push(k);
            }
        }
        all.extend(taken.into_iter().map(|k| with(grid[k])));
    };
    let (duration, interval) = (forced.duration(), forced.interval);
    let mut decays = vec![Rate::Real(2.0 / duration)];
    let mut growth = 0.3 / duration;
    while growth < 4.0 / interval {
        decays.push(Rate::Real(-growth));
        growth *= REAL_RATIO;
    }
    add(decays);
    if room > 1 {
        let mut pairs = Vec::new();
        let mut frequency = 1.5 / duration;
        while frequency < 0.97 * PI / interval {
            pairs.extend(FALLS.map(|part| Rate::Pair(-part * frequency, frequency * frequency)));
            frequency = (frequency * PAIR_RATIO).max(frequency + 1.0 / duration);
        }
        add(pairs);
    }
    all
}

/// At most so many rows: the beginning of each run.
pub(super) fn thinned(forced: &Forced, most: usize) -> Forced {
    let rows: usize = forced.runs.iter().map(ForcedRun::rows).sum();
    if rows <= most {
        return forced.clone();
    }
    let part = |run: &ForcedRun| run.beginning((run.rows() * most / rows).max(2));
    let mut runs: Vec<ForcedRun> = forced.runs.iter().map(part).collect();
    runs.truncate(most / 2);
    Forced { runs, ..forced.clone() }
}
