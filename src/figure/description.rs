//! What a figure says, before anyone draws it.

use num_complex::Complex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

    /// Filled dots.
    pub fn dots(points: Vec<[f64; 2]>, ink: Ink, radius: f64, label: &str) -> Self {
        Self::Dots { points, ink, radius, filled: true, label: label.to_owned() }
    }

    /// A filled set.
    pub fn area(loops: Vec<Vec<[f64; 2]>>, ink: Ink, opacity: f64, label: &str) -> Self {
        Self::Area { loops, ink, opacity, label: label.to_owned() }
    }
}

/// The colours of Okabe & Ito (2008), which people with any common colour blindness tell apart, and two greys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ink {
    /// Data.
    Black,
    /// The fifth of a series.
    Orange,
    /// The lighter blue.
    Sky,
    /// The fit at its own step.
    Green,
    /// The lightest.
    Yellow,
    /// The truth.
    Blue,
    /// What was learned; the artifact.
    Red,
    /// The sixth of a series.
    Purple,
    /// What stands back.
    Grey,
    /// Behind everything.
    Pale,
}

impl Ink {
    /// Colours for members of a series, in order.
    pub const SERIES: [Self; 7] = [Self::Blue, Self::Red, Self::Green, Self::Orange, Self::Purple, Self::Sky, Self::Grey];

    /// The colour as `#rrggbb`.
    pub fn hex(self) -> &'static str {
        match self {
            Self::Black => "#000000",
            Self::Orange => "#e69f00",
            Self::Sky => "#56b4e9",
            Self::Green => "#009e73",
            Self::Yellow => "#f0e442",
            Self::Blue => "#0072b2",
            Self::Red => "#d55e00",
            Self::Purple => "#cc79a7",
            Self::Grey => "#6b6b6b",
            Self::Pale => "#d9d9d9",
        }
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
