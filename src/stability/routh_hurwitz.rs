//! Whether all zeros of a real polynomial lie in the open left half plane, by Routh's scheme (1877), exactly.

use super::multiplicity::enclosed;
use crate::exact::{Number, Polynomial};
use std::cmp::Ordering;

/// Whether every zero of `p` has negative real part. True for non-zero constants, false for the zero polynomial.
///
/// Routh: the zeros lie there iff the first column of the scheme has no zero and one sign. A column that breaks off ends the test,
/// since only strict stability is asked for.
///
/// ```
/// use lambdahat::{exact::{Number, Polynomial}, stability::is_hurwitz};
/// let p = |c: &[i64]| Polynomial::new(c.iter().map(|&c| Number::from(c)).collect());
/// assert!(is_hurwitz(&p(&[6, 11, 6, 1])));    // (z + 1)(z + 2)(z + 3)
/// assert!(!is_hurwitz(&p(&[1, 1, 1, 1])));    // ±i
/// ```
pub fn is_hurwitz(p: &Polynomial<Number>) -> bool {
    // Irrational coefficients grow at each step: bounds decide all but zeros on the axis, at a fraction of the cost.
    enclosed(p).and_then(|balls| routh(&balls)).or_else(|| routh(p.coefficients())).unwrap_or(false)
}

/// Routh's scheme; `None` where a coefficient or a column is zero, or may be.
fn routh(p: &[Number]) -> Option<bool> {
    let degree = p.len().checked_sub(1)?;
    let every_second = |from: usize| p.iter().rev().skip(from).step_by(2).cloned().collect::<Vec<_>>();
    let (mut upper, mut lower) = (every_second(0), every_second(1));
    let sign = upper[0].sign();
    // Necessary, and cheap: coefficients of one sign.
    let signs: Vec<Ordering> = p.iter().map(Number::sign).collect();
    if signs.contains(&sign.reverse()) && sign != Ordering::Equal {
        return Some(false);
    }
    if signs.contains(&Ordering::Equal) {
        return None;
    }
    for _ in 0..degree {
        let pivot = lower.first()?;
        if pivot.sign() != sign {
            return (pivot.sign() != Ordering::Equal).then_some(false);
        }
        let factor = upper[0].clone() / pivot;
        let next: Vec<Number> = (1..upper.len())
            .map(|k| match lower.get(k) {
                Some(c) => upper[k].clone() - factor.clone() * c,
                None => upper[k].clone(),
            })
            .collect();
        upper = std::mem::replace(&mut lower, next);
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    proptest! {
        /// Products of (z − r) and (z² − 2az + a² + b²): stable iff all r < 0 and a < 0.
        #[test]
        fn known_zeros(reals in prop::collection::vec(-6i64..3, 0..4), pairs in prop::collection::vec((-6i64..3, 1i64..5), 0..4)) {
            let integers = |c: &[i64]| Polynomial::new(c.iter().map(|&c| Number::from(c)).collect());
            let p = reals.iter().fold(Polynomial::one(), |p, &r| p * integers(&[-r, 1]));
            let p = pairs.iter().fold(p, |p, &(a, b)| p * integers(&[a * a + b * b, -2 * a, 1]));
            let stable = reals.iter().all(|&r| r < 0) && pairs.iter().all(|&(a, _)| a < 0);
            prop_assert_eq!(is_hurwitz(&p), stable);
            prop_assert_eq!(is_hurwitz(&-p), stable);
        }
    }
}
