//! Whether a motion ends at rest inside the record.
//!
//! What has come to rest is no drift, and nothing drives it. The last part of each run is then a constant and noise: without a slope, one row telling nothing of the next,
//! and small beside the whole. Or the motion is on its way there: from part to part of the run it moves less and less, as a tail of exponentials does, and at last little. A slow trend
//! goes on as fast as before, and a logarithm does not slow down so soon.

use super::chance::whiteness::Whiteness;
use super::examined::Examination;
use super::finding::{Because, Motion};
use super::levels_off::noise_of;
use super::samples::runs::{Run, Samples};
use nalgebra::DMatrix;

/// The parts of a run that its end may be, the shortest rest first, and rows in them at least.
const PARTS: [usize; 3] = [5, 4, 3];
const LEAST_ROWS: usize = 12;
/// An end is quiet where it moves by less than this part of the whole, and at rest whatever its shape where by less than this.
const QUIET: f64 = 0.15;
const STILL: f64 = 1e-6;
/// A slope of less than so many standard errors is none.
const LEVEL: f64 = 3.0;
/// Parts of a run in which its motion is measured, rows in each at least, and the steps between the last of them that show that it falls.
const FIFTHS: usize = 5;
const ROWS_OF_FIFTH: usize = 5;
const FALLING: usize = 2;
/// From one part to the next the range falls to less than this part; in the last one it is less than this part of the whole.
const FALLS: f64 = 0.6;
const LITTLE: f64 = 0.1;
/// The range of so many rows of noise is about this many times its size; it may be that of the last parts where it is small beside the whole.
const NOISE_RANGE: f64 = 5.0;
const CLEAR: f64 = 50.0;

/// Whether every column of every run is at rest at its end.
pub(super) fn ends_at_rest(samples: &Samples) -> bool {
    let quiet = |run: &Run, column: usize| PARTS.iter().any(|part| end_is_quiet(run, column, run.rows() / part));
    let rests = |run: &Run, column: usize| quiet(run, column) || dies_out(run, column);
    samples.runs.iter().all(|run| (0..samples.dimension()).all(|column| rests(run, column)))
}

/// Whether the last rows of a column, of unit root mean square over all runs, are a constant and noise.
fn end_is_quiet(run: &Run, column: usize, rows: usize) -> bool {
    let from = run.rows() - rows;
    let there: Vec<(f64, f64)> = (from..run.rows()).map(|i| (run.times[i], run.states[(i, column)])).filter(|(_, x)| !x.is_nan()).collect();
    if there.len() < LEAST_ROWS {
        return false;
    }
    let n = there.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| there.iter().map(of).sum::<f64>() / n;
    let (middle, level) = (mean(|p| p.0), mean(|p| p.1));
    let size = (there.iter().map(|(_, x)| (x - level).powi(2)).sum::<f64>() / n).sqrt();
    if size < STILL {
        return true;
    }
    let square: f64 = there.iter().map(|(t, _)| (t - middle).powi(2)).sum();
    let slope = there.iter().map(|(t, x)| (t - middle) * (x - level)).sum::<f64>() / square;
    let left = DMatrix::from_iterator(there.len(), 1, there.iter().map(|(t, x)| x - level - slope * (t - middle)));
    let error = (left.norm_squared() / (n - 2.0) / square).sqrt();
    size < QUIET && slope.abs() < LEVEL * error && Whiteness::of(&[left]).holds(false)
}

/// Whether the range of a column falls from part to part of a run, and is little in the last.
fn dies_out(run: &Run, column: usize) -> bool {
    let values: Vec<f64> = run.states.column(column).iter().copied().filter(|x| !x.is_nan()).collect();
    if values.len() < FIFTHS * ROWS_OF_FIFTH {
        return false;
    }
    let range = |of: &[f64]| of.iter().copied().fold(f64::NEG_INFINITY, f64::max) - of.iter().copied().fold(f64::INFINITY, f64::min);
    let (whole, noise) = (range(&values), noise_of(&values));
    let end = |k: usize| values.len() * k / FIFTHS;
    let ranges: Vec<f64> = (0..FIFTHS).map(|k| range(&values[end(k)..(end(k + 1) + 1).min(values.len())])).collect();
    let falls = |pair: &[f64]| pair[1] < (FALLS * pair[0]).max(STILL) + NOISE_RANGE * noise;
    CLEAR * noise <= whole && ranges[FIFTHS - 1] < LITTLE * whole && ranges[FIFTHS - 1 - FALLING..].windows(2).all(falls)
}

/// What ends `at_rest` is no drift; nothing drives that, nor what never turns, and no oscillation in it is steady.
pub(super) fn not_going_on(found: &mut Examination, at_rest: bool) {
    if found.finding.motion == Motion::Driven || (at_rest && found.finding.motion == Motion::Drift) {
        found.finding.motion = Motion::Undetermined;
    }
    for mode in found.modes.iter_mut().filter(|mode| mode.because.contains(&Because::MayBeDriven)) {
        mode.because.retain(|because| *because != Because::MayBeDriven);
        if mode.because.is_empty() {
            mode.because.push(Because::NotDetermined);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::runs::Stretch;
    use super::*;

    fn rests(of: &dyn Fn(f64) -> f64) -> bool {
        let times: Vec<f64> = (0..100).map(f64::from).collect();
        let states: Vec<f64> = times.iter().map(|t| of(t / 99.0)).collect();
        ends_at_rest(&Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap())
    }

    #[test]
    fn tails_of_exponentials_end_at_rest_and_slow_trends_do_not() {
        // Noise that has no period with the samples, of 0.7 % root mean square.
        let noise = |t: f64| 0.01 * (1e4 * (t + 1.0) * (t + 1.0)).sin();
        let tails: [&dyn Fn(f64) -> f64; 5] = [
            &|t| (-5.0 * t).exp(),
            &|t| 1.0 / (1.0 + (6.0 - 15.0 * t).exp()),
            &|t| (-4.0 * t).exp() * (40.0 * t).cos(),
            &|t| (-5.0 * t).exp() + noise(t),
            &|t| (-4.0 * t).exp() * (40.0 * t).cos() + noise(t),
        ];
        assert_eq!(tails.map(rests), [true; 5]);
        let others: [&dyn Fn(f64) -> f64; 8] = [
            &|t| t,
            &|t| (1.0 + 100.0 * t).ln(),
            &|t| (1.0 + 100.0 * t).sqrt(),
            &|t| (-20.0 * t).exp() + 0.3 * t,
            &|t| (-20.0 * t).exp() + 0.1 * (60.0 * t).sin(),
            &|t| (-t).exp(),
            &|t| (40.0 * t).sin() + noise(t),
            &|t| (-0.5 * t).exp() * (40.0 * t).cos(),
        ];
        assert_eq!(others.map(rests), [false; 8]);
    }
}
