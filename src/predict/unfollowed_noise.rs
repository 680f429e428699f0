//! Whether noise does to the modes what nobody follows here: then no verdict that was made without it stands.
//!
//! What a loss makes of noise is followed for linear models of not too many columns (`through_loss`). Where it is not, the same samples in as many principal components as there are modes, or with
//! as many delayed copies, show whether noise matters at all: if pairs of those leave the modes in place, so does what the loss makes of the columns as they are.

use super::part_of_state;
use super::through_loss::{pairs_act, pairs_of_paths_act};
use crate::data::{Paths, Trajectories, Trajectory};
use crate::truth::Mode;
use nalgebra::{DMatrix, DVector};

/// Rows that are looked at.
const MOST_ROWS: usize = 20_000;
/// A direction that the samples fill by less than this part of the one that they fill most is empty.
const ROUNDING: f64 = 1e-10;
/// Of orthogonal iteration.
const ITERATIONS: usize = 8;

/// Whether pairs of samples with linear modes, in the fewest coordinates that hold these, move a settled mode by more than the samples leave open.
pub(super) fn noise_acts(data: &Trajectories, interval: f64, modes: &[Mode]) -> bool {
    let Ok(paths) = data.paths() else { return false };
    if paths.samples() > MOST_ROWS {
        return false;
    }
    if data.dimension() >= modes.len() {
        return principal(data, &paths, modes).and_then(|(data, modes)| pairs_act(&data, interval, &modes)).unwrap_or(false);
    }
    let chosen = if paths.is_uneven() { None } else { part_of_state::chosen(&paths, interval, modes, modes.len()) };
    chosen.and_then(|delays| pairs_of_paths_act(&part_of_state::delayed(&paths, delays), interval, modes)).unwrap_or(false)
}

/// The samples in their first principal components, a mode each, columns in units of their standard deviation; and the modes there.
fn principal(data: &Trajectories, paths: &Paths, modes: &[Mode]) -> Option<(Trajectories, Vec<Mode>)> {
    let (d, r, rows) = (data.dimension(), modes.len(), paths.samples());
    let all = DMatrix::from_iterator(d, rows, paths.states().flatten().copied());
    let middle = all.column_mean();
    let size: Vec<f64> =
        all.row_iter().zip(middle.iter()).map(|(row, m)| (row.add_scalar(-m).norm_squared() / rows as f64).sqrt()).collect();
    let scaled = |x: &[f64]| DVector::from_fn(d, |j, _| if size[j] > 0.0 { (x[j] - middle[j]) / size[j] } else { 0.0 });
    let all = DMatrix::from_columns(&paths.states().map(scaled).collect::<Vec<_>>());
    // Orthogonal iteration from rows spread over the data: what is left of weaker directions does no harm.
    let mut directions = DMatrix::from_fn(d, r, |j, k| all[(j, k * (rows - 1) / r)]);
    for _ in 0..ITERATIONS {
        directions = (&all * all.tr_mul(&directions)).qr().q();
    }
    // Columns that are one another's multiples fill fewer directions: what is in the others is rounding, which is nobody's noise.
    let filled: Vec<f64> = directions.tr_mul(&all).row_iter().map(|row| row.norm()).collect();
    let most = filled.iter().copied().fold(0.0, f64::max);
    if filled.iter().any(|length| *length < ROUNDING * most) {
        return None;
    }
    let seen = |x: &[f64]| directions.tr_mul(&scaled(x)).as_slice().to_vec();
    let runs = paths.iter().filter(|path| path.len() > 1).map(|path| {
        let times = if path.times().is_empty() {
            (0..path.len()).map(|k| k as f64 * data.spacing().typical()).collect()
        } else {
            path.times().to_vec()
        };
        Trajectory::at(None, times, path.iter().flat_map(&seen).collect())
    });
    let names = (0..r).map(|k| format!("p{k}")).collect();
    let seen_data = Trajectories::with_times(data.source(), names, Vec::new(), runs.collect()).ok()?;
    let place = |mode: &Mode| if mode.equilibrium.len() == d { seen(&mode.equilibrium) } else { Vec::new() };
    Some((seen_data, modes.iter().map(|mode| Mode { equilibrium: place(mode), ..mode.clone() }).collect()))
}
