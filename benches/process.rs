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
    println!("{:<24} {:>12} {:>12} {:>12} {:>6}", "process", "fastest", "median", "goal", "runs");
    for (what, arguments, runs, goal) in RUNS {
        let mut times: Vec<Duration> = (0..*runs).map(|_| run(arguments)).collect();
        times.sort_unstable();
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        println!(
            "{what:<24} {:>12} {:>12} {:>12} {runs:>6}",
            milliseconds(times[0]),
            milliseconds(times[times.len() / 2]),
            milliseconds(*goal)
        );
    }
}
