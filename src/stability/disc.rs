//! The largest disc `|z + r| ≤ r` in the stability region of a one-step method: the step that dissipative problems of bounded stiffness allow.

use super::multiplicity::{cleared, without};
use super::root_condition::is_schur;
use super::root_locus::{non_negative_on_circle, product_on_circle};
use super::{Extent, StabilityFunction, is_a_stable, real_interval};
use crate::exact::{Ball, Number, Polynomial, ratio, rational};
use num_complex::Complex64;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// Halvings of the interval `[r/2, 2r]` that holds the radius.
const BISECTIONS: usize = 24;
/// Doublings and halvings in search of that interval. Without rounding it is always found; what is not known that well is not known at all.
const SCALES: usize = 256;
/// Significant bits of a bound at which a decision is made.
const BOUND_BITS: i64 = 60;

/// The largest r with `|R(z)| ≤ 1` for `|z + r| ≤ r` (Jeltsch & Nevanlinna 1978), enclosed by bisection with a decision at each r that is exact, or
/// rigorous to within the rounding of the coefficients: the enclosure then reaches from the largest r at which every R within the rounding has the
/// property to the smallest at which none has.
///
/// Such discs are nested, and by the maximum principle the circle decides: `|Q|² − |P|²` at `z = −r + re^{iθ}` is a polynomial in cos θ,
/// non-negative on [−1, 1] or not; and no pole lies inside. The disc contains −2r, so that r is at most half the real interval, and often
/// equal to it. All discs together are the open left half plane: r is infinite exactly where R is A-stable. Near 0 `|R|² = 1 + 2R′(0) Re z + …`, so that
/// r is zero exactly where R′(0) is not positive.
pub fn disc_radius(r: &StabilityFunction) -> Extent {
    if is_a_stable(r) {
        return Extent::Infinite;
    }
    if (r.numerator().coefficient(1) - r.denominator().coefficient(1)).sign() != Ordering::Greater {
        return Extent::Zero;
    }
    let function = Centred::of(r);
    let two = ratio(2, 1);
    let real = real_interval(r);
    let high = match &real {
        Extent::Zero => return Extent::Zero,
        Extent::Infinite => match &function {
            exact if exact.is_exact() => {
                let mut high = BigRational::one();
                while exact.certainly_stable(&high) {
                    high *= &two;
                }
                high
            }
            rounded => least_witness(r).unwrap_or_else(|| {
                let scales = std::iter::successors(Some(BigRational::one()), |high| Some(high * &two));
                let found = scales.clone().take(SCALES).find(|high| !rounded.possibly_stable(high));
                found.unwrap_or_else(|| rational::power_of_two(SCALES as i64))
            }),
        },
        _ => {
            let half = Number::Rounded(real.to_ball()) / Number::from(2);
            let ball = half.to_ball();
            let radius = rational::from_f64(ball.radius()).unwrap_or_else(BigRational::zero);
            let (least, most) = (short(&(ball.centre() - &radius), false), short(&(ball.centre() + &radius), true));
            if least > BigRational::zero() && function.certainly_stable(&least) {
                return Extent::Value(half);
            }
            most
        }
    };
    let mut high = high;
    let mut low = &high / &two;
    let mut scale = 0;
    while !function.certainly_stable(&low) {
        scale += 1;
        if function.is_exact() {
            high = low.clone();
        } else if scale > SCALES {
            low = BigRational::zero();
            break;
        }
        low /= &two;
    }
    let (low, unproved) = bisected(low, high.clone(), |x| function.certainly_stable(x));
    let high = if function.is_exact() { unproved } else { bisected(low.clone(), high, |x| function.possibly_stable(x)).1 };
    let half = (&high - &low) / &two;
    Extent::Value(Number::Rounded(Ball::new(&low + &half, rational::to_f64(&half) * (1.0 + 4.0 * f64::EPSILON))))
}

/// An upper bound of the radius for every R within the rounding: the least `|z|²/(−2 Re z)` of some points where each of them is proved to have |R| > 1. `None` where none is found.
fn least_witness(r: &StabilityFunction) -> Option<BigRational> {
    let grows = |x: &BigRational, y: &BigRational| {
        let square = |f: &Polynomial<Number>| {
            let (x, y) = (Number::from(x.clone()), Number::from(y.clone()));
            let zero = (Number::zero(), Number::zero());
            let (re, im) =
                f.coefficients().iter().rev().fold(zero, |(re, im), c| (re.clone() * &x - im.clone() * &y + c, re * &y + im * &x));
            re.clone() * &re + im.clone() * &im
        };
        (square(r.numerator()) - square(r.denominator())).sign() == Ordering::Greater
    };
    // Circles ever larger, points along each ever farther from 0.
    (0..SCALES as i64).find_map(|k| {
        let radius = 2f64.powi(k as i32);
        let point = |j: i32| {
            let y = radius * 2f64.powf(-0.125 * f64::from(j));
            Complex64::new(-y * y / (radius + (radius * radius - y * y).max(0.0).sqrt()), y)
        };
        let size = |z: &Complex64| r.eval(*z).norm();
        let z = (0..8 * (k as i32 + 8)).map(point).filter(|z| size(z).is_finite()).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let (x, y) = (rational::from_f64(z.re)?, rational::from_f64(z.im)?);
        (size(&z) > 1.0 && x < BigRational::zero() && grows(&x, &y)).then(|| short(&((&x * &x + &y * &y) / (-&x * ratio(2, 1))), true))
    })
}

/// Where something that holds at `low` ceases to, when it fails at `high`.
fn bisected(mut low: BigRational, mut high: BigRational, holds: impl Fn(&BigRational) -> bool) -> (BigRational, BigRational) {
    for _ in 0..BISECTIONS {
        let middle = (&low + &high) / ratio(2, 1);
        if holds(&middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low, high)
}

/// A dyadic of few bits just above or below a positive number.
fn short(x: &BigRational, above: bool) -> BigRational {
    let bits = BOUND_BITS - (x.numer().bits() as i64 - x.denom().bits() as i64);
    let unit = rational::power_of_two(-bits);
    let scaled = x / &unit;
    (if above { scaled.ceil() } else { scaled.floor() }) * unit
}

/// P and Q with rational coefficients, and how far each may be from the truth: the rounding of decimals, or 2⁻²⁵⁰ of an irrational number.
struct Centred {
    p: Polynomial<Number>,
    q: Polynomial<Number>,
    p_radii: Vec<f64>,
    q_radii: Vec<f64>,
    /// P and Q themselves, where they are exact.
    exact: Option<[Polynomial<Number>; 2]>,
}

impl Centred {
    fn of(r: &StabilityFunction) -> Self {
        let centred = |f: &Polynomial<Number>| {
            let coefficient = |(k, c): (usize, &Number)| match c {
                // R(0) = 1 whatever the coefficients.
                _ if k == 0 => (Number::one(), 0.0),
                Number::Rational(_) => (c.clone(), 0.0),
                other => {
                    let ball = other.to_ball();
                    let bits = (14.0 - ball.radius().max(1e-300).log2().ceil()).clamp(0.0, 1200.0) as u32;
                    let grid = rational::to_f64(&rational::power_of_two(-i64::from(bits)));
                    (Number::from(rational::round_to_bits(&ball.centre(), bits)), (ball.radius() + grid) * (1.0 + 4.0 * f64::EPSILON))
                }
            };
            let (centres, radii): (Vec<Number>, Vec<f64>) = f.coefficients().iter().enumerate().map(coefficient).unzip();
            (Polynomial::new(centres), radii)
        };
        let ((p, p_radii), (q, q_radii)) = (centred(r.numerator()), centred(r.denominator()));
        let exact = r.is_exact().then(|| [r.numerator().clone(), r.denominator().clone()]);
        Self { p, q, p_radii, q_radii, exact }
    }

    fn is_exact(&self) -> bool {
        self.exact.is_some()
    }

    /// Whether every R within the rounding has the disc of this radius.
    fn certainly_stable(&self, radius: &BigRational) -> bool {
        let slack = self.slack(radius);
        match &self.exact {
            Some([p, q]) if slack == 0.0 => is_stable(p, q, radius, 0.0),
            // Rationals on both sides decide all but tangencies, at a fraction of the cost of exact signs in Q(α).
            Some([p, q]) => {
                is_stable(&self.p, &self.q, radius, -slack) || (is_stable(&self.p, &self.q, radius, slack) && is_stable(p, q, radius, 0.0))
            }
            None => is_stable(&self.p, &self.q, radius, -slack),
        }
    }

    /// Whether some R within the rounding may have it.
    fn possibly_stable(&self, radius: &BigRational) -> bool {
        is_stable(&self.p, &self.q, radius, self.slack(radius))
    }

    /// How far `(|Q|² − |P|²)/(1 − c)` may be from that of the centres, anywhere on the circle of this radius.
    ///
    /// An error δ_k of a coefficient moves `|F|²` by `2δ_k Re(z^k F̄)`, and `|z|² = 2r²(1 − c)`, `|z| ≤ 2r`. For k ≥ 2 that is at most `2δ_k·2r²(1 − c)(2r)^(k−2) max|F|`; for k = 1,
    /// where `Re z = −r(1 − c)` and `|F − 1| ≤ |z| L`, at most `2δ_1 (r + 2r²L)(1 − c)`. Where the property holds for some R within the
    /// rounding, or for the centres, `|P| ≤ |Q|`, so that the bound of |Q| serves for both.
    fn slack(&self, radius: &BigRational) -> f64 {
        if self.p_radii.iter().chain(&self.q_radii).all(|r| *r == 0.0) {
            return 0.0;
        }
        let r = rational::to_f64(radius);
        let sizes = |f: &Polynomial<Number>, radii: &[f64]| {
            f.coefficients().iter().zip(radii).map(|(c, r)| c.to_f64().abs() + r).collect::<Vec<_>>()
        };
        let horner = |c: &[f64]| c.iter().rev().fold(0.0, |value, c| value * 2.0 * r + c);
        let (p_sizes, q_sizes) = (sizes(&self.p, &self.p_radii), sizes(&self.q, &self.q_radii));
        let largest = horner(&q_sizes);
        let moved = |sizes: &[f64], radii: &[f64]| {
            let first = radii.get(1).copied().unwrap_or(0.0) * (r + 2.0 * r * r * horner(sizes.get(1..).unwrap_or(&[])));
            let others = 2.0 * r * r * largest * horner(radii.get(2..).unwrap_or(&[]));
            let squared = horner(radii.get(1..).unwrap_or(&[])).powi(2) * r * r;
            2.0 * (first + others + squared)
        };
        (moved(&p_sizes, &self.p_radii) + moved(&q_sizes, &self.q_radii)) * (1.0 + 1e-9)
    }
}

/// Whether `(|Q|² − |P|²)/(1 − c) + slack ≥ 0` on the circle, and no pole lies in the disc.
fn is_stable(p: &Polynomial<Number>, q: &Polynomial<Number>, radius: &BigRational, slack: f64) -> bool {
    let Some(slack) = rational::from_f64(slack) else { return slack > 0.0 };
    // z = r(w − 1) with |w| = 1; with r = n/d the coefficients of zⁱ are scaled by nⁱd^(N−i), which keeps integers integers.
    let inner = Polynomial::new([-1, 1].map(Number::from).to_vec());
    let whole = |n: &num_bigint::BigInt| Number::from(BigRational::from_integer(n.clone()));
    let degree = p.degree().max(q.degree()).unwrap_or(0);
    let powers = |x: Number| std::iter::successors(Some(Number::one()), |p| Some(p.clone() * &x)).take(degree + 1).collect::<Vec<_>>();
    let (up, down) = (powers(whole(radius.numer())), powers(whole(radius.denom())));
    let cleared = cleared([p, q]);
    // What `cleared` and d^N have multiplied both by.
    let scale = cleared[1].coefficient(0) * &down[degree];
    let [p, q] = cleared.map(|f| {
        let scaled = f.coefficients().iter().enumerate().map(|(i, c)| c.clone() * &up[i] * &down[degree - i]);
        Polynomial::new(scaled.collect()).compose(&inner)
    });
    // Zeros of q(w) in |w| ≤ 1 are zeros of the reversed polynomial in |w| ≥ 1.
    if q.degree().is_some_and(|n| n > 0) && (q.coefficient(0).is_zero() || !is_schur(&q.reversed())) {
        return false;
    }
    let square = |f: &Polynomial<Number>| product_on_circle(f, f).0;
    // Both are 1 at z = 0, where c = 1: the difference over 1 − c tells which way it leaves zero there.
    let difference = square(&q) - square(&p);
    let rest = -without(&difference, &Polynomial::linear(Number::one()));
    non_negative_on_circle(&(rest + Polynomial::constant(Number::from(slack) * &scale * &scale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    fn radius(name: &str) -> (f64, StabilityFunction) {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&method);
        (disc_radius(&r).to_f64(), r)
    }

    #[test]
    fn evaluation_agrees() {
        for name in ["forward-euler", "heun2", "kutta3", "rk4", "dormand-prince5", "fehlberg45"] {
            let (disc, r) = radius(name);
            let worst = |radius: f64| {
                (0..4000).map(|k| r.eval(Complex64::from_polar(radius, k as f64 * 0.001) - radius).norm()).fold(0.0, f64::max)
            };
            assert!(worst(disc) <= 1.0 + 1e-6 && worst(disc * 1.001) > 1.0, "{name}: {disc:?}");
        }
        assert!((radius("forward-euler").0 - 1.0).abs() < 1e-6);
        assert!(radius("radau-iia-2").0.is_infinite());
    }

    /// Largest discs of methods whose coefficients lie in Q(√21) or whose γ is short of A-stability by 2·10⁻⁷, against scans of their circles in 50 digits.
    #[test]
    fn long_irrational_coefficients_and_nearly_a_stable_methods() {
        for (name, expected) in [("cooper-verner8-2", 1.819_710_2), ("curtis8", 2.479_667)] {
            let (disc, r) = radius(name);
            let worst = |radius: f64| {
                (0..20_000).map(|k| r.eval(Complex64::from_polar(radius, k as f64 * 2e-4) - radius).norm()).fold(0.0, f64::max)
            };
            assert!((disc - expected).abs() < 1e-6, "{name}: {disc}");
            assert!(worst(disc * (1.0 - 1e-6)) <= 1.0 + 1e-9 && worst(disc * 1.0001) > 1.0, "{name}: {disc}");
        }
        let text = |gamma: &str, rest: &str| {
            format!("[runge-kutta]\nA = [[\"{gamma}\", 0], [\"{rest}\", \"{gamma}\"]]\nb = [\"{rest}\", \"{gamma}\"]")
        };
        let of = |text: &str| {
            let Method::RungeKutta(typed) = crate::method::scheme::parse(text, "typed").unwrap() else { unreachable!() };
            disc_radius(&StabilityFunction::of(&typed))
        };
        // |R| > 1 at −2.2·10⁻¹⁴ + 2·10⁻⁴ i.
        let found = of(&text("0.292893", "0.707107")).to_f64();
        assert!(found > 1e6 && found < 1.62e6, "{found}");
        // In sixteen digits the rounding leaves it open, and the method counts as A-stable to within that.
        assert!(of(&text("0.2928932188134525", "0.7071067811865475")).is_infinite());
        // Short of it by far more than the rounding: an enclosure.
        let found = of(&text("0.2928930000000000", "0.7071070000000000"));
        assert!(!found.is_infinite() && found.to_f64() < 1.7e6, "{found:?}");
    }

    /// −2r lies in the disc: no radius beyond half the real interval. Decimals widen the enclosure, they do not lift it.
    #[test]
    fn at_most_half_the_real_interval() {
        let methods: Vec<_> = catalog::all().unwrap().into_iter().collect();
        for method in methods {
            let Method::RungeKutta(method) = method else { continue };
            let r = StabilityFunction::of(&method);
            // The rest has long coefficients and says nothing new.
            if !method.is_explicit() || method.stages() > 14 {
                continue;
            }
            let (disc, real) = (disc_radius(&r), real_interval(&r).to_f64());
            assert!(disc.to_f64() <= real / 2.0 * (1.0 + 1e-14), "{}: {disc:?}, real interval {real}", method.name());
        }
    }

    /// Thirty stages in decimals: 30 Euler steps of 1/30, whose disc is |z + 30| ≤ 30. Sixteen digits of R do not tell so much; what they tell holds it.
    #[test]
    fn long_decimal_schemes_are_bounded() {
        let s = 30;
        let step = "0.03333333333333333";
        let row = |n: usize| {
            format!("[{}]", (0..s).map(|j| if j < n { format!("\"{step}\"") } else { "0".into() }).collect::<Vec<_>>().join(","))
        };
        let rows: Vec<String> = (0..s).map(row).collect();
        let text = format!("[runge-kutta]\nA = [{}]\nb = {}", rows.join(","), row(s));
        let Method::RungeKutta(typed) = crate::method::scheme::parse(&text, "typed").unwrap() else { unreachable!() };
        let disc = disc_radius(&StabilityFunction::of(&typed));
        let Extent::Value(Number::Rounded(ball)) = disc else { panic!("{disc:?}") };
        let (centre, radius) = (rational::to_f64(&ball.centre()), ball.radius());
        assert!(centre - radius > 1.0 && (centre - 30.0).abs() <= radius, "{centre} ± {radius}");
    }
}
