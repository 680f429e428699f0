//! Sizes of memory, computed without overflow.

/// The product of sizes, the largest number where it is larger.
pub(crate) fn product(sizes: &[usize]) -> usize {
    sizes.iter().fold(1, |all, &size| all.saturating_mul(size))
}
