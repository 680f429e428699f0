//! What a training call learns from samples in memory: `cargo run --example predict_arrays`.

use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::predict::{Prediction, Subject, compared_methods};
use lambdahat::truth::ModesOptions;
use std::error::Error;

pub fn main() -> Result<(), Box<dyn Error>> {
    // A damped oscillation, 60 samples, one every 0.7.
    let interval = 0.7;
    let sample = |k: i32| {
        let t = interval * f64::from(k);
        vec![(-0.1 * t).exp() * (2.0 * t).cos(), (-0.1 * t).exp() * (2.0 * t).sin()]
    };
    let states: Vec<Vec<f64>> = (0..60).map(sample).collect();
    let data = Trajectories::new("my run", vec!["x".into(), "y".into()], interval, vec![Trajectory::new(None, 0.0, &states)])?;

    let subject = Subject::from_data(&data, &ModesOptions::default())?;
    let report = Prediction { subject, methods: compared_methods()?, substeps: 1, limits: Limits::default() }.report()?;
    for (_, mode) in report.upper_modes() {
        println!("true mode {:.4}", mode.lambda);
    }
    for method in &report.methods {
        println!("{:20} {:?}", method.method, method.verdict);
    }
    let advice = report.recommendation.ok_or("no mode is settled")?;
    println!("train with {} and {} steps per sample", advice.method, advice.substeps);
    assert_eq!(advice.verdict, Verdict::Faithful);
    Ok(())
}
