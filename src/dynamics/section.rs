//! Returns of a planar trajectory to a ray from an equilibrium: what an invariant does from turn to turn, free of what it does within one.

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
pub fn returns(trajectory: &[Vec<f64>], centre: &[f64]) -> (Vec<Return>, f64) {
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

    #[test]
    fn a_damped_circle_returns_once_a_turn() {
        let dt = 0.01;
        let trajectory: Vec<Vec<f64>> = (0..3000)
            .map(|k| {
                let t = f64::from(k) * dt;
                vec![2.0 + (-0.05 * t).exp() * t.cos(), 1.0 + (-0.05 * t).exp() * t.sin()]
            })
            .collect();
        let (found, direction) = returns(&trajectory, &[2.0, 1.0]);
        assert_eq!((found.len(), direction), (4, 1.0));
        for (k, r) in found.iter().enumerate() {
            let t = std::f64::consts::TAU * (k + 1) as f64;
            assert!((r.time * dt - t).abs() < 1e-5 && (r.x - 2.0 - (-0.05 * t).exp()).abs() < 1e-6, "{r:?}");
        }
    }
}
