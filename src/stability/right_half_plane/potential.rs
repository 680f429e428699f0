//! `u = log|R|` by its zeros and poles, with bounds over cells: what is known of it does not depend on where the polynomials cancel.

use super::cell::{Cell, Linear, Look};
use crate::exact::{Number, Polynomial, RootDisc, RootsError, coefficients::Numbers, rational};
use crate::stability::StabilityFunction;
use num_complex::{Complex, Complex64};
use num_traits::{Signed, Zero};

/// One zero (of positive order) or pole (of negative order) of R, or a cluster of them.
#[derive(Clone, Copy, Debug)]
struct Point {
    place: Complex64,
    /// How far from `place` the true point may lie.
    radius: f64,
    order: f64,
}

/// `u(z) = log|p_n/q_m| + Σ order·log|z − place|`, which is harmonic away from its points.
#[derive(Clone, Debug)]
pub(super) struct Potential {
    lead: f64,
    /// A bound of the error of `lead`.
    lead_error: f64,
    points: Vec<Point>,
}

impl Potential {
    /// The potential of a stability function, from certified discs about its zeros and poles.
    pub(super) fn of(r: &StabilityFunction) -> Result<Self, RootsError> {
        let discs = |p: &Polynomial<Number>| {
            Numbers::new(p.coefficients().iter().map(|c| Complex { re: c.clone(), im: Number::zero() }).collect()).roots()
        };
        let point = |order: f64| move |disc: &RootDisc| Point { place: disc.centre, radius: disc.radius, order: order * disc.count as f64 };
        let mut points: Vec<Point> = discs(r.numerator())?.iter().map(point(1.0)).collect();
        points.extend(discs(r.denominator())?.iter().map(point(-1.0)));
        let [(p, p_error), (q, q_error)] = [r.numerator(), r.denominator()].map(|f| f.leading().map_or((0.0, 0.0), log_size));
        Ok(Self { lead: p - q, lead_error: p_error + q_error + 4.0 * f64::EPSILON * (p.abs() + q.abs()), points })
    }

    /// A radius beyond which |R| > 1; `None` if there is none below `limit`.
    pub(super) fn bounding_radius(&self, limit: f64) -> Option<f64> {
        let least = |radius: f64| {
            self.points.iter().fold(self.lead - self.lead_error, |sum, point| {
                let size = point.place.norm() + point.radius;
                sum + point.order * if point.order > 0.0 { radius - size } else { radius + size }.max(0.0).ln()
            })
        };
        let mut radius = 0.5;
        // NaN, where a zero is as far out, is no proof.
        while !(least(radius) > 1e-9 && self.points.iter().all(|p| p.place.norm() + p.radius < radius)) {
            radius *= 1.1;
            if radius > limit {
                return None;
            }
        }
        Some(radius)
    }

    /// What the zeros reach at least, for all lie in the region; zero where none has Re z > 0.
    pub(super) fn rightmost_zero(&self) -> f64 {
        self.points.iter().filter(|p| p.order > 0.0).map(|p| p.place.re - p.radius).fold(0.0, f64::max) * (1.0 - 4.0 * f64::EPSILON)
    }

    /// The sign of u in a cell, or its linear part there.
    ///
    /// With d the least distance of a point from the cell's corner circle, of radius r, the second derivative of `log R` is at most `Σ |order|/d²`,
    /// so that u departs from its linear part by at most half of that times r².
    pub(super) fn look(&self, cell: &Cell) -> Look {
        let reach = cell.radius();
        let mut logs = LogProduct::default();
        let (mut slope, mut curvature, mut blur) = (Complex64::zero(), 0.0, 0.0);
        for point in &self.points {
            let offset = cell.centre - point.place;
            let distance_square = offset.norm_sqr();
            let near = distance_square.sqrt() * (1.0 - 4.0 * f64::EPSILON) - point.radius - reach;
            if near <= 0.0 {
                return self.look_near_a_point(cell);
            }
            logs.multiply(distance_square, point.order);
            slope += point.order * offset.conj() / distance_square;
            curvature += point.order.abs() / (near * near);
            blur += point.order.abs() * point.radius / near;
        }
        let (log, count) = logs.finish();
        let value = self.lead + 0.5 * log;
        let rounding = 16.0 * f64::EPSILON * (count + self.lead.abs() + log.abs());
        let error = (0.5 * reach * reach * curvature + blur) * (1.0 + 1e-9) + self.lead_error + rounding;
        // d/dx log|R| = Re R′/R, d/dy log|R| = −Im R′/R, and `slope` is conjugated already.
        Linear { value, slope: [slope.re, -slope.im], error }.look(cell.half)
    }

    /// The same where a zero or a pole may lie in the cell: only bounds of the distances.
    fn look_near_a_point(&self, cell: &Cell) -> Look {
        let reach = cell.radius();
        let (mut low, mut high) = (self.lead - self.lead_error, self.lead + self.lead_error);
        let mut size = self.lead.abs() + 1.0;
        for point in &self.points {
            let distance = (cell.centre - point.place).norm();
            let nearest = (distance * (1.0 - 4.0 * f64::EPSILON) - point.radius - reach).max(0.0).ln();
            let farthest = (distance * (1.0 + 4.0 * f64::EPSILON) + point.radius + reach).ln();
            let (a, b) = (point.order * nearest, point.order * farthest);
            low += a.min(b);
            high += a.max(b);
            size += b.abs() + if a.is_finite() { a.abs() } else { 0.0 };
        }
        let rounding = 16.0 * f64::EPSILON * size * (self.points.len() + 1) as f64;
        if low > rounding {
            Look::Outside
        } else if high < -rounding {
            Look::Inside
        } else {
            Look::Border(None)
        }
    }
}

/// `Σ order·log(factor)` with one logarithm for many factors.
#[derive(Default)]
struct LogProduct {
    done: f64,
    /// log of what is not in `done`, as a product; zero stands for one.
    open: Option<f64>,
    count: f64,
}

impl LogProduct {
    fn multiply(&mut self, factor: f64, order: f64) {
        self.count += order.abs() + 1.0;
        let power = match order {
            1.0 => factor,
            -1.0 => factor.recip(),
            order => factor.powi(order as i32),
        };
        let product = self.open.unwrap_or(1.0) * power;
        if (1e-200..1e200).contains(&product) {
            self.open = Some(product);
        } else {
            // Taken apart before it leaves the range.
            self.done += self.open.unwrap_or(1.0).ln() + order * factor.ln();
            self.open = None;
        }
    }

    /// The sum, and how many operations it took.
    fn finish(self) -> (f64, f64) {
        (self.done + self.open.map_or(0.0, f64::ln), self.count)
    }
}

/// `log|x|` and a bound of its error, for any size of number.
fn log_size(x: &Number) -> (f64, f64) {
    let ball = x.to_ball();
    let centre = ball.centre().abs();
    let exponent = centre.numer().bits() as i64 - centre.denom().bits() as i64;
    let mantissa = rational::to_f64(&(&centre * rational::power_of_two(-exponent)));
    let log = mantissa.ln() + exponent as f64 * std::f64::consts::LN_2;
    let relative = ball.radius() / rational::to_f64(&centre).max(f64::MIN_POSITIVE);
    // |log(1 + t)| ≤ 2|t| for |t| ≤ 1/2; a leading coefficient that may be zero tells nothing.
    let spread = if ball.radius() == 0.0 {
        0.0
    } else if relative <= 0.5 {
        2.0 * relative
    } else {
        f64::INFINITY
    };
    (log, spread + 4.0 * f64::EPSILON * (1.0 + log.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// Squares all over the plane: every bound holds at their corners and centre, by evaluation of R.
    #[test]
    fn bounds_hold() {
        for name in ["rk4", "dverk78", "gauss3", "radau-iia-3"] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            let r = StabilityFunction::of(&method);
            let potential = Potential::of(&r).unwrap();
            for k in 0..400 {
                let half = 2.0f64.powi(-(k % 12));
                let cell = Cell { centre: Complex64::from_polar(0.02 * f64::from(k), 0.7 * f64::from(k)), half: [half; 2] };
                let corners = [(0.0, 0.0), (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
                for (a, b) in corners {
                    let w = Complex64::new(a * half, b * half);
                    let u = r.eval(cell.centre + w).norm().ln();
                    match potential.look(&cell) {
                        Look::Inside => assert!(u < 0.0),
                        Look::Outside => assert!(u > 0.0),
                        Look::Border(None) => {}
                        Look::Border(Some(l)) => {
                            let linear = l.value + l.slope[0] * w.re + l.slope[1] * w.im;
                            assert!((u - linear).abs() <= l.error + 1e-12 * (1.0 + u.abs()), "{name} {cell:?}: {u} {l:?}");
                        }
                    }
                }
            }
        }
    }
}
