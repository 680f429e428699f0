//! Columns that are a part of a nonlinear system's state: one row before beside them makes the rest of it (Takens, Lect. Notes Math. 898, 1981).

use super::nonlinear_model::NonlinearModel;
use crate::truth::flow::polynomial_flow::Powers;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{DMatrix, SVD};

/// A polynomial of this degree predicts the next row.
const DEGREE: usize = 3;
/// Columns that are looked at, and rows for each coefficient.
const MOST_COLUMNS: usize = 2;
const ROWS_PER_COEFFICIENT: usize = 4;
/// Rows on which the predictions are compared.
const MOST_ROWS: usize = 2000;
/// A fall of what is left by this factor is a collapse.
const COLLAPSE: f64 = 5.0;
/// Columns that leave less than this of the motion of an interval predict it by themselves.
const LEFT: f64 = 0.1;
/// A lag is tried where a polynomial map leaves less than this, and its field believed where that leaves less than this.
const NEARLY_CLEAN: f64 = 0.02;
const CLEAN: f64 = 1e-4;

/// What the rows leave of the motion of one interval, predicted from the row before, and from two rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LagGain {
    pub alone: f64,
    pub with_lag: f64,
}

impl LagGain {
    /// Of samples whose residual collapses with one lag; `None` for all others.
    pub fn of(samples: &Samples) -> Option<Self> {
        if samples.dimension() > MOST_COLUMNS || !samples.even || samples.missing {
            return None;
        }
        let few = samples.thinned(MOST_ROWS, 6);
        let gain = Self { alone: left(&few, false)?, with_lag: left(&few, true)? };
        (gain.alone > LEFT && gain.with_lag * COLLAPSE < gain.alone).then_some(gain)
    }
}

/// The part of the motion of one interval that the best polynomial of the row before leaves, or of the two rows before.
fn left(samples: &Samples, lag: bool) -> Option<f64> {
    let d = samples.dimension();
    let powers = Powers::up_to(DEGREE, if lag { 2 * d } else { d });
    let places: Vec<(usize, usize)> =
        samples.runs.iter().enumerate().flat_map(|(k, run)| (1..run.rows().saturating_sub(1)).map(move |i| (k, i))).collect();
    if places.len() < ROWS_PER_COEFFICIENT * powers.count() {
        return None;
    }
    let cell = |(k, i): (usize, usize), j: usize| samples.runs[k].states[(i, j)];
    let variables = |(k, i): (usize, usize)| -> Vec<f64> {
        let now = (0..d).map(|j| cell((k, i), j));
        if lag { now.chain((0..d).map(|j| cell((k, i), j) - cell((k, i - 1), j))).collect() } else { now.collect() }
    };
    let mut design = DMatrix::zeros(places.len(), powers.count());
    let mut values = vec![0.0; powers.count()];
    for (r, &place) in places.iter().enumerate() {
        powers.values(&variables(place), &mut values);
        design.row_mut(r).iter_mut().zip(&values).for_each(|(cell, value)| *cell = *value);
    }
    let motion = DMatrix::from_fn(places.len(), d, |r, j| cell((places[r].0, places[r].1 + 1), j) - cell(places[r], j));
    // A row of a difference is small beside the others: columns of unit length.
    for mut column in design.column_iter_mut() {
        let length = column.norm();
        column /= length.max(f64::MIN_POSITIVE);
    }
    let qr = design.qr();
    let q = qr.q();
    let solution = SVD::try_new(qr.r(), true, true, f64::EPSILON, 10_000)?.solve(&q.tr_mul(&motion), 1e-12).ok()?;
    let rest = &motion - q * (qr.r() * solution);
    Some(rest.norm() / motion.norm().max(f64::MIN_POSITIVE))
}

/// The field of one column and its lag, where samples are so clean that the lag adds no noise to speak of, and a mode of it is settled.
pub(crate) fn field_with_lag(samples: &Samples, gain: LagGain, stopped: &dyn Fn() -> bool) -> Option<(NonlinearModel, Samples)> {
    if samples.dimension() > 1 || gain.with_lag > NEARLY_CLEAN {
        return None;
    }
    let whole = samples.with_lag()?;
    let model = NonlinearModel::of(&whole, stopped)?;
    let best = &model.fits[model.floor.unwrap_or(model.fits.len() - 1)];
    (best.rms < CLEAN && model.modes.iter().any(|m| m.because.is_empty())).then_some((model, whole))
}

impl Samples {
    /// The mean of two successive rows and their difference as columns, of unit root mean square: a state where the columns are a half of it.
    pub(crate) fn with_lag(&self) -> Option<Self> {
        let d = self.dimension();
        let mut runs: Vec<Run> = self
            .runs
            .iter()
            .filter(|run| run.rows() > 2)
            .map(|run| {
                let rows: Vec<usize> = (0..run.rows() - 1).collect();
                let states = DMatrix::from_fn(rows.len(), 2 * d, |i, j| {
                    let (a, b) = (run.states[(i, j % d)], run.states[(i + 1, j % d)]);
                    if j < d { 0.5 * (a + b) } else { b - a }
                });
                run.only(&rows).with_states(states)
            })
            .collect();
        let mut scale = vec![1.0; 2 * d];
        for (j, scale) in scale.iter_mut().enumerate() {
            let (sum, count) = runs.iter().fold((0.0, 0usize), |(s, n), r| (s + r.states.column(j).norm_squared(), n + r.rows()));
            *scale = (sum / count as f64).sqrt();
            if scale.is_nan() || *scale <= 0.0 {
                return None;
            }
            runs.iter_mut().for_each(|r| r.states.column_mut(j).scale_mut(1.0 / *scale));
        }
        let origin = (0..2 * d).map(|j| if j < d { self.origin[j] / scale[j] } else { 0.0 }).collect();
        (!runs.is_empty()).then(|| Self { runs, centre: vec![0.0; 2 * d], scale, origin, ..self.clone() })
    }
}
