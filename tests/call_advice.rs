//! Advice and concerns for library calls: each remedy is tried on every call, and does what it says.

use lambdahat::data::Reading;
use lambdahat::inverse::step_control::{
    Advice, Assessment, Batches, Concern, ControlledEquation, HiddenBy, Search, Usage, assess, solutions,
};
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::loops::{Call, StateNorm, Tolerances};
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, CallMode, Prediction, Subject, default_calls};
use lambdahat::truth::ModesOptions;
use num_complex::Complex64;

fn call(text: &str) -> Call {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Calls of every library, each at its defaults and loosely.
fn calls_of_all_kinds() -> Vec<String> {
    let mut texts = Vec::new();
    for name in lambdahat::loops::names() {
        // At their defaults the pairs of low order take thousands of steps.
        if !["adaptive_heun", "fehlberg2", "bosh3"].iter().any(|slow| name.contains(slow)) {
            texts.push(name.clone());
        }
        let grid = call(name).step_option();
        let words = if name.starts_with("OrdinaryDiffEq") { ["reltol", "abstol"] } else { ["rtol", "atol"] };
        for (rtol, atol) in [(1e-2, 1e-4), (1e-3, 0.3)] {
            let controlled = format!("{name}:{}={rtol},{}={atol}", words[0], words[1]);
            if controlled.parse::<Call>().is_ok_and(|call| call.is_adaptive()) {
                texts.push(controlled);
            }
        }
        texts.extend(grid.map(|option| format!("{name}:{option}=0.3")));
    }
    texts
}

/// Each advice of each call is followed, and does what it says.
#[test]
fn advice_does_what_it_says() {
    let mut tried = [0usize; 6];
    for text in calls_of_all_kinds() {
        for lambda in [Complex64::new(-0.02, 2.0), Complex64::new(0.1, 5.0)] {
            let call = call(&text);
            let judge = |call: &Call| assess(call, lambda, 1.0, &Usage::default(), Limits::default()).unwrap();
            let before = judge(&call);
            let shift = |found: &Assessment| found.found.principal().map(|s| s.lambda - lambda);
            for advice in &before.advice {
                let remedied = |call: &Call| {
                    let equation = ControlledEquation::pairs(call, lambda, 1.0, StateNorm::default()).unwrap();
                    let shift = solutions(&equation, Search::Near).unwrap().principal().unwrap().lambda - lambda;
                    let cured = shift.re.abs() <= 0.1 * lambda.re.abs() && shift.norm() <= 0.01 * lambda.norm();
                    assert!(cured, "{text} {lambda} {advice:?}: {shift}");
                };
                match advice {
                    Advice::Tighten { relative, .. } => {
                        let now = call.control().unwrap().tolerances;
                        let tighter = Tolerances { relative: *relative, absolute: now.absolute * relative / now.relative };
                        remedied(&call.with_tolerances(tighter).unwrap());
                        tried[0] += 1;
                    }
                    Advice::LandOnSamples { .. } => {
                        let (old, new) =
                            (shift(&before).unwrap().norm(), shift(&judge(&call.landing_on_samples().unwrap())).unwrap().norm());
                        assert!(3.0 * new < old, "{text} {lambda}: {old} {new}");
                        tried[1] += 1;
                    }
                    Advice::LowerAbsolute { absolute } => {
                        let lower = Tolerances { absolute: *absolute, ..call.control().unwrap().tolerances };
                        let after = judge(&call.with_tolerances(lower).unwrap());
                        let uncontrolled = after.concerns.iter().any(|c| matches!(c, Concern::Uncontrolled { .. }));
                        assert!(!uncontrolled, "{text} {lambda}: {:?}", after.concerns);
                        tried[2] += 1;
                    }
                    Advice::GiveFirstStep { step } => {
                        let given: Call = format!("{text},dt0={step}").parse().unwrap();
                        let after = judge(&given);
                        assert!(!after.concerns.iter().any(|c| matches!(c, Concern::FixedFirstStep { .. })), "{text} {lambda}");
                        let (old, new) = (shift(&before), shift(&after));
                        // Without a solution before there is nothing to compare with.
                        if let (Some(old), Some(new)) = (old, new) {
                            assert!(new.norm() < 2.0 * old.norm() + 1e-9, "{text} {lambda} dt0={step}: {old} {new}");
                        }
                        tried[3] += 1;
                    }
                    Advice::DivideInterval { option, substeps, step } => {
                        assert!((step * f64::from(*substeps) - 1.0).abs() < 1e-12);
                        let even = call.with_step(*step).unwrap();
                        // As the library's call is written.
                        assert_eq!(even.name.to_string().parse::<Call>().unwrap(), even);
                        assert!(even.name.to_string().contains(option), "{}", even.name);
                        remedied(&even);
                        tried[4] += 1;
                    }
                    Advice::InterpolateCubically => panic!("{text}: pairs are not interpolated"),
                }
            }
        }
    }
    assert_eq!(tried[5], 0);
    assert!(tried[..5].iter().all(|n| *n > 0), "{tried:?}");
    println!("{tried:?}");
}

/// Grids that miss the samples of whole trajectories: a step that divides the interval, or a cubic, brings λ̂ nearer by more than a factor of 3.
#[test]
fn advice_for_whole_trajectories_helps() {
    let mut tried = [0usize; 3];
    let usage = Usage { samples: 10, ..Usage::default() };
    for text in [
        "torchdiffeq:rk4:step_size=0.3",
        "torchdiffeq:heun3:step_size=0.3",
        "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4",
        "torchdiffeq:bosh3:rtol=1e-2,atol=1e-4",
        "diffrax:Midpoint:rtol=1e-2,atol=1e-4,dt0=0.1",
    ] {
        for lambda in [Complex64::new(-0.02, 2.0), Complex64::new(-0.002, 1.0)] {
            let call = call(text);
            let judge = |call: &Call| assess(call, lambda, 1.0, &usage, Limits::default()).unwrap();
            let shift = |found: &Assessment| (found.trajectory.as_ref().unwrap().lambda - lambda).norm();
            let before = judge(&call);
            for advice in &before.advice {
                let (number, after) = match advice {
                    Advice::DivideInterval { step, .. } => (0, judge(&call.with_step(*step).unwrap())),
                    Advice::InterpolateCubically => (1, judge(&call.with_cubic().unwrap())),
                    Advice::LandOnSamples { .. } => (2, judge(&call.landing_on_samples().unwrap())),
                    other => panic!("{text}: {other:?}"),
                };
                assert!(3.0 * shift(&after) < shift(&before), "{text} {lambda} {advice:?}: {} {}", shift(&before), shift(&after));
                assert!(before.concerns.iter().any(|c| matches!(c, Concern::InterpolationLimited { .. })), "{text}");
                tried[number] += 1;
            }
        }
    }
    assert!(tried.iter().all(|n| *n > 0), "{tried:?}");
}

fn concerns(text: &str, lambda: Complex64, interval: f64, usage: &Usage) -> Vec<Concern> {
    assess(&call(text), lambda, interval, usage, Limits::default()).unwrap().concerns
}

/// Each verdict on a case of its own.
#[test]
fn every_concern_is_found_where_it_belongs() {
    let lambda = Complex64::new(-0.02, 2.0);
    let usual = Usage::default();
    // bosh3's interpolant turns the sign: λ̂ = +0.0182228764 + 1.9850895389i.
    let sixteen = Usage { norm: StateNorm::phases(16, 1.0), ..Usage::default() };
    let found = concerns("torchdiffeq:bosh3:rtol=1e-2,atol=1e-4", lambda, 1.0, &sixteen);
    let growth = found.iter().find_map(|c| if let Concern::SignTurned { growth } = c { Some(*growth) } else { None }).unwrap();
    assert!((growth - 0.0182228764).abs() < 1e-9, "{growth}");
    let found = concerns("torchdiffeq:bosh3:rtol=1e-3,atol=1e-5", lambda, 1.0, &sixteen);
    assert!(found.iter().any(|c| matches!(c, Concern::InterpolationLimited { shift, landing } if *shift > 3.0 * landing)), "{found:?}");
    // atol in command of a mode of size 1e-3.
    let small = Usage::amplitude(1e-3);
    let found = concerns("torchdyn:tsit5", lambda, 1.0, &small);
    let uncontrolled =
        |c: &Concern| matches!(c, Concern::Uncontrolled { effective, by: HiddenBy::Absolute } if (*effective - 1.001).abs() < 1e-9);
    assert!(found.iter().any(uncontrolled), "{found:?}");
    // A small mode beside a large one.
    let beside = Usage { total: 1.0, ..Usage::amplitude(1e-3) };
    let found = concerns("torchdiffeq:dopri5:rtol=1e-3,atol=1e-9", lambda, 1.0, &beside);
    assert!(found.iter().any(|c| matches!(c, Concern::Uncontrolled { by: HiddenBy::LargerModes, .. })), "{found:?}");
    // Two roots face each other.
    let undamped = Complex64::new(0.0, 1.0);
    let found = concerns("diffrax:Tsit5:rtol=0.1,atol=0,dt0=2.83", undamped, 2.83, &usual);
    let sides = found.iter().find_map(|c| if let Concern::NoSolution { between } = c { *between } else { None }).unwrap();
    assert!(sides[0].re < sides[1].re && sides[1].re < -0.04 && sides[0].re < -0.1, "{sides:?}");
    // Phases decide.
    let found = concerns("torchdiffeq:dopri5:rtol=0.1,atol=1e-3", lambda, 1.0, &usual);
    assert!(found.iter().any(|c| matches!(c, Concern::BatchDependent { over: Batches::Phases, of: 32, .. })), "{found:?}");
    // Below the rounding of single precision.
    let limited = |text: &str| concerns(text, lambda, 1.0, &usual).iter().any(|c| matches!(c, Concern::RoundingLimited { .. }));
    assert!(limited("torchdiffeq:dopri5:dtype=float32") && limited("torchdiffeq:dopri5"));
    assert!(!limited("torchdiffeq:dopri5:dtype=float64") && !limited("torchdiffeq:dopri5:rtol=1e-3,atol=1e-5,dtype=float32"));
}

/// Where λ may decay or grow for all that is known of it, nothing is said of its damping, nothing is advised to keep that, and no growth is an artifact that λ may have too.
#[test]
fn an_open_sign_leaves_nothing_to_say_of_damping() {
    let damping = |found: &Assessment| {
        found.concerns.iter().any(|c| matches!(c, Concern::SignTurned { .. } | Concern::OverDamped { .. } | Concern::UnderDamped { .. }))
    };
    // Learned as growth that shows: an artifact of a decay, and too much of what may be growth.
    let (slow, limits) = (Complex64::new(-4.6e-8, 1.0), Limits { horizon: Some(1e4), ..Limits::default() });
    let known = assess(&call("scipy:RK45"), slow, 0.5, &Usage::default(), limits).unwrap();
    assert!(damping(&known) && known.verdict == Verdict::Artifact, "{known:?}");
    let open = known.of_open_sign(0.5, limits);
    assert!(!damping(&open) && open.verdict == Verdict::Distorted, "{open:?}");
    assert!(open.advice.iter().all(|advice| !matches!(advice, Advice::Tighten { growth, .. } if *growth != 0.0)), "{open:?}");
    // The same within the report on a file whose modes have such signs.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/panel/pendulum-three.csv");
    let data = Reading::default().open(std::path::Path::new(file)).unwrap();
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
    assert!(subject.modes.iter().all(|mode| mode.settled && mode.sign_is_open()));
    let beside = Beside { calls: default_calls().unwrap(), ..Beside::default() };
    let prediction = Prediction { subject, methods: vec![catalog::find("rk4").unwrap()], substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&beside, &|| false).unwrap();
    for mode in report.calls.iter().flat_map(|call| &call.modes) {
        let CallMode::Assessed(found) = mode else { panic!("{mode:?}") };
        assert!(!damping(found) && found.verdict == Verdict::Faithful, "{found:?}");
    }
}
