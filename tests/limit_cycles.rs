//! What learning through a method does to Van der Pol's cycle (μ = 1): periods of the learned fields, computed with scipy 1.17 from the inverse modified equation.

use lambdahat::dynamics::{Flow, LimitCycle, PolynomialField, System};
use lambdahat::inverse::Limits;
use lambdahat::method::{Method, catalog};
use lambdahat::order::FieldExpansion;
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

/// Where the learned cycles cross y = 0 at x > 0: the inverse modified field through h⁸ (h¹⁰ for RK4), followed with scipy 1.17.
#[test]
fn crossings() {
    let system = System::named("van-der-pol").unwrap();
    let truth = PolynomialField::of_system(&system).unwrap();
    for (method, power, interval, expected) in [
        ("forward-euler", 8, 0.02, 1.9706805),
        ("implicit-euler", 8, 0.02, 2.0468512),
        ("midpoint", 8, 0.05, 2.0097868),
        ("midpoint", 8, 0.1, 2.0123031),
        ("implicit-midpoint", 8, 0.1, 2.0045978),
        ("implicit-midpoint", 8, 0.3, 1.9715652),
        ("rk4", 10, 0.1, 2.0086197),
        ("rk4", 10, 0.2, 2.0087486),
    ] {
        let Method::RungeKutta(scheme) = catalog::find(method).unwrap() else { unreachable!() };
        let field = FieldExpansion::inverse(&scheme, &truth, power).unwrap().truncated(interval, power);
        let cycle = LimitCycle::reached(&field, &[2.0, 0.0], 0.05).unwrap();
        let orbit = Flow::reference().trajectory(&field, &cycle.point, cycle.period / 4096.0, 4096).unwrap();
        let turn = orbit.windows(2).find(|pair| pair[0][1] > 0.0 && pair[1][1] <= 0.0 && pair[0][0] > 0.0).unwrap();
        // y changes by 4e-3 between the two, so that the chord errs by 1e-6 of that.
        let share = turn[0][1] / (turn[0][1] - turn[1][1]);
        let found = turn[0][0] + share * (turn[1][0] - turn[0][0]);
        assert!((found - expected).abs() < 2e-6, "{method}, {interval}: {found} beside {expected}");
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
