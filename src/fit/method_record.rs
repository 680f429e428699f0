//! What a model file keeps of its method: the coefficients, so that a name need not be believed, and the scheme itself where
//! the catalogue does not have it.

use super::fit_error::FitError;
use crate::exact::Number;
use crate::loops::{Call, CallName};
use crate::method::{Method, catalog, scheme};
use serde::{Deserialize, Serialize};

/// How far two coefficients may be apart, relative to 1 and to their size, and still be the same: a rounding, not another method.
const SAME: f64 = 1e-12;

/// A method's coefficients in doubles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MethodRecord {
    /// A, row after row, and b.
    RungeKutta {
        /// A.
        a: Vec<f64>,
        /// b.
        b: Vec<f64>,
    },
    /// Σ α_j y_{n+j} = h Σ β_j f_{n+j}.
    Multistep {
        /// α₀ … α_k.
        alpha: Vec<f64>,
        /// β₀ … β_k.
        beta: Vec<f64>,
    },
}

impl MethodRecord {
    /// The coefficients of a method.
    pub fn of(method: &Method) -> Self {
        match method {
            Method::RungeKutta(tableau) => {
                let coefficients = tableau.coefficients();
                Self::RungeKutta { a: coefficients.a, b: coefficients.b }
            }
            Method::Multistep(multistep) => {
                let doubles = |numbers: &[Number]| numbers.iter().map(Number::to_f64).collect();
                Self::Multistep { alpha: doubles(multistep.alpha()), beta: doubles(multistep.beta()) }
            }
        }
    }

    /// Whether both are the same method, to rounding.
    pub fn same(&self, other: &Self) -> bool {
        let near = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SAME * (1.0 + a.abs()));
        match (self, other) {
            (Self::RungeKutta { a, b }, Self::RungeKutta { a: a2, b: b2 }) => near(a, a2) && near(b, b2),
            (Self::Multistep { alpha, beta }, Self::Multistep { alpha: alpha2, beta: beta2 }) => near(alpha, alpha2) && near(beta, beta2),
            _ => false,
        }
    }

    /// The text of a scheme file with these coefficients, each to its last digit.
    fn scheme(&self, name: &str) -> String {
        let list = |numbers: &[f64]| format!("[{}]", numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(", "));
        let name = name.replace(['"', '\\'], "");
        match self {
            Self::RungeKutta { a, b } => {
                let rows: Vec<String> = a.chunks(b.len().max(1)).map(list).collect();
                format!("name = \"{name}\"\n[runge-kutta]\nA = [{}]\nb = {}\n", rows.join(", "), list(b))
            }
            Self::Multistep { alpha, beta } => format!("name = \"{name}\"\n[multistep]\nalpha = {}\nbeta = {}\n", list(alpha), list(beta)),
        }
    }

    /// The scheme file to be kept for a method: `None` where the catalogue has the same under this name.
    pub fn scheme_of(method: &Method) -> Option<String> {
        let record = Self::of(method);
        let known = catalog::find(method.name()).is_ok_and(|known| Self::of(&known).same(&record));
        (!known).then(|| method.identity().text.clone().unwrap_or_else(|| record.scheme(method.name())))
    }
}

/// The method that a file means: its own scheme where it holds one, else the catalogue's of this name.
///
/// Errors where there is none, or where it has other coefficients than were recorded.
pub(super) fn method(name: &str, text: Option<&str>, record: Option<&MethodRecord>) -> Result<Method, FitError> {
    refuse_own_steps(name)?;
    let found = match text {
        Some(text) => scheme::parse(text, name).map_err(|error| FitError::File(format!("its scheme cannot be read: {error}")))?,
        None => catalog::find(name).map_err(|error| {
            FitError::File(format!("its method is not in the catalogue ({error}); name the scheme file of the training as the method"))
        })?,
    };
    verify(&found, name, record)?;
    Ok(found)
}

/// Errors where the name is a library's call that chooses or lays its steps itself: no single step of its scheme is what the model was
/// trained through, and undoing one would spoil the model.
fn refuse_own_steps(name: &str) -> Result<(), FitError> {
    let Ok(Some(read)) = CallName::read(name) else { return Ok(()) };
    match Call::of(read) {
        Ok(call) if call.is_one_step_a_sample() => Ok(()),
        Ok(call) => Err(FitError::OwnSteps { call: call.name.to_string(), adaptive: call.is_adaptive() }),
        // Another method of the library's, which the catalogue may have.
        Err(_) if catalog::find(name).is_ok() => Ok(()),
        Err(error) => Err(FitError::File(format!("its method cannot be read: {error}"))),
    }
}

/// Errors where the method has other coefficients than were recorded.
pub(super) fn verify(method: &Method, name: &str, record: Option<&MethodRecord>) -> Result<(), FitError> {
    if record.is_none_or(|record| record.same(&MethodRecord::of(method))) {
        return Ok(());
    }
    Err(FitError::File(format!(
        "it was trained through a method `{name}` with other coefficients than `{}` has here; name the scheme file of the training as the method",
        method.name()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_lacks_is_kept_whole() {
        for name in ["rk4", "gauss2", "bdf3", "gauss:s=4"] {
            assert_eq!(MethodRecord::scheme_of(&catalog::find(name).expect("known")), None, "{name}");
        }
        // The catalogue's name, other coefficients.
        let text = "name = \"rk4\"\n[runge-kutta]\nA = [[0]]\nb = [1]\n";
        let own = scheme::parse(text, "x").expect("reads");
        assert_eq!(MethodRecord::scheme_of(&own).as_deref(), Some(text));
        let record = MethodRecord::of(&own);
        assert!(MethodRecord::of(&method("rk4", Some(text), Some(&record)).expect("its own")).same(&record));
        let error = method("rk4", None, Some(&record)).expect_err("another").to_string();
        assert!(error.contains("other coefficients"), "{error}");
    }

    #[test]
    fn a_call_with_its_own_steps_is_no_method() {
        for name in [
            "torchdiffeq:dopri5",
            "scipy:Radau",
            "scipy:RK45:rtol=1e-7",
            "torchdiffeq:rk4:step_size=0.3",
            "diffrax:Tsit5:rtol=1e-3,atol=1e-6",
        ] {
            assert!(matches!(method(name, None, None), Err(FitError::OwnSteps { .. })), "{name}");
        }
        for name in ["torchdiffeq:rk4", "diffrax:Tsit5"] {
            assert!(method(name, None, None).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_method_without_a_file_gets_one() {
        for name in ["gauss2", "tsitouras5", "bdf3"] {
            let record = MethodRecord::of(&catalog::find(name).expect("known"));
            let read = scheme::parse(&record.scheme(name), "x").expect("reads");
            assert_eq!(MethodRecord::of(&read), record, "{name}");
        }
    }
}
