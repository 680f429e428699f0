//! Degree by degree: how far λ moves where the residuals see it least is what tells right from wrong; neither the residual nor the agreement of degrees does. The reference is the same
//! trial with numpy 2.4 through 32 steps of RK4 an interval; its figures are the sizes of the numbers here.

use super::*;
use crate::data::{Reading, Trajectories, Trajectory};
use crate::dynamics::System;
use crate::dynamics::spectrum;
use crate::truth::flow::identifiability::FieldMode;
use crate::truth::samples::gridded::samples_of;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::path::Path;

/// Fields of every degree up to the highest, whether or not the floor is reached before.
struct Trial {
    samples: Samples,
    frame: Frame,
    fits: Vec<FieldFit>,
    /// The samples, in the frame.
    points: Vec<Vec<f64>>,
}

impl Trial {
    fn of(file: &str, highest: usize) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{file}.csv"));
        let data = Reading::default().open(&path).expect("is there");
        let samples = samples_of(&data, false).expect("even samples");
        let frame = Frame::of(&samples);
        let pairs = windows(&samples, &frame, 1, usize::MAX);
        let mut effort = Effort::new(1e11, &|| false);
        let noisy = file.starts_with("noisy");
        let (mut fits, mut steps): (Vec<FieldFit>, usize) = (Vec::new(), 1);
        for degree in 1..=highest {
            let below: Vec<&PolynomialFlow> = fits.iter().rev().take(2).map(|f| &f.flow).collect();
            let mut fit = converged(&pairs, degree, &below, &mut steps, &mut effort).expect("a field");
            // Where noisy residuals hardly see λ it is still on its way when their square falls no more.
            for _ in 0..if noisy { 2 } else { 0 } {
                fit = fit.refined(&mut effort).expect("a field");
            }
            fits.push(fit);
        }
        let rows = |r: &crate::truth::samples::runs::Run| -> Vec<Vec<f64>> {
            (0..r.rows()).map(|i| frame.inward(&r.states.row(i).iter().copied().collect::<Vec<_>>())).collect()
        };
        let points = samples.runs.iter().flat_map(rows).collect();
        Self { samples, frame, fits, points }
    }

    /// The mode of a degree that is nearest to λ, per unit of time: itself, how far it moves, and how far its equilibrium is from the nearest sample.
    fn mode(&self, degree: usize, lambda: Complex<f64>) -> Option<(Complex<f64>, f64, f64)> {
        let places = equilibria(&self.fits[degree - 1], &self.points, MOST_EQUILIBRIA);
        let modes = places.iter().flat_map(|place| place.modes.iter().map(move |mode| (mode, &place.point)));
        let off = |mode: &FieldMode| (mode.lambda / self.frame.interval - lambda).norm();
        let (mode, point) = modes.min_by(|a, b| off(a.0).total_cmp(&off(b.0)))?;
        let nearest = self.points.iter().map(|x| distance(x, point)).fold(f64::INFINITY, f64::min);
        Some((mode.lambda / self.frame.interval, mode.movement / self.frame.interval, nearest))
    }
}

/// Degree, residual, λ and its digits, how far λ moves.
type Row = (usize, f64, Complex<f64>, f64, f64);

/// Each row of the file, where the equilibrium is `far` from the nearest sample: residual and movement by a factor of `factor`, or less than 1e-7 where 0 is said; the distance, in half-widths
/// of the samples, to the two digits that are given.
fn holds(file: &str, far: f64, factor: f64, rows: &[Row]) {
    let trial = Trial::of(file, rows[rows.len() - 1].0);
    let about = |found: f64, stated: f64| match stated {
        0.0 => found < 1e-7,
        _ => found == stated || (found / stated).ln().abs() < factor.ln(),
    };
    for (row, &(degree, residual, lambda, near, moves)) in rows.iter().enumerate() {
        let (found, moved, nearest) = trial.mode(degree, lambda).unwrap_or_else(|| panic!("{file}, degree {degree}: no mode"));
        let rms = trial.fits[degree - 1].rms;
        println!("{file}, degree {degree}: rms {rms:.2e}, {found:.6}, moves {moved:.2e}, {nearest:.3} away");
        assert!((found - lambda).norm() < near, "{file}, degree {degree}: {found}");
        assert!(about(rms, residual) && about(moved, moves), "{file}, degree {degree}: {rms:.1e} {moved:.1e}");
        // A wrong degree may have an equilibrium elsewhere: the figure is that of the first.
        assert!(row > 0 || (nearest - far).abs() <= 0.5e-2, "{file}, degree {degree}: {nearest} beside {far}");
    }
}

#[test]
fn what_the_residuals_do_not_see_tells_right_from_wrong() {
    let c = Complex::new;
    holds(
        "panel/van-der-pol-cycle",
        0.64,
        1.5,
        &[
            (2, 5e-1, c(-0.048, 1.002), 5e-4, 0.47),
            (3, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
            (4, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
            (5, 0.0, c(0.5, 0.86603), 5e-6, 0.0),
            (7, 0.0, c(0.5, 0.86603), 5e-6, 8e-8),
        ],
    );
    holds(
        "panel/lotka-volterra",
        0.47,
        1.5,
        &[
            (1, 3.2e-1, c(-0.03, 1.007), 5e-4, 0.25),
            (2, 0.0, c(0.0, 1.0), 1e-7, 0.0),
            (4, 0.0, c(0.0, 1.0), 1e-7, 0.0),
            (6, 0.0, c(0.0, 1.0), 1e-7, 3e-8),
            (7, 0.0, c(0.0, 1.0), 5e-5, 5e-5),
        ],
    );
    holds(
        "panel/pendulum-1",
        0.99,
        1.5,
        &[
            (1, 3e-2, c(0.0, 0.938), 5e-4, 3e-2),
            (3, 6e-7, c(0.0, 0.95210), 1e-5, 1.2e-4),
            (4, 6e-7, c(0.0, 1.89), 5e-3, 0.91),
            (5, 2e-9, c(0.0, 1.89), 5e-3, 0.86),
            (6, 4e-12, c(0.0, 1.89), 5e-3, 0.69),
        ],
    );
    holds(
        "panel/pendulum-2.8",
        0.88,
        1.5,
        &[(3, 1e-3, c(0.0, 0.744), 2e-3, 9e-3), (5, 1.2e-8, c(0.0, 0.7938), 2e-4, 7e-4), (7, 0.0, c(0.0, 0.7937), 1e-3, 0.70)],
    );
    holds(
        "panel/pendulum-three",
        0.13,
        1.5,
        &[(3, 2e-3, c(0.0, 0.995), 5e-4, 6e-3), (5, 2e-5, c(0.0, 1.0), 5e-4, 1.2e-4), (7, 5e-8, c(0.0, 1.0), 5e-4, 1e-5)],
    );
}

/// Degree 6 agrees with degree 5 to the four digits that are printed, 0.7938i, and is as wrong. Along the direction that the residuals see least (by 1e-10 of the one they see best) it moves
/// by 2e-3 with numpy, three times that here: by rounding in the Jacobian.
#[test]
fn neighbouring_degrees_agree_on_what_is_wrong() {
    let trial = Trial::of("panel/pendulum-2.8", 6);
    let (found, moved, _) = trial.mode(6, Complex::new(0.0, 0.7938)).expect("a mode");
    let rms = trial.fits[5].rms;
    assert!((found - Complex::new(0.0, 0.7938)).norm() < 2e-4 && (rms / 1.1e-8).ln().abs() < 1.1f64.ln(), "{found}, {rms:.2e}");
    assert!((1e-3..1e-2).contains(&moved), "{moved:.1e}");
}

/// The same with 1 % of noise (`tests/data/noisy_orbits.py`), fitted from sample to sample: λ to the digits that are printed. Degree 7 of Duffing's
/// wells is where 40 steps of numpy end, of which 400 lead on to −0.0995 + 1.4143i: the residuals see it by 4e-6 of what they see best.
#[test]
fn noise_settles_what_residuals_see() {
    let c = Complex::new;
    let cycle = [(3, 6e-2, c(0.51, 0.83), 7e-3, 0.70), (4, 6e-2, c(0.38, 1.24), 7e-3, 0.93)];
    holds("noisy_orbits/van-der-pol-cycle", 0.62, 1.1, &cycle);
    let prey =
        [(2, 2.6e-2, c(0.0001, 1.0006), 7e-5, 0.02), (3, 2.5e-2, c(-0.002, 1.003), 7e-4, 0.08), (5, 2.4e-2, c(-0.08, 1.06), 7e-3, 0.26)];
    holds("noisy_orbits/lotka-volterra", 0.46, 1.1, &prey);
    let wells =
        [(3, 5e-2, c(-0.1025, 1.4113), 7e-5, 0.07), (5, 5e-2, c(-0.108, 1.405), 7e-4, 0.08), (7, 5e-2, c(-0.102, 1.411), 5e-3, 0.12)];
    holds("noisy_orbits/duffing", 0.0, 1.3, &wells);
}

/// From degree 3 straight to degree 5, without the even degree that a pendulum's force does not have: nothing but rounding is left of the motion, and the frequency is as wrong as before,
/// 0.95192 where the truth is 1. With scipy 1.17, through 8 or 16 steps of RK4, 5.5e-12 is left at 0.95192i; what is seen least, the growth, moves by 1e-4 on the way down from there. Even
/// what the residuals do not see moves by 5e-3 only: it is degree 4 that shows that the field is anyone's guess.
#[test]
fn a_residual_of_rounding_does_not_tell_either() {
    let trial = Trial::of("panel/pendulum-1", 3);
    let pairs = windows(&trial.samples, &trial.frame, 1, usize::MAX);
    let (mut steps, mut effort) = (1, Effort::new(1e11, &|| false));
    let odd = converged(&pairs, 5, &[&trial.fits[2].flow], &mut steps, &mut effort).expect("a field");
    let rms = odd.rms;
    let (found, moved, far) = Trial { fits: vec![odd], ..trial }.mode(1, Complex::new(0.0, 0.95192)).expect("a mode");
    println!("degree 5 after degree 3: rms {rms:.2e}, {found:.6}, moves {moved:.1e}, {far:.3} away");
    assert!((found.im - 0.95192).abs() < 1e-5 && found.re.abs() < 3e-4 && rms < 7e-12, "{found}, {rms:.2e}");
    // No sample is near the equilibrium: half the width of the samples away.
    assert!((1e-3..1e-2).contains(&moved) && (far - 0.99).abs() < 0.5e-2, "{moved:.1e}, {far}");
}

/// Noisy orbits of prey and predators, 80 rows of each: root mean square errors of λ = i by a field of degree 2, fitted from sample to sample and in windows of ten intervals with
/// fitted starts. Of windows they are those of 12 draws of numpy; of pairs those of 100 with scipy 1.17 through 8 steps of RK4, of which the first 12 draws of numpy
/// (0.0096, 0.075, 0.055) are a sample. All agree within four standard errors of both.
#[test]
fn noise_errs_less_in_windows_where_orbits_are_wide() {
    let system = System::named("lotka-volterra").expect("is known");
    let i = Complex::new(0.0, 1.0);
    let told = [(1.5, 0.01, (0.0077, 0.0096), 0.0075), (1.5, 0.05, (0.049, 0.075), 0.10), (2.5, 0.05, (0.059, 0.055), 0.031)];
    for (start, share, (pairs, few_pairs), in_windows) in told {
        let clean = system.trajectory(&[start, 1.0], 0.5, 79).expect("an orbit");
        let spread = |j: usize| {
            let mean = clean.iter().map(|x| x[j]).sum::<f64>() / clean.len() as f64;
            (clean.iter().map(|x| (x[j] - mean).powi(2)).sum::<f64>() / clean.len() as f64).sqrt()
        };
        let sizes = [share * spread(0), share * spread(1)];
        let mut squares = [Vec::new(), Vec::new()];
        for seed in 0..24 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
            let noisy: Vec<Vec<f64>> = clean.iter().map(|x| vec![x[0] + sizes[0] * normal(), x[1] + sizes[1] * normal()]).collect();
            let data = Trajectories::new("orbit", system.variables(), 0.5, vec![Trajectory::new(None, 0.0, &noisy)]).expect("samples");
            let samples = samples_of(&data, false).expect("even samples");
            let frame = Frame::of(&samples);
            let mut effort = Effort::new(1e11, &|| false);
            let below = FieldFit::fitted(&windows(&samples, &frame, 1, usize::MAX), false, 2, &[], 4, &mut effort).expect("a field");
            let longer = windows(&samples, &frame, WINDOW, usize::MAX);
            let free = FieldFit::fitted(&longer, true, 2, &[&below.flow], 4, &mut effort).expect("a field");
            let rest = frame.inward(&[1.0 / samples.scale[0], 1.0 / samples.scale[1]]);
            for (fit, squares) in [below, free].iter().zip(&mut squares) {
                let point = fit.flow.equilibrium(&rest).expect("an equilibrium");
                let modes = spectrum(&fit.flow.field(&point).1).expect("eigenvalues");
                let off = modes.iter().map(|lambda| (lambda / frame.interval - i).norm_sqr());
                squares.push(off.fold(f64::INFINITY, f64::min));
            }
        }
        let rms = |squares: &[f64]| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        // Whether other draws, so many, may have that error too.
        let agrees = |squares: &[f64], told: f64, draws: f64| {
            let (n, found) = (squares.len() as f64, rms(squares));
            let scatter = (squares.iter().map(|s| (s - found * found).powi(2)).sum::<f64>() / n * (1.0 / n + 1.0 / draws)).sqrt();
            (found - told).abs() <= 4.0 * scatter / (2.0 * found)
        };
        let [by_pairs, by_windows] = &squares;
        println!("{start} with {share}: {:.4} from sample to sample, {:.4} in windows", rms(by_pairs), rms(by_windows));
        assert!(agrees(by_pairs, pairs, 100.0) && agrees(by_pairs, few_pairs, 12.0), "{start} with {share}: {}", rms(by_pairs));
        assert!(agrees(by_windows, in_windows, 12.0), "{start} with {share}: {}", rms(by_windows));
        assert!(start == 1.5 || rms(by_windows) < 0.8 * rms(by_pairs), "{start} with {share}");
    }
}

/// A spiral without a linear part: λ = 0, at the equilibrium of degree 3, whatever the degree.
#[test]
fn no_linear_part() {
    let trial = Trial::of("panel/cubic-spiral", 7);
    let places = equilibria(&trial.fits[2], &trial.points, MOST_EQUILIBRIA);
    let rest = &places.first().expect("an equilibrium").point;
    for degree in [3, 5, 7] {
        let fit = &trial.fits[degree - 1];
        let modes = spectrum(&fit.flow.field(rest).1).expect("eigenvalues");
        let largest = modes.iter().map(|lambda| lambda.norm() / trial.frame.interval).fold(0.0, f64::max);
        assert!(fit.rms < 1e-8 && largest < 1e-6, "degree {degree}: {:.1e}, {largest:.1e}", fit.rms);
    }
}

/// A forced oscillator without its input, and white noise: to the highest degree 0.1 and 0.7 of the motion is left, and no mode is settled.
#[test]
fn nothing_explained_nothing_settled() {
    for (file, highest, left) in [("panel/forced", 7, 0.1), ("panel/white-noise", 5, 0.7)] {
        let trial = Trial::of(file, highest);
        for fit in &trial.fits {
            assert!((fit.rms - left).abs() <= 0.05, "{file}, degree {}: {}", fit.degree, fit.rms);
        }
        let model = NonlinearModel::of(&trial.samples, &|| false).expect("a field");
        assert!(!model.explains || model.modes.iter().all(|mode| !mode.because.is_empty()), "{file}: {:?}", model.modes);
    }
}

/// Prey and predators sampled at H = 1: a field of degree 3 that starts from slopes alone does not get there, one that starts from degree 2 does.
#[test]
fn degrees_must_be_nested() {
    let system = System::named("lotka-volterra").expect("is known");
    let orbit = system.trajectory(&[1.5, 1.0], 1.0, 39).expect("an orbit");
    let data = Trajectories::new("orbit", system.variables(), 1.0, vec![Trajectory::new(None, 0.0, &orbit)]).expect("samples");
    let samples = samples_of(&data, false).expect("even samples");
    let pairs = windows(&samples, &Frame::of(&samples), 1, usize::MAX);
    let mut effort = Effort::new(1e11, &|| false);
    let mut left = |degree: usize, below: &[&PolynomialFlow]| {
        let fit = FieldFit::fitted(&pairs, false, degree, below, 16, &mut effort);
        println!("degree {degree}, {} below: {:?}", below.len(), fit.as_ref().map(|fit| fit.rms));
        fit
    };
    let two = left(2, &[]).expect("a field");
    let nested = left(3, &[&two.flow]).expect("a field");
    let cold = left(3, &[]);
    assert!(nested.rms < 1e-8, "{:.1e}", nested.rms);
    assert!(cold.is_none_or(|fit| fit.rms > 1e-3));
}
