//! Which predicted branch each learned eigenvalue sits on, and whether the data settle that.

use super::agreement::Agreement;
use super::learned_uncertainty::LearnedUncertainty;
use crate::data::Paths;
use crate::dynamics::norm::distance;
use crate::dynamics::{Equilibrium, Field, equilibria};
use crate::exact::eigenvalues;
use crate::fit::{Fit, Prepared};
use crate::inverse::branches::pair;
use crate::inverse::{Branches, Discrepancy};
use crate::predict::Report;
use crate::truth::Mode;
use num_complex::Complex;
use serde::Serialize;

/// Standard deviations of the true mode that count.
const DEVIATIONS: f64 = 3.0;
/// The part of the scale up to which what the loss leaves open is added to the tolerance.
const OPEN: f64 = 0.1;
/// An eigenvalue that is open by more than this part of its size is not settled, however far from all branches it is.
const WIDE: f64 = 0.5;
/// Where the loss does not vanish at a minimum, the loss tells it to half of the digits only: the part of the scale that is added to the tolerance there.
const FLAT: f64 = 1e-6;
/// However much the data leave open, nothing farther from a branch than this part of the scale beyond the tolerance counts as being on it.
const FARTHEST: f64 = 2e-2;

/// One learned eigenvalue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedMode {
    /// Which of the report's modes.
    pub mode: usize,
    /// Where the learned field stands still; empty where it does so nowhere near the true equilibrium.
    pub equilibrium: Vec<f64>,
    /// The eigenvalue of its Jacobian there, of a conjugate pair the one that is nearer to a branch; `[null, null]` where there is no equilibrium.
    #[serde(serialize_with = "pair")]
    pub learned: Complex<f64>,
    /// The branch that it sits on, `null` where it is on none or the data do not settle which.
    pub branch: Option<usize>,
    /// Its distance from the nearest branch.
    pub error: f64,
    /// The distance up to which it counts as that branch: the tolerance, and what is open. Of that the loss's share counts only where it is at most a tenth
    /// of the scale and half the distance to the next branch, and then up to 2 % of the scale.
    pub allowed: f64,
    /// What the data leave open: three standard deviations of the true mode, carried to the branch, and what residuals of the loss's size leave open of
    /// the learned eigenvalue. The latter is computed only where the former and the tolerance do not suffice; `null` where it cannot be told.
    pub open: f64,
    /// How far the learned motion is from the true mode's over the report's horizon: `amplitude_error` and `phase_error`, the measure of its verdicts.
    #[serde(flatten)]
    pub off: Option<Discrepancy>,
    /// Whether the data settle it: it is on a branch, or farther from all of them than what is open explains. Not where it is on a branch of another
    /// mode, which the fit then has twice, and not where it is on none and the samples do not settle the mode itself.
    pub settled: bool,
}

impl CheckedMode {
    /// Whether the learned field had an equilibrium, and so an eigenvalue.
    pub fn found(&self) -> bool {
        !self.equilibrium.is_empty()
    }

    /// Whether the data settle the eigenvalue and no branch is where it is.
    pub fn stray(&self) -> bool {
        self.settled && self.branch.is_none()
    }
}

/// What the eigenvalues of a fit are laid beside.
pub(super) struct Matching<'a> {
    pub report: &'a Report,
    /// The place of the method in the report.
    pub place: usize,
    pub agreement: Agreement,
    pub samples: &'a Paths,
    /// The mean square of the residuals that is taken for the data's.
    pub loss: f64,
    /// Whether an eigenvalue that is on no branch tells against the prediction.
    pub sharp: bool,
}

impl Matching<'_> {
    /// Each mode with Im λ ≥ 0 beside a learned eigenvalue.
    pub fn modes(&self, fit: &Fit, prepared: &Prepared) -> Vec<CheckedMode> {
        let upper: Vec<(usize, &Mode)> = self.report.upper_modes().collect();
        let mut uncertainty = LearnedUncertainty::new(prepared, &fit.learned, self.loss);
        let mut checked = Vec::with_capacity(upper.len());
        let mut done: Vec<&[f64]> = Vec::new();
        for (_, mode) in &upper {
            if done.contains(&mode.equilibrium.as_slice()) {
                continue;
            }
            done.push(&mode.equilibrium);
            let here: Vec<usize> = upper.iter().filter(|(_, m)| m.equilibrium == mode.equilibrium).map(|&(k, _)| k).collect();
            match self.standstill(fit, &mode.equilibrium) {
                Some(place) => checked.extend(self.at(&place, &here, &mut uncertainty)),
                None => {
                    let lost = self.lost(&mode.equilibrium, fit, &mut uncertainty);
                    checked.extend(here.iter().map(|&k| CheckedMode { mode: k, ..lost.clone() }));
                }
            }
        }
        // What is not settled gets no verdict, and nothing that is elsewhere tells against it.
        for judged in checked.iter_mut().filter(|judged| judged.stray() && !self.report.modes[judged.mode].settled) {
            judged.settled = false;
        }
        checked.sort_by_key(|mode| mode.mode);
        checked
    }

    /// The learned equilibrium nearest to the true one; none that is farther from it than half the extent of the samples.
    fn standstill(&self, fit: &Fit, truth: &[f64]) -> Option<Equilibrium> {
        if truth.is_empty() {
            return self.amid_samples(fit);
        }
        let extent = (0..truth.len()).map(|c| {
            let (low, high) = self.samples.states().fold((truth[c], truth[c]), |(low, high), x| (low.min(x[c]), high.max(x[c])));
            (high - low).powi(2)
        });
        let room = 0.5 * extent.sum::<f64>().sqrt();
        equilibria(&fit.learned, &[truth.to_vec()]).into_iter().next().filter(|place| distance(&place.state, truth) <= room)
    }

    /// The middle of the samples with the learned Jacobian there, for modes that belong to no equilibrium.
    fn amid_samples(&self, fit: &Fit) -> Option<Equilibrium> {
        let states = || self.samples.states();
        let d = states().next()?.len();
        let count = states().count() as f64;
        let state: Vec<f64> = (0..d).map(|c| states().map(|x| x[c]).sum::<f64>() / count).collect();
        let mut jacobian = vec![0.0; d * d];
        fit.learned.jacobian(&state, &mut jacobian);
        let jacobian = nalgebra::DMatrix::from_row_slice(d, d, &jacobian);
        jacobian.iter().all(|v| v.is_finite()).then_some(Equilibrium { state, jacobian, residual: 0.0 })
    }

    /// No equilibrium: the data settle that where the field's value at the true one is farther from zero than what is open explains.
    fn lost(&self, truth: &[f64], fit: &Fit, uncertainty: &mut LearnedUncertainty<'_>) -> CheckedMode {
        let mut f = vec![0.0; truth.len()];
        fit.learned.value(truth, &mut f);
        let size = f.iter().map(|v| v * v).sum::<f64>().sqrt();
        let settled = self.sharp && uncertainty.value(truth).is_some_and(|open| size > open);
        let nowhere = Complex::new(f64::NAN, f64::NAN);
        CheckedMode {
            mode: 0,
            equilibrium: Vec::new(),
            learned: nowhere,
            branch: None,
            error: f64::INFINITY,
            allowed: 0.0,
            open: f64::INFINITY,
            off: None,
            settled,
        }
    }

    /// The modes of one equilibrium: the nearest pair of a free eigenvalue and a branch first, over all modes.
    fn at(&self, place: &Equilibrium, here: &[usize], uncertainty: &mut LearnedUncertainty<'_>) -> Vec<CheckedMode> {
        let discs = eigenvalues(&place.jacobian).unwrap_or_default();
        let mut free: Vec<Complex<f64>> = discs.iter().flat_map(|d| std::iter::repeat_n(d.centre, d.count)).collect();
        let mut waiting: Vec<usize> = here.to_vec();
        let fastest = here.iter().map(|&k| self.report.modes[k].lambda.norm()).fold(0.0, f64::max);
        let mut checked = Vec::with_capacity(here.len());
        while !waiting.is_empty() {
            let mut best: Option<(usize, usize, usize, f64)> = None;
            for (w, &k) in waiting.iter().enumerate() {
                for (b, branch) in self.branches(k).branches.iter().enumerate() {
                    for (e, z) in free.iter().enumerate() {
                        let distance = (z - branch.lambda).norm();
                        if best.is_none_or(|(.., least)| distance < least) {
                            best = Some((w, b, e, distance));
                        }
                    }
                }
            }
            let Some((w, b, e, error)) = best else { break };
            let k = waiting.remove(w);
            let learned = free.remove(e);
            // The mode's mirror image, which is not listed, takes the conjugate.
            if self.report.modes[k].lambda.im > 0.0 {
                let off = |z: &Complex<f64>| (z - learned.conj()).norm();
                let twin = (0..free.len()).min_by(|&i, &j| off(&free[i]).total_cmp(&off(&free[j])));
                if let Some(twin) = twin.filter(|&i| off(&free[i]) <= 1e-6 * (1.0 + learned.norm())) {
                    free.remove(twin);
                }
            }
            let mut judged = self.judged(k, b, learned, error, fastest, place, uncertainty);
            // On a branch of another mode: the fit has that mode twice, by two of its branches, in the place of one that the samples do not show.
            if judged.stray() && here.iter().any(|&other| self.sits(other, learned, judged.allowed)) {
                judged.settled = false;
            }
            checked.push(judged);
        }
        checked
    }

    /// Whether a branch of the mode, or of its mirror image, is as near as allowed.
    fn sits(&self, k: usize, learned: Complex<f64>, allowed: f64) -> bool {
        let near = |z: Complex<f64>| (z - learned).norm() <= allowed;
        self.branches(k).branches.iter().any(|branch| near(branch.lambda) || near(branch.lambda.conj()))
    }

    fn branches(&self, k: usize) -> &Branches {
        &self.report.methods[self.place].modes[k].branches
    }

    #[allow(clippy::too_many_arguments)]
    fn judged(
        &self,
        k: usize,
        b: usize,
        learned: Complex<f64>,
        error: f64,
        fastest: f64,
        place: &Equilibrium,
        uncertainty: &mut LearnedUncertainty<'_>,
    ) -> CheckedMode {
        let found = &self.branches(k).branches;
        let branch = &found[b];
        let scale = branch.lambda.norm().max(fastest);
        let flat = if self.report.methods[self.place].modes[k].minima.is_empty() { 0.0 } else { FLAT * scale };
        let tolerance = self.agreement.tolerance * scale + branch.radius + flat;
        let truth = DEVIATIONS * branch.condition * self.report.modes[k].uncertainty.unwrap_or(0.0);
        let mut loss = 0.0;
        if error > tolerance + truth {
            loss = uncertainty.eigenvalue(place, learned).unwrap_or(f64::INFINITY);
        }
        let gap = found.iter().enumerate().filter(|&(other, _)| other != b).map(|(_, other)| (other.lambda - branch.lambda).norm());
        let half = 0.5 * gap.fold(f64::INFINITY, f64::min);
        // What is wide open is near a branch by chance.
        let allowed = tolerance + truth + if loss <= half.min(OPEN * scale) { loss.min(FARTHEST * scale) } else { 0.0 };
        // Data that do not tell this branch from the next settle nothing.
        let told_apart = truth <= half;
        let on = told_apart && error <= allowed;
        // The bound is that of a linear model of the residuals: what is open by much of its own size may go anywhere.
        let stray = self.sharp && told_apart && error > tolerance + truth + loss && loss <= WIDE * learned.norm().max(scale);
        CheckedMode {
            mode: k,
            equilibrium: place.state.clone(),
            learned,
            branch: on.then_some(b),
            error,
            allowed,
            open: truth + loss,
            off: Some(Discrepancy::of(self.report.modes[k].lambda, learned, self.report.horizon)),
            settled: on || stray,
        }
    }
}
