//! Numbers by chance, the same ones every day.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Uniform in [0, 1).
pub fn unit(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Normal, of mean 0 and variance 1 (Box and Muller).
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (a, b) = (1.0 - unit(random), unit(random));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}
