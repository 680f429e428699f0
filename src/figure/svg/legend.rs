//! The legend under the panels.

use super::frame::WIDTH;
use super::lettering::{ADVANCE, BODY, text};
use super::marks::dot;
use crate::figure::{Figure, Ink, Mark};
use std::fmt::Write;

/// The number in a label such as "root locus, 3 steps"; 0 where there is none.
fn number(mark: &Mark) -> u32 {
    match mark {
        Mark::Line { label, .. } if label.starts_with("root locus") => {
            label.chars().filter_map(|c| c.to_digit(10)).fold(0, |n, d| 10 * n + d)
        }
        _ => 0,
    }
}

/// The legend of all panels in rows under them, each label once, and its height.
pub(super) fn legend(figure: &Figure, top: f64) -> (String, f64) {
    let mut svg = String::new();
    let mut seen: Vec<&str> = Vec::new();
    let (mut x, mut y) = (24.0, top + 10.0);
    let mut marks: Vec<&Mark> = figure.panels.iter().flat_map(|p| &p.marks).collect();
    // Members of a numbered series stand in order, whichever panel shows them first.
    marks.sort_by_key(|mark| number(mark));
    for mark in marks {
        let label = match mark {
            Mark::Area { label, .. } | Mark::Line { label, .. } | Mark::Dots { label, .. } => label,
            Mark::Text { .. } => continue,
        };
        if label.is_empty() || seen.contains(&label.as_str()) {
            continue;
        }
        seen.push(label);
        let width = 34.0 + label.chars().count() as f64 * BODY * ADVANCE + 20.0;
        if x + width > WIDTH && x > 24.0 {
            x = 24.0;
            y += BODY * 1.5;
        }
        match mark {
            Mark::Area { ink, opacity, .. } => {
                let _ = write!(
                    svg,
                    "<rect x=\"{x}\" y=\"{}\" width=\"24\" height=\"13\" fill=\"{}\" fill-opacity=\"{opacity}\" stroke=\"{}\" stroke-width=\"0.7\"/>",
                    y - 7.0,
                    ink.hex(),
                    ink.hex()
                );
            }
            Mark::Line { ink, width, dashed, .. } => {
                let dash = if *dashed { " stroke-dasharray=\"7 5\"" } else { "" };
                let _ = write!(svg, "<path d=\"M{x} {y}h26\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>", ink.hex(), width.max(2.0));
            }
            Mark::Dots { ink, radius, filled, .. } => {
                dot(&mut svg, [x + 13.0, y], radius.max(3.0), *ink, *filled);
            }
            Mark::Text { .. } => {}
        }
        text(&mut svg, x + 34.0, y + 5.0, BODY, "start", Ink::Black, label);
        x += width;
    }
    let height = if seen.is_empty() { 0.0 } else { y - top + BODY };
    (svg, height)
}
