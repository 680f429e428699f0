//! Samples of the world: what is said of them is what is known of them. Each file names its source in its first line.

use lambdahat::data::{Reading, TimeUnit, Trajectories};
use lambdahat::inverse::Limits;
use lambdahat::method::catalog;
use lambdahat::predict::{Prediction, Subject};
use lambdahat::truth::{Because, Caveat, Examination, Mode, ModesOptions, Motion, examine};
use std::f64::consts::TAU;
use std::path::Path;

fn data(name: &str, reading: &Reading) -> Trajectories {
    reading.open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/real").join(name)).unwrap()
}

fn examined(data: &Trajectories) -> Examination {
    examine(data, &ModesOptions::default()).unwrap()
}

fn by_subject() -> Reading {
    Reading { trajectory: Some("Subject".into()), ..Reading::default() }
}

/// The sunspot cycle of 10 to 11 years is kept going by chance; no real mode of −0.19 is in it.
#[test]
fn sunspots_are_a_driven_cycle() {
    let found = examined(&data("sunspots.csv", &Reading::default()));
    assert_eq!((found.finding.motion, found.finding.settled), (Motion::Driven, false));
    let period = TAU / found.modes[0].lambda.im;
    assert!((9.5..11.5).contains(&period), "{:?}", found.modes);
    assert!(found.modes.iter().all(|m| m.lambda.im != 0.0 && !m.settled && m.because == [Because::DrivenByNoise]));
    assert!(!found.caveats.iter().any(|c| matches!(c, Caveat::SteadyCycle { .. })), "the cycle keeps no phase");
}

/// Carbon dioxide: the seasons about a rise of 1.3 ppm a year, with weeks missing. A trend with an annual pair and its harmonic, fitted with scipy 1.17, turns 1.00042638
/// times a year.
#[test]
fn carbon_dioxide_follows_the_year() {
    let data = data("co2.csv", &Reading::default());
    assert_eq!((data.samples(), data.missing_cells()), (2284, 59));
    let found = examined(&data);
    assert_eq!((found.finding.motion, found.finding.settled), (Motion::Driven, false));
    let Some(Caveat::SteadyCycle { period, uncertainty, amplitude, rate, unit, share, .. }) =
        found.caveats.iter().find(|c| matches!(c, Caveat::SteadyCycle { .. }))
    else {
        panic!("{:?}", found.caveats)
    };
    assert_eq!(*unit, TimeUnit::Day);
    assert!((period - 365.25 / 1.000_426_38).abs() < 3.0 * uncertainty && *uncertainty < 0.1, "{period} ± {uncertainty}");
    assert!((period / 7.0 - 52.18).abs() < 0.03);
    assert!((rate[0] * 365.25 - 1.3).abs() < 0.1 && (amplitude[0] - 2.8).abs() < 0.1 && *share > 0.8, "{rate:?} {amplitude:?} {share}");
    assert!(found.modes.iter().all(|m| m.because == [Because::MayBeDriven] && m.equilibrium.is_empty()));
}

/// Six subjects' plasma concentrations of indometacin fall as two exponentials that share their rates: −2.89218468 and −0.43410471 per hour (root mean square of the
/// residuals 0.0742), fitted with scipy 1.17. Whoever knows that they fall to zero, and linearly, gets those.
#[test]
fn indometh_falls_with_two_rates() {
    let data = data("indometh.csv", &by_subject());
    let options = ModesOptions { rests_at_zero: true, degree: Some(1), ..ModesOptions::default() };
    let found = examine(&data, &options).unwrap();
    assert_eq!((found.finding.motion, found.finding.settled), (Motion::Rest, true));
    assert_eq!(found.modes.len(), 2);
    for (rate, error) in [(-2.892_184_68, 0.327), (-0.434_104_71, 0.058)] {
        let mode = found.modes.iter().min_by(|a, b| (a.lambda - rate).norm().total_cmp(&(b.lambda - rate).norm())).unwrap();
        assert!((mode.lambda - rate).norm() < 1e-4, "{mode:?}");
        assert!((mode.uncertainty.unwrap() / error - 1.0).abs() < 0.05, "{mode:?}");
        assert_eq!(mode.equilibrium, [0.0]);
    }
}

/// What each rate's equation learns at these uneven intervals, fast and slow: the least loss, found with scipy 1.17.
#[test]
#[allow(clippy::approx_constant)] // −0.4342 is a rate that happens to look like log₁₀ e
fn indometh_is_learned_at_its_own_intervals() {
    let data = data("indometh.csv", &by_subject());
    let options = ModesOptions { rests_at_zero: true, degree: Some(1), ..ModesOptions::default() };
    let expected = [
        ("forward-euler", -2.0401, -0.3689),
        ("midpoint", -3.0135, -0.4447),
        ("rk4", -2.8822, -0.4342),
        ("implicit-midpoint", -2.7694, -0.4300),
        ("implicit-euler", -4.2465, -0.4974),
    ];
    let methods = expected.map(|(name, ..)| catalog::find(name).unwrap()).to_vec();
    let subject = Subject::from_data(&data, &options).unwrap();
    let report = Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().unwrap();
    for (method, (name, fast, slow)) in report.methods.iter().zip(expected) {
        for rate in [fast, slow] {
            let found = method.modes.iter().any(|mode| mode.branches.principal().is_some_and(|b| (b.lambda - rate).norm() < 1.5e-4));
            assert!(found, "{name}: {rate} is not among {:?}", method.modes);
        }
    }
}

/// Without that knowledge a quadratic field of one variable meets the samples as well, so no single rate is settled, and none that is wrong.
#[test]
fn indometh_alone_settles_no_single_rate() {
    for rests_at_zero in [false, true] {
        let found = examine(&data("indometh.csv", &by_subject()), &ModesOptions { rests_at_zero, ..ModesOptions::default() }).unwrap();
        for mode in found.modes.iter().filter(|m| m.settled) {
            let near = |rate: f64| (mode.lambda - rate).norm() < 3.0 * mode.uncertainty.unwrap_or(0.0);
            assert!(near(-2.892_184_68) || near(-0.434_104_71), "{mode:?}");
        }
    }
}

/// Lynx and hare, in logarithms: one noisy turn of nine to ten years about an equilibrium among the samples.
#[test]
fn lynx_and_hare_turn_in_ten_years() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lynx_hare.csv");
    let found = examine(&Reading::default().open(&path).unwrap(), &ModesOptions { log: true, ..ModesOptions::default() }).unwrap();
    let turning: Vec<&Mode> = found.modes.iter().filter(|m| m.lambda.im > 0.0).collect();
    assert!(!turning.is_empty() && turning.iter().all(|m| (8.0..12.0).contains(&(TAU / m.lambda.im))), "{:?}", found.modes);
}
