//! The exact multistep method next to one that is printed in decimals, with the order that the decimals have to within their rounding.

use super::multiplicity::settled;
use crate::exact::{Number, Polynomial, rational};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// ρ and σ with exact coefficients. Rounded ones are replaced by the nearest that satisfy exactly every order condition which the decimals
/// satisfy to within their rounding, `Σ_j (α_j j^q − q β_j j^{q−1}) = 0`.
///
/// Rounding splits the root locus' multiple contact with the imaginary axis at 0, where the order conditions put it, into several spurious
/// crossings; this puts it together again. "Nearest" is in least squares with each coefficient measured in units of the power of two above its radius; a solution
/// that moves them by more than one unit in the mean square is not within the rounding, and then one condition less is kept.
pub(super) fn nearby(rho: &Polynomial<Number>, sigma: &Polynomial<Number>) -> (Polynomial<Number>, Polynomial<Number>) {
    let given: Vec<Number> = {
        let n = rho.coefficients().len().max(sigma.coefficients().len());
        (0..n).map(|j| rho.coefficient(j)).chain((0..n).map(|j| sigma.coefficient(j))).collect()
    };
    let rounded = given.iter().filter(|c| !c.is_exact()).count();
    let centres: Option<Vec<BigRational>> = given
        .iter()
        .map(|c| match c {
            Number::Rational(q) => Some(q.clone()),
            Number::Rounded(ball) => Some(ball.centre()),
            Number::Algebraic(_) => None,
        })
        .collect();
    let (Some(centres), true) = (centres, rounded > 0) else { return (settled(rho), settled(sigma)) };
    // The next power of two above each radius, which keeps the solution's denominators short.
    let square = |c: &Number| {
        let radius = c.radius();
        if radius > 0.0 { rational::power_of_two(2 * radius.max(1e-300).log2().ceil() as i64) } else { BigRational::zero() }
    };
    let squares: Vec<BigRational> = given.iter().map(square).collect();
    let mut conditions: Vec<Vec<BigRational>> = (0..given.len())
        .map(|q| condition(q, given.len() / 2))
        .take_while(|row| {
            let residual = row.iter().zip(&given).fold(Number::zero(), |sum, (r, c)| sum + Number::from(r.clone()) * c);
            residual.is_zero()
        })
        .collect();
    while !conditions.is_empty() {
        if let Some(moves) = least_move(&conditions, &centres, &squares) {
            let distance =
                moves.iter().zip(&squares).filter(|(_, s)| !s.is_zero()).fold(BigRational::zero(), |sum, (m, s)| sum + m * m / s);
            if distance <= BigRational::from_integer(rounded.into()) {
                let moved: Vec<Number> = centres.iter().zip(moves).map(|(c, m)| Number::from(c + m)).collect();
                let (alpha, beta) = moved.split_at(given.len() / 2);
                return (Polynomial::new(alpha.to_vec()), Polynomial::new(beta.to_vec()));
            }
        }
        conditions.pop();
    }
    (settled(rho), settled(sigma))
}

/// The coefficients of the q-th order condition in `α_0 … α_k, β_0 … β_k`, `n = k + 1`.
fn condition(q: usize, n: usize) -> Vec<BigRational> {
    let power = |j: usize, e: usize| BigRational::from_integer(BigInt::from(j).pow(e as u32));
    let alpha = (0..n).map(|j| power(j, q));
    let beta = (0..n).map(|j| if q == 0 { BigRational::zero() } else { -power(j, q - 1) * BigRational::from_integer(q.into()) });
    alpha.chain(beta).collect()
}

/// The least `δ` (in `Σ δ_i²/s_i`) with `C(x + δ) = 0`: `δ = S Cᵀ μ` where `C S Cᵀ μ = −Cx`. `None` where the conditions contradict each other or need an
/// exact coefficient to move.
fn least_move(conditions: &[Vec<BigRational>], x: &[BigRational], squares: &[BigRational]) -> Option<Vec<BigRational>> {
    let m = conditions.len();
    let dot = |a: &[BigRational], b: &[BigRational]| {
        a.iter().zip(b).filter(|(a, b)| !a.is_zero() && !b.is_zero()).map(|(a, b)| a * b).sum::<BigRational>()
    };
    let scaled: Vec<Vec<BigRational>> = conditions.iter().map(|row| row.iter().zip(squares).map(|(c, s)| c * s).collect()).collect();
    let mut rows: Vec<Vec<BigRational>> =
        (0..m).map(|i| (0..m).map(|j| dot(&conditions[i], &scaled[j])).chain([-dot(&conditions[i], x)]).collect()).collect();
    // Gauss–Jordan; a dependent condition is one row of zeros, with a zero at its right.
    let mut pivots = Vec::new();
    for column in 0..m {
        let done = pivots.len();
        let Some(at) = (done..m).find(|&i| !rows[i][column].is_zero()) else { continue };
        rows.swap(done, at);
        let inverse = BigRational::one() / &rows[done][column];
        rows[done].iter_mut().for_each(|c| *c *= &inverse);
        let pivot = rows[done].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != done && !row[column].is_zero() {
                let factor = row[column].clone();
                row.iter_mut().zip(&pivot).for_each(|(c, p)| *c -= &factor * p);
            }
        }
        pivots.push(column);
    }
    if rows[pivots.len()..].iter().any(|row| !row[m].is_zero()) {
        return None;
    }
    let mut moves = vec![BigRational::zero(); x.len()];
    for (row, &column) in rows.iter().zip(&pivots) {
        for (slot, c) in moves.iter_mut().zip(&scaled[column]) {
            *slot += c * &row[m];
        }
    }
    Some(moves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Ball;

    fn typed(digits: &[&str]) -> Polynomial<Number> {
        Polynomial::new(digits.iter().map(|d| crate::method::expression::Expression::number(d, &[]).unwrap()).collect())
    }

    /// Adams–Bashforth 3 in sixteen digits: 23/12, −4/3, 5/12 come back but for a move within the radii, and order 3 holds exactly.
    #[test]
    fn order_conditions_hold_exactly_afterwards() {
        let rho = typed(&["0", "0", "-1", "1"]);
        let sigma = typed(&["0.4166666666666667", "-1.333333333333333", "1.916666666666667"]);
        let (exact_rho, exact_sigma) = nearby(&rho, &sigma);
        assert_eq!(exact_rho, rho);
        for (moved, given) in exact_sigma.coefficients().iter().zip(sigma.coefficients()) {
            assert!(moved.is_exact() && moved == given);
        }
        let coefficients: Vec<Number> =
            (0..4).map(|j| exact_rho.coefficient(j)).chain((0..4).map(|j| exact_sigma.coefficient(j))).collect();
        for q in 0..4 {
            let residual = condition(q, 4).into_iter().zip(&coefficients).fold(Number::zero(), |sum, (r, c)| sum + Number::from(r) * c);
            assert!(residual.is_zero() && residual.is_exact(), "C_{q}");
        }
    }

    /// Exact coefficients are left as they are, and so are rounded ones that satisfy no condition.
    #[test]
    fn what_has_no_order_is_only_settled() {
        let (rho, sigma) = (typed(&["-1", "1"]), typed(&["1"]));
        assert_eq!(nearby(&rho, &sigma), (rho.clone(), sigma));
        let off = Polynomial::new(vec![Number::Rounded(Ball::new(crate::exact::ratio(1, 3), 1e-17)), Number::one()]);
        let (moved, _) = nearby(&off, &rho);
        assert_eq!(moved, settled(&off));
    }
}
