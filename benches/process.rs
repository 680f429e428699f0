//! Whole processes, from the start of the program to its exit: `cargo bench --bench process`. Prints the fastest and the median of several runs.
//!
//! The naive ways to trees, order conditions and R are timed beside the library's in the benches `order` and `stability`.
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// (what, arguments, runs, goal)
const RUNS: &[(&str, &[&str], usize, Duration)] = &[
    ("branches of rk4", &["branches", "--method", "rk4", "--lambda=-0.1+2i"], 40, Duration::from_millis(10)),
    ("verify dormand-prince5", &["verify", "dormand-prince5"], 40, Duration::from_millis(20)),
    ("verify gauss:s=5", &["verify", "gauss:s=5"], 10, Duration::from_millis(500)),
    ("verify feagin14", &["verify", "feagin14"], 1, Duration::from_secs(30)),
];

/// A full matrix with these entries, as a scheme file: what nobody trains with, and nobody should wait for.
fn dense(name: &str, stages: usize, above: &str, entry: impl Fn(usize, usize) -> String) -> std::path::PathBuf {
    let row = |i: usize| (0..stages).map(|j| format!("\"{}\"", entry(i, j))).collect::<Vec<_>>().join(", ");
    let rows = (0..stages).map(|i| format!("[{}]", row(i))).collect::<Vec<_>>().join(", ");
    let b = vec![format!("\"1/{stages}\""); stages].join(", ");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("toml");
    std::fs::write(&path, format!("{above}[runge-kutta]\nA = [{rows}]\nb = [{b}]\n")).expect("the build folder can be written to");
    path
}

/// Scheme files of 60 full stages and of six over a field of degree 5.
fn schemes() -> Vec<(&'static str, std::path::PathBuf)> {
    // Denominators from 100 to 1000, without an order among them.
    let n = |i: usize, j: usize| 100 + (37 * i * i + 61 * j + 7 * i * j) % 901;
    let quintic = "[where]\na = { polynomial = \"x^5 - x - 1\", near = 1.167 }\n";
    let sixth =
        |i: usize, j: usize| format!("{}/{}", if (i + j).is_multiple_of(3) { "a*a" } else { "a" }, 5 + (7 * i + 11 * j + i * j) % 23);
    vec![
        ("verify 60 stages, decimals", dense("decimals", 60, "", |i, j| format!("{:.16}", 1.0 / n(i, j) as f64))),
        ("verify 60 stages, over Q", dense("rationals", 60, "", |i, j| format!("1/{}", n(i, j)))),
        ("verify 60 stages, Q(√2)", dense("surds", 60, "", |i, j| format!("sqrt(2)/{}", n(i, j)))),
        ("verify 6 stages, degree 5", dense("quintic", 6, quintic, sixth)),
    ]
}

fn run(arguments: &[&str]) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_lambdahat")).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let time = start.elapsed();
    match status {
        Ok(status) if status.success() => time,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

fn main() {
    println!("{:<28} {:>12} {:>12} {:>12} {:>6}", "process", "fastest", "median", "goal", "runs");
    for (what, arguments, runs, goal) in RUNS {
        row(what, arguments, *runs, Some(*goal));
    }
    for (what, path) in schemes() {
        row(what, &["verify", &path.to_string_lossy()], 3, None);
    }
}

fn row(what: &str, arguments: &[&str], runs: usize, goal: Option<Duration>) {
    let mut times: Vec<Duration> = (0..runs).map(|_| run(arguments)).collect();
    times.sort_unstable();
    let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let goal = goal.map_or_else(String::new, milliseconds);
    println!("{what:<28} {:>12} {:>12} {goal:>12} {runs:>6}", milliseconds(times[0]), milliseconds(times[runs / 2]));
}
