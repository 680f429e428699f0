//! What learning through a method does to Van der Pol's cycle (μ = 1): periods of the learned fields, computed with scipy 1.17 from the inverse modified equation.

use lambdahat::dynamics::System;
use lambdahat::inverse::Limits;
use lambdahat::method::catalog;
use lambdahat::predict::{LearnedCycle, Prediction, Subject};

const PERIOD: f64 = 6.6632868593;

fn learned(method: &str, interval: f64) -> Option<LearnedCycle> {
    let subject = Subject::from_system(&System::named("van-der-pol").unwrap(), interval).unwrap();
    let methods = vec![catalog::find(method).unwrap()];
    let report = Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report_with_orbits().unwrap();
    report.methods[0].cycle.clone()
}

/// The learned periods, to within the stated truncation of the series and the digits that are given here.
#[test]
fn periods() {
    let expected = [
        ("forward-euler", 0.02, 6.5692746),
        ("implicit-euler", 0.02, 6.7643970),
        ("midpoint", 0.05, 6.6672180),
        ("midpoint", 0.1, 6.6770538),
        ("implicit-midpoint", 0.1, 6.6545716),
        ("rk4", 0.1, 6.6632073),
    ];
    for (method, interval, period) in expected {
        let found = learned(method, interval).unwrap_or_else(|| panic!("{method}, {interval}: no cycle"));
        assert!((found.true_period - PERIOD).abs() < 1e-7, "{found:?}");
        assert!((found.period - period).abs() < 1e-7 + 1.5 * found.truncation, "{method}, {interval}: {found:?}");
        assert!((found.true_amplitude[0] - 2.0086198609).abs() < 1e-8 && (found.true_multiplier / 8.59695064e-4 - 1.0).abs() < 1e-6);
    }
}

/// The first order of the shift, −h^p ∮ Z·g dt: halving h divides it by 2^p, and it is that of the formula.
#[test]
fn the_shift_is_of_the_order_of_the_method() {
    // Shift over h^p by Malkin's formula: −0.0975/0.02, 0.00434/0.05², −0.00869/0.1², −8.84e-5/0.1⁴.
    for (method, interval, order, slope) in [
        ("forward-euler", 0.005, 1, -4.875),
        ("midpoint", 0.005, 2, 1.737),
        ("implicit-midpoint", 0.03, 2, -0.869),
        ("rk4", 0.03, 4, -0.884),
    ] {
        let found = learned(method, interval).unwrap();
        let shift = (found.period - PERIOD) / interval.powi(order);
        assert!((shift / slope - 1.0).abs() < 0.03, "{method}: {shift} against {slope}");
    }
}

/// Where truncations of the series disagree nothing is said.
#[test]
fn no_number_beyond_the_series() {
    assert_eq!(learned("midpoint", 0.5), None);
    assert_eq!(learned("forward-euler", 1.0), None);
}
