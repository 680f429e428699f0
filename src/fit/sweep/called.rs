//! A library's call on all windows of a block: its attempts, its decisions, its interpolants; forwards.
//!
//! The controllers of `loops` decide; here the model is evaluated for all windows at once. Where each window has its own steps, a window
//! that repeats a step or has ended takes one of size 0 beside the others.

use super::drivers::{Attempted, Drivers, Hit, scaled};
use super::{Sweep, axpy_columns};
use crate::fit::fit_error::FitError;
use crate::fit::loss::Block;
use crate::fit::model::Model;
use crate::fit::tape::{Deltas, Tape};
use crate::fit::through::{Batch, CallStep};
use crate::loops::{Advance, FirstStep, FollowError, MOST_STAGES, Pilot};
use crate::simd::Width;
use std::ops::Range;

/// Numbers that the evaluations of a call may hold, forwards and back: 4 GiB.
const MOST_NUMBERS: usize = 1 << 29;

/// What a forward sweep of a call leaves for the reverse sweep.
#[derive(Default)]
pub(crate) struct Called {
    /// The steps that were kept, in order.
    pub(super) steps: Vec<Taken>,
    /// Their sizes, n a step; 0 where a window takes none.
    pub(super) sizes: Vec<f64>,
    /// Samples that were reached.
    pub(super) outputs: Vec<Output>,
    /// Weights of the stages in each output, (row × n) an output; and 1 where a window reaches it there, n an output.
    pub(super) weights: Vec<f64>,
    pub(super) marks: Vec<f64>,
    /// Slots that were used.
    pub(crate) slots: usize,
    /// Calls of the field, the rejected steps included.
    pub(crate) evaluations: u64,
    /// Attempts that were repeated, over all windows.
    pub(crate) rejected: usize,
    h: Vec<f64>,
    next: Vec<f64>,
    error: Vec<f64>,
    first: Vec<f64>,
    hits: Vec<Hit>,
    repeated: Vec<bool>,
    /// The parameters as a call in float32 has them.
    parameters: Vec<f64>,
}

/// Numbers of 32 bits, where the call is in float32: what is stored is rounded, sums of a step are not.
fn stored(single: bool, numbers: &mut [f64]) {
    if single {
        numbers.iter_mut().for_each(|x| *x = f64::from(*x as f32));
    }
}

impl Called {
    fn clear(&mut self, n: usize, size: usize) {
        self.steps.clear();
        self.sizes.clear();
        self.outputs.clear();
        self.weights.clear();
        self.marks.clear();
        (self.slots, self.evaluations, self.rejected) = (0, 0, 0);
        self.h.resize(n, 0.0);
        [&mut self.next, &mut self.error, &mut self.first].into_iter().for_each(|list| list.resize(size, 0.0));
    }
}

/// A step that was kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// The slot of its first evaluated stage.
    pub base: usize,
    /// Whether the rows of the interpolant were evaluated.
    pub extended: bool,
}

/// A sample that a step reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub step: usize,
    pub sample: usize,
}

impl CallStep {
    /// The slot of a row of a step; `None` for a first stage that is carried.
    pub(super) fn slot(&self, taken: Taken, row: usize) -> Option<usize> {
        match (self.carries, row) {
            (true, 0) => None,
            (true, i) => Some(taken.base + i - 1),
            (false, i) => Some(taken.base + i),
        }
    }

    fn evaluated(&self, rows: usize) -> usize {
        rows - usize::from(self.carries)
    }
}

impl Sweep {
    /// Residuals of all windows, each one call through all its samples.
    pub(super) fn called(&mut self, model: &Model, step: &CallStep, width: Width, theta: &[f64], block: &Block) -> Result<(), FitError> {
        let mut called = self.called.take().unwrap_or_default();
        let mut parameters = std::mem::take(&mut called.parameters);
        parameters.clear();
        parameters.extend_from_slice(theta);
        stored(step.single(), &mut parameters);
        let done = self.follow(&mut called, model, step, width, &parameters, block);
        called.parameters = parameters;
        self.called = Some(called);
        done
    }

    fn follow(
        &mut self,
        called: &mut Called,
        model: &Model,
        step: &CallStep,
        width: Width,
        theta: &[f64],
        block: &Block,
    ) -> Result<(), FitError> {
        let (n, d, count, rows) = (self.n, self.d, block.count, step.rows.len());
        let size = d * n;
        called.clear(n, size);
        self.state.copy_from_slice(block.sample(0));
        let single = step.single();
        stored(single, &mut self.state);
        let times: Vec<f64> = (1..=self.groups).map(|k| k as f64 * step.interval).collect();
        let mut drivers = self.drivers(called, model, step, width, theta, block, &times)?;
        while drivers.propose(&mut called.h).map_err(FitError::Call)? {
            let taken = Taken { base: called.slots, extended: false };
            let needed = taken.base + rows;
            let held = Tape::size(model, n, needed).saturating_add(Deltas::size(model, n, needed, 1));
            if held > MOST_NUMBERS {
                return Err(FitError::Call(FollowError::TooMany { limit: called.steps.len() }));
            }
            self.tape.grow(model, needed);
            if step.carries {
                self.stages[..size].copy_from_slice(&called.first);
            }
            self.evaluate(model, step, width, theta, taken, &called.h, 0..step.stages);
            called.evaluations += step.evaluated(step.stages) as u64;
            called.next.copy_from_slice(&self.state);
            for (i, b) in step.result[..step.stages].iter().enumerate() {
                axpy_columns(*b, &called.h, &self.stages[i * size..(i + 1) * size], &mut called.next);
            }
            stored(single, &mut called.next);
            if let Some(column) = (0..count).find(|i| (0..d).any(|c| !called.next[c * n + i].is_finite())) {
                return Err(not_finite(block, column, d));
            }
            let attempted = Attempted {
                error: &step.through.call.pair.error,
                stages: &self.stages[..step.stages * size],
                h: &called.h,
                before: &self.state,
                after: &called.next,
                shape: (n, d, count),
            };
            let judged = drivers.judge(&attempted, &mut called.error, &mut called.hits, &mut called.repeated);
            judged.map_err(|column| not_finite(block, column, d))?;
            called.rejected += called.repeated.iter().filter(|r| **r).count();
            for (h, repeated) in called.h.iter_mut().zip(called.repeated.iter().cycle()) {
                if *repeated {
                    *h = 0.0;
                }
            }
            if called.h.iter().all(|h| *h == 0.0) {
                continue;
            }
            let extended = rows > step.stages && called.hits.iter().any(|hit| !hit.sample.at_end);
            if extended {
                self.evaluate(model, step, width, theta, taken, &called.h, step.stages..rows);
                called.evaluations += (rows - step.stages) as u64;
            }
            called.slots += step.evaluated(if extended { rows } else { step.stages });
            self.outputs(called, step, block);
            called.steps.push(Taken { extended, ..taken });
            called.sizes.extend_from_slice(&called.h);
            let last = &self.stages[(step.stages - 1) * size..step.stages * size];
            for at in (0..size).filter(|at| called.h[at % n] != 0.0) {
                self.state[at] = called.next[at];
                called.first[at] = last[at];
            }
        }
        Ok(())
    }

    /// The grid's points, or controllers with their first steps; slot 0 holds f at the starts where it is needed.
    #[allow(clippy::too_many_arguments)]
    fn drivers<'a>(
        &mut self,
        called: &mut Called,
        model: &Model,
        step: &'a CallStep,
        width: Width,
        theta: &[f64],
        block: &Block,
        times: &'a [f64],
    ) -> Result<Drivers<'a>, FitError> {
        let (n, d, count) = (self.n, self.d, block.count);
        let control = match &step.through.call.advance {
            Advance::Grid(grid) => {
                if step.carries {
                    self.at_start(called, model, step, width, theta);
                }
                let ends = grid.points(times).map_err(FitError::Call)?;
                return Ok(Drivers::Grid { ends, times, done: 0, reached: 0 });
            }
            Advance::Controlled(control) => control,
        };
        self.at_start(called, model, step, width, theta);
        let tolerances = control.tolerances;
        let start = &self.state;
        if tolerances.absolute == 0.0 && (0..count).any(|i| (0..d).any(|c| start[c * n + i] == 0.0)) {
            return Err(FitError::Call(FollowError::ZeroScale));
        }
        let groups: Vec<Range<usize>> = match step.through.batch {
            Batch::Together => std::iter::once(0..count).collect(),
            Batch::Each => (0..n).map(|i| i..i + 1).collect(),
        };
        let end = times.last().copied().unwrap_or(step.interval);
        let size_of = |x: &[f64], columns: &Range<usize>| scaled(x, [start, start], tolerances, (n, d), columns.clone());
        let first = &control.first;
        if matches!(first, FirstStep::Hairer { .. }) {
            // Euler's probes of all controllers in one evaluation: the trial steps come first, by asking for them.
            called.h.fill(0.0);
            for columns in &groups {
                let sizes = [size_of(start, columns), size_of(&called.first, columns)];
                if let Err(h0) = first.choose(sizes, end, Err) {
                    let last = if groups.len() == 1 { n } else { columns.end };
                    called.h[columns.start..last].fill(h0);
                }
            }
            self.tape.grow(model, 2);
            let x = self.tape.states(1);
            x.copy_from_slice(start);
            axpy_columns(1.0, &called.h, &called.first, x);
            stored(step.single(), x);
            model.forward(width, theta, &mut self.tape, 1, &mut called.next);
            stored(step.single(), &mut called.next);
            called.evaluations += 1;
            called.next.iter_mut().zip(&called.first).for_each(|(f, first)| *f -= first);
        }
        let mut pilots = Vec::with_capacity(groups.len());
        for columns in &groups {
            let sizes = [size_of(start, columns), size_of(&called.first, columns)];
            let chosen = first.choose(sizes, end, |_| Ok::<f64, FitError>(size_of(&called.next, columns)))?;
            pilots.push(Pilot::new(control, times, chosen).map_err(FitError::Call)?);
        }
        Ok(match (step.through.batch, pilots.len()) {
            (Batch::Together, 1) => Drivers::Together(Box::new(pilots.swap_remove(0)), tolerances),
            _ => Drivers::Each(pilots, tolerances),
        })
    }

    /// f at the starts, in slot 0.
    fn at_start(&mut self, called: &mut Called, model: &Model, step: &CallStep, width: Width, theta: &[f64]) {
        self.tape.grow(model, 1);
        self.tape.states(0).copy_from_slice(&self.state);
        model.forward(width, theta, &mut self.tape, 0, &mut called.first);
        stored(step.single(), &mut called.first);
        called.slots = 1;
        called.evaluations += 1;
    }

    /// Some stages of a step of these sizes.
    #[allow(clippy::too_many_arguments)]
    fn evaluate(
        &mut self,
        model: &Model,
        step: &CallStep,
        width: Width,
        theta: &[f64],
        taken: Taken,
        h: &[f64],
        rows: std::ops::Range<usize>,
    ) {
        let size = self.d * self.n;
        for i in rows {
            let Some(slot) = step.slot(taken, i) else { continue };
            let x = self.tape.states(slot);
            x.copy_from_slice(&self.state);
            for (l, a) in step.rows[i].iter().enumerate() {
                axpy_columns(*a, h, &self.stages[l * size..(l + 1) * size], x);
            }
            stored(step.single(), x);
            model.forward(width, theta, &mut self.tape, slot, &mut self.stages[i * size..(i + 1) * size]);
            stored(step.single(), &mut self.stages[i * size..(i + 1) * size]);
        }
    }

    /// The residuals of the samples that the step reaches.
    fn outputs(&mut self, called: &mut Called, step: &CallStep, block: &Block) {
        let (n, d, rows) = (self.n, self.d, step.rows.len());
        let size = d * n;
        let new = called.outputs.len();
        let mut weights = [0.0; MOST_STAGES];
        for hit in &called.hits {
            let sample = hit.sample.index;
            let known = called.outputs[new..].iter().position(|output| output.sample == sample);
            let output = known.map_or(called.outputs.len(), |k| new + k);
            if known.is_none() {
                called.outputs.push(Output { step: called.steps.len(), sample });
                called.weights.resize((output + 1) * rows * n, 0.0);
                called.marks.resize((output + 1) * n, 0.0);
            }
            if hit.sample.at_end {
                weights[..rows].copy_from_slice(&step.result);
            } else {
                step.weights(hit.sample.place, &mut weights[..rows]);
            }
            let columns = hit.window.map_or(0..n, |i| i..i + 1);
            called.marks[output * n..(output + 1) * n][columns.clone()].fill(1.0);
            for (row, weight) in weights[..rows].iter().enumerate() {
                called.weights[(output * rows + row) * n..][columns.clone()].fill(*weight);
            }
            let target = block.sample(sample + 1);
            for at in (0..d).flat_map(|c| columns.clone().map(move |i| c * n + i)) {
                let stage = |row: usize| self.stages[row * size + at];
                let change: f64 = (0..rows).filter(|row| weights[*row] != 0.0).map(|row| weights[row] * stage(row)).sum();
                let mut value = [self.state[at] + called.h[at % n] * change];
                stored(step.single(), &mut value);
                self.residuals[sample * size + at] = value[0] - target[at];
            }
        }
    }
}

fn not_finite(block: &Block, column: usize, d: usize) -> FitError {
    let (trajectory, sample) = block.origin(column);
    FitError::NotFinite { trajectory, sample, state: (0..d).map(|c| block.sample(0)[c * block.n + column]).collect() }
}
