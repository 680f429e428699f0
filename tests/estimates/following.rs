//! One mode through complex samples that start anywhere.

use num_complex::Complex64;

/// One λ through runs that each start anywhere: the minimum of Σ |z − c e^{λt}|² near a start, by Gauss–Newton with the amplitudes projected out.
pub fn following(runs: &[(Vec<f64>, Vec<Complex64>)], near: Complex64) -> Complex64 {
    let mut lambda = near;
    for _ in 0..60 {
        let (mut above, mut below) = (Complex64::ZERO, 0.0);
        for (times, z) in runs {
            let e: Vec<Complex64> = times.iter().map(|t| (lambda * (t - times[0])).exp()).collect();
            let square: f64 = e.iter().map(|e| e.norm_sqr()).sum();
            let along = |y: &[Complex64]| e.iter().zip(y).map(|(e, y)| e.conj() * y).sum::<Complex64>() / square;
            let amplitude = along(z);
            let bent: Vec<Complex64> = e.iter().zip(times).map(|(e, t)| amplitude * e * (t - times[0])).collect();
            let shared = along(&bent);
            for ((bent, e), z) in bent.iter().zip(&e).zip(z) {
                let slope = bent - shared * e;
                above += slope.conj() * (z - amplitude * e);
                below += slope.norm_sqr();
            }
        }
        lambda += above / below;
    }
    lambda
}
