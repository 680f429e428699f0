//! What happens inside a step on ẏ = λy: how each stage answers, and how far an error made in a stage reaches.

use super::function::characteristic;
use crate::exact::{Number, Polynomial};
use crate::method::RungeKutta;
use num_traits::{One, Zero};
use serde::Serialize;

/// The stage stability functions and the internal stability functions, as numerators over the one denominator `det(I − zA)` (unreduced).
///
/// For an explicit method the denominator is 1 and both are polynomials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageFunctions {
    /// `det(I − zA)`.
    pub denominator: Polynomial<Number>,
    /// Of each stage, `R_i = ((I − zA)⁻¹𝟙)_i`, so that `Y_i = R_i(z)y`.
    pub stages: Vec<Polynomial<Number>>,
    /// Of each stage, `Q_j = (z bᵀ(I − zA)⁻¹)_j`: an error ε in stage j becomes `Q_j(z)ε` in the step. Together with 1 they sum to R.
    pub internal: Vec<Polynomial<Number>>,
}

/// The stage and internal stability functions of a method as its tableau says (Verwer, Hundsdorfer & Sommeijer, Numer. Math. 57 (1990) 157–178; Ketcheson, Lóczi & Parsani, SIAM
/// J. Numer. Anal. 52 (2014) 2227–2249). In another arrangement of the same method, such as Shu and Osher's, errors of stages reach
/// differently.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::stage_functions};
/// let Method::RungeKutta(rk4) = catalog::find("rk4")? else { unreachable!() };
/// let inside = stage_functions(&rk4);
/// assert_eq!(inside.stages[3].to_string(), "1 + z + 1/2 z^2 + 1/4 z^3");
/// assert_eq!(inside.internal[2].to_string(), "1/3 z + 1/6 z^2");
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn stage_functions(method: &RungeKutta) -> StageFunctions {
    let (a, b, s) = (method.a(), method.b(), method.stages());
    let denominator = characteristic(a);
    // A^k 𝟙 and bᵀA^k, k < s: the series of both, which times the determinant ends at degree s − 1.
    let (mut column, mut row) = (vec![Number::one(); s], b.to_vec());
    let (mut columns, mut rows) = (Vec::with_capacity(s), Vec::with_capacity(s));
    for _ in 0..s {
        let next_column = a.iter().map(|entries| dot(entries, &column)).collect();
        let next_row = (0..s)
            .map(|j| {
                row.iter().zip(a).filter(|(x, _)| !x.is_zero()).fold(Number::zero(), |sum, (x, entries)| sum + x.clone() * &entries[j])
            })
            .collect();
        columns.push(std::mem::replace(&mut column, next_column));
        rows.push(std::mem::replace(&mut row, next_row));
    }
    let numerator = |powers: &[Vec<Number>], i: usize| {
        let series = Polynomial::new(powers.iter().map(|v| v[i].clone()).collect());
        (denominator.clone() * &series).truncated(s)
    };
    let stages = (0..s).map(|i| numerator(&columns, i)).collect();
    let internal = (0..s).map(|j| numerator(&rows, j) * Polynomial::variable()).collect();
    StageFunctions { denominator, stages, internal }
}

fn dot(row: &[Number], v: &[Number]) -> Number {
    row.iter().zip(v).filter(|(x, _)| !x.is_zero()).fold(Number::zero(), |sum, (x, y)| sum + x.clone() * y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::StabilityFunction;

    /// `R = 1 + Σ Q_j`, and `R_i` is the stability function of the method with the weights of row i.
    #[test]
    fn sums_and_rows() {
        for name in ["rk4", "dormand-prince5", "gauss2", "radau-iia-3", "sdirk2", "lobatto-iiic-3", "implicit-midpoint"] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            let inside = stage_functions(&method);
            let r = StabilityFunction::of(&method);
            let sum = inside.internal.iter().fold(inside.denominator.clone(), |sum, q| sum + q);
            // P/Q = sum/d, by cross-multiplication.
            assert_eq!(sum * r.denominator(), r.numerator().clone() * &inside.denominator, "{name}");
            for (row, stage) in method.a().iter().zip(&inside.stages) {
                let as_step = RungeKutta::new(Default::default(), method.a().to_vec(), row.clone(), None, None).unwrap();
                let own = StabilityFunction::of(&as_step);
                assert_eq!(stage.clone() * own.denominator(), own.numerator().clone() * &inside.denominator, "{name}");
            }
        }
    }
}
