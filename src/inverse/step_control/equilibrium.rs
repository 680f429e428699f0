//! A long run under step control settles on one step.

use crate::loops::{Call, ErrorWeights, StateNorm, StepSeries};
use num_complex::Complex;
use serde::Serialize;

/// The step h* at which the controller asks for the same step again, and what a constant step h* learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepEquilibrium {
    /// h*.
    pub step: f64,
    /// λ̂ with R(h*λ̂) = e^{h*λ}.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
}

/// R(z) and the error estimate of one step from 1.
fn one_step(call: &Call, z: Complex<f64>) -> Option<(Complex<f64>, Complex<f64>)> {
    let ErrorWeights::Weighted(weights) = &call.pair.error else { return None };
    call.pair.linear(z, weights)
}

/// The equilibrium for a mode λ: |E(h*λ̂)| = safety^order · rtol · max(1, |R|), the integral controller's fixed point, with R(h*λ̂) = e^{h*λ}.
///
/// `None` for constant steps, for controllers with memory, and where there is no such step.
pub fn equilibrium(call: &Call, lambda: Complex<f64>, norm: &StateNorm) -> Option<StepEquilibrium> {
    let control = call.control()?;
    let [first, second, third] = control.factor.exponents;
    if second != 0.0 || third != 0.0 {
        return None;
    }
    let goal = control.factor.safety.powf(1.0 / first);
    let one = Complex::new(1.0, 0.0);
    let ratio = |h: f64, mode: Complex<f64>| {
        let (end, error) = one_step(call, mode * h)?;
        Some(norm.scaled(error, [one, end], control.tolerances))
    };
    let mut mode = lambda;
    let mut step = 0.0;
    for _ in 0..100 {
        // The error grows with the step from 0 on; the first crossing is the one.
        let (mut low, mut high) = (0.0, 1e-6 / mode.norm());
        while ratio(high, mode)? < goal {
            low = high;
            high *= 1.1;
            if high * mode.norm() > 1e3 {
                return None;
            }
        }
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if ratio(middle, mode)? < goal { low = middle } else { high = middle }
        }
        step = 0.5 * (low + high);
        let (end, _) = one_step(call, mode * step)?;
        let off = (end * (-lambda * step).exp()).ln() / step;
        mode -= off;
        if off.norm() <= 1e-14 * (1.0 + mode.norm()) {
            return Some(StepEquilibrium { step, lambda: mode });
        }
    }
    (step > 0.0).then_some(StepEquilibrium { step, lambda: mode }).filter(|e| e.lambda.is_finite())
}

/// κ in Re(λ̂ − λ)/ω → κ·rtol for an undamped mode as rtol → 0, on the equilibrium step.
///
/// With log R = z + c z^{p+1} + … and E = e z^p + …: κ = −safety^p · Re(c i^{p+1}) / |e|. `None` where the controller has memory or
/// the step is implicit.
pub fn tolerance_artifact(call: &Call) -> Option<f64> {
    let control = call.control()?;
    if control.factor.exponents[1..] != [0.0, 0.0] {
        return None;
    }
    let ErrorWeights::Weighted(weights) = &call.pair.error else { return None };
    let series = StepSeries::of(&call.pair)?;
    let (result, error) = (series.end.value, series.combined(weights).value);
    let mut factorial = 1.0;
    let mut miss = None;
    for (power, r) in result.iter().enumerate() {
        factorial *= (power as f64).max(1.0);
        if (r - 1.0 / factorial).abs() > 1e-10 / factorial {
            miss = Some((power, r - 1.0 / factorial));
            break;
        }
    }
    let (power, coefficient) = miss?;
    let (order, leading) = error.iter().enumerate().find(|(_, e)| e.abs() > 1e-12)?;
    if order + 1 != power {
        return None;
    }
    let sign = match power % 4 {
        0 => -1.0,
        2 => 1.0,
        _ => 0.0,
    };
    Some(sign * control.factor.safety.powi(order as i32) * coefficient / leading.abs())
}
