//! The prediction, from a file or a system to the report, through the library and through the program.

use assert_cmd::Command;
use lambdahat::data::Reading;
use lambdahat::dynamics::System;
use lambdahat::inverse::{Growth, Limits, Reason, Verdict};
use lambdahat::method::catalog;
use lambdahat::predict::{Prediction, Report, Subject, Why};
use lambdahat::truth::Caveat;
use num_complex::Complex64;
use predicates::prelude::*;
use proptest::prelude::*;
use serde_json::Value;

fn oscillator(interval: f64, methods: &[&str], substeps: u32) -> Report {
    let subject = Subject::from_system(&System::named("oscillator").unwrap(), interval).unwrap();
    let methods = methods.iter().map(|name| catalog::find(name).unwrap()).collect();
    Prediction { subject, methods, substeps, limits: Limits::default() }.report().unwrap()
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lambdahat").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("predict").args(arguments);
    command
}

fn json(arguments: &[&str]) -> Value {
    let output = program(arguments).arg("--json").assert().success().get_output().stdout.clone();
    serde_json::from_slice(&output).unwrap()
}

fn complex(value: &Value) -> Complex64 {
    Complex64::new(value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

fn method<'a>(document: &'a Value, name: &str) -> &'a Value {
    document["methods"].as_array().unwrap().iter().find(|m| m["method"] == name).unwrap()
}

/// The table of the paper's oscillator, λ = −0.1 + 2i and H = 1, from the program's JSON.
#[test]
fn the_oscillator_from_the_command_line() {
    let document = json(&[
        "--method",
        "forward-euler",
        "--method",
        "implicit-euler",
        "--method",
        "implicit-midpoint",
        "--method",
        "leap-frog",
        "--method",
        "rk4",
    ]);
    assert_eq!(complex(&document["modes"][0]["lambda"]), Complex64::new(-0.1, 2.0));
    assert_eq!(complex(&document["modes"][1]["lambda"]), Complex64::new(-0.1, -2.0));
    for (name, re, im, verdict) in [
        ("forward-euler", -1.37654522910515, 0.82276633591569, "distorted"),
        ("implicit-euler", 1.45991338140108, 1.00492907200877, "artifact"),
        ("implicit-midpoint", -0.34020719335604, 3.08834543843090, "distorted"),
        ("leap-frog", 0.04168407614797, 0.91384770396223, "artifact"),
        ("rk4", 0.105105260738927, 1.926832632793115, "artifact"),
    ] {
        let found = method(&document, name);
        assert_eq!(found["verdict"], verdict, "{name}");
        for (mode, sign) in [(0, 1.0), (1, -1.0)] {
            let principal = found["modes"][mode]["branches"].as_array().unwrap().iter().find(|b| b["principal"] == true).unwrap();
            assert!((complex(&principal["lambda"]) - Complex64::new(re, sign * im)).norm() < 1e-12, "{name} {principal}");
        }
    }
    assert_eq!(method(&document, "rk4")["modes"][0]["branches"].as_array().unwrap().len(), 4);
    assert!(method(&document, "leap-frog")["modes"][0]["characteristic_roots"].is_array());
}

/// A file in, the same numbers out.
#[test]
fn the_oscillator_from_its_file() {
    let document = json(&["examples/oscillator.csv", "--method", "rk4"]);
    assert_eq!(
        (&document["samples"], &document["trajectories"], &document["interval"]),
        (&Value::from(40), &Value::from(1), &Value::from(1.0))
    );
    assert!((complex(&document["modes"][0]["lambda"]) - Complex64::new(-0.1, 2.0)).norm() < 1e-9);
    let principal =
        &method(&document, "rk4")["modes"][0]["branches"].as_array().unwrap().iter().find(|b| b["principal"] == true).unwrap()["lambda"];
    assert!((complex(principal) - Complex64::new(0.105105260738927, 1.926832632793115)).norm() < 1e-9);
}

#[test]
fn fields_that_others_rely_on() {
    let document = json(&["examples/oscillator.csv"]);
    for field in ["source", "interval", "trajectories", "samples", "finding", "modes", "methods", "recommendation"] {
        assert!(!document[field].is_null(), "{field}");
    }
    for field in ["lambda", "equilibrium", "uncertainty"] {
        assert!(!document["modes"][0][field].is_null(), "{field}");
    }
    for field in ["method", "substeps", "verdict", "modes"] {
        assert!(!document["methods"][0][field].is_null(), "{field}");
    }
    for field in ["lambda", "z", "radius", "residual", "condition", "principal", "flags"] {
        assert!(!document["methods"][0]["modes"][0]["branches"][0][field].is_null(), "{field}");
    }
    for field in ["method", "substeps", "why"] {
        assert!(!document["recommendation"][field].is_null(), "{field}");
    }
    assert_eq!(document["samples"], 40);
}

/// Two decades of pelts show a cycle, but not what would become of it without the weather: nothing is recommended.
#[test]
fn what_is_not_settled_gets_no_recommendation() {
    let document = json(&["examples/lynx_hare.csv", "--log"]);
    assert_eq!(document["finding"]["settled"], false);
    assert!(document["recommendation"].is_null());
    for mode in document["modes"].as_array().unwrap() {
        assert!(mode["settled"] == false && !mode["because"].as_array().unwrap().is_empty(), "{mode}");
    }
}

/// What is recommended is faithful when predicted, and nothing cheaper in the list is.
#[test]
fn the_recommendation_keeps_its_word() {
    let report = oscillator(0.5, &[], 1);
    let advice = report.recommendation.as_ref().unwrap();
    assert_eq!(advice.verdict, Verdict::Faithful);
    let again = oscillator(0.5, &[&advice.method], advice.substeps);
    assert_eq!((again.methods[0].verdict, again.methods[0].evaluations), (Some(Verdict::Faithful), advice.evaluations));
    for m in 1..=advice.evaluations as u32 {
        for other in oscillator(0.5, &[], m).methods {
            assert!(
                other.evaluations >= advice.evaluations || other.verdict != Some(Verdict::Faithful),
                "{} with m = {m} is cheaper",
                other.method
            );
        }
    }
    assert_eq!(advice.any_step.as_ref().unwrap().method, "implicit-midpoint");
}

/// With 3.14 samples a period, λ − 2πi/H is in reach of every accurate method: said, not hidden.
#[test]
fn aliases_of_the_samples_are_named_as_such() {
    let advice = oscillator(1.0, &[], 1).recommendation.unwrap();
    assert_eq!(advice.verdict, Verdict::Artifact);
    let Why::FaithfulButForAliases { closer_than, .. } = advice.why else { panic!("{:?}", advice.why) };
    assert!((closer_than - 0.785).abs() < 1e-3);
    // At the interval that it names the ambiguity is gone.
    assert_eq!(oscillator(0.785, &[], 1).recommendation.unwrap().verdict, Verdict::Faithful);
}

/// A conservative mode over a hundred samples: RK4 grows visibly with one step, and invisibly with four, which is said.
#[test]
fn a_conservative_mode_that_grows_invisibly_is_faithful_and_said_to() {
    let subject = Subject::from_system(&System::named("lotka-volterra").unwrap(), 1.0).unwrap();
    assert_eq!(
        subject.modes.iter().map(|m| m.lambda).collect::<Vec<_>>(),
        [Complex64::i(), -Complex64::i(), Complex64::ONE, -Complex64::ONE]
    );
    let through = |substeps: u32| {
        let methods = vec![catalog::find("rk4").unwrap(), catalog::find("dormand-prince5").unwrap(), catalog::find("gauss2").unwrap()];
        Prediction { subject: subject.clone(), methods, substeps, limits: Limits::default() }.report().unwrap()
    };
    let verdicts = |report: &Report| report.methods.iter().map(|m| m.modes[0].verdict.unwrap()).collect::<Vec<_>>();
    // Phases after 100 with one step: RK4 grows by e^0.64; −1.21e-6 + 1.000362i slips by 0.036; (1 + 1/720)i by 0.14.
    assert_eq!(verdicts(&through(1)), [Verdict::Artifact, Verdict::Distorted, Verdict::Distorted]);
    let report = through(4);
    assert_eq!(verdicts(&report), [Verdict::Faithful; 3]);
    let invisible = report.methods[0].modes[0].reasons.iter().find_map(|reason| match reason {
        Reason::TurnsInvisibly { growth: Growth::GrowsForNeither, doubling, .. } => Some(*doubling),
        _ => None,
    });
    // Newton's method on R(z) = e^{i/4} from z = i/4 gives z = (6.7310569744979756e-6 + 1.0000318332156564i)/4, which doubles in 102,977.
    assert!((invisible.unwrap() / 102_977.464_482_878_61 - 1.0).abs() < 1e-6, "{invisible:?}");
    // Other parameters: the frequency is sqrt(αγ), and rounding does not make the centre a spiral.
    let system = System::parse("lotka-volterra:alpha=2/3,beta=4/3").unwrap();
    let modes = Subject::from_system(&system, 1.0).unwrap().modes;
    assert!(modes[0].lambda.re == 0.0 && (modes[0].lambda.im - (2.0f64 / 3.0).sqrt()).abs() < 1e-15);
}

#[test]
fn data_that_do_not_settle_a_sign_say_so() {
    let data = Reading::default().open(std::path::Path::new("examples/lynx_hare.csv")).unwrap();
    let options = lambdahat::truth::ModesOptions { log: true, ..Default::default() };
    let subject = Subject::from_data(&data, &options).unwrap();
    assert!(subject.caveats.iter().any(|caveat| matches!(caveat, Caveat::SignOpen { .. })), "{:?}", subject.caveats);
}

#[test]
fn the_program_says_what_it_shows() {
    program(&[])
        .assert()
        .success()
        .stdout(predicate::str::contains("No data given: a damped oscillator"))
        .stdout(predicate::str::contains("rk4"))
        .stdout(predicate::str::contains("0.105 ± 1.93i"))
        .stdout(predicate::str::contains("Do this instead"))
        .stdout(predicate::str::contains("\u{1b}").not());
    program(&["examples/lynx_hare.csv", "--log"]).assert().success().stdout(predicate::str::contains("period 9.6"));
    program(&["--system", "lotka-volterra:alpha=2", "--interval", "0.5"]).assert().success();
}

#[test]
fn the_figure_is_drawn_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worst.svg");
    program(&["--method", "rk4", "--figure", path.to_str().unwrap()]).assert().success().stdout(predicate::str::contains("written: "));
    let svg = std::fs::read_to_string(&path).unwrap();
    assert!(svg.contains("rk4") && svg.trim_end().ends_with("</svg>"));
    let nowhere = folder.path().join("no/such/folder.svg");
    program(&["--figure", nowhere.to_str().unwrap()]).assert().code(2).stdout("");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn bad_input_is_one_clear_message() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cases: Vec<(Vec<String>, &str)> = vec![
        (vec![file("nan.csv", "t,x\n0,1\n1,NaN\n")], "every state is constant"),
        (vec![file("text.csv", "t,x\n0,1\n1,two\n")], "line 3, column 2 (`x`): the cell holds `two`"),
        (vec![file("one.csv", "t,x\n0,1\n")], "one sample only"),
        (vec![file("constant.csv", "t,x\n0,1\n1,1\n")], "every state is constant"),
        (vec![file("empty.csv", "")], "the file is empty"),
        (vec!["no_such_file.csv".into()], "no_such_file.csv: cannot be read"),
        (vec![file("negative.csv", "t,x\n0,1\n1,-1\n2,2\n"), "--log".into()], "line 3, column 2 (`x`): the value -1 is not positive"),
        (vec!["examples/oscillator.csv".into(), "--degree".into(), "50".into()], "choose a lower degree"),
        (vec!["examples/oscillator.csv".into(), "--interval".into(), "1".into()], "an interval was given too"),
        (vec!["--interval".into(), "0".into()], "the interval must be positive and finite, not 0"),
        (vec!["--interval".into(), "-1".into()], "the interval must be positive and finite, not -1"),
        (vec!["--substeps".into(), "0".into()], "the number of substeps must be at least 1, not 0"),
        (vec!["--method".into(), "rk5".into()], "rk4"),
        (vec!["--system".into(), "nothing".into()], "unknown system `nothing`; the systems are"),
        (vec!["--system".into(), "lotka-volterra:zeta=1".into()], "has no parameter `zeta`"),
        (vec!["--reach".into(), "0".into()], "not a positive number"),
    ];
    for (arguments, expected) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        program(&arguments).assert().code(2).stdout("").stderr(predicate::str::contains(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Forward Euler has one branch, (e^{Hλ} − 1)/H, so its verdict follows from the rule's words alone.
    #[test]
    fn the_verdict_on_euler_by_its_closed_form(re in -1.0..1.0f64, im in 0.05..3.0f64, interval in 0.05..1.0f64) {
        let system = System::linear(&[vec![re, -im], vec![im, re]]).unwrap();
        let subject = Subject::from_system(&system, interval).unwrap();
        let report = Prediction { subject, methods: vec![catalog::find("forward-euler").unwrap()], substeps: 1, limits: Limits::default() }.report().unwrap();
        let lambda = Complex64::new(re, im);
        let learned = ((lambda * interval).exp() - 1.0) / interval;
        let horizon = 100.0 * interval;
        // By the definition, on a grid of times; what is near a limit is left to the tests of the measure.
        let end = if re > 0.0 { horizon.min(1000f64.ln() / re) } else { horizon };
        let times = || (0..=40_000).map(|k| end * f64::from(k) / 40_000.0);
        let largest = times().map(|t| (re * t).exp()).fold(0.0, f64::max);
        let amplitude = times().map(|t| ((learned.re * t).exp() - (re * t).exp()).abs()).fold(0.0, f64::max) / largest;
        let slip = |t: f64| (0.5 * ((learned.im - im).abs() * t).min(std::f64::consts::PI)).sin();
        let phase = times().map(|t| 2.0 * (0.5 * (re + learned.re) * t).exp() * slip(t)).fold(0.0, f64::max) / largest;
        let growth = (learned.re * horizon).exp_m1().abs();
        prop_assume!([amplitude, phase, growth].into_iter().all(|x| (x / 0.01 - 1.0).abs() > 0.02));
        let artifact = (learned.re * re < 0.0 && growth > 0.01) || (learned.im * im < 0.0 && phase > 0.01);
        let miss = amplitude > 0.01 || phase > 0.01;
        let expected = if artifact { Verdict::Artifact } else if miss { Verdict::Distorted } else { Verdict::Faithful };
        prop_assert_eq!(report.methods[0].verdict, Some(expected));
        // A mode and its mirror image are judged alike.
        prop_assert_eq!(report.methods[0].modes[0].verdict, report.methods[0].modes[1].verdict);
    }
}

/// One per cent of noise on a decaying spiral: the field that is fitted to it for its orbits must not keep the answer waiting.
#[test]
fn noisy_samples_are_answered_with_the_modes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noisy.csv");
    let mut text = String::from("t,x,y\n");
    for k in 0..40 {
        let z = Complex64::new(-0.1 * f64::from(k), 2.0 * f64::from(k)).exp();
        let noise = |seed: f64| 0.01 * (seed * 12.9898 + 78.233).sin().mul_add(43758.5453, 0.0).fract();
        text += &format!("{k},{},{}\n", z.re + noise(f64::from(k)), z.im + noise(f64::from(k) + 0.5));
    }
    std::fs::write(&path, text).unwrap();
    let document = json(&[path.to_str().unwrap()]);
    let settled: Vec<Complex64> =
        document["modes"].as_array().unwrap().iter().filter(|m| m["settled"] == true).map(|m| complex(&m["lambda"])).collect();
    assert_eq!(settled.len(), 2, "{settled:?}");
    assert!(settled.iter().all(|l| (l - Complex64::new(-0.1, 2.0 * l.im.signum())).norm() < 5e-3), "{settled:?}");
}

/// Forward Euler at H = 0.01 makes a damping of 0.021 of 0.001: after the hundred samples 2 % of the amplitude are lost.
#[test]
fn a_light_damping_made_strong_is_distorted() {
    let document = json(&["--system", "linear:-0.001,-2;2,-0.001", "--interval", "0.01", "--method", "forward-euler"]);
    let mode = &method(&document, "forward-euler")["modes"][0];
    assert_eq!((&mode["verdict"], &document["horizon"]), (&"distorted".into(), &1.0.into()));
    // λ̂ = (e^(0.01 λ) − 1)/0.01 = −0.0209991 + 1.9998467i; e^(−0.001) − e^(−0.0209991).
    assert!((mode["amplitude_error"].as_f64().unwrap() - 0.019_780_682).abs() < 1e-8, "{mode}");
    assert!(mode["phase_error"].as_f64().unwrap() < 1.54e-4, "{mode}");
    // Over a tenth of that time nothing shows.
    let brief = json(&["--system", "linear:-0.001,-2;2,-0.001", "--interval", "0.01", "--method", "forward-euler", "--horizon", "0.1"]);
    assert_eq!(method(&brief, "forward-euler")["verdict"], "faithful");
}

/// A circulant matrix has its eigenvalues in closed form; the mean of a periodic grid rests.
#[test]
fn a_grid_of_many_points_is_answered() {
    let grid = Subject::from_system(&System::parse("convection-diffusion:points=16").unwrap(), 0.05).unwrap();
    let jacobian = {
        use lambdahat::dynamics::Field;
        let system = System::parse("convection-diffusion:points=16").unwrap();
        let mut out = vec![0.0; 256];
        system.jacobian(&[0.0; 16], &mut out);
        nalgebra::DMatrix::from_row_slice(16, 16, &out)
    };
    let discs = lambdahat::exact::eigenvalues(&jacobian).unwrap();
    for mode in &grid.modes {
        assert!(discs.iter().any(|disc| (disc.centre - mode.lambda).norm() < 1e-12), "{}", mode.lambda);
    }
    assert_eq!(grid.modes.iter().filter(|mode| mode.lambda == Complex64::ZERO).count(), 1);
    let large = Subject::from_system(&System::parse("convection-diffusion:points=512").unwrap(), 0.05).unwrap();
    assert_eq!(large.modes.len(), 512);
}

/// What is drawn as samples are the samples.
#[test]
fn the_figure_of_data_draws_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.json");
    let drawn = |arguments: &[&str]| -> serde_json::Value {
        program(&[arguments, &["--figure", path.to_str().unwrap()]].concat()).assert().success();
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
    };
    let dots = |figure: &serde_json::Value| -> Vec<Vec<f64>> {
        let marks = figure["panels"][1]["marks"].as_array().unwrap().clone();
        let mark = marks.iter().find_map(|mark| {
            let dots = mark.get("dots").or_else(|| mark.get("Dots")).unwrap_or(mark);
            (dots["label"] == "the samples").then(|| dots["points"].clone())
        });
        serde_json::from_value(mark.expect("samples")).unwrap()
    };
    let lynx = drawn(&["examples/lynx_hare.csv", "--log", "--method", "rk4"]);
    let data = Reading::default().open(std::path::Path::new("examples/lynx_hare.csv")).unwrap();
    let first: Vec<f64> = data.all_states().map(|x| x[0]).collect();
    assert_eq!(dots(&lynx).iter().map(|p| p[1]).collect::<Vec<_>>(), first);
    // A linear motion is met by its modes, and the learned model passes through the samples at its own step.
    let oscillator = drawn(&["examples/oscillator.csv", "--method", "rk4"]);
    assert!(oscillator["facts"]["misfit of the modes"].as_f64().unwrap() < 1e-6, "{:?}", oscillator["facts"]);
    assert!(oscillator["panels"][1]["marks"].as_array().unwrap().len() == 4);
}

/// Columns that a line takes: the hat of λ̂ has none of its own.
fn columns(line: &str) -> usize {
    line.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}

#[test]
fn the_first_screen_is_a_screen() {
    for arguments in [
        &[][..],
        &["--method", "rk4"],
        &["--system", "lotka-volterra"],
        &["--system", "van-der-pol"],
        &["examples/lynx_hare.csv", "--log"],
        &["examples/oscillator.csv"],
        &["tests/data/panel/forced-with-input.csv", "--input", "u"],
    ] {
        let output = program(arguments).env("COLUMNS", "80").assert().success().get_output().stdout.clone();
        let text = String::from_utf8(output).unwrap();
        assert!(text.lines().count() <= 24, "{arguments:?}:\n{text}");
        for line in text.lines() {
            assert!(columns(line) <= 80, "{arguments:?}: {line}");
        }
    }
    // The answer comes first, and the call is that of a library.
    let output = program(&[]).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("`{what}` is missing:\n{text}"));
    assert!(place("A damped oscillation: λ = −0.1 ± 2i") < place("rk4") && place("rk4") < place("Do this instead"));
    assert!(place("odeint(f, y0, t, method=\"dopri5\"") < place("Still open"));
}

#[test]
fn everything_fits_too_and_is_explained() {
    for columns_of in ["80", "60", "110"] {
        let output = program(&["--all", "--explain", "--system", "lotka-volterra", "--interval", "0.5"])
            .env("COLUMNS", columns_of)
            .assert()
            .success()
            .get_output()
            .stdout
            .clone();
        let text = String::from_utf8(output).unwrap();
        let width: usize = columns_of.parse().unwrap();
        // Lines of code are not broken.
        let code = ["odeint(", "diffeqsolve", "StepTo", "linspace"];
        for line in text.lines().filter(|line| !code.iter().any(|call| line.contains(call))) {
            assert!(columns(line) <= width, "{columns_of}: {line}");
        }
        assert!(text.contains("Orbits in the learned field") && text.contains("What the words mean"), "{text}");
        // A column that is not shown needs no words.
        let (shown, words) = text.split_once("What the words mean").unwrap();
        for heading in ["COST", "OTHERS", "PER TURN", "ERROR"] {
            assert_eq!(shown.contains(heading), words.contains(heading), "{columns_of}: {heading}");
        }
    }
}

/// The contract of the JSON: facts with codes and texts.
#[test]
fn facts_carry_their_code_and_their_text() {
    let document = json(&["examples/lynx_hare.csv", "--log"]);
    assert!(document["finding"]["motion"].is_string() && document["finding"]["settled"].is_boolean());
    let said = |fact: &Value| fact["code"].is_string() && fact["text"].as_str().is_some_and(|text| text.ends_with('.'));
    assert!(document["caveats"].as_array().unwrap().iter().all(said), "{}", document["caveats"]);
    for mode in document["modes"].as_array().unwrap() {
        assert!(mode["settled"].is_boolean() && mode["because"].is_array(), "{mode}");
    }
    for mode in document["methods"].as_array().unwrap().iter().flat_map(|m| m["modes"].as_array().unwrap()) {
        assert!(mode["reasons"].as_array().unwrap().iter().all(said), "{mode}");
    }
    let settled = json(&["examples/oscillator.csv"]);
    assert!(said(&settled["recommendation"]["reason"]) && settled["recommendation"]["why"].is_string());
    let heun = json(&["--system", "linear:-1", "--method", "heun2"]);
    assert_eq!(method(&heun, "heun2")["modes"][0]["principal_undefined"]["code"], "path-meets-critical-point");
}

/// What the samples do not settle gets no verdict, and nothing is recommended.
#[test]
fn nothing_settled_nothing_recommended() {
    let mut subject = Subject::from_system(&System::named("oscillator").unwrap(), 1.0).unwrap();
    for mode in &mut subject.modes {
        mode.settled = false;
        mode.because = vec![lambdahat::truth::Because::EstimatorsDisagree];
    }
    let report = Prediction { subject, methods: vec![], substeps: 1, limits: Limits::default() }.report().unwrap();
    assert!(report.recommendation.is_none() && report.methods.iter().all(|m| m.verdict.is_none()));
    let screen = lambdahat::words::prediction::first_screen(&report, 80, 0);
    assert!(screen.contains("Nothing is recommended") && screen.contains("Estimators disagree"), "{screen}");
    let document = lambdahat::words::document::prediction(&report, lambdahat::words::Dialect::Terminal).unwrap();
    assert!(document["recommendation"].is_null() && document["methods"][0]["verdict"].is_null());
}

/// Numbers whose squares overflow, and a drift at uneven times, which rests nowhere, end in an answer.
#[test]
fn the_largest_numbers_and_drifts_at_uneven_times_are_answered() {
    let answered = |name: &str, jitter: f64, value: &dyn Fn(usize, f64) -> f64| {
        let row = |k: usize| {
            let t = 0.3 * (k as f64 + jitter * (k as f64 * 0.618_034).fract());
            format!("{t:?},{:?}\n", value(k, t))
        };
        let file = std::env::temp_dir().join(format!("lambdahat-{}-{name}.csv", std::process::id()));
        std::fs::write(&file, format!("t,x\n{}", (0..40).map(row).collect::<String>())).unwrap();
        let document = json(&[file.to_str().unwrap()]);
        std::fs::remove_file(&file).unwrap();
        assert!(document["modes"].is_array(), "{name}");
    };
    let turn = |t: f64| (-0.1 * t).exp() * (2.0 * t).cos();
    for jitter in [0.0, 0.5] {
        let kind = if jitter > 0.0 { "uneven" } else { "even" };
        for size in [1e300, 1e160, 1e154, 1e-300] {
            answered(&format!("cell-{size:e}-{kind}"), jitter, &|k, t| if k == 20 { size } else { turn(t) });
            answered(&format!("all-{size:e}-{kind}"), jitter, &|_, t| size * turn(t));
        }
        answered(&format!("drift-{kind}"), jitter, &|_, t| t + turn(t));
    }
}

/// Where the input is given, the advice is not to give it; and a smooth input that the loop takes to go straight is no noise.
#[test]
fn an_input_that_is_given_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, cubic: f64| {
        // ẋ = v, v̇ = −x − cubic x³ − 0.35v + u, u = sin 0.9t + 0.6 cos 2.3t, in small steps.
        let input = |t: f64| (0.9 * t).sin() + 0.6 * (2.3 * t).cos();
        let field = |t: f64, [x, v]: [f64; 2]| [v, -x - cubic * x.powi(3) - 0.35 * v + input(t)];
        let mut x = [0.5, 0.0];
        let mut text = String::from("t,x,v,u\n");
        for k in 0..200 {
            text += &format!("{:.1},{},{},{}\n", 0.2 * f64::from(k), x[0], x[1], input(0.2 * f64::from(k)));
            for i in 0..100 {
                let (t, h) = (0.2 * f64::from(k) + 0.002 * f64::from(i), 0.002);
                let along = |s: [f64; 2], h: f64| [x[0] + h * s[0], x[1] + h * s[1]];
                let a = field(t, x);
                let b = field(t + 0.5 * h, along(a, 0.5 * h));
                let c = field(t + 0.5 * h, along(b, 0.5 * h));
                let d = field(t + h, along(c, h));
                x = along([0, 1].map(|j| (a[j] + 2.0 * b[j] + 2.0 * c[j] + d[j]) / 6.0), h);
            }
        }
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let screen = |arguments: &[&str]| {
        let output = program(arguments).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let nonlinear = screen(&[&write("spring.csv", 1.5), "--input", "u"]);
    assert!(nonlinear.contains("the system is nonlinear: with inputs only linear models are tried"), "{nonlinear}");
    assert!(!nonlinear.contains("or an input;") && !nonlinear.contains("Inputs (u"), "{nonlinear}");
    let smooth = screen(&[&write("linear.csv", 0.0), "--input", "u", "--hold", "linear"]);
    assert!(!smooth.contains("samples are noisy"), "{smooth}");
    assert!(smooth.contains("The input is smooth between rows"), "{smooth}");
}
