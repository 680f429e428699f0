//! Rooted trees one after another, without a table: level sequences and their successor.

/// All rooted trees with `n` vertices as canonical level sequences, in descending lexicographic order: constant time a tree on
/// average, and memory for one tree only.
///
/// A level sequence lists the depth of each vertex in preorder, the root's being 1; the canonical one of a tree is the largest.
/// The first is the path 1, 2, …, n, the last the bush 1, 2, 2, …, 2. Source: Beyer & Hedetniemi, *Constant time generation of rooted
/// trees*, SIAM J. Comput. 9 (1980) 706–712.
///
/// ```
/// use lambdahat::order::LevelSequences;
/// let all: Vec<Vec<u8>> = LevelSequences::new(4).collect();
/// assert_eq!(all, [[1, 2, 3, 4], [1, 2, 3, 3], [1, 2, 3, 2], [1, 2, 2, 2]]);
/// ```
#[derive(Clone, Debug)]
pub struct LevelSequences {
    next: Option<Vec<u8>>,
}

impl LevelSequences {
    /// The trees with `n` vertices, `n ≤ 255`; none for 0 and beyond.
    pub fn new(n: usize) -> Self {
        let next = u8::try_from(n).ok().filter(|&n| n > 0).map(|n| (1..=n).collect());
        Self { next }
    }
}

/// The next smaller canonical level sequence, in place; false at the bush, the last one.
fn succeed(levels: &mut [u8]) -> bool {
    // p: the last vertex that is not a child of the root; q: its parent. The subtree of q before p is repeated from p on.
    let Some(p) = levels.iter().rposition(|&level| level > 2) else { return false };
    let Some(q) = levels[..p].iter().rposition(|&level| level == levels[p] - 1) else { return false };
    for i in p..levels.len() {
        levels[i] = levels[i - (p - q)];
    }
    true
}

impl Iterator for LevelSequences {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let current = self.next.take()?;
        let mut following = current.clone();
        if succeed(&mut following) {
            self.next = Some(following);
        }
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_order_fifteen_and_the_small_ones() {
        // OEIS A000081
        for (n, count) in [(0, 0), (1, 1), (2, 1), (3, 2), (5, 9), (10, 719), (15, 87_811)] {
            assert_eq!(LevelSequences::new(n).count(), count);
        }
    }
}
