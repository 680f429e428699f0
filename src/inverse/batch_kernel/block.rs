//! Eight modes at once: all zeros of `P − wQ` with certified radii, and the continuation of the principal one.
//!
//! The mathematics is that of the scalar path (Aberth, Smith's discs, Rouché steps), in f64 alone. A lane that this does not certify,
//! because solutions nearly meet, a path passes close to a branch point or through infinity, says so and is left to the scalar path.
#![expect(clippy::needless_range_loop, reason = "lanes and coefficients are indexed alike in several arrays, and unrolled")]

use super::eight_modes::{Complex, LANES, Mask, Real};

/// The largest degree that the lanes take.
pub(crate) const MOST: usize = 8;

/// P and Q, padded with zeros, and how far the doubles may be off.
#[derive(Clone, Debug)]
pub(crate) struct Coefficients {
    pub(crate) p: [f64; MOST + 1],
    pub(crate) q: [f64; MOST + 1],
    pub(crate) p_error: [f64; MOST + 1],
    pub(crate) q_error: [f64; MOST + 1],
}

/// What comes out: for each of the first N entries a solution in each lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Solved {
    pub(crate) z: [Complex; MOST],
    pub(crate) radius: [Real; MOST],
    /// Lanes whose discs are disjoint, each with exactly one solution, and whose principal solution is proved where asked for.
    pub(crate) certified: Mask,
    /// Which solution is the principal one.
    pub(crate) principal: [u8; LANES],
}

/// The relative error of one complex multiplication and addition.
const STEP: f64 = 4.0 * f64::EPSILON / 2.0;
/// Covers the roundings of the bounds themselves.
const INFLATION: f64 = 1.0 + 1e-10;
/// A relative correction after which one more, at least quadratic, would be below the rounding.
const SETTLED: f64 = 1e-9;
const MOST_ROUNDS: usize = 24;
const MOST_STEPS: usize = 60;

/// Bounds on the error of coefficient k of `P − wQ`, the rounding of k + 2 Horner steps included, as `a_k + |w| b_k`.
struct Weights {
    a: [f64; MOST + 1],
    b: [f64; MOST + 1],
}

impl Weights {
    #[inline(always)]
    fn new<const N: usize>(m: &Coefficients) -> Self {
        let (mut a, mut b) = ([0.0; MOST + 1], [0.0; MOST + 1]);
        for k in 0..=N {
            // Taylor coefficients come out of up to 2N steps.
            let steps = (2 * N + 2) as f64 * STEP * 1.01;
            a[k] = m.p[k].abs() * steps + m.p_error[k];
            b[k] = m.q[k].abs() * steps + m.q_error[k];
        }
        Self { a, b }
    }

    #[inline(always)]
    fn at<const N: usize, const RATIONAL: bool>(&self, m: &Coefficients, w_size: Real, w_error: Real) -> [Real; MOST + 1] {
        let mut weights = [Real::splat(0.0); MOST + 1];
        for k in 0..=N {
            weights[k] = Real::splat(self.a[k]);
            if k == 0 || RATIONAL {
                weights[k] = weights[k] + w_size * Real::splat(self.b[k]) + w_error * Real::splat(m.q[k].abs());
            }
        }
        weights
    }
}

/// All solutions for the factors `w`, each known to within `w_error`; with `path` = hλ also the principal one.
#[inline(always)]
pub(crate) fn solve<const N: usize, const RATIONAL: bool, const FMA: bool>(
    m: &Coefficients,
    w: Complex,
    w_error: Real,
    path: Option<Complex>,
) -> Solved {
    let weights = Weights::new::<N>(m);
    let mut c = [Complex::splat(0.0, 0.0); MOST + 1];
    for k in 0..=N {
        c[k] = Complex::splat(m.p[k], 0.0);
        if k == 0 || RATIONAL {
            c[k] = c[k].minus(w.scaled(Real::splat(m.q[k])));
        }
    }
    let z = aberth::<N, FMA>(&c);
    let bounds = weights.at::<N, RATIONAL>(m, w.modulus::<FMA>(), w_error);
    let (radius, mut certified) = certify::<N, FMA>(&c, &bounds, &z);
    let mut principal = [u8::MAX; LANES];
    if let Some(path) = path {
        let (end, reach, arrived) = follow::<N, RATIONAL, FMA>(m, &weights, path, w, w_error);
        for lane in 0..LANES {
            let mut hits = 0;
            for (i, (z, r)) in z.iter().zip(&radius).enumerate().take(N) {
                let distance = (z.re.0[lane] - end.re.0[lane]).hypot(z.im.0[lane] - end.im.0[lane]);
                if distance <= (reach.0[lane] + r.0[lane]) * INFLATION {
                    hits += 1;
                    principal[lane] = i as u8;
                }
            }
            certified[lane] &= arrived[lane] && hits == 1;
        }
    }
    Solved { z, radius, certified, principal }
}

/// `x^{1/n}` to within a tenth, through the logarithm that the bits of a double nearly are.
fn rough_root(x: f64, n: usize) -> f64 {
    let one = 1.0f64.to_bits() as i64;
    f64::from_bits(((x.to_bits() as i64 - one) / n as i64 + one) as u64)
}

/// Aberth's iteration from a circle about the centre of the solutions.
#[inline(always)]
fn aberth<const N: usize, const FMA: bool>(c: &[Complex; MOST + 1]) -> [Complex; MOST] {
    let mut z = [Complex::splat(0.0, 0.0); MOST];
    let centre = c[N - 1].over::<FMA>(c[N]).scaled(Real::splat(-1.0 / N as f64));
    if N == 1 {
        z[0] = centre;
        return z;
    }
    let mut value = c[N];
    for k in (0..N).rev() {
        value = value.times_plus::<FMA>(centre, c[k]);
    }
    let ratio = value.over::<FMA>(c[N]).modulus::<FMA>();
    let radius = ratio.map(|x| rough_root(x, N).max(1e-3));
    for (i, z) in z.iter_mut().enumerate().take(N) {
        let angle = std::f64::consts::TAU * i as f64 / N as f64 + 0.6;
        *z = Complex { re: radius * Real::splat(angle.cos()), im: radius * Real::splat(angle.sin()) }.plus(centre);
    }
    for _ in 0..MOST_ROUNDS {
        let mut moving = Real::splat(-1.0);
        for i in 0..N {
            let (mut b, mut d) = (c[N], Complex::splat(0.0, 0.0));
            for k in (0..N).rev() {
                d = d.times_plus::<FMA>(z[i], b);
                b = b.times_plus::<FMA>(z[i], c[k]);
            }
            let mut repulsion = Complex::splat(0.0, 0.0);
            for j in 0..N {
                if j != i {
                    let gap = z[i].minus(z[j]);
                    let inverse = Real::splat(1.0) / gap.square::<FMA>();
                    repulsion.re = gap.re.times_plus::<FMA>(inverse, repulsion.re);
                    repulsion.im = (-gap.im).times_plus::<FMA>(inverse, repulsion.im);
                }
            }
            let step = b.over::<FMA>(d.minus(b.times::<FMA>(repulsion)));
            z[i] = z[i].minus(step);
            let excess = step.square::<FMA>() - z[i].square::<FMA>() * Real::splat(SETTLED * SETTLED);
            moving = moving.zip(excess, |a, b| if b > a { b } else { a });
        }
        if moving.0.iter().all(|x| *x <= 0.0) {
            break;
        }
    }
    z
}

/// Smith's discs, and whether they are disjoint.
#[inline(always)]
fn certify<const N: usize, const FMA: bool>(
    c: &[Complex; MOST + 1],
    bounds: &[Real; MOST + 1],
    z: &[Complex; MOST],
) -> ([Real; MOST], Mask) {
    let lead = (c[N].modulus::<FMA>() - bounds[N]) * Real::splat(1.0 / INFLATION);
    let mut values = [Real::splat(0.0); MOST];
    let mut gaps = [[Real::splat(1.0); MOST]; MOST];
    let mut radius = [Real::splat(0.0); MOST];
    for i in 0..N {
        let mut p = c[N];
        for k in (0..N).rev() {
            p = p.times_plus::<FMA>(z[i], c[k]);
        }
        let size = z[i].modulus::<FMA>();
        let mut error = bounds[N];
        for k in (0..N).rev() {
            error = error.times_plus::<FMA>(size, bounds[k]);
        }
        values[i] = (p.modulus::<FMA>() + error) * Real::splat(INFLATION);
        for j in 0..i {
            gaps[i][j] = z[i].minus(z[j]).modulus::<FMA>();
            gaps[j][i] = gaps[i][j];
        }
    }
    for i in 0..N {
        let mut product = lead;
        for j in 0..N {
            if j != i {
                product = product * gaps[i][j];
            }
        }
        radius[i] = values[i] / product * Real::splat(N as f64 * INFLATION);
    }
    let mut certified = lead.exceeds(Real::splat(0.0));
    for i in 0..N {
        for j in 0..i {
            let apart = gaps[i][j].exceeds((radius[i] + radius[j]) * Real::splat(INFLATION));
            for lane in 0..LANES {
                certified[lane] &= apart[lane];
            }
        }
    }
    // With ζ_j in disc j, |z_i − ζ_i| = |p(z_i)| / |a_n Π (z_i − ζ_j)|: without the factor n.
    let first = radius;
    for i in 0..N {
        let mut product = lead;
        for j in 0..N {
            if j != i {
                product = product * (gaps[i][j] - first[j]);
            }
        }
        radius[i] = values[i] / product * Real::splat(INFLATION);
        for lane in 0..LANES {
            certified[lane] &= radius[i].0[lane] >= 0.0 && radius[i].0[lane] < f64::MAX;
        }
    }
    (radius, certified)
}

/// `p(z + ζ)` in powers of ζ, for real p.
#[inline(always)]
fn taylor<const N: usize, const FMA: bool>(p: &[f64; MOST + 1], z: Complex) -> [Complex; MOST + 1] {
    let mut t = [Complex::splat(0.0, 0.0); MOST + 1];
    for k in 0..=N {
        t[k] = Complex::splat(p[k], 0.0);
    }
    for k in 0..N {
        for j in (k..N).rev() {
            t[j] = t[j + 1].times_plus::<FMA>(z, t[j]);
        }
    }
    t
}

/// `e^x` for |x| ≤ 1/2, to a few units of 2⁻⁵³.
#[inline(always)]
fn small_exp<const FMA: bool>(x: Complex) -> Complex {
    let mut sum = Complex::splat(1.0, 0.0);
    for k in (1..=14).rev() {
        sum = sum.times::<FMA>(x).scaled(Real::splat(1.0 / f64::from(k)));
        sum.re = sum.re + Real::splat(1.0);
    }
    sum
}

/// The continuation of z = 0: where it ends, a radius within which exactly one solution lies there, and whether it arrived.
#[inline(always)]
fn follow<const N: usize, const RATIONAL: bool, const FMA: bool>(
    m: &Coefficients,
    weights: &Weights,
    path: Complex,
    last: Complex,
    last_error: Real,
) -> (Complex, Real, Mask) {
    let zero = Real::splat(0.0);
    let one = Real::splat(1.0);
    let length = path.modulus::<FMA>();
    let mut z = Complex::splat(0.0, 0.0);
    let mut w = Complex::splat(1.0, 0.0);
    let mut w_error = zero;
    // What is left of the way.
    let mut left = one;
    let mut reach = zero;
    // How far the last step went, and how far it was allowed to.
    let (mut travelled, mut allowed) = (zero, Real::splat(f64::MAX));
    let mut open = [true; LANES];
    let mut arrived = [false; LANES];
    for _ in 0..MOST_STEPS {
        let a = taylor::<N, FMA>(&m.p, z);
        let w_size = w.modulus::<FMA>();
        let size = z.modulus::<FMA>();
        let mut errors = weights.at::<N, RATIONAL>(m, w_size, w_error);
        for k in 0..N {
            for j in (k..N).rev() {
                errors[j] = errors[j + 1].times_plus::<FMA>(size, errors[j]);
            }
        }
        let mut t = a;
        let mut b = [Complex::splat(0.0, 0.0); MOST + 1];
        if RATIONAL {
            b = taylor::<N, FMA>(&m.q, z);
            for k in 0..=N {
                t[k] = a[k].minus(w.times::<FMA>(b[k]));
            }
        } else {
            t[0] = a[0].minus(w);
        }
        let off = t[0].modulus::<FMA>() + errors[0];
        let slope = t[1].modulus::<FMA>() - errors[1];
        let mut high = [zero; MOST + 1];
        for k in 2..=N {
            high[k] = t[k].modulus::<FMA>() + errors[k];
        }
        // A circle on which the terms of degree two and more take at most half of the linear one.
        let mut rho = one;
        if N >= 2 {
            let bound = slope * Real::splat(0.35) / high[2];
            rho = rho.zip(bound, |a, b| if b < a { b } else { a });
        }
        if N >= 3 {
            let bound = (slope / high[3]).sqrt() * Real::splat(0.45);
            rho = rho.zip(bound, |a, b| if b < a { b } else { a });
        }
        let sum_at = |rho: Real| {
            let mut sum = zero;
            for k in (2..=N).rev() {
                sum = sum.times_plus::<FMA>(rho, high[k]);
            }
            sum * rho
        };
        let mut sum = sum_at(rho);
        for _ in 0..3 {
            let fits = (slope * Real::splat(0.5)).exceeds(sum);
            rho = rho.or(fits, rho * Real::splat(0.5));
            sum = sum_at(rho);
        }
        let fits = (slope * Real::splat(0.5)).exceeds(sum);
        let small = off / slope * Real::splat(2.1);
        let within = rho.exceeds(small);
        let connected = allowed.exceeds(travelled + small);
        let margin = (slope - sum) * rho - off;
        let mut spread = one;
        if RATIONAL {
            spread = zero;
            for k in (0..=N).rev() {
                spread = spread.times_plus::<FMA>(rho, b[k].modulus::<FMA>());
            }
        }
        // ln(1 + x) ≥ 2x/(2 + x)
        let x = margin / (spread * w_size) * Real::splat(0.9);
        let stride = x * Real::splat(2.0) / (x + Real::splat(2.0));
        let stride = stride.zip(Real::splat(0.5), |a, b| if a < b { a } else { b });
        let step = stride / length;
        for lane in 0..LANES {
            let sound = fits[lane] && within[lane] && connected[lane] && size.0[lane] < 64.0;
            let done = open[lane] && left.0[lane] <= 0.0;
            if done && sound {
                arrived[lane] = true;
                reach.0[lane] = small.0[lane];
            }
            // Too short a step is left to the scalar path, which knows what to make of a branch point.
            let moves = stride.0[lane] > 1e-7;
            open[lane] &= sound && !done && moves;
        }
        if !open.iter().any(|x| *x) {
            break;
        }
        let arriving = step.zip(left, |a, b| if a >= b { 1.0 } else { 0.0 }).exceeds(Real::splat(0.5));
        let taken = left.or(arriving, step);
        let rest = zero.or(arriving, left - step);
        let advanced = w.times::<FMA>(small_exp::<FMA>(path.scaled(taken)));
        let next_w = last.or(arriving, advanced);
        let next_error = last_error.or(arriving, (w_error / w_size + Real::splat(4e-15)) * next_w.modulus::<FMA>());
        // Newton's iteration on the Taylor polynomial at z.
        let mut local = t;
        if RATIONAL {
            for k in 0..=N {
                local[k] = a[k].minus(next_w.times::<FMA>(b[k]));
            }
        } else {
            local[0] = a[0].minus(next_w);
        }
        let mut zeta = Complex::splat(0.0, 0.0).minus(local[0].over::<FMA>(local[1]));
        for _ in 0..2 {
            let (mut f, mut d) = (local[N], Complex::splat(0.0, 0.0));
            for k in (0..N).rev() {
                d = d.times_plus::<FMA>(zeta, f);
                f = f.times_plus::<FMA>(zeta, local[k]);
            }
            zeta = zeta.minus(f.over::<FMA>(d));
        }
        z = z.plus(zeta).or(open, z);
        w = next_w.or(open, w);
        w_error = next_error.or(open, w_error);
        left = rest.or(open, left);
        // z + ζ is rounded, which the margin of rho over the small disc takes up.
        travelled = zeta.modulus::<FMA>() * Real::splat(INFLATION);
        allowed = rho;
    }
    (z, reach, arrived)
}
