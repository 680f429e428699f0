//! The smallest difference that the digits of a column show, and what rounding to them leaves.

/// Rounding of a double, and of a single where every value is one, beside the largest value.
const ROUNDINGS: f64 = 8.0;
/// Values looked at.
const MOST: usize = 2000;

/// By how much a value may be off: half of the last decimal that any of them has, or the rounding of the largest. Missing values are NaN.
pub(super) fn resolution(values: &[f64]) -> f64 {
    let there = || values.iter().copied().filter(|x| x.is_finite());
    let largest = there().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let single = there().all(|x| f64::from(x as f32) == x);
    let rounding = ROUNDINGS * if single { f64::from(f32::EPSILON) } else { f64::EPSILON } * largest;
    let mut last = f64::INFINITY;
    for x in there().step_by(values.len().div_ceil(MOST).max(1)).filter(|x| *x != 0.0) {
        last = last.min(last_decimal(x));
        if 0.5 * last <= rounding {
            return rounding;
        }
    }
    if last.is_finite() { 0.5 * last } else { rounding }
}

/// The root mean square of what rounding does to the values of a column, each evenly up to half of its own last digit, whether they have decimals in common or significant digits. Missing values are NaN.
pub(super) fn rounding(values: &[f64]) -> f64 {
    let decimals: Vec<(i32, i32)> =
        values.iter().filter(|x| x.is_finite() && **x != 0.0).step_by(values.len().div_ceil(MOST).max(1)).map(|x| places(*x)).collect();
    let digits = decimals.iter().map(|(first, last)| first - last).max().unwrap_or(0);
    let finest = decimals.iter().map(|(_, last)| *last).min().unwrap_or(0);
    let square = |(first, _): &(i32, i32)| 10f64.powi(finest.max(first - digits)).powi(2) / 12.0;
    (decimals.iter().map(square).sum::<f64>() / decimals.len().max(1) as f64).sqrt()
}

/// The place value of the last digit of the shortest decimal that is this number.
fn last_decimal(x: f64) -> f64 {
    10f64.powi(places(x).1)
}

/// The powers of ten of the first and the last digit of the shortest decimal that is this number.
fn places(x: f64) -> (i32, i32) {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.split_once('.').map_or(0, |(_, after)| after.len()) as i32;
    let first = exponent.parse::<i32>().unwrap_or(0);
    (first, first - digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_tell_what_they_show() {
        assert_eq!(resolution(&[0.0, 0.9502, 0.9975, f64::NAN, 1.0]), 0.5e-4);
        assert_eq!(resolution(&[1013.2, 1013.0]), 0.05);
        assert_eq!(resolution(&[1.0 / 3.0, 2.0]), 16.0 * f64::EPSILON);
        assert_eq!(resolution(&[f64::from(1.0f32 / 3.0), 2.0]), 16.0 * f64::from(f32::EPSILON));
        assert_eq!(resolution(&[0.0, 0.0]), 0.0);
    }

    /// Decimals in common, then significant digits: rounding leaves the twelfth root of a unit of each value's own last place.
    #[test]
    fn rounding_is_that_of_each_value() {
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
        near(rounding(&[0.0, 0.95, 0.9975, f64::NAN, 1.0012]), 1e-4 / 12f64.sqrt());
        near(rounding(&[848.56, 1128.3, 1040.2, 850.29]), ((2.0 * 0.01 + 2.0 * 1e-4) / 4.0 / 12.0f64).sqrt());
        assert_eq!(rounding(&[0.0, f64::NAN]), 0.0);
    }
}
