//! The largest disc `|z + r| ≤ r` in the stability region of a one-step method: the step that dissipative problems of bounded stiffness allow.

use super::multiplicity::{cleared, without};
use super::root_condition::is_schur;
use super::root_locus::{non_negative_on_circle, product_on_circle};
use super::{Extent, StabilityFunction, is_a_stable, real_interval};
use crate::exact::{Ball, Number, Polynomial, ratio, rational};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Halvings of the interval that holds the radius.
const BISECTIONS: usize = 24;
/// Radii above this count as infinite where the negative real axis is stable throughout; a larger disc is a half plane for any purpose.
const LARGEST: i64 = 1 << 20;
/// Significant bits of a bound at which a decision is made.
const BOUND_BITS: i64 = 60;

/// The largest r with `|R(z)| ≤ 1` for `|z + r| ≤ r` (Jeltsch & Nevanlinna 1978), enclosed by bisection with a decision at each r that is exact, or
/// rigorous to within the rounding of the coefficients: the enclosure then reaches from the largest r at which every R within the rounding has the
/// property to the smallest at which none has.
///
/// Such discs are nested, and by the maximum principle the circle decides: `|Q|² − |P|²` at `z = −r + re^{iθ}` is a polynomial in cos θ,
/// non-negative on [−1, 1] or not; and no pole lies inside. The disc contains −2r, so that r is at most half the real interval, and often
/// equal to it.
pub fn disc_radius(r: &StabilityFunction) -> Extent {
    if is_a_stable(r) {
        return Extent::Infinite;
    }
    let function = Centred::of(r);
    let two = ratio(2, 1);
    let real = real_interval(r);
    let high = match &real {
        Extent::Zero => return Extent::Zero,
        Extent::Infinite => {
            let mut high = BigRational::one();
            while function.certainly_stable(&high) {
                high *= &two;
                if high > ratio(LARGEST, 1) {
                    return Extent::Infinite;
                }
            }
            high
        }
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
    let (low, unproved) = bisected(BigRational::zero(), high.clone(), |x| function.certainly_stable(x));
    let high = if function.is_exact() { unproved } else { bisected(low.clone(), high, |x| function.possibly_stable(x)).1 };
    if low.is_zero() && function.is_exact() {
        return Extent::Zero;
    }
    let half = (&high - &low) / &two;
    Extent::Value(Number::Rounded(Ball::new(&low + &half, rational::to_f64(&half) * (1.0 + 4.0 * f64::EPSILON))))
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

/// P and Q with exact coefficients, and how far each may be from the truth.
struct Centred {
    p: Polynomial<Number>,
    q: Polynomial<Number>,
    p_radii: Vec<f64>,
    q_radii: Vec<f64>,
}

impl Centred {
    fn of(r: &StabilityFunction) -> Self {
        let centred = |f: &Polynomial<Number>| {
            let coefficient = |(k, c): (usize, &Number)| match c {
                // R(0) = 1 whatever the coefficients.
                _ if k == 0 => (Number::one(), 0.0),
                Number::Rounded(ball) => {
                    let bits = (14.0 - ball.radius().max(1e-300).log2().ceil()).clamp(0.0, 1200.0) as u32;
                    let grid = rational::to_f64(&rational::power_of_two(-i64::from(bits)));
                    (Number::from(rational::round_to_bits(&ball.centre(), bits)), (ball.radius() + grid) * (1.0 + 4.0 * f64::EPSILON))
                }
                exact => (exact.clone(), 0.0),
            };
            let (centres, radii): (Vec<Number>, Vec<f64>) = f.coefficients().iter().enumerate().map(coefficient).unzip();
            (Polynomial::new(centres), radii)
        };
        let ((p, p_radii), (q, q_radii)) = (centred(r.numerator()), centred(r.denominator()));
        Self { p, q, p_radii, q_radii }
    }

    fn is_exact(&self) -> bool {
        self.p_radii.iter().chain(&self.q_radii).all(|r| *r == 0.0)
    }

    /// Whether every R within the rounding has the disc of this radius.
    fn certainly_stable(&self, radius: &BigRational) -> bool {
        self.is_stable(radius, -self.slack(radius))
    }

    /// Whether some R within the rounding may have it.
    fn possibly_stable(&self, radius: &BigRational) -> bool {
        self.is_stable(radius, self.slack(radius))
    }

    /// Whether `(|Q|² − |P|²)/(1 − c) + slack ≥ 0` on the circle, and no pole lies in the disc.
    fn is_stable(&self, radius: &BigRational, slack: f64) -> bool {
        let Some(slack) = rational::from_f64(slack) else { return slack > 0.0 };
        // z = r(w − 1) with |w| = 1; with r = n/d the coefficients of zⁱ are scaled by nⁱd^(N−i), which keeps integers integers.
        let inner = Polynomial::new([-1, 1].map(Number::from).to_vec());
        let whole = |n: &num_bigint::BigInt| Number::from(BigRational::from_integer(n.clone()));
        let degree = self.p.degree().max(self.q.degree()).unwrap_or(0);
        let powers = |x: Number| std::iter::successors(Some(Number::one()), |p| Some(p.clone() * &x)).take(degree + 1).collect::<Vec<_>>();
        let (up, down) = (powers(whole(radius.numer())), powers(whole(radius.denom())));
        let cleared = cleared([&self.p, &self.q]);
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

    /// How far `(|Q|² − |P|²)/(1 − c)` may be from that of the centres, anywhere on the circle of this radius.
    ///
    /// An error δ_k of a coefficient moves `|F|²` by `2δ_k Re(z^k F̄)`, and `|z|² = 2r²(1 − c)`, `|z| ≤ 2r`. For k ≥ 2 that is at most `2δ_k·2r²(1 − c)(2r)^(k−2) max|F|`; for k = 1,
    /// where `Re z = −r(1 − c)` and `|F − 1| ≤ |z| L`, at most `2δ_1 (r + 2r²L)(1 − c)`. Where the property holds for some R within the
    /// rounding, or for the centres, `|P| ≤ |Q|`, so that the bound of |Q| serves for both.
    fn slack(&self, radius: &BigRational) -> f64 {
        if self.is_exact() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use num_complex::Complex64;

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
