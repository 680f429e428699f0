//! What a forward sweep leaves for the reverse sweep, and what the reverse sweep leaves for gradients.
//!
//! A *slot* is one evaluation of the field for all samples of a block (stage i of step s of interval j); a *copy* is one of several
//! adjoints carried through the same slot at once, one a residual. All is allocated once and reused.

use super::activation::Activation;
use super::model::Model;
use super::saturating::product;
use crate::simd::Width;
use crate::simd::gemm::{Pairs, Rows, RowsMut, Strided, Update, multiply, multiply_transposed};

/// Activations of every layer at every slot, each slot's rows contiguous.
pub(crate) struct Tape {
    n: usize,
    dimension: usize,
    /// d × n per slot.
    x: Vec<f64>,
    /// A layer: (inputs + bias) × n per slot; the bias row holds ones.
    z: Vec<Vec<f64>>,
    /// A hidden layer's slopes, inputs × n per slot, where the activation does not give them.
    slopes: Vec<Vec<f64>>,
}

impl Tape {
    /// For `slots` evaluations of `n` (padded) samples.
    pub(crate) fn new(model: &Model, n: usize, slots: usize) -> Self {
        let ones = |rows: usize, bias: bool| {
            let mut block = vec![0.0; (rows + usize::from(bias)) * n];
            block[rows * n..].fill(1.0);
            block.repeat(slots)
        };
        let z: Vec<Vec<f64>> = model.layers().iter().map(|layer| ones(layer.inputs, layer.bias)).collect();
        let stores = model.activation().stores_derivatives();
        let slopes = model
            .layers()
            .iter()
            .enumerate()
            .map(|(l, layer)| if l > 0 && stores { vec![0.0; layer.inputs * n * slots] } else { Vec::new() })
            .collect();
        let d = model.dimension();
        Self { n, dimension: d, x: vec![0.0; d * n * slots], z, slopes }
    }

    /// Makes room for so many evaluations.
    pub(crate) fn grow(&mut self, model: &Model, slots: usize) {
        let n = self.n;
        if self.x.len() >= self.dimension * n * slots {
            return;
        }
        self.x.resize(self.dimension * n * slots, 0.0);
        for (l, layer) in model.layers().iter().enumerate() {
            let z = &mut self.z[l];
            while z.len() < layer.columns() * n * slots {
                z.resize(z.len() + layer.inputs * n, 0.0);
                z.resize(z.len() + usize::from(layer.bias) * n, 1.0);
            }
            if !self.slopes[l].is_empty() {
                self.slopes[l].resize(layer.inputs * n * slots, 0.0);
            }
        }
    }

    /// Numbers that a tape holds.
    pub(crate) fn size(model: &Model, n: usize, slots: usize) -> usize {
        let twice = if model.activation().stores_derivatives() { 2 } else { 1 };
        let rows: usize = model.layers().iter().map(|layer| twice * layer.columns()).sum();
        product(&[rows + model.dimension(), n, slots])
    }

    /// The states at a slot, d × n, to be written before [`forward`](Self::forward).
    pub(crate) fn states(&mut self, slot: usize) -> &mut [f64] {
        let block = self.dimension * self.n;
        &mut self.x[slot * block..(slot + 1) * block]
    }

    /// What layer `l` saw at a slot.
    pub(crate) fn inputs(&self, model: &Model, l: usize, slot: usize) -> &[f64] {
        let block = model.layers()[l].columns() * self.n;
        &self.z[l][slot * block..(slot + 1) * block]
    }

    pub(crate) fn forward(&mut self, model: &Model, width: Width, theta: &[f64], slot: usize, out: &mut [f64]) {
        let n = self.n;
        let layers = model.layers();
        let columns = layers[0].columns();
        let block = self.dimension * n;
        let x = &self.x[slot * block..(slot + 1) * block];
        model.features().value(width, x, n, &mut self.z[0][slot * columns * n..(slot + 1) * columns * n]);
        let mut offset = 0;
        for (l, layer) in layers.iter().enumerate() {
            let k = layer.columns();
            let weights = &theta[offset..offset + layer.size()];
            offset += layer.size();
            let (seen, later) = self.z.split_at_mut(l + 1);
            let z = &seen[l][slot * k * n..(slot + 1) * k * n];
            let shape = (layer.outputs, n, k);
            match later.first_mut() {
                None => multiply(width, shape, Strided::rows(weights, k), Rows(z, n), RowsMut(out, n), Update::Assign),
                Some(next) => {
                    let start = slot * layers[l + 1].columns() * n;
                    let hidden = &mut next[start..start + layer.outputs * n];
                    multiply(width, shape, Strided::rows(weights, k), Rows(z, n), RowsMut(hidden, n), Update::Assign);
                    let slopes = &mut self.slopes[l + 1];
                    let slopes = if slopes.is_empty() { &mut [][..] } else { &mut slopes[slot * hidden.len()..(slot + 1) * hidden.len()] };
                    model.activation().apply(width, hidden, slopes);
                }
            }
        }
    }
}

/// Adjoints of every layer's output at every slot, for a number of copies.
pub(crate) struct Deltas {
    n: usize,
    copies: usize,
    /// A layer: a slot, a copy: outputs × n.
    layers: Vec<Vec<f64>>,
    scratch: Vec<f64>,
}

impl Deltas {
    /// For `slots` slots of `copies` adjoints of `n` (padded) samples.
    pub(crate) fn new(model: &Model, n: usize, slots: usize, copies: usize) -> Self {
        let layers = model.layers().iter().map(|layer| vec![0.0; layer.outputs * n * slots * copies]).collect();
        let features = model.layers()[0].inputs;
        Self { n, copies, layers, scratch: vec![0.0; features * n] }
    }

    /// Makes room for so many slots.
    pub(crate) fn grow(&mut self, model: &Model, slots: usize) {
        for (layer, deltas) in model.layers().iter().zip(&mut self.layers) {
            let needed = layer.outputs * self.n * slots * self.copies;
            if deltas.len() < needed {
                deltas.resize(needed, 0.0);
            }
        }
    }

    /// Numbers that it holds.
    pub(crate) fn size(model: &Model, n: usize, slots: usize, copies: usize) -> usize {
        let rows: usize = model.layers().iter().map(|layer| layer.outputs).sum();
        product(&[rows, n, slots, copies]).saturating_add(product(&[model.layers()[0].inputs, n]))
    }

    /// The adjoint of layer `l`'s output.
    pub(crate) fn of(&self, model: &Model, l: usize, slot: usize, copy: usize) -> &[f64] {
        let block = model.layers()[l].outputs * self.n;
        let start = (slot * self.copies + copy) * block;
        &self.layers[l][start..start + block]
    }

    /// Sets a slot's adjoints to zero (a slot that a copy's residual does not see).
    pub(crate) fn clear(&mut self, model: &Model, slot: usize) {
        for (layer, deltas) in model.layers().iter().zip(&mut self.layers) {
            let block = layer.outputs * self.n * self.copies;
            deltas[slot * block..(slot + 1) * block].fill(0.0);
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) fn reverse(
        &mut self,
        model: &Model,
        width: Width,
        theta: &[f64],
        tape: &Tape,
        slot: usize,
        (to, copies): (usize, usize),
        adjoint: &[f64],
        mut state: Option<&mut [f64]>,
    ) {
        let n = self.n;
        let layers = model.layers();
        let last = layers.len() - 1;
        let d = model.dimension();
        for copy in 0..copies {
            let block = d * n;
            let top = (to * self.copies + copy) * block;
            self.layers[last][top..top + block].copy_from_slice(&adjoint[copy * block..(copy + 1) * block]);
            let mut offset = model.parameter_count();
            for l in (0..=last).rev() {
                let layer = layers[l];
                offset -= layer.size();
                let weights = Strided::transposed(&theta[offset..offset + layer.size()], layer.columns());
                let shape = (layer.inputs, n, layer.outputs);
                let place = |outputs: usize| {
                    let start = (to * self.copies + copy) * outputs * n;
                    start..start + outputs * n
                };
                if l > 0 {
                    let (below, above) = self.layers.split_at_mut(l);
                    let delta = &above[0][place(layer.outputs)];
                    let next = &mut below[l - 1][place(layer.inputs)];
                    // Times the activation's slope: for tanh from its values, else as the forward sweep left it.
                    let size = layer.inputs * n;
                    let slope = match model.activation() {
                        Activation::Tanh => Update::TimesTanhSlope(&tape.inputs(model, l, slot)[..size], n),
                        Activation::Softplus | Activation::Gelu => Update::Times(&tape.slopes[l][slot * size..(slot + 1) * size], n),
                    };
                    multiply(width, shape, weights, Rows(delta, n), RowsMut(next, n), slope);
                } else if let Some(state) = state.as_deref_mut() {
                    let delta = &self.layers[0][place(layer.outputs)];
                    multiply(width, shape, weights, Rows(delta, n), RowsMut(&mut self.scratch, n), Update::Assign);
                    let x = &tape.x[slot * block..(slot + 1) * block];
                    model.features().pull_back(width, x, n, &self.scratch, &mut state[copy * block..(copy + 1) * block]);
                }
            }
        }
    }

    /// gradient += Σ δ zᵀ over the slots, for one copy.
    pub(crate) fn gradient(
        &self,
        model: &Model,
        width: Width,
        tape: &Tape,
        slots: std::ops::Range<usize>,
        copy: usize,
        gradient: &mut [f64],
    ) {
        let n = self.n;
        let mut offset = 0;
        for (l, layer) in model.layers().iter().enumerate() {
            let k = layer.columns();
            let target = &mut gradient[offset..offset + layer.size()];
            let (delta, z) = (layer.outputs * n, k * n);
            let from = &self.layers[l][(slots.start * self.copies + copy) * delta..];
            let seen = &tape.z[l][slots.start * z..];
            let pairs = Pairs { count: slots.len(), a: Rows(from, n), a_step: self.copies * delta, b: Rows(seen, n), b_step: z };
            multiply_transposed(width, (layer.outputs, k, n), pairs, RowsMut(target, k));
            offset += layer.size();
        }
    }
}

impl Model {
    /// f of the states on the tape's slot: fills the tape, writes d × n.
    pub(crate) fn forward(&self, width: Width, theta: &[f64], tape: &mut Tape, slot: usize, out: &mut [f64]) {
        tape.forward(self, width, theta, slot, out);
    }

    /// From the adjoint of f (d × n per copy) to the layers' adjoints in `deltas`, and (where wanted) that of the state.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn reverse(
        &self,
        width: Width,
        theta: &[f64],
        tape: &Tape,
        slot: usize,
        deltas: &mut Deltas,
        at: (usize, usize),
        adjoint: &[f64],
        state: Option<&mut [f64]>,
    ) {
        deltas.reverse(self, width, theta, tape, slot, at, adjoint, state);
    }
}
