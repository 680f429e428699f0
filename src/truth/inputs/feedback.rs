//! Whether an input is a function of the state: then nothing tells what it does from what the state does by itself.
//!
//! A controller u = −Kx makes u_n a linear combination of the row x_n, or x_{n−1}, and of its own past, to the last digit. An input of its own may be told by its own
//! past as well (a constant, a ramp, a sine), but not by the state where its past is not enough; and where the row itself gives it, nothing tells the two apart. (Identification in closed loop: Söderström & Stoica, *System
//! Identification*, 1989, chapter 10.)

use super::with_inputs::DrivenRun;
use nalgebra::{DMatrix, SVD};

/// What is left of an input that is a function of the state, and at least what its own past leaves, in parts of its spread.
const EXACT: f64 = 1e-6;
const LEFT_BY_PAST: f64 = 1e-3;

/// Whether some input follows the state.
pub(super) fn follows_state(runs: &[DrivenRun]) -> bool {
    let Some(first) = runs.first() else { return false };
    let (d, m) = (first.states.ncols(), first.inputs.ncols());
    let places: Vec<(usize, usize)> = runs.iter().enumerate().flat_map(|(k, run)| (2..run.states.nrows()).map(move |i| (k, i))).collect();
    if places.len() < 4 * (1 + 2 * d + 2 * m) {
        return false;
    }
    let input = |(k, i): (usize, usize), j: usize| runs[k].inputs[(i, j)];
    let state = |(k, i): (usize, usize), j: usize| runs[k].states[(i, j)];
    let past = DMatrix::from_fn(places.len(), 1 + 2 * m, |r, j| {
        let (k, i) = places[r];
        if j == 0 { 1.0 } else { input((k, i - 1 - (j - 1) / m), (j - 1) % m) }
    });
    // The row of the same time, or the one before: both at once and the input are what the system itself makes of them.
    let with = |past: &DMatrix<f64>, back: usize| {
        let mut both = past.clone().resize_horizontally(past.ncols() + d, 0.0);
        for (r, &(k, i)) in places.iter().enumerate() {
            (0..d).for_each(|j| both[(r, past.ncols() + j)] = state((k, i - back), j));
        }
        Remainder::of(both)
    };
    let now = DMatrix::from_fn(places.len(), 1 + d, |r, j| if j == 0 { 1.0 } else { state(places[r], j - 1) });
    let (Some(same), Some(before)) = (with(&past, 0), with(&past, 1)) else { return false };
    let (Some(now), Some(past)) = (Remainder::of(now), Remainder::of(past)) else { return false };
    (0..m).any(|j| {
        let values = nalgebra::DVector::from_fn(places.len(), |r, _| input(places[r], j));
        let spread = values.add_scalar(-values.mean()).norm();
        let left = same.of_values(&values).min(before.of_values(&values));
        let by_state = left < EXACT * spread && past.of_values(&values) > LEFT_BY_PAST * spread;
        spread > 0.0 && (by_state || now.of_values(&values) < EXACT * spread)
    })
}

/// What regressors leave of values.
struct Remainder {
    /// An orthonormal basis of the regressors.
    basis: DMatrix<f64>,
}

impl Remainder {
    fn of(regressors: DMatrix<f64>) -> Option<Self> {
        let sizes: Vec<f64> = regressors.column_iter().map(|c| c.norm().max(f64::MIN_POSITIVE)).collect();
        let scaled = DMatrix::from_fn(regressors.nrows(), regressors.ncols(), |i, j| regressors[(i, j)] / sizes[j]);
        let svd = SVD::try_new(scaled, true, false, f64::EPSILON, 1000)?;
        let kept: Vec<usize> =
            (0..svd.singular_values.len()).filter(|&k| svd.singular_values[k] > 1e-12 * svd.singular_values.max()).collect();
        Some(Self { basis: svd.u?.select_columns(&kept) })
    }

    fn of_values(&self, values: &nalgebra::DVector<f64>) -> f64 {
        (values - &self.basis * self.basis.tr_mul(values)).norm()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x⁺ = 0.9x + 0.1u + (a chirp), with the input by the rows before.
    fn run(input: impl Fn(usize, f64, f64) -> f64) -> Vec<DrivenRun> {
        let (mut states, mut inputs) = (Vec::new(), Vec::new());
        let (mut x, mut before) = (1.0f64, 0.0);
        for n in 0..60usize {
            let u = input(n, x, before);
            states.push(x);
            inputs.push(u);
            before = x;
            x = 0.9 * x + 0.1 * u + 0.2 * (0.05 * (n * n) as f64).sin();
        }
        vec![DrivenRun { states: DMatrix::from_vec(60, 1, states), inputs: DMatrix::from_vec(60, 1, inputs) }]
    }

    #[test]
    fn a_controller_follows_the_state_and_an_input_of_its_own_does_not() {
        assert!(follows_state(&run(|_, x, _| -2.0 * x)));
        assert!(follows_state(&run(|_, _, before| -0.5 * before)));
        assert!(!follows_state(&run(|n, _, _| (0.7 * n as f64).sin())));
        assert!(!follows_state(&run(|n, x, _| -2.0 * x + 0.01 * (0.11 * (n * n) as f64).cos())));
        assert!(!follows_state(&run(|n, _, _| f64::from(u8::from(n % 20 < 7)))));
    }
}
