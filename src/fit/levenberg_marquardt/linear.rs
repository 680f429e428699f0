//! The linear problem of one iteration, in either space: J or JJᵀ at θ, and the step for a damping.

use super::{Reduced, Space, State};
use crate::fit::cholesky;
use crate::fit::normal::jacobian;
use crate::fit::objective::{difference, square};
use crate::fit::sweep::{Seeds, Sweep};
use crate::simd::gemm::{Pairs, Rows, RowsMut, multiply_transposed};
use crate::simd::padded;
use nalgebra::{DMatrix, DVector};

impl State<'_> {
    /// J at θ in the space's form; the largest diagonal entry of the normal matrix.
    pub(super) fn linearise(&mut self) -> f64 {
        let count = self.block.count;
        let n = self.block.n;
        let size = self.copies * n;
        let differenced = self.step.is_differenced();
        if !differenced && !matches!(self.space, Space::Parameters { chain: Some(_), .. }) {
            self.here.reverse(self.model, self.step, self.width, &self.theta, count, Seeds::Unit, &mut self.unit);
        }
        match &mut self.space {
            Space::Residuals { gram, .. } => {
                gram.fill(self.model, self.width, &self.here.tape, &self.unit, self.here.slots(self.step));
                (0..size).map(|i| gram.matrix[i * size + i]).fold(f64::MIN_POSITIVE, f64::max)
            }
            Space::Parameters { rows, columns, chain, reduced } => {
                let size = *columns;
                let residuals = match chain {
                    Some(chain) => {
                        let whole = (&self.here, &self.block);
                        if chain.jacobian(self.model, self.step, self.width, &self.theta, whole, rows).is_err() {
                            // No direction is known: the step is none, and the optimiser ends where it is.
                            rows.fill(0.0);
                        }
                        &chain.residuals
                    }
                    None if differenced => {
                        let evaluated =
                            |theta: &[f64], sweep: &mut Sweep| sweep.forward(self.model, self.step, self.width, theta, &self.block);
                        self.trial.copy_from_slice(&self.theta);
                        for (k, row) in rows.chunks_exact_mut(size).enumerate() {
                            let delta = difference(self.theta[k]);
                            self.trial[k] = self.theta[k] + delta;
                            let ahead = evaluated(&self.trial, &mut self.there);
                            row.copy_from_slice(&self.there.residuals);
                            self.trial[k] = self.theta[k] - delta;
                            let behind = evaluated(&self.trial, &mut self.there);
                            if ahead.and(behind).is_err() {
                                // No slope is known along this parameter.
                                row.fill(0.0);
                            } else {
                                row.iter_mut().zip(&self.there.residuals).for_each(|(a, b)| *a = (*a - b) / (2.0 * delta));
                            }
                            self.trial[k] = self.theta[k];
                        }
                        &self.here.residuals
                    }
                    None => {
                        jacobian(self.model, &self.here.tape, &self.unit, self.here.slots(self.step), self.copies, n, rows);
                        &self.here.residuals
                    }
                };
                if let Some(frozen) = self.frozen {
                    for (row, _) in rows.chunks_exact_mut(size).zip(frozen).filter(|(_, frozen)| **frozen) {
                        row.fill(0.0);
                    }
                }
                let p = self.theta.len();
                match reduced {
                    Reduced::Qr(r, projected) => {
                        let j = DMatrix::from_column_slice(size, p, rows);
                        let qr = j.qr();
                        let mut right = DMatrix::from_column_slice(size, 1, residuals);
                        qr.q_tr_mul(&mut right);
                        *r = qr.unpack_r();
                        *projected = DVector::from_column_slice(&right.as_slice()[..r.nrows()]);
                        (0..p).map(|c| r.column(c).norm_squared()).fold(f64::MIN_POSITIVE, f64::max)
                    }
                    Reduced::Normal { matrix, gradient, .. } => {
                        let padded = padded(p);
                        let pair = |b, length| Pairs::one(Rows(rows, size), Rows(b, length));
                        matrix.fill(0.0);
                        gradient.fill(0.0);
                        multiply_transposed(self.width, (p, p, size), pair(rows, size), RowsMut(matrix, padded));
                        multiply_transposed(self.width, (p, 1, size), pair(residuals, size), RowsMut(gradient, 1));
                        (0..p).map(|i| matrix[i * padded + i]).fold(f64::MIN_POSITIVE, f64::max)
                    }
                }
            }
        }
    }

    /// The trial point for this damping, and the cost that the linear model predicts there; `None` where the system cannot be factorised.
    pub(super) fn propose(&mut self, mu: f64, ridge: f64, cost: f64) -> Option<f64> {
        match &mut self.space {
            Space::Residuals { gram, factor, w } => {
                let size = w.len();
                factor.copy_from_slice(&gram.matrix);
                (0..size).for_each(|i| factor[i * size + i] += mu);
                if !cholesky::factor(self.width, factor, size) {
                    return None;
                }
                w.copy_from_slice(&self.here.residuals);
                cholesky::solve(factor, size, w);
                // r + Jδ = r − JJᵀw = μw.
                let predicted = mu * mu * square(w);
                let seeds = Seeds::Weighted(w);
                self.here.reverse(self.model, self.step, self.width, &self.theta, self.block.count, seeds, &mut self.single);
                self.trial.fill(0.0);
                self.single.deltas.gradient(self.model, self.width, &self.here.tape, 0..self.here.slots(self.step), 0, &mut self.trial);
                self.trial.iter_mut().zip(&self.theta).for_each(|(t, x)| *t = x - *t);
                Some(predicted)
            }
            Space::Parameters { reduced, .. } => {
                let p = self.theta.len();
                let delta: Vec<f64> = match reduced {
                    Reduced::Qr(r, projected) => {
                        // min |R δ + Qᵀr|² + μ|δ|² + ridge|θ + δ|²
                        let rows = r.nrows();
                        let damped = if ridge > 0.0 { 2 } else { 1 };
                        let mut stacked = DMatrix::zeros(rows + damped * p, p);
                        stacked.view_mut((0, 0), (rows, p)).copy_from(r);
                        let mut right = DMatrix::zeros(rows + damped * p, 1);
                        (0..rows).for_each(|i| right[i] = -projected[i]);
                        for i in 0..p {
                            stacked[(rows + i, i)] = mu.sqrt();
                            if ridge > 0.0 {
                                stacked[(rows + p + i, i)] = ridge.sqrt();
                                right[rows + p + i] = -ridge.sqrt() * self.theta[i];
                            }
                        }
                        let qr = stacked.qr();
                        qr.q_tr_mul(&mut right);
                        let upper = qr.unpack_r();
                        let mut delta = DVector::from_column_slice(&right.as_slice()[..p]);
                        if !upper.solve_upper_triangular_mut(&mut delta) {
                            return None;
                        }
                        delta.as_slice().to_vec()
                    }
                    Reduced::Normal { matrix, factor, gradient } => {
                        let size = padded(p);
                        factor.copy_from_slice(matrix);
                        (0..size).for_each(|i| factor[i * size + i] += if i < p { mu + ridge } else { 1.0 });
                        if !cholesky::factor(self.width, factor, size) {
                            return None;
                        }
                        let mut delta: Vec<f64> = gradient.iter().map(|g| -g).collect();
                        (0..p).for_each(|i| delta[i] -= ridge * self.theta[i]);
                        cholesky::solve(factor, size, &mut delta);
                        delta.truncate(p);
                        delta
                    }
                };
                let mut moved = 0.0;
                for i in 0..p {
                    let step = if self.frozen.is_some_and(|frozen| frozen[i]) { 0.0 } else { delta[i] };
                    self.trial[i] = self.theta[i] + step;
                    moved += step * step;
                }
                // |r + Jδ|² (+ ridge) = cost − |Jδ|² − (2μ + ridge)|δ|²: bounded here by its last part, which is all that the
                // damping rule needs to tell a good step from a bad one once QR has no rounding to hide.
                let predicted = match reduced {
                    Reduced::Qr(r, projected) => {
                        let model = r.clone() * DVector::from_column_slice(&delta) + projected.clone();
                        cost - projected.norm_squared() + model.norm_squared()
                    }
                    Reduced::Normal { gradient, .. } => {
                        let slope: f64 = delta.iter().zip(gradient.iter()).map(|(d, g)| d * g).sum();
                        cost + slope - mu * moved
                    }
                };
                Some(predicted)
            }
        }
    }
}
