//! What is found in samples, and whether it is right.

use lambdahat::data::Reading;
use lambdahat::truth::{Examination, Mode, ModesOptions, examine};
use num_complex::Complex64;
use std::path::Path;

/// What is found in a file of the panel.
pub fn panel(name: &str) -> Examination {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel").join(name);
    examine(&Reading::default().open(&path).unwrap(), &ModesOptions::default()).unwrap()
}

/// The settled modes, one of each pair.
pub fn settled(found: &Examination) -> Vec<&Mode> {
    found.modes.iter().filter(|m| m.settled && m.lambda.im >= 0.0).collect()
}

/// Each of these rates is among them, to this tolerance.
pub fn assert_modes(found: &Examination, expected: &[(f64, f64)], tolerance: f64) {
    let modes = settled(found);
    for &(re, im) in expected {
        let lambda = Complex64::new(re, im);
        assert!(modes.iter().any(|m| (m.lambda - lambda).norm() < tolerance), "{lambda} is not among {modes:?}");
    }
}
