use super::*;
use crate::dynamics::ParameterisedField;
use proptest::prelude::*;

fn all() -> Vec<System> {
    let mut all: Vec<System> = catalogue::names().map(|name| System::named(name).expect("listed")).collect();
    all.push(System::parse("linear:-0.1,-2;2,-0.1").expect("a matrix"));
    all
}

fn error(text: &str) -> String {
    System::from_text(text, "f.toml").expect_err("wrong").to_string()
}

#[test]
fn every_file_is_read_and_named_for_its_system() {
    for name in catalogue::names() {
        let system = System::named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(system.name(), name);
        assert!(!system.title().is_empty() && !system.source().is_empty() && !system.default_starts().is_empty(), "{name}");
        assert!(!system.equilibria().is_empty(), "{name}");
        system.checked().unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert_eq!(System::named("oscillator").expect("an alias").name(), "damped-oscillator");
}

#[test]
fn the_programs_compute_what_the_text_says() {
    for system in all() {
        let d = Field::dimension(&system);
        let (fields, points) = system.components();
        for shift in [0.0, 0.4] {
            let x: Vec<f64> = (0..d).map(|i| 0.7 + 0.31 * i as f64 / d as f64 + shift).collect();
            let mut found = vec![0.0; d];
            system.value(&x, &mut found);
            let values = |point| Values { state: &x, parameters: &system.parameters, point: (points, point) };
            let expected: Vec<f64> = fields.iter().flat_map(|f| (0..points).map(move |k| f.evaluate(values(k)))).collect();
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() <= 4e-14 * (1.0 + b.abs()), "{}: {a} {b}", system.name());
            }
        }
    }
}

#[test]
fn jacobians_are_the_differences_of_values() {
    for system in all() {
        let d = Field::dimension(&system);
        let x: Vec<f64> = (0..d).map(|i| 0.7 + 0.31 * i as f64).collect();
        let mut exact = vec![0.0; d * d];
        system.jacobian(&x, &mut exact);
        let (mut up, mut down) = (vec![0.0; d], vec![0.0; d]);
        for j in 0..d {
            let h = 1e-5;
            let (mut right, mut left) = (x.clone(), x.clone());
            right[j] += h;
            left[j] -= h;
            system.value(&right, &mut up);
            system.value(&left, &mut down);
            for i in 0..d {
                let slope = (up[i] - down[i]) / (2.0 * h);
                assert!((slope - exact[i * d + j]).abs() < 1e-7 * (1.0 + slope.abs()), "{} ({i}, {j})", system.name());
            }
        }
    }
}

/// Every function, every operation, in values, Jacobians and slopes, one state and many.
#[test]
fn every_function_has_its_slope() {
    let text = "[parameters]\na = 1.1\nb = 0.6\n[field]\n\
        x = 'a x y^2 - b/3 x + 1.5 + sin(a x) exp(-b y^2) + x/(1 + y^2)'\n\
        y = 'sqrt(1 + x^2) tanh(y) - log(a + x^2) + (1 + x^2)^b + x^-2 - y^(1/2)'\n\
        z = 'excess(x/a) + b excess(y) - -(x y - z)^7 2^-1'\n\
        w = 'atan(x) + cosh(y)/sinh(1+a) + tan(x/3) + abs(-y) + ln(x) cos(y) − x**3 pi + y^a'\n";
    let system = System::from_text(text, "f").expect("a system");
    let (d, theta) = (4, [1.1, 0.6]);
    let states: Vec<f64> = (0..19 * d).map(|k| 1.0 + 0.4 * (k as f64 * 0.7).sin()).collect();
    let weights: Vec<f64> = (0..19 * d).map(|k| (k as f64 * 1.3).cos()).collect();
    let values = |theta: &[f64], states: &[f64]| {
        let mut out = vec![0.0; states.len()];
        system.value_batch(theta, states, &mut out);
        out
    };
    let mut jacobians = vec![0.0; 19 * d * d];
    system.jacobian_batch(&theta, &states, &mut jacobians);
    for k in 0..19 {
        let x = &states[k * d..(k + 1) * d];
        let (mut alone, mut slopes) = (vec![0.0; d], vec![0.0; d * d]);
        system.value(x, &mut alone);
        system.jacobian(x, &mut slopes);
        assert_eq!(alone, values(&theta, &states)[k * d..(k + 1) * d]);
        assert_eq!(slopes, jacobians[k * d * d..(k + 1) * d * d]);
        for j in 0..d {
            let (mut up, mut down) = (x.to_vec(), x.to_vec());
            up[j] += 1e-6;
            down[j] -= 1e-6;
            for (i, (up, down)) in values(&theta, &up).iter().zip(values(&theta, &down)).enumerate() {
                let slope = (up - down) / 2e-6;
                assert!(
                    (slope - slopes[i * d + j]).abs() < 1e-7 * (1.0 + slope.abs()),
                    "state {k} ({i}, {j}): {slope} {}",
                    slopes[i * d + j]
                );
            }
        }
    }
    let mut gradient = [0.0; 2];
    system.vjp_batch(&theta, &states, &weights, &mut gradient);
    for (k, found) in gradient.iter().enumerate() {
        let side = |h: f64| {
            let mut theta = theta;
            theta[k] += h;
            values(&theta, &states).iter().zip(&weights).map(|(f, w)| f * w).sum::<f64>()
        };
        let slope = (side(1e-6) - side(-1e-6)) / 2e-6;
        assert!((slope - found).abs() < 1e-6 * (1.0 + slope.abs()), "θ_{k}: {slope} {found}");
    }
}

#[test]
fn nothing_moves_at_an_equilibrium() {
    for system in all() {
        let d = Field::dimension(&system);
        for x in system.equilibria() {
            let mut f = vec![1.0; d];
            system.value(&x, &mut f);
            assert!(f.iter().all(|v| v.abs() < 1e-13), "{} {x:?} {f:?}", system.name());
        }
    }
    let mine = System::from_text("starts = [[1, 1]]\n[field]\nx = 'y'\ny = 'x - x^3 - y'", "f").expect("a system");
    let mut found: Vec<i32> = mine.equilibria().iter().map(|x| x[0].round() as i32).collect();
    found.sort_unstable();
    assert_eq!(found, [-1, 0, 1]);
}

#[test]
fn bad_names_and_values_are_told() {
    assert!(matches!(System::named("lotka"), Err(DynamicsError::UnknownSystem { .. })));
    assert!(matches!(System::parse("lorenz:gamma=1"), Err(DynamicsError::UnknownParameter { .. })));
    assert!(matches!(System::parse("lorenz:rho=1/0"), Err(DynamicsError::Value { .. })));
    assert!(matches!(System::parse("lorenz:rho"), Err(DynamicsError::Value { .. })));
    assert!(matches!(System::parse("convection-diffusion:points=2.5"), Err(DynamicsError::Value { .. })));
    assert!(matches!(System::parse("convection-diffusion:length=-1"), Err(DynamicsError::Value { .. })));
    assert!(matches!(System::parse("linear:1,2;3"), Err(DynamicsError::NotSquare { .. })));
    assert!(matches!(System::parse("lorenz:rho=1,rho=1"), Err(DynamicsError::Repeated { .. })));
    assert!(matches!(System::parse("fitzhugh-nagumo:tau=0"), Err(DynamicsError::Value { .. })));
    let lv = System::named("lotka-volterra").expect("listed");
    assert!(matches!(lv.trajectory(&[-1.0, 1.0], 1.0, 3), Err(DynamicsError::Domain { .. })));
}

#[test]
fn a_file_is_told_from_a_name() {
    assert_eq!(System::file_path("mine.toml"), Some(("mine.toml", "")));
    assert_eq!(System::file_path(r"C:\systems\Mine.TOML:beta=4/3"), Some((r"C:\systems\Mine.TOML", "beta=4/3")));
    assert_eq!(System::file_path("./field"), Some(("./field", "")));
    assert_eq!(System::file_path("lotka-volterra:beta=4/3"), None);
    assert!(matches!(System::open("no such.toml"), Err(DynamicsError::Unreadable { .. })));
}

#[test]
fn what_is_wrong_with_a_file_and_where() {
    assert!(error("[field]\nx = 'sin(y)'").starts_with("f.toml:2:10: `y` is no variable"));
    assert!(error("starts = [[1, 2]]\n[field]\nx = 'x'").starts_with("f.toml:1:11: 2 components, the field has 1"));
    assert!(error("starts = [['z']]\n[field]\nx = 'x'").starts_with("f.toml:1:13: `z`"));
    assert!(error("require = 'a > '\n[parameters]\na = 1\n[field]\nx = 'x'").starts_with("f.toml:1:16: expected a number"));
    assert!(error("require = 'a'\n[parameters]\na = 1\n[field]\nx = 'x'").contains("expected a condition"));
    assert!(error("require = 'a > 1'\n[parameters]\na = 1\n[field]\nx = 'x'").contains("a > 1 is required"));
    assert!(error("positive = 1\n[field]\nx = 'x'").starts_with("f.toml:1:12: expected true or false"));
    assert!(error("interval = 0\n[field]\nx = 'x'").starts_with("f.toml:1:12: expected a positive number"));
    assert!(error("[grid]\npoints = 'n'\n[field]\nu = 'u[1]'").starts_with("f.toml:2:10: a grid needs"));
    assert!(error("[field]\nu = 'u[1]'").starts_with("f.toml:2:7: expected an operator"));
    assert!(error("[parameters]\nx = 1\n[field]\nx = 'x'").contains("given twice"));
    // x² + 2y² is kept by no circle.
    assert!(error("starts = [[1, 1]]\n[field]\nx = 'y'\ny = '-x'\n[invariant]\nvalue = 'x^2 + 2y^2'").contains("its invariant changes"));
    assert!(System::from_text("starts = [[1, 1]]\n[field]\nx = 'y'\ny = '-x'\n[invariant]\nvalue = 'x^2 + y^2'", "f").is_ok());
}

/// An advection on a grid of the user's, with two variables a point.
#[test]
fn a_grid_of_two_variables() {
    let text = "starts = [['1', 'i']]\n[parameters]\nn = 4\nc = 2\n[grid]\npoints = 'n'\n[field]\nu = 'c (u[i-1] - u)'\nv = 'u - v[+1]'";
    let system = System::from_text(text, "f").expect("a system");
    assert_eq!((system.variables().len(), system.grid_modes(&[0.0; 8]).is_none()), (8, true));
    assert_eq!(system.default_starts(), [[1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 2.0, 3.0]]);
    let mut f = [0.0; 8];
    system.value(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &mut f);
    assert_eq!(f, [6.0, -2.0, -2.0, -2.0, -5.0, -5.0, -5.0, -1.0]);
    assert_eq!(Field::dimension(&system.with("n", 5.0).expect("five points")), 10);
}

/// One expression, with its value computed another way.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("x".to_owned()),
        Just("y".to_owned()),
        Just("a".to_owned()),
        (1u32..9).prop_map(|n| n.to_string()),
        Just("0.25".to_owned())
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just(" "), Just("/")])
                .prop_map(|(a, b, o)| format!("({a}){o}({b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} - ({b}) + {c}")),
            (inner.clone(), 1u32..4).prop_map(|(a, n)| format!("({a})^{n}")),
            (inner.clone(), prop_oneof![Just("sin"), Just("exp"), Just("tanh"), Just("abs")]).prop_map(|(a, f)| format!("{f}({a})")),
            inner.prop_map(|a| format!("-({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_text_makes_it_panic(text in "[xya0-9+*/^(). eE·−é'<=>\\[\\]-]{0,24}", whole in "[\\[\\]a-z=' \n0-9]{0,60}") {
        let _ = System::from_text(&format!("[parameters]\na = 1\n[field]\nx = \"{text}\"\ny = '1'"), "f");
        let _ = System::from_text(&format!("require = \"{text}\"\nstarts = [[\"{text}\"]]\n[parameters]\na = 1\n[field]\nx = '1'"), "f");
        let _ = System::from_text(&whole, "f");
        let _ = System::open(&text.replace('/', ""));
    }

    #[test]
    fn what_is_compiled_is_what_is_written(text in expression()) {
        let Ok(system) = System::from_text(&format!("[parameters]\na = 0.7\n[field]\nx = '{text}'\ny = 'x'"), "f") else { return Ok(()) };
        let state = [1.25, 0.75];
        let (fields, _) = system.components();
        let expected = fields[0].evaluate(Values { state: &state, parameters: &[0.7], point: (1, 0) });
        let mut found = [0.0; 2];
        system.value(&state, &mut found);
        // A quotient of rounding errors, or of a sine of a huge number, has no digits.
        let settled = expected.abs() < 1e6 && expected.abs() > 1e-6;
        let mut eight = [0.0; 18];
        system.value_batch(&[0.7], &[1.25, 0.75].repeat(9), &mut eight);
        prop_assert!(eight.chunks(2).all(|f| f[0].to_bits() == found[0].to_bits() || (f[0].is_nan() && found[0].is_nan())));
        if settled && !text.contains("sin") && !text.contains('/') {
            prop_assert!((found[0] - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{text}: {} {expected}", found[0]);
        }
    }
}

/// On a grid the modes of each equilibrium are its own: 1 − 3u² at u = 0 and u = ±1.
#[test]
fn a_grid_has_the_modes_of_the_state_that_is_asked_for() {
    let text = "starts = [[0.5]]\nequilibria = [[0], [1], [-1]]\n[parameters]\nn = 8\n[grid]\npoints = 'n'\n[field]\nu = 'u - u^3 + (u[-1] - 2u + u[1])/10'";
    let system = System::from_text(text, "f.toml").expect("a system");
    assert!(!system.is_linear());
    let slowest = |u: f64| {
        let modes = system.grid_modes(&[u; 8]).expect("an even state");
        modes.iter().map(|mode| mode.re).fold(f64::NEG_INFINITY, f64::max)
    };
    assert_eq!((slowest(0.0), slowest(1.0), slowest(-1.0)), (1.0, -2.0, -2.0));
    assert!(system.grid_modes(&[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]).is_none());
}

#[test]
fn linear_systems_are_known_as_such() {
    for (name, linear) in
        [("damped-oscillator", true), ("convection-diffusion", true), ("linear:1,2;3,4", true), ("lorenz", false), ("pendulum", false)]
    {
        assert_eq!(System::parse(name).expect("a system").is_linear(), linear, "{name}");
    }
    assert!(System::from_text("[field]\nx = '3 - 2 x + sqrt(2) y'\ny = 'x'", "f").expect("a system").is_linear());
}
