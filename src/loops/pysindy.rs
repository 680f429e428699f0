//! pysindy: `SINDy(differentiation_method=FiniteDifference(order=2, drop_endpoints=False))`, and `SmoothedFiniteDifference`.
//!
//! Read and run: 2.1.0. The interior stencil has order + 1 samples: centred for even orders, one to the right of that for odd ones, so that order 1 is
//! the forward difference. The default keeps the ends, with one-sided formulas of order + 1 samples there. `SmoothedFiniteDifference` smooths by `savgol_filter(window 11,
//! degree 3)` first and, by default, regresses on the smoothed state as well. Files: `differentiation/finite_difference.py`,
//! `differentiation/smoothed_finite_difference.py`.

use super::derivative_regression::{Ends, Filter, LONGEST_STENCIL, Regression, RegressionError, Smoother};

const METHODS: &str = "FiniteDifference, SmoothedFiniteDifference";
const OPTIONS: &str = "order, drop_endpoints, is_uniform";
const SMOOTHED_OPTIONS: &str = "order, drop_endpoints, is_uniform, save_smooth, window_length, polyorder";

/// The regression that `NAME[:option=value,…]` means.
pub(super) fn regression(text: &str, name: &str, list: &str) -> Result<Regression, RegressionError> {
    let smoothed = match name {
        "FiniteDifference" => false,
        "SmoothedFiniteDifference" => true,
        _ => return Err(RegressionError::Unknown { family: "pysindy", name: name.to_owned(), known: METHODS }),
    };
    let (call, known) =
        if smoothed { ("pysindy:SmoothedFiniteDifference", SMOOTHED_OPTIONS) } else { ("pysindy:FiniteDifference", OPTIONS) };
    let (mut order, mut dropped, mut saved, mut window, mut degree) = (2, false, true, 11, 3);
    let mut given: Vec<&str> = Vec::new();
    for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (option, value) = item.split_once('=').unwrap_or((item, ""));
        let (option, value) = (option.trim(), value.trim());
        let refused = |twice| RegressionError::Option { call, option: option.to_owned(), twice, known };
        if given.contains(&option) {
            return Err(refused(true));
        }
        given.push(option);
        match option {
            "order" => order = whole("order", value, 1, 30)?,
            "drop_endpoints" => dropped = truth("drop_endpoints", value)?,
            // On even samples both ways give the same weights.
            "is_uniform" => {
                truth("is_uniform", value)?;
            }
            "save_smooth" if smoothed => saved = truth("save_smooth", value)?,
            "window_length" if smoothed => window = odd("window_length", value)?,
            "polyorder" if smoothed => degree = whole("polyorder", value, 1, LONGEST_STENCIL)?,
            _ => return Err(refused(false)),
        }
    }
    if degree >= window {
        return Err(RegressionError::Value { option: "polyorder", text: degree.to_string(), expected: "a degree below window_length" });
    }
    let points = order + 1;
    let failed = || RegressionError::Value { option: "order", text: order.to_string(), expected: "a smaller order" };
    let difference = Filter::difference(-((order / 2) as i32), points).ok_or_else(failed)?;
    let value = |derivative| Filter::savitzky_golay(window, degree, derivative).ok_or_else(failed);
    let derivative = if smoothed && !saved { convolved(&value(0)?, &difference) } else { difference };
    Ok(Regression {
        name: text.to_owned(),
        derivative,
        smoothing: None,
        second: None,
        smoothed_before: (smoothed && saved).then_some(Smoother { window, degree }),
        ends: if dropped && !smoothed { Ends::Dropped } else { Ends::OtherFormulas },
        border: (!dropped && (!smoothed || saved)).then_some(order + 1),
    })
}

/// One filter after the other.
fn convolved(a: &Filter, b: &Filter) -> Filter {
    let mut weights = vec![0.0; a.weights.len() + b.weights.len() - 1];
    for (i, x) in a.weights.iter().enumerate() {
        for (j, y) in b.weights.iter().enumerate() {
            weights[i + j] += x * y;
        }
    }
    Filter { first: a.first + b.first, weights }
}

fn whole(option: &'static str, text: &str, least: usize, most: usize) -> Result<usize, RegressionError> {
    let expected = "a whole number in the filter's range";
    text.parse().ok().filter(|n| (least..=most).contains(n)).ok_or_else(|| RegressionError::Value {
        option,
        text: text.to_owned(),
        expected,
    })
}

fn odd(option: &'static str, text: &str) -> Result<usize, RegressionError> {
    let fits = |n: &usize| n % 2 == 1 && (3..=LONGEST_STENCIL).contains(n);
    let expected = "an odd number of samples from 3 to 101";
    text.parse().ok().filter(fits).ok_or_else(|| RegressionError::Value { option, text: text.to_owned(), expected })
}

fn truth(option: &'static str, text: &str) -> Result<bool, RegressionError> {
    match text {
        "True" | "true" => Ok(true),
        "False" | "false" => Ok(false),
        _ => Err(RegressionError::Value { option, text: text.to_owned(), expected: "True or False" }),
    }
}
