//! What estimators of λ = −0.1 + 2i make of 20 % of noise: least squares from row to row and its remedies, optimised dynamic mode decomposition, and this program.
//!
//! Means and root mean square errors over 100 draws of numpy (40 of those with 2000 rows, 20 for this program), held against other draws within the scatter of both. H = 1: runs of 40
//! rows, 1, 5 and 50 of them; H = 0.1: one run of 40, one of 200, ten of 200.

use crate::chance::{normal, unit};
use crate::design::{Design, TURN};
use crate::draws::{Draws, LAMBDA};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Mode, ModesOptions, examine};
use nalgebra::{DMatrix, Matrix2, Matrix4, Vector2};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const NOISE: f64 = 0.2;

const DESIGNS: [Design; 6] = [
    Design { interval: 1.0, rows: 40, runs: 1 },
    Design { interval: 1.0, rows: 40, runs: 5 },
    Design { interval: 1.0, rows: 40, runs: 50 },
    Design { interval: 0.1, rows: 40, runs: 1 },
    Design { interval: 0.1, rows: 200, runs: 1 },
    Design { interval: 0.1, rows: 200, runs: 10 },
];

impl Design {
    /// How many draws numpy had.
    fn told(self) -> f64 {
        if self.rows * self.runs == 2000 { 40.0 } else { 100.0 }
    }

    fn named(self) -> String {
        format!("{} × {} rows, H = {}", self.runs, self.rows, self.interval)
    }

    /// λ of the multiplier above the real axis.
    fn rate(self, [a, b]: [Complex64; 2]) -> Complex64 {
        let upper = if a.im >= b.im { a } else { b };
        upper.ln() / self.interval
    }
}

type Runs = [Vec<Complex64>];

fn plane(z: &Complex64) -> Vector2<f64> {
    Vector2::new(z.re, z.im)
}

/// Σ yxᵀ, Σ xxᵀ and Σ yyᵀ over pairs of rows.
fn sums(runs: &Runs) -> [Matrix2<f64>; 3] {
    let mut sums = [Matrix2::zeros(); 3];
    for pair in runs.iter().flat_map(|run| run.windows(2)) {
        let (x, y) = (plane(&pair[0]), plane(&pair[1]));
        sums[0] += y * x.transpose();
        sums[1] += x * x.transpose();
        sums[2] += y * y.transpose();
    }
    sums
}

fn multipliers(map: &Matrix2<f64>) -> [Complex64; 2] {
    let values = map.complex_eigenvalues();
    [values[0], values[1]]
}

/// Least squares from row to row.
fn least_squares(runs: &Runs) -> Matrix2<f64> {
    let [yx, xx, _] = sums(runs);
    yx * xx.try_inverse().unwrap()
}

/// Forward and backward (Dawson et al. 2016): the square root of the map forwards times the inverse of the map backwards, on the branch that `root` chooses.
fn forward_backward(runs: &Runs, root: impl Fn(Complex64, &[Complex64; 2]) -> Complex64) -> [Complex64; 2] {
    let [yx, xx, yy] = sums(runs);
    let forward = yx * xx.try_inverse().unwrap();
    let backward = yx.transpose() * yy.try_inverse().unwrap();
    let ahead = multipliers(&forward);
    multipliers(&(forward * backward.try_inverse().unwrap())).map(|square| root(square.sqrt(), &ahead))
}

/// The root nearest to a multiplier of the map forwards.
fn nearest_root(root: Complex64, ahead: &[Complex64; 2]) -> Complex64 {
    let off = |z: Complex64| ahead.iter().map(|mu| (mu - z).norm()).fold(f64::INFINITY, f64::min);
    if off(root) <= off(-root) { root } else { -root }
}

/// Total least squares (Hemati et al. 2017): the two directions of (x, y) in which they vary most.
fn total(runs: &Runs) -> Matrix2<f64> {
    let [yx, xx, yy] = sums(runs);
    let mut both = Matrix4::zeros();
    both.fixed_view_mut::<2, 2>(0, 0).copy_from(&xx);
    both.fixed_view_mut::<2, 2>(2, 0).copy_from(&yx);
    both.fixed_view_mut::<2, 2>(0, 2).copy_from(&yx.transpose());
    both.fixed_view_mut::<2, 2>(2, 2).copy_from(&yy);
    let eigen = both.symmetric_eigen();
    let mut order = [0, 1, 2, 3];
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let part = |row: usize| Matrix2::from_fn(|i, j| eigen.eigenvectors[(row + i, order[j])]);
    part(2) * part(0).try_inverse().unwrap()
}

/// Optimised (Askham & Kutz 2018): all columns of all runs as sums of e^{αt} cos ωt and e^{αt} sin ωt, amplitudes projected out, by Gauss–Newton from a start.
fn optimised(design: Design, runs: &Runs, start: Complex64) -> Complex64 {
    let columns = 2 * runs.len();
    let cell = |i: usize, j: usize| if j.is_multiple_of(2) { runs[j / 2][i].re } else { runs[j / 2][i].im };
    let y = DMatrix::from_fn(design.rows, columns, cell);
    let time = |i: usize| design.interval * i as f64;
    let mut lambda = start;
    for _ in 0..30 {
        let wave = |i: usize| (lambda * time(i)).exp();
        let basis = DMatrix::from_fn(design.rows, 2, |i, j| if j == 0 { wave(i).re } else { wave(i).im });
        // The derivatives by α and ω.
        let by = [
            DMatrix::from_fn(design.rows, 2, |i, j| time(i) * basis[(i, j)]),
            DMatrix::from_fn(design.rows, 2, |i, j| time(i) * if j == 0 { -basis[(i, 1)] } else { basis[(i, 0)] }),
        ];
        let inverse = (basis.transpose() * &basis).try_inverse().unwrap();
        let amplitudes = &inverse * basis.transpose() * &y;
        let apart = |m: DMatrix<f64>| &m - &basis * (&inverse * (basis.transpose() * &m));
        let left = &y - &basis * &amplitudes;
        let slopes = by.map(|by| apart(by * &amplitudes));
        let normal = Matrix2::from_fn(|i, j| slopes[i].dot(&slopes[j]));
        let step = normal.try_inverse().unwrap() * Vector2::new(slopes[0].dot(&left), slopes[1].dot(&left));
        lambda += Complex64::new(step[0], step[1]);
        if step.norm() < 1e-12 {
            break;
        }
    }
    lambda
}

#[test]
fn least_squares_is_biased_by_the_formula() {
    let told = [-0.1361, -0.1374, -0.1384, -0.4999, -0.4904, -0.4927];
    let formula = [-0.1383, -0.1383, -0.1383, -0.4889, -0.4904, -0.4904];
    for ((design, told), formula) in DESIGNS.into_iter().zip(told).zip(formula) {
        let limit = LAMBDA.re + design.of_pairs(NOISE);
        assert!((limit - formula).abs() <= 5e-5, "{}: {limit}", design.named());
        let draws = Draws::of(150, |random| design.rate(multipliers(&least_squares(&design.drawn(NOISE, random)))));
        println!("{}: {}", design.named(), draws.said());
        assert!(draws.has_growth(told, 1e-4, design.told()), "{}: {}", design.named(), draws.said());
        // The formula is the limit of many rows; with 40 of them the mean is off by a part of the scatter.
        let few = if design.rows * design.runs == 40 { 0.02 } else { 0.0 };
        assert!(draws.has_growth(limit, 2.0 * few, f64::INFINITY), "{}: {} beside {limit}", design.named(), draws.said());
    }
}

/// Nearly unbiased, if the root is the one nearest to what least squares gives.
#[test]
fn forward_and_backward() {
    for (design, told) in DESIGNS.into_iter().zip([-0.0946, -0.0959, -0.0959, -0.0924, -0.0953, -0.0969]) {
        let draws = Draws::of(150, |random| design.rate(forward_backward(&design.drawn(NOISE, random), nearest_root)));
        println!("{}: {}", design.named(), draws.said());
        assert!(draws.has_growth(told, 1e-4, design.told()), "{}: {}", design.named(), draws.said());
    }
}

/// With the principal root, as PyDMD's `FbDMD` takes it, the frequency is π − 2 in place of 2 at H = 1, where a multiplier turns by more than a right angle: without noise to rounding.
#[test]
fn the_principal_root_is_the_wrong_one_beyond_a_right_angle() {
    let design = DESIGNS[0];
    let clean = design.drawn(0.0, &mut ChaCha8Rng::seed_from_u64(0));
    let found = design.rate(forward_backward(&clean, |root, _| root));
    assert!((found.im - (std::f64::consts::PI - 2.0)).abs() < 1e-12 && (found.im - 1.142).abs() <= 5e-4, "{found}");
    let right = design.rate(forward_backward(&clean, nearest_root));
    assert!((right - LAMBDA).norm() < 1e-12, "{right}");
}

#[test]
fn total_least_squares_and_optimised_modes() {
    let total_told = [(-0.0986, 1.6e-2), (-0.1000, 7.0e-3), (-0.1000, 2.2e-3), (-0.0963, 8.9e-2), (-0.0991, 2.7e-2), (-0.1008, 8.9e-3)];
    let optimised_told = [(-0.0998, 6.0e-3), (-0.0999, 3.1e-3), (-0.1000, 9.0e-4), (-0.0997, 2.7e-2), (-0.1002, 3.3e-3), (-0.1001, 1.2e-3)];
    for ((design, (mean, rms)), (optimised_mean, optimised_rms)) in DESIGNS.into_iter().zip(total_told).zip(optimised_told) {
        let (mut others, count) = (Vec::new(), if design.runs > 5 { 60 } else { 150 });
        let draws = Draws::of(count, |random| {
            let runs = design.drawn(NOISE, random);
            let found = design.rate(multipliers(&total(&runs)));
            others.push(optimised(design, &runs, if (found - LAMBDA).norm() < 0.5 { found } else { LAMBDA }));
            found
        });
        let others = Draws(others);
        println!("{}: {}; {}", design.named(), draws.said(), others.said());
        let holds = |draws: &Draws, mean: f64, rms: f64| {
            let digit = 0.1 * 10f64.powf(rms.log10().floor());
            draws.has_growth(mean, 1e-4, design.told()) && draws.has_rms(rms, digit, design.told())
        };
        assert!(holds(&draws, mean, rms), "total, {}: {}", design.named(), draws.said());
        assert!(holds(&others, optimised_mean, optimised_rms), "optimised, {}: {}", design.named(), others.said());
    }
}

/// What this program finds in runs: λ and what it says of its error.
fn found(design: Design, runs: &Runs) -> (Complex64, f64) {
    let all = runs.iter().map(|run| {
        let times = (0..design.rows).map(|k| design.interval * k as f64).collect();
        Trajectory::at(None, times, run.iter().flat_map(|z| [z.re, z.im]).collect())
    });
    let data = Trajectories::with_times("draw", vec!["x".into(), "y".into()], Vec::new(), all.collect()).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    let off = |mode: &&Mode| (mode.lambda - LAMBDA).norm();
    let mode = found.modes.iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
    (mode.lambda, mode.uncertainty.unwrap_or(f64::NAN))
}

/// This program: mean, root mean square error, and what it says of its error (median). At an earlier state of it that was 8.8e-3, 3.2e-3, 9.8e-4, 3.4e-2, 3.9e-3 and 1.2e-3 in the mean;
/// now it is nearer to the errors, but for a few of the shortest runs, where it is many times as large.
#[test]
fn this_program() {
    let told = [
        (c(-0.0999, 1.9998), 6.0e-3f64, 6.9e-3, 100),
        (c(-0.0999, 2.0), 3.1e-3, 3.1e-3, 40),
        (c(-0.1000, 2.0), 9.0e-4, 9.8e-4, 20),
        (c(-0.0994, 2.0), 2.8e-2, 3.1e-2, 100),
        (c(-0.1002, 2.0), 3.3e-3, 3.6e-3, 40),
        (c(-0.1002, 2.0), 1.3e-3, 1.14e-3, 20),
    ];
    for (design, (mean, rms, uncertainty, count)) in DESIGNS.into_iter().zip(told) {
        let mut said = Vec::new();
        let draws = Draws::of(count, |random| {
            let (lambda, uncertainty) = found(design, &design.drawn(NOISE, random));
            said.push(uncertainty);
            lambda
        });
        let within = |k: f64| draws.0.iter().zip(&said).filter(|(z, u)| (*z - LAMBDA).norm() <= k * **u).count() as f64 / count as f64;
        let (one, three) = (within(1.0), within(3.0));
        said.sort_by(f64::total_cmp);
        let median = said[said.len() / 2];
        println!("{}: {}, says {median:.2e}, within it {one}, within three {three}", design.named(), draws.said());
        let other = if design.told() == 40.0 { 20.0 } else { 100.0 };
        let digit = 0.1 * 10f64.powf(rms.log10().floor());
        assert!(draws.has_mean(mean, 1e-4, other) && draws.has_rms(rms, digit, other), "{}: {}", design.named(), draws.said());
        assert!((median / uncertainty - 1.0).abs() < 0.05, "{}: {median:.2e}", design.named());
        assert!((0.4..0.9).contains(&one) && three == 1.0, "{}: {one} within, {three} within three", design.named());
    }
}

/// Where chance of 2 % also drives the motion at every row, beside 20 % of noise in the samples: this program is off by 0.039 in the root mean square about −0.1037, and least squares has
/// −0.489. (The trial does not say how many rows it had; of the designs here one run of 40 rows, H = 0.1, fits.)
#[test]
fn noise_that_drives() {
    let design = DESIGNS[3];
    let squares = design.squares();
    let size = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    let mut regressed = Vec::new();
    let draws = Draws::of(100, |random| {
        let mut z = (TURN * unit(random)).exp();
        let mut chance = |share: f64| share * size * c(normal(random), normal(random));
        let mut run = Vec::new();
        for _ in 0..design.rows {
            run.push(z + chance(NOISE));
            z = z * (LAMBDA * design.interval).exp() + chance(0.02);
        }
        let runs = [run];
        regressed.push(design.rate(multipliers(&least_squares(&runs))));
        found(design, &runs).0
    });
    let regressed = Draws(regressed);
    println!("{}; {}", draws.said(), regressed.said());
    assert!(draws.has_growth(-0.1037, 1e-4, 100.0) && draws.has_rms(0.039, 1e-3, 100.0), "{}", draws.said());
    assert!(regressed.has_growth(-0.489, 1e-3, 100.0), "{}", regressed.said());
}

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}
