//! Learning through a step, against what the branches predict.

use lambdahat::dynamics::{System, equilibria, returns};
use lambdahat::fit::{Fit, FitError, Form, Loss, Optimiser, Prepared, Training, rollout, unwatched};
use lambdahat::inverse::branches;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex64;

/// The samples of the damped oscillator α = 0.1, ω = 2 from (1, 0), every H = 1.
fn oscillator(n: usize) -> Vec<Vec<Vec<f64>>> {
    let w = Complex64::new(-0.1, 2.0);
    vec![(0..=n).map(|k| (w * k as f64).exp()).map(|z| vec![z.re, z.im]).collect()]
}

fn training(model: &str, method: &str, interval: f64, m: u32) -> Training {
    let method = catalog::find(method).expect("in the catalogue");
    Training::new(model.parse().expect("a model"), method, Sampling::new(interval, m).expect("positive"))
}

/// The eigenvalue of a learned 2×2 matrix that belongs to the true direction of rotation.
fn learned_eigenvalue(fit: &Fit) -> Complex64 {
    let a = &fit.learned.parameters;
    Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0)
}

/// How many of the converged fits sit on each branch; every one must, to 1e-8.
fn shares(training: &Training, data: &[Vec<Vec<f64>>], starts: u64) -> (Vec<usize>, usize) {
    let lambda = Complex64::new(-0.1, 2.0);
    let predicted = branches(&training.method, lambda, training.sampling).expect("branches");
    let prepared: Prepared = training.prepare(data).expect("fits together");
    let seeds: Vec<u64> = (0..starts).collect();
    let mut counts = vec![0; predicted.branches.len()];
    let mut unfinished = 0;
    for fit in prepared.fit_seeds(&seeds, &|_, _| std::ops::ControlFlow::Continue(())) {
        let Ok(fit) = fit else {
            unfinished += 1;
            continue;
        };
        if fit.loss > 1e-22 {
            unfinished += 1;
            continue;
        }
        let learned = learned_eigenvalue(&fit);
        let nearest =
            predicted.branches.iter().enumerate().min_by(|a, b| (a.1.lambda - learned).norm().total_cmp(&(b.1.lambda - learned).norm()));
        let (k, branch) = nearest.expect("at least one branch");
        assert!((branch.lambda - learned).norm() < 1e-8, "{}: {learned} is on no branch", training.method.name());
        counts[k] += 1;
    }
    (counts, unfinished)
}

#[test]
fn a_linear_fit_through_rk4_lands_on_the_four_predicted_branches() {
    let data = oscillator(20);
    let wide = Training { spread: 3.0, ..training("linear", "rk4", 1.0, 1) };
    let (counts, _) = shares(&wide, &data, 60);
    assert!(counts.len() == 4 && counts.iter().all(|&c| c > 0), "all four occur: {counts:?}");
    let narrow = Training { spread: 0.3, ..wide };
    let (counts, _) = shares(&narrow, &data, 30);
    assert!(counts[1] > 5 * counts[0], "small starts hardly find the principal branch: {counts:?}");
}

#[test]
fn methods_of_degree_one_have_one_branch() {
    let data = oscillator(20);
    for method in ["forward-euler", "implicit-euler", "implicit-midpoint", "trapezoid", "leap-frog", "bdf2", "adams-bashforth-2"] {
        let (counts, unfinished) = shares(&training("linear", method, 1.0, 1), &data, 10);
        // A start beyond a pole of R can fail to converge; it is counted, and lands on nothing else.
        assert!(counts.len() == 1 && counts[0] >= 8 && counts[0] + unfinished == 10, "{method}: {counts:?} {unfinished}");
    }
}

#[test]
fn substeps_multiply_the_branches() {
    let data = oscillator(12);
    let wide = Training { spread: 3.0, ..training("linear", "rk4", 1.0, 2) };
    let (counts, _) = shares(&wide, &data, 30);
    assert_eq!(counts.len(), 8);
    assert!(counts.iter().filter(|&&c| c > 0).count() >= 3, "{counts:?}");
}

#[test]
fn the_optimisers_agree_on_a_linear_field() {
    let data = oscillator(10);
    for optimiser in [Optimiser::Direct, Optimiser::LevenbergMarquardt, Optimiser::Lbfgs] {
        let one = Training { optimiser, ..training("linear", "forward-euler", 1.0, 1) };
        let fit = one.prepare(&data).expect("fits").fit(1, None, &mut unwatched).expect("finite");
        let expected = Complex64::new(-0.1, 2.0).exp() - 1.0;
        assert!((learned_eigenvalue(&fit) - expected).norm() < 1e-6, "{optimiser:?} {}", fit.loss);
    }
}

fn lotka_volterra(interval: f64, n: usize, starts: &[f64]) -> Vec<Vec<Vec<f64>>> {
    let system = System::named("lotka-volterra").expect("a system");
    starts.iter().map(|&s| system.trajectory(&[s, 1.0], interval, n).expect("flows")).collect()
}

/// The eigenvalue (upper half plane) of the learned field at its equilibrium near (1, 1).
fn eigenvalue(fit: &Fit) -> Complex64 {
    let found = equilibria(&fit.learned, &[vec![1.0, 1.0]]);
    let j = &found.first().expect("an equilibrium").jacobian;
    let (half, det) = (j.trace() / 2.0, j.determinant());
    Complex64::new(half, (det - half * half).max(0.0).sqrt())
}

#[test]
fn polynomials_and_gaussians_have_the_predicted_equilibrium() {
    let data = lotka_volterra(1.0, 40, &[1.1, 1.25, 1.4]);
    let rk4 = catalog::find("rk4").expect("in the catalogue");
    let predicted = branches(&rk4, Complex64::new(0.0, 1.0), Sampling::new(1.0, 1).expect("positive")).expect("branches");
    for (model, spread) in [("polynomial:6", 1.0), ("rbf:40", 1.0)] {
        let training = Training { spread, ..training(model, "rk4", 1.0, 1) };
        let prepared = training.prepare(&data).expect("fits together");
        // From the linear field of the true system where the class contains it, from a random start else.
        let start = prepared.model().linear_start(&[0.0, -1.0, 1.0, 0.0], Some(&[1.0, 1.0]));
        let fit = prepared.fit(0, start, &mut unwatched).expect("finite");
        let learned = eigenvalue(&fit);
        let nearest = predicted.branches.iter().map(|b| (b.lambda - learned).norm()).fold(f64::INFINITY, f64::min);
        assert!(nearest < 1e-3, "{model}: {learned}, loss {:e}", fit.loss);
    }
}

#[test]
fn a_network_through_rk4_spirals_outward_and_through_implicit_midpoint_stays() {
    let data = lotka_volterra(1.0, 100, &[1.2, 1.5, 1.9]);
    let system = System::named("lotka-volterra").expect("a system");
    let rk4 = catalog::find("rk4").expect("in the catalogue");
    let energy = |x: f64| system.invariant(&[x, 1.0]).expect("positive");
    for (method, form, low, high) in [("rk4", Form::Step, 1.3, 3.0), ("implicit-midpoint", Form::Residual, 0.9, 1.12)] {
        let training = Training { form, iterations: Some(40), target: 1e-14, ..training("mlp:20x20", method, 1.0, 1) };
        let fit = training.prepare(&data).expect("fits").fit(0, None, &mut unwatched).expect("finite");
        let fine = Sampling::new(0.05, 1).expect("positive");
        let path = rollout(&fit.learned, &rk4, fine, &[vec![1.5, 1.0]], 1400).expect("steps");
        let (turns, _) = returns(&path[0], &[1.0, 1.0]);
        let last = turns.last().expect("it turns");
        let ratio = energy(last.x) / energy(1.5);
        assert!(ratio > low && ratio < high, "{method}: E × {ratio} in {} turns, loss {:e}", turns.len(), fit.loss);
    }
}

#[test]
fn thresholding_finds_the_sparse_field() {
    // Through the residual form of the trapezoid at a small step, the field is nearly the true one: six coefficients.
    let data = lotka_volterra(0.02, 300, &[1.5, 2.0]);
    let training = Training { form: Form::Residual, threshold: 0.05, ..training("sindy:3", "trapezoid", 0.02, 1) };
    let fit = training.prepare(&data).expect("fits").fit(0, None, &mut unwatched).expect("direct");
    let kept: Vec<usize> = (0..20).filter(|&i| fit.learned.parameters[i] != 0.0).collect();
    // Products: 1, x, y, x², xy, y², …: ẋ = x − xy, ẏ = xy − y.
    assert_eq!(kept, [1, 4, 12, 14], "{:?}", fit.learned.parameters);
    assert!(kept.iter().all(|&i| (fit.learned.parameters[i].abs() - 1.0).abs() < 1e-3));
}

#[test]
fn bad_input_is_told() {
    let data = oscillator(2);
    let short = training("linear", "bdf6", 1.0, 1).prepare(&data);
    assert!(matches!(short, Err(FitError::TooFewSamples { needed: 7, longest: 3, .. })), "{short:?}");
    let mut broken = oscillator(5);
    broken[0][3][1] = f64::NAN;
    assert!(matches!(training("linear", "rk4", 1.0, 1).prepare(&broken), Err(FitError::Sample { trajectory: 0, sample: 3, .. })));
    let data = oscillator(300);
    let huge = Training { optimiser: Optimiser::LevenbergMarquardt, memory: 1 << 20, ..training("mlp:64x64", "rk4", 1.0, 1) };
    let refused = huge.prepare(&data).expect("fits together").fit(0, None, &mut unwatched);
    assert!(matches!(refused, Err(FitError::Memory { .. })), "{refused:?}");
    let wild = Training { optimiser: Optimiser::Adam, rate: 1e3, iterations: Some(200), ..training("linear", "rk4", 1.0, 1) };
    let fit = wild.prepare(&data).expect("fits together").fit(0, None, &mut unwatched).expect("keeps what it has");
    assert_eq!(fit.stop, lambdahat::fit::Stop::Diverged);
    assert!(fit.loss.is_finite() && fit.learned.parameters.iter().all(|p| p.is_finite()));
    assert!(matches!(
        Training { loss: Loss::Rollout, ..training("linear", "leap-frog", 1.0, 1) }.prepare(&data),
        Err(FitError::Method { .. })
    ));
}

#[test]
fn the_same_seed_gives_the_same_fit_whatever_the_number_of_threads() {
    let data = oscillator(10);
    let training = Training { iterations: Some(5), ..training("mlp:8x8", "rk4", 1.0, 1) };
    let prepared = training.prepare(&data).expect("fits together");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| prepared.fit_seeds(&[3, 1, 4, 1, 5], &|_, _| std::ops::ControlFlow::Continue(())))
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one, three);
    assert_eq!(one[1].as_ref().expect("finite").learned, one[3].as_ref().expect("finite").learned);
}

fn lambdahat(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("lambdahat").expect("the program");
    command.args(arguments);
    command
}

#[test]
fn the_command_trains_writes_resumes_and_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.json");
    let path = model.to_str().expect("a name");
    lambdahat(&["fit", "--model", "mlp:6", "--samples", "20", "--iterations", "3", "--seeds", "2", "-o", path]).assert().success();
    let first: serde_json::Value = serde_json::from_slice(&std::fs::read(&model).expect("written")).expect("JSON");
    assert_eq!((first["method"].as_str(), first["iterations"].as_u64()), (Some("rk4"), Some(3)));
    let resumed = ["fit", "--model", "mlp:6", "--samples", "20", "--iterations", "4", "--resume", path, "-o", path, "--json"];
    let out = lambdahat(&resumed).assert().success().get_output().stdout.clone();
    let second: serde_json::Value = serde_json::from_slice(&out).expect("one document");
    assert_eq!(second["iterations"].as_u64(), Some(7));
    assert!(second["loss"].as_f64() <= first["loss"].as_f64());
    // The file is what was printed.
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&model).expect("written")).expect("JSON");
    assert_eq!(kept, second);
    let text = std::fs::read_to_string(&model).expect("written");
    for (broken, word) in [(text[..500].to_owned(), "cut short"), (text.replace("\"version\":1", "\"version\":9"), "version 9")] {
        std::fs::write(&model, broken).expect("writes");
        lambdahat(&["fit", "--model", "mlp:6", "--samples", "20", "--resume", path])
            .assert()
            .code(2)
            .stderr(predicates::str::contains(word));
    }
    lambdahat(&["fit", "--model", "mlp:2000x2000", "--optimiser", "lm", "--memory", "0.1", "--samples", "2000"])
        .assert()
        .code(2)
        .stderr(predicates::str::contains("GiB"));
    lambdahat(&["fit", "--model", "tree"]).assert().code(2).stderr(predicates::str::contains("mlp:64x64"));
    lambdahat(&["fit", "--method", "bdf6", "--samples", "3"]).assert().code(2).stderr(predicates::str::contains("7 consecutive samples"));
    lambdahat(&["fit", "--method", "rk4", "--residual-form"]).assert().code(2).stderr(predicates::str::contains("chord"));
}

#[test]
fn check_says_where_the_starts_landed_and_exits_with_the_verdict() {
    let arguments =
        ["check", "--samples", "15", "--spread", "3", "--seeds", "30", "--method", "rk4", "--method", "implicit-midpoint", "--json"];
    let out = lambdahat(&arguments).assert().code(0).get_output().stdout.clone();
    let check: serde_json::Value = serde_json::from_slice(&out).expect("one document");
    assert_eq!(check["agrees"], serde_json::Value::Bool(true));
    let fits = check["fits"].as_array().expect("a list");
    assert_eq!(fits.len(), 60);
    let on = |branch: u64| fits.iter().filter(|f| f["method"] == "rk4" && f["modes"][0]["branch"].as_u64() == Some(branch)).count();
    assert!((0..4).filter(|&b| on(b) > 0).count() >= 3, "several branches are found");
    assert!(fits.iter().filter(|f| f["fitted"] == true).all(|f| f["modes"][0]["error"].as_f64().expect("a number") < 1e-8));
    // Called fitted whatever its loss, an unfinished fit is on no branch: the answer is no.
    lambdahat(&["check", "--samples", "15", "--iterations", "1", "--small", "1e9", "--seeds", "5"])
        .assert()
        .code(1)
        .stdout(predicates::str::contains("on no predicted branch"));
    // Nothing fitted is no agreement either.
    lambdahat(&["check", "--samples", "15", "--iterations", "1", "--small", "1e-20", "--seeds", "2"])
        .assert()
        .code(1)
        .stdout(predicates::str::contains("No start reached a small loss"));
    lambdahat(&["check", "--system", "lotka-volterra", "--samples", "30", "--model", "polynomial:5", "--seeds", "2"])
        .assert()
        .stdout(predicates::str::contains("STEP h/100"));
}
