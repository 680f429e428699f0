//! Modified and inverse modified fields of polynomial systems, as polynomials.

use super::OrderError;
use super::differentials::Differentials;
use super::modified::{LARGEST_POWER, inverse_modified_equation, modified_equation};
use super::multistep_series::multistep_series;
use super::prime_field::common_multiple;
use super::trees::{Tree, Trees};
use crate::dynamics::{CompiledField, Multivariate, PolynomialField, RationalPolynomial};
use crate::exact::{Integer, Number};
use crate::method::{Multistep, RungeKutta};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use serde::Serialize;

/// Irrational coefficients are replaced by fractions this close, 2^(−bits).
const APPROXIMATE_BITS: u32 = 160;

/// `f_0 + h f_1 + h² f_2 + …`, f_0 = f: what a method follows, or what learning through it finds.
#[derive(Clone, Debug)]
pub struct FieldExpansion {
    method: String,
    inverse: bool,
    exact: bool,
    terms: Vec<PolynomialField>,
}

/// An expansion to print and to keep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModifiedReport {
    /// The method's name.
    pub method: String,
    /// The field's variables.
    pub variables: Vec<String>,
    /// Whether this is the inverse modified equation.
    pub inverse: bool,
    /// False where the method's coefficients are irrational or rounded: then decimals are printed.
    pub exact: bool,
    /// One for each power of h.
    pub terms: Vec<ModifiedTerm>,
}

/// The terms of one power of h.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModifiedTerm {
    /// k of h^k; 0 is f.
    pub power: usize,
    /// One polynomial a variable.
    pub components: Vec<String>,
    /// The same in LaTeX.
    pub latex: Vec<String>,
}

impl FieldExpansion {
    /// The modified equation of a method on a field through h^power: `φ_h[f̃] = S_h[f]`.
    ///
    /// ```
    /// use lambdahat::{dynamics::PolynomialField, method::{Method, catalog}, order::FieldExpansion};
    /// let Ok(Method::RungeKutta(euler)) = catalog::find("forward-euler") else { panic!() };
    /// let field = PolynomialField::parse("y = 'y^2'", "example").unwrap();
    /// // Hairer, Lubich & Wanner, Geometric Numerical Integration, IX.1
    /// let report = FieldExpansion::modified(&euler, &field, 3).unwrap().report();
    /// let printed: Vec<&str> = report.terms.iter().map(|term| term.components[0].as_str()).collect();
    /// assert_eq!(printed, ["y^2", "-y^3", "3/2*y^4", "-8/3*y^5"]);
    /// ```
    ///
    /// # Errors
    /// As [`modified_equation`].
    pub fn modified(method: &RungeKutta, field: &PolynomialField, power: usize) -> Result<Self, OrderError> {
        Self::modified_until(method, field, power, &|| false)
    }

    /// The same, unless `stop`, which is asked now and then from several threads, says so.
    ///
    /// # Errors
    /// As [`modified_equation`]; [`OrderError::Stopped`].
    pub fn modified_until(
        method: &RungeKutta,
        field: &PolynomialField,
        power: usize,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, OrderError> {
        let series = modified_equation(method, power)?;
        Self::of(method, false, &Differentials::of(field), series.trees(), series.coefficients(), stop)
    }

    /// The inverse modified equation of a method on a field through h^power: `S_h[f̂] = φ_h[f]`, what a perfect fit learns.
    ///
    /// # Errors
    /// As [`inverse_modified_equation`].
    pub fn inverse(method: &RungeKutta, field: &PolynomialField, power: usize) -> Result<Self, OrderError> {
        Self::inverse_of(method, &Differentials::of(field), power)
    }

    /// The same of a field whose elementary differentials are kept for other methods.
    pub(crate) fn inverse_of(method: &RungeKutta, differentials: &Differentials, power: usize) -> Result<Self, OrderError> {
        let series = inverse_modified_equation(method, power)?;
        Self::of(method, true, differentials, series.trees(), series.coefficients(), &|| false)
    }

    /// What learning through a linear multistep method from exact states finds, through h^power: `f̂ = Σ c_k h^k y^(k+1)`, with `y^(k+1)` the k-th derivative of f along
    /// itself ([`multistep_series`]).
    ///
    /// # Errors
    /// As [`multistep_series`]; [`OrderError::TooWide`] beyond [`LARGEST_POWER`], where degrees outgrow what a polynomial can hold.
    pub fn multistep(method: &Multistep, field: &PolynomialField, power: usize) -> Result<Self, OrderError> {
        if power > LARGEST_POWER {
            // Each Lie derivative raises the degree by that of the field less one.
            let degree = field.degree().saturating_sub(1).saturating_mul(power).saturating_add(field.degree());
            let terms = (1..=field.variables().len()).fold(1.0, |product, j| product * (degree + j) as f64 / j as f64);
            return Err(OrderError::TooWide { power, largest: LARGEST_POWER, degree, terms });
        }
        let series = multistep_series(method, power)?;
        let mut derivative = field.components().to_vec();
        let mut terms = Vec::with_capacity(power + 1);
        for c in &series {
            let c = c.as_rational().cloned().unwrap_or_else(|| c.approximate(APPROXIMATE_BITS));
            terms.extend(PolynomialField::new(field.variables().to_vec(), derivative.iter().map(|p| p.scaled(&c)).collect()));
            let along = |p: &RationalPolynomial| {
                let parts = field.components().iter().enumerate().map(|(j, f)| p.derivative(j).times(f));
                parts.fold(RationalPolynomial::zero(), |sum, part| sum.plus(&part))
            };
            derivative = derivative.iter().map(along).collect();
        }
        let exact = series.iter().all(|c| c.as_rational().is_some());
        Ok(Self { method: method.name().into(), inverse: true, exact, terms })
    }

    /// `h^k f_k = Σ_{|t| = k+1} b(t)/σ(t) F(t)`.
    fn of(
        method: &RungeKutta,
        inverse: bool,
        differentials: &Differentials,
        trees: &Trees,
        coefficients: &[Number],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, OrderError> {
        let weight = |t: Tree| {
            let b = &coefficients[t.index()];
            let q = b.as_rational().cloned().unwrap_or_else(|| b.approximate(APPROXIMATE_BITS));
            q / BigInt::from(trees.symmetry(t))
        };
        let weights: Vec<BigRational> = trees.iter().map(weight).collect();
        let exact = coefficients.iter().all(|b| b.as_rational().is_some());
        differentials.form(trees, |t| !weights[t.index()].is_zero(), stop).ok_or(OrderError::Stopped)?;
        let variables = differentials.variables();
        let term = |k: usize| {
            let used: Vec<Tree> =
                trees.of_order(k + 1).filter(|&t| !weights[t.index()].is_zero() && differentials.value(t).is_some()).collect();
            let common = common_multiple(used.iter().map(|t| weights[t.index()].denom()));
            let denominator = &common * num_traits::pow(differentials.denominator().clone(), k + 1);
            let component = |i: usize| {
                let scaled = used.iter().flat_map(|t| {
                    let weight = &weights[t.index()];
                    let numerator = Integer::from(weight.numer() * (&common / weight.denom()));
                    let value = differentials.value(*t).into_iter().flat_map(move |value| value[i].terms());
                    value.map(move |(m, c)| (*m, c.clone() * &numerator))
                });
                Multivariate::new(scaled.collect()).map(|c| BigRational::new(c.to_bigint(), denominator.clone()))
            };
            PolynomialField::new(variables.to_vec(), (0..variables.len()).map(component).collect())
        };
        // As many components as variables each time, so no term is left out.
        let terms = (0..trees.max_order()).filter_map(term).collect();
        Ok(Self { method: method.name().into(), inverse, exact, terms })
    }

    /// The method's name.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The terms, `f_k` at k.
    pub fn terms(&self) -> &[PolynomialField] {
        &self.terms
    }

    /// Whether every coefficient is exact.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// `Σ_{k ≤ power} h^k f_k` in doubles; `power` beyond the last term means all.
    pub fn truncated(&self, h: f64, power: usize) -> CompiledField {
        let weighted: Vec<(f64, &PolynomialField)> =
            self.terms.iter().take(power.saturating_add(1)).enumerate().map(|(k, f)| (h.powi(k as i32), f)).collect();
        CompiledField::combination(&weighted)
    }

    /// Everything in words.
    pub fn report(&self) -> ModifiedReport {
        let text = |field: &PolynomialField| if self.exact { field.to_text() } else { field.to_decimals(17) };
        let latex = |field: &PolynomialField| if self.exact { field.to_latex() } else { field.to_latex_decimals(17) };
        let term = |(power, field): (usize, &PolynomialField)| ModifiedTerm { power, components: text(field), latex: latex(field) };
        ModifiedReport {
            method: self.method.clone(),
            variables: self.terms.first().map_or_else(Vec::new, |field| field.variables().to_vec()),
            inverse: self.inverse,
            exact: self.exact,
            terms: self.terms.iter().enumerate().map(term).collect(),
        }
    }
}
