//! Inputs that go straight from sample to sample: no model of constant steps reproduces them, and what is learned is the least loss on the pairs. Minima by scipy 1.17.1
//! (`tests/data/straight_inputs.py`, which also made the samples).

#[path = "common/descent.rs"]
mod descent;
#[path = "common/program.rs"]
mod program;

use descent::gauss_newton;
use lambdahat::data::{Hold, Trajectories, Trajectory};
use lambdahat::fit::Loss;
use lambdahat::inverse::{InputPair, Limits, MatrixLoss, StatePair, StatePairs, UnevenError, Verdict};
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, CallMode, Prediction, Report, Subject, default_calls};
use lambdahat::truth::{Caveat, ModesOptions};
use nalgebra::{DMatrix, DVector, dmatrix};
use num_complex::Complex;

const SAMPLES: &str = include_str!("data/straight_inputs.csv");

/// Method, and each minimum with Im λ̂ > 0: λ̂, the level, B̂; the lowest first.
type Row = (&'static str, &'static [([f64; 3], [f64; 2])]);

/// A white input, H = 1: 80 intervals.
const WHITE: [Row; 4] = [
    ("forward-euler", &[([-1.35438515, 0.80099507, 0.35507703], [0.21202307, 0.10185248])]),
    (
        "midpoint",
        &[
            ([-0.43976111, 1.43720570, 0.10316250], [0.08145707, 0.64595119]),
            ([-1.60437156, 1.37400989, 0.38941031], [0.06575659, 0.20838635]),
        ],
    ),
    (
        "rk4",
        &[
            ([0.10791427, 1.91195042, 0.03518185], [-0.06407312, 0.88094905]),
            ([-1.63179637, 1.77198150, 0.23863706], [0.52687524, 1.45709909]),
            ([-0.02817404, 2.79929071, 0.34725876], [0.24809586, -0.13598103]),
            ([-2.55501786, 1.09981116, 0.39029097], [0.06340766, 0.31514005]),
        ],
    ),
    ("implicit-midpoint", &[([-0.26505715, 3.10519955, 0.17450124], [0.00343380, 1.55857355])]),
];

/// One of correlation time 5, H = 1: 200 intervals.
const SLOW: [Row; 4] = [
    ("forward-euler", &[([-1.35523610, 0.81545887, 0.37206149], [0.30628332, 0.34298783])]),
    ("midpoint", &[([-0.43270777, 1.44801613, 0.09233554], [0.09797037, 0.69969267])]),
    (
        "rk4",
        &[
            ([0.10261958, 1.91367642, 0.03364345], [-0.05695086, 0.92617384]),
            ([-1.59758723, 1.88001810, 0.21899602], [0.40573366, 1.17213848]),
        ],
    ),
    ("implicit-midpoint", &[([-0.28115674, 3.03219482, 0.13968033], [0.02208629, 1.55231190])]),
];

/// A white input, H = 0.2: 80 intervals.
const FINE: [Row; 4] = [
    ("forward-euler", &[([-0.57653851, 1.85676107, 0.14577674], [0.06764429, 0.51221217])]),
    ("midpoint", &[([-0.11062962, 1.93436001, 0.01264584], [-0.00051473, 0.97004674])]),
    ("rk4", &[([-0.09994091, 2.00053912, 0.00010985], [-0.00000122, 1.00023526])]),
    ("implicit-midpoint", &[([-0.10471410, 2.03207415, 0.00765245], [0.00111059, 1.01335887])]),
];

/// Times, and x, v and u of each row.
fn rows(run: &str) -> Vec<[f64; 4]> {
    let of_run = |line: &&str| line.split(',').next() == Some(run);
    let numbers = |line: &str| -> Vec<f64> { line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect() };
    SAMPLES.lines().filter(of_run).map(|line| numbers(line).try_into().unwrap()).collect()
}

fn samples(run: &str) -> Trajectories {
    let rows = rows(run);
    let states = rows.iter().flat_map(|r| [r[1], r[2]]).collect();
    let trajectory = Trajectory::at(None, rows.iter().map(|r| r[0]).collect(), states).with_inputs(rows.iter().map(|r| r[3]).collect());
    Trajectories::with_times(run, vec!["x".into(), "v".into()], vec!["u".into()], vec![trajectory]).unwrap()
}

fn predicted(data: &Trajectories, methods: &[&str]) -> Report {
    let subject = Subject::from_data(data, &ModesOptions::default()).unwrap();
    let methods = methods.iter().map(|name| catalog::find(name).unwrap()).collect();
    Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap()
}

fn pairs(rows: &[[f64; 4]]) -> (Vec<StatePair>, Vec<InputPair>) {
    let pair = |w: &[[f64; 4]]| {
        let (a, b) = (w[0], w[1]);
        let states = StatePair { from: vec![a[1], a[2]], to: vec![b[1], b[2]], interval: b[0] - a[0], substeps: 1 };
        (states, InputPair { from: vec![a[3]], to: vec![b[3]] })
    };
    rows.windows(2).map(pair).unzip()
}

/// To the eight digits that were computed, through each method, on each run; scipy ends its own search within 1e-8 or so of the minimum.
#[test]
fn the_least_loss_on_the_samples() {
    for (run, table) in [("white", WHITE), ("slow", SLOW), ("fine", FINE)] {
        let data = samples(run).with_hold(Hold::Linear);
        let report = predicted(&data, &table.map(|(name, _)| name));
        assert!((report.modes[0].lambda - Complex::new(-0.1, 2.0)).norm() < 1e-8, "{run}: {:?}", report.modes);
        let system = report.driven.as_ref().unwrap();
        assert!(system.b.concat().iter().zip([0.0, 1.0]).all(|(found, b)| (found - b).abs() < 1e-8), "{run}: {system:?}");
        for (method, (name, expected)) in report.methods.iter().zip(table) {
            let found = &method.modes[0].minima;
            assert!(found.len() >= expected.len(), "{run}, {name}: {found:?}");
            for (minimum, ([re, im, level], _)) in found.iter().zip(expected) {
                let z = minimum.lambda;
                let off = (Complex::new(z.re, z.im.abs()) - Complex::new(*re, *im)).norm();
                assert!(off < 4e-8 && (minimum.level - level).abs() < 6e-9, "{run}, {name}: {minimum:?}");
            }
            let counted = expected.iter().enumerate().filter(|(k, (row, _))| *k == 0 || row[2] <= 0.25);
            assert_eq!(method.modes[0].branches.branches.len(), counted.clone().count(), "{run}, {name}");
            for (learned, (_, (row, b))) in method.inputs.iter().zip(counted) {
                let near = learned.b.concat().iter().zip(b).all(|(found, b)| (found - b).abs() < 1e-7);
                assert!(near && (learned.level.unwrap() - row[2]).abs() < 6e-9, "{run}, {name}: {learned:?}");
            }
        }
        // The mirror image of a mode is learned as the mirror image.
        let twins = report.methods.iter().map(|method| [0, 1].map(|k| method.modes[k].branches.principal().unwrap().lambda));
        assert!(twins.into_iter().all(|[above, below]| (above - below.conj()).norm() < 1e-12));
        let grows = if run == "fine" { Verdict::Faithful } else { Verdict::Artifact };
        assert_eq!(report.methods[2].verdict, Some(grows), "{run}");
        assert!(!report.caveats.contains(&Caveat::LearnedWithoutInputs));
    }
}

/// A model with a constant of its own lowers the loss a little, and moves the minimum by as little.
#[test]
fn a_constant_changes_little() {
    let (states, inputs) = pairs(&rows("white"));
    let of = || StatePairs::new(&states, 2).unwrap().with_inputs(&inputs, Hold::Linear).unwrap();
    for (name, start, expected) in [
        ("forward-euler", [-1.37, 0.82], [-1.35389917, 0.80252978, 0.35295763, 0.21026263, 0.09734896, 0.01367176, 0.00977790]),
        ("rk4", [0.105, 1.93], [0.10803789, 1.91202051, 0.03502043, -0.06431385, 0.87981820, 0.00184580, -0.00191295]),
        ("implicit-midpoint", [-0.25, 3.1], [-0.26501443, 3.10529388, 0.17449924, 0.00320065, 1.55865184, -0.00000205, -0.00053911]),
    ] {
        let loss = MatrixLoss::of(&catalog::find(name).unwrap(), of(), &[0.0, 0.0], true).unwrap();
        let [growth, turn] = start;
        let found = loss.minimum_near(&dmatrix![0.0, 1.0; -growth * growth - turn * turn, 2.0 * growth]).unwrap();
        let z = found.matrix.complex_eigenvalues()[0];
        let all = [z.re, z.im.abs(), found.level, found.inputs[0], found.inputs[1], found.centre[0], found.centre[1]];
        assert!(all.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 5e-8), "{name}: {all:?}");
    }
}

/// The gradient of the loss vanishes at the minimum: differences of it, with each parameter a little to either side, are those of a bottom. The loss here is summed pair by pair,
/// by the stages of RK4 themselves.
#[test]
fn stages_on_the_inputs_line_have_the_same_loss() {
    let rows = rows("white");
    let step = |p: &[f64], x: [f64; 2], u: f64, slope: f64, h: f64| {
        let field = |t: f64, x: [f64; 2]| {
            let u = u + slope * t;
            [p[0] * x[0] + p[2] * x[1] + p[4] * u, p[1] * x[0] + p[3] * x[1] + p[5] * u]
        };
        let at = |x: [f64; 2], k: [f64; 2], h: f64| [x[0] + h * k[0], x[1] + h * k[1]];
        let k1 = field(0.0, x);
        let k2 = field(h / 2.0, at(x, k1, h / 2.0));
        let k3 = field(h / 2.0, at(x, k2, h / 2.0));
        let k4 = field(h, at(x, k3, h));
        [0, 1].map(|i| x[i] + h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
    };
    for substeps in [1, 3] {
        let (mut states, inputs) = pairs(&rows);
        states.iter_mut().for_each(|pair| pair.substeps = substeps);
        let loss = |p: &[f64]| -> f64 {
            let left = |w: &[[f64; 4]]| {
                let (a, b) = (w[0], w[1]);
                let (interval, mut x) = (b[0] - a[0], [a[1], a[2]]);
                let (h, slope) = (interval / f64::from(substeps), (b[3] - a[3]) / interval);
                for k in 0..substeps {
                    x = step(p, x, a[3] + slope * h * f64::from(k), slope, h);
                }
                (x[0] - b[1]).powi(2) + (x[1] - b[2]).powi(2)
            };
            rows.windows(2).map(left).sum()
        };
        let samples = StatePairs::new(&states, 2).unwrap().with_inputs(&inputs, Hold::Linear).unwrap();
        let found = MatrixLoss::of(&catalog::find("rk4").unwrap(), samples, &[0.0, 0.0], false).unwrap();
        let found = found.minimum_near(&dmatrix![0.0, 1.0; -3.7, 0.2]).unwrap();
        let p: Vec<f64> = found.matrix.iter().chain(found.inputs.iter()).copied().collect();
        let motion: f64 = rows[1..].iter().map(|r| r[1] * r[1] + r[2] * r[2]).sum();
        let here = loss(&p);
        assert!(((here / motion).sqrt() - found.level).abs() < 1e-12, "{substeps}: {found:?}");
        for k in 0..p.len() {
            let beside = |by: f64| {
                let mut p = p.clone();
                p[k] += by;
                loss(&p)
            };
            let (slope, bend) = ((beside(1e-4) - beside(-1e-4)) / 2e-4, (beside(1e-4) - 2.0 * here + beside(-1e-4)) / 1e-8);
            assert!(bend > 0.0 && (slope / bend).abs() < 1e-6, "{substeps}, parameter {k}: {slope} {bend}");
        }
    }
}

/// The white run with its input held from sample to sample.
fn held() -> Vec<[f64; 4]> {
    let lambda = Complex::new(-0.1, 2.0);
    let mu = lambda.exp();
    let beta = mu.im / lambda.im;
    let alpha = mu.re - beta * lambda.re;
    let phi = [[alpha, beta], [-4.01 * beta, alpha - 0.2 * beta]];
    let gamma = [-(phi[0][0] - 1.0) / 4.01, -phi[1][0] / 4.01];
    let mut all = rows("white");
    for k in 1..all.len() {
        let [_, x, v, u] = all[k - 1];
        for i in 0..2 {
            all[k][1 + i] = phi[i][0] * x + phi[i][1] * v + gamma[i] * u;
        }
    }
    all
}

/// Where the loop holds the input as the samples do, nothing is left, and B̂ = ÂA⁻¹B: the closed form, on each of RK4's branches.
#[test]
fn held_inputs_leave_nothing() {
    let lambda = Complex::new(-0.1, 2.0);
    let all = held();
    let (states, inputs) = pairs(&all);
    let samples = StatePairs::new(&states, 2).unwrap().with_inputs(&inputs, Hold::Zero).unwrap();
    assert_eq!((samples.dimension(), samples.inputs()), (2, 1));
    let loss = MatrixLoss::of(&catalog::find("rk4").unwrap(), samples, &[0.0, 0.0], false).unwrap();
    // The matrix with the eigenvectors of the truth and λ̂ in the place of λ.
    let with = |z: Complex<f64>| {
        let beta = z.im / lambda.im;
        let alpha = z.re - beta * lambda.re;
        dmatrix![alpha, beta; -4.01 * beta, alpha - 0.2 * beta]
    };
    for (re, im, b) in [
        (0.10510526, 1.92683263, [-0.050236, 0.963416]),
        (-1.56112109, 2.02411263, [0.364069, 1.012056]),
        (-2.54629657, -1.16396860, [0.649500, -0.581984]),
    ] {
        let learned = Complex::new(re, im);
        let found = loss.minimum_near(&with(learned * 1.1)).unwrap();
        assert!(found.level < 1e-13 && (&found.matrix - with(learned)).norm() < 1e-7, "{found:?}");
        assert!((found.inputs[0] - b[0]).abs() < 1e-6 && (found.inputs[1] - b[1]).abs() < 1e-6, "{found:?}");
    }
}

/// With noise the samples teach another λ̂ than the system: through RK4, scipy's minimum on the same noisy samples with the rest at 0, which the samples tell to 0.01; the advice is
/// that of the integrator's part.
#[test]
fn noise_is_part_of_the_least_loss() {
    let mut rows = rows("slow");
    for (k, row) in rows.iter_mut().enumerate() {
        let k = k as f64;
        let chance = |a: f64| 2.0 * (a.sin() * 43758.5453).rem_euclid(1.0) - 1.0;
        row[1] += 0.05 * chance(12.9898 * k + 1.0);
        row[2] += 0.10 * chance(78.233 * k + 2.0);
    }
    let states = rows.iter().flat_map(|r| [r[1], r[2]]).collect();
    let run = Trajectory::at(None, rows.iter().map(|r| r[0]).collect(), states).with_inputs(rows.iter().map(|r| r[3]).collect());
    let data = Trajectories::with_times("noisy", vec!["x".into(), "v".into()], vec!["u".into()], vec![run]).unwrap();
    let report = predicted(&data.with_hold(Hold::Linear), &["rk4", "dormand-prince5"]);
    let mode = &report.methods[0].modes[0];
    let [noisy, clean] = [&mode.branches, mode.noise_free.as_ref().unwrap()].map(|b| b.principal().unwrap().lambda);
    assert!((noisy - Complex::new(0.08809196, 1.92010657)).norm() < 6e-4, "{noisy}");
    assert!((mode.minima[0].level - 0.16719830).abs() < 1e-3, "{:?}", mode.minima);
    assert!((clean - Complex::new(0.10262, 1.91368)).norm() < 5e-3, "{clean}");
    let advice = report.recommendation.as_ref().unwrap();
    assert_eq!((advice.method.as_str(), advice.verdict), ("dormand-prince5", Verdict::Faithful));
}

/// What an exact integrator learns of pairs with inputs that it takes to go straight, H = 1: Gauss–Newton by differences from the truth, the maps by one exponential of x, u and u̇.
fn through_the_flow(rows: &[[f64; 4]]) -> Complex<f64> {
    let left = |p: &[f64]| -> DVector<f64> {
        let mut together = DMatrix::zeros(4, 4);
        together.view_mut((0, 0), (2, 2)).copy_from(&dmatrix![p[0], p[1]; p[2], p[3]]);
        (together[(0, 2)], together[(1, 2)], together[(2, 3)]) = (p[4], p[5], 1.0);
        let map = together.exp();
        let of = |w: &[[f64; 4]]| {
            let next = &map * DVector::from_vec(vec![w[0][1], w[0][2], w[0][3], w[1][3] - w[0][3]]);
            [next[0] - w[1][1], next[1] - w[1][2]]
        };
        DVector::from_iterator(2 * (rows.len() - 1), rows.windows(2).flat_map(of))
    };
    let p = gauss_newton(vec![0.0, 1.0, -4.01, -0.2, 0.0, 1.0], 60, 0.5, left);
    let values = dmatrix![p[0], p[1]; p[2], p[3]].complex_eigenvalues();
    if values[0].im > 0.0 { values[0] } else { values[1] }
}

/// Samples whose input is held, through a loop that takes it to go straight: the lowest minimum through RK4 is another one (scipy), and that is no noise.
#[test]
fn the_wrong_hold() {
    let all = held();
    let states = all.iter().flat_map(|r| [r[1], r[2]]).collect();
    let run = Trajectory::at(None, all.iter().map(|r| r[0]).collect(), states).with_inputs(all.iter().map(|r| r[3]).collect());
    let data = Trajectories::with_times("held", vec!["x".into(), "v".into()], vec!["u".into()], vec![run]).unwrap();
    let subject = Subject::from_data(&data.with_hold(Hold::Linear), &ModesOptions::default()).unwrap();
    let prediction = Prediction { subject, methods: vec![catalog::find("rk4").unwrap()], substeps: 1, limits: Limits::default() };
    let mut calls = default_calls().unwrap();
    calls.push("torchdiffeq:rk4".parse().unwrap());
    let report = prediction.report_beside(&Beside { calls, ..Beside::default() }, &|| false).unwrap();
    // Through the flow: what a descent by differences on the maps of exponentials ends on.
    let flow = through_the_flow(&all);
    for call in &report.calls[..3] {
        let CallMode::Assessed(found) = &call.modes[0] else { panic!("{}: {:?}", call.name, call.modes) };
        assert!((found.learned().unwrap() - flow).norm() < 1e-3, "{}: {:?} beside {flow}", call.name, found.learned());
        assert_eq!(call.verdict, Some(Verdict::Distorted), "{}", call.name);
    }
    // One step a sample of a method is judged by the method's minima, and not beside the flow's.
    assert!(report.calls[3].verdict.is_none() && matches!(report.calls[3].modes[0], CallMode::Failed { .. }), "{:?}", report.calls[3]);
    let mode = &report.methods[0].modes[0];
    assert!(mode.noise_free.is_none());
    let expected = [
        (-1.58187541, 2.05260584, 0.15651242),
        (-2.53569441, 1.18778942, 0.23316881),
        (0.01001887, 2.76867388, 0.31856940),
        (0.12690926, 1.93096930, 0.36561714),
    ];
    assert_eq!(mode.minima.len(), expected.len());
    for (minimum, (re, im, level)) in mode.minima.iter().zip(expected) {
        let z = minimum.lambda;
        assert!(
            (Complex::new(z.re, z.im.abs()) - Complex::new(re, im)).norm() < 4e-8 && (minimum.level - level).abs() < 6e-9,
            "{minimum:?}"
        );
    }
}

/// What is left of R(λ̂) = μ through RK4, H = 1.
fn off_rk4(learned: Complex<f64>, mu: Complex<f64>) -> f64 {
    let z = learned;
    (1.0 + z * (1.0 + z * (1.0 + z * (1.0 + z / 4.0) / 3.0) / 2.0) - mu).norm()
}

/// The regression of x⁺ on x, u and 1, or on the columns that are given: the eigenvalue of Φ above the real axis.
fn regressed(rows: &[[f64; 4]], regressors: impl Fn(usize) -> Vec<f64>, targets: impl Fn(usize) -> [f64; 2], from: usize) -> Complex<f64> {
    let all: Vec<usize> = (from..rows.len() - 1).collect();
    let width = regressors(from).len();
    let x = DMatrix::from_fn(all.len(), width, |k, j| regressors(all[k])[j]);
    let y = DMatrix::from_fn(all.len(), 2, |k, j| targets(all[k])[j]);
    let map = x.svd(true, true).solve(&y, 1e-13).unwrap();
    let values = dmatrix![map[(0, 0)], map[(1, 0)]; map[(0, 1)], map[(1, 1)]].complex_eigenvalues();
    if values[0].im > 0.0 { values[0] } else { values[1] }
}

/// A loop that holds an input that goes straight learns the regression on the input at the start: another system, through any integrator, and nothing is recommended.
#[test]
fn a_loop_that_holds_what_goes_straight() {
    let rows = rows("white");
    let report = predicted(&samples("white"), &["rk4", "adams-bashforth-2"]);
    assert!(report.caveats.contains(&Caveat::StraightTakenHeld) && report.recommendation.is_none());
    let mu = regressed(&rows, |k| vec![rows[k][1], rows[k][2], rows[k][3], 1.0], |k| [rows[k + 1][1], rows[k + 1][2]], 0);
    let through = report.through_loss.as_ref().unwrap();
    assert!((through.modes[0].learned - mu.ln()).norm() < 1e-9 && through.modes[0].significant, "{:?}", through.modes);
    let learned = report.methods[0].modes[0].branches.principal().unwrap().lambda;
    assert!(off_rk4(learned, mu) < 1e-9, "{learned}");
    assert_ne!(report.methods[0].verdict, Some(Verdict::Faithful));
    // Two steps are one equation: x_{k+1} − x_k on (3 row k − row k−1)/2.
    let two = |k: usize, j: usize| 1.5 * rows[k][j] - 0.5 * rows[k - 1][j];
    let by_two =
        regressed(&rows, |k| vec![two(k, 1), two(k, 2), two(k, 3), 1.0], |k| [rows[k + 1][1] - rows[k][1], rows[k + 1][2] - rows[k][2]], 1);
    let learned = report.methods[1].modes[0].branches.principal().unwrap().lambda;
    assert!((learned - by_two).norm() < 1e-8, "{learned} {by_two}");
}

/// Five state variables, and a loss that follows several intervals: what is learned of straight inputs is not followed, and nothing gets a verdict.
#[test]
fn where_the_least_loss_is_not_known() {
    let data = samples("white").with_hold(Hold::Linear);
    let report = predicted(&data, &["adams-bashforth-2", "rk4"]);
    assert!(report.methods[0].inputs.is_empty() && report.methods[0].modes[0].minima.is_empty());
    assert!(!report.methods[1].inputs.is_empty());

    let subject = Subject::from_data_through(&data, &ModesOptions::default(), Loss::Windows(20), &|| false).unwrap();
    let prediction = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() };
    let beside = Beside { calls: default_calls().unwrap(), loss: Loss::Windows(20), ..Beside::default() };
    let report = prediction.report_beside(&beside, &|| false).unwrap();
    assert!(report.modes.iter().all(|mode| mode.settled) && report.caveats.contains(&Caveat::LearnedWithoutInputs));
    assert!(report.methods.iter().all(|method| method.verdict.is_none()) && report.recommendation.is_none());
    assert!(report.calls.iter().all(|call| call.verdict.is_none()));

    // Three more columns that decay under the same input, with a Γ for each of its ends.
    let rows = rows("white");
    let mut more = [0.0; 3];
    let mut states = Vec::new();
    for (k, row) in rows.iter().enumerate() {
        states.extend([row[1], row[2]].into_iter().chain(more));
        let next = rows.get(k + 1).map_or(0.0, |r| r[3]);
        for (i, x) in more.iter_mut().enumerate() {
            *x = (0.3 + 0.2 * i as f64) * *x + 0.2 * row[3] + (0.1 + 0.1 * i as f64) * next;
        }
    }
    let run = Trajectory::at(None, rows.iter().map(|r| r[0]).collect(), states).with_inputs(rows.iter().map(|r| r[3]).collect());
    let names = ["x", "v", "a", "b", "c"].map(String::from).to_vec();
    let data = Trajectories::with_times("five", names, vec!["u".into()], vec![run]).unwrap().with_hold(Hold::Linear);
    let report = predicted(&data, &["rk4"]);
    assert!(report.caveats.contains(&Caveat::LearnedWithoutInputs) && report.methods[0].inputs.is_empty());
    assert!(report.methods[0].verdict.is_none() && report.recommendation.is_none());
}

#[test]
fn the_screen_says_where_the_loss_stalls() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("white.csv");
    let lines = rows("white").iter().map(|[t, x, v, u]| format!("{t},{x},{v},{u}\n")).collect::<String>();
    std::fs::write(&path, format!("t,x,v,u\n{lines}")).unwrap();
    let path = path.to_str().unwrap();
    let said = |arguments: &[&str]| {
        let output = program::lambdahat(arguments).assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let linear = said(&["predict", path, "--input", "u", "--hold", "linear"]);
    assert!(linear.contains("Through rk4 the lowest loss (3.5 % of the motion) is at 0.1079 ± 1.912i, which grows."), "{linear}");
    assert!(linear.contains("implicit-midpoint −0.2651 ± 3.105i (0.003434, 1.559) 17.5 %"), "{linear}");
    assert!(!linear.contains("as without the inputs"), "{linear}");
    program::refused(&["predict", path, "--input", "u", "--hold", "cubic"], &["zero", "linear"]);
    let held = said(&["predict", path, "--input", "u", "--all"]);
    assert!(held.contains("this loop holds it: it learns another system") && held.contains("Nothing is recommended."), "{held}");
    assert!(!held.contains("settle no mode"), "{held}");
    let report = program::json(&["predict", path, "--input", "u", "--hold", "linear", "--method", "rk4"], 0);
    assert_eq!(report["driven"]["hold"], "linear");
    assert!(report["methods"][0]["inputs"][0]["level"].as_f64().unwrap() > 0.035);
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let (states, inputs) = pairs(&rows("white"));
    let of = |inputs: &[InputPair]| StatePairs::new(&states, 2).unwrap().with_inputs(inputs, Hold::Linear).map(|_| ());
    assert_eq!(of(&inputs[1..]), Err(UnevenError::Inputs));
    let mut bad = inputs.clone();
    bad[3].to.push(0.0);
    assert_eq!(of(&bad), Err(UnevenError::Inputs));
    bad[3].to = vec![f64::NAN];
    assert_eq!(of(&bad), Err(UnevenError::Inputs));
    assert_eq!(of(&inputs), Ok(()));
}
