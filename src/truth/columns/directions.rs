//! Columns by fewer coordinates: where columns depend on each other, or are many.

use super::told_directions::told_by_rows_before;
use crate::truth::chance::rank::signal_rank;
use crate::truth::samples::runs::Samples;
use nalgebra::{DMatrix, SVD};

/// Directions in which scaled columns vary less than this, relative to the most, are flat.
const FLAT: f64 = 1e-9;
/// Beyond so many columns the noise decides how many coordinates are kept.
const MANY: usize = 6;
/// Coordinates at most.
const MOST: usize = 20;
/// Between what is a motion and what is rounding there is a gap of this factor.
const GAP: f64 = 0.01;
/// Rows that the directions are found from.
const MOST_ROWS: usize = 4000;

/// Where less than this part of a column is left by others, that is no noise.
const CLEAN: f64 = 1e-6;
/// Columns at most that one is laid beside, as a part of the rows.
const BESIDE: f64 = 0.8;

/// Principal directions of scaled columns.
///
/// The noise decides how many of many columns are kept, by a rule for noise of one size in all cells; columns of unit variance have that only where their signals are alike. So each column is scaled by what
/// all others leave of it.
#[derive(Clone, Debug)]
pub(crate) struct Directions {
    /// columns × coordinates: `z = inwardᵀ·x`.
    inward: DMatrix<f64>,
    /// columns × coordinates: `x = outward·z`.
    outward: DMatrix<f64>,
    /// The share of the variance that they keep.
    pub kept: f64,
    /// All that are not flat, to choose from.
    all: Factored,
}

/// Right singular vectors of the columns, each column in units of its noise.
#[derive(Clone, Debug)]
struct Factored {
    vectors: DMatrix<f64>,
    values: Vec<f64>,
    noise: Vec<f64>,
    /// How many are not flat.
    flat: usize,
}

impl Factored {
    /// The first of them.
    fn first(self, kept: usize) -> Directions {
        let energy = |n: usize| self.values.iter().take(n).map(|s| s * s).sum::<f64>();
        Directions {
            inward: DMatrix::from_fn(self.noise.len(), kept, |i, j| self.vectors[(i, j)] / self.noise[i]),
            outward: DMatrix::from_fn(self.noise.len(), kept, |i, j| self.vectors[(i, j)] * self.noise[i]),
            kept: energy(kept) / energy(self.values.len()).max(f64::MIN_POSITIVE),
            all: self,
        }
    }
}

/// The right singular vectors of a matrix, columns in falling order, and its singular values.
fn factored(matrix: DMatrix<f64>) -> Option<(DMatrix<f64>, Vec<f64>)> {
    let triangle = if matrix.nrows() > matrix.ncols() { matrix.qr().r() } else { matrix };
    let svd = SVD::try_new(triangle, false, true, f64::EPSILON, 10_000)?;
    let v_t = svd.v_t?;
    let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
    order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
    let vectors = DMatrix::from_fn(v_t.ncols(), order.len(), |i, j| v_t[(order[j], i)]);
    Some((vectors, order.iter().map(|&k| svd.singular_values[k]).collect()))
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
        let mut matrix = DMatrix::from_fn(rows.len(), d, |i, j| samples.runs[rows[i].0].states[(rows[i].1, j)]);
        let ratio = rows.len().min(d) as f64 / rows.len().max(d) as f64;
        let mut noise = vec![1.0; d];
        if d > MANY
            && let Some(sizes) = left_by_others(&matrix)
        {
            let before = matrix.norm_squared();
            matrix.column_iter_mut().zip(&sizes).for_each(|(mut column, size)| column /= *size);
            // In units in which the motion keeps its size.
            let unit = (before / matrix.norm_squared()).sqrt();
            matrix *= unit;
            noise = sizes.iter().map(|size| size / unit).collect();
        }
        let (vectors, values) = factored(matrix.clone())?;
        let flat = values.iter().take_while(|&&s| s > FLAT * values[0]).count();
        let kept = match rank {
            Some(rank) => rank.clamp(1, flat.max(1)),
            None if d > MANY => {
                let scores = matrix * vectors.columns(0, flat);
                // The rule takes the middle one for noise: where the rows before tell it, it is none.
                let told = told_by_rows_before(&scores, &rows).filter(|told| told.get(values.len() / 2).is_some_and(|told| *told));
                let smooth = told.map_or(0, |told| told.iter().take_while(|told| **told).count());
                signal_rank(&values, ratio).max(smooth).min(flat).min(MOST)
            }
            None => flat,
        };
        (kept < d).then(|| Factored { vectors, values, noise, flat }.first(kept))
    }

    /// So many more of them, as far as there are others that are not flat; `None` where there are none.
    pub fn and_more(&self, more: usize) -> Option<Self> {
        let kept = (self.count() + more).min(self.all.flat);
        (kept > self.count()).then(|| self.all.clone().first(kept))
    }

    /// Whether the first that is left out is not much smaller than the last that is kept: then nothing says that it is another thing.
    pub fn goes_on(&self) -> bool {
        let last = self.count().saturating_sub(1);
        self.all.values.get(last + 1).is_some_and(|next| *next > GAP * self.all.values[last])
    }

    pub fn count(&self) -> usize {
        self.inward.ncols()
    }

    /// The samples in these coordinates; incomplete rows become missing ones.
    pub fn apply(&self, samples: &Samples) -> Samples {
        let runs = samples.runs.iter().map(|r| r.with_states(&r.states * &self.inward)).collect();
        let n = self.count();
        let origin = self.inward.tr_mul(&nalgebra::DVector::from_column_slice(&samples.origin)).as_slice().to_vec();
        let resolution = self.inward.abs().tr_mul(&nalgebra::DVector::from_column_slice(&samples.resolution)).as_slice().to_vec();
        let square = nalgebra::DVector::from_iterator(samples.dimension(), samples.rounding.iter().map(|x| x * x));
        let rounding = self.inward.map(|x| x * x).tr_mul(&square).iter().map(|x| x.sqrt()).collect();
        let mut out = Samples { runs, centre: vec![0.0; n], scale: vec![1.0; n], origin, resolution, rounding, ..samples.clone() };
        out.missing = out.runs.iter().any(|r| r.states.iter().any(|x| x.is_nan()));
        out
    }

    /// The scaled columns of a point in these coordinates.
    pub fn outward(&self, z: &[f64]) -> Vec<f64> {
        (&self.outward * nalgebra::DVector::from_column_slice(z)).as_slice().to_vec()
    }
}

/// What other columns leave of each, 1/√(G⁻¹)_jj with G = XᵀX: all others, or where there are more columns than rows could tell apart every second of them, third, and so on. `None` where that is no
/// noise, or the columns are too few.
fn left_by_others(matrix: &DMatrix<f64>) -> Option<Vec<f64>> {
    let (n, d) = matrix.shape();
    let groups = (d as f64 / (BESIDE * n as f64)).ceil() as usize;
    if d / groups <= MANY {
        return None;
    }
    let mut left = vec![0.0; d];
    for group in 0..groups {
        let columns: Vec<usize> = (group..d).step_by(groups).collect();
        let beside = matrix.select_columns(&columns);
        let sizes: Vec<f64> = beside.column_iter().map(|column| column.norm()).collect();
        // G = RᵀR: row j of R⁻¹ has the square (G⁻¹)_jj.
        let inverse = beside.qr().r().solve_upper_triangular(&DMatrix::identity(columns.len(), columns.len()))?;
        for ((row, &j), size) in inverse.row_iter().zip(&columns).zip(sizes) {
            left[j] = 1.0 / row.norm();
            if left[j].is_nan() || left[j] < CLEAN * size {
                return None;
            }
        }
    }
    Some(left)
}
