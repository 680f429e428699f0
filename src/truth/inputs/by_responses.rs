//! What samples with inputs tell by sums of responses: at any times, of a state that is seen in part, with rows and cells missing.

use super::between::Between;
use super::forced_run::ForcedRun;
use super::response_search::{Orders, thinned};
use super::response_sum::{Forced, ResponseSum};
use crate::data::{Hold, Trajectories};
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponentials::residual_sizes;
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::finding::Because;
use crate::truth::linear::linear_model::VAGUE;
use crate::truth::samples::runs::{Samples, Stretch};
use nalgebra::DMatrix;
use num_complex::Complex;
use std::f64::consts::PI;

/// Columns beyond which nobody asks.
const MOST_COLUMNS: usize = 6;
/// Exponentials that are looked for: so many, and some beyond the columns.
const LOOKED_FOR: usize = 6;
const BEYOND_COLUMNS: usize = 2;
/// Chance beyond so many deviations is none: once in a thousand.
const RARE: f64 = 3.09;
/// Residuals of columns differ in size by more than this: then each counts by its own.
const ALIKE: f64 = 0.5;
const LEAST_SIZE: f64 = 1e-6;
/// A model that leaves more than this of the motion explains nothing.
const LEAST: f64 = 0.8;
/// Deviations of λ that |λ| must have to be told from zero.
const ABOVE_ZERO: f64 = 3.0;
/// Rows that are looked at.
const MOST_ROWS: usize = 20_000;
/// One more exponential counts, or two, where they gain more than chance does by so many deviations, which is too little to believe in them.
const ONE_MORE: f64 = 1.0;
const TWO_MORE: f64 = 2.5;
/// Another end of the search is another answer where it is so many deviations away.
const ANOTHER: f64 = 3.0;
/// An oscillation beyond the columns that decays by less than this power of e, or than so many deviations, may be what something else does to the columns.
const STEADY: f64 = 0.02;
const MAY_NOT_DECAY: f64 = 2.5;
/// Beyond the columns more decays than this, or pairs that fall by e before they turn by so many radians, are the series of a motion that no sum is, however clean the samples.
const MOST_HIDDEN: usize = 3;
const UNDERDAMPED: f64 = 5.0;
/// What grows by this power of e is seen, or the sum is no system's.
const SEEN_GROWTH: f64 = 1.0;
/// What falls by this power of e from row to row is gone before it is seen.
const GONE: f64 = -3.0;
/// Richer sums are no better than poorer ones that leave less than so many times as much.
const BETTER: f64 = 2.0;

/// What was found.
pub(super) struct Told {
    pub modes: Vec<ToldMode>,
    /// Exponentials, a pair as two.
    pub count: usize,
    pub between: Between,
    /// Whether nothing but noise is left.
    pub explains: bool,
    /// Root mean square of what is left, relative to the motion from row to row.
    pub residual: f64,
    /// Where the system rests with all inputs at 0, in the data's own variables.
    pub equilibrium: Vec<f64>,
    /// λ of as many exponentials as columns and one, where those leave much less than as many as columns.
    richer: Option<Vec<Complex<f64>>>,
}

/// A mode, with its mirror image where it turns.
pub(super) struct ToldMode {
    pub lambda: Complex<f64>,
    pub uncertainty: f64,
    pub because: Vec<Because>,
    /// How far it may be from modes that the noise hides.
    hidden: f64,
}

impl Told {
    /// How far a rate that another estimator found may be from modes that the noise, or what is left, may hide.
    pub fn hidden_near(&self, lambda: Complex<f64>) -> f64 {
        let up = Complex::new(lambda.re, lambda.im.abs());
        if !self.explains {
            return self.richer.as_ref().map_or(0.0, |richer| nearest(richer, up));
        }
        let near = self.modes.iter().min_by(|a, b| (a.lambda - up).norm().total_cmp(&(b.lambda - up).norm()));
        near.map_or(0.0, |near| near.hidden)
    }
}

/// The distance to the nearest of some rates.
fn nearest(rates: &[Complex<f64>], lambda: Complex<f64>) -> f64 {
    rates.iter().map(|other| (other - lambda).norm()).fold(f64::INFINITY, f64::min)
}

/// The samples as runs: over the gaps, or each between two of them.
struct Rows {
    samples: Samples,
    inputs: Vec<DMatrix<f64>>,
    times: Vec<Vec<f64>>,
}

impl Rows {
    fn of(data: &Trajectories, over_gaps: bool) -> Option<Self> {
        let (d, m) = (data.dimension(), data.inputs().len());
        let mut runs: Vec<(Vec<f64>, Vec<f64>, Vec<f64>)> = Vec::new();
        for (k, t) in data.trajectories().iter().enumerate() {
            let counted = |gap: &&crate::data::Gap| gap.trajectory == k && !(over_gaps && gap.missing.is_some());
            let breaks: Vec<usize> = data.gaps().iter().filter(counted).map(|gap| gap.after + 1).collect();
            let mut run: (Vec<f64>, Vec<f64>, Vec<f64>) = Default::default();
            for row in 0..t.samples() {
                let (x, u) = (&t.states()[row * d..(row + 1) * d], &t.inputs()[row * m..(row + 1) * m]);
                // Where no cell is there the input is known all the same.
                let there = u.iter().all(|u| !u.is_nan());
                if breaks.contains(&row) || (!there && !over_gaps) {
                    runs.push(std::mem::take(&mut run));
                }
                if there {
                    run.0.push(t.times()[row]);
                    run.1.extend(x);
                    run.2.extend(u);
                }
            }
            runs.push(run);
        }
        runs.retain(|run| run.0.len() >= 2);
        let stretches: Vec<Stretch> = runs.iter().map(|(times, states, _)| Stretch { times, states, dimension: d }).collect();
        let samples = Samples::of(&stretches)?;
        let inputs = runs.iter().map(|(times, _, u)| DMatrix::from_row_slice(times.len(), m, u)).collect();
        Some(Self { samples, inputs, times: runs.into_iter().map(|run| run.0).collect() })
    }

    fn forced(&self, between: Between, weights: &[f64]) -> Forced {
        let runs = self.samples.runs.iter().zip(self.times.iter().zip(&self.inputs));
        let runs = runs.map(|(run, (times, inputs))| ForcedRun::of(times, run.states.clone(), inputs, between)).collect();
        let forced = Forced { runs, interval: self.samples.interval, even: self.samples.even, weights: weights.to_vec() };
        thinned(&forced, MOST_ROWS)
    }

    /// The mean square of the motion from row to row.
    fn motion(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0usize);
        for run in &self.samples.runs {
            let steps = run.states.rows(1, run.rows() - 1) - run.states.rows(0, run.rows() - 1);
            for step in steps.iter().filter(|step| !step.is_nan()) {
                sum += step * step;
                count += 1;
            }
        }
        (sum / count.max(1) as f64).max(f64::MIN_POSITIVE)
    }
}

/// What the samples tell; `None` where they are too few, or the columns too many.
pub(super) fn by_responses(data: &Trajectories, known: &[Complex<f64>]) -> Option<Told> {
    if data.dimension() > MOST_COLUMNS {
        return None;
    }
    let rows = Rows::of(data, true)?;
    let known: Vec<Rate> = known.iter().filter(|l| l.im >= 0.0).map(|l| Rate::of(*l)).collect();
    let mut found = Tried::of(&rows, data.hold(), &known)?;
    let apart = Rows::of(data, false).filter(|apart| apart.times.len() > rows.times.len());
    let rows = match apart {
        // What an input does while no row is there nobody knows.
        Some(apart) => match found.contradicted(&apart) {
            true => {
                found = Tried::of(&apart, data.hold(), &known)?;
                apart
            }
            false => rows,
        },
        None => rows,
    };
    found.told(&rows)
}

/// Whether modes beyond the columns are such as bend to what no linear system does: a series of decays, or growth that the samples do not tell.
fn is_no_system(modes: &[ToldMode], columns: usize, duration: f64) -> bool {
    let overdamped = modes.iter().filter(|mode| mode.lambda.im < UNDERDAMPED * mode.lambda.re.abs());
    let decays: usize = overdamped.map(|mode| if mode.lambda.im > 0.0 { 2 } else { 1 }).sum();
    let untold_growth = |mode: &ToldMode| mode.lambda.re * duration > SEEN_GROWTH && !mode.because.is_empty();
    decays > columns + MOST_HIDDEN || modes.iter().any(untold_growth)
}

/// Schwarz's criterion; residuals that are rounding are alike.
fn information(sum: &ResponseSum) -> f64 {
    let cells = sum.cells as f64;
    cells * (sum.square / cells).max(1e-18).ln() + sum.parameters as f64 * cells.ln()
}

/// The sums found with one idea of what inputs do between rows.
struct Tried {
    between: Between,
    orders: Orders,
    weights: Vec<f64>,
}

impl Tried {
    fn of(rows: &Rows, hold: Hold, known: &[Rate]) -> Option<Self> {
        let own = match hold {
            Hold::Zero => Between::Held,
            Hold::Linear => Between::Straight,
        };
        let mut best = Self::with(rows, own, known);
        let explains = |tried: &Self| tried.orders.chosen().is_some_and(|sum| sum.is_rounding() || sum.leaves_noise());
        for other in [Between::Held, Between::Straight, Between::Smooth].into_iter().filter(|other| *other != own) {
            if explains(&best) && !best.is_refused_by(rows, other) {
                continue;
            }
            let tried = Self::with(rows, other, known);
            let better = match (tried.orders.chosen(), best.orders.chosen()) {
                (Some(new), Some(old)) => information(new) + RARE * RARE < information(old),
                (new, None) => new.is_some(),
                _ => false,
            };
            if better {
                best = tried;
            }
        }
        Some(best)
    }

    fn with(rows: &Rows, between: Between, known: &[Rate]) -> Self {
        let columns = rows.samples.dimension();
        let most = LOOKED_FOR.max(columns + BEYOND_COLUMNS);
        let mut weights = vec![1.0; columns];
        let known: Vec<Vec<Rate>> = if known.is_empty() { Vec::new() } else { vec![known.to_vec()] };
        let mut orders = Orders::searched(&rows.forced(between, &weights), most, &known);
        for _ in 0..2 {
            let Some(chosen) = orders.chosen().filter(|sum| !sum.is_rounding()) else { break };
            let sizes: Vec<f64> =
                residual_sizes(&chosen.residuals, columns).iter().zip(&weights).map(|(size, weight)| size / weight).collect();
            let largest = sizes.iter().copied().fold(0.0, f64::max);
            let next: Vec<f64> = sizes.iter().map(|size| largest / size.max(LEAST_SIZE * largest).max(f64::MIN_POSITIVE)).collect();
            if next.iter().zip(&weights).all(|(a, b)| (a / b).max(b / a) < 1.0 / ALIKE) {
                break;
            }
            weights = next;
            orders = orders.refitted(&rows.forced(between, &weights));
        }
        Self { between, orders, weights }
    }

    /// Whether another idea of the inputs explains the samples better from the same rates: with fewer of them, or leaving less beyond chance.
    fn is_refused_by(&self, rows: &Rows, other: Between) -> bool {
        let Some(chosen) = self.orders.chosen() else { return true };
        let there = self.orders.refitted(&rows.forced(other, &self.weights));
        !chosen.is_rounding() && there.chosen().is_some_and(|there| information(there) + RARE * RARE < information(chosen))
    }

    /// Whether runs between the gaps, each with a start of its own, leave less than those over the gaps, beyond chance.
    fn contradicted(&self, apart: &Rows) -> bool {
        let Some(chosen) = self.orders.chosen() else { return true };
        let Some(there) = ResponseSum::fitted(&apart.forced(self.between, &self.weights), &chosen.rates) else { return false };
        // Runs of few rows take rows with them that fit nothing.
        let more = (there.parameters + chosen.cells).saturating_sub(chosen.parameters + there.cells).max(1);
        let least = there.variance().max(1e-18);
        let left_by_chance = chosen.is_rounding() || chosen.leaves_noise();
        !left_by_chance || (!chosen.is_rounding() && chosen.square - there.square > least * chi_square(more as f64, RARE))
    }

    fn told(&self, rows: &Rows) -> Option<Told> {
        let sum = self.orders.chosen().filter(|sum| sum.count() > 0)?;
        let largest = self.weights.iter().copied().fold(1.0, f64::max);
        // As many as were looked for may be too few.
        let ends = self.orders.of(sum.count() + 1).is_some() || sum.is_rounding();
        let explains = ends && (sum.is_rounding() || (sum.leaves_noise() && sum.level() < LEAST * largest));
        let columns = rows.samples.dimension();
        let mut modes: Vec<ToldMode> = (0..sum.rates.len()).map(|k| self.mode(sum, k, explains, rows)).collect();
        if sum.count() > columns && is_no_system(&modes, columns, rows.samples.duration()) {
            modes.iter_mut().filter(|mode| mode.because.is_empty()).for_each(|mode| mode.because.push(Because::NotDetermined));
        }
        let richer = self.orders.of(columns).zip(self.orders.of(columns + 1));
        let richer = richer.filter(|(poor, rich)| poor.level() > BETTER * rich.level()).map(|(_, rich)| rich.lambdas());
        let residual = sum.level() / largest / rows.motion().sqrt();
        let equilibrium = rows.samples.to_state(&sum.constant);
        Some(Told { modes, count: sum.count(), between: self.between, explains, residual, equilibrium, richer })
    }

    /// The k-th mode, with what keeps it from being told.
    fn mode(&self, sum: &ResponseSum, k: usize, explains: bool, rows: &Rows) -> ToldMode {
        let (lambda, by_chance) = (sum.lambdas()[k], sum.uncertainty[k]);
        let interval = rows.samples.interval;
        let hidden = if sum.is_rounding() { 0.0 } else { self.hidden(sum, k) };
        let uncertainty = by_chance.hypot(1e-12 * lambda.norm()).hypot(hidden);
        let steady = (STEADY / rows.samples.duration()).max(MAY_NOT_DECAY * by_chance);
        let mut because = Vec::new();
        if !explains {
            because.push(Because::NotExplained);
        }
        if rows.samples.even && lambda.im * interval > 0.95 * PI {
            because.push(Because::NoRealFlow);
        }
        if sum.count() > rows.samples.dimension() && lambda.im > 0.0 && lambda.re > -steady {
            because.push(Because::MayBeDriven);
        }
        if hidden > VAGUE * lambda.norm() {
            because.push(Because::NotDetermined);
        }
        if lambda.norm() <= ABOVE_ZERO * uncertainty {
            because.push(Because::LinearPartVanishes);
        } else if uncertainty > VAGUE * lambda.norm() || lambda.re * interval < GONE {
            because.push(Because::Vague);
        }
        ToldMode { lambda, uncertainty, because, hidden }
    }

    /// How far a mode may be from those that the noise hides: of one or two more, of others that leave as much, and of two that stand for it.
    fn hidden(&self, sum: &ResponseSum, k: usize) -> f64 {
        let lambda = sum.lambdas()[k];
        let more = |count: usize, beyond: f64| {
            let richer = self.orders.of(sum.count() + count).filter(|richer| richer.gain_in_deviations(sum) > beyond);
            richer.map_or(0.0, |richer| nearest(&richer.lambdas(), lambda))
        };
        let far = |distance: &f64| *distance > ANOTHER * sum.uncertainty[k];
        let of = |rates: &[Rate]| nearest(&rates.iter().map(|rate| rate.lambda()).collect::<Vec<_>>(), lambda);
        let rival = self.orders.rivals(sum.count()).map(of).filter(far).fold(0.0, f64::max);
        // Half of the distance of two of one size.
        let bend = sum.spread[k].map_or(0.0, |kappa| 0.5 * kappa.abs().sqrt());
        more(1, ONE_MORE).max(more(2, TWO_MORE)).max(rival).hypot(bend)
    }
}
