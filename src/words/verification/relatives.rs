//! The methods that belong to a method, in words and in LaTeX.

use super::super::{Dialect, Say};
use crate::exact::{Number, Polynomial};
use crate::method::{FieldSymbol, latex};
use crate::stability::ShuOsher;
use crate::verify::{Algebra, RelativeRemark};
use num_traits::Zero;

impl Say for RelativeRemark {
    fn say(&self, _: Dialect) -> String {
        let list = |stages: &[usize]| {
            let numbers = stages.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            format!("{} {numbers}", if stages.len() == 1 { "stage" } else { "stages" })
        };
        match self {
            Self::OfReduced => "of the reduced method".into(),
            Self::Irreducible => "irreducible".into(),
            Self::StagesReduced { unused, merged } => {
                let without = (!unused.is_empty()).then(|| format!("without {}, which the step does not use", list(unused)));
                let equal = merged.iter().map(|group| format!("{} merged, which are always equal", list(group)));
                without.into_iter().chain(equal).collect::<Vec<_>>().join("; ")
            }
            Self::SharedZeros { count: 0 } => "irreducible: ρ and σ share no zero".into(),
            Self::SharedZeros { count: 1 } => "ρ and σ share a zero".into(),
            Self::SharedZeros { count } => format!("ρ and σ share {count} zeros"),
            Self::ZeroWeight { stage } => format!("weight b[{stage}] is zero, and the dual divides by every weight"),
            Self::OldestValueUnused => "alpha_0 is zero: the oldest value cannot be solved for when stepping back".into(),
            Self::NeedsTableau => "defined for Runge–Kutta methods".into(),
            Self::ZeroSsp => {
                "the SSP coefficient is zero: no form has coefficients that are all non-negative, and the one at r = 0 is the tableau itself".into()
            }
            Self::InfiniteSsp => "the SSP coefficient is infinite: there is such a form for every r, and none is the largest".into(),
            Self::SingularForm => "I + rK is singular at this r".into(),
        }
    }
}

/// A report of relatives as LaTeX: the tableaux, the stage and internal functions, and the Shu–Osher form; remarks as comments.
pub fn latex(algebra: &Algebra, to: Dialect) -> String {
    let mut blocks = Vec::new();
    for (name, relative) in [("adjoint", &algebra.adjoint), ("dual", &algebra.dual), ("reduced", &algebra.reduced)] {
        match (relative.method(), &relative.note) {
            (Some(method), _) => blocks.push(format!("% {name}\n{}", latex::method(method))),
            (None, Some(note)) => blocks.push(format!("% {name}: {}", note.say(to))),
            (None, None) => {}
        }
    }
    let symbol = algebra.method.method().and_then(FieldSymbol::of);
    let polynomial = |p: &Polynomial<Number>| latex::polynomial(p, symbol.as_ref());
    if let Some(functions) = &algebra.stage_functions {
        let over = polynomial(&functions.denominator);
        let quotient = |p: &Polynomial<Number>| if over == "1" { polynomial(p) } else { format!("\\frac{{{}}}{{{over}}}", polynomial(p)) };
        let lines = |name: &str, list: &[Polynomial<Number>]| {
            let line = |(i, p): (usize, &Polynomial<Number>)| format!("{name}_{{{}}}(z) = {}", i + 1, quotient(p));
            list.iter().enumerate().map(line).collect::<Vec<_>>().join(" \\\\\n")
        };
        blocks.push(format!("% stability functions of the stages\n{}", lines("R", &functions.stages)));
        blocks.push(format!("% internal stability functions\n{}", lines("Q", &functions.internal)));
    }
    match (&algebra.shu_osher, &algebra.shu_osher_note) {
        (Some(form), _) => blocks.push(format!("% Shu–Osher form\n{}", form_in_latex(form))),
        (None, Some(note)) => blocks.push(format!("% Shu–Osher form: {}", note.say(to))),
        (None, None) => {}
    }
    blocks.join("\n\n")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn relatives_are_written_as_equations() {
        for name in ["rk4", "gauss2", "adams-bashforth-2"] {
            let found = Algebra::of(&catalog::find(name).unwrap());
            assert!(latex(&found, Dialect::Terminal).contains("% reduced"), "{name}");
        }
        let form = latex(&Algebra::of(&catalog::find("ssprk33").unwrap()), Dialect::Terminal);
        assert!(form.contains("y_{3} = \\frac{3}{4} u_n + \\frac{1}{4} y_{2} + \\frac{1}{4} h f(y_{2})"), "{form}");
    }
}
