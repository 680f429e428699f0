//! A library's call on a mode: its steps between two samples with the interpolant, and what it learns at every tolerance.

use super::{Axis, Figure, Ink, Mark, ModeError, Panel};
use crate::inverse::step_control::{ControlledEquation, EquationError, Search, estimates, threshold};
use crate::loops::{Advance, Call, GridTimes, SampleTimes, StateNorm, Tolerances};
use num_complex::Complex;
use std::collections::BTreeMap;

/// Points of a curve.
const POINTS: usize = 400;
/// Tolerances, from 10⁻¹ to 10⁻⁹.
const TOLERANCES: usize = 81;

const COURSE: &str = "The real part of the mode: dots are the ends of steps, the circle is the sample as the call returns it.";
const TOLERANCE: &str = "Then the growth that is learned; dashed, the sign threshold: a true growth below it is learned as decay, one above it as growth. Last, how much is added \
                         to the growth, as a part of |λ| rtol; dashed, the decay that is learned as none. Gaps in a line have no zero-loss solution.";

/// The course of each call on ẏ = λy over one interval, and for those that control their steps λ̂ and the sign threshold against rtol (atol in the ratio
/// that the call has).
///
/// Facts: what is learned at each call's own tolerances.
pub fn call_figure(calls: &[Call], lambda: Complex<f64>, interval: f64, norm: &StateNorm) -> Result<Figure, ModeError> {
    let mut facts = BTreeMap::new();
    let mut panels = Vec::new();
    for call in calls {
        panels.push(course(call, lambda, interval, norm)?);
        let equation = ControlledEquation::pairs(call, lambda, interval, norm.clone())?;
        if let Some(solution) = estimates(&equation, Search::Near)?.principal() {
            facts.insert(format!("learned growth, {}", call.name), solution.lambda.re);
            facts.insert(format!("learned frequency, {}", call.name), solution.lambda.im);
        }
    }
    let adaptive: Vec<&Call> = calls.iter().filter(|call| call.is_adaptive()).collect();
    let (title, caption) = if adaptive.is_empty() {
        ("A call's steps between two samples", COURSE.to_owned())
    } else {
        panels.extend(against_tolerance(&adaptive, lambda, interval, norm));
        ("A call's steps between two samples, and what it learns at every tolerance", format!("{COURSE} {TOLERANCE}"))
    };
    Ok(Figure { name: "call".into(), title: title.into(), caption, columns: 3, panels, facts })
}

/// Whether the value inside steps can be asked without changing them.
fn can_be_asked_inside(call: &Call) -> bool {
    match &call.advance {
        Advance::Controlled(control) => control.samples == SampleTimes::Interpolated,
        Advance::Grid(grid) => grid.times != GridTimes::Samples,
    }
}

fn course(call: &Call, lambda: Complex<f64>, interval: f64, norm: &StateNorm) -> Result<Panel, ModeError> {
    let trace = call.follow(lambda, &[interval], norm).map_err(EquationError::from)?;
    let truth: Vec<[f64; 2]> = (0..=POINTS)
        .map(|k| {
            let t = interval * k as f64 / POINTS as f64;
            [t, (lambda * t).exp().re]
        })
        .collect();
    let mut marks = vec![Mark::line(truth, Ink::Blue, 1.2, "truth")];
    let mut ends: Vec<[f64; 2]> = vec![[0.0, 1.0]];
    if can_be_asked_inside(call) {
        let mut times: Vec<f64> = (1..=POINTS).map(|k| interval * k as f64 / POINTS as f64).collect();
        let nodes: Vec<f64> = trace.attempts.iter().filter(|a| a.kept).map(|a| a.time).filter(|t| *t > 0.0 && *t < interval).collect();
        times.extend(&nodes);
        times.sort_by(f64::total_cmp);
        times.dedup();
        let inside = call.follow(lambda, &times, norm).map_err(EquationError::from)?;
        let values: Vec<[f64; 2]> = times.iter().zip(&inside.multipliers).map(|(t, f)| [*t, f.re]).collect();
        ends.extend(values.iter().filter(|[t, _]| nodes.contains(t)));
        marks.push(Mark::line([vec![[0.0, 1.0]], values].concat(), Ink::Red, 1.6, "the call, its interpolant between steps"));
    }
    let sample = trace.multipliers.first().copied().unwrap_or_default();
    marks.push(Mark::dots(ends, Ink::Black, 3.0, "ends of steps"));
    marks.push(Mark::Dots { points: vec![[interval, sample.re]], ink: Ink::Red, radius: 5.0, filled: false, label: "the sample".into() });
    let drawn = marks.iter().flat_map(|mark| match mark {
        Mark::Line { points, .. } | Mark::Dots { points, .. } => points.clone(),
        _ => Vec::new(),
    });
    let (low, high) = drawn.fold((0.0f64, 0.0f64), |(low, high), [_, y]| (low.min(y), high.max(y)));
    let room = 0.08 * (high - low).max(1e-9);
    Ok(Panel {
        title: "Between two samples".into(),
        // The circle at the end has room.
        x: Axis::new("time", [0.0, 1.03 * interval]),
        y: Axis::new("Re y", [low - room, high + room]),
        equal: false,
        marks,
    })
}

fn against_tolerance(calls: &[&Call], lambda: Complex<f64>, interval: f64, norm: &StateNorm) -> [Panel; 2] {
    let (mut marks, mut relative_marks) = (Vec::new(), Vec::new());
    let mut largest = 0.1f64;
    let (mut low, mut high) = (lambda.re.min(0.0), lambda.re.max(0.0));
    let exponents = || (0..TOLERANCES).map(|k| -1.0 - 8.0 * k as f64 / (TOLERANCES - 1) as f64);
    for (call, ink) in calls.iter().zip(Ink::SERIES.into_iter().skip(1).cycle()) {
        let present = call.control().map_or(Tolerances { relative: 1e-3, absolute: 1e-6 }, |control| control.tolerances);
        let ratio = if present.relative > 0.0 { present.absolute / present.relative } else { 0.0 };
        let (mut learned, mut border): (Vec<Vec<[f64; 2]>>, Vec<[f64; 2]>) = (vec![Vec::new()], Vec::new());
        for exponent in exponents() {
            let relative = 10f64.powf(exponent);
            let Some(tuned) = call.with_tolerances(Tolerances { relative, absolute: ratio * relative }) else { continue };
            let found =
                ControlledEquation::pairs(&tuned, lambda, interval, norm.clone()).and_then(|equation| estimates(&equation, Search::Near));
            match found.ok().as_ref().and_then(|found| found.principal()) {
                Some(solution) => learned.iter_mut().rev().take(1).for_each(|line| line.push([exponent, solution.lambda.re])),
                None => learned.push(Vec::new()),
            }
            if let Ok(found) = threshold(&tuned, lambda.im, interval, norm)
                && lambda.im != 0.0
            {
                border.push([exponent, -found.decay]);
            }
        }
        let ends = learned.iter().flatten().chain(&border).fold((low, high), |(low, high), [_, y]| (low.min(*y), high.max(*y)));
        (low, high) = ends;
        // The same as a part of |λ| rtol: there the sign changes far to the tight side are seen.
        let scaled = |[exponent, y]: [f64; 2], from: f64| [exponent, (y - from) / (lambda.norm() * 10f64.powf(exponent))];
        let name = call.name.to_string();
        for (k, line) in learned.iter().filter(|line| !line.is_empty()).enumerate() {
            let line: Vec<[f64; 2]> = line.iter().map(|p| scaled(*p, lambda.re)).collect();
            largest = line.iter().fold(largest, |m, [_, y]| m.max(y.abs()));
            relative_marks.push(Mark::line(line, ink, 1.6, if k == 0 { &name } else { "" }));
        }
        let decay: Vec<[f64; 2]> = border.iter().map(|[e, y]| scaled([*e, -y], 0.0)).collect();
        relative_marks.push(Mark::Line { points: decay, ink, width: 1.0, dashed: true, arrows: 0, label: String::new() });
        for (k, line) in learned.into_iter().filter(|line| !line.is_empty()).enumerate() {
            marks.push(Mark::line(line, ink, 1.6, if k == 0 { &name } else { "" }));
        }
        let label = if lambda.im == 0.0 { String::new() } else { format!("sign threshold, {name}") };
        marks.push(Mark::Line { points: border, ink, width: 1.0, dashed: true, arrows: 0, label });
    }
    marks.push(Mark::line(vec![[-9.0, lambda.re], [-1.0, lambda.re]], Ink::Black, 0.8, "true growth"));
    marks.push(Mark::line(vec![[-9.0, 0.0], [-1.0, 0.0]], Ink::Grey, 0.8, ""));
    let room = 0.08 * (high - low).max(1e-9);
    relative_marks.push(Mark::line(vec![[-9.0, 0.0], [-1.0, 0.0]], Ink::Grey, 0.8, ""));
    let most = round_up(largest.min(5.0));
    let panel = |title: &str, label: &str, range: [f64; 2], marks: Vec<Mark>| Panel {
        title: title.to_owned(),
        x: Axis::new("log₁₀ rtol", [-9.0, -1.0]),
        y: Axis::new(label, range),
        equal: false,
        marks,
    };
    [
        panel("Growth learned", "Re λ̂", [low - room, high + room], marks),
        panel("Growth added", "(Re λ̂ − Re λ)/(|λ| rtol)", [-most, most], relative_marks),
    ]
}

/// The next of 1, 2, 5 and 10 times a power of ten, so that the axis ends on a tick.
fn round_up(x: f64) -> f64 {
    let unit = 10f64.powi(x.log10().floor() as i32);
    [1.0, 2.0, 5.0].into_iter().map(|digit| digit * unit).find(|top| *top >= x).unwrap_or(10.0 * unit)
}
