//! A check, drawn: samples, the best fit followed at h and at h/100, and the plane of the predicted branches with the learned eigenvalues.

use super::{Axis, Figure, Ink, Mark, Panel};
use crate::check::{Check, CheckedFit, CheckedMode, Comparison, Rollouts};
use crate::data::{Paths, States};
use crate::predict::MethodReport;
use crate::truth::Caveat;
use crate::words::number::{DIGITS, complex, real};
use std::collections::BTreeMap;

/// Sampling intervals for which a fine rollout is drawn in the plane: some ten turns, not a blot.
const TURNING: usize = 60;
/// Points of a fine rollout in a sampling interval.
const POINTS: usize = 20;

/// The figure of a check, one row per method: the samples (black) with the best fit at its own step (green) and at a hundredth of it (red), over time, and for
/// planar systems in the plane; then every predicted branch (open circles) with what the fits learned (red), and how many starts landed there.
///
/// `variables` names the columns of the state. Rollouts are drawn of the fits whose [`Checker::check`](crate::check::Checker::check) was told to keep them.
pub fn check(check: &Check, samples: &Paths, variables: &[String]) -> Figure {
    let name = |k: usize| variables.get(k).map_or("", String::as_str);
    let planar = samples.iter().flatten().next().is_some_and(|x| x.len() == 2);
    let interval = check.report.interval;
    let mut panels = Vec::new();
    let mut facts = BTreeMap::new();
    for method in &check.report.methods {
        let drawn = check.fits_of(&method.method).find(|fit| fit.rollout.as_ref().is_some_and(|r| !r.fine_paths.is_empty()));
        let rollout = drawn.and_then(|fit| fit.rollout.as_ref());
        panels.push(over_time(&heading(method, drawn), name(0), samples, rollout, interval));
        if planar {
            panels.push(in_the_plane([name(0), name(1)], samples, rollout));
        }
        panels.push(branches(check, method, &mut facts));
        if let Some(fit) = drawn {
            note(&mut facts, method, fit);
        }
    }
    let names: Vec<&str> = check.report.methods.iter().map(|m| m.method.as_str()).take(3).collect();
    Figure {
        name: "check".into(),
        title: format!("What real fits through {} learn", names.join(", ")),
        caption: caption(check),
        columns: if planar { 3 } else { 2 },
        panels,
        facts,
    }
}

fn caption(check: &Check) -> String {
    let fitted = check.fits.iter().filter(|fit| fit.fitted).count();
    let verdict = match check.comparison {
        Comparison::Agrees => "every eigenvalue that the data settle sits on a predicted branch",
        Comparison::Disagrees => "an eigenvalue sits on no predicted branch",
        Comparison::Unsettled => "the data settle none of the eigenvalues",
        Comparison::NothingFitted => "there is nothing to compare",
        Comparison::Interrupted => "the fits were interrupted",
    };
    let times = if check.report.uneven { "at uneven times, in the middle H =" } else { "sampled every H =" };
    format!(
        "{}, {times} {}. {fitted} of {} fits reached a small loss; {verdict}. Left: the best fit followed from the first sample, with the step \
         of its training and with a hundredth of it. Right: the plane of λ̂, with the number of starts that landed on each branch.",
        check.report.source,
        real(check.report.interval, DIGITS),
        check.fits.len()
    )
}

/// Whether the fits are laid beside what columns teach alone that are a part of the state.
fn is_of_part(check: &Check) -> bool {
    check.report.caveats.iter().any(|caveat| matches!(caveat, Caveat::PartOfState { alone, .. } if !alone.is_empty()))
}

fn note(facts: &mut BTreeMap<String, f64>, method: &MethodReport, fit: &CheckedFit) {
    let mut put = |what: &str, value: Option<f64>| {
        if let Some(value) = value {
            facts.insert(format!("{what}, {}", method.method), value);
        }
    };
    put("smallest loss", fit.loss);
    put("rollout error at h", fit.rollout.as_ref().and_then(|r| r.step.error));
    put("rollout error at h/100", fit.rollout.as_ref().and_then(|r| r.fine.error));
}

/// The method, and what is drawn of it.
fn heading(method: &MethodReport, drawn: Option<&CheckedFit>) -> String {
    match drawn.and_then(|fit| fit.modes.iter().find(|mode| mode.found())) {
        Some(mode) => format!("{}: λ̂ = {}", method.method, complex(mode.learned, DIGITS)),
        None => method.method.clone(),
    }
}

/// The range of some numbers, with a margin on both sides as a share of it.
fn around(values: impl Iterator<Item = f64>, margin: f64) -> [f64; 2] {
    let finite = values.filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return [-1.0, 1.0];
    }
    let room = margin * (high - low).max(1e-9 * (1.0 + high.abs()));
    [low - room, high + room]
}

/// The first component of the first trajectory.
fn over_time(title: &str, variable: &str, samples: &Paths, rollout: Option<&Rollouts>, interval: f64) -> Panel {
    let first = samples.get(0).unwrap_or_default();
    // Some twenty samples show the period and the trend.
    let end = first.len().saturating_sub(1).clamp(1, 24);
    let last = first.elapsed(end, 1, interval);
    let by_sample = |path: States<'_>| path.iter().take(end + 1).enumerate().map(|(k, x)| [first.elapsed(k, 1, interval), x[0]]).collect();
    let mut marks = Vec::new();
    if let Some(rollout) = rollout {
        let stride = (rollout.fine_in_interval / POINTS).max(1);
        let fine = rollout.fine_paths.get(0).unwrap_or_default();
        let fine: Vec<[f64; 2]> = fine
            .iter()
            .enumerate()
            .step_by(stride)
            .map(|(k, x)| [first.elapsed(k, rollout.fine_in_interval, interval), x[0]])
            .take_while(|p| p[0] <= last)
            .collect();
        let coarse = by_sample(rollout.step_paths.get(0).unwrap_or_default());
        marks.push(Mark::line(fine, Ink::Red, 1.8, "the same model at h/100"));
        marks.push(Mark::line(coarse, Ink::Green, 1.8, "the best fit at its own step h"));
    }
    marks.push(Mark::samples(by_sample(first), 3.4, "samples"));
    Panel {
        title: title.into(),
        x: Axis::new("time t", [0.0, last]),
        y: Axis::new(variable, around(first.iter().take(end + 1).map(|x| x[0]), 0.6)),
        equal: false,
        marks,
    }
}

/// The first and the last of the paths.
fn ends(paths: &Paths) -> impl Iterator<Item = States<'_>> {
    paths.iter().enumerate().filter(|(k, _)| *k == 0 || k + 1 == paths.count()).map(|(_, path)| path)
}

fn in_the_plane(variables: [&str; 2], samples: &Paths, rollout: Option<&Rollouts>) -> Panel {
    let mut marks = Vec::new();
    if let Some(rollout) = rollout {
        let stride = (rollout.fine_in_interval / POINTS).max(1);
        let point = |x: &[f64]| [x[0], x[1]];
        for (path, samples) in ends(&rollout.fine_paths).zip(ends(samples)) {
            let length = TURNING.min(samples.len()) * rollout.fine_in_interval;
            let line = path.iter().take(length).step_by(stride).map(point).collect();
            marks.push(Mark::line(line, Ink::Red, 1.0, "the same model at h/100"));
        }
        for (path, samples) in ends(&rollout.step_paths).zip(ends(samples)) {
            let points = path.iter().take(samples.len()).map(point).collect();
            marks.push(Mark::Dots { points, ink: Ink::Green, radius: 4.6, filled: false, label: "the best fit at its own step h".into() });
        }
    }
    let shown = || ends(samples).flat_map(States::iter);
    marks.push(Mark::dots(shown().map(|x| [x[0], x[1]]).collect(), Ink::Black, 2.4, "samples"));
    Panel {
        title: "in the plane".into(),
        x: Axis::new(variables[0], around(shown().map(|x| x[0]), 0.45)),
        y: Axis::new(variables[1], around(shown().map(|x| x[1]), 0.45)),
        equal: false,
        marks,
    }
}

/// At least so wide, about the same middle.
fn widened(range: &mut [f64; 2], least: f64) {
    let lacking = 0.5 * (least - (range[1] - range[0])).max(0.0);
    *range = [range[0] - lacking, range[1] + lacking];
}

fn branches(check: &Check, method: &MethodReport, facts: &mut BTreeMap<String, f64>) -> Panel {
    let fits: Vec<&CheckedFit> = check.fits_of(&method.method).collect();
    let fitted: Vec<&CheckedFit> = fits.iter().copied().filter(|fit| fit.fitted).collect();
    let learned = |keep: &dyn Fn(&CheckedMode) -> bool| -> Vec<[f64; 2]> {
        fitted.iter().flat_map(|fit| &fit.modes).filter(|m| m.found() && keep(m)).map(|m| [m.learned.re, m.learned.im]).collect()
    };
    let upper: Vec<(usize, [f64; 2])> = check.report.upper_modes().map(|(k, mode)| (k, [mode.lambda.re, mode.lambda.im])).collect();
    let predicted: Vec<[f64; 2]> =
        upper.iter().flat_map(|&(k, _)| &method.modes[k].branches.branches).map(|b| [b.lambda.re, b.lambda.im]).collect();
    let truth: Vec<[f64; 2]> = upper.iter().map(|&(_, p)| p).collect();
    let (on, off, open) = (learned(&|m| m.branch.is_some()), learned(&CheckedMode::stray), learned(&|m| !m.settled));
    let all = || predicted.iter().chain(&truth).chain(&on).chain(&off);
    let mut x = around(all().map(|p| p[0]).chain([0.0]), 0.3);
    let mut y = around(all().map(|p| p[1]).chain([0.0]), 0.2);
    // Differences that are small beside the eigenvalues themselves must look small.
    let size = all().map(|p| p[0].hypot(p[1])).fold(1e-9, f64::max);
    widened(&mut x, size);
    widened(&mut y, size);
    // Room for the words beside the rightmost branch.
    x[1] += 0.2 * (x[1] - x[0]);
    let beside = if is_of_part(check) { "λ that the columns teach alone" } else { "λ, the truth" };
    let mut marks = vec![
        Mark::line(vec![[x[0], 0.0], [x[1], 0.0]], Ink::Grey, 0.8, ""),
        Mark::line(vec![[0.0, y[0]], [0.0, y[1]]], Ink::Grey, 0.8, ""),
        Mark::Dots { points: truth, ink: Ink::Blue, radius: 11.5, filled: false, label: beside.into() },
        Mark::Dots { points: predicted, ink: Ink::Black, radius: 8.0, filled: false, label: "λ̂, every predicted branch".into() },
        Mark::Dots { points: open, ink: Ink::Grey, radius: 4.0, filled: true, label: "learned, not settled by the data".into() },
        Mark::dots(on, Ink::Red, 4.5, "learned λ̂"),
        Mark::dots(off, Ink::Purple, 5.5, "learned, on no branch"),
    ];
    marks.retain(|mark| !matches!(mark, Mark::Dots { points, .. } if points.is_empty()));
    for &(k, _) in &upper {
        for (b, branch) in method.modes[k].branches.branches.iter().enumerate() {
            let landed = fitted.iter().flat_map(|fit| &fit.modes).filter(|m| m.mode == k && m.branch == Some(b)).count();
            facts.insert(format!("landed on {}, {}", complex(branch.lambda, DIGITS), method.method), landed as f64);
            // Of many modes the numbers would lie on top of each other.
            if upper.len() <= 2 {
                let at = [branch.lambda.re + 0.04 * (x[1] - x[0]), branch.lambda.im + 0.02 * (y[1] - y[0])];
                marks.push(Mark::Text { at, text: format!("{landed} of {}", fits.len()), ink: Ink::Black });
            }
        }
    }
    Panel { title: "the plane of λ̂".into(), x: Axis::new("Re λ̂", x), y: Axis::new("Im λ̂", y), equal: true, marks }
}
