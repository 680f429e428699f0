//! The field that a perfect fit through a method learns, exactly: `cargo run --example modified_equation`.

use lambdahat::dynamics::PolynomialField;
use lambdahat::method::{Method, catalog};
use lambdahat::order::FieldExpansion;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Method::RungeKutta(euler) = catalog::find("forward-euler")? else { return Err("a Runge–Kutta method".into()) };
    let logistic = PolynomialField::parse("x = 'x - x^2'", "logistic growth")?;
    let report = FieldExpansion::inverse(&euler, &logistic, 3)?.report();
    for term in &report.terms {
        println!("h^{}: {}", term.power, term.components[0]);
    }
    // f + h/2 f'f + …: with f = x − x², f'f = (1 − 2x)(x − x²).
    assert_eq!(report.terms[1].components[0], "x^3 - 3/2*x^2 + 1/2*x");
    Ok(())
}
