//! The boundary of a stability region as exact curves: `|R(z)| = 1` followed by its own differential equation, and the root
//! locus `z = ρ(e^{iθ})/σ(e^{iθ})` of a multistep method.

use super::{Region, RegionError, Window, horner};
use crate::exact::{RootDisc, roots};
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// A curve in the plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Points along the curve, in order.
    pub points: Vec<Complex<f64>>,
    /// Whether the last point is followed by the first.
    pub closed: bool,
}

/// The largest turn between neighbouring points, in radians: the chord is off the curve by at most an eighth of it times
/// its length.
const TURN: f64 = 0.06;

/// All of `|R(z)| = 1` within `|z| ≤ reach`, for R = P/Q with real coefficients, lowest degree first.
///
/// Along the curve `R = e^{iφ}` with `dz/dφ = iR/R′`; steps are taken in arc length, at most `step` and at most a
/// turn of 0.06, then brought back onto the curve by Newton's method on log|R| to `||R| − 1| ≤ 1e-12` where f64 allows.
///
/// `seeds` are the points where R = 1 and where R = −1: by the argument principle each component of the curve carries at least one,
/// on the sphere, and no point of infinity is both, so that all components are found when all seeds are given.
pub fn level_curves(numerator: &[f64], denominator: &[f64], seeds: &[Complex<f64>], step: f64, reach: f64) -> Vec<Curve> {
    let tracer = Tracer { p: numerator, q: denominator, dp: derivative(numerator), dq: derivative(denominator), step, reach };
    let mut fresh: Vec<bool> = seeds.iter().map(|z| z.norm() <= reach).collect();
    let mut curves = Vec::new();
    for k in 0..seeds.len() {
        if !fresh[k] {
            continue;
        }
        fresh[k] = false;
        let (mut points, closed) = tracer.follow(seeds, k, &mut fresh, 1.0);
        if !closed {
            let (back, _) = tracer.follow(seeds, k, &mut fresh, -1.0);
            let mut whole: Vec<_> = back.into_iter().skip(1).rev().collect();
            whole.append(&mut points);
            points = whole;
        }
        if points.len() > 1 {
            curves.push(Curve { points, closed });
        }
    }
    curves
}

impl Region {
    /// The curves that bound the region, as near as a three-hundredth of the window's diagonal or a turn of 0.06 asks: for a one-step method
    /// all of `|R(z)| = 1`, none missed (the seeds are certified roots), for a multistep method its whole root locus, of which the
    /// region's border is a part.
    pub fn boundary(&self, window: Window) -> Result<Vec<Curve>, RegionError> {
        let corner = |x: [f64; 2]| x[0].abs().max(x[1].abs());
        let reach = 4.0 * corner(window.re).hypot(corner(window.im));
        let step = window.width().hypot(window.height()) / 300.0;
        match self {
            Self::OneStep { numerator, denominator } => {
                let mut seeds = roots_of_sum(numerator, denominator, -1.0)?;
                seeds.extend(roots_of_sum(numerator, denominator, 1.0)?);
                Ok(level_curves(numerator, denominator, &seeds, step, reach))
            }
            Self::Multistep { rho, sigma } => Ok(root_locus(rho, sigma, step, reach)),
        }
    }
}

/// The zeros of p + sq.
fn roots_of_sum(p: &[f64], q: &[f64], s: f64) -> Result<Vec<Complex<f64>>, RegionError> {
    let term = |list: &[f64], k: usize| list.get(k).copied().unwrap_or(0.0);
    let mut sum: Vec<f64> = (0..p.len().max(q.len())).map(|k| term(p, k) + s * term(q, k)).collect();
    // The sums of rounded coefficients that cancel exactly are zero, so a drop of the degree is seen.
    while sum.last() == Some(&0.0) {
        sum.pop();
    }
    if sum.len() < 2 {
        return Ok(Vec::new());
    }
    let complex: Vec<Complex<f64>> = sum.iter().map(|&c| Complex::new(c, 0.0)).collect();
    let discs: Vec<RootDisc> = roots(&complex).map_err(|e| RegionError::Boundary(e.to_string()))?;
    Ok(discs.into_iter().map(|disc| disc.centre).collect())
}

/// The root locus `z(θ) = ρ(e^{iθ})/σ(e^{iθ})`, 0 ≤ θ ≤ 2π, in pieces between its poles, within `|z| ≤ reach`. Points are as
/// near as a turn of 0.06 or `step` asks.
pub fn root_locus(rho: &[f64], sigma: &[f64], step: f64, reach: f64) -> Vec<Curve> {
    let at = |theta: f64| {
        let zeta = Complex::from_polar(1.0, theta);
        horner(rho, zeta) / horner(sigma, zeta)
    };
    let seen = |z: Complex<f64>| z.is_finite() && z.norm() <= reach;
    let mut curves = Vec::new();
    let mut points: Vec<Complex<f64>> = Vec::new();
    let start = at(0.0);
    if seen(start) {
        points.push(start);
    }
    let (mut theta, mut delta) = (0.0f64, 1e-3f64);
    let mut heading: Option<Complex<f64>> = None;
    while theta < TAU {
        delta = delta.min(TAU - theta).max(1e-7);
        let z = at(theta + delta);
        if let (true, Some(&last)) = (seen(z), points.last()) {
            let chord = z - last;
            let turn = heading.map_or(0.0, |h| (chord * h.conj()).arg().abs());
            if (chord.norm() > step || turn > TURN) && delta > 1e-6 {
                delta *= 0.5;
                continue;
            }
            if chord.norm() > 0.0 {
                heading = Some(chord);
                points.push(z);
            }
        } else if seen(z) {
            heading = None;
            points.push(z);
        } else if points.len() > 1 {
            heading = None;
            curves.push(Curve { points: std::mem::take(&mut points), closed: false });
        } else {
            points.clear();
        }
        theta += delta;
        delta *= 1.5;
    }
    if points.len() > 1 {
        let closed = curves.is_empty() && seen(start);
        curves.push(Curve { points, closed });
    }
    curves
}

fn derivative(p: &[f64]) -> Vec<f64> {
    p.iter().enumerate().skip(1).map(|(k, c)| k as f64 * c).collect()
}

struct Tracer<'a> {
    p: &'a [f64],
    q: &'a [f64],
    dp: Vec<f64>,
    dq: Vec<f64>,
    step: f64,
    reach: f64,
}

impl Tracer<'_> {
    fn ratio(&self, z: Complex<f64>) -> Complex<f64> {
        horner(self.p, z) / horner(self.q, z)
    }

    /// `R′/R = P′/P − Q′/Q`.
    fn logarithmic_derivative(&self, z: Complex<f64>) -> Complex<f64> {
        horner(&self.dp, z) / horner(self.p, z) - horner(&self.dq, z) / horner(self.q, z)
    }

    /// The unit tangent along which arg R grows (`sign` = 1) or falls.
    fn tangent(&self, z: Complex<f64>, sign: f64) -> Complex<f64> {
        let f = self.logarithmic_derivative(z);
        Complex::new(0.0, sign) * f.conj() / f.norm()
    }

    /// Newton's method on log|R| along its gradient; `None` where it does not settle nearby.
    fn project(&self, start: Complex<f64>, leash: f64) -> Option<Complex<f64>> {
        let mut z = start;
        for _ in 0..8 {
            let excess = self.ratio(z).norm().ln();
            let correction = excess / self.logarithmic_derivative(z);
            z -= correction;
            if !z.is_finite() || (z - start).norm() > leash {
                return None;
            }
            if excess.abs() < 1e-12 {
                return Some(z);
            }
        }
        (self.ratio(z).norm().ln().abs() < 1e-9).then_some(z)
    }

    fn follow(&self, seeds: &[Complex<f64>], from: usize, fresh: &mut [bool], sign: f64) -> (Vec<Complex<f64>>, bool) {
        let Some(mut z) = self.project(seeds[from], self.step) else {
            return (Vec::new(), false);
        };
        let mut points = vec![z];
        let mut tangent = self.tangent(z, sign);
        let mut ds = 0.1 * self.step;
        let smallest = 1e-7 * self.step;
        // arg R since the seed, whose multiples of π are where the curve passes the other seeds.
        let mut phase = 0.0f64;
        while points.len() < 1_000_000 {
            let middle = self.tangent(z + tangent * (0.5 * ds), sign);
            let landed = self.project(z + middle * ds, ds);
            let new = landed.map(|new| (new, self.tangent(new, sign)));
            let Some((new, heading)) = new.filter(|(_, t)| t.is_finite() && (t * tangent.conj()).arg().abs() <= TURN) else {
                ds *= 0.5;
                if ds < smallest {
                    return (points, false);
                }
                continue;
            };
            let advance = (self.ratio(new) / self.ratio(z)).arg().abs();
            if advance > 0.5 {
                ds *= 0.5;
                continue;
            }
            let passed = (phase / PI).floor() < ((phase + advance) / PI).floor();
            phase += advance;
            if passed && phase > 0.5 {
                let nearest = (0..seeds.len()).min_by(|&a, &b| {
                    let distance = |k: usize| (seeds[k] - z).norm_sqr().min((seeds[k] - new).norm_sqr());
                    distance(a).total_cmp(&distance(b))
                });
                if nearest == Some(from) && (seeds[from] - z).norm() <= 2.0 * ds {
                    return (points, true);
                }
                if let Some(k) = nearest.filter(|&k| (seeds[k] - z).norm() <= 2.0 * ds) {
                    fresh[k] = false;
                }
            }
            points.push(new);
            (z, tangent) = (new, heading);
            if z.norm() > self.reach {
                return (points, false);
            }
            ds = (1.4 * ds).min(self.step.max(0.02 * z.norm()));
        }
        (points, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds_of_euler() -> [Complex<f64>; 2] {
        [Complex::new(0.0, 0.0), Complex::new(-2.0, 0.0)]
    }

    #[test]
    fn the_circle_of_forward_euler() {
        let curves = level_curves(&[1.0, 1.0], &[1.0], &seeds_of_euler(), 0.05, 100.0);
        assert_eq!(curves.len(), 1);
        assert!(curves[0].closed);
        for z in &curves[0].points {
            assert!(((z + 1.0).norm() - 1.0).abs() < 1e-12);
        }
        let length: f64 = (0..curves[0].points.len())
            .map(|k| {
                let p = &curves[0].points;
                (p[(k + 1) % p.len()] - p[k]).norm()
            })
            .sum();
        assert!((length - TAU).abs() < 3e-3, "{length}");
    }

    #[test]
    fn the_imaginary_axis_of_the_trapezoid() {
        let seeds = [Complex::new(0.0, 0.0)];
        let curves = level_curves(&[1.0, 0.5], &[1.0, -0.5], &seeds, 0.05, 30.0);
        assert_eq!(curves.len(), 1);
        assert!(!curves[0].closed);
        let points = &curves[0].points;
        assert!(points.iter().all(|z| z.re.abs() < 1e-11));
        assert!(points[0].im * points[points.len() - 1].im < -900.0);
    }

    #[test]
    fn every_island_is_found() {
        // The explicit Taylor method of order 6 has a main part and two islands in the right half plane.
        let mut factorial = 1.0;
        let taylor: Vec<f64> = (0..=6)
            .map(|k| {
                factorial *= f64::from(k.max(1));
                1.0 / factorial
            })
            .collect();
        let window = Window::new([-5.0, 3.0], [-5.0, 5.0]).unwrap();
        let curves = Region::one_step(&taylor, &[1.0]).unwrap().boundary(window).unwrap();
        assert_eq!(curves.len(), 3);
        for curve in &curves {
            assert!(curve.closed);
            for &z in &curve.points {
                assert!((horner(&taylor, z).norm() - 1.0).abs() < 1e-11);
            }
        }
        // RK4: one curve through four points where R = 1 and four where R = −1.
        let rk4 = Region::one_step(&taylor[..5], &[1.0]).unwrap();
        assert_eq!(rk4.boundary(window).unwrap().len(), 1);
        // Gauss 3: the imaginary axis, once, and nothing else.
        let gauss3 = Region::one_step(&[1.0, 0.5, 0.1, 1.0 / 120.0], &[1.0, -0.5, 0.1, -1.0 / 120.0]).unwrap();
        let axis = gauss3.boundary(window).unwrap();
        assert_eq!(axis.len(), 1);
        assert!(axis[0].points.iter().all(|z| z.re.abs() < 1e-9));
    }

    #[test]
    fn the_locus_of_bdf2_and_leap_frog() {
        let bdf2 = root_locus(&[0.5, -2.0, 1.5], &[0.0, 0.0, 1.0], 0.05, 50.0);
        assert_eq!(bdf2.len(), 1);
        assert!(bdf2[0].closed);
        // It meets the real axis at 0 and, for θ = π, at ρ(−1)/σ(−1) = 4.
        let right = bdf2[0].points.iter().map(|z| z.re).fold(0.0, f64::max);
        assert!((right - 4.0).abs() < 1e-3);
        let frog = root_locus(&[-1.0, 0.0, 1.0], &[0.0, 2.0], 0.05, 50.0);
        assert!(frog.iter().flat_map(|c| &c.points).all(|z| z.re.abs() < 1e-12));
    }
}
