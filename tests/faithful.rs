//! One measure in `predict` and `audit`: what is recommended for a nonlinear system, fitted through and audited, is the truth in continuous time.

use lambdahat::data::{Paths, States};
use lambdahat::dynamics::{Field, Flow, System};
use lambdahat::fit::{DataRecord, Fit, ModelFile, Through, Training, unwatched};
use lambdahat::inverse::{Discrepancy, FAITHFUL_TOLERANCE as TOLERANCE, LearningEquation, Limits, Verdict, branches, orbit_error, verdict};
use lambdahat::loops::{Call, Regression};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::predict::{Beside, Prediction, Report, Subject};
use lambdahat::repair::{Audit, Horizon, Nature, audit};
use nalgebra::DMatrix;
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

/// The best of a few fits to these samples, and its distance from the truth in continuous time.
fn fitted(training: &Training, paths: &Paths, interval: f64) -> (Fit, f64) {
    let prepared = training.prepare(paths).unwrap();
    // The first start that does not end in a poor minimum, else the best of four.
    let mut fits = Vec::new();
    for seed in 0..4 {
        fits.extend(prepared.fit(seed, None, &mut unwatched));
        if fits.last().is_some_and(|fit| fit.loss < 1e-5) {
            break;
        }
    }
    let best = fits.into_iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).unwrap();
    let error = paths.iter().map(|truth| apart(&best.learned, truth, interval)).fold(0.0, f64::max);
    (best, error)
}

/// How far the field leads from the truth.
fn apart(field: &dyn Field, truth: States<'_>, interval: f64) -> f64 {
    let flow = Flow { absolute: 1e-9, relative: 1e-9 };
    let Ok(found) = flow.trajectory(field, &truth[0], interval, truth.len() - 1) else { return f64::INFINITY };
    orbit_error(Paths::of(&[found]).unwrap().get(0).unwrap(), truth)
}

/// A fit through the method to a hundred samples an orbit: its distance from the truth in continuous time, and its audit.
fn learned(system: &System, class: &str, through: &Method, substeps: u32) -> (f64, Audit) {
    let interval = system.default_interval();
    let paths = system.paths(&system.default_starts(), interval, 100).unwrap();
    let training = Training::new(class.parse().unwrap(), through.clone(), Sampling::new(interval, substeps).unwrap());
    let (best, error) = fitted(&training, &paths, interval);
    let names: Vec<String> = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
    let file = ModelFile::new(&training, DataRecord::of(system.name(), &names, &paths), best);
    let found = audit(&file, through, &paths, Horizon::of_data(&paths), TOLERANCE).unwrap();
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

/// Over thousands of intervals a small error of the damping shows: predict and audit look as far as the data go.
#[test]
fn long_data_have_one_verdict() {
    let (lambda, interval, rows) = (Complex64::new(-0.001, 2.0), 0.15, 2001);
    let at = |k: usize| (lambda * interval * k as f64).exp();
    let paths = Paths::of(&[(0..rows).map(|k| vec![at(k).re, at(k).im]).collect()]).unwrap();
    let sampling = Sampling::new(interval, 1).unwrap();
    let training = Training::new("linear".parse().unwrap(), method("rk4"), sampling);
    let (best, _) = fitted(&training, &paths, interval);
    let file = ModelFile::new(&training, DataRecord::of("turns", &["x".into(), "y".into()], &paths), best);
    let found = branches(&method("rk4"), lambda, sampling).unwrap();
    for (horizon, nature) in [(Horizon::of_data(&paths), Nature::Discrete), (Horizon::of(200), Nature::Continuous)] {
        let predicted = verdict(&found, Limits { horizon: Some(interval * horizon.modes as f64), ..Limits::default() }).verdict;
        let audited = audit(&file, &method("rk4"), &paths, horizon, TOLERANCE).unwrap();
        assert_eq!(audited.nature, nature, "{:?}", audited.modes);
        assert_eq!(predicted == Verdict::Faithful, nature == Nature::Continuous);
    }
}

/// What is laid beside the methods of a system: one call or regression.
fn beside(system: &System, beside: Beside) -> Report {
    let subject = Subject::from_system(system, system.default_interval()).unwrap();
    Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() }.report_beside(&beside, &|| false).unwrap()
}

/// Orbits through a library's own steps end where those of a fit through them end.
#[test]
fn orbits_through_library_calls_are_learned_as_predicted() {
    let cases = [
        ("cubic-oscillator", "polynomial:5", "scipy:RK45:rtol=0.1,atol=0.1", Some(Verdict::Distorted)),
        ("cubic-oscillator", "polynomial:5", "diffrax:Tsit5:rtol=1e-2,atol=1e-2", Some(Verdict::Faithful)),
        ("cubic-oscillator", "polynomial:3", "scipy:RK45", Some(Verdict::Faithful)),
        ("cubic-oscillator", "polynomial:5", "diffrax:Euler:dt0=0.01", Some(Verdict::Distorted)),
        ("pendulum", "polynomial:5", "diffrax:Tsit5:rtol=1e-2,atol=1e-3", Some(Verdict::Distorted)),
        ("lotka-volterra", "polynomial:3", "torchdiffeq:dopri5", Some(Verdict::Faithful)),
    ];
    for (name, class, text, expected) in cases {
        let system = System::parse(name).unwrap();
        let call: Call = text.parse().unwrap();
        let report = beside(&system, Beside { calls: vec![call.clone()], ..Beside::default() });
        let found = &report.calls[0];
        let interval = system.default_interval();
        let paths = system.paths(&system.default_starts(), interval, 100).unwrap();
        let training = Training::through(class.parse().unwrap(), Through::new(call), interval).unwrap();
        let (_, error) = fitted(&training, &paths, interval);
        println!("{name} {text}: {:?} {:?} {error:.4}", found.verdict, found.orbits);
        assert_eq!(found.verdict, expected, "{name} {text}");
        let stated = found.orbits.iter().map(|o| o.state_error.unwrap()).fold(0.0, f64::max);
        let open = found.orbits.iter().map(|o| o.uncertainty.unwrap()).fold(0.0, f64::max);
        if error < 0.5 {
            assert!((stated - error).abs() <= open + 0.2 * error + 1e-3, "{name} {text}: {stated} ± {open}, {error}");
        }
    }
}

/// A plane polynomial field of degree 7.
struct Plane(DMatrix<f64>);

fn monomials(x: &[f64]) -> Vec<f64> {
    (0..8).flat_map(|n| (0..=n).map(move |k| (n - k, k))).map(|(a, b)| x[0].powi(a) * x[1].powi(b)).collect()
}

impl Field for Plane {
    fn dimension(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        let m = monomials(x);
        (0..2).for_each(|c| out[c] = m.iter().enumerate().map(|(k, m)| self.0[(k, c)] * m).sum());
    }

    fn jacobian(&self, _: &[f64], _: &mut [f64]) {
        unreachable!("an explicit flow");
    }
}

/// Σ_j a_j x_{k+j} = h Σ_j b_j f̂(x_{k+j}) by least squares.
fn regressed(truth: States<'_>, interval: f64, a: &[f64], b: &[f64]) -> Plane {
    let rows = truth.len() + 1 - a.len();
    let sum = |weights: &[f64], of: &dyn Fn(usize) -> Vec<f64>, k: usize| -> Vec<f64> {
        let terms: Vec<Vec<f64>> = (0..weights.len()).map(|j| of(k + j)).collect();
        (0..terms[0].len()).map(|c| weights.iter().zip(&terms).map(|(w, t)| w * t[c]).sum()).collect()
    };
    let left: Vec<Vec<f64>> = (0..rows).map(|k| sum(b, &|i| monomials(&truth[i]), k)).collect();
    let right: Vec<Vec<f64>> = (0..rows).map(|k| sum(a, &|i| truth[i].to_vec(), k)).collect();
    let left = DMatrix::from_fn(rows, left[0].len(), |i, k| interval * left[i][k]);
    let right = DMatrix::from_fn(rows, 2, |i, c| right[i][c]);
    Plane(left.svd(true, true).solve(&right, 1e-12).unwrap())
}

/// Orbits of what methods of several steps and regressions on slopes learn end where those of a field fitted through their formulas end.
#[test]
fn orbits_through_several_steps_and_slopes_are_learned_as_predicted() {
    let system = System::parse("cubic-oscillator").unwrap();
    let interval = 0.02;
    let paths = system.paths(&system.default_starts(), interval, 100).unwrap();
    let truth = paths.get(0).unwrap();
    let regressions = ["derivative:central", "derivative:forward", "numpy:gradient", "derivative:savgol:5,2"];
    let read = regressions.map(|text| Regression::read(text).unwrap().unwrap());
    let methods = ["adams-bashforth-2", "bdf2"].map(method);
    let subject = Subject::from_system(&system, interval).unwrap();
    let prediction = Prediction { subject, methods: methods.to_vec(), substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&Beside { regressions: read.to_vec(), ..Beside::default() }, &|| false).unwrap();
    let savgol = ([-0.2, -0.1, 0.0, 0.1, 0.2], [-3.0 / 35.0, 12.0 / 35.0, 17.0 / 35.0, 12.0 / 35.0, -3.0 / 35.0]);
    let cases: [(&str, Plane); 6] = [
        (regressions[0], regressed(truth, interval, &[-0.5, 0.0, 0.5], &[0.0, 1.0, 0.0])),
        (regressions[1], regressed(truth, interval, &[-1.0, 1.0], &[1.0, 0.0])),
        (regressions[2], regressed(truth, interval, &[-0.5, 0.0, 0.5], &[0.0, 1.0, 0.0])),
        (regressions[3], regressed(truth, interval, &savgol.0, &savgol.1)),
        (methods[0].name(), regressed(truth, interval, &[0.0, -1.0, 1.0], &[-0.5, 1.5, 0.0])),
        (methods[1].name(), regressed(truth, interval, &[0.5, -2.0, 1.5], &[0.0, 0.0, 1.0])),
    ];
    for (name, field) in cases {
        let error = apart(&field, truth, interval);
        let (verdict, orbits) = match methods.iter().position(|m| m.name() == name) {
            Some(k) => (report.methods[k].verdict, &report.methods[k].orbits),
            None => {
                let found = report.regressions.iter().find(|found| found.regression.name == name).unwrap();
                (found.verdict, &found.orbits)
            }
        };
        let (stated, open) = (orbits[0].state_error.unwrap(), orbits[0].uncertainty.unwrap());
        println!("{name}: {verdict:?} {stated:.5} ± {open:.5}, {error:.5}");
        assert!((stated - error).abs() <= open + 1e-3, "{name}: {stated} ± {open}, {error}");
        let truly = if error <= TOLERANCE { Verdict::Faithful } else { Verdict::Distorted };
        assert!(verdict.is_none_or(|verdict| verdict == truly), "{name}: {verdict:?} {error}");
    }
    // Not all of them are left open.
    assert!(report.regressions.iter().any(|found| found.verdict == Some(Verdict::Distorted)));
}

/// Calls on a grid are methods with substeps: two routes to their orbits.
#[test]
fn a_grid_has_the_orbits_of_its_method() {
    let system = System::parse("cubic-oscillator").unwrap();
    let call: Call = "diffrax:Euler:dt0=0.01".parse().unwrap();
    let report = beside(&system, Beside { calls: vec![call], ..Beside::default() });
    let same = predicted(&system, vec![method("forward-euler")], 10);
    assert_eq!(report.calls[0].orbits, same.methods[0].orbits);
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
