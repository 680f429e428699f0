//! Squares of the plane, and what a linear function with an error bound says of the part of one in which it is negative.

use num_complex::Complex64;

/// The closed square `|Re(z − centre)| ≤ half`, `|Im(z − centre)| ≤ half`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Square {
    pub(super) centre: Complex64,
    pub(super) half: f64,
}

impl Square {
    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.centre.re + self.half
    }

    /// The area.
    pub(super) fn area(&self) -> f64 {
        4.0 * self.half * self.half
    }

    /// The radius of the circle through the corners, rounded up.
    pub(super) fn radius(&self) -> f64 {
        self.half * std::f64::consts::SQRT_2 * (1.0 + 4.0 * f64::EPSILON)
    }

    /// The four quarters.
    pub(super) fn quarters(&self) -> [Self; 4] {
        let half = 0.5 * self.half;
        [(-half, -half), (-half, half), (half, -half), (half, half)]
            .map(|(x, y)| Self { centre: self.centre + Complex64::new(x, y), half })
    }
}

/// `u(centre + w) = value + slope·w`, to within `error` everywhere in a square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Linear {
    pub(super) value: f64,
    pub(super) slope: [f64; 2],
    pub(super) error: f64,
}

/// What is known of the set u ≤ 0 within a square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Look {
    /// u < 0 throughout.
    Inside,
    /// u > 0 throughout.
    Outside,
    /// Either sign is possible; where u is smooth, with its linear part.
    Border(Option<Linear>),
}

impl Linear {
    /// Whether u has one sign in a square of this half side.
    pub(super) fn look(self, half: f64) -> Look {
        let change = (self.slope[0].abs() + self.slope[1].abs()) * half + self.error;
        if self.value > change {
            Look::Outside
        } else if self.value < -change {
            Look::Inside
        } else {
            Look::Border(Some(self))
        }
    }

    /// The least and the greatest area that `u ≤ 0` can have in a square of this half side.
    pub(super) fn areas(self, half: f64) -> [f64; 2] {
        let [a, b] = self.slope.map(|g| g.abs() * half);
        [self.error, -self.error].map(|shift| 4.0 * half * half * share(a.max(b), a.min(b), -(self.value + shift)))
    }

    /// The greatest x, from the square's centre, at which `value + shift + slope·w ≤ 0` in a square of this half side; `None` where there is none.
    pub(super) fn rightmost(self, half: f64, shift: f64) -> Option<f64> {
        // The best height for the line makes the most of the slope along Im z.
        let lowest = self.value + shift - self.slope[1].abs() * half;
        let gx = self.slope[0];
        if lowest + gx * half <= 0.0 {
            return Some(half);
        }
        let x = -lowest / gx;
        (gx > 0.0 && x >= -half).then_some(x)
    }
}

/// The share of the square [−1, 1]² in which `aX + bY ≤ t`, for a ≥ b ≥ 0: the distribution of a trapezoid.
fn share(a: f64, b: f64, t: f64) -> f64 {
    if t >= a + b {
        1.0
    } else if t <= -(a + b) {
        0.0
    } else if t.abs() <= a - b {
        0.5 * (1.0 + t / a)
    } else {
        let corner = (a + b - t.abs()).powi(2) / (8.0 * a * b);
        if t > 0.0 { 1.0 - corner } else { corner }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Areas and edges of half planes in a square, against a grid.
        #[test]
        fn half_planes(value in -2.0f64..2.0, gx in -2.0f64..2.0, gy in -2.0f64..2.0, half in 0.2f64..1.5) {
            let linear = Linear { value, slope: [gx, gy], error: 0.0 };
            let n = 200;
            let place = |k: usize| half * (2.0 * (k as f64 + 0.5) / n as f64 - 1.0);
            let mut count = 0;
            let mut right = f64::NEG_INFINITY;
            for i in 0..n {
                for j in 0..n {
                    if value + gx * place(i) + gy * place(j) <= 0.0 {
                        count += 1;
                        right = right.max(place(i));
                    }
                }
            }
            let cell = 2.0 * half / n as f64;
            let [low, high] = linear.areas(half);
            prop_assert!(low == high && (low - count as f64 * cell * cell).abs() <= 4.0 * half * cell);
            match linear.rightmost(half, 0.0) {
                Some(x) => prop_assert!(x >= right - 1e-12),
                None => prop_assert!(count == 0),
            }
            match linear.look(half) {
                Look::Inside => prop_assert!(count == n * n),
                Look::Outside => prop_assert!(count == 0),
                Look::Border(_) => {}
            }
        }
    }
}
