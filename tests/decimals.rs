//! The same scheme typed once exactly and once in 16-digit decimals: the same verdicts, the second marked as to rounding.

use lambdahat::exact::Number;
use lambdahat::method::{Method, catalog, scheme};
use lambdahat::stability::{Extent, StabilityFunction};
use lambdahat::verify::{Verification, verify};
use rayon::prelude::*;
use serde_json::Value;

/// Sixteen significant digits, zeros at the end included; zero itself is typed as 0.
fn sixteen_digits(x: &Number) -> String {
    let text = x.decimal(16);
    if text == "0" {
        return text;
    }
    let (mantissa, exponent) = text.split_once('e').map_or((text.as_str(), None), |(m, e)| (m, Some(e)));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect::<String>();
    let missing = 16usize.saturating_sub(digits.trim_start_matches('0').len());
    let point = if mantissa.contains('.') { "" } else { "." };
    let exponent = exponent.map_or(String::new(), |e| format!("e{e}"));
    format!("{mantissa}{point}{}{exponent}", "0".repeat(missing))
}

/// What a user who copies a table types.
fn in_decimals(method: &Method) -> Method {
    let row = |list: &[Number]| format!("[{}]", list.iter().map(|x| format!("\"{}\"", sixteen_digits(x))).collect::<Vec<_>>().join(", "));
    let text = match method {
        Method::RungeKutta(method) => {
            let a: Vec<String> = method.a().iter().map(|r| row(r)).collect();
            let b_hat = method.b_hat().map_or(String::new(), |b| format!("b_hat = {}\n", row(b)));
            format!("[runge-kutta]\nA = [{}]\nb = {}\n{b_hat}", a.join(", "), row(method.b()))
        }
        Method::Multistep(method) => format!("[multistep]\nalpha = {}\nbeta = {}\n", row(method.alpha()), row(method.beta())),
    };
    scheme::parse(&text, "typed").unwrap_or_else(|e| panic!("{}: {e}", method.name()))
}

#[test]
fn sixteen_digits_are_sixteen_digits() {
    for (x, typed) in [
        (Number::ratio(1, 3), "0.3333333333333333"),
        (Number::ratio(-1, 2), "-0.5000000000000000"),
        (Number::from(1), "1.000000000000000"),
        (Number::from(-12), "-12.00000000000000"),
        (Number::ratio(1, 40), "0.02500000000000000"),
        (Number::ratio(1, 1_000_000_000), "1.000000000000000e-9"),
    ] {
        assert_eq!(sixteen_digits(&x), typed);
    }
}

/// The report as JSON without what names the file, what is only marked, and what is compared as extents; exact numbers as doubles.
fn comparable(report: &Verification) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    let fields = value.as_object_mut().unwrap();
    for key in ["method", "title", "source", "exact", "field", "claims", "imaginary_interval", "real_interval", "disc", "ssp_coefficient"] {
        fields.remove(key);
    }
    // A bound of the error, which may differ; and what is beside as a double.
    for key in ["a_alpha_error", "error_constant_exact"] {
        fields.remove(key);
    }
    if let Some(room) = fields.get_mut("right_half_plane").and_then(Value::as_object_mut) {
        room.remove("reach_error");
        room.remove("area_error");
    }
    // To within which tolerance an order holds is the rounding itself; the order is compared.
    for key in ["order_within", "embedded_order_within"] {
        if let Some(within) = fields.get_mut(key).and_then(Value::as_object_mut) {
            within.remove("tolerance");
            within.remove("defect");
        }
    }
    for key in ["failing", "embedded_failing"] {
        for condition in fields[key].as_array_mut().unwrap() {
            condition.as_object_mut().unwrap().remove("found");
            // The same number as a double, with the cancellation of large coefficients in it.
            condition.as_object_mut().unwrap().remove("residual");
        }
    }
    // Of several largest terms any may come first.
    if let Some(error) = fields["principal_error"].as_object_mut() {
        error.remove("tree");
    }
    if let Some(condition) = fields.get_mut("failing_condition") {
        condition.as_object_mut().unwrap().remove("found");
    }
    fields["stability"] = serde_json::to_value(report.stability.as_ref().map(StabilityFunction::to_f64)).unwrap();
    fields["at_infinity"] = report.at_infinity.as_ref().map(Number::to_f64).into();
    if let Some(phase) = &report.phase {
        fields["phase"]["dispersion_constant"] = phase.dispersion_constant.as_ref().map(Number::to_f64).into();
        fields["phase"]["dissipation_constant"] = phase.dissipation_constant.as_ref().map(Number::to_f64).into();
    }
    value
}

/// Where two reports differ by more than rounding can explain.
fn differences(path: &str, exact: &Value, typed: &Value, found: &mut Vec<String>) {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-7 * a.abs().max(1e-6);
    match (exact, typed) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differences(&format!("{path}.{key}"), a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (k, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{k}]"), a, b, found);
            }
        }
        (Value::Number(a), Value::Number(b)) if near(a.as_f64().unwrap(), b.as_f64().unwrap()) => {}
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path} is {a}, in decimals {b}")),
    }
}

/// Whether the enclosure from decimals is that of the exact extent, to within the rounding.
fn same_extent(exact: &Extent, typed: &Extent) -> bool {
    if exact.is_infinite() || typed.is_infinite() {
        return exact.is_infinite() && typed.is_infinite();
    }
    let radius = |extent: &Extent| if let Extent::Value(value) = extent { value.radius() } else { 0.0 };
    let (a, b) = (exact.to_f64(), typed.to_f64());
    (a - b).abs() <= radius(exact) + radius(typed) + 1e-9 * a
}

fn compared(method: &Method) -> Vec<String> {
    let (exact, typed) = (verify(method), verify(&in_decimals(method)));
    let mut found = Vec::new();
    differences("", &comparable(&exact), &comparable(&typed), &mut found);
    for (name, a, b) in [
        ("imaginary_interval", exact.imaginary_interval.as_ref().unwrap(), typed.imaginary_interval.as_ref().unwrap()),
        ("real_interval", exact.real_interval.as_ref().unwrap(), typed.real_interval.as_ref().unwrap()),
        ("disc", exact.disc.as_ref().unwrap(), typed.disc.as_ref().unwrap()),
        ("ssp_coefficient", exact.ssp_coefficient.as_ref().unwrap(), typed.ssp_coefficient.as_ref().unwrap()),
    ] {
        if !same_extent(a, b) {
            found.push(format!("{name} is {a:?}, in decimals {b:?}"));
        }
    }
    if !exact.exact || typed.exact {
        found.push("not marked as to rounding".into());
    }
    found.into_iter().map(|difference| format!("{}: {difference}", method.name())).collect()
}

/// Every field of the report, for every exact method of the catalogue with at most nine stages, multistep methods included.
#[test]
fn decimals_give_the_verdicts_of_the_exact_scheme() {
    let exact: Vec<Method> = catalog::all()
        .unwrap()
        .into_iter()
        .filter(|method| match method {
            Method::RungeKutta(method) => method.is_exact() && method.stages() <= 9,
            Method::Multistep(method) => method.is_exact(),
        })
        .collect();
    assert!(exact.len() > 120, "{}", exact.len());
    let wrong: Vec<String> = exact.par_iter().flat_map_iter(compared).collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Adams–Bashforth 3 as anyone types it: whole numbers whole, the rest in sixteen digits.
#[test]
fn whole_numbers_may_stay_whole() {
    let text = "[multistep]\nalpha = [0, 0, -1, 1]\nbeta = [0.4166666666666667, -1.333333333333333, 1.916666666666667, 0]\n";
    let typed = verify(&scheme::parse(text, "typed").unwrap());
    let exact = verify(&catalog::find("adams-bashforth-3").unwrap());
    let (exact_interval, interval) = (exact.imaginary_interval.unwrap(), typed.imaginary_interval.unwrap());
    assert!(!typed.exact && same_extent(&exact_interval, &interval));
    assert!((interval.to_f64() - 0.7236).abs() < 1e-4);
}
