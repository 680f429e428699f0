//! Columns that are a part of the state: what a linear model learns of them alone, what it learns with the delayed copies that are advised, and what `check` says of it.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::check::{Agreement, Comparison, Trials, beside_fits};
use lambdahat::data::{Paths, Trajectories, Trajectory};
use lambdahat::exact::eigenvalues;
use lambdahat::fit::{Learned, Loss, ModelSpec, Optimiser, Training, unwatched};
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::predict::{Prediction, Report, Subject};
use lambdahat::truth::{Caveat, DelayedCopies, ModesOptions};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const LAMBDA: Complex64 = Complex64::new(-0.1, 2.0);
const INTERVAL: f64 = 0.1;

/// One coordinate of a damped oscillation with this share of its standard deviation as noise, in two runs.
fn coordinate(noise: f64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let runs = [0.0, 1.0].map(|phase| {
        let clean: Vec<f64> = (0..200).map(|n| (LAMBDA * INTERVAL * f64::from(n) + Complex64::i() * phase).exp().re).collect();
        let size = noise * (clean.iter().map(|x| x * x).sum::<f64>() / 200.0).sqrt();
        let states = clean.iter().map(|x| x + size * normal(&mut random)).collect();
        Trajectory::at(None, (0..200).map(|n| f64::from(n) * INTERVAL).collect(), states)
    });
    Trajectories::with_times("coordinate", vec!["x".into()], Vec::new(), runs.into()).unwrap()
}

fn predicted(data: &Trajectories, loss: Loss) -> Report {
    let subject = Subject::from_data_through(data, &ModesOptions::default(), loss, &|| false).unwrap();
    let methods = ["rk4", "forward-euler", "implicit-midpoint"].map(|name| catalog::find(name).unwrap()).into();
    Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap()
}

/// What is learned alone, and the copies that are advised.
fn told(report: &Report) -> (Vec<Complex64>, Option<DelayedCopies>) {
    let part = report.caveats.iter().find_map(|caveat| match caveat {
        Caveat::PartOfState { alone, delays, .. } => Some((alone.iter().map(|[re, im]| Complex64::new(*re, *im)).collect(), *delays)),
        _ => None,
    });
    part.expect("the column is a part of the state")
}

/// The samples with an earlier row beside each, as the advice says.
fn with_copies(data: &Trajectories, delays: DelayedCopies) -> Paths {
    assert_eq!(delays.copies, 1);
    assert!((delays.lag - delays.rows as f64 * INTERVAL).abs() < 1e-12);
    let even = data.require_even().unwrap().paths();
    let runs = even.iter().map(|run| {
        let x = run.as_flat();
        (delays.rows..x.len()).map(|n| vec![x[n], x[n - delays.rows]]).collect()
    });
    Paths::of(&runs.collect::<Vec<Vec<Vec<f64>>>>()).unwrap()
}

/// The eigenvalues of the program's own affine fit.
fn fitted(paths: &Paths, loss: Loss, method: &Method) -> Vec<Complex64> {
    let training = Training { loss, ..Training::new(ModelSpec::Affine, method.clone(), Sampling::new(INTERVAL, 1).unwrap()) };
    let learned: Learned = training.prepare(paths).unwrap().fit(0, None, &mut unwatched).unwrap().learned;
    let d = paths.dimension();
    let mut jacobian = vec![0.0; d * d];
    lambdahat::dynamics::Field::jacobian(&learned, &vec![0.0; d], &mut jacobian);
    eigenvalues(&nalgebra::DMatrix::from_row_slice(d, d, &jacobian)).unwrap().iter().map(|disc| disc.centre).collect()
}

fn nearest(found: &[Complex64], lambda: Complex64) -> f64 {
    found.iter().map(|z| (z - lambda).norm()).fold(f64::INFINITY, f64::min)
}

/// The number that a model of the column alone learns is that of its own fits through a precise method: a decay that does not turn.
#[test]
fn what_a_column_teaches_alone() {
    for (noise, loss) in [(0.0, Loss::Pairs), (0.2, Loss::Pairs), (0.05, Loss::Windows(5)), (0.05, Loss::Rollout)] {
        let data = coordinate(noise);
        let (alone, _) = told(&predicted(&data, loss));
        assert!(alone.len() == 1 && alone[0].im == 0.0 && alone[0].re < 0.0, "{noise}, {loss}: {alone:?}");
        let precise = catalog::find("dormand-prince5").unwrap();
        let found = fitted(&data.require_even().unwrap().paths(), loss, &precise);
        assert!((found[0] - alone[0]).norm() < 1e-4 * alone[0].norm(), "{noise}, {loss}: {alone:?} beside {found:?}");
    }
}

/// With the delayed copy that is advised, the program's own fits land on what is predicted: without noise on R⁻¹ of the truth, with a fifth of noise at several times the damping, which was called faithful
/// before noise was followed there.
#[test]
fn delayed_copies_are_learned_with_their_noise() {
    for noise in [0.0, 0.05, 0.2] {
        let data = coordinate(noise);
        let report = predicted(&data, Loss::Pairs);
        let copies = with_copies(&data, told(&report).1.expect("a lag"));
        let k = report.modes.iter().position(|mode| mode.lambda.im > 0.0).unwrap();
        let open = report.modes[k].uncertainty.unwrap();
        assert!(report.modes[k].settled && (report.modes[k].lambda - LAMBDA).norm() < (3.0 * open).max(1e-9), "{:?}", report.modes[k]);
        for method in &report.methods {
            let expected = method.modes[k].branches.principal().unwrap().lambda;
            let found = fitted(&copies, Loss::Pairs, &method.scheme);
            assert!(nearest(&found, expected) < 1e-6, "{noise}, {}: {expected} beside {found:?}", method.method);
        }
        let rk4 = &report.methods[0];
        let learned = rk4.modes[k].branches.principal().unwrap().lambda;
        if noise == 0.0 {
            assert_eq!(rk4.verdict, Some(Verdict::Faithful));
            assert!((learned - LAMBDA).norm() < 1e-4);
        } else if noise > 0.1 {
            assert_eq!(rk4.verdict, Some(Verdict::Distorted));
            assert!(learned.re < 3.0 * LAMBDA.re, "{learned}");
        }
    }
}

/// The loss that is advised for the column with its copy leaves the mode in place.
#[test]
fn the_loss_that_is_advised_works_with_the_copies() {
    let data = coordinate(0.2);
    let report = predicted(&data, Loss::Pairs);
    let (_, delays) = told(&report);
    let through = report.through_loss.as_ref().unwrap();
    let k = report.modes.iter().position(|mode| mode.lambda.im > 0.0).unwrap();
    assert!(through.acts && !through.keeps);
    let loss = through.instead.expect("a loss that keeps the mode");
    assert!(through.others.iter().any(|other| other.loss == loss && other.keeps), "{through:?}");
    let found = fitted(&with_copies(&data, delays.unwrap()), loss, &catalog::find("rk4").unwrap());
    let open = report.modes[k].uncertainty.unwrap();
    assert!(nearest(&found, report.modes[k].lambda) < 2.0 * open, "{loss}: {found:?} beside {}", report.modes[k].lambda);
}

/// `check` lays fits of the column beside what it teaches alone.
#[test]
fn fits_of_the_column_land_where_it_teaches() {
    for noise in [0.0, 0.2] {
        let data = coordinate(noise);
        let paths = data.require_even().unwrap().paths();
        let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
        let subject = beside_fits(subject, &paths, Loss::Pairs, &ModelSpec::Affine);
        let methods = ["rk4", "forward-euler"].map(|name| catalog::find(name).unwrap());
        let sampling = Sampling::new(INTERVAL, 1).unwrap();
        let report = Prediction { subject, methods: methods.to_vec(), substeps: 1, limits: Limits::default() }.report().unwrap();
        let training = |method: &Method| Training::new(ModelSpec::Affine, method.clone(), sampling);
        let prepared: Vec<_> = methods.iter().map(|method| training(method).prepare(&paths).unwrap()).collect();
        let seeds: Vec<u64> = (0..6).collect();
        let trials = Trials {
            methods: &methods,
            prepared: &prepared,
            seeds: &seeds,
            sampling,
            model: &ModelSpec::Affine,
            small: None,
            tolerance: None,
            system: None,
            samples: &paths,
            drawn: false,
        };
        let fits = &mut |_: &Method, prepared: &lambdahat::fit::Prepared| {
            seeds.iter().map(|seed| prepared.fit(*seed, None, &mut unwatched)).collect()
        };
        let check = trials.run(report, fits, &|| false);
        assert_eq!(check.comparison, Comparison::Agrees, "{noise}");
        assert_eq!(check.agreement.small, Agreement::of(&ModelSpec::Affine, Optimiser::LevenbergMarquardt).small);
        assert!(check.fits.iter().filter(|fit| fit.fitted).count() >= 10, "{noise}");
    }
}

/// Positions of a chain of three masses: the rest of the state is one copy of each.
#[test]
fn positions_need_one_copy_each() {
    let modes = [(2.0f64 - 2.0f64.sqrt()).sqrt(), 2.0f64.sqrt(), (2.0f64 + 2.0f64.sqrt()).sqrt()];
    let half = 0.5f64.sqrt();
    let shapes = [[0.5, half, 0.5], [half, 0.0, -half], [0.5, -half, 0.5]];
    let row = |n: usize| {
        let t = 0.1 * n as f64;
        (0..3).map(move |j| (0..3).map(|k| shapes[k][j] * (modes[k] * t + k as f64).cos()).sum::<f64>()).collect::<Vec<f64>>()
    };
    let run = Trajectory::at(None, (0..400).map(|n| 0.1 * f64::from(n)).collect(), (0..400).flat_map(row).collect());
    let data = Trajectories::with_times("chain", ["x", "y", "z"].map(String::from).into(), Vec::new(), vec![run]).unwrap();
    let report = predicted(&data, Loss::Pairs);
    let (alone, delays) = told(&report);
    assert_eq!(alone.len(), 3);
    assert_eq!(delays.expect("a lag").copies, 1);
    let through = report.through_loss.as_ref().expect("the copies are a linear system");
    for omega in modes {
        let mode = through.modes.iter().find(|mode| (mode.learned - Complex64::new(0.0, omega)).norm() < 1e-8);
        assert!(mode.is_some(), "{omega}: {:?}", through.modes);
    }
    assert!(!through.acts);
}

/// Frequencies of five equal masses between six equal springs are 2 sin(kπ/12), the last the sum of the first and the third: a nonlinear motion with that sum has the difference as well.
#[test]
fn frequencies_of_a_chain_that_add_up_by_chance_are_no_series() {
    let sine = |k: usize, j: usize| (std::f64::consts::PI * (k * j) as f64 / 12.0).sin();
    let frequency = |k: usize| 2.0 * sine(k, 1);
    let step = 0.25;
    let row = |n: usize| {
        let t = step * n as f64;
        // From rest, with the first mass moved.
        (1..6)
            .map(move |j| (1..6).map(|k| 2.0 * sine(k, 2) * sine(k, 2 * j) * (frequency(k) * t).cos() / 6.0).sum::<f64>())
            .collect::<Vec<f64>>()
    };
    let run = Trajectory::at(None, (0..200).map(|n| step * f64::from(n)).collect(), (0..200).flat_map(row).collect());
    let names = ["x1", "x2", "x3", "x4", "x5"].map(String::from);
    let data = Trajectories::with_times("chain", names.into(), Vec::new(), vec![run]).unwrap();
    let report = predicted(&data, Loss::Pairs);
    for k in 1..6 {
        let omega = Complex64::new(0.0, frequency(k));
        assert!(report.modes.iter().any(|mode| mode.settled && (mode.lambda - omega).norm() < 1e-9), "{omega}: {:?}", report.modes);
    }
}

/// The product of two oscillations has the sum of their frequencies and their difference, and its own column shows both: no modes of a system.
#[test]
fn a_product_of_oscillations_is_a_series() {
    let row = |n: usize| {
        let (x, y) = ((0.2 * n as f64).cos(), (0.2 * 1.6 * n as f64 + 1.0).cos());
        [x, y, x * y, x * y * y]
    };
    let run = Trajectory::at(None, (0..300).map(|n| 0.2 * f64::from(n)).collect(), (0..300).flat_map(row).collect());
    let names = ["x", "y", "xy", "xyy"].map(String::from);
    let data = Trajectories::with_times("product", names.into(), Vec::new(), vec![run]).unwrap();
    assert!(predicted(&data, Loss::Pairs).modes.iter().all(|mode| !mode.settled));
}

/// A column and its multiple beside a constant are one direction: what rounding leaves in the other is no noise that moves the modes.
#[test]
fn a_column_beside_its_multiple_is_clean() {
    let rows: Vec<Vec<f64>> = (0..60)
        .map(|n| {
            let x = (LAMBDA * 3.0 * INTERVAL * f64::from(n)).exp().re;
            vec![x, 1.5 * x + 3.0]
        })
        .collect();
    let data = Trajectories::new("twice", vec!["x".into(), "y".into()], 3.0 * INTERVAL, vec![Trajectory::new(None, 0.0, &rows)]).unwrap();
    let report = predicted(&data, Loss::Pairs);
    assert!(
        report.modes.iter().all(|mode| mode.settled && (mode.lambda - LAMBDA).norm().min((mode.lambda - LAMBDA.conj()).norm()) < 1e-10)
    );
    assert!(!report.caveats.iter().any(|caveat| matches!(caveat, Caveat::NoiseUnfollowed { .. })), "{:?}", report.caveats);
}
