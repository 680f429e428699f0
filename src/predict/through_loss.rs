//! What the loss makes of these samples, the integrator apart.
//!
//! With the samples y = x + e a loss that predicts from noisy states has its minimum at another map than the truth's: pairs at Φ̂ = Φ C(C + Σ_e)⁻¹, which damps by
//! about σ²/(vH) per unit of time. Through a Runge–Kutta method the loss depends on the linear model through its step only, so what is learned is R⁻¹ of
//! the eigenvalues of that map: λ̂ = λ + (the loss's part) + (the integrator's part). Source of the bias: any text on errors in variables, such as
//! Fuller, *Measurement Error Models* (1987).

use super::affine_map::{AffineMap, Run, best_map};
use crate::data::Paths;
use crate::exact::eigenvalues;
use crate::fit::Loss;
use crate::inverse::Discrepancy;
use crate::inverse::faithful::TOLERANCE;
use crate::truth::Mode;
use nalgebra::DMatrix;
use num_complex::Complex;
use serde::{Serialize, Serializer};

/// Losses that are looked at beside the one asked for, the simplest first.
const OTHERS: [Loss; 5] = [Loss::Pairs, Loss::Windows(5), Loss::Windows(20), Loss::Windows(50), Loss::RolloutFreeStart];
/// A change of a mode below this part of it is rounding.
const ROUNDING: f64 = 1e-9;
/// A change counts from so many uncertainties of the mode on.
const SIGNIFICANT: f64 = 2.0;
/// A change that is less than this part of what is called faithful, over the longest run, is not worth a word: many digits make it significant.
const MATTERS: f64 = 0.1;
/// One-step residuals below this part of the mean square of the motion are no noise.
const CLEAN: f64 = 1e-12;
/// A constant is needed where a map without one leaves so many times what one with it leaves.
const NEEDED: f64 = 2.0;
/// Free starts leave at most this many times what noise in the samples alone would, or the noise drives the motion.
const DRIVEN: f64 = 2.0;

/// What a loss learns from these samples through an exact integrator.
#[derive(Clone, Debug, Serialize)]
pub struct ThroughLoss {
    /// The loss.
    #[serde(serialize_with = "text")]
    pub loss: Loss,
    /// Noise in the samples, root mean square, relative to that of the motion; `None` where the noise drives the motion, or nothing is known of it.
    pub noise: Option<f64>,
    /// The mean square of the residuals that no linear model gets below.
    pub floor: f64,
    /// One for each mode of the report.
    pub modes: Vec<LossMode>,
    /// Whether the loss changes a settled mode by more than the samples leave open, and enough to be seen over the longest run.
    pub acts: bool,
    /// The same samples through other losses, where this one acts.
    pub others: Vec<OtherLoss>,
    /// The simplest loss that leaves the settled modes in place, or does so best, where this one acts.
    #[serde(serialize_with = "optional_text")]
    pub instead: Option<Loss>,
}

/// What a loss makes of one mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LossMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// What the loss prefers in its place: log μ̂/H.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub learned: Complex<f64>,
    /// Whether the difference is more than the samples leave open.
    pub significant: bool,
}

/// Another loss on the same samples.
#[derive(Clone, Debug, Serialize)]
pub struct OtherLoss {
    /// The loss.
    #[serde(serialize_with = "text")]
    pub loss: Loss,
    /// One for each mode of the report.
    pub modes: Vec<LossMode>,
    /// Whether every settled mode stays in place, to within its uncertainty or one per cent of its growth rate.
    pub keeps: bool,
}

fn text<S: Serializer>(loss: &Loss, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(loss)
}

fn optional_text<S: Serializer>(loss: &Option<Loss>, serializer: S) -> Result<S::Ok, S::Error> {
    match loss {
        Some(loss) => serializer.collect_str(loss),
        None => serializer.serialize_none(),
    }
}

impl ThroughLoss {
    /// What `loss` learns from even samples `interval` apart with a linear model, or an affine one; `None` where the modes are not those of one linear
    /// map of all columns, or the samples do not suffice.
    pub fn of(paths: &Paths, interval: f64, modes: &[Mode], loss: Loss, affine: bool) -> Option<Self> {
        let runs = runs(paths)?;
        let d = runs.first()?.ncols();
        let one_place = modes.iter().all(|mode| mode.equilibrium == modes[0].equilibrium);
        if modes.len() != d || !one_place {
            return None;
        }
        let map = best_map(&runs, loss, affine)?;
        // What a matrix leaves because it has no constant is no noise.
        if !affine && map.loss > NEEDED * best_map(&runs, loss, true)?.loss {
            return None;
        }
        let learned = matched(&map, interval, modes)?;
        let longest = runs.iter().map(|run| run.nrows()).max()? as f64 * interval;
        let matters = |l: &LossMode| Discrepancy::of(l.lambda, l.learned, longest).worst() > MATTERS * TOLERANCE;
        let acts = learned.iter().zip(modes).any(|(l, mode)| mode.settled && l.significant && matters(l));
        let noise = noise(&runs, affine);
        let (mut others, mut instead) = (Vec::new(), None);
        if acts {
            for other in OTHERS.into_iter().filter(|other| *other != loss) {
                let Some(found) = best_map(&runs, other, affine).and_then(|map| matched(&map, interval, modes)) else { continue };
                let keeps = worst(&found, modes) <= 1.0;
                others.push(OtherLoss { loss: other, modes: found, keeps });
            }
            let kept = others.iter().find(|other| other.keeps);
            let least = others.iter().min_by(|a, b| worst(&a.modes, modes).total_cmp(&worst(&b.modes, modes)));
            instead = kept.or(least.filter(|other| worst(&other.modes, modes) < worst(&learned, modes))).map(|other| other.loss);
        }
        Some(Self { loss, noise, floor: map.loss, modes: learned, acts, others, instead })
    }

    /// What is learned of the report's modes through the loss that is recommended.
    pub fn recommended(&self) -> (Loss, &[LossMode]) {
        let other = self.instead.and_then(|loss| self.others.iter().find(|other| other.loss == loss));
        other.map_or((self.loss, &self.modes), |other| (other.loss, &other.modes))
    }
}

/// How far the worst settled mode is from where it belongs, in units of what is allowed.
fn worst(found: &[LossMode], modes: &[Mode]) -> f64 {
    let off = |(l, mode): (&LossMode, &Mode)| {
        let allowed = (SIGNIFICANT * mode.uncertainty.unwrap_or(0.0)).max(TOLERANCE * mode.lambda.re.abs());
        (l.learned - l.lambda).norm() / allowed.max(f64::MIN_POSITIVE)
    };
    found.iter().zip(modes).filter(|(_, mode)| mode.settled).map(off).fold(0.0, f64::max)
}

/// The samples as matrices, a row each.
pub(super) fn runs(paths: &Paths) -> Option<Vec<Run>> {
    let d = paths.dimension();
    let whole = paths.iter().filter(|run| run.len() >= 2);
    (d > 0).then(|| whole.map(|run| DMatrix::from_row_slice(run.len(), d, run.as_flat())).collect())
}

/// Each mode with the eigenvalue of the map nearest to its multiplier, the nearest pair first.
fn matched(map: &AffineMap, interval: f64, modes: &[Mode]) -> Option<Vec<LossMode>> {
    let discs = eigenvalues(&map.linear).ok()?;
    let mut free: Vec<Complex<f64>> = discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect();
    let mut learned: Vec<Option<Complex<f64>>> = vec![None; modes.len()];
    while learned.iter().any(Option::is_none) {
        let mut best: Option<(usize, usize, f64)> = None;
        for (k, mode) in modes.iter().enumerate().filter(|(k, _)| learned[*k].is_none()) {
            let multiplier = (mode.lambda * interval).exp();
            for (e, mu) in free.iter().enumerate() {
                let distance = (mu - multiplier).norm();
                if best.is_none_or(|(.., least)| distance < least) {
                    best = Some((k, e, distance));
                }
            }
        }
        let (k, e, _) = best?;
        learned[k] = Some(free.swap_remove(e));
    }
    let found = modes.iter().zip(learned).map(|(mode, mu)| {
        let mu = mu.filter(|mu| mu.norm() > 0.0)?;
        let learned = mu.ln() / interval;
        let apart = (learned - mode.lambda).norm();
        let open = SIGNIFICANT * mode.uncertainty.unwrap_or(0.0);
        let learned = if apart <= ROUNDING * mode.lambda.norm() { mode.lambda } else { learned };
        Some(LossMode { lambda: mode.lambda, learned, significant: apart > open.max(ROUNDING * mode.lambda.norm()) })
    });
    found.collect()
}

/// The noise in the samples relative to the motion, by the fit with free starts.
fn noise(runs: &[Run], affine: bool) -> Option<f64> {
    let pairs = best_map(runs, Loss::Pairs, affine)?;
    let d = pairs.linear.nrows();
    let rows: usize = runs.iter().map(|run| run.nrows()).sum();
    let middle = runs.iter().fold(nalgebra::RowDVector::zeros(d), |sum, run| sum + run.row_sum()) / rows as f64;
    let square: f64 = runs.iter().flat_map(|run| run.row_iter().map(|row| (row - &middle).norm_squared()).collect::<Vec<_>>()).sum();
    let motion = square / (rows * d) as f64;
    if pairs.loss <= CLEAN * motion {
        return Some(0.0);
    }
    let free = best_map(runs, Loss::RolloutFreeStart, affine)?;
    let alone = pairs.loss / (1.0 + free.linear.norm_squared() / d as f64);
    let clean = (motion - free.loss).max(f64::MIN_POSITIVE);
    (free.loss <= DRIVEN * alone && free.loss < motion).then(|| (free.loss / clean).sqrt())
}
