//! Whether the columns level off, one of them without turning.
//!
//! Such a run passes no state twice, so that some field of these columns alone moves like this, whatever its form: that no model explains it does not mean that a
//! column is missing.

use super::caveat::Caveat;
use super::examined::Examination;
use super::finding::{Because, Motion};
use super::samples::gridded::samples_of;
use super::samples::runs::{Run, Samples};
use crate::data::Trajectories;

/// Columns up to which that is told, as many as the remedy was tried on, and rows of a run at least.
const MOST_COLUMNS: usize = 2;
const LEAST_ROWS: usize = 10;
/// What a monotone curve may leave, in units of the noise that differences of the samples show; and the part of the spread that is rounding.
const LEFT: f64 = 1.2;
const ROUNDING: f64 = 1e-9;
/// The range of a column is at least so many times its noise: in more, the runs near rest that are asked for would drown.
const CLEAR: f64 = 50.0;
/// The same of a column of which nothing else is asked.
const STEEP: f64 = 10.0;
/// A column levels off where the mean of the last tenth of the time differs by less than this part of the range from that of the tenth before.
const LEVEL: f64 = 0.03;
/// The sum of squares of 1, −3, 3, −1: what third differences make of the variance of noise.
const THIRD_DIFFERENCES: f64 = 20.0;

/// Where nothing is settled for want of knowing the field near rest: says that the columns level off, which is no drift.
pub(super) fn add_levels_off(found: &mut Examination, data: &Trajectories) {
    let of_other_kind = |because: &Because| {
        use Because::{DrivenByNoise, FewSamples, LineOfEquilibria, MayBeDriven, NoRealFlow, OneSize, RunsDiffer};
        matches!(because, FewSamples | RunsDiffer | NoRealFlow | DrivenByNoise | LineOfEquilibria | MayBeDriven | OneSize)
    };
    let told = |caveat: &Caveat| matches!(caveat, Caveat::LagTells { .. } | Caveat::PartOfState { .. } | Caveat::RestsApart);
    if found.modes.iter().any(|mode| mode.settled || mode.because.iter().any(of_other_kind)) || found.caveats.iter().any(told) {
        return;
    }
    if samples_of(data, false).is_some_and(|samples| level_off(&samples)) {
        found.caveats.push(Caveat::LevelsOff { columns: data.dimension() });
        if found.finding.motion == Motion::Drift {
            found.finding.motion = Motion::Undetermined;
        }
    }
}

/// Whether all columns level off in a single run in which one of them never turns; or the only column does so in two runs, one from either side. Of more runs it is not known
/// that one field moves them.
fn level_off(samples: &Samples) -> bool {
    let columns = samples.dimension();
    if columns > MOST_COLUMNS {
        return false;
    }
    let of_run = |run: &Run| -> Option<Vec<Way>> { (0..columns).map(|column| way(run, column)).collect() };
    let ways: Option<Vec<Vec<Way>>> = samples.runs.iter().map(of_run).collect();
    match ways.as_deref() {
        Some([only]) => only.iter().any(|way| *way != Way::Turns),
        Some([one, other]) if columns == 1 => matches!((one[0], other[0]), (Way::Rises, Way::Falls) | (Way::Falls, Way::Rises)),
        _ => false,
    }
}

/// How a column that levels off goes there.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Rises,
    Falls,
    Turns,
}

/// How a column goes to where it levels off, told from its noise; `None` where it does not level off, or is too short or too noisy to tell.
fn way(run: &Run, column: usize) -> Option<Way> {
    let seen: Vec<(f64, f64)> =
        run.times.iter().zip(run.states.column(column).iter()).map(|(t, x)| (*t, *x)).filter(|(_, x)| !x.is_nan()).collect();
    if seen.len() < LEAST_ROWS {
        return None;
    }
    let values: Vec<f64> = seen.iter().map(|(_, x)| *x).collect();
    let noise = noise_of(&values);
    let (start, duration) = (seen[0].0, seen[seen.len() - 1].0 - seen[0].0);
    let tenth = |k: usize| {
        let within = |t: f64| ((t - start) / duration * 10.0).min(9.5) as usize == k;
        let there: Vec<f64> = seen.iter().filter(|(t, _)| within(*t)).map(|(_, x)| *x).collect();
        (!there.is_empty()).then(|| there.iter().sum::<f64>() / there.len() as f64)
    };
    let (before, last) = (tenth(8)?, tenth(9)?);
    let range = values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - values.iter().copied().fold(f64::INFINITY, f64::min);
    if (last - before).abs() > LEVEL * range || range < CLEAR * noise {
        return None;
    }
    let rises = last > tenth(0)?;
    Some(match goes_one_way(&values, rises, noise) {
        false => Way::Turns,
        true if rises => Way::Rises,
        true => Way::Falls,
    })
}

/// The size of the noise in successive values of a smooth curve, by their third differences.
pub(super) fn noise_of(values: &[f64]) -> f64 {
    let thirds = values.windows(4).map(|x| (x[3] - 3.0 * x[2] + 3.0 * x[1] - x[0]).powi(2));
    (thirds.sum::<f64>() / (THIRD_DIFFERENCES * values.len().saturating_sub(3).max(1) as f64)).sqrt()
}

/// Whether a monotone curve leaves no more of the values than noise.
fn goes_one_way(values: &[f64], rises: bool, noise: f64) -> bool {
    let square = monotone(values, rises).iter().zip(values).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    (square / values.len() as f64).sqrt() <= (LEFT * noise).max(ROUNDING)
}

/// Whether every run of the only column does nothing but rise, or fall, by much more than noise: then no oscillation is seen.
pub(super) fn only_rises_or_falls(samples: &Samples) -> bool {
    let one_way = |run: &Run| {
        let values: Vec<f64> = run.states.iter().copied().filter(|x| !x.is_nan()).collect();
        let noise = noise_of(&values);
        let way = values.last().zip(values.first()).map(|(last, first)| last - first);
        values.len() >= LEAST_ROWS && way.is_some_and(|way| way.abs() > STEEP * noise && goes_one_way(&values, way > 0.0, noise))
    };
    samples.dimension() == 1 && samples.runs.iter().all(one_way)
}

/// The monotone curve of least squares, by pooling neighbours that are out of order.
fn monotone(values: &[f64], rises: bool) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::with_capacity(values.len());
    let mean = |pool: &(f64, usize)| pool.0 / pool.1 as f64;
    for &x in values {
        let mut pool = (x, 1);
        while let Some(before) = pools.last().filter(|before| (mean(before) > mean(&pool)) == rises && mean(before) != mean(&pool)) {
            pool = (pool.0 + before.0, pool.1 + before.1);
            pools.pop();
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|pool| std::iter::repeat_n(mean(pool), pool.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::samples::runs::Stretch;

    fn levels(runs: &[&dyn Fn(f64) -> f64]) -> bool {
        let times: Vec<f64> = (0..60).map(|k| 0.1 * f64::from(k)).collect();
        let states: Vec<Vec<f64>> = runs.iter().map(|of| times.iter().map(|t| of(*t)).collect()).collect();
        let stretches: Vec<Stretch> = states.iter().map(|states| Stretch { times: &times, states, dimension: 1 }).collect();
        level_off(&Samples::of(&stretches).unwrap())
    }

    #[test]
    fn what_rises_to_rest_levels_off() {
        let rise: &dyn Fn(f64) -> f64 = &|t| 1.0 - (-t).exp();
        let fall: &dyn Fn(f64) -> f64 = &|t| 1.0 + (-t).exp();
        // Noise that has no period with the samples, of 1 % of the change.
        let noisy: &dyn Fn(f64) -> f64 = &|t| 1.0 - (-t).exp() + 0.014 * (1e4 * (t + 1.0) * (t + 1.0)).sin();
        assert!(levels(&[rise]) && levels(&[fall]) && levels(&[noisy]) && levels(&[rise, fall]));
        let others: [&dyn Fn(f64) -> f64; 5] =
            [&|t| t, &|t| (0.3 * t).exp(), &|t| (-0.5 * t).exp() * (2.0 * t).cos(), &|t| (10.0 * t).sin(), &|t| t * (-2.0 * t).exp()];
        assert!(others.iter().all(|of| !levels(&[*of])));
        assert!(!levels(&[rise, rise]) && !levels(&[rise, fall, rise]));
        // Two columns, as a substrate that is used up and what becomes of it.
        let times: Vec<f64> = (0..60).map(|k| 0.1 * f64::from(k)).collect();
        let both = |of: &dyn Fn(f64) -> [f64; 2]| {
            let states: Vec<f64> = times.iter().flat_map(|t| of(*t)).collect();
            level_off(&Samples::of(&[Stretch { times: &times, states: &states, dimension: 2 }]).unwrap())
        };
        let (slow, fast) = (|t: f64| (-t).exp(), |t: f64| (-3.0 * t).exp());
        assert!(both(&|t| [fast(t), slow(t) - fast(t)]) && both(&|t| [slow(t), 1.0 - fast(t)]));
        assert!(!both(&|t| [slow(t) - fast(t), slow(t) * (2.0 * t).sin()]) && !both(&|t| [slow(t), 0.1 * t]));
    }

    #[test]
    fn what_only_rises_or_falls_is_told_from_what_turns() {
        let times: Vec<f64> = (0..60).map(|k| 0.1 * f64::from(k)).collect();
        let one_way = |of: &dyn Fn(f64) -> f64| {
            let states: Vec<f64> = times.iter().map(|t| of(*t)).collect();
            only_rises_or_falls(&Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap())
        };
        let noise = |t: f64| 0.02 * (1e4 * (t + 1.0) * (t + 1.0)).sin();
        let others: [&dyn Fn(f64) -> f64; 4] = [&|t| t.sin(), &|t| t * (-t).exp(), &|t| t + 2.0 * (3.0 * t).sin(), &noise];
        assert!(one_way(&|t| (0.3 * t).exp()) && one_way(&|t| (-t).exp()) && one_way(&|t| (1.0 + t).sqrt() + noise(t)));
        assert!(others.iter().all(|of| !one_way(*of)));
    }
}
