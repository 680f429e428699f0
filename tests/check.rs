//! The prediction beside real fits, at small size: which branch they land on, what the data settle, and what `check` says and draws.

use assert_cmd::Command;
use lambdahat::data::Paths;
use lambdahat::dynamics::{Equilibrium, System, equilibria, returns};
use lambdahat::fit::{Fit, Loss, LossForm, Optimiser, Training, rollout, unwatched};
use lambdahat::inverse::branches;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex64;
use predicates::prelude::*;
use rayon::prelude::*;
use serde_json::Value;

fn training(model: &str, method: &str, interval: f64, m: u32) -> Training {
    let method = catalog::find(method).expect("in the catalogue");
    Training::new(model.parse().expect("a model"), method, Sampling::new(interval, m).expect("positive"))
}

/// α = 0.1, ω = 2, H = 1, from (1, 0).
fn oscillator(n: usize) -> Paths {
    let w = Complex64::new(-0.1, 2.0);
    Paths::of(&[(0..=n).map(|k| (w * k as f64).exp()).map(|z| vec![z.re, z.im]).collect()]).expect("finite")
}

/// Starts that landed on each branch, each to 1e-8, and starts that failed: the prediction left the finite numbers, or no step lowered the loss.
fn landed(training: &Training, data: &Paths, starts: u64) -> (Vec<usize>, usize) {
    let predicted = branches(&training.method, Complex64::new(-0.1, 2.0), training.sampling).expect("branches").branches;
    let prepared = training.prepare(data).expect("fits together");
    let seeds: Vec<u64> = (0..starts).collect();
    let mut counts = vec![0; predicted.len()];
    let mut failed = 0;
    for fit in prepared.fit_seeds(&seeds, &|_, _| std::ops::ControlFlow::Continue(())) {
        let Some(fit) = fit.ok().filter(|fit| fit.loss <= 1e-22) else {
            failed += 1;
            continue;
        };
        let a = &fit.learned.parameters;
        let learned = Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0);
        let off = |k: &usize| (predicted[*k].lambda - learned).norm();
        let k = (0..predicted.len()).min_by(|a, b| off(a).total_cmp(&off(b))).expect("a branch");
        assert!(off(&k) < 1e-8, "{learned} is on no branch");
        counts[k] += 1;
    }
    (counts, failed)
}

#[test]
fn every_start_of_the_hero_lands_on_a_branch_whatever_its_size() {
    let data = oscillator(20);
    for (spread, least) in [(1.0, 3), (2.0, 4)] {
        let (counts, failed) = landed(&Training { spread, ..training("linear", "rk4", 1.0, 1) }, &data, 100);
        assert!(failed == 0 && counts.iter().filter(|&&n| n > 0).count() >= least, "sd {spread}: {counts:?}, {failed} failed");
    }
}

#[test]
fn four_substeps_have_sixteen_branches() {
    let (counts, failed) = landed(&Training { spread: 3.0, ..training("linear", "rk4", 1.0, 4) }, &oscillator(12), 40);
    assert_eq!(counts.len(), 16);
    assert!(failed <= 4 && counts.iter().filter(|&&n| n > 0).count() >= 4, "{counts:?} {failed}");
}

#[test]
fn rollout_losses_fail_from_some_starts_and_land_on_branches_from_the_others() {
    let (counts, failed) = landed(&Training { loss: Loss::Rollout, ..training("linear", "rk4", 1.0, 1) }, &oscillator(20), 40);
    let converged: usize = counts.iter().sum();
    assert!(converged + failed == 40 && failed >= 8 && converged >= 8, "{counts:?}, {failed} failed");
    let (counts, failed) = landed(&Training { loss: Loss::Windows(5), ..training("linear", "rk4", 1.0, 1) }, &oscillator(20), 20);
    assert!(failed == 0 && counts.iter().sum::<usize>() == 20, "{counts:?}");
}

fn unit() -> System {
    System::named("lotka-volterra").expect("a system")
}

/// V − 2.
fn energy(x: f64) -> f64 {
    unit().invariant(&[x, 1.0]).expect("positive")
}

fn orbits(interval: f64, n: usize, starts: &[f64]) -> Paths {
    unit().paths(&starts.iter().map(|&s| [s, 1.0]).collect::<Vec<_>>(), interval, n).expect("flows")
}

/// The eigenvalue at the learned equilibrium near (1, 1), in the half plane in which the true direction of rotation is the upper one.
fn eigenvalue(fit: &Fit) -> Complex64 {
    let found: Vec<Equilibrium> = equilibria(&fit.learned, &[vec![1.0, 1.0]]);
    let j = &found.first().expect("an equilibrium").jacobian;
    let (half, det) = (j.trace() / 2.0, j.determinant());
    Complex64::new(half, (det - half * half).max(0.0).sqrt() * (j[(1, 0)] - j[(0, 1)]).signum())
}

/// The distance of an eigenvalue from the nearest branch of ±i, and that branch.
fn nearest(training: &Training, z: Complex64) -> (f64, Complex64) {
    let found = branches(&training.method, Complex64::i(), training.sampling).expect("branches").branches;
    let off = |b: Complex64| (b - z).norm();
    found.iter().map(|b| (off(b.lambda), b.lambda)).min_by(|a, b| a.0.total_cmp(&b.0)).expect("a branch")
}

/// Times (in units of 1) and places of the returns of the learned field's own orbit from (s, 1).
fn turns(fit: &Fit, s: f64, time: f64) -> Vec<(f64, f64)> {
    let h = 0.01;
    let rk4 = catalog::find("rk4").expect("in the catalogue");
    let path = rollout(&fit.learned, &rk4, Sampling::new(h, 1).expect("positive"), &[vec![s, 1.0]], (time / h) as usize).expect("steps");
    returns(path.get(0).expect("one"), &[1.0, 1.0]).0.into_iter().map(|r| (r.time * h, r.x)).collect()
}

/// a) Through forward Euler the learned orbit shrinks or grows in its first period as the inverse modified equation says.
#[test]
fn a_network_through_forward_euler_loses_what_the_expansion_predicts() {
    let training = Training { iterations: Some(80), target: 1e-12, ..training("mlp:24x24", "forward-euler", 0.5, 1) };
    let prepared = training.prepare(&orbits(0.5, 40, &[1.5, 2.0, 3.0])).expect("fits together");
    let fit = prepared.fit(0, None, &mut unwatched).expect("finite");
    for (s, expected) in [(1.5, -0.0908), (2.0, -0.2950), (3.0, -0.8681)] {
        let first = turns(&fit, s, 9.0)[0].1;
        let change = energy(first) - energy(s);
        assert!((change / expected - 1.0).abs() < 0.03, "s = {s}: {change} against {expected}, loss {:e}", fit.loss);
    }
    let (off, _) = nearest(&training, eigenvalue(&fit));
    assert!(fit.loss < 1e-5 && off < 2e-2, "{off} at loss {:e}", fit.loss);
}

/// b) and e) The clean pair at one step: outward through RK4, closed through implicit midpoint, each network's eigenvalue on a branch.
#[test]
fn the_clean_pair_at_one_step() {
    let data = orbits(1.0, 100, &[1.2, 1.5, 1.9]);
    for (method, form, low, high) in [("rk4", LossForm::Step, 1.6, 2.5), ("implicit-midpoint", LossForm::Residual, 0.96, 1.06)] {
        let training = Training { form, iterations: Some(60), target: 1e-20, ..training("mlp:20x20", method, 1.0, 1) };
        let fit = training.prepare(&data).expect("fits together").fit(1, None, &mut unwatched).expect("finite");
        let found = turns(&fit, 1.5, 66.0);
        let ratio = energy(found.last().expect("it turns").1) / energy(1.5);
        assert!((low..=high).contains(&ratio), "{method}: E × {ratio} in {} turns, loss {:e}", found.len(), fit.loss);
        let (off, _) = nearest(&training, eigenvalue(&fit));
        assert!(fit.loss < 1e-5 && off < 2e-2, "{method}: {off} at loss {:e}", fit.loss);
    }
}

/// c) A longer interval: Adam lands on the damped root, and the orbits collapse inward.
#[test]
fn adam_at_a_long_interval_learns_a_damped_field() {
    let data = orbits(1.75, 100, &[1.2, 1.5, 1.9]);
    let training = Training { optimiser: Optimiser::Adam, iterations: Some(3000), ..training("mlp:16x16", "rk4", 1.75, 1) };
    let prepared = training.prepare(&data).expect("fits together");
    for fit in prepared.fit_seeds(&[0, 1], &|_, _| std::ops::ControlFlow::Continue(())) {
        let fit = fit.expect("finite");
        let (off, branch) = nearest(&training, eigenvalue(&fit));
        assert!((branch - Complex64::new(-0.815, 1.253)).norm() < 1e-3, "seed {}: {branch}, loss {:e}", fit.seed, fit.loss);
        assert!(off < 0.08, "seed {}: {off} off, loss {:e}", fit.seed, fit.loss);
        let after = turns(&fit, 1.5, 40.0).last().map_or(1.0, |r| r.1);
        assert!(energy(after) < 0.1 * energy(1.5), "seed {}: not inward, {after}", fit.seed);
    }
}

/// Points of the area inside the orbit of s = 1.4, on a lattice in the logarithms of the populations, each with one exact step.
fn area(n: usize) -> Paths {
    let largest = energy(1.4);
    let lattice = (1..).map(f64::from).map(|k| ((k * 0.754_877_666_246_693) % 1.0, (k * 0.569_840_290_998_053) % 1.0));
    let states = lattice.map(|(u, v)| vec![(2.0 * u - 1.0).exp(), (2.0 * v - 1.0).exp()]);
    let inside = states.filter(|x| unit().invariant(x).is_some_and(|e| e <= largest));
    unit().paths(&inside.take(n).collect::<Vec<_>>(), 1.0, 1).expect("flows")
}

/// d) and e) A polynomial started at the linear field of each branch stays there, to a loss that is nothing but rounding and truncation.
#[test]
fn every_branch_on_purpose() {
    let data = area(150);
    let training = Training { optimiser: Optimiser::LevenbergMarquardt, ..training("polynomial:8", "rk4", 1.0, 1) };
    let prepared = training.prepare(&data).expect("fits together");
    let found = branches(&training.method, Complex64::i(), training.sampling).expect("branches").branches;
    assert_eq!(found.len(), 4);
    found.par_iter().for_each(|branch| {
        let b = branch.lambda;
        let start = prepared.model().linear_start(&[b.re, -b.im, b.im, b.re], Some(&[1.0, 1.0]));
        let fit = prepared.fit(0, start, &mut unwatched).expect("finite");
        let off = (eigenvalue(&fit) - b).norm();
        assert!(fit.loss < 1e-11 && off < 1e-4, "{b}: loss {:e}, {off} off", fit.loss);
        // Some turns only: later the distance from the learned equilibrium, which is (1, 1) to a millionth, would count.
        let found = turns(&fit, 1.1, 16.0);
        let rate = found.last().map(|last| (energy(last.1) / energy(1.1)).ln() / last.0);
        // Near the equilibrium ln E changes at twice the real part, collapse is a field that does not turn any more before it is there.
        let expected = 2.0 * b.re;
        match rate {
            Some(rate) => assert!((rate - expected).abs() < 0.15 * expected.abs() + 1e-3, "{b}: rate {rate}"),
            None => assert!(b.re < -2.5, "{b}: no turn"),
        }
    });
}

#[test]
fn implicit_midpoint_keeps_the_orbits_of_a_polynomial_closed() {
    let data = area(200);
    let training = Training { form: LossForm::Residual, ..training("polynomial:8", "implicit-midpoint", 1.0, 1) };
    let fit = training.prepare(&data).expect("fits together").fit(0, None, &mut unwatched).expect("direct");
    let (off, _) = nearest(&training, eigenvalue(&fit));
    assert!(fit.loss < 1e-11 && off < 1e-4, "{off} at loss {:e}", fit.loss);
    let found = turns(&fit, 1.1, 66.0);
    let rate = (energy(found.last().expect("it turns").1) / energy(1.1)).ln() / 66.0;
    assert!(rate.abs() < 1e-6, "rate of ln E {rate:e}");
}

fn check(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lambdahat").expect("the program");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("check").args(arguments);
    command
}

fn json(arguments: &[&str], code: i32) -> Value {
    let output = check(arguments).arg("--json").assert().code(code).get_output().stdout.clone();
    serde_json::from_slice(&output).expect("one document")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

#[test]
fn every_fit_is_followed_at_h_and_at_a_hundredth_of_it() {
    let methods = ["--method", "rk4", "--method", "leap-frog", "--method", "bdf2", "--method", "implicit-midpoint"];
    let document = json(&[&["--samples", "20", "--seeds", "3"][..], &methods].concat(), 0);
    assert_eq!(document["interrupted"], false);
    assert_eq!(document["comparison"], "agrees");
    for name in ["rk4", "leap-frog", "bdf2", "implicit-midpoint"] {
        let fits: Vec<&Value> = document["fits"].as_array().expect("a list").iter().filter(|f| f["method"] == name).collect();
        let fit = fits.iter().find(|f| f["fitted"] == true).unwrap_or_else(|| panic!("{name} fits"));
        assert!(number(&fit["rollout"]["step"]["error"]) < 1e-6, "{name}: {}", fit["rollout"]);
        let fine = &fit["rollout"]["fine"];
        assert!(fine["error"].is_null() || number(&fine["error"]) > 0.1, "{name}: {fine}");
        assert!(number(&fit["coverage"]["points_near_samples"]) <= 1.0);
        assert!(fit["rollout"].get("step_paths").is_none() && fit["drift"].as_array().expect("a list").is_empty());
    }
    // Both of a two-step method's points are samples; the middles of chords of a sixth of a turn are not.
    let near = |name: &str| {
        let fit = document["fits"].as_array().expect("a list").iter().find(|f| f["method"] == name && f["fitted"] == true).expect("one");
        number(&fit["coverage"]["points_near_samples"])
    };
    assert!(near("bdf2") == 1.0 && near("implicit-midpoint") < 1.0);
}

#[test]
fn the_invariant_is_followed_from_turn_to_turn_and_from_the_starts_of_the_training() {
    let starts = ["--start", "1.3,1", "--start", "1.1,1", "--start", "1.2,1", "--start", "1.4,1"];
    let shape = [&["--system", "lotka-volterra", "--samples", "60", "--model", "polynomial:6"][..], &starts].concat();
    let midpoint = ["--method", "implicit-midpoint", "--residual-form", "--seeds", "1"];
    let document = json(&[&shape[..], &midpoint].concat(), 0);
    let drift = document["fits"][0]["drift"].as_array().expect("a list").clone();
    let from: Vec<f64> = drift.iter().map(|d| number(&d["start"][0])).collect();
    assert_eq!(from, [1.3, 1.1, 1.2, 1.4]);
    for d in &drift {
        // Read off at a fixed time, within a turn, this would be ten per cent.
        assert!(number(&d["turns"]) >= 9.0 && (number(&d["per_turn"]) - 1.0).abs() < 1e-4, "{d}");
        assert!((number(&d["continuous"]) / number(&d["before"]) - 1.0).abs() < 1e-3, "{d}");
        assert!((number(&d["discrete"]) / number(&d["before"]) - 1.0).abs() < 1e-3, "{d}");
    }
    // Through RK4 the same samples give a field that moves outward by 8 % of E a turn: e^(2 Re λ̂ · 2π/Im λ̂).
    let document = json(&[&shape[..], &["--seeds", "1", "--spread", "0.5"]].concat(), 0);
    for d in document["fits"][0]["drift"].as_array().expect("a list") {
        assert!((number(&d["per_turn"]) - 1.084).abs() < 0.01, "{d}");
    }
}

#[test]
fn what_the_data_do_not_settle_counts_neither_way() {
    // Twenty samples of a spiral and Gaussians around them: the field between the arms is a matter of taste.
    let document = json(&["--model", "rbf", "--seeds", "3", "--samples", "20"], 0);
    assert_eq!((&document["comparison"], &document["agrees"]), (&Value::from("unsettled"), &Value::from(false)));
    let modes: Vec<&Value> = document["fits"].as_array().expect("a list").iter().filter_map(|f| f["modes"].get(0)).collect();
    assert!(!modes.is_empty() && modes.iter().all(|m| m["settled"] == false && m["branch"].is_null() && number(&m["open"]) > 0.05));
    check(&["--model", "rbf", "--seeds", "3", "--samples", "20"])
        .assert()
        .success()
        .stdout(predicate::str::contains("not settled by the data").and(predicate::str::contains("NaN").not()));
    // Of a linear system with a mode that is not excited only that mode is open.
    let quiet =
        ["--system", "linear:-0.1,-2,0;2,-0.1,0;0,0,-0.5", "--start", "1,0,1e-15", "--interval", "1", "--samples", "20", "--seeds", "4"];
    let document = json(&quiet, 0);
    for fit in document["fits"].as_array().expect("a list").iter().filter(|f| f["fitted"] == true) {
        for mode in fit["modes"].as_array().expect("a list") {
            let lambda = &document["modes"][mode["mode"].as_u64().expect("a place") as usize]["lambda"];
            if number(&lambda[1]) != 0.0 {
                assert!(mode["settled"] == true && !mode["branch"].is_null(), "{mode}");
            } else {
                assert!(mode["branch"].is_null() && mode["settled"] == false, "{mode}");
            }
        }
    }
}

/// SIR rests anywhere on a line, and its samples settle no mode: what fits learn elsewhere was counted against the prediction, as if that had been one. A pendulum's samples are fitted with
/// the polynomials that tell its modes; with a matrix no start reached a small loss.
#[test]
fn modes_that_the_samples_do_not_settle_are_not_refuted() {
    let document = json(&["tests/data/panel/sir.csv", "--seeds", "8"], 0);
    assert!(document["modes"].as_array().expect("a list").iter().all(|mode| mode["settled"] == false));
    assert_ne!(document["comparison"], "disagrees");
    let document = json(&["tests/data/panel/pendulum-three.csv", "--seeds", "4"], 0);
    assert_eq!((&document["comparison"], &document["fits"][0]["model"]), (&Value::from("agrees"), &Value::from("polynomial:7")));
}

#[test]
fn a_field_without_an_equilibrium_is_said_in_words() {
    // A straight drift has none: affine through one step of forward Euler, on samples that move at a constant speed.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("samples.csv");
    let rows: String = (0..30).map(f64::from).map(|t: f64| format!("{t},{},{}\n", (0.7 * t).cos(), (0.7 * t).sin())).collect();
    std::fs::write(&path, format!("t,x,y\n{rows}")).expect("writes");
    let path = path.to_str().expect("a name");
    // Far too few iterations of a network: whatever it has, words are printed.
    let arguments = [path, "--model", "mlp:4", "--iterations", "1", "--small", "1e9", "--seeds", "6"];
    let output = check(&arguments).assert().get_output().stdout.clone();
    let text = String::from_utf8(output).expect("text");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn the_figure_is_written_whole_and_has_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("a name").to_owned();
    let arguments = ["--samples", "20", "--seeds", "4", "--method", "rk4", "--method", "leap-frog"];
    check(&[&arguments[..], &["--figure", &file("check.json")]].concat()).assert().success().stdout(predicate::str::contains("written: "));
    let figure: Value = serde_json::from_slice(&std::fs::read(file("check.json")).expect("written")).expect("JSON");
    let panels = figure["panels"].as_array().expect("a list");
    assert_eq!(panels.len(), 6, "time, plane and branches of two methods");
    let marks = |k: usize, label: &str| {
        panels[k]["marks"].as_array().expect("a list").iter().any(|m| m.as_object().expect("a mark").values().any(|m| m["label"] == label))
    };
    for row in [0, 3] {
        assert!(marks(row, "samples") && marks(row, "the best fit at its own step h") && marks(row, "the same model at h/100"));
        assert!(marks(row + 1, "samples") && marks(row + 2, "λ̂, every predicted branch") && marks(row + 2, "learned λ̂"));
    }
    // The numbers of starts are facts, and add up.
    let landed: f64 = figure["facts"]
        .as_object()
        .expect("a map")
        .iter()
        .filter(|(k, _)| k.contains("rk4") && k.starts_with("landed"))
        .map(|(_, v)| number(v))
        .sum();
    assert_eq!(landed, 4.0);
    check(&[&arguments[..], &["--figure", &file("check.png")]].concat()).assert().success();
    // Said before anything is trained, and nothing left behind.
    check(&["--figure", &file("no/such/folder.svg")]).assert().code(2).stdout("").stderr(predicate::str::contains("create it first"));
    check(&["--figure", &file("check.gif")]).assert().code(2).stdout("").stderr(predicate::str::contains(".svg, .png or .json"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

/// One closed orbit of the cubic oscillator lies on x⁴ + y⁴ = c: polynomials of degree 5 are free to add what vanishes there, and none of their eigenvalues is settled; those of
/// degree 3 agree with the prediction, as the audit does.
#[test]
fn one_orbit_on_a_curve_contradicts_nothing() {
    for model in ["polynomial:3", "polynomial:5"] {
        let system = ["--system", "cubic-oscillator:alpha=0", "--method", "tsitouras5", "--substeps", "4", "--samples", "100"];
        let document = json(&[&system[..], &["--model", model, "--seeds", "2"]].concat(), 0);
        assert_eq!((&document["comparison"], &document["agrees"]), (&Value::from("unsettled"), &Value::from(false)), "{model}");
    }
}

/// Ctrl-C: said in words and in JSON, and no agreement is claimed.
/// `check` of networks that train for hours, at so many threads, ended by Ctrl-C.
#[cfg(unix)]
fn interrupted(threads: &str, more: &[&str]) -> std::process::Output {
    let arguments = ["check", "--samples", "400", "--model", "mlp:48x48", "--iterations", "1000000", "--seeds", "4", "--optimiser", "adam"];
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
        .args(arguments)
        .args(more)
        .env("RAYON_NUM_THREADS", threads)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    // The handler stands within milliseconds; what is waited for is the slowest machine.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("sends");
    child.wait_with_output().expect("ends")
}

#[cfg(unix)]
#[test]
fn an_interrupted_check_says_so() {
    let output = interrupted("0", &["--json", "--method", "rk4", "--method", "heun2"]);
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!((&document["interrupted"], &document["agrees"]), (&Value::from(true), &Value::from(false)));
    let fits = document["fits"].as_array().expect("a list");
    assert!(fits.iter().all(|f| f["method"] == "rk4"), "heun2 was never begun");
    assert!(fits.iter().any(|f| f["ended"] == "interrupted"));
}

/// Two starts at a time: of four, two are ended and two never begin, in words too.
#[cfg(unix)]
#[test]
fn an_interrupted_check_counts_what_was_begun() {
    let output = interrupted("2", &[]);
    let text = String::from_utf8(output.stdout).expect("text").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("of 4 fits 2 ended before their time and 2 were never begun"), "{text}");
    assert!(text.contains("not begun") && text.contains("2 of 4") && !text.contains("could not begin"), "{text}");
}

/// Of a polynomial system with an invariant the prediction has its drift, as `predict` gives it, from the starts of the samples.
#[test]
fn the_predicted_drift_stands_beside_the_learned_one() {
    let arguments =
        ["--system", "lotka-volterra", "-H", "0.5", "--samples", "40", "--start", "1.5,1", "--model", "polynomial:5", "--seeds", "1"];
    let output = check(&arguments).arg("--json").assert().get_output().stdout.clone();
    let document: Value = serde_json::from_slice(&output).expect("one document");
    let predicted = &document["methods"][0]["drift"][0];
    assert_eq!((number(&predicted["start"][0]), &predicted["converging"]), (1.5, &Value::from(true)));
    assert!(number(&predicted["per_period"]) > 0.0, "{predicted}");
    let text = check(&arguments).assert().get_output().stdout.clone();
    assert!(String::from_utf8(text).expect("text").contains("TIMES A TURN  PREDICTED"));
}

#[test]
fn the_thresholds_are_those_of_the_help() {
    let linear = json(&["--samples", "15", "--seeds", "2"], 0);
    assert_eq!((number(&linear["agreement"]["small"]), number(&linear["agreement"]["tolerance"])), (1e-6, 1e-8));
    let adam = ["--samples", "10", "--model", "mlp:4", "--optimiser", "adam", "--iterations", "2", "--seeds", "1"];
    let adam = json(&adam, 1);
    assert_eq!((number(&adam["agreement"]["small"]), number(&adam["agreement"]["tolerance"])), (1e-2, 5e-2));
    check(&["--help"]).assert().success().stdout(predicate::str::contains("any, by Adam         1e-2   5e-2"));
}
