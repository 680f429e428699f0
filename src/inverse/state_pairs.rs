//! Pairs of successive samples, with the inputs between them, as matrices: one column a pair.
//!
//! A model of one step is linear in (x, 1, u, u̇, x⁺), so of many pairs with the same H only a triangular factor counts:
//!
//! ```text
//! ‖M W‖ = ‖M Lᵀ‖     for W = [x; 1; u; u̇; x⁺], one column a pair, and Wᵀ = QL
//! ```

use super::uneven::UnevenError;
use crate::data::Hold;
use nalgebra::{DMatrix, DVector};

/// Two samples in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct StatePair {
    /// x_k.
    pub from: Vec<f64>,
    /// x_{k+1}.
    pub to: Vec<f64>,
    /// H_k.
    pub interval: f64,
    /// m_k.
    pub substeps: u32,
}

/// The inputs at two samples in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct InputPair {
    /// u_k.
    pub from: Vec<f64>,
    /// u_{k+1}.
    pub to: Vec<f64>,
}

/// Pairs of samples, or what counts of them.
#[derive(Clone, Debug)]
pub struct StatePairs {
    /// The different (H, m), and for each column its place among them.
    pub(super) steps: Vec<(f64, u32)>,
    pub(super) places: Vec<usize>,
    pub(super) from: DMatrix<f64>,
    pub(super) to: DMatrix<f64>,
    /// The 1 of each pair.
    pub(super) constant: DVector<f64>,
    /// u at the start of the interval, and its slope: no rows without inputs, the slope is 0 where they are held.
    pub(super) input: DMatrix<f64>,
    pub(super) slope: DMatrix<f64>,
    /// What the inputs do over an interval; `None` without inputs.
    pub(super) hold: Option<Hold>,
}

impl StatePairs {
    /// These pairs of states with `dimension` components.
    ///
    /// # Errors
    /// No pair, states of another dimension or not finite, intervals that are not positive.
    pub fn new(pairs: &[StatePair], dimension: usize) -> Result<Self, UnevenError> {
        let fits = |p: &StatePair| {
            let finite = p.from.iter().chain(&p.to).all(|x| x.is_finite());
            let shaped = p.from.len() == dimension && p.to.len() == dimension;
            finite && shaped && p.interval > 0.0 && p.interval.is_finite() && p.substeps > 0
        };
        if pairs.is_empty() || dimension == 0 || !pairs.iter().all(fits) {
            return Err(UnevenError::Intervals);
        }
        let mut steps: Vec<(f64, u32)> = pairs.iter().map(|p| (p.interval, p.substeps)).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        steps.dedup();
        let place = |p: &StatePair| steps.partition_point(|s| (s.0, s.1) < (p.interval, p.substeps));
        Ok(Self {
            places: pairs.iter().map(place).collect(),
            from: DMatrix::from_fn(dimension, pairs.len(), |i, k| pairs[k].from[i]),
            to: DMatrix::from_fn(dimension, pairs.len(), |i, k| pairs[k].to[i]),
            constant: DVector::from_element(pairs.len(), 1.0),
            input: DMatrix::zeros(0, pairs.len()),
            slope: DMatrix::zeros(0, pairs.len()),
            hold: None,
            steps,
        })
    }

    /// The same with known inputs, one pair each; of equal intervals only what counts is kept.
    ///
    /// # Errors
    /// Another number of inputs than of pairs, or of components; inputs that are not finite.
    pub fn with_inputs(mut self, inputs: &[InputPair], hold: Hold) -> Result<Self, UnevenError> {
        let count = inputs.first().map_or(0, |u| u.from.len());
        let fits = |u: &InputPair| u.from.len() == count && u.to.len() == count && u.from.iter().chain(&u.to).all(|x| x.is_finite());
        if inputs.len() != self.places.len() || count == 0 || !inputs.iter().all(fits) {
            return Err(UnevenError::Inputs);
        }
        self.input = DMatrix::from_fn(count, inputs.len(), |i, k| inputs[k].from[i]);
        self.slope = match hold {
            Hold::Zero => DMatrix::zeros(count, inputs.len()),
            Hold::Linear => {
                DMatrix::from_fn(count, inputs.len(), |i, k| (inputs[k].to[i] - inputs[k].from[i]) / self.steps[self.places[k]].0)
            }
        };
        self.hold = Some(hold);
        Ok(self.condensed())
    }

    /// The same with m steps in every interval.
    #[must_use]
    pub fn with_substeps(mut self, substeps: u32) -> Self {
        self.steps.iter_mut().for_each(|step| step.1 = substeps);
        self
    }

    /// How many components a state has.
    pub fn dimension(&self) -> usize {
        self.from.nrows()
    }

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.input.nrows()
    }

    /// Σ |x_{k+1} − c|².
    pub(super) fn motion(&self, centre: &DVector<f64>) -> f64 {
        (&self.to - centre * self.constant.transpose()).norm_squared()
    }

    fn condensed(self) -> Self {
        let (d, p) = (self.dimension(), self.inputs());
        let parts = [d, 1, p, p, d];
        let rows: usize = parts.iter().sum();
        let column = |k: usize| -> Vec<f64> {
            let of = |m: &DMatrix<f64>| m.column(k).iter().copied().collect::<Vec<_>>();
            [of(&self.from), vec![self.constant[k]], of(&self.input), of(&self.slope), of(&self.to)].concat()
        };
        let mut kept: Vec<f64> = Vec::new();
        let mut places = Vec::new();
        for place in 0..self.steps.len() {
            let own: Vec<f64> = (0..self.places.len()).filter(|k| self.places[*k] == place).flat_map(column).collect();
            let group = DMatrix::from_column_slice(rows, own.len() / rows, &own);
            let group = if group.ncols() > rows { group.transpose().qr().r().transpose() } else { group };
            places.extend(std::iter::repeat_n(place, group.ncols()));
            kept.extend(group.iter());
        }
        let all = DMatrix::from_column_slice(rows, places.len(), &kept);
        let part = |k: usize| all.rows(parts[..k].iter().sum(), parts[k]).into_owned();
        Self { places, from: part(0), constant: all.row(d).transpose(), input: part(2), slope: part(3), to: part(4), ..self }
    }
}
