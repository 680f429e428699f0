//! Runs that come to rest at different places: a constant of each run's own, and no slope beside it.

use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::projection::{Basis, Factor, amplitudes};
use crate::truth::samples::runs::{Run, Samples};

/// A slope of less than so many standard errors is none.
const LEVEL: f64 = 4.0;
/// Residuals below this differ by rounding only.
const ROUNDING: f64 = 1e-9;

/// Whether each run has a constant of its own and nothing else is left of a trend: they rest at different places.
pub(crate) fn rests_apart(samples: &Samples, fit: &Exponentials) -> bool {
    if fit.trend != 1 || samples.runs.len() < 2 || samples.missing {
        return false;
    }
    let Some((_, _, shared)) = amplitudes(samples, &fit.rates, 1) else { return false };
    // What of a line is none of the exponentials', nor of their rates' errors.
    let basis = Basis::of(samples, &fit.rates, 1);
    let outside = |run: &Run| {
        let (own, line) = basis.at(&run.times);
        let mut all = own.clone().resize_horizontally(own.ncols() + fit.count(), 0.0);
        for (i, &t) in run.times.iter().enumerate() {
            let slopes = fit.rates.iter().flat_map(|rate| (0..rate.count()).map(move |k| t * rate.values(t)[k]));
            slopes.enumerate().for_each(|(k, slope)| all[(i, own.ncols() + k)] = slope);
        }
        if run.rows() > all.ncols() { Factor::of(all).map_or(0.0, |factor| factor.without(line).norm_squared()) } else { 0.0 }
    };
    let square: f64 = samples.runs.iter().map(outside).sum();
    square > 0.0 && shared.amax() * square.sqrt() < LEVEL * fit.rms.max(ROUNDING)
}
