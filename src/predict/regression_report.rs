//! Regression on estimated derivatives, judged beside the methods.

use super::learned_orbits::{LearnedOrbits, OrbitReport};
use super::loss_mode::{ROUNDING, SIGNIFICANT};
use super::through_loss::ThroughLoss;
use crate::inverse::{Judgement, Limits, Reason, Verdict, regressed};
use crate::loops::{Filter, NotRegressed, RegressedMode, Regression};
use crate::method::Sampling;
use crate::truth::Mode;
use num_complex::Complex;
use serde::{Serialize, Serializer};

/// Noise below this part of the motion moves no coefficient of x″ by what a verdict sees: it enters as the square of this over ωH.
const UNSEEN: f64 = 1e-4;

/// What a derivative regression learns.
#[derive(Clone, Debug, Serialize)]
pub struct RegressionReport {
    /// The regression.
    pub regression: Regression,
    /// The worst verdict of the settled modes and of the orbits; `None` where none is settled, or the orbits leave it open.
    pub verdict: Option<Verdict>,
    /// One for each mode with Im λ ≥ 0.
    pub modes: Vec<RegressionMode>,
    /// How far orbits of the learned field are from the truth over the horizon: of a nonlinear field, where its modes are learned faithfully.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orbits: Vec<OrbitReport>,
}

impl RegressionReport {
    /// Whether every mode is faithful and the regression is not: then its orbits decide.
    pub fn turns_on_orbits(&self) -> bool {
        let modes = self.modes.iter().filter_map(|mode| mode.verdict).max();
        modes == Some(Verdict::Faithful) && self.verdict != Some(Verdict::Faithful)
    }
}

/// What a derivative regression makes of one mode.
#[derive(Clone, Debug, Serialize)]
pub struct RegressionMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// What is learned of it from clean samples.
    pub learned: Option<RegressedMode>,
    /// λ̂ from these samples, where their noise, or other formulas in the first and last rows, move it by more than they leave open.
    #[serde(serialize_with = "optional_pair", skip_serializing_if = "Option::is_none")]
    pub noisy: Option<Complex<f64>>,
    /// Why that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NotRegressed>,
    /// In one word; `None` for a mode that is not settled, and where the smoothing removes the mode.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reasons: Vec<Reason>,
}

fn optional_pair<S: Serializer>(z: &Option<Complex<f64>>, serializer: S) -> Result<S::Ok, S::Error> {
    z.map(|z| [z.re, z.im]).serialize(serializer)
}

/// The samples a regression is made on: the modes in them, and what is known of their noise.
pub(super) struct Regressed<'a> {
    /// All modes.
    pub modes: &'a [Mode],
    /// The places of those with Im λ ≥ 0.
    pub upper: Vec<usize>,
    /// What noise makes of the modes; `None` without samples, or where that is not known.
    pub through: Option<&'a ThroughLoss>,
    /// Whether they have inputs, or noise that is not followed: then there is no verdict on what is not computed from the samples.
    pub unfollowed: bool,
}

impl Regressed<'_> {
    /// A derivative regression on these samples, or on clean ones where nothing is known of noise.
    pub(super) fn judged(
        &self,
        regression: &Regression,
        sampling: Sampling,
        limits: Limits,
        orbits: Option<&LearnedOrbits>,
    ) -> RegressionReport {
        let noisy = self.through.and_then(|through| self.noisy(regression, through, sampling.interval()));
        let followed = noisy.is_some() || !(self.unfollowed || self.through.is_some_and(|through| matters(regression, through)));
        let judge = |&k: &usize| {
            let mode = &self.modes[k];
            let lambda = mode.lambda;
            let alone = self.modes.iter().filter(|m| m.lambda == lambda && m.equilibrium == mode.equilibrium).count() == 1;
            let (found, learned) = match regressed(regression, lambda, sampling) {
                Ok(found) => found,
                Err(why) => {
                    let undefined = Some(why);
                    return RegressionMode { lambda, learned: None, noisy: None, undefined, verdict: None, reasons: Vec::new() };
                }
            };
            let open = SIGNIFICANT * learned.condition * mode.uncertainty.unwrap_or(0.0);
            let far = (ROUNDING * learned.lambda.norm()).max(open);
            let noisy = noisy.as_ref().map(|all| all[k]).filter(|noisy| (noisy - learned.lambda).norm() > far);
            let found = noisy.map_or_else(|| found.clone(), |noisy| found.clone().with_principal(noisy));
            let judged = (mode.settled && followed && !learned.removed).then(|| limits.judge(&found, alone));
            let (verdict, reasons) = judged.map_or((None, Vec::new()), |Judgement { verdict, reasons, .. }| (Some(verdict), reasons));
            RegressionMode { lambda, learned: Some(learned), noisy, undefined: None, verdict, reasons }
        };
        let modes: Vec<RegressionMode> = self.upper.iter().map(judge).collect();
        let verdict = modes.iter().filter_map(|mode| mode.verdict).max();
        let orbits = orbits.filter(|_| verdict == Some(Verdict::Faithful));
        let found = orbits.and_then(|orbits| orbits.regressed(regression));
        let verdict = orbits.map_or(verdict, |orbits| orbits.beside(verdict, found.as_deref()));
        RegressionReport { regression: regression.clone(), verdict, modes, orbits: found.unwrap_or_default() }
    }

    /// λ̂ of every mode from the samples themselves, by the same least squares: on the rows with whole filters, and on the first and last where they are kept; `None` where k and c of x″ are fitted, or a run
    /// is shorter than the window that smooths it.
    fn noisy(&self, regression: &Regression, through: &ThroughLoss, interval: f64) -> Option<Vec<Complex<f64>>> {
        if regression.second.is_some() {
            return None;
        }
        let prepared = match regression.smoothed_before {
            Some(_) => Some(through.prepared(|run| regression.smoothed(run))?),
            None => None,
        };
        let clean: Option<Vec<_>> = self.modes.iter().map(|mode| Some(regression.learned(mode.lambda, interval).ok()?.lambda)).collect();
        let state = regression.smoothing.clone().unwrap_or(Filter { first: 0, weights: vec![1.0] });
        let first = regression.derivative.first.min(state.first);
        let last = |filter: &Filter| filter.first + filter.weights.len() as i32;
        let length = (last(&regression.derivative).max(last(&state)) - first) as usize;
        let placed = |filter: &Filter, scale: f64| {
            let mut weights = vec![0.0; length];
            let from = (filter.first - first) as usize;
            weights[from..from + filter.weights.len()].iter_mut().zip(&filter.weights).for_each(|(to, w)| *to = w * scale);
            weights
        };
        let borders = regression.borders().map(|rows| rows.into_iter().map(|w| w.iter().map(|w| w / interval).collect()).collect());
        let to = placed(&regression.derivative, 1.0 / interval);
        through.regressed(&to, &placed(&state, 1.0), &borders, prepared.as_deref(), &clean?)
    }
}

/// Whether noise moves what is learned where that is not computed from the samples: a derivative beside the state makes it large.
fn matters(regression: &Regression, through: &ThroughLoss) -> bool {
    through.acts || through.is_of_field() || (regression.second.is_some() && through.noise.is_none_or(|noise| noise > UNSEEN))
}
