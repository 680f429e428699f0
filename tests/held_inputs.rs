//! A forced oscillator whose input is held between samples: what is found of it, what each method learns of B on every branch, and what a wrong model of the input does.
//!
//! A = [[0, 1], [−4.01, −0.2]], whose eigenvalues are −0.1 ± 2i, B = (0, 1); the input is white, from `tests/data/white_input.py`. Figures by numpy 2.4 and scipy 1.17.

#[path = "common/descent.rs"]
mod descent;

use descent::gauss_newton;
use lambdahat::data::{Hold, Trajectories, Trajectory};
use lambdahat::fit::Loss;
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::loops::Regression;
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, LearnedInputs, Prediction, Report, Subject, default_calls};
use lambdahat::truth::{Because, Between, Caveat, ModesOptions, examine};
use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, Vector2, matrix, vector};
use num_complex::Complex64;

const LAMBDA: Complex64 = Complex64::new(-0.1, 2.0);
const A: Matrix2<f64> = matrix![0.0, 1.0; -4.01, -0.2];
const B: Vector2<f64> = vector![0.0, 1.0];

/// α + βA, the matrix with the eigenvectors of A and these values in the place of λ and its conjugate.
fn with_eigenvalue(z: Complex64) -> Matrix2<f64> {
    let beta = z.im / LAMBDA.im;
    Matrix2::identity() * (z.re - beta * LAMBDA.re) + A * beta
}

fn input() -> Vec<f64> {
    include_str!("data/white_input.csv").lines().skip(1).map(|line| line.parse().unwrap()).collect()
}

/// The states from (1, 0), at rows this far apart, where the input is held or (`straight`) goes straight to its next value.
fn states(interval: f64, inputs: &[f64], straight: bool) -> Vec<Vector2<f64>> {
    let (one, inverse) = (Matrix2::identity(), A.try_inverse().unwrap());
    let phi = with_eigenvalue((LAMBDA * interval).exp());
    let held = inverse * (phi - one) * B;
    let sloped = inverse * inverse * (phi - one - A * interval) * B;
    let mut all = vec![vector![1.0, 0.0]];
    for pair in inputs.windows(2) {
        let slope = if straight { (pair[1] - pair[0]) / interval } else { 0.0 };
        all.push(phi * all[all.len() - 1] + held * pair[0] + sloped * slope);
    }
    all
}

fn samples(interval: f64, states: &[Vector2<f64>], inputs: &[f64]) -> Trajectories {
    let times = (0..states.len()).map(|k| interval * k as f64).collect();
    let run = Trajectory::at(None, times, states.iter().flat_map(|x| [x[0], x[1]]).collect()).with_inputs(inputs.to_vec());
    Trajectories::with_times("driven", vec!["x".into(), "v".into()], vec!["u".into()], vec![run]).unwrap()
}

fn report(interval: f64, rows: usize, methods: &[&str]) -> Report {
    let inputs = &input()[..rows];
    let data = samples(interval, &states(interval, inputs, false), inputs);
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
    let methods = methods.iter().map(|name| catalog::find(name).unwrap()).collect();
    Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap()
}

/// The system itself is found to the rounding of its samples.
#[test]
fn the_system_is_found() {
    for interval in [1.0, 0.2] {
        let report = report(interval, 201, &["rk4"]);
        let driven = report.driven.as_ref().unwrap();
        let off = |found: &[Vec<f64>], truth: &[f64]| {
            found.concat().iter().zip(truth).map(|(found, truth)| (found - truth).abs()).fold(0.0, f64::max)
        };
        let worst = [off(&driven.a, &[0.0, 1.0, -4.01, -0.2]), off(&driven.b, &[0.0, 1.0]), off(&driven.gain, &[1.0 / 4.01, 0.0])];
        assert!(worst.iter().all(|off| *off < 5e-9), "H = {interval}: {driven:?}");
        assert!((driven.gain[0][0] - 0.249377).abs() < 5e-7);
        let mode = report.modes.iter().find(|mode| mode.lambda.im > 0.0).unwrap();
        assert!((mode.lambda - LAMBDA).norm() < 5e-9 && mode.settled, "{mode:?}");
    }
}

/// A method with each B̂ that it can learn, one a branch, to six decimals.
type LearnedGains<'a> = (&'a str, &'a [[f64; 2]]);

/// B̂ = ÂA⁻¹B on every branch, H = 1 and 0.2; the gain at rest is kept.
#[test]
fn held_inputs_are_learned_on_every_branch() {
    let expected: [(f64, &[LearnedGains<'_>]); 2] = [
        (
            1.0,
            &[
                ("forward-euler", &[[0.333019, 0.411383]]),
                ("midpoint", &[[0.089090, 0.720892], [0.409663, -0.720892]]),
                ("rk4", &[[-0.050236, 0.963416], [0.649500, -0.581984], [0.364069, 1.012056]]),
                ("implicit-midpoint", &[[0.046332, 1.544173]]),
            ],
        ),
        (0.2, &[("rk4", &[[-1.5e-5, 1.000217]]), ("forward-euler", &[[0.097371, 0.954268]])]),
    ];
    for (interval, methods) in expected {
        let names: Vec<&str> = methods.iter().map(|(name, _)| *name).collect();
        let report = report(interval, 81, &names);
        for (method, (name, all)) in report.methods.iter().zip(methods) {
            for b in *all {
                let near = |found: &&LearnedInputs| (found.b[0][0] - b[0]).abs() <= 5e-7 && (found.b[1][0] - b[1]).abs() <= 5e-7;
                let learned = method.inputs.iter().find(near).unwrap_or_else(|| panic!("{name}, H = {interval}: {b:?} is not there"));
                let matrix = with_eigenvalue(learned.learned[0]);
                let gain = -matrix.try_inverse().unwrap() * vector![learned.b[0][0], learned.b[1][0]];
                assert!((gain - vector![1.0 / 4.01, 0.0]).norm() < 1e-12, "{name}, H = {interval}: {gain}");
            }
        }
    }
}

/// A step of size h, as a function of h times the matrix of x and u together.
fn step(method: &str, z: &Matrix3<f64>) -> Matrix3<f64> {
    let one = Matrix3::identity();
    match method {
        "forward-euler" => one + z,
        "midpoint" => one + z * (one + z / 2.0),
        "rk4" => one + z * (one + z * (one + z * (one + z / 4.0) / 3.0) / 2.0),
        "implicit-midpoint" => (one - z / 2.0).try_inverse().unwrap() * (one + z / 2.0),
        "implicit-euler" => (one - z).try_inverse().unwrap(),
        _ => panic!("{method}"),
    }
}

/// Whatever branch it is, a step through the method with Â and B̂ gives the next sample: nothing is left, relative to the samples.
#[test]
fn nothing_is_left_on_any_branch() {
    for (interval, branches) in [(1.0, [1, 2, 4, 1, 1]), (0.2, [1, 2, 4, 1, 1])] {
        let names = ["forward-euler", "midpoint", "rk4", "implicit-midpoint", "implicit-euler"];
        let report = report(interval, 81, &names);
        let inputs = &input()[..81];
        let x = states(interval, inputs, false);
        for ((method, name), branches) in report.methods.iter().zip(names).zip(branches) {
            assert_eq!(method.inputs.len(), branches, "{name}, H = {interval}");
            for learned in &method.inputs {
                let a = with_eigenvalue(learned.learned[0]);
                let mut together = Matrix3::zeros();
                together.fixed_view_mut::<2, 2>(0, 0).copy_from(&a);
                together.fixed_view_mut::<2, 1>(0, 2).copy_from(&vector![learned.b[0][0], learned.b[1][0]]);
                let step = step(name, &(together * interval));
                let left = (0..80).map(|k| {
                    let next = step * vector![x[k][0], x[k][1], inputs[k]];
                    (vector![next[0], next[1]] - x[k + 1]).norm_squared()
                });
                let level = (left.sum::<f64>() / x[1..].iter().map(|x| x.norm_squared()).sum::<f64>()).sqrt();
                assert!(level <= 1e-13, "{name}, H = {interval}, {:?}: {level:.1e}", learned.learned);
            }
        }
    }
}

/// The eigenvalue above the real axis of the regression of x⁺ on x, and on u where it is taken into account, as λ.
fn regressed(interval: f64, states: &[Vector2<f64>], inputs: Option<&[f64]>) -> Complex64 {
    let columns = 2 + usize::from(inputs.is_some());
    let from = DMatrix::from_fn(states.len() - 1, columns, |k, j| if j < 2 { states[k][j] } else { inputs.unwrap()[k] });
    let to = DMatrix::from_fn(states.len() - 1, 2, |k, j| states[k + 1][j]);
    let map = from.svd(true, true).solve(&to, 0.0).unwrap();
    let values = matrix![map[(0, 0)], map[(1, 0)]; map[(0, 1)], map[(1, 1)]].complex_eigenvalues();
    let upper = if values[0].im > 0.0 { values[0] } else { values[1] };
    upper.ln() / interval
}

/// An input that goes straight, taken as held, and a held one that is left out: λ of regression from row to row (dynamic mode decomposition with and without control), 201 rows.
#[test]
fn a_wrong_model_of_the_input_is_learned_as_another_system() {
    let inputs = input();
    for (interval, wrong_hold, ignored) in [
        (1.0, Complex64::new(-0.1285, 1.9998), Complex64::new(-0.1492, 2.0192)),
        (0.2, Complex64::new(-0.1119, 1.9721), Complex64::new(-0.1180, 1.9558)),
    ] {
        let [straight, held] = [true, false].map(|straight| states(interval, &inputs, straight));
        let within = |found: Complex64, printed: Complex64| {
            let off = found - printed;
            assert!(off.re.abs() <= 5e-5 && off.im.abs() <= 5e-5, "H = {interval}: {found} beside {printed}");
        };
        within(regressed(interval, &straight, Some(&inputs)), wrong_hold);
        within(regressed(interval, &held, None), ignored);
        let right = regressed(interval, &held, Some(&inputs));
        assert!((right - LAMBDA).norm() < 1e-12, "H = {interval}: {right}");
    }
}

/// ẋ = −0.5x + 0.8u in process noise, u_n = u_{n−1} − 0.7(x_n − x_{n−1}) − 0.08x_n: a controller with a memory. Turned round it is a map with an input that goes straight, right to the last digit, whose rate is the
/// controller's: nothing may be settled.
#[test]
fn a_controller_with_a_memory_is_no_input() {
    for seed in 0..4u64 {
        // A small generator of its own: uniform noise suffices.
        let mut state = 88_172_645_463_325_252 ^ (seed << 17);
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            0.3 * (state as f64 / u64::MAX as f64 - 0.5)
        };
        let (mut x, mut u) = (2.0f64, -1.4);
        let (mut states, mut inputs) = (Vec::new(), Vec::new());
        for _ in 0..200 {
            states.push(x);
            inputs.push(u);
            let next = (-0.1f64).exp() * x + 1.6 * (1.0 - (-0.1f64).exp()) * u + noise();
            u += -0.7 * (next - x) - 0.08 * next;
            x = next;
        }
        let run = Trajectory::at(None, (0..200).map(|k| 0.2 * f64::from(k)).collect(), states).with_inputs(inputs);
        let data = Trajectories::with_times("loop", vec!["x".into()], vec!["u".into()], vec![run]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        assert!(found.modes.iter().all(|mode| !mode.settled && mode.because.contains(&Because::InputFollows)), "{:?}", found.modes);
    }
}

/// A clock that is off by up to 1 % from row to row, beside one that is off by 20 %: the first is taken to be even, and the mode is near, and settled where the clock is good to 0.2 %; of the second the times are used as they
/// are, and the mode is told to its rounding, without a verdict on what a loop makes of it.
#[test]
fn a_clock_that_is_nearly_even_is_taken_to_be_so() {
    for (jitter, seed) in [(0.002, 1u64), (0.01, 2), (0.01, 3), (0.2, 4)] {
        let inputs = input();
        let mut state = seed;
        let mut intervals = vec![];
        for _ in 1..inputs.len() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            intervals.push(0.2 * (1.0 + jitter * (2.0 * (state >> 11) as f64 / (1u64 << 53) as f64 - 1.0)));
        }
        let (mut x, mut t) = (vector![1.0, 0.0], 0.0);
        let (mut states, mut times) = (vec![x[0], x[1]], vec![t]);
        for (h, u) in intervals.iter().zip(&inputs) {
            let phi = with_eigenvalue((LAMBDA * *h).exp());
            x = phi * x + A.try_inverse().unwrap() * (phi - Matrix2::identity()) * B * *u;
            t += h;
            states.extend([x[0], x[1]]);
            times.push(t);
        }
        let run = Trajectory::at(None, times, states).with_inputs(inputs.clone());
        let data = Trajectories::with_times("clock", vec!["x".into(), "v".into()], vec!["u".into()], vec![run]).unwrap();
        let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
        let as_even =
            subject.caveats.iter().any(|c| matches!(c, Caveat::TakenAsEven { differs } if (0.9..=1.1).contains(&(differs / jitter))));
        let unfollowed = subject.caveats.contains(&Caveat::LearnedWithoutInputs);
        assert_eq!((as_even, unfollowed), (jitter < 0.02, jitter > 0.02), "{jitter}: {:?}", subject.caveats);
        let settled: Vec<_> = subject.settled_modes().collect();
        assert!(!settled.is_empty() || jitter == 0.01, "{jitter}: {:?}", subject.modes);
        assert!(jitter < 0.02 || settled.iter().all(|mode| mode.uncertainty.unwrap() < 1e-9), "{jitter}: {settled:?}");
        for mode in &subject.modes {
            let off = (mode.lambda - Complex64::new(LAMBDA.re, LAMBDA.im.copysign(mode.lambda.im))).norm();
            assert!(off < 3.0 * mode.uncertainty.unwrap() + 1e-9, "{jitter}: {} ± {:?}", mode.lambda, mode.uncertainty);
        }
    }
}

/// The states with noise of this part of their spread, from a small generator of its own: the sum of twelve uniform numbers.
fn noisy(states: &[Vector2<f64>], part: f64, seed: u64) -> Vec<Vector2<f64>> {
    let mut state = seed;
    let mut chance = || {
        let uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        std::iter::repeat_with(uniform).take(12).sum::<f64>() - 6.0
    };
    let size = [0, 1].map(|j| part * (states.iter().map(|x| x[j] * x[j]).sum::<f64>() / states.len() as f64).sqrt());
    states.iter().map(|x| vector![x[0] + size[0] * chance(), x[1] + size[1] * chance()]).collect()
}

/// An input of uniform numbers.
fn long_input(rows: usize) -> Vec<f64> {
    let mut state = 5u64;
    let uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        3.4 * ((state >> 11) as f64 / (1u64 << 53) as f64 - 0.5)
    };
    std::iter::repeat_with(uniform).take(rows).collect()
}

/// Φ, Γ and c of the regression of x⁺ on x, u and 1.
fn affine(states: &[Vector2<f64>], inputs: &[f64]) -> (Matrix2<f64>, Vector2<f64>) {
    let from = DMatrix::from_fn(states.len() - 1, 4, |k, j| [states[k][0], states[k][1], inputs[k], 1.0][j]);
    let to = DMatrix::from_fn(states.len() - 1, 2, |k, j| states[k + 1][j]);
    let map = from.svd(true, true).solve(&to, 0.0).unwrap();
    (matrix![map[(0, 0)], map[(1, 0)]; map[(0, 1)], map[(1, 1)]], vector![map[(2, 0)], map[(2, 1)]])
}

/// The eigenvalue above the real axis.
fn upper(a: &Matrix2<f64>) -> Complex64 {
    let values = a.complex_eigenvalues();
    if values[0].im > 0.0 { values[0] } else { values[1] }
}

/// With noise of a fifth of the motion the loss of pairs learns the regression on state and input, through every method: R(hλ̂) = μ of it, and with B̂ a step gives its Γ. Methods, calls and advice say so.
#[test]
fn noise_multiplies_the_damping_that_pairs_learn() {
    let (interval, inputs) = (0.1, long_input(400));
    for (part, seed) in [(0.1, 1), (0.2, 2), (0.2, 3)] {
        let x = noisy(&states(interval, &inputs, false), part, seed);
        let (phi, gamma) = affine(&x, &inputs);
        let data = samples(interval, &x, &inputs);
        let names = ["forward-euler", "midpoint", "rk4", "implicit-midpoint", "implicit-euler"];
        let report = {
            let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
            let methods = names.map(|name| catalog::find(name).unwrap()).to_vec();
            let beside = Beside { calls: default_calls().unwrap(), ..Beside::default() };
            Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report_beside(&beside, &|| false).unwrap()
        };
        let k = report.modes.iter().position(|mode| mode.lambda.im > 0.0).unwrap();
        assert!((report.modes[k].lambda - LAMBDA).norm() < 3.0 * report.modes[k].uncertainty.unwrap(), "{part}: {:?}", report.modes);
        let through = report.through_loss.as_ref().unwrap();
        let expected = upper(&phi).ln() / interval;
        assert!((through.modes[k].learned - expected).norm() < 1e-8 && through.acts && !through.keeps, "{part}: {:?}", through.modes);
        assert!((through.noise.unwrap() / part - 1.0).abs() < 0.15, "{part}: {:?}", through.noise);
        for (method, name) in report.methods.iter().zip(names) {
            let learned = method.modes[k].branches.principal().unwrap().lambda;
            let [found] = &method.inputs[..1] else { panic!("{name}") };
            assert!((found.learned[0] - learned).norm() < 1e-6, "{name}: {found:?} {learned}");
            // Â has the eigenvectors of Φ.
            let beta = learned.im / upper(&phi).im;
            let a = Matrix2::identity() * (learned.re - beta * upper(&phi).re) + phi * beta;
            let mut together = Matrix3::zeros();
            together.fixed_view_mut::<2, 2>(0, 0).copy_from(&a);
            together.fixed_view_mut::<2, 1>(0, 2).copy_from(&vector![found.b[0][0], found.b[1][0]]);
            let step = step(name, &(together * interval));
            let off = (step.fixed_view::<2, 2>(0, 0) - phi).norm() + (step.fixed_view::<2, 1>(0, 2) - gamma).norm();
            assert!(off < 1e-8, "{part}, {name}: {off:.1e}");
            assert!(method.verdict.is_some_and(|verdict| verdict > Verdict::Faithful), "{part}, {name}");
        }
        assert!(report.calls.iter().all(|call| call.verdict == Some(Verdict::Distorted)), "{part}: {:?}", report.calls);
        let advice = report.recommendation.as_ref().unwrap();
        assert_eq!(advice.loss, through.instead, "{part}");
        assert!(advice.loss.is_some_and(|loss| loss != Loss::Pairs), "{part}: {advice:?}");
    }
}

/// Longer windows and fitted starts learn less of the noise, and what windows of five learn is the least of their own loss: it grows to every side.
#[test]
fn windows_follow_the_input() {
    let (interval, inputs) = (0.1, long_input(400));
    let x = noisy(&states(interval, &inputs, false), 0.2, 2);
    let data = samples(interval, &x, &inputs);
    let learned = |loss| {
        let subject = Subject::from_data_through(&data, &ModesOptions::default(), loss, &|| false).unwrap();
        let through = subject.through_loss.unwrap();
        (through.modes.iter().find(|mode| mode.lambda.im > 0.0).unwrap().learned, through.floor)
    };
    let all = [Loss::Pairs, Loss::Windows(5), Loss::Windows(20), Loss::RolloutFreeStart].map(|loss| learned(loss).0);
    assert!(all[0].re < all[1].re - 0.1 && all[1].re < all[2].re && all[2].re < -0.1, "{all:?}");
    assert!((all[3] - LAMBDA).norm() < 0.05, "{all:?}");
    // The loss of windows of five, summed by itself, from Gauss–Newton by differences on (Φ, Γ, c).
    let left = |p: &[f64]| -> DVector<f64> {
        let (phi, gamma, c) = (matrix![p[0], p[1]; p[2], p[3]], vector![p[4], p[5]], vector![p[6], p[7]]);
        let mut errors = Vec::new();
        let mut start = 0;
        while start + 5 < x.len() {
            let mut y = x[start];
            for k in start..start + 5 {
                y = phi * y + gamma * inputs[k] + c;
                errors.extend([y[0] - x[k + 1][0], y[1] - x[k + 1][1]]);
            }
            start += 5;
        }
        DVector::from_vec(errors)
    };
    let (phi, gamma) = affine(&x, &inputs);
    let p = vec![phi[(0, 0)], phi[(0, 1)], phi[(1, 0)], phi[(1, 1)], gamma[0], gamma[1], 0.0, 0.0];
    let p = gauss_newton(p, 40, 1.0, left);
    let errors = left(&p);
    let (found, floor) = learned(Loss::Windows(5));
    let own = upper(&matrix![p[0], p[1]; p[2], p[3]]).ln() / interval;
    assert!((found - own).norm() < 1e-4, "{found} {own}");
    assert!((floor / (errors.norm_squared() / errors.len() as f64) - 1.0).abs() < 1e-8, "{floor}");
}

/// A regression on estimated derivatives with the input beside the state: central differences of clean samples, by least squares of their own.
#[test]
fn derivative_regressions_take_the_input() {
    let (interval, inputs) = (0.2, input());
    let x = states(interval, &inputs, false);
    let subject = Subject::from_data(&samples(interval, &x, &inputs), &ModesOptions::default()).unwrap();
    let regressions = vec![Regression::read("pysindy:FiniteDifference:drop_endpoints=True").unwrap().unwrap()];
    let prediction = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&Beside { regressions, ..Beside::default() }, &|| false).unwrap();
    let inside = x.len() - 2;
    let from = DMatrix::from_fn(inside, 4, |k, j| [x[k + 1][0], x[k + 1][1], inputs[k + 1], 1.0][j]);
    let to = DMatrix::from_fn(inside, 2, |k, j| (x[k + 2][j] - x[k][j]) / (2.0 * interval));
    let map = from.svd(true, true).solve(&to, 0.0).unwrap();
    let expected = upper(&matrix![map[(0, 0)], map[(1, 0)]; map[(0, 1)], map[(1, 1)]]);
    let found = report.regressions[0].modes[0].noisy.unwrap();
    assert!((found - expected).norm() < 1e-10, "{found} {expected}");
    assert_eq!(report.regressions[0].verdict, Some(Verdict::Distorted));
}

/// Inputs that go straight, in noise that moves λ̂ by less than is unknown of it, and by more: method, call and advice agree.
#[test]
fn verdicts_on_straight_inputs_agree() {
    let (interval, inputs) = (0.15, long_input(400));
    for (part, expected) in [(0.02, Verdict::Faithful), (0.2, Verdict::Distorted)] {
        let x = noisy(&states(interval, &inputs, true), part, 7);
        let data = samples(interval, &x, &inputs).with_hold(Hold::Linear);
        let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
        let beside = Beside { calls: default_calls().unwrap(), ..Beside::default() };
        let methods = vec![catalog::find("rk4").unwrap()];
        let report = Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report_beside(&beside, &|| false).unwrap();
        assert_eq!(report.methods[0].verdict, Some(expected), "{part}");
        assert!(report.calls.iter().all(|call| call.verdict == Some(expected)), "{part}: {:?}", report.calls);
        let through = report.through_loss.as_ref().unwrap();
        assert_eq!(through.keeps, expected == Verdict::Faithful, "{part}: {:?}", through.modes);
        let advice = report.recommendation.as_ref().unwrap().learns.unwrap();
        let off = (advice.learned - through.modes[0].learned).norm();
        assert!(off < 0.01, "{part}: {advice:?} {:?}", through.modes);
    }
}

/// Held inputs in noise are said to be held: another idea has to be better beyond chance.
#[test]
fn chance_makes_no_held_input_straight() {
    let inputs = long_input(400);
    for (straight, expected) in [(false, Between::Held), (true, Between::Straight)] {
        for seed in 0..12 {
            let part = if seed % 2 == 0 { 0.05 } else { 0.01 };
            // Straight inputs show beyond chance in coarse samples.
            let interval = if straight { 0.5 } else { 0.1 };
            let x = noisy(&states(interval, &inputs, straight), part, 100 + seed);
            for hold in [Hold::Zero, Hold::Linear] {
                let found = examine(&samples(interval, &x, &inputs).with_hold(hold), &ModesOptions::default()).unwrap();
                let used = found.caveats.iter().find_map(|c| if let Caveat::InputsUsed { hold, .. } = c { Some(*hold) } else { None });
                // A loop that takes inputs to go straight is not contradicted where the samples do not tell.
                let fits = used == Some(expected) || (hold == Hold::Linear && part == 0.05 && used == Some(Between::Straight));
                assert!(fits, "straight: {straight}, {seed}, {hold:?}: {used:?}");
            }
        }
    }
}
