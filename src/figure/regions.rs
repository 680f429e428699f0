//! Stability regions as filled vector shapes with their boundary curves.

use super::description::points;
use super::{Axis, Figure, Ink, Mark, Panel};
use crate::method::Method;
use crate::stability::region::boundary::Curve;
use crate::stability::region::{Region, RegionError, Window, contour};
use std::collections::BTreeMap;

/// Cells across a window when a region's shape is looked for.
const COLUMNS: usize = 360;
/// Width of a region's border.
const BORDER: f64 = 2.0;
/// What may be left out of a line, as a share of the window's width.
const SLACK: f64 = 1e-4;

/// The regions of several methods over one window, laid over each other.
///
/// ```
/// use lambdahat::{figure::regions, method::catalog, stability::region::Window};
/// let methods = [catalog::find("heun2")?, catalog::find("rk4")?];
/// let figure = regions(&methods, Window::new([-4.0, 2.0], [-4.0, 4.0])?)?;
/// assert_eq!(figure.panels.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn regions(methods: &[Method], window: Window) -> Result<Figure, RegionError> {
    let mut marks = cross(window);
    for (k, method) in methods.iter().enumerate() {
        let ink = Ink::SERIES[k % Ink::SERIES.len()];
        let opacity = if methods.len() == 1 { 0.3 } else { 0.2 };
        let own = region_marks(&Region::of(method)?, window, ink, opacity, method.name());
        marks.extend(restyled(own, k / Ink::SERIES.len()));
    }
    let names: Vec<&str> = methods.iter().map(Method::name).collect();
    Ok(Figure {
        name: "regions".into(),
        title: format!("{} of {}", if names.len() == 1 { "Stability region" } else { "Stability regions" }, joined(&names)),
        caption:
            "Stability regions: the values of z = hλ (λ times the step, dimensionless) for which the numerical solution of ẏ = λy does \
                  not grow."
                .into(),
        columns: 1,
        panels: vec![plane("", window, marks)],
        facts: BTreeMap::new(),
    })
}

/// A region's marks once all colours have been used so many times: dashed, then wider, then both; the legend shows the line.
fn restyled(mut marks: Vec<Mark>, round: usize) -> Vec<Mark> {
    if round == 0 {
        return marks;
    }
    let name = marks.iter_mut().find_map(|mark| if let Mark::Area { label, .. } = mark { Some(std::mem::take(label)) } else { None });
    let mut name = name.unwrap_or_default();
    for mark in &mut marks {
        if let Mark::Line { dashed, width, label, .. } = mark {
            *dashed = round % 2 == 1;
            *width += BORDER * (round / 2) as f64;
            *label = std::mem::take(&mut name);
        }
    }
    marks
}

/// Names in a row, cut short where there are many.
fn joined(names: &[&str]) -> String {
    if names.len() <= 3 { names.join(", ") } else { format!("{} methods", names.len()) }
}

/// A panel that shows a window of the complex plane in equal scale.
pub(super) fn plane(title: &str, window: Window, marks: Vec<Mark>) -> Panel {
    Panel { title: title.into(), x: Axis::new("Re z", window.re), y: Axis::new("Im z", window.im), equal: true, marks }
}

/// The two axes through 0.
pub(super) fn cross(window: Window) -> Vec<Mark> {
    vec![
        Mark::line(vec![[window.re[0], 0.0], [window.re[1], 0.0]], Ink::Grey, 0.8, ""),
        Mark::line(vec![[0.0, window.im[0]], [0.0, window.im[1]]], Ink::Grey, 0.8, ""),
    ]
}

/// A region's inside and its border.
pub(super) fn region_marks(region: &Region, window: Window, ink: Ink, opacity: f64, label: &str) -> Vec<Mark> {
    // The border of a one-step method is traced; that of a multistep method is the part of its root locus that the outline shows.
    let traced = match region {
        Region::OneStep { .. } => region.boundary(window).ok(),
        Region::Multistep { .. } => None,
    };
    let width = if traced.is_some() { 0.0 } else { BORDER };
    let mut marks = set_marks(window, COLUMNS, ink, opacity, label, width, |z| region.contains(z));
    marks.extend(traced.into_iter().flatten().map(|curve| curve_mark(&curve, window, ink, BORDER)));
    marks
}

/// A traced curve as a line.
pub(super) fn curve_mark(curve: &Curve, window: Window, ink: Ink, width: f64) -> Mark {
    let mut whole = curve.points.clone();
    if curve.closed {
        whole.extend(curve.points.first());
    }
    Mark::line(points(&contour::simplified(&whole, SLACK * window.width())), ink, width, "")
}

/// Any set of the plane, filled, with a line of a given width around it (none for 0).
pub(super) fn set_marks(
    window: Window,
    columns: usize,
    ink: Ink,
    opacity: f64,
    label: &str,
    width: f64,
    inside: impl Fn(num_complex::Complex<f64>) -> bool + Sync,
) -> Vec<Mark> {
    let rows = (columns as f64 * window.height() / window.width()).ceil() as usize;
    let loops: Vec<Vec<[f64; 2]>> = contour::outline(window, columns, rows.clamp(1, 4 * columns), inside)
        .iter()
        .map(|polygon| {
            let mut closed = polygon.clone();
            closed.extend(polygon.first());
            points(&contour::simplified(&closed, SLACK * window.width()))
        })
        .collect();
    let lines = if width > 0.0 { loops.clone() } else { Vec::new() };
    let mut marks = vec![Mark::area(loops, ink, opacity, label)];
    marks.extend(lines.into_iter().map(|polygon| Mark::line(polygon, ink, width, "")));
    marks
}
