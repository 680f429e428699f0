//! What the tests do to a part of the catalogue, done to all of it: `cargo bench --bench catalogue -- random-modes` or `perturbation`, both where nothing is named;
//! some minutes. Ends with a panic where one method fails.

#[path = "catalogue/perturbation.rs"]
mod perturbation;
#[path = "catalogue/random_modes.rs"]
mod random_modes;

use lambdahat::method::Method;
use perturbation::{CATALOGUE, Place, failure, places};
use rayon::prelude::*;
use std::time::Instant;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let all: [(&str, fn()); 2] = [("random-modes", random), ("perturbation", perturbed)];
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            let clock = Instant::now();
            run();
            println!("({name}: {:.1} s)\n", clock.elapsed().as_secs_f64());
        }
    }
}

/// A thousand modes for every method one at a time, ten thousand for those that take them at once.
fn random() {
    random_modes::one_at_a_time(|_| 1000);
    random_modes::many_at_once(10_000);
}

/// Every coefficient of every method.
fn perturbed() {
    let pairs: Vec<(&Method, Place)> =
        CATALOGUE.iter().flat_map(|method| places(method).into_iter().map(move |place| (method, place))).collect();
    let missed: Vec<String> = pairs.par_iter().filter_map(|&(method, place)| failure(method, place)).collect();
    println!("{} coefficients of {} methods moved by 1/1000: {} not noticed", pairs.len(), CATALOGUE.len(), missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
