//! The renderer: any [`Figure`] as SVG text. Axes, ticks and their words come from plotters, whose coordinates are whole
//! numbers, so it draws on a canvas ten times larger that is scaled down; areas, lines and dots are written as paths in
//! hundredths of a point.

use super::{Axis, Figure, Ink, Mark};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Write;

/// Width of every figure in points.
const WIDTH: f64 = 960.0;
/// How much finer the canvas of plotters is.
const FINE: f64 = 10.0;
/// The family of the bundled font.
pub(super) const FAMILY: &str = "DejaVu Sans";
const LEFT: f64 = 78.0;
const BELOW: f64 = 56.0;
const GAP: f64 = 16.0;
const TITLE: f64 = 23.0;
const BODY: f64 = 15.5;
/// Advance of an average character in ems; the bundled font is wide.
const ADVANCE: f64 = 0.53;

/// What can go wrong while drawing: nothing but a figure that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DrawError {
    /// A range that is empty or not finite.
    #[error("figure {figure}, panel {panel:?}: the axis {axis:?} has the range {range:?}, which cannot be drawn")]
    Range {
        /// Name of the figure.
        figure: String,
        /// Title of the panel.
        panel: String,
        /// Words of the axis.
        axis: String,
        /// The range.
        range: [f64; 2],
    },
    /// A figure without panels.
    #[error("figure {0} has no panels")]
    Empty(String),
    /// The axes could not be laid out.
    #[error("figure {figure}: {message}")]
    Axes {
        /// Name of the figure.
        figure: String,
        /// What plotters said.
        message: String,
    },
}

/// Where the axes of a panel lie, in points.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    x: [f64; 2],
    y: [f64; 2],
}

impl Frame {
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        // Far points are held near, so that no coordinate overflows what reads it; the clip hides them anyway.
        let near = |v: f64| if v.is_nan() { 0.5 } else { v.clamp(-20.0, 21.0) };
        let u = near((x - self.x[0]) / (self.x[1] - self.x[0]));
        let v = near((y - self.y[0]) / (self.y[1] - self.y[0]));
        [self.left + u * self.width, self.top + (1.0 - v) * self.height]
    }
}

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
        let _ = write!(
            svg,
            "<clipPath id=\"c{k}\"><rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/></clipPath>\
             <g clip-path=\"url(#c{k})\">"
        );
        for mark in panel.marks.iter().filter(|m| matches!(m, Mark::Area { .. })) {
            write_mark(&mut svg, mark, frame);
        }
        svg.push_str("</g>");
        if !panel.title.is_empty() {
            text(&mut svg, left + 0.5 * width, top - 9.0, BODY + 1.5, "middle", Ink::Black, &panel.title);
        }
    }
    let axes = axes(figure, &frames, height)?;
    let _ = write!(svg, "<g transform=\"scale({})\">{axes}</g>", 1.0 / FINE);
    for (k, (panel, frame)) in figure.panels.iter().zip(&frames).enumerate() {
        let _ = write!(svg, "<g clip-path=\"url(#c{k})\">");
        for mark in panel.marks.iter().filter(|m| !matches!(m, Mark::Area { .. })) {
            write_mark(&mut svg, mark, frame);
        }
        svg.push_str("</g>");
    }
    svg.push_str(&legend);
    svg.push_str("</svg>");
    Ok(svg)
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

fn span([low, high]: [f64; 2]) -> f64 {
    high - low
}

/// Height over width of a panel whose scales are free.
fn flatness(columns: usize) -> f64 {
    if columns == 1 { 0.45 } else { 0.85 }
}

/// The axes of all panels, by plotters.
fn axes(figure: &Figure, frames: &[Frame], height: f64) -> Result<String, DrawError> {
    let failed = |e: &dyn std::fmt::Display| DrawError::Axes { figure: figure.name.clone(), message: e.to_string() };
    let fine = |v: f64| (v * FINE).round() as i32;
    let mut drawn = String::new();
    {
        let size = (fine(WIDTH) as u32, fine(height) as u32);
        let root = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        for (panel, f) in figure.panels.iter().zip(frames) {
            let area =
                root.clone().shrink((fine(f.left - LEFT), fine(f.top)), (fine(LEFT + f.width) as u32, fine(f.height + BELOW) as u32));
            let mut chart = ChartBuilder::on(&area)
                .set_label_area_size(LabelAreaPosition::Left, fine(LEFT) as u32)
                .set_label_area_size(LabelAreaPosition::Bottom, fine(BELOW) as u32)
                .build_cartesian_2d(f.x[0]..f.x[1], f.y[0]..f.y[1])
                .map_err(|e| failed(&e))?;
            let grey = |level| RGBColor(level, level, level);
            let words = |size: f64| (FAMILY, fine(size * 1.24)).into_font().color(&grey(40));
            chart
                .configure_mesh()
                .x_labels(((f.width / 46.0) as usize).clamp(2, 11))
                .y_labels(((f.height / 42.0) as usize).clamp(2, 11))
                .x_label_formatter(&|v| label(*v, &panel.x))
                .y_label_formatter(&|v| label(*v, &panel.y))
                .bold_line_style(grey(120).mix(0.25).stroke_width(fine(0.7) as u32))
                .light_line_style(TRANSPARENT)
                .axis_style(grey(60).stroke_width(fine(1.0) as u32))
                .set_all_tick_mark_size(fine(4.0))
                .label_style(words(BODY - 1.5))
                .axis_desc_style(words(BODY).pos(Pos::new(HPos::Center, VPos::Top)))
                .x_desc(&panel.x.label)
                .y_desc(&panel.y.label)
                .draw()
                .map_err(|e| failed(&e))?;
        }
        root.present().map_err(|e| failed(&e))?;
    }
    let body = drawn.find('>').and_then(|start| Some(&drawn[start + 1..drawn.rfind("</svg>")?]));
    body.map(str::to_owned).ok_or_else(|| failed(&"plotters gave no SVG"))
}

/// What stands at a tick: its number, or on an axis of kinds the kind's name.
fn label(value: f64, axis: &Axis) -> String {
    if axis.kinds.is_empty() {
        return tick(value, span(axis.range));
    }
    let near = |at: f64| (at - value).abs() < 1e-6 * span(axis.range);
    axis.kinds.iter().find(|(at, _)| near(*at)).map_or_else(String::new, |(_, name)| name.clone())
}

/// A number on an axis, with a true minus sign.
fn tick(value: f64, span: f64) -> String {
    let value = if value.abs() < 1e-9 * span { 0.0 } else { value };
    let decimals = (2.0 - span.log10()).ceil().clamp(0.0, 9.0) as usize;
    let plain = format!("{value:.decimals$}");
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain };
    plain.replace('-', "\u{2212}")
}

fn write_mark(svg: &mut String, mark: &Mark, frame: &Frame) {
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

fn dot(svg: &mut String, [x, y]: [f64; 2], radius: f64, ink: Ink, filled: bool) {
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

fn text(svg: &mut String, x: f64, y: f64, size: f64, anchor: &str, ink: Ink, words: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-family=\"{FAMILY}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
        ink.hex(),
        escaped(words)
    );
}

pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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
fn legend(figure: &Figure, top: f64) -> (String, f64) {
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
