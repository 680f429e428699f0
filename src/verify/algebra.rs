//! The methods that belong to a method, in one report: adjoint, dual, reduced, what happens inside a step, and the Shu–Osher form.

use super::relative_remark::RelativeRemark;
use crate::exact::{Number, Polynomial};
use crate::method::{Method, Multistep, RungeKutta, algebra};
use crate::stability::{ShuOsher, StageFunctions, multistep, reduce, shu_osher, stage_functions};
use serde::Serialize;

/// The coefficients of a method, for printing.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum CoefficientLists {
    /// A Butcher tableau.
    Tableau {
        /// A.
        #[serde(rename = "A")]
        a: Vec<Vec<Number>>,
        /// b.
        b: Vec<Number>,
        /// c = A𝟙.
        c: Vec<Number>,
    },
    /// A multistep pair, lowest j first.
    Pair {
        /// α.
        alpha: Vec<Number>,
        /// β.
        beta: Vec<Number>,
    },
}

/// A method that belongs to another, or why there is none.
#[derive(Clone, Debug, Serialize)]
pub struct RelatedMethod {
    /// Its coefficients.
    pub coefficients: Option<CoefficientLists>,
    /// Why there are none, or what they are those of.
    pub note: Option<RelativeRemark>,
    #[serde(skip)]
    method: Option<Box<Method>>,
}

/// Everything that the algebra of methods tells of one.
#[derive(Clone, Debug, Serialize)]
pub struct Algebra {
    /// The method itself.
    pub method: RelatedMethod,
    /// The one that undoes its steps.
    pub adjoint: RelatedMethod,
    /// The one that its adjoint equations are solved by.
    pub dual: RelatedMethod,
    /// Without superfluous stages, or common factors of ρ and σ.
    pub reduced: RelatedMethod,
    /// What happens to the stages and to their errors.
    pub stage_functions: Option<StageFunctions>,
    /// The Shu–Osher form at r = the SSP coefficient.
    pub shu_osher: Option<ShuOsher>,
    /// Why there is none.
    pub shu_osher_note: Option<RelativeRemark>,
}

impl RelatedMethod {
    fn of(method: Method, note: Option<RelativeRemark>) -> Self {
        let coefficients = match &method {
            Method::RungeKutta(m) => CoefficientLists::Tableau { a: m.a().to_vec(), b: m.b().to_vec(), c: m.c().to_vec() },
            Method::Multistep(m) => CoefficientLists::Pair { alpha: m.alpha().to_vec(), beta: m.beta().to_vec() },
        };
        Self { coefficients: Some(coefficients), note, method: Some(Box::new(method)) }
    }

    fn none(note: RelativeRemark) -> Self {
        Self { coefficients: None, note: Some(note), method: None }
    }

    /// The method, where there is one.
    pub fn method(&self) -> Option<&Method> {
        self.method.as_deref()
    }
}

impl Algebra {
    /// Of a method of either kind.
    ///
    /// ```
    /// use lambdahat::{method::catalog, verify::{Algebra, RelativeRemark}};
    /// let found = Algebra::of(&catalog::find("implicit-midpoint")?);
    /// assert!(found.dual.method().is_some() && found.reduced.note == Some(RelativeRemark::Irreducible));
    /// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
    /// ```
    pub fn of(method: &Method) -> Self {
        match method {
            Method::RungeKutta(tableau) => Self::of_runge_kutta(tableau),
            Method::Multistep(pair) => Self::of_multistep(pair),
        }
    }

    fn of_runge_kutta(method: &RungeKutta) -> Self {
        let reduction = reduce(method);
        let dual = match algebra::dual(method) {
            Ok(dual) => RelatedMethod::of(Method::RungeKutta(dual), None),
            // A stage that the step does not use has a zero weight; without it there may be a dual.
            Err(why) => match algebra::dual(&reduction.method) {
                Ok(dual) => RelatedMethod::of(Method::RungeKutta(dual), Some(RelativeRemark::OfReduced)),
                Err(_) => RelatedMethod::none(why.into()),
            },
        };
        let (form, form_note) = match shu_osher(&reduction) {
            Ok(form) => (Some(form), None),
            Err(why) => (None, Some(why.into())),
        };
        Self {
            method: RelatedMethod::of(Method::RungeKutta(method.clone()), None),
            adjoint: RelatedMethod::of(Method::RungeKutta(algebra::adjoint(method)), None),
            dual,
            reduced: RelatedMethod::of(Method::RungeKutta(reduction.method.clone()), Some((&reduction).into())),
            stage_functions: Some(stage_functions(method)),
            shu_osher: form,
            shu_osher_note: form_note,
        }
    }

    fn of_multistep(method: &Multistep) -> Self {
        let adjoint = match algebra::multistep_adjoint(method) {
            Ok(adjoint) => RelatedMethod::of(Method::Multistep(adjoint), None),
            Err(_) => RelatedMethod::none(RelativeRemark::OldestValueUnused),
        };
        let (rho, sigma) = multistep::reduced(method);
        let (steps, kept) = (method.steps(), rho.degree().unwrap_or(0));
        let padded = |p: &Polynomial<Number>| (0..=kept).map(|k| p.coefficient(k)).collect();
        let reduced = match Multistep::new(method.identity().clone(), padded(&rho), padded(&sigma)) {
            Ok(reduced) if kept < steps => {
                RelatedMethod::of(Method::Multistep(reduced), Some(RelativeRemark::SharedZeros { count: steps - kept }))
            }
            _ => RelatedMethod::of(Method::Multistep(method.clone()), Some(RelativeRemark::SharedZeros { count: 0 })),
        };
        Self {
            method: RelatedMethod::of(Method::Multistep(method.clone()), None),
            adjoint,
            dual: RelatedMethod::none(RelativeRemark::NeedsTableau),
            reduced,
            stage_functions: None,
            shu_osher: None,
            shu_osher_note: Some(RelativeRemark::NeedsTableau),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn every_method_has_its_relatives_or_a_reason() {
        for name in ["rk4", "gauss2", "dormand-prince5", "ssprk33", "implicit-euler", "bdf2", "adams-bashforth-2", "lobatto-iiia-3"] {
            let found = Algebra::of(&catalog::find(name).unwrap());
            for relative in [&found.method, &found.adjoint, &found.dual, &found.reduced] {
                assert!(relative.method().is_some() || relative.note.is_some(), "{name}");
            }
            assert_eq!(found.shu_osher.is_none(), found.shu_osher_note.is_some(), "{name}");
            serde_json::to_string(&found).unwrap();
        }
    }
}
