//! Fits through a library's own steps: values against the linear model of the loop, derivatives against differences, trained matrices against
//! roots that were found on the libraries themselves (tests/data/loops).

use lambdahat::data::Paths;
use lambdahat::fit::{Batch, Loss, Objective, Prepared, StepDerivatives, Through, Training, unwatched};
use lambdahat::loops::{Call, StateNorm};
use num_complex::Complex64;
use serde_json::Value;
use std::f64::consts::TAU;

fn call(text: &str) -> Call {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Starts at the phases of `StateNorm::phases`, `samples` intervals of ẏ = λy from each.
fn turning(lambda: Complex64, interval: f64, starts: usize, samples: usize) -> Paths {
    let at = |k: usize, j: usize| {
        let start = Complex64::from_polar(1.0, TAU * (k as f64 + 0.5) / starts as f64);
        let y = start * (lambda * interval * j as f64).exp();
        vec![y.re, y.im]
    };
    Paths::of(&(0..starts).map(|k| (0..=samples).map(|j| at(k, j)).collect()).collect::<Vec<_>>()).unwrap()
}

/// The matrix that multiplies by μ.
fn matrix(mode: Complex64) -> Vec<f64> {
    vec![mode.re, -mode.im, mode.im, mode.re]
}

fn prepared(through: Through, model: &str, interval: f64, loss: Loss, data: &Paths) -> Prepared {
    let training = Training { loss, ..Training::through(model.parse().unwrap(), through, interval).unwrap() };
    training.prepare(data).unwrap()
}

fn objective(prepared: &Prepared) -> Objective<'_> {
    Objective::new(prepared.model(), prepared.step(), prepared.windows()).unwrap()
}

const CALLS: [&str; 17] = [
    "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4",
    "torchdiffeq:bosh3:rtol=1e-3,atol=1e-5",
    "torchdiffeq:adaptive_heun:rtol=1e-2,atol=1e-4",
    "torchdiffeq:fehlberg2:rtol=1e-2,atol=1e-4",
    "torchdiffeq:dopri8:rtol=1e-5,atol=1e-7",
    "torchdiffeq:dopri5:rtol=1e-3,atol=1e-5,step_t=t",
    "torchdiffeq:rk4:step_size=0.3",
    "torchdiffeq:heun3:step_size=0.3,interp=cubic",
    "torchdyn:tsit5",
    "scipy:RK45:rtol=1e-3",
    "scipy:RK23:rtol=1e-4",
    "scipy:DOP853:rtol=1e-5",
    "diffrax:Tsit5:rtol=1e-2,atol=1e-4,dt0=1",
    "diffrax:Heun:rtol=1e-2,atol=1e-4,dt0=0.1",
    "diffrax:Midpoint:dt0=0.3",
    "diffrax:Dopri5:dt0=0.3",
    "diffrax:Bosh3:rtol=1e-3,atol=1e-3,dt0=0.2,pcoeff=0.3,icoeff=0.4",
];

/// A linear model's prediction is y₀ times the multiplier that the linear model of the loop finds.
#[test]
fn on_linear_models_the_samples_are_the_multipliers() {
    let mode = Complex64::new(-0.1, 2.0);
    for text in CALLS {
        let Ok(call) = text.parse::<Call>() else { panic!("{text}") };
        for (samples, loss) in [(1, Loss::Pairs), (4, Loss::Rollout)] {
            for batch in [Batch::Together, Batch::Each] {
                // Truth 0: the residual is the prediction.
                let starts = turning(mode, 1.0, 5, samples).to_lists();
                let still = |t: &Vec<Vec<f64>>| t.iter().enumerate().map(|(k, y)| if k == 0 { y.clone() } else { vec![0.0; 2] }).collect();
                let data = Paths::of(&starts.iter().map(still).collect::<Vec<_>>()).unwrap();
                let prepared = prepared(Through { batch, ..Through::new(call.clone()) }, "linear", 1.0, loss, &data);
                let found = objective(&prepared).loss(&matrix(mode)).unwrap() * prepared.residual_count() as f64;
                let times: Vec<f64> = (1..=samples).map(|k| k as f64).collect();
                let norms: Vec<StateNorm> = match batch {
                    Batch::Together => vec![StateNorm::phases(5, 1.0); 5],
                    Batch::Each => (0..5).map(|k| StateNorm::start(1.0, TAU * (k as f64 + 0.5) / 5.0)).collect(),
                };
                let expected: f64 =
                    norms.iter().flat_map(|norm| call.follow(mode, &times, norm).unwrap().multipliers).map(|f| f.norm_sqr()).sum();
                // The error of a short first step, some 1e-10, carries the rounding of its stages into the steps that follow.
                assert!((found - expected).abs() < 1e-8 * expected, "{text} {samples} {batch:?}: {found} {expected}");
            }
        }
    }
}

/// Steps that do not depend on the parameters: bounded by a largest step, or on a grid. Then the library's convention is exact.
#[test]
fn with_constant_steps_derivatives_are_those_of_the_loss() {
    let calls = [
        "torchdiffeq:dopri5:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "torchdiffeq:bosh3:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "torchdiffeq:adaptive_heun:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "torchdiffeq:fehlberg2:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "torchdiffeq:dopri8:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "torchdiffeq:rk4:step_size=0.3",
        "torchdiffeq:rk4:step_size=0.3,interp=cubic",
        "scipy:RK45:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "scipy:DOP853:rtol=9,atol=9,first_step=0.3,max_step=0.3",
        "diffrax:Tsit5:rtol=9,atol=9,dt0=0.3,dtmax=0.3",
        "diffrax:Heun:dt0=0.3",
        "diffrax@0.7.0:Midpoint:dt0=0.3",
    ];
    let data = turning(Complex64::new(-0.1, 2.0), 0.7, 6, 5);
    for text in calls {
        for model in ["linear", "polynomial:2", "mlp:4x3", "mlp:3:gelu"] {
            for batch in [Batch::Together, Batch::Each] {
                let prepared = prepared(Through { batch, ..Through::new(call(text)) }, model, 0.7, Loss::Windows(3), &data);
                let mut objective = objective(&prepared);
                let theta: Vec<f64> = (0..prepared.model().parameter_count()).map(|k| 0.15 * (k as f64 + 1.0).sin()).collect();
                let mut gradient = vec![0.0; theta.len()];
                objective.gradient(&theta, &mut gradient).unwrap();
                let largest = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
                for k in 0..theta.len() {
                    let mut at = |shift: f64| {
                        let mut moved = theta.clone();
                        moved[k] += shift;
                        objective.loss(&moved).unwrap()
                    };
                    let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                    assert!((slope - gradient[k]).abs() < 1e-7 * largest, "{text} {model} {batch:?} {k}: {slope} {}", gradient[k]);
                }
            }
        }
    }
}

/// Where the steps follow the parameters, the library's convention is off by about the tolerance and the other is not.
#[test]
fn the_two_conventions_differ_by_about_the_tolerance() {
    let lambda = Complex64::new(-0.02, 2.0);
    let data = turning(lambda, 1.0, 16, 1);
    for (rtol, least, most) in [(1e-1, 1e-2, 1.0), (1e-3, 1e-5, 1e-1), (1e-5, 1e-7, 1e-3)] {
        let gradient = |derivatives: StepDerivatives| {
            let through = Through { derivatives, ..Through::new(call(&format!("torchdiffeq:dopri5:rtol={rtol},atol={}", rtol / 100.0))) };
            let prepared = prepared(through, "linear", 1.0, Loss::Pairs, &data);
            let mut gradient = vec![0.0; 4];
            objective(&prepared).gradient(&matrix(Complex64::new(-0.3, 2.3)), &mut gradient).unwrap();
            gradient
        };
        let (constant, whole) = (gradient(StepDerivatives::Constant), gradient(StepDerivatives::Whole));
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let apart = norm(&constant.iter().zip(&whole).map(|(a, b)| a - b).collect::<Vec<_>>()) / norm(&whole);
        assert!((least..most).contains(&apart), "{rtol}: {apart}");
    }
}

/// The eigenvalue with a positive imaginary part of a 2×2 matrix.
fn eigenvalue(m: &[f64]) -> Complex64 {
    let half = (m[0] + m[3]) / 2.0;
    let square = half * half - (m[0] * m[3] - m[1] * m[2]);
    Complex64::new(half, (-square).max(0.0).sqrt())
}

/// Matrices trained from the truth end on the roots of the libraries: 16 real starts in one call.
#[test]
fn trained_matrices_are_the_roots_found_on_the_libraries() {
    let table: Value = serde_json::from_str(include_str!("data/loops/pairs.json")).unwrap();
    let mut trained = 0;
    for row in table["rows"].as_array().unwrap().iter().filter(|row| row["norm"] == "real") {
        let (rtol, atol, interval) = (row["rtol"].as_f64().unwrap(), row["atol"].as_f64().unwrap(), row["interval"].as_f64().unwrap());
        let lambda = Complex64::new(row["lambda_"][0].as_f64().unwrap(), row["lambda_"][1].as_f64().unwrap());
        let text = match row["call"].as_str().unwrap() {
            "torchdiffeq dopri5" => format!("torchdiffeq:dopri5:rtol={rtol},atol={atol}"),
            "diffrax Tsit5 dt0=None(=0.01)" => format!("diffrax:Tsit5:rtol={rtol},atol={atol}"),
            "diffrax Tsit5 dt0=H" => format!("diffrax:Tsit5:rtol={rtol},atol={atol},dt0={interval}"),
            "scipy RK45" => format!("scipy:RK45:rtol={rtol},atol={atol}"),
            _ => format!("torchdyn:tsit5:rtol={rtol},atol={atol}"),
        };
        if lambda.im == 0.0 {
            continue;
        }
        let through = Through { batch: Batch::Together, derivatives: StepDerivatives::Whole, ..Through::new(call(&text)) };
        let prepared = prepared(through, "linear", interval, Loss::Pairs, &turning(lambda, interval, 16, 1));
        let fit = prepared.fit(0, Some(matrix(lambda)), &mut unwatched).unwrap();
        let expected = Complex64::new(row["learned"][0].as_f64().unwrap(), row["learned"][1].as_f64().unwrap());
        let learned = eigenvalue(&fit.learned.parameters);
        assert!((learned - expected).norm() < 1e-9, "{text} {lambda} {interval}: {learned} {expected}, loss {}", fit.loss);
        trained += 1;
    }
    assert!(trained > 60, "{trained}");
}

/// With the library's own derivatives the same roots are reached: they are without loss, so the gradient's error does not move them.
#[test]
fn the_libraries_derivatives_reach_the_same_roots() {
    let lambda = Complex64::new(-0.02, 2.0);
    for rtol in [1e-1, 1e-2, 1e-3] {
        let data = turning(lambda, 1.0, 16, 1);
        let text = format!("torchdiffeq:dopri5:rtol={rtol},atol={}", rtol / 100.0);
        let learned = |derivatives| {
            let prepared = prepared(Through { derivatives, ..Through::new(call(&text)) }, "linear", 1.0, Loss::Pairs, &data);
            let fit = prepared.fit(0, Some(matrix(Complex64::new(-0.2, 1.7))), &mut unwatched).unwrap();
            assert!(fit.loss < 1e-22, "{text} {derivatives:?} {}", fit.loss);
            eigenvalue(&fit.learned.parameters)
        };
        assert!((learned(StepDerivatives::Constant) - learned(StepDerivatives::Whole)).norm() < 1e-10, "{rtol}");
    }
}

/// diffrax as its documentation has it, one call a start over whole trajectories: trained with its own derivatives (trained_trajectories.json).
#[test]
fn trajectories_of_single_starts_end_where_the_library_ends() {
    let table: Value = serde_json::from_str(include_str!("data/loops/trained_trajectories.json")).unwrap();
    for row in table["rows"].as_array().unwrap() {
        let number = |key: &str| row[key].as_f64().unwrap();
        let pair = |key: &str| Complex64::new(row[key][0].as_f64().unwrap(), row[key][1].as_f64().unwrap());
        let (interval, samples) = (number("interval"), number("samples") as usize);
        let call = call(&format!("diffrax:Tsit5:rtol={},atol={},dt0={interval}", number("rtol"), number("atol")));
        let prepared = prepared(Through::new(call), "linear", interval, Loss::Rollout, &turning(pair("lambda_"), interval, 16, samples));
        let fit = prepared.fit(0, Some(matrix(pair("lambda_"))), &mut unwatched).unwrap();
        let learned = eigenvalue(&fit.learned.parameters);
        // The optimiser asks for a lower loss, which the library's derivatives do not always point at: it may stop a little before they vanish.
        let (expected, off) = (pair("stationary"), 1e-5 * number("rtol"));
        assert!((learned - expected).norm() < off, "{row}: {learned}");
        assert!((fit.loss - number("loss")).abs() < 1e-6 * number("loss"), "{row}: {}", fit.loss);
    }
}

/// Implicit calls are refused before anything is trained, and what is named instead can be fitted.
#[test]
fn implicit_calls_are_refused_with_what_to_fit_instead() {
    for text in ["diffrax:Kvaerno3:rtol=1e-3,atol=1e-6", "diffrax:ImplicitEuler:dt0=0.1", "scipy:Radau"] {
        let call = call(text);
        let data = turning(Complex64::new(-0.1, 2.0), 1.0, 2, 3);
        let through =
            |call: Call| Training::through("linear".parse().unwrap(), Through::new(call), 1.0).unwrap().prepare(&data).map(|_| ());
        let refused = through(call.clone()).unwrap_err().to_string();
        assert!(refused.contains(text) && refused.contains("implicit stages") && refused.contains(call.scheme), "{refused}");
        // The scheme with constant steps, and the explicit call.
        let method = lambdahat::method::catalog::find(call.scheme).unwrap();
        let sampling = lambdahat::method::Sampling::new(1.0, 1).unwrap();
        assert!(Training::new("linear".parse().unwrap(), method, sampling).prepare(&data).is_ok());
        let explicit = refused.rsplit("as ").next().unwrap().trim_end_matches('.');
        assert!(through(explicit.parse().unwrap()).is_ok(), "{refused}");
    }
}

/// Matrices trained in float32 end within a few spreads of where the prediction has them, and not on the root of exact arithmetic.
#[test]
fn matrices_trained_in_single_precision_end_where_rounding_lets_them() {
    use lambdahat::inverse::step_control::{ControlledEquation, Search, solutions};
    let lambda = Complex64::new(-0.02, 2.0);
    for text in [
        "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4,dtype=float32",
        "torchdiffeq:dopri5:rtol=1e-4,atol=1e-6,dtype=float32",
        "torchdiffeq:dopri5:dtype=float32",
        "torchdiffeq:rk4:step_size=0.0625,dtype=float32",
        "diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=1,dtype=float32",
    ] {
        let call = call(text);
        let equation = ControlledEquation::pairs(&call, lambda, 1.0, StateNorm::phases(16, 1.0)).unwrap();
        let found = solutions(&equation, Search::Near).unwrap();
        let predicted = found.principal().unwrap();
        let through = Through { batch: Batch::Together, ..Through::new(call.clone()) };
        let prepared = prepared(through, "linear", 1.0, Loss::Pairs, &turning(lambda, 1.0, 16, 1));
        let fit = prepared.fit(0, Some(matrix(lambda)), &mut unwatched).unwrap();
        let off = (eigenvalue(&fit.learned.parameters) - predicted.lambda).norm();
        println!("{text}: {off:.1e} of {:.1e}, loss {:.1e}", predicted.radius, fit.loss);
        // Four entries are trained where two numbers describe the mode.
        assert!(off < 8.0 * predicted.radius && fit.loss > 1e-17, "{text}: {off:e}, {:?}, loss {:e}", predicted.rounding, fit.loss);
    }
}
