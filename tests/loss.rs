//! What losses learn from noisy samples: predicted, and by the program's own fits. Reference values from `tests/data/noisy_runs.py` (scipy 1.17.1).

use lambdahat::check::{Agreement, CalledCheck, CalledTraining};
use lambdahat::data::{Paths, Reading, Trajectories, Trajectory};
use lambdahat::exact::eigenvalues;
use lambdahat::fit::{Loss, Through, Training, unwatched};
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::loops::Regression;
use lambdahat::method::{Sampling, catalog};
use lambdahat::predict::{Beside, CallMode, Prediction, Report, Subject};
use lambdahat::truth::ModesOptions;
use nalgebra::DMatrix;
use num_complex::Complex;

const H: f64 = 0.1;

/// What scipy finds: the loss, λ̂ through an exact integrator, λ̂ through RK4, the least loss where it was kept.
fn reference() -> [(Loss, Complex<f64>, Complex<f64>, f64); 5] {
    let c = Complex::new;
    [
        (Loss::Pairs, c(-0.480278460304, 2.003515057427), c(-0.480305705819, 2.003532196175), 0.009339004315559),
        (Loss::Windows(5), c(-0.2145241522, 1.9824307991), c(-0.2145339119, 1.9824556887), 0.008933664441),
        (Loss::Windows(20), c(-0.1222429390, 1.9929831028), c(-0.1222466709, 1.9930095523), 0.007969783422),
        (Loss::Rollout, c(-0.1019470315, 1.9986187612), c(-0.1019494077, 1.9986456236), 0.005892399247),
        (Loss::RolloutFreeStart, c(-0.0990673360, 1.9991919040), c(-0.0990695194, 1.9992188036), 0.004890551670),
    ]
}

fn noisy() -> Trajectories {
    Reading::default().open(std::path::Path::new("tests/data/noisy_runs.csv")).unwrap()
}

fn samples(data: &Trajectories) -> Paths {
    data.require_even().unwrap().paths()
}

fn report(loss: Loss) -> Report {
    let data = noisy();
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap().with_loss(&samples(&data), loss, true);
    let methods = vec![catalog::find("rk4").unwrap()];
    Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap()
}

/// The eigenvalue in the upper half plane of the field that the program's own fit learns.
fn fitted(loss: Loss, method: &str, substeps: u32) -> (Complex<f64>, f64) {
    let sampling = Sampling::new(H, substeps).unwrap();
    let training = Training { loss, ..Training::new("affine".parse().unwrap(), catalog::find(method).unwrap(), sampling) };
    let fit = training.prepare(&samples(&noisy())).unwrap().fit(0, None, &mut unwatched).unwrap();
    let mut jacobian = [0.0; 4];
    lambdahat::dynamics::Field::jacobian(&fit.learned, &[0.0, 0.0], &mut jacobian);
    let discs = eigenvalues(&DMatrix::from_row_slice(2, 2, &jacobian)).unwrap();
    (discs.iter().map(|d| d.centre).max_by(|a, b| a.im.total_cmp(&b.im)).unwrap(), fit.loss)
}

#[test]
fn predictions_are_what_an_independent_program_finds() {
    for (loss, exact, rk4, floor) in reference() {
        let report = report(loss);
        let through = report.through_loss.as_ref().unwrap();
        let mode = through.modes.iter().find(|mode| mode.lambda.im > 0.0).unwrap();
        assert!((mode.learned - exact).norm() < 2e-7, "{loss}: {} {exact}", mode.learned);
        assert!((through.floor - floor).abs() < 1e-9, "{loss}: {}", through.floor);
        let learned = &report.methods[0].modes.iter().find(|mode| mode.branches.lambda.im > 0.0).unwrap().branches;
        let principal = learned.principal().unwrap().lambda;
        assert!((principal - rk4).norm() < 2e-7, "{loss}: {principal} {rk4}");
        assert!((through.noise.unwrap() - 0.2).abs() < 0.01, "{:?}", through.noise);
    }
}

#[test]
fn the_programs_own_fits_land_there() {
    for (loss, _, rk4, floor) in reference() {
        let (learned, least) = fitted(loss, "rk4", 1);
        assert!((learned - rk4).norm() < 1e-6, "{loss}: {learned} {rk4}");
        assert!((least - floor).abs() < 1e-7, "{loss}: {least} {floor}");
    }
}

/// A multistep method puts the noisy samples into its equation: a regression of its own, through which noise can even be learned as growth.
#[test]
fn multistep_methods_learn_what_their_own_regression_does() {
    let c = Complex::new;
    let expected = [
        ("leap-frog", c(-0.093916235603, 1.918022309524), 4.0 * 0.002628670339),
        ("adams-bashforth-2", c(-0.610706372170, 1.807251522820), 0.009522741627),
        ("adams-moulton-2", c(-0.189883785824, 1.961224375753), 0.009697181527),
        ("bdf2", c(0.488762772455, 1.964455773542), 0.030998769170),
    ];
    let data = noisy();
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap().with_loss(&samples(&data), Loss::Pairs, true);
    for (name, scipy, floor) in expected {
        let methods = vec![catalog::find(name).unwrap()];
        let report = Prediction { subject: subject.clone(), methods, substeps: 1, limits: Limits::default() }.report().unwrap();
        let method = &report.methods[0];
        let mode = method.modes.iter().find(|m| m.branches.lambda.im > 0.0).unwrap();
        let learned = mode.branches.principal().unwrap().lambda;
        assert!((learned - scipy).norm() < 1e-9, "{name}: {learned} {scipy}");
        assert!((method.floor.unwrap() - floor).abs() < 1e-11, "{name}: {:?}", method.floor);
        let (own, least) = fitted(Loss::Pairs, name, 1);
        assert!((own - scipy).norm() < 1e-7 && (least - floor).abs() < 1e-10, "{name}: {own} {least}");
        let expected = if name == "bdf2" { Verdict::Artifact } else { Verdict::Distorted };
        assert_eq!(method.verdict, Some(expected), "{name}");
        // What is advised can be trained: a multistep method by pairs and one step a sample, or another.
        let advice = report.recommendation.as_ref().unwrap();
        assert!(
            catalog::find(&advice.method).is_ok_and(|m| matches!(m, lambdahat::method::Method::RungeKutta(_))),
            "{name}: {}",
            advice.method
        );
    }
}

#[test]
fn regressions_on_derivatives_are_made_on_the_noisy_samples() {
    let c = Complex::new;
    let expected = [
        ("pysindy:FiniteDifference:drop_endpoints=True", c(-0.093916235603, 1.918022309524)),
        ("pysindy:FiniteDifference", c(-0.096797100784, 1.903098240088)),
        ("numpy:gradient", c(-0.099362033776, 1.912282396173)),
        ("derivative:central4", c(-0.094184298970, 1.924734789534)),
        ("derivative:forward", c(-0.659580590874, 1.896815116466)),
        ("derivative:savgol:11,3", c(-0.102535462842, 1.984807925388)),
    ];
    let data = noisy();
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap().with_loss(&samples(&data), Loss::Pairs, true);
    let regressions = expected.iter().map(|(name, _)| Regression::read(name).unwrap().unwrap()).collect();
    let beside = Beside { regressions, ..Beside::default() };
    let prediction = Prediction { subject, methods: vec![catalog::find("rk4").unwrap()], substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&beside, &|| false).unwrap();
    for (found, (name, scipy)) in report.regressions.iter().zip(expected) {
        let learned = found.modes[0].noisy.unwrap();
        assert!((learned - scipy).norm() < 1e-9, "{name}: {learned} {scipy}");
        assert_eq!(found.verdict, Some(Verdict::Distorted), "{name}");
    }
}

/// A call with steps of its own learns from noisy samples what the loss prefers, and fits through it land there.
#[test]
fn librarys_calls_are_judged_on_the_noisy_samples() {
    let data = noisy();
    let paths = samples(&data);
    for (text, loss, near) in [
        ("torchdiffeq:dopri5", Loss::Pairs, 1e-5),
        ("diffrax:Tsit5:rtol=1e-3,atol=1e-6", Loss::Pairs, 1e-5),
        ("torchdiffeq:rk4:step_size=0.03", Loss::Windows(5), 1e-3),
    ] {
        let call: lambdahat::loops::Call = text.parse().unwrap();
        let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap().with_loss(&paths, loss, true);
        let beside = Beside { calls: vec![call.clone()], loss, ..Beside::default() };
        let prediction = Prediction { subject, methods: vec![catalog::find("rk4").unwrap()], substeps: 1, limits: Limits::default() };
        let report = prediction.report_beside(&beside, &|| false).unwrap();
        let exact = reference().into_iter().find(|(of, ..)| *of == loss).unwrap().1;
        assert_eq!(report.calls[0].verdict, Some(Verdict::Distorted), "{text}");
        let CallMode::Assessed(found) = &report.calls[0].modes[0] else { panic!("{text} is followed") };
        assert!((found.learned().unwrap() - exact).norm() < near, "{text}: {:?} {exact}", found.learned());
        let through = Through::new(call);
        let training = Training {
            loss,
            through: Some(through.clone()),
            ..Training::new("affine".parse().unwrap(), catalog::find("rk4").unwrap(), Sampling::new(H, 1).unwrap())
        };
        let prepared = training.prepare(&paths).unwrap();
        let called = CalledTraining { through: &through, interval: H, report: &report };
        let modes = called.modes(&prepared, &paths).unwrap();
        let fits = [(0, prepared.fit(0, None, &mut unwatched))];
        let check =
            CalledCheck::new(called, &prepared, Agreement::of(&"affine".parse().unwrap(), prepared.optimiser()), modes, &fits, &paths);
        assert!(check.agrees, "{text}: {:?}", check.fits);
    }
}

#[test]
fn noise_is_told_from_the_integrator_and_the_remedy_works() {
    let report = report(Loss::Pairs);
    let rk4 = &report.methods[0];
    // Damping 4.8 times the truth's: not faithful, though RK4 itself is.
    assert_eq!(rk4.verdict, Some(Verdict::Distorted));
    let mode = &rk4.modes[0];
    let clean = mode.noise_free.as_ref().unwrap().principal().unwrap().lambda;
    assert!((clean - mode.branches.lambda).norm() < 1e-4);
    let advice = report.recommendation.as_ref().unwrap();
    let loss = advice.loss.unwrap();
    assert_eq!(loss, Loss::RolloutFreeStart);
    let told = advice.learns.unwrap();
    let (learned, _) = fitted(loss, &advice.method, advice.substeps);
    assert!((learned - told.learned).norm() < 1e-3, "{learned} {told:?}");
    let uncertainty = report.modes[0].uncertainty.unwrap();
    assert!((learned - told.lambda).norm() < 3.0 * uncertainty + Limits::default().tolerance * told.lambda.norm(), "{learned}");
}

#[test]
fn clean_samples_teach_what_they_always_did() {
    let rows: String = (0..60)
        .map(|n| {
            let z = (Complex::new(-0.1, 2.0) * f64::from(n)).exp();
            format!("{n},{:e},{:e}\n", z.re, z.im)
        })
        .collect();
    let data = Reading::default().parse(format!("t,x,y\n{rows}").as_bytes(), "clean.csv").unwrap();
    for loss in [Loss::Pairs, Loss::Windows(5), Loss::Rollout, Loss::RolloutFreeStart] {
        let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap().with_loss(&samples(&data), loss, true);
        let through = subject.through_loss.clone().unwrap();
        assert!(!through.acts && through.others.is_empty() && through.instead.is_none(), "{loss}");
        let report = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() }.report().unwrap();
        let rk4 = report.methods.iter().find(|m| m.method == "rk4").unwrap();
        let learned = rk4.modes.iter().find(|m| m.branches.lambda.im > 0.0).unwrap().branches.principal().unwrap().lambda;
        assert!((learned - Complex::new(0.105105260738927, 1.926832632793115)).norm() < 1e-9, "{loss}: {learned}");
        assert_eq!(report.recommendation.unwrap().loss, None);
    }
}

/// Three species that come to rest, without noise, in three columns and with one equilibrium's modes: what no linear model explains is not noise.
#[test]
fn a_nonlinear_motion_is_not_taken_for_noise() {
    let text = "name = \"three\"\ntitle = \"Three species\"\nsource = \"Lotka and Volterra\"\ninterval = 0.3\nstarts = [[0.5, 0.5, 0.5], [1.2, 0.3, 0.7]]\n\n\
                [field]\na = \"a (1 - 0.3 a - 0.1 b + 0.1 c)\"\nb = \"b (0.8 + 0.1 a - b)\"\nc = \"c (1.2 - 0.4 a - 0.1 b - c)\"\n";
    let system = lambdahat::dynamics::System::from_text(text, "three.toml").unwrap();
    let runs = system.default_starts().iter().map(|s| Trajectory::new(None, 0.0, &system.trajectory(s, 0.3, 60).unwrap())).collect();
    let data = Trajectories::new("three", system.variables(), 0.3, runs).unwrap();
    let subject = Subject::from_data(&data, &ModesOptions::default()).unwrap();
    assert!(subject.modes.iter().filter(|m| m.settled).count() >= 3 && !subject.linear, "{:?}", subject.modes);
    assert!(subject.through_loss.is_none());
    let report =
        Prediction { subject, methods: vec![catalog::find("rk4").unwrap()], substeps: 1, limits: Limits::default() }.report().unwrap();
    assert!(report.recommendation.is_some_and(|r| r.loss.is_none()));
}

#[test]
fn losses_are_read_and_written() {
    for text in ["pairs", "windows:20", "rollout", "rollout-free-start"] {
        assert_eq!(text.parse::<Loss>().unwrap().to_string(), text);
    }
    assert!("windows:0".parse::<Loss>().is_err() && "rollouts".parse::<Loss>().is_err());
}
