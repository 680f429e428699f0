//! Regression on estimated derivatives: λ̂ = D(λ)/S(λ) against fits by the libraries themselves (pysindy 2.1.0 with `STLSQ(threshold=0)`, three
//! trajectories of 60 samples; numpy 2.4, scipy 1.17's `savgol_coeffs`), for λ = −0.1 + 2i.

use lambdahat::inverse::{Limits, Verdict};
use lambdahat::loops::{Ends, NotRegressed, Regression};
use lambdahat::predict::{Beside, Prediction, Subject};
use nalgebra::{Matrix2, Vector2};
use num_complex::Complex;

const TABLE: [(&str, f64, [f64; 2]); 29] = [
    ("pysindy:FiniteDifference:drop_endpoints=True", 0.1, [-0.0980082912, 1.9867926434]),
    ("pysindy:FiniteDifference:order=4,drop_endpoints=True", 0.1, [-0.0999736417, 1.9998964770]),
    ("pysindy:FiniteDifference:order=1,drop_endpoints=True", 0.1, [-0.2968524755, 1.9669253792]),
    ("pysindy:FiniteDifference:order=3,drop_endpoints=True", 0.1, [-0.1012784517, 1.9996331110]),
    ("pysindy:FiniteDifference:order=6,drop_endpoints=True", 0.1, [-0.0999996871, 1.9999991400]),
    ("pysindy:FiniteDifference:drop_endpoints=True", 0.3, [-0.0825459421, 1.8829886052]),
    ("pysindy:FiniteDifference:order=4,drop_endpoints=True", 0.3, [-0.0979754158, 1.9919196627]),
    ("pysindy:FiniteDifference:order=1,drop_endpoints=True", 0.3, [-0.6635224628, 1.8265158879]),
    ("pysindy:FiniteDifference:order=3,drop_endpoints=True", 0.3, [-0.1314098708, 1.9853577981]),
    ("pysindy:FiniteDifference:order=6,drop_endpoints=True", 0.3, [-0.0997893112, 1.9994094678]),
    ("pysindy:FiniteDifference:drop_endpoints=True", 0.5, [-0.0540527460, 1.6850460854]),
    ("pysindy:FiniteDifference:order=4,drop_endpoints=True", 0.5, [-0.0859650200, 1.9421122125]),
    ("pysindy:FiniteDifference:order=1,drop_endpoints=True", 0.5, [-0.9720970971, 1.6008639212]),
    ("pysindy:FiniteDifference:order=3,drop_endpoints=True", 0.5, [-0.2252514857, 1.9163512258]),
    ("pysindy:FiniteDifference:order=6,drop_endpoints=True", 0.5, [-0.0961524732, 1.9887745448]),
    ("pysindy:FiniteDifference:drop_endpoints=True", 1.0, [0.0416840761, 0.9138477040]),
    ("pysindy:FiniteDifference:order=4,drop_endpoints=True", 1.0, [0.0336451026, 1.3471284496]),
    ("pysindy:FiniteDifference:order=1,drop_endpoints=True", 1.0, [-1.3765452291, 0.8227663359]),
    ("pysindy:FiniteDifference:order=3,drop_endpoints=True", 1.0, [-0.6340477463, 1.2610122727]),
    ("pysindy:FiniteDifference:order=6,drop_endpoints=True", 1.0, [0.0132991382, 1.5926321497]),
    // The same filters by other names.
    ("numpy:gradient", 1.0, [0.0416840761, 0.9138477040]),
    ("derivative:central", 0.3, [-0.0825459421, 1.8829886052]),
    ("derivative:central4", 1.0, [0.0336451026, 1.3471284496]),
    ("derivative:forward", 0.5, [-0.9720970971, 1.6008639212]),
    ("pysindy:SmoothedFiniteDifference", 0.5, [-0.0540527460, 1.6850460854]),
    ("derivative:savgol:11,3", 0.1, [-0.10105321, 2.00420398]),
    ("derivative:savgol:11,3", 0.3, [-0.17795998, 2.29702478]),
    // The smoothing leaves a twelfth of the mode, a quarter of a turn off: useless.
    ("derivative:savgol:11,3", 0.5, [-7.82375990, 1.61963805]),
    // Implicit Euler's formula: (1 − e^(−λH))/H.
    ("derivative:backward", 1.0, [1.45991338140108, 1.00492907200877]),
];

const LAMBDA: Complex<f64> = Complex::new(-0.1, 2.0);

/// λ̂ where it was rounded to so many decimals.
fn printed(found: Complex<f64>, re: f64, im: f64, decimals: i32) -> bool {
    let half = 0.501 * 10f64.powi(-decimals);
    (found.re - re).abs() <= half && (found.im - im).abs() <= half
}

#[test]
fn equal_to_the_libraries() {
    for (name, interval, [re, im]) in TABLE {
        let learned = Regression::read(name).unwrap().unwrap().learned(LAMBDA, interval).unwrap();
        assert!(printed(learned.lambda, re, im, 8), "{name}, H = {interval}: {}", learned.lambda);
    }
}

/// x″ = −kx − cx′ from central first and second differences: the closed form for λ = −0.1 ± 2i, to the digits that were computed with mpmath, and the
/// regression itself on 60 samples, whose residual is rounding.
#[test]
fn second_order_regression_never_turns_decay_into_growth() {
    let second = Regression::read("derivative:second").unwrap().unwrap();
    for (h, re, im) in
        [(0.1, -0.09999667, 1.99661848), (0.3, -0.09997001, 1.96969212), (0.5, -0.09991675, 1.91650609), (1.0, -0.09966799, 1.67875423)]
    {
        let learned = second.learned(LAMBDA, h).unwrap();
        assert!(printed(learned.lambda, re, im, 8), "H = {h}: {}", learned.lambda);
        let c = 2.0 / h * (0.1 * h).tanh();
        let k = 2.0 * (1.0 - (2.0 * h).cos() / (0.1 * h).cosh()) / (h * h);
        assert!((learned.lambda * learned.lambda + c * learned.lambda + k).norm() < 1e-12);

        let x: Vec<f64> = (0..60).map(|n| (LAMBDA * (h * f64::from(n)) + Complex::new(0.0, 0.3)).exp().re).collect();
        let rows = nalgebra::DMatrix::from_fn(58, 2, |n, j| if j == 0 { -x[n + 1] } else { -(x[n + 2] - x[n]) / (2.0 * h) });
        let acceleration = nalgebra::DVector::from_fn(58, |n, _| (x[n + 2] - 2.0 * x[n + 1] + x[n]) / (h * h));
        let found = rows.clone().svd(true, true).solve(&acceleration, 1e-14).unwrap();
        assert!((found[0] - k).abs() < 1e-9 && (found[1] - c).abs() < 1e-9, "{found} beside {k}, {c}");
        assert!((rows * &found - &acceleration).norm() < 1e-9 * acceleration.norm());
    }
    // Decay stays decay at every interval, unlike through pysindy's default.
    for n in 1..400 {
        if let Ok(learned) = second.learned(LAMBDA, 0.01 * f64::from(n)) {
            assert!(learned.lambda.re < 0.0, "H = {}: {}", 0.01 * f64::from(n), learned.lambda);
        }
    }
    assert_eq!(second.learned(Complex::new(-0.5, 0.0), 0.1), Err(NotRegressed::RealMode));
}

/// x′ = v, v′ = −kx − cv stepped from (x, v) with v from central differences: such a v is not the velocity, and what is learned is off even through the exact flow (minima of
/// scipy 1.17's `least_squares`, 58 samples of cos(2t + 0.3) e^{−0.1t}).
#[test]
fn a_velocity_made_of_differences_biases_a_model_that_has_it_built_in() {
    type Step = fn(Matrix2<f64>) -> Matrix2<f64>;
    let rk4: Step =
        |z| Matrix2::identity() + z * (Matrix2::identity() + z / 2.0 * (Matrix2::identity() + z / 3.0 * (Matrix2::identity() + z / 4.0)));
    let midpoint: Step = |z| (Matrix2::identity() - z / 2.0).try_inverse().unwrap() * (Matrix2::identity() + z / 2.0);
    let euler: Step = |z| Matrix2::identity() + z;
    let exact: Step = |z| z.exp();
    // v⁺ = v + h(−kx − cv), then x⁺ = x + hv⁺.
    let symplectic_euler: Step = |z| Matrix2::new(1.0 + z[(0, 1)] * z[(1, 0)], z[(0, 1)] * (1.0 + z[(1, 1)]), z[(1, 0)], 1.0 + z[(1, 1)]);
    let truth = (4.01, 0.2);
    for (step, h, re, im, start, left) in [
        (exact, 0.1, -0.0998, 1.9933, truth, 0.0006),
        (euler, 0.1, -0.1969, 1.9694, truth, 0.0085),
        (rk4, 0.1, -0.0998, 1.9933, truth, 0.0006),
        (symplectic_euler, 0.1, -0.1955, 1.9647, truth, 0.0083),
        (exact, 0.5, -0.1409, 1.8452, truth, 0.0839),
        (euler, 0.5, -0.5117, 1.5616, truth, 0.2416),
        (rk4, 0.5, -0.1398, 1.8516, truth, 0.0864),
        // A second minimum, where three of sixty starts end.
        (rk4, 0.5, -1.2257, 5.2212, (29.0, 2.4), 0.4025),
        (midpoint, 0.5, -0.1887, 1.9004, truth, 0.1141),
        (symplectic_euler, 0.5, -0.4194, 1.5338, truth, 0.2154),
        (exact, 1.0, -0.7301, 2.2122, truth, 0.5938),
        (rk4, 1.0, -0.0931, 2.1700, truth, 0.5560),
        (symplectic_euler, 1.0, -0.3597, 0.9769, truth, 0.7249),
    ] {
        let x = |n: usize| (LAMBDA * (h * n as f64) + Complex::new(0.0, 0.3)).exp().re;
        let states: Vec<Vector2<f64>> = (1..59).map(|n| Vector2::new(x(n), (x(n + 1) - x(n - 1)) / (2.0 * h))).collect();
        let residuals = |p: Vector2<f64>| -> Vec<f64> {
            let map = step(Matrix2::new(0.0, 1.0, -p[0], -p[1]) * h);
            states
                .windows(2)
                .flat_map(|pair| {
                    let off = map * pair[0] - pair[1];
                    [off[0], off[1]]
                })
                .collect()
        };
        // Gauss–Newton with central differences.
        let mut p = Vector2::new(start.0, start.1);
        for _ in 0..200 {
            let at = residuals(p);
            let column = |k: usize| -> Vec<f64> {
                let mut e = Vector2::zeros();
                e[k] = 1e-5;
                residuals(p + e).iter().zip(residuals(p - e)).map(|(a, b)| (a - b) / 2e-5).collect()
            };
            let (a, b) = (column(0), column(1));
            let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(u, v)| u * v).sum::<f64>();
            let normal = Matrix2::new(dot(&a, &a), dot(&a, &b), dot(&a, &b), dot(&b, &b));
            p -= 0.5 * normal.try_inverse().unwrap() * Vector2::new(dot(&a, &at), dot(&b, &at));
        }
        let learned = Complex::new(-0.5 * p[1], (p[0] - 0.25 * p[1] * p[1]).sqrt());
        assert!(printed(learned, re, im, 4), "H = {h}: {learned} beside {re} + {im}i");
        let square = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let motion: f64 = states[1..].iter().map(|x| x.norm_squared()).sum();
        let stalls = (square(&residuals(p)) / motion).sqrt();
        assert!((stalls - left).abs() < 5.1e-5, "H = {h}: {stalls} beside {left}");
    }
}

/// A 2×2 map of (x, v), where v is any linear filter of x, only changes coordinates: least squares gives e^{λH} exactly.
#[test]
fn a_free_map_of_a_coordinate_and_its_differences_is_exact() {
    for h in [0.5, 1.0] {
        let x = |n: usize| (LAMBDA * (h * n as f64) + Complex::new(0.0, 0.3)).exp().re;
        let states: Vec<Vector2<f64>> = (1..59).map(|n| Vector2::new(x(n), (x(n + 1) - x(n - 1)) / (2.0 * h))).collect();
        let (mut above, mut below) = (Matrix2::zeros(), Matrix2::zeros());
        for pair in states.windows(2) {
            above += pair[1] * pair[0].transpose();
            below += pair[0] * pair[0].transpose();
        }
        let map = above * below.try_inverse().unwrap();
        let mu = (LAMBDA * h).exp();
        assert!((map.trace() - 2.0 * mu.re).abs() < 1e-12 && (map.determinant() - mu.norm_sqr()).abs() < 1e-12, "H = {h}: {map}");
        let eigenvalue = Complex::new(0.5 * map.trace(), (map.determinant() - 0.25 * map.trace().powi(2)).sqrt());
        assert!((eigenvalue - mu).norm() < 1e-12, "H = {h}: {eigenvalue} beside {mu}");
        // Yet v is not the velocity.
        assert!((states[0][1] - (LAMBDA * (LAMBDA * h + Complex::new(0.0, 0.3)).exp()).re).abs() > 0.1);
    }
}

#[test]
fn smoothing_that_removes_the_mode_is_said() {
    let removed = |h| Regression::read("derivative:savgol:11,3").unwrap().unwrap().learned(LAMBDA, h).unwrap().removed;
    assert!(!removed(0.1) && !removed(0.3));
    // At H = 0.5 little is left, of which λ̂ makes nothing: it is off by four times |λ|.
    let little = Regression::read("derivative:savgol:11,3").unwrap().unwrap().learned(LAMBDA, 0.5).unwrap();
    assert!((little.smoothing - Complex::new(0.00233200, -0.08440237)).norm() < 1e-8, "{}", little.smoothing);
    assert!((little.lambda - LAMBDA).norm() > 3.8 * LAMBDA.norm() && little.condition > 30.0, "{little:?}");
    // S passes through 0 between H = 0.3 and 0.6.
    assert!((30..60).any(|k| removed(0.01 * f64::from(k))));
}

#[test]
fn names_are_read() {
    for name in Regression::NAMES {
        let found = Regression::read(name).unwrap().unwrap();
        assert_eq!(found.to_string(), name);
        let ends = if name.starts_with("derivative") { Ends::Dropped } else { Ends::OtherFormulas };
        assert_eq!(found.ends, ends, "{name}");
    }
    assert_eq!(Regression::read("rk4"), Ok(None));
    assert_eq!(Regression::read("torchdiffeq:rk4"), Ok(None));
    for bad in [
        "pysindy:Spectral",
        "pysindy:FiniteDifference:order",
        "pysindy:FiniteDifference:order=0",
        "pysindy:FiniteDifference:order=2,order=2",
        "pysindy:FiniteDifference:window_length=5",
        "pysindy:SmoothedFiniteDifference:window_length=4",
        "pysindy:SmoothedFiniteDifference:polyorder=11",
        "numpy:diff",
        "numpy:gradient:edge_order=3",
        "derivative:savgol:10,3",
        "derivative:savgol",
        "derivative:central:2",
    ] {
        assert!(Regression::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn without_its_ends_the_default_of_pysindy_learns_growth_from_decay() {
    let system = lambdahat::dynamics::System::named("damped-oscillator").unwrap();
    let subject = Subject::from_system(&system, 1.0).unwrap();
    let read = |name: &str| Regression::read(name).unwrap().unwrap();
    let beside = Beside { regressions: vec![read("pysindy:FiniteDifference"), read("derivative:forward")], ..Beside::default() };
    let prediction = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&beside, &|| false).unwrap();
    assert_eq!(report.regressions[0].verdict, Some(Verdict::Artifact));
    assert_eq!(report.regressions[1].verdict, Some(Verdict::Distorted));
    assert_eq!(report.regressions[0].modes.len(), 1);
}
