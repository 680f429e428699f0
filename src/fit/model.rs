//! Parameterised vector fields: fixed features, then dense layers.
//!
//! `f(x; θ) = W_L σ(W_{L−1} … σ(W_1 φ(x) + b_1) …) + b_L`. One layer over the state is a linear field, over a dictionary a polynomial one,
//! over Gaussians the mean of a Gaussian process; several layers over the state are a multilayer perceptron. Each layer's weights
//! are stored row by row, its bias as the last column: the gradient of each is δ zᵀ, with z what the layer saw and δ its adjoint.

use super::activation::Activation;
use super::dictionary::Dictionary;
use super::features::Features;
use super::fit_error::FitError;
use super::kernel::Kernel;
use super::model_spec::ModelSpec;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// A dense layer: `outputs × inputs` weights, and as many biases as outputs where it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Rows of z.
    pub inputs: usize,
    /// Rows of W.
    pub outputs: usize,
    /// Whether a constant is added.
    pub bias: bool,
}

impl Layer {
    /// Columns of the stored matrix: the inputs, and one for the bias.
    pub fn columns(self) -> usize {
        self.inputs + usize::from(self.bias)
    }

    /// Numbers stored.
    pub fn size(self) -> usize {
        self.outputs * self.columns()
    }
}

/// The structure of a model; its parameters θ live apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with dimension, features, layers and activation")]
pub struct Model {
    dimension: usize,
    features: Features,
    layers: Vec<Layer>,
    activation: Activation,
}

impl Model {
    /// The model of a class for these states (rows of d numbers, from which centres and boxes are taken).
    ///
    /// Errors when there are no states.
    pub fn new(spec: &ModelSpec, states: &[Vec<f64>]) -> Result<Self, FitError> {
        let d = states.first().map_or(0, Vec::len);
        if d == 0 {
            return Err(FitError::Model { text: spec.to_string(), why: "there are no states to see".into() });
        }
        let (features, hidden, bias, activation): (Features, &[usize], bool, Activation) = match spec {
            ModelSpec::Linear => (Features::Identity, &[], false, Activation::Tanh),
            ModelSpec::Affine => (Features::Identity, &[], true, Activation::Tanh),
            ModelSpec::Polynomial(degree) => {
                let (centre, half) = bounding_box(states);
                (Features::Polynomial(Dictionary::chebyshev(centre, half, *degree)), &[], false, Activation::Tanh)
            }
            ModelSpec::Sindy(degree) => (Features::Polynomial(Dictionary::powers(d, *degree)), &[], false, Activation::Tanh),
            ModelSpec::Gaussian(centres) => (Features::Gaussian(Kernel::among(states, *centres, 1.0)), &[], false, Activation::Tanh),
            ModelSpec::Perceptron(widths, activation) => (Features::Identity, widths, true, *activation),
        };
        let mut layers = Vec::with_capacity(hidden.len() + 1);
        let mut inputs = features.count(d);
        for &outputs in hidden.iter().chain([&d]) {
            layers.push(Layer { inputs, outputs, bias });
            inputs = outputs;
        }
        Ok(Self { dimension: d, features, layers, activation })
    }

    /// The polynomial model over this dictionary.
    pub fn polynomial(dictionary: Dictionary) -> Self {
        let d = dictionary.centre().len();
        let layers = vec![Layer { inputs: dictionary.count(), outputs: d, bias: false }];
        Self { dimension: d, features: Features::Polynomial(dictionary), layers, activation: Activation::Tanh }
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// What the first layer sees.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Between the layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Whether the field is linear in its parameters.
    pub fn is_linear_in_parameters(&self) -> bool {
        self.layers.len() == 1
    }

    /// The length of θ.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.size()).sum()
    }

    /// Random parameters. A network's weights are N(0, spread²/inputs), its hidden biases U(−spread, spread)/√inputs, its last bias 0; a linear
    /// field's entries are N(0, spread²); a dictionary starts as such a linear field about the centre of its box, and Gaussians at N(0, (spread/10)²).
    pub fn random(&self, spread: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut normal = |scale: f64| -> f64 {
            let x: f64 = StandardNormal.sample(rng);
            x * scale
        };
        match &self.features {
            Features::Identity if self.layers.len() == 1 => (0..self.parameter_count()).map(|_| normal(spread)).collect(),
            Features::Identity => {
                let mut theta = Vec::with_capacity(self.parameter_count());
                for (l, layer) in self.layers.iter().enumerate() {
                    let scale = spread / (layer.inputs as f64).sqrt();
                    for _ in 0..layer.outputs {
                        for _ in 0..layer.inputs {
                            let x: f64 = StandardNormal.sample(rng);
                            theta.push(x * scale);
                        }
                        let last = l + 1 == self.layers.len();
                        theta.push(if last { 0.0 } else { (2.0 * rng.random::<f64>() - 1.0) * scale });
                    }
                }
                theta
            }
            Features::Polynomial(_) => {
                let matrix: Vec<f64> = (0..self.dimension * self.dimension).map(|_| normal(spread)).collect();
                self.linear_start(&matrix, None).unwrap_or_default()
            }
            Features::Gaussian(_) => (0..self.parameter_count()).map(|_| normal(spread / 10.0)).collect(),
        }
    }

    /// Multiplies the field by a factor: the parameters of the last layer.
    pub fn scale_field(&self, parameters: &mut [f64], factor: f64) {
        let before = self.parameter_count() - self.layers.last().map_or(0, |layer| layer.size());
        parameters[before..].iter_mut().for_each(|parameter| *parameter *= factor);
    }

    /// The parameters of ẋ = A(x − centre) (A row-major; the centre of the box where none is given), for the classes that contain it
    /// exactly: linear (centre 0), affine and polynomial of degree 1 or more. `None` for the others.
    pub fn linear_start(&self, matrix: &[f64], centre: Option<&[f64]>) -> Option<Vec<f64>> {
        let d = self.dimension;
        let columns = self.layers[0].columns();
        let mut theta = vec![0.0; self.parameter_count()];
        match &self.features {
            Features::Identity if self.layers.len() == 1 => {
                let zero = vec![0.0; d];
                let centre = centre.unwrap_or(&zero);
                if !self.layers[0].bias && centre.iter().any(|&c| c != 0.0) {
                    return None;
                }
                for i in 0..d {
                    theta[i * columns..i * columns + d].copy_from_slice(&matrix[i * d..(i + 1) * d]);
                    if self.layers[0].bias {
                        theta[i * columns + d] = -(0..d).map(|j| matrix[i * d + j] * centre[j]).sum::<f64>();
                    }
                }
                Some(theta)
            }
            Features::Polynomial(dictionary) => {
                let (constant, linear) = dictionary.low_terms();
                let (box_centre, half) = dictionary.scaling();
                let centre = centre.unwrap_or(box_centre);
                if linear.len() != d {
                    return None;
                }
                for i in 0..d {
                    for j in 0..d {
                        // A_ij (x_j − c_j) = A_ij half_j u_j + A_ij (box_j − c_j), u = (x − box)/half.
                        theta[i * columns + linear[j]] = matrix[i * d + j] * half[j];
                        theta[i * columns + constant] += matrix[i * d + j] * (box_centre[j] - centre[j]);
                    }
                }
                Some(theta)
            }
            _ => None,
        }
    }
}

/// The centre and the half widths of the states' box, five per cent wider than it is.
fn bounding_box(states: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let d = states[0].len();
    let mut centre = vec![0.0; d];
    let mut half = vec![1.0; d];
    for j in 0..d {
        let (low, high) = states.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| (low.min(s[j]), high.max(s[j])));
        centre[j] = (low + high) / 2.0;
        half[j] = if high > low { 0.525 * (high - low) } else { 1.0 };
    }
    (centre, half)
}

/// A model with its parameters: a vector field like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with model and parameters")]
pub struct Learned {
    /// The structure.
    pub model: Model,
    /// θ.
    pub parameters: Vec<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::Field;
    use rand::SeedableRng;

    fn states() -> Vec<Vec<f64>> {
        (0..30).map(|i| vec![1.0 + (f64::from(i) * 0.7).cos(), 0.5 + (f64::from(i) * 1.1).sin()]).collect()
    }

    fn assert_scales(model: &Model, parameters: &[f64]) {
        let mut scaled = parameters.to_vec();
        model.scale_field(&mut scaled, 0.25);
        let value = |parameters: &[f64]| {
            let mut value = [0.0; 2];
            Learned { model: model.clone(), parameters: parameters.to_vec() }.value(&[1.3, 0.4], &mut value);
            value
        };
        assert_eq!(value(&scaled), value(parameters).map(|f| 0.25 * f));
    }

    #[test]
    fn every_class_has_the_jacobian_of_its_value() {
        for text in
            ["linear", "affine", "polynomial:4", "sindy:3", "rbf:12", "mlp:7", "mlp:9x5", "mlp:6x6:softplus", "mlp:6x6:gelu", "mlp:5x4x3"]
        {
            let spec: ModelSpec = text.parse().expect("a model");
            assert_eq!(spec.to_string(), text);
            let model = Model::new(&spec, &states()).expect("states");
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let mut parameters = model.random(1.0, &mut rng);
            assert_eq!(parameters.len(), model.parameter_count(), "{text}");
            assert_scales(&model, &parameters);
            parameters.iter_mut().enumerate().for_each(|(i, p)| *p += 0.1 * (i as f64).sin());
            let field = Learned { model, parameters };
            let x = [1.3, 0.4];
            let mut jacobian = [0.0; 4];
            field.jacobian(&x, &mut jacobian);
            for j in 0..2 {
                let h = 1e-5;
                let (mut right, mut left) = (x, x);
                right[j] += h;
                left[j] -= h;
                let (mut up, mut down) = ([0.0; 2], [0.0; 2]);
                field.value(&right, &mut up);
                field.value(&left, &mut down);
                for i in 0..2 {
                    let slope = (up[i] - down[i]) / (2.0 * h);
                    assert!((slope - jacobian[2 * i + j]).abs() < 1e-8 * (1.0 + slope.abs()), "{text} {slope} {}", jacobian[2 * i + j]);
                }
            }
        }
    }

    #[test]
    fn a_linear_start_is_that_linear_field() {
        for text in ["affine", "polynomial:3", "sindy:2"] {
            let model = Model::new(&text.parse().expect("a model"), &states()).expect("states");
            let parameters = model.linear_start(&[1.0, 2.0, -3.0, 0.5], Some(&[0.3, 0.7])).expect("contains it");
            let mut f = [0.0; 2];
            Learned { model, parameters }.value(&[1.3, -0.3], &mut f);
            assert!((f[0] - (1.0 - 2.0)).abs() < 1e-14 && (f[1] - (-3.0 - 0.5)).abs() < 1e-14, "{text} {f:?}");
        }
    }
}
