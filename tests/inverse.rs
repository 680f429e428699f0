//! The branches against what is known of them: the values of the literature's example, closed forms, and what must hold of all.

use approx::assert_relative_eq;
use lambdahat::exact::{DoubleDouble, Number, RootDisc};
use lambdahat::inverse::{Branch, BranchError, Branches, Flag, LearningEquation, Principal, branches};
use lambdahat::method::{Method, Sampling, catalog, scheme};
use lambdahat::stability::StabilityFunction;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

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
    assert!(why.contains("s = 0.693147") && why.contains("z = -1.000000"), "{why}");
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
    assert!(why.contains("too long to follow") && why.contains("159155 times"), "{why}");
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

/// What must hold of the branches of any method and mode.
fn sound(found: &Branches, solutions: usize) -> Result<(), String> {
    let discs: Vec<RootDisc> = found
        .branches
        .iter()
        .map(|b| RootDisc { centre: b.lambda, radius: b.radius, count: b.solutions, resolved: b.solutions == 1 })
        .collect();
    if discs.len() + found.at_infinity != solutions {
        return Err(format!("{} branches and {} at infinity, not {solutions}", discs.len(), found.at_infinity));
    }
    for (i, a) in discs.iter().enumerate() {
        let shared = discs.iter().filter(|b| *b == a).count();
        if shared % a.count != 0 {
            return Err(format!("a cluster of {} has {shared} members", a.count));
        }
        if let Some(b) = discs[..i].iter().find(|b| a.touches(b) && *b != a) {
            return Err(format!("discs {a:?} and {b:?} touch and are no cluster"));
        }
    }
    let growth = (found.lambda * found.sampling.interval()).exp().norm();
    for Branch { lambda, radius, solutions, residual, condition, .. } in &found.branches {
        // |d(R^m)| = |e^{Hλ}| H/κ |dλ̂|, and the f64 λ̂ is within its radius of the exact one.
        let linear = growth * found.sampling.interval() / condition * radius;
        if *solutions == 1 && *residual > 1e-12f64.max(4.0 * linear) {
            return Err(format!("{lambda}: residual {residual}, allowed {linear}"));
        }
    }
    Ok(())
}

/// What one step does to ẏ = λy, in this test's own double-double arithmetic, from the exact coefficients.
enum Step {
    OneStep { p: Vec<DoubleDouble>, q: Vec<DoubleDouble> },
    Multistep { rho: Vec<DoubleDouble>, sigma: Vec<DoubleDouble> },
}

/// A complex number in double-double.
#[derive(Clone, Copy)]
struct Wide(DoubleDouble, DoubleDouble);

impl Wide {
    fn of(z: Complex<f64>) -> Self {
        Self(z.re.into(), z.im.into())
    }
    fn times(self, o: Self) -> Self {
        Self(self.0 * o.0 - self.1 * o.1, self.0 * o.1 + self.1 * o.0)
    }
    fn less(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }
    fn over(self, o: Self) -> Self {
        let size = o.0 * o.0 + o.1 * o.1;
        let product = self.times(Self(o.0, -o.1));
        Self(product.0 / size, product.1 / size)
    }
    fn size(self) -> f64 {
        self.0.to_f64().hypot(self.1.to_f64())
    }
    fn power(self, n: u32) -> Self {
        (0..n).fold(Self::of(Complex::new(1.0, 0.0)), |product, _| product.times(self))
    }
}

/// Value and derivative, by Horner's rule.
fn horner(c: &[DoubleDouble], z: Wide) -> (Wide, Wide) {
    let zero = Wide::of(Complex::new(0.0, 0.0));
    c.iter().rev().fold((zero, zero), |(p, d), c| {
        let (pz, dz) = (p.times(z), d.times(z));
        (Wide(pz.0 + *c, pz.1), Wide(dz.0 + p.0, dz.1 + p.1))
    })
}

fn wide(c: &Number) -> DoubleDouble {
    let exact = c.approximate(200);
    let high = exact.to_f64().unwrap();
    let low = exact - BigRational::from_float(high).unwrap();
    DoubleDouble::sum(high, low.to_f64().unwrap())
}

impl Step {
    fn of(method: &Method) -> Self {
        let all = |c: &[Number]| c.iter().map(wide).collect();
        match method {
            Method::RungeKutta(method) => {
                let r = StabilityFunction::of(method);
                Self::OneStep { p: all(r.numerator().coefficients()), q: all(r.denominator().coefficients()) }
            }
            Method::Multistep(method) => Self::Multistep { rho: all(method.alpha()), sigma: all(method.beta()) },
        }
    }

    /// The growth of m steps at z = hλ̂, and its derivative by z. For a multistep method that of its characteristic root nearest to `near`.
    fn growth(&self, z: Wide, m: u32, near: Complex<f64>) -> (Wide, f64) {
        let (one, slope) = match self {
            Self::OneStep { p, q } => {
                let ((p, dp), (q, dq)) = (horner(p, z), horner(q, z));
                let wronskian = dp.times(q).less(p.times(dq));
                (p.over(q), wronskian.over(q).over(q).size())
            }
            Self::Multistep { rho, sigma } => {
                let mut zeta = Wide::of(near);
                let mut slope = Wide::of(Complex::new(0.0, 0.0));
                for _ in 0..3 {
                    let ((r, dr), (s, ds)) = (horner(rho, zeta), horner(sigma, zeta));
                    let by_zeta = dr.less(z.times(ds));
                    slope = s.over(by_zeta);
                    zeta = zeta.less(r.less(z.times(s)).over(by_zeta));
                }
                (zeta, slope.size())
            }
        };
        (one.power(m), f64::from(m) * one.size().powi(m as i32 - 1) * slope)
    }
}

/// What must hold of all branches of one mode, recomputed: the number of those within 1e-12 of e^{Hλ}.
fn recomputed(found: &Branches, step: &Step, exact: bool, solutions: usize) -> Result<usize, String> {
    sound(found, solutions)?;
    let (h, m) = (found.sampling.interval(), found.sampling.substeps());
    let exponent = found.lambda * h;
    let target = exponent.exp();
    let scale = target.norm().max(1.0);
    let mut strict = 0;
    for b in &found.branches {
        let part = |x: f64| DoubleDouble::product(x, h) / DoubleDouble::from(f64::from(m));
        let z = Wide(part(b.lambda.re), part(b.lambda.im));
        let starts = if matches!(step, Step::OneStep { .. }) { 1 } else { m };
        let best = (0..starts)
            .map(|j| {
                let near = ((exponent + Complex::new(0.0, std::f64::consts::TAU * f64::from(j))) / f64::from(m)).exp();
                let (growth, slope) = step.growth(z, m, near);
                (growth.less(Wide::of(target)).size(), slope)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((residual, slope)) = best else { return Err("no factor".into()) };
        // How far e^{Hλ} moves when λ̂ moves by a unit in the last place of its doubles, by this test's own derivative.
        let spacing = slope * h / f64::from(m) * b.lambda.norm() * f64::EPSILON;
        // Rounded coefficients make an interval of equations: this test solves the one in the middle, which is certain only to the stated radius.
        let rounding = if exact { 0.0 } else { slope * h / f64::from(m) * b.radius };
        if b.solutions == 1 && residual > (1e-12 * scale).max(2.0 * spacing).max(1.01 * rounding) {
            return Err(format!("{}: off by {residual:e}, though a unit in the last place is {spacing:e} only", b.lambda));
        }
        if exact && b.solutions == 1 && b.radius > 2.0 * f64::EPSILON * b.lambda.norm() {
            return Err(format!("{}: certain to {:e} only", b.lambda, b.radius));
        }
        strict += usize::from(residual <= 1e-12 * scale);
    }
    Ok(strict)
}

/// How many random modes a method meets: a thousand while they are cheap. A factor of degree n costs about n² and more.
fn modes(degree: usize) -> usize {
    match degree {
        0..=4 => 1000,
        5..=7 => 250,
        8..=10 => 100,
        _ => 30,
    }
}

/// Every method of the catalogue, m = 1, 2, 3, random λ and H: R(hλ̂)^m = e^{Hλ} for every branch, all of them, apart from each other.
#[test]
fn random_modes_through_the_whole_catalogue() {
    met_by_random_modes(modes);
}

/// The same with a thousand modes for each of them: `cargo test --release --test inverse -- --ignored`.
#[test]
#[ignore = "80 seconds in release on two cores; the test above takes fewer of the dear ones"]
fn a_thousand_random_modes_through_the_whole_catalogue() {
    met_by_random_modes(|_| 1000);
}

fn met_by_random_modes(modes: fn(usize) -> usize) {
    let methods = catalog::all().unwrap();
    let met: Vec<(String, usize, usize, usize)> = methods
        .par_iter()
        .enumerate()
        .map(|(number, method)| {
            let equation = LearningEquation::of(method).unwrap();
            let (name, step) = (method.name(), Step::of(method));
            // Rounded coefficients leave λ̂ less certain than its double.
            let exact = match method {
                Method::RungeKutta(method) => StabilityFunction::of(method).is_exact(),
                Method::Multistep(method) => method.is_exact(),
            };
            let mut random = ChaCha8Rng::seed_from_u64(number as u64);
            let (mut strict, mut total) = (0, 0);
            let count = modes(equation.solutions(1));
            for _ in 0..count {
                let interval = 10f64.powf(random.random_range(-2.0..2.0));
                let lambda = Complex::new(random.random_range(-2.5..1.0), random.random_range(-4.0..4.0)) / interval;
                for substeps in 1..=3 {
                    let found = equation
                        .branches(lambda, Sampling::new(interval, substeps).unwrap())
                        .unwrap_or_else(|why| panic!("{name} at {lambda}, H = {interval}, m = {substeps}: {why}"));
                    strict += recomputed(&found, &step, exact, equation.solutions(substeps))
                        .unwrap_or_else(|why| panic!("{name} at {lambda}, H = {interval}, m = {substeps}: {why}"));
                    total += found.branches.len();
                    // No mode drawn is real, so none meets a branch point.
                    assert!(!matches!(found.principal, Principal::Undefined(_)), "{name} at {lambda}, H = {interval}, m = {substeps}");
                }
            }
            (name.to_owned(), count, strict, total)
        })
        .collect();
    assert_eq!(met.len(), methods.len());
    for name in PEOPLE_TRAIN_WITH {
        let (_, count, strict, total) = met.iter().find(|(n, ..)| n == name).unwrap_or_else(|| panic!("{name} is not in the catalogue"));
        println!("{name}: {count} modes, {strict} of {total} branches within 1e-12");
        assert!(*strict as f64 > 0.999 * *total as f64, "{name}: {strict} of {total}");
    }
    let sum = |f: fn(&(String, usize, usize, usize)) -> usize| met.iter().map(f).sum::<usize>();
    let (thousand, strict, total) = (met.iter().filter(|(_, count, ..)| *count == 1000).count(), sum(|m| m.2), sum(|m| m.3));
    println!(
        "{} methods, {thousand} with 1000 modes; {strict} of {total} branches within 1e-12, the rest within the spacing of doubles",
        met.len()
    );
}

/// The same for a thousand modes at once, for every method that the kernel of many modes takes.
#[test]
fn a_thousand_modes_at_once_through_the_catalogue() {
    let methods = catalog::all().unwrap();
    let taken: Vec<(usize, usize, usize)> = methods
        .par_iter()
        .enumerate()
        .filter_map(|(number, method)| {
            let equation = LearningEquation::of(method).unwrap();
            let degree = equation.solutions(1);
            let step = Step::of(method);
            let Step::OneStep { q, .. } = &step else { return None };
            if degree > if q.len() > 1 { 3 } else { 8 } {
                return None;
            }
            let mut random = ChaCha8Rng::seed_from_u64(7000 + number as u64);
            let interval = 10f64.powf(random.random_range(-2.0..2.0));
            let lambdas: Vec<Complex<f64>> =
                (0..1000).map(|_| Complex::new(random.random_range(-2.5..1.0), random.random_range(-4.0..4.0)) / interval).collect();
            let (mut strict, mut total) = (0, 0);
            for m in 1..=3u32 {
                let batch = equation.batch(&lambdas, Sampling::new(interval, m).unwrap()).unwrap();
                for (k, lambda) in lambdas.iter().enumerate() {
                    let target = (lambda * interval).exp();
                    assert_eq!(batch.z(k).len(), degree * m as usize);
                    for (i, (z, radius)) in batch.z(k).iter().zip(batch.radius(k)).enumerate().filter(|(_, (z, _))| z.is_finite()) {
                        let (growth, slope) = step.growth(Wide::of(*z), m, *z);
                        let residual = growth.less(Wide::of(target)).size();
                        let scale = target.norm().max(1.0);
                        assert!(
                            residual <= (1e-12 * scale).max(1.01 * slope * radius),
                            "{} at {lambda}, m = {m}: {z} off by {residual:e}, radius {radius:e}",
                            method.name()
                        );
                        strict += usize::from(residual <= 1e-12 * scale);
                        total += 1;
                        let apart =
                            |(other, reach): (&Complex<f64>, &f64)| (other - z).norm() > radius + reach || (other, reach) == (z, radius);
                        assert!(batch.z(k)[..i].iter().zip(&batch.radius(k)[..i]).all(apart), "{} at {lambda}, m = {m}", method.name());
                    }
                }
            }
            Some((1000, strict, total))
        })
        .collect();
    let (strict, total) = taken.iter().fold((0, 0), |(a, b), (_, s, t)| (a + s, b + t));
    println!(
        "{} methods with 1000 modes each, m = 1, 2, 3: {strict} of {total} solutions within 1e-12, the rest within their radii",
        taken.len()
    );
    assert!(taken.len() > 60, "{}", taken.len());
}

/// The methods that people train with.
const PEOPLE_TRAIN_WITH: &[&str] = &[
    "forward-euler",
    "implicit-euler",
    "midpoint",
    "heun2",
    "ralston2",
    "kutta3",
    "heun3",
    "ssprk33",
    "rk4",
    "rk38",
    "fehlberg45",
    "cash-karp5",
    "bogacki-shampine3",
    "dormand-prince5",
    "tsitouras5",
    "implicit-midpoint",
    "trapezoid",
    "gauss2",
    "gauss3",
    "radau-iia-2",
    "radau-iia-3",
    "lobatto-iiia-3",
    "lobatto-iiic-2",
    "lobatto-iiic-3",
    "sdirk2",
    "leap-frog",
    "adams-bashforth-2",
    "adams-bashforth-3",
    "adams-bashforth-4",
    "adams-bashforth-5",
    "adams-moulton-2",
    "adams-moulton-3",
    "adams-moulton-4",
    "bdf1",
    "bdf2",
    "bdf3",
    "bdf4",
    "bdf5",
    "bdf6",
];

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
