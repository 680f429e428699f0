//! Reference flows against periods known by another route, and invariants.

use lambdahat::dynamics::{At, DynamicsError, Field, Flow, ParameterisedField, System, equilibria, equilibrium_shift};
use lambdahat::fit::Model;

/// The arithmetic–geometric mean.
fn agm(mut a: f64, mut b: f64) -> f64 {
    for _ in 0..40 {
        (a, b) = (f64::midpoint(a, b), (a * b).sqrt());
    }
    a
}

#[test]
fn the_pendulum_returns_after_the_period_that_gauss_gave() {
    // T = 2π / agm(1, cos(θ₀/2)) for ω = 1.
    let system = System::named("pendulum").expect("a system");
    for start in [0.1, 1.0, 2.5, 3.1] {
        let period = std::f64::consts::TAU / agm(1.0, (start / 2.0_f64).cos());
        let states = system.trajectory(&[start, 0.0], period, 3).expect("flows");
        for state in &states {
            assert!((state[0] - start).abs() < 1e-12 && state[1].abs() < 1e-10, "{start}: {state:?}");
        }
    }
}

#[test]
fn invariants_stay() {
    for name in
        ["lotka-volterra:alpha=2/3,beta=4/3", "pendulum", "duffing:delta=0", "damped-oscillator:alpha=0", "cubic-oscillator:alpha=0"]
    {
        let system = System::parse(name).expect("a system");
        for start in system.default_starts() {
            let states = system.trajectory(&start, 0.7, 50).expect("flows");
            let value = |x: &[f64]| system.invariant(x).expect("kept");
            let scale = value(&states[0]).abs().max(1.0);
            assert!(states.iter().all(|x| (value(x) - value(&states[0])).abs() < 1e-12 * scale), "{name}");
        }
    }
}

#[test]
fn newton_finds_the_known_equilibria_from_nearby() {
    for name in ["lotka-volterra", "lorenz", "fitzhugh-nagumo", "duffing", "pendulum", "van-der-pol"] {
        let system = System::named(name).expect("a system");
        for known in system.equilibria() {
            let guess: Vec<f64> = known.iter().map(|x| x + 0.03).collect();
            let found = equilibria(&system, &[guess]);
            let nearest = found.first().unwrap_or_else(|| panic!("{name}: none near {known:?}"));
            assert!(nearest.state.iter().zip(&known).all(|(a, b)| (a - b).abs() < 1e-9), "{name}: {nearest:?} {known:?}");
        }
    }
}

#[test]
fn a_periodic_grid_damps_each_wave_as_its_symbol_says() {
    // u_t + c u_x = ν u_xx, wave number k: λ = −2ν(1 − cos κ)/Δx² − i c sin κ/Δx, κ = 2πk/n.
    let system = System::parse("convection-diffusion:points=12,diffusion=0.02,speed=1.5").expect("a system");
    let n = Field::dimension(&system);
    let (dx, k) = (1.0 / n as f64, 2.0);
    let kappa = std::f64::consts::TAU * k / n as f64;
    let wave: Vec<f64> = (0..n).map(|i| (kappa * i as f64).cos()).collect();
    let t = 0.3;
    let states = Flow::reference().trajectory(&system, &wave, t, 1).expect("flows");
    let decay = (-2.0 * 0.02 * (1.0 - kappa.cos()) / (dx * dx) * t).exp();
    let shift = 1.5 * kappa.sin() / dx * t;
    for (i, u) in states[1].iter().enumerate() {
        assert!((u - decay * (kappa * i as f64 - shift).cos()).abs() < 1e-12);
    }
}

#[test]
fn a_bad_interval_and_a_bad_start_are_told() {
    let system = System::named("lorenz").expect("a system");
    assert!(matches!(system.trajectory(&[1.0, 1.0], 0.1, 3), Err(DynamicsError::Dimension { expected: 3, found: 2 })));
    assert!(matches!(system.trajectory(&[1.0, 1.0, 1.0], -0.1, 3), Err(DynamicsError::Interval(_))));
}

/// Every system and every class of models through the one trait: the batch is its states one by one, Jacobians and vector–Jacobian products are
/// those of differences.
#[test]
fn parameterised_fields_have_the_derivatives_of_their_values() {
    let mut fields: Vec<(String, Box<dyn ParameterisedField>, Vec<f64>)> = Vec::new();
    for name in System::names() {
        let text = if name == "linear" { "linear:-0.1,-2;2,-0.1" } else { name };
        let system = System::parse(text).expect("a system");
        let theta: Vec<f64> = system.parameter_names().iter().map(|key| system.parameter(key).expect("its own")).collect();
        assert_eq!(theta.len(), system.parameter_count());
        fields.push((name.to_owned(), Box::new(system), theta));
    }
    let seen: Vec<Vec<f64>> = (0..30).map(|i| vec![1.0 + (f64::from(i) * 0.7).cos(), 0.5 + (f64::from(i) * 1.1).sin()]).collect();
    for class in ["linear", "affine", "polynomial:3", "sindy:2", "rbf:9", "mlp:5x4", "mlp:6:softplus", "mlp:4x4:gelu"] {
        let model = Model::new(&class.parse().expect("a model"), &seen).expect("states");
        let theta: Vec<f64> = (0..model.parameter_count()).map(|k| 0.4 * (1.0 + 1.7 * k as f64).sin()).collect();
        fields.push((class.to_owned(), Box::new(model), theta));
    }
    for (name, field, theta) in &fields {
        let (d, p, count) = (field.dimension(), field.parameter_count(), 70);
        let states: Vec<f64> = (0..count * d).map(|k| 0.9 + 0.6 * (0.37 * k as f64).sin()).collect();
        let weights: Vec<f64> = (0..count * d).map(|k| (0.7 * k as f64).cos()).collect();
        let value = |theta: &[f64], states: &[f64]| {
            let mut out = vec![f64::NAN; states.len()];
            field.value_batch(theta, states, &mut out);
            out
        };
        let f = value(theta, &states);
        let (mut jacobians, mut one) = (vec![f64::NAN; count * d * d], vec![f64::NAN; d * d]);
        field.jacobian_batch(theta, &states, &mut jacobians);
        let at = At { field: field.as_ref(), parameters: theta };
        for i in [0, 1, 63, 64, count - 1] {
            let x = &states[i * d..(i + 1) * d];
            let mut alone = vec![f64::NAN; d];
            at.value(x, &mut alone);
            at.jacobian(x, &mut one);
            let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + b.abs()));
            assert!(near(&alone, &f[i * d..(i + 1) * d]) && near(&one, &jacobians[i * d * d..(i + 1) * d * d]), "{name}, state {i}");
            for j in 0..d {
                let side = |step: f64| {
                    let mut moved = x.to_vec();
                    moved[j] += step;
                    value(theta, &moved)
                };
                let (up, down) = (side(1e-5), side(-1e-5));
                for c in 0..d {
                    let slope = (up[c] - down[c]) / 2e-5;
                    assert!(
                        (slope - one[c * d + j]).abs() < 2e-8 * (1.0 + slope.abs()),
                        "{name} ∂f_{c}/∂x_{j}: {slope} {}",
                        one[c * d + j]
                    );
                }
            }
        }
        let mut gradient = vec![f64::NAN; p];
        field.vjp_batch(theta, &states, &weights, &mut gradient);
        for k in 0..p {
            let side = |step: f64| {
                let mut moved = theta.clone();
                moved[k] += step;
                value(&moved, &states).iter().zip(&weights).map(|(f, w)| f * w).sum::<f64>()
            };
            let h = 1e-5 * (1.0 + theta[k].abs());
            let slope = (side(h) - side(-h)) / (2.0 * h);
            assert!((slope - gradient[k]).abs() < 1e-6 * (1.0 + slope.abs()), "{name} ∂/∂θ_{k}: {slope} {}", gradient[k]);
        }
    }
}

#[test]
fn equilibria_move_with_the_parameters_as_the_implicit_function_theorem_says() {
    // ẋ = A(x − c) as an affine model: θ = (a₁₁, a₁₂, −(Ac)₁, …); moving the constants moves c by −A⁻¹.
    let model = Model::new(&"affine".parse().expect("a model"), &[vec![0.0, 0.0]]).expect("a state");
    let theta = model.linear_start(&[-0.1, -2.0, 2.0, -0.1], Some(&[0.3, 0.7])).expect("affine");
    let shift = equilibrium_shift(&model, &theta, &[0.3, 0.7]).expect("isolated");
    let det = 0.01 + 4.0;
    for (found, expected) in
        [(shift[(0, 2)], 0.1 / det), (shift[(0, 5)], -2.0 / det), (shift[(1, 2)], 2.0 / det), (shift[(1, 5)], 0.1 / det)]
    {
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
    }
    // Van der Pol's stays at 0 whatever μ; a singular Jacobian is told.
    let oscillator = System::named("van-der-pol").expect("a system");
    assert_eq!(equilibrium_shift(&oscillator, &[1.5], &[0.0, 0.0]).expect("isolated")[(0, 0)], 0.0);
    let still = System::parse("linear:0,0;0,0").expect("a system");
    assert!(equilibrium_shift(&still, &[0.0; 4], &[1.0, 1.0]).is_none());
}
