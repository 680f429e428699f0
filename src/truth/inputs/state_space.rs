//! The system ẋ = Ax + Bu behind samples with known inputs.
//!
//! ```text
//! x⁺ = Φx + Γu + c,     A = log(Φ)/H,     (I − Φ)⁻¹Γ = −A⁻¹B: the state at rest for each unit of an input
//! ```
//!
//! Γ is what an input that stays the same adds in an interval: where it goes straight, the sum of what both of its ends add.
//!
//! (Van Loan, IEEE Trans. Autom. Control 23, 1978.)

use crate::data::Hold;
use crate::dynamics::spectrum;
use nalgebra::DMatrix;
use num_complex::Complex;
use serde::Serialize;

type C = Complex<f64>;

/// Eigenvalues nearer to each other than this, in parts of the largest, are not told apart.
const APART: f64 = 1e-6;

/// ẋ = Ax + Bu in the data's own variables, about the equilibrium.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StateSpace {
    /// States × states, by rows.
    pub a: Vec<Vec<f64>>,
    /// States × inputs, by rows.
    pub b: Vec<Vec<f64>>,
    /// −A⁻¹B, states × inputs, by rows: the state at rest for each unit of an input. Every loop that holds its inputs learns it exactly.
    pub gain: Vec<Vec<f64>>,
    /// What the inputs do between samples.
    pub hold: Hold,
    /// Where it rests without inputs.
    #[serde(skip)]
    pub rest: Vec<f64>,
}

impl StateSpace {
    /// Of a map of scaled states (`scale` each) with held inputs; `None` where Φ has no real logarithm, a multiplier 1, or one twice.
    pub(crate) fn of_map(phi: &DMatrix<f64>, gamma: &DMatrix<f64>, scale: &[f64], interval: f64) -> Option<Self> {
        let d = phi.nrows();
        let own = DMatrix::from_fn(d, d, |i, j| phi[(i, j)] * scale[i] / scale[j]);
        let drive = DMatrix::from_fn(d, gamma.ncols(), |i, j| gamma[(i, j)] * scale[i]);
        let a = of_eigenvalues(&own, |mu| (mu.norm() > 0.0).then(|| mu.ln() / interval))?;
        let gain = (DMatrix::identity(d, d) - own).lu().solve(&drive)?;
        Some(Self { b: by_rows(&-(&a * &gain)), a: by_rows(&a), gain: by_rows(&gain), hold: Hold::Zero, rest: vec![0.0; d] })
    }

    /// What the end of an input that goes straight adds in an interval, for each unit of it: ∫₀¹ s e^{(1−s)HA} ds HB, the upper right block of an exponential (Van Loan 1978).
    pub(crate) fn ramp(&self, interval: f64) -> DMatrix<f64> {
        let (a, b) = (of_rows(&self.a) * interval, of_rows(&self.b) * interval);
        let (d, m) = (a.nrows(), b.ncols());
        let mut all = DMatrix::zeros(d + 2 * m, d + 2 * m);
        all.view_mut((0, 0), (d, d)).copy_from(&a);
        all.view_mut((0, d), (d, m)).copy_from(&b);
        all.view_mut((d, d + m), (m, m)).fill_with_identity();
        all.exp().view((0, d + m), (d, m)).into_owned()
    }

    /// B̂ = ÂA⁻¹B where the loop learns λ̂ = `learned(λ)` for each λ of A; the map must take conjugates to conjugates. `None` where it gives nothing for a λ.
    pub fn learned_b(&self, learned: impl Fn(C) -> Option<C>) -> Option<Vec<Vec<f64>>> {
        Some(by_rows(&-(self.learned_a(learned)? * of_rows(&self.gain))))
    }

    /// Â, under the same conditions.
    pub(crate) fn learned_a(&self, learned: impl Fn(C) -> Option<C>) -> Option<DMatrix<f64>> {
        of_eigenvalues(&of_rows(&self.a), learned)
    }
}

/// A matrix as its rows.
pub(crate) fn by_rows(m: &DMatrix<f64>) -> Vec<Vec<f64>> {
    m.row_iter().map(|row| row.iter().copied().collect()).collect()
}

fn of_rows(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows.first().map_or(0, Vec::len), |i, j| rows[i][j])
}

/// f(M) = Σ_k f(μ_k) Π_{j≠k} (M − μ_j)/(μ_k − μ_j) for eigenvalues that differ (Sylvester 1883); `None` where two are alike, or the result is not real.
fn of_eigenvalues(m: &DMatrix<f64>, f: impl Fn(C) -> Option<C>) -> Option<DMatrix<f64>> {
    let d = m.nrows();
    let values = spectrum(m)?;
    let largest = values.iter().map(|v| v.norm()).fold(0.0, f64::max);
    let complex = m.map(|x| C::new(x, 0.0));
    let mut sum = DMatrix::from_element(d, d, C::new(0.0, 0.0));
    for (k, &mu) in values.iter().enumerate() {
        // The lower half plane as the mirror image of the upper one.
        let image = if mu.im < 0.0 { f(mu.conj())?.conj() } else { f(mu)? };
        let mut part = DMatrix::from_diagonal_element(d, d, image);
        for (_, &other) in values.iter().enumerate().filter(|(j, _)| *j != k) {
            if (mu - other).norm() <= APART * largest {
                return None;
            }
            let mut factor = complex.clone();
            (0..d).for_each(|i| factor[(i, i)] -= other);
            part = part * factor / (mu - other);
        }
        sum += part;
    }
    let size = sum.iter().map(|z| z.norm()).fold(0.0, f64::max);
    let real = sum.iter().all(|z| z.re.is_finite() && z.im.abs() <= 1e-8 * size);
    real.then(|| sum.map(|z| z.re))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A damped oscillator under a held force: A and B from the exact map, and what forward Euler learns, (e^{λH} − 1)/H.
    #[test]
    fn a_held_force() {
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -4.01, -0.2]);
        let phi = of_eigenvalues(&a, |l| Some(l.exp())).unwrap();
        // Γ = A⁻¹(Φ − I)B with B = (0, 1)
        let b = DMatrix::from_row_slice(2, 1, &[0.0, 1.0]);
        let gamma = a.clone().lu().solve(&((&phi - DMatrix::identity(2, 2)) * b)).unwrap();
        let found = StateSpace::of_map(&phi, &gamma, &[1.0, 1.0], 1.0).unwrap();
        assert!(found.a.concat().iter().zip([0.0, 1.0, -4.01, -0.2]).all(|(x, y)| (x - y).abs() < 1e-12), "{found:?}");
        assert!(found.b.concat().iter().zip([0.0, 1.0]).all(|(x, y)| (x - y).abs() < 1e-12));
        assert!((found.gain[0][0] - 1.0 / 4.01).abs() < 1e-12);
        let euler = found.learned_b(|l| Some(l.exp() - 1.0)).unwrap().concat();
        assert!((euler[0] - 0.333019).abs() < 1e-6 && (euler[1] - 0.411383).abs() < 1e-6, "{euler:?}");
        assert_eq!(of_eigenvalues(&DMatrix::identity(2, 2), Some), None);
    }

    /// ẋ = −x + u, u from 0 to 1 in a unit of time: x(1) = 1/e.
    #[test]
    fn the_end_of_a_straight_input() {
        let system = StateSpace { a: vec![vec![-1.0]], b: vec![vec![1.0]], gain: vec![vec![1.0]], hold: Hold::Linear, rest: vec![0.0] };
        assert!((system.ramp(1.0)[(0, 0)] - (-1.0f64).exp()).abs() < 1e-14);
    }
}
