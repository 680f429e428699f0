//! Numbers as people read them: the same number is printed the same way in a table and in a sentence.

use num_complex::Complex;

/// Digits of a number in a sentence or a table.
pub const DIGITS: usize = 4;
/// A part of a complex number below this share of its size is rounding noise.
const NOISE: f64 = 1e-12;
/// Sizes that are written without a power of ten.
const PLAIN: std::ops::Range<f64> = 1e-4..1e6;

/// A real number to so many significant digits: `−0.1`, `1927`, `1.2e−6`. Trailing zeros are left out.
///
/// ```
/// use lambdahat::words::number::real;
/// assert_eq!([real(-0.10001, 4), real(1.0 / 3.0, 3), real(-1.2e-6, 4), real(0.0, 4)], ["−0.1", "0.333", "−1.2e−6", "0"]);
/// ```
pub fn real(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return "not a number".into();
    }
    let sign = if x < 0.0 { "−" } else { "" };
    format!("{sign}{}", size(x.abs(), digits))
}

/// The same with its sign: `+0.1`, `−0.1`, `0`.
pub fn signed(x: f64, digits: usize) -> String {
    if x > 0.0 { format!("+{}", real(x, digits)) } else { real(x, digits) }
}

fn size(x: f64, digits: usize) -> String {
    if x.is_infinite() {
        return "∞".into();
    }
    let text = format!("{x:.*e}", digits.saturating_sub(1));
    let rounded: f64 = text.parse().unwrap_or(x);
    if rounded == 0.0 || PLAIN.contains(&rounded) || (rounded < 1e15 && rounded == x && x.fract() == 0.0 && digits > 6) {
        return rounded.to_string();
    }
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    format!("{mantissa}e{}", exponent.replace('-', "−"))
}

/// A complex number without the part of it that is rounding noise beside the other.
fn cleaned(z: Complex<f64>) -> Complex<f64> {
    let part = |x: f64| if x.abs() <= NOISE * z.norm() { 0.0 } else { x };
    Complex::new(part(z.re), part(z.im))
}

/// A complex number: `−0.1 + 2i`, `2i`, `−0.25`.
///
/// ```
/// use lambdahat::words::number::complex;
/// use num_complex::Complex;
/// assert_eq!(complex(Complex::new(2.102, 1.3e-17), 4), "2.102");
/// assert_eq!(complex(Complex::new(-22.74, -0.0), 4), "−22.74");
/// assert_eq!(complex(Complex::new(-0.1, -2.0), 4), "−0.1 − 2i");
/// ```
pub fn complex(z: Complex<f64>, digits: usize) -> String {
    joined(z, digits, if z.im < 0.0 { "−" } else { "+" })
}

/// A number and its conjugate: `−0.1 ± 2i`; of a real number only itself.
pub fn pair(z: Complex<f64>, digits: usize) -> String {
    joined(z, digits, "±")
}

fn joined(z: Complex<f64>, digits: usize, sign: &str) -> String {
    let z = cleaned(z);
    let imaginary = match size(z.im.abs(), digits) {
        one if one == "1" => "i".to_owned(),
        other => format!("{other}i"),
    };
    match (z.re == 0.0, z.im == 0.0) {
        (_, true) => real(z.re, digits),
        (true, false) if sign == "+" => imaginary,
        (true, false) => format!("{sign}{imaginary}"),
        (false, false) => format!("{} {sign} {imaginary}", real(z.re, digits)),
    }
}

/// A share in per cent, to three digits: `0.13 %`, `87 %`.
pub fn percent(share: f64) -> String {
    let x = 100.0 * share;
    if x != 0.0 && x.abs() < 1e-4 { format!("{} %", real(x, 2)) } else { format!("{} %", real(x, if x.abs() < 10.0 { 2 } else { 3 })) }
}

/// A point: `(1, 1)`; coordinates beyond the sixth are left out.
pub fn point(x: &[f64]) -> String {
    if x.is_empty() {
        return "not known".into();
    }
    let largest = x.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let shown = |x: f64| if x.abs() <= NOISE * largest.max(1.0) { 0.0 } else { x };
    let parts: Vec<String> = x.iter().take(6).map(|&x| real(shown(x), DIGITS)).collect();
    format!("({}{})", parts.join(", "), if x.len() > 6 { ", …" } else { "" })
}

/// A count with its noun: `1 step`, `3 steps`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// One noun or the other.
pub fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_a_complex_number() {
        let of = |re: f64, im: f64| complex(Complex::new(re, im), 4);
        assert_eq!([of(-1.37654, 0.822766), of(0.0, 1.0), of(0.0, -2.0), of(3.0, 0.0)], ["−1.377 + 0.8228i", "i", "−2i", "3"]);
        assert_eq!(of(-3e-6, 0.9996), "−3e−6 + 0.9996i");
        assert_eq!(pair(Complex::new(-0.1, -2.0), 4), "−0.1 ± 2i");
        assert_eq!(pair(Complex::new(0.0, 1.0), 4), "±i");
        assert_eq!(complex(Complex::new(-0.1, 2.0), 15), "−0.1 + 2i");
        assert_eq!(complex(Complex::new(1e30, 1.0), 4), "1e30");
    }

    #[test]
    fn reals_and_shares() {
        assert_eq!([real(123_456.7, 4), real(1234567.0, 4), real(-0.0, 4), real(999.96, 4)], ["123500", "1.235e6", "0", "1000"]);
        assert_eq!([percent(0.867_2), percent(0.001_3), percent(1e-9), percent(0.0)], ["86.7 %", "0.13 %", "1e−7 %", "0 %"]);
        assert_eq!([signed(0.5, 3), signed(-0.5, 3), signed(0.0, 3)], ["+0.5", "−0.5", "0"]);
        assert_eq!(point(&[1.0, 1e-17, -0.25]), "(1, 0, −0.25)");
    }
}
