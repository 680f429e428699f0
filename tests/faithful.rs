//! One measure in `predict` and `audit`: what is recommended for a nonlinear system, fitted through and audited, is the truth in continuous time.

use lambdahat::data::{Paths, States};
use lambdahat::dynamics::{Field, Flow, System};
use lambdahat::fit::{DataRecord, ModelFile, Training, unwatched};
use lambdahat::inverse::{Discrepancy, FAITHFUL_TOLERANCE as TOLERANCE, LearningEquation, Limits, Verdict, branches, orbit_error, verdict};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::predict::{Prediction, Report, Subject};
use lambdahat::repair::{Audit, Nature, audit, default_horizon};
use num_complex::Complex64;
use proptest::prelude::*;

/// The nonlinear systems with a class that holds their field, or nearly so for the pendulum's sine.
const CATALOGUE: [(&str, &str); 7] = [
    ("lotka-volterra", "polynomial:3"),
    ("pendulum", "polynomial:5"),
    ("cubic-oscillator", "polynomial:5"),
    ("van-der-pol", "polynomial:5"),
    ("duffing", "polynomial:5"),
    ("lorenz", "polynomial:2"),
    ("fitzhugh-nagumo", "polynomial:3"),
];

fn method(name: &str) -> Method {
    catalog::find(name).unwrap()
}

fn predicted(system: &System, methods: Vec<Method>, substeps: u32) -> Report {
    let subject = Subject::from_system(system, system.default_interval()).unwrap();
    Prediction { subject, methods, substeps, limits: Limits::default() }.report().unwrap()
}

/// A fit through the method to a hundred samples an orbit: the file, its distance from the truth in continuous time, and its audit.
fn learned(system: &System, class: &str, through: &Method, substeps: u32) -> (f64, Audit) {
    let interval = system.default_interval();
    let paths = system.paths(&system.default_starts(), interval, 100).unwrap();
    let training = Training::new(class.parse().unwrap(), through.clone(), Sampling::new(interval, substeps).unwrap());
    let prepared = training.prepare(&paths).unwrap();
    // The first start that does not end in a poor minimum, else the best of four.
    let mut fits = Vec::new();
    for seed in 0..4 {
        fits.extend(prepared.fit(seed, None, &mut unwatched));
        if fits.last().is_some_and(|fit| fit.loss < 1e-5) {
            break;
        }
    }
    let best = fits.into_iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).unwrap();
    let field = best.learned.clone();
    let error = |truth: States<'_>| {
        let flow = Flow { absolute: 1e-9, relative: 1e-9 };
        let Ok(found) = flow.trajectory(&field, &truth[0], interval, 100) else { return f64::INFINITY };
        orbit_error(Paths::of(&[found]).unwrap().get(0).unwrap(), truth)
    };
    let error = paths.iter().map(error).fold(0.0, f64::max);
    let names: Vec<String> = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
    let file = ModelFile::new(&training, DataRecord::of(system.name(), &names, &paths), best);
    let found = audit(&file, through, &paths, default_horizon(&paths), TOLERANCE).unwrap();
    (error, found)
}

#[test]
fn what_is_recommended_is_learned_faithfully() {
    for (name, class) in CATALOGUE {
        let system = System::parse(name).unwrap();
        let advice = predicted(&system, Vec::new(), 1).recommendation.unwrap();
        let (error, found) = learned(&system, class, &advice.scheme, advice.substeps);
        println!("{name}: {} × {}, {error:.2e} from the truth, {:?}, {:?}", advice.method, advice.substeps, found.nature, found.steps[0]);
        assert_eq!(advice.verdict, Verdict::Faithful, "{name}");
        assert_eq!(found.nature, Nature::Continuous, "{name}: {:?} {:?}", found.steps, found.modes);
        assert!(error <= 1.5 * TOLERANCE, "{name}: {error}");
    }
}

/// What is called distorted for its orbits is so by a fit, by about as much.
#[test]
fn orbits_that_are_predicted_wrong_are_learned_wrong() {
    for (name, class, through) in [("cubic-oscillator", "polynomial:5", "forward-euler"), ("lotka-volterra", "polynomial:4", "gauss2")] {
        let system = System::parse(name).unwrap();
        let report = predicted(&system, vec![method(through)], 1);
        let (error, found) = learned(&system, class, &method(through), 1);
        println!("{name} {through}: {:?}, {error:.3}, {:?}", report.methods[0].orbits, found.steps[0]);
        assert_eq!(report.methods[0].verdict, Some(Verdict::Distorted), "{name} {through}");
        assert_eq!(found.nature, Nature::Discrete, "{name} {through}");
        for orbit in report.methods[0].orbits.iter().filter(|orbit| orbit.uncertainty.unwrap() < 0.05) {
            let stated = orbit.state_error.unwrap();
            assert!((stated.min(1.0) - error.min(1.0)).abs() < 0.1 + 0.2 * error.min(1.0), "{name} {through}: {stated} {error}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In another unit of time the verdict is the same.
    #[test]
    fn the_unit_of_time_leaves_the_verdict(re in -1.0..0.5f64, im in 0.1..3.0f64, h in 0.02..1.0f64, k in 0..6usize, unit in 1e-3..1e3f64) {
        let names = ["forward-euler", "heun2", "rk4", "dormand-prince5", "implicit-midpoint", "gauss2"];
        let judge = |unit: f64| {
            let found = branches(&method(names[k]), Complex64::new(re, im) / unit, Sampling::new(h * unit, 1).unwrap()).unwrap();
            let principal = found.principal().map(|p| Discrepancy::of(found.lambda, p.lambda, 100.0 * h * unit));
            (verdict(&found, Limits::default()).verdict, principal)
        };
        let (here, off) = judge(1.0);
        // Not so near the tolerance that rounding decides.
        prop_assume!(off.is_none_or(|off| (off.amplitude / TOLERANCE - 1.0).abs() > 1e-6 && (off.phase / TOLERANCE - 1.0).abs() > 1e-6));
        prop_assert_eq!(here, judge(unit).0);
    }

    /// Where the asymptotic range is reached, more steps leave a faithful mode faithful, and its error falls.
    #[test]
    fn more_steps_do_not_harm(re in -0.5..0.2f64, im in 0.1..2.0f64, k in 0..5usize) {
        let names = ["heun2", "kutta3", "rk4", "dormand-prince5", "implicit-midpoint"];
        let equation = LearningEquation::of(&method(names[k])).unwrap();
        let lambda = Complex64::new(re, im);
        let off = |substeps: u32| {
            let found = equation.branches(lambda, Sampling::new(0.5, substeps).unwrap()).unwrap();
            Discrepancy::of(lambda, found.principal().unwrap().lambda, 20.0)
        };
        let mut before = off(4);
        for substeps in [8, 16, 32] {
            let now = off(substeps);
            // Rounding is all that is left of the best.
            prop_assert!(now.worst() <= before.worst().max(1e-12), "{substeps}: {now:?} {before:?}");
            prop_assert!(!before.within(TOLERANCE) || now.within(TOLERANCE));
            before = now;
        }
    }
}
