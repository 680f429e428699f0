//! Trained models, tested for their step and turned back into continuous time.

use lambdahat::data::Paths;
use lambdahat::dynamics::{Field, System};
use lambdahat::fit::{DataRecord, Learned, Model, ModelFile, ModelSpec, Training, unwatched};
use lambdahat::inverse::Flag;
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::repair::{
    HORIZON, Horizon, Nature, Repair, RepairError, RepairNote, RepairReport, STEP_TOLERANCE, Way, audit, linear_repair,
};
use nalgebra::DMatrix;

fn method(name: &str) -> Method {
    catalog::find(name).expect("in the catalogue")
}

/// Trains a model on the system's own samples.
fn trained(system: &System, starts: &[Vec<f64>], samples: usize, class: &str, training: &Training) -> (ModelFile, Paths) {
    let interval = training.sampling.interval();
    let data = system.paths(starts, interval, samples).expect("flows");
    let fit = training.prepare(&data).expect("fits").fit(1, None, &mut unwatched).expect("finite");
    assert_eq!(training.model.to_string(), class);
    let names: Vec<String> = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
    (ModelFile::new(training, DataRecord::of(system.name(), &names, &data), fit), data)
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
    ModelFile::new(&training, DataRecord::of("a hero", &["x".into(), "y".into()], &Paths::default()), fit)
}

fn repaired(file: &ModelFile, data: &Paths, system: Option<&System>, way: Option<Way>) -> (ModelFile, RepairReport) {
    let trained_through = method(&file.method);
    let repair = Repair { file, method: &trained_through, trajectories: data, system, way, power: None, through: None, stop: None };
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
        let (out, report) = repaired(&file, &Paths::default(), None, None);
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
        let choices = lambdahat::inverse::real_choices(&equation, &a, sampling).expect("square");
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

/// A grid over the region of the orbits of these starts: where V is between the innermost and the outermost.
fn annulus(system: &System, inner: f64, outer: f64) -> Vec<Vec<f64>> {
    let level = |x: f64| system.invariant(&[x, 1.0]).expect("has one");
    let all = (0..60).flat_map(|i| (0..60).map(move |j| vec![0.3 + 0.04 * f64::from(i), 0.3 + 0.04 * f64::from(j)]));
    all.filter(|x| system.invariant(x).is_some_and(|v| v >= level(inner) && v <= level(outer))).collect()
}

#[test]
fn a_polynomial_trained_through_rk4_comes_nearer_to_the_truth() {
    let system = System::named("lotka-volterra").expect("listed");
    let starts: Vec<Vec<f64>> = [1.2, 1.5, 1.8, 2.1].iter().map(|&x| vec![x, 1.0]).collect();
    let training = Training::new("polynomial:7".parse().expect("a model"), method("rk4"), Sampling::new(0.5, 1).expect("positive"));
    let (file, data) = trained(&system, &starts, 40, "polynomial:7", &training);
    let grid = annulus(&system, 1.2, 2.1);
    assert!(grid.len() > 200, "{}", grid.len());
    let before = apart(&file.learned, &system, &grid);
    // The series at this step: its terms shrink by little more than a half each, so that five powers of h gain a factor of four.
    let (out, report) = repaired(&file, &data, Some(&system), Some(Way::Series));
    let after = apart(&out.learned, &system, &grid);
    println!("loss {:.2e}; series: {before:.3e} before, {after:.3e} after, {:?}", file.loss, report.terms);
    assert!(before > 3.0 * after, "{before:e} {after:e}");
    // The first term left out says how much is missing, to within a factor of three.
    let left_out = report.left_out.expect("more than one term").size;
    assert!((0.3..3.0).contains(&(after / left_out)), "{after:e} {left_out:e}");
    // Left alone it sees that, fits the map as well, and keeps the better one.
    let (out, report) = repaired(&file, &data, Some(&system), None);
    let after = apart(&out.learned, &system, &grid);
    println!("default: {after:.3e} after, factor {:.1}, {:?}, {:?}", before / after, report.against_map, report.notes);
    assert_eq!(report.way, Way::Refit);
    assert!(before > 20.0 * after, "{before:e} {after:e}");
    let map = report.against_map.expect("the data are at hand");
    assert!(map.after < map.before / 20.0, "{map:?}");
    // What was done stands in the file, and survives the disk.
    let read = ModelFile::parse(&out.to_json().expect("writes")).expect("reads");
    let kept = read.repaired.expect("a repaired model says so");
    assert_eq!((kept["method"].as_str(), kept["way"].as_str()), (Some("rk4"), Some("refit")));
    assert!(kept["rollouts"].as_array().is_some_and(|rows| rows.len() == 3) && kept["before"]["modes"].is_array());
}

/// High orders and symmetric methods: the first terms lie far out, and are computed until there are two. ẋ = x − x³/4 as its own learned field.
#[test]
fn methods_of_high_order_are_repaired_by_default() {
    let states: Vec<Vec<f64>> = (0..12).map(|k| vec![0.2 + 0.1 * f64::from(k)]).collect();
    let field = lambdahat::repair::SampledField {
        variables: vec!["x".into()],
        field: states.iter().map(|x| vec![x[0] - x[0].powi(3) / 4.0]).collect(),
        states: states.clone(),
        method: None,
        interval: None,
        substeps: None,
    };
    for (name, first) in [("gauss3", 6), ("verner8", 8), ("dormand-prince5", 5)] {
        let sampling = Sampling::new(0.2, 1).expect("positive");
        let file = field.fitted("test", &ModelSpec::Polynomial(3), &method(name), sampling).expect("determined");
        let (_, report) = repaired(&file, &Paths::of(std::slice::from_ref(&states)).expect("finite"), None, Some(Way::Series));
        assert!(report.terms.len() >= 2 && report.terms[0].power == first, "{name}: {:?}", report.terms);
        assert!(report.left_out.is_some_and(|term| term.size > 0.0 && term.size < report.terms[0].size), "{name}");
        // Left alone it is repaired, in whichever way.
        let (_, report) = repaired(&file, &Paths::default(), None, None);
        assert!(!report.after.modes.is_empty(), "{name}");
    }
}

/// Values of a field that was trained elsewhere: the hero's, at nine points.
#[test]
fn a_field_known_by_its_values_goes_back() {
    let learned = hero("linear").learned;
    let states: Vec<Vec<f64>> = (0..9).map(|k| vec![f64::from(k % 3) - 1.0, f64::from(k / 3) - 0.5]).collect();
    let mut rows = String::from("x,y,f_x,f_y\n");
    for x in &states {
        let mut f = [0.0; 2];
        learned.value(x, &mut f);
        rows.push_str(&format!("{},{},{},{}\n", x[0], x[1], f[0], f[1]));
    }
    let field = lambdahat::repair::SampledField::from_csv(&rows, "hero.csv").expect("reads");
    let sampling = Sampling::new(1.0, 1).expect("positive");
    let file = field.fitted("hero.csv", &ModelSpec::Linear, &method("rk4"), sampling).expect("determined");
    let (_, report) = repaired(&file, &Paths::default(), None, None);
    assert!(report.after.modes.iter().all(|z| (z[0] + 0.1).abs() < 1e-9 && (z[1].abs() - 2.0).abs() < 1e-9), "{:?}", report.after);
    let error = field.fitted("hero.csv", &ModelSpec::Polynomial(7), &method("rk4"), sampling).expect_err("too few values");
    assert!(error.to_string().contains("cannot determine"), "{error}");
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
    // Every orbit of the data, by its return to the section through its start.
    assert_eq!(report.turns.len(), 3);
    for turn in &report.turns {
        let (before, after) = (turn.before.expect("turns"), turn.after.expect("turns"));
        assert!(before.abs() > 20.0 * after.abs(), "{turn:?}");
    }
}

/// One block is true already, the other is the hero's: a start along the first coordinate sees nothing of it.
#[test]
fn the_step_test_looks_along_every_coordinate() {
    let (re, im) = (0.105105260738927, 1.926832632793115);
    let linear = |rows: &[f64], d: usize, through: &str| {
        let spec = ModelSpec::Linear;
        let model = Model::new(&spec, &[vec![1.0; d]]).expect("a state");
        let mut file = hero("linear");
        let training = Training::new(spec, method(through), Sampling::new(1.0, 1).expect("positive"));
        let fit = lambdahat::fit::Fit {
            seed: 0,
            optimiser: lambdahat::fit::Optimiser::Auto,
            learned: Learned { model, parameters: rows.to_vec() },
            loss: 0.0,
            iterations: 0,
            stop: lambdahat::fit::Stop::Converged,
            history: Vec::new(),
            trouble: None,
        };
        file = ModelFile::new(&training, file.data, fit);
        audit(&file, &method(through), &Paths::default(), Horizon::of(HORIZON), STEP_TOLERANCE).expect("follows")
    };
    let blocks = [-0.01, -0.02, 0.0, 0.0, 0.02, -0.01, 0.0, 0.0, 0.0, 0.0, re, im, 0.0, 0.0, -im, re];
    assert_eq!(linear(&blocks, 4, "rk4").nature, Nature::Discrete);
    // A fast mode that the map shows as a much slower one, gone before a rollout sees it.
    let stiff = linear(&[-1.0, 0.0, 0.0, -1000.0], 2, "radau-iia-3");
    assert_eq!(stiff.nature, Nature::Discrete);
    assert!(stiff.modes.iter().any(|mode| !mode.same) && stiff.modes.iter().any(|mode| mode.same), "{:?}", stiff.modes);
    // Small modes through the same methods are what they seem.
    assert_eq!(linear(&[-0.1, -0.2, 0.2, -0.1], 2, "rk4").nature, Nature::Continuous);
}

#[test]
fn the_step_test_tells_discrete_from_continuous() {
    let file = hero("linear");
    let found = audit(&file, &method("rk4"), &Paths::default(), Horizon::of(HORIZON), STEP_TOLERANCE).expect("follows");
    assert_eq!(found.nature, Nature::Discrete);
    let mode = &found.modes[0];
    let shown = mode.shown.expect("has one");
    assert!((shown[0] + 0.1).abs() < 1e-9 && (shown[1] - 2.0).abs() < 1e-9, "{shown:?}");
    assert!(mode.principal && mode.branch == Some(0) && mode.branches == 4 && mode.flags == [Flag::AntiDamped], "{mode:?}");
    let (out, _) = repaired(&file, &Paths::default(), None, None);
    let after = audit(&out, &method(&out.method), &Paths::default(), Horizon::of(HORIZON), STEP_TOLERANCE).expect("follows");
    assert_eq!(after.nature, Nature::Continuous, "{:?}", after.steps);
    assert!(after.steps.windows(2).all(|pair| pair[1].difference <= pair[0].difference), "{:?}", after.steps);
}

#[test]
fn multistep_and_missing_data_are_told() {
    let file = hero("linear");
    let leap_frog = method("leap-frog");
    assert!(matches!(
        audit(&file, &leap_frog, &Paths::default(), Horizon::of(HORIZON), STEP_TOLERANCE),
        Err(RepairError::Multistep { .. })
    ));
    let rk4 = method("rk4");
    let repair = Repair {
        file: &file,
        method: &rk4,
        trajectories: &Paths::default(),
        system: None,
        way: Some(Way::Refit),
        power: None,
        through: None,
        stop: None,
    };
    assert!(matches!(repair.run(&mut unwatched), Err(RepairError::NoStates { .. })));
    let series = Repair { way: Some(Way::Series), ..repair };
    assert!(matches!(series.run(&mut unwatched), Err(RepairError::NotPolynomial)));
}

/// Ctrl-C in a refit: what there is is kept, and the report says that it is not finished.
#[test]
fn an_interrupted_refit_says_so() {
    let system = System::named("lotka-volterra").expect("a system");
    let training = Training::new("mlp:4".parse().expect("a model"), method("rk4"), Sampling::new(0.5, 1).expect("positive"));
    let training = Training { iterations: Some(5), ..training };
    let (file, data) = trained(&system, &[vec![1.5, 1.0]], 20, "mlp:4", &training);
    let through = method("rk4");
    let repair =
        Repair { file: &file, method: &through, trajectories: &data, system: None, way: None, power: None, through: None, stop: None };
    let mut left = 3;
    let mut watch = |_: lambdahat::fit::Progress<'_>| {
        left -= 1;
        if left == 0 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    let (out, report) = repair.run(&mut watch).expect("keeps what it has");
    let told = |note: &RepairNote| matches!(note, RepairNote::Interrupted { .. });
    assert!(report.notes.iter().any(told), "{:?}", report.notes);
    assert_eq!(out.stop, lambdahat::fit::Stop::Interrupted);
}
