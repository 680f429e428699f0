//! Stability along curves: intervals, circle, axis, ray; and what lies right of the reach.

use super::super::verification::Verification;
use super::growth::Growth;
use super::{Questioned, Refuted};
use crate::exact::roots;
use crate::method::Property;
use crate::stability::Extent;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Points on each curve.
const POINTS: usize = 97;
/// Intervals and discs are sampled up to this part of them: at the end itself |R| = 1.
const INNER: f64 = 1.0 - 1e-6;
/// How far unbounded ones are sampled.
const FAR: f64 = 1e3;
/// |R| beyond 1 by less than this refutes nothing, whatever the bounds say.
const SLACK: f64 = 1e-8;
/// An end of an interval with |R| farther below 1 than this is none.
const END: f64 = 1e-6;

/// Looks at all that is a question of |R|.
pub(super) fn look(growth: &Growth, report: &Verification, found: &mut Vec<Refuted>) {
    let mut along = |property: Property, points: &dyn Fn(f64) -> Complex64| {
        let worst = (1..=POINTS).map(|k| points(k as f64 / POINTS as f64)).map(|z| (z, growth.beyond_one(z)));
        if let Some((at, by)) = worst.filter(|(_, by)| *by > SLACK).max_by(|a, b| a.1.total_cmp(&b.1)) {
            found.push(Refuted { what: Questioned::Property(property), at, by });
        }
    };
    // Of an enclosure the least.
    let least = |extent: &Extent| extent.to_f64() - if let Extent::Value(value) = extent { value.radius() } else { 0.0 };
    let end = |extent: Option<&Extent>| extent.map_or(0.0, |e| (INNER * least(e)).clamp(0.0, FAR));
    // Denser towards 0, where orders of contact decide.
    let (real, imaginary, disc) = (end(report.real_interval.as_ref()), end(report.imaginary_interval.as_ref()), end(report.disc.as_ref()));
    if real > 0.0 {
        along(Property::RealInterval, &|t| Complex64::new(-real * t * t, 0.0));
    }
    if imaginary > 0.0 {
        along(Property::ImaginaryInterval, &|t| Complex64::new(0.0, imaginary * t * t));
    }
    if disc > 0.0 {
        along(Property::Disc, &|t| Complex64::from_polar(disc, PI * t * t) - disc);
    }
    let far = |t: f64| (1e-2 + 4.0 * t).exp() - 1.0;
    if report.a_stable == Some(true) {
        along(Property::AStable, &|t| Complex64::new(0.0, far(t)));
    } else if let Some(degrees) = report.a_alpha_degrees {
        let angle = INNER * (degrees - report.a_alpha_error.unwrap_or(0.0)).max(0.0) * PI / 180.0;
        along(Property::AAlphaDegrees, &|t| -Complex64::from_polar(far(t), angle));
    }
    // |R| = 1 at an end.
    for (property, extent, direction) in [
        (Property::RealInterval, &report.real_interval, Complex64::new(-1.0, 0.0)),
        (Property::ImaginaryInterval, &report.imaginary_interval, Complex64::I),
    ] {
        let Some(extent @ (Extent::Value(_) | Extent::Root(_))) = extent else { continue };
        let is_sharp = !matches!(extent, Extent::Value(value) if value.radius() > 1e-12 * value.to_f64());
        let at = direction * extent.to_f64();
        let by = growth.below_one(at);
        if is_sharp && by > END {
            found.push(Refuted { what: Questioned::Property(property), at, by });
        }
    }
    if report.learning.as_ref().is_some_and(|learning| learning.sign_faithful) {
        both_ways(growth, Property::SignFaithful, &|t| Complex64::new(0.0, far(t)), found);
    }
    reach(growth, report, found);
}

/// The growth is 1 at all points of a curve.
fn both_ways(growth: &Growth, property: Property, points: &dyn Fn(f64) -> Complex64, found: &mut Vec<Refuted>) {
    let mut off = (1..=POINTS).map(|k| points(k as f64 / POINTS as f64)).map(|z| (z, growth.beyond_one(z).max(growth.below_one(z))));
    if let Some((at, by)) = off.find(|(_, by)| *by > END) {
        found.push(Refuted { what: Questioned::Property(property), at, by });
    }
}

/// No zero of R, and no stable point of a scattering, lies right of the reach.
fn reach(growth: &Growth, report: &Verification, found: &mut Vec<Refuted>) {
    let Some(room) = report.right_half_plane.filter(|room| room.reach.is_finite()) else { return };
    let edge = (room.reach + room.reach_error) * (1.0 + 1e-9) + 1e-9;
    let zeros = match growth {
        Growth::OneStep([p, _]) => {
            let known = p.iter().all(|(_, radius)| *radius == 0.0);
            let p: Vec<Complex64> = p.iter().map(|(c, _)| Complex64::from(*c)).collect();
            // Uncertain coefficients have uncertain zeros.
            if known { roots(&p).unwrap_or_default() } else { Vec::new() }
        }
        _ => Vec::new(),
    };
    let zero = zeros.iter().filter(|disc| disc.count == 1).map(|disc| (disc.centre, disc.centre.re - disc.radius - edge));
    let scattered = (1..=POINTS).map(|k| {
        let (t, turn) = (k as f64 / POINTS as f64, (k as f64 * 0.618_033_988_749_895).fract());
        let z = Complex64::new(edge + (1.0 + edge) * t, 4.0 * (1.0 + edge) * turn);
        (z, if growth.below_one(z) > END { z.re - edge } else { 0.0 })
    });
    // A zero's disc may be narrower than what its own rounding moves it by.
    if let Some((at, by)) = zero.chain(scattered).find(|(z, by)| *by > 1e-6 * (1.0 + z.norm())) {
        found.push(Refuted { what: Questioned::Reach, at, by });
    }
}
