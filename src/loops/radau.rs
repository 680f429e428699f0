//! SciPy's Radau on a linear mode: collocation solved by a simplified Newton method whose factors are kept from step to step.
//!
//! Read: 1.17.1, `radau.py`, with the Jacobian given (`jac=A`). On a linear field the Newton method ends after two iterations where its factors
//! belong to the step. Where they are kept from the step before, as on the last step, which is clipped after its factors were made, it stops at a tolerance,
//! and what it leaves is part of F. So the number of iterations, and whether a step is held, are decisions as a rejection is. With the Jacobian by differences,
//! SciPy's default, the error estimate is off by 1e-8 of itself, and the next steps are too.

use super::adaptive::Adaptive;
use super::control::StepControl;
use super::pilot::MOST_ATTEMPTS;
use super::state_norm::StateNorm;
use super::trace::{Attempt, Choice, FollowError, Pattern, Trace};
use num_complex::Complex;

type C = Complex<f64>;

/// √6, and the tableau of `radau.py` made from it.
const ROOT: f64 = 2.449_489_742_783_178;
const NODES: [f64; 3] = [(4.0 - ROOT) / 10.0, (4.0 + ROOT) / 10.0, 1.0];
const ERROR: [f64; 3] = [(-13.0 - 7.0 * ROOT) / 3.0, (-13.0 + 7.0 * ROOT) / 3.0, -1.0 / 3.0];
/// The eigenvalues of A⁻¹: 3 + 3^(2/3) − 3^(1/3), and the pair.
const REAL: f64 = 3.637_834_252_744_496;
const PAIR: [f64; 2] = [2.681_082_873_627_752_3, -3.050_430_199_247_411];
const T: [[f64; 3]; 3] = [
    [0.094_438_762_488_975_24, -0.141_255_295_020_954_2, 0.030_029_194_105_147_42],
    [0.250_213_122_965_333_3, 0.204_129_352_293_799_94, -0.382_942_112_757_261_9],
    [1.0, 1.0, 0.0],
];
const TI: [[f64; 3]; 3] = [
    [4.178_718_591_551_904, 0.327_682_820_761_062_37, 0.523_376_445_499_449_5],
    [-4.178_718_591_551_904, -0.327_682_820_761_062_37, 0.476_623_554_500_550_44],
    [0.502_872_634_945_786_8, -2.571_926_949_855_605, 0.596_039_204_828_224_9],
];
const INTERPOLANT: [[f64; 3]; 3] = [
    [13.0 / 3.0 + 7.0 * ROOT / 3.0, -23.0 / 3.0 - 22.0 * ROOT / 3.0, 10.0 / 3.0 + 5.0 * ROOT],
    [13.0 / 3.0 - 7.0 * ROOT / 3.0, -23.0 / 3.0 + 22.0 * ROOT / 3.0, 10.0 / 3.0 - 5.0 * ROOT],
    [1.0 / 3.0, -8.0 / 3.0, 10.0 / 3.0],
];
const MOST_ITERATIONS: u8 = 6;

fn row(weights: &[f64; 3], values: &[C; 3]) -> C {
    values[0] * weights[0] + values[1] * weights[1] + values[2] * weights[2]
}

/// The step kept last: its start, its size, its state and the coefficients of its cubic.
#[derive(Clone, Copy)]
struct Kept {
    time: f64,
    step: f64,
    from: C,
    cubic: [C; 3],
}

impl Kept {
    fn at(&self, time: f64) -> C {
        let x = (time - self.time) / self.step;
        self.from + (self.cubic[0] + (self.cubic[1] + self.cubic[2] * x) * x) * x
    }
}

/// A mode on its way through Radau: what is carried from step to step.
struct Course<'a> {
    mode: C,
    control: &'a StepControl,
    norm: &'a StateNorm,
    time: f64,
    value: C,
    /// The step for which the factors were made.
    factors: Option<f64>,
    /// Whether the Jacobian was evaluated in this step; on a linear field this only decides what follows a failure.
    fresh: bool,
    kept: Option<Kept>,
    calls: u64,
}

/// How the collocation system of an attempt ended.
struct Solved {
    stages: [C; 3],
    choice: Choice,
}

impl Course<'_> {
    fn scaled(&self, value: C, to: C) -> f64 {
        self.norm.scaled(value, [self.value, to], self.control.tolerances)
    }

    /// The simplified Newton method for the stages y(t + c_i h) − y(t), with factors of a step of `of`; 0 iterations where it fails.
    fn newton(&mut self, step: f64, of: f64, start: [C; 3], frozen: Option<u8>) -> (u8, [C; 3]) {
        let relative = self.control.tolerances.relative;
        let tolerance = (10.0 * f64::EPSILON / relative).max(relative.sqrt().min(0.03));
        let pair = C::new(PAIR[0], PAIR[1]);
        let (real, upper, lower) = (REAL / of - self.mode, pair / of - self.mode, pair.conj() / of - self.mode);
        let mut w = [row(&TI[0], &start), row(&TI[1], &start), row(&TI[2], &start)];
        let mut z = start;
        let mut before: Option<f64> = None;
        for k in 0..MOST_ITERATIONS {
            let slopes = z.map(|z| self.mode * (self.value + z));
            self.calls += 3;
            let first = (row(&TI[0], &slopes) - w[0] * (REAL / step)) / real;
            // The pair's own imaginary unit is not the mode's: a + jb by its values at j = i and j = −i.
            let a = row(&TI[1], &slopes) - (w[1] * PAIR[0] - w[2] * PAIR[1]) / step;
            let b = row(&TI[2], &slopes) - (w[2] * PAIR[0] + w[1] * PAIR[1]) / step;
            let (p, q) = ((a + b * C::i()) / upper, (a - b * C::i()) / lower);
            let change = [first, (p + q) * 0.5, (p - q) * C::new(0.0, -0.5)];
            let sizes = change.map(|d| self.scaled(d, self.value));
            let size = (sizes.iter().map(|s| s * s).sum::<f64>() / 3.0).sqrt();
            let rate = before.map(|old| size / old);
            let left = f64::from(MOST_ITERATIONS - k);
            let diverges = rate.is_some_and(|r| r >= 1.0 || r.powf(left) / (1.0 - r) * size > tolerance);
            if !size.is_finite() || frozen.map_or(diverges, |n| n == 0) {
                return (0, z);
            }
            for (w, d) in w.iter_mut().zip(change) {
                *w += d;
            }
            z = [row(&T[0], &w), row(&T[1], &w), row(&T[2], &w)];
            let converged = size == 0.0 || rate.is_some_and(|r| r / (1.0 - r) * size < tolerance);
            if frozen.map_or(converged, |n| k + 1 == n) {
                return (k + 1, z);
            }
            before = Some(size);
        }
        (0, z)
    }

    /// The stages of an attempt, with new factors where the old ones fail and the Jacobian is not of this step.
    fn solve(&mut self, step: f64, frozen: Option<Choice>) -> Solved {
        let start = self.kept.map_or([C::default(); 3], |kept| NODES.map(|c| kept.at(self.time + step * c) - self.value));
        let refresh = |course: &mut Self| {
            course.fresh = true;
            course.factors = Some(step);
        };
        if frozen.is_some_and(|choice| choice.refactored) {
            refresh(self);
        }
        let of = *self.factors.get_or_insert(step);
        let iterations = frozen.map(|choice| choice.iterations);
        let (mut iterations, mut stages) = self.newton(step, of, start, iterations);
        let mut refactored = frozen.is_some_and(|choice| choice.refactored);
        if iterations == 0 && !self.fresh && frozen.is_none() {
            refresh(self);
            refactored = true;
            (iterations, stages) = self.newton(step, step, start, None);
        }
        Solved { stages, choice: Choice { iterations, refactored, held: false } }
    }

    /// The error of a step, filtered by the real factor; estimated anew from the disturbed state where an attempt has been rejected before.
    fn error(&mut self, step: f64, stages: &[C; 3], again: bool) -> f64 {
        let of = self.factors.unwrap_or(step);
        let (real, part) = (REAL / of - self.mode, row(&ERROR, stages) / step);
        let to = self.value + stages[2];
        let error = (self.mode * self.value + part) / real;
        let size = self.scaled(error, to);
        if !(again && size > 1.0) {
            return size;
        }
        self.calls += 1;
        self.scaled((self.mode * (self.value + error) + part) / real, to)
    }
}

/// What the step should be multiplied by: of two steps where there is a step before.
fn factor(step: f64, error: f64, before: Option<(f64, f64)>) -> f64 {
    let multiplier = match before {
        Some((old, old_error)) if error != 0.0 => step / old * (old_error / error).powf(0.25),
        _ => 1.0,
    };
    multiplier.min(1.0) * error.powf(-0.25)
}

impl Adaptive<'_> {
    /// As [`follow`](Self::follow), for SciPy's Radau.
    pub(crate) fn follow_radau(&self, mode: C, times: &[f64], frozen: Option<&Pattern>, trace: &mut Trace) -> Result<(), FollowError> {
        let control = self.control;
        let end = times.last().copied().ok_or(FollowError::Times)?;
        if control.tolerances.absolute == 0.0 && self.norm.has_zero() {
            return Err(FollowError::ZeroScale);
        }
        trace.clear();
        let mut course = Course {
            mode,
            control,
            norm: self.norm,
            time: 0.0,
            value: C::new(1.0, 0.0),
            factors: None,
            fresh: true,
            kept: None,
            calls: control.evaluations_before,
        };
        let mut proposed = control.first.size(mode, self.norm, control.tolerances, end);
        let mut before: Option<(f64, f64)> = None;
        let mut next = 0;
        while next < times.len() {
            let time = course.time;
            let least = 10.0 * (time.next_up() - time);
            let mut step = proposed;
            let mut memory = before;
            if step > control.longest || step < least {
                (step, memory) = (step.min(control.longest).max(least), None);
            }
            let mut rejected = false;
            let (error, solved, arrival) = loop {
                let index = trace.attempts.len();
                if index >= MOST_ATTEMPTS {
                    return Err(FollowError::TooMany { limit: MOST_ATTEMPTS });
                }
                if step.is_nan() {
                    return Err(FollowError::NotFinite { time });
                }
                if step < least {
                    return Err(FollowError::Underflow { time });
                }
                let arrival = (time + step).min(end);
                step = arrival - time;
                let choice = frozen.and_then(|pattern| pattern.choices.get(index)).copied();
                let solved = course.solve(step, choice);
                if solved.choice.iterations == 0 {
                    trace.attempts.push(Attempt { time, step, ratio: None, kept: false, choice: Some(solved.choice) });
                    step *= 0.5;
                    course.factors = None;
                    continue;
                }
                let error = course.error(step, &solved.stages, rejected);
                if !error.is_finite() || !solved.stages[2].is_finite() {
                    return Err(FollowError::NotFinite { time });
                }
                let kept = frozen.map_or(error <= 1.0, |pattern| pattern.keeps(index));
                trace.attempts.push(Attempt { time, step, ratio: Some(error), kept, choice: Some(solved.choice) });
                if kept {
                    break (error, solved, arrival);
                }
                step *= (safety(control, solved.choice.iterations) * factor(step, error, memory)).max(control.factor.rejected[0]);
                course.factors = None;
                rejected = true;
            };
            let mut growth = (safety(control, solved.choice.iterations) * factor(step, error, memory)).min(control.factor.kept[1]);
            let choice = frozen.and_then(|pattern| pattern.choices.get(trace.attempts.len() - 1));
            let held = choice.map_or(growth < 1.2, |choice| choice.held);
            if held {
                growth = 1.0;
            } else {
                course.factors = None;
            }
            if let Some(choice) = trace.attempts.last_mut().and_then(|attempt| attempt.choice.as_mut()) {
                choice.held = held;
            }
            course.calls += 1;
            course.fresh = false;
            let cubic = [0, 1, 2].map(|k| row(&[INTERPOLANT[0][k], INTERPOLANT[1][k], INTERPOLANT[2][k]], &solved.stages));
            let kept = Kept { time, step, from: course.value, cubic };
            while let Some(sample) = times.get(next).copied().filter(|t| *t <= arrival) {
                trace.multipliers.push(kept.at(sample));
                trace.places.push((sample - time) / step);
                next += 1;
            }
            // The step as it was proposed, not as it was taken, is remembered as the old one.
            before = Some((proposed, error));
            proposed = step * growth;
            course.value += solved.stages[2];
            course.time = arrival;
            course.kept = Some(kept);
        }
        trace.evaluations = Some(course.calls);
        Ok(())
    }
}

/// 0.9 (2·6 + 1)/(2·6 + n) after n iterations.
fn safety(control: &StepControl, iterations: u8) -> f64 {
    let most = 2.0 * f64::from(MOST_ITERATIONS);
    control.factor.safety * (most + 1.0) / (most + f64::from(iterations))
}
