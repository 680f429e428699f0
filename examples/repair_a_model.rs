//! A model that was trained through RK4 with a coarse step, turned back into continuous time: `cargo run --release --example repair_a_model`.

use lambdahat::dynamics::System;
use lambdahat::fit::{DataRecord, ModelFile, Training, unwatched};
use lambdahat::method::{Sampling, catalog};
use lambdahat::repair::Repair;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    let system = System::named("damped-oscillator")?;
    let samples = system.paths(&[[1.0, 0.0]], 0.5, 40)?;
    let method = catalog::find("rk4")?;
    let training = Training::new("linear".parse()?, method.clone(), Sampling::new(0.5, 1)?);
    let fit = training.prepare(&samples)?.fit(0, None, &mut unwatched)?;
    let record = DataRecord::of("damped oscillator", &["x".into(), "y".into()], &samples);
    let file = ModelFile::new(&training, record, fit);

    let repair = Repair {
        file: &file,
        method: &method,
        trajectories: &samples,
        system: Some(&system),
        way: None,
        power: None,
        through: None,
        stop: None,
    };
    let (repaired, report) = repair.run(&mut unwatched)?;
    println!("trained:  {:?}", report.before.modes);
    println!("repaired: {:?} ({})", report.after.modes, repaired.class);
    // RK4 moved the mode; the repaired model has the one of the data, −0.1 ± 2i.
    let [re, im] = report.after.modes[0];
    assert!((re + 0.1).abs() < 1e-9 && (im.abs() - 2.0).abs() < 1e-9, "{re} {im}");
    Ok(())
}
