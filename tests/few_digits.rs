//! Fast modes in samples of few digits: after some rows everything is at rest to the last digit, and those few rows are all that shows the modes.

use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Examination, ModesOptions, examine};

const INTERVAL: f64 = 0.1;

/// 50 rows, rounded to so many decimals; of a double's own digits where there are none.
fn examined(columns: &[&str], decimals: Option<i32>, at: &dyn Fn(f64) -> Vec<f64>) -> Examination {
    let digits = |x: f64| decimals.map_or(x, |n| (x * 10f64.powi(n)).round() / 10f64.powi(n));
    let rows: Vec<Vec<f64>> = (0..50).map(|k| at(INTERVAL * f64::from(k)).into_iter().map(digits).collect()).collect();
    let names = columns.iter().map(|c| (*c).to_owned()).collect();
    let data = Trajectories::new("samples", names, INTERVAL, vec![Trajectory::new(None, 0.0, &rows)]).unwrap();
    examine(&data, &ModesOptions::default()).unwrap()
}

/// A sensor's answer to a step; and a fast state that a slow one follows, both measured, or the slow one alone.
fn every_motion(fast: f64, decimals: Option<i32>) -> [Examination; 3] {
    let slow = |t: f64| (-t).exp() * 2.0 - (fast * t).exp();
    [
        examined(&["y"], decimals, &|t| vec![1.0 - (fast * t).exp()]),
        examined(&["a", "b"], decimals, &|t| vec![(fast * t).exp(), slow(t)]),
        examined(&["b"], decimals, &|t| vec![slow(t)]),
    ]
}

#[test]
fn what_a_few_rows_show_to_the_last_digit_is_no_mode_of_its_own() {
    for decimals in [Some(4), Some(6), None] {
        for exponent in [3.0, 5.0, 8.0, 10.0, 12.0, 15.0, 20.0, 33.0, 40.0, 100.0] {
            let fast = -exponent / INTERVAL;
            for (k, found) in every_motion(fast, decimals).into_iter().enumerate() {
                for mode in found.modes.iter().filter(|m| m.settled) {
                    let off = (mode.lambda - fast).norm().min((mode.lambda + 1.0).norm());
                    let open = 3.0 * mode.uncertainty.unwrap() + 1e-9 * mode.lambda.norm();
                    assert!(off <= open, "{decimals:?} digits, {fast}, motion {k}: {:?}", found.modes);
                }
            }
        }
    }
}

/// Where rows show it, it is settled: in all digits of a double up to 10 powers of e from row to row, in two columns up to 30.
#[test]
fn a_fast_mode_that_enough_cells_show_is_settled() {
    let settles = |found: &Examination, fast: f64| {
        found.modes.iter().any(|m| m.settled && (m.lambda - fast).norm() <= 3.0 * m.uncertainty.unwrap() + 1e-9 * fast.abs())
    };
    for exponent in [3.0, 5.0, 8.0, 10.0] {
        let fast = -exponent / INTERVAL;
        assert!(every_motion(fast, None).iter().all(|found| settles(found, fast)), "{fast}");
    }
    for exponent in [15.0, 20.0, 25.0, 30.0] {
        let fast = -exponent / INTERVAL;
        assert!(settles(&every_motion(fast, None)[1], fast), "{fast}");
    }
}
