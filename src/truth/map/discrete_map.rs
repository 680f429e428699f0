//! The map Φ from one sample to the next, x_{n+1} = Φ(x_n), as a polynomial in coordinates fitted to the data.

use nalgebra::{DMatrix, DVector, SVD};

/// Directions in which the scaled data vary less than this, relative to the most, are taken as fixed.
const FLAT: f64 = 1e-9;

/// Affine coordinates in which data are centred, of unit size and uncorrelated: `x = centre + basis·z`.
///
/// Where the data lie in a plane (a conserved linear quantity, say), the coordinates are those of the plane, and there are fewer
/// of them than variables.
#[derive(Clone, Debug)]
pub struct Coordinates {
    centre: DVector<f64>,
    /// variables × coordinates
    basis: DMatrix<f64>,
    /// coordinates × variables, a left inverse of `basis`
    inverse: DMatrix<f64>,
}

impl Coordinates {
    /// The principal directions of the states, each variable first scaled by its standard deviation.
    pub(crate) fn of<'a>(states: impl Iterator<Item = &'a [f64]> + Clone, dimension: usize) -> Self {
        let count = states.clone().count().max(1) as f64;
        let mut centre = DVector::zeros(dimension);
        states.clone().for_each(|x| centre += DVector::from_column_slice(x) / count);
        let mut variance = DVector::<f64>::zeros(dimension);
        states.clone().for_each(|x| variance += (DVector::from_column_slice(x) - &centre).map(|d| d * d / count));
        let scale = variance.map(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
        let scaled = DMatrix::from_rows(
            &states.map(|x| (DVector::from_column_slice(x) - &centre).component_div(&scale).transpose()).collect::<Vec<_>>(),
        );
        let triangle = scaled.clone().qr().r();
        // Without a decomposition (it has not been seen to fail) the variables themselves are the directions.
        let directions = match SVD::try_new(triangle, false, true, f64::EPSILON, 10_000) {
            Some(SVD { v_t: Some(v_t), singular_values, .. }) => {
                let most = singular_values.max();
                let kept: Vec<usize> = (0..singular_values.len()).filter(|&k| singular_values[k] > FLAT * most).collect();
                if kept.is_empty() { DMatrix::identity(dimension, dimension) } else { v_t.select_rows(&kept) }
            }
            _ => DMatrix::identity(dimension, dimension),
        };
        // One length for all coordinates, so that errors in them weigh as in the scaled variables.
        let reach = (&scaled * directions.transpose()).amax().max(f64::MIN_POSITIVE);
        let basis = DMatrix::from_diagonal(&scale) * directions.transpose() * reach;
        let inverse = &directions * DMatrix::from_diagonal(&scale.map(|s| 1.0 / s)) / reach;
        Self { centre, basis, inverse }
    }

    /// How many coordinates there are.
    pub fn count(&self) -> usize {
        self.basis.ncols()
    }

    /// How many variables the data have.
    pub fn variables(&self) -> usize {
        self.basis.nrows()
    }

    /// The coordinates of a state.
    pub fn of_state(&self, x: &[f64]) -> DVector<f64> {
        &self.inverse * (DVector::from_column_slice(x) - &self.centre)
    }

    /// The state with these coordinates.
    pub fn to_state(&self, z: &DVector<f64>) -> Vec<f64> {
        (&self.basis * z + &self.centre).as_slice().to_vec()
    }
}

/// All monomials of total degree up to a bound, 1 first; each but the first is an earlier one times a variable.
#[derive(Clone, Debug)]
pub(crate) struct Monomials {
    dimension: usize,
    /// Of the monomials after the first: an earlier one, and the variable that multiplies it.
    factors: Vec<(usize, usize)>,
}

impl Monomials {
    pub fn up_to(degree: usize, dimension: usize) -> Self {
        let mut factors: Vec<(usize, usize)> = Vec::new();
        let last_variable = |factors: &[(usize, usize)], k: usize| if k == 0 { 0 } else { factors[k - 1].1 };
        let mut previous = 0..1;
        for _ in 0..degree {
            for k in previous.clone() {
                // Variables in order within a monomial: each occurs once.
                for variable in last_variable(&factors, k)..dimension {
                    factors.push((k, variable));
                }
            }
            previous = previous.end..factors.len() + 1;
        }
        Self { dimension, factors }
    }

    /// How many there are up to `degree` in `dimension` variables, or `None` when that is beyond counting.
    pub fn number(degree: usize, dimension: usize) -> Option<usize> {
        (1..=degree).try_fold(1usize, |product, k| Some(product.checked_mul(dimension + k)? / k))
    }

    pub fn count(&self) -> usize {
        self.factors.len() + 1
    }

    /// The values at `z`.
    pub fn values(&self, z: &[f64], values: &mut Vec<f64>) {
        values.clear();
        values.push(1.0);
        for &(earlier, variable) in &self.factors {
            values.push(values[earlier] * z[variable]);
        }
    }

    /// The derivatives of all of them, one column per variable, at the point where they have these values.
    pub fn derivatives(&self, z: &[f64], values: &[f64]) -> DMatrix<f64> {
        let mut d = DMatrix::zeros(self.count(), self.dimension);
        for (k, &(earlier, variable)) in self.factors.iter().enumerate() {
            for j in 0..self.dimension {
                d[(k + 1, j)] = d[(earlier, j)] * z[variable] + if j == variable { values[earlier] } else { 0.0 };
            }
        }
        d
    }
}

/// A polynomial map of the coordinates, `Φ(z) = C·(monomials of z)`.
#[derive(Clone, Debug)]
pub struct DiscreteMap {
    pub(crate) coordinates: Coordinates,
    pub(crate) monomials: Monomials,
    /// coordinates × monomials
    pub(crate) coefficients: DMatrix<f64>,
    degree: usize,
}

impl DiscreteMap {
    pub(crate) fn new(coordinates: Coordinates, degree: usize, coefficients: DMatrix<f64>) -> Self {
        let monomials = Monomials::up_to(degree, coordinates.count());
        debug_assert_eq!(coefficients.shape(), (coordinates.count(), monomials.count()));
        Self { coordinates, monomials, coefficients, degree }
    }

    pub(crate) fn with(&self, coefficients: DMatrix<f64>) -> Self {
        Self { coefficients, ..self.clone() }
    }

    /// The total degree.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// The coordinates that the map acts on.
    pub fn coordinates(&self) -> &Coordinates {
        &self.coordinates
    }

    /// Φ at the coordinates `z`.
    pub fn image(&self, z: &DVector<f64>) -> DVector<f64> {
        let mut values = Vec::new();
        self.monomials.values(z.as_slice(), &mut values);
        &self.coefficients * DVector::from_vec(values)
    }

    /// Φ and its Jacobian at the coordinates `z`.
    pub fn image_and_jacobian(&self, z: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let mut values = Vec::new();
        self.monomials.values(z.as_slice(), &mut values);
        let jacobian = &self.coefficients * self.monomials.derivatives(z.as_slice(), &values);
        (&self.coefficients * DVector::from_vec(values), jacobian)
    }

    /// The state that follows `x`: Φ in the data's own variables.
    pub fn next_state(&self, x: &[f64]) -> Vec<f64> {
        self.coordinates.to_state(&self.image(&self.coordinates.of_state(x)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn monomials_are_counted_and_each_occurs_once() {
        for (degree, dimension, count) in [(0, 3, 1), (1, 4, 5), (2, 2, 6), (3, 2, 10), (3, 3, 20), (5, 4, 126)] {
            let monomials = Monomials::up_to(degree, dimension);
            assert_eq!((monomials.count(), Monomials::number(degree, dimension)), (count, Some(count)));
            // Powers of distinct primes are distinct.
            let primes = &[2.0, 3.0, 5.0, 7.0][..dimension];
            let mut values = Vec::new();
            monomials.values(primes, &mut values);
            values.sort_by(f64::total_cmp);
            assert!(values.windows(2).all(|w| w[0] < w[1]), "{values:?}");
        }
        assert_eq!(Monomials::number(60, 60), None);
    }

    #[test]
    fn the_jacobian_is_the_derivative() {
        let states = [[0.0, 1.0], [3.0, -2.0], [1.0, 0.5], [-1.0, 4.0]];
        let coordinates = Coordinates::of(states.iter().map(|x| &x[..]), 2);
        let coefficients = DMatrix::from_fn(2, 10, |i, j| (1.7 * i as f64 + 0.9 * j as f64).sin());
        let map = DiscreteMap::new(coordinates, 3, coefficients);
        let z = DVector::from_vec(vec![0.3, -0.7]);
        let (_, jacobian) = map.image_and_jacobian(&z);
        for j in 0..2 {
            let step = DVector::from_fn(2, |i, _| if i == j { 1e-5 } else { 0.0 });
            let difference = (map.image(&(&z + &step)) - map.image(&(&z - &step))) / 2e-5;
            assert_relative_eq!(difference, jacobian.column(j).into_owned(), epsilon = 1e-8);
        }
    }

    #[test]
    fn data_in_a_plane_get_the_coordinates_of_the_plane() {
        let states: Vec<[f64; 3]> = (0..20).map(f64::from).map(|t| [t.sin(), t.cos(), 1.0 - t.sin() - t.cos()]).collect();
        let coordinates = Coordinates::of(states.iter().map(|x| &x[..]), 3);
        assert_eq!((coordinates.count(), coordinates.variables()), (2, 3));
        for x in &states {
            assert_relative_eq!(coordinates.to_state(&coordinates.of_state(x))[..], x[..], epsilon = 1e-12);
        }
    }
}
