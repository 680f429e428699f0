//! Nonlinear systems in noise: what noise hides of them may not be told as a linear system's modes; and what their fields have to do to be believed.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::{self, Flow};
use lambdahat::truth::{Because, Examination, Mode, ModesOptions, Motion, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

type Field = fn(&[f64]) -> Vec<f64>;
/// A name, the field, starts, the interval, the number of intervals, and the modes at rest.
type Case<'a> = (&'a str, Field, &'a [&'a [f64]], f64, usize, [Complex64; 2]);

/// As the flow follows it: from its values alone.
struct Values(Field, usize);

impl dynamics::Field for Values {
    fn dimension(&self) -> usize {
        self.1
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.0(x));
    }

    /// An explicit flow asks for none.
    fn jacobian(&self, _: &[f64], out: &mut [f64]) {
        out.fill(f64::NAN);
    }
}

/// Samples of runs, with noise of this share of each column's standard deviation.
fn samples(field: Field, starts: &[&[f64]], interval: f64, count: usize, noise: f64, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let orbits: Vec<Vec<Vec<f64>>> =
        starts.iter().map(|start| Flow::reference().trajectory(&Values(field, start.len()), start, interval, count).unwrap()).collect();
    let sizes: Vec<f64> = (0..starts[0].len())
        .map(|j| {
            let column: Vec<f64> = orbits.iter().flatten().map(|x| x[j]).collect();
            let mean = column.iter().sum::<f64>() / column.len() as f64;
            noise * (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64).sqrt()
        })
        .collect();
    let runs = orbits.iter().map(|orbit| {
        let noisy = |x: &Vec<f64>, random: &mut ChaCha8Rng| x.iter().zip(&sizes).map(|(x, s)| x + s * normal(random)).collect::<Vec<_>>();
        let states = orbit.iter().flat_map(|x| noisy(x, &mut random)).collect();
        Trajectory::at(None, (0..=count).map(|k| k as f64 * interval).collect(), states)
    });
    let names = (0..starts[0].len()).map(|j| format!("x{j}")).collect();
    Trajectories::with_times("runs", names, Vec::new(), runs.collect()).unwrap()
}

fn examined(data: &Trajectories) -> Examination {
    examine(data, &ModesOptions::default()).unwrap()
}

/// Settled modes that are none of these to three uncertainties.
fn wrong<'a>(found: &'a Examination, truth: &[Complex64]) -> Vec<&'a Mode> {
    let near = |m: &Mode| {
        let mirrored = Complex64::new(m.lambda.re, m.lambda.im.abs());
        truth.iter().any(|t| (t - mirrored).norm() <= 3.0 * m.uncertainty.unwrap())
    };
    found.modes.iter().filter(|m| m.settled && !near(m)).collect()
}

/// Decays to rest of nonlinear systems, one or two runs, 2 to 10 % of noise: sums of exponentials leave nothing but noise, with other rates. Of 40 draws none may be told wrong.
#[test]
fn a_nonlinear_decay_is_not_told_as_a_linear_one() {
    let c = |x: f64| Complex64::new(x, 0.0);
    let saturating: Field = |x| vec![0.1 - 1.2 * x[0] / (0.5 + x[0]), 1.2 * x[0] / (0.5 + x[0]) - 0.6 * x[1]];
    let bent: Field = |x| vec![-0.6 * x[0].sin() + 0.5 * x[1], -1.4 * x[1] - 0.3 * x[0] * x[0]];
    let quadratic: Field = |x| vec![-0.5 * x[0] + 0.3 * x[0] * x[1], -0.9 * x[1] + 0.2 * x[0] * x[0]];
    // At rest x = 0.1·0.5/1.1, where x/(0.5 + x) has the slope 0.5/(0.5 + x)².
    let rest = 0.1 * 0.5 / 1.1;
    let steep = 1.2 * 0.5 / (0.5f64 + rest).powi(2);
    let cases: [Case; 4] = [
        ("saturating", saturating, &[&[1.5, 0.2]], 0.2, 60, [c(-steep), c(-0.6)]),
        ("saturating, two runs", saturating, &[&[1.5, 0.2], &[0.8, 1.0]], 0.2, 60, [c(-steep), c(-0.6)]),
        ("bent", bent, &[&[1.4, 1.2]], 0.2, 80, [c(-0.6), c(-1.4)]),
        ("quadratic, two runs", quadratic, &[&[1.2, 1.0], &[1.0, -0.2]], 0.25, 60, [c(-0.5), c(-0.9)]),
    ];
    let mut open = 0;
    for (name, field, starts, interval, count, truth) in cases {
        for (seed, noise) in (0..10).map(|seed| (seed, [0.02, 0.05, 0.1][seed as usize % 3])) {
            let found = examined(&samples(field, starts, interval, count, noise, seed));
            assert!(wrong(&found, &truth).is_empty(), "{name}, {noise}, seed {seed}: {:?}", found.modes);
            open += usize::from(found.modes.iter().any(|m| m.because.contains(&Because::MayBeNonlinear)));
        }
    }
    assert!(open >= 10, "{open}");
}

/// A spring that hardens, one run, 10 to 20 % of noise, both columns given: two pairs of exponentials nearby stand for a swing that slows down, and are no modes.
#[test]
fn a_swing_that_slows_down_is_not_two_modes() {
    let truth = [Complex64::new(-0.075, (1.5f64 - 0.075 * 0.075).sqrt())];
    for (seed, noise) in (0..12).map(|seed| (seed, [0.1, 0.15, 0.2][seed as usize % 3])) {
        let found =
            examined(&samples(|x| vec![x[1], -1.5 * x[0] - 0.8 * x[0].powi(3) - 0.15 * x[1]], &[&[1.6, 0.0]], 0.2, 150, noise, seed));
        assert!(wrong(&found, &truth).is_empty(), "{noise}, seed {seed}: {:?}", found.modes);
    }
}

/// Friction v|v|, a spring with x|x| and one that saturates, in 1, 2 and 5 % of noise: their polynomial series are slow, and noise hides degree 5. Cubic fields meet the samples. By the
/// noise alone six of these 42 draws would be told 3½ to 24 uncertainties from λ; none may be told wrong, and all of the spring that saturates stay settled.
#[test]
fn what_noise_hides_of_a_slow_series_is_uncertain() {
    let drag: Field = |x| vec![x[1], -8.18 * x[0] - 0.213 * x[1] - 0.556 * x[1] * x[1].abs()];
    let spring: Field = |x| vec![x[1], -1.757 * (x[0] + 1.284 * x[0] * x[0].abs()) - 0.0608 * x[1]];
    let saturating: Field = |x| vec![x[1], -3.922 * x[0].tanh() - 0.0402 * x[1]];
    // λ² + bλ + a = 0.
    let truth = |a: f64, b: f64| [Complex64::new(-0.5 * b, (a - 0.25 * b * b).sqrt()); 2];
    let cases: [(Case, f64, u64); 3] = [
        (("drag", drag, &[&[1.58, 1.016]], 0.0539, 99, truth(8.18, 0.213)), 0.01, 30),
        (("spring", spring, &[&[1.485, -0.8]], 0.195, 99, truth(1.757, 0.0608)), 0.02, 0),
        (("saturating", saturating, &[&[1.416, 1.013], &[0.994, -1.315]], 0.286, 399, truth(3.922, 0.0402)), 0.05, 0),
    ];
    for ((name, field, starts, interval, count, truth), noise, first) in cases {
        for seed in first..first + 14 {
            let found = examined(&samples(field, starts, interval, count, noise, seed));
            assert!(wrong(&found, &truth).is_empty(), "{name}, seed {seed}: {:?}", found.modes);
            assert!(name != "saturating" || found.modes.iter().all(|m| m.settled), "seed {seed}: {:?}", found.modes);
        }
    }
}

/// Sixty runs of fifty rows in 1 to 10 % of noise: their windows tell which degree the field needs, and its modes to a few parts in a hundred. (Chance makes neighbouring residuals of
/// windows with starts of their own depend on each other: taken for motion, that left fifteen of these eighteen draws open.)
#[test]
fn many_runs_settle_what_surrounds_a_place_of_rest() {
    let hardening: Field = |x| vec![x[1], -x[0] - x[0].powi(3) - 0.2 * x[1]];
    let quintic: Field = |x| vec![x[1], -x[0] - 0.5 * x[0].powi(3) + 0.1 * x[0].powi(5) - 0.2 * x[1]];
    let pendulum: Field = |x| vec![x[1], -x[0].sin() - 0.2 * x[1]];
    let network: Field = |x| vec![-x[0] + 2.0 * x[1].tanh(), -x[1] - 2.5 * x[0].tanh()];
    let slow = [Complex64::new(-0.1, 0.99f64.sqrt()); 2];
    let cases = [
        ("hardening", hardening, 1.6, 0.2, slow),
        ("quintic", quintic, 1.5, 0.2, slow),
        ("pendulum", pendulum, 1.8, 0.2, slow),
        ("network", network, 1.5, 0.1, [Complex64::new(-1.0, 5f64.sqrt()); 2]),
    ];
    let mut settled = 0;
    for (name, field, size, interval, truth) in cases {
        for (seed, noise) in [(0, 0.01), (1, 0.03), (2, 0.1)] {
            let starts: Vec<Vec<f64>> = (0..60u32)
                .map(|k| [0.0, 2.0].map(|a| size * (0.2 + f64::from(k) / 75.0) * (a + 2.4 * f64::from(k)).sin()).to_vec())
                .collect();
            let found = examined(&samples(field, &starts.iter().map(Vec::as_slice).collect::<Vec<_>>(), interval, 49, noise, seed));
            assert!(wrong(&found, &truth).is_empty(), "{name}, {noise}: {:?}", found.modes);
            let close = |m: &&Mode| m.settled && m.uncertainty.unwrap() < (4.0 * noise).max(0.05) * m.lambda.norm();
            settled += usize::from(found.modes.iter().any(|m| close(&m)));
        }
    }
    assert!(settled >= 11, "{settled} of 12");
}

/// Three runs of a pendulum far from rest in 0.3 % of noise: cubic fields meet them, with 0.91i in the place of i, and only the directions that the residuals do not see tell that λ is open
/// (were it moved along them by a third of the residuals only, one of the twelve draws would be told wrong). The orbits stay side by side, though some of those fields have a limit cycle.
#[test]
fn a_pendulum_far_from_rest_is_open_in_noise() {
    for seed in 0..12 {
        let data = samples(|x| vec![x[1], -x[0].sin()], &[&[2.081, 0.0], &[-2.2506, 0.0], &[2.3416, 0.0]], 0.20886825, 357, 0.003, seed);
        let found = examined(&data);
        assert!(wrong(&found, &[Complex64::new(0.0, 1.0)]).is_empty(), "seed {seed}: {:?}", found.modes);
        assert_ne!(found.finding.motion, Motion::Cycle, "seed {seed}");
    }
}

/// Runs to and from an equilibrium, in 1 and 3 % of noise: samples that noise leaves apart from it surround it, so that what λ may be by the noise alone, at the degree that counts and
/// the next, is its uncertainty. A Hopf normal form, glycolysis (Sel'kov 1968), a Toda oscillator with friction (no polynomial), and two wells.
#[test]
fn an_equilibrium_among_the_samples_is_settled_in_noise() {
    let complex = Complex64::new;
    let hopf: Field = |x| {
        let r = x[0] * x[0] + x[1] * x[1];
        vec![0.3 * x[0] - 2.0 * x[1] - r * x[0], 2.0 * x[0] + 0.3 * x[1] - r * x[1]]
    };
    let glycolysis: Field = |x| vec![-x[0] + 0.08 * x[1] + x[0] * x[0] * x[1], 0.6 - 0.08 * x[1] - x[0] * x[0] * x[1]];
    let toda: Field = |x| vec![x[1], 1.0 - x[0].exp() - 0.1 * x[1]];
    let wells: Field = |x| vec![x[1], x[0] - x[0].powi(3) - 0.2 * x[1]];
    let rest = 0.6 / (0.08 + 0.36);
    // The trace and the determinant at (b, b/(a + b²)).
    let (trace, determinant) = (-1.0 + 1.2 * rest - 0.44, 0.44);
    let turning = |trace: f64, determinant: f64| complex(0.5 * trace, (determinant - 0.25 * trace * trace).sqrt());
    let saddle = |sign: f64| complex(-0.1 + sign * 1.01f64.sqrt(), 0.0);
    let cases: [(Case, Vec<Complex64>); 4] = [
        (("hopf", hopf, &[&[0.05, 0.0], &[1.0, 0.5]], 0.15, 199, [complex(0.3, 2.0); 2]), vec![]),
        (("glycolysis", glycolysis, &[&[0.5, 1.6], &[0.65, 1.36]], 0.3, 199, [turning(trace, determinant); 2]), vec![]),
        (("toda", toda, &[&[1.2, 0.0], &[-0.5, 0.5]], 0.2, 199, [turning(-0.1, 1.0); 2]), vec![]),
        (("wells", wells, &[&[1.5, 0.0], &[-1.5, 0.3], &[0.1, 0.0]], 0.2, 199, [turning(-0.2, 2.0); 2]), vec![saddle(1.0), saddle(-1.0)]),
    ];
    let mut all = 0;
    for ((name, field, starts, interval, count, truth), more) in cases {
        let mut settled = 0;
        for (seed, noise) in (0..8).map(|seed| (seed, [0.01, 0.03][seed as usize % 2])) {
            let found = examined(&samples(field, starts, interval, count, noise, seed));
            let truth: Vec<Complex64> = truth.iter().chain(&more).copied().collect();
            assert!(wrong(&found, &truth).is_empty(), "{name}, {noise}, seed {seed}: {:?}", found.modes);
            settled += usize::from(found.finding.settled);
        }
        println!("{name}: {settled} of 8 settled");
        all += settled;
    }
    // 18 of them where λ may hide in all of the residuals wherever the samples lie.
    assert!(all >= 22, "{all} of 32 settled");
}

/// A pendulum with friction, a hardening spring, and frictions v³ and v|v| in 5 to 10 % of noise, several runs: one pair of exponentials leaves nothing but noise, with a rate that is some mean over
/// sizes. The resonant term of third order takes more from the residuals than chance does, and what it does to λ is part of the uncertainty: without that 4 of these 40 draws would be told wrong.
#[test]
fn an_oscillation_bends_to_its_size_in_noise() {
    let pendulum: Field = |x| vec![x[1], -0.67 * x[0].sin() - 0.124 * x[1]];
    let spring: Field = |x| vec![x[1], -3.5 * x[0] - 0.8 * x[0].powi(3) - 0.25 * x[1]];
    let cubic: Field = |x| vec![x[1], -3.3 * x[0] - 0.03 * x[1] - 0.1 * x[1].powi(3)];
    let drag: Field = |x| vec![x[1], -0.566 * x[0] - 0.005 * x[1] - 0.05 * x[1] * x[1].abs()];
    let truth = |a: f64, b: f64| [Complex64::new(-0.5 * b, (a - 0.25 * b * b).sqrt()); 2];
    let cases: [(Case, f64); 4] = [
        (("pendulum", pendulum, &[&[1.2, 0.0], &[-0.9, 0.0], &[0.5, 0.0]], 0.6, 30, truth(0.67, 0.124)), 0.05),
        (("spring", spring, &[&[1.0, 0.5], &[-0.6, 0.3], &[0.3, -0.4]], 0.3, 35, truth(3.5, 0.25)), 0.05),
        (("cubic", cubic, &[&[1.0, 0.5], &[-0.6, 0.3], &[0.3, -0.4]], 0.5, 35, truth(3.3, 0.03)), 0.1),
        (("drag", drag, &[&[1.5, 0.0], &[-1.0, 0.3], &[0.3, 0.4], &[0.8, 0.8]], 0.8, 35, truth(0.566, 0.005)), 0.05),
    ];
    let mut told = 0;
    for ((name, field, starts, interval, count, truth), noise) in cases {
        for seed in 0..10 {
            let found = examined(&samples(field, starts, interval, count, noise, seed));
            println!(
                "{name} {seed}: {:?}",
                found.modes.iter().map(|m| (m.lambda, m.uncertainty, m.settled, (m.lambda - truth[0]).norm())).next()
            );
            assert!(wrong(&found, &truth).is_empty(), "{name}, seed {seed}: {:?}", found.modes);
            told += usize::from(found.finding.settled);
        }
    }
    println!("{told} of 40 settled");
    assert!(told >= 10, "{told} of 40 settled");
}

/// Chaos in noise: where fields of two degrees go on in different ways, no motion is told, though each of them alone has a limit cycle.
#[test]
fn no_motion_is_told_on_which_degrees_differ() {
    let start: &[f64] = &[9.22686824232, -0.0679313255973, 13.4826655658];
    for seed in 0..2 {
        let data = samples(|x| vec![-x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - 5.7)], &[start], 0.1, 1000, 0.05, seed);
        let found = examined(&data);
        assert!(!matches!(found.finding.motion, Motion::Cycle | Motion::Rest), "seed {seed}: {:?}", found.finding);
    }
}

/// Susceptible and infected: every state without infection is an equilibrium.
#[test]
fn a_line_of_equilibria_is_said_to_be_one() {
    let epidemics: [Field; 3] = [
        |x| vec![-0.5 * x[0] * x[1], 0.5 * x[0] * x[1] - 0.2 * x[1]],
        |x| vec![-0.8 * x[0] * x[1], 0.8 * x[0] * x[1] - 0.15 * x[1]],
        |x| vec![-0.3 * x[0] * x[1], 0.3 * x[0] * x[1] - 0.1 * x[1]],
    ];
    for field in epidemics {
        let found = examined(&samples(field, &[&[0.99, 0.01]], 1.0, 60, 0.0, 0));
        assert!(!found.finding.settled && !found.modes.is_empty());
        assert!(found.modes.iter().all(|m| m.because.contains(&Because::LineOfEquilibria)), "{:?}", found.modes);
    }
}

/// Straight lines have no rate, and more modes than columns that leave rounding go before a field that leaves a thousandth.
#[test]
fn straight_lines_drift_and_hidden_states_are_told() {
    let line = Trajectory::at(None, (0..120).map(|k| 0.25 * f64::from(k)).collect(), (0..120).map(|k| 1.0 + 0.7 * f64::from(k)).collect());
    let found = examined(&Trajectories::with_times("line", vec!["x".into()], Vec::new(), vec![line]).unwrap());
    assert_eq!((found.finding.motion, found.modes.len()), (Motion::Drift, 0));
    let whole = samples(
        |x| vec![2.0 * x[1] - 0.1 * x[0], -x[0] - 0.2 * x[1] + 0.3 * x[2], 0.4 * x[0] - 0.6 * x[2]],
        &[&[3.0, 1.5, -2.0]],
        0.4,
        80,
        0.0,
        0,
    );
    let segments = whole.segments();
    let [segment] = &segments[..] else { panic!("one run") };
    let states = segment.states.chunks(3).flat_map(|row| [row[0], row[1]]).collect();
    let two = Trajectory::at(None, segment.times.to_vec(), states);
    let found = examined(&Trajectories::with_times("two of three", vec!["x".into(), "y".into()], Vec::new(), vec![two]).unwrap());
    assert_eq!(found.modes.iter().filter(|m| m.settled).count(), 3, "{:?}", found.modes);
    let all = examined(&whole);
    for mode in &all.modes {
        assert!(found.modes.iter().any(|m| (m.lambda - mode.lambda).norm() < 1e-8), "{mode:?} is not among {:?}", found.modes);
    }
}
