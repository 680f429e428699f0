//! Whether the modes of a few directions of many columns stay where they are when more directions are kept.
//!
//! Decays that are alike, as those of diffusion, lie in fewer directions above the noise than there are of them: the few that are kept then have rates that are
//! none of the system's. Two more directions show it.

use super::directions::Directions;
use crate::truth::exponential_sums::exponential_search::CLEAN;
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::linear::linear_model::LinearModel;
use crate::truth::samples::runs::Samples;

/// How many directions more.
const MORE: usize = 2;
/// What a decay is open by, as a part of its rate, where directions go on: more than settles it.
const OPEN: f64 = 0.3;

/// What the modes of a model in these directions of the columns are away from those in two more; none where nothing is left out, or left over.
pub(crate) fn moved_by_more_directions(model: &LinearModel, columns: &Samples, kept: &Directions, stopped: &dyn Fn() -> bool) -> Vec<f64> {
    if model.fit.rms <= CLEAN {
        // Decays that are alike lie in directions that go on below those that are kept, each somewhat smaller than the one before.
        let open = |rate: &Rate| if rate.count() == 1 { OPEN * rate.lambda().norm() } else { 0.0 };
        return if kept.goes_on() { model.fit.rates.iter().map(open).collect() } else { Vec::new() };
    }
    let Some(more) = kept.and_more(MORE) else { return Vec::new() };
    let Some(other) = LinearModel::begun_from(&more.apply(columns), &model.fit.rates, stopped) else { return Vec::new() };
    let nearest =
        |lambda: num_complex::Complex<f64>| other.fit.rates.iter().map(|r| (r.lambda() - lambda).norm()).fold(f64::INFINITY, f64::min);
    model.fit.rates.iter().map(|r| nearest(r.lambda())).collect()
}
