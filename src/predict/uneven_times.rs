//! Samples at uneven times: the intervals with the weight that each mode has in the loss, and the minima that a loop can land on.

use crate::data::{Spacing, Trajectories};
use crate::dynamics::spectrum;
use crate::inverse::flags::flags;
use crate::inverse::{Branch, Branches, LearningEquation, Limits, MatrixLoss, Principal, StatePair, Stretch, UnevenLoss, UnevenMinimum};
use crate::method::{Method, Sampling};
use crate::truth::Mode;
use nalgebra::{DMatrix, SVD};
use num_complex::Complex;

/// Intervals of different length that are kept apart; more are put together with their neighbours.
const MOST_INTERVALS: usize = 256;
/// The same where many methods are tried.
const FEW_INTERVALS: usize = 48;
/// A loss that stalls above this part of the motion is seen to have failed: such a minimum is told, and does not count.
const VISIBLE: f64 = 0.25;
/// Sweeps of an iteration for singular values.
const MOST_SWEEPS: usize = 10_000;
/// Directions of modes that are this near to dependent say nothing.
const DEPENDENT: f64 = 1e-6;
/// Columns up to which minima are polished on the samples' own loss, pairs of rows that take part, and minima a mode.
const MOST_COLUMNS: usize = 4;
const MOST_PAIRS: usize = 400;
const MOST_POLISHED: usize = 4;
/// Beside fits, which end on the minima of all pairs: pairs times the fifth power of the columns, which is about the work of a step.
const MOST_WORK: usize = 500_000;
/// A minimum of the samples' own loss is another one where its λ̂ is farther away than this part of itself.
const ANOTHER: f64 = 0.3;
/// The same beside fits, which noise may take far: where another mode may be nearer. A mode by itself may go anywhere.
const ELSEWHERE: f64 = 1.0;

/// The intervals between complete samples, and what each mode weighs in them.
#[derive(Clone, Debug)]
pub struct UnevenTimes {
    /// H_k.
    intervals: Vec<f64>,
    /// For each mode, its mean square amplitude at the start of each interval.
    weights: Vec<Vec<f64>>,
    /// Where the model rests: at the modes' equilibrium, which is learned too, or at zero.
    centre: Vec<f64>,
    affine: bool,
    /// How far from a minimum of one mode that of the samples' own loss may be, in parts of its λ̂.
    another: f64,
    /// The mean square of x_{k+1} − centre.
    motion: f64,
    /// The samples themselves, where the modes are those of one linear system of a few columns.
    samples: Option<OwnSamples>,
}

/// Pairs of rows, and the coordinates in which the modes move apart.
#[derive(Clone, Debug)]
struct OwnSamples {
    pairs: Vec<(Vec<f64>, Vec<f64>, f64)>,
    coordinates: Coordinates,
    /// λ of each mode.
    lambdas: Vec<Complex<f64>>,
}

impl UnevenTimes {
    /// Of uneven samples with these modes; `None` for even ones. Where they are settled ones of a model that is fitted to pairs and is `linear`, minima are those of the samples'
    /// own loss.
    pub fn of(data: &Trajectories, modes: &[Mode], linear: bool) -> Option<Self> {
        let polished = linear && data.dimension() <= MOST_COLUMNS && modes.iter().all(|m| m.settled);
        Self::with_samples(data, modes, (true, ANOTHER), if polished { MOST_PAIRS } else { 0 })
    }

    /// The same beside fits of a linear model, or one with a constant: they end on the minima of the samples' own loss, whether the samples settle the modes or not.
    pub fn of_fits(data: &Trajectories, modes: &[Mode], linear: bool, affine: bool) -> Option<Self> {
        let pairs = data.pairs().count();
        let most = if linear && pairs.saturating_mul(data.dimension().saturating_pow(5)) <= MOST_WORK { pairs } else { 0 };
        let alone = modes.iter().filter(|mode| mode.lambda.im >= 0.0).count() == 1;
        Self::with_samples(data, modes, (affine, if alone { f64::INFINITY } else { ELSEWHERE }), most)
    }

    fn with_samples(data: &Trajectories, modes: &[Mode], (affine, another): (bool, f64), most: usize) -> Option<Self> {
        let Spacing::Uneven { .. } = data.spacing() else { return None };
        let pairs: Vec<_> = data.pairs().collect();
        let intervals: Vec<f64> = pairs.iter().map(|pair| pair.interval).collect();
        let coordinates = Coordinates::of(data, modes);
        let weights = modes
            .iter()
            .enumerate()
            .map(|(k, mode)| {
                let start = |pair: &crate::data::Pair<'_>| {
                    let t = &data.trajectories()[pair.trajectory];
                    t.times()[pair.row] - t.start()
                };
                let expected = |pair| (2.0 * mode.lambda.re * start(pair)).exp();
                let weight = |pair| coordinates.as_ref().map_or_else(|| expected(pair), |c| c.square(k, pair.from));
                pairs.iter().map(weight).collect::<Vec<f64>>()
            })
            .collect();
        let samples = coordinates.filter(|_| most > 0).map(|coordinates| {
            let every = pairs.len().div_ceil(most).max(1);
            let own = |p: &crate::data::Pair<'_>| (p.from.to_vec(), p.to.to_vec(), p.interval);
            let lambdas = modes.iter().map(|m| m.lambda).collect();
            OwnSamples { pairs: pairs.iter().step_by(every).map(own).collect(), coordinates, lambdas }
        });
        let place = modes.iter().map(|mode| &mode.equilibrium).find(|place| affine && place.len() == data.dimension());
        let centre = place.cloned().unwrap_or_else(|| vec![0.0; data.dimension()]);
        let square = |p: &crate::data::Pair<'_>| p.to.iter().zip(&centre).map(|(x, c)| (x - c).powi(2)).sum::<f64>();
        let motion = pairs.iter().map(square).sum::<f64>() / (pairs.len() * data.dimension()).max(1) as f64;
        (!intervals.is_empty()).then_some(Self { intervals, weights, centre, affine, another, motion, samples })
    }

    /// The mean square of the residuals of pairs at a minimum of this level.
    pub(super) fn stalled(&self, level: f64) -> f64 {
        level * level * self.motion
    }

    /// The loss of one mode through a method with m steps an interval, on so many intervals at most.
    fn loss(&self, method: &Method, mode: usize, lambda: Complex<f64>, substeps: u32, most: usize) -> Option<UnevenLoss> {
        let largest = self.weights[mode].iter().copied().fold(0.0, f64::max);
        let mut all: Vec<(f64, f64)> = self.intervals.iter().copied().zip(self.weights[mode].iter().map(|w| w / largest)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let together = all.len().div_ceil(most).max(1);
        let mean = |part: &[(f64, f64)]| {
            let weight: f64 = part.iter().map(|(_, w)| w).sum();
            let plain = part.iter().map(|(h, _)| h).sum::<f64>() / part.len() as f64;
            let interval = if weight > 0.0 { part.iter().map(|(h, w)| h * w).sum::<f64>() / weight } else { plain };
            Stretch { interval, substeps, weight }
        };
        UnevenLoss::new(method, lambda, all.chunks(together).map(mean).collect()).ok()
    }

    /// The minima for one mode, the lowest first, from the branches at the interval `sampling` says and from a grid.
    pub fn minima(
        &self,
        method: &Method,
        mode: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<(Branches, Vec<UnevenMinimum>)> {
        self.found(method, (mode, lambda), sampling, limits, (MOST_INTERVALS, true))
    }

    /// The same in short: fewer intervals, no grid.
    pub(super) fn minima_in_short(
        &self,
        method: &Method,
        mode: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<Branches> {
        self.found(method, (mode, lambda), sampling, limits, (FEW_INTERVALS, false)).map(|(found, _)| found)
    }

    fn found(
        &self,
        method: &Method,
        (mode, lambda): (usize, Complex<f64>),
        sampling: Sampling,
        limits: Limits,
        (most, grid): (usize, bool),
    ) -> Option<(Branches, Vec<UnevenMinimum>)> {
        let loss = self.loss(method, mode, lambda, sampling.substeps(), most)?;
        let even = LearningEquation::of(method).ok()?.branches(lambda, sampling).ok()?;
        let reach = limits.reach * lambda.norm();
        let near = |b: &&Branch| b.principal || b.lambda.norm() <= 1.5 * reach;
        let starts: Vec<Complex<f64>> = even.branches.iter().filter(near).map(|b| b.lambda).chain([lambda]).collect();
        let mut minima = loss.minima(&starts, if grid { reach } else { 0.0 });
        if lambda.im == 0.0 {
            // The mirror image of a minimum is one too; a real one is known to be real.
            for minimum in &mut minima {
                if minimum.lambda.im.abs() <= minimum.radius.unwrap_or(0.0).max(1e-12 * minimum.lambda.norm()) {
                    minimum.lambda.im = 0.0;
                }
            }
        }
        minima.retain(|minimum| minimum.lambda.norm() <= 1.5 * reach.max(minimum_size(&even)));
        let mut counts = counts(&minima);
        if grid {
            self.polish(method, (mode, lambda), sampling, &mut minima, &mut counts);
            if self.another > ANOTHER {
                minima.sort_by(|a, b| a.level.total_cmp(&b.level));
                counts = self::counts(&minima);
            }
        }
        Some((counted(even, &minima, &counts, lambda, sampling)?, minima))
    }
}

impl UnevenTimes {
    /// Moves each of the lowest minima to the one of the samples' own loss beside it, with the level there; two that have become one are told once.
    fn polish(
        &self,
        method: &Method,
        (mode, lambda): (usize, Complex<f64>),
        sampling: Sampling,
        minima: &mut Vec<UnevenMinimum>,
        counts: &mut Vec<bool>,
    ) {
        let Some(own) = &self.samples else { return };
        let pair = |(from, to, interval): &(Vec<f64>, Vec<f64>, f64)| StatePair {
            from: from.clone(),
            to: to.clone(),
            interval: *interval,
            substeps: sampling.substeps(),
        };
        let pairs: Vec<StatePair> = own.pairs.iter().map(pair).collect();
        let Ok(loss) = MatrixLoss::new(method, &pairs, &self.centre, self.affine) else { return };
        // The other modes where the loop most likely has them.
        let mut learned = own.lambdas.clone();
        let place = own.coordinates.places[mode];
        for k in (0..learned.len()).filter(|&k| own.coordinates.places[k] != place) {
            let truth = own.lambdas[k];
            let near = self.loss(method, k, truth, sampling.substeps(), FEW_INTERVALS).and_then(|l| l.minimum_near(truth));
            learned[k] = near.map_or(truth, |minimum| minimum.lambda);
        }
        for minimum in minima.iter_mut().take(MOST_POLISHED) {
            let of_mode = std::iter::zip(&own.coordinates.places, &own.lambdas).zip(&mut learned).filter(|((p, _), _)| **p == place);
            for ((_, truth), learned) in of_mode {
                *learned = if *truth == own.lambdas[mode] { minimum.lambda } else { minimum.lambda.conj() };
            }
            let Some(start) = own.coordinates.matrix(&own.lambdas, &learned) else { continue };
            let Some(found) = loss.minimum_near(&start) else { continue };
            let Some(values) = spectrum(&found.matrix) else { continue };
            let apart = |z: &Complex<f64>| (z - minimum.lambda).norm();
            let Some(nearest) = values.iter().copied().min_by(|a, b| apart(a).total_cmp(&apart(b))) else { continue };
            if apart(&nearest) <= self.another * minimum.lambda.norm() && (lambda.im != 0.0 || nearest.im == 0.0) {
                (minimum.lambda, minimum.level, minimum.radius) = (nearest, found.level, None);
                minimum.of_samples = own.pairs.len() == self.intervals.len();
            }
        }
        let mut k = 1;
        while k < minima.len() {
            let near = |other: &UnevenMinimum| (other.lambda - minima[k].lambda).norm() <= 1e-7 * minima[k].lambda.norm();
            if minima[..k].iter().any(near) {
                minima.remove(k);
                counts.remove(k);
            } else {
                k += 1;
            }
        }
    }
}

/// Which minima count, of the lowest first: the lowest, and those where the loss does not visibly fail.
pub(super) fn counts(minima: &[UnevenMinimum]) -> Vec<bool> {
    minima.iter().enumerate().map(|(k, minimum)| k == 0 || minimum.level <= VISIBLE).collect()
}

/// The minima that count in the place of the branches of the even problem, the lowest as the principal one; `None` where there is none.
pub(super) fn counted(
    even: Branches,
    minima: &[UnevenMinimum],
    counts: &[bool],
    lambda: Complex<f64>,
    sampling: Sampling,
) -> Option<Branches> {
    let counted = minima.iter().zip(counts).filter(|(_, counts)| **counts).map(|(minimum, _)| minimum);
    let branches: Vec<Branch> = counted
        .enumerate()
        .map(|(k, minimum)| {
            let radius = minimum.radius.unwrap_or(1e-9 * minimum.lambda.norm());
            Branch {
                lambda: minimum.lambda,
                z: minimum.lambda * sampling.step().get(),
                radius,
                solutions: 1,
                residual: 0.0,
                condition: 1.0,
                principal: k == 0,
                flags: flags(lambda, minimum.lambda, radius),
            }
        })
        .collect();
    let principal = if branches.is_empty() { return None } else { Principal::Branch(0) };
    Some(Branches { at_infinity: 0, branches, principal, characteristic: None, lambda, ..even })
}

/// The size of the principal branch of the even problem.
fn minimum_size(even: &Branches) -> f64 {
    even.principal().map_or(0.0, |branch| branch.lambda.norm())
}

/// Coordinates in which the modes move apart.
#[derive(Clone, Debug)]
pub(super) struct Coordinates {
    /// V⁻¹.
    inverse: DMatrix<f64>,
    equilibrium: Vec<f64>,
    /// For each mode, its rows of V⁻¹.
    places: Vec<(usize, usize)>,
}

impl Coordinates {
    /// From the amplitudes of the modes in the longest trajectory; `None` where they are not those of one linear system of all columns.
    pub fn of(data: &Trajectories, modes: &[Mode]) -> Option<Self> {
        let d = data.dimension();
        let equilibrium = modes.first()?.equilibrium.clone();
        if modes.len() != d || modes.iter().any(|mode| mode.equilibrium != equilibrium) {
            return None;
        }
        let longest = data.trajectories().iter().max_by_key(|t| t.samples())?;
        let rows: Vec<usize> =
            (0..longest.samples()).filter(|k| longest.states()[k * d..(k + 1) * d].iter().all(|x| x.is_finite())).collect();
        let mut places = vec![(0, 0); d];
        let mut columns: Vec<Complex<f64>> = Vec::new();
        for (k, mode) in modes.iter().enumerate().filter(|(_, mode)| mode.lambda.im >= 0.0) {
            let wide = if mode.lambda.im > 0.0 { 2 } else { 1 };
            places[k] = (columns.len(), wide);
            columns.extend(std::iter::repeat_n(mode.lambda, wide));
            if let Some(twin) = modes.iter().position(|other| wide == 2 && other.lambda == mode.lambda.conj()) {
                places[twin] = places[k];
            }
        }
        if columns.len() != d || rows.len() < 2 * d {
            return None;
        }
        let basis = DMatrix::from_fn(rows.len(), d, |i, j| {
            let value = (columns[j] * (longest.times()[rows[i]] - longest.start())).exp();
            if j > 0 && columns[j].im > 0.0 && columns[j - 1] == columns[j] && places.iter().any(|p| *p == (j - 1, 2)) {
                value.im
            } else {
                value.re
            }
        });
        // A drift rests nowhere, and squares of the largest numbers overflow.
        if equilibrium.len() != d || !basis.iter().all(|v| v.is_finite()) {
            return None;
        }
        let states = DMatrix::from_fn(rows.len(), d, |i, c| longest.states()[rows[i] * d + c] - equilibrium[c]);
        let amplitudes = SVD::try_new(basis, true, true, f64::EPSILON, MOST_SWEEPS)?.solve(&states, 1e-12).ok()?;
        let directions = Some(amplitudes.transpose()).filter(|all| all.iter().all(|v| v.is_finite()))?;
        let values = SVD::try_new(directions.clone(), false, false, f64::EPSILON, MOST_SWEEPS)?.singular_values;
        if values.min() <= DEPENDENT * values.max() {
            return None;
        }
        Some(Self { inverse: directions.try_inverse()?, equilibrium, places })
    }

    /// The real matrix with these eigenvalues in place of the modes' own.
    pub fn matrix(&self, lambdas: &[Complex<f64>], learned: &[Complex<f64>]) -> Option<DMatrix<f64>> {
        let mut blocks = DMatrix::zeros(lambdas.len(), lambdas.len());
        for ((first, wide), (truth, learned)) in self.places.iter().zip(lambdas.iter().zip(learned)) {
            let first = *first;
            blocks[(first, first)] = learned.re;
            if *wide == 2 && truth.im > 0.0 {
                blocks[(first + 1, first + 1)] = learned.re;
                blocks[(first, first + 1)] = -learned.im;
                blocks[(first + 1, first)] = learned.im;
            }
        }
        Some(self.inverse.clone().try_inverse()? * blocks * &self.inverse)
    }

    /// The square of a mode's amplitude in a state.
    fn square(&self, mode: usize, state: &[f64]) -> f64 {
        let (first, wide) = self.places[mode];
        let along = |row: usize| -> f64 {
            state.iter().zip(&self.equilibrium).enumerate().map(|(c, (x, e))| self.inverse[(row, c)] * (x - e)).sum()
        };
        (first..first + wide).map(|row| along(row).powi(2)).sum()
    }
}
