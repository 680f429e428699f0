//! Several modes of one state through one error norm.

use super::tolerances::Tolerances;
use num_complex::Complex;
use serde::Serialize;

/// Another mode of the same state, which the loop carries along: x_c = Re(w_c·y) + …, ẏ = μy, y(0) = 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Companion {
    /// μ of the model.
    #[serde(serialize_with = "pair")]
    pub mode: Complex<f64>,
    /// Its factors w, a component and start each.
    #[serde(skip)]
    pub factors: Vec<Complex<f64>>,
}

fn pair<S: serde::Serializer>(z: &Complex<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    [z.re, z.im].serialize(serializer)
}

/// The components of a batch, each the sum of the real parts of several modes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JointNorm {
    /// The factors w of the mode itself, a component and start each.
    #[serde(skip)]
    pub factors: Vec<Complex<f64>>,
    /// The others, with as many factors each.
    pub companions: Vec<Companion>,
}

fn part(z: Complex<f64>, w: Complex<f64>) -> f64 {
    z.re * w.re - z.im * w.im
}

impl JointNorm {
    pub(crate) fn has_zero(&self) -> bool {
        (0..self.factors.len()).any(|c| self.factors[c].re + self.companions.iter().map(|k| k.factors[c].re).sum::<f64>() == 0.0)
    }

    pub(crate) fn is_unusable(&self) -> bool {
        let n = self.factors.len();
        let bad = |list: &[Complex<f64>]| list.len() != n || list.iter().any(|w| !w.is_finite());
        n == 0 || bad(&self.factors) || self.companions.iter().any(|k| bad(&k.factors) || !k.mode.is_finite())
    }

    /// The root mean square of |Σ Re(w e)| / (atol + rtol·max(|Σ Re(w a)|, |Σ Re(w b)|)), where \[e, a, b\] are those of the mode itself and of the k-th companion.
    pub(crate) fn scaled(&self, own: [Complex<f64>; 3], others: impl Fn(usize) -> [Complex<f64>; 3], tolerances: Tolerances) -> f64 {
        let square = |(c, w): (usize, &Complex<f64>)| {
            let mut sums = own.map(|z| part(z, *w));
            for (k, companion) in self.companions.iter().enumerate() {
                for (sum, z) in sums.iter_mut().zip(others(k)) {
                    *sum += part(z, companion.factors[c]);
                }
            }
            let [e, a, b] = sums;
            let ratio = e / (tolerances.absolute + tolerances.relative * a.abs().max(b.abs()));
            ratio * ratio
        };
        (self.factors.iter().enumerate().map(square).sum::<f64>() / self.factors.len() as f64).sqrt()
    }
}
