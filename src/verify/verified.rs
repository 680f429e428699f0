//! A scheme verified: decided, to within its tolerance too, its claims checked.

use super::budget::{Budget, REPORT};
use super::claims::check;
use super::scheme_report::{Depth, decide};
use super::second_look::second_look;
use super::supervisor::Supervisor;
use super::verification::Verification;
use super::within::within;
use crate::method::Method;

/// Verifies a scheme.
///
/// ```
/// use lambdahat::{method::catalog, verify::verify};
/// let report = verify(&catalog::find("rk4")?);
/// assert_eq!((report.order, report.a_stable), (4, Some(false)));
/// assert!(report.claims.iter().all(|claim| claim.holds));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn verify(method: &Method) -> Verification {
    verify_with(method, REPORT, &Supervisor::nobody())
}

/// The same with so many units of exact work ([`REPORT`] is usual), and watched.
pub fn verify_with(method: &Method, units: u64, watch: &Supervisor) -> Verification {
    let mut report = decide(method, Budget::new(units, watch), watch, Depth::Whole);
    if cfg!(debug_assertions) {
        let refuted = second_look(method, &report);
        debug_assert!(refuted.is_empty(), "{}: {refuted:?}", method.name());
    }
    report.within = within(method, &report, watch);
    report.claims = check(&report, method);
    report
}
