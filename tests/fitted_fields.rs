//! Polynomial fields that are fitted to samples: what belongs to the system is settled, and what other fields meet as well is not.

#[path = "common/chance.rs"]
mod chance;
#[path = "common/found.rs"]
mod found;

use chance::normal;
use found::{assert_modes, panel, settled};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, Mode, ModesOptions, Motion, examine};
use lambdahat::words::Say;
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The field is right to many digits where a map of low degree is wrong in the first.
#[test]
fn a_field_meets_a_limit_cycle() {
    let found = panel("van-der-pol-cycle.csv");
    assert_modes(&found, &[(0.5, 0.75f64.sqrt())], 1e-8);
    assert_eq!(found.finding.motion, Motion::Cycle);
    // The period of the cycle (6.6632868593) and its multiplier (8.59695064e-4), computed with scipy 1.17.
    let closed = found.caveats.iter().find_map(|c| match c {
        Caveat::Closed { period, multiplier, .. } => Some((*period, *multiplier)),
        _ => None,
    });
    let (period, multiplier) = closed.unwrap();
    assert!((period - 6.6632868593).abs() < 1e-6 && (multiplier / 8.59695064e-4 - 1.0).abs() < 1e-2, "{period} {multiplier}");
    let found = panel("lotka-volterra.csv");
    assert_eq!(found.finding.motion, Motion::Orbits);
    assert_modes(&found, &[(0.0, 1.0)], 1e-8);
    let found = panel("lorenz-0.02.csv");
    assert_modes(&found, &[(0.0939556, 10.1945052), (-13.8545778, 0.0)], 1e-6);
    assert_eq!(found.finding.motion, Motion::Chaos);
    let found = panel("duffing.csv");
    assert_eq!(found.finding.motion, Motion::Rest);
    assert_modes(&found, &[(-0.1, 1.41067359796659), (0.904987562, 0.0), (-1.104987562, 0.0)], 1e-8);
}

/// x' = 0.8x(1 − x) from 0.086 to 0.912, as often as not all that is seen of a growth: both places of rest are 1.21 half-widths from the middle of the samples. So it is in four digits.
#[test]
fn a_growth_shows_where_it_comes_from_and_where_it_goes() {
    for (digits, tolerance) in [(None, 1e-7), (Some(4), 1e-2)] {
        let written = |x: f64| digits.map_or(x, |digits| (x * 10f64.powi(digits)).round() / 10f64.powi(digits));
        let states: Vec<Vec<f64>> =
            (0..50).map(|k| vec![written(1.0 / (1.0 + (1.0 / 0.086 - 1.0) * (-0.096 * f64::from(k)).exp()))]).collect();
        let data = Trajectories::new("growth", vec!["x".into()], 0.12, vec![Trajectory::new(None, 0.0, &states)]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let told = settled(&found);
        assert!(!told.is_empty() && (digits.is_some() || told.len() == 2), "{digits:?}: {:?}", found.modes);
        for mode in told {
            let place = if mode.lambda.re > 0.0 { 0.0 } else { 1.0 };
            assert!(
                (mode.lambda.re.abs() - 0.8).abs() < tolerance && (mode.equilibrium[0] - place).abs() < tolerance,
                "{digits:?}: {mode:?}"
            );
        }
    }
}

/// The field's flow is no integrator on trial: twice its steps leave the modes in place, and that is told.
#[test]
fn the_flow_of_a_field_is_converged() {
    for name in ["van-der-pol-cycle.csv", "brusselator.csv", "lotka-volterra.csv", "duffing.csv"] {
        let found = panel(name);
        let told = found.caveats.iter().find_map(|caveat| match caveat {
            Caveat::FieldFitted { residual, doubled, .. } => Some((*residual, *doubled)),
            _ => None,
        });
        assert!(told.is_some_and(|(residual, doubled)| residual < 1e-9 && doubled.is_some_and(|change| change < 1e-9)), "{name}: {told:?}");
    }
}

/// Whatever the search for the field has left of its work, and where a field misses more than rounding: it is told wherever the modes of a field are.
#[test]
fn a_field_is_not_called_converged_untried() {
    let rows = |name: &str| -> Option<(bool, Option<f64>)> {
        panel(name).caveats.iter().find_map(|caveat| match caveat {
            Caveat::FieldFitted { doubled, .. } => Some((true, *doubled)),
            Caveat::FieldLeaves { residual, doubled, .. } => Some((*residual < 1e-5, *doubled)),
            _ => None,
        })
    };
    // The search for these ends with its work spent.
    for name in ["lorenz-0.02.csv", "lorenz-0.1.csv", "van-der-pol-5.csv", "brusselator.csv", "duffing.csv"] {
        let told = rows(name);
        assert!(told.is_some_and(|(_, doubled)| doubled.is_some_and(|change| change < 1e-6)), "{name}: {told:?}");
    }
    // A pendulum's series does not end at degree 7.
    let told = rows("pendulum-three.csv");
    assert!(told.is_some_and(|(meets, doubled)| meets && doubled.is_some_and(|change| change < 1e-8)), "{told:?}");
}

/// A degree that is asked for is that of a map: what is said of the field does not call its modes the field's.
#[test]
fn the_modes_of_a_map_are_not_called_those_of_a_field() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel/lotka-volterra.csv");
    let data = lambdahat::data::Reading::default().open(&path).unwrap();
    for (degree, own) in [(None, true), (Some(2), false)] {
        let found = examine(&data, &ModesOptions { degree, ..ModesOptions::default() }).unwrap();
        let told = found.caveats.iter().find_map(|c| if let Caveat::FieldFitted { of_modes, .. } = c { Some(*of_modes) } else { None });
        assert_eq!(told, Some(own), "{degree:?}");
        let text = found.caveats.iter().map(|c| c.say(lambdahat::words::Dialect::Terminal)).collect::<String>();
        assert_eq!(text.contains("The modes are those of a polynomial field"), own, "{text}");
    }
}

/// One orbit of a pendulum lies on a curve: fields that meet it to 1e-8 have other equilibria. Three orbits, one of them close, settle it.
#[test]
fn an_orbit_far_from_rest_settles_nothing() {
    for name in ["pendulum-1.csv", "pendulum-2.8.csv"] {
        let found = panel(name);
        assert!(settled(&found).is_empty(), "{name}: {:?}", found.modes);
        assert!(found.modes.iter().all(|m| !m.because.is_empty()));
    }
    assert_modes(&panel("pendulum-three.csv"), &[(0.0, 1.0)], 1e-4);
}

#[test]
fn a_line_of_equilibria_is_said_to_be_one() {
    let found = panel("sir.csv");
    assert!(settled(&found).is_empty());
    assert!(found.modes.iter().any(|m| m.because.contains(&Because::LineOfEquilibria)), "{:?}", found.modes);
}

/// One orbit on a circle, passed at an uneven speed: any multiple of x² + y² − 1 may be added to the field, so whether the orbit attracts is open, and so are the modes
/// at the equilibrium inside.
#[test]
fn one_orbit_on_an_algebraic_curve_leaves_its_neighbours_open() {
    let speed = |angle: f64| 1.0 + 0.5 * angle.cos();
    let (mut angle, mut states) = (0.3f64, Vec::new());
    for _ in 0..81 {
        states.extend([angle.cos(), angle.sin()]);
        for _ in 0..200 {
            let h = 0.4 / 200.0;
            let (a, b) = (speed(angle), speed(angle + 0.5 * h * speed(angle)));
            let c = speed(angle + 0.5 * h * b);
            angle += h * (a + 2.0 * b + 2.0 * c + speed(angle + h * c)) / 6.0;
        }
    }
    let times = (0..81).map(|k| 0.4 * f64::from(k)).collect();
    let names = vec!["x".into(), "y".into()];
    let data = Trajectories::with_times("circle", names, Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    assert!(found.caveats.iter().any(|c| matches!(c, Caveat::OrbitsOpen { .. })), "{found:?}");
    assert!(!found.caveats.iter().any(|c| matches!(c, Caveat::Closed { .. })) && settled(&found).is_empty(), "{found:?}");
    assert_eq!(found.finding.motion, Motion::Undetermined);
}

/// Rows of a system ẋ = v, v̇ = f(x, v), every `interval`, by small steps of the classical Runge–Kutta method.
fn second_order(f: impl Fn(f64, f64) -> f64, (mut x, mut v): (f64, f64), rows: u32, interval: f64) -> Vec<[f64; 2]> {
    let h = interval / 100.0;
    let mut all = Vec::new();
    for _ in 0..rows {
        all.push([x, v]);
        for _ in 0..100 {
            let (a, b) = (v, f(x, v));
            let (c, d) = (v + 0.5 * h * b, f(x + 0.5 * h * a, v + 0.5 * h * b));
            let (e, g) = (v + 0.5 * h * d, f(x + 0.5 * h * c, v + 0.5 * h * d));
            let (k, l) = (v + h * g, f(x + h * e, v + h * g));
            (x, v) = (x + h * (a + 2.0 * c + 2.0 * e + k) / 6.0, v + h * (b + 2.0 * d + 2.0 * g + l) / 6.0);
        }
    }
    all
}

fn rows(states: &[[f64; 2]]) -> Vec<Vec<f64>> {
    states.iter().map(|state| state.to_vec()).collect()
}

/// One clean column of a nonlinear oscillator: the row before it is the rest of the state, and the mode is that of small motions, not of the series.
#[test]
fn one_column_of_a_nonlinear_oscillator_has_its_mode_by_a_lag() {
    let hardening: fn(f64, f64) -> f64 = |x, v| -x - 0.8 * x * x * x - 0.1 * v;
    let pendulum: fn(f64, f64) -> f64 = |x, v| -x.sin() - 0.1 * v;
    for (f, start, growth) in [(hardening, 1.2, -0.05), (pendulum, 2.0, -0.05)] {
        let states = second_order(f, (start, 0.0), 260, 0.25).into_iter().map(|[x, _]| x).collect();
        let times = (0..260).map(|k| 0.25 * f64::from(k)).collect();
        let data = Trajectories::with_times("one", vec!["x".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let lambda = Complex64::new(growth, (1.0 - growth * growth).sqrt());
        let modes = settled(&found);
        assert!(modes.len() == 1 && (modes[0].lambda - lambda).norm() < 1e-4, "{lambda}: {found:?}");
        assert!((modes[0].lambda - lambda).norm() <= 3.0 * modes[0].uncertainty.unwrap(), "{lambda}: {found:?}");
        assert!(found.caveats.contains(&Caveat::part_of_state(1, 2)), "{lambda}: {found:?}");
    }
}

/// One column of Van der Pol's oscillator as it grows: its field is no polynomial in the column and its lag, but that the column is not the whole state is told.
#[test]
fn a_lag_tells_that_columns_are_missing() {
    let grows = |x: f64, v: f64| -x + 0.1 * (1.0 - x * x) * v;
    let states = second_order(grows, (0.05, 0.0), 260, 0.25).into_iter().map(|[x, _]| x).collect();
    let times = (0..260).map(|k| 0.25 * f64::from(k)).collect();
    let data = Trajectories::with_times("one", vec!["x".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    let told = |c: &Caveat| matches!(c, Caveat::LagTells { alone, with_lag } if *alone > 0.5 && *with_lag < 1e-3);
    assert!(settled(&found).is_empty() && found.caveats.iter().any(told), "{found:?}");
}

/// A damped pendulum's angle alone, to rounding: a sum of exponentials meets it, the last of them terms of its series that a sum cut off has moved. None of those is a mode of
/// the pendulum's equilibrium.
#[test]
fn a_series_that_is_cut_off_has_no_modes_of_its_own() {
    let (omega, damping) = (2.729f64, 0.3142);
    let truth = Complex64::new(-0.5 * damping, (omega * omega - 0.25 * damping * damping).sqrt());
    for (k, start) in [(1.01, 1.2), (1.1, 0.3), (0.9, 1.5), (1.2, 0.8), (0.7, 1.6), (1.3, -0.4)].into_iter().enumerate() {
        let interval = (0.4 + 0.03 * k as f64) / omega;
        let states =
            second_order(|x, v| -omega * omega * x.sin() - damping * v, start, 100, interval).into_iter().map(|[x, _]| x).collect();
        let times = (0..100).map(|k| interval * f64::from(k)).collect();
        let data = Trajectories::with_times("angle", vec!["x".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        for mode in settled(&found) {
            let u = mode.uncertainty.unwrap();
            assert!((mode.lambda - truth).norm() <= 3.0 * u + 1e-4, "{start:?}: {} ± {u} for {truth}: {found:?}", mode.lambda);
        }
    }
}

/// Two columns every `interval`, with noise of this part of the spread of each.
fn noisy(states: &[[f64; 2]], interval: f64, noise: f64, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let n = states.len() as f64;
    let spread = [0, 1].map(|j| {
        let mean = states.iter().map(|x| x[j]).sum::<f64>() / n;
        (states.iter().map(|x| (x[j] - mean).powi(2)).sum::<f64>() / n).sqrt()
    });
    let rows: Vec<Vec<f64>> = states.iter().map(|x| (0..2).map(|j| x[j] + noise * spread[j] * normal(&mut random)).collect()).collect();
    Trajectories::new("noisy", vec!["x".into(), "v".into()], interval, vec![Trajectory::new(None, 0.0, &rows)]).unwrap()
}

/// A run on one closed orbit of a spring without friction shows nothing of what is beside it, and noise makes a multiplier of anything. A run that comes to a limit cycle shows it.
#[test]
fn noise_makes_no_limit_cycle_of_an_orbit() {
    let orbit = second_order(|x, _| -x - x.powi(3), (2.0, 0.0), 120, 0.45);
    for seed in 0..4 {
        for noise in [0.02, 0.05] {
            let found = examine(&noisy(&orbit, 0.45, noise, seed), &ModesOptions::default()).unwrap();
            assert_ne!(found.finding.motion, Motion::Cycle, "noise {noise}, seed {seed}: {:?}", found.caveats);
        }
    }
    let reaching = second_order(|x, v| (1.0 - x * x) * v - x, (0.3, 0.0), 150, 0.3);
    let found = examine(&noisy(&reaching, 0.3, 0.01, 1), &ModesOptions::default()).unwrap();
    assert_eq!(found.finding.motion, Motion::Cycle, "{:?}", found.caveats);
}

/// Rows of a system of three variables, every `interval`, by small steps of the classical Runge–Kutta method, each value `written` so.
fn three(f: impl Fn([f64; 3]) -> [f64; 3], mut x: [f64; 3], (rows, interval): (usize, f64), written: impl Fn(f64) -> f64) -> Trajectories {
    let h = interval / 100.0;
    let along = |x: [f64; 3], k: [f64; 3], h: f64| [x[0] + h * k[0], x[1] + h * k[1], x[2] + h * k[2]];
    let mut all = Vec::new();
    for _ in 0..rows {
        all.push(x.map(&written).to_vec());
        for _ in 0..100 {
            let a = f(x);
            let b = f(along(x, a, 0.5 * h));
            let c = f(along(x, b, 0.5 * h));
            let d = f(along(x, c, h));
            x = along(along(along(along(x, a, h / 6.0), b, h / 3.0), c, h / 3.0), d, h / 6.0);
        }
    }
    let names = ["x", "y", "z"].map(String::from).to_vec();
    Trajectories::new("three", names, interval, vec![Trajectory::new(None, 0.0, &all)]).unwrap()
}

/// Chua's circuit with a cubic resistor: one degree above that of the field is all that is tried in three columns, and the fall to rounding says as much as a second.
#[test]
fn a_cubic_field_in_three_columns_is_settled() {
    let circuit = |x: [f64; 3]| [10.0 * (x[1] + 0.17 * x[0] - 0.06 * x[0].powi(3)), x[0] - x[1] + x[2], -14.5 * x[1]];
    // Zeros of λ³ − 0.7λ² + 2.8λ − 24.65, the characteristic polynomial at the origin.
    let zero = |m: &&Mode| (m.lambda.powu(3) - 0.7 * m.lambda.powu(2) + 2.8 * m.lambda - 24.65).norm() < 1e-4;
    // In all digits, and in other units with nine significant ones, where rounding is that of a value's own last place.
    let nine_digits = |x: f64| format!("{:.8e}", 1000.0 + 100.0 * x).parse().unwrap();
    for (written, origin, near) in [(&(|x| x) as &dyn Fn(f64) -> f64, 0.0, 1e-6), (&nine_digits, 1000.0, 1e-3)] {
        let found = examine(&three(circuit, [0.4, 0.1, -0.2], (700, 0.04), written), &ModesOptions::default()).unwrap();
        let there = |m: &&Mode| m.equilibrium.iter().all(|x| (x - origin).abs() < near);
        let at_origin: Vec<&Mode> = settled(&found).into_iter().filter(there).collect();
        assert!(at_origin.len() == 2 && at_origin.iter().all(zero), "{found:?}");
    }
}

/// Three orbits of a spring with x⁵: a field of degree 7 meets the errors of the flow of degree 5, which is no reason to take that for a field of degree 7.
#[test]
fn errors_of_the_flow_are_no_reason_for_a_higher_degree() {
    let orbit = |start| Trajectory::new(None, 0.0, &rows(&second_order(|x, _| -x - x.powi(5), (start, 0.0), 100, 0.25)));
    let data = Trajectories::new("spring", vec!["x".into(), "v".into()], 0.25, [0.1, 0.5, 0.8].map(orbit).into()).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    assert_modes(&found, &[(0.0, 1.0)], 1e-10);
    assert_eq!(found.finding.motion, Motion::Orbits);
}

/// Where no degree explains the motion, how far degrees differ is no reason to say that λ may be zero.
#[test]
fn what_is_not_explained_is_not_said_to_be_zero() {
    let lorenz = |x: [f64; 3]| [9.0 * (x[1] - x[0]), x[0] * (33.0 - x[2]) - x[1], x[0] * x[1] - 2.4 * x[2]];
    let found = examine(&three(lorenz, [3.0, 5.0, 20.0], (400, 0.15), |x| x), &ModesOptions::default()).unwrap();
    let large = |m: &&Mode| m.lambda.norm() > 1.0 && m.because.contains(&Because::LinearPartVanishes);
    assert!(!found.modes.is_empty() && !found.modes.iter().any(|m| large(&m)), "{:?}", found.modes);
}

/// Van der Pol's oscillator with an input: no linear model with the input explains it, and nothing is said of what the input does.
#[test]
fn an_input_without_a_settled_mode_has_no_b() {
    let input: Vec<f64> = (0..200).map(|k| if (k / 7) % 3 == 0 { 0.5 } else { -0.3 }).collect();
    let mut x = (0.5, 0.0);
    let mut states = Vec::new();
    for u in &input {
        states.extend([x.0, x.1]);
        let rows = second_order(|x, v| 0.8 * (1.0 - x * x) * v - x + u, x, 2, 0.2);
        x = (rows[1][0], rows[1][1]);
    }
    let times = (0..200).map(|k| 0.2 * f64::from(k)).collect();
    let run = Trajectory::at(None, times, states).with_inputs(input);
    let data = Trajectories::with_times("driven", vec!["x".into(), "v".into()], vec!["u".into()], vec![run]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    assert!(!found.finding.settled && found.driven.is_none() && !found.modes.is_empty(), "{found:?}");
}

/// Clean samples on one orbit lie near algebraic curves, along which fields of higher degree are free. Of x″ = −(eˣ − 1) one orbit is that of
/// x″ = −E − x + ẋ²/2 as well, whose equilibrium is another. What is open for that reason has an uncertainty that goes with it.
#[test]
fn an_orbit_that_other_fields_share_has_an_uncertainty_that_says_so() {
    let toda = second_order(|x, _| -x.exp_m1(), (0.2, 0.0), 200, 0.1);
    let hardening = second_order(|x, _| -x - 0.7 * x.powi(3), (1.0, 0.0), 200, 0.1);
    for orbit in [toda, hardening] {
        let found = examine(&noisy(&orbit, 0.1, 0.0, 0), &ModesOptions::default()).unwrap();
        assert!(settled(&found).is_empty() && !found.modes.is_empty(), "{found:?}");
        for mode in found.modes.iter().filter(|m| m.because.contains(&Because::NotDetermined)) {
            assert!(mode.uncertainty.is_none_or(|u| u > 0.1 * mode.lambda.norm()), "{mode:?}");
        }
    }
}
