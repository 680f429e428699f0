//! A scheme verified: decided, to within its tolerance too, its claims checked.

use super::claims::check;
use super::scheme_report::{Depth, decide};
use super::second_look::second_look;
use super::verification::Verification;
use super::within::within;
use crate::method::Method;
use crate::order::Progress;
use std::ops::ControlFlow;

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
    verify_with(method, |_| ControlFlow::Continue(()))
}

/// The same with reports on the search for the order, which may stop it: the order is then what was proved until that point.
pub fn verify_with(method: &Method, mut progress: impl FnMut(Progress) -> ControlFlow<()>) -> Verification {
    let mut report = decide(method, &mut progress, Depth::Whole);
    if cfg!(debug_assertions) {
        let refuted = second_look(method, &report.answers());
        debug_assert!(refuted.is_empty(), "{}: {refuted:?}", method.name());
    }
    report.within = within(method, &report);
    report.claims = check(&report, method);
    report
}
