//! The activations of a network and their derivatives.

use crate::simd::Width;
use crate::simd::elementary::{gelu_of, softplus_of, tanh_of};
use serde::{Deserialize, Serialize};

/// The function between two layers of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// tanh x
    #[default]
    Tanh,
    /// ln(1 + eˣ)
    Softplus,
    /// x/2 (1 + tanh(√(2/π)(x + 0.044715 x³))), the usual approximation of x Φ(x) (Hendrycks & Gimpel 2016)
    Gelu,
}

impl Activation {
    /// Replaces each x by its activation and, unless the derivative follows from the value (tanh), writes the derivative.
    pub(crate) fn apply(self, width: Width, values: &mut [f64], derivatives: &mut [f64]) {
        match self {
            Self::Tanh => tanh_of(width, values),
            Self::Softplus => softplus_of(width, values, derivatives),
            Self::Gelu => gelu_of(width, values, derivatives),
        }
    }

    /// Whether [`apply`](Self::apply) writes derivatives.
    pub(crate) fn stores_derivatives(self) -> bool {
        self != Self::Tanh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::elementary::exp_of_negative;

    fn widths() -> Vec<Width> {
        Width::available().collect()
    }

    fn grid() -> Vec<f64> {
        let mut x: Vec<f64> = (-4000..4000).map(|i| f64::from(i) * 0.006_123).collect();
        x.extend((0..160).map(|k| 2f64.powi(-k / 4) * 1.234_567));
        x.extend([0.0, -0.0, 1e-300, -1e-300, 700.0, -700.0, 1e300, -1e300]);
        x
    }

    fn units(a: f64, b: f64) -> f64 {
        (a - b).abs() / (b.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)
    }

    #[test]
    fn tanh_is_right_to_three_units_in_the_last_place() {
        for width in widths() {
            let x = grid();
            let mut y = x.clone();
            Activation::Tanh.apply(width, &mut y, &mut []);
            for (x, y) in x.iter().zip(&y) {
                assert!(units(*y, x.tanh()) <= 3.0, "{width:?} tanh {x} = {y}, not {}", x.tanh());
            }
            let mut nan = [f64::NAN; 8];
            Activation::Tanh.apply(width, &mut nan, &mut []);
            assert!(nan.iter().all(|v| v.is_nan()));
        }
    }

    #[test]
    fn softplus_gelu_and_their_slopes() {
        for width in widths() {
            let x: Vec<f64> = grid().into_iter().filter(|x| x.abs() < 30.0).collect();
            let x = &x[..x.len() / 8 * 8];
            let (mut y, mut d) = (x.to_vec(), vec![0.0; x.len()]);
            Activation::Softplus.apply(width, &mut y, &mut d);
            for i in 0..x.len() {
                let expected = x[i].max(0.0) + (-x[i].abs()).exp().ln_1p();
                assert!((y[i] - expected).abs() <= 1e-15 * expected.max(1e-3), "{} {} {expected}", x[i], y[i]);
                assert!((d[i] - 1.0 / (1.0 + (-x[i]).exp())).abs() < 4e-16);
            }
            let (mut y, mut d) = (x.to_vec(), vec![0.0; x.len()]);
            Activation::Gelu.apply(width, &mut y, &mut d);
            let gelu = |x: f64| 0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x * x * x)).tanh());
            for i in 0..x.len() {
                assert!((y[i] - gelu(x[i])).abs() <= 1e-15 * x[i].abs().max(1.0));
                let h = 1e-5;
                let slope = (gelu(x[i] + h) - gelu(x[i] - h)) / (2.0 * h);
                assert!((d[i] - slope).abs() < 1e-9, "{} {} {slope}", x[i], d[i]);
            }
        }
    }

    #[test]
    fn the_exponential_of_negative_numbers() {
        for width in widths() {
            let mut x: Vec<f64> = (0..8000).map(|i| -f64::from(i) * 0.01).collect();
            let y = x.clone();
            exp_of_negative(width, &mut x);
            for (e, y) in x.iter().zip(&y) {
                assert!((e - y.exp()).abs() <= 3.0 * f64::EPSILON * y.exp());
            }
        }
    }
}
