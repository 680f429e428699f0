//! Whether the modes of a few directions of many columns stay where they are when more directions are kept.
//!
//! Decays that are alike, as those of diffusion, lie in fewer directions above the noise than there are of them: the few that are kept then have rates that are
//! none of the system's. Two more directions show it.

use super::directions::Directions;
use super::exponential_search::CLEAN;
use super::linear_model::LinearModel;
use super::runs::Samples;

/// How many directions more.
const MORE: usize = 2;

/// What the modes of a model in so many directions of the columns are away from those in two more; none where nothing is left out, or left over.
pub(super) fn moved_by_more_directions(model: &LinearModel, columns: &Samples, kept: usize, stopped: &dyn Fn() -> bool) -> Vec<f64> {
    if model.fit.rms <= CLEAN || kept >= columns.dimension() {
        return Vec::new();
    }
    let more = Directions::of(columns, Some((kept + MORE).min(columns.dimension())));
    if more.as_ref().is_some_and(|d| d.count() == kept) {
        // The rest are combinations of these: nothing was left out.
        return Vec::new();
    }
    let samples = more.map_or_else(|| columns.clone(), |d| d.apply(columns));
    let Some(other) = LinearModel::of(&samples, stopped) else { return Vec::new() };
    let nearest =
        |lambda: num_complex::Complex<f64>| other.fit.rates.iter().map(|r| (r.lambda() - lambda).norm()).fold(f64::INFINITY, f64::min);
    model.fit.rates.iter().map(|r| nearest(r.lambda())).collect()
}
