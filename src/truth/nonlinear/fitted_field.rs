//! The polynomial field that explains the samples, for what happens away from equilibria.

use super::nonlinear_model::NonlinearModel;
use crate::dynamics::{Monomial, PolynomialField, RationalPolynomial};
use crate::exact::rational;
use crate::truth::samples::runs::Samples;

/// Bits of a coefficient: more than any sample has.
const BITS: u32 = 40;
/// Coefficients below this part of the largest are rounding.
const ROUNDING: f64 = 1e-9;
/// The series of learned fields are computed up to these sizes.
const HIGHEST_DEGREE: usize = 3;
const MOST_VARIABLES: usize = 2;
/// Orbits are followed in a field that does not explain the samples where it misses less than this part of the motion in one interval.
const NEARLY: f64 = 1e-3;

/// A polynomial field in coordinates u = (x − centre)/half, which fill [−1, 1].
#[derive(Clone, Debug, PartialEq)]
pub struct FittedField {
    /// u̇ = f(u).
    pub field: PolynomialField,
    /// The middle of the samples' box.
    pub centre: Vec<f64>,
    /// Half its sides.
    pub half: Vec<f64>,
    /// Its total degree.
    pub degree: usize,
    /// Root mean square of what it misses, relative to the motion in one interval.
    pub residual: f64,
    /// Whether that is noise or rounding.
    pub explains: bool,
}

impl FittedField {
    /// Of a model that explains the samples, or hardly misses them.
    pub(crate) fn of(model: &NonlinearModel, samples: &Samples) -> Option<Self> {
        let fit = model.best();
        let explains = model.explains && model.floor.is_some();
        if !explains && fit.rms > NEARLY {
            return None;
        }
        let d = samples.dimension();
        let largest = fit.flow.coefficients.amax();
        let monomials: Option<Vec<Monomial>> = fit
            .flow
            .powers
            .exponents()
            .iter()
            .map(|e| {
                let factors = e.iter().enumerate().map(|(j, &n)| Monomial::power(j, n));
                factors.reduce(|product, factor| Some(product?.times(factor?))).flatten()
            })
            .collect();
        let monomials = monomials?;
        let component = |i: usize| {
            let terms = monomials.iter().enumerate().filter(|(k, _)| fit.flow.coefficients[(i, *k)].abs() > ROUNDING * largest);
            let exact = terms.map(|(k, m)| {
                let c = rational::from_f64(fit.flow.coefficients[(i, k)] / model.frame.interval)?;
                Some((*m, rational::round_to_bits(&c, BITS)))
            });
            Some(RationalPolynomial::new(exact.collect::<Option<Vec<_>>>()?))
        };
        let components = (0..d).map(component).collect::<Option<Vec<_>>>()?;
        let variables = (1..=d).map(|j| format!("u{j}")).collect();
        let outward = |z: &[f64]| samples.to_state(z);
        let half = model.frame.half.iter().zip(&samples.scale).map(|(h, s)| h * s).collect();
        Some(Self {
            field: PolynomialField::new(variables, components)?,
            centre: outward(&model.frame.centre),
            half,
            degree: fit.degree,
            residual: fit.rms,
            explains,
        })
    }

    /// Whether it explains the samples and is so small that the series of a learned field can be computed.
    pub fn has_series(&self) -> bool {
        self.explains && self.field.variables().len() <= MOST_VARIABLES && self.degree <= HIGHEST_DEGREE
    }

    /// A state in the coordinates of the field.
    pub fn coordinates(&self, x: &[f64]) -> Vec<f64> {
        x.iter().zip(self.centre.iter().zip(&self.half)).map(|(x, (c, h))| (x - c) / h).collect()
    }
}
