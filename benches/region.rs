//! The raster of a stability region against a plain double loop, in one run: `cargo bench --bench region`.
use divan::Bencher;
use lambdahat::stability::region::{Region, Window};
use num_complex::Complex;

const SIDE: usize = 4096;
const RK4: [f64; 5] = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0];

fn main() {
    divan::main();
    ratio();
}

fn window() -> Window {
    Window { re: [-5.0, 2.0], im: [-4.0, 4.0] }
}

fn naive(width: usize, height: usize) -> Vec<u8> {
    let (dx, dy) = (7.0 / width as f64, 8.0 / height as f64);
    let mut out = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let z = Complex::new(-5.0 + (column as f64 + 0.5) * dx, 4.0 - (row as f64 + 0.5) * dy);
            let w = RK4.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * z + c);
            out.push(u8::from(w.norm() <= 1.0));
        }
    }
    out
}

#[divan::bench(sample_count = 30)]
fn rk4_4096(bencher: Bencher) {
    let region = Region::one_step(&RK4, &[1.0]).expect("finite coefficients");
    bencher.bench(|| region.raster(window(), SIDE, SIDE));
}

#[divan::bench(sample_count = 30)]
fn gauss3_4096(bencher: Bencher) {
    let p = [1.0, 0.5, 0.1, 1.0 / 120.0];
    let q = [1.0, -0.5, 0.1, -1.0 / 120.0];
    let region = Region::one_step(&p, &q).expect("finite coefficients");
    bencher.bench(|| region.raster(window(), SIDE, SIDE));
}

#[divan::bench(sample_count = 10)]
fn adams_bashforth4_1024(bencher: Bencher) {
    let rho = [0.0, 0.0, 0.0, -1.0, 1.0];
    let sigma = [-9.0 / 24.0, 37.0 / 24.0, -59.0 / 24.0, 55.0 / 24.0];
    let region = Region::multistep(&rho, &sigma).expect("finite coefficients");
    bencher.bench(|| region.raster(window(), 1024, 1024));
}

#[divan::bench(sample_count = 5)]
fn naive_rk4_4096() -> Vec<u8> {
    naive(SIDE, SIDE)
}

/// Prints how many times faster the raster is than the double loop, and that they agree.
fn ratio() {
    let region = Region::one_step(&RK4, &[1.0]).expect("finite coefficients");
    let best = |runs: usize, f: &mut dyn FnMut()| {
        (0..runs)
            .map(|_| {
                let start = std::time::Instant::now();
                f();
                start.elapsed()
            })
            .min()
            .expect("at least one run")
    };
    let mut fast = None;
    let quick = best(20, &mut || fast = region.raster(window(), SIDE, SIDE).ok());
    let mut slow = Vec::new();
    let plain = best(3, &mut || slow = naive(SIDE, SIDE));
    let differing = fast.map_or(0, |raster| raster.as_bytes().iter().zip(&slow).filter(|(a, b)| a != b).count());
    println!(
        "rk4 {SIDE}x{SIDE}: {quick:?} against a plain loop's {plain:?}: {:.1} times; {differing} points differ",
        plain.as_secs_f64() / quick.as_secs_f64()
    );
}
