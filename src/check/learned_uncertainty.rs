//! How well the data of a fit settle an eigenvalue that is read off the learned field.
//!
//! The eigenvalue at the equilibrium is a function of the parameters. Its gradient (the equilibrium moves with them) and the residuals' Jacobian give
//! what is open of it by [`Evidence`]: a mode that the samples hardly excite, or an equilibrium far from every sample, leaves it wide, however small the
//! loss. Of Gaussians there is more: the true field need not lie in the span of those around the centres. What the span misses of a field of the
//! same norm is at most |θ| times the power function √(k(x, x) − |φ(x)|²), and of its derivative likewise (Wendland 2005, 11.1).

use crate::dynamics::{Equilibrium, Field};
use crate::fit::{Evidence, Features, Learned, Prepared};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;

/// A complex vector.
type Vector = DVector<Complex<f64>>;

/// Part of a parameter's size by which it is varied.
const VARIED: f64 = 1e-5;

/// What the data leave open, asked only where it is needed, because it costs as much as some iterations of the fit.
pub(super) struct LearnedUncertainty<'a> {
    prepared: &'a Prepared,
    learned: &'a Learned,
    /// The mean square of the residuals.
    loss: f64,
    evidence: Option<Option<Evidence>>,
}

impl<'a> LearnedUncertainty<'a> {
    pub fn new(prepared: &'a Prepared, learned: &'a Learned, loss: f64) -> Self {
        Self { prepared, learned, loss, evidence: None }
    }

    fn square(&mut self, gradient: &[Vec<f64>]) -> Option<f64> {
        let (prepared, learned, loss) = (self.prepared, self.learned, self.loss);
        let evidence = self.evidence.get_or_insert_with(|| prepared.evidence(learned, loss).ok().flatten()).as_ref()?;
        let square: f64 = gradient.iter().map(|part| evidence.square_of_change(part)).sum();
        square.is_finite().then_some(square)
    }

    /// How far the eigenvalue λ at an equilibrium may be from what data of more samples and a loss of zero would give; `None` where it cannot be told.
    pub fn eigenvalue(&mut self, place: &Equilibrium, lambda: Complex<f64>) -> Option<f64> {
        let (left, right) = eigenvectors(&place.jacobian, lambda)?;
        let gradient = eigenvalue_gradient(self.learned, place, &left, &right)?;
        Some((self.square(&gradient)? + missed(self.learned, &place.state, &left, &right)).sqrt())
    }

    /// The same of the field's value at a state.
    pub fn value(&mut self, state: &[f64]) -> Option<f64> {
        let gradient = value_gradient(self.learned, state);
        self.square(&gradient).map(f64::sqrt)
    }
}

/// The square of what the span of Gaussians misses of wᵀ(∂f)v; zero for the other classes.
fn missed(learned: &Learned, state: &[f64], left: &Vector, right: &Vector) -> f64 {
    let Features::Gaussian(kernel) = learned.model.features() else { return 0.0 };
    let d = state.len();
    // The features are the field's first component by its weights.
    let slopes: Vec<Vec<f64>> = (0..d)
        .map(|c| {
            let step = VARIED * kernel.length() * kernel.scale()[c];
            let beside = |sign: f64| {
                let mut state = state.to_vec();
                state[c] += sign * step;
                value_gradient(learned, &state).swap_remove(0)
            };
            beside(1.0).iter().zip(&beside(-1.0)).map(|(up, down)| (up - down) / (2.0 * step)).collect()
        })
        .collect();
    let size: f64 = learned.parameters.iter().map(|t| t * t).sum();
    let missing = |a: usize, b: usize| {
        let whole = if a == b { (kernel.length() * kernel.scale()[a]).powi(-2) } else { 0.0 };
        whole - slopes[a].iter().zip(&slopes[b]).map(|(p, q)| p * q).sum::<f64>()
    };
    let power: Complex<f64> =
        (0..d).flat_map(|a| (0..d).map(move |b| (a, b))).map(|(a, b)| right[a].conj() * missing(a, b) * right[b]).sum();
    size * left.norm_squared() * power.re.max(0.0)
}

/// ∂f(x)/∂θ, one row per component.
fn value_gradient(learned: &Learned, state: &[f64]) -> Vec<Vec<f64>> {
    let d = state.len();
    let mut probe = learned.clone();
    let mut rows = vec![Vec::new(); d];
    let (mut up, mut down) = (vec![0.0; d], vec![0.0; d]);
    for (i, &here) in learned.parameters.iter().enumerate() {
        let step = VARIED * (1.0 + here.abs());
        probe.parameters[i] = here + step;
        probe.value(state, &mut up);
        probe.parameters[i] = here - step;
        probe.value(state, &mut down);
        probe.parameters[i] = here;
        for (row, (up, down)) in rows.iter_mut().zip(up.iter().zip(&down)) {
            row.push((up - down) / (2.0 * step));
        }
    }
    rows
}

/// ∂λ/∂θ, real and imaginary part: wᵀ(∂J)v with wᵀv = 1, where J is taken at the equilibrium that moves with θ.
fn eigenvalue_gradient(learned: &Learned, place: &Equilibrium, left: &Vector, right: &Vector) -> Option<Vec<Vec<f64>>> {
    let d = place.state.len();
    let solver = place.jacobian.clone().lu();
    // Newton's step from here at varied parameters; none that would lead out of reach of the linearisation.
    let room = 1e-2 * (1.0 + place.state.iter().fold(0.0f64, |m, x| m.max(x.abs())));
    let mut probe = learned.clone();
    let (mut f, mut j) = (vec![0.0; d], vec![0.0; d * d]);
    let mut parts = vec![Vec::new(), Vec::new()];
    for (i, &here) in learned.parameters.iter().enumerate() {
        let step = VARIED * (1.0 + here.abs());
        let mut sides = [Complex::new(0.0, 0.0); 2];
        for (side, sign) in sides.iter_mut().zip([1.0, -1.0]) {
            probe.parameters[i] = here + sign * step;
            probe.value(&place.state, &mut f);
            let shift = solver.solve(&DVector::from_column_slice(&f)).filter(|s| s.amax() <= room);
            let state: Vec<f64> = (0..d).map(|c| place.state[c] - shift.as_ref().map_or(0.0, |s| s[c])).collect();
            probe.jacobian(&state, &mut j);
            *side = (0..d).flat_map(|a| (0..d).map(move |b| (a, b))).map(|(a, b)| left[a] * j[a * d + b] * right[b]).sum();
        }
        probe.parameters[i] = here;
        let slope = (sides[0] - sides[1]) / (2.0 * step);
        if !slope.is_finite() {
            return None;
        }
        parts[0].push(slope.re);
        parts[1].push(slope.im);
    }
    Some(parts)
}

/// Left and right eigenvectors of a simple eigenvalue, by inverse iteration, scaled so that wᵀv = 1.
fn eigenvectors(matrix: &DMatrix<f64>, lambda: Complex<f64>) -> Option<(Vector, Vector)> {
    let d = matrix.nrows();
    let size = matrix.amax().max(f64::MIN_POSITIVE);
    // Just beside the eigenvalue, so that the system has a solution.
    let shift = lambda + Complex::new(1e-9 * size, 1e-9 * size);
    let shifted = DMatrix::from_fn(d, d, |a, b| Complex::new(matrix[(a, b)], 0.0) - if a == b { shift } else { Complex::new(0.0, 0.0) });
    let vector = |matrix: DMatrix<Complex<f64>>| {
        let solver = matrix.lu();
        // No start that is likely to be orthogonal to an eigenvector.
        let mut v = DVector::from_fn(d, |k, _| Complex::new(1.0 + 0.37 * (k as f64).sin(), 0.21 * (1.3 * k as f64).cos()));
        for _ in 0..4 {
            v = solver.solve(&v)?;
            let norm = v.norm();
            if !(norm.is_finite() && norm > 0.0) {
                return None;
            }
            v /= Complex::new(norm, 0.0);
        }
        Some(v)
    };
    let right = vector(shifted.clone())?;
    let left = vector(shifted.transpose())?;
    let overlap: Complex<f64> = left.iter().zip(right.iter()).map(|(w, v)| w * v).sum();
    (overlap.norm() > 1e-12).then(|| (left / overlap, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Paths;
    use crate::dynamics::equilibria;
    use crate::fit::{Training, unwatched};
    use crate::method::{Sampling, catalog};

    #[test]
    fn the_gradient_of_an_eigenvalue_is_its_difference() {
        // A polynomial field: changing a parameter moves the equilibrium and the Jacobian.
        let samples =
            Paths::flat(2, [(0..30).map(|k| 0.2 * f64::from(k)).flat_map(|t| [1.0 + 0.4 * t.cos(), 1.0 + 0.5 * t.sin()]).collect()]);
        let rk4 = catalog::find("rk4").expect("in the catalogue");
        let training = Training::new("polynomial:2".parse().expect("a model"), rk4, Sampling::new(1.0, 1).expect("positive"));
        let prepared = training.prepare(&samples).expect("fits together");
        let mut learned = Learned { model: prepared.model().clone(), parameters: Vec::new() };
        learned.parameters = prepared.model().linear_start(&[-0.1, -1.0, 1.2, 0.05], Some(&[1.1, 0.9])).expect("contained");
        learned.parameters[4] += 0.03;
        let eigenvalue = |learned: &Learned| {
            let found = equilibria(learned, &[vec![1.1, 0.9]]);
            let j = &found[0].jacobian;
            let (half, det) = (j.trace() / 2.0, j.determinant());
            (found[0].clone(), Complex::new(half, (det - half * half).sqrt()))
        };
        let (place, lambda) = eigenvalue(&learned);
        let (left, right) = eigenvectors(&place.jacobian, lambda).expect("simple");
        let gradient = eigenvalue_gradient(&learned, &place, &left, &right).expect("finite");
        for (i, (re, im)) in gradient[0].iter().zip(&gradient[1]).enumerate() {
            let here = learned.parameters[i];
            learned.parameters[i] = here + 1e-5;
            let up = eigenvalue(&learned).1;
            learned.parameters[i] = here - 1e-5;
            let down = eigenvalue(&learned).1;
            learned.parameters[i] = here;
            let slope = (up - down) / 2e-5;
            let found = Complex::new(*re, *im);
            assert!((slope - found).norm() < 1e-6 * (1.0 + slope.norm()), "{i}: {slope} {found}");
        }
    }

    #[test]
    fn a_mode_that_the_samples_hardly_excite_is_left_open() {
        // Two real modes; the fast one starts at 1e-13 of the slow one.
        let samples = Paths::flat(2, [(0..20).map(f64::from).flat_map(|t| [(-0.1 * t).exp(), 1e-13 * (-1.5 * t).exp()]).collect()]);
        let rk4 = catalog::find("rk4").expect("in the catalogue");
        let training = Training::new("linear".parse().expect("a model"), rk4, Sampling::new(1.0, 1).expect("positive"));
        let prepared = training.prepare(&samples).expect("fits together");
        let start = prepared.model().linear_start(&[-0.1, 0.0, 0.0, -1.0], None);
        let fit = prepared.fit(0, start, &mut unwatched).expect("finite");
        let place = equilibria(&fit.learned, &[vec![0.0, 0.0]]).remove(0);
        let mut uncertainty = LearnedUncertainty::new(&prepared, &fit.learned, 1e-28);
        let slow = uncertainty.eigenvalue(&place, Complex::new(place.jacobian[(0, 0)], 0.0)).expect("small");
        let fast = uncertainty.eigenvalue(&place, Complex::new(place.jacobian[(1, 1)], 0.0)).expect("small");
        assert!(slow < 1e-11 && fast > 1e-2, "{slow} {fast}");
    }
}
