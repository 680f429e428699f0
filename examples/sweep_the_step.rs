//! What RK4 learns from one mode as the step grows, many modes at once: `cargo run --release --example sweep_the_step`.

use lambdahat::inverse::LearningEquation;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    // Prepared once, asked for every step.
    let equation = LearningEquation::of(&catalog::find("rk4")?)?;
    let lambda = Complex::new(-0.1, 2.0);
    let mut grows_from = None;
    for k in 1..=20 {
        let interval = 0.05 * f64::from(k);
        let found = equation.branches(lambda, Sampling::new(interval, 1)?)?;
        let learned = found.principal().ok_or("no principal branch")?.lambda;
        println!("H = {interval:.2}: {learned:+.4}");
        if learned.re > 0.0 && grows_from.is_none() {
            grows_from = Some(interval);
        }
    }
    // From ωh = 1.55 on, a decaying oscillation with α/ω = 0.05 is learned as a growing one.
    let first = grows_from.ok_or("it never grows")?;
    assert!((first - 0.8).abs() < 1e-9, "{first}");
    Ok(())
}
