//! The map of a library's call: over the plane of the true Hλ, what its own steps learn, and where they learn nothing without loss.

use super::description::points;
use super::map::{enclosed, ink};
use super::mode::ModeError;
use super::regions::plane;
use super::{Figure, Ink, Mark, Panel};
use crate::inverse::Fate;
use crate::inverse::step_control::{ControlledEquation, EquationError, Search, estimates};
use crate::loops::{Call, StateNorm};
use crate::stability::region::{Window, contour};
use num_complex::Complex;
use std::collections::BTreeMap;

/// Cells along each side.
const CELLS: usize = 200;
/// Vertices of the borders are within 2⁻³ of a cell.
const HALVINGS: usize = 3;

/// What a call does to a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It learns this.
    Learned(Fate),
    /// Two roots contradict their own decisions: a fit hovers at the jump.
    Hovers,
    /// No solution was found near the mode, or the call cannot be followed on it.
    NotFound,
}

impl Outcome {
    fn of(call: &Call, lambda: Complex<f64>) -> Self {
        let found =
            ControlledEquation::pairs(call, lambda, 1.0, StateNorm::default()).and_then(|equation| estimates(&equation, Search::Near));
        let Ok(found) = found else { return Self::NotFound };
        match (found.principal(), &found.gap) {
            (Some(solution), _) => Self::Learned(Fate::of_learned(lambda, solution.lambda, &solution.flags, 1.0)),
            (None, Some(_)) => Self::Hovers,
            (None, None) => Self::NotFound,
        }
    }

    fn mark(self) -> (Ink, &'static str) {
        match self {
            Self::Learned(fate) => (ink(fate), crate::words::fate(fate)),
            Self::Hovers => (Ink::Black, "no zero-loss solution: a fit hovers at a jump"),
            Self::NotFound => (Ink::Grey, "no solution found"),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Fate::ALL
            .into_iter()
            .filter(|fate| !matches!(fate, Fate::Undefined | Fate::Elsewhere))
            .map(Self::Learned)
            .chain([Self::Hovers, Self::NotFound])
    }
}

/// The maps of some calls over a window of the true Hλ, pairs of samples H = 1 apart, one complex state of size 1.
///
/// Facts, a call each: the share of the window's decaying modes that are learned as growing, and the share of its modes without a solution.
///
/// Errors where a call's step is longer than the interval.
pub fn call_map(calls: &[Call], window: Window) -> Result<Figure, ModeError> {
    let mut facts = BTreeMap::new();
    let panels = calls.iter().map(|call| panel(call, window, &mut facts)).collect::<Result<_, ModeError>>()?;
    Ok(Figure {
        name: "call-map".into(),
        title: "What a library's own steps learn, for every true mode".into(),
        caption: "Each point is a true mode z = Hλ in units of the sampling interval, H = 1, trained on pairs of samples, one complex state of size 1. Its colour says what \
                  the solution nearest to it does; where steps are rejected there may be none. Beyond |Im z| = π the samples themselves alias."
            .into(),
        columns: calls.len().clamp(1, 3),
        panels,
        facts,
    })
}

fn panel(call: &Call, window: Window, facts: &mut BTreeMap<String, f64>) -> Result<Panel, ModeError> {
    call.check_interval(1.0).map_err(EquationError::from)?;
    let judge = |z: Complex<f64>| (Outcome::of(call, z), z.re < 0.0);
    let survey = contour::Survey::new(window, CELLS, CELLS, HALVINGS, judge);
    let mut marks = Vec::new();
    for outcome in Outcome::all() {
        let closed = survey.outline(|value| value.0 == outcome).into_iter().map(|mut polygon| {
            polygon.extend(polygon.first().copied());
            points(&contour::simplified(&polygon, 2e-4 * window.width()))
        });
        let loops: Vec<Vec<[f64; 2]>> = closed.collect();
        let area = loops.iter().map(|polygon| enclosed(polygon)).sum::<f64>().abs();
        if area > 1e-5 * window.width() * window.height() {
            let (ink, words) = outcome.mark();
            let calm = matches!(outcome, Outcome::Learned(Fate::Distorted | Fate::Faithful));
            marks.push(Mark::area(loops, ink, if calm { 0.35 } else { 0.85 }, words));
        }
    }
    marks.push(Mark::line(vec![[0.0, window.im[0]], [0.0, window.im[1]]], Ink::Grey, 0.8, ""));
    marks.push(Mark::line(vec![[window.re[0], 0.0], [window.re[1], 0.0]], Ink::Grey, 0.8, ""));
    let decaying = survey.share(|value| value.1);
    let wrong = survey.share(|value| value.1 && value.0 == Outcome::Learned(Fate::AntiDamped));
    let none = survey.share(|value| matches!(value.0, Outcome::Hovers | Outcome::NotFound));
    let name = call.name.to_string();
    facts.insert(format!("share of decaying modes learned as growing, {name}"), if decaying > 0.0 { wrong / decaying } else { 0.0 });
    facts.insert(format!("share of modes without a solution, {name}"), none);
    let mut panel = plane(&name, window, marks);
    panel.x.label = "Re Hλ (true)".into();
    panel.y.label = "Im Hλ (true)".into();
    Ok(panel)
}
