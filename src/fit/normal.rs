//! The Jacobian J of all residuals in all parameters, and the Gram matrix J Jᵀ without it.
//!
//! A residual's row of J is, for each dense layer, a sum of outer products over the slots: `Σ_s δ_s z_sᵀ`. So a layer's share of J Jᵀ
//! between the residuals (i, q) and (i′, q′) of two windows is `Σ_{s,t} (δ_{s,q,i} · δ_{t,q′,i′}) (z_{s,i} · z_{t,i′})`: a product of two small Gram
//! matrices entry by entry. For a 64×64 layer, four stages and two residuals a window that is a third of the work of forming J and
//! multiplying it by its transpose; for a layer with two inputs or outputs it is more. Each layer takes the cheaper way.

use super::model::{Layer, Model};
use super::sweep::Adjoint;
use super::tape::Tape;
use crate::simd::Width;
use crate::simd::gemm::{Rows, RowsMut, Strided, Update, multiply};

/// Windows a tile of rows of the Gram matrix: a tile of one factor fits the first-level cache.
const TILE: usize = 24;

/// Where J Jᵀ is built: its size, and scratch memory.
pub(crate) struct Gram {
    n: usize,
    copies: usize,
    /// (copies·n)², rows and columns (copy, window).
    pub(crate) matrix: Vec<f64>,
    inputs: Vec<f64>,
    rows: Vec<f64>,
}

/// Whether a layer's share is cheaper as a product of Gram matrices than through its rows of J.
fn by_gram(layer: Layer, slots: usize, copies: usize) -> bool {
    let gram = slots.saturating_mul(slots).saturating_mul(layer.outputs + layer.columns() / copies.saturating_mul(copies).max(1) + 8);
    layer.size() > gram
}

impl Gram {
    pub(crate) fn new(model: &Model, n: usize, slots: usize, copies: usize) -> Self {
        let size = copies * n;
        let rows = Self::scratch(model, n, slots, copies);
        Self { n, copies, matrix: vec![0.0; size * size], inputs: vec![0.0; TILE * n], rows: vec![0.0; rows] }
    }

    fn scratch(model: &Model, n: usize, slots: usize, copies: usize) -> usize {
        let direct = model.layers().iter().filter(|layer| !by_gram(**layer, slots, copies)).map(|layer| layer.size()).max();
        direct.unwrap_or(0).saturating_mul(copies).saturating_mul(n)
    }

    /// Numbers that it holds.
    pub(crate) fn size(model: &Model, n: usize, slots: usize, copies: usize) -> usize {
        let size = copies.saturating_mul(n);
        size.saturating_mul(size).saturating_add(TILE * n).saturating_add(Self::scratch(model, n, slots, copies))
    }

    /// J Jᵀ, from a reverse sweep with unit seeds.
    pub(crate) fn fill(&mut self, model: &Model, width: Width, tape: &Tape, adjoint: &Adjoint, slots: usize) {
        let (n, copies) = (self.n, self.copies);
        let size = n * copies;
        self.matrix.fill(0.0);
        for (l, &layer) in model.layers().iter().enumerate() {
            let direct = !by_gram(layer, slots, copies);
            if direct {
                // Where a call chooses its steps there may be more slots than at first.
                self.rows.resize(self.rows.len().max(layer.size() * size), 0.0);
                rows_of(model, l, tape, adjoint, slots, copies, n, &mut self.rows);
            }
            let mut from = 0;
            while from < n {
                let height = TILE.min(n - from);
                let wide = n - from;
                if direct {
                    let rows = &self.rows[..layer.size() * size];
                    for q in 0..copies {
                        for p in 0..copies {
                            let left = Strided { numbers: &rows[q * n + from..], row: 1, column: size };
                            let target = &mut self.matrix[(q * n + from) * size + p * n + from..];
                            let right = &rows[p * n + from..];
                            multiply(width, (height, wide, layer.size()), left, Rows(right, size), RowsMut(target, size), Update::Add);
                        }
                    }
                } else {
                    for s in 0..slots {
                        for t in 0..slots {
                            let (zs, zt) = (tape.inputs(model, l, s), tape.inputs(model, l, t));
                            let left = Strided { numbers: &zs[from..], row: 1, column: n };
                            multiply(
                                width,
                                (height, wide, layer.columns()),
                                left,
                                Rows(&zt[from..], n),
                                RowsMut(&mut self.inputs, n),
                                Update::Assign,
                            );
                            for q in 0..copies {
                                let left = &adjoint.deltas.of(model, l, s, q)[from..];
                                let left = Strided { numbers: left, row: 1, column: n };
                                for p in 0..copies {
                                    let right = &adjoint.deltas.of(model, l, t, p)[from..];
                                    let target = &mut self.matrix[(q * n + from) * size + p * n + from..];
                                    let times = Update::AddTimes(&self.inputs, n);
                                    multiply(width, (height, wide, layer.outputs), left, Rows(right, n), RowsMut(target, size), times);
                                }
                            }
                        }
                    }
                }
                from += height;
            }
        }
        // Every pair of copies is known for windows i ≤ i′ (up to the tiles); the rest is its mirror image.
        for q in 0..copies {
            for p in q + 1..copies {
                for i in 0..n {
                    for k in 0..i / TILE * TILE {
                        self.matrix[(q * n + i) * size + p * n + k] = self.matrix[(p * n + k) * size + q * n + i];
                    }
                }
            }
        }
    }
}

/// A layer's rows of Jᵀ: one row per weight, columns (copy, window).
#[allow(clippy::too_many_arguments)]
fn rows_of(model: &Model, l: usize, tape: &Tape, adjoint: &Adjoint, slots: usize, copies: usize, n: usize, rows: &mut [f64]) {
    let layer = model.layers()[l];
    let (k, size) = (layer.columns(), copies * n);
    rows[..layer.size() * size].fill(0.0);
    for o in 0..layer.outputs {
        for copy in 0..copies {
            for s in 0..slots {
                let delta = &adjoint.deltas.of(model, l, s, copy)[o * n..(o + 1) * n];
                let z = tape.inputs(model, l, s);
                for c in 0..k {
                    let row = &mut rows[(o * k + c) * size + copy * n..(o * k + c) * size + (copy + 1) * n];
                    for ((r, d), z) in row.iter_mut().zip(delta).zip(&z[c * n..(c + 1) * n]) {
                        *r += d * z;
                    }
                }
            }
        }
    }
}

/// All of Jᵀ: one row per parameter, columns (copy, window), `copies·n` of them.
pub(crate) fn jacobian(model: &Model, tape: &Tape, adjoint: &Adjoint, slots: usize, copies: usize, n: usize, out: &mut [f64]) {
    let mut offset = 0;
    for (l, layer) in model.layers().iter().enumerate() {
        let size = layer.size() * copies * n;
        rows_of(model, l, tape, adjoint, slots, copies, n, &mut out[offset..offset + size]);
        offset += size;
    }
}
