//! One mode of the tour: its samples, what a method learns from them, and that model run at any step.

use super::{Axis, Ink, Mark, Panel};
use crate::inverse::step_control::EquationError;
use crate::inverse::{BranchError, Branches, LearningEquation};
use crate::method::catalog::{self, CatalogError};
use crate::method::{Method, Sampling, SamplingError, StepSize};
use crate::stability::region::{Region, RegionError};
use num_complex::Complex;

/// Why a figure of a mode cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModeError {
    /// The branches cannot be given.
    #[error(transparent)]
    Branch(#[from] BranchError),
    /// The region cannot be drawn.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The method is not in the catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The sampling makes no sense.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// A library's call cannot be followed on the mode.
    #[error(transparent)]
    Call(#[from] EquationError),
    /// No λ̂ is finite, so there is nothing to run.
    #[error("{method} has no finite branch for λ = {lambda}: there is no model to draw")]
    NoBranch {
        /// The method.
        method: String,
        /// The mode.
        lambda: Complex<f64>,
    },
}

/// The mode of the tour: λ = −0.1 + 2i, a slowly damped oscillation of period π.
pub(super) const TOUR: Complex<f64> = Complex::new(-0.1, 2.0);
/// How much finer the fine step is.
pub(super) const FINE: usize = 100;

/// A mode, a method, and what is learned: the model can be run at any step.
pub struct ModeRun {
    /// Every λ̂.
    pub branches: Branches,
    /// The method in doubles.
    pub region: Region,
}

impl ModeRun {
    pub(super) fn named(name: &str, lambda: Complex<f64>, interval: f64) -> Result<Self, ModeError> {
        Self::of(&catalog::find(name)?, lambda, Sampling::new(interval, 1)?)
    }

    /// Fits the mode λ, sampled so, through the method.
    pub fn of(method: &Method, lambda: Complex<f64>, sampling: Sampling) -> Result<Self, ModeError> {
        let branches = LearningEquation::of(method)?.branches(lambda, sampling)?;
        Ok(Self { branches, region: Region::of(method)? })
    }

    /// The principal λ̂, or where it is not defined the nearest to λ.
    pub fn lambda_hat(&self) -> Result<Complex<f64>, ModeError> {
        let nearest = self.branches.branches.iter().min_by(|a, b| {
            let distance = |l: Complex<f64>| (l - self.branches.lambda).norm();
            distance(a.lambda).total_cmp(&distance(b.lambda))
        });
        let chosen = self.branches.principal().or(nearest);
        let missing = || ModeError::NoBranch { method: self.branches.method.clone(), lambda: self.branches.lambda };
        chosen.map(|b| b.lambda).ok_or_else(missing)
    }

    /// `(t, Re y)` of the model ẏ = λ̂y run by the method with steps h/k from y(0) = 1 to `end`.
    pub fn run(&self, lambda_hat: Complex<f64>, k: usize, end: f64) -> Vec<[f64; 2]> {
        run_model(&self.region, self.branches.lambda, self.branches.sampling.step(), lambda_hat, k, end, 0.0)
    }

    /// `(t, Re e^{λt})` at the samples.
    pub fn samples(&self, end: f64) -> Vec<[f64; 2]> {
        let interval = self.branches.sampling.interval();
        let count = (end / interval).round() as usize;
        (0..=count).map(|n| n as f64 * interval).map(|t| [t, (self.branches.lambda * t).exp().re]).collect()
    }
}

/// `(t, Re y)` of the model ẏ = λ̂y, fitted to the mode λ with the step h, run by the method with steps h/k from y(0) = 1 to `end`.
///
/// A multistep method starts from the data where k = 1 and from the model's own flow at finer steps; `epsilon` is added to its second value.
pub fn run_model(
    region: &Region,
    lambda: Complex<f64>,
    h: StepSize,
    lambda_hat: Complex<f64>,
    k: usize,
    end: f64,
    epsilon: f64,
) -> Vec<[f64; 2]> {
    let k = k.max(1);
    let h = h.get() / k as f64;
    let count = (end / h).round().clamp(0.0, 1e6) as usize;
    let flow = if k == 1 { lambda } else { lambda_hat };
    let start = |n: usize| (flow * h * n as f64).exp() + if n == 1 { epsilon } else { 0.0 };
    orbit(region, lambda_hat * h, start, count).into_iter().enumerate().map(|(n, y)| [n as f64 * h, y.re]).collect()
}

/// `count` steps of a method on ẏ = (z/h) y from `start(0)`; a k-step method takes `start(1)` to `start(k − 1)` too.
pub(super) fn orbit(region: &Region, z: Complex<f64>, start: impl Fn(usize) -> Complex<f64>, count: usize) -> Vec<Complex<f64>> {
    let mut ys = vec![start(0)];
    match region {
        Region::OneStep { numerator, denominator } => {
            let value = |p: &[f64]| p.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * z + c);
            let factor = value(numerator) / value(denominator);
            for n in 0..count {
                ys.push(ys[n] * factor);
            }
        }
        Region::Multistep { rho, sigma } => {
            let steps = rho.len().max(sigma.len()) - 1;
            ys.extend((1..steps).map(start));
            let weight = |j: usize| {
                let term = |list: &[f64]| list.get(j).copied().unwrap_or(0.0);
                Complex::new(term(rho), 0.0) - z * term(sigma)
            };
            for n in steps..=count {
                let past = (0..steps).fold(Complex::new(0.0, 0.0), |sum, j| sum + weight(j) * ys[n - steps + j]);
                ys.push(-past / weight(steps));
            }
            ys.truncate(count + 1);
        }
    }
    ys
}

/// Characters that fit above a panel of three beside each other.
const LONGEST_NAME: usize = 28;

/// A panel of y against t, a little wider than the time, so that the first and last dot are whole.
pub(super) fn in_time(title: &str, end: f64, height: f64, marks: Vec<Mark>) -> Panel {
    let edge = 0.02 * end;
    Panel { title: title.into(), x: Axis::new("time t", [-edge, end + edge]), y: Axis::new("y", [-height, height]), equal: false, marks }
}

/// What a method of the catalogue is called above a panel, as [`heading_of`].
pub(super) fn heading(name: &str) -> Result<String, CatalogError> {
    Ok(heading_of(&catalog::find(name)?))
}

/// What a method is called above a panel: its title without what stands in brackets and, where its order follows, without that.
pub(super) fn heading_of(method: &Method) -> String {
    let title = match method {
        Method::RungeKutta(tableau) => tableau.title(),
        Method::Multistep(multistep) => multistep.title(),
    };
    // "Forward (explicit) Euler" keeps what follows the brackets.
    let plain = match (title.find(" ("), title.find(')')) {
        (Some(open), Some(close)) if open < close => format!("{}{}", &title[..open], &title[close + 1..]),
        _ => title.to_owned(),
    };
    let plain = plain.split(" of order ").next().unwrap_or(&plain).trim_end_matches(',');
    // "Heun’s" alone is no name.
    let short = plain.trim_end_matches(" method").trim_end_matches(" rule");
    if short.ends_with("’s") { plain.to_owned() } else { short.to_owned() }
}

/// The same with the id, where there is room and the two are not alike: `Classical Runge–Kutta (rk4)`, `Forward Euler`.
pub(super) fn named(method: &Method) -> String {
    let heading = heading_of(method);
    let both = format!("{heading} ({})", method.name());
    let alike = heading.to_lowercase().replace([' ', '–'], "-") == method.name();
    if alike || both.chars().count() > LONGEST_NAME { heading } else { both }
}

/// e^{λt} between the samples.
pub(super) fn truth(lambda: Complex<f64>, end: f64) -> Vec<Complex<f64>> {
    const POINTS: usize = 600;
    (0..=POINTS).map(|k| (lambda * (end * k as f64 / POINTS as f64)).exp()).collect()
}

/// The truth in blue, data in black, the fit at its own step in green, the same model at a hundredth of the step in red.
pub(super) fn three_lines(learned: &ModeRun, end: f64) -> Result<Vec<Mark>, ModeError> {
    let exact = truth(learned.branches.lambda, end);
    let line = exact.iter().enumerate().map(|(k, y)| [end * k as f64 / (exact.len() - 1) as f64, y.re]).collect();
    let mut marks = vec![Mark::line(line, Ink::Blue, 1.4, "the truth")];
    marks.extend(labelled_lines(learned, end, "data")?);
    Ok(marks)
}

/// The same with another name for the samples of e^{λt}: where somebody has data of his own, these are none.
pub(super) fn labelled_lines(learned: &ModeRun, end: f64, samples: &str) -> Result<Vec<Mark>, ModeError> {
    let lambda_hat = learned.lambda_hat()?;
    Ok(vec![
        Mark::line(learned.run(lambda_hat, FINE, end), Ink::Red, 2.0, "the same model at h/100"),
        Mark::line(learned.run(lambda_hat, 1, end), Ink::Green, 2.2, "the fit at its own step h"),
        Mark::dots(learned.samples(end), Ink::Black, 4.5, samples),
    ])
}
