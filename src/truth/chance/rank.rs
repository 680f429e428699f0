//! How many directions of noisy data are signal: the optimal hard threshold for singular values.

/// The number of singular values (falling) of a matrix with this ratio of its sides (at most 1) that stand above noise of one size in all cells:
/// those beyond `ω(β)` times their median, `ω(β) ≈ 0.56β³ − 0.95β² + 1.82β + 1.43` (Gavish & Donoho, IEEE Trans. Inf. Theory 60, 2014, eq. 5), and
/// beyond rounding.
pub(crate) fn signal_rank(singular_values: &[f64], ratio: f64) -> usize {
    let Some(&largest) = singular_values.first() else { return 0 };
    let middle = singular_values.len() / 2;
    let median = if singular_values.len() % 2 == 1 {
        singular_values[middle]
    } else {
        0.5 * (singular_values[middle - 1] + singular_values[middle])
    };
    let omega = ((0.56 * ratio - 0.95) * ratio + 1.82) * ratio + 1.43;
    let threshold = (omega * median).max(ROUNDING * largest);
    singular_values.iter().take_while(|&&s| s > threshold).count()
}

/// Singular values below this part of the largest are rounding.
const ROUNDING: f64 = 1e-11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_strong_directions_among_noise() {
        let values = [40.0, 30.0, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7];
        assert_eq!(signal_rank(&values, 0.5), 2);
        assert_eq!(signal_rank(&[1.0, 1e-3, 1e-14, 1e-15, 1e-16], 0.1), 2);
        assert_eq!(signal_rank(&[], 1.0), 0);
    }

    /// ω(β) to one part in 10⁶, which tells each of its coefficients (0.56, −0.95, 1.82 and 1.43 summed at four β): what is just above ω times the median counts, what is just below
    /// does not.
    #[test]
    fn the_threshold() {
        for (ratio, omega) in [(0.1, 1.60306), (0.25, 1.834375), (0.5, 2.1725), (1.0, 2.86)] {
            let of = |first: f64| signal_rank(&[first, 1.0, 1.0], ratio);
            assert_eq!((of(omega * (1.0 + 1e-6)), of(omega * (1.0 - 1e-6))), (1, 0), "{ratio}");
        }
    }
}
