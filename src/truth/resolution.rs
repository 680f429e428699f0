//! The smallest difference that the digits of a column show.

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

/// The place value of the last digit of the shortest decimal that is this number.
fn last_decimal(x: f64) -> f64 {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.split_once('.').map_or(0, |(_, after)| after.len()) as i32;
    10f64.powi(exponent.parse::<i32>().unwrap_or(0) - digits)
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
}
