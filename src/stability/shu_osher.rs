//! Shu–Osher forms: a step as convex combinations of forward Euler steps, on which strong stability preservation rests.

use super::irreducibility::Reduction;
use super::{Extent, ssp_coefficient};
use crate::exact::{Number, NumberField, rational};
use num_traits::{One, Zero};
use serde::Serialize;
use thiserror::Error;

/// Fields of a larger degree than this make exact elimination slower than it is useful; the radius is then taken as a ball.
const LARGEST_DEGREE: usize = 12;

/// Why a method has no canonical Shu–Osher form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShuOsherError {
    /// r = 0: the form would be the tableau itself.
    #[error("the SSP coefficient is zero: no form has coefficients that are all non-negative, and the one at r = 0 is the tableau itself")]
    Zero,
    /// r = ∞: a form for every r, none of which is distinguished.
    #[error("the SSP coefficient is infinite: there is such a form for every r, and none is the largest")]
    Infinite,
    /// I + rK has no inverse.
    #[error("I + rK is singular at this r")]
    Singular,
}

/// The modified Shu–Osher form `y_i = v_i u_n + Σ_j (α_ij y_j + h β_ij f(y_j))`, the last `y` being the step, of the reduced method.
///
/// In each row `v_i + Σ_j α_ij = 1`, and `α = rβ`: each y_j enters as `α_ij (y_j + (h/r) f(y_j))`, a step of forward Euler.
#[derive(Clone, Debug, Serialize)]
pub struct ShuOsher {
    /// r.
    pub r: Number,
    /// v, s + 1 entries.
    pub v: Vec<Number>,
    /// α, s + 1 rows of s.
    pub alpha: Vec<Vec<Number>>,
    /// β = α/r.
    pub beta: Vec<Vec<Number>>,
}

/// The canonical form, at r = the SSP coefficient: `β = K(I + rK)⁻¹`, `α = rβ`, `v = (I + rK)⁻¹𝟙` with `K = [A 0; bᵀ 0]`, all non-negative
/// (Shu & Osher 1988; Ferracina & Spijker 2005; Higueras 2005; Gottlieb, Ketcheson & Shu 2011, section 3.2).
///
/// Exact where the radius lies in a field of small degree together with the coefficients, else in balls.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{reduce, shu_osher}};
/// let Method::RungeKutta(heun) = catalog::find("heun2")? else { unreachable!() };
/// let form = shu_osher(&reduce(&heun)).unwrap();
/// assert_eq!(form.v.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "0", "1/2"]);
/// assert_eq!(form.alpha[2][1].to_string(), "1/2");
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn shu_osher(reduction: &Reduction) -> Result<ShuOsher, ShuOsherError> {
    let radius = match ssp_coefficient(reduction) {
        Extent::Zero => return Err(ShuOsherError::Zero),
        Extent::Infinite => return Err(ShuOsherError::Infinite),
        extent => extent,
    };
    let method = &reduction.method;
    let s = method.stages();
    let mut entries: Vec<Number> = method.a().iter().flatten().chain(method.b()).cloned().collect();
    let r = match &radius {
        Extent::Root(root) => {
            let base = entries.iter().find_map(|x| match x {
                Number::Algebraic(a) => Some(a.field().degree()),
                _ => None,
            });
            let degree = base.unwrap_or(1) * root.polynomial().degree().unwrap_or(1);
            let (low, high) = root.interval();
            // The lower end is open in the count.
            let low = low - (high - low) * rational::power_of_two(-8) - rational::power_of_two(-200);
            let exact = (degree <= LARGEST_DEGREE).then(|| NumberField::adjoin(root.polynomial(), &low, high, &entries)).flatten();
            match exact {
                Some((r, moved)) => {
                    entries = moved;
                    r
                }
                None => Number::Rounded(radius.to_ball()),
            }
        }
        Extent::Value(value) => value.clone(),
        _ => return Err(ShuOsherError::Zero),
    };
    let rows: Vec<&[Number]> = entries.chunks(s).collect();
    // (I + rA)⁻¹, from which the whole follows: K(I + rK)⁻¹ has the rows of K times it, and v = 𝟙 − α𝟙.
    let inverse = inverse((0..s).map(|i| (0..s).map(|j| r.clone() * &rows[i][j] + Number::from(i64::from(i == j))).collect()).collect())
        .ok_or(ShuOsherError::Singular)?;
    let beta: Vec<Vec<Number>> = rows
        .iter()
        .map(|row| {
            (0..s)
                .map(|j| {
                    row.iter().zip(&inverse).filter(|(x, _)| !x.is_zero()).fold(Number::zero(), |sum, (x, line)| sum + x.clone() * &line[j])
                })
                .collect()
        })
        .collect();
    let alpha: Vec<Vec<Number>> = beta.iter().map(|row| row.iter().map(|x| x.clone() * &r).collect()).collect();
    let v = alpha.iter().map(|row| row.iter().fold(Number::one(), |rest, x| rest - x)).collect();
    Ok(ShuOsher { r, v, alpha, beta })
}

/// Gauss and Jordan's elimination; `None` for a singular matrix.
fn inverse(mut m: Vec<Vec<Number>>) -> Option<Vec<Vec<Number>>> {
    let n = m.len();
    for (i, row) in m.iter_mut().enumerate() {
        row.extend((0..n).map(|j| Number::from(i64::from(i == j))));
    }
    for k in 0..n {
        let pivot = (k..n).find(|&i| !m[i][k].is_zero())?;
        m.swap(k, pivot);
        let scale = Number::one() / &m[k][k];
        for x in m[k].iter_mut().filter(|x| !x.is_zero()) {
            *x = x.clone() * &scale;
        }
        let line = m[k].clone();
        for row in m.iter_mut().enumerate().filter(|(i, row)| *i != k && !row[k].is_zero()).map(|(_, row)| row) {
            let factor = row[k].clone();
            for (x, y) in row.iter_mut().zip(&line).filter(|(_, y)| !y.is_zero()) {
                *x = x.clone() - factor.clone() * y;
            }
        }
    }
    Some(m.into_iter().map(|mut row| row.split_off(n)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::reduce;
    use std::cmp::Ordering;

    fn reduction(name: &str) -> Reduction {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        reduce(&method)
    }

    fn form(name: &str) -> Result<ShuOsher, ShuOsherError> {
        shu_osher(&reduction(name))
    }

    /// Shu & Osher (1988): u¹ = u + hF(u), u² = 3/4 u + 1/4 (u¹ + hF(u¹)), u³ = 1/3 u + 2/3 (u² + hF(u²)).
    #[test]
    fn of_third_order() {
        let form = form("ssprk33").unwrap();
        // The first stage is u itself: its share belongs to v.
        let share = |i: usize| (form.v[i].clone() + &form.alpha[i][0]).to_string();
        assert_eq!((share(1), share(2), share(3)), ("1".into(), "3/4".into(), "1/3".into()));
        let text = |row: &[Number]| row[1..].iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((text(&form.alpha[2]), text(&form.alpha[3])), (vec!["1/4".into(), "0".into()], vec!["0".to_string(), "2/3".into()]));
        assert_eq!(form.r, Number::one());
    }

    /// No entry is negative, rows sum to one, and solving the form for the stages gives the tableau back: K = αA + β.
    #[test]
    fn convex_combinations_of_the_same_method() {
        for name in ["ssprk33", "heun2", "implicit-midpoint", "trapezoid", "ssprk54", "ssprk104", "ssprk43"] {
            let (form, reduction) = (form(name).unwrap(), reduction(name));
            let (a, b) = (reduction.method.a(), reduction.method.b());
            for (i, ((v, alpha), beta)) in form.v.iter().zip(&form.alpha).zip(&form.beta).enumerate() {
                assert_eq!(alpha.iter().fold(v.clone(), |sum, x| sum + x), Number::one(), "{name}");
                assert!(alpha.iter().chain(beta).chain([v]).all(|x| x.sign() != Ordering::Less), "{name}: {form:?}");
                for (j, beta) in beta.iter().enumerate() {
                    let back = alpha.iter().zip(a).fold(beta.clone(), |sum, (x, row)| sum + x.clone() * &row[j]);
                    assert_eq!(back, a.get(i).map_or(&b[j], |row| &row[j]).clone(), "{name}");
                }
            }
        }
        assert_eq!(form("rk4").unwrap_err(), ShuOsherError::Zero);
        assert_eq!(form("implicit-euler").unwrap_err(), ShuOsherError::Infinite);
    }
}
