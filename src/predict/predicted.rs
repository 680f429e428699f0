//! One flow from what is known of the modes to the report: methods mode by mode, what is recommended, what stands beside.

use super::compared_methods::compared_methods;
use super::cost::evaluations;
use super::laid_beside::Beside;
use super::learned_inputs::{LearnedInputs, SAME, learned_inputs};
use super::learned_orbits::LearnedOrbits;
use super::noisy_modes::NoisyModes;
use super::predict_error::PredictError;
use super::recommendation::{self, Candidates};
use super::report::{MethodReport, ModeReport, Report, together};
use super::subject::Subject;
use crate::data::Hold;
use crate::inverse::{Branches, LearningEquation, Limits, Verdict};
use crate::method::{Method, Sampling};
use crate::truth::Caveat;
use num_complex::Complex;
use rayon::prelude::*;

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
        Ok(self.by_methods(&|| false)?.0)
    }

    /// The methods, mode by mode; once `stopped` says so, no further orbits are followed, nor minima looked for at uneven times: methods that turn on them get no verdict, and
    /// nothing is recommended.
    fn by_methods(self, stopped: &(dyn Fn() -> bool + Sync)) -> Result<(Report, Option<LearnedOrbits>), PredictError> {
        let Self { subject, methods, substeps, limits } = self;
        let limits = limits.over(subject.horizon);
        let through_loss = subject.through_loss.map(|through| through.weighed(&subject.modes, subject.interval, limits));
        let subject = Subject { through_loss, ..subject };
        // Samples without a mode have an answer: a steady drift, or nothing that is settled.
        if subject.modes.is_empty() && subject.samples == 0 {
            return Err(PredictError::NoModes { subject: subject.source, samples: subject.samples, caveats: subject.caveats });
        }
        let orbits = LearnedOrbits::of(&subject, limits);
        let defaults = compared_methods()?;
        let asked = if methods.is_empty() { &defaults } else { &methods };
        let sampling = Sampling::new(subject.interval, substeps)?;
        let of_method = |method| MethodReport::of(&subject, method, sampling, limits, orbits.as_ref(), stopped);
        let reports = asked.par_iter().map(of_method).collect::<Result<_, _>>()?;
        let long = orbits.is_some() || subject.uneven.is_some();
        let candidates = Candidates { asked: &methods, others: &defaults, orbits: orbits.as_ref(), long, stopped };
        let recommendation = recommendation::recommend(&subject, candidates, limits)?;
        let Subject { source, interval, trajectories, samples, finding, modes, mut caveats, field, through_loss, uneven, driven, .. } =
            subject;
        if long && stopped() && !caveats.contains(&Caveat::Stopped) {
            caveats.push(Caveat::Stopped);
        }
        let report = Report {
            source,
            interval,
            uneven: uneven.is_some(),
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
        };
        Ok((report, orbits))
    }
}

impl Prediction {
    /// The same with what becomes of orbits: those of a polynomial system whose invariant is known, or those of a polynomial field fitted to the
    /// samples. It takes a second or more where the modes alone take a millisecond.
    ///
    /// # Errors
    /// As [`Prediction::report`].
    pub fn report_with_orbits(self) -> Result<Report, PredictError> {
        self.report_beside(&Beside { orbits: true, ..Beside::default() }, &|| false)
    }

    /// The same with what is laid beside the methods; once `stopped` says so, no further orbits are followed, and the report is what is known so far.
    ///
    /// # Errors
    /// As [`Prediction::report`]; [`PredictError::Call`] where a call on pairs asks for a step that is longer than the interval.
    pub fn report_beside(self, beside: &Beside, stopped: &(dyn Fn() -> bool + Sync)) -> Result<Report, PredictError> {
        if beside.is_by_pairs() {
            beside.calls.iter().try_for_each(|call| call.check_interval(self.subject.interval))?;
        }
        let origin = self.subject.origin.clone();
        let (mut report, orbits) = self.by_methods(stopped)?;
        if beside.orbits && !stopped() {
            report = report.with_orbits(&origin, stopped);
            if stopped() && !report.caveats.contains(&Caveat::Stopped) {
                report.caveats.push(Caveat::Stopped);
            }
        }
        Ok(report.with(beside, &origin, orbits.as_ref().filter(|_| !stopped())))
    }
}

impl MethodReport {
    /// What a loop learns of the subject through one method.
    fn of(
        subject: &Subject,
        method: &Method,
        sampling: Sampling,
        limits: Limits,
        orbits: Option<&LearnedOrbits>,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, PredictError> {
        let equation = LearningEquation::of(method)?;
        let noisy = NoisyModes::of(subject, method, &equation, sampling)?;
        // Minima at uneven times take a while too.
        let unlooked = subject.uneven.is_some() && stopped();
        let of_mode = |k: usize| -> Result<ModeReport, PredictError> {
            if unlooked {
                return Ok(ModeReport::new(equation.branches(subject.modes[k].lambda, sampling)?, None, limits));
            }
            ModeReport::of(subject, k, (method, &equation), &noisy, sampling, limits)
        };
        let modes = (0..subject.modes.len()).map(of_mode).collect::<Result<Vec<_>, _>>()?;
        // Where a mode is wrong already nobody asks for the orbits.
        let by_modes = together(&modes);
        let asked_for = orbits.filter(|_| by_modes == Some(Verdict::Faithful));
        let cut = asked_for.is_some() && stopped();
        let substeps = sampling.substeps();
        let noisy_system = learned_of_noisy(subject, (method, &equation), sampling);
        let orbits = asked_for.filter(|_| !cut).map_or_else(Vec::new, |orbits| orbits.through(method, substeps));
        Ok(Self {
            method: method.name().into(),
            substeps,
            verdict: if cut { None } else { asked_for.map_or(by_modes, |asked| asked.verdict(&orbits)) },
            orbits,
            evaluations: evaluations(method, substeps),
            inputs: match (&subject.straight, subject.driven.as_ref().filter(|system| system.hold == Hold::Zero)) {
                (Some(straight), _) => straight.learned_inputs(method, sampling, limits),
                (None, Some(_)) if noisy_system.is_some() => noisy_system.unwrap_or_default(),
                (None, Some(system)) => {
                    let clean = modes.iter().map(|mode| mode.noise_free.as_ref().unwrap_or(&mode.branches));
                    let upper: Vec<&Branches> = clean.filter(|branches| branches.lambda.im >= 0.0).collect();
                    learned_inputs(system, method, &upper)
                }
                (None, None) => Vec::new(),
            },
            floor: noisy.floor.or_else(|| stalled(subject, &modes)),
            modes,
            drift: Vec::new(),
            cycle: None,
            scheme: method.clone(),
        })
    }
}

impl ModeReport {
    /// What a loop through the method, with its equation, makes of mode k.
    fn of(
        subject: &Subject,
        k: usize,
        (method, equation): (&Method, &LearningEquation),
        noisy: &NoisyModes,
        sampling: Sampling,
        limits: Limits,
    ) -> Result<Self, PredictError> {
        let mode = &subject.modes[k];
        let judged = mode.settled && subject.is_followed();
        let alone = subject.is_alone(mode);
        let uncertainty = mode.uncertainty.unwrap_or(0.0);
        let apparent = noisy.modes.get(k).copied().flatten();
        let in_short = |lambda| subject.branches_in_short((method, equation), k, lambda, sampling, limits);
        if let Some(straight) = &subject.straight
            && let Some((branches, minima)) = straight.minima(method, k, mode.lambda, sampling, limits)
        {
            let clean = straight.noise_free(method, k, mode.lambda, sampling, limits);
            let noise_free = clean.filter(|clean| differs(clean, &branches));
            // What noise does to straight inputs counts where it is more than is unknown of λ.
            let significant = subject.through_loss.as_ref().is_none_or(|through| through.modes[k].significant);
            let shown = noise_free.as_ref().filter(|_| !significant).unwrap_or(&branches);
            let even = if subject.learns_from_samples(method) { Some(equation.branches(mode.lambda, sampling)?) } else { None };
            let beside = |lambda| match &even {
                // The system that makes the samples is as uncertain as λ: what is learned moves with it.
                Some(even) if !significant => equation.branches(lambda, sampling).map(|moved| shown.clone().moved_as(even, &moved)),
                Some(_) => Ok(shown.clone().beside(lambda)),
                None => in_short(lambda),
            };
            let judgement = judged.then(|| limits.judge_within(shown, alone, uncertainty, beside)).transpose()?;
            return Ok(Self { minima, noise_free, ..Self::new(branches, judgement, limits) });
        }
        let shown = apparent.map_or(mode.lambda, |(apparent, _)| apparent);
        if let Some((branches, minima)) = subject.uneven.as_ref().and_then(|uneven| uneven.minima(method, k, shown, sampling, limits)) {
            let branches = branches.beside(mode.lambda);
            // What is read off the samples moves as what is learned without them does.
            let beside = |lambda: Complex<f64>| Ok(branches.clone().moved_as(&in_short(mode.lambda)?, &in_short(lambda)?));
            // What noise adds may be larger than what is unknown of λ: then the verdict rests on it.
            let open = if apparent.is_some_and(|(_, significant)| significant) { 0.0 } else { uncertainty };
            let judgement = judged.then(|| limits.judge_within(&branches, alone, open, beside)).transpose()?;
            let clean = apparent.and_then(|_| in_short(mode.lambda).ok());
            let noise_free = clean.filter(|clean| differs(clean, &branches));
            return Ok(Self { minima, noise_free, ..Self::new(branches, judgement, limits) });
        }
        let clean = equation.branches(mode.lambda, sampling)?;
        let noisy = apparent.and_then(|(apparent, significant)| {
            let found = equation.branches(apparent, sampling).ok()?;
            Some((found.beside(mode.lambda), significant))
        });
        // What noise adds may be larger than what is unknown of λ: then the verdict rests on it.
        if let Some((found, true)) = noisy {
            let judgement = judged.then(|| limits.judge(&found, alone));
            return Ok(Self { noise_free: Some(clean), ..Self::new(found, judgement, limits) });
        }
        let beside = |lambda| equation.branches(lambda, sampling);
        let judgement = judged.then(|| limits.judge_within(&clean, alone, uncertainty, beside)).transpose()?;
        Ok(match noisy {
            Some((found, _)) => Self { noise_free: Some(clean), ..Self::new(found, judgement, limits) },
            None => Self::new(clean, judgement, limits),
        })
    }
}

/// At uneven times the mean square of the residuals that no linear model gets below: where the modes have their own minima, the lowest of the one that stalls the loss most.
fn stalled(subject: &Subject, modes: &[ModeReport]) -> Option<f64> {
    let uneven = subject.uneven.as_ref()?;
    let any = subject.settled_modes().next().is_none();
    let counted = modes.iter().zip(&subject.modes).filter(|(_, mode)| mode.settled || any);
    let lowest = |mode: &ModeReport| mode.minima.iter().map(|minimum| minimum.level).min_by(f64::total_cmp);
    counted.filter_map(|(found, _)| lowest(found)).max_by(f64::total_cmp).map(|level| uneven.stalled(level))
}

/// B̂ where the loss learns another system than the one behind the samples; `None` where it does not.
fn learned_of_noisy(subject: &Subject, (method, equation): (&Method, &LearningEquation), sampling: Sampling) -> Option<Vec<LearnedInputs>> {
    let through = subject.through_loss.as_ref()?;
    let system = through.system.as_ref()?;
    let upper = through.modes.iter().map(|mode| mode.learned).filter(|lambda| lambda.im >= 0.0);
    let branches = upper.map(|lambda| equation.branches(lambda, sampling).ok()).collect::<Option<Vec<_>>>()?;
    Some(learned_inputs(system, method, &branches.iter().collect::<Vec<_>>()))
}

/// Whether noise moves the principal branch.
fn differs(clean: &Branches, noisy: &Branches) -> bool {
    let (Some(clean), Some(noisy)) = (clean.principal(), noisy.principal()) else { return true };
    (clean.lambda - noisy.lambda).norm() > SAME * clean.lambda.norm()
}
