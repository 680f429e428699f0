//! All ways to cut a rooted tree below its root: the combinatorics of composing B-series.

use super::trees::{Tree, Trees};

/// One way to cut: the part that keeps the root, and the forest that falls off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The part with the root.
    pub rest: Tree,
    /// The forest, joined to one new root: τ for the empty forest, `[ω₁…ω_k]` for ω₁ … ω_k.
    pub forest: Tree,
    /// In how many ways.
    pub count: u64,
}

/// The admissible cuts of every tree of a table (the coproduct of Connes & Kreimer, without the term that cuts everything off).
///
/// Composition of B-series is `(ab)(t) = Σ count · a(forest) b(rest)` over the cuts of t, plus a(t). Source: Hairer, Lubich &
/// Wanner, *Geometric Numerical Integration*, III.1.4; Chartier, Hairer & Vilmart, *Algebraic structures of B-series*, Found. Comput. Math. 10 (2010).
#[derive(Clone, Debug)]
pub struct Cuts {
    starts: Vec<usize>,
    cuts: Vec<Cut>,
}

impl Cuts {
    /// The cuts of every tree in the table.
    ///
    /// For `t = u ∘ v` each cut of u goes with each cut of v, or with v cut off as a whole; equal outcomes are merged.
    pub fn of(trees: &Trees) -> Self {
        let mut table = Self { starts: vec![0], cuts: Vec::new() };
        let mut raw: Vec<Cut> = Vec::new();
        for t in trees.iter() {
            raw.clear();
            match trees.split(t) {
                None => raw.push(Cut { rest: Tree::LEAF, forest: Tree::LEAF, count: 1 }),
                Some((u, v)) => {
                    for a in table.cuts_of(u) {
                        // No part of t is larger than t, so nothing leaves the table.
                        raw.extend(trees.graft(a.forest, v).map(|forest| Cut { forest, ..*a }));
                        raw.extend(table.cuts_of(v).iter().filter_map(|b| {
                            let (rest, forest) = (trees.graft(a.rest, b.rest)?, join(trees, a.forest, b.forest)?);
                            Some(Cut { rest, forest, count: a.count * b.count })
                        }));
                    }
                }
            }
            raw.sort_unstable_by_key(|cut| (cut.rest, cut.forest));
            for &cut in &raw {
                let known = table.cuts.len() > table.starts[t.index()];
                match table.cuts.last_mut() {
                    Some(last) if known && last.rest == cut.rest && last.forest == cut.forest => last.count += cut.count,
                    _ => table.cuts.push(cut),
                }
            }
            table.starts.push(table.cuts.len());
        }
        table
    }

    /// The cuts of one tree, smaller rests first; the last cuts nothing.
    pub fn cuts_of(&self, t: Tree) -> &[Cut] {
        &self.cuts[self.starts[t.index()]..self.starts[t.index() + 1]]
    }
}

/// Two forests together.
fn join(trees: &Trees, a: Tree, b: Tree) -> Option<Tree> {
    match trees.split(b) {
        None => Some(a),
        Some((rest, branch)) => trees.graft(join(trees, a, rest)?, branch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of subtrees with the root, counted with labels: Π over root subtrees (1 + theirs).
    fn labelled(trees: &Trees, t: Tree) -> u64 {
        trees.branches(t).into_iter().map(|b| 1 + labelled(trees, b)).product()
    }

    #[test]
    fn nothing_is_lost_and_sizes_add_up() {
        let trees = Trees::up_to(9).unwrap();
        let cuts = Cuts::of(&trees);
        for t in trees.iter() {
            let list = cuts.cuts_of(t);
            assert_eq!(list.iter().map(|cut| cut.count).sum::<u64>(), labelled(&trees, t));
            assert!(list.iter().all(|cut| trees.order(cut.rest) + trees.order(cut.forest) == trees.order(t) + 1));
            assert_eq!(list.last(), Some(&Cut { rest: t, forest: Tree::LEAF, count: 1 }));
            let distinct: std::collections::HashSet<_> = list.iter().map(|cut| (cut.rest, cut.forest)).collect();
            assert_eq!(distinct.len(), list.len());
        }
    }

    #[test]
    fn a_cherry_on_a_stalk() {
        let trees = Trees::up_to(4).unwrap();
        let cuts = Cuts::of(&trees);
        let named: Vec<(String, String, u64)> = cuts
            .cuts_of(trees.find("[[ττ]]").unwrap())
            .iter()
            .map(|cut| (trees.bracket(cut.rest), trees.bracket(cut.forest), cut.count))
            .collect();
        let expected = [("τ", "[[ττ]]", 1), ("[τ]", "[ττ]", 1), ("[[τ]]", "[τ]", 2), ("[[ττ]]", "τ", 1)];
        assert_eq!(named, expected.map(|(a, b, n)| (a.to_string(), b.to_string(), n)));
    }
}
