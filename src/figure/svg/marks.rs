//! Areas, lines, dots and words of a panel.

use super::frame::Frame;
use super::lettering::{BODY, text};
use crate::figure::{Ink, Mark};
use std::fmt::Write;

/// Whether a mark may paint outside of its panel's frame: some point lies within a pen's width of it or beyond, or it has words of unknown width.
pub(super) fn reaches_beyond(mark: &Mark, frame: &Frame) -> bool {
    let (points, pen): (Box<dyn Iterator<Item = &[f64; 2]>>, f64) = match mark {
        Mark::Area { loops, .. } => (Box::new(loops.iter().flatten()), 0.0),
        Mark::Line { points, width, arrows, .. } => (Box::new(points.iter()), if *arrows > 0 { 3.0 + 4.0 * width } else { *width }),
        Mark::Dots { points, radius, .. } => (Box::new(points.iter()), radius + 1.0),
        Mark::Text { .. } => return true,
    };
    let inside = |&p: &[f64; 2]| {
        let [x, y] = frame.place(p);
        let (right, bottom) = (frame.left + frame.width, frame.top + frame.height);
        (frame.left + pen..=right - pen).contains(&x) && (frame.top + pen..=bottom - pen).contains(&y)
    };
    !points.into_iter().all(inside)
}

pub(super) fn write_mark(svg: &mut String, mark: &Mark, frame: &Frame) {
    match mark {
        Mark::Area { loops, ink, opacity, .. } => {
            svg.push_str("<path d=\"");
            for polygon in loops {
                path(svg, polygon, frame);
                svg.push('Z');
            }
            let _ = write!(svg, "\" fill=\"{}\" fill-opacity=\"{opacity}\" fill-rule=\"evenodd\"/>", ink.hex());
        }
        Mark::Line { points, ink, width, dashed, arrows, .. } => {
            if points.len() < 2 {
                return;
            }
            svg.push_str("<path d=\"");
            path(svg, points, frame);
            let dash = if *dashed { " stroke-dasharray=\"7 5\"" } else { "" };
            let _ = write!(
                svg,
                "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{dash}/>",
                ink.hex()
            );
            for k in 0..*arrows {
                arrow(svg, points, frame, (k as f64 + 0.5) / *arrows as f64, *ink, *width);
            }
        }
        Mark::Dots { points, ink, radius, filled, .. } => {
            for &p in points.iter().filter(|p| p[0].is_finite() && p[1].is_finite()) {
                dot(svg, frame.place(p), *radius, *ink, *filled);
            }
        }
        Mark::Text { at, text: words, ink } => {
            let [x, y] = frame.place(*at);
            text(svg, x, y, BODY - 1.0, "start", *ink, words);
        }
    }
}

pub(super) fn dot(svg: &mut String, [x, y]: [f64; 2], radius: f64, ink: Ink, filled: bool) {
    let colours = if filled && radius < 2.5 {
        format!("fill=\"{}\"", ink.hex())
    } else if filled {
        format!("fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"0.8\"", ink.hex())
    } else {
        format!("fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"2\"", ink.hex())
    };
    let _ = write!(svg, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius}\" {colours}/>");
}

/// Points as path commands; neighbours less than a twentieth of a point apart are one.
fn path(svg: &mut String, points: &[[f64; 2]], frame: &Frame) {
    let mut last: Option<[f64; 2]> = None;
    for (k, &p) in points.iter().enumerate() {
        let [x, y] = frame.place(p);
        if let Some([u, v]) = last {
            let end = k + 1 == points.len();
            if !end && (x - u).abs() < 0.05 && (y - v).abs() < 0.05 {
                continue;
            }
        }
        let _ = write!(svg, "{}{x:.2} {y:.2}", if last.is_none() { 'M' } else { 'L' });
        last = Some([x, y]);
    }
}

/// An arrow head at a share of the line's drawn length.
fn arrow(svg: &mut String, points: &[[f64; 2]], frame: &Frame, share: f64, ink: Ink, width: f64) {
    let drawn: Vec<[f64; 2]> = points.iter().map(|&p| frame.place(p)).collect();
    let step = |k: usize| (drawn[k + 1][0] - drawn[k][0]).hypot(drawn[k + 1][1] - drawn[k][1]);
    let total: f64 = (0..drawn.len() - 1).map(step).sum();
    let mut travelled = 0.0;
    for k in 0..drawn.len() - 1 {
        let length = step(k);
        if length > 0.0 && travelled + length >= share * total {
            let [dx, dy] = [(drawn[k + 1][0] - drawn[k][0]) / length, (drawn[k + 1][1] - drawn[k][1]) / length];
            let [x, y] = drawn[k + 1];
            let s = 3.0 + 2.2 * width;
            let _ = write!(
                svg,
                "<path d=\"M{:.2} {:.2}L{:.2} {:.2}L{:.2} {:.2}Z\" fill=\"{}\"/>",
                x + s * dx,
                y + s * dy,
                x - 0.6 * s * dx - 0.7 * s * dy,
                y - 0.6 * s * dy + 0.7 * s * dx,
                x - 0.6 * s * dx + 0.7 * s * dy,
                y - 0.6 * s * dy - 0.7 * s * dx,
                ink.hex()
            );
            return;
        }
        travelled += length;
    }
}
