//! Gauss, Radau and Lobatto methods of any number of stages.
//!
//! The nodes are roots of Legendre combinations. Where they lie in a field of degree at most eight, which measurement shows to be
//! affordable, every coefficient is exact; beyond, the nodes are [`Number::Rounded`] to 85 digits.

use super::FamilyError;
use crate::exact::ordered::sign_at;
use crate::exact::{Ball, Number, NumberField, Polynomial, RealRoot, ratio, rational};
use crate::method::{Identity, Method, RungeKutta};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Bits to which nodes are computed that are not exact: 85 digits.
const BITS: u32 = 283;

/// The shifted Legendre polynomial `P_s(2x − 1) = Σ (−1)^{s+k} C(s,k) C(s+k,k) x^k`.
fn legendre(s: usize) -> Polynomial<BigRational> {
    let mut c = if s.is_multiple_of(2) { BigRational::one() } else { -BigRational::one() };
    let mut coefficients = vec![c.clone()];
    for k in 0..s {
        c *= ratio(-(((s - k) * (s + k + 1)) as i64), ((k + 1) * (k + 1)) as i64);
        coefficients.push(c.clone());
    }
    Polynomial::new(coefficients)
}

/// The roots of `p`, all of them real and simple, ascending: exact where their common field is small enough.
fn nodes(p: &Polynomial<BigRational>) -> Vec<Number> {
    let mut rest = p.clone();
    let mut found = Vec::new();
    for candidate in [ratio(0, 1), ratio(1, 2), ratio(1, 1)] {
        let linear = Polynomial::linear(candidate.clone());
        if let Some((quotient, remainder)) = rest.div_rem(&linear)
            && remainder.degree().is_none()
        {
            rest = quotient;
            found.push(Number::from(candidate));
        }
    }
    let mirrored = rest.compose(&Polynomial::new(vec![BigRational::one(), -BigRational::one()]));
    let symmetric = mirrored == rest || mirrored == -rest.clone();
    let degree = rest.degree().unwrap_or(0);
    let exact = match degree {
        0..=3 => adjoined(&rest, symmetric),
        // Symmetric about 1/2: nested square roots, a field of degree 8. Without that symmetry the degree is 24, and minutes pass.
        4 if symmetric => adjoined(&rest, symmetric),
        _ => None,
    };
    found.extend(exact.unwrap_or_else(|| RealRoot::all(&rest).into_iter().map(|root| rounded(&root)).collect()));
    found.sort_by(|a, b| (a.clone() - b).sign());
    found
}

/// The roots of `p` in one number field. Each root found is divided out before the next is adjoined, so that the field grows by no
/// more than it must; with a root x of a symmetric polynomial, 1 − x is one too.
fn adjoined(p: &Polynomial<BigRational>, symmetric: bool) -> Option<Vec<Number>> {
    let mut rest = p.map(|c| Number::from(c.clone()));
    let mut found: Vec<Number> = Vec::new();
    for mut root in RealRoot::all(p) {
        root.refine(&rational::power_of_two(-64));
        let (low, high) = root.interval();
        let middle = rational::to_f64(low);
        if found.iter().any(|x| (x.to_f64() - middle).abs() < 1e-12) {
            continue;
        }
        let known = [rest.coefficients(), &found].concat();
        let (x, mut known) = match rest.coefficients() {
            [constant, slope] => (-constant.clone() / slope, known),
            _ => NumberField::adjoin(&rest, &(low - rational::power_of_two(-80)), high, &known)?,
        };
        found = known.split_off(rest.coefficients().len());
        rest = Polynomial::new(known).div_rem(&Polynomial::linear(x.clone()))?.0;
        if symmetric && (x.to_f64() - 0.5).abs() > 1e-12 {
            let partner = Number::one() - &x;
            rest = rest.div_rem(&Polynomial::linear(partner.clone()))?.0;
            found.push(partner);
        }
        found.push(x);
    }
    Some(found)
}

/// A root to 85 digits, by Newton's method from its isolating interval; the sign changes within the radius that is stated.
fn rounded(root: &RealRoot<BigRational>) -> Number {
    let (p, slope) = (root.polynomial(), root.polynomial().derivative());
    let mut root = root.clone();
    root.refine(&rational::power_of_two(-24));
    let radius = rational::power_of_two(-i64::from(BITS));
    let mut x = rational::round_to_bits(root.interval().1, 64);
    for bits in [64, 96, 160, BITS + 16, BITS + 16] {
        x = rational::round_to_bits(&(&x - p.eval(&x) / slope.eval(&x)), bits);
    }
    if sign_at(p, &(&x - &radius)) == sign_at(p, &(&x + &radius)) {
        // Newton did not settle here: bisection does.
        root.refine(&radius);
        x = root.interval().1.clone();
    }
    Number::Rounded(Ball::new(x, 2f64.powi(-(BITS as i32))))
}

/// What a set of nodes determines: `A_ij = ∫_0^{c_i} ℓ_j`, `b_j = ∫_0^1 ℓ_j`, and the weights of the highest divided difference.
struct Quadrature {
    a: Vec<Vec<Number>>,
    b: Vec<Number>,
    difference: Vec<Number>,
}

impl Quadrature {
    fn new(p: &Polynomial<BigRational>) -> Self {
        let c = nodes(p);
        let s = c.len();
        let monic = Polynomial::new(p.monic().coefficients().iter().cloned().map(Number::from).collect());
        let slope = monic.derivative();
        let difference: Vec<Number> = c.iter().map(|x| Number::one() / slope.eval(x)).collect();
        // Coefficients of Q(x)/(x − c_j) by Horner's scheme, then of its integral.
        let integrals: Vec<Polynomial<Number>> = c
            .iter()
            .zip(&difference)
            .map(|(x, d)| {
                let mut quotient = vec![Number::zero(); s];
                let mut carry = Number::zero();
                for k in (0..s).rev() {
                    carry = monic.coefficient(k + 1) + carry * x;
                    quotient[k] = carry.clone();
                }
                let terms = quotient.into_iter().enumerate().map(|(k, q)| q * d * Number::ratio(1, k as i64 + 1));
                Polynomial::new(std::iter::once(Number::zero()).chain(terms).collect())
            })
            .collect();
        let a = c.iter().map(|x| integrals.iter().map(|l| l.eval(x)).collect()).collect();
        let b = integrals.iter().map(|l| l.eval(&Number::one())).collect();
        Self { a, b, difference }
    }

    fn radau(s: usize, left: bool) -> Self {
        let before = legendre(s - 1);
        Self::new(&if left { legendre(s) + before } else { legendre(s) - before })
    }

    fn lobatto(s: usize) -> Self {
        Self::new(&(legendre(s) - legendre(s - 2)))
    }

    /// The collocation method itself.
    fn collocation(self, identity: Identity) -> Result<Method, FamilyError> {
        tableau(identity, self.a, self.b)
    }

    /// The method with D(s): `a_ij = b_j (1 − A_ji/b_i)`.
    fn adjoint_conditions(self, identity: Identity) -> Result<Method, FamilyError> {
        let s = self.b.len();
        let a = (0..s).map(|i| (0..s).map(|j| self.b[j].clone() * (Number::one() - self.a[j][i].clone() / &self.b[i])).collect()).collect();
        tableau(identity, a, self.b)
    }

    /// The matrix with C(s − 1) whose column `column` has the given entry in every row.
    fn with_column(&self, column: usize, entry: &Number) -> Vec<Vec<Number>> {
        self.a
            .iter()
            .map(|row| {
                let kappa = (entry.clone() - &row[column]) / &self.difference[column];
                row.iter().zip(&self.difference).map(|(x, d)| x.clone() + kappa.clone() * d).collect()
            })
            .collect()
    }
}

fn tableau(identity: Identity, a: Vec<Vec<Number>>, b: Vec<Number>) -> Result<Method, FamilyError> {
    Ok(Method::RungeKutta(RungeKutta::new(identity, a, b, None, None)?))
}

/// Collocation at the Gauss nodes: order 2s.
pub(super) fn gauss(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    Quadrature::new(&legendre(s)).collocation(identity)
}

/// Collocation at the right Radau nodes: order 2s − 1, L-stable.
pub(super) fn radau_iia(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    Quadrature::radau(s, false).collocation(identity)
}

/// The left Radau nodes with D(s): order 2s − 1, L-stable.
pub(super) fn radau_ia(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    Quadrature::radau(s, true).adjoint_conditions(identity)
}

/// Collocation at the Lobatto nodes: order 2s − 2.
pub(super) fn lobatto_iiia(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    Quadrature::lobatto(s).collocation(identity)
}

/// The Lobatto nodes with D(s): order 2s − 2.
pub(super) fn lobatto_iiib(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    Quadrature::lobatto(s).adjoint_conditions(identity)
}

/// The Lobatto nodes with C(s − 1) and first column b_1: order 2s − 2, L-stable.
pub(super) fn lobatto_iiic(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let q = Quadrature::lobatto(s);
    tableau(identity, q.with_column(0, &q.b[0]), q.b)
}

/// The Lobatto nodes with C(s − 1) and last column zero: order 2s − 2.
pub(super) fn lobatto_iiic_star(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let q = Quadrature::lobatto(s);
    tableau(identity, q.with_column(s - 1, &Number::zero()), q.b)
}

/// The mean of Lobatto IIIC and IIIC*: order 2s − 2, symplectic.
pub(super) fn lobatto_iiid(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let q = Quadrature::lobatto(s);
    let half = Number::ratio(1, 2);
    let (c, star) = (q.with_column(0, &q.b[0]), q.with_column(s - 1, &Number::zero()));
    let mean = c.iter().zip(&star).map(|(x, y)| x.iter().zip(y).map(|(x, y)| (x.clone() + y) * &half).collect()).collect();
    tableau(identity, mean, q.b)
}
