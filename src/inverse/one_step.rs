//! Equation (1) for one-step methods: the zeros of `P − wQ` for each of the m roots w of `w^m = e^{Hλ}`.

use super::batch_kernel::BatchKernel;
use super::branches::{Branch, BranchError, Branches, Principal};
use super::continuation::{Continuation, End};
use super::flags::flags;
use super::pencil::{Known, Pencil};
use super::step_factor::{FactorValue, StepFactor};
use super::undefined::Undefined;
use crate::exact::certify::{self, Failure};
use crate::exact::coefficients::Numbers;
use crate::exact::discs::{RootDisc, joined, mirrored};
use crate::exact::double_double::{divide, exp};
use crate::exact::precision::{Magnitude, add, magnitude, multiply, subtract};
use crate::exact::{DoubleDouble, Number, Polynomial, RootsError};
use crate::method::{RungeKutta, Sampling};
use crate::stability::StabilityFunction;
use num_complex::Complex;
use num_traits::Zero;
use std::f64::consts::TAU;
use std::sync::OnceLock;

/// From 2^(this) on |z| is huge: the squares of polynomials of high degree in it overflow.
const FAR_OUT: f64 = 24.0;

/// More solutions of a mode than this are refused.
pub(super) const LIMIT: usize = 200_000;

type Wide = Complex<DoubleDouble>;

/// P, Q and P − Q in every form that the work needs.
#[derive(Clone, Debug)]
pub(crate) struct OneStepEquation {
    numerator: Polynomial<Number>,
    denominator: Polynomial<Number>,
    /// P − Q, padded to degree + 1 entries.
    difference: Vec<Known>,
    p: Vec<Known>,
    q: Vec<Known>,
    p_wide: Vec<Wide>,
    q_wide: Vec<Wide>,
    degree: usize,
    exact: bool,
    continuation: Continuation,
    kernel: Option<BatchKernel>,
    /// For a scheme given in rounded decimals, the same with those decimals taken as exact; made when first needed.
    as_printed: OnceLock<Box<OneStepEquation>>,
}

impl OneStepEquation {
    pub(crate) fn of(method: &RungeKutta) -> Result<Self, BranchError> {
        let r = StabilityFunction::of(method);
        let degree = r.degree();
        if degree == 0 {
            return Err(BranchError::Degenerate { method: method.name().to_owned() });
        }
        Ok(Self::new(r.numerator().clone(), r.denominator().clone(), degree))
    }

    fn printed(&self) -> &Self {
        let centres = |p: &Polynomial<Number>| p.map(|c| Number::from(c.to_ball().centre()));
        self.as_printed.get_or_init(|| Box::new(Self::new(centres(&self.numerator), centres(&self.denominator), self.degree)))
    }

    fn new(p: Polynomial<Number>, q: Polynomial<Number>, degree: usize) -> Self {
        let known = |p: &Polynomial<Number>| p.coefficients().iter().map(Known::new).collect::<Vec<_>>();
        let wide = |known: &[Known]| known.iter().map(|k| Complex { re: k.value, im: DoubleDouble::ZERO }).collect::<Vec<_>>();
        let difference = (0..=degree).map(|k| Known::new(&(p.coefficient(k) - q.coefficient(k)))).collect();
        let (known_p, known_q) = (known(&p), known(&q));
        Self {
            continuation: Continuation::new(&known_p, &known_q),
            kernel: BatchKernel::new(&known_p, &known_q),
            p_wide: wide(&known_p),
            q_wide: wide(&known_q),
            p: known_p,
            q: known_q,
            difference,
            degree,
            exact: p.coefficients().iter().chain(q.coefficients()).all(Number::is_exact),
            numerator: p,
            denominator: q,
            as_printed: OnceLock::new(),
        }
    }

    pub(crate) fn kernel(&self) -> Option<&BatchKernel> {
        self.kernel.as_ref()
    }

    pub(crate) fn degree(&self) -> usize {
        self.degree
    }

    /// The branches for every scheme within the rounding of the coefficients; where that rounding leaves some of them together, those
    /// of the scheme as printed.
    pub(crate) fn branches(&self, method: &str, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
        let found = self.within_rounding(method, lambda, sampling);
        let unresolved = match &found {
            Ok(found) => found.principal == Principal::Undefined(Undefined::NotSeparated) || found.branches.iter().any(|b| b.solutions > 1),
            Err(error) => matches!(error, BranchError::Infinity | BranchError::Roots { .. }),
        };
        if self.exact || !unresolved {
            return found;
        }
        self.printed().within_rounding(method, lambda, sampling).map(|found| Branches { as_printed: true, ..found })
    }

    fn within_rounding(&self, method: &str, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
        let (interval, substeps) = (sampling.interval(), sampling.substeps());
        if self.degree.saturating_mul(substeps as usize) > LIMIT {
            return Err(BranchError::TooMany { substeps, degree: self.degree, limit: LIMIT });
        }
        let failed = |source: RootsError| BranchError::Roots { method: method.to_owned(), source };
        let (mut discs, mut at_infinity) = (Vec::new(), 0);
        let mut only = None;
        for index in 0..substeps {
            let factor = StepFactor { lambda, interval, substeps, index };
            let value = factor.double_double().ok_or(BranchError::Exponent(lambda * interval))?;
            let found = self.solutions(factor, &value).map_err(|source| match source {
                RootsError::Leading { .. } => BranchError::Infinity,
                RootsError::Range { .. } => BranchError::Range { exponent: lambda * interval },
                source => failed(source),
            })?;
            let finite: usize = found.iter().map(|d| d.count).sum();
            at_infinity += self.degree - finite;
            if let ([single], 0, 1) = (&found[..], index, self.degree) {
                only = Some(End::At { centre: single.centre, radius: single.radius });
            }
            discs.extend(found);
        }
        // Disjoint for each factor already; in f64 those of different factors may touch.
        let discs = scaled(joined(discs), sampling);
        if discs.iter().any(|(d, z)| !(d.centre.is_finite() && d.radius.is_finite() && z.is_finite())) {
            return Err(BranchError::Range { exponent: lambda * interval });
        }
        let mut branches: Vec<Branch> = Vec::with_capacity(discs.len());
        let whole = StepFactor { lambda, interval, substeps: 1, index: 0 };
        let (target, _) = exp(whole.exponent()).ok_or(BranchError::Exponent(lambda * interval))?;
        for (disc, z) in &discs {
            let branch = self.branch(disc, *z, &target, lambda, sampling);
            branches.extend(std::iter::repeat_n(branch, disc.count));
        }
        let key = |b: &Branch| ((b.lambda - lambda).norm(), -b.lambda.im, b.lambda.re);
        branches.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let principal = self.principal(&branches, at_infinity, only, lambda, sampling);
        if let Principal::Branch(index) = principal {
            branches[index].principal = true;
        }
        Ok(Branches {
            method: method.to_owned(),
            lambda,
            sampling,
            at_infinity,
            branches,
            principal,
            characteristic: None,
            as_printed: false,
        })
    }

    /// The discs of z for one factor.
    fn solutions(&self, factor: StepFactor, value: &FactorValue) -> Result<Vec<RootDisc>, RootsError> {
        let failure = |why: Failure| match why {
            Failure::Leading => RootsError::Leading { degree: self.degree },
            Failure::Range => RootsError::Range { degree: self.degree },
        };
        // For λ = 0 and w a fourth root of one the equation is algebraic: then, and only then, are multiple solutions and
        // solutions at infinity possible, because e^{Hλ} is transcendental for every other algebraic Hλ (Lindemann).
        if factor.is_fourth_root_of_one() {
            let w = Complex { re: value.w.re.to_f64() as i64, im: value.w.im.to_f64() as i64 };
            let coefficient = |k: usize| {
                let (p, q) = (self.numerator.coefficient(k), self.denominator.coefficient(k));
                Complex { re: p - Number::from(w.re) * &q, im: -(Number::from(w.im) * &q) }
            };
            return Numbers::new((0..=self.degree).map(coefficient).collect()).roots();
        }
        let pencil = Pencil { difference: &self.difference, numerator: &self.p, denominator: &self.q, factor, value, exact: self.exact };
        let discs = certify::discs(&pencil).map_err(failure)?;
        Ok(if factor.is_real() { mirrored(discs) } else { discs })
    }

    /// What is known of the branch with this disc in the plane of λ̂, `target` being e^{Hλ}.
    fn branch(&self, disc: &RootDisc, z: Complex<f64>, target: &Wide, lambda: Complex<f64>, sampling: Sampling) -> Branch {
        let learned = disc.centre;
        let exact_z = StepFactor { lambda: learned, interval: sampling.interval(), substeps: sampling.substeps(), index: 0 }.exponent();
        // |R/R′| = |w| |Q²/(P′Q − PQ′)|, with the exact |w| = |e^{hλ}|: at a steep branch R(z) at the f64 z may be far from it.
        let (r, slope) = self.value_and_slope(&exact_z);
        let residual = magnitude(&subtract(&power(r, sampling.substeps()), target)).to_f64();
        let growth = (lambda.re * sampling.step().get()).exp();
        let condition = if slope.is_zero() { f64::INFINITY } else { Magnitude::of(growth).over(slope).to_f64() };
        let flags = flags(lambda, learned, disc.radius);
        Branch { lambda: learned, z, radius: disc.radius, solutions: disc.count, residual, condition, principal: false, flags }
    }

    /// R and |R′| at z. Where z is huge the polynomials are evaluated in 1/z, in which nothing overflows.
    fn value_and_slope(&self, z: &Wide) -> (Wide, Magnitude) {
        let slope = |(p, dp): (Wide, Wide), (q, dq): (Wide, Wide)| {
            let wronskian = subtract(&multiply(&dp, &q), &multiply(&p, &dq));
            (divide(p, q), magnitude(&wronskian).over(magnitude(&q)).over(magnitude(&q)))
        };
        if magnitude(z).log2() < FAR_OUT {
            return slope(horner(&self.p_wide, z), horner(&self.q_wide, z));
        }
        let zero = Complex { re: DoubleDouble::ZERO, im: DoubleDouble::ZERO };
        let reversed = |list: &[Wide]| (0..=self.degree).rev().map(|k| list.get(k).copied().unwrap_or(zero)).collect::<Vec<_>>();
        let u = divide(Complex { re: DoubleDouble::from(1.0), im: DoubleDouble::ZERO }, *z);
        let (r, by_u) = slope(horner(&reversed(&self.p_wide), &u), horner(&reversed(&self.q_wide), &u));
        // dR/dz = −u² dR/du
        (r, by_u.times(magnitude(&u)).times(magnitude(&u)))
    }

    /// The branch continued from zero; `only` is the one solution of the factor `e^{hλ}` where R is of degree one.
    fn principal(&self, branches: &[Branch], at_infinity: usize, only: Option<End>, lambda: Complex<f64>, sampling: Sampling) -> Principal {
        let h = sampling.step().get();
        let touched = |centre: Complex<f64>, radius: f64| {
            let end = RootDisc { centre, radius, count: 1, resolved: true };
            let slack = 1.0 + 4.0 * f64::EPSILON;
            let disc = |b: &Branch| RootDisc {
                centre: b.z,
                radius: (b.radius * h + b.z.norm() * 4.0 * f64::EPSILON) * slack,
                count: 1,
                resolved: true,
            };
            // One solution, or the members of one cluster, which share their disc: any of them names it.
            let mut hits = branches.iter().enumerate().filter(|(_, b)| disc(b).touches(&end));
            let (index, first) = hits.next()?;
            let mut others = hits.map(|(_, b)| (b.lambda, b.radius));
            others.all(|other| other == (first.lambda, first.radius)).then_some(index)
        };
        let decided = |end: End| match end {
            End::At { centre, radius } => touched(centre, radius).map(Principal::Branch),
            End::Infinity if at_infinity > 0 => Some(Principal::Infinity),
            End::Infinity => None,
            End::Critical { s, z } => Some(Principal::Undefined(Undefined::PathMeetsCriticalPoint { s, z })),
            End::TooLong => {
                Some(Principal::Undefined(Undefined::PathTooLong { turns: (lambda.im * h / TAU).abs(), growth: (lambda.re * h).abs() }))
            }
            End::Lost => None,
        };
        if let Some(principal) = only.and_then(decided) {
            return principal;
        }
        let mu = StepFactor { lambda, interval: sampling.interval(), substeps: sampling.substeps(), index: 0 }.exponent();
        decided(self.continuation.follow(mu))
            .or_else(|| decided(self.continuation.follow_wide(mu)))
            .unwrap_or(Principal::Undefined(Undefined::NotSeparated))
    }
}

/// Discs of z to discs of λ̂ = z/h, disjoint; with z at their centres.
fn scaled(discs: Vec<RootDisc>, sampling: Sampling) -> Vec<(RootDisc, Complex<f64>)> {
    let (m, interval) = (f64::from(sampling.substeps()), sampling.interval());
    let scale = |x: f64| x * m / interval;
    let discs = discs.into_iter().map(|d| {
        let centre = Complex { re: scale(d.centre.re), im: scale(d.centre.im) };
        // Two roundings of the centre, four of the radius.
        let radius = (scale(d.radius) + centre.norm() * f64::EPSILON * 1.01) * (1.0 + 4.0 * f64::EPSILON);
        RootDisc { centre, radius: if d.radius == 0.0 && d.centre.is_zero() { 0.0 } else { radius }, ..d }
    });
    let back = |x: f64| x * interval / m;
    joined(discs.collect()).into_iter().map(|d| (d, Complex { re: back(d.centre.re), im: back(d.centre.im) })).collect()
}

/// Value and derivative.
fn horner(coefficients: &[Wide], z: &Wide) -> (Wide, Wide) {
    let zero = Complex { re: DoubleDouble::ZERO, im: DoubleDouble::ZERO };
    coefficients.iter().rev().fold((zero, zero), |(p, dp), c| (add(&multiply(&p, z), c), add(&multiply(&dp, z), &p)))
}

/// `z^n` by squaring.
fn power(z: Wide, n: u32) -> Wide {
    let (mut result, mut square, mut n) = (Complex { re: DoubleDouble::from(1.0), im: DoubleDouble::ZERO }, z, n);
    while n > 0 {
        if n & 1 == 1 {
            result = multiply(&result, &square);
        }
        square = multiply(&square, &square);
        n >>= 1;
    }
    result
}
