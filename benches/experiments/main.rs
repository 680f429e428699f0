//! The experiments of `docs/learning-through-a-step.md` at full size: which branch real fits land on. `cargo bench --bench experiments -- hero a b c d`
//! runs those named, all where none is; minutes to an hour. What is measured is held against its bound; the last table says all of it, and the exit
//! status is 1 where a bound does not hold.

mod hero;
mod lotka_volterra;

use lambdahat::fit::Training;
use lambdahat::method::{Sampling, catalog};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

/// What was measured, beside its bound.
#[derive(Default)]
struct Table {
    rows: Vec<(String, String, &'static str, bool)>,
}

impl Table {
    fn row(&mut self, what: &str, measured: String, bound: &'static str, holds: bool) {
        self.rows.push((what.to_owned(), measured, bound, holds));
    }

    fn print(&self) {
        println!("| experiment | measured | bound | holds |\n| --- | --- | --- | --- |");
        for (what, measured, bound, holds) in &self.rows {
            println!("| {what} | {measured} | {bound} | {} |", if *holds { "yes" } else { "NO" });
        }
    }
}

/// Least and largest.
fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| if v.is_nan() { (v, v) } else { (low.min(v), high.max(v)) })
}

fn within(values: &[f64], low: f64, high: f64) -> bool {
    !values.is_empty() && values.iter().all(|v| (low..=high).contains(v))
}

/// Runs, and writes what it measured into the table.
type Experiment = fn(&mut Table);

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let all: [(&str, Experiment); 7] = [
        ("hero", hero::pairs),
        ("rollouts", hero::rollouts),
        ("a", lotka_volterra::euler_outward),
        ("b", lotka_volterra::clean_pair),
        ("c", lotka_volterra::inward),
        ("d", lotka_volterra::every_branch),
        ("models", lotka_volterra::dictionary_and_gaussians),
    ];
    let mut table = Table::default();
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            let clock = Instant::now();
            run(&mut table);
            println!("({name}: {:.1} s)\n", clock.elapsed().as_secs_f64());
        }
    }
    table.print();
    if table.rows.iter().all(|row| row.3) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn training(model: &str, method: &str, interval: f64, m: u32) -> Training {
    let method = catalog::find(method).expect("in the catalogue");
    Training::new(model.parse().expect("a model"), method, Sampling::new(interval, m).expect("positive"))
}

fn go(_: usize, _: lambdahat::fit::Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
