//! Decisions of a verification against those of independent programs, on random schemes: 300 over Q and 42 over Q(√n), by Python's fractions and python-flint
//! (tests/data/random_schemes.py, algebraic_schemes.py).

use lambdahat::method::scheme;
use lambdahat::stability::Extent;
use lambdahat::verify::{Verification, verify};
use toml::{Table, Value};

fn schemes(text: &str, kind: &str) -> Vec<Table> {
    let whole: Table = text.parse().unwrap();
    whole[kind].as_array().unwrap().iter().map(|scheme| scheme.as_table().unwrap().clone()).collect()
}

fn report(kind: &str, reference: &Table, keys: [&str; 2]) -> Verification {
    let text = format!("[{kind}]\n{0} = {1}\n{2} = {3}\n", keys[0], reference[keys[0]], keys[1], reference[keys[1]]);
    let report = verify(&scheme::parse(&text, "reference").unwrap_or_else(|e| panic!("{e}")));
    assert!(report.left_out.is_empty(), "{text}: {:?}", report.left_out);
    report
}

fn truth(reference: &Table, key: &str) -> Option<bool> {
    reference[key].as_bool()
}

/// Lengths found by other bisections and in other precisions agree to nine digits.
fn agrees(found: Option<&Extent>, stated: &Value, what: &str) {
    let (found, stated) = (found.unwrap_or_else(|| panic!("{what}")).to_f64(), stated.as_float().unwrap());
    assert!(found == stated || (found - stated).abs() <= 1e-9 * (1.0 + stated), "{what}: {found}, not {stated}");
}

fn one_step(k: usize, reference: &Table) {
    let report = report("runge-kutta", reference, ["A", "b"]);
    assert_eq!(reference["order"].as_integer(), Some(report.order as i64), "order of {k}");
    assert_eq!(reference["stage_order"].as_integer(), report.stage_order.map(|q| q as i64), "stage order of {k}");
    agrees(report.imaginary_interval.as_ref(), &reference["imaginary_interval"], &format!("imaginary interval of {k}"));
    agrees(report.real_interval.as_ref(), &reference["real_interval"], &format!("real interval of {k}"));
    assert_eq!([report.a_stable, report.i_stable], [truth(reference, "a_stable"), truth(reference, "i_stable")], "{k}");
    // The criteria decide for irreducible schemes.
    if report.irreducible == Some(true) {
        let found = [report.symplectic, report.b_stable, report.symmetric];
        assert_eq!(found, ["symplectic", "b_stable", "symmetric"].map(|key| truth(reference, key)), "{k}");
        agrees(report.ssp_coefficient.as_ref(), &reference["ssp_coefficient"], &format!("SSP coefficient of {k}"));
    }
}

#[test]
fn three_hundred_rational_schemes() {
    let all = schemes(include_str!("data/random_schemes.toml"), "scheme");
    assert_eq!(all.len(), 300);
    all.iter().enumerate().for_each(|(k, reference)| one_step(k, reference));
}

#[test]
fn forty_two_schemes_with_square_roots() {
    let text = include_str!("data/algebraic_schemes.toml");
    let all = schemes(text, "runge-kutta");
    assert_eq!(all.len(), 30);
    all.iter().enumerate().for_each(|(k, reference)| one_step(k, reference));
    let all = schemes(text, "multistep");
    assert_eq!(all.len(), 12);
    for (k, reference) in all.iter().enumerate() {
        let report = report("multistep", reference, ["alpha", "beta"]);
        assert_eq!(reference["order"].as_integer(), Some(report.order as i64), "order of {k}");
        let learning = report.learning.unwrap();
        let found = [report.zero_stable, report.strongly_stable, learning.discovery_stable];
        assert_eq!(found, ["zero_stable", "strongly_stable", "discovery_stable"].map(|key| truth(reference, key)), "{k}");
    }
}
