//! The principal branch: the solution of `R(z) = e^{s·hλ}` followed from z = 0 at s = 0 to s = 1, with a proof at every step.
//!
//! At a point of the path, `P(z + ζ) − w Q(z + ζ) = Σ t_k ζ^k`. On the circle `|ζ| = ρ` the linear term outweighs the rest for every
//! factor within δ of w as long as `|t_1| ρ > |t_0| + Σ_{k≥2} |t_k| ρ^k + δ Σ |b_k| ρ^k` (Rouché; b_k those of Q alone), and then the
//! disc holds exactly one solution for each of them. The step in s is as long as that δ allows. The solution at the new s is enclosed in
//! a small disc, which must lie in the large ones of both steps: so it is the same solution, and no branch is ever swapped for another.
//!
//! Solutions pass through infinity where `e^{s·hλ} = R(∞)`; there the path is followed in the chart u = 1/z, in which infinity is an
//! ordinary point of the Riemann sphere. Only a zero of R′ stops it: there |t_1| falls to zero and so do the steps.

use super::pencil::Known;
use crate::exact::DoubleDouble;
use crate::exact::double_double;
use crate::exact::precision::{Real, add, lifted, multiply, rounded, subtract};
use num_complex::Complex;

/// Where the path ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// At the one solution in this disc of the z plane.
    At { centre: Complex<f64>, radius: f64 },
    /// At infinity.
    Infinity,
    /// It meets a zero of R′.
    Critical { s: f64, z: Complex<f64> },
    /// The precision does not suffice to follow it.
    Lost,
    /// It takes more steps than are worth taking.
    TooLong,
}

/// Beyond this modulus the path is followed in 1/z, back within the half of it.
const FAR: f64 = 16.0;
/// Steps in s shorter than this are a standstill: the path passes a critical value closer than double precision can tell from meeting it.
const STANDSTILL: f64 = 1e-13;
/// So many steps are taken for a short path, and so many more for each unit of |hλ|, by which `e^{s·hλ}` turns a radian or grows e-fold.
const STEPS: (f64, f64) = (4000.0, 400.0);
/// No path takes more.
const MOST_STEPS: f64 = 2e5;
/// A unit of |hλ| takes no fewer steps than this.
const FEWEST: f64 = 4.0;

/// P and Q, padded to equal length, both ways round.
#[derive(Clone, Debug)]
pub(crate) struct Continuation {
    near: Chart,
    /// The reversed polynomials, where deg P = deg Q, the only case in which a solution passes infinity.
    far: Option<Chart>,
}

#[derive(Clone, Debug)]
struct Chart {
    p: Vec<DoubleDouble>,
    q: Vec<DoubleDouble>,
    /// Bounds on |p_k|, |q_k|.
    sizes: Vec<(f64, f64)>,
    /// How far the coefficients are off, rounded to f64 and in double-double.
    errors: [Vec<(f64, f64)>; 2],
}

/// The Taylor coefficients of `P − wQ` and of Q at a point, and bounds on the errors of the former.
struct Shifted {
    t: Vec<Complex<f64>>,
    errors: Vec<f64>,
    b: Vec<f64>,
}

impl Continuation {
    pub(crate) fn new(p: &[Known], q: &[Known]) -> Self {
        let degree = p.len().max(q.len());
        let column = |known: &[Known]| -> Vec<(DoubleDouble, f64, [f64; 2])> {
            let entry = |c: &Known| (c.value, c.value.to_f64().abs() * (1.0 + 1e-15), [c.f64_error(), c.wide_error()]);
            (0..degree).map(|k| known.get(k).map_or((DoubleDouble::ZERO, 0.0, [0.0; 2]), entry)).collect()
        };
        let (p_all, q_all) = (column(p), column(q));
        let chart = |reverse: bool| {
            let order: Vec<usize> = if reverse { (0..degree).rev().collect() } else { (0..degree).collect() };
            Chart {
                p: order.iter().map(|&k| p_all[k].0).collect(),
                q: order.iter().map(|&k| q_all[k].0).collect(),
                sizes: order.iter().map(|&k| (p_all[k].1, q_all[k].1)).collect(),
                errors: [0, 1].map(|which| order.iter().map(|&k| (p_all[k].2[which], q_all[k].2[which])).collect()),
            }
        };
        Self { near: chart(false), far: (p.len() == q.len()).then(|| chart(true)) }
    }

    /// The path for hλ = `mu`, in f64.
    pub(crate) fn follow(&self, mu: Complex<DoubleDouble>) -> End {
        self.walk::<f64>(mu, 2f64.powi(-51), |s| {
            let x = Complex { re: mu.re.to_f64() * s, im: mu.im.to_f64() * s };
            // exp and sin_cos are right to an ulp or two, their argument to one more.
            let error = 1e-15 * (1.0 + x.norm());
            Some((x.exp(), error))
        })
    }

    /// The same in double-double, for polynomials that f64 cannot evaluate.
    pub(crate) fn follow_wide(&self, mu: Complex<DoubleDouble>) -> End {
        self.walk::<DoubleDouble>(mu, 2f64.powi(-101), |s| {
            let s = DoubleDouble::from(s);
            let x = Complex { re: mu.re * s, im: mu.im * s };
            let (w, error) = double_double::exp(x)?;
            Some((w, error + 2f64.powi(-100) * (1.0 + mu.re.to_f64().abs() + mu.im.to_f64().abs())))
        })
    }

    fn walk<T: Real + FromWide>(&self, mu: Complex<DoubleDouble>, unit: f64, factor: impl Fn(f64) -> Option<(Complex<T>, f64)>) -> End {
        let speed = mu.re.to_f64().hypot(mu.im.to_f64());
        let (near, far) = (Prepared::<T>::new(&self.near, unit), self.far.as_ref().map(|chart| Prepared::<T>::new(chart, unit)));
        let (mut s, mut far_out) = (0.0, false);
        let mut z: Complex<T> = lifted(Complex { re: 0.0, im: 0.0 }, 106);
        let Some((mut w, mut w_error)) = factor(0.0) else { return End::Lost };
        if speed * FEWEST > MOST_STEPS {
            return End::TooLong;
        }
        let steps = STEPS.1.mul_add(speed, STEPS.0).min(MOST_STEPS) as usize;
        for _ in 0..steps {
            let chart = match &far {
                Some(far) if far_out => far,
                _ => &near,
            };
            let here = chart.shift(&z, &w, w_error);
            let rho = here.isolating_radius();
            if s >= 1.0 {
                return ended(rounded(&z), here.inclusion(rho), far_out);
            }
            let w_size = rounded(&w).norm();
            let spread = here.tolerated(rho) * 0.9;
            let step = if speed > 0.0 { (spread / w_size).ln_1p() / speed } else { 1.0 };
            if step.is_nan() || step <= STANDSTILL {
                let noisy = here.errors[1] > 0.05 * here.t[1].norm() || here.errors[0] > 0.05 * here.slope() * rho;
                let at = if far_out { rounded(&z).finv() } else { rounded(&z) };
                return if noisy && s > 0.0 { End::Lost } else { End::Critical { s, z: at } };
            }
            s = (s + step).min(1.0);
            let Some(next) = factor(s) else { return End::Lost };
            (w, w_error) = next;
            // A solution found has finite z and radius.
            let Some((moved, radius)) = chart.solve(&z, &w, w_error) else { return End::Lost };
            let travelled = rounded(&subtract(&moved, &z)).norm();
            if travelled + radius >= rho {
                return End::Lost;
            }
            z = moved;
            let modulus = rounded(&z).norm();
            let change = if far_out { modulus > 2.0 / FAR } else { modulus > FAR && far.is_some() };
            if change {
                let other = match &far {
                    Some(far) if !far_out => far,
                    _ => &near,
                };
                // The small disc in the new chart must come to lie in the isolating disc of the old one.
                let here = chart.shift(&z, &w, w_error);
                let rho = here.isolating_radius();
                let start: Complex<T> = lifted(rounded(&z).finv(), 106);
                let Some((moved, radius)) = other.solve(&start, &w, w_error) else { return End::Lost };
                let (a, b) = (rounded(&moved), rounded(&z));
                let image = (a.finv() - b).norm() + 1e-14 * b.norm() + radius / (a.norm() * (a.norm() - radius));
                if !(radius < a.norm() && image < rho) {
                    return End::Lost;
                }
                (z, far_out) = (moved, !far_out);
            }
        }
        End::TooLong
    }
}

fn ended(z: Complex<f64>, radius: Option<f64>, far_out: bool) -> End {
    // The centre was rounded to f64.
    let Some(radius) = radius.map(|r| r + z.norm() * f64::EPSILON) else { return End::Lost };
    if !far_out {
        return End::At { centre: z, radius };
    }
    if radius >= z.norm() {
        return End::Infinity;
    }
    let centre = z.finv();
    End::At { centre, radius: radius / (z.norm() * (z.norm() - radius)) + 4.0 * f64::EPSILON * centre.norm() }
}

/// Rounding from double-double to the precision of the work.
trait FromWide {
    fn from_wide(x: DoubleDouble) -> Self;
}

impl FromWide for f64 {
    fn from_wide(x: DoubleDouble) -> Self {
        x.to_f64()
    }
}

impl FromWide for DoubleDouble {
    fn from_wide(x: DoubleDouble) -> Self {
        x
    }
}

/// A chart in the precision of the work.
struct Prepared<'a, T> {
    chart: &'a Chart,
    p: Vec<Complex<T>>,
    q: Vec<Complex<T>>,
    unit: f64,
}

impl<'a, T: Real + FromWide> Prepared<'a, T> {
    fn new(chart: &'a Chart, unit: f64) -> Self {
        let complex = |x: &DoubleDouble| Complex { re: T::from_wide(*x), im: T::of(0.0, 106) };
        Self { p: chart.p.iter().map(complex).collect(), q: chart.q.iter().map(complex).collect(), chart, unit }
    }

    fn shift(&self, z: &Complex<T>, w: &Complex<T>, w_error: f64) -> Shifted {
        let (a, b) = (taylor(&self.p, z), taylor(&self.q, z));
        let (r, w_size) = (rounded(z).norm(), rounded(w).norm());
        let errors = &self.chart.errors[usize::from(self.unit < 1e-20)];
        // Coefficient k passes 2(n + 1) operations at most; the factor 1.01 covers their products.
        let steps = 2.02 * self.p.len() as f64;
        let weights: Vec<f64> = (self.chart.sizes.iter().zip(errors))
            .map(|((p, q), (dp, dq))| (p + w_size * q) * self.unit * steps + dp + w_size * (dq + w_error * q))
            .collect();
        let t = a.iter().zip(&b).map(|(a, b)| rounded(&subtract(a, &multiply(w, b)))).collect();
        Shifted { t, errors: real_taylor(&weights, r), b: b.iter().map(|b| rounded(b).norm() * (1.0 + 1e-12)).collect() }
    }

    /// Newton's iteration, and a disc about its result with exactly one solution.
    fn solve(&self, z: &Complex<T>, w: &Complex<T>, w_error: f64) -> Option<(Complex<T>, f64)> {
        let mut z = z.clone();
        for _ in 0..12 {
            let here = self.shift(&z, w, w_error);
            let rho = here.isolating_radius();
            let inclusion = here.inclusion(rho);
            let settled = here.t[0].norm() <= 4.0 * here.errors[0];
            if let Some(radius) = inclusion
                && (settled || radius <= self.unit.sqrt() * (1e-3 * rho).min(rounded(&z).norm()))
            {
                return Some((z, radius));
            }
            // Division by parts, so that huge values do not overflow their squares.
            let step = here.t[0].fdiv(here.t[1]);
            if !step.is_finite() {
                return None;
            }
            z = subtract(&z, &lifted(step, 106));
            if settled {
                break;
            }
        }
        let here = self.shift(&z, w, w_error);
        here.inclusion(here.isolating_radius()).filter(|radius| radius.is_finite() && rounded(&z).is_finite()).map(|radius| (z, radius))
    }
}

impl Shifted {
    /// A radius at which the linear term outweighs the higher ones at least two to one, and no larger than where the higher terms of Q
    /// begin to outweigh the lower ones: beyond that a larger disc tolerates less.
    fn isolating_radius(&self) -> f64 {
        let bend = self.curvature_with(self.slope());
        let mut radius = if bend > 0.0 { 0.3 / bend } else { f64::MAX.sqrt() };
        for (k, b) in self.b.iter().enumerate().skip(2).filter(|(_, b)| **b > 0.0) {
            radius = radius.min(root(self.b[0] / b, k).max(root(self.b[1] / b, k - 1)));
        }
        radius
    }

    fn slope(&self) -> f64 {
        (self.t[1].norm() * (1.0 - 1e-12) - self.errors[1]).max(0.0)
    }

    /// `max (|t_k| / |t_1|)^{1/(k−1)}`: Smale's γ with the maximum in place of the factorials. At ρ = 0.3/γ the terms of degree two
    /// and more add up to at most `Σ 0.3^{k−1} = 3/7` of the linear one.
    fn curvature_with(&self, slope: f64) -> f64 {
        let mut bend = 0.0f64;
        for (k, (t, error)) in self.t.iter().zip(&self.errors).enumerate().skip(2) {
            let ratio = (t.norm() * (1.0 + 1e-12) + error) / slope;
            bend = bend.max(root(ratio, k - 1));
        }
        bend * (1.0 + 1e-12)
    }

    /// How far the factor may move so that the disc of radius ρ keeps exactly one solution; zero or less if it has none for sure.
    fn tolerated(&self, rho: f64) -> f64 {
        let spread = self.b.iter().rev().fold(0.0, |sum, b| sum * rho + b);
        (0.5 * self.slope() * rho - self.t[0].norm() - self.errors[0]) / spread
    }

    /// The radius of a small disc with exactly one solution, inside the disc of radius ρ.
    fn inclusion(&self, rho: f64) -> Option<f64> {
        let radius = (self.t[0].norm() + self.errors[0]) / self.slope() * 2.0 * (1.0 + 1e-12);
        // Half of the linear term is left for |t_0| at every radius up to ρ.
        (radius < rho).then_some(radius)
    }
}

/// The k-th root of a non-negative number.
fn root(x: f64, k: usize) -> f64 {
    match k {
        1 => x,
        2 => x.sqrt(),
        _ => x.powf(1.0 / k as f64),
    }
}

/// `p(z + ζ)` as a polynomial in ζ, by repeated synthetic division (Horner, Shaw & Traub).
fn taylor<T: Real>(p: &[Complex<T>], z: &Complex<T>) -> Vec<Complex<T>> {
    let mut t = p.to_vec();
    let n = t.len();
    for k in 0..n {
        for j in (k..n - 1).rev() {
            t[j] = add(&t[j], &multiply(&t[j + 1], z));
        }
    }
    t
}

fn real_taylor(p: &[f64], r: f64) -> Vec<f64> {
    let mut t = p.to_vec();
    let n = t.len();
    for k in 0..n {
        for j in (k..n - 1).rev() {
            t[j] += t[j + 1] * r;
        }
    }
    t
}
