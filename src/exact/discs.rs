//! Discs that together hold exactly the zeros of a polynomial.

use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// A closed disc with exactly `count` zeros in it, counted with multiplicity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RootDisc {
    /// The approximate zero; for a cluster, the middle of its members.
    pub centre: Complex<f64>,
    /// Every one of the `count` zeros lies within this distance of the centre.
    pub radius: f64,
    /// How many zeros the disc holds, with multiplicity.
    pub count: usize,
    /// Whether these are one point: a simple zero, or a proven zero of multiplicity `count`. Otherwise the disc is a
    /// cluster that the coefficients' uncertainty, or f64 itself, leaves together.
    pub resolved: bool,
}

impl RootDisc {
    /// Whether the two discs may have a point in common; rounding errs towards yes.
    pub fn touches(&self, other: &Self) -> bool {
        (self.centre - other.centre).norm() * (1.0 - 4.0 * f64::EPSILON) <= self.radius + other.radius
    }

    /// Whether the point lies in the disc; rounding errs towards no.
    pub fn holds(&self, z: Complex<f64>) -> bool {
        (z - self.centre).norm() * (1.0 + 4.0 * f64::EPSILON) <= self.radius
    }
}

/// Joins discs that touch into clusters until the rest are disjoint.
///
/// Where each connected component of the given discs holds as many zeros as its counts add up to, so does each disc returned.
pub fn joined(mut discs: Vec<RootDisc>) -> Vec<RootDisc> {
    loop {
        let n = discs.len();
        let mut component: Vec<usize> = (0..n).collect();
        let mut touching = false;
        for i in 0..n {
            for j in 0..i {
                if component[i] != component[j] && discs[i].touches(&discs[j]) {
                    touching = true;
                    let (from, to) = (component[i], component[j]);
                    component.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
                }
            }
        }
        if !touching {
            return discs;
        }
        let mut clusters: Vec<RootDisc> = Vec::with_capacity(n);
        for label in 0..n {
            let members: Vec<&RootDisc> = (0..n).filter(|&i| component[i] == label).map(|i| &discs[i]).collect();
            match members[..] {
                [] => {}
                [single] => clusters.push(*single),
                _ => clusters.push(cluster(&members)),
            }
        }
        discs = clusters;
    }
}

fn cluster(members: &[&RootDisc]) -> RootDisc {
    let count: usize = members.iter().map(|d| d.count).sum();
    let centre = members.iter().map(|d| d.centre * d.count as f64).sum::<Complex<f64>>() / count as f64;
    let reach = members.iter().map(|d| (d.centre - centre).norm() + d.radius).fold(0.0, f64::max);
    RootDisc { centre, radius: reach * (1.0 + 8.0 * f64::EPSILON), count, resolved: false }
}

/// Uses that the zeros of a real polynomial mirror at the real axis: a disc that its own mirror image alone touches holds a real
/// zero, and conjugate zeros get exactly conjugate centres. The discs given must be disjoint; so are the discs returned.
pub fn mirrored(mut discs: Vec<RootDisc>) -> Vec<RootDisc> {
    for i in 0..discs.len() {
        let d = discs[i];
        if d.centre.im.abs() <= d.radius {
            let real = RootDisc {
                centre: Complex { re: d.centre.re, im: 0.0 },
                radius: (d.radius + d.centre.im.abs()) * (1.0 + f64::EPSILON),
                ..d
            };
            if discs.iter().enumerate().all(|(j, other)| j == i || !real.touches(other)) {
                discs[i] = real;
            }
        }
    }
    for i in 0..discs.len() {
        let image = RootDisc { centre: discs[i].centre.conj(), ..discs[i] };
        if discs[i].centre.im <= discs[i].radius {
            continue;
        }
        let mut touched = (0..discs.len()).filter(|&j| image.touches(&discs[j]));
        if let (Some(j), None) = (touched.next(), touched.next())
            && discs[j].count == image.count
        {
            discs[j] = image;
        }
    }
    discs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(re: f64, im: f64, radius: f64) -> RootDisc {
        RootDisc { centre: Complex { re, im }, radius, count: 1, resolved: true }
    }

    #[test]
    fn touching_discs_join_and_may_touch_more() {
        // The first two join to a disc that reaches the third.
        let joined = joined(vec![disc(0.0, 0.0, 1.0), disc(0.0, 1.9, 1.0), disc(1.8, 0.95, 0.7), disc(9.0, 0.0, 1.0)]);
        assert_eq!(joined.len(), 2);
        assert_eq!(joined.iter().map(|d| d.count).sum::<usize>(), 4);
        let cluster = joined.iter().find(|d| d.count == 3).unwrap();
        assert!(!cluster.resolved);
        assert!([(-1.0, 0.0), (0.0, -0.99), (0.0, 2.89), (2.49, 0.95)].iter().all(|p| cluster.holds(Complex::new(p.0, p.1))));
    }

    #[test]
    fn mirror_images() {
        let discs = mirrored(vec![disc(1.0, 1e-17, 1e-15), disc(2.0, 1.0 + 1e-15, 1e-14), disc(2.0, -1.0, 1e-14)]);
        assert_eq!(discs[0].centre.im, 0.0);
        assert_eq!(discs[1].centre.conj(), discs[2].centre);
        // Two real zeros close by, each disc touching the axis but not the other's mirror image, stay apart.
        let discs = mirrored(vec![disc(1.0, 1e-9, 1e-8), disc(1.1, -1e-9, 1e-8)]);
        assert!(discs.iter().all(|d| d.centre.im == 0.0));
    }
}
