//! The types of arguments: methods, complex numbers, ranges, sizes.

use super::failure::Failure;
use super::output;
use lambdahat::files::{ReadError, read_bounded};
use lambdahat::fit::MethodRecord;
use lambdahat::loops::{self, Call, CallError, CallName, Precision, Regression};
use lambdahat::method::{Method, catalog, scheme};
use lambdahat::stability::region::Window;
use lambdahat::words::loops as words;
use lambdahat::words::no_integrator;
use num_complex::Complex64;
use std::ops::Range;
use std::path::Path;

/// Bytes of a scheme file or a field file at most.
pub const LARGEST_SCHEME: u64 = 1 << 20;

/// What METHOD means to a command that follows whole training calls.
pub enum Asked {
    /// A method with equal steps.
    Method(Box<Method>),
    /// A library's call.
    Call(Box<Call>),
    /// A regression on estimated derivatives.
    Regression(Box<Regression>),
}

/// The method or the call that METHOD means. A call that takes one step of its scheme per sample is that method.
pub fn asked(text: &str) -> Result<Asked, Failure> {
    if let Some(regression) = regression(text)? {
        return Ok(Asked::Regression(Box::new(regression)));
    }
    match call(text)? {
        Some(call) if !call.is_one_step_a_sample() => Ok(Asked::Call(Box::new(call))),
        _ => method(text).map(|method| Asked::Method(Box::new(method))),
    }
}

/// The regression on estimated derivatives that a text means, where it names one.
pub fn regression(text: &str) -> Result<Option<Regression>, Failure> {
    if scheme_path(text).is_some() { Ok(None) } else { Ok(Regression::read(text)?) }
}

/// The training call that a text means, where it names a library whose loop is known.
pub fn call(text: &str) -> Result<Option<Call>, Failure> {
    if scheme_path(text).is_some() {
        return Ok(None);
    }
    let Some(name) = CallName::read(text)? else { return Ok(None) };
    match Call::of(name) {
        Ok(call) => Ok(Some(call)),
        // Libraries have many more methods; those of the catalogue are followed with equal steps.
        Err(CallError::UnknownMethod { .. }) if catalog::find(text).is_ok() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The method with equal steps that METHOD means: a path to a scheme file when it looks like one, else a name of the catalogue or a library's
/// call that takes one step per sample. Other calls are refused.
pub fn method(text: &str) -> Result<Method, Failure> {
    if regression(text)?.is_some() {
        return Err(Failure::new(no_integrator(text)));
    }
    match call(text)? {
        Some(call) if !call.is_one_step_a_sample() => Err(Failure::new(words::no_single_step(&call))),
        _ => scheme(text),
    }
}

/// The scheme behind METHOD, whatever steps a call would take with it.
pub fn scheme(text: &str) -> Result<Method, Failure> {
    let Some(path) = scheme_path(text) else { return named(text) };
    let bytes = read_bounded(path, LARGEST_SCHEME).map_err(|error| unreadable("scheme file", text, &error))?;
    let content =
        String::from_utf8(bytes).map_err(|e| Failure::new(format!("{text}: not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))?;
    Ok(scheme::parse(&content, text)?)
}

/// Why a file that the user named is not read.
pub fn unreadable(kind: &str, text: &str, error: &ReadError) -> Failure {
    match error {
        ReadError::Io { source, .. } => Failure::new(format!("cannot read the {kind} {text}: {source}")),
        other => Failure::new(format!("the {kind}: {other}")),
    }
}

/// A scheme by the catalogue's name, by a library's, or by one that only people use.
fn named(text: &str) -> Result<Method, Failure> {
    if let Some(call) = call(text)? {
        return Ok(catalog::find(call.scheme)?);
    }
    let missing = match catalog::find(text) {
        Ok(method) => {
            if CallName::read(text).is_ok_and(|name| name.is_some()) {
                output::note(words::loop_not_known(text, method.name()));
            }
            return Ok(method);
        }
        Err(error) => error,
    };
    match loops::bare(text) {
        None => Err(missing.into()),
        Some(found) => match found.schemes.as_slice() {
            [one] => {
                output::note(words::bare_name(text, &found));
                if *one == "leap-frog" {
                    output::note(words::LEAPFROG);
                }
                Ok(catalog::find(one)?)
            }
            _ => Err(Failure::new(words::ambiguous_name(text, &found))),
        },
    }
}

/// What one call of a library covers: `pairs`, or `trajectory:K` for K samples.
pub fn covered(text: &str) -> Result<usize, String> {
    match text.split_once(':') {
        None if text == "pairs" => Ok(1),
        Some(("trajectory", k)) if k.parse::<u16>().is_ok_and(|k| k >= 1) => k.parse().map_err(|_| String::new()),
        _ => Err("write pairs, or trajectory:K with K from 1 to 65535".to_owned()),
    }
}

/// `float32` or `float64`.
pub fn precision(text: &str) -> Result<Precision, String> {
    Precision::find(text).ok_or_else(|| "write float32 or float64".to_owned())
}

/// The scheme file that METHOD means, where it looks like a path.
pub fn scheme_path(text: &str) -> Option<&Path> {
    let path = Path::new(text);
    let like = text.contains(['/', '\\']) || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    like.then_some(path)
}

/// The methods of a list, each once: a name given twice, or two names of one method, count as one.
pub fn methods(texts: &[String]) -> Result<Vec<Method>, Failure> {
    let mut all: Vec<Method> = Vec::with_capacity(texts.len());
    for text in texts {
        let found = method(text)?;
        let record = MethodRecord::of(&found);
        if !all.iter().any(|known| known.name() == found.name() && MethodRecord::of(known).same(&record)) {
            all.push(found);
        }
    }
    Ok(all)
}

/// Methods, calls and regressions.
pub type AskedList = (Vec<Method>, Vec<Call>, Vec<Regression>);

/// The methods, the calls and the regressions of a list, each once.
pub fn asked_list(texts: &[String]) -> Result<AskedList, Failure> {
    let mut calls: Vec<Call> = Vec::new();
    let mut regressions: Vec<Regression> = Vec::new();
    let mut names = Vec::new();
    for text in texts {
        if let Some(found) = regression(text)? {
            if !regressions.contains(&found) {
                regressions.push(found);
            }
            continue;
        }
        match call(text)? {
            Some(call) if !call.is_one_step_a_sample() => {
                if !calls.contains(&call) {
                    calls.push(call);
                }
            }
            _ => names.push(text.clone()),
        }
    }
    Ok((methods(&names)?, calls, regressions))
}

/// The methods and the calls of a list, for a command that integrates: regressions are refused.
pub fn integrators(texts: &[String]) -> Result<(Vec<Method>, Vec<Call>), Failure> {
    if let Some(text) = texts.iter().find(|text| matches!(regression(text), Ok(Some(_)))) {
        return Err(Failure::new(no_integrator(text)));
    }
    let (methods, calls, _) = asked_list(texts)?;
    Ok((methods, calls))
}

/// METHOD as a text that completion scripts know the names of.
#[derive(Clone)]
pub struct MethodName;

impl clap::builder::TypedValueParser for MethodName {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, argument: Option<&clap::Arg>, value: &std::ffi::OsStr) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        let names = catalog::names().chain(loops::names().iter().map(String::as_str)).chain(Regression::NAMES);
        Some(Box::new(names.map(clap::builder::PossibleValue::new)))
    }
}

/// A complex number as typed: `-0.1+2i`, `2i`, `-i`, `3`, `1e-3-2.5e1i`.
pub fn complex(text: &str) -> Result<Complex64, String> {
    let fail = || format!("`{text}` is not a complex number; write it like -0.1+2i");
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('−', "-");
    let number = |part: &str| part.parse::<f64>().ok().filter(|x| x.is_finite());
    let imaginary = |part: &str| match part {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        part => number(part.strip_suffix('*').unwrap_or(part)),
    };
    let Some(body) = compact.strip_suffix(['i', 'j']) else {
        return number(&compact).map(|re| Complex64::new(re, 0.0)).ok_or_else(fail);
    };
    // The imaginary part starts at the last sign that is neither first nor part of an exponent.
    let bytes = body.as_bytes();
    let split = (1..bytes.len()).rev().find(|&k| matches!(bytes[k], b'+' | b'-') && !matches!(bytes[k - 1], b'e' | b'E'));
    let value = match split {
        Some(k) => number(&body[..k]).zip(imaginary(&body[k..])),
        None => imaginary(body).map(|im| (0.0, im)),
    };
    value.map(|(re, im)| Complex64::new(re, im)).ok_or_else(fail)
}

/// Farther out than any boundary of a stability region, and finer than a raster of f64 resolves.
const FARTHEST: f64 = 1e9;
const FINEST: f64 = 1e-9;

/// A range as typed: `-5..2`.
pub fn range(text: &str) -> Result<Range<f64>, String> {
    let fail = || format!("`{text}` is not a range; write it like -5..2");
    let (low, high) = text.split_once("..").ok_or_else(fail)?;
    let number = |part: &str| part.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let (low, high) = number(low).zip(number(high)).ok_or_else(fail)?;
    if low >= high {
        return Err(format!("`{text}`: the lower end must lie below the upper one"));
    }
    if low.abs().max(high.abs()) > FARTHEST || high - low < FINEST * low.abs().max(high.abs()).max(1.0) {
        return Err(format!("`{text}`: give a range within ±{FARTHEST:e}, no narrower than {FINEST:e} and {FINEST:e} of its ends"));
    }
    Ok(low..high)
}

/// The window of two ranges, which must be near enough to each other in length to be drawn in equal scale.
pub fn window(re: &Range<f64>, im: &Range<f64>) -> Result<Window, Failure> {
    const LONGEST: f64 = 40.0;
    let (width, height) = (re.end - re.start, im.end - im.start);
    if width > LONGEST * height || height > LONGEST * width {
        return Err(Failure::new(format!(
            "the window is {width} wide and {height} high, and both axes have one scale: give --re and --im whose lengths differ by a factor of {LONGEST} at most"
        )));
    }
    Ok(Window::new([re.start, re.end], [im.start, im.end])?)
}

/// A size in pixels as typed: `4096x4096`, or `512` for a square.
pub fn size(text: &str) -> Result<(usize, usize), String> {
    let fail = || format!("`{text}` is not a size; write it like 800x600");
    let number = |part: &str| part.trim().parse::<usize>().ok().filter(|&n| n > 0);
    match text.split_once(['x', 'X', '×']) {
        Some((width, height)) => number(width).zip(number(height)),
        None => number(text).map(|n| (n, n)),
    }
    .ok_or_else(fail)
}

/// A positive, finite number.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err(format!("`{text}` is not a positive number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complex_numbers_as_people_type_them() {
        let parsed = |text| complex(text).map(|z| (z.re, z.im));
        assert_eq!(parsed("-0.1+2i"), Ok((-0.1, 2.0)));
        assert_eq!(parsed(" -0.1 - 2 i"), Ok((-0.1, -2.0)));
        assert_eq!(parsed("2i"), Ok((0.0, 2.0)));
        assert_eq!(parsed("-i"), Ok((0.0, -1.0)));
        assert_eq!(parsed("1e-3-2.5e+1i"), Ok((1e-3, -25.0)));
        assert_eq!(parsed("3"), Ok((3.0, 0.0)));
        assert_eq!(parsed("1+2*i"), Ok((1.0, 2.0)));
        for bad in ["", "i2", "1+2", "nan", "inf+i", "1++2i", "x", "1+2ii"] {
            assert!(complex(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_and_sizes() {
        assert_eq!(range("-5..2"), Ok(-5.0..2.0));
        assert!(range("-1e300..1e300").is_err() && range("1e9..1.0000000001e9").is_err() && range("-1e9..1e9").is_ok());
        assert!(range("2..-5").is_err() && range("1").is_err() && range("a..b").is_err());
        assert_eq!(size("40x30"), Ok((40, 30)));
        assert!(size("0x3").is_err() && size("ax3").is_err() && size("-4").is_err());
    }
}
