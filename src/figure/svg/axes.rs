//! Axes, ticks and their words, by plotters. Its coordinates are whole numbers, so it draws on a canvas ten times larger that is scaled down.

use super::draw_error::DrawError;
use super::frame::{BELOW, Frame, LEFT, WIDTH, span};
use super::lettering::{BODY, FAMILY};
use crate::figure::{Axis, Figure};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// How much finer the canvas of plotters is.
pub(super) const FINE: f64 = 10.0;

/// The axes of all panels, by plotters.
pub(super) fn axes(figure: &Figure, frames: &[Frame], height: f64) -> Result<String, DrawError> {
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
                .bold_line_style(grey(222).stroke_width(fine(0.7) as u32))
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
    // What is inside: a drawing within a drawing would be clipped, which costs the painter a layer.
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
