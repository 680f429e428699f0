//! Branches that say nothing about the method: aliases of the samples, and those that no real model has.

use crate::inverse::{Branch, Branches, Principal, Undefined};
use num_complex::Complex;
use std::f64::consts::TAU;

/// A branch so near to an alias of λ, relative to it, is that alias.
const ALIAS: f64 = 0.01;

/// The branches without aliases: those other than the principal one that are λ + 2πik/H, k ≠ 0, up to 1 % of their size.
///
/// The samples themselves do not tell λ from λ + 2πik/H, so every accurate method with enough branches has them.
pub fn without_aliases(found: &Branches) -> Branches {
    let (lambda, h) = (found.lambda, found.sampling.interval());
    kept(found, |branch| {
        let turns = ((branch.lambda.im - lambda.im) * h / TAU).round();
        let twin = Complex::new(lambda.re, lambda.im + TAU * turns / h);
        branch.principal || turns == 0.0 || (branch.lambda - twin).norm() > ALIAS * twin.norm()
    })
}

/// The branches that a real model can have for a real mode that no other mode equals: the real ones. (The eigenvalues of a real model
/// come in conjugate pairs, and a single mode has no partner.) For a complex mode, all.
pub fn reachable_by_real_models(found: &Branches) -> Branches {
    kept(found, |branch| found.lambda.im != 0.0 || branch.lambda.im.abs() <= branch.radius)
}

fn kept(found: &Branches, keep: impl Fn(&Branch) -> bool) -> Branches {
    let branches: Vec<Branch> = found.branches.iter().filter(|branch| keep(branch)).cloned().collect();
    let principal = match &found.principal {
        Principal::Branch(_) => branches
            .iter()
            .position(|branch| branch.principal)
            .map_or_else(|| Principal::Undefined(Undefined::ComplexForRealMode), Principal::Branch),
        other => *other,
    };
    Branches { branches, principal, ..found.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inverse::{Limits, Verdict, branches, verdict};
    use crate::method::{Sampling, catalog};

    fn of(name: &str, re: f64, im: f64, interval: f64, substeps: u32) -> Branches {
        branches(&catalog::find(name).unwrap(), Complex::new(re, im), Sampling::new(interval, substeps).unwrap()).unwrap()
    }

    #[test]
    fn substeps_cure_the_method_and_leave_the_aliases_of_the_samples() {
        let found = of("dormand-prince5", -0.1, 2.0, 1.0, 4);
        assert_eq!(verdict(&found, Limits::default()).verdict, Verdict::Artifact);
        let rest = without_aliases(&found);
        assert_eq!(verdict(&rest, Limits::default()).verdict, Verdict::Faithful);
        assert!(rest.branches.len() < found.branches.len() && rest.principal() == found.principal());
        // RK4 with one step is at fault by itself.
        assert_eq!(verdict(&without_aliases(&of("rk4", -0.1, 2.0, 1.0, 1)), Limits::default()).verdict, Verdict::Artifact);
    }

    #[test]
    fn a_lone_real_mode_has_real_branches_only() {
        let found = of("rk4", -1.0, 0.0, 1.0, 1);
        let rest = reachable_by_real_models(&found);
        assert_eq!((found.branches.len(), rest.branches.len()), (4, 2));
        assert_eq!(rest.principal(), found.principal());
        let pair = of("rk4", -0.1, 2.0, 1.0, 1);
        assert_eq!(reachable_by_real_models(&pair), pair);
    }
}
