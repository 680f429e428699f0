//! Dissipation and dispersion: how the modulus and the phase of R(iν) depart from 1 and ν.

use super::{StabilityFunction, e_polynomial};
use crate::exact::Number;
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
/// # Ok::<(), lambdahat::method::CatalogError>(())
/// ```
pub fn phase_errors(r: &StabilityFunction) -> PhaseErrors {
    // An E-polynomial of degree n that is not zero shows itself within 2n powers, and so does the phase; nearly always within a few.
    let limit = 2 * (r.numerator_degree() + r.denominator_degree()) + 4;
    let undamped = e_polynomial(r).is_zero();
    let mut count = limit.min(12);
    loop {
        let errors = errors_within(r, count, undamped);
        let shown = errors.dispersion_order.is_some() && (errors.dissipation_order.is_some() || undamped);
        if shown || count == limit {
            return errors;
        }
        count = limit.min(2 * count);
    }
}

/// What the first `count` Taylor coefficients show.
fn errors_within(r: &StabilityFunction, count: usize, undamped: bool) -> PhaseErrors {
    let taylor = r.taylor(count);
    // log R from R′ = (log R)′R: k r_k = Σ_{j=1}^{k} j l_j r_{k−j}, until both kinds of error have shown themselves.
    let mut log = vec![Number::zero()];
    let (mut turn, mut damp) = (None, None);
    for k in 1..count {
        let known = (1..k).fold(Number::zero(), |sum, j| {
            if log[j].is_zero() || taylor[k - j].is_zero() { sum } else { sum + Number::from(j as i64) * &log[j] * &taylor[k - j] }
        });
        log.push(taylor[k].clone() - known / Number::from(k as i64));
        let error = if k == 1 { log[1].clone() - Number::from(1) } else { log[k].clone() };
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
}
