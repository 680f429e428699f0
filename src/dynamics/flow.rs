//! Reference flows: trajectories of a known field, to a stated tolerance.

#![allow(clippy::needless_range_loop, reason = "sums over stages and components read as in the formulas")]

use super::{DynamicsError, Field};
use crate::method::{Coefficients, Method, catalog};
use std::sync::OnceLock;

/// An adaptive integrator: an embedded explicit pair of the catalogue, local extrapolation, errors
/// controlled in the maximum norm against `absolute + relative·|x|`.
///
/// ```
/// use lambdahat::dynamics::{Flow, System};
/// let system = System::named("damped-oscillator")?; // α = 0.1, ω = 2
/// let trajectory = Flow::reference().trajectory(&system, &[1.0, 0.0], 1.0, 5)?;
/// let exact = (-0.5_f64).exp() * 10.0_f64.cos();
/// assert!((trajectory[5][0] - exact).abs() < 1e-13);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Error allowed a step whatever the size of the state.
    pub absolute: f64,
    /// Error allowed a step in units of the state.
    pub relative: f64,
}

/// Steps after which a trajectory is given up: some minutes of work.
const MOST_STEPS: usize = 50_000_000;

impl Flow {
    /// Verner's 9(8) pair (`verner9-robust`) with both tolerances 1e-14: what the data of the experiments are made with.
    pub const fn reference() -> Self {
        Self { absolute: 1e-14, relative: 1e-14 }
    }

    /// The states at 0, H, …, nH: n + 1 of them, the start first.
    ///
    /// Errors when the start does not fit the field, the interval is not positive and finite, or the solution blows up.
    pub fn trajectory(self, field: &dyn Field, start: &[f64], interval: f64, n: usize) -> Result<Vec<Vec<f64>>, DynamicsError> {
        self.trajectory_within(field, start, interval, n, &mut { MOST_STEPS })
    }

    /// The state after one short span, tried in one step first; `None` where that takes more than `most` steps, or the solution blows up.
    pub(crate) fn across(self, field: &dyn Field, start: &[f64], span: f64, most: usize) -> Option<Vec<f64>> {
        let mut run = Run::new(field, pair(), self);
        run.most = most;
        let mut state = start.to_vec();
        run.advance(&mut state, span, &mut { span }).ok().map(|()| state)
    }

    /// As [`trajectory`](Self::trajectory), in at most `steps` steps, from which those taken are subtracted.
    pub(crate) fn trajectory_within(
        self,
        field: &dyn Field,
        start: &[f64],
        interval: f64,
        n: usize,
        steps: &mut usize,
    ) -> Result<Vec<Vec<f64>>, DynamicsError> {
        let d = field.dimension();
        if start.len() != d {
            return Err(DynamicsError::Dimension { expected: d, found: start.len() });
        }
        if !(interval > 0.0 && interval.is_finite()) {
            return Err(DynamicsError::Interval(interval));
        }
        let mut run = Run::new(field, pair(), self);
        run.most = *steps;
        let mut state = start.to_vec();
        let mut states = vec![state.clone()];
        let mut step = interval / 16.0;
        for sample in 0..n {
            let advanced = run.advance(&mut state, interval, &mut step);
            *steps = run.most - run.steps.min(run.most);
            advanced.map_err(|(time, why)| DynamicsError::Breakdown {
                start: start.to_vec(),
                time: sample as f64 * interval + time,
                why,
            })?;
            states.push(state.clone());
        }
        Ok(states)
    }
}

/// The tableau of the reference pair, parsed once.
fn pair() -> &'static Coefficients {
    static PAIR: OnceLock<Coefficients> = OnceLock::new();
    PAIR.get_or_init(|| match catalog::find("verner9-robust") {
        Ok(Method::RungeKutta(method)) => method.coefficients(),
        // The file is part of the crate, and a test of the catalogue parses every one of them.
        _ => unreachable!("the catalogue holds verner9-robust"),
    })
}

struct Run<'a> {
    field: &'a dyn Field,
    pair: &'a Coefficients,
    flow: Flow,
    k: Vec<f64>,
    stage: Vec<f64>,
    next: Vec<f64>,
    lost: Vec<f64>,
    steps: usize,
    /// Steps after which it is given up.
    most: usize,
}

impl<'a> Run<'a> {
    fn new(field: &'a dyn Field, pair: &'a Coefficients, flow: Flow) -> Self {
        let d = field.dimension();
        Self {
            field,
            pair,
            flow,
            k: vec![0.0; pair.stages * d],
            stage: vec![0.0; d],
            next: vec![0.0; d],
            lost: vec![0.0; d],
            steps: 0,
            most: MOST_STEPS,
        }
    }

    /// Moves the state by `span`, starting from and leaving the step size that fits.
    fn advance(&mut self, x: &mut [f64], span: f64, step: &mut f64) -> Result<(), (f64, &'static str)> {
        let (d, s) = (x.len(), self.pair.stages);
        let order = 9.0;
        let mut time = 0.0;
        while time < span {
            self.steps += 1;
            if self.steps > self.most {
                return Err((time, "too many steps (a stiff field, or one that this tolerance cannot follow)"));
            }
            // The last step lands on the sample; never leave a sliver after it.
            let left = span - time;
            let h = if *step >= left {
                left
            } else if *step > 0.5 * left {
                0.5 * left
            } else {
                *step
            };
            for i in 0..s {
                let row = &self.pair.a[i * s..i * s + i];
                for j in 0..d {
                    let sum: f64 = row.iter().enumerate().map(|(l, a)| a * self.k[l * d + j]).sum();
                    self.stage[j] = x[j] + h * sum;
                }
                let (stage, k) = (&self.stage, &mut self.k[i * d..(i + 1) * d]);
                self.field.value(stage, k);
            }
            let embedded = self.pair.b_hat.as_deref().unwrap_or(&self.pair.b);
            let mut worst = 0.0f64;
            for j in 0..d {
                let mut sum = 0.0;
                let mut error = 0.0;
                for i in 0..s {
                    sum += self.pair.b[i] * self.k[i * d + j];
                    error += (self.pair.b[i] - embedded[i]) * self.k[i * d + j];
                }
                // Kahan's compensation: thousands of steps then cost no more than one rounding.
                let increment = h * sum - self.lost[j];
                self.next[j] = x[j] + increment;
                let allowed = self.flow.absolute + self.flow.relative * x[j].abs().max(self.next[j].abs());
                let ratio = (h * error).abs() / allowed;
                worst = if ratio.is_nan() { f64::INFINITY } else { worst.max(ratio) };
                self.stage[j] = increment;
            }
            if worst <= 1.0 {
                for j in 0..d {
                    self.lost[j] = (self.next[j] - x[j]) - self.stage[j];
                    x[j] = self.next[j];
                }
                time = if h == left { span } else { time + h };
            } else if h <= 1e-14 * span {
                return Err((time, "the step shrank to nothing (the solution blows up)"));
            }
            let factor = if worst == 0.0 { 4.0 } else { (0.9 * worst.powf(-1.0 / order)).clamp(0.2, 4.0) };
            // A step cut short by the sample says nothing against the longer one.
            *step = if worst <= 1.0 && h < *step { step.max(h * factor) } else { h * factor };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::System;

    #[test]
    fn lotka_volterra_keeps_its_invariant_for_a_hundred_samples() {
        let system = System::named("lotka-volterra").expect("listed");
        for start in [1.2, 1.9, 3.0] {
            let states = system.trajectory(&[start, 1.0], 1.0, 100).expect("flows");
            let v = |x: &[f64]| system.invariant(x).expect("has one");
            let drift = (v(&states[100]) - v(&states[0])).abs();
            assert!(drift < 1e-13, "{start}: {drift:e}");
        }
    }

    #[test]
    fn halving_the_tolerance_changes_nothing_to_twelve_digits() {
        let system = System::named("lotka-volterra").expect("listed");
        let fine = system.trajectory(&[1.5, 1.0], 0.5, 100).expect("flows");
        // Another route: the populations themselves, a looser tolerance.
        let other = Flow { absolute: 1e-13, relative: 1e-13 }.trajectory(&system, &[1.5, 1.0], 0.5, 100).expect("flows");
        let worst = fine.iter().flatten().zip(other.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-12, "{worst:e}");
    }

    #[test]
    fn blow_up_is_told() {
        struct Square;
        impl Field for Square {
            fn dimension(&self) -> usize {
                1
            }
            fn value(&self, x: &[f64], out: &mut [f64]) {
                out[0] = x[0] * x[0];
            }
            fn jacobian(&self, x: &[f64], out: &mut [f64]) {
                out[0] = 2.0 * x[0];
            }
        }
        let error = Flow::reference().trajectory(&Square, &[1.0], 0.3, 10).expect_err("blows up at t = 1");
        assert!(matches!(error, DynamicsError::Breakdown { time, .. } if (time - 1.0).abs() < 1e-2), "{error}");
    }
}
