//! The first and last rows of a trajectory in regressions on estimated derivatives: λ̂ from the samples against the libraries themselves (pysindy 2.1.0, by `SINDy` with
//! `STLSQ(threshold=0)` and a library of degree 1; numpy 2.4's `gradient` with `lstsq`), for 100 samples of e^{(−0.15 + 1.6i)t} every 1.2 about (0.3, −0.2).

use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::inverse::{Limits, Verdict};
use lambdahat::loops::Regression;
use lambdahat::predict::{Beside, Prediction, Subject};
use lambdahat::truth::ModesOptions;
use num_complex::Complex64;

const INTERVAL: f64 = 1.2;

const TABLE: [(&str, [f64; 2]); 7] = [
    ("pysindy:FiniteDifference", [-0.334913158553, 0.898364861890]),
    ("pysindy:FiniteDifference:order=1", [-1.071489509590, 0.654048227811]),
    ("pysindy:FiniteDifference:order=3", [-0.691876197212, 1.335002781737]),
    ("pysindy:FiniteDifference:order=4", [-0.336474857796, 1.648047410704]),
    ("pysindy:SmoothedFiniteDifference", [-0.302136936319, 0.173983713671]),
    ("numpy:gradient", [-0.237645703500, 0.721076812648]),
    ("numpy:gradient:edge_order=2", [-0.334913158553, 0.898364861890]),
];

fn samples() -> Trajectories {
    let lambda = Complex64::new(-0.15, 1.6);
    let times: Vec<f64> = (0..100).map(|k| INTERVAL * f64::from(k)).collect();
    let states = times.iter().map(|t| (lambda * t).exp()).flat_map(|z| [z.re + 0.3, z.im - 0.2]).collect();
    Trajectories::with_times("ends", vec!["x".into(), "y".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap()
}

/// A motion that dies out is as large in its first rows as it ever is: the ends count however long the trajectory is, and turn growth inside into decay.
#[test]
fn ends_that_are_kept_are_those_of_the_libraries() {
    let subject = Subject::from_data(&samples(), &ModesOptions::default()).unwrap();
    let dropped = "pysindy:FiniteDifference:drop_endpoints=True";
    let names = TABLE.iter().map(|(name, _)| *name).chain([dropped]);
    let regressions = names.map(|name| Regression::read(name).unwrap().unwrap()).collect();
    let prediction = Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() };
    let report = prediction.report_beside(&Beside { regressions, ..Beside::default() }, &|| false).unwrap();
    for ((name, expected), found) in TABLE.iter().zip(&report.regressions) {
        // One row more of the same loss at the end of forward differences moves nothing that counts.
        let learned = found.modes[0].noisy.unwrap_or(found.modes[0].learned.unwrap().lambda);
        let to = if name.ends_with("order=1") { 1e-10 } else { 2e-12 };
        assert!((learned - Complex64::new(expected[0], expected[1])).norm() < to, "{name}: {learned}");
        assert_eq!(found.verdict, Some(Verdict::Distorted), "{name}");
    }
    let inside = report.regressions.last().unwrap();
    assert_eq!((inside.regression.name.as_str(), inside.verdict, inside.modes[0].noisy), (dropped, Some(Verdict::Artifact), None));
}
