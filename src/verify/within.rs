//! What holds of a scheme to within a tolerance, where its coefficients are rounded: the decisions of [`Verification`] with each rounded coefficient known to within it.

use super::budget::{Budget, REPEATED};
use super::scheme_report::{Depth, decide};
use super::supervisor::Supervisor;
use super::verification::{Verification, Within};
use crate::method::{Method, rounding};

/// The report to within the tolerance of the order: where the file states one, or where the order to within it is larger than the exact one.
pub(super) fn within(method: &Method, report: &Verification, watch: &Supervisor) -> Option<Within> {
    let found = report.order_within?;
    let stated = method.identity().stated_tolerance();
    if stated.is_none() && found.order <= report.order {
        return None;
    }
    let blurred = rounding::blurred(method, found.tolerance)?;
    let mut report = decide(&blurred, Budget::new(REPEATED, watch), watch, Depth::Decisions);
    report.order = found.order;
    report.linear_order = report.linear_order.max(found.order);
    Some(Within { tolerance: found.tolerance, report: Box::new(report) })
}
