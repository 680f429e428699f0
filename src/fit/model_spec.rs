//! Classes of models as people write them, and how large their models would be: counted before anything is allocated.

use super::activation::Activation;
use super::fit_error::FitError;
use super::saturating::product;
use std::str::FromStr;

/// A class of models, as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSpec {
    /// `linear`: ẋ = Ax.
    Linear,
    /// `affine`: ẋ = Ax + b.
    Affine,
    /// `polynomial:DEGREE`, in Chebyshev products over the box of the data.
    Polynomial(usize),
    /// `sindy:DEGREE`, in powers of the state, thresholded.
    Sindy(usize),
    /// `rbf` or `rbf:CENTRES`.
    Gaussian(usize),
    /// `mlp:32x32` or `mlp:32x32:softplus`.
    Perceptron(Vec<usize>, Activation),
}

/// Centres of `rbf` where no number is given.
const CENTRES: usize = 60;

impl FromStr for ModelSpec {
    type Err = FitError;

    fn from_str(text: &str) -> Result<Self, FitError> {
        let fail = |why: &str| FitError::Model { text: text.to_owned(), why: why.to_owned() };
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or("");
        let first = parts.next();
        let second = parts.next();
        if parts.next().is_some() {
            return Err(fail("too many `:`"));
        }
        let number = |text: Option<&str>, most: usize, what: &str| -> Result<usize, FitError> {
            let value: usize = text.unwrap_or("").parse().map_err(|_| fail(&format!("{what} is not a whole number")))?;
            if (1..=most).contains(&value) { Ok(value) } else { Err(fail(&format!("{what} must lie in 1..={most}"))) }
        };
        if second.is_some() && name != "mlp" {
            return Err(fail("too many `:`"));
        }
        match name {
            "linear" | "affine" if first.is_some() => Err(fail("takes no argument")),
            "linear" => Ok(Self::Linear),
            "affine" => Ok(Self::Affine),
            "polynomial" => Ok(Self::Polynomial(number(first, 40, "the degree")?)),
            "sindy" => Ok(Self::Sindy(number(first, 12, "the degree")?)),
            "rbf" if first.is_none() => Ok(Self::Gaussian(CENTRES)),
            "rbf" => Ok(Self::Gaussian(number(first, 2000, "the number of centres")?)),
            "mlp" => {
                let widths: Result<Vec<usize>, FitError> =
                    first.unwrap_or("").split('x').map(|w| number(Some(w), 65_536, "a layer's width")).collect();
                let activation = match second {
                    None | Some("tanh") => Activation::Tanh,
                    Some("softplus") => Activation::Softplus,
                    Some("gelu") => Activation::Gelu,
                    Some(_) => return Err(fail("the activations are tanh, softplus and gelu")),
                };
                Ok(Self::Perceptron(widths?, activation))
            }
            _ => Err(fail("unknown class")),
        }
    }
}

impl std::fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Linear => write!(f, "linear"),
            Self::Affine => write!(f, "affine"),
            Self::Polynomial(degree) => write!(f, "polynomial:{degree}"),
            Self::Sindy(degree) => write!(f, "sindy:{degree}"),
            Self::Gaussian(centres) => write!(f, "rbf:{centres}"),
            Self::Perceptron(widths, activation) => {
                let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
                write!(f, "mlp:{}", widths.join("x"))?;
                match activation {
                    Activation::Tanh => Ok(()),
                    Activation::Softplus => write!(f, ":softplus"),
                    Activation::Gelu => write!(f, ":gelu"),
                }
            }
        }
    }
}

impl ModelSpec {
    /// Numbers that the features of this class hold for `count` states of `d` components, and the length of θ;
    /// `usize::MAX` where they cannot be counted. Nothing is allocated.
    ///
    /// ```
    /// use lambdahat::fit::ModelSpec;
    /// let spec: ModelSpec = "mlp:64x64".parse()?;
    /// assert_eq!(spec.sizes(2, 300).1, 64 * 3 + 64 * 65 + 2 * 65);
    /// let spec: ModelSpec = "polynomial:40".parse()?;
    /// assert_eq!(spec.sizes(512, 300).1, usize::MAX);
    /// # Ok::<(), lambdahat::fit::FitError>(())
    /// ```
    pub fn sizes(&self, d: usize, count: usize) -> (usize, usize) {
        match self {
            Self::Linear => (0, product(&[d, d])),
            Self::Affine => (0, product(&[d, d + 1])),
            Self::Polynomial(degree) | Self::Sindy(degree) => {
                let products = binomial(d.saturating_add(*degree), *degree);
                // A list of d exponents each, with the list's own three words.
                (product(&[products, d + 3]), product(&[products, d]))
            }
            Self::Gaussian(centres) => {
                let r = (*centres).min(count);
                // The kernel matrix, its factor and its inverse; the states in units of their scale.
                (product(&[3, r, r]).saturating_add(product(&[count, d + 4])), product(&[r, d]))
            }
            Self::Perceptron(widths, _) => {
                let (mut inputs, mut parameters) = (d, 0usize);
                for &outputs in widths.iter().chain([&d]) {
                    parameters = parameters.saturating_add(product(&[outputs, inputs + 1]));
                    inputs = outputs;
                }
                (0, parameters)
            }
        }
    }
}

/// n over k, the largest number where it is larger.
fn binomial(n: usize, k: usize) -> usize {
    // Each partial product is itself a binomial coefficient, so that the division is exact.
    let value = (1..=k.min(n.saturating_sub(k))).try_fold(1u128, |value, i| {
        let next = value.checked_mul((n - i + 1) as u128)? / i as u128;
        (next <= usize::MAX as u128).then_some(next)
    });
    value.and_then(|value| usize::try_from(value).ok()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Model;

    #[test]
    fn sizes_are_those_of_the_models() {
        let states: Vec<Vec<f64>> = (0..30).map(|i| vec![f64::from(i).cos(), f64::from(i).sin(), 0.1 * f64::from(i)]).collect();
        for text in ["linear", "affine", "polynomial:4", "sindy:3", "rbf:12", "mlp:7", "mlp:9x5x4"] {
            let spec: ModelSpec = text.parse().expect("a model");
            let model = Model::new(&spec, &states).expect("states");
            assert_eq!(spec.sizes(3, states.len()).1, model.parameter_count(), "{text}");
        }
        assert_eq!(binomial(28, 12), 30_421_755);
        assert_eq!(binomial(5, 0), 1);
        assert_eq!(binomial(552, 40), usize::MAX);
    }

    #[test]
    fn bad_models_are_told() {
        for text in ["", "mlp", "mlp:0", "mlp:4x", "mlp:4:relu", "polynomial", "polynomial:x", "linear:2", "rbf:0", "tree", "mlp:4:tanh:1"]
        {
            assert!(matches!(text.parse::<ModelSpec>(), Err(FitError::Model { .. })), "{text}");
        }
    }
}
