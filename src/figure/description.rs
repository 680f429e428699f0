//! What a figure says, before anyone draws it.

use super::ink::Ink;
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Samples of which there are more than so many are small dots, which have no rim.
const MANY: usize = 300;
const SMALL: f64 = 1.5;

/// A picture with its words and the numbers behind them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The name of its files.
    pub name: String,
    /// One line above the panels.
    pub title: String,
    /// What is seen, in one to three sentences, with units.
    pub caption: String,
    /// How many panels stand in a row.
    pub columns: usize,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
    /// Named numbers that the caption or a reader rests on.
    pub facts: BTreeMap<String, f64>,
}

/// One pair of axes with what is drawn on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// A line above the axes, may be empty.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Whether one unit is as long on both axes, as it must be where the plane is complex.
    pub equal: bool,
    /// What is drawn, from the bottom up.
    pub marks: Vec<Mark>,
}

/// An axis: its words and its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured, with its unit where it has one.
    pub label: String,
    /// Lower and upper end.
    pub range: [f64; 2],
    /// Words in place of the numbers at some ticks, for an axis of kinds; other ticks stay bare then. Empty for an axis of numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<(f64, String)>,
}

impl Axis {
    /// An axis.
    pub fn new(label: &str, range: [f64; 2]) -> Self {
        Self { label: label.to_owned(), range, kinds: Vec::new() }
    }
}

/// Something drawn in the coordinates of its panel. A `label` puts it into the legend; an empty one does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Closed polygons filled by the even-odd rule.
    Area {
        /// The polygons.
        loops: Vec<Vec<[f64; 2]>>,
        /// Its colour.
        ink: Ink,
        /// From 0, unseen, to 1.
        opacity: f64,
        /// Its name in the legend.
        label: String,
    },
    /// A line through points.
    Line {
        /// The points in order.
        points: Vec<[f64; 2]>,
        /// Its colour.
        ink: Ink,
        /// Its width in points of a 960 wide figure.
        width: f64,
        /// Whether it is broken into dashes.
        dashed: bool,
        /// How many arrow heads point along it.
        arrows: usize,
        /// Its name in the legend.
        label: String,
    },
    /// Separate points.
    Dots {
        /// Where they are.
        points: Vec<[f64; 2]>,
        /// Their colour.
        ink: Ink,
        /// Their radius in points of a 960 wide figure.
        radius: f64,
        /// Discs, or circles that are open in the middle.
        filled: bool,
        /// Their name in the legend.
        label: String,
    },
    /// Words beside a point.
    Text {
        /// The left end of the words.
        at: [f64; 2],
        /// The words.
        text: String,
        /// Their colour.
        ink: Ink,
    },
}

impl Mark {
    /// A line.
    pub fn line(points: Vec<[f64; 2]>, ink: Ink, width: f64, label: &str) -> Self {
        Self::Line { points, ink, width, dashed: false, arrows: 0, label: label.to_owned() }
    }

    /// Black dots of samples: where there are so many that they would cover each other, small ones.
    pub fn samples(points: Vec<[f64; 2]>, radius: f64, label: &str) -> Self {
        let radius = if points.len() > MANY { radius.min(SMALL) } else { radius };
        Self::dots(points, Ink::Black, radius, label)
    }

    /// Filled dots.
    pub fn dots(points: Vec<[f64; 2]>, ink: Ink, radius: f64, label: &str) -> Self {
        Self::Dots { points, ink, radius, filled: true, label: label.to_owned() }
    }

    /// A filled set.
    pub fn area(loops: Vec<Vec<[f64; 2]>>, ink: Ink, opacity: f64, label: &str) -> Self {
        Self::Area { loops, ink, opacity, label: label.to_owned() }
    }
}

/// A complex number as a point.
pub(crate) fn point(z: Complex<f64>) -> [f64; 2] {
    [z.re, z.im]
}

/// Complex numbers as points.
pub(crate) fn points(zs: &[Complex<f64>]) -> Vec<[f64; 2]> {
    zs.iter().copied().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dot of 4 with a rim of its own covers its neighbours where there are thousands of them, and nothing is seen but rims.
    #[test]
    fn dots_of_many_samples_are_small() {
        let radius = |count: usize| match Mark::samples(vec![[0.0, 0.0]; count], 4.0, "") {
            Mark::Dots { radius, .. } => radius,
            _ => f64::NAN,
        };
        assert_eq!((radius(MANY), radius(MANY + 1)), (4.0, SMALL));
    }
}
