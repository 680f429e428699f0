//! Rectangles of the plane, and what a linear function with an error bound says of the part of one in which it is negative.

use num_complex::Complex64;

/// The closed rectangle `|Re(z − centre)| ≤ half[0]`, `|Im(z − centre)| ≤ half[1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) centre: Complex64,
    pub(super) half: [f64; 2],
}

impl Cell {
    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.centre.re + self.half[0]
    }

    /// The area.
    pub(super) fn area(&self) -> f64 {
        4.0 * self.half[0] * self.half[1]
    }

    /// The radius of the circle through the corners, rounded up.
    pub(super) fn radius(&self) -> f64 {
        self.half[0].hypot(self.half[1]) * (1.0 + 4.0 * f64::EPSILON)
    }

    /// The four quarters.
    pub(super) fn quarters(&self) -> [Self; 4] {
        let half @ [a, b] = self.half.map(|h| 0.5 * h);
        [(-a, -b), (-a, b), (a, -b), (a, b)].map(|(x, y)| Self { centre: self.centre + Complex64::new(x, y), half })
    }
}

/// `u(centre + w) = value + slope·w`, to within `error` everywhere in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Linear {
    pub(super) value: f64,
    pub(super) slope: [f64; 2],
    pub(super) error: f64,
}

/// What is known of the set u ≤ 0 within a cell.
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
    /// Whether u has one sign in a cell of these half sides.
    pub(super) fn look(self, half: [f64; 2]) -> Look {
        let change = self.slope[0].abs() * half[0] + self.slope[1].abs() * half[1] + self.error;
        if self.value > change {
            Look::Outside
        } else if self.value < -change {
            Look::Inside
        } else {
            Look::Border(Some(self))
        }
    }

    /// The least and the greatest area that `u ≤ 0` can have in a cell of these half sides.
    pub(super) fn areas(self, half: [f64; 2]) -> [f64; 2] {
        let [a, b] = [0, 1].map(|k| self.slope[k].abs() * half[k]);
        [self.error, -self.error].map(|shift| 4.0 * half[0] * half[1] * share(a.max(b), a.min(b), -(self.value + shift)))
    }

    /// The greatest x, from the cell's centre, at which `value + shift + slope·w ≤ 0` in a cell of these half sides; `None` where there is none.
    pub(super) fn rightmost(self, [half, height]: [f64; 2], shift: f64) -> Option<f64> {
        // The best height for the line makes the most of the slope along Im z.
        let lowest = self.value + shift - self.slope[1].abs() * height;
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
        fn half_planes(value in -2.0f64..2.0, gx in -2.0f64..2.0, gy in -2.0f64..2.0, half in 0.2f64..1.5, height in 0.2f64..1.5) {
            let linear = Linear { value, slope: [gx, gy], error: 0.0 };
            let n = 200;
            let place = |k: usize, half: f64| half * (2.0 * (k as f64 + 0.5) / n as f64 - 1.0);
            let mut count = 0;
            let mut right = f64::NEG_INFINITY;
            for i in 0..n {
                for j in 0..n {
                    if value + gx * place(i, half) + gy * place(j, height) <= 0.0 {
                        count += 1;
                        right = right.max(place(i, half));
                    }
                }
            }
            let cell = 4.0 * half * height / (n * n) as f64;
            let [low, high] = linear.areas([half, height]);
            prop_assert!(low == high && (low - count as f64 * cell).abs() <= 4.0 * n as f64 * cell);
            match linear.rightmost([half, height], 0.0) {
                Some(x) => prop_assert!(x >= right - 1e-12),
                None => prop_assert!(count == 0),
            }
            match linear.look([half, height]) {
                Look::Inside => prop_assert!(count == n * n),
                Look::Outside => prop_assert!(count == 0),
                Look::Border(_) => {}
            }
        }
    }
}
