//! Linear motion that noise keeps going, seen in all of its state.
//!
//! ```text
//! x_{n+1} = c + Φ x_n + e_n,     e white,     λ = log μ / H for the eigenvalues μ of Φ
//! ```
//!
//! Here regression is right, and its errors are those of chance: dμ = wᴴ dΦ v / wᴴ v for left and right eigenvectors, with the covariance of Φ from the residuals
//! themselves, whatever their size at each row (White, Econometrica 48, 1980). What would make it wrong is looked for first: earlier rows, powers and products of the
//! columns, or a Φ that changes with time, none of which may tell more of the residuals than chance (Breusch & Pagan, Review of Economic Studies 47, 1980).

use super::linear_model::VAGUE;
use crate::dynamics::spectrum;
use crate::truth::chance::chi_square::chi_square;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::finding::Because;
use crate::truth::flow::identifiability::{matched, surrounded};
use crate::truth::map::discrete_map::Monomials;
use crate::truth::samples::runs::Samples;
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;
use std::f64::consts::{PI, TAU};

type C = Complex<f64>;

/// Rows before the last that are looked at.
const PAST: usize = 3;
/// Rows below which the tests see too little; of one column, whose regression is the easiest to mistake, more.
const LEAST_ROWS: usize = 200;
const LEAST_ROWS_OF_ONE: usize = 1000;
/// Rows for each regressor that is tried.
const ROWS_PER_REGRESSOR: usize = 10;
/// The degree of the map that may be curved, and columns up to which it is tried.
const CURVED: usize = 3;
const MOST_COLUMNS: usize = 8;
/// Regressors of unit length that leave less than this square along a direction depend on each other.
const DEPENDENT: f64 = 1e-12;
/// Rows that are looked at.
const MOST_ROWS: usize = 50_000;
/// Deviations of a normal variable that chance exceeds once in a thousand.
const RARELY: f64 = 3.09;
/// Intervals at once, at most.
const FARTHEST: f64 = 50.0;
/// The bias of λ, times the whole time: of a decay, whose multiplier is 1 + 3μ too small over the number of rows (Kendall, Biometrika 41, 1954), and of an oscillation,
/// which the mean does not touch: 2μ.
const BIAS_OF_DECAY: f64 = 4.0;
const BIAS_OF_OSCILLATION: f64 = 2.0;
/// Of a complex number with errors of the same size in both parts: the radius that holds 68 %, in roots of the mean square.
const RADIUS: f64 = 1.07;
/// How often chance alone is taken for a tone, and rows that are looked at for one.
const CHANCE_OF_TONE: f64 = 1e-3;
const MOST_ROWS_FOR_TONES: usize = 3000;
/// Uncertainties from zero: a walk without any rest is this near by chance more often than a normal variable (Dickey & Fuller, J. Am. Stat. Assoc. 74, 1979).
const VANISHES: f64 = 5.0;
/// A multiplier this near the negative axis, in parts of π, is no flow's.
const EDGE: f64 = 0.05;

/// What is left of linear motion when chance is averaged away.
#[derive(Clone, Debug)]
pub(crate) struct NoiseDriven {
    /// Im λ ≥ 0, the slowest first.
    pub modes: Vec<MeanMode>,
    /// Where the mean motion rests, in the data's own variables.
    pub equilibrium: Vec<f64>,
    /// What chance does in one interval, relative to the motion in it.
    pub chance: f64,
}

/// One mode of the mean motion.
#[derive(Clone, Debug)]
pub(crate) struct MeanMode {
    pub lambda: C,
    pub uncertainty: f64,
    pub because: Vec<Because>,
}

/// The regression of a row on functions of the one before, and what belongs to it.
struct Regression {
    /// 1, the row before, and what else there is; rows × regressors.
    design: DMatrix<f64>,
    /// Regressors × columns.
    solution: DMatrix<f64>,
    residuals: DMatrix<f64>,
    /// Rows × regressors: (ZᵀZ)⁻¹z for each.
    influence: DMatrix<f64>,
    /// How each regressor changes with each column where the mean motion rests; regressors × columns.
    slopes: DMatrix<f64>,
}

impl Regression {
    /// On the monomials of the row before up to a degree; slopes where the mean motion rests.
    fn of(now: &DMatrix<f64>, next: &DMatrix<f64>, degree: usize, rest: &[f64]) -> Option<Self> {
        let monomials = Monomials::up_to(degree, now.ncols());
        let mut values = Vec::new();
        let mut design = DMatrix::zeros(now.nrows(), monomials.count());
        for (row, mut into) in now.row_iter().zip(design.row_iter_mut()) {
            monomials.values(row.transpose().as_slice(), &mut values);
            into.iter_mut().zip(&values).for_each(|(x, value)| *x = *value);
        }
        monomials.values(rest, &mut values);
        let slopes = monomials.derivatives(rest, &values);
        let normal = design.tr_mul(&design).cholesky()?;
        let solution = normal.solve(&design.tr_mul(next));
        let residuals = next - &design * &solution;
        let influence = normal.solve(&design.transpose()).transpose();
        Some(Self { design, solution, residuals, influence, slopes })
    }

    fn linear(now: &DMatrix<f64>, next: &DMatrix<f64>) -> Option<Self> {
        Self::of(now, next, 1, &vec![0.0; now.ncols()])
    }

    /// The Jacobian where the mean motion rests: Φ, if nothing is curved.
    fn map(&self) -> DMatrix<f64> {
        self.solution.tr_mul(&self.slopes)
    }

    /// Whether further regressors tell more of the residuals of any column than chance does once in a thousand.
    fn is_told_by(&self, further: &DMatrix<f64>) -> bool {
        self.tells(&self.residuals, further)
    }

    /// Whether they tell the size of the residuals: noise that depends on the state.
    fn sizes_are_told_by(&self, further: &DMatrix<f64>) -> bool {
        let squares = self.residuals.map(|e| e * e);
        self.tells(&(&squares - &self.design * self.influence.tr_mul(&squares)), further)
    }

    fn tells(&self, of: &DMatrix<f64>, further: &DMatrix<f64>) -> bool {
        let mut own = further - &self.design * self.influence.tr_mul(further);
        own.column_iter_mut().for_each(|mut x| x /= x.norm().max(f64::MIN_POSITIVE));
        let Some(values) = nalgebra::SymmetricEigen::try_new(own.tr_mul(&own), f64::EPSILON, 1000) else { return true };
        let kept: Vec<usize> = (0..values.eigenvalues.len()).filter(|&k| values.eigenvalues[k] > DEPENDENT).collect();
        let along = values.eigenvectors.tr_mul(&own.tr_mul(of));
        let freedom = (self.design.nrows() - self.design.ncols()) as f64;
        let bound = chi_square(kept.len() as f64, RARELY);
        (0..of.ncols()).any(|j| {
            let told: f64 = kept.iter().map(|&k| along[(k, j)].powi(2) / values.eigenvalues[k]).sum();
            told > bound * of.column(j).norm_squared() / freedom
        })
    }

    /// E|dμ|² by the residuals, for the eigenvalue μ of its map.
    fn variance(&self, mu: C) -> Option<f64> {
        let map = self.map();
        let d = map.nrows();
        let influence = &self.influence * &self.slopes;
        let shifted = map.map(C::from) - DMatrix::from_diagonal_element(d, d, mu);
        let svd = nalgebra::SVD::try_new(shifted, true, true, f64::EPSILON, 1000)?;
        let smallest = svd.singular_values.imin();
        let right: DVector<C> = svd.v_t?.row(smallest).adjoint();
        let left: DVector<C> = svd.u?.column(smallest).into_owned();
        let overlap = left.dotc(&right).norm_sqr();
        let sum: f64 = (0..self.residuals.nrows())
            .map(|n| {
                let leverage = self.design.row(n).dot(&self.influence.row(n));
                let by_residual: C = (0..d).map(|j| left[j].conj() * self.residuals[(n, j)]).sum::<C>() / (1.0 - leverage).max(1e-3);
                let by_row: C = (0..d).map(|j| right[j] * influence[(n, j)]).sum();
                (by_residual * by_row).norm_sqr()
            })
            .sum();
        (overlap > 0.0).then_some(sum / overlap)
    }
}

/// Rows of samples with those before and after them.
struct Places<'a> {
    samples: &'a Samples,
    /// (run, row), with the rows before and the next there.
    at: Vec<(usize, usize)>,
}

impl<'a> Places<'a> {
    fn of(samples: &'a Samples) -> Self {
        let rows = samples.runs.iter().enumerate().flat_map(|(k, run)| (PAST..run.rows().saturating_sub(1)).map(move |i| (k, i)));
        let there = |&(k, i): &(usize, usize)| (i - PAST..=i + 1).all(|row| samples.runs[k].complete(row));
        Self { samples, at: rows.filter(there).collect() }
    }

    /// The rows so many after these, those that are there only.
    fn shifted(&self, shift: isize) -> DMatrix<f64> {
        let cell = |&(k, i): &(usize, usize), j| self.samples.runs[k].states[(i.saturating_add_signed(shift), j)];
        DMatrix::from_fn(self.at.len(), self.samples.dimension(), |r, j| cell(&self.at[r], j))
    }

    /// Φ of so many intervals at once.
    fn map_of(&self, intervals: usize) -> Option<DMatrix<f64>> {
        let runs = &self.samples.runs;
        let there = |&&(k, i): &&(usize, usize)| i + intervals < runs[k].rows() && runs[k].complete(i + intervals);
        let far = Self { samples: self.samples, at: self.at.iter().filter(there).copied().collect() };
        Some(Regression::linear(&far.shifted(0), &far.shifted(intervals as isize))?.map())
    }
}

/// The modes of the mean motion, where nothing tells against it and one of them is settled; of samples at even times.
pub(crate) fn noise_driven(samples: &Samples) -> Option<NoiseDriven> {
    let d = samples.dimension();
    if !samples.even || samples.rows() < if d == 1 { LEAST_ROWS_OF_ONE } else { LEAST_ROWS } {
        return None;
    }
    let samples = &samples.thinned(MOST_ROWS, 2);
    let places = Places::of(samples);
    let (now, next) = (places.shifted(0), places.shifted(1));
    if d > MOST_COLUMNS || now.nrows() < ROWS_PER_REGRESSOR * Monomials::number(CURVED, d)? {
        return None;
    }
    let fit = Regression::linear(&now, &next)?;
    let rest = (DMatrix::identity(d, d) - fit.map()).lu().solve(&fit.solution.row(0).transpose())?;
    let count = now.nrows() as f64;
    let with_time = DMatrix::from_fn(now.nrows(), d + 1, |r, j| (r as f64 / count - 0.5) * fit.design[(r, j)]);
    let curved = Regression::of(&now, &next, CURVED, rest.as_slice())?;
    let products = curved.design.columns(d + 1, curved.design.ncols() - d - 1).into_owned();
    let told = fit.is_told_by(&products)
        || fit.is_told_by(&with_time)
        || fit.sizes_are_told_by(&products)
        || (1..=PAST).any(|back| fit.is_told_by(&places.shifted(-(back as isize))));
    if told || !Whiteness::of(std::slice::from_ref(&fit.residuals)).holds(false) || has_tone(&fit.residuals) || !is_visited(&now, &rest) {
        return None;
    }
    let modes = modes(&fit, &curved, &places)?;
    let chance = fit.residuals.norm() / (next - now).norm();
    Some(NoiseDriven { modes, equilibrium: samples.to_state(rest.as_slice()), chance })
}

/// The modes of a regression, if one is settled; what several intervals at once say of them, and what a map that may be curved leaves open, is part of the uncertainty.
fn modes(fit: &Regression, curved: &Regression, places: &Places) -> Option<Vec<MeanMode>> {
    let h = places.samples.interval;
    let duration = places.at.len() as f64 * h;
    let multipliers = spectrum(&fit.map())?;
    let of_curved = matched(&multipliers, spectrum(&curved.map())?);
    let mut modes = Vec::new();
    for (k, &mu) in multipliers.iter().enumerate().filter(|(_, mu)| mu.im >= 0.0) {
        let deviation = fit.variance(mu)?.sqrt();
        if mu.im == 0.0 && mu.re < 0.0 && mu.norm() > 3.0 * deviation {
            return None;
        }
        let lambda = mu.ln() / h;
        let (radius, bias) = if mu.im > 0.0 { (RADIUS, BIAS_OF_OSCILLATION) } else { (1.0, BIAS_OF_DECAY) };
        let by_chance = radius * deviation.max(curved.variance(of_curved[k])?.sqrt()) / (mu.norm() * h);
        let mut uncertainty = by_chance.hypot(bias / duration).hypot((of_curved[k] / mu).ln().norm() / h);
        let times = [1.0 / lambda.norm(), (1.0 / lambda.re.abs()).min(3.0 / lambda.norm())];
        for intervals in times.map(|t| (t / h).round().clamp(2.0, FARTHEST) as usize) {
            let powers: Vec<C> = multipliers.iter().map(|mu| mu.powu(intervals as u32)).collect();
            let of_several = matched(&powers, spectrum(&places.map_of(intervals)?)?)[k];
            uncertainty = uncertainty.hypot((of_several / powers[k]).ln().norm() / (intervals as f64 * h));
        }
        if lambda.re > uncertainty {
            return None;
        }
        let because = if lambda.im * h > PI * (1.0 - EDGE) {
            vec![Because::NoRealFlow]
        } else if lambda.norm() <= VANISHES * uncertainty {
            vec![Because::LinearPartVanishes]
        } else if uncertainty.is_nan() || uncertainty > VAGUE * lambda.norm() {
            vec![Because::Vague]
        } else {
            Vec::new()
        };
        modes.push(MeanMode { lambda, uncertainty, because });
    }
    modes.sort_by(|a, b| b.lambda.re.total_cmp(&a.lambda.re));
    modes.iter().any(|mode| mode.because.is_empty()).then_some(modes)
}

/// Whether rows lie close to a point on all sides.
fn is_visited(rows: &DMatrix<f64>, point: &DVector<f64>) -> bool {
    let half: Vec<f64> = rows.column_iter().map(|x| 0.5 * (x.max() - x.min()).max(f64::MIN_POSITIVE)).collect();
    let scaled = |x: &mut dyn Iterator<Item = f64>| x.zip(&half).map(|(x, half)| x / half).collect::<Vec<f64>>();
    let all: Vec<Vec<f64>> = rows.row_iter().map(|row| scaled(&mut row.iter().copied())).collect();
    surrounded(&all, &scaled(&mut point.iter().copied()), 0.0)
}

/// Whether one frequency has more of a column's residuals than chance gives any (Fisher, Proc. R. Soc. A 125, 1929): something outside that comes back.
fn has_tone(residuals: &DMatrix<f64>) -> bool {
    let n = residuals.nrows().min(MOST_ROWS_FOR_TONES);
    let frequencies = (n - 1) / 2;
    let least = 1.0 - (CHANCE_OF_TONE / frequencies as f64).powf(1.0 / (frequencies as f64 - 1.0));
    let turns: Vec<C> = (1..=frequencies).map(|k| C::from_polar(1.0, TAU * k as f64 / n as f64)).collect();
    residuals.column_iter().any(|column| {
        // Horner's rule for all frequencies at once.
        let mut sums = vec![C::ZERO; frequencies];
        for e in column.iter().take(n).rev() {
            sums.iter_mut().zip(&turns).for_each(|(sum, turn)| *sum = *sum * turn + e);
        }
        let (most, total) = sums.iter().map(|sum| sum.norm_sqr()).fold((0.0f64, 0.0), |(most, total), p| (most.max(p), total + p));
        most > least * total
    })
}
