//! Reference flows against periods known by another route, and invariants.

use lambdahat::dynamics::{DynamicsError, Field, Flow, System, equilibria};

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
    let n = system.dimension();
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
