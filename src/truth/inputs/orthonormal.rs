//! An orthonormal basis of columns, without those that depend on the ones before.

use nalgebra::{DMatrix, DVector};

/// What a column has outside the ones before, in parts of its size, below which it depends on them.
const DEPENDENT: f64 = 1e-10;

/// Columns as products of an orthonormal basis and a triangular factor (Gram and Schmidt, twice).
#[derive(Clone, Debug)]
pub(super) struct Orthonormal {
    q: DMatrix<f64>,
    /// The factor of the columns that are kept.
    r: DMatrix<f64>,
    kept: Vec<usize>,
    columns: usize,
}

impl Orthonormal {
    /// Of columns, whose sizes are those given where something was taken out of them.
    pub fn of(columns: DMatrix<f64>, sizes: Option<&[f64]>) -> Self {
        let (rows, n) = columns.shape();
        let mut basis: Vec<DVector<f64>> = Vec::new();
        let mut factors: Vec<Vec<f64>> = Vec::new();
        let mut kept = Vec::new();
        for j in 0..n {
            let mut column: DVector<f64> = columns.column(j).into_owned();
            let size = sizes.map_or(column.norm(), |sizes| sizes[j]);
            let mut factor = vec![0.0; basis.len()];
            for _ in 0..2 {
                for (q, f) in basis.iter().zip(&mut factor) {
                    let along = q.dot(&column);
                    column.axpy(-along, q, 1.0);
                    *f += along;
                }
            }
            let left = column.norm();
            if left > DEPENDENT * size && left.is_finite() {
                factor.push(left);
                basis.push(column / left);
                factors.push(factor);
                kept.push(j);
            }
        }
        let k = kept.len();
        let q = if k == 0 { DMatrix::zeros(rows, 0) } else { DMatrix::from_columns(&basis) };
        let r = DMatrix::from_fn(k, k, |i, j| factors[j].get(i).copied().unwrap_or(0.0));
        Self { q, r, kept, columns: n }
    }

    /// How many columns are kept.
    pub fn rank(&self) -> usize {
        self.kept.len()
    }

    /// What is outside their span.
    pub fn without(&self, mut y: DMatrix<f64>) -> DMatrix<f64> {
        let inside = self.q.tr_mul(&y);
        y.gemm(-1.0, &self.q, &inside, 1.0);
        y
    }

    /// The amplitudes of all columns for what they are to meet; 0 for those that are not kept.
    pub fn amplitudes(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        let mut all = DMatrix::zeros(self.columns, y.ncols());
        if let Some(solved) = self.r.solve_upper_triangular(&self.q.tr_mul(y)) {
            self.kept.iter().enumerate().for_each(|(i, &j)| all.row_mut(j).copy_from(&solved.row(i)));
        }
        all
    }

    /// The entry of QQᵀ at two rows.
    pub fn taken(&self, (row, other): (usize, usize)) -> f64 {
        self.q.row(row).dot(&self.q.row(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependent_column_counts_nothing() {
        let columns = DMatrix::from_column_slice(3, 3, &[1.0, 1.0, 0.0, 2.0, 2.0, 0.0, 0.0, 1.0, 1.0]);
        let basis = Orthonormal::of(columns.clone(), None);
        assert_eq!(basis.rank(), 2);
        let y = DMatrix::from_column_slice(3, 1, &[1.0, 4.0, 3.0]);
        let found = basis.amplitudes(&y);
        assert!((columns * &found - &y).norm() < 1e-14 && found[1] == 0.0, "{found}");
        assert!(basis.without(y).norm() < 1e-14);
    }
}
