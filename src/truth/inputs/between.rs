//! What an input does between rows: held, straight or smooth, as far as the samples tell it beyond chance.
//!
//! The held input is the straight one with Γ₁ = 0, and both are smooth ones: what a richer idea leaves less by chance is a χ² of as many degrees of freedom as it has more coefficients (Wilks, Ann. Math. Stat. 9,
//! 1938). A straight input has a Γ₁ that follows from Φ and Γ₀ + Γ₁, so that it has no more coefficients than the held one, and either may be the one that is refused.

use super::state_space::StateSpace;
use crate::data::Hold;
use crate::truth::chance::chi_square::chi_square;
use nalgebra::{Cholesky, DMatrix};
use serde::{Deserialize, Serialize};

/// What an input does between rows, as far as the fit can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// Held until the next row.
    Held,
    /// Straight to the next row.
    Straight,
    /// Smooth through four rows.
    Smooth,
}

/// Chance beyond so many deviations is none: once in a thousand.
const RARE: f64 = 3.09;
/// What the end of an input adds may differ by this part from what a system makes of it.
const ALIKE: f64 = 0.5;

/// A fit by one idea of the inputs.
pub(crate) struct Tried {
    pub between: Between,
    /// The mean square of what is left, of so many numbers.
    pub left: f64,
    pub numbers: usize,
    pub coefficients: usize,
    /// Of a straight one, the χ² of the distance between its Γ₁ and that of a system.
    pub off_a_system: Option<f64>,
    /// How many numbers Γ₁ is.
    pub of_end: usize,
}

/// The place of the idea to go by: that of the loop, where the samples do not speak against it beyond chance.
pub(crate) fn chosen(tried: &[Tried], hold: Hold) -> Option<usize> {
    let of = |between: Between| tried.iter().position(|t| t.between == between);
    let richer = |poor: &Tried, rich: &Tried| {
        let more = rich.coefficients.saturating_sub(poor.coefficients) as f64;
        poor.numbers as f64 * (poor.left / rich.left.max(f64::MIN_POSITIVE)).ln() > chi_square(more, RARE)
    };
    let refused = |poor: usize| tried.iter().filter(|t| t.coefficients > tried[poor].coefficients).any(|rich| richer(&tried[poor], rich));
    let (held, straight) = (of(Between::Held), of(Between::Straight));
    let no_straight = |k: usize| refused(k) || tried[k].off_a_system.is_none_or(|off| off > chi_square(tried[k].of_end as f64, RARE));
    let by_hold = match hold {
        Hold::Zero => held.filter(|&k| !refused(k)),
        Hold::Linear => straight.filter(|&k| !no_straight(k)).or(held.filter(|&k| !refused(k))),
    };
    by_hold.or(straight.filter(|&k| !refused(k))).or(of(Between::Smooth)).or(straight).or(held)
}

/// χ² of the distance between what the end of a straight input adds and what the system with this Φ and this sum of both ends makes of it, `spread` · `variance` being the covariance of each of its rows; `None` where there is
/// no such system.
pub(crate) fn off_a_system(
    (phi, steady): &(DMatrix<f64>, DMatrix<f64>),
    end: &DMatrix<f64>,
    (spread, variance): (DMatrix<f64>, f64),
    interval: f64,
) -> Option<f64> {
    let expected = StateSpace::of_map(phi, steady, &vec![1.0; phi.nrows()], interval)?.ramp(interval);
    let factor = Cholesky::new(spread)?;
    let off = (end - expected).transpose();
    Some(off.dot(&factor.solve(&off)) / variance.max(f64::MIN_POSITIVE))
}

/// Whether what the end of a straight input adds is what the system with this Φ and this sum of both ends makes of it. A controller with a memory, u_n = u_{n−1} + Kx_n + …, turned round is a map
/// of the same form, to the last digit, that no system makes.
pub(crate) fn is_a_systems((phi, steady): &(DMatrix<f64>, DMatrix<f64>), end: &DMatrix<f64>, interval: f64) -> bool {
    let Some(system) = StateSpace::of_map(phi, steady, &vec![1.0; phi.nrows()], interval) else { return true };
    let expected = system.ramp(interval);
    (end - &expected).norm() <= ALIKE * end.norm().max(expected.norm())
}
