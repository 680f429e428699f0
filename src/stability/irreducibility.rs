//! Stages that do not count: reduction in the senses of Dahlquist & Jeltsch and of Hundsdorfer & Spijker.
//!
//! Facts such as "symplectic iff `b_i a_ij + b_j a_ji = b_i b_j`" hold for irreducible methods, so they are decided after reduction.

use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::Zero;

/// A method without superfluous stages, and what was superfluous.
#[derive(Clone, Debug)]
pub struct Reduction {
    /// The irreducible method with the same steps. Embedded weights are dropped.
    pub method: RungeKutta,
    /// Stages on which the step does not depend, counted from one (Dahlquist & Jeltsch 1979).
    pub unused: Vec<usize>,
    /// Groups of stages that are always equal, counted from one (Hundsdorfer & Spijker 1981).
    pub equal: Vec<Vec<usize>>,
}

impl Reduction {
    /// Whether no stage depends on nothing that matters: DJ-irreducible.
    pub fn is_dj_irreducible(&self) -> bool {
        self.unused.is_empty()
    }

    /// Whether no two stages are always equal: HS-irreducible.
    pub fn is_hs_irreducible(&self) -> bool {
        self.equal.is_empty()
    }

    /// Whether nothing was to be reduced.
    pub fn is_irreducible(&self) -> bool {
        self.is_dj_irreducible() && self.is_hs_irreducible()
    }
}

/// Removes stages that do not influence the step and merges stages that are always equal, until neither is left.
///
/// Hairer & Wanner II, IV.12, definitions 12.15 and 12.17. A method whose step uses no stage at all (b = 0) is returned as it is.
pub fn reduce(method: &RungeKutta) -> Reduction {
    // The original stages that each present one stands for.
    let mut members: Vec<Vec<usize>> = (1..=method.stages()).map(|i| vec![i]).collect();
    let mut a: Vec<Vec<Number>> = method.a().to_vec();
    let mut b: Vec<Number> = method.b().to_vec();
    let mut unused = Vec::new();
    loop {
        let kept = influential(&a, &b);
        if kept.is_empty() {
            break;
        }
        if kept.len() < b.len() {
            unused.extend((0..b.len()).filter(|i| !kept.contains(i)).flat_map(|i| members[i].clone()));
            a = kept.iter().map(|&i| kept.iter().map(|&j| a[i][j].clone()).collect()).collect();
            b = kept.iter().map(|&i| b[i].clone()).collect();
            members = kept.iter().map(|&i| members[i].clone()).collect();
        }
        let blocks = equal_stages(&a);
        if blocks.len() == b.len() {
            break;
        }
        let block_sum = |row: &[Number], block: &[usize]| block.iter().fold(Number::zero(), |sum, &j| sum + &row[j]);
        b = blocks.iter().map(|block| block_sum(&b, block)).collect();
        a = blocks.iter().map(|rows| blocks.iter().map(|block| block_sum(&a[rows[0]], block)).collect()).collect();
        members = blocks.iter().map(|block| block.iter().flat_map(|&i| members[i].clone()).collect()).collect();
    }
    unused.sort_unstable();
    let equal: Vec<Vec<usize>> = members.into_iter().filter(|group| group.len() > 1).collect();
    let reduced = if unused.is_empty() && equal.is_empty() && method.b_hat().is_none() {
        Ok(method.clone())
    } else {
        RungeKutta::new(method.identity().clone(), a, b, None, None)
    };
    // Shapes agree by construction; were they not to, the method itself would still be the same integrator.
    Reduction { method: reduced.unwrap_or_else(|_| method.clone()), unused, equal }
}

/// The stages that the step depends on: those with a weight, and those that they use.
fn influential(a: &[Vec<Number>], b: &[Number]) -> Vec<usize> {
    let mut open: Vec<usize> = (0..b.len()).filter(|&i| !b[i].is_zero()).collect();
    let mut seen = vec![false; b.len()];
    open.iter().for_each(|&i| seen[i] = true);
    while let Some(i) = open.pop() {
        for (j, x) in a[i].iter().enumerate() {
            if !seen[j] && !x.is_zero() {
                seen[j] = true;
                open.push(j);
            }
        }
    }
    (0..b.len()).filter(|&i| seen[i]).collect()
}

/// The coarsest partition in which stages of one block have equal sums of `a_ij` over every block: refined from one block.
fn equal_stages(a: &[Vec<Number>]) -> Vec<Vec<usize>> {
    let mut blocks: Vec<Vec<usize>> = vec![(0..a.len()).collect()];
    loop {
        let signature =
            |i: usize| -> Vec<Number> { blocks.iter().map(|block| block.iter().fold(Number::zero(), |sum, &j| sum + &a[i][j])).collect() };
        let mut refined: Vec<Vec<usize>> = Vec::new();
        for block in &blocks {
            if let [alone] = block.as_slice() {
                refined.push(vec![*alone]);
                continue;
            }
            let mut parts: Vec<(Vec<Number>, Vec<usize>)> = Vec::new();
            for &i in block {
                let sums = signature(i);
                match parts.iter_mut().find(|(known, _)| *known == sums) {
                    Some((_, part)) => part.push(i),
                    None => parts.push((sums, vec![i])),
                }
            }
            refined.extend(parts.into_iter().map(|(_, part)| part));
        }
        if refined.len() == blocks.len() {
            blocks.sort();
            return blocks;
        }
        blocks = refined;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog, scheme};
    use crate::stability::StabilityFunction;

    fn parsed(text: &str) -> RungeKutta {
        let Method::RungeKutta(method) = scheme::parse(text, "test").unwrap() else { unreachable!() };
        method
    }

    #[test]
    fn merges_and_drops() {
        // Implicit midpoint as two equal stages and one that nothing uses.
        let method = parsed("[runge-kutta]\nA = [[\"1/4\", \"1/4\", 0], [\"1/2\", 0, 0], [1, 0, 0]]\nb = [\"1/4\", \"3/4\", 0]");
        let reduction = reduce(&method);
        assert_eq!((reduction.unused.clone(), reduction.equal.clone()), (vec![3], vec![vec![1, 2]]));
        assert_eq!(reduction.method.stages(), 1);
        assert_eq!(StabilityFunction::of(&reduction.method), StabilityFunction::of(&method));
    }

    #[test]
    fn first_same_as_last_stage_is_unused_by_the_step() {
        let Method::RungeKutta(method) = catalog::find("dormand-prince5").unwrap() else { unreachable!() };
        let reduction = reduce(&method);
        assert_eq!(reduction.unused, vec![7]);
        assert!(reduction.is_hs_irreducible() && !reduction.is_irreducible());
        let Method::RungeKutta(gauss) = catalog::find("gauss3").unwrap() else { unreachable!() };
        assert!(reduce(&gauss).is_irreducible());
    }
}
