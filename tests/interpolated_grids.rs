//! torchdiffeq's `step_size`: a grid of its own from the first time on, straight lines to the samples between its points. Over a rollout of 40 samples H = 1 apart of e^{λt}, λ = −0.1 + 2i,
//! the least-squares λ̂ and the root mean square of what is left, relative to the mode's (Newton in numpy's longdouble); in pairs the last step is short instead: R(hλ̂)ⁿR(rλ̂) = e^{Hλ}. (So is the last
//! of a rollout. Without that, on a grid that passes the end, it would be −0.09679330 + 2.00240678i for a step of 0.3 and −0.02251598 + 2.03154231i for 0.7.)

use lambdahat::inverse::step_control::{ControlledEquation, Search, solutions, trajectory};
use lambdahat::loops::{Call, StateNorm};
use num_complex::Complex;

const LAMBDA: Complex<f64> = Complex::new(-0.1, 2.0);

fn call(text: &str) -> Call {
    text.parse().unwrap()
}

#[test]
fn rollouts_learn_the_interpolant_too() {
    let size = (1..=40).map(|k| (2.0 * LAMBDA.re * f64::from(k)).exp()).sum::<f64>();
    for (text, re, im, level) in [
        ("torchdiffeq:euler:step_size=0.3", -0.6615484169, 1.8281603750, 0.0278194),
        ("torchdiffeq:rk4:step_size=0.3", -0.0967960029, 2.0024063648, 0.0278299),
        ("torchdiffeq:rk4:step_size=0.4", -0.0931638350, 2.0068305768, 0.0514548),
        ("torchdiffeq:rk4:step_size=0.7", -0.0225373696, 2.0315411741, 0.1470903),
    ] {
        let found = trajectory(&call(text), LAMBDA, 1.0, 40, &StateNorm::default()).unwrap();
        let relative = found.floor * (40.0 / size).sqrt();
        assert!((found.lambda - Complex::new(re, im)).norm() < 2e-10, "{text}: {}", found.lambda);
        assert!((relative - level).abs() < 1e-7, "{text}: {relative}");
    }
}

#[test]
fn pairs_end_with_a_short_step() {
    for (text, re, im) in
        [("torchdiffeq:rk4:step_size=0.3", -0.09949887, 2.00194722), ("torchdiffeq:rk4:step_size=0.7", -0.05718516, 2.02616416)]
    {
        let call = call(text);
        let equation = ControlledEquation::pairs(&call, LAMBDA, 1.0, StateNorm::default()).unwrap();
        let found = solutions(&equation, Search::Near).unwrap();
        let learned = found.principal().unwrap().lambda;
        assert!((learned.re - re).abs() <= 5.01e-9 && (learned.im - im).abs() <= 5.01e-9, "{text}: {learned}");
    }
}
