//! The experiments on inverse modified equations of Zhu, Jin, Zhu & Tang (*On numerical integration in neural ordinary differential equations*, ICML 2022), with
//! polynomials for networks: a model is trained through a method on exact pairs (x, φ_H(x)), and compared with the true field and with the inverse modified one.

use lambdahat::data::Paths;
use lambdahat::dynamics::{CompiledField, Field, Flow, PolynomialField, System};
use lambdahat::fit::{Fit, Optimiser, Training, unwatched};
use lambdahat::method::{Method, RungeKutta, Sampling, catalog};
use lambdahat::order::inverse_modified_at;
use rayon::prelude::*;
use std::fmt;

/// p' = −10 sin q, q' = p.
pub struct Pendulum;

impl Field for Pendulum {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &[f64], out: &mut [f64]) {
        (out[0], out[1]) = (-10.0 * x[1].sin(), x[0]);
    }
    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&[0.0, -10.0 * x[1].cos(), 1.0, 0.0]);
    }
}

/// y' = y³A with A = [[−0.1, −2], [2, −0.1]], rows, cubes by component.
pub fn cubic() -> System {
    System::parse("cubic-oscillator:alpha=0.1,omega=2").expect("listed")
}

/// The Lorenz system in tenths.
pub fn lorenz() -> CompiledField {
    let text = "[field]\nx = '10 y - 10 x'\ny = 'x (28 - 10 z) - y'\nz = '10 x y - 8/3 z'";
    PolynomialField::parse(text, "lorenz").expect("a field").compiled()
}

/// Points of a box on the additive lattice of the plastic number.
pub fn box_points(half: [f64; 2], count: usize) -> Vec<Vec<f64>> {
    let place = |k: usize, step: f64| 2.0 * ((k as f64 + 0.5) * step).fract() - 1.0;
    (0..count).map(|k| vec![half[0] * place(k, 0.754_877_666_246_692_8), half[1] * place(k, 0.569_840_290_998_053_3)]).collect()
}

/// States of the attractor, 0.04 apart, from the start (−0.8, 0.7, 2.6).
pub fn attractor(count: usize) -> Vec<Vec<f64>> {
    let mut states = Flow::reference().trajectory(&lorenz(), &[-0.8, 0.7, 2.6], 0.04, count + 25).expect("flows");
    states.drain(..25);
    states
}

/// One training and its distances, root mean square over the points of the data.
#[derive(Clone, Copy, Debug)]
pub struct Distances {
    /// H.
    pub interval: f64,
    /// The rounds after which the inverse modified field was taken.
    pub rounds: usize,
    /// From the true field.
    pub truth: f64,
    /// From the inverse modified field.
    pub modified: f64,
    /// The last correction of the inverse modified field: what is not known of it.
    pub unknown: f64,
    /// The share of points at which that is at most a twentieth of the whole correction.
    pub settled: f64,
    /// `ratio`, over those points.
    pub settled_ratio: f64,
    /// The loss of the training.
    pub loss: f64,
}

impl Distances {
    /// How many times nearer the learned field is to the inverse modified one.
    pub fn ratio(&self) -> f64 {
        self.truth / self.modified
    }
}

impl fmt::Display for Distances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "H = {:5.3}  from the truth {:.2e}  from the inverse modified field {:.2e}  {:8.1} times nearer  ({} rounds, known to {:.0e}; settled at {:3.0} % of \
             the points, {:.1} times nearer there; loss {:.0e})",
            self.interval,
            self.truth,
            self.modified,
            self.ratio(),
            self.rounds,
            self.unknown,
            100.0 * self.settled,
            self.settled_ratio,
            self.loss
        )
    }
}

/// What is trained, and through what.
pub struct Experiment<'a> {
    pub field: &'a (dyn Field + Sync),
    pub method: &'a str,
    pub model: &'a str,
    pub substeps: u32,
    /// The most rounds of the inverse modified field that are tried: one is exact for Euler with one step an interval.
    pub rounds: usize,
}

impl Experiment<'_> {
    /// Trains on the points and their images, H apart.
    pub fn learned(&self, points: &[Vec<f64>], interval: f64) -> Fit {
        let pairs: Vec<_> = points.par_iter().map(|x| vec![x.clone(), self.flow(x, interval).expect("flows")]).collect();
        let pairs = Paths::of(&pairs).expect("finite");
        let sampling = Sampling::new(interval, self.substeps).expect("positive");
        let training = |name: &str, sampling: Sampling| {
            Training::new(self.model.parse().expect("a class"), catalog::find(name).expect("in the catalogue"), sampling)
        };
        // Euler with one step an interval has the solution in one linear problem; the others start there, near the principal branch.
        let start = training("forward-euler", Sampling::new(interval, 1).expect("positive"));
        let fit = start.prepare(&pairs).expect("fits together").fit(0, None, &mut unwatched).expect("finite");
        if self.exact() {
            return fit;
        }
        let training = Training { optimiser: Optimiser::LevenbergMarquardt, iterations: Some(60), ..training(self.method, sampling) };
        training.prepare(&pairs).expect("fits together").fit(0, Some(fit.learned.parameters), &mut unwatched).expect("finite")
    }

    fn flow(&self, x: &[f64], time: f64) -> Option<Vec<f64>> {
        Flow::reference().trajectory(self.field, x, time, 1).ok().map(|states| states[1].clone())
    }

    /// Euler with one step an interval: its inverse modified field is (φ_H − 1)/H, reached after one round.
    fn exact(&self) -> bool {
        self.method == "forward-euler" && self.substeps == 1
    }

    /// Trains on the points and measures at every `every`-th of them.
    pub fn run(&self, points: &[Vec<f64>], interval: f64, every: usize) -> Distances {
        let fit = self.learned(points, interval);
        let h = Sampling::new(interval, self.substeps).expect("positive").step().get();
        let method: RungeKutta = match catalog::find(self.method) {
            Ok(Method::RungeKutta(method)) => method,
            _ => panic!("{} is a one-step method", self.method),
        };
        let step = |x: &[f64]| self.flow(x, h);
        let chosen: Vec<&Vec<f64>> = points.iter().step_by(every).collect();
        let distances = |rounds: usize| {
            let points: Vec<[f64; 4]> = chosen
                .par_iter()
                .map(|x| {
                    let d = x.len();
                    let (mut learned, mut truth) = (vec![0.0; d], vec![0.0; d]);
                    fit.learned.value(x, &mut learned);
                    self.field.value(x, &mut truth);
                    let modified = inverse_modified_at(&method, self.field, &step, x, h, rounds).expect("flows");
                    let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
                    let unknown = if self.exact() { 0.0 } else { modified.error.powi(2) };
                    [square(&learned, &truth), square(&learned, &modified.value), unknown, square(&modified.value, &truth)]
                })
                .collect();
            let mean = |k: usize, points: &[[f64; 4]]| (points.iter().map(|p| p[k]).sum::<f64>() / points.len() as f64).sqrt();
            let settled: Vec<[f64; 4]> = points.iter().filter(|p| p[2] <= p[3] / 400.0).copied().collect();
            Distances {
                interval,
                rounds,
                truth: mean(0, &points),
                modified: mean(1, &points),
                unknown: mean(2, &points),
                settled: settled.len() as f64 / points.len() as f64,
                settled_ratio: mean(0, &settled) / mean(1, &settled),
                loss: fit.loss,
            }
        };
        // An asymptotic expansion: it is ended where its last correction is the smallest. The choice does not look at what was learned.
        let all = (self.rounds.min(2)..=self.rounds).map(distances);
        all.min_by(|a, b| a.unknown.total_cmp(&b.unknown)).expect("one at least")
    }
}

/// The slope of the logarithms of the distances from the truth in that of H: least squares.
pub fn slope(rows: &[Distances]) -> f64 {
    let logs: Vec<(f64, f64)> = rows.iter().map(|row| (row.interval.ln(), row.truth.ln())).collect();
    let n = logs.len() as f64;
    let (mx, my) = (logs.iter().map(|l| l.0).sum::<f64>() / n, logs.iter().map(|l| l.1).sum::<f64>() / n);
    let (xy, xx) = logs.iter().fold((0.0, 0.0), |s, l| (s.0 + (l.0 - mx) * (l.1 - my), s.1 + (l.0 - mx).powi(2)));
    xy / xx
}
