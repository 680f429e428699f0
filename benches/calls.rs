//! Library calls: one λ̂ (goal 1 ms), a 200×200 map (goal 10 s), `predict` with all default calls (goal 100 ms): `cargo bench --bench calls`.
use divan::Bencher;
use lambdahat::dynamics::System;
use lambdahat::figure::call_map;
use lambdahat::inverse::Limits;
use lambdahat::inverse::step_control::{ControlledEquation, Search, solutions};
use lambdahat::loops::{Call, StateNorm};
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, Prediction, Subject, default_calls};
use lambdahat::stability::region::Window;
use num_complex::Complex;

fn main() {
    divan::main();
}

const CALLS: [&str; 5] = [
    "torchdiffeq:dopri5",
    "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4",
    "diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=1",
    "scipy:RK45",
    "torchdiffeq:rk4:step_size=0.3",
];

fn call(text: &str) -> Call {
    text.parse().expect("a call")
}

#[divan::bench(args = CALLS)]
fn one_lambda(bencher: Bencher, text: &str) {
    let call = call(text);
    bencher.bench(|| {
        let equation = ControlledEquation::pairs(&call, Complex::new(-0.1, 2.0), 1.0, StateNorm::default()).expect("follows");
        solutions(&equation, Search::Near).expect("solves")
    });
}

#[divan::bench(args = ["torchdiffeq:dopri5:rtol=1e-3,atol=1e-5", "diffrax:Tsit5:rtol=1e-1,atol=1e-3,dt0=1"], sample_count = 3)]
fn map(bencher: Bencher, text: &str) {
    let call = call(text);
    let window = Window { re: [-2.0, 1.0], im: [0.0, 4.0] };
    bencher.bench(|| call_map(std::slice::from_ref(&call), window).expect("maps"));
}

#[divan::bench(sample_count = 20)]
fn predict_with_default_calls(bencher: Bencher) {
    let system = System::named("oscillator").expect("embedded");
    bencher.bench(|| {
        let subject = Subject::from_system(&system, 1.0).expect("two modes");
        let methods = ["rk4", "dormand-prince5", "implicit-midpoint"].map(|name| catalog::find(name).expect("known")).to_vec();
        let beside = Beside { calls: default_calls().expect("known"), ..Beside::default() };
        let prediction = Prediction { subject, methods, substeps: 1, limits: Limits::default() };
        prediction.report_beside(&beside, &|| false).expect("predicts")
    });
}
