//! Many columns that move in few directions: how many stand above the noise, and the modes of those. Figures by numpy 2.4.

#[path = "common/chance.rs"]
mod chance;

use chance::{normal, unit};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::fit::Loss;
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, Prediction, Subject, default_calls};
use lambdahat::truth::{Because, Caveat, Mode, ModesOptions, examine};
use nalgebra::DMatrix;
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn even(rows: usize, interval: f64) -> Vec<f64> {
    (0..rows).map(|k| k as f64 * interval).collect()
}

/// Rows that are 0.2 apart.
fn data(name: &str, rows: &DMatrix<f64>) -> Trajectories {
    let names = (0..rows.ncols()).map(|k| format!("s{k}")).collect();
    let states = rows.transpose().as_slice().to_vec();
    Trajectories::with_times(name, names, Vec::new(), vec![Trajectory::at(None, even(rows.nrows(), 0.2), states)]).unwrap()
}

/// The wake of a body at so many sensors, 150 rows 0.2 apart: a mean, ±1.05ki with shapes by chance of size 1, 1/2, 1/4 for k = 1, 2, 3, and −0.15 of size 0.8; noise of this share of
/// the standard deviation of all cells.
fn wake(sensors: usize, noise: f64, random: &mut ChaCha8Rng) -> DMatrix<f64> {
    let mut shape = |size: f64| (0..sensors).map(|_| size * normal(random)).collect::<Vec<f64>>();
    let (mean, decay) = (shape(1.0), shape(0.8));
    let waves: Vec<[Vec<f64>; 2]> = (0..3).map(|k| [shape(0.5f64.powi(k)), shape(0.5f64.powi(k))]).collect();
    let clean = DMatrix::from_fn(150, sensors, |row, j| {
        let t = 0.2 * row as f64;
        let wave = |(k, [a, b]): (usize, &[Vec<f64>; 2])| {
            let (sine, cosine) = (1.05 * (k + 1) as f64 * t).sin_cos();
            a[j] * cosine - b[j] * sine
        };
        mean[j] + decay[j] * (-0.15 * t).exp() + waves.iter().enumerate().map(wave).sum::<f64>()
    });
    let size = noise * (clean.map(|x| (x - clean.mean()).powi(2)).mean()).sqrt();
    clean.map(|x| x + size * normal(random))
}

const WAKE: [Complex64; 4] = [Complex64::new(0.0, 1.05), Complex64::new(0.0, 2.1), Complex64::new(0.0, 3.15), Complex64::new(-0.15, 0.0)];

fn centred(rows: &DMatrix<f64>) -> DMatrix<f64> {
    let means = rows.row_mean();
    DMatrix::from_fn(rows.nrows(), rows.ncols(), |i, j| rows[(i, j)] - means[j])
}

/// How many singular values of the centred rows stand above the noise, which is the same in every cell (Gavish & Donoho 2014).
fn above_the_noise(rows: &DMatrix<f64>) -> usize {
    let rows = centred(rows);
    let (short, long) = (rows.nrows().min(rows.ncols()), rows.nrows().max(rows.ncols()));
    let squares = if rows.nrows() == short { &rows * rows.transpose() } else { rows.tr_mul(&rows) };
    let mut values: Vec<f64> = squares.symmetric_eigenvalues().iter().map(|square| square.max(0.0).sqrt()).collect();
    values.sort_by(f64::total_cmp);
    let median = 0.5 * (values[short / 2] + values[(short - 1) / 2]);
    let beta = short as f64 / long as f64;
    let omega = 0.56 * beta.powi(3) - 0.95 * beta * beta + 1.82 * beta + 1.43;
    values.iter().filter(|s| **s > omega * median).count()
}

/// Seven directions stand above the noise of a wake, seven of seven, and its modes are as near as variable projection of those coordinates: root mean squares of 40 draws of numpy, in
/// parts of the noise, of which one draw leaves four.
///
/// The program first scales each column by its own size. That makes the noise of quiet sensors larger than that of others, and up to five directions of it are kept beside the seven; the
/// modes stay seven.
/// A rod that cools: of twenty decays fifteen directions are more than rounding, and what rates fifteen decays have says little of the twenty.
#[test]
fn decays_in_directions_that_go_on_are_not_told() {
    let (n, rows, interval) = (20usize, 150, 0.4);
    let mode = |k: usize, j: usize| ((k + 1) as f64 * std::f64::consts::PI * (j + 1) as f64 / (n + 1) as f64).sin();
    let rate = |k: usize| -3.2 * ((k + 1) as f64 * std::f64::consts::PI / (2 * (n + 1)) as f64).sin().powi(2);
    let size = |k: usize| (7.3 * (k as f64 + 1.0).powi(2)).sin();
    let cell = |t: f64, j: usize| (0..n).map(|k| size(k) * mode(k, j) * (rate(k) * t).exp()).sum::<f64>();
    let states: Vec<Vec<f64>> = (0..rows).map(|i| (0..n).map(|j| cell(interval * f64::from(i), j)).collect()).collect();
    let names = (0..n).map(|j| format!("x{j}")).collect();
    let data = Trajectories::new("rod", names, interval, vec![Trajectory::new(None, 0.0, &states)]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    for mode in found.modes.iter().filter(|mode| mode.settled) {
        let off = (0..n).map(|k| (mode.lambda - rate(k)).norm()).fold(f64::INFINITY, f64::min);
        assert!(off <= (3.0 * mode.uncertainty.unwrap()).max(1e-3 * mode.lambda.norm()), "{} {off:e}", mode.lambda);
    }
}

#[test]
fn a_wake() {
    for (sensors, noise, errors) in [
        (20, 0.1, [4.36e-4, 1.14e-3, 1.81e-3, 4.89e-3]),
        (100, 0.1, [1.88e-4, 3.54e-4, 7.95e-4, 2.31e-3]),
        (200, 0.01, [1.31e-5, 3.48e-5, 5.40e-5, 1.49e-4]),
    ] {
        let rows = wake(sensors, noise, &mut ChaCha8Rng::seed_from_u64(0));
        assert_eq!(above_the_noise(&rows), 7, "{sensors}, {noise}");
        let found = examine(&data("wake", &rows), &ModesOptions::default()).unwrap();
        let kept = |c: &Caveat| matches!(c, Caveat::Coordinates { coordinates: 7, columns, .. } if *columns == sensors);
        assert!(found.modes.len() == 7 && found.caveats.iter().any(kept), "{sensors}, {noise}: {:?}", found.caveats);
        for (lambda, error) in WAKE.iter().zip(errors) {
            let off = found.modes.iter().map(|m| (m.lambda - lambda).norm()).fold(f64::INFINITY, f64::min);
            println!("{sensors}, {noise}: {lambda} is off by {off:.1e}, {error:.1e} by the reference");
            assert!(off < 4.0 * error, "{sensors}, {noise}: {lambda} is off by {off:.1e}");
        }
    }
}

/// The upper eigenvalues, λ, of least squares from row to row (with a constant) of the first so many principal coordinates, by imaginary part.
fn by_least_squares(rows: &DMatrix<f64>, coordinates: usize) -> Vec<Complex64> {
    let rows = centred(rows);
    let eigen = rows.tr_mul(&rows).symmetric_eigen();
    let mut order: Vec<usize> = (0..rows.ncols()).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let z = &rows * DMatrix::from_fn(rows.ncols(), coordinates, |i, j| eigen.eigenvectors[(i, order[j])]);
    let n = z.nrows() - 1;
    let part = |first: usize| {
        let part = z.rows(first, n).into_owned();
        let mean = part.row_mean();
        DMatrix::from_fn(n, coordinates, |i, j| part[(i, j)] - mean[j])
    };
    let map = part(0).svd(true, true).solve(&part(1), 0.0).unwrap();
    let mut all: Vec<Complex64> = map.complex_eigenvalues().iter().map(|mu| mu.ln() / 0.2).filter(|z| z.im >= -1e-9).collect();
    all.sort_by(|a, b| a.im.total_cmp(&b.im));
    all
}

/// What others do, seven principal coordinates of 100 sensors and least squares, damps what turns fast: one draw of numpy with 1 % and one with 10 % of noise, each within four standard
/// deviations of a dozen draws here. By 10 % the damping of 3.15i is a bias, which variable projection of the same coordinates does not have.
#[test]
fn least_squares_of_principal_coordinates() {
    let c = Complex64::new;
    let one = [c(-0.1504, 0.0), c(0.0001, 1.0500), c(0.0001, 2.1000), c(-0.0008, 3.1502)];
    let ten = [c(-0.1753, 0.0), c(-0.0013, 1.0501), c(-0.0084, 2.1010), c(-0.0413, 3.1572)];
    for (noise, told) in [(0.01, one), (0.1, ten)] {
        let draws: Vec<Vec<Complex64>> =
            (0..12).map(|seed| by_least_squares(&wake(100, noise, &mut ChaCha8Rng::seed_from_u64(seed)), 7)).collect();
        for (k, told) in told.iter().enumerate() {
            for (part, of) in [("real", (|z| z.re) as fn(&Complex64) -> f64), ("imaginary", |z| z.im)] {
                let all: Vec<f64> = draws.iter().map(|draw| of(&draw[k])).collect();
                let mean = all.iter().sum::<f64>() / 12.0;
                let deviation = (all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 11.0).sqrt();
                let said = format!("{noise}, {k}: {part} part {mean:.5} ± {deviation:.5}, told {told}");
                println!("{said}");
                assert!((of(told) - mean).abs() <= 4.0 * deviation + 5e-5, "{said}");
            }
        }
        let fastest = draws.iter().map(|draw| draw[3].re).sum::<f64>() / 12.0;
        assert!(noise < 0.1 || (-0.06..-0.03).contains(&fastest), "{fastest}");
    }
}

/// Convection and diffusion on a ring, u_t = −u_x + 0.01 u_xx, in so many columns: waves of size 1/k for k = 1 … 4 with λ = −0.01(2πk)² − 2πki, 200 rows 0.05 apart.
fn convection_and_diffusion(columns: usize, noise: f64, random: &mut ChaCha8Rng) -> (Trajectories, [Complex64; 4]) {
    let waves = [1.0, 2.0, 3.0, 4.0].map(|k| k * std::f64::consts::TAU);
    let truth = waves.map(|k| Complex64::new(-0.01 * k * k, -k));
    let starts = [1.0, 2.0, 3.0, 4.0].map(|k| Complex64::from_polar(1.0 / k, std::f64::consts::TAU * unit(random)));
    let value = |t: f64, j: usize| -> f64 {
        let place = Complex64::new(0.0, j as f64 / columns as f64);
        (0..4).map(|k| (starts[k] * (truth[k] * t + place * waves[k]).exp()).re).sum()
    };
    let times = even(200, 0.05);
    let clean: Vec<f64> = times.iter().flat_map(|t| (0..columns).map(|j| value(*t, j)).collect::<Vec<_>>()).collect();
    let size = (clean.iter().map(|x| x * x).sum::<f64>() / clean.len() as f64).sqrt();
    let states = clean.iter().map(|x| x + noise * size * normal(random)).collect();
    let names = (0..columns).map(|k| format!("u{k}")).collect();
    let data = Trajectories::with_times("ring", names, Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    (data, truth)
}

/// The field has these modes to within these bounds, in eight coordinates.
fn field_is_found(columns: usize, noise: f64, bounds: [f64; 4]) {
    let (data, truth) = convection_and_diffusion(columns, noise, &mut ChaCha8Rng::seed_from_u64(2));
    let found = examine(&data, &ModesOptions::default()).unwrap();
    let eight = |c: &Caveat| matches!(c, Caveat::Coordinates { coordinates: 8, columns: of, .. } if *of == columns);
    assert!(found.modes.len() == 8 && found.caveats.iter().any(eight), "{columns}, {noise}: {:?}", found.caveats);
    for (lambda, bound) in truth.iter().zip(bounds) {
        let off = found.modes.iter().map(|m| (m.lambda - lambda).norm()).fold(f64::INFINITY, f64::min);
        assert!(off < bound, "{columns}, {noise}: {lambda} is off by {off:.1e}");
    }
    let settled = found.modes.iter().filter(|m| m.settled).count();
    assert!(settled == 8, "{columns}, {noise}: {settled} of 8 settled");
}

/// A field in 20 to 200 columns moves in eight directions: without noise its modes are right to 1e-13.
#[test]
fn a_field_in_many_columns() {
    for columns in [20, 24, 25, 50, 100, 200] {
        field_is_found(columns, 0.0, [1e-13; 4]);
    }
}

/// With 0.1 % of noise eight directions stand above it (Gavish & Donoho 2014), and the modes are as near as variable projection of those coordinates: root mean squares of 40 draws of
/// numpy, of which one draw leaves four.
#[test]
fn a_field_in_many_columns_and_noise() {
    for (columns, errors) in [
        (20, [1.97e-5, 4.16e-4, 3.07e-3, 8.45e-3]),
        (24, [1.68e-5, 3.94e-4, 3.07e-3, 8.32e-3]),
        (25, [1.63e-5, 3.29e-4, 3.20e-3, 7.87e-3]),
        (50, [1.25e-5, 2.92e-4, 2.22e-3, 6.02e-3]),
        (100, [9.03e-6, 1.97e-4, 1.59e-3, 4.82e-3]),
        (200, [7.09e-6, 1.40e-4, 1.08e-3, 3.06e-3]),
    ] {
        field_is_found(columns, 1e-3, errors.map(|e| 4.0 * e));
    }
}

/// Two decays in 1 % of noise, from four starts, are settled, and a third column that is one minus the others changes nothing of that: no direction was left out. From one start the fast
/// one is not: the terms of second order of a nonlinear system decay in the same way.
#[test]
fn a_column_made_of_others_takes_no_trust() {
    let starts = [(1.0, 1.0), (-0.5, 0.8), (0.4, -1.0), (-1.0, -0.3)];
    for (runs, columns) in [(1, 2), (1, 3), (4, 2), (4, 3)] {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let trajectories = starts.iter().take(runs).enumerate().map(|(run, (a, b))| {
            let times = even(60, 0.2);
            let states = times.iter().flat_map(|t| {
                let (slow, fast) = (a * (-0.5 * t).exp(), b * (-2.0 * t).exp());
                let (x, y) = (slow + 0.5 * fast + 0.01 * normal(&mut random), slow - fast + 0.01 * normal(&mut random));
                [x, y, 1.0 - x - y].into_iter().take(columns)
            });
            let states = states.collect();
            Trajectory::at(Some(run.to_string()), times, states)
        });
        let trajectories = trajectories.collect();
        let names = (0..columns).map(|k| format!("x{k}")).collect();
        let data = Trajectories::with_times("decays", names, Vec::new(), trajectories).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let open: Vec<&Mode> = found.modes.iter().filter(|m| !m.settled).collect();
        assert!(found.modes.len() == 2 && open.len() == usize::from(runs == 1), "{columns}: {:?}", found.modes);
        assert!(open.iter().all(|m| m.because == [Because::MayBeNonlinear]), "{open:?}");
        for expected in [-0.5, -2.0] {
            let near = found.modes.iter().any(|m| (m.lambda - expected).norm() <= 3.0 * m.uncertainty.unwrap());
            assert!(near, "{columns}: {expected} is not among {:?}", found.modes);
        }
    }
}

/// Heat in a rod, 25 columns, 5 % of noise: its decays are alike, few directions stand above the noise, and the rates of those are none of the rod's.
#[test]
fn decays_that_are_alike_are_not_told_by_a_few_directions() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let times = even(120, 0.5);
    let size = |k: usize| (k as f64 * std::f64::consts::PI / 26.0).sin();
    let rates: Vec<f64> = (1..=25).map(|k| -2.0 * (k as f64 * std::f64::consts::PI / 52.0).sin().powi(2)).collect();
    // A step in the middle of the rod.
    let amplitudes: Vec<f64> = (1..=25).map(|k| (8..14).map(|j| size(k * j)).sum::<f64>() * 2.0 / 26.0).collect();
    let states = times
        .iter()
        .flat_map(|t| {
            (1..=25).map(|j| (1..=25).map(|k| amplitudes[k - 1] * size(k * j) * (rates[k - 1] * t).exp()).sum()).collect::<Vec<f64>>()
        })
        .map(|x| x + 0.05 * 0.3 * normal(&mut random))
        .collect();
    let names = (0..25).map(|k| format!("x{k}")).collect();
    let data = Trajectories::with_times("rod", names, Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    let few = |c: &Caveat| matches!(c, Caveat::Coordinates { coordinates, .. } if *coordinates < 10);
    assert!(found.caveats.iter().any(few), "{:?}", found.caveats);
    for mode in found.modes.iter().filter(|m| m.settled) {
        let off = rates.iter().map(|rate| (mode.lambda - rate).norm()).fold(f64::INFINITY, f64::min);
        assert!(off <= 3.0 * mode.uncertainty.unwrap(), "{mode:?}");
    }
}

/// Thirty noisy columns that move in two directions: a linear model of all of them learns what the regression on pairs does, and the verdict is on that; without noise nothing changes.
#[test]
fn pairs_of_many_noisy_columns_damp_too() {
    let lambda = Complex64::new(-0.1, 2.0);
    for (noise, seed) in [(0.2, 1), (0.1, 2), (0.0, 3)] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let shape: Vec<Complex64> = (0..30).map(|_| Complex64::new(normal(&mut random), normal(&mut random))).collect();
        let clean = DMatrix::from_fn(400, 30, |row, j| (shape[j] * (lambda * 0.2 * row as f64).exp()).re);
        let size = noise * clean.map(|x| x * x).mean().sqrt();
        let rows = clean.map(|x| x + size * normal(&mut random));
        let subject = Subject::from_data(&data("many", &rows), &ModesOptions::default()).unwrap();
        let methods = vec![catalog::find("dormand-prince5").unwrap()];
        let report = Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap();
        let mode = report.modes.iter().position(|mode| mode.settled && mode.lambda.im > 0.0).unwrap();
        let through = report.through_loss.as_ref().unwrap();
        if noise == 0.0 {
            assert!(!through.acts && report.methods[0].verdict == Some(Verdict::Faithful), "{through:?}");
            continue;
        }
        // Least squares of the next row on this one and 1.
        let design = DMatrix::from_fn(399, 31, |row, j| if j < 30 { rows[(row, j)] } else { 1.0 });
        let map = design.svd(true, true).solve(&rows.rows(1, 399).into_owned(), 1e-14).unwrap().rows(0, 30).transpose();
        let values: Vec<Complex64> = map.complex_eigenvalues().iter().map(|mu| mu.ln() / 0.2).collect();
        let expected = values.into_iter().min_by(|a, b| (a - lambda).norm().total_cmp(&(b - lambda).norm())).unwrap();
        assert!((through.modes[mode].learned - expected).norm() < 1e-9, "{noise}: {:?} for {expected}", through.modes[mode]);
        assert!(through.acts && report.methods[0].verdict == Some(Verdict::Distorted), "{noise}: {:?}", report.methods[0].verdict);
    }
}

/// A damped oscillation in so many columns, a fifth of it noise where that is asked for, at times of an even or a jittered clock.
fn oscillation(columns: usize, noise: f64, jitter: f64, random: &mut ChaCha8Rng) -> (Trajectories, DMatrix<f64>) {
    let mut times = vec![0.0];
    while times.len() < 200 {
        times.push(times[times.len() - 1] + 0.2 * (1.0 + jitter * (2.0 * unit(random) - 1.0)));
    }
    let shapes: Vec<[f64; 2]> = (0..columns).map(|_| [normal(random), normal(random)]).collect();
    let clean = DMatrix::from_fn(200, columns, |row, j| {
        let z = (Complex64::new(-0.1, 2.0) * times[row]).exp();
        shapes[j][0] * z.re + shapes[j][1] * z.im
    });
    let size = noise * clean.map(|x| x * x).mean().sqrt();
    let rows = clean.map(|x| x + size * normal(random));
    (at(&times, &rows), rows)
}

fn at(times: &[f64], rows: &DMatrix<f64>) -> Trajectories {
    let names = (0..rows.ncols()).map(|k| format!("s{k}")).collect();
    let run = Trajectory::at(None, times.to_vec(), rows.transpose().as_slice().to_vec());
    Trajectories::with_times("oscillation", names, Vec::new(), vec![run]).unwrap()
}

/// Where nobody follows what the loss makes of noise, no method gets a verdict and nothing is recommended: windows of 30 columns, and six columns at uneven times, were called faithful, as if there
/// were no noise. In the principal components that the advice names it is followed. Clean samples have their verdicts.
#[test]
fn noise_that_is_not_followed_leaves_no_verdict() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for (columns, jitter, loss) in [(30, 0.0, Loss::Windows(20)), (6, 0.5, Loss::Pairs), (30, 0.5, Loss::Pairs)] {
        let predicted = |data: &Trajectories| {
            let subject = Subject::from_data_through(data, &ModesOptions::default(), loss, &|| false).unwrap();
            let methods = vec![catalog::find("rk4").unwrap()];
            let calls = Beside { calls: default_calls().unwrap(), loss, ..Beside::default() };
            Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report_beside(&calls, &|| false).unwrap()
        };
        let (clean, _) = oscillation(columns, 0.0, jitter, &mut random);
        let report = predicted(&clean);
        assert!(!report.is_noise_unfollowed() && report.methods[0].verdict == Some(Verdict::Faithful), "{columns}, {jitter}");

        let (data, rows) = oscillation(columns, 0.2, jitter, &mut random);
        let report = predicted(&data);
        assert!(report.caveats.contains(&Caveat::NoiseUnfollowed { directions: Some(2) }), "{columns}, {jitter}: {:?}", report.caveats);
        assert!(report.modes.iter().any(|mode| mode.settled));
        assert!(
            report.methods[0].verdict.is_none()
                && report.calls.iter().all(|call| call.verdict.is_none())
                && report.recommendation.is_none()
        );

        let rows = centred(&rows);
        let directions = rows.clone().svd(false, true).v_t.unwrap().rows(0, 2).transpose();
        let times = data.trajectories()[0].times();
        let report = predicted(&at(times, &(rows * directions)));
        assert!(report.through_loss.is_some() && report.methods[0].verdict.is_some() && report.recommendation.is_some());
    }
}

/// Eight clean columns of eight decays: more than half of the directions are motion, and the middle one is no noise.
#[test]
fn clean_columns_of_as_many_modes_are_all_kept() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let rates: Vec<f64> = (0..8).map(|k| -0.1 - 0.27 * f64::from(k)).collect();
    let shapes = DMatrix::from_fn(8, 8, |_, _| normal(&mut random));
    let rows = DMatrix::from_fn(150, 8, |i, k| (rates[k] * 0.2 * i as f64).exp()) * shapes;
    let found = examine(&data("decays", &rows), &ModesOptions::default()).unwrap();
    assert!(!found.caveats.iter().any(|caveat| matches!(caveat, Caveat::Coordinates { .. })), "{:?}", found.caveats);
    let near = |rate: &f64| found.modes.iter().any(|m| m.settled && (m.lambda - rate).norm() < 1e-3 * rate.abs());
    assert!(rates.iter().all(near), "{:?}", found.modes);
}
