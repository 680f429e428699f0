//! The report: for each method every eigenvalue that a fit through it can land on, and a verdict.

use super::calls::CallReport;
use super::drift::PredictedDrift;
use super::learned_cycle::LearnedCycle;
use super::learned_inputs::LearnedInputs;
use super::learned_orbits::OrbitReport;
use super::recommendation::Recommendation;
use super::regression_report::RegressionReport;
use super::through_loss::ThroughLoss;
use crate::inverse::{Branches, Discrepancy, Judgement, Limits, Reason, UnevenMinimum, Verdict};
use crate::method::Method;
use crate::truth::{Caveat, Finding, FittedField, Mode, StateSpace};
use num_complex::Complex;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The prediction for every method and mode, and what to do.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The file's name, or the system's with its parameters.
    pub source: String,
    /// H.
    pub interval: f64,
    /// Whether the samples are at uneven times, so that H is that of the middle interval.
    #[serde(skip)]
    pub uneven: bool,
    /// How many trajectories.
    pub trajectories: usize,
    /// How many samples; none for a system.
    pub samples: usize,
    /// The kind of motion.
    pub finding: Finding,
    /// The true modes.
    pub modes: Vec<Mode>,
    /// What limits the modes, or says how they were found.
    pub caveats: Vec<Caveat>,
    /// The polynomial field that explains the samples, where there is one.
    #[serde(skip)]
    pub field: Option<FittedField>,
    /// What the loss makes of these samples, the integrator apart; `None` where that is not known.
    pub through_loss: Option<ThroughLoss>,
    /// The time over which what is learned is laid beside the truth.
    pub horizon: f64,
    /// How far out a branch counts, how large an error is still faithful, and over which time: the horizon is always given here.
    pub limits: Limits,
    /// ẋ = Ax + Bu, where the samples have inputs that are held, or are taken to go straight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driven: Option<StateSpace>,
    /// One for each method.
    pub methods: Vec<MethodReport>,
    /// One for each training call laid beside ([`Beside::calls`](super::Beside::calls)).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallReport>,
    /// One for each derivative regression laid beside ([`Beside::regressions`](super::Beside::regressions)).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regressions: Vec<RegressionReport>,
    /// What to train with instead; `None` where no mode is settled.
    pub recommendation: Option<Recommendation>,
}

/// What a loop learns through one method.
#[derive(Clone, Debug, Serialize)]
pub struct MethodReport {
    /// The method's name.
    pub method: String,
    /// Steps per sampling interval.
    pub substeps: u32,
    /// The worst verdict of the settled modes and of the orbits; `None` where none is settled, or where what is open could make it another.
    pub verdict: Option<Verdict>,
    /// Evaluations of f from sample to sample.
    pub evaluations: u64,
    /// One for each mode, in the same order.
    pub modes: Vec<ModeReport>,
    /// The mean square of the residuals of pairs that no linear model gets below, where that is another than what is left through an exact integrator: of a multistep method
    /// on noisy samples, and at uneven times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// How far orbits of the learned field are from the truth over the horizon: of a nonlinear field, where its modes are learned faithfully.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orbits: Vec<OrbitReport>,
    /// What becomes of orbits in a turn ([`Prediction::report_with_orbits`](super::Prediction::report_with_orbits)).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<PredictedDrift>,
    /// What is learned of inputs, on the principal branches or at the lowest minimum first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<LearnedInputs>,
    /// What becomes of the limit cycle ([`Prediction::report_with_orbits`](super::Prediction::report_with_orbits)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<LearnedCycle>,
    /// The method itself.
    #[serde(skip)]
    pub scheme: Method,
}

/// What a loop makes of one mode.
#[derive(Clone, Debug)]
pub struct ModeReport {
    /// Every λ̂ that the loss learns from these samples.
    pub branches: Branches,
    /// The same from samples without noise, where noise changes them.
    pub noise_free: Option<Branches>,
    /// For uneven times and straight inputs, the minima of the loss, the lowest first: `branches` then holds those of them that count, and the lowest for the principal one.
    pub minima: Vec<UnevenMinimum>,
    /// In one word; `None` for a mode that is not settled, or whose uncertainty leaves open whether it is learned faithfully.
    pub verdict: Option<Verdict>,
    /// The best and the worst verdict that the uncertainty of λ allows; `None` for a mode that is not settled.
    pub range: Option<[Verdict; 2]>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// How far the principal branch is from the mode over the horizon.
    pub off: Option<Discrepancy>,
}

/// The worst verdict of several modes; `None` where none is settled, or where those that are open could make it another.
pub(super) fn together(modes: &[ModeReport]) -> Option<Verdict> {
    let ranges = || modes.iter().filter_map(|mode| mode.range);
    let (best, worst) = (ranges().map(|[best, _]| best).max()?, ranges().map(|[_, worst]| worst).max()?);
    (best == worst || best > Verdict::Faithful).then_some(best)
}

impl MethodReport {
    /// Whether every mode is faithful and the method is not: then its orbits decide, and no verdict of a mode stands for the method's.
    pub fn turns_on_orbits(&self) -> bool {
        together(&self.modes) == Some(Verdict::Faithful) && self.verdict != Some(Verdict::Faithful)
    }
}

impl ModeReport {
    pub(super) fn new(branches: Branches, judgement: Option<Judgement>, limits: Limits) -> Self {
        let horizon = limits.horizon_for(branches.sampling.interval());
        let off = branches.principal().map(|branch| Discrepancy::of(branches.lambda, branch.lambda, horizon));
        let verdict = judgement.as_ref().and_then(Judgement::settled);
        let range = judgement.as_ref().map(|judgement| [judgement.verdict, judgement.worst]);
        let reasons = judgement.map_or_else(Vec::new, |judgement| judgement.reasons);
        Self { branches, noise_free: None, minima: Vec::new(), verdict, range, reasons, off }
    }

    /// Whether an error in the start of a multistep method outgrows the solution.
    pub fn ignites(&self) -> bool {
        self.branches.characteristic.as_ref().is_some_and(|c| c.roots.iter().any(|root| root.ignited))
    }
}

impl Serialize for ModeReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("lambda", &[self.branches.lambda.re, self.branches.lambda.im])?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("reasons", &self.reasons)?;
        map.serialize_entry("amplitude_error", &self.off.map(|off| off.amplitude))?;
        map.serialize_entry("phase_error", &self.off.map(|off| off.phase))?;
        map.serialize_entry("at_infinity", &self.branches.at_infinity)?;
        map.serialize_entry("branches", &self.branches.branches)?;
        if !self.minima.is_empty() {
            map.serialize_entry("minima", &self.minima)?;
        }
        if let Some(clean) = &self.noise_free {
            map.serialize_entry("noise_free", &clean.branches)?;
            if let (Some(noisy), Some(clean)) = (self.branches.principal(), clean.principal()) {
                let [integrator, noise] = [clean.lambda - self.branches.lambda, noisy.lambda - clean.lambda].map(|z| [z.re, z.im]);
                map.serialize_entry("parts", &BTreeMap::from([("integrator", integrator), ("noise", noise)]))?;
            }
        }
        if let Some(why) = self.branches.principal.undefined() {
            map.serialize_entry("principal_undefined", &why)?;
        }
        if let Some(characteristic) = &self.branches.characteristic {
            let roots: Vec<[f64; 2]> = characteristic.roots.iter().map(|root| [root.zeta.re, root.zeta.im]).collect();
            map.serialize_entry("characteristic_roots", &roots)?;
            map.serialize_entry("ignited", &characteristic.roots.iter().map(|root| root.ignited).collect::<Vec<bool>>())?;
        }
        map.end()
    }
}

impl Report {
    /// Whether the samples have inputs that were taken as known.
    pub fn is_driven(&self) -> bool {
        self.caveats.iter().any(|caveat| matches!(caveat, Caveat::InputsUsed { .. }))
    }

    /// Whether noise moves the modes and what the loss makes of it is not followed.
    pub fn is_noise_unfollowed(&self) -> bool {
        self.caveats.iter().any(|caveat| matches!(caveat, Caveat::NoiseUnfollowed { .. }))
    }

    /// The worst of the settled modes through a method: its place, of the modes with Im λ ≥ 0.
    pub fn worst_mode(&self, method: &MethodReport) -> Option<usize> {
        let off = |k: usize| method.modes[k].off.map_or(f64::INFINITY, Discrepancy::worst);
        let settled = self.upper_modes().filter(|(_, mode)| mode.settled).map(|(k, _)| k);
        settled.max_by(|&a, &b| method.modes[a].range.cmp(&method.modes[b].range).then(off(a).total_cmp(&off(b))))
    }

    /// The modes with Im λ ≥ 0 and their places: each of the others is the mirror image of one of them.
    pub fn upper_modes(&self) -> impl Iterator<Item = (usize, &Mode)> {
        let mirrored = |mode: &Mode| {
            let twin: Complex<f64> = mode.lambda.conj();
            mode.lambda.im < 0.0 && self.modes.iter().any(|m| m.lambda == twin && m.equilibrium == mode.equilibrium)
        };
        self.modes.iter().enumerate().filter(move |(_, mode)| !mirrored(mode))
    }
}
