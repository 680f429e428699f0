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

/// One step of classical RK4.
fn stepped(field: &dyn Fn([f64; 2]) -> [f64; 2], [x, y]: [f64; 2], h: f64) -> [f64; 2] {
    let ahead = |k: [f64; 2], part: f64| [x + part * h * k[0], y + part * h * k[1]];
    let a = field([x, y]);
    let b = field(ahead(a, 0.5));
    let c = field(ahead(b, 0.5));
    let d = field(ahead(c, 1.0));
    [x + h / 6.0 * (a[0] + 2.0 * b[0] + 2.0 * c[0] + d[0]), y + h / 6.0 * (a[1] + 2.0 * b[1] + 2.0 * c[1] + d[1])]
}

/// The fields that the Euler methods learn are known: (φ_H − id)/H and (id − φ_{−H})/H. Their cycles' periods and where they cross y = 0, at intervals where no series serves too
/// (scipy 1.17, tolerances of 1e-12; a series through h⁸ gives 5.9596439 and 1.6302340 at 0.2, and 8.1305105 and 2.4303405 for the last, and at H = 1 a turn shrinks a deviation from the cycle by a half only).
#[test]
fn the_euler_methods_learn_known_fields() {
    let truth = |[x, y]: [f64; 2]| [y, (1.0 - x * x) * y - x];
    let flow = |start: [f64; 2], h: f64| {
        let steps = (h.abs() / 0.01).ceil();
        (0..steps as usize).fold(start, |x, _| stepped(&truth, x, h / steps))
    };
    for (explicit, interval, period, crossing) in [
        (true, 0.02, 6.5692746, 1.9706805),
        (true, 0.1, 6.2529786, 1.8199507),
        (true, 0.2, 5.9596441, 1.6302342),
        (true, 0.5, 5.4465857, 1.0687458),
        (true, 1.0, 4.971717, 0.2851201),
        (false, 0.02, 6.7643970, 2.0468512),
        (false, 0.1, 7.2541408, 2.2054842),
        (false, 0.2, 8.1304983, 2.4303378),
    ] {
        let h = if explicit { interval } else { -interval };
        let learned = |x: [f64; 2]| {
            let there = flow(x, h);
            [(there[0] - x[0]) / h, (there[1] - x[1]) / h]
        };
        let (step, mut x, mut passed, mut last) = (0.01, [crossing * 1.01, 0.0], 0.0, 0.0);
        let mut found = (f64::NAN, f64::NAN);
        for n in 0..100_000 {
            let next = stepped(&learned, x, step);
            if n > 10 && x[1] > 0.0 && next[1] <= 0.0 && next[0] > 0.0 {
                // The part of the step at which y vanishes.
                let (mut low, mut high) = (0.0, step);
                for _ in 0..50 {
                    let middle = 0.5 * (low + high);
                    if stepped(&learned, x, middle)[1] > 0.0 { low = middle } else { high = middle }
                }
                let now = passed + low;
                let before = found;
                found = (now - last, stepped(&learned, x, low)[0]);
                last = now;
                if (found.0 - before.0).abs() < 1e-9 && (found.1 - before.1).abs() < 1e-9 {
                    break;
                }
            }
            (x, passed) = (next, passed + step);
        }
        let digits = if interval == 1.0 { 2e-6 } else { 6e-8 };
        println!("{interval}: {found:?} beside {period}, {crossing}");
        assert!(
            (found.0 - period).abs() < digits && (found.1 - crossing).abs() < digits,
            "{interval}: {found:?} beside {period}, {crossing}"
        );
    }
}

/// Lorenz's spirals as methods learn them: already at H = 0.005 forward Euler turns their growth into decay, so that chaos is lost; the sign flips at H = 0.0018 for it, at 0.043 for
/// the midpoint rule, and not below 0.05 for RK4.
#[test]
fn chaos_is_lost_where_the_spirals_decay() {
    let spiral = num_complex::Complex::new(0.0939556239647, 10.1945052209279);
    let at = |method: &str, interval: f64| {
        let equation = lambdahat::inverse::LearningEquation::of(&catalog::find(method).unwrap()).unwrap();
        let found = equation.branches(spiral, lambdahat::method::Sampling::new(interval, 1).unwrap()).unwrap();
        found.principal().unwrap().lambda
    };
    for (method, interval, re, im) in [
        ("forward-euler", 0.005, -0.16590796, 10.19487944),
        ("rk4", 0.05, 0.09655425, 10.19959309),
        ("implicit-euler", 0.005, 0.35357514, 10.18530528),
    ] {
        let learned = at(method, interval);
        assert!((learned - num_complex::Complex::new(re, im)).norm() < 1e-8, "{method}, {interval}: {learned}");
    }
    for (method, flips) in [("forward-euler", 0.0018), ("midpoint", 0.043)] {
        assert!(at(method, 0.97 * flips).re > 0.0 && at(method, 1.03 * flips).re < 0.0, "{method}");
    }
    assert!((1..=50).all(|k| at("rk4", 0.001 * f64::from(k)).re > 0.0));
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
    for interval in [0.2, 0.3, 0.5] {
        assert_eq!(learned("midpoint", interval), None, "{interval}");
    }
    assert_eq!(learned("rk4", 0.5), None);
    assert_eq!(learned("forward-euler", 1.0), None);
}
