//! The branches against what is known of them: the values of the literature's example, closed forms, and what must hold of all.

use approx::assert_relative_eq;
use lambdahat::inverse::{Branch, BranchError, Branches, Flag, LearningEquation, Principal, Undefined, branches};
use lambdahat::method::{Method, Sampling, catalog, scheme};
use num_complex::Complex;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn method(name: &str) -> Method {
    catalog::find(name).unwrap()
}

fn learned(name: &str, lambda: (f64, f64), interval: f64, substeps: u32) -> Branches {
    branches(&method(name), Complex::new(lambda.0, lambda.1), Sampling::new(interval, substeps).unwrap()).unwrap()
}

fn close(found: Complex<f64>, re: f64, im: f64, tolerance: f64) {
    assert!((found - Complex::new(re, im)).norm() <= tolerance, "{found} is not {re} {im:+}i");
}

/// λ = −0.1 + 2i, H = h = 1: the values of the design's table.
#[test]
fn table_of_one_step_methods() {
    for (name, re, im) in [
        ("forward-euler", -1.37654522910515, 0.82276633591569),
        ("implicit-euler", 1.45991338140108, 1.00492907200877),
        ("implicit-midpoint", -0.34020719335604, 3.08834543843090),
        ("leap-frog", 0.04168407614797, 0.91384770396223),
    ] {
        let found = learned(name, (-0.1, 2.0), 1.0, 1);
        assert_eq!((found.branches.len(), found.at_infinity), (1, 0), "{name}");
        close(found.branches[0].lambda, re, im, 1e-12);
        assert!(found.branches[0].radius < 1e-15 && found.branches[0].principal);
    }
}

#[test]
fn table_of_rk4_with_its_flags() {
    let found = learned("rk4", (-0.1, 2.0), 1.0, 1);
    let known = [
        (0.105105260738927, 1.926832632793115, vec![Flag::AntiDamped]),
        (-1.561121085362438, 2.024112630017561, vec![]),
        (-2.546296574406399, -1.16396860111186, vec![Flag::Reversed]),
        (0.002312399029911, -2.786976661698816, vec![Flag::AntiDamped, Flag::Reversed]),
    ];
    assert_eq!(found.branches.len(), 4);
    for (branch, (re, im, flags)) in found.branches.iter().zip(known) {
        assert_relative_eq!(branch.lambda.re, re, epsilon = 1e-14);
        assert_relative_eq!(branch.lambda.im, im, epsilon = 1e-14);
        assert_eq!(branch.flags, flags);
    }
    assert_eq!(found.principal, Principal::Branch(0));
}

#[test]
fn table_of_leap_frog() {
    let found = learned("leap-frog", (-0.1, 2.0), 1.0, 1);
    let roots = &found.characteristic.unwrap().roots;
    let physical = Complex::new(-0.1, 2.0).exp();
    close(roots[0].zeta, physical.re, physical.im, 1e-15);
    let parasite = -Complex::new(0.1, -2.0).exp();
    close(roots[1].zeta, parasite.re, parasite.im, 1e-15);
    assert!(roots[1].ignited && !roots[0].ignited);
}

#[test]
fn json_has_the_contracts_fields() {
    let json = serde_json::to_value(learned("rk4", (-0.1, 2.0), 0.5, 2)).unwrap();
    assert_eq!(json["method"], "rk4");
    assert_eq!(json["lambda"], serde_json::json!([-0.1, 2.0]));
    assert_eq!(
        (&json["interval"], &json["substeps"], &json["step"], &json["at_infinity"]),
        (&0.5.into(), &2.into(), &0.25.into(), &0.into())
    );
    let branch = &json["branches"][0];
    for field in ["lambda", "z", "radius", "residual", "condition", "principal", "flags"] {
        assert!(!branch[field].is_null(), "{field}");
    }
    assert_eq!(branch["principal"], true);
    let json = serde_json::to_value(learned("leap-frog", (0.0, 1.0), 0.5, 1)).unwrap();
    assert_eq!(json["characteristic_roots"].as_array().unwrap().len(), 2);
    assert_eq!(json["characteristic_roots"][0], serde_json::json!([0.5f64.cos(), 0.5f64.sin()]));
}

/// ẏ = λy with Re λ = 0: the principal branch's real part, first term (DESIGN: Heun −θ⁴/8, order 3 +θ⁴/24, RK4 +θ⁶/144).
#[test]
fn conservative_modes_drift_as_the_expansion_says() {
    for (name, power, coefficient) in
        [("heun2", 4, -1.0 / 8.0), ("kutta3", 4, 1.0 / 24.0), ("heun3", 4, 1.0 / 24.0), ("rk4", 6, 1.0 / 144.0)]
    {
        for theta in [0.04, 0.02, 0.01] {
            let found = learned(name, (0.0, theta), 1.0, 1);
            let drift = found.principal().unwrap().z.re / f64::powi(theta, power);
            assert!((drift / coefficient - 1.0).abs() < 2.0 * theta, "{name} {theta}: {drift}");
        }
    }
}

/// RK4's principal branch turns anti-damped at ωh = 1.0996, 1.5472, 1.8255 for α/ω = 0.01, 0.05, 0.1 (mpmath at 30 digits, by
/// continuation in 400 steps and Anderson's bracketing).
#[test]
fn rk4_turns_anti_damped() {
    let equation = LearningEquation::of(&method("rk4")).unwrap();
    for (ratio, known) in [(0.01, 1.0995991627440274), (0.05, 1.5472106282558211), (0.1, 1.825503352441209)] {
        let growth = |turn: f64| {
            let found = equation.branches(Complex::new(-ratio * turn, turn), Sampling::new(1.0, 1).unwrap()).unwrap();
            found.principal().unwrap().lambda.re
        };
        let turn = roots::find_root_brent(0.5, 2.2, growth, &mut 1e-12f64).unwrap();
        assert!((turn - known).abs() < 1e-9, "{ratio}: {turn}");
    }
}

#[test]
fn heun_has_no_principal_branch_past_its_branch_point() {
    // R = 1 + z + z²/2 has R′(−1) = 0 and R(−1) = 1/2: the path of a real mode stops at e^{hλ} = 1/2.
    let found = learned("heun2", (-1.0, 0.0), 1.0, 1);
    let Principal::Undefined(why) = &found.principal else { panic!("{:?}", found.principal) };
    let Undefined::PathMeetsCriticalPoint { s, z } = why else { panic!("{why:?}") };
    assert!((s - 2f64.ln()).abs() < 1e-6 && (z + 1.0).norm() < 1e-6, "{why:?}");
    assert!(found.branches.iter().all(|b| !b.principal && b.flags == [Flag::UnderDamped]));
    // A little beside the real axis the path passes the branch point, on one side or the other.
    for im in [1e-6, -1e-6] {
        let found = learned("heun2", (-1.0, im), 1.0, 1);
        assert!(found.principal().unwrap().lambda.im * im > 0.0);
    }
    assert_eq!(learned("heun2", (-0.69, 0.0), 1.0, 1).principal().unwrap().lambda.im, 0.0);
    // RK4's R′ vanishes at z = −1.5960716, where R = 0.2706.
    assert!(learned("rk4", (-1.30, 0.0), 1.0, 1).principal().is_some());
    assert!(learned("rk4", (-1.31, 0.0), 1.0, 1).principal().is_none());
}

#[test]
fn poles_are_passed_on_the_sphere() {
    // ẑ = 2i tan(θ/2) through infinity at θ = π, and on.
    for theta in [3.0, 3.1, 3.2, 4.0, 6.0, 9.0, 12.0] {
        let found = learned("implicit-midpoint", (0.0, theta), 1.0, 1);
        let z = found.principal().unwrap().z;
        assert!((z.im / (2.0 * (theta / 2.0).tan()) - 1.0).abs() < 1e-12 && z.re.abs() <= found.branches[0].radius);
    }
    // Gauss 2 and 3: still the one branch that is continuous in θ. Checked against small steps.
    for name in ["gauss2", "gauss3", "lobatto-iiia-3"] {
        let equation = LearningEquation::of(&method(name)).unwrap();
        let sampling = Sampling::new(1.0, 1).unwrap();
        let mut previous = Complex::new(0.0, 0.0);
        for k in 1..=1400 {
            let theta = f64::from(k) * 0.01;
            let z = equation.branches(Complex::new(0.0, theta), sampling).unwrap().principal().unwrap().z;
            // Distance on the Riemann sphere.
            let step = 2.0 * (z - previous).norm() / ((1.0 + z.norm_sqr()) * (1.0 + previous.norm_sqr())).sqrt();
            assert!(step < 0.03, "{name} jumps at {theta}: {previous} to {z}");
            previous = z;
        }
    }
}

#[test]
fn a_mode_at_rest() {
    // λ = 0, m = 2: w = 1 and w = −1. The trapezoid has R(∞) = −1: one branch at zero, one at infinity.
    let found = learned("trapezoid", (0.0, 0.0), 1.0, 2);
    assert_eq!((found.branches.len(), found.at_infinity), (1, 1));
    assert_eq!((found.branches[0].lambda, found.branches[0].radius), (Complex::new(0.0, 0.0), 0.0));
    assert!(found.branches[0].principal && found.branches[0].condition == 1.0);
    // Gauss 2 has R(∞) = 1.
    assert_eq!(learned("gauss2", (0.0, 0.0), 1.0, 1).at_infinity, 1);
    assert_eq!(learned("rk4", (0.0, 0.0), 1.0, 3).branches.len(), 12);
    // Heun, m = 2: w = −1 has 1 + z + z²/2 = −1.
    let found = learned("heun2", (0.0, 0.0), 1.0, 2);
    assert!(found.branches.iter().any(|b| (b.z - Complex::new(-1.0, 3f64.sqrt())).norm() < 1e-15));
    let found = learned("adams-bashforth-2", (0.0, 0.0), 1.0, 1);
    assert_eq!(found.characteristic.unwrap().roots.iter().map(|r| r.zeta.re).collect::<Vec<_>>(), [1.0, 0.0]);
}

#[test]
fn tiny_and_huge_steps() {
    for size in [1e-3, 1e-8, 1e-15, 1e-30, 1e-100, 1e-200] {
        for name in ["rk4", "gauss2", "dormand-prince5", "bdf2"] {
            let found = learned(name, (-0.1 * size, 2.0 * size), 1.0, 1);
            let principal = found.principal().unwrap();
            let (lambda, off) = (Complex::new(-0.1 * size, 2.0 * size), principal.lambda - Complex::new(-0.1 * size, 2.0 * size));
            assert!(
                off.norm() <= 3.0 * size * lambda.norm() && principal.radius <= 1e-15 * lambda.norm(),
                "{name} {size}: {off} {}",
                principal.radius
            );
        }
    }
    // e^{600}: RK4's branches lie near the fourth roots of 24 e^{600}.
    let found = learned("rk4", (600.0, 1.0), 1.0, 1);
    assert_eq!(found.branches.len(), 4);
    assert!(
        found
            .branches
            .iter()
            .all(|b| (b.z.norm() / (24.0f64.powf(0.25) * 150f64.exp()) - 1.0).abs() < 1e-10 && b.radius < 1e-15 * b.lambda.norm())
    );
    assert_eq!(learned("gauss3", (-650.0, 1.0), 1.0, 1).branches.len(), 3);
}

#[test]
fn leap_frog_roots_multiply_to_minus_one() {
    // hλ from −690 to 690, the whole range that is answered.
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for k in 0..1000 {
        let h = 10f64.powf(random.random_range(-3.0..3.0));
        let reach = if k % 2 == 0 { 690.0 } else { 3.0 };
        let lambda = Complex::new(random.random_range(-reach..reach), random.random_range(-40.0..40.0)) / h;
        let found = learned("leap-frog", (lambda.re, lambda.im), h, 1);
        let product: Complex<f64> = found.characteristic.unwrap().roots.iter().map(|r| r.zeta).product();
        assert!((product + 1.0).norm() < 1e-14, "{lambda}: {product}");
        // Re λ̂ = −sinh(αh) cos(ωh)/h
        let known = (lambda.re * h).sinh() * (lambda.im * h).cos() / h;
        let size = found.branches[0].lambda.norm();
        let rounded = (2.0 + (lambda * h).norm()) * 4.0 * f64::EPSILON;
        assert!((found.branches[0].lambda.re - known).abs() <= rounded * size, "{lambda} {h}");
        assert!(found.branches[0].radius <= 2e-16 * size);
    }
}

/// λ̂ = ρ(ζ)/(hσ(ζ)) where ζ is tiny or huge: the closed forms, and no infinity that is none.
#[test]
fn multistep_methods_far_from_one() {
    let one = |name: &str, re: f64, im: f64| {
        let found = learned(name, (re, im), 1.0, 1);
        assert_eq!((found.branches.len(), found.at_infinity), (1, 0), "{name} {re}");
        assert!(found.branches[0].radius <= 2e-16 * found.branches[0].lambda.norm(), "{name} {re}");
        assert!(found.characteristic.as_ref().unwrap().roots.iter().all(|r| r.zeta.is_finite() && r.radius.is_finite()));
        found.branches[0].lambda
    };
    for re in [-690.0f64, -237.0, -69.0, -68.0, 68.0, 237.0, 690.0] {
        let half = (re.abs() - 2f64.ln()).exp();
        let known = if re < 0.0 { Complex::from_polar(half, std::f64::consts::PI - 1.0) } else { Complex::from_polar(half, 1.0) };
        assert!((one("leap-frog", re, 1.0) - known).norm() < 1e-12 * half, "{re}");
    }
    // BDF 1 is the implicit Euler method, 1 − 1/ζ.
    for re in [-600.0, -74.0, -12.0, 100.0, 690.0] {
        let (multistep, one_step) = (one("bdf1", re, 1.0), learned("implicit-euler", (re, 1.0), 1.0, 1));
        assert!((multistep - one_step.branches[0].lambda).norm() <= 4e-16 * multistep.norm(), "{re}: {multistep}");
        assert_eq!(one_step.principal, Principal::Branch(0));
    }
    // BDF 6: ρ(0) = 10/60, σ = ζ⁶: λ̂ ~ ζ⁻⁶/6 to the left, 147/60 to the right.
    for (re, known) in [
        (-110.0f64, Complex::from_polar((660f64 - 6f64.ln()).exp(), -6.0)),
        (100.0, Complex::new(2.45, 0.0)),
        (600.0, Complex::new(2.45, 0.0)),
    ] {
        assert!((one("bdf6", re, 1.0) - known).norm() < 1e-11 * known.norm(), "{re}");
    }
    assert!((one("bdf6", -12.0, 1.0).norm() / (72.0 - 6f64.ln()).exp() - 1.0).abs() < 1e-4);
    // Adams–Bashforth 2: ρ/σ = 2ζ(ζ − 1)/(3ζ − 1).
    let zeta = Complex::new(-600.0f64, 1.0).exp();
    assert!((one("adams-bashforth-2", -600.0, 1.0) - 2.0 * zeta).norm() < 1e-12 * zeta.norm());
    // Beyond the range of doubles there is an error, and no infinity.
    for (name, re) in [("bdf6", -200.0), ("adams-bashforth-5", -300.0)] {
        let refused = branches(&method(name), Complex::new(re, 1.0), Sampling::new(1.0, 1).unwrap());
        assert!(matches!(refused, Err(BranchError::Range { .. })), "{name}: {refused:?}");
    }
}

#[test]
fn only_a_zero_of_sigma_lies_at_infinity() {
    // σ = ζ² + ζ + 1 vanishes at the primitive cube roots of one: λ = 0, m = 3.
    let text = "[multistep]\nalpha = [-1, 0, 1]\nbeta = [\"2/3\", \"2/3\", \"2/3\"]";
    let method = scheme::parse(text, "thirds").unwrap();
    let at = |re: f64, m| branches(&method, Complex::new(re, 0.0), Sampling::new(1.0, m).unwrap()).unwrap();
    assert_eq!((at(0.0, 3).branches.len(), at(0.0, 3).at_infinity), (1, 2));
    assert_eq!((at(0.0, 3).branches[0].lambda, at(0.0, 3).branches[0].radius), (Complex::new(0.0, 0.0), 0.0));
    assert_eq!((at(1e-9, 3).branches.len(), at(1e-9, 3).at_infinity), (3, 0));
    assert_eq!((at(0.0, 2).branches.len(), at(0.0, 2).at_infinity), (2, 0));
}

/// To the documented limit of |Re Hλ|, one-step methods too: closed forms, and the principal branch.
#[test]
fn one_step_methods_to_the_limit() {
    for re in [-690.0, -400.0, -150.0, -37.0] {
        let found = learned("implicit-euler", (re, 1.0), 1.0, 1);
        let known = -Complex::new(-re, -1.0).exp();
        assert!((found.branches[0].lambda - known).norm() < 1e-12 * known.norm() && found.branches[0].radius < 1e-15 * known.norm());
        assert_eq!(found.principal, Principal::Branch(0), "{re}");
        assert!(found.branches[0].condition.is_finite() && found.branches[0].residual.is_finite());
    }
    for re in [-690.0, -230.0] {
        for name in ["radau-iia-2", "radau-iia-3", "lobatto-iiic-3", "gauss2", "sdirk2"] {
            let found = learned(name, (re, 1.0), 1.0, 1);
            assert_eq!(found.branches.len() + found.at_infinity, LearningEquation::of(&method(name)).unwrap().solutions(1), "{name} {re}");
            assert!(found.branches.iter().all(|b| b.radius < 1e-15 * b.lambda.norm() && b.condition.is_finite()), "{name} {re}");
        }
    }
    for (name, re, im, m) in [
        ("implicit-euler", -0.1, 2000.0, 1),
        ("implicit-midpoint", -0.1, 2000.0, 1),
        ("rk4", -0.1, 2000.0, 1),
        ("dormand-prince5", -0.1, 2000.0, 1),
        ("rk4", 500.0, 1.0, 1),
        ("forward-euler", 370.0, 1.0, 1),
        ("rk4", -72.0, 1.83, 2),
    ] {
        let found = learned(name, (re, im), 1.0, m);
        assert!(found.principal().is_some(), "{name} {re} {im}: {:?}", found.principal);
    }
    // Where the path is too long, that is what is said.
    let Principal::Undefined(why) = learned("rk4", (0.0, 1e6), 1.0, 1).principal else { panic!() };
    let Undefined::PathTooLong { turns, .. } = why else { panic!("{why:?}") };
    assert_eq!(turns.round(), 159_155.0);
}

#[test]
fn a_double_solution_has_an_infinite_condition_that_json_can_hold() {
    // R = 1 + z + z²/8 has R′(−4) = 0 and R(−4) = −1, one of the two roots of w² = 1.
    let method = scheme::parse("[runge-kutta]\nA = [[0, 0], [\"1/4\", 0]]\nb = [\"1/2\", \"1/2\"]", "double").unwrap();
    let found = branches(&method, Complex::new(0.0, 0.0), Sampling::new(1.0, 2).unwrap()).unwrap();
    let double: Vec<&Branch> = found.branches.iter().filter(|b| b.solutions == 2).collect();
    assert_eq!((double.len(), double[0].lambda, double[0].condition), (2, Complex::new(-8.0, 0.0), f64::INFINITY));
    let json = serde_json::to_value(&found).unwrap();
    assert!(json["branches"].as_array().unwrap().iter().all(|b| b["condition"].is_f64()));
}

#[test]
fn thousands_of_substeps() {
    let found = learned("rk4", (-0.1, 2.0), 1.0, 8000);
    assert_eq!(found.branches.iter().map(|b| b.lambda.re).filter(|x| x.is_finite()).count(), 32_000);
    assert!((found.principal().unwrap().lambda - found.lambda).norm() < 1e-12);
}

#[test]
fn what_cannot_be_answered_says_so() {
    let constant = scheme::parse("[runge-kutta]\nA = [[0]]\nb = [0]", "constant");
    if let Ok(constant) = constant {
        assert!(matches!(LearningEquation::of(&constant), Err(BranchError::Degenerate { .. })));
    }
    let ask = |lambda: Complex<f64>, h: f64, m: u32| branches(&method("rk4"), lambda, Sampling::new(h, m).unwrap());
    assert!(matches!(ask(Complex::new(f64::NAN, 0.0), 1.0, 1), Err(BranchError::Mode(_))));
    assert!(matches!(ask(Complex::new(-1e4, 0.0), 1.0, 1), Err(BranchError::Exponent(_))));
    assert!(matches!(ask(Complex::new(1e308, 0.0), 1e10, 1), Err(BranchError::Exponent(_))));
    assert!(matches!(ask(Complex::new(0.0, 1e13), 1.0, 1), Err(BranchError::Exponent(_))));
    assert!(matches!(ask(Complex::new(0.0, 1.0), 1.0, u32::MAX), Err(BranchError::TooMany { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn unique_methods_invert_in_closed_form(re in -3.0..3.0f64, im in -6.0..6.0f64, h in 0.01..1.5f64) {
        let lambda = Complex::new(re, im);
        let w = (lambda * h).exp();
        for (name, expected) in [("forward-euler", (w - 1.0) / h), ("implicit-euler", (1.0 - w.inv()) / h), ("trapezoid", 2.0 / h * (w - 1.0) / (w + 1.0))] {
            let found = learned(name, (re, im), h, 1);
            prop_assert_eq!(found.branches.len(), 1);
            // The closed form in f64 loses digits where w − 1 or w + 1 cancels.
            let loss = 1.0 / (w - 1.0).norm().min((w + 1.0).norm()).min(1.0);
            prop_assert!((found.branches[0].lambda - expected).norm() <= 1e-14 * loss * (1.0 + expected.norm()) * (1.0 + h * lambda.norm()) / h);
            prop_assert!(found.branches[0].principal);
        }
    }

    #[test]
    fn real_modes_have_mirrored_branches(re in -3.0..3.0f64, substeps in 1u32..4) {
        prop_assume!(re.abs() > 1e-3);
        for name in ["rk4", "gauss3", "dormand-prince5", "sdirk2"] {
            let found = learned(name, (re, 0.0), 1.0, substeps);
            for b in &found.branches {
                let mirrored = found.branches.iter().filter(|c| (c.lambda - b.lambda.conj()).norm() <= b.radius + c.radius).count();
                prop_assert!(mirrored == 1, "{name} {}", b.lambda);
            }
        }
    }

    #[test]
    fn conjugate_modes_have_conjugate_branches(re in -2.0..1.0f64, im in 0.1..5.0f64, substeps in 1u32..4) {
        for name in ["rk4", "gauss2", "cash-karp5", "adams-bashforth-3"] {
            let (up, down) = (learned(name, (re, im), 1.0, substeps), learned(name, (re, -im), 1.0, substeps));
            for b in &up.branches {
                prop_assert!(down.branches.iter().any(|c| (c.lambda.conj() - b.lambda).norm() <= b.radius + c.radius && c.principal == b.principal));
            }
        }
    }

    #[test]
    fn sign_faithful_methods_never_flip(re in -2.0..2.0f64, im in -7.0..7.0f64, substeps in 1u32..4) {
        prop_assume!(re.abs() > 1e-6);
        for name in ["implicit-midpoint", "gauss2", "gauss3"] {
            for b in learned(name, (re, im), 1.0, substeps).branches {
                prop_assert!(b.lambda.re * re > 0.0, "{name} {re} {im}: {}", b.lambda);
            }
        }
    }

    #[test]
    fn condition_is_the_derivative(re in -1.0..0.5f64, im in -2.0..2.0f64) {
        for name in ["rk4", "gauss2", "bdf3"] {
            let step = 1e-7;
            let (a, b) = (learned(name, (re - step, im), 0.8, 2), learned(name, (re + step, im), 0.8, 2));
            let centre = learned(name, (re, im), 0.8, 2);
            for branch in centre.branches.iter().filter(|b| b.condition < 30.0) {
                let nearest = |all: &Branches| {
                    all.branches.iter().map(|b| b.lambda).min_by(|x, y| (x - branch.lambda).norm().total_cmp(&(y - branch.lambda).norm())).unwrap()
                };
                let slope = (nearest(&b) - nearest(&a)).norm() / (2.0 * step);
                prop_assert!((slope / branch.condition - 1.0).abs() < 1e-4, "{name}: {slope} {}", branch.condition);
            }
        }
    }
}

/// Some 4,000 branches, many of them close to an axis: a flag is set only where each point of the disc has it, and a method that is
/// sign-faithful by theorem never gets one of damping.
#[test]
fn flags_leave_no_doubt() {
    let faithful = ["implicit-midpoint", "trapezoid", "gauss2", "gauss3", "lobatto-iiia-3"];
    let others = ["forward-euler", "heun2", "rk4", "dormand-prince5", "radau-iia-3", "dverk78", "bdf2", "adams-bashforth-2", "leap-frog"];
    let sizes = [-1.0, -1e-5, -1e-17, -1e-300, 0.0, 1e-12, 0.3];
    let turns = [0.0, 1e-9, 2.0, -2.0, 1e3, 1e6, 1e9];
    let mut count = 0;
    for name in faithful.iter().chain(&others) {
        let equation = LearningEquation::of(&method(name)).unwrap();
        for (re, im) in sizes.iter().flat_map(|re| turns.iter().map(move |im| (*re, *im))) {
            let lambda = Complex::new(re, im);
            for substeps in [1, 3] {
                let Ok(found) = equation.branches(lambda, Sampling::new(1.0, substeps).unwrap()) else { continue };
                for branch in &found.branches {
                    count += 1;
                    let (x, y, r) = (branch.lambda.re, branch.lambda.im, branch.radius);
                    for flag in &branch.flags {
                        let certain = match flag {
                            Flag::AntiDamped => x > r && re <= 0.0,
                            Flag::Damped => x < -r && re >= 0.0,
                            Flag::Undamped => x == 0.0 && r == 0.0 && re != 0.0,
                            Flag::Reversed => y.abs() > r && y * im < 0.0,
                            Flag::OverDamped => y == 0.0 && r == 0.0 && im != 0.0,
                            Flag::UnderDamped => y.abs() > r && im == 0.0,
                        };
                        assert!(certain, "{name} λ = {lambda}, m = {substeps}: {branch:?}");
                    }
                    let of_damping = branch.flags.iter().any(|f| matches!(f, Flag::AntiDamped | Flag::Damped | Flag::Undamped));
                    assert!(!(faithful.contains(name) && of_damping), "{name} λ = {lambda}: {branch:?}");
                }
            }
        }
    }
    assert!(count > 4000, "{count}");
}
