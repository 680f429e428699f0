//! Real algebraic numbers: the field Q(α), α one real root of an irreducible polynomial.

use super::algebraic::Algebraic;
use super::real_number::Number;
use crate::exact::effort;
use crate::exact::factor::{irreducible_factors, primitive};
use crate::exact::isolation::RealRoot;
use crate::exact::polynomial::Polynomial;
use crate::exact::rational;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

/// Bits to which a new field knows its generator, before anyone asks for more.
pub(super) const FIRST_BITS: i64 = 128;

/// How often the generator's bits are doubled before they are no longer kept.
const LEVELS: usize = 8;

/// The largest degree of a field. Five independent square roots reach it. Factoring the next such polynomial, of degree 64, has 2³¹ combinations of factors
/// modulo a prime to try.
pub const LARGEST_DEGREE: usize = 32;

/// Q(α): α a real algebraic integer, given by its monic minimal polynomial over Z and an interval that holds no other root.
///
/// Every real algebraic number field has such a generator. Quadratic fields are kept as Q(√n) with `n` square-free.
#[derive(Debug)]
pub struct NumberField {
    /// Monic, irreducible, lowest degree first.
    pub(super) minimal: Vec<BigInt>,
    pub(super) root: RealRoot<BigRational>,
    /// `⌊2^(FIRST_BITS·2^k) α⌋` and the whole number above, for each k that was asked for.
    scaled: [OnceLock<[BigInt; 2]>; LEVELS],
}

impl PartialEq for NumberField {
    /// The same generator: the same polynomial and the same one of its roots.
    fn eq(&self, other: &Self) -> bool {
        self.minimal == other.minimal && {
            let ((a, b), (c, d)) = (self.root.interval(), other.root.interval());
            a <= d && c <= b
        }
    }
}

impl NumberField {
    /// The degree over Q, at least 2.
    pub fn degree(&self) -> usize {
        self.minimal.len() - 1
    }

    /// The minimal polynomial of the generator: monic over the integers, lowest degree first.
    pub fn minimal_polynomial(&self) -> &[BigInt] {
        &self.minimal
    }

    /// The generator α as a real root.
    pub fn generator(&self) -> &RealRoot<BigRational> {
        &self.root
    }

    fn generated(minimal: Vec<BigInt>, root: RealRoot<BigRational>) -> Self {
        Self { minimal, root, scaled: Default::default() }
    }

    /// Whole numbers `low ≤ 2^bits α ≤ high`, two apart at most, with their `bits`: `FIRST_BITS·2^level`.
    pub(super) fn scaled_generator(&self, level: usize) -> (Cow<'_, [BigInt; 2]>, u64) {
        let bits = FIRST_BITS << level;
        let compute = || {
            let mut root = self.root.clone();
            root.refine(&rational::power_of_two(-bits));
            let ((low, high), scale) = (root.interval(), rational::power_of_two(bits));
            [(low * &scale).floor().to_integer(), (high * &scale).ceil().to_integer()]
        };
        // Refined once for all elements, so no decision pays for it.
        let scaled = match self.scaled.get(level) {
            Some(known) => Cow::Borrowed(known.get_or_init(|| effort::uncounted(compute))),
            None => Cow::Owned(effort::uncounted(compute)),
        };
        (scaled, bits as u64)
    }

    /// The field of an irreducible polynomial and its root; also the given root as an element of it (its generator may be another one).
    fn of(minimal: &Polynomial<BigRational>, root: RealRoot<BigRational>) -> (Arc<Self>, Number) {
        let integers = primitive(minimal);
        let lead = integers[integers.len() - 1].clone();
        if integers.len() == 3 {
            return Self::quadratic(&integers, &root);
        }
        // lead·α is an integer over Z: its polynomial is Σ c_k lead^(n−1−k) z^k.
        let n = integers.len() - 1;
        let mut scaled = vec![BigInt::one(); n + 1];
        let mut power = BigInt::one();
        for k in (0..n).rev() {
            scaled[k] = &integers[k] * &power;
            power *= &lead;
        }
        let over_q = Polynomial::new(scaled.iter().cloned().map(BigRational::from_integer).collect());
        let (low, high) = root.interval();
        let (low, high) = (low * &lead, high * &lead);
        let margin = rational::power_of_two(-8) * (&high - &low);
        let mut alpha = match RealRoot::between(&over_q, &(low - margin), &high).pop() {
            Some(alpha) => alpha,
            None => root,
        };
        alpha.refine(&rational::power_of_two(-FIRST_BITS));
        let field = Arc::new(Self::generated(scaled, alpha));
        let element = Algebraic { field: field.clone(), numerators: vec![BigInt::zero(), BigInt::one()], denominator: lead };
        (field, element.reduced())
    }

    /// `c₂z² + c₁z + c₀` irreducible: Q(√n), its root as `(−c₁ ± k√n)/(2c₂)` with `c₁² − 4c₀c₂ = k²n`.
    fn quadratic(integers: &[BigInt], root: &RealRoot<BigRational>) -> (Arc<Self>, Number) {
        let discriminant = &integers[1] * &integers[1] - BigInt::from(4) * &integers[0] * &integers[2];
        let (k, n) = square_part(&discriminant);
        let field = Self::of_square_root(n);
        let denominator = BigInt::from(2) * &integers[2];
        // The vertex separates the two roots.
        let vertex = BigRational::new(-integers[1].clone(), denominator.clone());
        let upper = root.sign_of(&Polynomial::linear(vertex)) == Ordering::Greater;
        let element = Algebraic {
            field: field.clone(),
            numerators: vec![-integers[1].clone(), if upper == denominator.is_positive() { k } else { -k }],
            denominator,
        };
        (field, element.reduced())
    }

    /// Q(√n), `n` positive and no square.
    fn of_square_root(n: BigInt) -> Arc<Self> {
        let minimal = vec![-n.clone(), BigInt::zero(), BigInt::one()];
        let over_q = Polynomial::new(minimal.iter().cloned().map(BigRational::from_integer).collect());
        let scale = rational::power_of_two(-FIRST_BITS);
        let low = BigRational::from_integer((n << (2 * FIRST_BITS)).sqrt()) * &scale;
        let root = RealRoot::bracketed(over_q, low.clone(), low + scale);
        Arc::new(Self::generated(minimal, root))
    }

    /// The square root of a positive rational: `√(p/q) = √(pq)/q`.
    pub(super) fn square_root(x: &BigRational) -> Number {
        let (k, n) = square_part(&(x.numer() * x.denom()));
        let scale = BigRational::new(k, x.denom().clone());
        if n.is_one() {
            return Number::from(scale);
        }
        let field = Self::of_square_root(n);
        Algebraic { field, numerators: vec![BigInt::zero(), BigInt::one()], denominator: BigInt::one() }.times_rational(&scale)
    }

    /// The root of `polynomial` (coefficients rational or in one field) that lies alone in `(low, high]`, as an exact number, together
    /// with the elements `others` expressed in a common field with it.
    ///
    /// The common field is generated by `γ = β + kα`: in the algebra `Q[α, β]` multiplication by γ is a matrix whose powers
    /// give γ's polynomial and express α and β in γ; the irreducible factor that vanishes at the real γ is the field.
    /// `None` when the interval does not hold exactly one root, when the degree passes `LARGEST_DEGREE`, or when coefficients are only known to within a radius.
    pub fn adjoin(
        polynomial: &Polynomial<Number>,
        low: &BigRational,
        high: &BigRational,
        others: &[Number],
    ) -> Option<(Number, Vec<Number>)> {
        if polynomial.coefficients().iter().chain(others).any(|c| !c.is_exact()) {
            return None;
        }
        let f = polynomial.square_free().monic();
        let mut roots = RealRoot::between(&f, low, high);
        let beta = roots.pop()?;
        if !roots.is_empty() {
            return None;
        }
        let base = f.coefficients().iter().chain(others).find_map(|c| match c {
            Number::Algebraic(a) => Some(a.field.clone()),
            _ => None,
        });
        let (alpha, beta) = match &base {
            None => {
                let over_q = f.map(|c| c.as_rational().cloned().unwrap_or_else(BigRational::zero));
                (Number::zero(), from_rational_root(&over_q, low, high)?)
            }
            Some(base) => compositum(base, &f, beta)?,
        };
        let moved = others
            .iter()
            .map(|x| match x {
                Number::Algebraic(a) => a.at(&alpha),
                other => other.clone(),
            })
            .collect();
        Some((beta, moved))
    }

    /// Rewrites every number in one common field, so that later operations need not look for it again. False, with the numbers
    /// unchanged in value, where their fields' compositum is larger than `LARGEST_DEGREE`.
    pub fn unify(numbers: &mut [Number]) -> bool {
        loop {
            let mut fields: Vec<Algebraic> = Vec::new();
            for number in numbers.iter() {
                if let Number::Algebraic(a) = number
                    && !fields.iter().any(|known| known.same_field(a))
                {
                    fields.push(a.clone());
                }
            }
            let [first, second, ..] = fields.as_slice() else { return true };
            let minimal =
                Polynomial::new(second.field.minimal.iter().map(|c| Number::from(BigRational::from_integer(c.clone()))).collect());
            let (low, high) = second.field.root.interval();
            let margin = rational::power_of_two(-2 * FIRST_BITS);
            // One element of the first field stands for its generator.
            let alpha =
                Algebraic { field: first.field.clone(), numerators: vec![BigInt::zero(), BigInt::one()], denominator: BigInt::one() };
            let Some((beta, moved)) = Self::adjoin(&minimal, &(low - margin), high, &[Number::Algebraic(alpha)]) else { return false };
            let (first, second) = (first.clone(), second.clone());
            for number in numbers.iter_mut() {
                if let Number::Algebraic(a) = number {
                    if a.same_field(&first) {
                        *number = a.at(&moved[0]);
                    } else if a.same_field(&second) {
                        *number = a.at(&beta);
                    }
                }
            }
        }
    }

    /// Elements of two fields, `x` and each of `ys`, in one common field.
    pub(super) fn join(x: &Algebraic, ys: &[Number]) -> Option<(Number, Vec<Number>)> {
        let minimal = Polynomial::new(x.field.minimal.iter().map(|c| Number::from(BigRational::from_integer(c.clone()))).collect());
        let (low, high) = x.field.root.interval();
        let margin = rational::power_of_two(-2 * FIRST_BITS);
        let (generator, moved) = Self::adjoin(&minimal, &(low - margin), high, ys)?;
        Some((x.at(&generator), moved))
    }
}

/// The root of a rational polynomial in `(low, high]` as a number, its minimal polynomial found by factoring.
fn from_rational_root(f: &Polynomial<BigRational>, low: &BigRational, high: &BigRational) -> Option<Number> {
    irreducible_factors(f).into_iter().find_map(|factor| {
        let root = RealRoot::between(&factor, low, high).pop()?;
        match factor.degree() {
            Some(1) => Some(Number::from(-factor.coefficient(0))),
            Some(n) if n <= LARGEST_DEGREE => Some(NumberField::of(&factor, root).1),
            _ => None,
        }
    })
}

/// α (the generator of `base`) and β (a root of `f` over `base`) in a common field.
fn compositum(base: &Arc<NumberField>, f: &Polynomial<Number>, mut beta: RealRoot<Number>) -> Option<(Number, Number)> {
    let (d, e) = (base.degree(), f.degree()?);
    let n = d * e;
    if n > LARGEST_DEGREE {
        return None;
    }
    // Coordinates of Σ a_ij α^i β^j at index i + d·j.
    let times_alpha = |v: &[BigRational]| -> Vec<BigRational> {
        let mut product = vec![BigRational::zero(); n];
        for (block, out) in v.chunks(d).zip(product.chunks_mut(d)) {
            for (i, c) in block.iter().enumerate().filter(|(_, c)| !c.is_zero()) {
                if i + 1 < d {
                    out[i + 1] += c;
                } else {
                    for (slot, m) in out.iter_mut().zip(&base.minimal) {
                        *slot -= c * m;
                    }
                }
            }
        }
        product
    };
    let times_beta = |v: &[BigRational]| -> Vec<BigRational> {
        let mut product = vec![BigRational::zero(); n];
        product[d..].clone_from_slice(&v[..n - d]);
        // β^e = −Σ f_j β^j with f_j in the base field
        let top = &v[n - d..];
        if top.iter().any(|c| !c.is_zero()) {
            let top = Algebraic::from_coefficients(base.clone(), top);
            for j in 0..e {
                let term = top.clone() * &f.coefficient(j);
                for (slot, c) in product[d * j..].iter_mut().zip(coordinates(&term, d)) {
                    *slot -= c;
                }
            }
        }
        product
    };
    for k in [1i64, -1, 2, -2, 3, -3, 5, -5, 7, -7, 11, -11] {
        let k_rational = BigRational::from_integer(k.into());
        let mut powers = vec![unit(n, 0)];
        while powers.len() <= n {
            let last = &powers[powers.len() - 1];
            let next = times_beta(last).iter().zip(times_alpha(last)).map(|(b, a)| b + a * &k_rational).collect();
            powers.push(next);
        }
        let top = powers.pop()?;
        let alpha_vector = times_alpha(&powers[0]);
        let beta_vector = times_beta(&powers[0]);
        let Some(solved) = solve(&powers, &[top, alpha_vector, beta_vector]) else { continue };
        let mut chi: Vec<BigRational> = solved[0].iter().map(|c| -c).collect();
        chi.push(BigRational::one());
        let factors = irreducible_factors(&Polynomial::new(chi));
        // Narrow γ until one factor alone can vanish there.
        let mut alpha_root = base.root.clone();
        let mut width = rational::power_of_two(-16);
        let (factor, root) = loop {
            alpha_root.refine(&width);
            beta.refine(&width);
            let ((a0, a1), (b0, b1)) = (alpha_root.interval(), beta.interval());
            let (x, y) = (a0 * &k_rational, a1 * &k_rational);
            let (low, high) = (b0 + x.clone().min(y.clone()), b1 + x.max(y));
            // The left end is open in the count, so it moves a little outward.
            let low = low - &width;
            let mut candidates: Vec<_> =
                factors.iter().flat_map(|g| RealRoot::between(g, &low, &high).into_iter().map(move |r| (g.clone(), r))).collect();
            match candidates.len() {
                0 => return None,
                1 => break candidates.remove(0),
                _ => width *= rational::power_of_two(-16),
            }
        };
        let gamma = match factor.degree()? {
            1 => Number::from(-factor.coefficient(0)),
            _ => NumberField::of(&factor, root).1,
        };
        let at_gamma = |c: &[BigRational]| c.iter().rev().fold(Number::zero(), |value, c| value * &gamma + Number::from(c.clone()));
        return Some((at_gamma(&solved[1]), at_gamma(&solved[2])));
    }
    None
}

/// The `d` rational coordinates of a number of a field of degree `d`, or of a rational.
fn coordinates(x: &Number, d: usize) -> Vec<BigRational> {
    match x {
        Number::Algebraic(a) => a.coefficients(),
        other => {
            let mut coordinates = vec![BigRational::zero(); d];
            if let Some(q) = other.as_rational() {
                coordinates[0] = q.clone();
            }
            coordinates
        }
    }
}

fn unit(n: usize, k: usize) -> Vec<BigRational> {
    (0..n).map(|i| if i == k { BigRational::one() } else { BigRational::zero() }).collect()
}

/// For each right-hand side `r` the coefficients `x` with `Σ x_k columns_k = r`; `None` when the columns are dependent.
fn solve(columns: &[Vec<BigRational>], right: &[Vec<BigRational>]) -> Option<Vec<Vec<BigRational>>> {
    let n = columns.len();
    let mut rows: Vec<Vec<BigRational>> = (0..n).map(|i| columns.iter().chain(right).map(|column| column[i].clone()).collect()).collect();
    for k in 0..n {
        let pivot = (k..n).find(|&i| !rows[i][k].is_zero())?;
        rows.swap(k, pivot);
        let inverse = rows[k][k].recip();
        rows[k].iter_mut().for_each(|c| *c *= &inverse);
        let pivot_row = rows[k].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != k && !row[k].is_zero() {
                let factor = row[k].clone();
                for (c, p) in row[k..].iter_mut().zip(&pivot_row[k..]) {
                    *c -= &factor * p;
                }
            }
        }
    }
    Some((0..right.len()).map(|r| rows.iter().map(|row| row[n + r].clone()).collect()).collect())
}

/// `x = k²n` with `n` free of the squares of primes below 10^5 (so canonical below 10^10, and exact in any case).
fn square_part(x: &BigInt) -> (BigInt, BigInt) {
    let (mut k, mut n) = (BigInt::one(), x.clone());
    for p in std::iter::once(2u64).chain((3..100_000).step_by(2)) {
        let square = p * p;
        if BigInt::from(square) > n {
            break;
        }
        while (&n % square).is_zero() {
            n /= square;
            k *= p;
        }
    }
    let root = n.sqrt();
    if &root * &root == n { (k * root, BigInt::one()) } else { (k, n) }
}
