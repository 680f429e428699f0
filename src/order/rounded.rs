//! Order conditions of tableaux printed in decimals: "to within the rounding", rigorously.
//!
//! Three numbers are carried for each elementary weight: its double, a bound of how far that double is from the weight of
//! the centres, and a bound of how far the weight moves when every coefficient moves within its radius. Where the first two cannot tell, the
//! centres' weight is computed exactly on a binary grid, so nothing rests on doubles but bounds.

use super::certificate::{ExactTableau, Report};
use super::trees::{Tree, Trees};
use crate::exact::{Number, rational};
use num_bigint::BigInt;
use num_traits::Zero;
use std::iter::Sum;
use std::ops::{Add, Mul};

/// A double with two bounds: |value − centre| ≤ `rounding`, |true − centre| ≤ `spread`.
#[derive(Clone, Copy, Debug, Default)]
struct Running {
    value: f64,
    rounding: f64,
    spread: f64,
}

/// Unit roundoff.
const UNIT: f64 = f64::EPSILON / 2.0;
/// Covers the rounding of the at most six operations that make a bound.
const SLACK: f64 = 1.0 + 8.0 * f64::EPSILON;

impl Mul for Running {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let value = self.value * other.value;
        let (size, size_other) = (self.value.abs() + self.rounding, other.value.abs() + other.rounding);
        let rounding = self.value.abs() * other.rounding + self.rounding * size_other + UNIT * value.abs();
        let spread = size * other.spread + self.spread * (size_other + other.spread);
        Self { value, rounding: rounding * SLACK + f64::MIN_POSITIVE, spread: spread * SLACK + f64::MIN_POSITIVE }
    }
}

impl Add for Running {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let value = self.value + other.value;
        let rounding = (self.rounding + other.rounding + UNIT * value.abs()) * SLACK;
        Self { value, rounding, spread: (self.spread + other.spread) * SLACK }
    }
}

impl Sum for Running {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::default(), Add::add)
    }
}

/// A tableau whose entries are known to within radii.
pub(super) struct RoundedTableau {
    /// The centres, exactly, as multiples of a power of two.
    grid: ExactTableau,
    /// Entries that are not exactly zero: column and value.
    a: Vec<Vec<(usize, Running)>>,
    b: Vec<Running>,
}

/// What became of all conditions of one order.
pub(super) enum Compatibility {
    /// Each holds for some values within the radii.
    Holds,
    /// These hold for none.
    Fails(Vec<Tree>),
    /// The report said stop.
    Stopped,
}

impl RoundedTableau {
    /// Of any numbers; algebraic ones are replaced by balls around multiples of the grid.
    pub fn new(a: &[Vec<Number>], b: &[Number]) -> Option<Self> {
        let finest = a.iter().flatten().chain(b).map(Number::radius).filter(|&r| r > 0.0).fold(1e-60, f64::min);
        // Radii below 1e-300 are not told apart from the grid's own.
        let grid_bits = (-finest.max(1e-300).log2()).ceil() as u32 + 10;
        let spacing = rational::to_f64(&rational::power_of_two(-i64::from(grid_bits)));
        let entry = |x: &Number| {
            let centre = x.approximate(grid_bits);
            let moved = if x.as_rational() == Some(&centre) { 0.0 } else { spacing };
            let value = rational::to_f64(&centre);
            let spread = (x.radius() + moved) * SLACK;
            (Number::from(centre), Running { value, rounding: value.abs() * UNIT * SLACK, spread })
        };
        let rows: Vec<Vec<(Number, Running)>> = a.iter().map(|row| row.iter().map(entry).collect()).collect();
        let weights: Vec<(Number, Running)> = b.iter().map(entry).collect();
        let centres: Vec<Vec<Number>> = rows.iter().map(|row| row.iter().map(|x| x.0.clone()).collect()).collect();
        let centre_weights: Vec<Number> = weights.iter().map(|x| x.0.clone()).collect();
        let present = |x: &Running| x.value != 0.0 || x.spread > 0.0;
        Some(Self {
            grid: ExactTableau::new(&centres, &centre_weights)?,
            a: rows.into_iter().map(|row| row.into_iter().map(|x| x.1).enumerate().filter(|(_, x)| present(x)).collect()).collect(),
            b: weights.into_iter().map(|x| x.1).collect(),
        })
    }

    /// `Φ(t) − 1/γ(t)` for the centres, with error bounds, for all trees of order n.
    fn screen(&self, trees: &Trees, n: usize) -> Vec<Running> {
        let s = self.b.len();
        let one = Running { value: 1.0, ..Running::default() };
        let residual = |weight: Running, t: usize| {
            let needed = -1.0 / trees.density(trees.at(t)) as f64;
            weight + Running { value: needed, rounding: needed.abs() * UNIT * SLACK, spread: 0.0 }
        };
        if n == 1 {
            return vec![residual(self.b.iter().copied().sum(), 0)];
        }
        let mut inner = vec![one; trees.count_up_to(n - 1) * s];
        let mut edge: Vec<Running> = Vec::with_capacity(trees.count_up_to(n - 2) * s);
        for t in 0..trees.count_up_to(n - 1) {
            if let Some((u, v)) = trees.split(trees.at(t)) {
                for i in 0..s {
                    inner[t * s + i] = inner[u.index() * s + i] * edge[v.index() * s + i];
                }
            }
            if t < trees.count_up_to(n - 2) {
                let x = &inner[t * s..][..s];
                edge.extend(self.a.iter().map(|row| row.iter().map(|&(j, a)| a * x[j]).sum::<Running>()));
            }
        }
        // Φ([v]) = (Aᵀb)·Φ(v)
        let mut dual = vec![Running::default(); s];
        for (row, &b) in self.a.iter().zip(&self.b) {
            for &(j, a) in row {
                dual[j] = dual[j] + b * a;
            }
        }
        let mut residuals = Vec::new();
        for block in trees.blocks(n) {
            let (weights, branches) = if block.rest == 0 {
                (dual.clone(), &inner)
            } else {
                (self.b.iter().zip(&inner[block.rest * s..]).map(|(&b, &x)| b * x).collect(), &edge)
            };
            for (k, branch) in branches[block.branches.start * s..block.branches.end * s].chunks_exact(s).enumerate() {
                residuals.push(residual(weights.iter().zip(branch).map(|(&w, &y)| w * y).sum(), block.start + k));
            }
        }
        residuals
    }

    /// Decides `Φ(t) = 1/γ(t)` to within the radii for all trees of order n.
    pub fn decide(&self, trees: &Trees, n: usize, report: Report) -> Compatibility {
        let screened = self.screen(trees, n);
        let failing: Vec<Tree> = trees
            .of_order(n)
            .zip(&screened)
            .filter(|(_, r)| (r.value.abs() - r.rounding) * (1.0 - f64::EPSILON) > r.spread)
            .map(|(t, _)| t)
            .collect();
        if !failing.is_empty() {
            return Compatibility::Fails(failing);
        }
        if screened.iter().all(|r| (r.value.abs() + r.rounding) * SLACK <= r.spread) {
            return Compatibility::Holds;
        }
        let Some(residuals) = self.grid.residuals(trees, n, report) else { return Compatibility::Stopped };
        // The double of a residual is within one part in 2^53 of it.
        let outside = |r: f64, spread: f64| r.abs() * (1.0 - f64::EPSILON) > spread;
        let failing: Vec<Tree> =
            trees.of_order(n).zip(&residuals).zip(&screened).filter(|((_, r), s)| outside(**r, s.spread)).map(|((t, _), _)| t).collect();
        if failing.is_empty() { Compatibility::Holds } else { Compatibility::Fails(failing) }
    }
}

/// A tableau whose coefficients are taken as they are printed: rationals as they are or on a fine binary grid, the centres of rounded ones.
pub(super) struct Centres(ExactTableau);

impl Centres {
    /// On a grid that is finer than any rounding of the coefficients.
    pub fn new(a: &[Vec<Number>], b: &[Number]) -> Option<Self> {
        let finest = a.iter().flatten().chain(b).map(Number::radius).filter(|&r| r > 0.0).fold(f64::INFINITY, f64::min);
        let bits = if finest.is_finite() { (-finest.log2()).clamp(0.0, 900.0) as u32 + 64 } else { 256 };
        Self::on_grid(a, b, bits.max(128))
    }

    /// On the grid of the multiples of `2^(−bits)`.
    fn on_grid(a: &[Vec<Number>], b: &[Number], bits: u32) -> Option<Self> {
        let on_grid = |x: &Number| match x {
            // Short rationals are cheaper as they are.
            Number::Rational(q) if q.denom() < &BigInt::from(1000) || q.is_zero() => x.clone(),
            x => Number::from(x.approximate(bits)),
        };
        let rows: Vec<Vec<Number>> = a.iter().map(|row| row.iter().map(on_grid).collect()).collect();
        let weights: Vec<Number> = b.iter().map(on_grid).collect();
        ExactTableau::new(&rows, &weights).map(Self)
    }

    /// `Φ(t) − 1/γ(t)` for all trees of order n. `None` when stopped.
    pub fn residuals(&self, trees: &Trees, n: usize, report: Report) -> Option<Vec<f64>> {
        self.0.residuals(trees, n, report)
    }
}

/// `Φ(t) − 1/γ(t)` for all trees of order n to about 20 digits, whatever the coefficients; rounded ones count as their centres. `None` when stopped.
pub(super) fn residuals(a: &[Vec<Number>], b: &[Number], trees: &Trees, n: usize, report: Report) -> Option<Vec<f64>> {
    const GRID_BITS: u32 = 96;
    Centres::on_grid(a, b, GRID_BITS)?.residuals(trees, n, report)
}
