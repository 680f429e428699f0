//! What linear multistep methods learn: `λ̂ = ρ(ζ)/(hσ(ζ))` for each of the m roots ζ of `ζ^m = e^{Hλ}`, and their parasites.
//!
//! The learned λ̂ is unique for m = 1. The recurrence that it satisfies, `ρ(x) = hλ̂ σ(x)`, has the physical root `ζ = e^{hλ}` and k − 1
//! parasitic ones; a perturbed start ignites those with `|x| > |e^{hλ}|`, which outgrow the physical solution. The parasitic roots are
//! those of `(ρ(x)σ(ζ) − σ(x)ρ(ζ))/(x − ζ) = Σ B_ij x^i ζ^j`, with B the exact Bézout matrix of ρ and σ: the physical root is divided
//! out before any rounding, and nothing cancels where ζ is tiny or huge.

use super::branches::{Branch, BranchError, Branches, Principal};
use super::characteristic::{Characteristic, CharacteristicRoot};
use super::expansion::{Expansion, Working, quotient};
use super::flags::flags;
use super::one_step::LIMIT;
use super::step_factor::{FactorValue, StepFactor};
use crate::exact::certify::{self, Coefficients, Enclosure};
use crate::exact::coefficients::{Numbers, fits};
use crate::exact::discs::{RootDisc, joined};
use crate::exact::precision::{Magnitude, Real, magnitude, rounded, subtract};
use crate::exact::roots::{failure, finished};
use crate::exact::{BigFloat, DoubleDouble, Number, Polynomial, RootsError};
use crate::method::{Multistep, Sampling};
use num_complex::Complex;
use num_traits::{One, Zero};

/// Within 2^(±this) of one, ζ and its powers are safe in double-double.
const MODERATE: f64 = 20.0;
/// Where so many bits do not tell σ(ζ) from zero, no more are tried.
const MOST_BITS: u32 = 6144;

/// ρ, σ and what follows from them, exactly.
#[derive(Clone, Debug)]
pub(crate) struct MultistepEquation {
    rho: Expansion,
    sigma: Expansion,
    /// ρ′σ − ρσ′.
    wronskian: Expansion,
    /// Row i is `Σ_j B_ij ζ^j`, the coefficient of x^i of the parasites' polynomial.
    parasites: Vec<Expansion>,
    rho_exact: Polynomial<Number>,
    sigma_exact: Polynomial<Number>,
    exact: bool,
}

/// What one ζ gives.
struct Solution {
    lambda: Complex<f64>,
    radius: f64,
    condition: f64,
    residual: f64,
}

impl MultistepEquation {
    pub(crate) fn of(method: &Multistep) -> Self {
        let (rho, sigma) = (method.rho(), method.sigma());
        let wronskian = rho.derivative() * &sigma - rho.clone() * &sigma.derivative();
        Self {
            rho: Expansion::new(&rho),
            sigma: Expansion::new(&sigma),
            wronskian: Expansion::new(&wronskian),
            parasites: bezout(method.alpha(), method.beta()).iter().map(Expansion::new).collect(),
            rho_exact: rho,
            sigma_exact: sigma,
            exact: method.is_exact(),
        }
    }

    pub(crate) fn branches(&self, method: &str, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
        let (interval, substeps) = (sampling.interval(), sampling.substeps());
        if substeps as usize > LIMIT {
            return Err(BranchError::TooMany { substeps, degree: 1, limit: LIMIT });
        }
        let mut at_infinity = 0;
        let mut found: Vec<(Solution, u32)> = Vec::new();
        for index in 0..substeps {
            let factor = StepFactor { lambda, interval, substeps, index };
            if lambda.is_zero() && self.has_pole_at(substeps, index) {
                at_infinity += 1;
                continue;
            }
            if lambda.is_zero() && self.cyclotomic_divides(&self.rho_exact, substeps, index) {
                found.push((self.resting(factor), index));
                continue;
            }
            found.push((self.solution(factor, sampling)?, index));
        }
        let discs = found.iter().map(|(s, _)| RootDisc { centre: s.lambda, radius: s.radius, count: 1, resolved: true }).collect();
        // Almost always all are apart, and clusters few.
        let clusters: Vec<RootDisc> = joined(discs).into_iter().filter(|d| d.count > 1).collect();
        let mut branches = Vec::with_capacity(found.len());
        for (solution, index) in found {
            let Solution { lambda: own, radius, condition, residual } = solution;
            let disc = RootDisc { centre: own, radius, count: 1, resolved: true };
            let home = clusters.iter().find(|c| c.touches(&disc)).copied().unwrap_or(disc);
            let real = StepFactor { lambda, interval, substeps, index }.is_real() && home.count == 1;
            let lambda_hat = if real { Complex { re: home.centre.re, im: 0.0 } } else { home.centre };
            let z = lambda_hat * interval / f64::from(substeps);
            let flags = flags(lambda, lambda_hat, home.radius);
            let (radius, solutions) = (home.radius, home.count);
            branches.push(Branch { lambda: lambda_hat, z, radius, solutions, residual, condition, principal: index == 0, flags });
        }
        branches
            .sort_by(|a, b| (a.lambda - lambda).norm().total_cmp(&(b.lambda - lambda).norm()).then(b.lambda.im.total_cmp(&a.lambda.im)));
        let principal = branches.iter().position(|b| b.principal).map_or(Principal::Infinity, Principal::Branch);
        let characteristic = match principal {
            Principal::Branch(_) => Some(self.characteristic(method, StepFactor { lambda, interval, substeps, index: 0 })?),
            _ => None,
        };
        Ok(Branches { method: method.to_owned(), lambda, sampling, at_infinity, branches, principal, characteristic, as_printed: false })
    }

    /// The only λ̂ for one step between samples and λ ≠ 0, with its radius.
    pub(crate) fn only(&self, lambda: Complex<f64>, sampling: Sampling) -> Result<(Complex<f64>, f64), BranchError> {
        let factor = StepFactor { lambda, interval: sampling.interval(), substeps: 1, index: 0 };
        self.solution(factor, sampling).map(|solution| (solution.lambda, solution.radius))
    }

    /// λ̂ for one ζ with σ(ζ) ≠ 0, in as many bits as it takes.
    fn solution(&self, factor: StepFactor, sampling: Sampling) -> Result<Solution, BranchError> {
        let narrow = |s: &Solution| s.radius <= s.lambda.norm() * 2f64.powi(-50);
        let mut best = None;
        if let Some(zeta) = moderate(factor)
            && let Some(solution) = self.ratio(factor, &zeta, 106, sampling)?
        {
            if narrow(&solution) {
                return Ok(solution);
            }
            best = Some(solution);
        }
        let mut bits = 192;
        while bits <= if self.exact { MOST_BITS } else { 192 } {
            if let Some(solution) = self.ratio(factor, &factor.to_bits(bits), bits, sampling)? {
                if narrow(&solution) {
                    return Ok(solution);
                }
                best = Some(best.filter(|b: &Solution| b.radius < solution.radius).unwrap_or(solution));
            }
            bits *= 2;
        }
        best.ok_or(BranchError::Infinity)
    }

    /// The same in one precision; none where it does not tell σ(ζ) from zero.
    fn ratio<T: Working>(
        &self,
        factor: StepFactor,
        zeta: &FactorValue<T>,
        bits: u32,
        sampling: Sampling,
    ) -> Result<Option<Solution>, BranchError> {
        let slack = Magnitude::of(1.0 + 1e-9);
        let (rho, rho_error) = self.rho.at(zeta, bits);
        let (sigma, sigma_error) = self.sigma.at(zeta, bits);
        let size = magnitude(&sigma).over(slack).minus(sigma_error);
        if size.is_zero() {
            return Ok(None);
        }
        let (m, interval) = (f64::from(sampling.substeps()), sampling.interval());
        let scaled = quotient(&rho, &sigma);
        let scaled_size = magnitude(&scaled);
        let error = rho_error.plus(scaled_size.times(sigma_error)).over(size).plus(scaled_size.times(T::step_error(bits).shifted(3)));
        let per_time = |x: Magnitude| x.times(Magnitude::of(m)).over(Magnitude::of(interval));
        let out_of_range = || BranchError::Range { exponent: factor.lambda * interval };
        let learned_size = per_time(scaled_size);
        if !learned_size.is_zero() && !(-1000.0..1020.0).contains(&learned_size.log2()) {
            return Err(out_of_range());
        }
        let (times, over) = (T::of(m, bits), T::of(interval, bits));
        // Exactly hλ̂ of the double λ̂, for the residual: the product of two doubles and a division.
        let part = |x: &T| x.times(&times).over(&over).scaled(0);
        let lambda = Complex { re: part(&scaled.re), im: part(&scaled.im) };
        let back = |x: f64| T::of(x, bits).times(&over).over(&times);
        let missed = magnitude(&subtract(&scaled, &Complex { re: back(lambda.re), im: back(lambda.im) }));
        let radius = (per_time(error).to_f64() * (1.0 + 1e-9) + lambda.norm() * f64::EPSILON * 0.5) * (1.0 + 1e-9);
        // dλ̂/dλ = ζ (ρ/σ)′
        let (wronskian, _) = self.wronskian.at(zeta, bits);
        let turned = magnitude(&wronskian).times(magnitude(&zeta.w)).over(magnitude(&sigma)).over(magnitude(&sigma));
        // |ζ̂^m − e^{Hλ}| for the root ζ̂ of ρ − hλ̂σ near ζ; where the slope is zero the equation's own residual.
        let growth = Magnitude::of((factor.lambda.re * interval).exp());
        let residual =
            if turned.is_zero() { missed.times(magnitude(&sigma)) } else { missed.times(Magnitude::of(m)).times(growth).over(turned) };
        let (condition, residual) = (turned.to_f64(), if missed.is_zero() { 0.0 } else { residual.to_f64() });
        // Where ζ is huge and λ̂ at its limit, no double reproduces e^{Hλ}, and by how much none says either.
        let residual = residual.min(f64::MAX);
        if ![lambda.re, lambda.im, radius, condition].iter().all(|x| x.is_finite()) {
            return Err(out_of_range());
        }
        Ok(Some(Solution { lambda, radius, condition, residual }))
    }

    /// λ̂ = 0, exactly, for a ζ with ρ(ζ) = 0.
    fn resting(&self, factor: StepFactor) -> Solution {
        let zeta = factor.to_bits(192);
        let (sigma, wronskian) = (magnitude(&self.sigma.at(&zeta, 192).0), magnitude(&self.wronskian.at(&zeta, 192).0));
        let condition = wronskian.over(sigma).over(sigma).to_f64();
        Solution { lambda: Complex { re: 0.0, im: 0.0 }, radius: 0.0, condition, residual: 0.0 }
    }

    fn has_pole_at(&self, substeps: u32, index: u32) -> bool {
        self.cyclotomic_divides(&self.sigma_exact, substeps, index)
    }

    /// Whether a polynomial vanishes at `e^{2πij/m}`, for certain: the cyclotomic polynomial of its order divides it. For rational coefficients
    /// that is also necessary.
    fn cyclotomic_divides(&self, polynomial: &Polynomial<Number>, substeps: u32, index: u32) -> bool {
        let order = substeps / num_integer::gcd(substeps, index);
        let degree = polynomial.degree().unwrap_or(0);
        // φ(n) ≥ √(n/2): beyond, the cyclotomic polynomial is of higher degree.
        if !self.exact || u64::from(order) > 2 * (degree * degree) as u64 {
            return false;
        }
        polynomial.div_rem(&cyclotomic(order as usize)).is_some_and(|(_, rest)| rest.coefficients().is_empty())
    }

    /// The roots of `ρ − hλ̂σ`.
    fn characteristic(&self, method: &str, factor: StepFactor) -> Result<Characteristic, BranchError> {
        let exponent = factor.lambda * factor.interval;
        let failed = |source: RootsError| match source {
            RootsError::Range { .. } => BranchError::Range { exponent },
            source => BranchError::Roots { method: method.to_owned(), source },
        };
        let (zeta, error) = match moderate(factor) {
            Some(value) => (rounded(&value.w), value.w_error),
            None => {
                let value = factor.to_bits(192);
                (rounded(&value.w), value.w_error)
            }
        };
        let discs = self.parasitic_discs(factor).map_err(failed)?;
        let mut parasitic: Vec<CharacteristicRoot> = Vec::new();
        for disc in &discs {
            let ignited = disc.centre.norm() - disc.radius > zeta.norm() * (1.0 + 2.0 * f64::EPSILON);
            parasitic.extend(std::iter::repeat_n(CharacteristicRoot { zeta: disc.centre, radius: disc.radius, ignited }, disc.count));
        }
        parasitic.sort_by(|a, b| b.zeta.norm().total_cmp(&a.zeta.norm()).then(b.zeta.im.total_cmp(&a.zeta.im)));
        let mut roots = vec![CharacteristicRoot { zeta, radius: error.to_f64() + zeta.norm() * f64::EPSILON, ignited: false }];
        roots.append(&mut parasitic);
        if roots.iter().any(|r| !(r.zeta.is_finite() && r.radius.is_finite())) {
            return Err(BranchError::Range { exponent });
        }
        Ok(Characteristic { roots })
    }

    fn parasitic_discs(&self, factor: StepFactor) -> Result<Vec<RootDisc>, RootsError> {
        if factor.lambda.is_zero() {
            let exact = self.parasites.iter().map(|row| Complex { re: row.at_one().clone(), im: Number::zero() }).collect();
            return Numbers::new(exact).roots();
        }
        let at_zero = self.parasites.iter().take_while(|row| row.vanishes()).count();
        let rows = &self.parasites[at_zero..];
        let degree = rows.len().saturating_sub(1);
        let discs = match degree {
            0 => Vec::new(),
            1 => match single(rows, factor) {
                Some(disc) => vec![disc],
                None => certify::discs(&Parasites { rows, factor, exact: self.exact }).map_err(failure(degree))?,
            },
            _ => certify::discs(&Parasites { rows, factor, exact: self.exact }).map_err(failure(degree))?,
        };
        Ok(finished(discs, at_zero, factor.is_real()))
    }
}

/// The one root of `c_0 + c_1 x`, to the last bit also where ζ is near the ends of what doubles hold; none where c_1 is not told from zero.
fn single(rows: &[Expansion], factor: StepFactor) -> Option<RootDisc> {
    const BITS: u32 = 192;
    let zeta = factor.to_bits(BITS);
    let [(low, low_error), (high, high_error)] = [0, 1].map(|k| rows[k].at(&zeta, BITS));
    let size = magnitude(&high).over(Magnitude::of(1.0 + 1e-9)).minus(high_error);
    if size.is_zero() {
        return None;
    }
    let root = quotient(&low, &high);
    let own = magnitude(&root);
    let error = low_error.plus(own.times(high_error)).over(size).plus(own.times(BigFloat::step_error(BITS).shifted(3)));
    let centre = -rounded(&root);
    let radius = (error.to_f64() * (1.0 + 1e-9) + centre.norm() * f64::EPSILON) * (1.0 + 1e-9);
    Some(RootDisc { centre, radius, count: 1, resolved: true })
}

/// ζ in double-double, where its powers are safe there.
fn moderate(factor: StepFactor) -> Option<FactorValue> {
    let value = factor.double_double()?;
    (magnitude(&value.w).log2().abs() < MODERATE).then_some(value)
}

/// The rows `Σ_j B_ij y^j` of `(ρ(x)σ(y) − σ(x)ρ(y))/(x − y) = Σ B_ij x^i y^j`: `B_{i−1,j} = α_iβ_j − β_iα_j + B_{i,j−1}`.
fn bezout(alpha: &[Number], beta: &[Number]) -> Vec<Polynomial<Number>> {
    let k = alpha.len() - 1;
    let mut matrix = vec![vec![Number::zero(); k]; k];
    for i in (1..=k).rev() {
        for j in 0..k {
            let mut entry = alpha[i].clone() * &beta[j] - beta[i].clone() * &alpha[j];
            if i < k && j > 0 {
                entry = entry + &matrix[i][j - 1];
            }
            matrix[i - 1][j] = entry;
        }
    }
    matrix.into_iter().map(Polynomial::new).collect()
}

/// The polynomial whose zeros are the primitive n-th roots of one.
fn cyclotomic(n: usize) -> Polynomial<Number> {
    let mut all = vec![Number::zero(); n + 1];
    (all[0], all[n]) = (-Number::one(), Number::one());
    (1..n).filter(|d| n.is_multiple_of(*d)).fold(Polynomial::new(all), |rest, d| match rest.div_rem(&cyclotomic(d)) {
        Some((quotient, _)) => quotient,
        None => rest,
    })
}

/// The parasites' polynomial as the root finder takes it.
struct Parasites<'a> {
    rows: &'a [Expansion],
    factor: StepFactor,
    exact: bool,
}

impl Coefficients for Parasites<'_> {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let zeta = moderate(self.factor)?;
        let (centres, errors): (Vec<_>, Vec<_>) = self.rows.iter().map(|row| row.at(&zeta, 106)).unzip();
        let known = centres.iter().zip(&errors).all(|(c, error)| magnitude(c).shifted(-80).exceeds(*error));
        let rough: Vec<Complex<f64>> = centres.iter().map(rounded).collect();
        (known && fits(rough.iter())).then_some(Enclosure { centres, errors })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let zeta = self.factor.to_bits(bits);
        let (centres, errors) = self.rows.iter().map(|row| row.at(&zeta, bits)).unzip();
        Enclosure { centres, errors }
    }

    fn best_bits(&self) -> u32 {
        if self.exact { 1536 } else { 106 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    #[test]
    fn the_bezout_matrix_divides_the_physical_root_out() {
        for name in ["leap-frog", "bdf6", "adams-bashforth-5", "adams-moulton-4"] {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { panic!("{name}") };
            let (rho, sigma) = (method.rho(), method.sigma());
            let (x, y) = (Number::ratio(7, 3), Number::ratio(-2, 5));
            let rows = bezout(method.alpha(), method.beta());
            let b = Polynomial::new(rows.iter().map(|row| row.eval(&y)).collect()).eval(&x);
            let direct = rho.eval(&x) * &sigma.eval(&y) - sigma.eval(&x) * &rho.eval(&y);
            assert_eq!(b * &(x - &y), direct, "{name}");
        }
    }

    #[test]
    fn cyclotomic_polynomials() {
        let of = |n| cyclotomic(n).coefficients().iter().map(|c| c.to_f64() as i64).collect::<Vec<_>>();
        assert_eq!((of(1), of(2), of(4)), (vec![-1, 1], vec![1, 1], vec![1, 0, 1]));
        assert_eq!((of(6), of(12)), (vec![1, -1, 1], vec![1, 0, -1, 0, 1]));
    }
}
