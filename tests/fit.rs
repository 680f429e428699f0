//! Learning through a step, against what the branches predict.

use lambdahat::data::{Paths, PathsError};
use lambdahat::dynamics::{System, equilibria, returns};
use lambdahat::fit::{Fit, FitError, Loss, LossForm, ModelFile, Optimiser, Prepared, Training, rollout, unwatched};
use lambdahat::inverse::branches;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex64;

/// The samples of the damped oscillator α = 0.1, ω = 2 from (1, 0), every H = 1.
fn oscillator(n: usize) -> Paths {
    let w = Complex64::new(-0.1, 2.0);
    Paths::of(&[(0..=n).map(|k| (w * k as f64).exp()).map(|z| vec![z.re, z.im]).collect()]).expect("finite")
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
fn shares(training: &Training, data: &Paths, starts: u64) -> (Vec<usize>, usize) {
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

fn lotka_volterra(interval: f64, n: usize, starts: &[f64]) -> Paths {
    let system = System::named("lotka-volterra").expect("a system");
    system.paths(&starts.iter().map(|&s| [s, 1.0]).collect::<Vec<_>>(), interval, n).expect("flows")
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
    for (method, form, low, high) in [("rk4", LossForm::Step, 1.3, 3.0), ("implicit-midpoint", LossForm::Residual, 0.9, 1.12)] {
        let training = Training { form, iterations: Some(40), target: 1e-14, ..training("mlp:20x20", method, 1.0, 1) };
        let fit = training.prepare(&data).expect("fits").fit(0, None, &mut unwatched).expect("finite");
        let fine = Sampling::new(0.05, 1).expect("positive");
        let path = rollout(&fit.learned, &rk4, fine, &[vec![1.5, 1.0]], 1400).expect("steps");
        let (turns, _) = returns(path.get(0).expect("one"), &[1.0, 1.0]);
        let last = turns.last().expect("it turns");
        let ratio = energy(last.x) / energy(1.5);
        assert!(ratio > low && ratio < high, "{method}: E × {ratio} in {} turns, loss {:e}", turns.len(), fit.loss);
    }
}

#[test]
fn thresholding_finds_the_sparse_field() {
    // Through the residual form of the trapezoid at a small step, the field is nearly the true one: six coefficients.
    let data = lotka_volterra(0.02, 300, &[1.5, 2.0]);
    let training = Training { form: LossForm::Residual, threshold: 0.05, ..training("sindy:3", "trapezoid", 0.02, 1) };
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
    let mut broken = oscillator(5).to_lists();
    broken[0][3][1] = f64::NAN;
    assert!(matches!(Paths::of(&broken), Err(PathsError::NotFinite { path: 0, sample: 3, .. })));
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

/// Runs the program and reads the one JSON document that it prints.
fn document(arguments: &[&str]) -> serde_json::Value {
    let out = lambdahat(arguments).arg("--json").assert().success().get_output().stdout.clone();
    serde_json::from_slice(&out).expect("one document")
}

#[test]
fn resuming_through_another_method_is_a_warm_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let (first, second, third) = (path("r1.json"), path("r2.json"), path("r3.json"));
    let rk4 = document(&["fit", "--method", "rk4", "--model", "linear", "--samples", "20", "-o", &first]);
    let euler = ["fit", "--method", "forward-euler", "--optimiser", "lm", "--model", "linear", "--samples", "20"];
    let arguments = [&euler[..], &["--resume", &first, "-o", &second]].concat();
    lambdahat(&arguments).assert().success().stderr(predicates::str::contains("The method was rk4, is forward-euler"));
    let text = std::fs::read_to_string(&second).expect("written");
    let file = ModelFile::parse(&text).expect("reads");
    // The parameters are forward Euler's own, (e^{hλ} − 1)/h, and nothing of the other loss is left.
    let a = &file.learned.parameters;
    let learned = Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0);
    assert!((learned - (Complex64::new(-0.1, 2.0).exp() - 1.0)).norm() < 1e-8, "{learned}");
    assert_eq!((file.history.len(), file.method.as_str()), (file.iterations, "forward-euler"));
    assert_ne!(rk4["learned"]["parameters"], serde_json::json!(a));
    // The same training on goes on.
    let again = [&euler[..], &["--resume", &second, "-o", &third]].concat();
    let resumed = document(&again);
    assert!(resumed["iterations"].as_u64() >= Some(file.iterations as u64));
    assert!(resumed["loss"].as_f64().expect("a number") <= file.loss);
    // Another loss, other substeps, other data: each is said.
    for (option, value, word) in
        [("--loss", "windows:2", "The loss"), ("--substeps", "2", "m was 1"), ("--start", "0.5,0.5", "other samples")]
    {
        let other = [&euler[..], &["--resume", &second, option, value]].concat();
        lambdahat(&other).assert().success().stderr(predicates::str::contains(word));
    }
    let other_class = ["fit", "--model", "affine", "--samples", "20", "--resume", &second];
    lambdahat(&other_class).assert().code(2).stderr(predicates::str::contains("linear"));
}

#[test]
fn a_model_file_holds_its_own_scheme() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let (scheme, model, out) = (path("own.toml"), path("model.json"), path("out.json"));
    // A scheme with the catalogue's name and other coefficients: the explicit midpoint rule that calls itself rk4.
    std::fs::write(&scheme, "name = \"rk4\"\n[runge-kutta]\nA = [[0, 0], [\"1/2\", 0]]\nb = [0, 1]\n").expect("writes");
    lambdahat(&["fit", "--method", &scheme, "--model", "linear", "--samples", "20", "-o", &model]).assert().success();
    std::fs::remove_file(&scheme).expect("removes");
    let file = ModelFile::parse(&std::fs::read_to_string(&model).expect("written")).expect("reads");
    assert!(matches!(file.method().expect("its own"), lambdahat::method::Method::RungeKutta(own) if own.stages() == 2));
    assert_eq!(file.settings.expect("kept").spread, 1.0);
    // `repair` uses it: the true modes come back, which RK4's stability function would not give.
    let repaired = document(&["repair", &model, "-o", &out]);
    let mode = &repaired["after"]["modes"][0];
    let found = Complex64::new(mode[0].as_f64().expect("a number"), mode[1].as_f64().expect("a number").abs());
    assert!((found - Complex64::new(-0.1, 2.0)).norm() < 1e-6, "{found}");
    // The catalogue's rk4 is refused.
    lambdahat(&["repair", &model, "--method", "rk4"]).assert().code(2).stderr(predicates::str::contains("other coefficients"));
}

#[test]
fn models_larger_than_memory_are_refused_before_they_are_made() {
    let refused = |arguments: &[&str]| {
        let text = lambdahat(arguments).assert().code(2).get_output().stderr.clone();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("allow more memory"), "{arguments:?}: {text}");
    };
    for optimiser in ["auto", "lm", "adam", "lbfgs"] {
        refused(&["fit", "--model", "mlp:65536x65536", "--samples", "5", "--optimiser", optimiser]);
        // The parameters would fit, what the optimiser holds beside them does not.
        refused(&["fit", "--model", "mlp:400x400", "--samples", "50", "--memory", "0.002", "--optimiser", optimiser]);
    }
    for model in ["sindy:12", "polynomial:40"] {
        refused(&["fit", "--system", "convection-diffusion", "--model", model, "--samples", "5"]);
    }
    refused(&["fit", "--model", "mlp:20", "--samples", "5", "--memory", "0.05", "--seeds", "1000000"]);
    // With room for one start at a time the results are those of many at a time.
    let data = oscillator(10);
    let all = Training { optimiser: Optimiser::Adam, iterations: Some(3), ..training("mlp:30", "rk4", 1.0, 1) };
    let prepared = all.prepare(&data).expect("fits together");
    let seeds: Vec<u64> = (0..6).collect();
    let go = |_: usize, _: lambdahat::fit::Progress<'_>| std::ops::ControlFlow::Continue(());
    let wide = prepared.fit_seeds(&seeds, &go);
    let narrow = Training { memory: prepared.bytes() * 3 / 2 + 6 * 8 * 200, ..all }.prepare(&data).expect("fits").fit_seeds(&seeds, &go);
    assert!(wide.iter().all(Result::is_ok) && wide == narrow);
}

#[test]
fn a_diverged_training_leaves_a_file_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.json");
    let path = model.to_str().expect("a name");
    for rate in ["1e100", "1e3"] {
        let arguments =
            ["fit", "--model", "mlp:5", "--samples", "20", "--optimiser", "adam", "--rate", rate, "--iterations", "50", "-o", path];
        lambdahat(&arguments).assert().success().stdout(predicates::str::contains("diverged"));
        let file = ModelFile::parse(&std::fs::read_to_string(&model).expect("written")).expect("reads");
        assert!(file.history.iter().all(|loss| loss.is_finite()) && file.loss.is_finite());
        assert_eq!(file.history.len(), file.iterations);
    }
    lambdahat(&["fit", "--model", "mlp:5", "--samples", "20", "--iterations", "2", "--resume", path]).assert().success();
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_best_model_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.json");
    let path = model.to_str().expect("a name");
    // Hours of work, were it not stopped.
    let arguments =
        ["fit", "--model", "mlp:64x64", "--samples", "300", "--seeds", "300", "--optimiser", "adam", "--iterations", "100000", "-o", path];
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    // Until it watches for the signal (bit 2 of the caught ones where the system says so), then a little into the training.
    let status = format!("/proc/{}/status", child.id());
    for _ in 0..200 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let caught = std::fs::read_to_string(&status).ok().and_then(|text| {
            let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:").map(|hex| u64::from_str_radix(hex.trim(), 16).ok()))??;
            Some(mask & 2 != 0)
        });
        if caught.unwrap_or(!std::path::Path::new("/proc/self/status").exists()) {
            break;
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let since = std::time::Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().expect("waits") {
            break status;
        }
        if since.elapsed().as_secs() > 60 {
            child.kill().expect("ends");
            panic!("Ctrl-C did not end the training");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(ended.code(), Some(0));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().expect("piped"), &mut said).expect("text");
    assert!(said.contains("Interrupted") && said.contains("starts were not begun"), "{said}");
    let file = ModelFile::parse(&std::fs::read_to_string(&model).expect("written")).expect("whole");
    assert_eq!(file.stop, lambdahat::fit::Stop::Interrupted);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
}

#[test]
fn a_stopped_training_begins_no_further_start() {
    use std::ops::ControlFlow::{Break, Continue};
    let data = oscillator(10);
    let prepared = training("mlp:8", "rk4", 1.0, 1).prepare(&data).expect("fits together");
    let fits = prepared.fit_seeds(&(0..50).collect::<Vec<u64>>(), &|_, _| Break(()));
    assert!(fits[1..].iter().all(|fit| *fit == Err(FitError::NotBegun)));
    let first = fits[0].as_ref().expect("the first start is evaluated");
    assert_eq!((first.iterations, first.stop), (0, lambdahat::fit::Stop::Interrupted));
    assert!(first.loss.is_finite());
    // Within an iteration too: a start that no step can lower is left at the second question.
    let mut asked = 0;
    let fit = prepared.fit(3, None, &mut |_| {
        asked += 1;
        if asked > 4 { Break(()) } else { Continue(()) }
    });
    assert_eq!(fit.expect("finite").stop, lambdahat::fit::Stop::Interrupted);
    assert_eq!(asked, 5);
}

#[test]
fn newton_failures_inside_a_fit_are_told() {
    // ẋ = 1 + x² + … through implicit Euler with a long step: many trial points have no solution, the start has one.
    let states: Vec<Vec<f64>> = (0..12).map(|k| vec![1.5 * (0.9 * f64::from(k)).sin()]).collect();
    let training = Training {
        optimiser: Optimiser::LevenbergMarquardt,
        iterations: Some(30),
        threshold: 0.0,
        ..training("sindy:3", "implicit-euler", 1.0, 1)
    };
    let prepared = training.prepare(&Paths::of(&[states.clone(), states]).expect("finite")).expect("fits together");
    let told = (0..20).filter_map(|seed| prepared.fit(seed, None, &mut unwatched).ok()?.trouble).find(|text| text.contains("Newton"));
    let told = told.expect("a start meets a step that cannot be solved");
    assert!(told.contains("trajectory") && told.contains("sample"), "{told}");
    // A start that fails says which of the samples.
    let failed = (0..50).find_map(|seed| prepared.fit(seed, None, &mut unwatched).err());
    if let Some(error) = failed {
        assert!(matches!(error, FitError::Newton { .. } | FitError::NotFinite { .. }), "{error}");
    }
}

#[test]
fn ridge_and_threshold_count_for_every_optimiser() {
    // Ridge regression of forward Euler's residual has one solution, whoever finds it.
    let data = oscillator(10);
    let fit = |optimiser: Optimiser, ridge: f64, iterations: usize| {
        let one = Training { optimiser, ridge, iterations: Some(iterations), rate: 0.05, ..training("linear", "forward-euler", 1.0, 1) };
        one.prepare(&data).expect("fits").fit(1, None, &mut unwatched).expect("finite")
    };
    let exact = fit(Optimiser::Direct, 2.0, 3);
    let plain = fit(Optimiser::Direct, 0.0, 3);
    assert!((exact.learned.parameters[0] - plain.learned.parameters[0]).abs() > 0.05, "the ridge is felt");
    for (optimiser, iterations, near) in
        [(Optimiser::LevenbergMarquardt, 100, 1e-9), (Optimiser::Lbfgs, 200, 1e-6), (Optimiser::Adam, 2000, 1e-4)]
    {
        let found = fit(optimiser, 2.0, iterations);
        let apart = found.learned.parameters.iter().zip(&exact.learned.parameters).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < near, "{optimiser:?}: {apart:e}");
        // The loss is that of the residuals alone.
        assert!((found.loss - exact.loss).abs() < 10.0 * near * exact.loss.max(1e-3), "{optimiser:?}: {} {}", found.loss, exact.loss);
    }
    let data = lotka_volterra(0.02, 100, &[1.5, 2.0]);
    for optimiser in [Optimiser::LevenbergMarquardt, Optimiser::Lbfgs] {
        let training = Training {
            optimiser,
            form: LossForm::Residual,
            threshold: 0.3,
            iterations: Some(400),
            ..training("sindy:2", "trapezoid", 0.02, 1)
        };
        let fit = training.prepare(&data).expect("fits").fit(0, None, &mut unwatched).expect("finite");
        let kept: Vec<usize> = (0..12).filter(|&i| fit.learned.parameters[i] != 0.0).collect();
        assert_eq!(kept, [1, 4, 8, 10], "{optimiser:?}: {:?}", fit.learned.parameters);
    }
}

#[test]
fn what_is_compared_and_what_is_left_out_is_counted() {
    let counted = |arguments: &[&str], word: &str| {
        lambdahat(&[&["fit", "--model", "linear", "--iterations", "1"], arguments].concat())
            .assert()
            .success()
            .stdout(predicates::str::contains(word));
    };
    // 8 windows of 5 intervals of 2 numbers.
    counted(&["--samples", "40", "--loss", "windows:5"], "80 residuals");
    counted(&["--samples", "40"], "80 residuals");
    counted(&["--samples", "43", "--loss", "windows:5"], "3 of 44 samples are in no window");
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("two.csv");
    let rows = |id: usize, n: usize| (0..n).map(|k| format!("{id},{k},{},{}\n", (k as f64).cos(), (k as f64).sin())).collect::<String>();
    std::fs::write(&csv, format!("trajectory,t,x,y\n{}{}", rows(1, 9), rows(2, 6))).expect("writes");
    counted(&[csv.to_str().expect("a name"), "--loss", "rollout"], "as long as the shortest");
    // Where the result cannot go, nothing is trained.
    let started = std::time::Instant::now();
    lambdahat(&["fit", "--model", "mlp:64x64", "--samples", "300", "--seeds", "20", "-o", "/nonexistent/a.json"])
        .assert()
        .code(2)
        .stderr(predicates::str::contains("does not exist"));
    assert!(started.elapsed().as_secs() < 20);
}

/// u_t + c u_x = ν u_xx: the diffusion of a learned matrix, −Re λ̂ / (2 (1 − cos κ)/Δx²) for its slowest wave.
#[test]
fn the_learned_diffusion_of_a_travelling_wave_can_come_out_negative() {
    let (n, speed, diffusion, interval) = (8usize, 1.0, 0.01, 0.05);
    let system = System::parse(&format!("convection-diffusion:points={n},speed={speed},diffusion={diffusion}")).expect("a system");
    let starts: Vec<Vec<f64>> = (0..n).map(|k| (0..n).map(|i| if i == k { 1.0 } else { 0.0 }).collect()).collect();
    let data = system.paths(&starts, interval, 6).expect("flows");
    let dx = 1.0 / n as f64;
    let kappa = std::f64::consts::TAU / n as f64;
    let laplacian = 2.0 * (1.0 - kappa.cos()) / (dx * dx);
    let lambda = Complex64::new(-diffusion * laplacian, -speed * kappa.sin() / dx);
    let diffusion_of = |method: &str| {
        let direct = Training { form: LossForm::Residual, ..training("linear", method, interval, 1) };
        let fit = direct.prepare(&data).expect("fits").fit(0, None, &mut unwatched).expect("finite");
        // Row 0 of the matrix on the wave e^{iκj}.
        let learned: Complex64 = (0..n).map(|j| fit.learned.parameters[j] * Complex64::new(0.0, kappa * j as f64).exp()).sum();
        -learned.re / laplacian
    };
    let (implicit, explicit) = (diffusion_of("implicit-euler"), diffusion_of("forward-euler"));
    let z = lambda * interval;
    assert!((implicit + ((1.0 - (-z).exp()) / interval).re / laplacian).abs() < 1e-8);
    assert!((explicit + ((z.exp() - 1.0) / interval).re / laplacian).abs() < 1e-8);
    // The truth is +0.01: implicit Euler's loop learns a field that sharpens waves, forward Euler's one that spreads them three times as fast.
    assert!(implicit < -0.009 && explicit > 0.028, "{implicit} {explicit}");
}

/// Text without the line breaks of an 80-column screen.
fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
        .stdout(predicates::function::function(|text: &str| unfolded(text).contains("on no predicted branch")));
    // Nothing fitted is no agreement either.
    lambdahat(&["check", "--samples", "15", "--iterations", "1", "--small", "1e-20", "--seeds", "2"])
        .assert()
        .code(1)
        .stdout(predicates::str::contains("No start reached a small loss"));
    lambdahat(&["check", "--system", "lotka-volterra", "--samples", "30", "--model", "polynomial:5", "--seeds", "2"])
        .assert()
        .stdout(predicates::str::contains("STEP h/100"));
}

/// The same samples with H = 1 and, in a shorter unit of time, with H = 100 and 10⁴: each start is the same field, and so is what it learns. It was a start of 100 turns an interval.
#[test]
fn the_unit_of_time_does_not_change_what_is_learned() {
    let turn = Complex64::new(-0.01, 0.2);
    let data = Paths::of(&[(0..=60).map(|k| (turn * f64::from(k)).exp()).map(|z| vec![z.re, z.im]).collect()]).expect("finite");
    for model in ["linear", "affine", "polynomial:3"] {
        let learned = |interval: f64| -> Vec<(f64, Vec<f64>)> {
            let prepared = training(model, "rk4", interval, 1).prepare(&data).expect("fits together");
            let fits = (0..6).map(|seed| prepared.fit(seed, None, &mut unwatched).expect("a fit"));
            fits.map(|fit| (fit.loss, fit.learned.parameters.iter().map(|a| a * interval).collect())).collect()
        };
        let one = learned(1.0);
        assert!(one.iter().all(|(loss, _)| *loss < 1e-20), "{model}: {one:?}");
        for interval in [100.0, 1e4] {
            for ((loss, parameters), (_, same)) in learned(interval).iter().zip(&one) {
                let off = parameters.iter().zip(same).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(*loss < 1e-20 && off < 1e-6, "{model}, H = {interval}: loss {loss}, {off} off");
            }
        }
    }
}
