//! What a loop learns from uneven times: the minima of Σ w|R(hλ̂)^m − e^{Hλ}|², λ = −0.1 + 2i.
//!
//! Reference values by scipy 1.17.1's `least_squares` from 625 starts and Newton on the gradient (numpy 2.4). Golden intervals are
//! H_k = 1 + p(2 frac(kφ) − 1), k = 1 … 40, φ = (√5 − 1)/2; "integral" means 40-point Gauss–Legendre over [1 − p, 1 + p].

#[path = "common/golden.rs"]
mod golden;

use golden::golden;
use lambdahat::inverse::{LearningEquation, MatrixLoss, MatrixMinimum, StatePair, Stretch, UnevenLoss, UnevenMinimum};
use lambdahat::method::{Sampling, catalog};
use nalgebra::{DMatrix, dmatrix};
use num_complex::Complex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LAMBDA: Complex<f64> = Complex::new(-0.1, 2.0);

/// Nodes and weights of Gauss–Legendre, by Newton on P_n.
fn legendre(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|k| {
            let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..50 {
                let (mut before, mut now) = (1.0, x);
                for j in 2..=n {
                    (before, now) = (now, ((2 * j - 1) as f64 * x * now - (j - 1) as f64 * before) / j as f64);
                }
                slope = n as f64 * (x * now - before) / (x * x - 1.0);
                x -= now / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

fn stretches(pattern: &str) -> Vec<Stretch> {
    let equal = |intervals: Vec<f64>| intervals.into_iter().map(|interval| Stretch { interval, substeps: 1, weight: 1.0 }).collect();
    let integral = |p: f64| legendre(40).into_iter().map(|(x, weight)| Stretch { interval: 1.0 + p * x, substeps: 1, weight }).collect();
    match pattern {
        "golden 10" => equal(golden(0.1, 40)),
        "golden 50" => equal(golden(0.5, 40)),
        "integral 10" => integral(0.1),
        "integral 50" => integral(0.5),
        "alternating" => equal(vec![1.0, 0.5f64.sqrt()]),
        other => panic!("{other}"),
    }
}

fn loss(method: &str, stretches: Vec<Stretch>) -> UnevenLoss {
    UnevenLoss::new(&catalog::find(method).unwrap(), LAMBDA, stretches).unwrap()
}

fn minima(method: &str, stretches: Vec<Stretch>) -> Vec<UnevenMinimum> {
    let equation = LearningEquation::of(&catalog::find(method).unwrap()).unwrap();
    let starts: Vec<_> = equation.branches(LAMBDA, Sampling::new(1.0, 1).unwrap()).unwrap().branches.iter().map(|b| b.lambda).collect();
    loss(method, stretches).minima(&starts, 6.0)
}

/// Method, sampling, and every minimum: Re λ̂, Im λ̂, level, the lowest first.
type Row = (&'static str, &'static str, &'static [[f64; 3]]);

const TABLE: [Row; 16] = [
    (
        "rk4",
        "golden 10",
        &[
            [0.10579559, 1.91564203, 0.05749592],
            [-1.54267719, 1.96929608, 0.19522017],
            [-2.49234894, -1.15215665, 0.31355277],
            [-0.00423491, -2.73064838, 0.58302822],
        ],
    ),
    (
        "rk4",
        "integral 10",
        &[
            [0.10610106, 1.91461494, 0.05865084],
            [-1.54189179, 1.96485596, 0.19814271],
            [-2.48760116, -1.15155245, 0.31808975],
            [-0.00399172, -2.72568586, 0.59106374],
        ],
    ),
    (
        "rk4",
        "golden 50",
        &[
            [0.10815668, 1.74254500, 0.23536656],
            [-1.39213308, 1.41414618, 0.53083548],
            [-1.85109268, -1.02594185, 0.89980371],
            [-0.07708101, -2.00310189, 1.54027847],
        ],
    ),
    (
        "rk4",
        "integral 50",
        &[
            [0.10714635, 1.73379020, 0.24358305],
            [-1.38706755, 1.39283822, 0.53979140],
            [-1.82511468, -1.02095381, 0.91043428],
            [-0.08252448, -1.97264173, 1.55208280],
        ],
    ),
    (
        "rk4",
        "alternating",
        &[
            [0.07272683, 1.94885251, 0.08143480],
            [-1.48264594, 2.08774709, 0.36405801],
            [-2.65092843, -1.13324730, 0.65681463],
            [-0.09304094, -2.87432566, 1.25150253],
        ],
    ),
    ("forward-euler", "golden 10", &[[-1.37409749, 0.81409641, 0.10460019]]),
    ("forward-euler", "integral 10", &[[-1.37425831, 0.81207752, 0.10620601]]),
    ("forward-euler", "golden 50", &[[-1.31985584, 0.60023548, 0.45445135]]),
    ("forward-euler", "integral 50", &[[-1.31659109, 0.58761980, 0.46497316]]),
    ("forward-euler", "alternating", &[[-1.32060738, 0.98235983, 0.22552684]]),
    ("midpoint", "golden 10", &[[-0.43313017, 1.43524078, 0.07847709], [-1.55020712, -1.42871063, 0.24423795]]),
    ("midpoint", "golden 50", &[[-0.51007712, 1.29677694, 0.32668712], [-1.17029651, -1.20256593, 0.88669779]]),
    ("midpoint", "alternating", &[[-0.39411007, 1.49100879, 0.15045915], [-1.76540046, -1.43959185, 0.57558381]]),
    ("implicit-midpoint", "golden 10", &[[-0.34628980, 3.08486028, 0.06212125]]),
    ("implicit-midpoint", "golden 50", &[[-0.51761382, 3.09747117, 0.29226540]]),
    ("implicit-midpoint", "alternating", &[[-0.26141283, 2.70546605, 0.12209591]]),
];

#[test]
fn all_minima_and_no_other() {
    for (method, pattern, expected) in TABLE {
        let found = minima(method, stretches(pattern));
        let explicit = method != "implicit-midpoint";
        if explicit {
            assert_eq!(found.len(), expected.len(), "{method}, {pattern}: {found:?}");
        }
        for (minimum, [re, im, level]) in found.iter().zip(expected) {
            assert!((minimum.lambda - Complex::new(*re, *im)).norm() < 1e-7, "{method}, {pattern}: {minimum:?}");
            assert!((minimum.level - level).abs() < 1e-7, "{method}, {pattern}: {minimum:?}");
            assert!(minimum.radius.is_some_and(|r| r < 1e-12), "{method}, {pattern}: {minimum:?}");
        }
    }
}

#[test]
fn shorter_steps_pull_towards_the_truth() {
    let steps = |p: f64, longest: f64, m: u32| -> Vec<Stretch> {
        let number = |interval: f64| if m > 0 { m } else { (interval / longest).ceil() as u32 };
        golden(p, 40).into_iter().map(|interval| Stretch { interval, substeps: number(interval), weight: 1.0 }).collect()
    };
    let table = [
        (0.1, 1.0, 0, [0.00797644, 1.97997236], Some(0.107716)),
        (0.5, 1.0, 0, [-0.03080109, 2.01417882], Some(0.067625)),
        (0.1, 0.5, 0, [-0.09572039, 2.00767080], None),
        (0.5, 0.5, 0, [-0.09557813, 2.00807188], None),
        (0.1, 0.0, 2, [-0.08903944, 2.01496050], Some(0.004218)),
        (0.1, 0.0, 4, [-0.09980633, 2.00109463], Some(0.000247)),
    ];
    for (p, longest, m, [re, im], level) in table {
        let minimum = loss("rk4", steps(p, longest, m)).minimum_near(LAMBDA).unwrap();
        assert!((minimum.lambda - Complex::new(re, im)).norm() < 2e-8, "{p} {longest} {m}: {minimum:?}");
        if let Some(level) = level {
            assert!((minimum.level - level).abs() < 1e-6, "{p} {longest} {m}: {minimum:?}");
        }
    }
}

#[test]
fn the_first_order_level_ranks_the_branches() {
    let loss = loss("rk4", stretches("golden 10"));
    let even = [
        ([0.10510526, 1.92683263], 1.03111281),
        ([-1.56112109, 2.02411263], 3.63786114),
        ([-2.54629657, -1.16396860], 5.76215335),
        ([0.00231240, -2.78697666], 10.71841109),
    ];
    let at_one =
        UnevenLoss::new(&catalog::find("rk4").unwrap(), LAMBDA, vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }]).unwrap();
    for ([re, im], mismatch) in even {
        assert!((at_one.mismatch(Complex::new(re, im)) - mismatch).abs() < 1e-6, "{re} {im}");
    }
    let best = loss.minima(&[LAMBDA], 6.0)[0].clone();
    let first_order = loss.spread() * loss.mismatch(best.lambda);
    assert!((first_order / best.level - 1.0).abs() < 0.1, "{first_order} {best:?}");
}

#[test]
fn even_intervals_have_the_branches_and_no_loss() {
    let even = vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }; 5];
    let found = minima("rk4", even);
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|m| m.level < 1e-12));
    assert!(found.iter().any(|m| (m.lambda - Complex::new(0.105105260738927, 1.926832632793115)).norm() < 1e-12));
}

#[test]
fn what_cannot_be_is_refused() {
    let of = |method: &str, lambda: Complex<f64>, interval: f64| {
        UnevenLoss::new(&catalog::find(method).unwrap(), lambda, vec![Stretch { interval, substeps: 1, weight: 1.0 }]).map(|_| ())
    };
    assert!(of("adams-bashforth-2", LAMBDA, 1.0).is_err());
    assert!(of("rk4", LAMBDA, 0.0).is_err());
    assert!(of("rk4", Complex::new(800.0, 0.0), 1.0).is_err());
}

/// Every minimum of the loss of 2×2 matrices on two runs, from (1, 0) and (0, 1), with its level, and how many of 200 starts of deviation 2 ended there (scipy 1.17.1,
/// `least_squares`, method `lm`).
type Trained = (&'static str, &'static str, &'static [([f64; 3], usize)]);

const TRAINED: [Trained; 12] = [
    (
        "rk4",
        "golden 10",
        &[
            ([0.10641621, 1.91565719, 0.05343099], 52),
            ([-1.54483420, 1.97034776, 0.18120593], 83),
            ([-2.49263510, -1.15331223, 0.29051856], 57),
            ([-0.00216186, -2.73093898, 0.54010486], 8),
        ],
    ),
    (
        "rk4",
        "golden 50",
        &[
            ([0.11028357, 1.75384695, 0.22726384], 33),
            ([-1.40346344, 1.44242236, 0.51801853], 115),
            ([-1.88673646, -1.03754230, 0.87136963], 44),
            ([-0.06061819, -2.05371117, 1.50646870], 8),
        ],
    ),
    (
        "rk4",
        "alternating",
        &[
            ([0.07747959, 1.94561732, 0.07909554], 81),
            ([-1.49602252, 2.07778179, 0.34790654], 71),
            ([-2.63378814, -1.13746311, 0.62714321], 42),
            ([-0.07923105, -2.85937073, 1.19577540], 6),
        ],
    ),
    ("midpoint", "golden 10", &[([-0.43371981, 1.43448200, f64::NAN], 120), ([-1.54706372, -1.42892762, f64::NAN], 80)]),
    ("midpoint", "golden 50", &[([-0.50614185, 1.30536443, f64::NAN], 131), ([-1.18903041, -1.22355206, f64::NAN], 69)]),
    ("midpoint", "alternating", &[([-0.39910704, 1.48404879, f64::NAN], 127), ([-1.73639560, -1.43808870, f64::NAN], 73)]),
    ("forward-euler", "golden 10", &[([-1.37501035, 0.81116803, f64::NAN], 200)]),
    ("forward-euler", "golden 50", &[([-1.32899363, 0.60531010, f64::NAN], 200)]),
    ("forward-euler", "alternating", &[([-1.32780197, 0.96183329, f64::NAN], 200)]),
    ("implicit-midpoint", "golden 10", &[([-0.34813461, 3.09435139, f64::NAN], 152)]),
    ("implicit-midpoint", "golden 50", &[([-0.51955994, 3.14878341, f64::NAN], 133)]),
    ("implicit-midpoint", "alternating", &[([-0.26982209, 2.73815614, f64::NAN], 150)]),
];

/// Two runs of ẋ = Ax, A = [[−0.1, −2], [2, −0.1]], from (1, 0) and (0, 1), at these intervals.
fn two_runs(intervals: &[f64]) -> Vec<StatePair> {
    let mut pairs = Vec::new();
    for start in [Complex::new(1.0, 0.0), Complex::new(0.0, 1.0)] {
        let mut time = 0.0;
        let at = |t: f64| {
            let z: Complex<f64> = start * (LAMBDA * t).exp();
            vec![z.re, z.im]
        };
        for &interval in intervals {
            pairs.push(StatePair { from: at(time), to: at(time + interval), interval, substeps: 1 });
            time += interval;
        }
    }
    pairs
}

/// Explicit matrices all end on a minimum that starts from one mode's loss predict, in the shares that scipy finds (within four standard deviations of both); beyond a pole of the
/// implicit midpoint rule there are others, which leave most of the motion.
#[test]
fn trained_matrices_land_on_predicted_minima() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut normal = move || {
        let mut unit = || (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let (a, b) = (1.0 - unit(), unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    };
    for (name, pattern, rows) in TRAINED {
        let intervals: Vec<f64> = stretches(pattern).iter().map(|s| s.interval).cycle().take(40).collect();
        let method = catalog::find(name).unwrap();
        let loss = MatrixLoss::new(&method, &two_runs(&intervals), &[0.0, 0.0], false).unwrap();
        let value = |m: &MatrixMinimum| {
            m.matrix.complex_eigenvalues().iter().copied().find(|z| z.im != 0.0).map(|z| Complex::new(z.re, z.im.abs()))
        };
        // From the minima of one mode's loss.
        let predicted: Vec<MatrixMinimum> = minima(name, stretches(pattern))
            .iter()
            .take(rows.len())
            .map(|m| loss.minimum_near(&dmatrix![m.lambda.re, -m.lambda.im; m.lambda.im, m.lambda.re]).unwrap())
            .collect();
        for (expected, found) in rows.iter().map(|r| r.0).zip(&predicted) {
            let off = (value(found).unwrap() - Complex::new(expected[0], expected[1].abs())).norm();
            assert!(off < 2e-8, "{name} {pattern}: {found:?} for {expected:?}");
            assert!(expected[2].is_nan() || (found.level - expected[2]).abs() < 1e-8, "{name} {pattern}: {found:?} for {expected:?}");
        }
        let mut hits = vec![0; rows.len()];
        for _ in 0..200 {
            let start = DMatrix::from_fn(2, 2, |_, _| 2.0 * normal());
            let Some(end) = loss.minimum_near(&start) else { continue };
            match predicted.iter().position(|p| (&p.matrix - &end.matrix).norm() < 1e-5) {
                Some(k) => hits[k] += 1,
                None => assert!(name == "implicit-midpoint" && end.level > 0.5, "{name} {pattern}: {end:?}"),
            }
        }
        for ((_, scipy), own) in rows.iter().zip(&hits) {
            // Both counts are draws of 200.
            let share = (scipy + own) as f64 / 400.0;
            let chance = (2.0 * 200.0 * share * (1.0 - share)).sqrt();
            assert!((*scipy as f64 - *own as f64).abs() <= 4.0 * chance + 4.0, "{name} {pattern}: {hits:?} for {rows:?}");
        }
    }
}
