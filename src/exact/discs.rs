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
/// Tens of thousands are no burden: discs are compared only where their shadows on one line meet.
pub fn joined(mut discs: Vec<RootDisc>) -> Vec<RootDisc> {
    loop {
        let component = components(&discs);
        let mut members: Vec<Vec<&RootDisc>> = vec![Vec::new(); discs.len()];
        for (disc, label) in discs.iter().zip(&component) {
            members[*label].push(disc);
        }
        if members.iter().all(|m| m.len() <= 1) {
            return discs;
        }
        let clusters = members.iter().filter_map(|m| match m[..] {
            [] => None,
            [single] => Some(*single),
            _ => Some(cluster(m)),
        });
        discs = clusters.collect();
    }
}

/// For each disc the first one of its connected component.
fn components(discs: &[RootDisc]) -> Vec<usize> {
    fn first(parent: &mut [usize], mut i: usize) -> usize {
        while parent[i] != i {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        i
    }
    // The shadow on a line in a direction that figures with an axis of symmetry do not have, wider than rounding makes it.
    let shadow = |d: &RootDisc| {
        let middle = 0.540_302_305_868_139_7 * d.centre.re + 0.841_470_984_807_896_5 * d.centre.im;
        let half = d.radius * (1.0 + 8.0 * f64::EPSILON) + 8.0 * f64::EPSILON * (d.centre.re.abs() + d.centre.im.abs());
        (middle - half, middle + half)
    };
    let shadows: Vec<(f64, f64)> = discs.iter().map(shadow).collect();
    let mut order: Vec<usize> = (0..discs.len()).collect();
    order.sort_by(|&i, &j| shadows[i].0.total_cmp(&shadows[j].0));
    let mut parent: Vec<usize> = (0..discs.len()).collect();
    let mut open: Vec<usize> = Vec::new();
    for i in order {
        // What is not a number is never put aside.
        open.retain(|&j| shadows[j].1.total_cmp(&shadows[i].0).is_ge());
        for &j in open.iter().filter(|&&j| discs[i].touches(&discs[j])) {
            let (a, b) = (first(&mut parent, i), first(&mut parent, j));
            parent[a.max(b)] = a.min(b);
        }
        open.push(i);
    }
    (0..discs.len()).map(|i| first(&mut parent, i)).collect()
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
    fn joining_many_finds_what_comparing_all_pairs_finds() {
        // A lattice's points, moved a little, with radii of which some make neighbours touch.
        let point = |k: usize| ((k as f64 * 0.754_877_666_246_692_7).fract(), (k as f64 * 0.569_840_290_998_053_2).fract());
        let discs: Vec<RootDisc> = (0..400).map(|k| disc(point(k).0, point(k).1, 0.001 * (k % 29) as f64)).collect();
        let labels = components(&discs);
        let mut slow: Vec<usize> = (0..400).collect();
        for i in 0..400 {
            for j in 0..i {
                if discs[i].touches(&discs[j]) {
                    let (from, to) = (slow[i].max(slow[j]), slow[i].min(slow[j]));
                    slow.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
                }
            }
        }
        assert_eq!(labels, slow);
        assert!(labels.iter().enumerate().filter(|(i, c)| i == *c).count() < 390);
        let many: Vec<RootDisc> = (0..100_000).map(|k| disc(point(k).0, point(k).1, 1e-9)).collect();
        assert_eq!(joined(many).iter().map(|d| d.count).sum::<usize>(), 100_000);
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
