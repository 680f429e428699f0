//! The norm in which a library measures its errors: a root mean square over the state and the batch.

use super::joint_norm::{Companion, JointNorm};
use super::tolerances::Tolerances;
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// Which numbers enter the norm. On a linear mode every sample of a batch is multiplied by the same factor, so its start says all.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateNorm {
    /// A complex state: the amplitudes |y₀| of the batch, each counted by its modulus.
    Modulus(Vec<f64>),
    /// Real states (Re y, Im y): both components of every start y₀ of the batch count by themselves.
    Components(Vec<Complex<f64>>),
    /// Real components in the data's own coordinates: each is Re(w·y) of the mode y, y(0) = 1, with one factor w a component and start.
    Real(Vec<Complex<f64>>),
    /// As [`Real`](Self::Real), with further modes in the same components: all of them go through one norm, and the largest decides on the steps.
    Joint(JointNorm),
}

impl Default for StateNorm {
    /// One complex state of amplitude 1.
    fn default() -> Self {
        Self::Modulus(vec![1.0])
    }
}

impl StateNorm {
    /// Over how many numbers it is taken: components of starts, or moduli.
    pub fn components(&self) -> usize {
        match self {
            Self::Modulus(moduli) => moduli.len(),
            Self::Components(starts) => 2 * starts.len(),
            Self::Real(factors) => factors.len(),
            Self::Joint(joint) => joint.factors.len(),
        }
    }

    /// One complex state of this amplitude.
    pub fn amplitude(size: f64) -> Self {
        Self::Modulus(vec![size])
    }

    /// A batch of `count` real 2-vectors of this amplitude whose phases are spread evenly: 2π(k + ½)/count.
    pub fn phases(count: usize, size: f64) -> Self {
        Self::Components((0..count).map(|k| Complex::from_polar(size, TAU * (k as f64 + 0.5) / count as f64)).collect())
    }

    /// One real 2-vector of this amplitude and phase.
    pub fn start(size: f64, phase: f64) -> Self {
        Self::Components(vec![Complex::from_polar(size, phase)])
    }

    /// Whether some component of a start is exactly zero, so that only the absolute tolerance controls it.
    pub fn has_zero(&self) -> bool {
        match self {
            Self::Modulus(sizes) => sizes.contains(&0.0),
            Self::Components(starts) => starts.iter().any(|y| y.re == 0.0 || y.im == 0.0),
            Self::Real(factors) => factors.iter().any(|w| w.re == 0.0),
            Self::Joint(joint) => joint.has_zero(),
        }
    }

    /// Whether the batch is empty or holds something that is not a finite number.
    pub fn is_unusable(&self) -> bool {
        match self {
            Self::Modulus(sizes) => sizes.is_empty() || sizes.iter().any(|a| !(a.is_finite() && *a >= 0.0)),
            Self::Components(starts) | Self::Real(starts) => starts.is_empty() || starts.iter().any(|y| !y.is_finite()),
            Self::Joint(joint) => joint.is_unusable(),
        }
    }

    /// The other modes of the state; empty where there is one.
    pub(crate) fn companions(&self) -> &[Companion] {
        match self {
            Self::Joint(joint) => &joint.companions,
            _ => &[],
        }
    }

    /// The scaled size of f(μ)·y₀ over all modes μ, beside y₀ itself.
    pub(crate) fn scaled_start(&self, mode: Complex<f64>, f: impl Fn(Complex<f64>) -> Complex<f64>, tolerances: Tolerances) -> f64 {
        let one = Complex::new(1.0, 0.0);
        match self {
            Self::Joint(joint) => joint.scaled([f(mode), one, one], |k| [f(joint.companions[k].mode), one, one], tolerances),
            _ => self.scaled(f(mode), [one, one], tolerances),
        }
    }

    /// The root mean square of `|value·y₀| / (atol + rtol·max(|a·y₀|, |b·y₀|))`, componentwise; further modes are
    /// left out.
    pub fn scaled(&self, value: Complex<f64>, [a, b]: [Complex<f64>; 2], tolerances: Tolerances) -> f64 {
        let Tolerances { relative, absolute } = tolerances;
        match self {
            Self::Modulus(sizes) => {
                let (value, largest) = (value.norm(), a.norm().max(b.norm()));
                let square = |size: &f64| {
                    let ratio = value * size / (absolute + relative * largest * size);
                    ratio * ratio
                };
                (sizes.iter().map(square).sum::<f64>() / sizes.len() as f64).sqrt()
            }
            Self::Components(starts) => {
                let mut sum = 0.0;
                for start in starts {
                    let (v, p, q) = (value * start, a * start, b * start);
                    let re = v.re / (absolute + relative * p.re.abs().max(q.re.abs()));
                    let im = v.im / (absolute + relative * p.im.abs().max(q.im.abs()));
                    sum += re * re + im * im;
                }
                (sum / (2 * starts.len()) as f64).sqrt()
            }
            Self::Joint(joint) => {
                let nothing = Complex::new(0.0, 0.0);
                joint.scaled([value, a, b], |_| [nothing; 3], tolerances)
            }
            Self::Real(factors) => {
                let square = |w: &Complex<f64>| {
                    let part = |z: Complex<f64>| z.re * w.re - z.im * w.im;
                    let ratio = part(value) / (absolute + relative * part(a).abs().max(part(b).abs()));
                    ratio * ratio
                };
                (factors.iter().map(square).sum::<f64>() / factors.len() as f64).sqrt()
            }
        }
    }
}
