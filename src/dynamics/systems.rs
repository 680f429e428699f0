//! The named systems, their parameters, their invariants and equilibria.

mod fields;
mod parameters;

use self::fields::LogPopulations;
use super::{DynamicsError, Field, Flow};
use crate::exact::{Polynomial, RealRoot, rational};
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};

/// Which system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SystemKind {
    /// ẋ = Ax, A given entry by entry (`a11`, `a12`, …).
    Linear,
    /// ẋ = −αx − ωy, ẏ = ωx − αy: eigenvalues −α ± iω.
    DampedOscillator,
    /// ẋ = αx − βxy, ẏ = δxy − γy (Lotka 1925; Volterra 1926).
    LotkaVolterra,
    /// θ̈ = −ω² sin θ − cθ̇.
    Pendulum,
    /// ẋ = −αx³ + ωy³, ẏ = −ωx³ − αy³ (Brunton, Proctor & Kutz 2016, the cubic damped oscillator).
    CubicOscillator,
    /// u_t + c u_x = ν u_xx on a periodic grid of n points, second-order central differences.
    ConvectionDiffusion,
    /// ẋ = y, ẏ = μ(1 − x²)y − x (Van der Pol 1926).
    VanDerPol,
    /// ẋ = y, ẏ = −δy − αx − βx³ (Duffing 1918, unforced).
    Duffing,
    /// ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz (Lorenz 1963).
    Lorenz,
    /// v̇ = v − v³/3 − w + I, ẇ = (v + a − bw)/τ (FitzHugh 1961; Nagumo et al. 1962).
    FitzHughNagumo,
}

/// Name, parameters with their defaults.
struct Entry {
    kind: SystemKind,
    name: &'static str,
    parameters: &'static [(&'static str, f64)],
    starts: &'static [&'static [f64]],
    interval: f64,
}

const SYSTEMS: &[Entry] = &[
    Entry {
        kind: SystemKind::DampedOscillator,
        name: "damped-oscillator",
        parameters: &[("alpha", 0.1), ("omega", 2.0)],
        starts: &[&[1.0, 0.0]],
        interval: 1.0,
    },
    Entry {
        kind: SystemKind::LotkaVolterra,
        name: "lotka-volterra",
        parameters: &[("alpha", 1.0), ("beta", 1.0), ("gamma", 1.0), ("delta", 1.0)],
        starts: &[&[1.2, 1.0], &[1.5, 1.0], &[1.9, 1.0]],
        interval: 1.0,
    },
    Entry {
        kind: SystemKind::Pendulum,
        name: "pendulum",
        parameters: &[("omega", 1.0), ("damping", 0.0)],
        starts: &[&[0.5, 0.0], &[1.0, 0.0], &[1.5, 0.0]],
        interval: 1.0,
    },
    Entry {
        kind: SystemKind::CubicOscillator,
        name: "cubic-oscillator",
        parameters: &[("alpha", 0.1), ("omega", 2.0)],
        starts: &[&[2.0, 0.0]],
        interval: 0.1,
    },
    Entry {
        kind: SystemKind::ConvectionDiffusion,
        name: "convection-diffusion",
        parameters: &[("speed", 1.0), ("diffusion", 0.01), ("points", 16.0), ("length", 1.0)],
        starts: &[],
        interval: 0.05,
    },
    Entry {
        kind: SystemKind::VanDerPol,
        name: "van-der-pol",
        parameters: &[("mu", 1.0)],
        starts: &[&[2.0, 0.0], &[0.5, 0.0]],
        interval: 0.2,
    },
    Entry {
        kind: SystemKind::Duffing,
        name: "duffing",
        parameters: &[("alpha", -1.0), ("beta", 1.0), ("delta", 0.2)],
        starts: &[&[1.5, 0.0], &[-1.5, 0.5]],
        interval: 0.2,
    },
    Entry {
        kind: SystemKind::Lorenz,
        name: "lorenz",
        parameters: &[("sigma", 10.0), ("rho", 28.0), ("beta", 8.0 / 3.0)],
        starts: &[&[-8.0, 8.0, 27.0]],
        interval: 0.02,
    },
    Entry {
        kind: SystemKind::FitzHughNagumo,
        name: "fitzhugh-nagumo",
        parameters: &[("a", 0.7), ("b", 0.8), ("tau", 12.5), ("current", 0.5)],
        starts: &[&[-1.0, 1.0], &[0.0, 0.0]],
        interval: 0.5,
    },
];

/// A named system with its parameters set.
///
/// ```
/// use lambdahat::dynamics::{Field, System};
/// let system = System::parse("lotka-volterra:alpha=2/3,beta=4/3")?;
/// let mut f = [0.0; 2];
/// system.value(&[1.0, 0.5], &mut f); // the equilibrium (γ/δ, α/β)
/// assert_eq!(f, [0.0, 0.0]);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct System {
    kind: SystemKind,
    parameters: Vec<(String, f64)>,
}

impl System {
    /// The names that [`parse`](Self::parse) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SYSTEMS.iter().map(|entry| entry.name).chain(["linear"])
    }

    /// The system with its default parameters; errors with the known names. (`linear` has no default: use
    /// [`linear`](Self::linear) or [`parse`](Self::parse).)
    ///
    /// `oscillator` is short for `damped-oscillator`.
    pub fn named(name: &str) -> Result<Self, DynamicsError> {
        let name = if name == "oscillator" { "damped-oscillator" } else { name };
        let entry = SYSTEMS
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| DynamicsError::UnknownSystem { name: name.to_owned(), known: Self::names().collect::<Vec<_>>().join(", ") })?;
        let parameters = entry.parameters.iter().map(|&(key, value)| (key.to_owned(), value)).collect();
        Ok(Self { kind: entry.kind, parameters })
    }

    /// ẋ = Ax; `matrix` is row-major.
    ///
    /// Errors when it is not square or not finite.
    pub fn linear(matrix: &[Vec<f64>]) -> Result<Self, DynamicsError> {
        let n = matrix.len();
        if matrix.iter().any(|row| row.len() != n) {
            return Err(DynamicsError::NotSquare { lengths: matrix.iter().map(Vec::len).collect() });
        }
        let mut parameters = Vec::with_capacity(n * n);
        for (i, row) in matrix.iter().enumerate() {
            for (j, &value) in row.iter().enumerate() {
                let key = if n < 10 { format!("a{}{}", i + 1, j + 1) } else { format!("a{}_{}", i + 1, j + 1) };
                check("linear", &key, value, &value.to_string())?;
                parameters.push((key, value));
            }
        }
        Ok(Self { kind: SystemKind::Linear, parameters })
    }

    /// `NAME` or `NAME:key=value,key=value`; values are decimals or fractions `p/q`.
    /// `linear:a,b;c,d` is the matrix with rows (a, b) and (c, d).
    pub fn parse(text: &str) -> Result<Self, DynamicsError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        if name == "linear" {
            if rest.trim().is_empty() {
                let expected = "a matrix: write its rows like linear:-0.1,-2;2,-0.1";
                return Err(DynamicsError::Value { system: "linear", parameter: "A".into(), value: rest.trim().into(), expected });
            }
            let rows: Result<Vec<Vec<f64>>, _> =
                rest.split(';').map(|row| row.split(',').map(|entry| number("linear", "A", entry)).collect()).collect();
            return Self::linear(&rows?);
        }
        let mut system = Self::named(name)?;
        let mut given: Vec<&str> = Vec::new();
        for pair in rest.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = number(system.name(), key, value)?;
            system = system.with(key.trim(), value)?;
            if given.contains(&key.trim()) {
                return Err(DynamicsError::Repeated { system: system.name(), parameter: key.trim().to_owned() });
            }
            given.push(key.trim());
        }
        Ok(system)
    }

    /// The same system with one parameter set.
    pub fn with(mut self, parameter: &str, value: f64) -> Result<Self, DynamicsError> {
        let system = self.name();
        check(system, parameter, value, &value.to_string())?;
        if self.kind == SystemKind::ConvectionDiffusion {
            let fits = match parameter {
                "points" => (3.0..=512.0).contains(&value) && value.fract() == 0.0,
                "length" => value > 0.0,
                _ => true,
            };
            if !fits {
                let expected = if parameter == "points" { "a whole number from 3 to 512" } else { "positive" };
                return Err(DynamicsError::Value { system, parameter: parameter.into(), value: value.to_string(), expected });
            }
        }
        if self.kind == SystemKind::FitzHughNagumo && parameter == "tau" && value == 0.0 {
            let expected = "a number other than zero";
            return Err(DynamicsError::Value { system, parameter: parameter.into(), value: value.to_string(), expected });
        }
        let known = || self.parameters.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ");
        match self.parameters.iter().position(|(key, _)| key == parameter) {
            Some(at) => {
                self.parameters[at].1 = value;
                Ok(self)
            }
            None => Err(DynamicsError::UnknownParameter { system, parameter: parameter.into(), known: known() }),
        }
    }

    /// Which system this is.
    pub fn kind(&self) -> SystemKind {
        self.kind
    }

    /// Its name, without parameters.
    pub fn name(&self) -> &'static str {
        SYSTEMS.iter().find(|entry| entry.kind == self.kind).map_or("linear", |entry| entry.name)
    }

    /// The parameters with their values, in the order of the definition.
    pub fn parameters(&self) -> &[(String, f64)] {
        &self.parameters
    }

    /// A parameter's value.
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|(key, _)| key == name).map(|&(_, value)| value)
    }

    /// The parameter at a place of the definition above.
    fn p(&self, index: usize) -> f64 {
        self.parameters[index].1
    }

    /// Starts for a first look.
    pub fn default_starts(&self) -> Vec<Vec<f64>> {
        match self.kind {
            SystemKind::ConvectionDiffusion => {
                // A bump with every wave number, so that each mode is seen.
                let n = self.dimension();
                let bump = |i: usize| {
                    let x = i as f64 / n as f64 - 0.5;
                    (-60.0 * x * x).exp()
                };
                vec![(0..n).map(bump).collect()]
            }
            SystemKind::Linear => {
                let n = self.dimension();
                vec![(0..n).map(|i| if i == 0 { 1.0 } else { 0.5 / i as f64 }).collect()]
            }
            kind => SYSTEMS
                .iter()
                .find(|entry| entry.kind == kind)
                .map_or_else(Vec::new, |entry| entry.starts.iter().map(|start| start.to_vec()).collect()),
        }
    }

    /// A sampling interval for a first look.
    pub fn default_interval(&self) -> f64 {
        SYSTEMS.iter().find(|entry| entry.kind == self.kind).map_or(1.0, |entry| entry.interval)
    }

    /// A quantity that the exact flow keeps, where one is known for these parameters: zero at the equilibrium
    /// around which its level sets close.
    ///
    /// Lotka–Volterra: `V − V*`, V = δx − γ ln x + βy − α ln y; pendulum without damping: θ̇²/2 + ω²(1 − cos θ); Duffing without damping:
    /// y²/2 + αx²/2 + βx⁴/4; oscillators without damping: the energy.
    pub fn invariant(&self, x: &[f64]) -> Option<f64> {
        match self.kind {
            SystemKind::LotkaVolterra => {
                let (a, b, g, d) = (self.p(0), self.p(1), self.p(2), self.p(3));
                if !(a > 0.0 && b > 0.0 && g > 0.0 && d > 0.0) {
                    return None;
                }
                // u − 1 − ln u, u the distance in units of the equilibrium: no cancellation far from it, little near it.
                let excess = |u: f64| (u - 1.0) - (u - 1.0).ln_1p();
                Some(g * excess(x[0] * d / g) + a * excess(x[1] * b / a))
            }
            SystemKind::Pendulum if self.p(1) == 0.0 => Some(x[1] * x[1] / 2.0 + self.p(0).powi(2) * 2.0 * (x[0] / 2.0).sin().powi(2)),
            SystemKind::Duffing if self.p(2) == 0.0 => {
                Some(x[1] * x[1] / 2.0 + self.p(0) * x[0] * x[0] / 2.0 + self.p(1) * x[0].powi(4) / 4.0)
            }
            SystemKind::DampedOscillator if self.p(0) == 0.0 => Some((x[0] * x[0] + x[1] * x[1]) / 2.0),
            SystemKind::CubicOscillator if self.p(0) == 0.0 => Some((x[0].powi(4) + x[1].powi(4)) / 4.0),
            _ => None,
        }
    }

    /// The equilibria: all of them where they are isolated, one for every turn of a pendulum; the origin where there is a line of them.
    pub fn equilibria(&self) -> Vec<Vec<f64>> {
        let n = self.dimension();
        match self.kind {
            SystemKind::LotkaVolterra => {
                let mut all = vec![vec![0.0, 0.0]];
                if self.p(1) != 0.0 && self.p(3) != 0.0 {
                    all.insert(0, vec![self.p(2) / self.p(3), self.p(0) / self.p(1)]);
                }
                all
            }
            SystemKind::Pendulum => vec![vec![0.0, 0.0], vec![std::f64::consts::PI, 0.0]],
            SystemKind::Duffing => {
                let mut all = vec![vec![0.0, 0.0]];
                let square = -self.p(0) / self.p(1);
                if square > 0.0 && square.is_finite() {
                    all.extend([vec![square.sqrt(), 0.0], vec![-square.sqrt(), 0.0]]);
                }
                all
            }
            SystemKind::Lorenz => {
                let mut all = vec![vec![0.0; 3]];
                let (rho, beta) = (self.p(1), self.p(2));
                if beta * (rho - 1.0) > 0.0 {
                    let r = (beta * (rho - 1.0)).sqrt();
                    all.extend([vec![r, r, rho - 1.0], vec![-r, -r, rho - 1.0]]);
                }
                all
            }
            SystemKind::FitzHughNagumo => {
                let (a, b, current) = (self.p(0), self.p(1), self.p(3));
                if b == 0.0 {
                    return vec![vec![-a, -a + a * a * a / 3.0 + current]];
                }
                // v − v³/3 − (v + a)/b + I = 0, times 3b: the real roots of a cubic, all of them, with the parameters as the doubles that they are.
                let exact = |x: f64| rational::from_f64(x).unwrap_or_else(BigRational::zero);
                let [a, b, current] = [a, b, current].map(exact);
                let three = BigRational::from_integer(3.into());
                let cubic = Polynomial::new(vec![&three * (&b * current - a), three * (&b - BigRational::one()), BigRational::zero(), -b]);
                let (a, b) = (self.p(0), self.p(1));
                RealRoot::all(&cubic).iter().map(RealRoot::to_f64).map(|v| vec![v, (v + a) / b]).collect()
            }
            _ => vec![vec![0.0; n]],
        }
    }

    /// The trajectory from `start` at 0, H, …, nH by the reference flow ([`Flow::reference`]); Lotka–Volterra in the logarithms of its
    /// populations, where a sample is right to about 1e-13.
    pub fn trajectory(&self, start: &[f64], interval: f64, n: usize) -> Result<Vec<Vec<f64>>, DynamicsError> {
        let flow = Flow::reference();
        if self.kind != SystemKind::LotkaVolterra {
            return flow.trajectory(self, start, interval, n);
        }
        if start.len() == 2 && !start.iter().all(|&x| x > 0.0) {
            return Err(DynamicsError::Domain { system: self.name(), start: start.to_vec(), domain: "both populations must be positive" });
        }
        let logarithms: Vec<f64> = start.iter().map(|x| x.ln()).collect();
        let mut trajectory = flow.trajectory(&LogPopulations(self), &logarithms, interval, n)?;
        for state in &mut trajectory {
            state.iter_mut().for_each(|u| *u = u.exp());
        }
        trajectory[0].copy_from_slice(start);
        Ok(trajectory)
    }
}

fn check(system: &'static str, parameter: &str, value: f64, text: &str) -> Result<(), DynamicsError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(DynamicsError::Value { system, parameter: parameter.to_owned(), value: text.to_owned(), expected: "a finite number" })
}

/// A decimal or a fraction of two.
fn number(system: &'static str, key: &str, text: &str) -> Result<f64, DynamicsError> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let value = match (numerator.trim().parse::<f64>(), denominator.trim().parse::<f64>()) {
        (Ok(p), Ok(q)) => p / q,
        _ => f64::NAN,
    };
    check(system, key.trim(), value, text.trim())?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<System> {
        let mut all: Vec<System> =
            System::names().filter(|name| *name != "linear").map(|name| System::named(name).expect("listed")).collect();
        all.push(System::parse("linear:-0.1,-2;2,-0.1").expect("a matrix"));
        all
    }

    #[test]
    fn jacobians_are_the_differences_of_values() {
        for system in all() {
            let d = system.dimension();
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

    #[test]
    fn nothing_moves_at_an_equilibrium() {
        for system in all() {
            let d = system.dimension();
            for x in system.equilibria() {
                let mut f = vec![1.0; d];
                system.value(&x, &mut f);
                assert!(f.iter().all(|v| v.abs() < 1e-13), "{} {x:?} {f:?}", system.name());
            }
        }
    }

    #[test]
    fn bad_names_and_values_are_told() {
        assert!(matches!(System::named("lotka"), Err(DynamicsError::UnknownSystem { .. })));
        assert!(matches!(System::parse("lorenz:gamma=1"), Err(DynamicsError::UnknownParameter { .. })));
        assert!(matches!(System::parse("lorenz:rho=1/0"), Err(DynamicsError::Value { .. })));
        assert!(matches!(System::parse("lorenz:rho"), Err(DynamicsError::Value { .. })));
        assert!(matches!(System::parse("convection-diffusion:points=2.5"), Err(DynamicsError::Value { .. })));
        assert!(matches!(System::parse("linear:1,2;3"), Err(DynamicsError::NotSquare { .. })));
        assert!(matches!(System::parse("lorenz:rho=1,rho=1"), Err(DynamicsError::Repeated { .. })));
        assert!(matches!(System::parse("fitzhugh-nagumo:tau=0"), Err(DynamicsError::Value { .. })));
        let lv = System::named("lotka-volterra").expect("listed");
        assert!(matches!(lv.trajectory(&[-1.0, 1.0], 1.0, 3), Err(DynamicsError::Domain { .. })));
    }
}
