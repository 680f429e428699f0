//! The methods that a prediction looks at where none is named.

use crate::method::Method;
use crate::method::catalog::{self, CatalogError};

/// Methods that people train with, by their names in the catalogue: add one here and it is looked at everywhere.
const DEFAULT_METHODS: [&str; 11] = [
    "forward-euler",
    "midpoint",
    "heun2",
    "rk4",
    "rk38",
    "bogacki-shampine3",
    "dormand-prince5",
    "tsitouras5",
    "implicit-euler",
    "implicit-midpoint",
    "gauss2",
];

/// The methods that a report covers when none is named.
pub fn compared_methods() -> Result<Vec<Method>, CatalogError> {
    DEFAULT_METHODS.iter().map(|name| catalog::find(name)).collect()
}
