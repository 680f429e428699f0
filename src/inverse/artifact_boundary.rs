//! The artifact boundary: the true hλ on which the principal λ̂ turns from damped to anti-damped, with one step between samples.
//!
//! On it hλ̂ = iy, so for a one-step method it is the curve `hλ = log R(iy)`, and on the ray of the modes with α/ω = a (Re λ = −α, Im λ = ω) the
//! crossings are the zeros of `log|R(iy)| + a·arg R(iy)` in y. For a multistep method λ̂ = ρ/(hσ) is a function of hλ, and the crossings are those of
//! `Re ρσ̄` along the ray. Each crossing found is proved by two discs of the principal λ̂, damped on one side and anti-damped on the other.

use super::LearningEquation;
use crate::exact::{Number, effort};
use crate::method::{Method, Sampling};
use crate::stability::axis_curve::{AxisCurve, AxisPoint};
use crate::stability::{Extent, StabilityFunction, e_polynomial, multistep, poles_in_right_half_plane};
use num_complex::Complex;
use num_traits::Zero;
use serde::Serialize;
use std::f64::consts::TAU;

/// The damping ratios α/ω whose rays are looked at by default.
pub const DAMPINGS: [f64; 6] = [0.001, 0.01, 0.05, 0.1, 0.2, 0.5];

/// Where one ray first crosses the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Crossing {
    /// α/ω of the modes λ = −α ± iω of this ray.
    pub damping: f64,
    /// ωh at the crossing; none where there is no crossing with ωh ≤ 2π.
    pub omega_h: Option<f64>,
    /// Two values of ωh: at the first the principal λ̂ is certainly damped, at the second certainly anti-damped.
    pub bracket: Option<[f64; 2]>,
    /// hλ there.
    pub lambda: Option<[f64; 2]>,
    /// hλ̂ there, on the imaginary axis.
    pub z: Option<[f64; 2]>,
}

/// The first crossings, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArtifactBoundary {
    /// One entry per ray.
    pub crossings: Vec<Crossing>,
    /// Why there is no boundary at all, where that is known.
    pub reason: Option<NoBoundary>,
}

/// Why no damped mode is learned anti-damped by the principal branch, at any step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum NoBoundary {
    /// R is constant: nothing is learned.
    NothingLearned,
    /// A damped mode is learned damped at every step.
    SignFaithful,
    /// |R| ≥ 1 on the whole imaginary axis, so the principal λ̂ of a damped mode never reaches it.
    NeverReached,
}

/// Beyond this ωh nothing is looked at: by then samples tell no frequency from its aliases.
const LAST: f64 = TAU;
/// Half widths of the brackets that are tried, relative to ωh.
const WIDTHS: [f64; 5] = [1e-13, 1e-12, 1e-11, 1e-9, 1e-7];

/// The first crossing of each ray with ωh ≤ 2π.
///
/// The crossing itself is certain to within its bracket. That it is the first is certain as far as the scan goes: points of the curve 1 % apart in
/// y, or 3000 points of the ray for a multistep method, between which the sign would have to change twice.
///
/// ```
/// use lambdahat::{inverse::artifact_boundary, method::catalog};
/// let rk4 = artifact_boundary(&catalog::find("rk4")?, &[0.05]);
/// assert!((rk4.crossings[0].omega_h.unwrap() - 1.5472).abs() < 5e-5);
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn artifact_boundary(method: &Method, dampings: &[f64]) -> ArtifactBoundary {
    let none = |reason| ArtifactBoundary { crossings: Vec::new(), reason: Some(reason) };
    let Ok(equation) = LearningEquation::of(method) else {
        return none(NoBoundary::NothingLearned);
    };
    let crossings = match method {
        Method::RungeKutta(tableau) => {
            let r = StabilityFunction::of(tableau);
            let e = e_polynomial(&r);
            if e.is_zero() && poles_in_right_half_plane(&r) {
                return none(NoBoundary::SignFaithful);
            }
            if Extent::of_non_negativity(&-e).is_infinite() && r.numerator_degree() > r.denominator_degree() {
                return none(NoBoundary::NeverReached);
            }
            let curve = AxisCurve::of(&r);
            let points = curve.points(1e-4, 1e5, 1.01);
            dampings.iter().map(|&a| on_curve(&equation, &curve, &points, a)).collect()
        }
        Method::Multistep(pair) => {
            if multistep::is_sign_faithful(pair) {
                return none(NoBoundary::SignFaithful);
            }
            let floats = |list: &[Number]| list.iter().map(Number::to_f64).collect::<Vec<_>>();
            let (alpha, beta) = (floats(pair.alpha()), floats(pair.beta()));
            dampings.iter().map(|&a| on_ray(&equation, &alpha, &beta, a)).collect()
        }
    };
    ArtifactBoundary { crossings, reason: None }
}

fn nowhere(damping: f64) -> Crossing {
    Crossing { damping, omega_h: None, bracket: None, lambda: None, z: None }
}

/// Along `log R(iy)`: the zeros of `log|R| + a·arg R`, each tried until one is a crossing of the principal branch.
fn on_curve(equation: &LearningEquation, curve: &AxisCurve, points: &[AxisPoint], a: f64) -> Crossing {
    let height = |point: &AxisPoint| point.log.re + a * point.log.im;
    for pair in points.windows(2) {
        let (mut low, mut high) = (pair[0], pair[1]);
        let below = height(&high) < 0.0;
        // At y = 0 the height is zero, and rises if the mode is damped at first.
        let before = pair[0].y == 0.0 || height(&low) >= 0.0;
        if below != before {
            continue;
        }
        for _ in 0..200 {
            let y = 0.5 * (low.y + high.y);
            if y <= low.y || y >= high.y {
                break;
            }
            let middle = curve.at(y, low);
            if (height(&middle) < 0.0) == below { high = middle } else { low = middle }
        }
        let omega_h = low.log.im;
        if omega_h > 0.0
            && omega_h <= LAST
            && let Some(crossing) = certified(equation, a, omega_h)
        {
            return Crossing { z: Some([0.0, low.y]), ..crossing };
        }
    }
    nowhere(a)
}

/// Along the ray itself, for λ̂ = ρ/(hσ).
fn on_ray(equation: &LearningEquation, alpha: &[f64], beta: &[f64], a: f64) -> Crossing {
    let learned = |t: f64| {
        let zeta = (Complex::new(-a, 1.0) * t).exp();
        let horner = |c: &[f64]| c.iter().rev().fold(Complex::zero(), |value: Complex<f64>, &c| value * zeta + c);
        (horner(alpha), horner(beta))
    };
    let anti_damped = |t: f64| {
        let (rho, sigma) = learned(t);
        (rho * sigma.conj()).re > 0.0
    };
    const POINTS: u32 = 3000;
    let place = |k: u32| LAST * (f64::from(k) / f64::from(POINTS)).powi(2);
    // The first few points are so close to 0 that rounding decides the sign there.
    for k in 30..POINTS {
        if anti_damped(place(k)) || !anti_damped(place(k + 1)) {
            continue;
        }
        let (mut low, mut high) = (place(k), place(k + 1));
        for _ in 0..200 {
            let t = 0.5 * (low + high);
            if t <= low || t >= high {
                break;
            }
            if anti_damped(t) { high = t } else { low = t }
        }
        if let Some(crossing) = certified(equation, a, low) {
            let (rho, sigma) = learned(low);
            return Crossing { z: Some([0.0, (rho / sigma).im]), ..crossing };
        }
    }
    nowhere(a)
}

/// The crossing at ωh, if the certified principal λ̂ is damped just before and anti-damped just after.
fn certified(equation: &LearningEquation, a: f64, omega_h: f64) -> Option<Crossing> {
    let sampling = Sampling::new(1.0, 1).ok()?;
    let sign = |t: f64| {
        let (principal, radius) = equation.principal(Complex::new(-a, 1.0) * t, sampling)?;
        (principal.re.abs() > radius).then_some(principal.re > 0.0)
    };
    WIDTHS.iter().take_while(|_| !effort::is_spent()).find_map(|width| {
        let bracket = [omega_h * (1.0 - width), omega_h * (1.0 + width)];
        (sign(bracket[0]) == Some(false) && sign(bracket[1]) == Some(true)).then_some(Crossing {
            damping: a,
            omega_h: Some(omega_h),
            bracket: Some(bracket),
            lambda: Some([-a * omega_h, omega_h]),
            z: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inverse::branches;
    use crate::method::catalog;

    fn of(name: &str) -> ArtifactBoundary {
        artifact_boundary(&catalog::find(name).unwrap(), &DAMPINGS)
    }

    /// The first crossings of RK4, found before by scanning the principal branch.
    #[test]
    fn classical_runge_kutta() {
        // In thousandths, the first ωh at which it is anti-damped.
        let found = artifact_boundary(&catalog::find("rk4").unwrap(), &[0.01, 0.05, 0.1]);
        for (crossing, expected) in found.crossings.iter().zip([1100.0, 1548.0, 1826.0]) {
            assert_eq!((crossing.omega_h.unwrap() * 1000.0).ceil(), expected, "{crossing:?}");
            let [low, high] = crossing.bracket.unwrap();
            assert!(high - low < 1e-9);
        }
    }

    /// Where it can be solved by hand: implicit Euler has 1 = e^{at} cos t, leap frog cos t = 0.
    #[test]
    fn closed_forms() {
        for crossing in of("implicit-euler").crossings {
            let t = crossing.omega_h.unwrap();
            assert!(((crossing.damping * t).exp() * t.cos() - 1.0).abs() < 1e-12, "{crossing:?}");
        }
        for crossing in of("leap-frog").crossings {
            assert!((crossing.omega_h.unwrap() - TAU / 4.0).abs() < 1e-12, "{crossing:?}");
        }
        for crossing in of("bdf1").crossings {
            let t = crossing.omega_h.unwrap();
            assert!(((crossing.damping * t).exp() * t.cos() - 1.0).abs() < 1e-12, "{crossing:?}");
        }
    }

    #[test]
    fn methods_without_a_boundary_say_why() {
        for name in ["gauss2", "implicit-midpoint", "trapezoid"] {
            assert_eq!(of(name).reason, Some(NoBoundary::SignFaithful), "{name}");
        }
        for name in ["forward-euler", "heun2"] {
            assert_eq!(of(name).reason, Some(NoBoundary::NeverReached), "{name}");
        }
    }

    /// The principal branch is damped at every sampled point before the crossing.
    #[test]
    fn the_crossing_is_the_first() {
        for name in ["rk4", "kutta3", "dormand-prince5", "radau-iia-2", "sdirk2", "adams-bashforth-3", "bdf3"] {
            let method = catalog::find(name).unwrap();
            for crossing in of(name).crossings {
                let end = crossing.omega_h.unwrap_or(3.0);
                for k in 1..40 {
                    let t = end * f64::from(k) / 40.0;
                    let found = branches(&method, Complex::new(-crossing.damping, 1.0) * t, Sampling::new(1.0, 1).unwrap()).unwrap();
                    if let Some(principal) = found.principal() {
                        assert!(principal.lambda.re < principal.radius, "{name} {crossing:?}: {t} {principal:?}");
                    }
                }
            }
        }
    }
}
