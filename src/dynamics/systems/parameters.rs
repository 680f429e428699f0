//! The named systems as fields of their parameters.

use super::{System, SystemKind};
use crate::dynamics::{Field, ParameterisedField};

impl System {
    /// The places of the parameters that can vary: all but the number of grid points.
    fn varying(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.parameters.len()).filter(|&k| self.kind != SystemKind::ConvectionDiffusion || k != 2)
    }

    /// The names of θ, in its order: all parameters but the number of grid points.
    pub fn parameter_names(&self) -> Vec<&str> {
        self.varying().map(|k| self.parameters[k].0.as_str()).collect()
    }

    /// The same system with these parameters.
    fn at(&self, theta: &[f64]) -> Self {
        let mut system = self.clone();
        for (k, &value) in self.varying().zip(theta) {
            system.parameters[k].1 = value;
        }
        system
    }

    /// Adds (∂f/∂θ)ᵀ·w at x, θ being the present parameters.
    fn add_slopes(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        let mut add = |slopes: &[f64]| out.iter_mut().zip(slopes).for_each(|(o, s)| *o += s);
        match self.kind {
            SystemKind::Linear => {
                let n = x.len();
                for (row, w) in out.chunks_exact_mut(n).zip(w) {
                    row.iter_mut().zip(x).for_each(|(o, x)| *o += w * x);
                }
            }
            SystemKind::DampedOscillator => add(&[-w[0] * x[0] - w[1] * x[1], -w[0] * x[1] + w[1] * x[0]]),
            SystemKind::LotkaVolterra => {
                let xy = x[0] * x[1];
                add(&[w[0] * x[0], -w[0] * xy, -w[1] * x[1], w[1] * xy]);
            }
            SystemKind::Pendulum => add(&[-2.0 * self.p(0) * x[0].sin() * w[1], -w[1] * x[1]]),
            SystemKind::CubicOscillator => {
                let (x3, y3) = (x[0].powi(3), x[1].powi(3));
                add(&[-w[0] * x3 - w[1] * y3, w[0] * y3 - w[1] * x3]);
            }
            SystemKind::ConvectionDiffusion => {
                // f_i = c n/(2L) (x_{i−1} − x_{i+1}) + ν n²/L² (x_{i−1} − 2x_i + x_{i+1})
                let (speed, diffusion, points, length) = (self.p(0), self.p(1), self.p(2), self.p(3));
                let n = x.len();
                let (mut first, mut second) = (0.0, 0.0);
                for (i, w) in w.iter().enumerate() {
                    let (left, right) = (x[(i + n - 1) % n], x[(i + 1) % n]);
                    first += w * (left - right);
                    second += w * (left - 2.0 * x[i] + right);
                }
                let (advection, spread) = (points / (2.0 * length), (points / length).powi(2));
                let by_length = -(speed * advection * first + 2.0 * diffusion * spread * second) / length;
                add(&[advection * first, spread * second, by_length]);
            }
            SystemKind::VanDerPol => add(&[w[1] * (1.0 - x[0] * x[0]) * x[1]]),
            SystemKind::Duffing => add(&[-w[1] * x[0], -w[1] * x[0].powi(3), -w[1] * x[1]]),
            SystemKind::Lorenz => add(&[w[0] * (x[1] - x[0]), w[1] * x[0], -w[2] * x[2]]),
            SystemKind::FitzHughNagumo => {
                let tau = self.p(2);
                let slow = (x[0] + self.p(0) - self.p(1) * x[1]) / tau;
                add(&[w[1] / tau, -w[1] * x[1] / tau, -w[1] * slow / tau, w[0]]);
            }
        }
    }
}

impl ParameterisedField for System {
    fn dimension(&self) -> usize {
        Field::dimension(self)
    }

    fn parameter_count(&self) -> usize {
        self.varying().count()
    }

    fn value_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let (system, d) = (self.at(theta), Field::dimension(self).max(1));
        states.chunks_exact(d).zip(out.chunks_exact_mut(d)).for_each(|(x, out)| system.value(x, out));
    }

    fn jacobian_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let (system, d) = (self.at(theta), Field::dimension(self).max(1));
        states.chunks_exact(d).zip(out.chunks_exact_mut(d * d)).for_each(|(x, out)| system.jacobian(x, out));
    }

    fn vjp_batch(&self, theta: &[f64], states: &[f64], adjoint: &[f64], out: &mut [f64]) {
        let (system, d) = (self.at(theta), Field::dimension(self).max(1));
        out.fill(0.0);
        states.chunks_exact(d).zip(adjoint.chunks_exact(d)).for_each(|(x, w)| system.add_slopes(x, w, out));
    }
}
