//! The discrete map fitted to noisy samples, by prediction errors.
//!
//! Regression of x_{n+1} on x_n takes the regressor as exact; when the samples carry noise, its coefficients shrink towards zero,
//! and every mode looks more damped than it is. Here the map is followed instead, corrected by a fraction `κ` of what each sample
//! shows:
//!
//! ```text
//! ŝ_{n+1} = Φ(ŝ_n + κ e_n),   e_n = y_n − ŝ_n,   ŝ_0 fitted
//! ```
//!
//! With κ = 1 this is regression, right when the motion itself is random; with κ = 0 it is a roll-out of Φ over the whole trajectory,
//! right when the motion is exact and the samples are noisy; between them it is a Kalman filter in its steady state, with a scalar
//! gain (the innovations form; Ljung, System Identification, 2nd ed. 1999, §4.3 and §7.2). The sum of squared prediction errors
//! decides between the gains as well as it does between coefficients.

use super::discrete_map::DiscreteMap;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The gains that are tried, from regression to roll-out; each starts where the one before it ended.
const GAINS: [f64; 5] = [1.0, 0.75, 0.5, 0.25, 0.0];
/// Steps of Levenberg–Marquardt for each gain.
const MOST_STEPS: usize = 60;
/// Coordinates are of size one; a root mean square error below this is rounding, and nothing is left to improve.
const ROUNDING: f64 = 1e-14;

/// A map that follows trajectories, and the states that it starts from.
pub(super) struct Observer {
    pub map: DiscreteMap,
    /// κ: how much of each prediction error is believed to be motion rather than noise.
    pub gain: f64,
    starts: Vec<DVector<f64>>,
    /// The sum of squared prediction errors.
    cost: f64,
}

/// What one sample says: the prediction error, and its derivatives (of ŝ_n) by the coefficients and by the start.
struct Sight<'a> {
    error: &'a DVector<f64>,
    /// coordinates × coefficients, these numbered row by row of the coefficient matrix
    by_coefficients: &'a DMatrix<f64>,
    /// coordinates × coordinates
    by_start: &'a DMatrix<f64>,
}

/// The normal equations of one trajectory's start, and how the start follows the coefficients.
struct StartEquations {
    normal: Cholesky<f64, Dyn>,
    cross: DMatrix<f64>,
    gradient: DVector<f64>,
}

/// Samples of each trajectory in the map's coordinates.
pub(super) type Samples = [Vec<DVector<f64>>];

impl Observer {
    /// The best of all gains, starting from the regression.
    pub fn fitted(regression: DiscreteMap, samples: &Samples) -> Self {
        let starts = samples.iter().map(|trajectory| trajectory[0].clone()).collect();
        let mut current = Self { map: regression, gain: GAINS[0], starts, cost: f64::INFINITY };
        let mut best: Option<Self> = None;
        let count: usize = samples.iter().map(Vec::len).sum();
        for gain in GAINS {
            current = Self { gain, cost: f64::INFINITY, ..current };
            current.cost = current.cost_of(&current.map, &current.starts, samples);
            current.improve(samples);
            if current.cost.is_finite() && best.as_ref().is_none_or(|b| current.cost < b.cost) {
                best = Some(current.copy());
            }
            if current.cost <= ROUNDING * ROUNDING * count as f64 {
                break;
            }
        }
        best.unwrap_or(current)
    }

    fn copy(&self) -> Self {
        Self { map: self.map.clone(), gain: self.gain, starts: self.starts.clone(), cost: self.cost }
    }

    /// Schwarz's information criterion (Annals of Statistics 1978), `n log(cost/n) + p log n`, with n the numbers in the samples and p the
    /// coefficients: of two degrees the one with the lesser value explains the samples better.
    ///
    /// One-step errors alone do not decide between degrees where the samples are noisy: a map of higher degree may win by moving each noisy
    /// sample to the curve that the motion lies on before it maps it.
    pub fn information(&self, samples: &Samples) -> f64 {
        let numbers = (samples.iter().map(Vec::len).sum::<usize>() * self.map.coordinates.count()) as f64;
        numbers * (self.cost / numbers).max(ROUNDING * ROUNDING).ln() + self.coefficients() as f64 * numbers.ln()
    }

    /// How many coefficients the map has.
    fn coefficients(&self) -> usize {
        self.map.coefficients.len()
    }

    fn cost_of(&self, map: &DiscreteMap, starts: &[DVector<f64>], samples: &Samples) -> f64 {
        let mut cost = 0.0;
        for (start, trajectory) in starts.iter().zip(samples) {
            let mut s = start.clone();
            for (n, y) in trajectory.iter().enumerate() {
                let error = y - &s;
                cost += error.norm_squared();
                // A roll-out that escapes need not be followed further.
                if !cost.is_finite() || cost > 1e100 {
                    return f64::INFINITY;
                }
                if n + 1 < trajectory.len() {
                    s = map.image(&(s + error * self.gain));
                }
            }
        }
        cost
    }

    /// Follows one trajectory with all derivatives.
    fn follow(&self, start: &DVector<f64>, trajectory: &[DVector<f64>], mut visit: impl FnMut(Sight)) {
        let r = start.len();
        let terms = self.map.monomials.count();
        let mut s = start.clone();
        let mut by_coefficients = DMatrix::zeros(r, self.coefficients());
        let mut by_start = DMatrix::identity(r, r);
        let mut values = Vec::with_capacity(terms);
        for (n, y) in trajectory.iter().enumerate() {
            let error = y - &s;
            visit(Sight { error: &error, by_coefficients: &by_coefficients, by_start: &by_start });
            if n + 1 == trajectory.len() {
                break;
            }
            let corrected = &s + &error * self.gain;
            self.map.monomials.values(corrected.as_slice(), &mut values);
            let jacobian = &self.map.coefficients * self.map.monomials.derivatives(corrected.as_slice(), &values) * (1.0 - self.gain);
            by_coefficients = &jacobian * by_coefficients;
            by_start = &jacobian * by_start;
            for i in 0..r {
                for (k, value) in values.iter().enumerate() {
                    by_coefficients[(i, i * terms + k)] += value;
                }
            }
            s = &self.map.coefficients * DVector::from_column_slice(&values);
        }
    }

    /// The normal matrix and gradient of the coefficients with the starts eliminated, and each start's own equations.
    ///
    /// `None` when a derivative is not finite.
    fn normal_equations(&self, samples: &Samples) -> Option<(DMatrix<f64>, DVector<f64>, Vec<StartEquations>)> {
        let (p, r) = (self.coefficients(), self.map.coordinates.count());
        let mut normal = DMatrix::zeros(p, p);
        let mut gradient = DVector::zeros(p);
        let mut of_starts = Vec::with_capacity(samples.len());
        for (start, trajectory) in self.starts.iter().zip(samples) {
            let mut cross = DMatrix::zeros(p, r);
            let mut start_normal = DMatrix::zeros(r, r);
            let mut start_gradient = DVector::zeros(r);
            self.follow(start, trajectory, |sight| {
                normal.gemm_tr(1.0, sight.by_coefficients, sight.by_coefficients, 1.0);
                cross.gemm_tr(1.0, sight.by_coefficients, sight.by_start, 1.0);
                start_normal.gemm_tr(1.0, sight.by_start, sight.by_start, 1.0);
                gradient.gemv_tr(1.0, sight.by_coefficients, sight.error, 1.0);
                start_gradient.gemv_tr(1.0, sight.by_start, sight.error, 1.0);
            });
            // The first sample contributes the identity, so this is definite unless it overflows.
            let start_normal = Cholesky::new(start_normal)?;
            normal -= &cross * start_normal.solve(&cross.transpose());
            gradient -= &cross * start_normal.solve(&start_gradient);
            of_starts.push(StartEquations { normal: start_normal, cross, gradient: start_gradient });
        }
        let finite = normal.iter().chain(gradient.iter()).all(|x| x.is_finite());
        finite.then_some((normal, gradient, of_starts))
    }

    /// Levenberg–Marquardt on the coefficients and the starts.
    fn improve(&mut self, samples: &Samples) {
        let mut damping = 1e-6;
        for _ in 0..MOST_STEPS {
            let Some((normal, gradient, of_starts)) = self.normal_equations(samples) else { return };
            let Some((candidate, candidate_starts, cost)) = self.step(&normal, &gradient, &of_starts, &mut damping, samples) else {
                return;
            };
            let gained = self.cost - cost;
            self.map = candidate;
            self.starts = candidate_starts;
            self.cost = cost;
            damping = (damping * 0.1).max(1e-14);
            if gained <= 1e-13 * self.cost {
                return;
            }
        }
    }

    /// The first step that lowers the cost, damped more and more until one does.
    fn step(
        &self,
        normal: &DMatrix<f64>,
        gradient: &DVector<f64>,
        of_starts: &[StartEquations],
        damping: &mut f64,
        samples: &Samples,
    ) -> Option<(DiscreteMap, Vec<DVector<f64>>, f64)> {
        let (r, terms) = self.map.coefficients.shape();
        while *damping < 1e8 {
            let mut damped = normal.clone();
            for k in 0..damped.nrows() {
                damped[(k, k)] += *damping * normal[(k, k)].max(f64::MIN_POSITIVE);
            }
            if let Some(factor) = Cholesky::new(damped) {
                let change = factor.solve(gradient);
                let starts: Vec<DVector<f64>> =
                    self.starts.iter().zip(of_starts).map(|(s, e)| s + e.normal.solve(&(&e.gradient - e.cross.tr_mul(&change)))).collect();
                let map = self.map.with(&self.map.coefficients + DMatrix::from_row_slice(r, terms, change.as_slice()));
                let cost = self.cost_of(&map, &starts, samples);
                if cost < self.cost {
                    return Some((map, starts, cost));
                }
            }
            *damping *= 10.0;
        }
        None
    }

    /// The correlation of successive prediction errors, and its standard error if there were none; `None` when the errors are rounding.
    pub fn error_correlation(&self, samples: &Samples) -> Option<(f64, f64)> {
        let (mut lagged, mut total, mut count) = (0.0, 0.0, 0);
        for (start, trajectory) in self.starts.iter().zip(samples) {
            let mut before: Option<DVector<f64>> = None;
            self.follow(start, trajectory, |sight| {
                lagged += before.as_ref().map_or(0.0, |b| b.dot(sight.error));
                total += sight.error.norm_squared();
                count += 1;
                before = Some(sight.error.clone());
            });
        }
        let rounding = 1e-12 * 1e-12 * f64::from(count);
        (total > rounding).then(|| (lagged / total, 1.0 / f64::from(count).sqrt()))
    }

    /// How the coefficients answer to the noise: calls `visit` once for each sample with the change of the coefficients' normal
    /// equations that its prediction error, scaled up for its leverage, makes; gives the factor that solves them.
    ///
    /// Each error is divided by 1 − (its leverage), which makes its square an honest estimate of its variance whatever the
    /// variances of the others (HC3: MacKinnon & White 1985, eq. 12; Davidson & Flachaire 2008).
    pub fn influences(&self, samples: &Samples, mut visit: impl FnMut(&DVector<f64>)) -> Option<Cholesky<f64, Dyn>> {
        let (mut normal, _, of_starts) = self.normal_equations(samples)?;
        for k in 0..normal.nrows() {
            normal[(k, k)] *= 1.0 + 1e-12;
        }
        let factor = Cholesky::new(normal)?;
        for ((start, trajectory), equations) in self.starts.iter().zip(samples).zip(&of_starts) {
            let follows = equations.normal.solve(&equations.cross.transpose());
            self.follow(start, trajectory, |sight| {
                let rows = sight.by_coefficients - sight.by_start * &follows;
                let solved = factor.solve(&rows.transpose());
                let start_solved = equations.normal.solve(&sight.by_start.transpose());
                let scaled = DVector::from_fn(sight.error.len(), |i, _| {
                    let leverage =
                        rows.row(i).transpose().dot(&solved.column(i)) + sight.by_start.row(i).transpose().dot(&start_solved.column(i));
                    sight.error[i] / (1.0 - leverage).max(1e-3)
                });
                visit(&rows.tr_mul(&scaled));
            });
        }
        Some(factor)
    }
}
