//! The step against its stability function, its derivatives against differences.

use super::*;
use crate::data::{Paths, Trajectories, Trajectory};
use crate::fit::normal::{Gram, jacobian};
use crate::fit::{Loss, LossForm, Windows};
use crate::method::{Method, Sampling, catalog};
use crate::stability::StabilityFunction;
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

/// R(z) = 1 + z bᵀ(I − zA)⁻¹1.
fn resolvent(method: &Coefficients, z: Complex64) -> Complex64 {
    let s = method.stages;
    let system = DMatrix::from_fn(s, s, |i, j| {
        let identity = if i == j { Complex64::new(1.0, 0.0) } else { Complex64::new(0.0, 0.0) };
        identity - z * method.a[i * s + j]
    });
    let ones = DVector::from_element(s, Complex64::new(1.0, 0.0));
    let solved = system.lu().solve(&ones).expect("not at a pole");
    1.0 + z * solved.iter().zip(&method.b).map(|(x, b)| x * b).sum::<Complex64>()
}

/// Every method of the catalogue, read once.
static CATALOGUE: LazyLock<Vec<Method>> = LazyLock::new(|| catalog::all().expect("the catalogue parses"));

/// κ: by how much R(z) moves, at most, when each term that a step sums (the entries of hA𝐊 and of h bᵀ𝐊, and f at each stage) is off by one
/// part of itself: `1 + Σ|b_i K_i| + Σ_i |w_i z| (1 + Σ_j |a_ij K_j|)` with K = z(I − zA)⁻¹𝟙 and wᵀ = bᵀ(I − zA)⁻¹.
///
/// The coefficients themselves are rounded to a relative ε/2, so no evaluation in f64 can promise R to less than about εκ/2.
fn condition(method: &Coefficients, z: Complex64) -> f64 {
    let s = method.stages;
    let system = DMatrix::from_fn(s, s, |i, j| {
        let identity = if i == j { Complex64::new(1.0, 0.0) } else { Complex64::new(0.0, 0.0) };
        identity - z * method.a[i * s + j]
    });
    let k = system.clone().lu().solve(&DVector::from_element(s, z)).expect("not at a pole");
    let b = DVector::from_iterator(s, method.b.iter().map(|&b| Complex64::new(b, 0.0)));
    let w = system.transpose().lu().solve(&b).expect("not at a pole");
    let last: f64 = (0..s).map(|i| method.b[i].abs() * k[i].norm()).sum();
    let row = |i: usize| (0..s).map(|j| method.a[i * s + j].abs() * k[j].norm()).sum::<f64>();
    1.0 + last + (0..s).map(|i| w[i].norm() * z.norm() * (1.0 + row(i))).sum::<f64>()
}

/// 1e-12; where εκ itself is larger, εκ. That is so for two methods, whose coefficients go up to 458 and 208 and cancel.
fn allowed(method: &Method, z: Complex64) -> f64 {
    let Method::RungeKutta(tableau) = method else { return 1e-12 };
    let rounding = f64::EPSILON * condition(&tableau.coefficients(), z);
    if rounding > 1e-12 {
        assert!(["tanaka-yamashita7-efficient", "verner6-efficient"].contains(&method.name()), "{}: {rounding:e}", method.name());
    }
    rounding.max(1e-12)
}

/// A planar linear field acts as the complex number a + ib: one step must be multiplication by R(h(a + ib)), both from the resolvent and from the exact P/Q;
/// a multistep residual must be Σ α_j w^j − hλ Σ β_j w^j.
#[test]
fn every_method_of_the_catalogue_acts_on_linear_fields_as_its_stability_function() {
    let lambda = Complex64::new(-0.3, 0.8);
    let mut wrong = Vec::new();
    for method in CATALOGUE.iter() {
        for m in [1u32, 3] {
            let sampling = Sampling::new(0.7, m).expect("positive");
            let Ok(step) = Step::new(method, sampling, LossForm::Step) else {
                assert!(matches!(method, Method::Multistep(_)) && m == 3, "{}", method.name());
                continue;
            };
            let samples: Vec<Vec<f64>> = (0..8).map(|i| vec![(f64::from(i) * 0.4).cos(), f64::from(i) * 0.1]).collect();
            let windows =
                Windows::new(&Paths::of(std::slice::from_ref(&samples)).expect("finite"), Loss::Pairs, &step).expect("long enough");
            let model = Model::new(&"linear".parse().expect("a model"), &samples).expect("states");
            let theta = [lambda.re, -lambda.im, lambda.im, lambda.re];
            let block = windows.block(0, windows.count());
            let mut sweep = Sweep::new(&model, &step, windows.intervals(), block.n);
            sweep.forward(&model, &step, Width::detected(), &theta, &block).expect("steps");
            let z = lambda * step.h;
            let state = |j: usize, i: usize| Complex64::new(block.sample(j)[i], block.sample(j)[block.n + i]);
            for i in 0..block.count {
                let expected = match method {
                    Method::RungeKutta(tableau) => state(0, i) * resolvent(&tableau.coefficients(), z).powu(m) - state(1, i),
                    Method::Multistep(multistep) => (0..=multistep.steps())
                        .map(|j| (multistep.alpha()[j].to_f64() - z * multistep.beta()[j].to_f64()) * state(j, i))
                        .sum(),
                };
                if let Method::RungeKutta(tableau) = method
                    && method.is_exact()
                {
                    let coefficients = tableau.coefficients();
                    let r = StabilityFunction::of(tableau).eval(z);
                    assert!((r - resolvent(&coefficients, z)).norm() < allowed(method, z), "{}", method.name());
                }
                let found = Complex64::new(sweep.residuals[i], sweep.residuals[block.n + i]);
                if (found - expected).norm() >= allowed(method, z) {
                    wrong.push(format!("{} m = {m}: {found} not {expected}", method.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The states at times whose intervals run from a half of H to twice H.
fn at_uneven_times(states: &[Vec<f64>], interval: f64) -> Paths {
    let mut time = 0.0;
    let times = (0..states.len()).map(|k| {
        time += interval * [0.5, 1.3, 2.0, 0.8, 1.1][k % 5];
        time
    });
    let run = Trajectory::at(None, times.collect(), states.concat());
    let variables = (0..states[0].len()).map(|c| format!("x{c}")).collect();
    Trajectories::with_times("made up", variables, Vec::new(), vec![run]).expect("increase").paths().expect("neighbours")
}

/// At uneven times each interval is taken in m steps of its own length: a linear field acts as R(H_kλ/m)^m, whatever the window.
#[test]
fn uneven_intervals_have_steps_of_their_own() {
    let lambda = Complex64::new(-0.3, 0.8);
    let samples: Vec<Vec<f64>> = (0..8).map(|i| vec![(f64::from(i) * 0.4).cos(), f64::from(i) * 0.1]).collect();
    let model = Model::new(&"linear".parse().expect("a model"), &samples).expect("states");
    let theta = [lambda.re, -lambda.im, lambda.im, lambda.re];
    let mut cases = 0;
    for method in CATALOGUE.iter() {
        for (loss, m, interval) in [(Loss::Pairs, 1, 0.7), (Loss::Pairs, 3, 0.7), (Loss::Windows(3), 2, 0.5)] {
            let paths = at_uneven_times(&samples, interval);
            let Ok(step) = Step::new(method, Sampling::new(interval, m).expect("positive"), LossForm::Step) else { continue };
            let Method::RungeKutta(tableau) = method else {
                let refused = matches!(Windows::new(&paths, loss, &step), Err(FitError::Method { .. }));
                assert!(refused || (step.span() == 1 && loss == Loss::Pairs), "{}", method.name());
                continue;
            };
            cases += 1;
            let windows = Windows::new(&paths, loss, &step).expect("long enough");
            let block = windows.block(0, windows.count());
            let mut sweep = Sweep::new(&model, &step, windows.intervals(), block.n);
            sweep.forward(&model, &step, Width::detected(), &theta, &block).expect("steps");
            let path = paths.get(0).expect("one");
            let state = |k: usize| Complex64::new(path[k][0], path[k][1]);
            for i in 0..block.count {
                let (_, first) = block.origin(i);
                let mut expected = state(first);
                for j in 0..windows.intervals() {
                    let z = lambda * path.duration(first + j).expect("uneven") / f64::from(m);
                    expected *= resolvent(&tableau.coefficients(), z).powu(m);
                    let row = 2 * j * block.n + i;
                    let found = state(first + j + 1) + Complex64::new(sweep.residuals[row], sweep.residuals[row + block.n]);
                    let allowed = 10.0 * (f64::EPSILON * condition(&tableau.coefficients(), z)).max(1e-12) * (1.0 + expected.norm());
                    assert!((found - expected).norm() < allowed, "{} {loss} m = {m}: {found} not {expected}", method.name());
                }
            }
        }
    }
    assert!(cases > 100, "{cases}");
}

/// The Jacobian against central differences, the weighted reverse sweep against it, and JJᵀ by Gram matrices against its product.
#[test]
fn derivatives_are_those_of_the_discrete_step() {
    let states: Vec<Vec<f64>> = (0..12).map(|i| vec![1.0 + (f64::from(i) * 0.7).cos(), 0.5 + (f64::from(i) * 1.1).sin()]).collect();
    let cases: [(&str, LossForm, Loss, u32, &str); 13] = [
        ("rk4", LossForm::Step, Loss::Pairs, 1, "mlp:40x36"),
        ("rk4", LossForm::Step, Loss::Windows(3), 2, "mlp:5x6"),
        ("forward-euler", LossForm::Step, Loss::Rollout, 1, "polynomial:3"),
        ("tsitouras5", LossForm::Step, Loss::Pairs, 1, "rbf:9"),
        ("implicit-midpoint", LossForm::Step, Loss::Windows(2), 2, "mlp:7x5:softplus"),
        ("implicit-midpoint", LossForm::Residual, Loss::Pairs, 1, "mlp:7x5:gelu"),
        ("trapezoid", LossForm::Residual, Loss::Pairs, 1, "mlp:6"),
        ("trapezoid", LossForm::Step, Loss::Pairs, 1, "sindy:2"),
        ("gauss2", LossForm::Step, Loss::Pairs, 1, "mlp:6x4"),
        ("radau-iia-3", LossForm::Step, Loss::Windows(2), 1, "affine"),
        ("sdirk2", LossForm::Step, Loss::Pairs, 2, "mlp:5"),
        ("leap-frog", LossForm::Step, Loss::Pairs, 1, "mlp:5x4"),
        ("bdf3", LossForm::Step, Loss::Pairs, 1, "mlp:5x4"),
    ];
    let (even, uneven) = (Paths::of(std::slice::from_ref(&states)).expect("finite"), at_uneven_times(&states, 0.3));
    for ((name, form, loss, m, spec), paths) in cases.iter().flat_map(|case| [(*case, &even), (*case, &uneven)]) {
        let method = catalog::find(name).expect("in the catalogue");
        let step = Step::new(&method, Sampling::new(0.3, m).expect("positive"), form).expect("has the form");
        if paths.is_uneven() && step.span() > 1 {
            continue;
        }
        let windows = Windows::new(paths, loss, &step).expect("long enough");
        let model = Model::new(&spec.parse().expect("a model"), &states).expect("states");
        let mut theta = model.random(0.7, &mut ChaCha8Rng::seed_from_u64(5));
        theta.iter_mut().enumerate().for_each(|(i, p)| *p += 0.05 * (i as f64).sin());
        let (intervals, width) = (windows.intervals(), Width::detected());
        let block = windows.block(0, windows.count());
        let (n, slots) = (block.n, step.slots(intervals));
        let copies = step.residual_groups(intervals) * 2;
        let mut sweep = Sweep::new(&model, &step, intervals, n);
        let mut unit = Adjoint::new(&model, &step, intervals, n, copies);
        let size = copies * n;
        let p = theta.len();
        sweep.forward(&model, &step, width, &theta, &block).expect("steps");
        sweep.reverse(&model, &step, width, &theta, block.count, Seeds::Unit, &mut unit);
        let mut rows = vec![0.0; p * size];
        jacobian(&model, &sweep.tape, &unit, slots, copies, n, &mut rows);
        let mut gram = Gram::new(&model, n, slots, copies);
        gram.fill(&model, width, &sweep.tape, &unit, slots);
        let largest = (0..size).map(|i| gram.matrix[i * size + i]).fold(0.0, f64::max);
        for i in 0..size {
            for j in i..size {
                let product: f64 = (0..p).map(|k| rows[k * size + i] * rows[k * size + j]).sum();
                assert!((gram.matrix[i * size + j] - product).abs() < 1e-12 * largest, "{name} {spec} gram ({i}, {j})");
            }
        }
        let weights: Vec<f64> = (0..size).map(|i| if i % n < block.count { (i as f64 * 0.37).sin() } else { 0.0 }).collect();
        let mut single = Adjoint::new(&model, &step, intervals, n, 1);
        sweep.reverse(&model, &step, width, &theta, block.count, Seeds::Weighted(&weights), &mut single);
        let mut gradient = vec![0.0; p];
        single.deltas.gradient(&model, width, &sweep.tape, 0..slots, 0, &mut gradient);
        for k in 0..p {
            let product: f64 = rows[k * size..(k + 1) * size].iter().zip(&weights).map(|(j, w)| j * w).sum();
            assert!((gradient[k] - product).abs() < 1e-12 * (1.0 + product.abs()), "{name} {spec} gradient {k}");
        }
        for k in (0..p).step_by(1 + p / 40) {
            let h = 1e-4;
            let mut side = |sign: f64| {
                let mut moved = theta.clone();
                moved[k] += sign * h;
                sweep.forward(&model, &step, width, &moved, &block).expect("steps");
                sweep.residuals.clone()
            };
            let (up, down, up2, down2) = (side(1.0), side(-1.0), side(2.0), side(-2.0));
            for i in 0..size {
                let slope = (8.0 * (up[i] - down[i]) - (up2[i] - down2[i])) / (12.0 * h);
                let exact = rows[k * size + i];
                assert!((slope - exact).abs() < 1e-9 * (1.0 + slope.abs()), "{name} {spec} ({k}, {i}): {exact} {slope}");
            }
        }
    }
}

/// Each method of the catalogue in each form that it has, once and twice an interval: rows of J against differences of fourth order.
#[test]
fn every_method_of_the_catalogue_has_the_derivatives_of_its_step() {
    let states: Vec<Vec<f64>> = (0..24).map(|i| vec![1.0 + (f64::from(i) * 0.7).cos(), 0.5 + (f64::from(i) * 1.1).sin()]).collect();
    let model = Model::new(&"mlp:3".parse().expect("a model"), &states).expect("states");
    let theta: Vec<f64> =
        model.random(0.7, &mut ChaCha8Rng::seed_from_u64(5)).iter().enumerate().map(|(i, p)| p + 0.05 * (i as f64).sin()).collect();
    let (width, h) = (Width::detected(), 2e-3);
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for method in CATALOGUE.iter() {
        for (form, m) in [(LossForm::Step, 1), (LossForm::Step, 2), (LossForm::Residual, 1)] {
            let Ok(step) = Step::new(method, Sampling::new(0.2, m).expect("positive"), form) else { continue };
            if form == LossForm::Residual && matches!(method, Method::Multistep(_)) {
                continue; // The same as its step.
            }
            cases += 1;
            let windows =
                Windows::new(&Paths::of(std::slice::from_ref(&states)).expect("finite"), Loss::Pairs, &step).expect("long enough");
            let block = windows.block(0, windows.count().min(3));
            let (n, slots, copies) = (block.n, step.slots(windows.intervals()), 2);
            let mut sweep = Sweep::new(&model, &step, windows.intervals(), n);
            let mut unit = Adjoint::new(&model, &step, windows.intervals(), n, copies);
            sweep.forward(&model, &step, width, &theta, &block).expect("steps");
            sweep.reverse(&model, &step, width, &theta, block.count, Seeds::Unit, &mut unit);
            let size = copies * n;
            let mut rows = vec![0.0; theta.len() * size];
            jacobian(&model, &sweep.tape, &unit, slots, copies, n, &mut rows);
            for k in (0..theta.len()).step_by(4) {
                let mut side = |sign: f64| {
                    let mut moved = theta.clone();
                    moved[k] += sign * h;
                    sweep.forward(&model, &step, width, &moved, &block).expect("steps");
                    sweep.residuals.clone()
                };
                let (up, down, up2, down2) = (side(1.0), side(-1.0), side(2.0), side(-2.0));
                for i in 0..size {
                    let slope = (8.0 * (up[i] - down[i]) - (up2[i] - down2[i])) / (12.0 * h);
                    let exact = rows[k * size + i];
                    if (slope - exact).abs() >= 1e-9 * (1.0 + slope.abs()) {
                        wrong.push(format!("{} {form:?} m = {m} ({k}, {i}): {exact} {slope}", method.name()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases > 2 * CATALOGUE.iter().filter(|method| matches!(method, Method::RungeKutta(_))).count());
}

#[test]
fn a_failing_newton_iteration_says_where() {
    // A steep field and a long step: K = f(y + hK) has no solution that Newton's method finds from f(y).
    let states: Vec<Vec<f64>> = (0..4).map(|i| vec![1.0 + f64::from(i)]).collect();
    let method = catalog::find("implicit-euler").expect("in the catalogue");
    let step = Step::new(&method, Sampling::new(1.0, 1).expect("positive"), LossForm::Step).expect("stepped");
    let windows = Windows::new(&Paths::of(std::slice::from_ref(&states)).expect("finite"), Loss::Pairs, &step).expect("long enough");
    let model = Model::new(&"sindy:2".parse().expect("a model"), &states).expect("states");
    let block = windows.block(0, windows.count());
    let mut sweep = Sweep::new(&model, &step, 1, block.n);
    // x = y + (1 + x²) has no real solution for y ≥ 1.
    let error = sweep.forward(&model, &step, Width::detected(), &[1.0, 0.0, 1.0], &block).expect_err("no solution");
    // Every window fails; the one that is told is named by its sample, and the state is that sample.
    let FitError::Newton { trajectory: 0, sample, substep: 0, state, .. } = &error else { panic!("{error}") };
    assert_eq!(*state, states[*sample], "{error}");
}
