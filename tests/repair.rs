//! Trained models, tested for their step and turned back into continuous time.

use lambdahat::dynamics::{Field, System};
use lambdahat::fit::{DataRecord, Learned, Model, ModelFile, ModelSpec, Training, unwatched};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::predict::audit::{HORIZON, STEP_TOLERANCE};
use lambdahat::predict::{Nature, Repair, RepairError, RepairReport, Way, audit, linear_repair};
use nalgebra::DMatrix;

fn method(name: &str) -> Method {
    catalog::find(name).expect("in the catalogue")
}

/// Trains a model on the system's own samples.
fn trained(system: &System, starts: &[Vec<f64>], samples: usize, class: &str, training: &Training) -> (ModelFile, Vec<Vec<Vec<f64>>>) {
    let interval = training.sampling.interval();
    let data: Vec<_> = starts.iter().map(|s| system.trajectory(s, interval, samples).expect("flows")).collect();
    let fit = training.prepare(&data).expect("fits").fit(1, None, &mut unwatched).expect("finite");
    assert_eq!(training.model.to_string(), class);
    (ModelFile::new(training, DataRecord::of(system.name(), &[], &data), fit), data)
}

/// The hero: a linear field with the eigenvalues that RK4 learns from −0.1 ± 2i.
fn hero(class: &str) -> ModelFile {
    let (re, im) = (0.105105260738927, 1.926832632793115);
    let spec: ModelSpec = class.parse().expect("a model");
    let model = Model::new(&spec, &[vec![1.0, 0.0]]).expect("a state");
    let centre = [0.5, -0.25];
    let around = (class == "affine").then_some(&centre[..]);
    let parameters = model.linear_start(&[re, im, -im, re], around).expect("linear");
    let training = Training::new(spec, method("rk4"), Sampling::new(1.0, 1).expect("positive"));
    let fit = lambdahat::fit::Fit {
        seed: 0,
        optimiser: lambdahat::fit::Optimiser::Auto,
        learned: Learned { model, parameters },
        loss: 0.0,
        iterations: 0,
        stop: lambdahat::fit::Stop::Converged,
        history: Vec::new(),
        trouble: None,
    };
    ModelFile::new(&training, DataRecord::of("a hero", &["x".into(), "y".into()], &[]), fit)
}

fn repaired(file: &ModelFile, data: &[Vec<Vec<f64>>], system: Option<&System>, way: Option<Way>) -> (ModelFile, RepairReport) {
    let trained_through = method(&file.method);
    let repair = Repair { file, method: &trained_through, trajectories: data, system, way, power: None };
    repair.run(&mut unwatched).expect("repairs")
}

/// The largest component of f − g over the states.
fn apart(f: &dyn Field, g: &dyn Field, states: &[Vec<f64>]) -> f64 {
    let (mut a, mut b) = (vec![0.0; f.dimension()], vec![0.0; f.dimension()]);
    states.iter().fold(0.0, |largest: f64, x| {
        f.value(x, &mut a);
        g.value(x, &mut b);
        a.iter().zip(&b).fold(largest, |largest, (a, b)| largest.max((a - b).abs()))
    })
}

#[test]
fn the_hero_goes_back() {
    for class in ["linear", "affine"] {
        let file = hero(class);
        let (out, report) = repaired(&file, &[], None, None);
        assert_eq!(report.way, Way::ExactLinear);
        for z in &report.after.modes {
            assert!((z[0] + 0.1).abs() < 1e-9 && (z[1].abs() - 2.0).abs() < 1e-9, "{z:?}");
        }
        assert!(report.before.modes.iter().all(|z| (z[0] - 0.105105260738927).abs() < 1e-12), "{:?}", report.before);
        assert!(report.mismatch.expect("an exact way has one") < 1e-13);
        // The equilibrium stays where it is.
        let mut f = [0.0; 2];
        let centre = if class == "affine" { [0.5, -0.25] } else { [0.0, 0.0] };
        out.learned.value(&centre, &mut f);
        assert!(f.iter().all(|x| x.abs() < 1e-13), "{f:?}");
        // And the file can be read again.
        assert_eq!(ModelFile::parse(&out.to_json().expect("writes")).expect("reads"), out);
    }
}

#[test]
fn every_branch_of_every_method_goes_back() {
    let a = DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1]);
    for (name, substeps) in [("rk4", 1), ("heun2", 2), ("gauss2", 1), ("implicit-midpoint", 1), ("forward-euler", 3)] {
        let (found, sampling) = (method(name), Sampling::new(1.0, substeps).expect("positive"));
        let Method::RungeKutta(tableau) = &found else { panic!("one step") };
        let equation = lambdahat::inverse::LearningEquation::of(&found).expect("not constant");
        let choices = lambdahat::inverse::matrices::real_choices(&equation, &a, sampling).expect("square");
        for choice in choices.choices() {
            let learned = choices.matrix(&a, &choice).expect("distinct eigenvalues");
            let back = linear_repair(tableau, &learned, sampling).expect("has a logarithm").matrix;
            assert!((back - &a).amax() < 1e-11, "{name}, branch {choice:?}");
        }
    }
}

#[test]
fn maps_without_a_real_logarithm_are_refused() {
    let Method::RungeKutta(euler) = method("forward-euler") else { panic!("one step") };
    let sampling = Sampling::new(1.0, 1).expect("positive");
    // 1 + z = −0.5 and 1 + z = 0
    for z in [-1.5, -1.0] {
        let error = linear_repair(&euler, &DMatrix::from_row_slice(1, 1, &[z]), sampling).expect_err("no logarithm");
        assert!(matches!(error, RepairError::NoLogarithm { .. }), "{error}");
    }
    // Two half steps square it: (1 − 3/4)² = 1/16 is positive.
    let twice = linear_repair(&euler, &DMatrix::from_row_slice(1, 1, &[-1.5]), Sampling::new(1.0, 2).expect("positive"));
    assert!((twice.expect("positive").matrix[(0, 0)] - (1.0f64 / 16.0).ln()).abs() < 1e-14);
}

#[test]
fn a_polynomial_trained_through_rk4_comes_nearer_to_the_truth() {
    let system = System::named("lotka-volterra").expect("listed");
    let starts: Vec<Vec<f64>> = [1.2, 1.5, 1.8, 2.1].iter().map(|&x| vec![x, 1.0]).collect();
    let training = Training::new("polynomial:7".parse().expect("a model"), method("rk4"), Sampling::new(0.5, 1).expect("positive"));
    let (file, data) = trained(&system, &starts, 40, "polynomial:7", &training);
    let states = data.concat();
    let before = apart(&file.learned, &system, &states);
    // The series at this step: its terms shrink by little more than a half each, so that five powers of h gain a factor of 4.5.
    let (out, report) = repaired(&file, &data, Some(&system), None);
    let after = apart(&out.learned, &system, &states);
    println!("loss {:.2e}; series: {before:.3e} before, {after:.3e} after, {:?}", file.loss, report.terms);
    assert_eq!(report.way, Way::Series);
    assert!(before > 4.0 * after, "{before:e} {after:e}");
    // The first term left out says how much is missing, to within a factor of two.
    let left_out = report.left_out.expect("a series has one").size;
    assert!((0.5..2.0).contains(&(after / left_out)), "{after:e} {left_out:e}");
    // The fit to the map has no such limit.
    let (out, report) = repaired(&file, &data, Some(&system), Some(Way::Refit));
    let after = apart(&out.learned, &system, &states);
    println!("refit: {after:.3e} after, factor {:.1}, mismatch {:?}", before / after, report.mismatch);
    assert!(before > 20.0 * after, "{before:e} {after:e}");
}

#[test]
fn a_network_trained_through_euler_stops_drifting() {
    let system = System::named("lotka-volterra").expect("listed");
    let starts: Vec<Vec<f64>> = [1.2, 1.4, 1.6].iter().map(|&x| vec![x, 1.0]).collect();
    let mut training = Training::new("mlp:16".parse().expect("a model"), method("forward-euler"), Sampling::new(0.5, 1).expect("positive"));
    training.iterations = Some(200);
    let (file, data) = trained(&system, &starts, 40, "mlp:16", &training);
    let (_, report) = repaired(&file, &data, Some(&system), None);
    assert_eq!(report.way, Way::Refit);
    let fine = report.rollouts.last().expect("the data are at hand");
    println!("loss {:.2e}, mismatch {:?}", file.loss, report.mismatch);
    report.rollouts.iter().for_each(|row| println!("{row:?}"));
    println!("{:?} {:?}", report.before, report.after);
    assert_eq!(fine.division, 100);
    // The second orbit: neither the innermost, where everything is small, nor the last, at the edge of the data.
    assert!(fine.drift_before[1].abs() > 20.0 * fine.drift_after[1].abs(), "{fine:?}");
}

#[test]
fn the_step_test_tells_discrete_from_continuous() {
    let file = hero("linear");
    let found = audit(&file, &method("rk4"), &[], HORIZON, STEP_TOLERANCE).expect("follows");
    assert_eq!(found.nature, Nature::Discrete);
    let mode = &found.modes[0];
    let shown = mode.shown.expect("has one");
    assert!((shown[0] + 0.1).abs() < 1e-9 && (shown[1] - 2.0).abs() < 1e-9, "{shown:?}");
    assert!(mode.principal && mode.branch == Some(0) && mode.branches == 4 && mode.flags == ["anti-damped"], "{mode:?}");
    let (out, _) = repaired(&file, &[], None, None);
    let after = audit(&out, &method(&out.method), &[], HORIZON, STEP_TOLERANCE).expect("follows");
    assert_eq!(after.nature, Nature::Continuous, "{:?}", after.steps);
    assert!(after.steps.windows(2).all(|pair| pair[1].difference <= pair[0].difference), "{:?}", after.steps);
}

#[test]
fn multistep_and_missing_data_are_told() {
    let file = hero("linear");
    let leap_frog = method("leap-frog");
    assert!(matches!(audit(&file, &leap_frog, &[], HORIZON, STEP_TOLERANCE), Err(RepairError::Multistep { .. })));
    let rk4 = method("rk4");
    let repair = Repair { file: &file, method: &rk4, trajectories: &[], system: None, way: Some(Way::Refit), power: None };
    assert!(matches!(repair.run(&mut unwatched), Err(RepairError::NoStates { .. })));
    let series = Repair { way: Some(Way::Series), ..repair };
    assert!(matches!(series.run(&mut unwatched), Err(RepairError::NotPolynomial)));
}
