//! The prediction: for each method every eigenvalue that a fit through it can land on, and a verdict.

use super::calls::CallReport;
use super::cost::evaluations;
use super::default_methods::default_methods;
use super::drift::PredictedDrift;
use super::learned_cycle::LearnedCycle;
use super::learned_inputs::{LearnedInputs, learned_inputs};
use super::learned_orbits::{LearnedOrbits, OrbitReport};
use super::predict_error::PredictError;
use super::recommendation::{self, Candidates, Recommendation};
use super::regression_report::{RegressionReport, UpperMode, judged};
use super::subject::{Origin, Subject};
use super::through_loss::ThroughLoss;
use crate::inverse::{Branches, Discrepancy, Judgement, LearningEquation, Limits, Reason, UnevenMinimum, Verdict};
use crate::loops::Regression;
use crate::method::{Method, Sampling};
use crate::truth::{Caveat, Finding, FittedField, Mode, StateSpace};
use num_complex::Complex;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What to predict.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The modes.
    pub subject: Subject,
    /// Through which methods; the default list when empty.
    pub methods: Vec<Method>,
    /// Steps per sampling interval.
    pub substeps: u32,
    /// How far out a branch counts, how large an error is still faithful, and over which time.
    pub limits: Limits,
}

/// The prediction for every method and mode, and what to do.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The file's name, or the system's with its parameters.
    pub source: String,
    /// H.
    pub interval: f64,
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
    /// ẋ = Ax + Bu, where the samples have inputs that are held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driven: Option<StateSpace>,
    /// One for each method.
    pub methods: Vec<MethodReport>,
    /// One for each training call that was added ([`Report::add_calls`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallReport>,
    /// One for each derivative regression that was added ([`Report::add_regressions`]).
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
    /// How far orbits of the learned field are from the truth over the horizon: of a nonlinear field, where its modes are learned faithfully.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orbits: Vec<OrbitReport>,
    /// What becomes of orbits in a turn ([`Prediction::report_with_orbits`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<PredictedDrift>,
    /// What is learned of held inputs, on the principal branches first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<LearnedInputs>,
    /// What becomes of the limit cycle ([`Prediction::report_with_orbits`]).
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
    /// For uneven times, the minima of the loss, the lowest first: `branches` then holds those of them that count, and the lowest for the principal one.
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
fn together(modes: &[ModeReport]) -> Option<Verdict> {
    let ranges = || modes.iter().filter_map(|mode| mode.range);
    let (best, worst) = (ranges().map(|[best, _]| best).max()?, ranges().map(|[_, worst]| worst).max()?);
    (best == worst || best > Verdict::Faithful).then_some(best)
}

impl ModeReport {
    fn new(branches: Branches, judgement: Option<Judgement>, limits: Limits) -> Self {
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

impl Prediction {
    /// Predicts.
    ///
    /// ```
    /// use lambdahat::{dynamics::System, inverse::{Limits, Verdict}, predict::{Prediction, Subject}};
    /// let oscillator = System::named("damped-oscillator")?;
    /// let subject = Subject::from_system(&oscillator, 1.0)?;
    /// let report = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() }.report()?;
    /// let rk4 = report.methods.iter().find(|m| m.method == "rk4").unwrap();
    /// assert_eq!(rk4.verdict, Some(Verdict::Artifact));
    /// assert!(rk4.modes[0].branches.principal().unwrap().lambda.re > 0.1);        // the damped oscillator is learned as growing
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn report(self) -> Result<Report, PredictError> {
        self.report_until(&|| false)
    }

    /// The same; once `stopped` says so, no further orbits are followed: methods that turn on them get no verdict, and nothing is recommended.
    fn report_until(self, stopped: &dyn Fn() -> bool) -> Result<Report, PredictError> {
        let Self { subject, methods, substeps, limits } = self;
        let limits = limits.over(subject.horizon);
        if subject.modes.is_empty() {
            return Err(PredictError::NoModes { subject: subject.source, samples: subject.samples, caveats: subject.caveats });
        }
        let orbits = LearnedOrbits::of(&subject, limits);
        let defaults = default_methods()?;
        let asked = if methods.is_empty() { &defaults } else { &methods };
        let sampling = Sampling::new(subject.interval, substeps)?;
        let mut reports = Vec::with_capacity(asked.len());
        for method in asked {
            let equation = LearningEquation::of(method)?;
            let mut modes = Vec::with_capacity(subject.modes.len());
            for (k, mode) in subject.modes.iter().enumerate() {
                let alone = subject.is_alone(mode);
                let uneven = subject.uneven.as_ref().and_then(|uneven| uneven.minima(method, k, mode.lambda, sampling, limits));
                if let Some((branches, minima)) = uneven {
                    let judgement = mode.settled.then(|| limits.judge(&branches, alone));
                    modes.push(ModeReport { minima, ..ModeReport::new(branches, judgement, limits) });
                    continue;
                }
                let clean = equation.branches(mode.lambda, sampling)?;
                let through = subject.through_loss.as_ref().map(|through| through.modes[k]).filter(|l| l.learned != mode.lambda);
                // A multistep residual is another loss.
                let noisy = through.filter(|_| matches!(method, Method::RungeKutta(_))).and_then(|l| {
                    let found = equation.branches(l.learned, sampling).ok()?;
                    Some((found.beside(mode.lambda), l.significant))
                });
                let within = |found: &Branches| limits.judge_within(&equation, found, alone, mode.uncertainty.unwrap_or(0.0));
                let report = match noisy {
                    // What noise adds is larger than what is unknown of λ: the verdict rests on it.
                    Some((found, true)) => {
                        let judgement = mode.settled.then(|| limits.judge(&found, alone));
                        ModeReport { noise_free: Some(clean), ..ModeReport::new(found, judgement, limits) }
                    }
                    Some((found, false)) => {
                        let judgement = mode.settled.then(|| within(&clean)).transpose()?;
                        ModeReport { noise_free: Some(clean), ..ModeReport::new(found, judgement, limits) }
                    }
                    None => {
                        let judgement = mode.settled.then(|| within(&clean)).transpose()?;
                        ModeReport::new(clean, judgement, limits)
                    }
                };
                modes.push(report);
            }
            // Where a mode is wrong already nobody asks for the orbits.
            let by_modes = together(&modes);
            let asked_for = orbits.as_ref().filter(|_| by_modes == Some(Verdict::Faithful));
            let cut = asked_for.is_some() && stopped();
            let orbits = asked_for.filter(|_| !cut).map_or_else(Vec::new, |orbits| orbits.through(method, substeps));
            reports.push(MethodReport {
                method: method.name().into(),
                substeps,
                verdict: if cut { None } else { asked_for.map_or(by_modes, |asked| asked.verdict(&orbits)) },
                orbits,
                evaluations: evaluations(method, substeps),
                inputs: subject.driven.as_ref().map_or_else(Vec::new, |system| {
                    let clean = modes.iter().map(|mode| mode.noise_free.as_ref().unwrap_or(&mode.branches));
                    let upper: Vec<&Branches> = clean.filter(|branches| branches.lambda.im >= 0.0).collect();
                    learned_inputs(system, method, &upper)
                }),
                modes,
                drift: Vec::new(),
                cycle: None,
                scheme: method.clone(),
            });
        }
        let candidates = Candidates { asked: &methods, others: &defaults, orbits: orbits.as_ref(), stopped };
        let recommendation = recommendation::recommend(&subject, candidates, limits)?;
        let Subject { source, interval, trajectories, samples, finding, modes, mut caveats, field, through_loss, driven, .. } = subject;
        if orbits.is_some() && stopped() && !caveats.contains(&Caveat::Stopped) {
            caveats.push(Caveat::Stopped);
        }
        Ok(Report {
            source,
            interval,
            trajectories,
            samples,
            finding,
            modes,
            caveats,
            field,
            through_loss,
            driven,
            horizon: limits.horizon_for(interval),
            limits,
            methods: reports,
            calls: Vec::new(),
            regressions: Vec::new(),
            recommendation,
        })
    }
}

impl Prediction {
    /// The same with what becomes of orbits: those of a polynomial system whose invariant is known, or those of a polynomial field fitted to the
    /// samples. It takes a second or more where the modes alone take a millisecond.
    ///
    /// # Errors
    /// As [`Prediction::report`].
    pub fn report_with_orbits(self) -> Result<Report, PredictError> {
        self.report_with_orbits_until(&|| false)
    }

    /// The same; once `stopped` says so, no further orbits are followed, and the report is what is known so far.
    ///
    /// # Errors
    /// As [`Prediction::report`].
    pub fn report_with_orbits_until(self, stopped: &dyn Fn() -> bool) -> Result<Report, PredictError> {
        let origin = self.subject.origin.clone();
        let mut report = self.report_until(stopped)?;
        if stopped() {
            return Ok(report);
        }
        let methods: Vec<Method> = report.methods.iter().map(|method| method.scheme.clone()).collect();
        match origin {
            Origin::System { system, starts } => report.add_drift_from(&system, &starts, &methods),
            Origin::Samples(data) => report.add_drift_of_samples(&data, &methods),
        }
        Ok(report)
    }
}

impl Report {
    /// Judges regressions on estimated derivatives, on clean, even samples H apart.
    pub fn add_regressions(&mut self, regressions: &[Regression]) {
        let Ok(sampling) = Sampling::new(self.interval, 1) else { return };
        let same = |mode: &Mode| self.modes.iter().filter(|m| m.lambda == mode.lambda && m.equilibrium == mode.equilibrium).count();
        let modes: Vec<UpperMode> = self.upper_modes().map(|(_, mode)| (mode.lambda, mode.settled, same(mode) == 1)).collect();
        self.regressions.extend(regressions.iter().map(|regression| judged(regression, sampling, self.limits, &modes)));
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
