//! Modified and inverse modified equations of polynomial fields.

use crate::asked::MethodSource;
use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::dynamics::{PolynomialField, System};
use lambdahat::method::Method;
use lambdahat::order::{FieldExpansion, inverse_linear_radius, modified_linear_radius};
use lambdahat::stability::StabilityFunction;
use pyo3::prelude::*;

/// A field: a system's name, or the text of a field file with the name for messages.
#[derive(FromPyObject)]
pub enum FieldSource {
    #[pyo3(transparent)]
    Name(String),
    #[pyo3(transparent)]
    Text((String, String)),
}

impl FieldSource {
    fn field(&self) -> PyResult<PolynomialField> {
        match self {
            Self::Name(name) => {
                let system = System::open(name).map_err(refused)?;
                let missing = || refused(format!("the system `{}` is not polynomial, so its terms have no polynomials", system.name()));
                PolynomialField::of_system(&system).ok_or_else(missing)
            }
            Self::Text((text, origin)) => PolynomialField::parse(text, origin).map_err(refused),
        }
    }
}

/// The field that a method follows, or that a perfect fit through it learns, through h^power: the JSON of `lambdahat modified --json`.
#[pyfunction]
pub fn modified(py: Python<'_>, field: FieldSource, source: MethodSource, power: usize, inverse: bool) -> PyResult<String> {
    if power == 0 {
        return Err(refused("order 0 is the field itself; ask for at least the first power of h"));
    }
    let (field, method) = (field.field()?, source.method(py)?);
    interruptible(py, move || {
        let radius = match &method {
            Method::RungeKutta(method) if inverse => Some(inverse_linear_radius(&StabilityFunction::of(method)).map_err(refused)?.radius),
            Method::RungeKutta(method) => Some(modified_linear_radius(&StabilityFunction::of(method)).map_err(refused)?),
            Method::Multistep(_) => None,
        };
        let expansion = match (&method, inverse) {
            (Method::RungeKutta(method), true) => FieldExpansion::inverse(method, &field, power),
            (Method::RungeKutta(method), false) => FieldExpansion::modified(method, &field, power),
            (Method::Multistep(method), true) => FieldExpansion::multistep(method, &field, power),
            (Method::Multistep(method), false) => {
                return Err(refused(format!(
                    "`{}` is a multistep method: its solutions follow no single field; what is defined is the field that a fit through it learns \
                     (inverse=True)",
                    method.name()
                )));
            }
        };
        let mut document = serde_json::to_value(expansion.map_err(refused)?.report()).map_err(refused)?;
        if let Some(radius) = radius {
            document["linear_radius"] = if radius.is_finite() { radius.into() } else { serde_json::Value::Null };
        }
        serde_json::to_string(&document).map_err(refused)
    })?
}
