//! A model trained on a vector field of one's own, through Heun's method: `cargo run --release --example fit_my_field`.

use lambdahat::data::Paths;
use lambdahat::dynamics::{Field, Flow};
use lambdahat::fit::{Training, unwatched};
use lambdahat::method::{Sampling, catalog};
use std::error::Error;

/// A pendulum with friction: ẋ = v, v̇ = −sin x − v/5.
struct Pendulum;

impl Field for Pendulum {
    fn dimension(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&[x[1], -x[0].sin() - 0.2 * x[1]]);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&[0.0, 1.0, -x[0].cos(), -0.2]);
    }
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let interval = 0.25;
    let starts = [[1.5, 0.0], [0.0, 1.2]];
    let orbits = starts.iter().map(|start| Flow::reference().trajectory(&Pendulum, start, interval, 60)).collect::<Result<Vec<_>, _>>()?;
    let samples = Paths::of(&orbits)?;

    let training = Training::new("polynomial:5".parse()?, catalog::find("heun2")?, Sampling::new(interval, 1)?);
    let fit = training.prepare(&samples)?.fit(0, None, &mut unwatched)?;
    println!("loss {:.1e} after {} iterations", fit.loss, fit.iterations);

    let (mut learned, mut truth) = ([0.0; 2], [0.0; 2]);
    fit.learned.value(&[0.8, 0.0], &mut learned);
    Pendulum.value(&[0.8, 0.0], &mut truth);
    println!("field at (0.8, 0): learned {learned:.4?}, true {truth:.4?}");
    // The fit is close to perfect, and its field is still not the truth: Heun's method stands between them.
    assert!(fit.loss < 1e-6);
    assert!((learned[1] - truth[1]).abs() > 1e-3);
    Ok(())
}
