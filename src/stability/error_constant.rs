//! The order of R as an approximation of the exponential, and its error constant.

use super::StabilityFunction;
use super::function::series;
use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::{One, Zero};

/// The largest p with `R(z) = e^z + O(z^{p+1})`, and C in `e^z − R(z) = C z^{p+1} + …` (Hairer & Wanner II, IV.3, (3.5)).
///
/// ```
/// use lambdahat::{exact::Number, method::{Method, catalog}, stability::{StabilityFunction, linear_order}};
/// let Method::RungeKutta(rk4) = catalog::find("rk4")? else { unreachable!() };
/// assert_eq!(linear_order(&StabilityFunction::of(&rk4)), (4, Some(Number::ratio(1, 120))));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn linear_order(r: &StabilityFunction) -> (usize, Option<Number>) {
    // A quotient of degrees (k, j) has at most the order k + j of Padé's.
    first_error(r.numerator_degree() + r.denominator_degree() + 2, |count| r.taylor(count))
}

/// The same from the method itself, for one whose R is out of reach: its Taylor coefficients are 1, b·𝟙, b·A𝟙, …
pub fn linear_order_of_step(method: &RungeKutta) -> (usize, Option<Number>) {
    first_error(2 * method.stages() + 2, |count| series(method, count - 1))
}

/// Where a series departs from the exponential's, looked for in ever more of its terms.
fn first_error(limit: usize, taylor: impl Fn(usize) -> Vec<Number>) -> (usize, Option<Number>) {
    // Nearly all show their error within a few terms.
    let mut count = limit.min(8);
    loop {
        let mut inverse_factorial = Number::one();
        for (k, c) in taylor(count).into_iter().enumerate() {
            if k > 1 {
                inverse_factorial = inverse_factorial / Number::from(k as i64);
            }
            let error = inverse_factorial.clone() - c;
            if !error.is_zero() {
                return (k.saturating_sub(1), Some(error));
            }
        }
        if count == limit {
            return (limit - 1, None);
        }
        count = limit.min(2 * count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// Padé: the error constant of degrees (k, j) is `(−1)^j j!k!/((j+k)!(j+k+1)!)` (Hairer & Wanner II, IV.3, (3.30)).
    #[test]
    fn padé_constants() {
        for (name, order, n, d) in [
            ("forward-euler", 1, 1, 2),
            ("implicit-euler", 1, -1, 2),
            ("implicit-midpoint", 2, -1, 12),
            ("gauss2", 4, 1, 720),
            ("gauss3", 6, -1, 100_800),
            ("radau-iia-2", 3, 1, 72),
            ("radau-iia-3", 5, -1, 7200),
        ] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            assert_eq!(linear_order(&StabilityFunction::of(&method)), (order, Some(Number::ratio(n, d))), "{name}");
            assert_eq!(linear_order_of_step(&method), (order, Some(Number::ratio(n, d))), "{name}");
        }
    }
}
