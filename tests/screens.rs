//! Sentences on the screens of `predict`, each where it belongs.

use std::path::Path;

/// What `predict` says of a file under `tests/data`, in one line.
fn said(file: &str, options: &[&str]) -> String {
    let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
    let output = command.arg("predict").arg(Path::new("tests/data").join(file)).args(options);
    let output = output.current_dir(env!("CARGO_MANIFEST_DIR")).env("COLUMNS", "80").output().unwrap();
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The message with which `predict` refuses samples.
fn refused(samples: &str, options: &[&str]) -> String {
    let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
    let output = command.args(["predict", "-"]).args(options).write_stdin(samples).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has(text: &str, wanted: &str) {
    assert!(text.contains(wanted), "no “{wanted}” in: {text}");
}

fn has_not(text: &str, unwanted: &str) {
    assert!(!text.contains(unwanted), "“{unwanted}” in: {text}");
}

#[test]
fn what_is_missing_of_the_state_comes_first() {
    let text = said("panel/one-coordinate.csv", &[]);
    has(&text, "First add the missing state (below); then this is good enough");
    has(
        &text,
        "Still open: 1 column is only part of the state (2 eigenvalues found): a linear model of it alone learns −1.42. Add it as it was 1 row earlier",
    );
    // The table calls it distorted.
    has(&text, "implicit-midpoint keeps growth and decay apart at any step, but is off here.");
    let text = said("panel/weak-damping.csv", &[]);
    has(&text, "implicit-midpoint keeps growth and decay apart at any step size.");
    // A damped oscillation is not called a steady one.
    has(&text, "The motion keeps nearly one size: ±2i is a mode only if");
    has_not(&text, "steady oscillation of one size");
}

#[test]
fn modes_alone_cannot_be_learned_at_uneven_times() {
    let text = said("real/indometh.csv", &["--rest-at-zero", "--degree", "1", "--all"]);
    has(
        &text,
        "a linear model of it alone cannot learn them. Add a hidden state with a fitted start, or delayed copies (those need even times).",
    );
}

#[test]
fn noise_that_no_loss_avoids_is_no_good_news() {
    let text = said("panel/fifty-sensors.csv", &[]);
    has(
        &text,
        "Nothing tried is faithful here: noise biases pairs, and other losses cannot be predicted for so many columns. An integrator that adds nothing to that:",
    );
}

#[test]
fn a_pair_is_one_mode() {
    let text = said("panel/white-noise.csv", &[]);
    has(&text, "1 mode, not settled");
    has(&text, "The uncertainty of 1 mode exceeds its size.");
    has(&text, "growth or decay not seen (at most a factor 2 in 0.15)");
}

/// Modes of two equilibria are told apart by these, settled or not.
#[test]
fn no_row_is_shown_twice() {
    for options in [&[][..], &["--all"]] {
        let text = said("panel/lorenz-0.1.csv", options);
        for place in ["(8.485, 8.485, 27)", "(−8.485, −8.485, 27)"] {
            assert!(text.matches(place).count() >= 2, "{text}");
        }
    }
}

/// The flow of a fitted field has converged: nothing is open there.
#[test]
fn twice_the_steps_are_no_open_question() {
    let sentence = "steps an interval of its flow the modes change by";
    for file in ["real/indometh.csv", "panel/lorenz-0.1.csv"] {
        has_not(&said(file, &[]), sentence);
    }
    has(&said("panel/lorenz-0.1.csv", &["--all"]), "With twice the 16 steps an interval of its flow the modes change by");
    let pendulum = said("panel/pendulum-three.csv", &["--all"]);
    has(&pendulum, "The modes are those of a polynomial field of degree 7. Its own flow misses 4.5e−6 % of the motion in one interval");
    has(&pendulum, sentence);
}

/// Each remedy once; what is known of a motion beyond its samples settles Indometh, and the screen says how.
#[test]
fn remedies_are_said_once_and_work() {
    let text = said("real/indometh.csv", &[]);
    has(&text, "Add runs from starts of other sizes, one near rest.");
    has(&text, "If the system is known to be linear, give --degree 1 and, where it falls to zero, --rest-at-zero.");
    assert_eq!(text.matches("near rest").count(), 1, "{text}");
    has(&said("real/indometh.csv", &["--degree", "1", "--rest-at-zero"]), "λ = −2.892 (to 0.33)");
    let text = said("real/co2.csv", &[]);
    has(&text, "Give what drives it, or the time, as an input.");
    assert_eq!(text.matches("what drives it").count(), 1, "{text}");
}

#[test]
fn the_cheapest_is_that_of_what_was_asked_for() {
    let text = said("panel/one-coordinate.csv", &["--method", "dormand-prince5", "--all"]);
    has(&text, "Cheapest of the methods asked for with every mode faithful (up to 64 substeps).");
    has(&said("panel/one-coordinate.csv", &["--all"]), "Every mode is faithful, and of 11 methods with up to 64 substeps none is cheaper.");
}

/// Columns named after a unit of time count in it.
#[test]
fn the_unit_of_a_named_column_is_told() {
    let rows: String = (0..40).map(|k| format!("{k},{}\n", (-0.1 * f64::from(k)).exp())).collect();
    for name in ["minute", "Hours", "day", "month"] {
        let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
        let output = command.args(["predict", "-"]).write_stdin(format!("{name},x\n{rows}")).output().unwrap();
        let unit = name.to_lowercase();
        has(&String::from_utf8(output.stdout).unwrap(), &format!("Time: `{name}`, λ per {}.", unit.trim_end_matches('s')));
    }
}

/// The command line names the option that a fault of the samples asks for.
#[test]
fn faults_of_samples_name_the_option() {
    has(&refused("x,y\n5,1\n4,2\n", &[]), "or how far apart the samples are (--time COLUMN or --interval H)");
    has(&refused(",x\n0,5\n1,6\n2,8\n", &[]), "or how far apart the samples are (--time COLUMN or --interval H)");
    has(&refused("t,x\n0,1\n1,2\n0,3\n", &[]), "tell them apart by a column named `trajectory` (--trajectory COLUMN)");
    has(&refused("t,x\n0,1\n1,2\n2,4\n3,9\n", &["--hold", "linear"]), "name their columns with --input");
    has(&refused("t,x\n0,1\n1,2\n2,4\n3,9\n", &["--hold", "zero"]), "name their columns with --input, or leave it out");
}

/// One block of code for one call: the recommended integrator over the windows of the recommended loss.
#[test]
fn the_loss_and_the_integrator_are_one_call() {
    let code = "torchdiffeq odeint(f, x[:-50:50], t[:51], method=\"dopri5\", rtol=1e9, atol=1e9, options=dict(first_step=0.25, ifactor=1)) \
                against x.unfold(0, 51, 50).movedim(-1, 0)";
    let kept = [" (others: --all).", "."]
        .map(|end| format!("Train with windows:50, begun from the model that pairs learns, which leaves the modes in place{end}"));
    for (options, kept) in [&[][..], &["--all"]].into_iter().zip(kept) {
        let text = said("panel/noise-5.csv", options);
        has(&text, code);
        has(&text, &kept);
        assert_eq!(text.matches("odeint(").count(), 1, "{text}");
        has_not(&text, "x[i:i+51] Library");
    }
    // Nothing is recommended beside a call of one's own: there the loss alone is written.
    has(
        &said("panel/noise-5.csv", &["--method", "torchdiffeq:dopri5:rtol=1e-3,atol=1e-6"]),
        "torchdiffeq odeint(f, x[:-50:50], t[:51]) against x.unfold(0, 51, 50).movedim(-1, 0)",
    );
}

/// The ends of a trajectory are in the figures, and leaving them out would turn this decay into growth: that is not advised.
#[test]
fn regressions_are_told_as_integrators_are() {
    let rows: String = (0..60)
        .map(|k| (f64::from(k), (num_complex::Complex64::new(-0.1, 2.0) * f64::from(k)).exp()))
        .map(|(t, z)| format!("{t},{},{}\n", z.re, z.im))
        .collect();
    let learned = |name: &str| {
        let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
        let output = command.args(["predict", "-", "--method", name]).write_stdin(format!("t,x,y\n{rows}")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = learned("pysindy:FiniteDifference");
    has(&text, "distorted −0.2831 ± 1.032i");
    has(&text, "These figures include the one-sided formulas at the ends of a trajectory.");
    has(&text, "times too");
    has_not(&text, "drop_endpoints");
    has_not(&text, "principal branch");
    has(&learned("pysindy:FiniteDifference:drop_endpoints=True"), "VERDICT: artifact λ̂: 0.04168 ± 0.9138i WHY: grows");
}

/// A unit behind the name of a time is no other name; the number of a picture beside a time is no state.
#[test]
fn a_time_with_its_unit_behind_it_is_the_time() {
    for (name, unit) in [("time [s]", "second"), ("t (ms)", "millisecond"), ("Time_h", "hour")] {
        let rows: String = (0..40).map(|k| format!("{k},{},{}\n", 0.1 * f64::from(k), (-0.1 * f64::from(k)).exp())).collect();
        let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
        let output = command.args(["predict", "-"]).write_stdin(format!("frame,{name},x (px)\n{rows}")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        has(&text, &format!("Time: `{name}`, λ per {unit}. State: x (px)."));
        has(&text, "λ = −1");
    }
}

/// What noise makes of every loss is beside the reason for an integrator: "every mode is faithful" is of its own part alone.
#[test]
fn a_recommendation_beside_noise_is_of_the_integrator_alone() {
    let mut state = 1u64;
    let mut chance = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    let shapes: Vec<[f64; 4]> = (0..40).map(|_| [chance(), chance(), chance(), chance()]).collect();
    let mut table = "t".to_owned() + &(0..40).map(|k| format!(",s{k}")).collect::<String>() + "\n";
    for k in 0..300 {
        let t = 0.1 * f64::from(k);
        let (slow, fast) = ((-0.2 * t).exp(), (-0.05 * t).exp());
        let parts = [slow * (0.9 * t).cos(), slow * (0.9 * t).sin(), fast * (3.1 * t).cos(), fast * (3.1 * t).sin()];
        let cells = shapes.iter().map(|shape| shape.iter().zip(&parts).map(|(a, b)| a * b).sum::<f64>() + 0.12 * chance());
        table += &format!("{t:.1}{}\n", cells.map(|x| format!(",{x:.5}")).collect::<String>());
    }
    let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
    let output = command.args(["predict", "-", "--all"]).write_stdin(table).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    has(&text, "Noise biases the loss, whatever the method. The integrator's part alone: Every mode is faithful");
}
