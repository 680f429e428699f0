//! Returns of an orbit to a section: what an invariant does from turn to turn, free of what it does within one.

use super::Field;
use super::brent::brent;
use crate::data::States;

/// The plane through a point that a field crosses there at a right angle.
pub(crate) struct Section<'a> {
    through: &'a [f64],
    normal: Vec<f64>,
}

impl<'a> Section<'a> {
    /// Through this point; the field must not vanish there.
    pub(crate) fn of(field: &dyn Field, through: &'a [f64]) -> Self {
        let mut normal = vec![0.0; through.len()];
        field.value(through, &mut normal);
        Self { through, normal }
    }

    /// f at the point.
    pub(crate) fn normal(&self) -> &[f64] {
        &self.normal
    }

    /// (x − point)·normal: the field crosses from below.
    pub(crate) fn height(&self, x: &[f64]) -> f64 {
        x.iter().zip(self.through).zip(&self.normal).map(|((x, s), n)| (x - s) * n).sum()
    }

    /// The number of the state before the first crossing from below, on a path that begins on the section.
    pub(crate) fn first_return(&self, path: States<'_>) -> Option<usize> {
        let below = path.iter().position(|x| self.height(x) < 0.0)?;
        (below..path.len().saturating_sub(1)).find(|&k| self.height(&path[k + 1]) >= 0.0)
    }

    /// When an orbit crosses, and where: it is below at time 0 and above after `span`, and `at` follows it for a time from its first state.
    ///
    /// # Errors
    /// Those of `at`.
    pub(crate) fn crossing<E>(
        &self,
        (below, above): (&[f64], &[f64]),
        span: f64,
        mut at: impl FnMut(f64) -> Result<Vec<f64>, E>,
    ) -> Result<(f64, Vec<f64>), E> {
        let mut last = (span, above.to_vec());
        let height = |time| {
            last = (time, at(time)?);
            Ok(self.height(&last.1))
        };
        let time = brent((0.0, self.height(below)), (span, self.height(above)), 1e-14 * span, height)?;
        match time {
            0.0 => Ok((time, below.to_vec())),
            time if time == last.0 => Ok(last),
            time => Ok((time, at(time)?)),
        }
    }
}

/// A return to the ray {y = y*, x > x*}.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Return {
    /// When, in units of the trajectory's interval.
    pub time: f64,
    /// Where on the ray.
    pub x: f64,
}

/// The returns of a trajectory (states of two numbers, equally spaced in time) that starts on the ray or near it, in the direction in which it
/// starts to turn; and that direction: +1 where y first rises. Each return is placed by the parabola through three states.
pub fn returns(trajectory: States<'_>, centre: &[f64]) -> (Vec<Return>, f64) {
    let height = |k: usize| trajectory[k][1] - centre[1];
    let n = trajectory.len();
    if n < 8 {
        return (Vec::new(), 1.0);
    }
    let direction = if height(5) > 0.0 { 1.0 } else { -1.0 };
    let mut found = Vec::new();
    for k in 6..n - 1 {
        let crosses = direction * height(k) < 0.0 && direction * height(k + 1) >= 0.0;
        if !crosses || trajectory[k][0] <= centre[0] {
            continue;
        }
        // Inverse interpolation: time and x as functions of the height.
        let heights = [height(k - 1), height(k), height(k + 1)];
        let mut weights = [1.0; 3];
        for (l, weight) in weights.iter_mut().enumerate() {
            for m in (0..3).filter(|&m| m != l) {
                *weight *= -heights[m] / (heights[l] - heights[m]);
            }
        }
        let time = (k - 1) as f64 + weights[1] + 2.0 * weights[2];
        let x = (0..3).map(|l| weights[l] * trajectory[k - 1 + l][0]).sum();
        found.push(Return { time, x });
    }
    (found, direction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Paths;

    #[test]
    fn a_damped_circle_returns_once_a_turn() {
        let dt = 0.01;
        let trajectory: Vec<Vec<f64>> = (0..3000)
            .map(|k| {
                let t = f64::from(k) * dt;
                vec![2.0 + (-0.05 * t).exp() * t.cos(), 1.0 + (-0.05 * t).exp() * t.sin()]
            })
            .collect();
        let paths = Paths::of(&[trajectory]).unwrap();
        let (found, direction) = returns(paths.get(0).unwrap(), &[2.0, 1.0]);
        assert_eq!((found.len(), direction), (4, 1.0));
        for (k, r) in found.iter().enumerate() {
            let t = std::f64::consts::TAU * (k + 1) as f64;
            assert!((r.time * dt - t).abs() < 1e-5 && (r.x - 2.0 - (-0.05 * t).exp()).abs() < 1e-6, "{r:?}");
        }
    }
}
