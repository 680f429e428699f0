//! One noisy column with a slow part in it: what is told whatever the slow part is, and what is not.

#[path = "common/chance.rs"]
mod chance;

use chance::{normal, unit};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Mode, ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Modes of draws that are settled, and those that are off by more than three uncertainties.
#[derive(Default, Debug)]
struct Count {
    settled: usize,
    wrong: usize,
}

impl Count {
    fn add(&mut self, values: &[f64], interval: f64, noise: f64, modes: &[Complex64], random: &mut ChaCha8Rng) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let size = noise * (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        let rows: Vec<Vec<f64>> = values.iter().map(|x| vec![x + size * normal(random)]).collect();
        let data = Trajectories::new("column", vec!["x".into()], interval, vec![Trajectory::new(None, 0.0, &rows)]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let off = |m: &&Mode| {
            let near = modes.iter().flat_map(|l| [*l, l.conj()]).map(|l| (m.lambda - l).norm()).fold(f64::INFINITY, f64::min);
            near > 3.0 * m.uncertainty.unwrap()
        };
        let settled: Vec<&Mode> = found.modes.iter().filter(|m| m.settled && m.lambda.im >= 0.0).collect();
        self.settled += settled.len();
        self.wrong += settled.iter().filter(|m| off(m)).count();
    }
}

/// Steps of the classical method of order 4, a hundred from row to row.
fn orbit(field: impl Fn([f64; 2]) -> [f64; 2], start: [f64; 2], interval: f64, rows: usize) -> Vec<[f64; 2]> {
    let h = interval / 100.0;
    let along = |x: [f64; 2], k: [f64; 2], by: f64| [x[0] + by * k[0], x[1] + by * k[1]];
    let mut all = vec![start];
    for _ in 1..rows {
        let mut x = all[all.len() - 1];
        for _ in 0..100 {
            let a = field(x);
            let b = field(along(x, a, 0.5 * h));
            let c = field(along(x, b, 0.5 * h));
            let d = field(along(x, c, h));
            x = along(x, [0, 1].map(|i| (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]) / 6.0), h);
        }
        all.push(x);
    }
    all
}

const NOISE: [f64; 4] = [0.005, 0.01, 0.02, 0.05];

/// Whatever the decay is, the oscillation turns, and turning is told from it: nearly all are settled, and some of the decays.
#[test]
fn an_oscillation_beside_a_decay_is_told() {
    let (mut count, mut random) = (Count::default(), ChaCha8Rng::seed_from_u64(20_261_129));
    for draw in 0..40 {
        let mut between = |low: f64, high: f64| low + (high - low) * unit(&mut random);
        let (decay, spiral) = (Complex64::new(-between(0.3, 1.0), 0.0), Complex64::new(-between(0.03, 0.12), 1.6));
        let (part, rows) = (between(0.6, 1.4), between(80.0, 200.0) as usize);
        let interval = 25.0 / rows as f64;
        let at = |k: usize| (spiral * interval * k as f64).exp().re + part * (decay * interval * k as f64).exp().re;
        let values: Vec<f64> = (0..rows).map(at).collect();
        count.add(&values, interval, NOISE[draw % 4], &[decay, spiral], &mut random);
    }
    println!("{count:?}");
    assert!(count.settled >= 48 && count.wrong == 0, "{count:?}");
}

/// A dose that is taken up and eliminated: the slow rate is settled nearly always, the fast one where it is seen well. (A column that only falls may be any field's, ẋ = f(x).)
#[test]
fn two_decays_are_told_as_far_as_others_meet_their_sum() {
    let (mut count, mut random) = (Count::default(), ChaCha8Rng::seed_from_u64(20_261_130));
    let modes = [-0.434, -2.892].map(|re| Complex64::new(re, 0.0));
    for draw in 0..40 {
        let mut between = |low: f64, high: f64| low + (high - low) * unit(&mut random);
        let (part, rows) = (-between(0.7, 1.6), between(60.0, 300.0) as usize);
        let interval = 8.0 / rows as f64;
        let values: Vec<f64> =
            (0..rows).map(|k| interval * k as f64).map(|t| (modes[0] * t).exp().re + part * (modes[1] * t).exp().re).collect();
        count.add(&values, interval, NOISE[draw % 3], &modes, &mut random);
    }
    println!("{count:?}");
    assert!(count.settled >= 36 && count.wrong == 0, "{count:?}");
}

/// Enzyme kinetics with what it makes, two substances that bind each other, and a soft spring whose mean moves: two exponentials or three meet their columns
/// in noise, with other rates.
#[test]
fn nonlinear_columns_are_not_told_by_their_slow_part() {
    let (mut count, mut random) = (Count::default(), ChaCha8Rng::seed_from_u64(20_261_131));
    for draw in 0..60 {
        let mut between = |low: f64, high: f64| low + (high - low) * unit(&mut random);
        let rows = between(60.0, 200.0) as usize;
        let (size, second, rate) = (between(0.5, 2.0), between(0.2, 1.0), between(2.0, 6.0));
        let spiral = Complex64::new(-0.05, (1.0f64 - 0.05 * 0.05).sqrt());
        let real = |re: f64| Complex64::new(re, 0.0);
        let (values, interval, modes): (Vec<f64>, f64, [Complex64; 2]) = match draw % 3 {
            0 => {
                let field = |[x, y]: [f64; 2]| [-x / (1.0 + x), x / (1.0 + x) - rate * y];
                let states = orbit(field, [size, second], 6.0 / rows as f64, rows);
                (states.iter().map(|[x, y]| y + 0.5 * x).collect(), 6.0 / rows as f64, [real(-1.0), real(-rate)])
            }
            1 => {
                let field = |[x, y]: [f64; 2]| [-x - size * x * y, -rate * y - size * x * y];
                let states = orbit(field, [1.0, second], 6.0 / rows as f64, rows);
                (states.iter().map(|[x, y]| x + 0.5 * y).collect(), 6.0 / rows as f64, [real(-1.0), real(-rate)])
            }
            _ => {
                let field = |[x, v]: [f64; 2]| [v, -0.1 * v - x - 0.25 * x * x];
                let states = orbit(field, [0.6 * size, 0.0], 50.0 / rows as f64, rows);
                (states.iter().map(|[x, _]| *x).collect(), 50.0 / rows as f64, [spiral, spiral])
            }
        };
        count.add(&values, interval, NOISE[draw / 3 % 4], &modes, &mut random);
    }
    println!("{count:?}");
    assert!(count.wrong == 0, "{count:?}");
}
