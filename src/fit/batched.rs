//! Models as parameterised fields: many states at once, a block of them at a time through the same sweeps as the training.

use super::model::{Learned, Model};
use super::tape::{Deltas, Tape};
use crate::dynamics::{At, Field, ParameterisedField};
use crate::simd::{Width, padded};

/// States a block.
const BLOCK: usize = 64;

/// A forward sweep over some states: the tape, f (d × n) and n, the states padded by copies of the last.
fn evaluated(model: &Model, theta: &[f64], states: &[f64]) -> (Tape, Vec<f64>, usize) {
    let d = model.dimension();
    let count = states.len() / d;
    let n = padded(count);
    let mut tape = Tape::new(model, n, 1);
    for (c, row) in tape.states(0).chunks_exact_mut(n).enumerate() {
        row.iter_mut().enumerate().for_each(|(i, x)| *x = states[i.min(count - 1) * d + c]);
    }
    let mut f = vec![0.0; d * n];
    model.forward(Width::detected(), theta, &mut tape, 0, &mut f);
    (tape, f, n)
}

impl ParameterisedField for Model {
    fn dimension(&self) -> usize {
        Self::dimension(self)
    }

    fn parameter_count(&self) -> usize {
        Self::parameter_count(self)
    }

    fn value_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let d = Self::dimension(self);
        for (states, out) in states.chunks(BLOCK * d).zip(out.chunks_mut(BLOCK * d)) {
            let (_, f, n) = evaluated(self, theta, states);
            for (i, out) in out.chunks_exact_mut(d).enumerate() {
                out.iter_mut().enumerate().for_each(|(c, o)| *o = f[c * n + i]);
            }
        }
    }

    fn jacobian_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let d = Self::dimension(self);
        for (states, out) in states.chunks(BLOCK * d).zip(out.chunks_mut(BLOCK * d * d)) {
            let (tape, _, n) = evaluated(self, theta, states);
            let mut deltas = Deltas::new(self, n, 1, d);
            let (mut seeds, mut rows) = (vec![0.0; d * d * n], vec![0.0; d * d * n]);
            (0..d).for_each(|i| seeds[(i * d + i) * n..(i * d + i + 1) * n].fill(1.0));
            self.reverse(Width::detected(), theta, &tape, 0, &mut deltas, (0, d), &seeds, Some(&mut rows));
            for (i, out) in out.chunks_exact_mut(d * d).enumerate() {
                out.iter_mut().enumerate().for_each(|(entry, o)| *o = rows[entry * n + i]);
            }
        }
    }

    fn vjp_batch(&self, theta: &[f64], states: &[f64], adjoint: &[f64], out: &mut [f64]) {
        let d = Self::dimension(self);
        out.fill(0.0);
        for (states, adjoint) in states.chunks(BLOCK * d).zip(adjoint.chunks(BLOCK * d)) {
            let (tape, _, n) = evaluated(self, theta, states);
            let mut deltas = Deltas::new(self, n, 1, 1);
            // Zero for the padding.
            let mut seeds = vec![0.0; d * n];
            for (i, w) in adjoint.chunks_exact(d).enumerate() {
                w.iter().enumerate().for_each(|(c, w)| seeds[c * n + i] = *w);
            }
            self.reverse(Width::detected(), theta, &tape, 0, &mut deltas, (0, 1), &seeds, None);
            deltas.gradient(self, Width::detected(), &tape, 0..1, 0, out);
        }
    }
}

impl Learned {
    fn at(&self) -> At<'_, Model> {
        At { field: &self.model, parameters: &self.parameters }
    }
}

impl Field for Learned {
    fn dimension(&self) -> usize {
        self.model.dimension()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.at().value(x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        self.at().jacobian(x, out);
    }
}
