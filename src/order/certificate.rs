//! Order conditions decided exactly by residues: a proof that they hold, or the trees on which they do not.
//!
//! With D_a and D_b common denominators of A and b, `N = D_b D_a^(n−1) (γ(t)Φ(t) − 1)` is an integer for |t| = n (over Q(α), α an algebraic integer, an element of Z\[α\]),
//! and `|N| ≤ D_b D_a^(n−1) (n! ‖b‖₁ ‖A‖_∞^(n−1) + 1)`. Primes that all divide N and whose product exceeds this bound prove N = 0. In
//! Z\[α\] the primes are pairs (p, root r of the minimal polynomial modulo p), α ↦ r: distinct pairs that all annihilate N have the product of their p
//! dividing its norm, which is bounded by the same expression over all conjugates.

use super::prime_field::{PRIME_BITS, PrimeField, Remainders, TERMS, bits, common_multiple};
use super::trees::{Tree, Trees};
use crate::exact::{Number, rational};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// So many primes are worked on between two reports of progress.
const CHUNK: usize = 8;

/// Told (done, total) after each chunk of work; may stop it.
pub(super) type Report<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// A tableau over Q or one field Q(α), its entries over common denominators.
pub(super) struct ExactTableau {
    stages: usize,
    /// Non-zero entries of each row: column, and the coordinates' numerators over `a_denominator`.
    a: Vec<Vec<(usize, Vec<BigInt>)>>,
    b: Vec<Vec<BigInt>>,
    a_denominator: BigInt,
    b_denominator: BigInt,
    /// The monic minimal polynomial of α over Z; none for Q.
    minimal: Option<Vec<BigInt>>,
}

/// What became of all conditions of one order.
pub(super) enum Decision {
    /// Proved.
    Hold,
    /// Refuted on these trees, in the table's sequence.
    Fail(Vec<Tree>),
    /// The report said stop.
    Stopped,
}

/// A tableau modulo a prime.
struct Reduced {
    field: PrimeField,
    row_starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<u64>,
    b: Vec<u64>,
    /// Aᵀb.
    dual: Vec<u64>,
}

/// Stage vectors of all trees, kept between primes for their memory only.
#[derive(Default)]
struct Workspace {
    /// Φ_i(t).
    inner: Vec<u64>,
    /// Σ_j a_ij Φ_j(t).
    edge: Vec<u64>,
}

impl ExactTableau {
    /// Of coefficients that are all exact and in one field; `None` otherwise.
    pub fn new(a: &[Vec<Number>], b: &[Number]) -> Option<Self> {
        let mut minimal = None;
        let mut coordinates = |x: &Number| match x {
            Number::Rational(q) => Some(vec![q.clone()]),
            Number::Algebraic(x) => {
                let polynomial = x.field().minimal_polynomial();
                let known = minimal.get_or_insert_with(|| (x.field().clone(), polynomial.to_vec()));
                (known.0 == *x.field()).then(|| x.coefficients())
            }
            Number::Rounded(_) => None,
        };
        let a: Vec<Vec<(usize, Vec<BigRational>)>> = a
            .iter()
            .map(|row| row.iter().enumerate().filter(|(_, x)| !x.is_zero()).map(|(j, x)| Some((j, coordinates(x)?))).collect())
            .collect::<Option<_>>()?;
        let b: Vec<Vec<BigRational>> = b.iter().map(&mut coordinates).collect::<Option<_>>()?;
        let a_denominator = common_multiple(a.iter().flatten().flat_map(|(_, x)| x).map(BigRational::denom));
        let b_denominator = common_multiple(b.iter().flatten().map(BigRational::denom));
        let numerators = |x: &[BigRational], d: &BigInt| x.iter().map(|q| q.numer() * (d / q.denom())).collect::<Vec<_>>();
        Some(Self {
            stages: b.len(),
            a: a.iter().map(|row| row.iter().map(|(j, x)| (*j, numerators(x, &a_denominator))).collect()).collect(),
            b: b.iter().map(|x| numerators(x, &b_denominator)).collect(),
            a_denominator,
            b_denominator,
            minimal: minimal.map(|(_, polynomial)| polynomial),
        })
    }

    /// An upper bound of `log₂` of the norm of N for trees of order n.
    fn norm_bits(&self, n: usize) -> f64 {
        let degree = self.minimal.as_ref().map_or(1, |m| m.len() - 1);
        // Fujiwara (1916): every root is at most 2 max_k |c_(d−k)|^(1/k).
        let root_bits = self.minimal.iter().flat_map(|m| (1..=degree).map(|k| 1.0 + bits(&m[degree - k]) / k as f64)).fold(0.0, f64::max);
        // log₂ of D·Σ|x| over the conjugates of a list of elements
        let size = |list: &mut dyn Iterator<Item = &Vec<BigInt>>| {
            let (mut largest, mut terms) = (0.0f64, 1.0f64);
            for x in list {
                for (k, c) in x.iter().enumerate().filter(|(_, c)| !c.is_zero()) {
                    largest = largest.max(bits(c) + k as f64 * root_bits);
                    terms += 1.0;
                }
            }
            largest + terms.log2()
        };
        let rows = self.a.iter().map(|row| size(&mut row.iter().map(|(_, x)| x))).fold(bits(&self.a_denominator), f64::max);
        let weights = size(&mut self.b.iter()).max(bits(&self.b_denominator));
        let factorial: f64 = (1..=n).map(|k| (k as f64).log2()).sum();
        // One bit for "+ 1", one for the rounding of this sum.
        degree as f64 * (weights + (n - 1) as f64 * rows + factorial + 2.0)
    }

    /// The tableau modulo one place after another.
    fn places(&self) -> impl Iterator<Item = Reduced> + '_ {
        PrimeField::descending().flat_map(|field| self.reduced(field))
    }

    /// Modulo p: once over Q, once for each root over Q(α), not at all where p divides a denominator.
    fn reduced(&self, field: PrimeField) -> Vec<Reduced> {
        let inverse = |d: &BigInt| field.inverse(field.of_integer(d));
        let (Some(over_a), Some(over_b)) = (inverse(&self.a_denominator), inverse(&self.b_denominator)) else { return Vec::new() };
        let roots = self.minimal.as_ref().map_or_else(|| vec![0], |minimal| field.roots(minimal));
        let at = |root: u64| {
            let image = |x: &[BigInt], over: u64| {
                let value = x.iter().rev().fold(0, |value, c| field.add(field.mul(value, root), field.of_integer(c)));
                field.mul(value, over)
            };
            let mut row_starts = vec![0];
            let (mut columns, mut values) = (Vec::new(), Vec::new());
            let b: Vec<u64> = self.b.iter().map(|x| image(x, over_b)).collect();
            let mut dual = vec![0; self.stages];
            for (row, &weight) in self.a.iter().zip(&b) {
                for (j, x) in row {
                    let value = image(x, over_a);
                    columns.push(*j as u32);
                    values.push(value);
                    dual[*j] = field.add(dual[*j], field.mul(weight, value));
                }
                row_starts.push(columns.len());
            }
            Reduced { field, row_starts, columns, values, b, dual }
        };
        roots.into_iter().map(at).collect()
    }

    /// Decides `Φ(t) = 1/γ(t)` for all trees of order n.
    pub fn decide(&self, trees: &Trees, n: usize, report: Report) -> Decision {
        let failing = |residuals: &[u64]| -> Option<Vec<Tree>> {
            let list: Vec<Tree> = trees.of_order(n).zip(residuals).filter(|&(_, &r)| r != 0).map(|(t, _)| t).collect();
            (!list.is_empty()).then_some(list)
        };
        let mut places = self.places();
        let Some(first) = places.next() else { return Decision::Stopped };
        if let Some(list) = failing(&first.residuals(trees, n, &mut Workspace::default())) {
            return Decision::Fail(list);
        }
        let total = (self.norm_bits(n) / PRIME_BITS).ceil() as usize + 1;
        let mut done = 1;
        while done < total {
            let chunk: Vec<Reduced> = places.by_ref().take(CHUNK.min(total - done)).collect();
            let found = chunk
                .par_iter()
                .map_init(Workspace::default, |space, place| failing(&place.residuals(trees, n, space)))
                .find_any(Option::is_some);
            if let Some(Some(list)) = found {
                return Decision::Fail(list);
            }
            done += chunk.len();
            if report(done, total).is_break() {
                return Decision::Stopped;
            }
        }
        Decision::Hold
    }

    /// `Φ(t) − 1/γ(t)`, computed exactly and then rounded to doubles, for all trees of order n; for rational tableaux only. `None` when stopped.
    pub fn residuals(&self, trees: &Trees, n: usize, report: Report) -> Option<Vec<f64>> {
        let count = Remainders::primes_for(self.norm_bits(n));
        let places: Vec<Reduced> = self.places().take(count).collect();
        let mut columns: Vec<Vec<u64>> = Vec::with_capacity(count);
        for chunk in places.chunks(CHUNK) {
            columns.par_extend(chunk.par_iter().map_init(Workspace::default, |space, place| place.residuals(trees, n, space)));
            if report(columns.len(), count).is_break() {
                return None;
            }
        }
        let scale = &self.b_denominator * num_traits::pow(self.a_denominator.clone(), n - 1);
        let scales: Vec<u64> = places.iter().map(|place| place.field.of_integer(&scale)).collect();
        let remainders = Remainders::new(places.iter().map(|place| place.field).collect());
        let of_order: Vec<Tree> = trees.of_order(n).collect();
        let value = |(k, &t): (usize, &Tree)| {
            let elements = places.iter().zip(&columns).zip(&scales).map(|((place, column), &scale)| place.field.mul(column[k], scale));
            let numerator = remainders.integer(elements);
            // In lowest terms or not, the double is the same.
            rational::to_f64(&BigRational::new_raw(numerator, &scale * trees.density(t)))
        };
        Some(of_order.par_iter().enumerate().map(value).collect())
    }
}

impl Reduced {
    /// `γ(t)Φ(t) − 1` for all trees of order n.
    ///
    /// Φ(u ∘ v) = Σ b_i Φ_i(u) (AΦ(v))_i, so only trees that are a branch somewhere are multiplied by A; and Φ(\[v\]) = (Aᵀb)·Φ(v), which
    /// spares the largest of those.
    fn residuals(&self, trees: &Trees, n: usize, space: &mut Workspace) -> Vec<u64> {
        let (s, field) = (self.b.len(), &self.field);
        let residual = |weight: u64, t: usize| {
            let density = trees.density(trees.at(t));
            field.sub(field.mul(weight, field.element(density)), field.one())
        };
        if n == 1 {
            return vec![residual(self.b.iter().fold(0, |sum, &x| field.add(sum, x)), 0)];
        }
        let Workspace { inner, edge } = space;
        inner.resize(trees.count_up_to(n - 1) * s, 0);
        edge.resize(trees.count_up_to(n - 2) * s, 0);
        inner[..s].fill(field.one());
        if n > 2 {
            self.multiply(&inner[..s], &mut edge[..s]);
        }
        for k in 2..n {
            for block in trees.blocks(k) {
                let (known, new) = inner.split_at_mut(block.start * s);
                let rest = &known[block.rest * s..][..s];
                let outs = new.chunks_exact_mut(s);
                for (out, branch) in outs.zip(edge[block.branches.start * s..block.branches.end * s].chunks_exact(s)) {
                    for ((out, &x), &y) in out.iter_mut().zip(rest).zip(branch) {
                        *out = field.mul(x, y);
                    }
                }
            }
            if k < n - 1 {
                let range = trees.count_up_to(k - 1) * s..trees.count_up_to(k) * s;
                for (x, out) in inner[range.clone()].chunks_exact(s).zip(edge[range].chunks_exact_mut(s)) {
                    self.multiply(x, out);
                }
            }
        }
        let mut residuals = Vec::with_capacity(trees.count_up_to(n) - trees.count_up_to(n - 1));
        let mut weighted = vec![0; s];
        for block in trees.blocks(n) {
            let (weights, branches): (&[u64], _) = if block.rest == 0 {
                (&self.dual, &*inner)
            } else {
                for ((w, &b), &x) in weighted.iter_mut().zip(&self.b).zip(&inner[block.rest * s..]) {
                    *w = field.mul(b, x);
                }
                (&weighted, &*edge)
            };
            for (k, branch) in branches[block.branches.start * s..block.branches.end * s].chunks_exact(s).enumerate() {
                residuals.push(residual(dot(field, weights, branch), block.start + k));
            }
        }
        residuals
    }

    /// `out = A x`.
    fn multiply(&self, x: &[u64], out: &mut [u64]) {
        for (out, bounds) in out.iter_mut().zip(self.row_starts.windows(2)) {
            let (columns, values) = (&self.columns[bounds[0]..bounds[1]], &self.values[bounds[0]..bounds[1]]);
            *out = columns.chunks(TERMS).zip(values.chunks(TERMS)).fold(0, |sum, (columns, values)| {
                let partial = columns.iter().zip(values).fold(0u128, |t, (&j, &a)| t + u128::from(a) * u128::from(x[j as usize]));
                self.field.add(sum, self.field.reduce_any(partial))
            });
        }
    }
}

/// `Σ x_i y_i`.
fn dot(field: &PrimeField, x: &[u64], y: &[u64]) -> u64 {
    x.chunks(TERMS).zip(y.chunks(TERMS)).fold(0, |sum, (x, y)| {
        let partial = x.iter().zip(y).fold(0u128, |t, (&a, &b)| t + u128::from(a) * u128::from(b));
        field.add(sum, field.reduce_any(partial))
    })
}
