//! The norm of the error over a box of modes.

use super::complex_jet::ComplexJet;
use crate::exact::jet::Jet;
use crate::loops::state_norm::StateNorm;
use crate::loops::tolerances::Tolerances;
use num_complex::Complex;

/// What is measured, and the two states that scale it.
pub(super) type Parts = [ComplexJet; 3];

/// As [`StateNorm::scaled`]: the root mean square of |error|/(atol + rtol·max(|a|, |b|)); `None` where it may vanish.
pub(super) fn scaled(norm: &StateNorm, own: Parts, others: impl Fn(usize) -> Parts, tolerances: Tolerances) -> Option<Jet> {
    let ratio = |error: Jet, a: Jet, b: Jet| {
        let ratio = error / (a.max(b) * tolerances.relative + Jet::from(tolerances.absolute));
        ratio * ratio
    };
    let real = |parts: &Parts, w: Complex<f64>| parts.map(|z| z.part(w));
    let mut sum = Jet::default();
    let count = match norm {
        StateNorm::Modulus(sizes) => {
            let [error, a, b] = own;
            let (error, a, b) = (error.modulus()?, a.modulus()?, b.modulus()?);
            for size in sizes {
                sum = sum + ratio(error * *size, a * *size, b * *size);
            }
            sizes.len()
        }
        StateNorm::Components(starts) => {
            for start in starts {
                // The imaginary part of zw is the real part of z·(−i w).
                for w in [*start, start * Complex::new(0.0, -1.0)] {
                    let [error, a, b] = real(&own, w);
                    sum = sum + ratio(error, a.abs(), b.abs());
                }
            }
            2 * starts.len()
        }
        StateNorm::Real(factors) => {
            for w in factors {
                let [error, a, b] = real(&own, *w);
                sum = sum + ratio(error, a.abs(), b.abs());
            }
            factors.len()
        }
        StateNorm::Joint(joint) => {
            for (c, w) in joint.factors.iter().enumerate() {
                let mut parts = real(&own, *w);
                for (k, companion) in joint.companions.iter().enumerate() {
                    let theirs = real(&others(k), companion.factors[c]);
                    for (sum, part) in parts.iter_mut().zip(theirs) {
                        *sum = *sum + part;
                    }
                }
                let [error, a, b] = parts;
                sum = sum + ratio(error, a.abs(), b.abs());
            }
            joint.factors.len()
        }
    };
    (sum / Jet::from(count as f64)).sqrt()
}
