//! The experiments on inverse modified equations of Zhu, Jin, Zhu & Tang (*On numerical integration in neural ordinary differential equations*, ICML 2022), with
//! polynomials for networks: a model is trained through a method on exact pairs (x, φ_H(x)), and compared with the true field and with the inverse modified one.

use lambdahat::dynamics::{CompiledField, Field, Flow, PolynomialField, System};
use lambdahat::fit::{Optimiser, Training, unwatched};
use lambdahat::method::{Coefficients, Method, Sampling, catalog};
use lambdahat::order::inverse_modified_at;
use rayon::prelude::*;

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
#[allow(dead_code, reason = "the small test prints nothing")]
pub struct Distances {
    /// H.
    pub interval: f64,
    /// From the true field.
    pub truth: f64,
    /// From the inverse modified field.
    pub modified: f64,
    /// The last correction of the inverse modified field: what is not known of it.
    pub unknown: f64,
    /// The loss of the training.
    pub loss: f64,
}

impl Distances {
    /// How many times nearer the learned field is to the inverse modified one.
    pub fn ratio(&self) -> f64 {
        self.truth / self.modified
    }
}

/// What is trained, and through what.
pub struct Experiment<'a> {
    pub field: &'a (dyn Field + Sync),
    pub method: &'a str,
    pub model: &'a str,
    pub substeps: u32,
    /// Rounds of the inverse modified field: one is exact for Euler with one step an interval.
    pub rounds: usize,
}

impl Experiment<'_> {
    /// Trains on the points, H apart from their images, and measures at every `every`-th of them.
    pub fn run(&self, points: &[Vec<f64>], interval: f64, every: usize) -> Distances {
        let flow = |x: &[f64], time: f64| Flow::reference().trajectory(self.field, x, time, 1).ok().map(|states| states[1].clone());
        let pairs: Vec<Vec<Vec<f64>>> = points.par_iter().map(|x| vec![x.clone(), flow(x, interval).expect("flows")]).collect();
        let sampling = Sampling::new(interval, self.substeps).expect("positive");
        let training = |name: &str, sampling: Sampling| {
            Training::new(self.model.parse().expect("a class"), catalog::find(name).expect("in the catalogue"), sampling)
        };
        // Euler with one step an interval has the solution in one linear problem; the others start there, near the principal branch.
        let start = training("forward-euler", Sampling::new(interval, 1).expect("positive"));
        let mut fit = start.prepare(&pairs).expect("fits together").fit(0, None, &mut unwatched).expect("finite");
        if self.method != "forward-euler" || self.substeps != 1 {
            let training = Training { optimiser: Optimiser::LevenbergMarquardt, iterations: Some(60), ..training(self.method, sampling) };
            fit = training.prepare(&pairs).expect("fits together").fit(0, Some(fit.learned.parameters), &mut unwatched).expect("finite");
        }
        let method: Coefficients = match catalog::find(self.method) {
            Ok(Method::RungeKutta(method)) => method.coefficients(),
            _ => panic!("{} is a one-step method", self.method),
        };
        let f = |x: &[f64], out: &mut [f64]| self.field.value(x, out);
        let h = sampling.step().get();
        let step = |x: &[f64]| flow(x, h);
        let chosen: Vec<&Vec<f64>> = points.iter().step_by(every).collect();
        let sums = chosen
            .par_iter()
            .map(|x| {
                let d = x.len();
                let (mut learned, mut truth) = (vec![0.0; d], vec![0.0; d]);
                fit.learned.value(x, &mut learned);
                self.field.value(x, &mut truth);
                let modified = inverse_modified_at(&method, &f, &step, x, h, self.rounds).expect("flows");
                let square = |other: &[f64]| learned.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
                (square(&truth), square(&modified.value), modified.error.powi(2))
            })
            .reduce(|| (0.0, 0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        let mean = |sum: f64| (sum / chosen.len() as f64).sqrt();
        Distances { interval, truth: mean(sums.0), modified: mean(sums.1), unknown: mean(sums.2), loss: fit.loss }
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
