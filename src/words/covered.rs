//! Where a loss asks its field, beside where the samples are.

use super::number::{percent, real};
use crate::check::Coverage;

/// Where the loss asked the field, in a sentence.
pub(super) fn covered(coverage: &Coverage) -> String {
    let reach = real(coverage.reach, 3);
    let mut text = format!(
        "{} of the points where the loss evaluates the field lie within {reach} of a sample, and {} of the samples within {reach} of such a point.",
        percent(coverage.points_near_samples),
        percent(coverage.samples_near_points)
    );
    if let (Some([_, points]), Some([_, samples])) = (coverage.points_from_equilibrium, coverage.samples_from_equilibrium)
        && points < samples - coverage.reach
    {
        text.push_str(&format!(
            " No such point is farther than {} from the equilibrium, but samples lie up to {} from it: out there the field is unconstrained.",
            real(points, 3),
            real(samples, 3)
        ));
    }
    text
}
