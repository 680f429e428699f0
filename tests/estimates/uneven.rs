//! What a loop learns from uneven times: the minima of Σ w|R(hλ̂)^m − e^{Hλ}|², λ = −0.1 + 2i. What trained matrices make of them is in `uneven_training`.
//!
//! Reference values by scipy 1.17.1's `least_squares` from 625 starts and Newton on the gradient (numpy 2.4). Golden intervals are
//! H_k = 1 + p(2 frac(kφ) − 1), k = 1 … 40, φ = (√5 − 1)/2; "integral" means 40-point Gauss–Legendre over [1 − p, 1 + p].

use crate::golden::golden;
use crate::stretches::{LAMBDA, branches, loss, minima, stretches};
use lambdahat::inverse::{LearningEquation, Stretch, UnevenLoss};
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex;

/// A number that was rounded to this many decimals.
fn printed(found: f64, told: f64, decimals: i32) -> bool {
    (found - told).abs() <= 0.501 * 10f64.powi(-decimals)
}

fn printed_complex(found: Complex<f64>, [re, im]: [f64; 2], decimals: i32) -> bool {
    printed(found.re, re, decimals) && printed(found.im, im, decimals)
}

/// Method, sampling, and every minimum: Re λ̂, Im λ̂, level, the lowest first.
type Row = (&'static str, &'static str, &'static [[f64; 3]]);

const TABLE: [Row; 16] = [
    (
        "rk4",
        "golden 10",
        &[
            [0.10579559, 1.91564203, 0.05749592],
            [-1.54267719, 1.96929608, 0.19522017],
            [-2.49234894, -1.15215665, 0.31355277],
            [-0.00423491, -2.73064838, 0.58302822],
        ],
    ),
    (
        "rk4",
        "integral 10",
        &[
            [0.10610106, 1.91461494, 0.05865084],
            [-1.54189179, 1.96485596, 0.19814271],
            [-2.48760116, -1.15155245, 0.31808975],
            [-0.00399172, -2.72568586, 0.59106374],
        ],
    ),
    (
        "rk4",
        "golden 50",
        &[
            [0.10815668, 1.74254500, 0.23536656],
            [-1.39213308, 1.41414618, 0.53083548],
            [-1.85109268, -1.02594185, 0.89980371],
            [-0.07708101, -2.00310189, 1.54027847],
        ],
    ),
    (
        "rk4",
        "integral 50",
        &[
            [0.10714635, 1.73379020, 0.24358305],
            [-1.38706755, 1.39283822, 0.53979140],
            [-1.82511468, -1.02095381, 0.91043428],
            [-0.08252448, -1.97264173, 1.55208280],
        ],
    ),
    (
        "rk4",
        "alternating",
        &[
            [0.07272683, 1.94885251, 0.08143480],
            [-1.48264594, 2.08774709, 0.36405801],
            [-2.65092843, -1.13324730, 0.65681463],
            [-0.09304094, -2.87432566, 1.25150253],
        ],
    ),
    ("forward-euler", "golden 10", &[[-1.37409749, 0.81409641, 0.10460019]]),
    ("forward-euler", "integral 10", &[[-1.37425831, 0.81207752, 0.10620601]]),
    ("forward-euler", "golden 50", &[[-1.31985584, 0.60023548, 0.45445135]]),
    ("forward-euler", "integral 50", &[[-1.31659109, 0.58761980, 0.46497316]]),
    ("forward-euler", "alternating", &[[-1.32060738, 0.98235983, 0.22552684]]),
    ("midpoint", "golden 10", &[[-0.43313017, 1.43524078, 0.07847709], [-1.55020712, -1.42871063, 0.24423795]]),
    ("midpoint", "golden 50", &[[-0.51007712, 1.29677694, 0.32668712], [-1.17029651, -1.20256593, 0.88669779]]),
    ("midpoint", "alternating", &[[-0.39411007, 1.49100879, 0.15045915], [-1.76540046, -1.43959185, 0.57558381]]),
    ("implicit-midpoint", "golden 10", &[[-0.34628980, 3.08486028, 0.06212125]]),
    ("implicit-midpoint", "golden 50", &[[-0.51761382, 3.09747117, 0.29226540]]),
    ("implicit-midpoint", "alternating", &[[-0.26141283, 2.70546605, 0.12209591]]),
];

#[test]
fn all_minima_and_no_other() {
    for (method, pattern, expected) in TABLE {
        let found = minima(method, stretches(pattern));
        let explicit = method != "implicit-midpoint";
        if explicit {
            assert_eq!(found.len(), expected.len(), "{method}, {pattern}: {found:?}");
        }
        for (minimum, [re, im, level]) in found.iter().zip(expected) {
            assert!(printed_complex(minimum.lambda, [*re, *im], 8), "{method}, {pattern}: {minimum:?}");
            assert!(printed(minimum.level, *level, 8), "{method}, {pattern}: {minimum:?}");
            assert!(minimum.radius.is_some_and(|r| r < 1e-12), "{method}, {pattern}: {minimum:?}");
        }
    }
}

/// Golden intervals in steps no longer than `longest`, or in m steps each where m > 0.
fn in_steps(p: f64, longest: f64, m: u32) -> Vec<Stretch> {
    let number = |interval: f64| if m > 0 { m } else { (interval / longest).ceil() as u32 };
    golden(p, 40).into_iter().map(|interval| Stretch { interval, substeps: number(interval), weight: 1.0 }).collect()
}

#[test]
fn shorter_steps_pull_towards_the_truth() {
    let table = [
        (0.1, 1.0, 0, [0.00797644, 1.97997236], Some(0.107716)),
        (0.5, 1.0, 0, [-0.03080109, 2.01417882], Some(0.067625)),
        (0.1, 0.5, 0, [-0.09572039, 2.00767080], None),
        (0.5, 0.5, 0, [-0.09557813, 2.00807188], None),
        (0.1, 0.0, 2, [-0.08903944, 2.01496050], Some(0.004218)),
        (0.1, 0.0, 4, [-0.09980633, 2.00109463], Some(0.000247)),
    ];
    for (p, longest, m, expected, level) in table {
        let minimum = loss("rk4", in_steps(p, longest, m)).minimum_near(LAMBDA).unwrap();
        assert!(printed_complex(minimum.lambda, expected, 8), "{p} {longest} {m}: {minimum:?}");
        assert!(level.is_none_or(|level| printed(minimum.level, level, 6)), "{p} {longest} {m}: {minimum:?}");
    }
}

/// With m steps an interval there are 4m minima, and all but the one at the truth stall high above it.
#[test]
fn substeps_leave_one_low_minimum() {
    for (m, next) in [(2, 0.399), (4, 0.343)] {
        let found = loss("rk4", in_steps(0.1, 0.0, m)).minima(&branches("rk4", LAMBDA, 1.0, m), 6.0);
        assert_eq!(found.len(), 4 * m as usize, "{found:?}");
        assert!(found[0].level < 0.005 && printed(found[1].level, next, 3), "{m}: {found:?}");
    }
}

/// A method with λ̂ and H|λ̂R′/R − λ| on every branch, H = 1.
type Mismatches = (&'static str, &'static [([f64; 2], f64)]);

/// By numpy.
const MISMATCHES: [Mismatches; 4] = [
    (
        "rk4",
        &[
            ([0.10510526, 1.92683263], 1.03111281),
            ([-1.56112109, 2.02411263], 3.63786114),
            ([-2.54629657, -1.16396860], 5.76215335),
            ([0.00231240, -2.78697666], 10.71841109),
        ],
    ),
    ("midpoint", &[([-0.42934153, 1.44178415], 1.39454538), ([-1.57065847, -1.44178415], 4.36065959)]),
    ("forward-euler", &[([-1.37654523, 0.82276634], 1.85026915)]),
    ("implicit-midpoint", &[([-0.34020719, 3.08834544], 1.09535437)]),
];

#[test]
fn each_branch_has_its_mismatch() {
    for (method, expected) in MISMATCHES {
        let at_one = loss(method, vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }]);
        let found = branches(method, LAMBDA, 1.0, 1);
        assert_eq!(found.len(), expected.len(), "{method}");
        for (lambda, mismatch) in expected {
            let branch = found.iter().copied().find(|z| printed_complex(*z, *lambda, 8)).unwrap_or_else(|| panic!("{method}: {found:?}"));
            assert!(printed(at_one.mismatch(branch), *mismatch, 8), "{method}, {branch}: {}", at_one.mismatch(branch));
        }
    }
}

/// The level to first order in the spread p/√3 of the intervals, s·H̄|λ̂R′/R − λ|, beside the lowest minimum through RK4: near it at a tenth, an upper guide at a half.
#[test]
fn the_first_order_level() {
    let principal = branches("rk4", LAMBDA, 1.0, 1).into_iter().min_by(|a, b| (a - LAMBDA).norm().total_cmp(&(b - LAMBDA).norm())).unwrap();
    let mismatch = loss("rk4", vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }]).mismatch(principal);
    for (p, pattern, integral, told, decimals, levels) in
        [(0.1, "golden 10", "integral 10", 0.0595, 4, [0.0575, 0.0587]), (0.5, "golden 50", "integral 50", 0.298, 3, [0.235, 0.244])]
    {
        let first_order = p / 3f64.sqrt() * mismatch;
        assert!(printed(first_order, told, decimals), "{p}: {first_order}");
        for (pattern, level) in [pattern, integral].into_iter().zip(levels) {
            let lowest = minima("rk4", stretches(pattern))[0].level;
            assert!(printed(lowest, level, decimals), "{pattern}: {lowest}");
            assert!(first_order > lowest && (p > 0.1 || first_order < 1.05 * lowest), "{pattern}: {first_order} beside {lowest}");
        }
        // The forty golden intervals spread as uniform ones do, to two parts in a hundred.
        let spread = loss("rk4", stretches(pattern)).spread();
        assert!((spread * 3f64.sqrt() / p - 1.0).abs() < 0.02, "{p}: {spread}");
        // What a report says of the minimum itself.
        let lowest = &minima("rk4", stretches(pattern))[0];
        let there = spread * lowest.mismatch.unwrap() / lowest.level;
        assert!(p > 0.1 || (there - 1.0).abs() < 0.1, "{p}: {there}");
    }
}

/// For turns ωH of 0.2 to 3.14, damped by a twentieth: uneven times leave the least loss on the principal branch, that of the least mismatch.
#[test]
fn the_principal_branch_has_the_least_mismatch() {
    for method in ["rk4", "midpoint"] {
        let equation = LearningEquation::of(&catalog::find(method).unwrap()).unwrap();
        for turn in (10..=157).map(|k| 0.02 * f64::from(k)) {
            let lambda = Complex::new(-0.05 * turn, turn);
            let at_one = vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }];
            let loss = UnevenLoss::new(&catalog::find(method).unwrap(), lambda, at_one).unwrap();
            let found = equation.branches(lambda, Sampling::new(1.0, 1).unwrap()).unwrap();
            let least = found.branches.iter().min_by(|a, b| loss.mismatch(a.lambda).total_cmp(&loss.mismatch(b.lambda))).unwrap();
            assert!(least.principal, "{method}, ωH = {turn}: {:?}", found.branches);
        }
    }
}

#[test]
fn even_intervals_have_the_branches_and_no_loss() {
    let even = vec![Stretch { interval: 1.0, substeps: 1, weight: 1.0 }; 5];
    let found = minima("rk4", even);
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|m| m.level < 1e-12));
    assert!(found.iter().any(|m| (m.lambda - Complex::new(0.105105260738927, 1.926832632793115)).norm() < 1e-12));
}

#[test]
fn what_cannot_be_is_refused() {
    let of = |method: &str, lambda: Complex<f64>, interval: f64| {
        UnevenLoss::new(&catalog::find(method).unwrap(), lambda, vec![Stretch { interval, substeps: 1, weight: 1.0 }]).map(|_| ())
    };
    assert!(of("adams-bashforth-2", LAMBDA, 1.0).is_err());
    assert!(of("rk4", LAMBDA, 0.0).is_err());
    assert!(of("rk4", Complex::new(800.0, 0.0), 1.0).is_err());
}

/// The program on a file whose intervals are runs of their own and so weigh alike: where the loss stalls, and that uneven times are no remedy.
#[test]
fn the_screen_says_where_the_loss_stalls() {
    let mut file = String::from("trajectory,t,x,y\n");
    for (run, interval) in golden(0.1, 40).into_iter().enumerate() {
        for time in [0.0, interval] {
            let z = (LAMBDA * time + Complex::new(0.0, 0.7 * run as f64)).exp();
            file.push_str(&format!("{run},{time},{},{}\n", z.re, z.im));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("golden.csv");
    std::fs::write(&path, file).unwrap();
    let mut program = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
    let screen = program.arg("predict").arg(&path).assert().success().get_output().stdout.clone();
    let words = String::from_utf8(screen).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "Uneven times: no single λ̂ reproduces these intervals. Through rk4 the lowest loss (5.7 % of the motion) is at 0.1058 + 1.916i, which grows; \
                sampling unevenly does not remove the artifact. A loss that stalls there says so. A fit can also end on 3 further minima.";
    assert!(words.contains(said), "{words}");
}
