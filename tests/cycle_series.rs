//! Van der Pol's cycle, true and as the series of learned fields have it, to the digits that scipy 1.17 gives; and the shift of its period to first order, by the phase response.

use lambdahat::dynamics::{Field, Flow, LimitCycle, PolynomialField, System};
use lambdahat::method::{Method, catalog};
use lambdahat::order::FieldExpansion;

fn system(mu: f64) -> System {
    System::named("van-der-pol").unwrap().with("mu", mu).unwrap()
}

fn cycle(field: &dyn Field) -> LimitCycle {
    LimitCycle::reached(field, &[2.0, 0.0], 0.05).unwrap()
}

/// The learned field's series: f + h^p g + … through this power.
fn series(method: &str, power: usize) -> FieldExpansion {
    let Method::RungeKutta(scheme) = catalog::find(method).unwrap() else { unreachable!() };
    FieldExpansion::inverse(&scheme, &PolynomialField::of_system(&system(1.0)).unwrap(), power).unwrap()
}

/// Where the cycle crosses y = 0 at x > 0, in a turn and a little.
fn crossing(field: &dyn Field, cycle: &LimitCycle) -> f64 {
    let orbit = Flow::reference().trajectory(field, &cycle.point, cycle.period / 1024.0, 1040).unwrap();
    let mut x = orbit.windows(2).find(|pair| pair[0][1] > 0.0 && pair[1][1] <= 0.0 && pair[0][0] > 0.0).unwrap()[0].clone();
    for _ in 0..5 {
        let mut slope = [0.0; 2];
        field.value(&x, &mut slope);
        let time = -x[1] / slope[1];
        let there = Flow::reference().trajectory(field, &x, time.abs().max(1e-300), 1).unwrap()[1].clone();
        // Beyond the crossing a straight line leads back: nothing is left of its bend there.
        x = if time > 0.0 { there } else { vec![x[0] + time * slope[0], x[1] + time * slope[1]] };
    }
    x[0]
}

/// Periods and amplitudes to ten decimals; the half range of 1024 samples, each extremum on a parabola, has eight or so.
#[test]
fn true_cycles() {
    for (mu, period, amplitude, half_range) in [(1.0, 6.6632868593, 2.0086198609, 1e-9), (3.0, 8.8590954997, 2.0233041417, 2e-8)] {
        let found = cycle(&system(mu));
        let crossing = crossing(&system(mu), &found);
        assert!((found.period - period).abs() <= 5e-11, "{mu}: {}", found.period);
        assert!((crossing - amplitude).abs() <= 5e-11, "{mu}: {crossing}");
        assert!((found.amplitude[0] - amplitude).abs() <= half_range, "{mu}: {}", found.amplitude[0]);
    }
    let multiplier = cycle(&system(1.0)).multiplier;
    assert!((multiplier - 8.59695064e-4).abs() <= 5e-13, "{multiplier}");
}

/// Periods and where the learned cycles cross y = 0 at x > 0: the series through h⁸ (h¹⁰ for RK4), to half a unit of the last digit. (The table that this is from has 6.42753 for the
/// implicit midpoint rule at 0.5; scipy with tolerances of 1e-13 gives 6.4275246 for the same series, as here.)
#[test]
fn learned_cycles() {
    for (method, power, interval, (period, period_digit), (expected, digit)) in [
        ("forward-euler", 8, 0.02, (6.5692746, 1e-7), (1.9706805, 1e-7)),
        ("forward-euler", 8, 0.1, (6.2529786, 1e-7), (1.8199507, 1e-7)),
        ("forward-euler", 8, 0.2, (5.9596439, 1e-7), (1.6302340, 1e-7)),
        ("implicit-euler", 8, 0.02, (6.7643970, 1e-7), (2.0468512, 1e-7)),
        ("implicit-euler", 8, 0.1, (7.2541408, 1e-7), (2.2054842, 1e-7)),
        ("implicit-euler", 8, 0.2, (8.1305105, 1e-7), (2.4303405, 1e-7)),
        ("midpoint", 8, 0.05, (6.6672180, 1e-7), (2.0097868, 1e-7)),
        ("midpoint", 8, 0.1, (6.6770538, 1e-7), (2.0123031, 1e-7)),
        ("implicit-midpoint", 8, 0.1, (6.6545716, 1e-7), (2.0045978, 1e-7)),
        ("implicit-midpoint", 8, 0.3, (6.5827048, 1e-7), (1.9715652, 1e-7)),
        ("implicit-midpoint", 8, 0.5, (6.42752, 1e-5), (1.90149, 1e-5)),
        ("rk4", 10, 0.1, (6.6632073, 1e-7), (2.0086197, 1e-7)),
        ("rk4", 10, 0.2, (6.6621989, 1e-7), (2.0087486, 1e-7)),
        ("rk4", 10, 0.3, (6.65876, 1e-5), (2.00985, 1e-5)),
        ("rk4", 10, 0.4, (6.6527, 1e-4), (2.0133, 1e-4)),
    ] {
        let field = series(method, power).truncated(interval, power);
        let cycle = cycle(&field);
        let found = crossing(&field, &cycle);
        println!("{method}, {interval}: {} beside {period}, {found} beside {expected}", cycle.period);
        assert!((cycle.period - period).abs() <= 0.5 * period_digit + 1e-9, "{method}, {interval}: {} beside {period}", cycle.period);
        assert!((found - expected).abs() <= 0.5 * digit + 1e-9, "{method}, {interval}: {found} beside {expected}");
    }
}

/// Through RK4 at H = 0.5 two truncations disagree by more than a shift of the period: the series says nothing there, as the midpoint rule's says nothing from H = 0.2 on.
#[test]
fn where_truncations_disagree() {
    for (power, period) in [(10, 6.6846), (8, 6.6599)] {
        let found = cycle(&series("rk4", power).truncated(0.5, power)).period;
        assert!((found - period).abs() <= 5e-5, "h^{power}: {found}");
    }
}

/// ∮ Z·g dt for the term h^p g of the learned field.
fn phase_integral(method: &str, p: usize) -> f64 {
    let system = system(1.0);
    let cycle = cycle(&system);
    let steps = 4096;
    let h = cycle.period / steps as f64;
    // Twice as many states as steps, for the stages half way.
    let orbit = Flow::reference().trajectory(&system, &cycle.point, h / 2.0, 2 * steps).unwrap();
    let slope = |x: &[f64], z: [f64; 2]| {
        let mut df = [0.0; 4];
        system.jacobian(x, &mut df);
        [-(df[0] * z[0] + df[2] * z[1]), -(df[1] * z[0] + df[3] * z[1])]
    };
    let value = |x: &[f64]| {
        let mut f = [0.0; 2];
        system.value(x, &mut f);
        f
    };
    // Backwards Z settles on the phase response: a turn shrinks what is beside it to 8.6e-4.
    let mut response = vec![[1.0, 1.0]; steps + 1];
    for _ in 0..5 {
        let f = value(&orbit[0]);
        let z = response[0];
        let scale = z[0] * f[0] + z[1] * f[1];
        response[steps] = [z[0] / scale, z[1] / scale];
        for k in (0..steps).rev() {
            let z = response[k + 1];
            let ahead = |d: [f64; 2], part: f64| [z[0] - part * h * d[0], z[1] - part * h * d[1]];
            let a = slope(&orbit[2 * k + 2], z);
            let b = slope(&orbit[2 * k + 1], ahead(a, 0.5));
            let c = slope(&orbit[2 * k + 1], ahead(b, 0.5));
            let d = slope(&orbit[2 * k], ahead(c, 1.0));
            response[k] = [0, 1].map(|i| z[i] - h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]));
        }
    }
    let learned = series(method, p).truncated(1.0, p);
    let integrand = |k: usize| {
        let (x, z) = (&orbit[2 * k], response[k]);
        let (mut all, f) = ([0.0; 2], value(x));
        learned.value(x, &mut all);
        z[0] * (all[0] - f[0]) + z[1] * (all[1] - f[1])
    };
    (0..steps).map(integrand).sum::<f64>() * h
}

/// T̂ − T = −h^p ∮ Z·g dt with Ż = −(Df)ᵀZ, Z·f = 1 (Malkin's formula), to the digits that are printed; and the shift of the cycle of f + h^p g, by differences in h, is the same.
#[test]
fn the_first_order_of_the_shift() {
    /// Method, its order, h, and for each interval the shift with its last digit.
    type Row<'a> = (&'a str, usize, f64, &'a [(f64, f64, f64)]);
    let rows: [Row<'_>; 5] = [
        ("forward-euler", 1, 2e-5, &[(0.02, -0.0975, 1e-4), (0.1, -0.487, 1e-3), (0.2, -0.975, 1e-3)]),
        ("implicit-euler", 1, 2e-5, &[(0.02, 0.0975, 1e-4), (0.1, 0.487, 1e-3), (0.2, 0.975, 1e-3)]),
        ("midpoint", 2, 5e-3, &[(0.05, 0.00434, 1e-5), (0.1, 0.0174, 1e-4)]),
        ("implicit-midpoint", 2, 5e-3, &[(0.1, -0.00869, 1e-5), (0.3, -0.0782, 1e-4), (0.5, -0.217, 1e-3)]),
        ("rk4", 4, 5e-2, &[(0.1, -8.84e-5, 1e-7), (0.2, -1.41e-3, 1e-5), (0.3, -7.2e-3, 1e-4), (0.4, -2.3e-2, 1e-3)]),
    ];
    for (method, order, h, shifts) in rows {
        let slope = -phase_integral(method, order);
        for (interval, printed, digit) in shifts {
            let shift = slope * interval.powi(order as i32);
            assert!((shift - printed).abs() <= 0.5 * digit, "{method}, {interval}: {shift} beside {printed}");
        }
        let moved = cycle(&series(method, order).truncated(h, order)).period - cycle(&system(1.0)).period;
        let difference = moved / h.powi(order as i32);
        println!("{method}: {slope}, {difference} by differences");
        assert!((difference / slope - 1.0).abs() < 1e-4, "{method}: {slope}, {difference} by differences");
    }
}
