//! Every eigenvalue that a fit through a scheme of one's own can learn: `cargo run --example branches_of_my_scheme`.

use lambdahat::inverse::branches;
use lambdahat::method::{Sampling, scheme};
use num_complex::Complex;
use std::error::Error;

const SCHEME: &str = r#"
title = "A three-stage scheme of order 3"
[runge-kutta]
A = [[0, 0, 0], ["1/2", 0, 0], [-1, 2, 0]]
b = ["1/6", "2/3", "1/6"]
[claims]
order = 3
"#;

pub fn main() -> Result<(), Box<dyn Error>> {
    let method = scheme::parse(SCHEME, "my-scheme")?;
    let found = branches(&method, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1)?)?;
    for branch in &found.branches {
        let principal = if branch.principal { "principal" } else { "" };
        println!("{:+.6}  certain to {:.0e}  {:?} {principal}", branch.lambda, branch.radius, branch.flags);
    }
    // R has degree 3, so three eigenvalues reproduce the samples equally well.
    assert_eq!(found.branches.len(), 3);
    Ok(())
}
