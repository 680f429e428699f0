//! A library's call on states of a field: its attempts, its decisions, its interpolants, without a tape.

use super::drivers::{Attempted, Drivers, scaled};
use crate::dynamics::Field;
use crate::fit::through::{Batch, CallStep, Through};
use crate::loops::{Advance, MOST_STAGES, Pilot};
use std::ops::Range;

/// Evaluations of the field at most.
const MOST_EVALUATIONS: usize = 2_000_000;

/// The states of a batch, component by component, and what a step of it needs.
struct States<'a> {
    field: &'a dyn Field,
    /// What is added to f of each; nothing where there is none.
    pushed: &'a [Vec<f64>],
    /// How many there are, and their dimension.
    n: usize,
    d: usize,
    state: Vec<f64>,
    /// (row, component) × n.
    stages: Vec<f64>,
    evaluations: usize,
}

impl States<'_> {
    /// f at `x`, written to `out`.
    fn slopes(&mut self, x: &[f64], out: &mut [f64]) {
        let (n, d) = (self.n, self.d);
        let states: Vec<f64> = (0..n * d).map(|at| x[at % d * n + at / d]).collect();
        let mut f = vec![0.0; n * d];
        self.field.values(&states, &mut f);
        for i in 0..n {
            (0..d).for_each(|c| out[c * n + i] = f[i * d + c] + self.pushed.get(i).map_or(0.0, |by| by[c]));
        }
        self.evaluations += self.n;
    }

    /// The rows of a step of these sizes.
    fn evaluate(&mut self, step: &CallStep, h: &[f64], rows: Range<usize>) {
        let size = self.d * self.n;
        for row in rows {
            let x = self.at(&step.rows[row], h);
            let mut f = vec![0.0; size];
            self.slopes(&x, &mut f);
            self.stages[row * size..(row + 1) * size].copy_from_slice(&f);
        }
    }

    /// y + h Σ w_l k_l.
    fn at(&self, weights: &[f64], h: &[f64]) -> Vec<f64> {
        let size = self.d * self.n;
        let mut x = self.state.clone();
        for (l, w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            let stage = &self.stages[l * size..(l + 1) * size];
            x.iter_mut().zip(stage).enumerate().for_each(|(at, (x, k))| *x += w * h[at % h.len()] * k);
        }
        x
    }
}

/// The states that a library's call returns at H, 2H, …, nH from each of these starts, for (H, n): a list of n states a start, in exact arithmetic. A
/// constant is added to the field of each start where `pushed` has one for it.
///
/// `None` where the call cannot be followed: its stages are implicit, it needs more than two million evaluations, or numbers leave the finite ones.
///
/// ```
/// use lambdahat::dynamics::System;
/// use lambdahat::fit::{Through, called_states};
/// use lambdahat::loops::{Call, CallName};
/// let name = CallName::read("torchdiffeq:rk4")?.expect("a library's call");
/// let decay = System::linear(&[vec![-1.0]])?;
/// let found = called_states(&Through::new(Call::of(name)?), &decay, &[], &[&[1.0]], (1.0, 2)).expect("explicit");
/// // One step from sample to sample: R(−1) = 1 − 1 + 1/2 − 1/6 + 1/24 = 0.375, and its square.
/// assert!((found[0][0][0] - 0.375).abs() < 1e-15 && (found[0][1][0] - 0.140625).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn called_states(
    through: &Through,
    field: &dyn Field,
    pushed: &[Vec<f64>],
    starts: &[&[f64]],
    (interval, samples): (f64, usize),
) -> Option<Vec<Vec<Vec<f64>>>> {
    let step = CallStep::new(through, interval).ok()?;
    let (n, d) = (starts.len(), field.dimension());
    let (size, rows) = (n * d, step.rows.len());
    if n == 0 || samples == 0 {
        return Some(vec![Vec::new(); n]);
    }
    let times: Vec<f64> = (1..=samples).map(|k| k as f64 * interval).collect();
    let state = (0..size).map(|at| starts[at % n][at / n]).collect();
    let mut states = States { field, pushed, n, d, state, stages: vec![0.0; rows * size], evaluations: 0 };
    let mut first = vec![0.0; size];
    let start = states.state.clone();
    states.slopes(&start, &mut first);
    let mut drivers = drivers(&mut states, through, &first, &times)?;
    let mut out = vec![vec![Vec::new(); samples]; n];
    let (mut h, mut scratch) = (vec![0.0; n], vec![0.0; size]);
    let (mut hits, mut repeated) = (Vec::new(), Vec::new());
    let mut weights = [0.0; MOST_STAGES];
    while drivers.propose(&mut h).ok()? {
        let begun = usize::from(step.carries);
        if step.carries {
            states.stages[..size].copy_from_slice(&first);
        }
        states.evaluate(&step, &h, begun..step.stages);
        let next = states.at(&step.result[..step.stages], &h);
        if states.evaluations > MOST_EVALUATIONS || next.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let attempted = Attempted {
            error: &through.call.pair.error,
            stages: &states.stages[..step.stages * size],
            h: &h,
            before: &states.state,
            after: &next,
            shape: (n, d, n),
        };
        drivers.judge(&attempted, &mut scratch, &mut hits, &mut repeated).ok()?;
        h.iter_mut().zip(repeated.iter().cycle()).filter(|(_, repeated)| **repeated).for_each(|(h, _)| *h = 0.0);
        if h.iter().all(|h| *h == 0.0) {
            continue;
        }
        if rows > step.stages && hits.iter().any(|hit| !hit.sample.at_end) {
            states.evaluate(&step, &h, step.stages..rows);
        }
        for hit in &hits {
            if hit.sample.at_end {
                weights[..rows].copy_from_slice(&step.result);
            } else {
                step.weights(hit.sample.place, &mut weights[..rows]);
            }
            let reached = states.at(&weights[..rows], &h);
            for i in hit.window.map_or(0..n, |i| i..i + 1) {
                out[i][hit.sample.index] = (0..d).map(|c| reached[c * n + i]).collect();
            }
        }
        for at in (0..size).filter(|at| h[at % n] != 0.0) {
            states.state[at] = next[at];
            first[at] = states.stages[(step.stages - 1) * size + at];
        }
    }
    Some(out)
}

/// The grid's points, or controllers with their first steps.
fn drivers<'a>(states: &mut States<'_>, through: &'a Through, slopes: &[f64], times: &'a [f64]) -> Option<Drivers<'a>> {
    let control = match &through.call.advance {
        Advance::Grid(grid) => return Some(Drivers::Grid { ends: grid.points(times).ok()?, times, done: 0, reached: 0 }),
        Advance::Controlled(control) => control,
    };
    let (n, d) = (states.n, states.d);
    let start = states.state.clone();
    if control.tolerances.absolute == 0.0 && start.contains(&0.0) {
        return None;
    }
    let groups: Vec<Range<usize>> = match through.batch {
        Batch::Together => std::iter::once(0..n).collect(),
        Batch::Each => (0..n).map(|i| i..i + 1).collect(),
    };
    let end = times.last().copied()?;
    let mut pilots = Vec::with_capacity(groups.len());
    for columns in groups {
        let size_of = |x: &[f64]| scaled(x, [&start, &start], control.tolerances, (n, d), columns.clone());
        let change = |h0: f64| {
            let x: Vec<f64> = start.iter().zip(slopes).map(|(x, f)| x + h0 * f).collect();
            let mut f = vec![0.0; x.len()];
            states.slopes(&x, &mut f);
            f.iter_mut().zip(slopes).for_each(|(f, slope)| *f -= slope);
            Ok::<f64, std::convert::Infallible>(size_of(&f))
        };
        let chosen = control.first.choose([size_of(&start), size_of(slopes)], end, change).ok()?;
        pilots.push(Pilot::new(control, times, chosen).ok()?);
    }
    Some(match (through.batch, pilots.len()) {
        (Batch::Together, 1) => Drivers::Together(Box::new(pilots.swap_remove(0)), control.tolerances),
        _ => Drivers::Each(pilots, control.tolerances),
    })
}
