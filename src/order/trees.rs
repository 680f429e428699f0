//! Rooted trees: what order conditions and B-series are indexed by.

use super::OrderError;
use std::ops::Range;

/// The largest order of a table: 20,247,374 trees, and densities that still fit 64 bits (γ ≤ 20!).
pub const LARGEST_ORDER: usize = 20;

/// One rooted tree of a [`Trees`] table: its place in the table. Trees compare by order first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tree(u32);

impl Tree {
    /// The tree with one vertex, τ.
    pub const LEAF: Self = Self(0);

    /// Its place in the table, counted from 0 (τ).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All rooted trees up to an order, each stored once, as a pair of smaller ones.
///
/// Every tree but τ splits uniquely as `t = u ∘ v`: `v` is the largest of the root's subtrees and `u` is what remains. So a
/// table built by joining each `u` with every `v` that is at least its own largest subtree meets each tree exactly once, without
/// comparing any two, and a quantity that is multiplicative over root subtrees (an elementary weight, a density) costs one product a tree.
/// Since all trees `u ∘ v` of one `u` and one order of `v` are neighbours, the tree of a product is found by arithmetic alone.
///
/// ```
/// use lambdahat::order::Trees;
/// let trees = Trees::up_to(4).unwrap();
/// let names: Vec<String> = trees.of_order(4).map(|t| trees.bracket(t)).collect();
/// assert_eq!(names, ["[τττ]", "[τ[τ]]", "[[ττ]]", "[[[τ]]]"]);
/// let t = trees.find("[τ[τ]]").unwrap();
/// assert_eq!((trees.density(t), trees.symmetry(t)), (8, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Trees {
    max_order: usize,
    /// `first[n]` is the first tree of order n; `first[max_order + 1]` is the number of all.
    first: Vec<u32>,
    nodes: Vec<Node>,
    /// For `u` and `m = |v|`, at `nodes[u].blocks + m`: the place where the block of `u ∘ v` starts.
    block_starts: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// `u` and `v` of `u ∘ v`; τ points to itself.
    rest: u32,
    branch: u32,
    /// Offset into `block_starts`, minus the order of the largest branch.
    blocks: u32,
    order: u8,
    /// How often the largest branch occurs at the root.
    multiplicity: u8,
    symmetry: u64,
    density: u64,
}

/// The trees `rest ∘ v` with `v` in `branches`, stored from `start` on.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub rest: usize,
    pub branches: Range<usize>,
    pub start: usize,
}

impl Trees {
    /// The table of all trees with 1 to `max_order` vertices.
    ///
    /// # Errors
    /// [`OrderError::TooLarge`] for 0 or more than [`LARGEST_ORDER`].
    pub fn up_to(max_order: usize) -> Result<Self, OrderError> {
        if max_order == 0 || max_order > LARGEST_ORDER {
            return Err(OrderError::too_large("rooted trees of order", max_order, LARGEST_ORDER, 0));
        }
        let leaf = Node { rest: 0, branch: 0, blocks: 0, order: 1, multiplicity: 0, symmetry: 1, density: 1 };
        let mut table = Self { max_order, first: vec![0, 0, 1], nodes: vec![leaf], block_starts: Vec::new() };
        table.block_starts.resize(max_order, 0);
        for n in 2..=max_order {
            for rest_order in (1..n).rev() {
                table.join(rest_order, n - rest_order);
            }
            table.first.push(table.nodes.len() as u32);
            table.reserve_blocks(n);
        }
        Ok(table)
    }

    /// Adds the trees `u ∘ v` with `|u|`, `|v|` as given.
    fn join(&mut self, rest_order: usize, branch_order: usize) {
        let n = (rest_order + branch_order) as u64;
        let (low, high) = (self.first[branch_order], self.first[branch_order + 1]);
        for rest in self.first[rest_order]..self.first[rest_order + 1] {
            let u = self.nodes[rest as usize];
            let largest = if rest == 0 { 0 } else { u.branch };
            if largest >= high {
                continue;
            }
            self.block_starts[u.blocks as usize + branch_order] = self.nodes.len() as u32;
            for branch in largest.max(low)..high {
                let v = self.nodes[branch as usize];
                let multiplicity = if rest != 0 && branch == u.branch { u.multiplicity + 1 } else { 1 };
                self.nodes.push(Node {
                    rest,
                    branch,
                    blocks: 0,
                    order: n as u8,
                    multiplicity,
                    symmetry: u.symmetry * v.symmetry * u64::from(multiplicity),
                    density: u.density / rest_order as u64 * v.density * n,
                });
            }
        }
    }

    /// Room for the block starts of the trees of order `n`: one for each order of a branch that may still be joined.
    fn reserve_blocks(&mut self, n: usize) {
        for t in self.first[n] as usize..self.first[n + 1] as usize {
            let smallest = self.nodes[self.nodes[t].branch as usize].order as usize;
            // Never used when nothing can be joined any more, so wrapping below zero is harmless there.
            self.nodes[t].blocks = (self.block_starts.len() as u32).wrapping_sub(smallest as u32);
            let room = (self.max_order + 1).saturating_sub(n + smallest);
            self.block_starts.resize(self.block_starts.len() + room, 0);
        }
    }

    /// The largest order in the table.
    pub fn max_order(&self) -> usize {
        self.max_order
    }

    /// How many trees the table holds.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// How many trees have at most `n` vertices (`n` at most [`max_order`](Self::max_order)).
    pub fn count_up_to(&self, n: usize) -> usize {
        self.first[n.min(self.max_order) + 1] as usize
    }

    /// All trees, smaller orders first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Tree> + ExactSizeIterator + use<> {
        (0..self.nodes.len() as u32).map(Tree)
    }

    /// The tree at a place below [`count`](Self::count); panics beyond.
    pub fn at(&self, index: usize) -> Tree {
        assert!(index < self.nodes.len(), "tree {index} of a table of {}", self.nodes.len());
        Tree(index as u32)
    }

    /// The trees with `n` vertices; none beyond the table.
    pub fn of_order(&self, n: usize) -> impl DoubleEndedIterator<Item = Tree> + ExactSizeIterator + use<> {
        let range = if n == 0 || n > self.max_order { 0..0 } else { self.first[n]..self.first[n + 1] };
        range.map(Tree)
    }

    /// The number of vertices |t|.
    pub fn order(&self, t: Tree) -> usize {
        self.nodes[t.index()].order as usize
    }

    /// σ(t), the number of automorphisms: `Π m_i! σ(t_i)^{m_i}` over the distinct root subtrees `t_i` with multiplicities `m_i`.
    pub fn symmetry(&self, t: Tree) -> u64 {
        self.nodes[t.index()].symmetry
    }

    /// γ(t), the density: `|t| Π γ(t_i)` over the root subtrees. The exact flow has elementary weight 1/γ.
    pub fn density(&self, t: Tree) -> u64 {
        self.nodes[t.index()].density
    }

    /// `(u, v)` with `t = u ∘ v`, `v` the largest root subtree; `None` for τ.
    pub fn split(&self, t: Tree) -> Option<(Tree, Tree)> {
        let node = &self.nodes[t.index()];
        (t != Tree::LEAF).then_some((Tree(node.rest), Tree(node.branch)))
    }

    /// The root subtrees, smallest first.
    pub fn branches(&self, t: Tree) -> Vec<Tree> {
        let mut branches: Vec<Tree> = std::iter::successors(self.split(t), |&(u, _)| self.split(u)).map(|(_, v)| v).collect();
        branches.reverse();
        branches
    }

    /// `u ∘ v`: `v` joined to the root of `u` by a new edge. `None` when that leaves the table.
    pub fn graft(&self, u: Tree, v: Tree) -> Option<Tree> {
        let (a, b) = (&self.nodes[u.index()], &self.nodes[v.index()]);
        if (a.order + b.order) as usize > self.max_order {
            return None;
        }
        if u != Tree::LEAF && v.0 < a.branch {
            return self.graft(self.graft(Tree(a.rest), v)?, Tree(a.branch));
        }
        let low = self.first[b.order as usize].max(a.branch);
        let start = self.block_starts[a.blocks.wrapping_add(u32::from(b.order)) as usize];
        Some(Tree(start + (v.0 - low)))
    }

    /// The blocks of neighbouring trees `u ∘ v` that make up order `n ≥ 2`.
    pub(super) fn blocks(&self, n: usize) -> impl Iterator<Item = Block> + '_ {
        (1..n).rev().flat_map(move |rest_order| {
            let branch_order = n - rest_order;
            let (low, high) = (self.first[branch_order], self.first[branch_order + 1]);
            (self.first[rest_order]..self.first[rest_order + 1]).filter_map(move |rest| {
                let u = &self.nodes[rest as usize];
                (u.branch < high).then(|| Block {
                    rest: rest as usize,
                    branches: u.branch.max(low) as usize..high as usize,
                    start: self.block_starts[u.blocks.wrapping_add(branch_order as u32) as usize] as usize,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{LevelSequences, tree_count};
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// OEIS A000081.
    const COUNTS: [usize; 14] = [1, 1, 2, 4, 9, 20, 48, 115, 286, 719, 1842, 4766, 12486, 32973];

    #[test]
    fn as_many_as_there_are() {
        let trees = Trees::up_to(14).unwrap();
        for (n, count) in COUNTS.iter().enumerate() {
            assert_eq!(trees.of_order(n + 1).len(), *count);
        }
        assert_eq!(trees.count(), 53_272);
        assert!(Trees::up_to(0).is_err());
        let message = Trees::up_to(21).unwrap_err().to_string();
        assert_eq!(message, "rooted trees of order 21: 1 to 20 can be had, 21 would take 5.55e7 rooted trees");
        assert_eq!(tree_count(14), 53_272.0);
        assert!(tree_count(601).is_infinite() && tree_count(600).is_finite());
    }

    #[test]
    fn the_same_trees_as_the_level_sequences() {
        let trees = Trees::up_to(11).unwrap();
        for n in 1..=11 {
            let mut seen = HashSet::new();
            for levels in LevelSequences::new(n) {
                let t = trees.of_levels(&levels).unwrap();
                assert_eq!(trees.level_sequence(t), levels);
                assert!(seen.insert(t));
            }
            assert_eq!(seen.len(), trees.of_order(n).len());
        }
    }

    #[test]
    fn labellings_count_as_cayley_says() {
        // Σ n!/σ(t) = n^(n−1) labelled rooted trees, and Σ n!/(σ(t)γ(t)) = (n−1)! increasing ones.
        let trees = Trees::up_to(13).unwrap();
        let mut factorial = 1u128;
        for n in 1..=13u32 {
            factorial *= u128::from(n);
            let labelled: u128 = trees.of_order(n as usize).map(|t| factorial / u128::from(trees.symmetry(t))).sum();
            assert_eq!(labelled, u128::from(n).pow(n - 1));
            let increasing: u128 =
                trees.of_order(n as usize).map(|t| factorial / (u128::from(trees.symmetry(t)) * u128::from(trees.density(t)))).sum();
            assert_eq!(increasing, factorial / u128::from(n));
        }
    }

    #[test]
    fn blocks_cover_an_order_once() {
        let trees = Trees::up_to(9).unwrap();
        for n in 2..=9 {
            let mut next = trees.first[n] as usize;
            for block in trees.blocks(n) {
                assert_eq!(block.start, next);
                for v in block.branches {
                    assert_eq!(trees.split(Tree(next as u32)), Some((Tree(block.rest as u32), Tree(v as u32))));
                    next += 1;
                }
            }
            assert_eq!(next, trees.first[n + 1] as usize);
        }
    }

    proptest! {
        #[test]
        fn grafting_in_any_sequence_gives_the_same_tree(picks in prop::collection::vec(0u32..4, 1..5), turn in 0usize..4) {
            let trees = Trees::up_to(13).unwrap();
            let mut turned = picks.clone();
            turned.rotate_left(turn % picks.len());
            let join = |p: &[u32]| p.iter().try_fold(Tree::LEAF, |t, &v| trees.graft(t, Tree(v)));
            prop_assert_eq!(join(&picks), join(&turned));
            let t = join(&picks).unwrap();
            let mut sorted = picks;
            sorted.sort();
            prop_assert_eq!(trees.branches(t), sorted.into_iter().map(Tree).collect::<Vec<_>>());
        }
    }
}
