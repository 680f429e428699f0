//! Modified fields as polynomials: against the literature, and against a route that knows nothing of trees.

use lambdahat::dynamics::{Field, Flow, Monomial, PolynomialField, RationalPolynomial, Stepper, System, Values};
use lambdahat::exact::ratio;
use lambdahat::inverse::branches;
use lambdahat::method::{Method, RungeKutta, Sampling, catalog};
use lambdahat::order::{
    DriftError, FieldExpansion, OrderError, convergence, drift, inverse_linear_radius, inverse_linear_series, inverse_modified_at,
    inverse_modified_equation, modified_at, modified_equation, modified_linear_series, step_logarithm,
};
use lambdahat::stability::StabilityFunction;
use num_complex::Complex64;
use num_rational::BigRational;
use num_traits::One;
use proptest::prelude::*;

fn method(name: &str) -> RungeKutta {
    match catalog::find(name) {
        Ok(Method::RungeKutta(method)) => method,
        other => panic!("{name}: {other:?}"),
    }
}

fn field(text: &str) -> PolynomialField {
    PolynomialField::parse(text, "test").unwrap()
}

/// The second route: expansions in powers of h whose coefficients are polynomials, h being one more variable, matched power by power.
struct Matching {
    dimension: usize,
    /// Powers of h beyond this one are dropped.
    power: usize,
}

type Vector = Vec<RationalPolynomial>;

impl Matching {
    fn times(&self, a: &RationalPolynomial, b: &RationalPolynomial) -> RationalPolynomial {
        a.times_where(b, |m| m.exponent(self.dimension) <= self.power + 1)
    }

    fn h(&self) -> RationalPolynomial {
        RationalPolynomial::variable(self.dimension).unwrap()
    }

    fn identity(&self) -> Vector {
        (0..self.dimension).map(|i| RationalPolynomial::variable(i).unwrap()).collect()
    }

    /// f(Y).
    fn at(&self, f: &Vector, y: &Vector) -> Vector {
        let term = |(m, c): &(Monomial, BigRational)| {
            let h = Monomial::power(self.dimension, m.exponent(self.dimension)).unwrap();
            let mut product = RationalPolynomial::new(vec![(h, c.clone())]);
            for (i, y) in y.iter().enumerate() {
                for _ in 0..m.exponent(i) {
                    product = self.times(&product, y);
                }
            }
            product
        };
        f.iter().map(|p| p.terms().iter().map(term).fold(RationalPolynomial::zero(), |sum, t| sum.plus(&t))).collect()
    }

    /// One step of the method with the field f: the stages by fixed-point iteration, one power of h a round.
    fn step(&self, method: &RungeKutta, f: &Vector) -> Vector {
        let combine = |weights: &[lambdahat::exact::Number], k: &[Vector]| -> Vector {
            let mut y = self.identity();
            for (weight, k) in weights.iter().zip(k) {
                let weight = weight.as_rational().unwrap();
                for (y, k) in y.iter_mut().zip(k) {
                    *y = y.plus(&self.times(&self.h(), &k.scaled(weight)));
                }
            }
            y
        };
        let mut k: Vec<Vector> = vec![f.clone(); method.stages()];
        for _ in 0..=self.power {
            k = method.a().iter().map(|row| self.at(f, &combine(row, &k))).collect();
        }
        combine(method.b(), &k)
    }

    /// The flow of f: its Lie series.
    fn flow(&self, f: &Vector) -> Vector {
        let along = |u: &RationalPolynomial, n: usize| {
            let lie = f.iter().enumerate().fold(RationalPolynomial::zero(), |sum, (j, f)| sum.plus(&self.times(f, &u.derivative(j))));
            self.times(&self.h(), &lie).scaled(&ratio(1, n as i64))
        };
        let one = |x: RationalPolynomial| {
            let (mut u, mut sum) = (x.clone(), x);
            for n in 1..=self.power + 1 {
                u = along(&u, n);
                sum = sum.plus(&u);
            }
            sum
        };
        self.identity().into_iter().map(one).collect()
    }

    /// Each power of h in turn: what is missing between the two maps belongs to the unknown field.
    fn unknown(&self, target: &Vector, map: impl Fn(&Vector) -> Vector) -> Vec<Vector> {
        let mut found = vec![RationalPolynomial::zero(); self.dimension];
        let mut terms = Vec::new();
        for k in 0..=self.power {
            let reached = map(&found);
            let missing = |(t, r): (&RationalPolynomial, &RationalPolynomial)| {
                let difference = t.plus(&r.scaled(&-BigRational::one()));
                let of_power: Vec<_> = difference.terms().iter().filter(|(m, _)| m.exponent(self.dimension) == k + 1).cloned().collect();
                let without = |m: Monomial| {
                    (0..self.dimension).map(|i| Monomial::power(i, m.exponent(i)).unwrap()).fold(Monomial::ONE, Monomial::times)
                };
                RationalPolynomial::new(of_power.into_iter().map(|(m, c)| (without(m), c)).collect())
            };
            let term: Vector = target.iter().zip(&reached).map(missing).collect();
            let weight = RationalPolynomial::new(vec![(Monomial::power(self.dimension, k).unwrap(), BigRational::one())]);
            found = found.iter().zip(&term).map(|(f, t)| f.plus(&t.times(&weight))).collect();
            terms.push(term);
        }
        terms
    }

    fn modified(method: &RungeKutta, field: &PolynomialField, power: usize) -> Vec<Vector> {
        let this = Self { dimension: field.variables().len(), power };
        let target = this.step(method, &field.components().to_vec());
        this.unknown(&target, |f| this.flow(f))
    }

    fn inverse(method: &RungeKutta, field: &PolynomialField, power: usize) -> Vec<Vector> {
        let this = Self { dimension: field.variables().len(), power };
        let target = this.flow(&field.components().to_vec());
        this.unknown(&target, |f| this.step(method, f))
    }
}

fn check(name: &str, field: &PolynomialField, power: usize) {
    let method = method(name);
    let by_trees = FieldExpansion::modified(&method, field, power).unwrap();
    for (k, (a, b)) in by_trees.terms().iter().zip(Matching::modified(&method, field, power)).enumerate() {
        assert_eq!(a.components(), b, "{name}, modified, h^{k}");
    }
    let by_trees = FieldExpansion::inverse(&method, field, power).unwrap();
    assert_eq!(by_trees.terms().len(), power + 1);
    for (k, (a, b)) in by_trees.terms().iter().zip(Matching::inverse(&method, field, power)).enumerate() {
        assert_eq!(a.components(), b, "{name}, inverse, h^{k}");
    }
}

#[test]
fn trees_and_matched_powers_give_the_same_polynomials() {
    let lotka_volterra = PolynomialField::of_system(&System::parse("lotka-volterra:alpha=2/3,beta=4/3").unwrap()).unwrap();
    check("forward-euler", &lotka_volterra, 6);
    check("midpoint", &lotka_volterra, 5);
    check("heun2", &lotka_volterra, 4);
    check("rk4", &lotka_volterra, 5);
    check("implicit-midpoint", &lotka_volterra, 4);
    let duffing = PolynomialField::of_system(&System::named("duffing").unwrap()).unwrap();
    check("kutta3", &duffing, 4);
    let lorenz = PolynomialField::of_system(&System::named("lorenz").unwrap()).unwrap();
    check("implicit-euler", &lorenz, 3);
    check("rk38", &field("[field]\nx = 'y^4 - x'\ny = '1 - x y'"), 4);
}

fn printed(expansion: FieldExpansion) -> Vec<String> {
    expansion.report().terms.into_iter().map(|term| term.components[0].clone()).collect()
}

/// ẏ = y². Euler and implicit midpoint as in Hairer, Lubich & Wanner, *Geometric Numerical Integration*, IX.1; the others by matching scalar series in h, in
/// fractions, outside this crate.
#[test]
fn modified_equations_of_the_square() {
    let square = field("y = 'y^2'");
    let modified = |name: &str, power| printed(FieldExpansion::modified(&method(name), &square, power).unwrap());
    assert_eq!(modified("forward-euler", 5), ["y^2", "-y^3", "3/2*y^4", "-8/3*y^5", "31/6*y^6", "-157/15*y^7"]);
    assert_eq!(modified("implicit-midpoint", 6), ["y^2", "0", "1/4*y^4", "0", "1/8*y^6", "0", "11/192*y^8"]);
    assert_eq!(modified("midpoint", 6), ["y^2", "0", "-3/4*y^4", "5/4*y^5", "-7/8*y^6", "-9/8*y^7", "421/96*y^8"]);
    assert_eq!(modified("heun2", 6), ["y^2", "0", "-1/2*y^4", "1/2*y^5", "1/4*y^6", "-3/2*y^7", "15/8*y^8"]);
    assert_eq!(modified("trapezoid", 6), ["y^2", "0", "1/2*y^4", "0", "1/2*y^6", "0", "13/24*y^8"]);
}

/// ẏ = y² is solved by y/(1 − hy), so Euler learns f̂ = y²/(1 − hy) and implicit Euler y²/(1 + hy)… exactly.
#[test]
fn what_euler_learns_of_the_square() {
    let square = field("y = 'y^2'");
    let inverse = printed(FieldExpansion::inverse(&method("forward-euler"), &square, 8).unwrap());
    let expected: Vec<String> = (0..=8).map(|k| format!("y^{}", k + 2)).collect();
    assert_eq!(inverse, expected);
    // implicit Euler: ŷ = y/(1 − hy) = y + h f̂(ŷ), y = ŷ/(1 + hŷ), f̂ = ŷ²/(1 + hŷ)
    let inverse = printed(FieldExpansion::inverse(&method("implicit-euler"), &square, 5).unwrap());
    assert_eq!(inverse, ["y^2", "-y^3", "y^4", "-y^5", "y^6", "-y^7"]);
}

/// y^(k+1) of ẏ = y² is (k+1)! y^(k+2); a one-step method written as a multistep one learns the same field.
#[test]
fn multistep_fields() {
    let multistep = |name: &str| match catalog::find(name) {
        Ok(Method::Multistep(method)) => method,
        other => panic!("{name}: {other:?}"),
    };
    let square = field("y = 'y^2'");
    let ab2 = printed(FieldExpansion::multistep(&multistep("adams-bashforth-2"), &square, 4).unwrap());
    assert_eq!(ab2, ["y^2", "0", "5/2*y^4", "-6*y^5", "31*y^6"]);
    let (_, lotka_volterra) = lotka_volterra();
    let one_step = FieldExpansion::inverse(&method("implicit-euler"), &lotka_volterra, 5).unwrap();
    let multi_step = FieldExpansion::multistep(&multistep("bdf1"), &lotka_volterra, 5).unwrap();
    assert_eq!(one_step.terms(), multi_step.terms());
    assert!(matches!(FieldExpansion::multistep(&multistep("bdf2"), &square, 40), Err(OrderError::TooWide { degree: 42, .. })));
}

#[test]
fn irrational_methods_print_decimals() {
    let oscillator = field("[field]\nx = '-y'\ny = 'x'");
    let expansion = FieldExpansion::inverse(&method("sdirk2"), &oscillator, 3).unwrap();
    assert!(!expansion.is_exact());
    let report = expansion.report();
    assert!(report.terms[2].components[0].contains('.'), "{:?}", report.terms[2]);
    // In LaTeX too: no fraction of fifty digits for a number that is not rational.
    assert!(report.terms[2].latex[0].contains('.') && !report.terms[2].latex[0].contains("frac"), "{:?}", report.terms[2]);
    // Gauss methods have irrational coefficients and rational elementary weights.
    assert!(FieldExpansion::inverse(&method("gauss2"), &oscillator, 4).unwrap().is_exact());
    let error = FieldExpansion::inverse(&method("rk4"), &oscillator, 40).unwrap_err();
    assert!(matches!(error, OrderError::TooLarge { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn random_quadratic_fields(c in prop::collection::vec(-3i64..4, 12), pick in 0usize..4) {
        let monomials = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)];
        let component = |c: &[i64]| {
            let term = |(&(i, j), &c): (&(usize, usize), &i64)| {
                (Monomial::power(0, i).unwrap().times(Monomial::power(1, j).unwrap()), ratio(c, 2))
            };
            RationalPolynomial::new(monomials.iter().zip(c).map(term).collect())
        };
        let field = PolynomialField::new(vec!["x".into(), "y".into()], vec![component(&c[..6]), component(&c[6..])]).unwrap();
        check(["ralston2", "heun3", "rk4", "radau-iia-2"][pick], &field, 3);
    }
}

/// A linear field: the expansion of the principal branch to 30 terms against equation (1), solved by certified roots and proved continuation.
#[test]
fn linear_series_are_the_principal_branch_inside_their_radius() {
    for name in ["forward-euler", "implicit-euler", "implicit-midpoint", "heun2", "kutta3", "rk4", "radau-iia-2", "gauss2"] {
        let method = method(name);
        let r = StabilityFunction::of(&method);
        let singularity = inverse_linear_radius(&r).unwrap();
        let series: Vec<f64> = inverse_linear_series(&r, 30).iter().map(|c| c.to_f64()).collect();
        let reach = singularity.radius.min(2.5);
        for angle in [0.3, 1.2, 1.6, 2.4, 3.0] {
            let zeta = Complex64::from_polar(0.4 * reach, angle);
            let sum = series.iter().rev().fold(Complex64::new(0.0, 0.0), |sum, c| sum * zeta + c) * zeta;
            let found = branches(&Method::RungeKutta(method.clone()), zeta, Sampling::new(1.0, 1).unwrap()).unwrap();
            let principal = found.principal().unwrap().lambda;
            assert!((sum - principal).norm() < 1e-10, "{name} at {zeta}: {sum} {principal}");
        }
    }
}

#[test]
fn radii_of_convergence() {
    let radius = |name: &str| inverse_linear_radius(&StabilityFunction::of(&method(name))).unwrap();
    // e^ζ − 1 and 1 − e^(−ζ) are entire, 2 tanh(ζ/2) has poles at ±iπ, −1 + √(2e^ζ − 1) branches at −log 2.
    assert!(radius("forward-euler").radius.is_infinite());
    assert!(radius("implicit-euler").radius.is_infinite());
    assert!((radius("implicit-midpoint").radius - std::f64::consts::PI).abs() < 1e-12);
    assert!((radius("heun2").radius - 2f64.ln()).abs() < 1e-12);
    assert!((radius("heun2").branch_point.unwrap().re + 1.0).abs() < 1e-12);
    // Elsewhere the coefficients themselves tell: |c_n| ~ C n^(−3/2) r^(−n), up to a cosine for a conjugate pair.
    for name in ["kutta3", "rk4", "gauss2", "radau-iia-2"] {
        let r = StabilityFunction::of(&method(name));
        let stated = inverse_linear_radius(&r).unwrap().radius;
        let c = inverse_linear_series(&r, 48);
        let root = |n: usize| (c[n - 1].to_f64().abs() * (n as f64).powf(1.5)).powf(-1.0 / n as f64);
        let estimate = (40..=48).map(root).fold(f64::INFINITY, f64::min);
        assert!((estimate / stated - 1.0).abs() < 0.06, "{name}: {stated}, by its coefficients {estimate}");
    }
}

#[test]
fn the_scalar_series_are_those_of_the_path_trees() {
    for name in ["rk4", "radau-iia-2", "gauss2"] {
        let method = method(name);
        let r = StabilityFunction::of(&method);
        let path = |n: usize| if n == 1 { "τ".to_string() } else { format!("{}τ{}", "[".repeat(n - 1), "]".repeat(n - 1)) };
        let (inverse, modified) = (inverse_modified_equation(&method, 6).unwrap(), modified_equation(&method, 6).unwrap());
        for (n, (a, b)) in inverse_linear_series(&r, 7).iter().zip(modified_linear_series(&r, 7)).enumerate() {
            assert_eq!(inverse.at(&path(n + 1)), Some(a), "{name}");
            assert_eq!(modified.at(&path(n + 1)), Some(&b), "{name}");
        }
    }
}

fn lotka_volterra() -> (System, PolynomialField) {
    let system = System::named("lotka-volterra").unwrap();
    let field = PolynomialField::of_system(&system).unwrap();
    (system, field)
}

/// The reference values of the design: change of V = x − ln x + y − ln y in the first turn, at h = 0.5; networks trained with Euler gave
/// −0.0911, −0.2956, −0.8676, one trained with RK4 +3.1e-4, +5.8e-4, +8.7e-3.
#[test]
fn reference_drifts_of_lotka_volterra() {
    let (system, field) = lotka_volterra();
    let v = |x: &[f64]| system.invariant(x).unwrap();
    let euler = FieldExpansion::inverse(&method("forward-euler"), &field, 6).unwrap();
    let rk4 = FieldExpansion::inverse(&method("rk4"), &field, 7).unwrap();
    for (start, by_euler, by_rk4, digits) in
        [(1.5, -0.09079, 2.31e-4, 0.01e-4), (2.0, -0.29498, 5.23e-4, 0.01e-4), (3.0, -0.86812, 5.07e-3, 0.01e-3)]
    {
        let found = drift(&euler, 0.5, 5, &[start, 1.0], Some(&v)).unwrap();
        assert!((found.per_period - by_euler).abs() < 1e-4, "{found:?}");
        let found = drift(&rk4, 0.5, 6, &[start, 1.0], Some(&v)).unwrap();
        assert!((found.per_period - by_rk4).abs() < digits, "{found:?}");
    }
}

#[test]
fn drifts_that_are_zero_and_drifts_that_are_not_there() {
    let (system, field) = lotka_volterra();
    let v = |x: &[f64]| system.invariant(x).unwrap();
    let euler = FieldExpansion::inverse(&method("forward-euler"), &field, 3).unwrap();
    // The true field keeps V.
    let still = drift(&euler, 0.1, 0, &[1.5, 1.0], Some(&v)).unwrap();
    assert!(still.per_period.abs() < 1e-9 && still.truncation > 0.01 && (still.period - still.true_period).abs() < 1e-9);
    // by 64,000 steps of RK4 outside this crate
    assert!((still.true_period - 6.382_567_706_8).abs() < 1e-8, "{}", still.true_period);
    assert!(matches!(drift(&euler, 0.1, 3, &[1.5, 1.0], Some(&v)), Err(DriftError::TooShort { needed: 4, .. })));
    assert!(matches!(drift(&euler, 0.1, 1, &[1.0, 1.0], Some(&v)), Err(DriftError::Equilibrium(_))));
    assert!(matches!(drift(&euler, 0.1, 1, &[1.0], Some(&v)), Err(DriftError::Flow(_))));
    // Implicit midpoint is closed where α = γ: its expansion keeps the symmetry.
    let midpoint = FieldExpansion::inverse(&method("implicit-midpoint"), &field, 5).unwrap();
    assert!(drift(&midpoint, 0.5, 4, &[1.5, 1.0], Some(&v)).unwrap().per_period.abs() < 1e-9);
}

/// The verdict on convergence, with numbers on both sides of it.
#[test]
fn the_warning_is_given_where_it_is_due() {
    let (system, field) = lotka_volterra();
    let v = |x: &[f64]| system.invariant(x).unwrap();
    let euler = FieldExpansion::inverse(&method("forward-euler"), &field, 6).unwrap();
    let rk4 = FieldExpansion::inverse(&method("rk4"), &field, 7).unwrap();
    for start in [1.2, 1.5, 1.9] {
        assert!(drift(&euler, 0.5, 5, &[start, 1.0], Some(&v)).unwrap().converging);
        let found = drift(&rk4, 0.5, 6, &[start, 1.0], Some(&v)).unwrap();
        assert!(found.converging && found.truncation < found.per_period.abs(), "{found:?}");
        // Outward and by little, as the drift of V says.
        assert!(found.amplitude_shift > 0.0 && found.amplitude_shift < 0.01, "{found:?}");
        assert!((found.period / found.true_period - 1.0).abs() < 0.01, "{found:?}");
        // At three times the step, cut earlier, numbers come out as well, and the terms no longer shrink.
        let far = drift(&rk4, 1.6, 4, &[start, 1.0], Some(&v)).unwrap();
        assert!(!far.converging, "{far:?}");
        let (sizes, converging) = convergence(&rk4, 3.0, 6, &[start, 1.0]).unwrap();
        assert!(!converging && sizes.len() == 8, "{sizes:?}");
    }
    // Without an invariant: the distance from the centre, which for Euler shrinks.
    let found = drift(&euler, 0.5, 5, &[1.5, 1.0], None).unwrap();
    assert!(found.per_period < 0.0 && (found.per_period / 0.5 - found.amplitude_shift).abs() < 1e-3, "{found:?}");
}

/// Fields without derivatives against fields with all of them.
#[test]
fn closures_and_polynomials_have_the_same_modified_fields() {
    let (system, field) = lotka_volterra();
    let (y, h) = ([1.3, 0.8], 0.05);
    let flow = |x: &[f64]| Flow::reference().trajectory(&system, x, h, 1).ok().map(|states| states[1].clone());
    for (name, rounds, tolerance) in [("forward-euler", 1, 1e-12), ("midpoint", 3, 1e-7), ("rk4", 3, 1e-10), ("implicit-midpoint", 2, 1e-5)]
    {
        let method = method(name);
        let mut expected = [0.0; 2];
        FieldExpansion::inverse(&method, &field, 9).unwrap().truncated(h, 9).value(&y, &mut expected);
        let found = inverse_modified_at(&method, &system, &flow, &y, h, rounds).unwrap();
        let error = found.value.iter().zip(expected).fold(0.0, |e: f64, (a, b)| e.max((a - b).abs()));
        assert!(error < tolerance && (error <= found.error || error < 1e-12), "{name}: {error:e}, estimated {:e}", found.error);
        FieldExpansion::modified(&method, &field, 9).unwrap().truncated(h, 9).value(&y, &mut expected);
        let found = step_logarithm(&method, &system, &y, h).unwrap();
        let error = found.value.iter().zip(expected).fold(0.0, |e: f64, (a, b)| e.max((a - b).abs()));
        assert!(error < 1e-11 && error <= found.error + 1e-11, "{name}: {error:e}, estimated {:e}", found.error);
    }
}

/// Networks and kernels have modified fields: S_h[f̂] = φ_h[f] to the order stated, whatever f is.
#[test]
fn modified_fields_of_a_network_and_of_a_kernel() {
    use lambdahat::fit::{Learned, Model};
    use rand::SeedableRng;
    let states: Vec<Vec<f64>> = (0..40).map(|k| vec![(0.7 * f64::from(k)).cos(), (1.1 * f64::from(k)).sin()]).collect();
    let midpoint = method("midpoint");
    let tableau = midpoint.coefficients();
    let max = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |e: f64, (a, b)| e.max((a - b).abs()));
    let stepped = |f: &dyn Field, y: [f64; 2], h: f64| {
        let mut y = y;
        Stepper::new(&tableau, 2).step(f, &mut y, h).unwrap();
        y
    };
    for class in ["mlp:8", "rbf:12"] {
        let model = Model::new(&class.parse().unwrap(), &states).unwrap();
        let parameters = model.random(1.0, &mut rand_chacha::ChaCha8Rng::seed_from_u64(5));
        let learned = Learned { model, parameters };
        let y = [0.3, -0.2];
        // With three rounds f̂ is right through h^4, so the step with it misses the flow by h^6.
        let missed = |h: f64| {
            let flow = |x: &[f64]| Flow::reference().trajectory(&learned, x, h, 1).ok().map(|states| states[1].clone());
            let inner = Values::new(2, |x: &[f64], out: &mut [f64]| {
                out.copy_from_slice(&inverse_modified_at(&midpoint, &learned, &flow, x, h, 3).unwrap().value);
            });
            max(&stepped(&inner, y, h), &flow(&y).unwrap())
        };
        let slope = (missed(0.4) / missed(0.2)).log2();
        assert!(slope > 5.0, "{class}: {slope}, {:e}", missed(0.2));
        // Forwards: the flow of the modified field is the step.
        let h = 0.1;
        let modified =
            Values::new(2, |x: &[f64], out: &mut [f64]| out.copy_from_slice(&step_logarithm(&midpoint, &learned, x, h).unwrap().value));
        let flow = Flow { absolute: 1e-12, relative: 1e-12 }.trajectory(&modified, &y, h, 1).unwrap();
        let error = max(&flow[1], &stepped(&learned, y, h));
        assert!(error < 1e-9, "{class}: {error:e}");
    }
}

#[test]
fn forwards_the_linear_series_ends_at_a_zero_or_pole() {
    let radius = |name: &str| lambdahat::order::modified_linear_radius(&StabilityFunction::of(&method(name))).unwrap();
    assert!((radius("forward-euler") - 1.0).abs() < 1e-12 && (radius("implicit-midpoint") - 2.0).abs() < 1e-12);
    assert!((radius("heun2") - 2f64.sqrt()).abs() < 1e-12);
}

/// −c u_x + ν u_xx in the fractions of its parameters, not of rounded quotients.
#[test]
fn the_grid_is_exact() {
    let system = System::parse("convection-diffusion:speed=1,diffusion=1/3,points=3,length=1").unwrap();
    let field = PolynomialField::of_system(&system).unwrap();
    assert_eq!(field.to_text()[0], "-6*u1 + 3/2*u2 + 9/2*u3");
}

/// The field that steps follow by its exact polynomials, by a polynomial in h through logarithms of the step map, and, at a small step, by that logarithm itself.
#[test]
fn three_ways_to_a_modified_field_agree() {
    let (system, field) = lotka_volterra();
    let y = [1.5, 1.0];
    for name in ["forward-euler", "midpoint", "rk4", "dormand-prince5", "implicit-midpoint", "gauss2"] {
        let method = method(name);
        for (h, power) in [(0.5, 4), (0.5, 8), (0.1, 6)] {
            let mut exact = [0.0; 2];
            let expansion = FieldExpansion::modified(&method, &field, 9).unwrap();
            expansion.truncated(h, power).value(&y, &mut exact);
            let found = modified_at(&method, &system, &y, h, power).unwrap();
            let error = found.value.iter().zip(exact).fold(0.0, |e: f64, (a, b)| e.max((a - b).abs()));
            let bound = if power == 8 { 1e-3 } else { 1e-6 };
            assert!(error < bound && error <= 10.0 * found.error + 1e-12, "{name}, {h}, h^{power}: {error:e}, estimated {:e}", found.error);
        }
        // Small enough for h^10 to be nothing.
        let h = 0.02;
        let (mut exact, mut other) = ([0.0; 2], [0.0; 2]);
        FieldExpansion::modified(&method, &field, 9).unwrap().truncated(h, 9).value(&y, &mut exact);
        let whole = step_logarithm(&method, &system, &y, h).unwrap();
        other.copy_from_slice(&whole.value);
        let error = other.iter().zip(exact).fold(0.0, |e: f64, (a, b)| e.max((a - b).abs()));
        assert!(error < 1e-11, "{name}: {error:e}");
    }
    // The value that was given wrongly once: (0.0458, 0.4365).
    let found = modified_at(&method("rk4"), &system, &y, 0.5, 4).unwrap().value;
    assert!((found[0] + 0.00043945).abs() < 1e-7 && (found[1] - 0.49939779).abs() < 1e-7, "{found:?}");
}
