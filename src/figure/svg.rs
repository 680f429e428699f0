//! The renderer: any [`Figure`] as SVG text.
//!
//! | what | where |
//! | --- | --- |
//! | where a panel's axes lie | `frame` |
//! | axes, ticks and their words, by plotters | `axes` |
//! | areas, lines and dots, as paths in hundredths of a point | `marks` |
//! | the legend | `legend` |
//! | the bundled font and how words are set | `lettering` |
//! | why a figure cannot be drawn | `draw_error` |

mod axes;
mod draw_error;
mod frame;
mod legend;
mod lettering;
mod marks;

use self::axes::axes;
pub use self::draw_error::DrawError;
use self::frame::{BELOW, Frame, LEFT, WIDTH, span};
use self::legend::legend;
use self::lettering::{ADVANCE, BODY, text};
pub(super) use self::lettering::{FAMILY, escaped};
use self::marks::{reaches_beyond, write_mark};
use super::{Figure, Ink, Mark};
use std::fmt::Write;

const GAP: f64 = 16.0;
const TITLE: f64 = 23.0;

/// The figure as SVG with its text as text, in the bundled family.
pub(super) fn draw(figure: &Figure) -> Result<String, DrawError> {
    check(figure)?;
    let columns = figure.columns.clamp(1, figure.panels.len());
    let cell = (WIDTH - GAP) / columns as f64;
    let caption = wrapped(&figure.caption, (WIDTH - 40.0) / (BODY * ADVANCE));
    let mut top = 18.0 + TITLE + caption.len() as f64 * BODY * 1.35 + 10.0;
    let mut frames = Vec::new();
    for row in figure.panels.chunks(columns) {
        let width = cell - LEFT - GAP;
        let height = row
            .iter()
            .map(|p| if p.equal { width * span(p.y.range) / span(p.x.range) } else { width * flatness(columns) })
            .fold(0.0, f64::max);
        let heading = if row.iter().all(|p| p.title.is_empty()) { 6.0 } else { 30.0 };
        for (k, panel) in row.iter().enumerate() {
            let own = if panel.equal { width * span(panel.y.range) / span(panel.x.range) } else { height };
            frames.push(Frame {
                left: 0.5 * GAP + k as f64 * cell + LEFT,
                top: top + heading + 0.5 * (height - own),
                width,
                height: own,
                x: panel.x.range,
                y: panel.y.range,
            });
        }
        top += heading + height + BELOW + 8.0;
    }
    let (legend, legend_height) = legend(figure, top);
    let height = top + legend_height + 12.0;

    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\">\
         <rect width=\"{WIDTH}\" height=\"{height:.0}\" fill=\"#ffffff\"/>"
    );
    text(&mut svg, 20.0, 14.0 + TITLE, TITLE, "start", Ink::Black, &figure.title);
    for (k, line) in caption.iter().enumerate() {
        let y = 18.0 + TITLE + (k + 1) as f64 * BODY * 1.35;
        text(&mut svg, 20.0, y, BODY, "start", Ink::Grey, line);
    }
    for (k, (panel, frame)) in figure.panels.iter().zip(&frames).enumerate() {
        let Frame { left, top, width, height, .. } = *frame;
        if panel.marks.iter().any(|mark| reaches_beyond(mark, frame)) {
            let _ = write!(
                svg,
                "<clipPath id=\"c{k}\"><rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/></clipPath>"
            );
        }
        panel.marks.iter().filter(|mark| is_area(mark)).for_each(|mark| clipped(&mut svg, k, mark, frame));
        if !panel.title.is_empty() {
            text(&mut svg, left + 0.5 * width, top - 9.0, BODY + 1.5, "middle", Ink::Black, &panel.title);
        }
    }
    let axes = axes(figure, &frames, height)?;
    let _ = write!(svg, "<g transform=\"scale({})\">{axes}</g>", 1.0 / axes::FINE);
    for (k, (panel, frame)) in figure.panels.iter().zip(&frames).enumerate() {
        panel.marks.iter().filter(|mark| !is_area(mark)).for_each(|mark| clipped(&mut svg, k, mark, frame));
    }
    svg.push_str(&legend);
    svg.push_str("</svg>");
    Ok(svg)
}

fn is_area(mark: &Mark) -> bool {
    matches!(mark, Mark::Area { .. })
}

/// A mark of panel k, clipped to its frame where it reaches beyond it: a clip costs the painter a layer as large as the mark.
fn clipped(svg: &mut String, k: usize, mark: &Mark, frame: &Frame) {
    if !reaches_beyond(mark, frame) {
        return write_mark(svg, mark, frame);
    }
    let _ = write!(svg, "<g clip-path=\"url(#c{k})\">");
    write_mark(svg, mark, frame);
    svg.push_str("</g>");
}

fn check(figure: &Figure) -> Result<(), DrawError> {
    if figure.panels.is_empty() {
        return Err(DrawError::Empty(figure.name.clone()));
    }
    for panel in &figure.panels {
        for axis in [&panel.x, &panel.y] {
            let [low, high] = axis.range;
            if !(low.is_finite() && high.is_finite() && low < high) {
                return Err(DrawError::Range {
                    figure: figure.name.clone(),
                    panel: panel.title.clone(),
                    axis: axis.label.clone(),
                    range: axis.range,
                });
            }
        }
    }
    Ok(())
}

/// Height over width of a panel whose scales are free.
fn flatness(columns: usize) -> f64 {
    if columns == 1 { 0.45 } else { 0.85 }
}

/// As few lines as there must be, each about as long as the others: no word is left alone on the last.
fn wrapped(words: &str, length: f64) -> Vec<String> {
    let fewest = filled(words, length);
    let mut best = fewest.clone();
    for shorter in (1..length as usize).rev() {
        let lines = filled(words, shorter as f64);
        if lines.len() > fewest.len() {
            break;
        }
        best = lines;
    }
    best
}

/// Lines filled one after the other up to a length.
fn filled(words: &str, length: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if ((line.chars().count() + word.chars().count() + 1) as f64) < length => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
