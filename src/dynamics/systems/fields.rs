//! The right-hand sides of the named systems, with their Jacobians.

use super::{System, SystemKind};
use crate::dynamics::Field;
use num_complex::Complex;
use std::f64::consts::TAU;

impl Field for System {
    fn dimension(&self) -> usize {
        match self.kind {
            SystemKind::Linear => self.parameters.len().isqrt(),
            SystemKind::ConvectionDiffusion => self.p(2) as usize,
            SystemKind::Lorenz => 3,
            _ => 2,
        }
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        match self.kind {
            SystemKind::Linear => {
                let n = x.len();
                for (i, o) in out.iter_mut().enumerate() {
                    *o = (0..n).map(|j| self.p(i * n + j) * x[j]).sum();
                }
            }
            SystemKind::DampedOscillator => {
                let (alpha, omega) = (self.p(0), self.p(1));
                out[0] = -alpha * x[0] - omega * x[1];
                out[1] = omega * x[0] - alpha * x[1];
            }
            SystemKind::LotkaVolterra => {
                out[0] = x[0] * (self.p(0) - self.p(1) * x[1]);
                out[1] = x[1] * (self.p(3) * x[0] - self.p(2));
            }
            SystemKind::Pendulum => {
                out[0] = x[1];
                out[1] = -self.p(0).powi(2) * x[0].sin() - self.p(1) * x[1];
            }
            SystemKind::CubicOscillator => {
                let (alpha, omega) = (self.p(0), self.p(1));
                let (x3, y3) = (x[0].powi(3), x[1].powi(3));
                out[0] = -alpha * x3 + omega * y3;
                out[1] = -omega * x3 - alpha * y3;
            }
            SystemKind::ConvectionDiffusion => {
                let (left, centre, right) = self.stencil();
                let n = x.len();
                for (i, o) in out.iter_mut().enumerate() {
                    *o = left * x[(i + n - 1) % n] + centre * x[i] + right * x[(i + 1) % n];
                }
            }
            SystemKind::VanDerPol => {
                out[0] = x[1];
                out[1] = self.p(0) * (1.0 - x[0] * x[0]) * x[1] - x[0];
            }
            SystemKind::Duffing => {
                out[0] = x[1];
                out[1] = -self.p(2) * x[1] - x[0] * (self.p(0) + self.p(1) * x[0] * x[0]);
            }
            SystemKind::Lorenz => {
                out[0] = self.p(0) * (x[1] - x[0]);
                out[1] = x[0] * (self.p(1) - x[2]) - x[1];
                out[2] = x[0] * x[1] - self.p(2) * x[2];
            }
            SystemKind::FitzHughNagumo => {
                out[0] = x[0] - x[0].powi(3) / 3.0 - x[1] + self.p(3);
                out[1] = (x[0] + self.p(0) - self.p(1) * x[1]) / self.p(2);
            }
        }
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        match self.kind {
            SystemKind::Linear => {
                for (o, (_, value)) in out.iter_mut().zip(&self.parameters) {
                    *o = *value;
                }
            }
            SystemKind::DampedOscillator => {
                let (alpha, omega) = (self.p(0), self.p(1));
                out.copy_from_slice(&[-alpha, -omega, omega, -alpha]);
            }
            SystemKind::LotkaVolterra => {
                let (a, b, g, d) = (self.p(0), self.p(1), self.p(2), self.p(3));
                out.copy_from_slice(&[a - b * x[1], -b * x[0], d * x[1], d * x[0] - g]);
            }
            SystemKind::Pendulum => {
                out.copy_from_slice(&[0.0, 1.0, -self.p(0).powi(2) * x[0].cos(), -self.p(1)]);
            }
            SystemKind::CubicOscillator => {
                let (alpha, omega) = (self.p(0), self.p(1));
                let (x2, y2) = (3.0 * x[0] * x[0], 3.0 * x[1] * x[1]);
                out.copy_from_slice(&[-alpha * x2, omega * y2, -omega * x2, -alpha * y2]);
            }
            SystemKind::ConvectionDiffusion => {
                let (left, centre, right) = self.stencil();
                let n = x.len();
                out.fill(0.0);
                for i in 0..n {
                    out[i * n + (i + n - 1) % n] += left;
                    out[i * n + i] += centre;
                    out[i * n + (i + 1) % n] += right;
                }
            }
            SystemKind::VanDerPol => {
                let mu = self.p(0);
                out.copy_from_slice(&[0.0, 1.0, -2.0 * mu * x[0] * x[1] - 1.0, mu * (1.0 - x[0] * x[0])]);
            }
            SystemKind::Duffing => {
                out.copy_from_slice(&[0.0, 1.0, -self.p(0) - 3.0 * self.p(1) * x[0] * x[0], -self.p(2)]);
            }
            SystemKind::Lorenz => {
                let (s, r, b) = (self.p(0), self.p(1), self.p(2));
                out.copy_from_slice(&[-s, s, 0.0, r - x[2], -1.0, -x[0], x[1], x[0], -b]);
            }
            SystemKind::FitzHughNagumo => {
                let tau = self.p(2);
                out.copy_from_slice(&[1.0 - x[0] * x[0], -1.0, 1.0 / tau, -self.p(1) / tau]);
            }
        }
    }
}

impl System {
    /// The eigenvalues of a grid that looks the same from every point, `Σ w_j e^{ijθ}`, θ = 2πk/n (Fourier): conjugate pairs are so to the last bit.
    /// `None` for all other systems.
    pub fn grid_modes(&self) -> Option<Vec<Complex<f64>>> {
        if self.kind != SystemKind::ConvectionDiffusion {
            return None;
        }
        let n = self.dimension();
        let (left, centre, right) = self.stencil();
        let mode = |k: usize| {
            let theta = TAU * k as f64 / n as f64;
            // Half a turn has no sine, whatever its double says.
            let sine = if 2 * k == n { 0.0 } else { theta.sin() };
            Complex::new(centre + (left + right) * theta.cos(), (right - left) * sine)
        };
        Some((0..n).map(|k| if 2 * k > n { mode(n - k).conj() } else { mode(k) }).collect())
    }

    /// Weights of the neighbours and the centre in −c u_x + ν u_xx.
    fn stencil(&self) -> (f64, f64, f64) {
        let (speed, diffusion, n, length) = (self.p(0), self.p(1), self.p(2), self.p(3));
        let dx = length / n;
        let (advection, spread) = (speed / (2.0 * dx), diffusion / (dx * dx));
        (advection + spread, -2.0 * spread, -advection + spread)
    }
}

/// Lotka–Volterra for u = ln x, v = ln y: u̇ = α − βe^v, v̇ = δe^u − γ.
pub(super) struct LogPopulations<'a>(pub(super) &'a System);

impl Field for LogPopulations<'_> {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, u: &[f64], out: &mut [f64]) {
        out[0] = self.0.p(0) - self.0.p(1) * u[1].exp();
        out[1] = self.0.p(3) * u[0].exp() - self.0.p(2);
    }
    fn jacobian(&self, u: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&[0.0, -self.0.p(1) * u[1].exp(), self.0.p(3) * u[0].exp(), 0.0]);
    }
}
