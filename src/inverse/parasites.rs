//! How fast the parasitic roots of a multistep method grow beside the physical one, along the rays of damped modes.

use super::{Branches, LearningEquation};
use crate::exact::effort;
use crate::method::{Method, Multistep, Sampling};
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::PI;

/// The damping ratios α/ω whose rays are looked at by default: conservative modes first.
pub const DAMPINGS: [f64; 4] = [0.0, 0.01, 0.05, 0.1];

/// The parasitic roots of `ρ(ζ) − hλ̂σ(ζ)` on the ray of λ = −α ± iω, 0 < ωh ≤ π, at the learned λ̂.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ParasiticGrowth {
    /// α/ω.
    pub damping: f64,
    /// The largest `|ζ|/|e^{hλ}|` of a parasitic root over the points looked at.
    pub largest: f64,
    /// ωh where that is.
    pub at: f64,
    /// The ωh from which on a parasite first outgrows the physical root, so that a perturbed start ignites it; zero where it does at every step, none where it
    /// never does.
    pub outgrows_from: Option<f64>,
}

/// Points of each ray.
const POINTS: u32 = 96;
/// Smaller ωh than this count as zero.
const SMALLEST: f64 = 1e-6;

/// The growth of the parasites on each ray, at 96 points of it; the onset is bisected to 1e-9 between two of them, where certified discs leave no doubt on
/// its upper side. Empty for a method of one step, which has no parasites.
///
/// ```
/// use lambdahat::{inverse::parasitic_growth, method::{Method, catalog}};
/// let Method::Multistep(leap_frog) = catalog::find("leap-frog")? else { unreachable!() };
/// let growth = parasitic_growth(&leap_frog, &[0.1]);       // −e^{−hλ}: from the first step on
/// assert_eq!(growth[0].outgrows_from, Some(0.0));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn parasitic_growth(method: &Multistep, dampings: &[f64]) -> Vec<ParasiticGrowth> {
    let Ok(sampling) = Sampling::new(1.0, 1) else { return Vec::new() };
    let Ok(equation) = LearningEquation::of(&Method::Multistep(method.clone())) else { return Vec::new() };
    if method.steps() < 2 {
        return Vec::new();
    }
    dampings
        .iter()
        .map(|&damping| {
            let at = |t: f64| equation.branches(Complex::new(-damping, 1.0) * t, sampling).ok();
            let mut growth = ParasiticGrowth { damping, largest: 0.0, at: 0.0, outgrows_from: None };
            let mut before = 0.0;
            for k in 1..=POINTS {
                let t = PI * f64::from(k) / f64::from(POINTS);
                if effort::is_spent() {
                    break;
                }
                let Some(found) = at(t) else { continue };
                let ratio = ratio(&found);
                // Of equals the first, whatever the last digit says.
                if ratio > growth.largest * (1.0 + 1e-9) {
                    (growth.largest, growth.at) = (ratio, t);
                }
                if growth.outgrows_from.is_none() && ignites(&found) {
                    let (mut low, mut high) = (before, t);
                    while high - low > 1e-9 && !effort::is_spent() {
                        let middle = 0.5 * (low + high);
                        if at(middle).is_some_and(|found| ignites(&found)) { high = middle } else { low = middle }
                    }
                    growth.outgrows_from = Some(if high < SMALLEST { 0.0 } else { high });
                }
                before = t;
            }
            growth
        })
        .collect()
}

/// The largest parasite beside the physical root, which comes first.
fn ratio(found: &Branches) -> f64 {
    let Some(characteristic) = &found.characteristic else { return 0.0 };
    match characteristic.roots.as_slice() {
        [physical, parasites @ ..] => parasites.iter().map(|root| root.zeta.norm() / physical.zeta.norm()).fold(0.0, f64::max),
        [] => 0.0,
    }
}

fn ignites(found: &Branches) -> bool {
    found.characteristic.as_ref().is_some_and(|c| c.roots.iter().any(|root| root.ignited))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    fn growth(name: &str) -> Vec<ParasiticGrowth> {
        let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
        parasitic_growth(&method, &DAMPINGS)
    }

    /// Leap frog's parasite is −e^{−hλ}: the ratio is e^{2αh}, largest at ωh = π.
    #[test]
    fn leap_frog() {
        for found in growth("leap-frog") {
            assert!((found.largest - (2.0 * PI * found.damping).exp()).abs() < 1e-9, "{found:?}");
            assert_eq!(found.outgrows_from, (found.damping > 0.0).then_some(0.0));
        }
    }

    /// Adams–Bashforth 2: the roots' product is hλ̂/2, so the parasite outgrows where |hλ̂| > 2|e^{2hλ}|.
    #[test]
    fn adams_bashforth() {
        for found in growth("adams-bashforth-2") {
            if let Some(t) = found.outgrows_from.filter(|t| *t > 0.0) {
                let w = (Complex::new(-found.damping, 1.0) * t).exp();
                let learned = (w * w - w) / (w * 1.5 - 0.5);
                assert!((learned.norm() / 2.0 - (w * w).norm()).abs() < 1e-6, "{found:?}");
            }
        }
        assert!(growth("bdf1").is_empty());
    }
}
