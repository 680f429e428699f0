//! Linear motion that noise keeps going: its modes are settled and cover the truth, and what only looks like it is not believed.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Caveat, Examination, ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const INTERVAL: f64 = 0.3;
const ROWS: usize = 800;

fn examined(columns: usize, rows: &[Vec<f64>]) -> Examination {
    let times = (0..rows.len()).map(|k| k as f64 * INTERVAL).collect();
    let names = (0..columns).map(|k| format!("x{k}")).collect();
    let data = Trajectories::with_times("draw", names, Vec::new(), vec![Trajectory::at(None, times, rows.concat())]).unwrap();
    examine(&data, &ModesOptions::default()).unwrap()
}

/// x_{n+1} = Φx_n + noise, with the multiplier e^{λH}, in coordinates that are not its own.
fn oscillator(lambda: Complex64, random: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let mu = (lambda * INTERVAL).exp();
    let mut z = Complex64::ZERO;
    let mut rows = Vec::new();
    for k in 0..ROWS + 100 {
        z = mu * z + Complex64::new(normal(random), 0.3 * normal(random));
        if k >= 100 {
            rows.push(vec![z.re, 2.0 * z.im + 0.5 * z.re]);
        }
    }
    rows
}

#[test]
fn its_modes_are_covered() {
    let lambda = Complex64::new(-0.1, 1.0);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (draws, mut settled, mut within, mut square, mut uncertainty) = (40, 0, 0, 0.0, 0.0);
    for _ in 0..draws {
        let found = examined(2, &oscillator(lambda, &mut random));
        let Some(mode) = found.modes.iter().find(|m| m.settled && m.lambda.im >= 0.0) else { continue };
        assert!(
            found.caveats.iter().any(|c| matches!(c, Caveat::NoiseDriven { chance } if (0.3..1.0).contains(chance))),
            "{:?}",
            found.caveats
        );
        let (error, u) = ((mode.lambda - lambda).norm(), mode.uncertainty.unwrap());
        settled += 1;
        within += i32::from(error <= 2.0 * u);
        square += error * error;
        uncertainty += u;
    }
    let n = f64::from(settled);
    let (scale, mean) = ((square / n).sqrt(), uncertainty / n);
    println!("{settled} of {draws} settled, {within} within two uncertainties; error {scale:.2e}, mean u {mean:.2e}");
    assert!(settled * 10 >= draws * 8, "{settled} of {draws}");
    // 93 %, less two standard errors of a binomial share.
    assert!(f64::from(within) >= 0.93 * n - 2.0 * (n * 0.93 * 0.07).sqrt(), "{within} of {settled}");
    assert!(mean < 3.0 * scale, "{mean} against {scale}");
}

#[test]
fn what_only_looks_like_it_is_not_believed() {
    let lambda = Complex64::new(-0.1, 1.0);
    let mut random = ChaCha8Rng::seed_from_u64(8);
    for draw in 0..2 {
        let whole = oscillator(lambda, &mut random);
        let one_coordinate: Vec<Vec<f64>> = whole.iter().map(|x| vec![x[0]]).collect();
        let noise_in_the_samples: Vec<Vec<f64>> = whole.iter().map(|x| x.iter().map(|v| v + 1.5 * normal(&mut random)).collect()).collect();
        let other = oscillator(Complex64::new(-0.1, 1.7), &mut random);
        let two_systems: Vec<Vec<f64>> = whole[..ROWS / 2].iter().chain(&other[..ROWS / 2]).cloned().collect();
        let walk: Vec<Vec<f64>> = (0..ROWS)
            .scan([0.0; 2], |x, _| {
                x.iter_mut().for_each(|v| *v += normal(&mut random));
                Some(x.to_vec())
            })
            .collect();
        let white: Vec<Vec<f64>> = (0..ROWS).map(|_| vec![normal(&mut random), normal(&mut random)]).collect();
        // A cycle of one size whose phase wanders: nothing is ever near its equilibrium.
        let wandering: Vec<Vec<f64>> = (0..ROWS)
            .scan(0.0f64, |phase, _| {
                *phase += 0.3 + 0.1 * normal(&mut random);
                Some(vec![phase.cos(), phase.sin()])
            })
            .collect();
        // A double well, by small steps of its own: decays of −2 on either side, growth of 1 between.
        let wells: Vec<Vec<f64>> = (0..2 * ROWS)
            .scan(1.0f64, |x, _| {
                for _ in 0..30 {
                    *x += 0.01 * (*x - x.powi(3)) + 0.06 * normal(&mut random);
                }
                Some(vec![*x])
            })
            .collect();
        for (name, rows) in [
            ("one coordinate", one_coordinate),
            ("noise in the samples", noise_in_the_samples),
            ("two systems", two_systems),
            ("a walk", walk),
            ("white noise", white),
            ("a wandering cycle", wandering),
            ("two wells", wells),
        ] {
            let found = examined(rows[0].len(), &rows);
            assert!(found.modes.iter().all(|mode| !mode.settled), "{name}, draw {draw}: {:?}", found.modes);
        }
    }
}

/// Rows that are missing leave out the pairs they are in: one long gap, or a tenth of all rows here and there.
#[test]
fn gaps_leave_out_their_pairs() {
    let lambda = Complex64::new(-0.1, 1.0);
    for often in [false, true] {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let (mut settled, mut within) = (0, 0);
        for _ in 0..10 {
            let rows = oscillator(lambda, &mut random);
            let lost = |k: usize, random: &mut ChaCha8Rng| if often { chance::unit(random) < 0.1 } else { (400..415).contains(&k) };
            let kept: Vec<usize> = (0..rows.len()).filter(|&k| !lost(k, &mut random)).collect();
            let times = kept.iter().map(|&k| k as f64 * INTERVAL).collect();
            let states = kept.iter().flat_map(|&k| rows[k].clone()).collect();
            let run = Trajectory::at(None, times, states);
            let data = Trajectories::with_times("gaps", vec!["x".into(), "y".into()], Vec::new(), vec![run]).unwrap();
            let found = examine(&data, &ModesOptions::default()).unwrap();
            let Some(mode) = found.modes.iter().find(|m| m.settled && m.lambda.im >= 0.0) else { continue };
            settled += 1;
            within += i32::from((mode.lambda - lambda).norm() <= 2.0 * mode.uncertainty.unwrap());
        }
        println!("{settled} of 10 settled, {within} within two uncertainties");
        assert!(settled >= 8 && within >= settled - 1, "{settled} of 10 settled, {within} within two uncertainties");
    }
}
