//! Of 100 draws of each of 24 kinds of noisy samples, how often λ lies within two uncertainties: `cargo bench --bench coverage [DRAWS]`.

#[path = "coverage/draws.rs"]
mod draws;

use draws::{coverage, kinds};

fn main() {
    let count = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(100);
    println!("noise  rows  times   columns  settled     within 2u  rms error  mean u   u/error  u > 3 errors");
    for (seed, kind) in kinds().into_iter().enumerate() {
        let found = coverage(kind, count, 1000 + seed as u64);
        println!(
            "{:4} %  {:4}  {:6}  {:7}  {:3} of {:3}  {:9.2}  {:9.1e}  {:.1e}  {:7.2}  {:12}",
            100.0 * kind.noise,
            kind.rows,
            if kind.uneven { "uneven" } else { "even" },
            kind.columns,
            found.settled,
            found.draws,
            f64::from(found.within) / f64::from(found.settled),
            found.error,
            found.uncertainty,
            found.uncertainty / found.error,
            found.wide
        );
    }
}
