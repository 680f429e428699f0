//! The scheme parser on 120,000 damaged files: it answers with a method or an error, and never panics.

use lambdahat::method::{catalog, scheme};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const INPUTS: u64 = 120_000;

/// How many times as many inputs as usual: `LAMBDAHAT_FUZZ=20 cargo test --test fuzz_kinds --test scheme_fuzz`.
fn times() -> u64 {
    std::env::var("LAMBDAHAT_FUZZ").map_or(1, |times| times.parse().expect("LAMBDAHAT_FUZZ is a whole number"))
}

/// Pieces that scheme files are made of, and some that they are not.
const PIECES: &[&str] = &[
    "[runge-kutta]\n",
    "[multistep]\n",
    "[where]\n",
    "[claims]\n",
    "A = ",
    "b = ",
    "b_hat = ",
    "c = ",
    "alpha = ",
    "beta = ",
    "name = ",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ", ",
    "\n",
    "\"",
    "0",
    "1",
    "-1",
    "1/2",
    "\"1/6\"",
    "\"sqrt(3)\"",
    "\"sqrt(-2)\"",
    "\"s\"",
    "s = \"sqrt(2)\"\n",
    "t = \"s/3 - 1\"\n",
    "g = { polynomial = \"6x^3 - 18x^2 + 9x - 1\", near = 0.43 }\n",
    "\"1/0\"",
    "1e400",
    "1e-300",
    "0.333333333333333",
    "\"((((1))))\"",
    "\"2^3\"",
    "order = 4\n",
    "a_stable = true\n",
    "= ",
    "true",
    "\"x^9\"",
    "𝛼",
    "\u{0}",
    "#",
    "1_000",
    "0x1f",
    "inf",
    "nan",
    "\"-\"",
    "\"1e\"",
    "\"s*s*s\"",
    "\"sqrt(sqrt(2))\"",
];

fn damaged(seeds: &[String], random: &mut ChaCha8Rng) -> String {
    let pick = |random: &mut ChaCha8Rng| PIECES[random.random_range(0..PIECES.len())];
    if random.random_range(0..4) == 0 {
        return (0..random.random_range(1..24)).map(|_| pick(random)).collect();
    }
    let mut text = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..5) {
        let mut at = random.random_range(0..=text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = (at + random.random_range(0..12)).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match random.random_range(0..3) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, pick(random)),
            _ => text.replace_range(at..end, pick(random)),
        }
    }
    text
}

#[test]
fn damaged_files_never_panic() {
    // Short files, so that most of the damage hits something that matters.
    let seeds: Vec<String> = ["rk4", "gauss2", "sdirk2", "bdf3", "heun2", "leap-frog", "radau-iia-2"]
        .iter()
        .map(|name| std::fs::read_to_string(format!("{}/methods/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap())
        .collect();
    assert!(catalog::find("rk4").is_ok());
    let (parsed, refused) = (0..times() * INPUTS / 1000)
        .into_par_iter()
        .map(|chunk| {
            let mut random = ChaCha8Rng::seed_from_u64(chunk);
            let mut counts = (0usize, 0usize);
            for _ in 0..1000 {
                let text = damaged(&seeds, &mut random);
                match scheme::parse(&text, "fuzz.toml") {
                    Ok(_) => counts.0 += 1,
                    Err(error) => {
                        // Every error says where, and fits on a screen.
                        let message = error.to_string();
                        assert!(message.starts_with("fuzz.toml:") && message.len() < 4000, "{message}");
                        counts.1 += 1;
                    }
                }
            }
            counts
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    // Both outcomes must occur often, or the test would test little.
    assert!(parsed > 5_000 && refused > 50_000, "{parsed} parsed, {refused} refused");
}
