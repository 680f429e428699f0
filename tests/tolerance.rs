//! Orders and claims to within a tolerance: published coefficients that are rounded, against residuals computed in Python's fractions.

use lambdahat::method::scheme;
use lambdahat::verify::{ClaimFault, Verification, verify};

/// `A`, `b` and the largest residuals of orders 1 to 7 of each reference scheme.
fn references() -> toml::Table {
    include_str!("data/rounded_schemes.toml").parse().unwrap()
}

/// A reference scheme as a file, its numbers quoted (as the file has them) and more lines before or after.
fn file(name: &str, above: &str, below: &str) -> Verification {
    let reference = &references()[name];
    let text = format!("{above}\n[runge-kutta]\nA = {}\nb = {}\n{below}", reference["A"], reference["b"]);
    verify(&scheme::parse(&text, name).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn rounded_schemes_have_their_order_to_within_their_digits() {
    let orders = [
        ("carpenter-kennedy-54", 4, 1e-25),
        ("stanescu-habashi-54-7-digits", 4, 1e-6),
        ("rk4-8-digits", 4, 1e-8),
        ("rk4-10-digits", 4, 1e-10),
        ("ralston-as-python-prints-it", 2, 1e-16),
        ("gauss-as-python-prints-it", 4, 1e-16),
        ("ssp22star-nodepy", 2, 1e-14),
        ("cmr6-nodepy", 6, 1e-14),
        ("ssp75-nodepy", 5, 1e-14),
    ];
    assert_eq!(references().len(), orders.len());
    for (name, order, tolerance) in orders {
        let report = file(name, "", "");
        let found = report.order_within.unwrap();
        let defects: Vec<f64> = references()[name]["defects"].as_array().unwrap().iter().map(|x| x.as_float().unwrap()).collect();
        let defect = defects[..order].iter().copied().fold(0.0, f64::max);
        assert_eq!((found.order, found.tolerance), (order, tolerance), "{name}: {found:?}");
        assert!((found.defect - defect).abs() <= 1e-12 * defect, "{name}: {} and {defect}", found.defect);
        assert!(defects[order] > 1e3 * defect, "{name}");
    }
}

/// The exact order stays what it is; a claim of it holds, and a claim of the order that was meant holds to within the tolerance.
#[test]
fn claims_hold_to_within_the_tolerance_and_say_so() {
    let report = file(
        "stanescu-habashi-54-7-digits",
        "",
        "[claims]\norder = 4\nlinear_order = 4\na_stable = false\nimaginary_interval = 3.17\nreal_interval = 3.7",
    );
    assert_eq!((report.order, report.exact), (1, true));
    let found: Vec<(bool, Option<f64>)> = report.claims.iter().map(|claim| (claim.holds, claim.within)).collect();
    assert_eq!(found[..3], [(true, Some(1e-6)), (true, Some(1e-6)), (true, None)]);
    // 3.1699 is the end of the printed scheme's interval, 3.17 that of another one within the tolerance; 3.7 is none of theirs.
    assert_eq!(found[3..], [(true, Some(1e-6)), (false, None)]);
    let json = serde_json::to_value(&report.claims[0]).unwrap();
    assert_eq!((json["within"].as_f64(), json["found"].as_u64()), (Some(1e-6), Some(4)));
    // |R(iy)| ≤ 1 to within the rounding up to y = 3.170; exactly it is 0.
    let within = report.within.as_ref().unwrap();
    let interval = within.report.imaginary_interval.as_ref().unwrap().to_f64();
    assert!((interval - 3.170).abs() < 1e-3 && report.imaginary_interval.as_ref().unwrap().to_f64() == 0.0, "{interval}");
    let wrong = file("stanescu-habashi-54-7-digits", "", "[claims]\norder = 5\n");
    assert!(wrong.claims[0].fails());
    let exactly = file("stanescu-habashi-54-7-digits", "", "[claims]\norder = 1\n");
    assert_eq!((exactly.claims[0].holds, exactly.claims[0].within), (true, None));
}

#[test]
fn a_file_may_state_its_digits_or_its_tolerance() {
    let order = |above: &str| file("rk4-8-digits", above, "").order_within.unwrap();
    assert_eq!((order("digits = 8").order, order("digits = 8").tolerance), (4, 1e-7));
    assert_eq!((order("tolerance = 2e-9").order, order("tolerance = 2e-9").tolerance), (3, 2e-9));
    assert_eq!(order("tolerance = 1e-12").order, 2);
    let four = "digits = 4\n[runge-kutta]\nA = [[0,0,0,0],[0.5,0,0,0],[0,0.5,0,0],[0,0,1,0]]\nb = [0.1667, 0.3333, 0.3333, 0.1667]\n";
    assert_eq!(verify(&scheme::parse(four, "x").unwrap()).order_within.unwrap().order, 4);
    let refused = |line: &str| scheme::parse(&format!("{line}\n[runge-kutta]\nA = [[0]]\nb = [1]\n"), "x").unwrap_err().to_string();
    for line in ["digits = 0", "digits = 61", "digits = -1", "digits = \"7\"", "tolerance = 0", "tolerance = 1", "tolerance = -1e-9"] {
        assert!(refused(line).starts_with("x:1:"), "{line}: {}", refused(line));
    }
    // Nodes that differ from the row sums by their rounding.
    let nodes =
        |above: &str| scheme::parse(&format!("{above}\n[runge-kutta]\nA = [[0,0],[0.3333333,0]]\nb = [0,1]\nc = [0,0.333333]\n"), "x");
    assert!(nodes("digits = 6").is_ok() && nodes("").unwrap_err().to_string().contains("if the coefficients are rounded"));
}

/// The differences b − b̂ in place of b̂, as libraries store them.
#[test]
fn differences_of_weights_are_recognised() {
    let text = "[runge-kutta]\nA = [[0, 0], [1, 0]]\nb = [\"1/2\", \"1/2\"]\nb_hat = [\"-1/2\", \"1/2\"]\n[claims]\nembedded_order = 1\n";
    let report = verify(&scheme::parse(text, "x").unwrap());
    assert_eq!((report.embedded_order, report.embedded_as_difference.unwrap().order), (Some(0), 1));
    assert!(report.claims[0].fails() && matches!(report.claims[0].why, Some(ClaimFault::Difference { .. })));
    let proper = text.replace("\"-1/2\", \"1/2\"]\n[", "1, 0]\n[");
    assert!(verify(&scheme::parse(&proper, "x").unwrap()).embedded_as_difference.is_none());
}

/// A multistep method in eight digits: C_q/σ(1) to within the rounding.
#[test]
fn multistep_methods_have_an_order_within_too() {
    let text = "[multistep]\nalpha = [0, 0, -1, 1]\nbeta = [0.41666667, -1.33333333, 1.91666667, 0]\n[claims]\norder = 3\nimaginary_interval = 0.7236272269866327\n";
    let report = verify(&scheme::parse(text, "x").unwrap());
    assert_eq!(report.order, 0);
    let found = report.order_within.unwrap();
    assert_eq!((found.order, found.tolerance), (3, 1e-8));
    assert!(report.claims.iter().all(|claim| claim.holds && claim.within == Some(1e-8)), "{:?}", report.claims);
}

/// γ = 1 − 1/√2 to six digits: the largest stable disc is huge, but it ends, at a radius below 1.62e6.
#[test]
fn a_huge_disc_is_not_an_unbounded_one() {
    let text = "[runge-kutta]\nA = [[0.292893, 0], [0.707107, 0.292893]]\nb = [0.707107, 0.292893]\n[claims]\ndisc = \"infinite\"\n";
    let report = verify(&scheme::parse(text, "sdirk2").unwrap());
    assert!(report.claims[0].fails(), "{:?}", report.claims);
}
