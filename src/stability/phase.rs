//! Dissipation and dispersion: how the modulus and the phase of R(iν) depart from 1 and ν.

use super::{StabilityFunction, e_polynomial};
use crate::exact::Number;
use crate::method::Multistep;
use num_traits::Zero;
use serde::Serialize;

/// Orders of the errors in modulus and phase on ẏ = iωy, ν = ωh (van der Houwen & Sommeijer 1987).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhaseErrors {
    /// q with `ν − arg R(iν) = O(ν^{q+1})`.
    pub dispersion_order: Option<usize>,
    /// `ν − arg R(iν) = φ ν^{q+1} + …`.
    pub dispersion_constant: Option<Number>,
    /// r with `1 − |R(iν)| = O(ν^{r+1})`; `None` where |R(iν)| ≡ 1.
    pub dissipation_order: Option<usize>,
    /// `1 − |R(iν)| = δ ν^{r+1} + …`; negative where a mode grows.
    pub dissipation_constant: Option<Number>,
}

/// The orders and leading constants, from `log R(z) = z + Σ l_k z^k`: odd powers of iν turn, even ones damp.
///
/// ```
/// use lambdahat::{exact::Number, method::{Method, catalog}, stability::{StabilityFunction, phase_errors}};
/// let Method::RungeKutta(rk4) = catalog::find("rk4")? else { unreachable!() };
/// let errors = phase_errors(&StabilityFunction::of(&rk4));
/// assert_eq!((errors.dispersion_order, errors.dissipation_order), (Some(4), Some(5)));
/// assert_eq!(errors.dissipation_constant, Some(Number::ratio(1, 144)));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn phase_errors(r: &StabilityFunction) -> PhaseErrors {
    // An E-polynomial of degree n that is not zero shows itself within 2n powers, and so does the phase; nearly always within a few.
    let limit = 2 * (r.numerator_degree() + r.denominator_degree()) + 4;
    let undamped = e_polynomial(r).is_zero();
    let mut count = limit.min(12);
    loop {
        let errors = of_growth(&r.taylor(count), undamped);
        let shown = errors.dispersion_order.is_some() && (errors.dissipation_order.is_some() || undamped);
        if shown || count == limit {
            return errors;
        }
        count = limit.min(2 * count);
    }
}

/// The same of the principal root `ζ(z) = e^{w(z)}` of a multistep method, where `ρ(e^w) = zσ(e^w)`; all zero-stable methods have one with ζ = 1 at z = 0.
///
/// `None` where the method is not consistent (σ(1) = 0, ρ(1) ≠ 0 or ρ′(1) ≠ σ(1)).
pub fn multistep_phase_errors(method: &Multistep) -> Option<PhaseErrors> {
    // The errors of an implicit relation of degree k show themselves within that many powers, save for those of a symmetric one.
    let count = 4 * method.steps() + 6;
    // Σ_j a_j e^{jw}, in powers of w.
    let exponentials = |list: &[Number]| -> Vec<Number> {
        let mut terms = list.to_vec();
        (0..=count)
            .map(|m| {
                let sum = terms.iter().fold(Number::zero(), |sum, x| sum + x);
                for (j, term) in terms.iter_mut().enumerate() {
                    *term = term.clone() * Number::ratio(j as i64, m as i64 + 1);
                }
                sum
            })
            .collect()
    };
    let (rho, sigma) = (exponentials(method.alpha()), exponentials(method.beta()));
    if sigma[0].is_zero() || !rho[0].is_zero() || rho[1] != sigma[0] {
        return None;
    }
    // z = w(1 + c_1 w + …), the quotient of the two.
    let mut z: Vec<Number> = vec![Number::zero()];
    for k in 1..=count {
        let known = (1..k).fold(rho[k].clone(), |sum, i| sum - z[i].clone() * &sigma[k - i]);
        z.push(known / &sigma[0]);
    }
    let (rho, sigma) = super::multistep::reduced(method);
    Some(of_logarithm(|k| inverted(&z, k), count, super::RootLocus::new(&rho, &sigma).is_imaginary()))
}

/// The coefficient of z^n in the inverse of `z(w) = w + …`: `[z^n] w = (1/n) [w^{n−1}] (w/z(w))^n` (Lagrange).
fn inverted(z: &[Number], n: usize) -> Number {
    // (z/w)^(−n) by J. C. P. Miller's recurrence: g = f^α has k f_0 g_k = Σ_j (αj − (k − j)) f_j g_{k−j}.
    let mut g = vec![Number::from(1)];
    for k in 1..n {
        let sum = (1..=k).fold(Number::zero(), |sum, j| {
            let factor = -((n * j) as i64) - (k - j) as i64;
            if z[j + 1].is_zero() { sum } else { sum + Number::from(factor) * &z[j + 1] * &g[k - j] }
        });
        g.push(sum / Number::from(k as i64));
    }
    g[n - 1].clone() / Number::from(n as i64)
}

fn of_growth(taylor: &[Number], undamped: bool) -> PhaseErrors {
    // log R from R′ = (log R)′R: k r_k = Σ_{j=1}^{k} j l_j r_{k−j}.
    let mut log = vec![Number::zero()];
    let next = |k: usize| {
        let known = (1..k).fold(Number::zero(), |sum, j| {
            if log[j].is_zero() || taylor[k - j].is_zero() { sum } else { sum + Number::from(j as i64) * &log[j] * &taylor[k - j] }
        });
        log.push(taylor[k].clone() - known / Number::from(k as i64));
        log[k].clone()
    };
    of_logarithm(next, taylor.len().saturating_sub(1), undamped)
}

/// From the coefficients of the logarithm, one after the other, until both kinds of error have shown themselves.
fn of_logarithm(mut coefficient: impl FnMut(usize) -> Number, last: usize, undamped: bool) -> PhaseErrors {
    let (mut turn, mut damp) = (None, None);
    for k in 1..=last {
        let found = coefficient(k);
        let error = if k == 1 { found - Number::from(1) } else { found };
        if !error.is_zero() {
            // i^k is i·(−1)^((k−1)/2) for odd k and (−1)^(k/2) for even k.
            let signed = if (k / 2).is_multiple_of(2) { -error } else { error };
            let first = if k % 2 == 1 { &mut turn } else { &mut damp };
            first.get_or_insert((k - 1, signed));
        }
        if turn.is_some() && (damp.is_some() || undamped) {
            break;
        }
    }
    let [(dispersion_order, dispersion_constant), (dissipation_order, dissipation_constant)] = [turn, damp].map(Option::unzip);
    PhaseErrors { dispersion_order, dispersion_constant, dissipation_order, dissipation_constant }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use num_complex::Complex64;

    fn errors(name: &str) -> (PhaseErrors, StabilityFunction) {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&method);
        (phase_errors(&r), r)
    }

    #[test]
    fn constants_are_the_limits() {
        for name in ["forward-euler", "heun2", "kutta3", "rk4", "implicit-euler", "radau-iia-2", "gauss2", "implicit-midpoint", "sdirk2"] {
            let (errors, r) = errors(name);
            let nu: f64 = 0.02;
            let value = r.eval(Complex64::new(0.0, nu));
            if let (Some(q), Some(c)) = (errors.dispersion_order, &errors.dispersion_constant) {
                let ratio = (nu - value.arg()) / nu.powi(q as i32 + 1) / c.to_f64();
                assert!((ratio - 1.0).abs() < 0.02, "{name} dispersion {q}: {ratio}");
            }
            if let (Some(p), Some(c)) = (errors.dissipation_order, &errors.dissipation_constant) {
                let ratio = (1.0 - value.norm()) / nu.powi(p as i32 + 1) / c.to_f64();
                assert!((ratio - 1.0).abs() < 0.02, "{name} dissipation {p}: {ratio}");
            } else {
                assert!((value.norm() - 1.0).abs() < 1e-15, "{name}");
            }
        }
    }

    /// Against the principal root itself, by Newton's method on ρ(ζ) = zσ(ζ). Backward Euler and the trapezoid have one of each kind.
    #[test]
    fn multistep_constants_are_the_limits() {
        for name in
            ["bdf1", "bdf2", "bdf3", "bdf4", "adams-bashforth-2", "adams-bashforth-3", "adams-moulton-1", "adams-moulton-2", "leap-frog"]
        {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
            let errors = multistep_phase_errors(&method).unwrap();
            let nu: f64 = 0.05;
            let float = |list: &[Number]| list.iter().map(Number::to_f64).collect::<Vec<_>>();
            let (alpha, beta) = (float(method.alpha()), float(method.beta()));
            let z = Complex64::new(0.0, nu);
            let mut zeta = z.exp();
            for _ in 0..20 {
                let (mut f, mut slope) = (Complex64::zero(), Complex64::zero());
                for (a, b) in alpha.iter().zip(&beta).rev() {
                    slope = slope * zeta + f;
                    f = f * zeta + a - z * b;
                }
                zeta -= f / slope;
            }
            let log = zeta.ln();
            if let (Some(q), Some(c)) = (errors.dispersion_order, &errors.dispersion_constant) {
                let ratio = (nu - log.im) / nu.powi(q as i32 + 1) / c.to_f64();
                assert!((ratio - 1.0).abs() < 0.1, "{name} dispersion {q}: {ratio}");
            }
            match (errors.dissipation_order, &errors.dissipation_constant) {
                (Some(p), Some(c)) => {
                    let ratio = -log.re / nu.powi(p as i32 + 1) / c.to_f64();
                    assert!((ratio - 1.0).abs() < 0.1, "{name} dissipation {p}: {ratio}");
                }
                _ => assert!(log.re.abs() < 1e-15, "{name}"),
            }
        }
    }
}
