//! Butcher's simplifying assumptions, and the order that follows from them without a tree.

use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::{One, Zero};
use serde::Serialize;

/// The largest p, η, ζ for which a tableau satisfies B(p), C(η), D(ζ), decided exactly where the coefficients are exact.
///
/// - B(p): `Σ_i b_i c_i^(k−1) = 1/k` for k ≤ p;
/// - C(η): `Σ_j a_ij c_j^(k−1) = c_i^k / k` for all i and k ≤ η;
/// - D(ζ): `Σ_i b_i c_i^(k−1) a_ij = b_j (1 − c_j^k) / k` for all j and k ≤ ζ.
///
/// Each is searched up to 2s + 1, since B(p) cannot hold beyond 2s. Source: Butcher, *Implicit Runge–Kutta processes*, Math. Comp. 18 (1964) 50–64; Hairer
/// & Wanner, *Solving Ordinary Differential Equations II*, IV.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SimplifyingAssumptions {
    /// p of B(p): the order of the quadrature rule (b, c).
    pub b: usize,
    /// η of C(η).
    pub c: usize,
    /// ζ of D(ζ).
    pub d: usize,
}

impl SimplifyingAssumptions {
    /// Those of a method.
    pub fn of(method: &RungeKutta) -> Self {
        Self::of_tableau(method.a(), method.b(), method.c())
    }

    /// Those of A, b and c.
    pub(super) fn of_tableau(a: &[Vec<Number>], b: &[Number], c: &[Number]) -> Self {
        let s = b.len();
        let limit = 2 * s + 1;
        let divide = |x: Number, k: usize| x * Number::ratio(1, k as i64);
        let [mut p, mut eta, mut zeta] = [0; 3];
        // c_i^(k−1)
        let mut powers = vec![Number::one(); s];
        for k in 1..=limit {
            let next: Vec<Number> = powers.iter().zip(c).map(|(power, c)| power.clone() * c).collect();
            let weighted: Vec<Number> = powers.iter().zip(b).map(|(power, b)| power.clone() * b).collect();
            let row = |i: usize| powers.iter().zip(&a[i]).fold(Number::zero(), |sum, (power, a)| sum + power.clone() * a);
            let column = |j: usize| weighted.iter().zip(a).fold(Number::zero(), |sum, (w, row)| sum + w.clone() * &row[j]);
            if p + 1 == k && weighted.iter().fold(Number::zero(), |sum, x| sum + x) == Number::ratio(1, k as i64) {
                p = k;
            }
            if eta + 1 == k && (0..s).all(|i| row(i) == divide(next[i].clone(), k)) {
                eta = k;
            }
            if zeta + 1 == k && (0..s).all(|j| column(j) == divide((Number::one() - &next[j]) * &b[j], k)) {
                zeta = k;
            }
            if p.max(eta).max(zeta) < k {
                break;
            }
            powers = next;
        }
        Self { b: p, c: eta, d: zeta }
    }

    /// The stage order: every stage is accurate to h^q and the step to h^q too, q = min(p, η).
    pub fn stage_order(&self) -> usize {
        self.b.min(self.c)
    }

    /// The order that they imply: the largest p with B(p), p ≤ η + ζ + 1 and p ≤ 2η + 2 (Butcher 1964).
    pub fn implied_order(&self) -> usize {
        self.b.min(self.c + self.d + 1).min(2 * self.c + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    #[test]
    fn collocation_methods_satisfy_what_the_books_say() {
        // Hairer & Wanner II, Table IV.5.13
        for (name, b, c, d) in [
            ("gauss2", 4, 2, 2),
            ("gauss3", 6, 3, 3),
            ("radau-iia-2", 3, 2, 1),
            ("radau-iia-3", 5, 3, 2),
            ("lobatto-iiia-3", 4, 3, 1),
            ("lobatto-iiic-3", 4, 2, 2),
        ] {
            let Ok(Method::RungeKutta(method)) = catalog::find(name) else { panic!("{name}") };
            assert_eq!(SimplifyingAssumptions::of(&method), SimplifyingAssumptions { b, c, d }, "{name}");
        }
    }
}
