//! Order stars of one-step methods and root loci of multistep methods.

use super::mode::{ModeError, heading};
use super::regions::{cross, curve_mark, plane, set_marks};
use super::{Figure, Ink};
use crate::method::catalog;
use crate::stability::region::{Region, Window};
use num_complex::Complex;
use std::collections::BTreeMap;

/// Order stars `{z : |R(z)| > |e^z|}` (Wanner, Hairer & Nørsett 1978) and root loci `z = ρ(e^{iθ})/σ(e^{iθ})`.
///
/// Facts: the number of sectors of each star at 0, counted on a small circle, which is the order plus one.
pub fn stars() -> Result<Figure, ModeError> {
    let window = Window::new([-6.0, 6.0], [-6.0, 6.0])?;
    let mut panels = Vec::new();
    let mut facts = BTreeMap::new();
    for name in ["forward-euler", "rk4", "dormand-prince5", "implicit-euler", "gauss2", "radau-iia-3"] {
        let region = Region::of(&catalog::find(name)?)?;
        let larger = |z: Complex<f64>| star(&region, z) > 0.0;
        let mut marks = set_marks(window, 300, Ink::Purple, 0.45, "order star: |R(z)| > |exp z|", 1.5, larger);
        marks.extend(cross(window));
        facts.insert(format!("sectors of {name}"), sectors(&region));
        panels.push(plane(&heading(name)?, window, marks));
    }
    for (family, name, steps, window) in [
        ("Adams–Bashforth", "adams-bashforth-", 2..=5, Window::new([-1.4, 0.8], [-1.1, 1.1])?),
        ("Adams–Moulton", "adams-moulton-", 2..=4, Window::new([-6.5, 1.5], [-4.0, 4.0])?),
        ("BDF", "bdf", 1..=6, Window::new([-8.0, 28.0], [-18.0, 18.0])?),
    ] {
        let mut marks = cross(window);
        for (k, steps) in steps.enumerate() {
            let region = Region::of(&catalog::find(&format!("{name}{steps}"))?)?;
            let label = format!("root locus, {steps} step{}", if steps == 1 { "" } else { "s" });
            // One colour a number of steps across the three families.
            let ink = Ink::SERIES[if name == "bdf" { k } else { k + 1 }];
            for (part, curve) in region.boundary(window)?.iter().enumerate() {
                let mut mark = curve_mark(curve, window, ink, 1.8);
                if let (0, super::Mark::Line { label: words, .. }) = (part, &mut mark) {
                    words.clone_from(&label);
                }
                marks.push(mark);
            }
        }
        panels.push(plane(family, window, marks));
    }
    Ok(Figure {
        name: "stars".into(),
        title: "Order stars and root loci".into(),
        caption: "Order stars: where the method grows faster than the truth; p + 1 shaded sectors meet at 0 for order p, and a star that keeps off the \
                  imaginary axis with poles on the right is A-stable. Root loci of multistep methods: the region's border is a part of each."
            .into(),
        columns: 3,
        panels,
        facts,
    })
}

/// The order star of a one-step method over a window, one byte a point (1 where |R(z)| > |e^z|), row by row from the greatest Im z; of a
/// multistep method, nothing: its picture is the root locus, [`Region::boundary`].
pub fn order_star(region: &Region, window: Window, width: usize, height: usize) -> Vec<u8> {
    if matches!(region, Region::Multistep { .. }) {
        return Vec::new();
    }
    let inside = |k: usize| {
        let x = window.re[0] + ((k % width) as f64 + 0.5) / width as f64 * window.width();
        let y = window.im[1] - ((k / width) as f64 + 0.5) / height as f64 * window.height();
        u8::from(star(region, Complex::new(x, y)) > 0.0)
    };
    (0..width * height).map(inside).collect()
}

/// `log|R(z)| − Re z`.
fn star(region: &Region, z: Complex<f64>) -> f64 {
    match region {
        Region::OneStep { numerator, denominator } => {
            let value = |p: &[f64]| p.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * z + c).norm();
            (value(numerator) / value(denominator)).ln() - z.re
        }
        Region::Multistep { .. } => f64::NAN,
    }
}

/// How many shaded sectors a circle about 0 crosses.
fn sectors(region: &Region) -> f64 {
    let signs: Vec<bool> =
        (0..720).map(|k| star(region, Complex::from_polar(0.3, (k as f64 + 0.5) * std::f64::consts::TAU / 720.0)) > 0.0).collect();
    (0..720).filter(|&k| signs[k] && !signs[(k + 1) % 720]).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raster_is_the_star() {
        let window = Window::new([-6.0, 6.0], [-6.0, 6.0]).unwrap();
        let of = |name: &str| order_star(&Region::of(&catalog::find(name).unwrap()).unwrap(), window, 4, 4);
        // |1 + z| > e^x far on the left, and not far on the right of the axis.
        assert_eq!(of("forward-euler"), [1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
        assert!(of("bdf2").is_empty());
    }

    #[test]
    fn a_star_has_order_plus_one_sectors() {
        for (name, order) in [("forward-euler", 1.0), ("rk4", 4.0), ("dormand-prince5", 5.0), ("gauss2", 4.0), ("radau-iia-3", 5.0)] {
            let region = Region::of(&catalog::find(name).unwrap()).unwrap();
            assert_eq!(sectors(&region), order + 1.0, "{name}");
        }
    }
}
