//! A scheme verified, its wrong claim found: `cargo run --example verify_a_scheme`.

use lambdahat::method::scheme;
use lambdahat::verify::verify;
use lambdahat::words::Dialect;
use lambdahat::words::verification::{Screen, screen};
use std::error::Error;

const SCHEME: &str = r#"
title = "Heun's method, with a claim too many"
[runge-kutta]
A = [[0, 0], [1, 0]]
b = ["1/2", "1/2"]
[claims]
order = 3
explicit = true
"#;

pub fn main() -> Result<(), Box<dyn Error>> {
    let report = verify(&scheme::parse(SCHEME, "my-heun")?);
    println!("{}", screen(&report, Screen { width: 80, digits: 8, all: false }, Dialect::Terminal));
    assert_eq!(report.order, 2);
    let wrong: Vec<_> = report.claims.iter().filter(|claim| claim.fails()).collect();
    assert_eq!(wrong.len(), 1);
    Ok(())
}
