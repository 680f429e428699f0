//! The root locus of a multistep method, `z(θ) = ρ(e^{iθ})/σ(e^{iθ})`, in exact polynomials of `c = cos θ`.
//!
//! The stability region's boundary is part of this curve. With `X = Re ρσ̄`, `Im ρσ̄ = sin θ·W` and `|ρ|²`, `|σ|²`, all polynomials in c, the
//! questions how wide a sector, how large a disc, how long an interval is free of the curve become minima of rational functions on [−1, 1].

use super::multiplicity::{cleared, common_factor, odd_part, of_size_one, settled, without};
use super::nearby::nearby;
use super::root_condition::{RootCondition, is_schur, root_condition_at};
use super::{Angle, Extent};
use crate::exact::ordered::sign_at;
use crate::exact::{Ball, Number, Polynomial, RealRoot, ratio, rational};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// Bits to which critical points are known before a rational function is evaluated there.
const CRITICAL_BITS: i64 = 220;

/// The curve `ρ/σ` of the unit circle, for coprime real ρ and σ.
#[derive(Clone, Debug)]
pub struct RootLocus {
    rho: Polynomial<Number>,
    sigma: Polynomial<Number>,
    /// `Re ρ(e^{iθ})σ(e^{−iθ})`.
    real: Polynomial<Number>,
    /// `Im ρ(e^{iθ})σ(e^{−iθ}) / sin θ`.
    imaginary: Polynomial<Number>,
    /// `|ρ(e^{iθ})|²`.
    rho_square: Polynomial<Number>,
    /// `|σ(e^{iθ})|²`.
    sigma_square: Polynomial<Number>,
    /// `Re ρσ̄` with the rounding of the coefficients as they were given.
    real_as_given: Polynomial<Number>,
}

impl RootLocus {
    /// The curve of ρ and σ, which must have no common zero. Coefficients in decimals stand for the nearest exact ones with the order that they have
    /// to within their rounding.
    pub fn new(rho: &Polynomial<Number>, sigma: &Polynomial<Number>) -> Self {
        let given = cleared([rho, sigma]);
        let exact = given.iter().flat_map(|p| p.coefficients()).all(Number::is_exact);
        let settled = if exact {
            None
        } else {
            // Not cleared of their long denominators: what is evaluated in balls must stay of moderate size.
            Some(<[_; 2]>::from(nearby(rho, sigma)))
        };
        let [rho, sigma] = settled.as_ref().unwrap_or(&given);
        let (real, imaginary) = product_on_circle(rho, sigma);
        Self {
            real_as_given: if exact { real.clone() } else { product_on_circle(&given[0], &given[1]).0 },
            rho: rho.clone(),
            sigma: sigma.clone(),
            real,
            imaginary,
            rho_square: product_on_circle(rho, rho).0,
            sigma_square: product_on_circle(sigma, sigma).0,
        }
    }

    /// Whether the curve lies in the closed right half plane.
    pub fn stays_right(&self) -> bool {
        non_negative_on_circle(&self.real_as_given)
    }

    /// Whether the curve lies on the imaginary axis.
    pub fn is_imaginary(&self) -> bool {
        self.real_as_given.is_zero()
    }

    /// The real stability interval: the largest r such that −t is in the stability region for `0 < t < r`.
    ///
    /// Between two points where the curve meets the negative axis nothing changes, so one exact root test decides each gap. Isolated points at
    /// which roots meet on the circle do not end the interval.
    pub fn real_interval(&self) -> Extent {
        // Im = 0: at c = ±1, and where W vanishes. If W ≡ 0 the curve is real throughout; its turning points are critical.
        let inner = if self.imaginary.is_zero() { self.turning_points() } else { self.roots_on_circle(&self.imaginary) };
        let mut crossings = Vec::new();
        for end in [-1, 1] {
            let c = Number::from(end);
            let (r, s) = (self.rho.eval(&c), self.sigma.eval(&c));
            if !s.is_zero() && !r.is_zero() && (r.clone() / &s).sign() == Ordering::Less {
                crossings.push(Extent::Value(-(r / s)));
            }
        }
        for c in inner {
            if sign_of_enclosed(&self.real, &c) == Ordering::Less {
                crossings.push(Extent::Value(quotient(&self.rho_square, &self.sigma_square, &c)).sqrt());
            }
        }
        self.first_unstable(crossings, |t| root_condition_at(&self.rho, &self.sigma, &-t.clone()))
    }

    /// The imaginary stability interval: the largest r such that ±it is in the stability region for `0 < t < r`.
    pub fn imaginary_interval(&self) -> Extent {
        let points = if self.real.is_zero() { self.turning_points() } else { self.roots_on_circle(&self.real) };
        let mut crossings = Vec::new();
        for c in points {
            let square = quotient(&self.rho_square, &self.sigma_square, &c);
            if !square.is_zero() {
                crossings.push(Extent::Value(square).sqrt());
            }
        }
        // The roots of ρ − itσ and of its conjugate are those of the real polynomial ρ² + t²σ².
        self.first_unstable(crossings, |t| {
            let square = t.clone() * t;
            RootCondition::of(&(self.rho.clone() * &self.rho + (self.sigma.clone() * &self.sigma).scaled(&square)))
        })
    }

    /// Walks through the gaps between the sorted crossings until one is unstable.
    fn first_unstable(&self, mut crossings: Vec<Extent>, condition: impl Fn(&Number) -> RootCondition) -> Extent {
        crossings.sort_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
        let mut before = BigRational::zero();
        let mut last = Extent::Zero;
        for crossing in crossings {
            let ball = crossing.to_ball();
            let radius = rational::from_f64(ball.radius()).unwrap_or_else(BigRational::zero);
            let (low, high) = (ball.centre() - &radius, ball.centre() + radius);
            // The same point met twice (by conjugates) leaves no gap.
            let middle = || Number::from(rational::simplest_between(&inner(&before, &low), &inner(&low, &before)));
            if low > before && !condition(&middle()).holds() {
                return last;
            }
            before = high;
            last = crossing;
        }
        let beyond = Number::from(rational::simplest_between(&(&before + BigRational::one()), &(&before * ratio(2, 1) + ratio(2, 1))));
        if condition(&beyond).holds() { Extent::Infinite } else { last }
    }

    /// A(α): the half angle of the largest sector about the negative real axis that lies in the stability region; `None` where there is none.
    ///
    /// `tan²α` is the least `(1 − c²)W²/X²` where `X < 0`, at an exact critical point, evaluated in balls.
    pub fn a_alpha(&self) -> Option<Angle> {
        // One point of every sector decides whether the sectors free of the curve are stable: z = −1.
        let sum = self.rho.clone() + &self.sigma;
        if sum.degree() != self.rho.degree() || !is_schur(&sum) || self.sigma.degree() != self.rho.degree() {
            return None;
        }
        let one_minus_square = Polynomial::new([1, 0, -1].map(Number::from).to_vec());
        let numerator = one_minus_square * &self.imaginary * &self.imaginary;
        match self.least(&numerator, &(self.real.clone() * &self.real)) {
            Extent::Infinite => Some(Angle::RIGHT),
            // The curve leaves 0 along the negative real axis or meets that axis: then not even the axis need be stable.
            Extent::Zero => self.real_interval().is_infinite().then_some(Angle::ZERO),
            tangent_square => Some(Angle::of_tangent(&tangent_square.sqrt())),
        }
    }

    /// The largest r such that the disc `|z + r| ≤ r` lies in the closed stability region: the least `|z|²/(−2 Re z)` of the curve.
    pub fn disc(&self) -> Extent {
        let radius = self.least(&self.rho_square, &self.real.scaled(&Number::from(-2)));
        let inside = match &radius {
            Extent::Zero => return Extent::Zero,
            Extent::Infinite => Number::one(),
            other => {
                let ball = other.to_ball();
                Number::from(rational::simplest_between(&(ball.centre() * ratio(1, 3)), &(ball.centre() * ratio(1, 2))))
            }
        };
        if root_condition_at(&self.rho, &self.sigma, &-inside) == RootCondition::Inside { radius } else { Extent::Zero }
    }

    /// `inf n(c)/d(c)` over the c in [−1, 1] with X(c) < 0; infinite where there is no such c.
    fn least(&self, n: &Polynomial<Number>, d: &Polynomial<Number>) -> Extent {
        let common = common_factor(n, d);
        let (n, d) = (without(n, &common), without(d, &common));
        let slope = n.derivative() * &d - n.clone() * &d.derivative();
        let mut points = self.roots_on_circle(&slope);
        points.extend(self.roots_on_circle(&self.real));
        points.extend([exact_point(-1), exact_point(1)]);
        let negative_beside = |c: &Ball| {
            // Beside a point where X vanishes it may still be negative.
            let gap = ratio(1, 1 << 40);
            [-1, 1].iter().any(|&side| {
                let x = c.centre() + ratio(side, 1) * &gap;
                x.abs() <= BigRational::one() && sign_at(&self.real, &x) == Ordering::Less
            })
        };
        let mut least = Extent::Infinite;
        for c in points {
            let sign = sign_of_enclosed(&self.real, &c);
            if sign == Ordering::Less || (sign == Ordering::Equal && negative_beside(&c)) {
                let at = Number::Rounded(c);
                let below = d.eval(&at);
                if below.is_zero() {
                    continue;
                }
                let value = n.eval(&at) / below;
                least = least.min(if value.is_zero() { Extent::Zero } else { Extent::Value(value) });
            }
        }
        least
    }

    /// Where |z|² turns along the curve.
    fn turning_points(&self) -> Vec<Ball> {
        let slope = self.rho_square.derivative() * &self.sigma_square - self.rho_square.clone() * &self.sigma_square.derivative();
        let mut points = self.roots_on_circle(&slope);
        points.extend([exact_point(-1), exact_point(1)]);
        points
    }

    /// The roots of a polynomial in [−1, 1], in tight balls. None for the zero polynomial.
    fn roots_on_circle(&self, p: &Polynomial<Number>) -> Vec<Ball> {
        let p = settled(p);
        if p.degree().is_none_or(|n| n == 0) {
            return Vec::new();
        }
        // The left end is open in the count, so it is looked at by itself.
        let mut points: Vec<Ball> = RealRoot::between(&p, &ratio(-1, 1), &ratio(1, 1))
            .into_iter()
            .map(|mut root| {
                root.refine(&rational::power_of_two(-CRITICAL_BITS));
                let (low, high) = root.interval();
                let half = (high - low) / ratio(2, 1);
                Ball::new(low + &half, rational::to_f64(&half) * (1.0 + f64::EPSILON))
            })
            .collect();
        if sign_at(&p, &ratio(-1, 1)).is_eq() {
            points.push(exact_point(-1));
        }
        points
    }
}

/// Whether a polynomial in `c = cos θ` is nowhere negative on [−1, 1].
pub(super) fn non_negative_on_circle(p: &Polynomial<Number>) -> bool {
    // 1 − c is never negative there: without that factor the rest is mostly positive, which coarse bounds can show.
    if !p.is_zero() && p.eval(&Number::one()).is_zero() {
        let rest = without(p, &Polynomial::linear(Number::one()));
        return non_negative_on_circle(&-rest);
    }
    // A positive factor changes no sign; radii of balls then stay in the range of doubles.
    let p = &of_size_one(p);
    // A ball that holds zero is settled as zero, which may be its centre's whole distance away.
    let moved = |c: &Number| c.radius() * if c.is_zero() { 2.0 } else { 1.0 };
    let slack = |p: &Polynomial<Number>| rational::from_f64(p.coefficients().iter().fold(0.0, |sum, c| sum + moved(c) * (1.0 + 1e-9)));
    // Irrational coefficients: bounds by rationals decide all but tangencies, at a fraction of the cost of exact signs in Q(α).
    if p.coefficients().iter().any(|c| matches!(c, Number::Algebraic(_))) {
        let balls = p.map(|c| if c.as_rational().is_some() { c.clone() } else { Number::Rounded(c.to_ball()) });
        // |c| ≤ 1, so that no value differs from that of the centres by more than all radii together.
        if let Some(slack) = slack(&balls) {
            let (centres, slack) = (settled(&balls), Polynomial::constant(Number::from(slack)));
            if !non_negative_on_circle(&(centres.clone() + &slack)) {
                return false;
            }
            if non_negative_on_circle(&(centres - &slack)) {
                return true;
            }
        }
    }
    // To within the rounding: no value can be larger than with all radii added to the constant. A radius without bound allows any value.
    let Some(slack) = slack(p) else { return true };
    let p = &if slack.is_zero() { p.clone() } else { settled(p) + Polynomial::constant(Number::from(slack)) };
    let odd = settled(&odd_part(p));
    let one = BigRational::one();
    // A root at the end c = 1 changes no sign inside.
    let changes = RealRoot::between(&odd, &-one.clone(), &one).iter().any(|root| root.interval().0 != &one);
    !changes && p.eval(&sample_point(&odd)).sign() != Ordering::Less
}

fn exact_point(n: i64) -> Ball {
    Ball::new(ratio(n, 1), 0.0)
}

/// A third of the way from `a` to `b`.
fn inner(a: &BigRational, b: &BigRational) -> BigRational {
    a + (b - a) / ratio(3, 1)
}

/// A rational in (−1, 1) that is no root of p.
fn sample_point(p: &Polynomial<Number>) -> Number {
    (2..).map(|n| ratio(1, n)).find(|x| !sign_at(p, x).is_eq() || p.is_zero()).map_or_else(Number::zero, Number::from)
}

fn sign_of_enclosed(p: &Polynomial<Number>, c: &Ball) -> Ordering {
    p.eval(&Number::Rounded(c.clone())).sign()
}

/// `n(c)/d(c)` in a ball; zero over zero counts as zero.
fn quotient(n: &Polynomial<Number>, d: &Polynomial<Number>, c: &Ball) -> Number {
    let at = Number::Rounded(c.clone());
    let (n, d) = (n.eval(&at), d.eval(&at));
    if n.is_zero() || d.is_zero() { Number::zero() } else { n / d }
}

/// `p(e^{iθ})q(e^{−iθ}) = re(c) + i sin θ·im(c)`: with the correlations `Σ p_j q_l` of lag m = j − l, `cos mθ = T_m(c)` and `sin mθ = sin θ U_{m−1}(c)`.
pub(super) fn product_on_circle(p: &Polynomial<Number>, q: &Polynomial<Number>) -> (Polynomial<Number>, Polynomial<Number>) {
    let n = p.coefficients().len().max(q.coefficients().len());
    let lag = |a: &Polynomial<Number>, b: &Polynomial<Number>, m: usize| {
        (m..n).fold(Number::zero(), |sum, j| sum + a.coefficient(j) * b.coefficient(j - m))
    };
    let two_c = Polynomial::new(vec![Number::zero(), Number::from(2)]);
    let (mut t_before, mut t) = (Polynomial::variable(), Polynomial::one());
    let (mut u_before, mut u) = (Polynomial::zero(), Polynomial::zero());
    let (mut real, mut imaginary) = (Polynomial::zero(), Polynomial::zero());
    for m in 0..n {
        let (forward, backward) = (lag(p, q, m), lag(q, p, m));
        let even = if m == 0 { forward.clone() } else { forward.clone() + &backward };
        real = real + t.scaled(&even);
        imaginary = imaginary + u.scaled(&(forward - backward));
        let next_t = two_c.clone() * &t - &t_before;
        t_before = std::mem::replace(&mut t, next_t);
        let next_u = if m == 0 { Polynomial::one() } else { two_c.clone() * &u - &u_before };
        u_before = std::mem::replace(&mut u, next_u);
    }
    (real, imaginary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::multistep::reduced;
    use num_complex::Complex64;

    fn locus(name: &str) -> RootLocus {
        let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
        let (rho, sigma) = reduced(&method);
        RootLocus::new(&rho, &sigma)
    }

    #[test]
    fn polynomials_of_the_cosine_are_the_curve() {
        let locus = locus("adams-bashforth-4");
        let float = |p: &Polynomial<Number>, x: Complex64| p.coefficients().iter().rev().fold(Complex64::zero(), |v, c| v * x + c.to_f64());
        // The coefficients are integers: rounding is relative to their size.
        let sum = |p: &Polynomial<Number>| p.coefficients().iter().map(|c| c.to_f64().abs()).sum::<f64>();
        let size = sum(&locus.rho) * sum(&locus.sigma);
        for k in 0..20 {
            let theta = 0.3 * f64::from(k);
            let zeta = Complex64::cis(theta);
            let product = float(&locus.rho, zeta) * float(&locus.sigma, zeta).conj();
            let c = Complex64::from(theta.cos());
            assert!((float(&locus.real, c).re - product.re).abs() < 1e-14 * size);
            assert!((float(&locus.imaginary, c).re * theta.sin() - product.im).abs() < 1e-14 * size);
        }
    }

    /// Real intervals of Adams methods: Hairer & Wanner II, V.1; imaginary ones by the roots' moduli.
    #[test]
    fn intervals() {
        let real = |name: &str| locus(name).real_interval().to_f64();
        assert_eq!(real("adams-bashforth-2"), 1.0);
        assert_eq!(real("adams-bashforth-3"), 6.0 / 11.0);
        assert_eq!(real("adams-bashforth-4"), 0.3);
        assert_eq!(real("adams-moulton-2"), 6.0);
        assert_eq!(real("adams-moulton-3"), 3.0);
        assert_eq!(real("leap-frog"), 0.0);
        assert_eq!(real("bdf2"), f64::INFINITY);
        assert_eq!(real("bdf6"), f64::INFINITY);
        assert_eq!(locus("leap-frog").imaginary_interval().to_f64(), 1.0);
        assert_eq!(locus("adams-bashforth-2").imaginary_interval().to_f64(), 0.0);
        assert!((locus("adams-bashforth-3").imaginary_interval().to_f64() - 0.723_6).abs() < 1e-4);
        assert!(locus("bdf2").imaginary_interval().is_infinite());
    }

    /// Hairer & Wanner II, table V.2.1: 86.03°, 73.35°, 51.84°, 17.84°.
    #[test]
    fn sectors_of_bdf() {
        for (name, degrees) in [("bdf1", 90.0), ("bdf2", 90.0), ("bdf3", 86.03), ("bdf4", 73.35), ("bdf5", 51.84), ("bdf6", 17.84)] {
            let angle = locus(name).a_alpha().unwrap();
            assert!((angle.degrees() - degrees).abs() < 5e-3, "{name}: {angle:?}");
            assert!(angle.error() < 1e-12);
        }
        // Bounded on the real axis: no sector, of whatever angle.
        for name in ["adams-bashforth-2", "adams-moulton-2", "adams-moulton-3", "adams-moulton-4", "adams-moulton-5", "hamming-4"] {
            assert!(locus(name).a_alpha().is_none(), "{name}");
        }
    }

    #[test]
    fn discs() {
        assert_eq!(locus("bdf1").disc().to_f64(), f64::INFINITY);
        assert_eq!(locus("leap-frog").disc().to_f64(), 0.0);
        let r = locus("adams-bashforth-2").disc().to_f64();
        // The disc touches the curve: every root is inside at points just within, some outside just beyond.
        assert!(r > 0.4 && r <= 0.5, "{r}");
    }

    /// At z = −3 the leading coefficient of ρ − zσ vanishes and a root is at infinity: that is no stable point, whatever zeros are left.
    #[test]
    fn a_root_at_infinity_is_outside() {
        let p = |c: [(i64, i64); 3]| Polynomial::new(c.map(|(n, d)| Number::ratio(n, d)).to_vec());
        let (rho, sigma) = (p([(1, 1), (-5, 23), (1, 1)]), p([(-1, 3), (1, 5), (-1, 3)]));
        // The roots meet at −1 where z = ρ(−1)/σ(−1).
        assert_eq!(RootLocus::new(&rho, &sigma).real_interval().to_f64(), (51.0 / 23.0) / (13.0 / 15.0));
    }
}
