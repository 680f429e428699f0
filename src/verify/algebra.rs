//! The methods that belong to a method, in one report: adjoint, dual, reduced, what happens inside a step, and the Shu–Osher form.

use crate::exact::{Number, Polynomial};
use crate::method::{FieldSymbol, Method, Multistep, RungeKutta, algebra, latex};
use crate::stability::{Reduction, ShuOsher, StageFunctions, multistep, reduce, shu_osher, stage_functions};
use num_traits::Zero;
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
    pub note: Option<String>,
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
    pub shu_osher_note: Option<String>,
}

impl RelatedMethod {
    fn of(method: Method, note: Option<String>) -> Self {
        let coefficients = match &method {
            Method::RungeKutta(m) => CoefficientLists::Tableau { a: m.a().to_vec(), b: m.b().to_vec(), c: m.c().to_vec() },
            Method::Multistep(m) => CoefficientLists::Pair { alpha: m.alpha().to_vec(), beta: m.beta().to_vec() },
        };
        Self { coefficients: Some(coefficients), note, method: Some(Box::new(method)) }
    }

    fn none(note: impl ToString) -> Self {
        Self { coefficients: None, note: Some(note.to_string()), method: None }
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
    /// use lambdahat::{method::catalog, verify::Algebra};
    /// let found = Algebra::of(&catalog::find("implicit-midpoint")?);
    /// assert!(found.dual.method().is_some() && found.reduced.note.unwrap().contains("irreducible"));
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
                Ok(dual) => RelatedMethod::of(Method::RungeKutta(dual), Some("of the reduced method".into())),
                Err(_) => RelatedMethod::none(why),
            },
        };
        let (form, form_note) = match shu_osher(&reduction) {
            Ok(form) => (Some(form), None),
            Err(why) => (None, Some(why.to_string())),
        };
        Self {
            method: RelatedMethod::of(Method::RungeKutta(method.clone()), None),
            adjoint: RelatedMethod::of(Method::RungeKutta(algebra::adjoint(method)), None),
            dual,
            reduced: RelatedMethod::of(Method::RungeKutta(reduction.method.clone()), Some(what_was_reduced(&reduction))),
            stage_functions: Some(stage_functions(method)),
            shu_osher: form,
            shu_osher_note: form_note,
        }
    }

    fn of_multistep(method: &Multistep) -> Self {
        let adjoint = match algebra::multistep_adjoint(method) {
            Ok(adjoint) => RelatedMethod::of(Method::Multistep(adjoint), None),
            Err(_) => RelatedMethod::none("alpha_0 is zero: the oldest value cannot be solved for when stepping back"),
        };
        let (rho, sigma) = multistep::reduced(method);
        let (steps, kept) = (method.steps(), rho.degree().unwrap_or(0));
        let padded = |p: &Polynomial<Number>| (0..=kept).map(|k| p.coefficient(k)).collect();
        let reduced = match Multistep::new(method.identity().clone(), padded(&rho), padded(&sigma)) {
            Ok(reduced) if kept < steps => {
                RelatedMethod::of(Method::Multistep(reduced), Some(format!("ρ and σ share {} zeros", steps - kept)))
            }
            _ => RelatedMethod::of(Method::Multistep(method.clone()), Some("irreducible: ρ and σ share no zero".into())),
        };
        let of_tableaux = "defined for Runge–Kutta methods";
        Self {
            method: RelatedMethod::of(Method::Multistep(method.clone()), None),
            adjoint,
            dual: RelatedMethod::none(of_tableaux),
            reduced,
            stage_functions: None,
            shu_osher: None,
            shu_osher_note: Some(of_tableaux.into()),
        }
    }

    /// The same as LaTeX: the tableaux, the stage and internal functions, and the Shu–Osher form.
    pub fn latex(&self) -> String {
        let mut blocks = Vec::new();
        for (name, relative) in [("adjoint", &self.adjoint), ("dual", &self.dual), ("reduced", &self.reduced)] {
            match (relative.method(), &relative.note) {
                (Some(method), _) => blocks.push(format!("% {name}\n{}", latex::method(method))),
                (None, Some(note)) => blocks.push(format!("% {name}: {note}")),
                (None, None) => {}
            }
        }
        let symbol = self.method.method().and_then(FieldSymbol::of);
        let polynomial = |p: &Polynomial<Number>| latex::polynomial(p, symbol.as_ref());
        if let Some(functions) = &self.stage_functions {
            let over = polynomial(&functions.denominator);
            let quotient =
                |p: &Polynomial<Number>| if over == "1" { polynomial(p) } else { format!("\\frac{{{}}}{{{over}}}", polynomial(p)) };
            let lines = |name: &str, list: &[Polynomial<Number>]| {
                let line = |(i, p): (usize, &Polynomial<Number>)| format!("{name}_{{{}}}(z) = {}", i + 1, quotient(p));
                list.iter().enumerate().map(line).collect::<Vec<_>>().join(" \\\\\n")
            };
            blocks.push(format!("% stability functions of the stages\n{}", lines("R", &functions.stages)));
            blocks.push(format!("% internal stability functions\n{}", lines("Q", &functions.internal)));
        }
        match (&self.shu_osher, &self.shu_osher_note) {
            (Some(form), _) => blocks.push(format!("% Shu–Osher form\n{}", form_in_latex(form))),
            (None, Some(note)) => blocks.push(format!("% Shu–Osher form: {note}")),
            (None, None) => {}
        }
        blocks.join("\n\n")
    }
}

/// One equation a stage, terms with zero coefficients left out.
fn form_in_latex(form: &ShuOsher) -> String {
    let s = form.v.len() - 1;
    let line = |i: usize| {
        let mut terms = Vec::new();
        let number = |x: &Number| {
            let text = latex::number(x);
            if text.contains(' ') { format!("\\left( {text} \\right)") } else { text }
        };
        if !form.v[i].is_zero() {
            terms.push(format!("{} u_n", number(&form.v[i])));
        }
        for j in 0..s {
            if !form.alpha[i][j].is_zero() {
                terms.push(format!("{} y_{{{}}}", number(&form.alpha[i][j]), j + 1));
            }
            if !form.beta[i][j].is_zero() {
                terms.push(format!("{} h f(y_{{{}}})", number(&form.beta[i][j]), j + 1));
            }
        }
        let left = if i == s { "u_{n+1}".to_owned() } else { format!("y_{{{}}}", i + 1) };
        format!("{left} = {}", terms.join(" + "))
    };
    (0..=s).map(line).collect::<Vec<_>>().join(" \\\\\n")
}

fn what_was_reduced(reduction: &Reduction) -> String {
    let list = |stages: &[usize]| stages.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !reduction.is_dj_irreducible() {
        parts.push(format!("without stages {}, which the step does not use", list(&reduction.unused)));
    }
    for group in &reduction.equal {
        parts.push(format!("stages {} merged, which are always equal", list(group)));
    }
    if parts.is_empty() { "irreducible".into() } else { parts.join("; ") }
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
            assert!(found.latex().contains("% reduced"), "{name}");
            serde_json::to_string(&found).unwrap();
        }
        let form = Algebra::of(&catalog::find("ssprk33").unwrap()).latex();
        assert!(form.contains("y_{3} = \\frac{3}{4} u_n + \\frac{1}{4} y_{2} + \\frac{1}{4} h f(y_{2})"), "{form}");
    }
}
