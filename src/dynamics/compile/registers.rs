//! Where instructions find and leave their numbers: L states side by side.

/// L numbers, one a state.
pub(super) type Lane<const L: usize> = [f64; L];

/// Numbered places for lanes.
pub(super) trait Registers<const L: usize> {
    fn get(&self, at: u32) -> Lane<L>;
    fn set(&mut self, at: u32, value: Lane<L>);
}

/// A fixed number of places, a power of two: no number is out of bounds, so none is checked.
impl<const L: usize, const N: usize> Registers<L> for [Lane<L>; N] {
    #[inline(always)]
    fn get(&self, at: u32) -> Lane<L> {
        self[at as usize & (N - 1)]
    }

    #[inline(always)]
    fn set(&mut self, at: u32, value: Lane<L>) {
        self[at as usize & (N - 1)] = value;
    }
}

/// As many places as needed.
impl<const L: usize> Registers<L> for Vec<Lane<L>> {
    #[inline(always)]
    fn get(&self, at: u32) -> Lane<L> {
        self[at as usize]
    }

    #[inline(always)]
    fn set(&mut self, at: u32, value: Lane<L>) {
        self[at as usize] = value;
    }
}
