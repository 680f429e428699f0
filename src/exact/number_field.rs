//! Real algebraic numbers: the field Q(α), α one real root of an irreducible polynomial.

use super::factor::{irreducible_factors, primitive};
use super::isolation::RealRoot;
use super::number::Number;
use super::polynomial::Polynomial;
use super::rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// Bits to which a new field knows its generator, before anyone asks for more.
const FIRST_BITS: i64 = 128;

/// The largest degree of a field. Five independent square roots reach it. Factoring the next such polynomial, of degree 64, has 2³¹ combinations of factors
/// modulo a prime to try.
pub const LARGEST_DEGREE: usize = 32;

/// Q(α): α a real algebraic integer, given by its monic minimal polynomial over Z and an interval that holds no other root.
///
/// Every real algebraic number field has such a generator. Quadratic fields are kept as Q(√n) with `n` square-free.
#[derive(Debug)]
pub struct NumberField {
    /// Monic, irreducible, lowest degree first.
    minimal: Vec<BigInt>,
    root: RealRoot<BigRational>,
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
        let field = Arc::new(Self { minimal: scaled, root: alpha });
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
        Arc::new(Self { minimal, root })
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
    /// `None` when the interval does not hold exactly one root, when the degree passes [`LARGEST_DEGREE`], or when coefficients are only known to within a radius.
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
    /// unchanged in value, where their fields' compositum is larger than [`LARGEST_DEGREE`].
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

/// An irrational element of a number field: `Σ numerators_k α^k / denominator`.
#[derive(Clone, Debug)]
pub struct Algebraic {
    field: Arc<NumberField>,
    /// At most `degree` of them, the last not zero; at least two.
    numerators: Vec<BigInt>,
    /// Positive, with no factor common to all numerators.
    denominator: BigInt,
}

impl Algebraic {
    /// The field that it lives in.
    pub fn field(&self) -> &Arc<NumberField> {
        &self.field
    }

    /// Its `d` rational coordinates in the basis 1, α, …, α^(d−1).
    pub fn coefficients(&self) -> Vec<BigRational> {
        (0..self.field.degree())
            .map(|k| match self.numerators.get(k) {
                Some(c) => BigRational::new(c.clone(), self.denominator.clone()),
                None => BigRational::zero(),
            })
            .collect()
    }

    fn from_coefficients(field: Arc<NumberField>, coefficients: &[BigRational]) -> Number {
        let denominator = coefficients.iter().fold(BigInt::one(), |d, c| d.lcm(c.denom()));
        let numerators = coefficients.iter().map(|c| c.numer() * (&denominator / c.denom())).collect();
        Self { field, numerators, denominator }.reduced()
    }

    /// Canonical form: trailing zeros and common factors gone; rational where it is.
    fn reduced(mut self) -> Number {
        while self.numerators.last().is_some_and(Zero::is_zero) {
            self.numerators.pop();
        }
        match self.numerators.len() {
            0 => return Number::zero(),
            1 => return Number::from(BigRational::new(self.numerators.remove(0), self.denominator)),
            _ => {}
        }
        let mut common = self.denominator.clone();
        for c in &self.numerators {
            if common.is_one() {
                break;
            }
            common = common.gcd(c);
        }
        if self.denominator.is_negative() {
            common = -common.abs();
        }
        if !common.is_one() {
            self.numerators.iter_mut().for_each(|c| *c /= &common);
            self.denominator /= &common;
        }
        Number::Algebraic(self)
    }

    /// The same combination of the powers of another number in α's place (α's image in a larger field).
    fn at(&self, alpha: &Number) -> Number {
        let value = self
            .numerators
            .iter()
            .rev()
            .fold(Number::zero(), |value, c| value * alpha + Number::from(BigRational::from_integer(c.clone())));
        value * Number::from(BigRational::new(BigInt::one(), self.denominator.clone()))
    }

    pub(super) fn same_field(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.field, &other.field) || self.field == other.field
    }

    /// `self + other` in one field.
    pub(super) fn plus(&self, other: &Self) -> Number {
        let n = self.numerators.len().max(other.numerators.len());
        let zero = BigInt::zero();
        let at = |v: &'_ [BigInt], k: usize| v.get(k).unwrap_or(&zero).clone();
        let (numerators, denominator) = if self.denominator == other.denominator {
            ((0..n).map(|k| at(&self.numerators, k) + at(&other.numerators, k)).collect(), self.denominator.clone())
        } else {
            let scaled = |k| at(&self.numerators, k) * &other.denominator + at(&other.numerators, k) * &self.denominator;
            ((0..n).map(scaled).collect(), &self.denominator * &other.denominator)
        };
        Self { field: self.field.clone(), numerators, denominator }.reduced()
    }

    /// `self + q`.
    pub(super) fn plus_rational(&self, q: &BigRational) -> Number {
        let mut numerators: Vec<BigInt> = self.numerators.iter().map(|c| c * q.denom()).collect();
        numerators[0] += q.numer() * &self.denominator;
        Self { field: self.field.clone(), numerators, denominator: &self.denominator * q.denom() }.reduced()
    }

    /// `self · other` in one field.
    pub(super) fn times(&self, other: &Self) -> Number {
        let (a, b, d) = (&self.numerators, &other.numerators, self.field.degree());
        let mut product = vec![BigInt::zero(); a.len() + b.len() - 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                product[i + j] += x * y;
            }
        }
        // α^d = −Σ m_k α^k, over the integers because the polynomial is monic
        while product.len() > d {
            let top = product.len() - 1;
            let lead = std::mem::take(&mut product[top]);
            product.pop();
            if !lead.is_zero() {
                for (k, m) in self.field.minimal[..d].iter().enumerate().filter(|(_, m)| !m.is_zero()) {
                    product[top - d + k] -= &lead * m;
                }
            }
        }
        Self { field: self.field.clone(), numerators: product, denominator: &self.denominator * &other.denominator }.reduced()
    }

    /// `self · q`.
    pub(super) fn times_rational(&self, q: &BigRational) -> Number {
        let numerators = self.numerators.iter().map(|c| c * q.numer()).collect();
        Self { field: self.field.clone(), numerators, denominator: &self.denominator * q.denom() }.reduced()
    }

    /// `1/self`, by the extended Euclidean algorithm against the minimal polynomial.
    pub(super) fn inverse(&self) -> Number {
        let over_q = |v: &[BigInt]| Polynomial::new(v.iter().cloned().map(BigRational::from_integer).collect());
        let (mut r0, mut r1) = (over_q(&self.field.minimal), over_q(&self.numerators));
        let (mut t0, mut t1) = (Polynomial::zero(), Polynomial::<BigRational>::one());
        while r1.degree().is_some_and(|n| n > 0) {
            let Some((q, r)) = r0.div_rem(&r1) else { break };
            r0 = std::mem::replace(&mut r1, r);
            let t = t0 - q * &t1;
            t0 = std::mem::replace(&mut t1, t);
        }
        // Irreducible, so the last remainder is a non-zero constant.
        let scale = BigRational::from_integer(self.denominator.clone()) / r1.coefficient(0);
        Self::from_coefficients(self.field.clone(), t1.scaled(&scale).coefficients())
    }

    /// Bounds `low ≤ self ≤ high` from bounds of the generator.
    fn enclosure(&self, root: &RealRoot<BigRational>) -> (BigRational, BigRational) {
        let (a, b) = root.interval();
        let (mut low, mut high) = (BigRational::zero(), BigRational::zero());
        for c in self.numerators.iter().rev() {
            let ends = [&low * a, &low * b, &high * a, &high * b];
            let c = BigRational::from_integer(c.clone());
            low = ends.iter().min().map_or_else(BigRational::zero, |m| m + &c);
            high = ends.iter().max().map_or_else(BigRational::zero, |m| m + &c);
        }
        (low / &self.denominator, high / &self.denominator)
    }

    /// The value to within `2^(−bits)` relative to the generator's width: refines until `enough` is satisfied with the bounds.
    pub(super) fn refined<R>(&self, enough: impl Fn(&BigRational, &BigRational) -> Option<R>) -> R {
        let mut root = self.field.root.clone();
        let mut bits = FIRST_BITS;
        loop {
            let (low, high) = self.enclosure(&root);
            if let Some(answer) = enough(&low, &high) {
                return answer;
            }
            bits *= 2;
            root.refine(&rational::power_of_two(-bits));
        }
    }

    /// The sign, which is never zero.
    pub(super) fn sign(&self) -> Ordering {
        self.refined(|low, high| {
            if low.is_positive() {
                Some(Ordering::Greater)
            } else if high.is_negative() {
                Some(Ordering::Less)
            } else {
                None
            }
        })
    }
}

impl PartialEq for Algebraic {
    fn eq(&self, other: &Self) -> bool {
        if self.same_field(other) {
            self.denominator == other.denominator && self.numerators == other.numerators
        } else {
            Number::Algebraic(self.clone()) == Number::Algebraic(other.clone())
        }
    }
}

impl fmt::Display for Algebraic {
    /// `1/2 - 1/6*sqrt(3)` in a quadratic field; in others a polynomial in `a`, the generator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quadratic = self.field.degree() == 2;
        let mut first = true;
        for (k, c) in self.coefficients().iter().enumerate().filter(|(_, c)| !c.is_zero()) {
            match (first, c.is_negative()) {
                (true, true) => f.write_str("-")?,
                (true, false) => {}
                (false, true) => f.write_str(" - ")?,
                (false, false) => f.write_str(" + ")?,
            }
            first = false;
            let size = c.abs();
            let symbol = match k {
                0 => String::new(),
                1 if quadratic => format!("sqrt({})", -&self.field.minimal[0]),
                1 => "a".into(),
                k => format!("a^{k}"),
            };
            match (k, size.is_one()) {
                (0, _) => write!(f, "{size}")?,
                (_, true) => f.write_str(&symbol)?,
                (_, false) => write!(f, "{size}*{symbol}")?,
            }
        }
        Ok(())
    }
}
