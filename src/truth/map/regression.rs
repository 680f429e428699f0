//! The coefficients of the discrete map by least squares, and its degree by cross-validation.

use super::discrete_map::{Coordinates, DiscreteMap, Monomials};
use crate::data::EvenSamples;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// The highest degree that cross-validation considers.
pub const HIGHEST_AUTOMATIC_DEGREE: usize = 3;
/// The most coefficients that a map may have.
pub const MOST_COEFFICIENTS: usize = 600;
/// Blocks of consecutive samples that cross-validation leaves out in turn.
const BLOCKS: usize = 10;
/// A pivot of the triangular factor below this, relative to the largest, means that the samples do not determine the map.
const DEPENDENT: f64 = 1e-11;
/// Coordinates are of size one; prediction errors below this are rounding.
const ROUNDING: f64 = 1e-12;

/// The pairs of successive samples, in the map's coordinates.
pub(crate) struct Pairs {
    pub coordinates: Coordinates,
    from: Vec<DVector<f64>>,
    to: Vec<DVector<f64>>,
}

/// How well a degree predicts the samples that it has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DegreeScore {
    /// The degree of the map.
    pub degree: usize,
    /// Root mean square of the one-step prediction error on left-out blocks, relative to the spread of the data.
    pub error: f64,
}

impl Pairs {
    pub fn of(data: &EvenSamples) -> Self {
        let states: Vec<&[f64]> = data.all_states().collect();
        let coordinates = Coordinates::of(states.into_iter(), data.dimension());
        let (from, to) = data.pairs().map(|(x, y)| (coordinates.of_state(x), coordinates.of_state(y))).unzip();
        Self { coordinates, from, to }
    }

    pub fn count(&self) -> usize {
        self.from.len()
    }

    /// The map of this degree with the least sum of squared one-step errors over the pairs that `kept` chooses, or `None` when
    /// they do not determine it.
    pub fn fit(&self, degree: usize, kept: impl Fn(usize) -> bool) -> Option<DiscreteMap> {
        let monomials = Monomials::up_to(degree, self.coordinates.count());
        let chosen: Vec<usize> = (0..self.count()).filter(|&k| kept(k)).collect();
        if chosen.len() < monomials.count() {
            return None;
        }
        let mut design = DMatrix::zeros(chosen.len(), monomials.count());
        let mut images = DMatrix::zeros(chosen.len(), self.coordinates.count());
        let mut values = Vec::new();
        for (row, &k) in chosen.iter().enumerate() {
            monomials.values(self.from[k].as_slice(), &mut values);
            design.row_mut(row).copy_from_slice(&values);
            images.row_mut(row).copy_from_slice(self.to[k].as_slice());
        }
        // Columns of unit length: the pivots then measure dependence, not size.
        let lengths: Vec<f64> = design.column_iter().map(|c| c.norm().max(f64::MIN_POSITIVE)).collect();
        design.column_iter_mut().zip(&lengths).for_each(|(mut column, length)| column /= *length);
        let qr = design.col_piv_qr();
        let triangle = qr.r();
        let pivots = triangle.diagonal().map(f64::abs);
        if pivots.min() <= DEPENDENT * pivots.max() {
            return None;
        }
        qr.q_tr_mul(&mut images);
        let mut solution = images.rows(0, monomials.count()).into_owned();
        if !triangle.solve_upper_triangular_mut(&mut solution) {
            return None;
        }
        qr.p().inv_permute_rows(&mut solution);
        solution.row_iter_mut().zip(&lengths).for_each(|(mut row, length)| row /= *length);
        Some(DiscreteMap::new(self.coordinates.clone(), degree, solution.transpose()))
    }

    /// The prediction error of each degree that the samples can support, block by block.
    fn errors(&self, degree: usize) -> Option<Vec<f64>> {
        let blocks = BLOCKS.min(self.count());
        let block = |k: usize| k * blocks / self.count();
        let mut errors = vec![0.0; blocks];
        for (left_out, error) in errors.iter_mut().enumerate() {
            let map = self.fit(degree, |k| block(k) != left_out)?;
            let members = (0..self.count()).filter(|&k| block(k) == left_out);
            let (sum, count) =
                members.fold((0.0, 0), |(sum, count), k| (sum + (map.image(&self.from[k]) - &self.to[k]).norm_squared(), count + 1));
            *error = sum / f64::from(count.max(1));
        }
        Some(errors)
    }

    /// The degree to use, and the score of every degree that was tried.
    ///
    /// Each block of successive pairs is left out in turn, and the map fitted to the rest predicts it. The lowest degree whose error
    /// exceeds the best one's by no more than one standard error of their difference is taken (the one-standard-error rule of
    /// Breiman, Friedman, Olshen & Stone, 1984, §3.4.3, with paired differences). `None` when not even an affine map is determined.
    pub fn choose_degree(&self) -> Option<(usize, Vec<DegreeScore>)> {
        let affordable =
            |d: &usize| Monomials::number(*d, self.coordinates.count()).is_some_and(|n| n * self.coordinates.count() <= MOST_COEFFICIENTS);
        let tried: Vec<(usize, Vec<f64>)> =
            (1..=HIGHEST_AUTOMATIC_DEGREE).filter(affordable).map_while(|d| Some((d, self.errors(d)?))).collect();
        if tried.is_empty() {
            // Too few samples to leave any out: affine, unseen.
            return self.fit(1, |_| true).map(|_| (1, Vec::new()));
        }
        let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
        let (_, best) = tried.iter().min_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)))?;
        let good_enough = |errors: &[f64]| {
            let differences: Vec<f64> = errors.iter().zip(best).map(|(e, b)| e - b).collect();
            let excess = mean(&differences);
            let variance = differences.iter().map(|d| (d - excess).powi(2)).sum::<f64>() / (differences.len().max(2) - 1) as f64;
            excess <= (variance / differences.len() as f64).sqrt() + ROUNDING * ROUNDING
        };
        let degree = tried.iter().find(|(_, errors)| good_enough(errors)).map(|(d, _)| *d)?;
        let spread = self.to.iter().map(|z| z.norm_squared()).sum::<f64>() / self.count() as f64;
        let scores = tried.iter().map(|(degree, errors)| DegreeScore { degree: *degree, error: (mean(errors) / spread).sqrt() });
        Some((degree, scores.collect()))
    }
}
