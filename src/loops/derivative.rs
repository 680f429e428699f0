//! Derivative filters by themselves: `derivative:central|central4|forward|backward|second|savgol:WINDOW,DEGREE`, rows without a full window left out.
//!
//! `second` fits x″ = −kx − cx′ to one coordinate, from central first and second differences.
//! `savgol` compares the slope of the Savitzky–Golay polynomial with its value: both sides are smoothed.

use super::derivative_regression::{Ends, Filter, LONGEST_STENCIL, Regression, RegressionError};
use super::{numpy_gradient, pysindy};

const NAMES: &str = "central, central4, forward, backward, second, savgol:WINDOW,DEGREE";
const WINDOW: &str = "WINDOW,DEGREE with an odd WINDOW from 3 to 101 and a DEGREE from 1 to WINDOW − 1, such as 11,3";

impl Regression {
    /// The regression that a text means: `derivative:NAME`, `pysindy:NAME[:option=value,…]` or `numpy:gradient`; `None` where it begins with none of these.
    pub fn read(text: &str) -> Result<Option<Self>, RegressionError> {
        let text = text.trim();
        let Some((family, rest)) = text.split_once(':') else { return Ok(None) };
        let (name, list) = rest.split_once(':').unwrap_or((rest, ""));
        match family {
            "derivative" => plain(text, name, list).map(Some),
            "pysindy" => pysindy::regression(text, name, list).map(Some),
            "numpy" => numpy_gradient::regression(text, name, list).map(Some),
            _ => Ok(None),
        }
    }

    /// Names of regressions, for lists of what can be asked for.
    pub const NAMES: [&str; 9] = [
        "pysindy:FiniteDifference",
        "pysindy:SmoothedFiniteDifference",
        "numpy:gradient",
        "derivative:central",
        "derivative:central4",
        "derivative:forward",
        "derivative:backward",
        "derivative:second",
        "derivative:savgol:11,3",
    ];
}

fn plain(text: &str, name: &str, list: &str) -> Result<Regression, RegressionError> {
    let unknown = || RegressionError::Unknown { family: "derivative", name: name.to_owned(), known: NAMES };
    let (first, points) = match name {
        "central" | "second" => (-1, 3),
        "central4" => (-2, 5),
        "forward" => (0, 2),
        "backward" => (-1, 2),
        "savgol" => return savgol(text, list),
        _ => return Err(unknown()),
    };
    if !list.is_empty() {
        return Err(RegressionError::Option { call: "derivative", option: list.to_owned(), twice: false, known: NAMES });
    }
    let derivative = Filter::difference(first, points).ok_or_else(unknown)?;
    let second = (name == "second").then(|| Filter { first: -1, weights: vec![1.0, -2.0, 1.0] });
    Ok(Regression { name: text.to_owned(), derivative, smoothing: None, second, smoothed_before: None, ends: Ends::Dropped, border: None })
}

fn savgol(text: &str, list: &str) -> Result<Regression, RegressionError> {
    let refused = || RegressionError::Value { option: "savgol", text: list.to_owned(), expected: WINDOW };
    let (window, degree) = list.split_once(',').ok_or_else(refused)?;
    let (window, degree): (usize, usize) = window.trim().parse().ok().zip(degree.trim().parse().ok()).ok_or_else(refused)?;
    if window % 2 == 0 || !(3..=LONGEST_STENCIL).contains(&window) || !(1..window).contains(&degree) {
        return Err(refused());
    }
    let filter = |derivative| Filter::savitzky_golay(window, degree, derivative).ok_or_else(refused);
    Ok(Regression {
        name: text.to_owned(),
        derivative: filter(1)?,
        smoothing: Some(filter(0)?),
        second: None,
        smoothed_before: None,
        ends: Ends::Dropped,
        border: None,
    })
}
