//! Columns by fewer coordinates: where columns depend on each other, or are many.

use super::rank::signal_rank;
use super::runs::Samples;
use nalgebra::{DMatrix, SVD};

/// Directions in which scaled columns vary less than this, relative to the most, are flat.
const FLAT: f64 = 1e-9;
/// Beyond so many columns the noise decides how many coordinates are kept.
const MANY: usize = 6;
/// Coordinates at most.
const MOST: usize = 20;
/// Rows that the directions are found from.
const MOST_ROWS: usize = 4000;

/// Principal directions of scaled columns: `x = basis·z`.
#[derive(Clone, Debug)]
pub(super) struct Directions {
    /// columns × coordinates
    basis: DMatrix<f64>,
    /// The share of the variance that they keep.
    pub kept: f64,
}

impl Directions {
    /// The directions that are kept, or `None` where all columns are needed as they are. `rank` overrides their number.
    pub fn of(samples: &Samples, rank: Option<usize>) -> Option<Self> {
        let d = samples.dimension();
        let rows: Vec<(usize, usize)> = samples
            .runs
            .iter()
            .enumerate()
            .flat_map(|(k, r)| (0..r.rows()).filter(|&i| r.complete(i)).map(move |i| (k, i)).collect::<Vec<_>>())
            .collect();
        if d < 2 || rows.len() < 2 {
            return None;
        }
        let stride = rows.len().div_ceil(MOST_ROWS).max(1);
        let rows: Vec<(usize, usize)> = rows.into_iter().step_by(stride).collect();
        let matrix = DMatrix::from_fn(rows.len(), d, |i, j| samples.runs[rows[i].0].states[(rows[i].1, j)]);
        let ratio = rows.len().min(d) as f64 / rows.len().max(d) as f64;
        let triangle = if rows.len() > d { matrix.qr().r() } else { matrix };
        let svd = SVD::try_new(triangle, false, true, f64::EPSILON, 10_000)?;
        let v_t = svd.v_t?;
        let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
        order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
        let values: Vec<f64> = order.iter().map(|&k| svd.singular_values[k]).collect();
        let flat = values.iter().take_while(|&&s| s > FLAT * values[0]).count();
        let kept = match rank {
            Some(rank) => rank.clamp(1, flat),
            None if d > MANY => signal_rank(&values, ratio).min(flat).min(MOST),
            None => flat,
        };
        if kept == d {
            return None;
        }
        let energy = |n: usize| values.iter().take(n).map(|s| s * s).sum::<f64>();
        Some(Self {
            basis: DMatrix::from_fn(d, kept, |i, j| v_t[(order[j], i)]),
            kept: energy(kept) / energy(values.len()).max(f64::MIN_POSITIVE),
        })
    }

    pub fn count(&self) -> usize {
        self.basis.ncols()
    }

    /// The samples in these coordinates; incomplete rows become missing ones.
    pub fn apply(&self, samples: &Samples) -> Samples {
        let runs = samples.runs.iter().map(|r| r.with_states(&r.states * &self.basis)).collect();
        let n = self.count();
        let origin = self.basis.tr_mul(&nalgebra::DVector::from_column_slice(&samples.origin)).as_slice().to_vec();
        let mut out = Samples { runs, centre: vec![0.0; n], scale: vec![1.0; n], origin, ..samples.clone() };
        out.missing = out.runs.iter().any(|r| r.states.iter().any(|x| x.is_nan()));
        out
    }

    /// The scaled columns of a point in these coordinates.
    pub fn outward(&self, z: &[f64]) -> Vec<f64> {
        (&self.basis * nalgebra::DVector::from_column_slice(z)).as_slice().to_vec()
    }
}
