//! How trees are written and read: brackets, elementary differentials, level sequences.

use super::trees::{Tree, Trees};
use std::fmt::Write;

impl Trees {
    /// The tree in brackets: `τ`, `[τ]`, `[τ[ττ]]`, root subtrees smallest first.
    pub fn bracket(&self, t: Tree) -> String {
        let mut text = String::new();
        self.write_bracket(t, &mut text);
        text
    }

    fn write_bracket(&self, t: Tree, text: &mut String) {
        if t == Tree::LEAF {
            text.push('τ');
            return;
        }
        text.push('[');
        for branch in self.branches(t) {
            self.write_bracket(branch, text);
        }
        text.push(']');
    }

    /// The elementary differential in the usual notation: `f''(f,f'f)`.
    pub fn differential(&self, t: Tree) -> String {
        let branches = self.branches(t);
        let mut text = String::from("f");
        match branches.len() {
            n @ 0..=3 => text.push_str(&"'".repeat(n)),
            n => {
                // Writing into a string cannot fail.
                let _ = write!(text, "^({n})");
            }
        }
        let inner: Vec<String> = branches.iter().map(|&b| self.differential(b)).collect();
        match inner.as_slice() {
            [] => {}
            [one] => text.push_str(one),
            many => {
                let _ = write!(text, "({})", many.join(","));
            }
        }
        text
    }

    /// The tree that this bracket notation names, its subtrees in any sequence; `None` for other text and for trees beyond the table.
    pub fn find(&self, bracket: &str) -> Option<Tree> {
        let mut open: Vec<Tree> = Vec::new();
        let mut done = None;
        for symbol in bracket.chars().filter(|c| !c.is_whitespace() && *c != ',') {
            if done.is_some() {
                return None;
            }
            let closed = match symbol {
                'τ' => Tree::LEAF,
                '[' => {
                    open.push(Tree::LEAF);
                    continue;
                }
                ']' => open.pop().filter(|&t| t != Tree::LEAF)?,
                _ => return None,
            };
            match open.last_mut() {
                Some(parent) => *parent = self.graft(*parent, closed)?,
                None => done = Some(closed),
            }
        }
        done
    }

    /// The canonical level sequence (Beyer & Hedetniemi 1980): the depth of each vertex in preorder, the root's 1, the largest of all such sequences.
    pub fn level_sequence(&self, t: Tree) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = self.branches(t).into_iter().map(|b| self.level_sequence(b)).collect();
        parts.sort_by(|a, b| b.cmp(a));
        std::iter::once(1).chain(parts.into_iter().flatten().map(|level| level + 1)).collect()
    }

    /// The tree of a level sequence; `None` where it is no tree (a level skipped, a second root) or lies beyond the table.
    pub fn of_levels(&self, levels: &[u8]) -> Option<Tree> {
        let mut open: Vec<Tree> = Vec::new();
        let close = |open: &mut Vec<Tree>| {
            let branch = open.pop()?;
            let parent = open.last_mut()?;
            *parent = self.graft(*parent, branch)?;
            Some(())
        };
        for &level in levels {
            let level = level as usize;
            if level == 0 || level > open.len() + 1 || (level == 1 && !open.is_empty()) {
                return None;
            }
            while open.len() >= level {
                close(&mut open)?;
            }
            open.push(Tree::LEAF);
        }
        while open.len() > 1 {
            close(&mut open)?;
        }
        open.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let trees = Trees::up_to(8).unwrap();
        for t in trees.iter() {
            assert_eq!(trees.find(&trees.bracket(t)), Some(t));
        }
        for wrong in ["", "[]", "[τ", "τ]", "ττ", "[x]", "[τ][τ]", "[ττττττττ]"] {
            assert_eq!(trees.find(wrong), None, "{wrong}");
        }
        assert_eq!(trees.find("[[τ]τ]"), trees.find("[τ,[τ]]"));
        assert_eq!(trees.differential(trees.find("[τ[τ]]").unwrap()), "f''(f,f'f)");
        assert_eq!(trees.differential(trees.find("[[ττττ]]").unwrap()), "f'f^(4)(f,f,f,f)");
    }
}
