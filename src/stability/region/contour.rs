//! The outline of any set of the plane as closed vector polygons: marching squares on a yes-or-no question, each vertex moved
//! onto the border by bisection.

use super::Window;
use num_complex::Complex;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Halvings of a grid edge: the vertex is within 2⁻⁴⁰ of an edge of the true border.
const HALVINGS: usize = 40;

/// The set `{z : inside(z)}` over a window as closed polygons, to be filled by the even-odd rule.
///
/// The grid has `columns × rows` cells over the window and one more ring around it, beyond which the polygons are closed:
/// clip them to the window. Every vertex is on the border to 2⁻⁴⁰ of a cell's edge, but a part of the set that passes
/// between all grid points is not seen: `columns` and `rows` say how fine the sieve is.
///
/// ```
/// use lambdahat::stability::region::{Window, contour};
/// let window = Window::new([-2.0, 2.0], [-2.0, 2.0])?;
/// let disc = contour::outline(window, 40, 40, |z| z.norm() < 1.0);
/// assert_eq!(disc.len(), 1);
/// assert!(disc[0].iter().all(|z| (z.norm() - 1.0).abs() < 1e-11));
/// # Ok::<(), lambdahat::stability::region::RegionError>(())
/// ```
pub fn outline(window: Window, columns: usize, rows: usize, inside: impl Fn(Complex<f64>) -> bool + Sync) -> Vec<Vec<Complex<f64>>> {
    Survey::new(window, columns, rows, HALVINGS, inside).outline(|&value| value)
}

/// The values of a function on a grid over a window, from which the sets where it is this or that are outlined.
pub struct Survey<T, F> {
    window: Window,
    dx: f64,
    dy: f64,
    nx: usize,
    ny: usize,
    halvings: usize,
    function: F,
    values: Vec<Option<T>>,
}

impl<T: Send + Sync, F: Fn(Complex<f64>) -> T + Sync> Survey<T, F> {
    /// Asks the function at every grid point, on all cores. Vertices of outlines will be within 2^(−halvings) of an edge.
    pub fn new(window: Window, columns: usize, rows: usize, halvings: usize, function: F) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        // Two rings of points beyond the window: one that is asked, one that belongs to no set.
        let (nx, ny) = (columns + 5, rows + 5);
        let (dx, dy) = (window.width() / columns as f64, window.height() / rows as f64);
        let mut survey = Self { window, dx, dy, nx, ny, halvings, function, values: Vec::new() };
        survey.values = (0..nx * ny)
            .into_par_iter()
            .map(|k| {
                let (i, j) = (k % nx, k / nx);
                let ring = i == 0 || j == 0 || i == nx - 1 || j == ny - 1;
                (!ring).then(|| (survey.function)(survey.at(i, j)))
            })
            .collect();
        survey
    }

    fn at(&self, i: usize, j: usize) -> Complex<f64> {
        Complex::new(self.window.re[0] + (i as f64 - 2.0) * self.dx, self.window.im[0] + (j as f64 - 2.0) * self.dy)
    }

    /// The share of the window's grid points whose value is in the set.
    pub fn share(&self, set: impl Fn(&T) -> bool) -> f64 {
        let inner = (2..self.ny - 2).flat_map(|j| (2..self.nx - 2).map(move |i| j * self.nx + i));
        let (mut all, mut held) = (0usize, 0usize);
        for k in inner {
            all += 1;
            held += usize::from(self.values[k].as_ref().is_some_and(&set));
        }
        held as f64 / all as f64
    }

    /// Where the value is in the set, as closed polygons to be filled by the even-odd rule.
    pub fn outline(&self, set: impl Fn(&T) -> bool + Sync) -> Vec<Vec<Complex<f64>>> {
        let values: Vec<bool> = self.values.iter().map(|v| v.as_ref().is_some_and(&set)).collect();
        let inside = |z| set(&(self.function)(z));
        self.trace(&values, inside)
    }

    fn trace(&self, values: &[bool], inside: impl Fn(Complex<f64>) -> bool + Sync) -> Vec<Vec<Complex<f64>>> {
        let (window, dx, dy, nx, ny) = (self.window, self.dx, self.dy, self.nx, self.ny);
        let at = |i, j| self.at(i, j);
        // An edge is named by its lower-left end: 2(j nx + i) to the right, 2(j nx + i) + 1 upwards.
        let mut next: BTreeMap<usize, usize> = BTreeMap::new();
        for j in 0..ny - 1 {
            for i in 0..nx - 1 {
                let base = j * nx + i;
                // Corners counter-clockwise from the lower left, and the edge that follows each.
                let corner = [base, base + 1, base + nx + 1, base + nx].map(|k| values[k]);
                if corner.iter().all(|&c| c == corner[0]) {
                    continue;
                }
                let edge = [2 * base, 2 * (base + 1) + 1, 2 * (base + nx), 2 * base + 1];
                // Walking around the cell, the border is entered where inside turns to outside and left where it turns back,
                // so that the set is on its left.
                let leaving: Vec<usize> = (0..4).filter(|&k| corner[k] && !corner[(k + 1) % 4]).collect();
                for &k in &leaving {
                    let joined = leaving.len() == 2 && inside(at(i, j) + Complex::new(0.5 * dx, 0.5 * dy));
                    let step = if joined { 1 } else { 3 };
                    let mut other = (k + step) % 4;
                    while corner[other] || !corner[(other + 1) % 4] {
                        other = (other + step) % 4;
                    }
                    next.insert(edge[k], edge[other]);
                }
            }
        }

        let vertex = |edge: usize| {
            let (i, j) = (edge / 2 % nx, edge / 2 / nx);
            let (mut yes, mut no) = if edge.is_multiple_of(2) { (at(i, j), at(i + 1, j)) } else { (at(i, j), at(i, j + 1)) };
            if !values[edge / 2] {
                std::mem::swap(&mut yes, &mut no);
            }
            let outer = |z: Complex<f64>| {
                z.re < window.re[0] - 1.5 * dx
                    || z.re > window.re[1] + 1.5 * dx
                    || z.im < window.im[0] - 1.5 * dy
                    || z.im > window.im[1] + 1.5 * dy
            };
            if outer(yes) || outer(no) {
                return 0.5 * (yes + no);
            }
            for _ in 0..self.halvings {
                let middle = 0.5 * (yes + no);
                if inside(middle) {
                    yes = middle;
                } else {
                    no = middle;
                }
            }
            0.5 * (yes + no)
        };
        let mut loops = Vec::new();
        while let Some((first, mut edge)) = next.pop_first() {
            let mut around = vec![first];
            while edge != first {
                around.push(edge);
                match next.remove(&edge) {
                    Some(following) => edge = following,
                    None => break,
                }
            }
            loops.push(around);
        }
        loops.into_par_iter().map(|edges| edges.into_iter().map(vertex).collect()).collect()
    }
}

/// The same line with fewer points: none of those left out is farther than `tolerance` from it (Ramer 1972; Douglas & Peucker 1973).
pub fn simplified(points: &[Complex<f64>], tolerance: f64) -> Vec<Complex<f64>> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    let last = points.len() - 1;
    (keep[0], keep[last]) = (true, true);
    let mut spans = vec![(0, last)];
    while let Some((from, to)) = spans.pop() {
        let (a, chord) = (points[from], points[to] - points[from]);
        let length = chord.norm();
        let mut farthest = (tolerance, from);
        for (k, &z) in points.iter().enumerate().take(to).skip(from + 1) {
            let offset = z - a;
            let along = if length > 0.0 { ((offset * chord.conj()).re / (length * length)).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (offset - chord * along).norm();
            if distance > farthest.0 {
                farthest = (distance, k);
            }
        }
        if farthest.1 > from {
            keep[farthest.1] = true;
            spans.push((from, farthest.1));
            spans.push((farthest.1, to));
        }
    }
    points.iter().zip(keep).filter_map(|(&z, kept)| kept.then_some(z)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(polygons: &[Vec<Complex<f64>>]) -> f64 {
        polygons.iter().map(|p| (0..p.len()).map(|k| 0.5 * (p[k].conj() * p[(k + 1) % p.len()]).im).sum::<f64>()).sum()
    }

    #[test]
    fn a_ring_has_two_loops_with_the_set_on_the_left() {
        let window = Window::new([-2.0, 2.0], [-2.0, 2.0]).unwrap();
        let ring = outline(window, 200, 200, |z| (0.5..1.5).contains(&z.norm()));
        assert_eq!(ring.len(), 2);
        // Signed areas add up because the hole runs clockwise.
        let expected = std::f64::consts::PI * (1.5f64.powi(2) - 0.5f64.powi(2));
        assert!((area(&ring) - expected).abs() < 2e-3);
    }

    #[test]
    fn touching_quadrants_are_closed_polygons() {
        let window = Window::new([-1.0, 1.0], [-1.0, 1.0]).unwrap();
        let quadrants = outline(window, 21, 21, |z| z.re * z.im > 0.0);
        let shown = area(&quadrants);
        // The half plane's two quadrants reach one and a half cells beyond the window.
        let side = 1.0 + 1.5 * 2.0 / 21.0;
        assert!((shown - 2.0 * side * side).abs() < 0.02, "{shown}");
    }

    #[test]
    fn simplifying_keeps_within_the_tolerance() {
        let circle: Vec<_> = (0..=2000).map(|k| Complex::from_polar(1.0, k as f64 * std::f64::consts::TAU / 2000.0)).collect();
        let fewer = simplified(&circle, 1e-3);
        // Halving reaches the tolerance at 2⁷ chords, where 70 would do.
        assert!(fewer.len() <= 129, "{}", fewer.len());
        for pair in fewer.windows(2) {
            assert!((0.5 * (pair[0] + pair[1])).norm() > 1.0 - 1.1e-3);
        }
    }
}
