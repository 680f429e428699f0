//! Motion that is slow beside the rows: seen in all of the time, where blocks of rows next to each other are too short to show it.
//!
//! ```text
//! (1/b) Σ_{j<b} e^{λ(t + jH)} = e^{λt} · (e^{bλH} − 1)/(b(e^{λH} − 1))
//! ```
//!
//! Means of b rows that are evenly apart are the same exponentials with other amplitudes, and have noise that is √b times smaller. At uneven times every b-th row takes their place. What
//! they cannot show, motion that turns or dies out within b rows, is looked for in the rows themselves.

use super::linear_model::{LONG, LONG_EACH, LinearModel, SHORT};
use crate::truth::exponential_sums::exponential_search::CLEAN;
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::DMatrix;

/// Means of each run at least.
const LEAST_MEANS: usize = 20;

/// What a model is fitted to: the columns, the same in the coordinates of the model, and the model.
pub(crate) struct Fitted {
    pub columns: Samples,
    pub samples: Samples,
    pub linear: Option<LinearModel>,
}

impl Fitted {
    /// The best sum of exponentials of these rows; or of their means, where those show all of the time and explain what rows by themselves do not.
    pub fn of(columns: Samples, samples: Samples, stopped: &dyn Fn() -> bool) -> Self {
        let linear = LinearModel::of(&samples, stopped);
        let tells = |model: &LinearModel, samples: &Samples| model.explains && model.is_whole(samples);
        let is_told = linear.as_ref().is_some_and(|l| tells(l, &samples) && (samples.rows() <= LONG || l.fit.rms <= CLEAN));
        for most in [LONG, SHORT].into_iter().take_while(|_| !is_told && !stopped()) {
            let Some((means, of_columns)) = samples.sparser(most).zip(columns.sparser(most)) else { continue };
            let Some(model) = LinearModel::of(&means, stopped) else { continue };
            let instead =
                model.explains && linear.as_ref().is_none_or(|rows| !rows.explains || shows_as_much(&model, rows, &samples, &means));
            if instead && leaves_noise(&model.fit, &samples) {
                return Self { columns: of_columns, samples: means, linear: Some(model) };
            }
        }
        Self { columns, samples, linear }
    }
}

/// Whether the model of means has as many modes as one that explains rows, and is one of the whole state if that is.
fn shows_as_much(model: &LinearModel, rows: &LinearModel, samples: &Samples, means: &Samples) -> bool {
    let count = |model: &LinearModel| model.fit.count() + model.fit.trend;
    count(model) >= count(rows) && (model.is_whole(means) || !rows.is_whole(samples))
}

/// Whether the rates of a fit leave noise in rows that it was not fitted to.
fn leaves_noise(fit: &Exponentials, samples: &Samples) -> bool {
    let blocks = samples.thinned(LONG, LONG_EACH);
    Exponentials::at(&blocks, fit.rates.clone(), fit.trend).is_some_and(|there| there.leaves_noise(&blocks))
}

impl Samples {
    /// Means of as many rows next to each other as make about `most` of them; where rows are not evenly apart or a cell is missing, one row of as many. `None` where that is each row, where
    /// rows count differently, and where of a run hardly any would be left.
    fn sparser(&self, most: usize) -> Option<Self> {
        let of_rows = self.rows().div_ceil(most);
        let short = |run: &Run| run.rows() < LEAST_MEANS * of_rows;
        if of_rows < 2 || self.is_weighted() || self.runs.iter().any(short) {
            return None;
        }
        let one = self.one_row_in(of_rows);
        if !self.even || self.missing {
            return Some(one);
        }
        let mean = |run: &Run| {
            let rows = run.rows() / of_rows;
            let states = DMatrix::from_fn(rows, self.dimension(), |i, j| run.states.view((i * of_rows, j), (of_rows, 1)).mean());
            Run { times: (0..rows).map(|i| one.interval * i as f64).collect(), states, weights: None }
        };
        Some(Self { runs: self.runs.iter().map(mean).collect(), ..one })
    }
}
