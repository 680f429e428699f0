//! A run with the inputs between its rows, and what an exponential makes of them.
//!
//! ```text
//! W(t) = ∫₀ᵗ e^{λ(t−s)} u(s) ds,     W⁺ = e^{λh}W + h Σⱼ cⱼ φⱼ(λh),     φⱼ(z) = ∫₀¹ e^{z(1−s)} sʲ ds
//! ```
//!
//! where the input is Σ cⱼ sʲ between two rows, a time h apart. Rows may be at any times.

use super::between::Between;
use nalgebra::{DMatrix, Matrix4, Vector4};
use num_complex::Complex;

type C = Complex<f64>;

/// The highest power of s in an input, and those that derivatives add.
const MOST_POWER: usize = 3;
const FUNCTIONS: usize = MOST_POWER + 3;
/// Below this |z| φ is a series.
const SMALL: f64 = 1.0;
/// Terms of the series: 1/20! is nothing.
const TERMS: usize = 20;

/// Rows at any times, with what inputs do between them.
#[derive(Clone, Debug)]
pub(super) struct ForcedRun {
    /// From the first row.
    pub times: Vec<f64>,
    /// Rows × columns; NaN where a cell is missing.
    pub states: DMatrix<f64>,
    /// Of each interval the coefficients of the powers of s, powers × inputs.
    pieces: Vec<DMatrix<f64>>,
    inputs: usize,
}

/// ∫ τᵖe^{λτ}u for p = 0, 1, 2, at each row.
pub(super) type Response = [C; 3];

impl ForcedRun {
    pub fn of(times: &[f64], states: DMatrix<f64>, inputs: &DMatrix<f64>, between: Between) -> Self {
        let pieces = (1..times.len()).map(|row| piece(times, inputs, row - 1, between)).collect();
        Self { times: times.iter().map(|t| t - times[0]).collect(), states, pieces, inputs: inputs.ncols() }
    }

    pub fn rows(&self) -> usize {
        self.times.len()
    }

    /// The first rows.
    pub fn beginning(&self, rows: usize) -> Self {
        let rows = rows.min(self.rows());
        let pieces = self.pieces[..rows.saturating_sub(1)].to_vec();
        Self { times: self.times[..rows].to_vec(), states: self.states.rows(0, rows).into_owned(), pieces, inputs: self.inputs }
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// What an exponential makes of each input, rows × inputs.
    pub fn responses(&self, lambda: C) -> DMatrix<Response> {
        let zero = C::new(0.0, 0.0);
        let mut all = DMatrix::from_element(self.rows(), self.inputs, [zero; 3]);
        let (mut h, mut e, mut phi) = (f64::NAN, zero, [zero; FUNCTIONS]);
        for row in 1..self.rows() {
            let next = self.times[row] - self.times[row - 1];
            if next != h {
                (h, e, phi) = (next, (lambda * next).exp(), functions(lambda * next));
            }
            for input in 0..self.inputs {
                let [w, first, second] = all[(row - 1, input)];
                let mut made = [e * w, e * (first + w * h), e * (second + first * (2.0 * h) + w * (h * h))];
                for (j, c) in self.pieces[row - 1].column(input).iter().enumerate().filter(|(_, c)| **c != 0.0) {
                    let c = c * h;
                    made[0] += phi[j] * c;
                    made[1] += (phi[j] - phi[j + 1]) * (c * h);
                    made[2] += (phi[j] - phi[j + 1] * 2.0 + phi[j + 2]) * (c * h * h);
                }
                all[(row, input)] = made;
            }
        }
        all
    }
}

/// The powers of s of each input between a row and the next.
fn piece(times: &[f64], inputs: &DMatrix<f64>, row: usize, between: Between) -> DMatrix<f64> {
    let m = inputs.ncols();
    let of_two = |j: usize| [inputs[(row, j)], inputs[(row + 1, j)] - inputs[(row, j)]];
    match between {
        Between::Held => inputs.rows(row, 1).into_owned(),
        Between::Smooth if times.len() > MOST_POWER => {
            // The cubic through four rows around.
            let first = row.saturating_sub(1).min(times.len() - 4);
            let h = times[row + 1] - times[row];
            let powers = Matrix4::from_fn(|i, j| ((times[first + i] - times[row]) / h).powi(j as i32));
            let lu = powers.lu();
            let mut all = DMatrix::zeros(MOST_POWER + 1, m);
            for j in 0..m {
                match lu.solve(&Vector4::from_fn(|i, _| inputs[(first + i, j)])) {
                    Some(c) => all.column_mut(j).copy_from(&c),
                    None => all.view_mut((0, j), (2, 1)).copy_from_slice(&of_two(j)),
                }
            }
            all
        }
        Between::Straight | Between::Smooth => DMatrix::from_fn(2, m, |i, j| of_two(j)[i]),
    }
}

/// φⱼ(z), j = 0, 1, …: downwards from a series where z is small, upwards from (e^z − 1)/z elsewhere.
fn functions(z: C) -> [C; FUNCTIONS] {
    let mut phi = [C::new(0.0, 0.0); FUNCTIONS];
    if z.norm() < SMALL {
        // j! Σ zᵏ/(j + k + 1)!
        let last = FUNCTIONS - 1;
        let mut term = C::new(1.0 / FUNCTIONS as f64, 0.0);
        for k in 0..TERMS {
            phi[last] += term;
            term = term * z / (FUNCTIONS + k + 1) as f64;
        }
        for j in (0..last).rev() {
            phi[j] = (z * phi[j + 1] + 1.0) / (j + 1) as f64;
        }
    } else {
        phi[0] = (z.exp() - 1.0) / z;
        for j in 1..FUNCTIONS {
            phi[j] = (phi[j - 1] * j as f64 - 1.0) / z;
        }
    }
    phi
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ e^{λτ}(t−τ)dτ of the ramp u = t at uneven rows: (e^{λt} − 1 − λt)/λ², by each idea of the input that goes through it; and its derivatives by λ.
    #[test]
    fn a_ramp() {
        let times = [0.0, 0.1, 0.35, 2.0, 2.2, 3.5];
        let inputs = DMatrix::from_column_slice(6, 1, &times);
        for lambda in [C::new(-0.7, 0.0), C::new(-0.2, 2.0), C::new(-6.0, 0.0)] {
            let exact = |l: C, t: f64| ((l * t).exp() - 1.0 - l * t) / (l * l);
            for between in [Between::Straight, Between::Smooth] {
                let run = ForcedRun::of(&times, DMatrix::zeros(6, 1), &inputs, between);
                let found = run.responses(lambda);
                for (row, &t) in times.iter().enumerate() {
                    let d = 1e-3;
                    let (up, at, down) = (exact(lambda + d, t), exact(lambda, t), exact(lambda - d, t));
                    let expected = [at, (up - down) / (2.0 * d), (up - at * 2.0 + down) / (d * d)];
                    for (found, (expected, near)) in found[(row, 0)].iter().zip(expected.iter().zip([1e-12, 1e-4, 1e-4])) {
                        assert!((found - expected).norm() < near * (1.0 + expected.norm()), "{lambda} {between:?} {t}: {found} {expected}");
                    }
                }
            }
        }
    }

    /// An input of 1 in the first interval and of 0 in the second: e^{λ(t − h)}(e^{λh} − 1)/λ.
    #[test]
    fn a_held_input() {
        let inputs = DMatrix::from_column_slice(3, 1, &[1.0, 0.0, 5.0]);
        let run = ForcedRun::of(&[7.0, 7.5, 9.0], DMatrix::zeros(3, 1), &inputs, Between::Held);
        let expected = (1.0 - (-0.5f64).exp()) * (-1.5f64).exp();
        assert!((run.responses(C::new(-1.0, 0.0))[(2, 0)][0].re - expected).abs() < 1e-14);
    }
}
