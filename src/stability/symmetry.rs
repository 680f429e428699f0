//! Symmetry: whether a method is its own adjoint, a step back with −h undoing a step with h.

use super::irreducibility::Reduction;
use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::Zero;

/// The permutation π of stages (counted from one) with `a_ij + a_π(i)π(j) = b_j = b_π(j)`, which makes the method equal to its adjoint;
/// `None` when there is none.
///
/// For irreducible methods that is the only way to be symmetric (Stetter 1973, Wanner 1973; Hairer, Nørsett & Wanner I, II.8, theorem 8.3,
/// where π reverses the order of the stages).
pub fn symmetry(reduction: &Reduction) -> Option<Vec<usize>> {
    let method = &reduction.method;
    // The adjoint's nodes are Σb − c, whether or not the method is consistent.
    let total = method.b().iter().fold(Number::zero(), |sum, b| sum + b);
    let s = method.stages();
    let candidates: Vec<Vec<usize>> = (0..s)
        .map(|i| {
            let mirrored = total.clone() - &method.c()[i];
            (0..s).filter(|&j| method.b()[j] == method.b()[i] && method.c()[j] == mirrored).collect()
        })
        .collect();
    let mut image = Vec::with_capacity(s);
    assign(method, &candidates, &mut image).then(|| image.into_iter().map(|i| i + 1).collect())
}

/// Whether the method equals its adjoint.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{is_symmetric, reduce}};
/// let symmetric = |name| match catalog::find(name) {
///     Ok(Method::RungeKutta(method)) => is_symmetric(&reduce(&method)),
///     _ => unreachable!(),
/// };
/// assert!(symmetric("gauss3") && symmetric("lobatto-iiia-3") && !symmetric("radau-iia-2"));
/// ```
pub fn is_symmetric(reduction: &Reduction) -> bool {
    symmetry(reduction).is_some()
}

/// Extends the images of the first stages to all, backtracking where a pair contradicts.
fn assign(method: &RungeKutta, candidates: &[Vec<usize>], image: &mut Vec<usize>) -> bool {
    let i = image.len();
    if i == candidates.len() {
        return true;
    }
    let (a, b) = (method.a(), method.b());
    let mirrored = |i: usize, j: usize, pi: usize, pj: usize| a[i][j].clone() + &a[pi][pj] == b[j];
    for &pi in &candidates[i] {
        let fits = !image.contains(&pi)
            && mirrored(i, i, pi, pi)
            && image.iter().enumerate().all(|(j, &pj)| mirrored(i, j, pi, pj) && mirrored(j, i, pj, pi));
        if fits {
            image.push(pi);
            if assign(method, candidates, image) {
                return true;
            }
            image.pop();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog, scheme};
    use crate::stability::reduce;

    #[test]
    fn literature() {
        for (name, symmetric) in [
            ("implicit-midpoint", true),
            ("trapezoid", true),
            ("gauss2", true),
            ("gauss3", true),
            ("lobatto-iiia-3", true),
            ("lobatto-iiic-3", false),
            ("radau-iia-3", false),
            ("implicit-euler", false),
            ("rk4", false),
        ] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            assert_eq!(is_symmetric(&reduce(&method)), symmetric, "{name}");
        }
    }

    /// The midpoint rule with twice the step, and Gauss 2 with half of it: no consistent methods, and their own adjoints all the same.
    #[test]
    fn weights_that_do_not_add_up_to_one() {
        for text in [
            "[runge-kutta]\nA = [[1]]\nb = [2]",
            "[where]\ns = \"sqrt(3)\"\n[runge-kutta]\nA = [[\"1/8\", \"1/8 - s/12\"], [\"1/8 + s/12\", \"1/8\"]]\nb = [\"1/4\", \"1/4\"]",
        ] {
            let Method::RungeKutta(method) = scheme::parse(text, "scaled").unwrap() else { unreachable!() };
            let adjoint = crate::method::algebra::adjoint(&method);
            assert_eq!((adjoint.a(), adjoint.b()), (method.a(), method.b()));
            assert!(is_symmetric(&reduce(&method)));
        }
    }

    #[test]
    fn stages_in_any_order() {
        // Gauss 3 with its stages shuffled: 2, 3, 1.
        let text = "[where]\ns = \"sqrt(15)\"\n[runge-kutta]\nA = [[\"2/9\", \"5/36 - s/24\", \"5/36 + s/24\"], [\"2/9 + s/15\", \"5/36\", \"5/36 + s/30\"], [\"2/9 - s/15\", \"5/36 - s/30\", \"5/36\"]]\nb = [\"4/9\", \"5/18\", \"5/18\"]";
        let Method::RungeKutta(method) = scheme::parse(text, "shuffled").unwrap() else { unreachable!() };
        assert_eq!(symmetry(&reduce(&method)), Some(vec![1, 3, 2]));
    }
}
