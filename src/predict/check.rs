//! The prediction beside real fits: which branch did each start land on?

use super::report::Report;
use crate::data::Mode;
use crate::dynamics::{Field, System, equilibria};
use crate::exact::eigenvalues;
use crate::fit::{Fit, FitError, Learned, ModelSpec, Prepared, Stop, rollout};
use crate::inverse::Branches;
use crate::method::{Method, Sampling};
use num_complex::Complex;
use serde::{Serialize, Serializer};

/// When a fit counts, and how near to a branch it must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// A fit counts where its loss is at most this part of the mean square of the samples' steps.
    pub small: f64,
    /// How far a learned eigenvalue may be from a branch, relative to 1/H and |λ̂|, besides what the data's uncertainty and the loss explain.
    pub tolerance: f64,
}

impl Agreement {
    /// What a class can do: a linear field is pinned down everywhere, the equilibrium of a network lies between its samples.
    pub fn of(model: &ModelSpec) -> Self {
        let (small, tolerance) = match model {
            ModelSpec::Linear | ModelSpec::Affine => (1e-6, 1e-6),
            ModelSpec::Polynomial(_) | ModelSpec::Sindy(_) | ModelSpec::Gaussian(_) => (1e-6, 1e-3),
            ModelSpec::Perceptron(..) => (1e-5, 2e-2),
        };
        Self { small, tolerance }
    }
}

/// One learned eigenvalue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedMode {
    /// Which of the report's modes.
    pub mode: usize,
    /// Where the learned field stands still.
    pub equilibrium: Vec<f64>,
    /// The eigenvalue of its Jacobian there, of a conjugate pair the one that is nearer to a branch.
    #[serde(serialize_with = "pair")]
    pub learned: Complex<f64>,
    /// The branch that it sits on, `null` where it is on none.
    pub branch: Option<usize>,
    /// Its distance from the nearest branch.
    pub error: f64,
    /// The distance up to which it counts as that branch.
    pub allowed: f64,
}

/// What the learned field, followed with a small step, does to a quantity that the truth keeps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// The start.
    pub start: Vec<f64>,
    /// The invariant there.
    pub before: f64,
    /// The invariant after `time`, with the step of the training; `null` where there is no such step or the rollout left.
    pub discrete: Option<f64>,
    /// The invariant after `time`, with a hundredth of that step; `null` where the rollout left.
    pub continuous: Option<f64>,
    /// The time followed.
    pub time: f64,
}

/// One fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedFit {
    /// The method's name.
    pub method: String,
    /// The class.
    pub model: String,
    /// The seed of the start.
    pub seed: u64,
    /// The mean square of the residuals; `null` where the start could not be evaluated.
    pub loss: Option<f64>,
    /// Whether the loss is small.
    pub fitted: bool,
    /// Why it ended, or why it could not begin.
    pub ended: String,
    /// One a mode with Im λ ≥ 0; empty unless fitted.
    pub modes: Vec<CheckedMode>,
    /// Where an invariant is known.
    pub drift: Vec<Drift>,
}

/// Prediction and outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The prediction.
    #[serde(flatten)]
    pub report: Report,
    /// When a fit counts.
    pub agreement: Agreement,
    /// The fits, in the order of methods and seeds.
    pub fits: Vec<CheckedFit>,
    /// Whether every fit of small loss is on a predicted branch with every mode. `false` too where no fit has a small loss.
    pub agrees: bool,
}

fn pair<S: Serializer>(z: &Complex<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    [z.re, z.im].serialize(serializer)
}

/// Lays the fits of one method beside the prediction.
pub struct Checker<'a> {
    /// The prediction.
    pub report: &'a Report,
    /// The method, at this place of the report.
    pub method: (&'a Method, usize),
    /// H and m.
    pub sampling: Sampling,
    /// The class.
    pub model: &'a ModelSpec,
    /// When a fit counts.
    pub agreement: Agreement,
    /// The true system, where it is known: its invariant is followed from its default starts.
    pub system: Option<&'a System>,
    /// The samples' steps, mean square.
    pub motion: f64,
}

/// The mean square of the difference between successive samples.
pub fn motion(trajectories: &[Vec<Vec<f64>>]) -> f64 {
    let (mut sum, mut count) = (0.0, 0usize);
    for pair in trajectories.iter().flat_map(|t| t.windows(2)) {
        sum += pair[0].iter().zip(&pair[1]).map(|(a, b)| (b - a).powi(2)).sum::<f64>();
        count += pair[0].len();
    }
    sum / count.max(1) as f64
}

impl Checker<'_> {
    /// One fit against the branches.
    pub fn check(&self, seed: u64, prepared: &Prepared, fit: &Result<Fit, FitError>) -> CheckedFit {
        let mut checked = CheckedFit {
            method: self.method.0.name().into(),
            model: self.model.to_string(),
            seed,
            loss: None,
            fitted: false,
            ended: String::new(),
            modes: Vec::new(),
            drift: Vec::new(),
        };
        let fit = match fit {
            Ok(fit) => fit,
            Err(error) => {
                checked.ended = error.to_string();
                return checked;
            }
        };
        checked.loss = Some(fit.loss);
        checked.ended = ended(fit.stop).into();
        checked.fitted = fit.loss <= self.agreement.small * self.motion;
        if checked.fitted {
            checked.modes = self.modes(fit, prepared);
            checked.drift = self.drift(&fit.learned);
        }
        checked
    }

    fn modes(&self, fit: &Fit, prepared: &Prepared) -> Vec<CheckedMode> {
        let reports = &self.report.methods[self.method.1].modes;
        let upper: Vec<(usize, &Mode)> = self.report.upper_modes().collect();
        let mut checked = Vec::with_capacity(upper.len());
        let mut done: Vec<&[f64]> = Vec::new();
        for (_, mode) in &upper {
            if done.contains(&mode.equilibrium.as_slice()) {
                continue;
            }
            done.push(&mode.equilibrium);
            let here: Vec<usize> = upper.iter().filter(|(_, m)| m.equilibrium == mode.equilibrium).map(|&(k, _)| k).collect();
            // A linear field without a constant stands still at the origin whatever its matrix.
            let found = equilibria(&fit.learned, std::slice::from_ref(&mode.equilibrium));
            let learned: Vec<Complex<f64>> = found
                .first()
                .and_then(|e| eigenvalues(&e.jacobian).ok())
                .map(|discs| discs.iter().flat_map(|d| std::iter::repeat_n(d.centre, d.count)).collect())
                .unwrap_or_default();
            let state = found.first().map_or_else(Vec::new, |e| e.state.clone());
            let mut free: Vec<Complex<f64>> = learned;
            for k in here {
                let branches = &reports[k].branches;
                // The nearest pair of a free eigenvalue and a branch.
                let mut best: Option<(usize, Complex<f64>, usize, f64)> = None;
                for (place, &z) in free.iter().enumerate() {
                    for (b, branch) in branches.branches.iter().enumerate() {
                        let distance = (z - branch.lambda).norm();
                        if best.is_none_or(|(.., least)| distance < least) {
                            best = Some((place, z, b, distance));
                        }
                    }
                }
                match best {
                    Some((place, z, b, error)) => {
                        free.remove(place);
                        // The mode's mirror image, which is not listed, takes the conjugate.
                        if self.report.modes[k].lambda.im > 0.0
                            && let Some(twin) = free.iter().position(|other| *other == z.conj())
                        {
                            free.remove(twin);
                        }
                        let allowed = self.allowed(branches, b, self.report.modes[k].uncertainty, fit, prepared);
                        checked.push(CheckedMode {
                            mode: k,
                            equilibrium: state.clone(),
                            learned: z,
                            branch: (error <= allowed).then_some(b),
                            error,
                            allowed,
                        });
                    }
                    None => checked.push(CheckedMode {
                        mode: k,
                        equilibrium: state.clone(),
                        learned: Complex::new(f64::NAN, f64::NAN),
                        branch: None,
                        error: f64::INFINITY,
                        allowed: 0.0,
                    }),
                }
            }
        }
        checked
    }

    /// Tolerance of the class, three times the data's own uncertainty, and what the loss leaves open: residuals of size √loss over samples
    /// that move by √motion in each interval.
    fn allowed(&self, branches: &Branches, b: usize, uncertainty: Option<f64>, fit: &Fit, prepared: &Prepared) -> f64 {
        let branch = &branches.branches[b];
        let interval = self.sampling.interval();
        let scale = branch.lambda.norm().max(1.0 / interval);
        let span = prepared.step().span() as f64;
        let open = (fit.loss / self.motion).sqrt() / (span * self.sampling.step().get());
        let data = branch.condition * uncertainty.unwrap_or(0.0);
        // What a large loss leaves open would cover every branch: a fit that far off is on none.
        let unfitted = (10.0 * branch.condition.max(1.0) * open).min(0.05 * scale);
        self.agreement.tolerance * scale + 3.0 * data + unfitted + branch.radius
    }

    fn drift(&self, learned: &Learned) -> Vec<Drift> {
        let Some(system) = self.system else { return Vec::new() };
        let starts: Vec<Vec<f64>> = system.default_starts().into_iter().filter(|s| system.invariant(s).is_some()).collect();
        if starts.is_empty() || starts[0].len() != learned.dimension() {
            return Vec::new();
        }
        const INTERVALS: usize = 20;
        let fine = Sampling::new(self.sampling.interval(), self.sampling.substeps().saturating_mul(100));
        let invariant = |path: &[Vec<f64>]| {
            let last = path.last().filter(|_| path.len() == INTERVALS + 1)?;
            system.invariant(last).filter(|v| v.is_finite())
        };
        let discrete = rollout(learned, self.method.0, self.sampling, &starts, INTERVALS).ok();
        let reference = crate::method::catalog::find("rk4").ok();
        let continuous = reference.zip(fine.ok()).and_then(|(rk4, fine)| rollout(learned, &rk4, fine, &starts, INTERVALS).ok());
        let end = |paths: &Option<Vec<Vec<Vec<f64>>>>, k: usize| paths.as_ref().and_then(|paths| invariant(&paths[k]));
        starts
            .iter()
            .enumerate()
            .map(|(k, start)| Drift {
                start: start.clone(),
                before: system.invariant(start).unwrap_or(f64::NAN),
                discrete: end(&discrete, k),
                continuous: end(&continuous, k),
                time: INTERVALS as f64 * self.sampling.interval(),
            })
            .collect()
    }
}

impl Check {
    /// The verdict over all fits.
    pub fn new(report: Report, agreement: Agreement, fits: Vec<CheckedFit>) -> Self {
        let mut fitted = fits.iter().filter(|fit| fit.fitted).peekable();
        let agrees = fitted.peek().is_some() && fitted.all(|fit| fit.modes.iter().all(|mode| mode.branch.is_some()));
        Self { report, agreement, fits, agrees }
    }
}

/// A stop in words.
fn ended(stop: Stop) -> &'static str {
    match stop {
        Stop::Target => "reached the target",
        Stop::Converged => "no step lowers the loss",
        Stop::Iterations => "iterations used up",
        Stop::Diverged => "diverged",
        Stop::Interrupted => "interrupted",
    }
}
