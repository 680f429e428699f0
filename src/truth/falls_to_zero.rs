//! Whether columns that stay positive fall towards zero, as concentrations and amplitudes do.
//!
//! The samples end above zero, so that they do not tell whether the motion comes to rest there. Whoever knows it saves the estimators a constant.

use super::caveat::Caveat;
use super::examined::Examination;
use super::finding::Because;
use crate::data::{Trajectories, Trajectory};

/// A column has fallen where the last value is below this part of the largest one.
const FALLEN: f64 = 0.25;

/// Where nothing is settled, since a nonlinear system could move so: notes that every column falls towards zero in every run.
pub(super) fn add_falls_to_zero(found: &mut Examination, data: &Trajectories) {
    let nonlinear = found.modes.iter().any(|mode| mode.because.contains(&Because::MayBeNonlinear));
    if nonlinear && !found.modes.iter().any(|mode| mode.settled) && data.trajectories().iter().all(|run| falls(run, data.dimension())) {
        found.caveats.push(Caveat::FallsToZero);
    }
}

/// Whether every column of a run stays positive, is largest in the first half of its rows, and falls; missing cells apart.
fn falls(run: &Trajectory, columns: usize) -> bool {
    (0..columns).all(|column| {
        let values: Vec<f64> = run.states().chunks_exact(columns).map(|row| row[column]).filter(|x| !x.is_nan()).collect();
        let largest = values.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let Some(((at, largest), last)) = largest.zip(values.last()) else { return false };
        values.iter().all(|x| *x > 0.0) && 2 * at < values.len() && *last < FALLEN * largest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_towards_zero() {
        let run = |of: &dyn Fn(f64) -> f64| {
            let times: Vec<f64> = (0..30).map(|k| 0.1 * f64::from(k)).collect();
            let states = times.iter().map(|t| of(*t)).collect();
            Trajectory::at(None, times, states)
        };
        let fallen: [&dyn Fn(f64) -> f64; 3] =
            [&|t| (-t).exp(), &|t| t * (-4.0 * t).exp() + 1e-3, &|t| if t == 0.5 { f64::NAN } else { (-t).exp() }];
        assert!(fallen.iter().all(|of| falls(&run(of), 1)));
        let others: [&dyn Fn(f64) -> f64; 4] =
            [&|t| t.exp(), &|t| 1.0 + (-t).exp(), &|t| (-t).exp() * (3.0 * t).cos(), &|t| (-0.1 * t).exp()];
        assert!(others.iter().all(|of| !falls(&run(of), 1)));
    }
}
