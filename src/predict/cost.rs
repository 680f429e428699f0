//! What a sample costs: evaluations of f from one sample to the next.

use crate::exact::Number;
use crate::method::{Method, RungeKutta};
use num_traits::{One, Zero};

/// How many evaluations of f an implicit stage counts for: a Newton or fixed-point solve from a good start takes about so many.
/// It is a convention for comparing methods, not a measurement.
pub const EVALUATIONS_PER_IMPLICIT_STAGE: u64 = 4;

/// Evaluations of f between two samples with `substeps` steps.
///
/// A stage that depends on earlier stages only counts once, any other [`EVALUATIONS_PER_IMPLICIT_STAGE`] times. Where the last stage of an
/// explicit method is the next step's first (FSAL, as in Dormand–Prince and Tsitouras), it is shared within the interval.
/// A multistep method takes one new evaluation a step, its starting values given.
///
/// ```
/// use lambdahat::{method::catalog, predict::evaluations};
/// let of = |name, substeps| evaluations(&catalog::find(name).unwrap(), substeps);
/// assert_eq!([of("rk4", 1), of("rk4", 3), of("dormand-prince5", 1), of("dormand-prince5", 3)], [4, 12, 6, 18]);
/// assert_eq!([of("implicit-midpoint", 1), of("trapezoid", 1), of("leap-frog", 2)], [4, 5, 2]);
/// ```
pub fn evaluations(method: &Method, substeps: u32) -> u64 {
    let per_step = match method {
        Method::Multistep(method) if method.is_explicit() => 1,
        Method::Multistep(_) => EVALUATIONS_PER_IMPLICIT_STAGE,
        Method::RungeKutta(method) => {
            let implicit = |i: usize| method.a()[i][i..].iter().any(|a| !a.is_zero());
            let stages: u64 = (0..method.stages()).map(|i| if implicit(i) { EVALUATIONS_PER_IMPLICIT_STAGE } else { 1 }).sum();
            stages - u64::from(is_first_same_as_last(method))
        }
    };
    per_step * u64::from(substeps)
}

/// Whether the last stage is f at the end of the step, and the first at its beginning.
///
/// Within a long integration each step then has one evaluation less; the very last one serves the embedded error estimate only, which
/// a fit does not use.
fn is_first_same_as_last(method: &RungeKutta) -> bool {
    let last = method.stages() - 1;
    last > 0 && method.is_explicit() && method.b()[last].is_zero() && method.a()[last] == *method.b() && method.c()[last] == Number::one()
}
