//! What linear multistep methods learn: `λ̂ = ρ(ζ)/(hσ(ζ))` for each of the m roots ζ of `ζ^m = e^{Hλ}`, and their parasites.
//!
//! The learned λ̂ is unique for m = 1. The recurrence that it satisfies, `ρ(ζ) = hλ̂ σ(ζ)`, has the physical root `e^{hλ}` and k − 1
//! parasitic ones; a perturbed start ignites those with `|ζ| > |e^{hλ}|`, which outgrow the physical solution.

use super::branches::{Branch, BranchError, Branches, Principal};
use super::factor::{FactorValue, StepFactor};
use super::flags::flags;
use super::pencil::Known;
use crate::exact::aberth::evaluate;
use crate::exact::certify::{self, Coefficients, Enclosure};
use crate::exact::coefficients::{Numbers, fits};
use crate::exact::discs::{RootDisc, joined, mirrored};
use crate::exact::double_double::divide;
use crate::exact::precision::{Magnitude, Real, magnitude, multiply, rounded, subtract};
use crate::exact::{BigFloat, DoubleDouble, Number, Polynomial, RootsError};
use crate::method::{Multistep, Sampling};
use num_complex::Complex;
use num_traits::{One, Zero};

/// A root of `ρ(ζ) − hλ̂ σ(ζ)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CharacteristicRoot {
    /// ζ, by which this solution of the recurrence grows in one step.
    pub zeta: Complex<f64>,
    /// The exact root lies within this distance.
    pub radius: f64,
    /// Whether it certainly outgrows the physical root: `|ζ| > |e^{hλ}|`. Never true of the physical root itself.
    pub ignited: bool,
}

/// The roots of `ρ(ζ) − hλ̂ σ(ζ)` at the principal λ̂: the physical one `e^{hλ}` first, then the parasitic ones, largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Characteristic {
    /// The roots, with multiplicity.
    pub roots: Vec<CharacteristicRoot>,
}

/// Most factors that are looked at.
const LIMIT: usize = 200_000;

type Wide = Complex<DoubleDouble>;

/// A polynomial about ζ = 1, in double-double with bounds.
#[derive(Clone, Debug)]
struct AboutOne {
    coefficients: Vec<Wide>,
    sizes: Vec<Magnitude>,
    errors: Vec<Magnitude>,
}

/// A value, its derivative and a bound on the error of the value.
struct Enclosed {
    value: Wide,
    derivative: Wide,
    error: Magnitude,
}

impl AboutOne {
    fn new(p: &Polynomial<Number>) -> Self {
        let shifted = p.compose(&Polynomial::new(vec![Number::one(), Number::one()]));
        let known: Vec<Known> = shifted.coefficients().iter().map(Known::new).collect();
        Self {
            coefficients: known.iter().map(|k| Complex { re: k.value, im: DoubleDouble::ZERO }).collect(),
            sizes: known.iter().map(|k| Magnitude::of(k.value.to_f64()).plus(Magnitude::of(k.wide_error()))).collect(),
            errors: known.iter().map(|k| Magnitude::of(k.wide_error())).collect(),
        }
    }

    /// At `ζ = 1 + v`, v known to within `v_error`.
    fn at(&self, v: &Wide, v_error: Magnitude) -> Enclosed {
        let value = evaluate(&self.coefficients, &self.sizes, v, 106);
        let reach = magnitude(v).plus(v_error);
        let mut slope = Magnitude::ZERO;
        let mut own = Magnitude::ZERO;
        for (k, (size, error)) in self.sizes.iter().zip(&self.errors).enumerate().rev() {
            if k > 0 {
                slope = slope.times(reach).plus(size.times(Magnitude::of(k as f64)));
            }
            own = own.times(reach).plus(*error);
        }
        let error = value.rounding.plus(slope.times(v_error)).plus(own).times(Magnitude::of(1.0 + 1e-9));
        Enclosed { value: value.p, derivative: value.derivative, error }
    }
}

/// ρ and σ in every form that the work needs.
#[derive(Clone, Debug)]
pub(crate) struct MultistepEquation {
    rho: Polynomial<Number>,
    alpha: Vec<Known>,
    beta: Vec<Known>,
    rho_about_one: AboutOne,
    sigma_about_one: AboutOne,
}

/// Coefficients known in double-double, no better.
struct Fixed(Enclosure<DoubleDouble>);

impl Coefficients for Fixed {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let rough: Vec<Complex<f64>> = self.0.centres.iter().map(rounded).collect();
        fits(rough.iter()).then(|| Enclosure { centres: self.0.centres.clone(), errors: self.0.errors.clone() })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let widen = |x: &DoubleDouble| BigFloat::of(x.to_f64(), bits).plus(&BigFloat::of(x.tail(), bits));
        let centres = self.0.centres.iter().map(|z| Complex { re: widen(&z.re), im: widen(&z.im) }).collect();
        Enclosure { centres, errors: self.0.errors.clone() }
    }

    fn best_bits(&self) -> u32 {
        106
    }
}

impl MultistepEquation {
    pub(crate) fn of(method: &Multistep) -> Self {
        let (rho, sigma) = (method.rho(), method.sigma());
        let known = |list: &[Number]| list.iter().map(Known::new).collect();
        Self {
            rho_about_one: AboutOne::new(&rho),
            sigma_about_one: AboutOne::new(&sigma),
            rho,
            alpha: known(method.alpha()),
            beta: known(method.beta()),
        }
    }

    pub(crate) fn branches(&self, method: &str, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
        let (interval, substeps) = (sampling.interval(), sampling.substeps());
        if substeps as usize > LIMIT {
            return Err(BranchError::TooMany { substeps, degree: 1, limit: LIMIT });
        }
        let mut at_infinity = 0;
        let mut discs = Vec::new();
        let mut details = Vec::new();
        let mut principal = Principal::Infinity;
        let mut characteristic = None;
        for index in 0..substeps {
            let factor = StepFactor { lambda, interval, substeps, index };
            let value = factor.double_double().ok_or(BranchError::Exponent(lambda * interval))?;
            let Some((disc, condition, scaled)) = self.solution(factor, &value, sampling) else {
                at_infinity += 1;
                continue;
            };
            if index == 0 {
                principal = Principal::Branch(0);
                let failed = |source| BranchError::Roots { method: method.to_owned(), source };
                characteristic = Some(self.characteristic(factor, &value, scaled).map_err(failed)?);
            }
            let residual = self.residual(&value, disc.centre, sampling);
            discs.push(disc);
            details.push((disc, condition, residual, index));
        }
        let clusters = joined(discs);
        let mut branches = Vec::with_capacity(details.len());
        for (disc, condition, residual, index) in details {
            let home = clusters.iter().find(|c| c.touches(&disc)).copied().unwrap_or(disc);
            let real = factor_is_real(lambda, substeps, index) && home.count == 1;
            let lambda_hat = if home.count > 1 { home.centre } else { disc.centre };
            let lambda_hat = if real { Complex { re: lambda_hat.re, im: 0.0 } } else { lambda_hat };
            let z = lambda_hat * interval / f64::from(substeps);
            let flags = flags(lambda, lambda_hat, home.radius);
            let (radius, solutions) = (home.radius, home.count);
            branches.push((Branch { lambda: lambda_hat, z, radius, solutions, residual, condition, principal: index == 0, flags }, index));
        }
        branches.sort_by(|(a, _), (b, _)| {
            (a.lambda - lambda).norm().total_cmp(&(b.lambda - lambda).norm()).then(b.lambda.im.total_cmp(&a.lambda.im))
        });
        if let Some(position) = branches.iter().position(|(b, _)| b.principal) {
            principal = Principal::Branch(position);
        }
        let branches = branches.into_iter().map(|(branch, _)| branch).collect();
        Ok(Branches { method: method.to_owned(), lambda, sampling, at_infinity, branches, principal, characteristic, as_printed: false })
    }

    /// The disc of λ̂ for one ζ, its condition number, and hλ̂ in double-double with a bound on its error; none where σ(ζ) = 0.
    fn solution(&self, factor: StepFactor, value: &FactorValue, sampling: Sampling) -> Option<(RootDisc, f64, (Wide, Magnitude))> {
        let exact = factor.lambda.is_zero() && (4 * u64::from(factor.index)).is_multiple_of(u64::from(factor.substeps));
        let v_error = if exact { Magnitude::ZERO } else { value.less_one_error };
        let rho = self.rho_about_one.at(&value.less_one, v_error);
        let sigma = self.sigma_about_one.at(&value.less_one, v_error);
        let size = magnitude(&sigma.value).over(Magnitude::of(1.0 + 1e-9)).minus(sigma.error);
        if size.is_zero() {
            return None;
        }
        let scaled = divide(rho.value, sigma.value);
        let scaled_size = magnitude(&scaled);
        let error = rho.error.plus(scaled_size.times(sigma.error)).over(size).plus(scaled_size.shifted(-98));
        let (m, interval) = (f64::from(sampling.substeps()), sampling.interval());
        let ratio = |x: DoubleDouble| (x * DoubleDouble::from(m) / DoubleDouble::from(interval)).to_f64();
        let centre = Complex { re: ratio(scaled.re), im: ratio(scaled.im) };
        let radius = (error.to_f64() * m / interval * (1.0 + 1e-9) + centre.norm() * f64::EPSILON * 0.5) * (1.0 + 1e-9);
        // dλ̂/dλ = ζ d(ρ/σ)/dζ
        let wronskian = subtract(&multiply(&rho.derivative, &sigma.value), &multiply(&rho.value, &sigma.derivative));
        let squared = magnitude(&sigma.value).times(magnitude(&sigma.value));
        let condition = magnitude(&value.w).times(magnitude(&wronskian)).over(squared).to_f64();
        Some((RootDisc { centre, radius, count: 1, resolved: true }, condition, (scaled, error)))
    }

    /// `|ρ(ζ) − hλ̂ σ(ζ)|` at the f64 λ̂.
    fn residual(&self, value: &FactorValue, learned: Complex<f64>, sampling: Sampling) -> f64 {
        let scaled = StepFactor { lambda: learned, interval: sampling.interval(), substeps: sampling.substeps(), index: 0 }.exponent();
        let rho = self.rho_about_one.at(&value.less_one, Magnitude::ZERO).value;
        let sigma = self.sigma_about_one.at(&value.less_one, Magnitude::ZERO).value;
        magnitude(&subtract(&rho, &multiply(&scaled, &sigma))).to_f64()
    }

    /// The roots of `ρ − hλ̂σ`.
    fn characteristic(
        &self,
        factor: StepFactor,
        value: &FactorValue,
        (scaled, scaled_error): (Wide, Magnitude),
    ) -> Result<Characteristic, RootsError> {
        let zeta = rounded(&value.w);
        let discs = if factor.lambda.is_zero() {
            Numbers::new(self.rho.coefficients().iter().map(|c| Complex { re: c.clone(), im: Number::zero() }).collect()).roots()?
        } else {
            let (mut centres, mut errors) = (Vec::new(), Vec::new());
            for (alpha, beta) in self.alpha.iter().zip(&self.beta) {
                let product = Complex { re: scaled.re * beta.value, im: scaled.im * beta.value };
                let c = subtract(&Complex { re: alpha.value, im: DoubleDouble::ZERO }, &product);
                let beta_size = Magnitude::of(beta.value.to_f64()).plus(Magnitude::of(beta.wide_error()));
                let spread = beta_size.times(scaled_error).plus(Magnitude::of(beta.wide_error()).times(magnitude(&scaled)));
                errors.push(
                    spread
                        .plus(Magnitude::of(alpha.wide_error()))
                        .plus(magnitude(&product).shifted(-102))
                        .plus(magnitude(&c).shifted(-103)),
                );
                centres.push(c);
            }
            let degree = centres.len() - 1;
            let discs = certify::discs(&Fixed(Enclosure { centres, errors })).map_err(crate::exact::roots::failure(degree))?;
            if factor.is_real() { mirrored(discs) } else { discs }
        };
        let mut parasitic: Vec<CharacteristicRoot> = Vec::new();
        let mut physical = CharacteristicRoot { zeta, radius: value.w_error.to_f64() + zeta.norm() * f64::EPSILON, ignited: false };
        let nearest =
            discs.iter().enumerate().min_by(|(_, a), (_, b)| (a.centre - zeta).norm().total_cmp(&(b.centre - zeta).norm())).map(|(i, _)| i);
        for (index, disc) in discs.iter().enumerate() {
            let own = usize::from(nearest == Some(index));
            if own == 1 && disc.count > 1 {
                physical.radius = physical.radius.max((disc.centre - zeta).norm() + disc.radius);
            }
            let ignited = disc.centre.norm() - disc.radius > zeta.norm() * (1.0 + 2.0 * f64::EPSILON);
            parasitic.extend(std::iter::repeat_n(CharacteristicRoot { zeta: disc.centre, radius: disc.radius, ignited }, disc.count - own));
        }
        parasitic.sort_by(|a, b| b.zeta.norm().total_cmp(&a.zeta.norm()).then(b.zeta.im.total_cmp(&a.zeta.im)));
        let mut roots = vec![physical];
        roots.append(&mut parasitic);
        Ok(Characteristic { roots })
    }
}

/// Whether ζ, and with it λ̂, is certainly real.
fn factor_is_real(lambda: Complex<f64>, substeps: u32, index: u32) -> bool {
    StepFactor { lambda, interval: 1.0, substeps, index }.is_real()
}
