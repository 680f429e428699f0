//! How large a sum of squares chance makes.

/// The χ² of so many degrees of freedom that is as rare as a normal variable beyond `deviations` on its one side (Wilson & Hilferty, PNAS 17, 1931),
/// to 3 % for one degree and to 1.5 % from four on.
pub(crate) fn chi_square(freedom: f64, deviations: f64) -> f64 {
    let part = 2.0 / (9.0 * freedom.max(1.0));
    freedom * (1.0 - part + deviations * part.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Percentiles of χ², 99.9 %: 10.828, 18.467, 29.588, 59.703 for 1, 4, 10, 30 degrees of freedom (Abramowitz & Stegun, table 26.8).
    #[test]
    fn it_is_that_of_the_tables() {
        for (freedom, known, to) in [(1.0, 10.828, 0.031), (4.0, 18.467, 0.015), (10.0, 29.588, 0.015), (30.0, 59.703, 0.015)] {
            let found = chi_square(freedom, 3.0902);
            assert!((found / known - 1.0).abs() < to, "{freedom}: {found}");
        }
    }
}
