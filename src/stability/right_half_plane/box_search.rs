//! Branch and bound over cells: how far right a set reaches, and its area, each between proved bounds.
//!
//! Every square that is put aside is proved to lie inside or outside, so that no island of the set, however small, is missed.

use super::cell::{Cell, Linear, Look};
use num_complex::Complex64;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A value between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A square to look at again, the one of the greatest `rank` first.
struct Open {
    rank: f64,
    /// What the cell adds to the quantity: at least, and at most.
    share: [f64; 2],
    cell: Cell,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.total_cmp(&other.rank)
    }
}

/// The square `[0, side] × [0, side]`.
pub(super) fn quadrant(side: f64) -> Cell {
    Cell { centre: Complex64::new(0.5 * side, 0.5 * side), half: [0.5 * side; 2] }
}

/// The supremum of Re z over the set in `[0, side]²`, at least `low`, which is known to be reached, to within `tolerance` or as far as `budget` cells go.
pub(super) fn reach(look: &impl Fn(&Cell) -> Look, side: f64, mut low: f64, tolerance: f64, budget: usize) -> Bounds {
    let mut open = BinaryHeap::new();
    let mut looked = 0;
    let add = |cell: Cell, open: &mut BinaryHeap<Open>, low: &mut f64| {
        let right = cell.right();
        let (least, most) = match look(&cell) {
            Look::Outside => return,
            Look::Inside => (right, right),
            Look::Border(None) => (0.0, right),
            Look::Border(Some(linear)) => {
                let edge = |side: f64| linear.rightmost(cell.half, side * linear.error).map(|x| cell.centre.re + x);
                let Some(most) = edge(-1.0) else { return };
                (edge(1.0).unwrap_or(0.0), most * (1.0 + 4.0 * f64::EPSILON))
            }
        };
        *low = low.max(least * (1.0 - 4.0 * f64::EPSILON));
        if most > *low {
            open.push(Open { rank: most, share: [least, most], cell });
        }
    };
    add(quadrant(side), &mut open, &mut low);
    while let Some(top) = open.pop() {
        if top.rank <= low + tolerance * (1.0 + low) || looked >= budget {
            return Bounds { low, high: top.rank.max(low) };
        }
        for cell in top.cell.quarters() {
            add(cell, &mut open, &mut low);
        }
        looked += 4;
    }
    Bounds { low, high: low }
}

/// The area of the set in a rectangle, to within `tolerance` of it or as far as `budget` cells go.
pub(super) fn area(look: &impl Fn(&Cell) -> Look, whole: Cell, tolerance: f64, budget: usize) -> Bounds {
    let share = |cell: &Cell| match look(cell) {
        Look::Outside => [0.0, 0.0],
        Look::Inside => [cell.area(); 2],
        Look::Border(None) => [0.0, cell.area()],
        Look::Border(Some(linear)) => Linear::areas(linear, cell.half),
    };
    let mut open = BinaryHeap::new();
    let mut sum = [0.0f64; 2];
    let add = |cell: Cell, open: &mut BinaryHeap<Open>, sum: &mut [f64; 2]| {
        let [low, high] = share(&cell);
        sum[0] += low;
        sum[1] += high;
        if high > low {
            open.push(Open { rank: high - low, share: [low, high], cell });
        }
    };
    add(whole, &mut open, &mut sum);
    let mut looked = 1;
    while sum[1] - sum[0] > tolerance * sum[0] && looked < budget {
        let Some(top) = open.pop() else { break };
        sum[0] -= top.share[0];
        sum[1] -= top.share[1];
        for cell in top.cell.quarters() {
            add(cell, &mut open, &mut sum);
        }
        looked += 4;
    }
    // The sums have been updated as often as cells were looked at, from a first term of at most the whole.
    let rounding = looked as f64 * f64::EPSILON * sum[1].max(0.0) + 8.0 * f64::EPSILON * whole.area();
    Bounds { low: (sum[0] - rounding).max(0.0), high: sum[1].max(0.0) + rounding }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Discs of radius 1/10 about 3 + 2i and of radius 1/1000 about 5 + i: the second is an island that no coarse grid meets.
    #[test]
    fn islands_are_found() {
        let discs = [(Complex64::new(3.0, 2.0), 0.1), (Complex64::new(5.0, 1.0), 0.001)];
        let look = |cell: &Cell| {
            let r = cell.radius();
            let distance = |(c, _): &(Complex64, f64)| (cell.centre - c).norm();
            if discs.iter().any(|d| distance(d) + r < d.1) {
                Look::Inside
            } else if discs.iter().all(|d| distance(d) > d.1 + r) {
                Look::Outside
            } else {
                Look::Border(None)
            }
        };
        let right = reach(&look, 100.0, 0.0, 1e-7, 1 << 20);
        assert!(right.low <= 5.001 && 5.001 <= right.high && right.high - right.low < 1e-6, "{right:?}");
        let area = area(&look, quadrant(100.0), 1e-2, 1 << 20);
        let truth = std::f64::consts::PI * (0.01 + 1e-6);
        assert!(area.low <= truth && truth <= area.high && area.high - area.low < 1e-3, "{area:?}");
    }
}
