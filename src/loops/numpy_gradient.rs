//! numpy: `gradient(x, H, edge_order=1)`: central differences inside, one-sided ones at the ends.
//!
//! Read and run: 2.4. File: `lib/_function_base_impl.py`.

use super::derivative_regression::{Ends, Filter, Regression, RegressionError};

const OPTIONS: &str = "edge_order";

/// The regression that `gradient[:edge_order=1|2]` means.
pub(super) fn regression(text: &str, name: &str, list: &str) -> Result<Regression, RegressionError> {
    if name != "gradient" {
        return Err(RegressionError::Unknown { family: "numpy", name: name.to_owned(), known: "gradient" });
    }
    let mut border = 2;
    for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        match item.split_once('=') {
            Some(("edge_order", "1")) => border = 2,
            Some(("edge_order", "2")) => border = 3,
            Some(("edge_order", value)) => {
                return Err(RegressionError::Value { option: "edge_order", text: value.to_owned(), expected: "1 or 2" });
            }
            _ => return Err(RegressionError::Option { call: "numpy:gradient", option: item.to_owned(), twice: false, known: OPTIONS }),
        }
    }
    let derivative = Filter { first: -1, weights: vec![-0.5, 0.0, 0.5] };
    Ok(Regression {
        name: text.to_owned(),
        derivative,
        smoothing: None,
        second: None,
        smoothed_before: None,
        ends: Ends::OtherFormulas,
        border: Some(border),
    })
}
