//! Algebraic stability (equivalent to B-stability) and symplecticity: two questions about `M = BA + AᵀB − bbᵀ`.

use super::irreducibility::Reduction;
use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::Zero;
use std::cmp::Ordering;

/// `m_ij = b_i a_ij + b_j a_ji − b_i b_j`.
pub fn algebraic_stability_matrix(method: &RungeKutta) -> Vec<Vec<Number>> {
    let (a, b) = (method.a(), method.b());
    let s = method.stages();
    let weighted: Vec<Vec<Number>> = a.iter().zip(b).map(|(row, b)| row.iter().map(|x| x.clone() * b).collect()).collect();
    let mut m = vec![vec![Number::zero(); s]; s];
    for i in 0..s {
        for j in 0..=i {
            let entry = weighted[i][j].clone() + &weighted[j][i] - b[i].clone() * &b[j];
            m[i][j] = entry.clone();
            m[j][i] = entry;
        }
    }
    m
}

/// Whether all weights are non-negative and M is positive semidefinite: for irreducible methods the same as B-stability
/// (Burrage & Butcher 1979; Crouzeix 1979; Hundsdorfer & Spijker 1981), hence the reduction for an argument.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{is_algebraically_stable, reduce}};
/// let stable = |name| match catalog::find(name) {
///     Ok(Method::RungeKutta(method)) => is_algebraically_stable(&reduce(&method)),
///     _ => unreachable!(),
/// };
/// assert!(stable("radau-iia-2") && !stable("trapezoid"));
/// ```
pub fn is_algebraically_stable(reduction: &Reduction) -> bool {
    let method = &reduction.method;
    method.b().iter().all(|b| b.sign() != Ordering::Less) && is_positive_semidefinite(algebraic_stability_matrix(method))
}

/// Whether `b_i a_ij + b_j a_ji = b_i b_j` for all i, j: necessary and sufficient for irreducible methods
/// (Lasagni 1988, Sanz-Serna 1988, Suris 1989; Hairer, Lubich & Wanner, VI.4 and VI.7).
pub fn is_symplectic(reduction: &Reduction) -> bool {
    algebraic_stability_matrix(&reduction.method).iter().flatten().all(Zero::is_zero)
}

/// By bounds where these decide, else exactly: those of most methods of the literature are singular.
fn is_positive_semidefinite(m: Vec<Vec<Number>>) -> bool {
    if m.iter().flatten().all(Number::is_exact) {
        let balls = m.iter().map(|row| row.iter().map(|x| Number::Rounded(x.to_ball())).collect()).collect();
        if let Some(decided) = without_zero_pivots(balls) {
            return decided;
        }
    }
    by_elimination(m)
}

/// Elimination in balls; `None` where a pivot may be zero.
fn without_zero_pivots(mut m: Vec<Vec<Number>>) -> Option<bool> {
    for k in 0..m.len() {
        match m[k][k].sign() {
            Ordering::Less => return Some(false),
            Ordering::Equal => return None,
            // A ball about zero need not be zero: nothing is skipped.
            Ordering::Greater => eliminate(&mut m, k, |_| false),
        }
    }
    Some(true)
}

/// Symmetric elimination without square roots. A zero pivot of a semidefinite matrix has a zero row; a negative one ends the test.
fn by_elimination(mut m: Vec<Vec<Number>>) -> bool {
    for k in 0..m.len() {
        match m[k][k].sign() {
            Ordering::Less => return false,
            Ordering::Equal => {
                if m[k][k + 1..].iter().any(|x| !x.is_zero()) {
                    return false;
                }
            }
            Ordering::Greater => eliminate(&mut m, k, Zero::is_zero),
        }
    }
    true
}

/// Subtracts multiples of row k from those below, but for entries that are to be skipped, keeping the matrix symmetric.
fn eliminate(m: &mut [Vec<Number>], k: usize, skipped: fn(&Number) -> bool) {
    let pivot_row = m[k].clone();
    let n = m.len();
    for i in k + 1..n {
        if skipped(&pivot_row[i]) {
            continue;
        }
        let factor = pivot_row[i].clone() / &pivot_row[k];
        for j in i..n {
            let entry = m[i][j].clone() - factor.clone() * &pivot_row[j];
            m[j][i] = entry.clone();
            m[i][j] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::reduce;
    use proptest::prelude::*;

    /// Hairer & Wanner II, IV.12, theorem 12.9 and table; HLW VI.4: (method, B-stable, symplectic).
    #[test]
    fn literature() {
        for (name, b_stable, symplectic) in [
            ("implicit-euler", true, false),
            ("implicit-midpoint", true, true),
            ("gauss2", true, true),
            ("gauss3", true, true),
            ("radau-iia-2", true, false),
            ("radau-iia-3", true, false),
            ("lobatto-iiic-2", true, false),
            ("lobatto-iiic-3", true, false),
            ("trapezoid", false, false),
            ("lobatto-iiia-3", false, false),
            ("rk4", false, false),
        ] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            let reduction = reduce(&method);
            assert_eq!((is_algebraically_stable(&reduction), is_symplectic(&reduction)), (b_stable, symplectic), "{name}");
        }
    }

    proptest! {
        /// GᵀG is semidefinite, also of deficient rank; less a little on the diagonal of a kernel vector's support it is not.
        #[test]
        fn gram_matrices(g in prop::collection::vec(prop::collection::vec(-3i64..4, 4), 1..5)) {
            let gram: Vec<Vec<Number>> = (0..4).map(|i| (0..4).map(|j| Number::from(g.iter().map(|r| r[i] * r[j]).sum::<i64>())).collect()).collect();
            prop_assert!(is_positive_semidefinite(gram.clone()));
            if g.len() < 4 {
                let shifted = (0..4).map(|i| (0..4).map(|j| gram[i][j].clone() - Number::ratio(i64::from(i == j), 1000)).collect()).collect();
                prop_assert!(!is_positive_semidefinite(shifted));
            }
        }
    }
}
