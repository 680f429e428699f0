//! A model that was trained through an integrator, turned back into the continuous-time one.
//!
//! The loop fitted the map `S_h[f̂]^m` to the data's flow over H. What is wanted is the field whose *flow* is that map, and it can be had
//! without training again: exactly for linear models, as a series for polynomial ones, and by a fit to the map for the others.

use super::learned_modes::{is_linear, standstills};
use super::matrix_logarithm::principal_logarithm;
use super::series_repair::{DEFAULT_POWER, SeriesRepair, TermSize, series_repair};
use crate::dynamics::{Field, System};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::fit::{
    DataRecord, Features, Fit, FitError, Form, Learned, LevenbergMarquardt, Loss, Model, ModelFile, ModelSpec, Optimiser, Step, Stop,
    Training, Watch, Windows, rollout,
};
use crate::inverse::BranchError;
use crate::method::{CatalogError, Method, RungeKutta, Sampling, SamplingError, catalog};
use crate::order::OrderError;
use crate::stability::StabilityFunction;
use nalgebra::DMatrix;
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The explicit method of order 5 that repaired models are followed and fitted with.
const FAITHFUL: &str = "dormand-prince5";
/// Its steps an interval in a refit, for each step of the training.
const REFIT_STEPS: u32 = 4;
/// Intervals followed at most for the errors of rollouts.
const LONGEST: usize = 200;
/// Trajectories followed at most for them.
const MOST_STARTS: usize = 4;

/// Why a model cannot be repaired or audited.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RepairError {
    /// A multistep method.
    #[error(
        "the model was trained through the multistep method {method}, which makes no map from one state to the next; this is for one-step \
         methods (what multistep training learns: `lambdahat modified --method {method} --inverse`)"
    )]
    Multistep {
        /// The method.
        method: String,
    },
    /// No real logarithm.
    #[error(
        "the map that the model was trained as has the eigenvalue {multiplier:.6e} (from λ̂ = {learned}), and no real continuous-time \
         model has a real multiplier that is zero or negative; sample at a shorter interval than {interval} and train again"
    )]
    NoLogarithm {
        /// λ̂.
        learned: Complex<f64>,
        /// Re R(hλ̂)^m.
        multiplier: f64,
        /// H.
        interval: f64,
    },
    /// The logarithm cannot be computed.
    #[error("the logarithm of the map's matrix is too badly conditioned for double precision")]
    Conditioned,
    /// A linear way for a model that is not linear.
    #[error("the way `exact-linear` is for linear and affine models, this one is {class}")]
    NotLinear {
        /// The class.
        class: String,
    },
    /// A series for a model that is no polynomial.
    #[error("the way `series` is for polynomial models; use --way refit")]
    NotPolynomial,
    /// A polynomial of too many variables.
    #[error("a series is computed for at most 16 variables, the model has {found}; use --way refit")]
    Variables {
        /// d.
        found: usize,
    },
    /// A degree that grows too large.
    #[error("the series of a polynomial of degree {degree} would pass degree 64 with its first term; use --way refit")]
    Degree {
        /// The degree.
        degree: usize,
    },
    /// A series of no use at this step.
    #[error(
        "the series does not converge at this step: its first correction, h^{power} f_{power}, is its smallest term ({size:.2e}); use --way refit"
    )]
    Diverges {
        /// The first power with a term.
        power: usize,
        /// The size of that term.
        size: f64,
    },
    /// A refit without data.
    #[error("a refit needs the states that the model was trained on ({source_name}); give them with --data DATA.csv")]
    NoStates {
        /// What the file calls its data.
        source_name: String,
    },
    /// From the other rooms.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// From the other rooms.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// From the other rooms.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// From the other rooms.
    #[error(transparent)]
    Eigenvalues(#[from] EigenvaluesError),
    /// From the other rooms.
    #[error(transparent)]
    Branches(#[from] BranchError),
    /// From the other rooms.
    #[error(transparent)]
    Order(#[from] OrderError),
}

/// How a model is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// `A = log(R(hÂ)^m)/H`, for linear and affine models.
    ExactLinear,
    /// The modified equation of S_h[f̂], truncated, for polynomial models.
    Series,
    /// A model of the same class fitted to the map `S_h[f̂]^m` through a method of order 5 with small steps.
    Refit,
}

impl Way {
    /// What suits a model.
    pub fn of(learned: &Learned) -> Self {
        match learned.model.features() {
            _ if is_linear(learned) => Self::ExactLinear,
            Features::Polynomial(_) => Self::Series,
            _ => Self::Refit,
        }
    }
}

/// The eigenvalues of a field where it stands still.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modes {
    /// Both members of conjugate pairs.
    pub modes: Vec<[f64; 2]>,
}

/// Rollouts against the data at one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RolloutError {
    /// What the step of the training, h, was divided by.
    pub division: u32,
    /// The root mean square distance from the data of the trained model through its own method; `null` where a rollout left.
    pub before: Option<f64>,
    /// That of the repaired model through a method of order 5.
    pub after: Option<f64>,
    /// The change of the system's invariant over the longest rollout from each start, trained model; empty where none is known.
    pub drift_before: Vec<f64>,
    /// That of the repaired model.
    pub drift_after: Vec<f64>,
}

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepairReport {
    /// The method of the training.
    pub method: String,
    /// The class before.
    pub class: String,
    /// H.
    pub interval: f64,
    /// m.
    pub substeps: u32,
    /// How it was repaired.
    pub way: Way,
    /// The trained model.
    pub before: Modes,
    /// The repaired one.
    pub after: Modes,
    /// How well the repaired model meets the map: `‖e^{HA} − R(hÂ)^m‖/‖R(hÂ)^m‖` for the exact way, the root mean square of
    /// the residuals for a refit; `null` for a series, whose first term left out says it.
    pub mismatch: Option<f64>,
    /// For a series, the last power of h kept.
    pub power: Option<usize>,
    /// For a series, the first term left out.
    pub left_out: Option<TermSize>,
    /// For a series, all corrections.
    pub terms: Vec<TermSize>,
    /// Rollouts against the data, where they are at hand.
    pub rollouts: Vec<RolloutError>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// What to repair, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Repair<'a> {
    /// The trained model.
    pub file: &'a ModelFile,
    /// Its method.
    pub method: &'a Method,
    /// Its data; empty where they are not at hand.
    pub trajectories: &'a [Vec<Vec<f64>>],
    /// The system that the data are from, where that is known.
    pub system: Option<&'a System>,
    /// How; what suits the model where nothing is said.
    pub way: Option<Way>,
    /// For a series, the power of h up to which terms are computed.
    pub power: Option<usize>,
}

/// The continuous-time matrix behind a linear model that was trained through a one-step method.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRepair {
    /// `A = log(R(hÂ)^m)/H`.
    pub matrix: DMatrix<f64>,
    /// `‖e^{HA} − R(hÂ)^m‖/‖R(hÂ)^m‖`, largest entries.
    pub residual: f64,
}

/// `A = log(R(hÂ)^m)/H`, principal: |Im λ| < π/H for its eigenvalues. Samples H apart cannot tell λ from λ + 2πi/H, so no other branch
/// is supported by the data.
///
/// Errors where R(hÂ)^m is singular or has an eigenvalue on the negative real axis (decided from certified eigenvalues of Â).
///
/// ```
/// use lambdahat::{method::{Method, Sampling, catalog}, predict::linear_repair};
/// use nalgebra::DMatrix;
/// let Ok(Method::RungeKutta(rk4)) = catalog::find("rk4") else { panic!() };
/// let learned = DMatrix::from_row_slice(2, 2, &[0.105105260738927, 1.926832632793115, -1.926832632793115, 0.105105260738927]);
/// let found = linear_repair(&rk4, &learned, Sampling::new(1.0, 1).unwrap()).unwrap();
/// assert!((found.matrix - DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1])).amax() < 1e-12);
/// ```
pub fn linear_repair(method: &RungeKutta, learned: &DMatrix<f64>, sampling: Sampling) -> Result<LinearRepair, RepairError> {
    let r = StabilityFunction::of(method);
    let (h, m) = (sampling.step().get(), sampling.substeps());
    for disc in eigenvalues(learned)? {
        let multiplier = |z: Complex<f64>| r.eval(z * h).powu(m);
        let w = multiplier(disc.centre);
        // How far the multiplier moves within the disc, and with the rounding of its own evaluation.
        let radius = disc.radius + 1e-14 * (disc.centre.norm() + 1.0 / h);
        let moved = [Complex::new(radius, 0.0), Complex::new(0.0, radius)].map(|e| (multiplier(disc.centre + e) - w).norm());
        let slack = 2.0 * moved[0].max(moved[1]) + 1e-14 * w.norm();
        if !w.is_finite() || (w.re <= slack && w.im.abs() <= slack) {
            return Err(RepairError::NoLogarithm { learned: disc.centre, multiplier: w.re, interval: sampling.interval() });
        }
    }
    let (p, q) = r.to_f64();
    let z = learned * h;
    let n = z.nrows();
    let horner = |c: &[f64]| c.iter().rev().fold(DMatrix::<f64>::zeros(n, n), |value, &c| value * &z + DMatrix::<f64>::identity(n, n) * c);
    let step = horner(&q).lu().solve(&horner(&p)).ok_or(RepairError::Conditioned)?;
    let map = (1..m).fold(step.clone(), |power, _| power * &step);
    let (log, residual) = principal_logarithm(&map).ok_or(RepairError::Conditioned)?;
    Ok(LinearRepair { matrix: log / sampling.interval(), residual })
}

impl Repair<'_> {
    /// The repaired model, ready to be kept, and what was done. `watch` follows a refit.
    ///
    /// The file names a method of order 5 with steps small enough for the field, so that whoever goes on from it stays
    /// in continuous time. Its loss is that of the trained model (the map over H is the same), for a refit that of the fit to the map.
    pub fn run(&self, watch: &mut Watch<'_>) -> Result<(ModelFile, RepairReport), RepairError> {
        let Method::RungeKutta(tableau) = self.method else {
            return Err(RepairError::Multistep { method: self.method.name().to_owned() });
        };
        let file = self.file;
        let sampling = Sampling::new(file.interval, file.substeps)?;
        let states = self.trajectories.concat();
        let way = self.way.unwrap_or_else(|| Way::of(&file.learned));
        let mut report = RepairReport {
            method: self.method.name().to_owned(),
            class: file.class.clone(),
            interval: file.interval,
            substeps: file.substeps,
            way,
            before: modes(&file.learned, &states)?,
            after: Modes { modes: Vec::new() },
            mismatch: None,
            power: None,
            left_out: None,
            terms: Vec::new(),
            rollouts: Vec::new(),
            notes: Vec::new(),
        };
        let mut steps = file.substeps.saturating_mul(REFIT_STEPS);
        let mut spec: ModelSpec = file.class.parse()?;
        let mut fit = Fit {
            seed: file.seed,
            optimiser: Optimiser::Direct,
            learned: file.learned.clone(),
            loss: file.loss,
            iterations: 0,
            stop: Stop::Converged,
            history: Vec::new(),
            trouble: None,
        };
        match way {
            Way::ExactLinear => {
                let (learned, residual) = self.linear(tableau, sampling)?;
                let largest = modes(&learned, &states)?.modes.iter().map(|z| z[0].hypot(z[1])).fold(0.0, f64::max);
                steps = steps.max((8.0 * largest * file.interval).ceil().min(1e4) as u32);
                fit.learned = learned;
                report.mismatch = Some(residual);
                report.notes.push(format!(
                    "samples {} apart cannot tell λ from λ + {:.4}i; the logarithm with |Im λ| < {:.4} is given",
                    file.interval,
                    std::f64::consts::TAU / file.interval,
                    std::f64::consts::PI / file.interval
                ));
            }
            Way::Series => {
                let most = self.power.unwrap_or(DEFAULT_POWER);
                let SeriesRepair { learned, degree, power, left_out, terms } =
                    series_repair(&file.learned, tableau, sampling.step().get(), &states, most)?;
                spec = ModelSpec::Polynomial(degree);
                (fit.learned, report.power, report.left_out, report.terms) = (learned, Some(power), Some(left_out), terms);
            }
            Way::Refit => {
                let outcome = self.refit(sampling, steps, watch)?;
                report.mismatch = Some(outcome.loss.sqrt());
                fit = outcome;
            }
        }
        report.after = modes(&fit.learned, &states)?;
        let faithful = Sampling::new(file.interval, steps)?;
        let through = catalog::find(FAITHFUL)?;
        if !self.trajectories.is_empty() {
            report.rollouts = self.rollouts(&fit.learned, &through, sampling, faithful)?;
        }
        let training = Training::new(spec, through, faithful);
        let data: DataRecord = file.data.clone();
        Ok((ModelFile::new(&training, data, fit), report))
    }

    /// The affine field as the matrix [[Â, b̂], [0, 0]], which every Runge–Kutta method treats like any other.
    fn linear(&self, tableau: &RungeKutta, sampling: Sampling) -> Result<(Learned, f64), RepairError> {
        let learned = &self.file.learned;
        if !is_linear(learned) {
            return Err(RepairError::NotLinear { class: self.file.class.clone() });
        }
        let d = learned.dimension();
        let columns = learned.model.layers()[0].columns();
        let entry = |i: usize, j: usize| if i < d { learned.parameters[i * columns + j] } else { 0.0 };
        let matrix = DMatrix::from_fn(columns, columns, entry);
        let found = linear_repair(tableau, &matrix, sampling)?;
        let parameters = (0..d * columns).map(|k| found.matrix[(k / columns, k % columns)]).collect();
        Ok((Learned { model: learned.model.clone(), parameters }, found.residual))
    }

    /// The same class fitted to one interval of the trained map from every state, from the trained parameters on.
    fn refit(&self, sampling: Sampling, steps: u32, watch: &mut Watch<'_>) -> Result<Fit, RepairError> {
        let learned = &self.file.learned;
        let states = self.trajectories.concat();
        if states.is_empty() {
            return Err(RepairError::NoStates { source_name: self.file.data.source.clone() });
        }
        // Where the map throws a state out of reach there is nothing to fit.
        let pairs: Vec<Vec<Vec<f64>>> =
            rollout(learned, self.method, sampling, &states, 1)?.into_iter().filter(|pair| pair.len() == 2).collect();
        let step = Step::new(&catalog::find(FAITHFUL)?, Sampling::new(sampling.interval(), steps)?, Form::Step)?;
        let windows = Windows::new(&pairs, Loss::Pairs, &step)?;
        let ridge = if matches!(learned.model.features(), Features::Gaussian(_)) { 1e-10 } else { 0.0 };
        let optimiser = LevenbergMarquardt { ridge, ..LevenbergMarquardt::default() };
        let model: &Model = &learned.model;
        let outcome = optimiser.run(model, &step, &windows, learned.parameters.clone(), None, watch)?;
        Ok(Fit {
            seed: self.file.seed,
            optimiser: Optimiser::LevenbergMarquardt,
            learned: Learned { model: model.clone(), parameters: outcome.parameters },
            loss: outcome.loss,
            iterations: outcome.iterations,
            stop: outcome.stop,
            history: outcome.history,
            trouble: outcome.trouble,
        })
    }

    fn rollouts(
        &self,
        repaired: &Learned,
        through: &Method,
        sampling: Sampling,
        faithful: Sampling,
    ) -> Result<Vec<RolloutError>, RepairError> {
        let data: Vec<&Vec<Vec<f64>>> = self.trajectories.iter().filter(|t| t.len() > 1).take(MOST_STARTS).collect();
        let intervals = data.iter().map(|t| t.len() - 1).min().unwrap_or(0).min(LONGEST);
        let starts: Vec<Vec<f64>> = data.iter().filter_map(|t| t.first().cloned()).collect();
        let follow = |learned: &Learned, method: &Method, of: Sampling, division: u32| -> Result<_, RepairError> {
            let fine = Sampling::new(of.interval(), of.substeps().saturating_mul(division))?;
            let found = rollout(learned, method, fine, &starts, intervals)?;
            let invariant = |x: &[f64]| self.system.and_then(|system| system.invariant(x));
            let change = |t: &Vec<Vec<f64>>| Some(invariant(t.last()?)? - invariant(t.first()?)?);
            Ok((distance(&found, &data, intervals), found.iter().filter_map(change).collect::<Vec<f64>>()))
        };
        let mut all = Vec::new();
        for division in [1, 10, 100] {
            let (before, drift_before) = follow(&self.file.learned, self.method, sampling, division)?;
            let (after, drift_after) = follow(repaired, through, faithful, division)?;
            all.push(RolloutError { division, before, after, drift_before, drift_after });
        }
        Ok(all)
    }
}

/// The root mean square distance of whole rollouts from the data.
fn distance(found: &[Vec<Vec<f64>>], data: &[&Vec<Vec<f64>>], intervals: usize) -> Option<f64> {
    let whole = found.iter().all(|t| t.len() == intervals + 1);
    let differences = found.iter().zip(data).flat_map(|(f, t)| f.iter().flatten().zip(t.iter().flatten()).map(|(a, b)| (a - b).powi(2)));
    let (sum, count) = differences.fold((0.0, 0usize), |(sum, n), square| (sum + square, n + 1));
    (whole && count > 0).then(|| (sum / count as f64).sqrt())
}

fn modes(learned: &Learned, states: &[Vec<f64>]) -> Result<Modes, RepairError> {
    let both = |z: Complex<f64>| if z.im == 0.0 { vec![[z.re, 0.0]] } else { vec![[z.re, z.im], [z.re, -z.im]] };
    Ok(Modes { modes: standstills(learned, states)?.into_iter().flat_map(|place| place.modes).flat_map(both).collect() })
}
