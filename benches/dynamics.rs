//! Systems from text beside the same fields written by hand: one value, a Jacobian, a batch, a trajectory, slopes in the parameters.

use divan::Bencher;
use divan::counter::ItemsCount;
use lambdahat::dynamics::{Field, Flow, ParameterisedField, System};

fn main() {
    divan::main();
}

/// States of a batch.
const STATES: usize = 1000;

/// A field with its batch in θ, written by hand.
trait Hand: Field + Copy {
    const NAME: &'static str;
    const START: &'static [f64];
    fn with(theta: &[f64]) -> Self;
    fn add_slopes(&self, x: &[f64], w: &[f64], out: &mut [f64]);
}

#[derive(Clone, Copy)]
struct LotkaVolterra([f64; 4]);

impl Field for LotkaVolterra {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &[f64], out: &mut [f64]) {
        let [a, b, g, d] = self.0;
        out[0] = x[0] * (a - b * x[1]);
        out[1] = x[1] * (d * x[0] - g);
    }
    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        let [a, b, g, d] = self.0;
        out.copy_from_slice(&[a - b * x[1], -b * x[0], d * x[1], d * x[0] - g]);
    }
}

impl Hand for LotkaVolterra {
    const NAME: &'static str = "lotka-volterra";
    const START: &'static [f64] = &[1.5, 1.0];
    fn with(theta: &[f64]) -> Self {
        Self([theta[0], theta[1], theta[2], theta[3]])
    }
    fn add_slopes(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        let xy = x[0] * x[1];
        for (o, s) in out.iter_mut().zip([w[0] * x[0], -w[0] * xy, -w[1] * x[1], w[1] * xy]) {
            *o += s;
        }
    }
}

#[derive(Clone, Copy)]
struct Lorenz([f64; 3]);

impl Field for Lorenz {
    fn dimension(&self) -> usize {
        3
    }
    fn value(&self, x: &[f64], out: &mut [f64]) {
        let [s, r, b] = self.0;
        out[0] = s * (x[1] - x[0]);
        out[1] = x[0] * (r - x[2]) - x[1];
        out[2] = x[0] * x[1] - b * x[2];
    }
    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        let [s, r, b] = self.0;
        out.copy_from_slice(&[-s, s, 0.0, r - x[2], -1.0, -x[0], x[1], x[0], -b]);
    }
}

impl Hand for Lorenz {
    const NAME: &'static str = "lorenz";
    const START: &'static [f64] = &[-8.0, 8.0, 27.0];
    fn with(theta: &[f64]) -> Self {
        Self([theta[0], theta[1], theta[2]])
    }
    fn add_slopes(&self, x: &[f64], w: &[f64], out: &mut [f64]) {
        for (o, s) in out.iter_mut().zip([w[0] * (x[1] - x[0]), w[1] * x[0], -w[2] * x[2]]) {
            *o += s;
        }
    }
}

fn system<H: Hand>() -> System {
    System::named(H::NAME).expect("listed")
}

fn theta<H: Hand>() -> Vec<f64> {
    system::<H>().parameters().map(|(_, value)| value).collect()
}

fn hand<H: Hand>() -> H {
    H::with(&theta::<H>())
}

fn states<H: Hand>() -> Vec<f64> {
    (0..STATES * H::START.len()).map(|k| H::START[k % H::START.len()] + 0.1 * (k as f64).sin()).collect()
}

fn values(field: &dyn Field, bencher: Bencher, states: &[f64]) {
    let d = field.dimension();
    let mut out = vec![0.0; d];
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| {
        for x in divan::black_box(states).chunks_exact(d) {
            field.value(x, &mut out);
            divan::black_box(&out);
        }
    });
}

fn jacobians(field: &dyn Field, bencher: Bencher, states: &[f64]) {
    let d = field.dimension();
    let mut out = vec![0.0; d * d];
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| {
        for x in divan::black_box(states).chunks_exact(d) {
            field.jacobian(x, &mut out);
            divan::black_box(&out);
        }
    });
}

fn trajectory(field: &dyn Field, bencher: Bencher, start: &[f64]) {
    bencher.bench_local(|| Flow::reference().trajectory(field, divan::black_box(start), 0.1, 100).expect("flows"));
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn value_by_hand<H: Hand>(bencher: Bencher) {
    values(&hand::<H>(), bencher, &states::<H>());
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn value_from_text<H: Hand>(bencher: Bencher) {
    values(&system::<H>(), bencher, &states::<H>());
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn jacobian_by_hand<H: Hand>(bencher: Bencher) {
    jacobians(&hand::<H>(), bencher, &states::<H>());
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn jacobian_from_text<H: Hand>(bencher: Bencher) {
    jacobians(&system::<H>(), bencher, &states::<H>());
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn trajectory_by_hand<H: Hand>(bencher: Bencher) {
    trajectory(&hand::<H>(), bencher, H::START);
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn trajectory_from_text<H: Hand>(bencher: Bencher) {
    trajectory(&system::<H>(), bencher, H::START);
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn batch_by_hand<H: Hand>(bencher: Bencher) {
    let (states, d) = (states::<H>(), H::START.len());
    let (theta, mut out) = (theta::<H>(), vec![0.0; states.len()]);
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| {
        let field = H::with(divan::black_box(&theta));
        states.chunks_exact(d).zip(out.chunks_exact_mut(d)).for_each(|(x, out)| field.value(x, out));
    });
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn batch_from_text<H: Hand>(bencher: Bencher) {
    let (system, states) = (system::<H>(), states::<H>());
    let (theta, mut out) = (theta::<H>(), vec![0.0; states.len()]);
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| system.value_batch(divan::black_box(&theta), &states, &mut out));
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn slopes_by_hand<H: Hand>(bencher: Bencher) {
    let (states, d) = (states::<H>(), H::START.len());
    let theta = theta::<H>();
    let mut out = vec![0.0; theta.len()];
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| {
        let field = H::with(divan::black_box(&theta));
        out.fill(0.0);
        states.chunks_exact(d).zip(states.chunks_exact(d)).for_each(|(x, w)| field.add_slopes(x, w, &mut out));
    });
}

#[divan::bench(types = [LotkaVolterra, Lorenz])]
fn slopes_from_text<H: Hand>(bencher: Bencher) {
    let (system, states, theta) = (system::<H>(), states::<H>(), theta::<H>());
    let mut out = vec![0.0; theta.len()];
    bencher.counter(ItemsCount::new(STATES)).bench_local(|| system.vjp_batch(divan::black_box(&theta), &states, &states, &mut out));
}
