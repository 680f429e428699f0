//! Whether a whole disc of the plane lies in a region, by bounds that are proved, rounding included.

use super::{Region, horner};
use crate::exact::effort;
use num_complex::Complex;

impl Region {
    /// Whether the whole disc is inside (`Some(true)`), outside (`Some(false)`), or neither is proved.
    ///
    /// One step: |P| and |Q| at the centre, less and plus the rest of their Taylor series on the disc, with a margin for
    /// rounding. Multistep: no root crosses the unit circle while z moves in the disc when `|ρ(ζ) − cσ(ζ)| > r|σ(ζ)|` on the
    /// whole circle, which bisection of the circle with a Lipschitz bound proves.
    pub(super) fn decide(&self, centre: Complex<f64>, radius: f64) -> Option<bool> {
        match self {
            Self::OneStep { numerator, denominator } => {
                let [p_low, p_high] = modulus_on_disc(numerator, centre, radius);
                let [q_low, q_high] = modulus_on_disc(denominator, centre, radius);
                if p_high < q_low {
                    Some(true)
                } else if p_low > q_high {
                    Some(false)
                } else {
                    None
                }
            }
            Self::Multistep { rho, sigma } => circle_is_clear(rho, sigma, centre, radius).then(|| self.contains(centre)),
        }
    }
}

/// Lower and upper bounds of |p| on the disc about c of radius r: `|p(c)| ∓ Σ_{k≥1} |p⁽ᵏ⁾(c)/k!| r^k`.
fn modulus_on_disc(p: &[f64], c: Complex<f64>, r: f64) -> [f64; 2] {
    const LONGEST: usize = 32;
    let n = p.len();
    if n > LONGEST {
        return [0.0, f64::INFINITY];
    }
    let mut taylor = [Complex::new(0.0, 0.0); LONGEST];
    for (t, &a) in taylor.iter_mut().zip(p) {
        t.re = a;
    }
    // Repeated synthetic division by z − c.
    for k in 0..n - 1 {
        for j in (k..n - 1).rev() {
            let next = taylor[j + 1];
            taylor[j] += c * next;
        }
    }
    let mut rest = 0.0;
    for t in taylor[1..n].iter().rev() {
        rest = (rest + t.norm_sqr().sqrt()) * r;
    }
    let reach = c.norm_sqr().sqrt() + r;
    let size = p.iter().rev().fold(0.0, |s, a| s * reach + a.abs());
    let rounding = 16.0 * (n * n) as f64 * f64::EPSILON * size;
    let value = taylor[0].norm_sqr().sqrt();
    [value - rest - rounding, value + rest + rounding]
}

/// Whether no root of `ρ − zσ` is proved to cross the circle `|ζ| = circle` while z moves in a disc: those of `ρ(sζ) − zσ(sζ)` do not cross the unit circle.
pub(in crate::stability) fn root_count_is_constant(rho: &[f64], sigma: &[f64], circle: f64, centre: Complex<f64>, radius: f64) -> bool {
    if circle == 1.0 {
        return circle_is_clear(rho, sigma, centre, radius);
    }
    let scaled = |p: &[f64]| p.iter().scan(1.0, |power, c| (Some(c * *power), *power *= circle).0).collect::<Vec<_>>();
    circle_is_clear(&scaled(rho), &scaled(sigma), centre, radius)
}

/// Whether the root locus ρ/σ of the unit circle is proved to lie within `|z| < radius`: `radius·|σ| > |ρ|` on the circle, by bisection.
pub(in crate::stability) fn locus_stays_within(rho: &[f64], sigma: &[f64], radius: f64) -> bool {
    circle_is_clear(sigma, rho, Complex::new(0.0, 0.0), 1.0 / radius)
}

/// Units of [`effort`] of a look at one arc, and of each coefficient of ρ and σ in it.
const ARC: u64 = 60;
const TERM: u64 = 4;

fn circle_is_clear(rho: &[f64], sigma: &[f64], c: Complex<f64>, r: f64) -> bool {
    // |d/dθ (|ρ − cσ| − r|σ|)| ≤ Σ k|ρ_k| + (|c| + r) Σ k|σ_k|.
    let slope = |p: &[f64]| p.iter().enumerate().map(|(k, a)| k as f64 * a.abs()).sum::<f64>();
    let lipschitz = slope(rho) + (c.norm() + r) * slope(sigma);
    let mut arcs = vec![(0.0f64, std::f64::consts::PI, 0u32)];
    // Both halves of the circle, because c need not be real.
    arcs.push((-std::f64::consts::PI, 0.0, 0));
    let degree = rho.len() + sigma.len();
    while let Some((from, to, depth)) = arcs.pop() {
        effort::charge(ARC + TERM * degree as u64);
        if effort::is_spent() {
            return false;
        }
        let middle = 0.5 * (from + to);
        let zeta = Complex::from_polar(1.0, middle);
        let s = horner(sigma, zeta);
        let gap = (horner(rho, zeta) - c * s).norm() - r * s.norm();
        if gap > lipschitz * 0.5 * (to - from) + 1e-13 * lipschitz {
            continue;
        }
        if gap <= 0.0 || depth >= 24 {
            return false;
        }
        arcs.push((from, middle, depth + 1));
        arcs.push((middle, to, depth + 1));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bounds_on_a_disc_hold(
            p in proptest::collection::vec(-3.0f64..3.0, 1..8),
            c in (-3.0f64..3.0, -3.0f64..3.0),
            r in 0.0f64..1.0,
            angle in 0.0f64..7.0,
            share in 0.0f64..1.0,
        ) {
            let c = Complex::new(c.0, c.1);
            let z = c + Complex::from_polar(r * share, angle);
            let [low, high] = modulus_on_disc(&p, c, r);
            let value = horner(&p, z).norm();
            prop_assert!(low <= value && value <= high);
        }
    }
}
