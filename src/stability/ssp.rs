//! The SSP coefficient: the largest step, in units of forward Euler's, that keeps a monotonicity which forward Euler has.

use super::Extent;
use super::function::characteristic;
use super::irreducibility::Reduction;
use crate::exact::{Number, Polynomial};
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// The radius of absolute monotonicity of an irreducible method (Kraaijevanger 1991): the supremum of the r for which, with `K = [A 0; bᵀ 0]`,
/// `I + rK` is regular, `K(I + rK)⁻¹ ≥ 0` and `rK(I + rK)⁻¹𝟙 ≤ 𝟙`.
///
/// It is the SSP coefficient (Ferracina & Spijker 2004; Higueras 2005). The entries are rational functions of r with the denominator
/// `d(r) = det(I + rA)`; a method that is absolutely monotonic at r is so on [0, r], so the radius is the first sign change among
/// the numerators, an algebraic number.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{reduce, ssp_coefficient}};
/// let radius = |name| match catalog::find(name) {
///     Ok(Method::RungeKutta(method)) => ssp_coefficient(&reduce(&method)).to_f64(),
///     _ => unreachable!(),
/// };
/// assert_eq!((radius("ssprk33"), radius("rk4"), radius("implicit-midpoint")), (1.0, 0.0, 2.0));
/// ```
pub fn ssp_coefficient(reduction: &Reduction) -> Extent {
    let method = &reduction.method;
    let (a, b) = (method.a(), method.b());
    let s = method.stages();
    let rows: Vec<&[Number]> = a.iter().map(Vec::as_slice).chain([b]).collect();
    if ssp_is_zero(reduction) {
        return Extent::Zero;
    }
    // d(r)(I + rA)⁻¹ = Σ M_k r^k with M_0 = I, M_k = d_k I − A M_{k−1}.
    let d = characteristic(a).reflected();
    let mut powers: Vec<Vec<Vec<Number>>> = vec![identity(s)];
    for k in 1..s {
        let mut next = product(a, &powers[k - 1]);
        for (i, row) in next.iter_mut().enumerate() {
            for (j, x) in row.iter_mut().enumerate() {
                *x = -x.clone();
                if i == j {
                    *x = x.clone() + d.coefficient(k);
                }
            }
        }
        powers.push(next);
    }
    let mut radius = Extent::of_positivity(&d);
    let mut seen: Vec<Polynomial<Number>> = Vec::new();
    for row in rows {
        let entries: Vec<Polynomial<Number>> = (0..s)
            .map(|j| {
                Polynomial::new(
                    powers
                        .iter()
                        .map(|m| (0..s).fold(Number::zero(), |sum, l| if row[l].is_zero() { sum } else { sum + row[l].clone() * &m[l][j] }))
                        .collect(),
                )
            })
            .collect();
        let sum = entries.iter().fold(Polynomial::zero(), |sum, p| sum + p);
        for p in entries.into_iter().chain([d.clone() - sum * Polynomial::variable()]) {
            if !seen.contains(&p) {
                radius = radius.min(Extent::of_non_negativity(&p));
                seen.push(p);
            }
            if matches!(radius, Extent::Zero) {
                return Extent::Zero;
            }
        }
    }
    radius
}

/// Whether signs and gaps of the tableau leave no positive SSP coefficient. Needed at r = 0: K ≥ 0; and just beyond it: K² has no entry where K
/// has none (Kraaijevanger 1991, theorem 4.2).
pub fn ssp_is_zero(reduction: &Reduction) -> bool {
    let (a, b) = (reduction.method.a(), reduction.method.b());
    let s = b.len();
    let rows: Vec<&[Number]> = a.iter().map(Vec::as_slice).chain([b]).collect();
    let reaches = |row: &[Number], j: usize| (0..s).any(|l| !row[l].is_zero() && !a[l][j].is_zero());
    rows.iter().flat_map(|row| row.iter()).any(|x| x.sign() == Ordering::Less)
        || rows.iter().any(|row| (0..s).any(|j| row[j].is_zero() && reaches(row, j)))
}

fn identity(s: usize) -> Vec<Vec<Number>> {
    (0..s).map(|i| (0..s).map(|j| if i == j { Number::one() } else { Number::zero() }).collect()).collect()
}

fn product(a: &[Vec<Number>], b: &[Vec<Number>]) -> Vec<Vec<Number>> {
    let s = a.len();
    a.iter()
        .map(|row| {
            (0..s)
                .map(|j| {
                    row.iter()
                        .zip(b)
                        .filter(|(x, other)| !x.is_zero() && !other[j].is_zero())
                        .fold(Number::zero(), |sum, (x, other)| sum + x.clone() * &other[j])
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::reduce;

    fn radius(name: &str) -> Extent {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        ssp_coefficient(&reduce(&method))
    }

    /// Kraaijevanger (1991); Gottlieb, Ketcheson & Shu, *Strong Stability Preserving Runge–Kutta and Multistep Time Discretizations* (2011), ch. 6.
    #[test]
    fn literature() {
        for (name, r) in [
            ("forward-euler", 1.0),
            ("heun2", 1.0),
            ("ssprk33", 1.0),
            ("rk4", 0.0),
            ("kutta3", 0.0),
            ("midpoint", 0.0),
            ("implicit-midpoint", 2.0),
            ("trapezoid", 2.0),
            ("implicit-euler", f64::INFINITY),
            ("dormand-prince5", 0.0),
        ] {
            assert_eq!(radius(name).to_f64(), r, "{name}");
        }
    }

    /// SSPRK(5, 4) of Spiteri & Ruuth (2002): 1.50818004918983 for the optimal coefficients. The tableau, refined to fulfil the order conditions in 30
    /// digits, is off the optimum by 1e-15, and multiple roots of the numerators turn that into 2e-3.
    #[test]
    fn ssprk54_is_ill_conditioned() {
        let r = radius("ssprk54").to_f64();
        assert!((1.506..1.508_181).contains(&r), "{r}");
    }

    /// Enclosed to within the rounding: an optimal pair typed in 16 digits.
    #[test]
    fn rounded_coefficients_give_an_enclosure() {
        let text = "[runge-kutta]\nA = [[0, 0], [\"1.000000000000000\", 0]]\nb = [\"0.5000000000000000\", \"0.5000000000000000\"]";
        let Method::RungeKutta(typed) = crate::method::scheme::parse(text, "typed").unwrap() else { unreachable!() };
        let r = ssp_coefficient(&reduce(&typed));
        assert!(r.agrees_with(&Number::one()) && r.to_ball().radius() > 1e-17 && r.to_ball().radius() < 1e-14);
    }
}
