//! Where a system rests: what its file states, and what is searched.

use super::System;
use super::definition::Origin;
use crate::dynamics::{PolynomialField, equilibria, equilibria_within};

/// Guesses for equilibria around the starts.
const GUESSES: usize = 64;
/// Polynomial fields in up to this many variables are searched for every equilibrium.
const MOST_SEARCHED: usize = 3;
/// So many times as far as the starts, and one more.
const REACH: f64 = 100.0;

impl System {
    /// The equilibria. A built-in file may state them in closed form; otherwise they are searched, from what the file states, from the starts and around these; and
    /// of a polynomial field in up to three variables all that lie within a hundred times the starts' size (Krawczyk's test, [`equilibria_within`]).
    pub fn equilibria(&self) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = Vec::new();
        let stated = self.definition.equilibria.as_deref();
        for state in stated.unwrap_or_default().iter().filter_map(|state| self.state(state)) {
            if !all.contains(&state) {
                all.push(state);
            }
        }
        if stated.is_some() && !matches!(self.definition.origin, Origin::File(_)) {
            return all;
        }
        let everywhere = self.searched();
        let guesses = if stated.is_some() || !everywhere.is_empty() { all } else { self.guesses() };
        let guesses: Vec<Vec<f64>> = guesses.into_iter().chain(everywhere).collect();
        equilibria(self, &guesses).into_iter().map(|found| found.state).collect()
    }

    /// Of a polynomial field in few variables, every equilibrium within reach.
    fn searched(&self) -> Vec<Vec<f64>> {
        let d = self.compiled.dimension();
        if d > MOST_SEARCHED {
            return Vec::new();
        }
        let Some(field) = PolynomialField::of_system(self) else { return Vec::new() };
        let size = self.default_starts().iter().flatten().fold(0.0f64, |size, x| size.max(x.abs()));
        let reach = vec![REACH * (1.0 + size); d];
        let low: Vec<f64> = reach.iter().map(|r| -r).collect();
        equilibria_within(&field.compiled(), &low, &reach).equilibria.into_iter().map(|found| found.state).collect()
    }

    /// Zero, the starts, and points about them.
    pub(super) fn guesses(&self) -> Vec<Vec<f64>> {
        let d = self.compiled.dimension();
        let starts = self.default_starts();
        let side = |j: usize| starts.iter().map(move |x| x[j]);
        let reach: Vec<(f64, f64)> = (0..d).map(|j| (side(j).fold(0.0, f64::min) - 1.0, side(j).fold(0.0, f64::max) + 1.0)).collect();
        // A lattice that fills the box evenly: multiples of powers of the generalised golden ratio.
        let ratio = (0..50).fold(1.5f64, |g, _| (1.0 + g).powf(1.0 / (d as f64 + 1.0)));
        let part = |k: usize, j: usize| (0.5 + (k + 1) as f64 / ratio.powi(j as i32 + 1)).fract();
        let around = (0..GUESSES).map(|k| reach.iter().enumerate().map(|(j, (low, high))| low + (high - low) * part(k, j)).collect());
        let zero = if self.definition.positive { vec![1.0; d] } else { vec![0.0; d] };
        std::iter::once(zero).chain(starts.iter().cloned()).chain(around).collect()
    }
}
