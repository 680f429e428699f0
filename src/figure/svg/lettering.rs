//! How words are set.

use crate::figure::Ink;
use std::fmt::Write;

/// The family of the bundled font.
pub(in crate::figure) const FAMILY: &str = "DejaVu Sans";
/// The size of words other than titles.
pub(super) const BODY: f64 = 15.5;
/// Advance of an average character in ems; the bundled font is wide.
pub(super) const ADVANCE: f64 = 0.53;

pub(super) fn text(svg: &mut String, x: f64, y: f64, size: f64, anchor: &str, ink: Ink, words: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-family=\"{FAMILY}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
        ink.hex(),
        escaped(words)
    );
}

pub(in crate::figure) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
