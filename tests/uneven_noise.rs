//! Noise in samples at uneven times: what each loss learns of them is predicted, and what is recommended keeps the modes; beside the program's own fits, which know nothing of
//! the prediction.

#[path = "common/chance.rs"]
mod chance;
#[path = "common/golden.rs"]
mod golden;

use chance::normal;
use golden::golden;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::Field;
use lambdahat::exact::eigenvalues;
use lambdahat::figure::{SampleFigure, prediction_of_samples};
use lambdahat::fit::{Loss, Training, unwatched};
use lambdahat::inverse::{Limits, StatePair, Verdict, flow_minimum};
use lambdahat::method::{Sampling, catalog};
use lambdahat::predict::{Beside, Prediction, Report, Subject, default_calls};
use lambdahat::truth::{Caveat, ModesOptions};
use nalgebra::{DMatrix, dmatrix};
use num_complex::Complex;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const LAMBDA: Complex<f64> = Complex::new(-0.1, 2.0);

/// A spiral about (1, −0.5) at golden intervals about 0.1, with noise of this size.
fn spiral(noise: f64, rows: usize, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut t, mut times) = (0.0, vec![0.0]);
    for length in golden(0.5, rows - 1) {
        t += 0.1 * length;
        times.push(t);
    }
    let states = times.iter().flat_map(|t| {
        let z = (LAMBDA * t).exp();
        [1.0 + z.re + noise * normal(&mut random), -0.5 + z.im + noise * normal(&mut random)]
    });
    let states = states.collect();
    Trajectories::with_times("spiral", vec!["x".into(), "y".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap()
}

fn report(data: &Trajectories, loss: Loss, methods: &[&str]) -> Report {
    let subject = Subject::from_data_through(data, &ModesOptions::default(), loss, &|| false).unwrap();
    let methods = methods.iter().map(|name| catalog::find(name).unwrap()).collect();
    let beside = Beside { calls: default_calls().unwrap(), loss, ..Beside::default() };
    Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report_beside(&beside, &|| false).unwrap()
}

/// The eigenvalue in the upper half plane of the field that the program's own fit learns, begun at the truth.
fn fitted(data: &Trajectories, loss: Loss, method: &str, substeps: u32) -> Complex<f64> {
    let sampling = Sampling::new(data.spacing().typical(), substeps).unwrap();
    let training = Training { loss, ..Training::new("affine".parse().unwrap(), catalog::find(method).unwrap(), sampling) };
    let prepared = training.prepare(&data.paths().unwrap()).unwrap();
    let start = prepared.model().linear_start(&[-0.1, -2.0, 2.0, -0.1], Some(&[1.0, -0.5])).unwrap();
    let fit = prepared.fit(0, Some(start), &mut unwatched).unwrap();
    let mut jacobian = [0.0; 4];
    fit.learned.jacobian(&[1.0, -0.5], &mut jacobian);
    let discs = eigenvalues(&DMatrix::from_row_slice(2, 2, &jacobian)).unwrap();
    discs.iter().map(|d| d.centre).max_by(|a, b| a.im.total_cmp(&b.im)).unwrap()
}

fn learned(report: &Report) -> Complex<f64> {
    let modes = &report.through_loss.as_ref().unwrap().modes;
    modes.iter().find(|mode| mode.lambda.im > 0.0).unwrap().learned
}

/// Through an integrator that is the flow to rounding each loss ends where it is predicted to; with free starts at the estimate of the mode, to a part of its uncertainty.
#[test]
fn losses_end_where_they_are_predicted_to() {
    let data = spiral(0.1, 300, 1);
    for (loss, within) in [(Loss::Pairs, 1e-7), (Loss::Windows(5), 1e-6), (Loss::Windows(20), 1e-6), (Loss::Rollout, 1e-6)] {
        let (predicted, found) = (learned(&report(&data, loss, &["rk4"])), fitted(&data, loss, "dormand-prince5", 4));
        assert!((predicted - found).norm() < within, "{loss}: {predicted} and {found}");
    }
    let free = report(&data, Loss::RolloutFreeStart, &["rk4"]);
    let (found, u) = (fitted(&data, Loss::RolloutFreeStart, "dormand-prince5", 4), free.modes[0].uncertainty.unwrap());
    assert!((learned(&free) - found).norm() < 0.5 * u, "{} ± {u} and {found}", learned(&free));
    // The pairs' noise damps by σ²/(vH) and a half more, for intervals of different length by the mean of 1/H.
    let damping = learned(&report(&data, Loss::Pairs, &["rk4"])).re - LAMBDA.re;
    assert!(damping < -0.04, "{damping}");
}

/// What a method learns of noisy samples is its fit's end, the verdict is on that, and library calls agree; what is recommended leaves the mode in place.
#[test]
fn verdicts_are_on_what_is_learned_of_these_samples() {
    for (noise, seed) in [(0.05, 2), (0.1, 3), (0.2, 4)] {
        let data = spiral(noise, 300, seed);
        let methods = ["rk4", "bogacki-shampine3", "dormand-prince5"];
        let found = report(&data, Loss::Pairs, &methods);
        for method in &found.methods {
            let predicted = method.modes.iter().find_map(|mode| mode.branches.principal().filter(|b| b.lambda.im > 0.0)).unwrap();
            let ends = fitted(&data, Loss::Pairs, &method.method, 1);
            assert!((predicted.lambda - ends).norm() < 1e-6, "{noise} {}: {} and {ends}", method.method, predicted.lambda);
            assert_eq!(method.verdict, Some(Verdict::Distorted), "{noise} {}", method.method);
        }
        assert!(found.calls.iter().all(|call| call.verdict != Some(Verdict::Faithful)), "{noise}: {:?}", found.calls);
        let advice = found.recommendation.as_ref().unwrap();
        let loss = advice.loss.unwrap_or_else(|| panic!("{noise}: no loss is recommended: {advice:?}"));
        assert_ne!(loss, Loss::Pairs);
        let through = found.through_loss.as_ref().unwrap();
        // A column has the mean square (1 − e^{−2·0.1·T})/(4·0.1·T) over a duration of T = 30.
        let size = ((1.0 - (-6.0f64).exp()) / 12.0).sqrt();
        assert!((through.noise.unwrap() * size / noise - 1.0).abs() < 0.1, "{noise}: {:?}", through.noise);
        let (ends, told) = (fitted(&data, loss, &advice.method, advice.substeps), advice.learns.unwrap().learned);
        let u = found.modes[0].uncertainty.unwrap();
        assert!(through.recommended().1.iter().all(|mode| (mode.learned - mode.lambda).norm() <= u), "{noise}: {through:?}");
        assert!((ends - told).norm() < 0.5 * u + 1e-3, "{noise} {loss} {}: {ends} and {told}", advice.method);
    }
}

/// A picture shows the branches without noise, and says what is learned with it; where noise hides the modes it does not blame the motion.
#[test]
fn a_picture_says_what_is_learned_of_these_samples() {
    let data = spiral(0.1, 300, 3);
    let found = report(&data, Loss::Pairs, &["rk4"]);
    let (method, scheme) = (&found.methods[0], catalog::find("rk4").unwrap());
    let from = SampleFigure { data: &data, log: false, report: &found, method };
    let mode = found.modes.iter().find(|mode| mode.lambda.im > 0.0).unwrap();
    let caption = prediction_of_samples(from, &scheme, mode.lambda, Sampling::new(found.interval, 1).unwrap()).unwrap().caption;
    let place = found.modes.iter().position(|other| other.lambda == mode.lambda).unwrap();
    let learned = method.modes[place].branches.principal().unwrap().lambda;
    let told =
        caption.split("noise and all, it learns −").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|re| re.parse::<f64>().ok());
    assert!(told.is_some_and(|re| (re / -learned.re - 1.0).abs() < 1e-3), "{learned}: {caption}");
    assert!(caption.contains("too noisy for the modes to meet them") && !caption.contains("near the equilibrium only"), "{caption}");
}

/// Once it is stopped no minima are looked for: no method has a verdict, nothing is recommended, and that is said. The modes stand.
#[test]
fn what_is_stopped_is_not_judged() {
    let subject = Subject::from_data(&spiral(0.05, 120, 6), &ModesOptions::default()).unwrap();
    let prediction = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() };
    let found = prediction.report_beside(&Beside::default(), &|| true).unwrap();
    assert!(found.modes.iter().all(|mode| mode.settled) && found.caveats.contains(&Caveat::Stopped), "{found:?}");
    assert!(found.methods.iter().all(|method| method.verdict.is_none()) && found.recommendation.is_none(), "{found:?}");
}

/// Without noise nothing changes: the loss learns the modes, and nothing is said of noise.
#[test]
fn clean_samples_are_told_nothing_of_noise() {
    let found = report(&spiral(0.0, 200, 5), Loss::Pairs, &["dormand-prince5"]);
    let through = found.through_loss.as_ref().unwrap();
    assert!(!through.acts && (learned(&found) - LAMBDA).norm() < 1e-8, "{through:?}");
    assert_eq!(found.methods[0].verdict, Some(Verdict::Faithful));
}

/// The exact flow's own fit: a matrix of three modes from pairs of every length to rounding, with its centre, from a start with an eigenvalue twice as well; and none of a matrix whose
/// eigenvectors are dependent.
#[test]
fn an_exact_flow_learns_the_matrix() {
    let truth = dmatrix![-0.3, -1.0, 0.2; 1.2, -0.1, 0.0; 0.4, 0.3, -0.7];
    let centre = [0.5, -1.0, 2.0];
    let pairs: Vec<StatePair> = (0..24)
        .map(|k| {
            let from: Vec<f64> = (0..3).map(|j| (1.7 * f64::from(k) + 2.3 * f64::from(j)).sin()).collect();
            let interval = 0.1 + 0.07 * f64::from(k % 7);
            let moved = (&truth * interval).exp() * nalgebra::DVector::from_fn(3, |i, _| from[i] - centre[i]);
            StatePair { to: (0..3).map(|i| moved[i] + centre[i]).collect(), from, interval, substeps: 1 }
        })
        .collect();
    // −0.4 twice, with eigenvectors of its own, and −0.5.
    let twice = DMatrix::from_diagonal_element(3, 3, -0.4) + dmatrix![0.2; 0.1; -0.1] * dmatrix![0.5, -1.0, 1.0];
    let equal = DMatrix::from_diagonal_element(3, 3, -0.4);
    for start in [dmatrix![-0.4, -0.8, 0.0; 1.0, -0.2, 0.0; 0.2, 0.1, -0.5], twice, equal] {
        let found = flow_minimum(&pairs, &[0.0, 0.0, 0.0], true, &start).unwrap().unwrap();
        assert!((&found.matrix - &truth).norm() < 1e-11 && found.level < 1e-12, "{start}: {found:?}");
        assert!((0..3).all(|i| (found.centre[i] - centre[i]).abs() < 1e-11), "{start}: {found:?}");
    }
    let shear = dmatrix![-1.0, 1.0, 0.0; 0.0, -1.0, 1.0; 0.0, 0.0, -1.0];
    assert_eq!(flow_minimum(&pairs, &[0.0, 0.0, 0.0], true, &shear).unwrap(), None);
}
