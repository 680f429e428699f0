//! Whether residuals are noise: whether one tells nothing of the next.

use nalgebra::DMatrix;

/// Lags that are looked at.
const LAGS: usize = 8;
/// Standard errors beyond which a correlation is not chance; several lags are looked at, so that two would be too few.
const CHANCE: f64 = 3.5;

/// Residuals of a column below this are rounding, whatever their correlations.
const ROUNDING: f64 = 1e-7;

/// Correlations of residuals with those some rows later, over all columns and runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whiteness {
    /// Of lag 1, 2, …
    pub correlations: Vec<f64>,
    /// One standard error of each, were there none.
    pub by_chance: f64,
}

impl Whiteness {
    /// Of the residuals of each run, rows × columns; missing cells are NaN and are passed over.
    pub fn of(residuals: &[DMatrix<f64>]) -> Self {
        Self::of_fitted(residuals, |_, _, _| 0.0)
    }

    /// The same where numbers were fitted to each run alone, beyond what that does: residuals (I − QQᵀ)ε of noise ε depend on each other,
    ///
    /// ```text
    /// E c_l = −Σ_i (QQᵀ)_{i, i+l} / Σ_i (1 − (QQᵀ)_{ii})
    /// ```
    ///
    /// which is little in long runs and more than chance in many short ones. `taken(run, column, (row, later))` is that entry of QQᵀ.
    pub fn of_fitted(residuals: &[DMatrix<f64>], taken: impl Fn(usize, usize, (usize, usize)) -> f64) -> Self {
        let columns = residuals.first().map_or(0, DMatrix::ncols);
        let (mut correlations, mut pairs) = (vec![0.0; LAGS], 0.0);
        let mut weights = 0.0;
        for j in 0..columns {
            let (mut total, mut count) = (0.0, 0.0);
            let (mut lagged, mut expected) = ([0.0; LAGS], [0.0; LAGS]);
            for (run, r) in residuals.iter().enumerate() {
                for i in 0..r.nrows() {
                    let x = r[(i, j)];
                    if x.is_nan() {
                        continue;
                    }
                    total += x * x;
                    count += 1.0 - taken(run, j, (i, i));
                    for lag in (0..LAGS).take_while(|lag| i + lag + 1 < r.nrows()) {
                        let later = i + lag + 1;
                        if !r[(later, j)].is_nan() {
                            lagged[lag] += x * r[(later, j)];
                            expected[lag] -= taken(run, j, (i, later));
                        }
                    }
                }
            }
            if total > ROUNDING * ROUNDING * count {
                let beyond = lagged.iter().zip(expected).map(|(sum, e)| sum / total - e / count.max(1.0));
                correlations.iter_mut().zip(beyond).for_each(|(c, beyond)| *c += beyond);
                weights += 1.0;
                pairs += count;
            }
        }
        correlations.iter_mut().for_each(|c| *c /= f64::max(weights, 1.0));
        Self { correlations, by_chance: 1.0 / f64::max(pairs, 1.0).sqrt() }
    }

    /// Whether no correlation is beyond chance, but for a negative one of lag 1 where `differences` of noisy rows make it.
    pub fn holds(&self, differences: bool) -> bool {
        let bound = CHANCE * self.by_chance + 0.02;
        self.correlations.iter().enumerate().all(|(k, c)| if k == 0 && differences { *c < bound } else { c.abs() < bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Noise less its mean in runs of n rows: E r_i r_j = −σ²/n for any two rows, so that c_l = −(n − l)/n / (n − 1).
    #[test]
    fn what_fitting_takes_is_no_correlation() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let n = 5;
        let run = |random: &mut ChaCha8Rng| {
            let noise = DMatrix::from_fn(n, 1, |_, _| (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64 - 0.5);
            let mean = noise.mean();
            noise.add_scalar(-mean)
        };
        let residuals: Vec<DMatrix<f64>> = (0..4000).map(|_| run(&mut random)).collect();
        let plain = Whiteness::of(&residuals);
        for (lag, c) in plain.correlations.iter().take(n - 1).enumerate() {
            let expected = -((n - lag - 1) as f64) / (n * (n - 1)) as f64;
            assert!((c - expected).abs() < 4.0 * plain.by_chance, "lag {}: {c}, {expected}", lag + 1);
        }
        assert!(!plain.holds(false));
        let beyond = Whiteness::of_fitted(&residuals, |_, _, _| 1.0 / n as f64);
        assert!(beyond.correlations.iter().all(|c| c.abs() < 4.0 * beyond.by_chance), "{beyond:?}");
        assert!(beyond.holds(false));
        // A motion that is left in the noise is seen all the same.
        let moved: Vec<DMatrix<f64>> = residuals.iter().map(|r| DMatrix::from_fn(n, 1, |i, _| r[i] + 0.2 * (i as f64 - 2.0))).collect();
        assert!(!Whiteness::of_fitted(&moved, |_, _, _| 1.0 / n as f64).holds(false));
    }
}
