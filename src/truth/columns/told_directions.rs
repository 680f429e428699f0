//! Which directions of the columns are a motion, however small: those that the rows before tell.
//!
//! x_{n+1} = a + Bx_n + Cx_{n−1} in all directions at once, as linear motion of the columns or of half of their state is. Noise is told by nothing.

use nalgebra::DMatrix;

/// A motion leaves less than this part of its deviation.
const LEFT: f64 = 0.3;
/// Equations for each coefficient at least.
const EQUATIONS: usize = 3;

/// Of each direction (a column of `scores`) whether the two rows before tell it, or the one before where there are few; `rows` has the run of each row and its place there. `None`
/// where the rows are too few to say so.
pub(super) fn told_by_rows_before(scores: &DMatrix<f64>, rows: &[(usize, usize)]) -> Option<Vec<bool>> {
    let directions = scores.ncols();
    let follows = |rows: &[(usize, usize)]| {
        let steps = rows.windows(2).map(|pair| (pair[1].0 == pair[0].0).then(|| pair[1].1 - pair[0].1));
        let steps: Option<Vec<usize>> = steps.collect();
        steps.is_some_and(|steps| steps.iter().all(|step| *step == steps[0]))
    };
    [2, 1].into_iter().find_map(|lags| {
        let places: Vec<usize> = (lags..rows.len()).filter(|&i| follows(&rows[i - lags..=i])).collect();
        let terms = lags * directions + 1;
        if places.len() < EQUATIONS * terms {
            return None;
        }
        let before = |i: usize, k: usize| if k == 0 { 1.0 } else { scores[(i - 1 - (k - 1) / directions, (k - 1) % directions)] };
        let design = DMatrix::from_fn(places.len(), terms, |row, k| before(places[row], k));
        let target = scores.select_rows(&places);
        let q = design.qr().q();
        let left = &target - &q * q.tr_mul(&target);
        let freedom = (places.len() - terms) as f64 / places.len() as f64;
        let told = |k: usize| {
            let mean = target.column(k).mean();
            let square: f64 = target.column(k).iter().map(|x| (x - mean).powi(2)).sum();
            left.column(k).norm_squared() < LEFT * LEFT * freedom * square
        };
        Some((0..directions).map(told).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_is_told_and_noise_is_not() {
        let rows: Vec<(usize, usize)> = (0..120).map(|i| (i / 60, i % 60)).collect();
        let noise = |i: usize, k: usize| (1e4 * ((i + 2 + 200 * k) as f64).sqrt()).sin();
        let of = |i: usize, k: usize| match k {
            0 => (-0.03 * (i % 60) as f64).exp(),
            1 => (1.3 * (i % 60) as f64).cos() + 0.1 * noise(i, 1),
            k => noise(i, k),
        };
        let scores = DMatrix::from_fn(120, 4, of);
        assert_eq!(told_by_rows_before(&scores, &rows), Some(vec![true, true, false, false]));
        // Two rows before are too many coefficients for so few, one is not; and for these it is as well.
        assert_eq!(told_by_rows_before(&scores.rows(0, 20).into_owned(), &rows[..20]).map(|told| told[0]), Some(true));
        assert_eq!(told_by_rows_before(&scores.rows(0, 12).into_owned(), &rows[..12]), None);
    }
}
