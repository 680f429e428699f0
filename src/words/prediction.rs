//! What `predict` says: the answer, the evidence, what to do; on request everything, or what the words mean.

use super::advice::{calls, headline, why};
pub use super::modes_found::truth;
use super::modes_found::{MOST_MODES, alike, answer, spaced};
use super::number::{DIGITS, count, percent, point, real, signed};
use super::paragraph::push;
use super::still_open::open;
use super::to_do::{LEFT_OUT, WITHOUT_SECOND_CALL, WITHOUT_THIRD_METHOD, nothing_recommended, to_do};
use super::verdicts::{becomes, behaviour, off_orbits, verdict};
use super::{Cell, Dialect, Say, Shade, Table, wrapped};
use crate::inverse::Verdict;
use crate::predict::{Measure, MethodReport, ModeReport, Report};
use crate::truth::{Caveat, Mode};

/// Lines of the first screen.
pub const FIRST_SCREEN: usize = 24;
/// Methods on it at least.
const LEAST_METHODS: usize = 3;
/// Methods that people ask for first, of those that nobody named.
const FIRST: [&str; 6] = ["rk4", "dormand-prince5", "forward-euler", "implicit-midpoint", "tsitouras5", "midpoint"];

/// The first screen: at most [`FIRST_SCREEN`] lines of `width` columns where that can be, `above` of which are already used.
pub fn first_screen(report: &Report, width: usize, above: usize) -> String {
    let fits = |lines: &Vec<String>| above + lines.len() <= FIRST_SCREEN;
    let screen = |left_out: usize| screen(report, width, above, left_out);
    (0..LEFT_OUT).map(screen).find(fits).unwrap_or_else(|| screen(LEFT_OUT)).join("\n")
}

/// Whether the first screen has room for both calls in full and three methods, `above` of its lines being used.
pub fn has_room(report: &Report, width: usize, above: usize) -> bool {
    above + screen(report, width, above, WITHOUT_SECOND_CALL - 1).len() <= FIRST_SCREEN
}

/// The lines of the first screen without so much of what is [`LEFT_OUT`].
fn screen(report: &Report, width: usize, above: usize, left_out: usize) -> Vec<String> {
    let settled = report.modes.iter().any(|mode| mode.settled);
    let mut lines = answer(report, width, if settled { MOST_MODES } else { MOST_MODES - left_out.min(2) });
    let brief = left_out > if settled { 0 } else { 2 };
    let (advice, open) = (to_do(report, width, left_out, Dialect::Terminal), open(report, width, brief, Dialect::Terminal));
    let used = above + lines.len() + open.len() + advice.len();
    let least = if left_out < WITHOUT_THIRD_METHOD { LEAST_METHODS } else { LEAST_METHODS - 1 };
    lines.extend(evidence(report, width, FIRST_SCREEN.saturating_sub(used + 1), least));
    lines.extend(advice);
    lines.extend(open);
    lines
}

/// What to do instead with its calls, or why nothing is recommended and what would settle it; then what is open.
pub fn told(report: &Report, width: usize, to: Dialect) -> String {
    let lines = to_do(report, width, 0, to).into_iter().chain(open(report, width, false, to));
    lines.skip_while(String::is_empty).collect::<Vec<_>>().join("\n")
}

/// What a fit becomes through each method, in at most so many lines, but of so many methods at least.
fn evidence(report: &Report, width: usize, room: usize, least: usize) -> Vec<String> {
    if report.methods.iter().all(|method| method.verdict.is_none() && !method.turns_on_orbits()) {
        return Vec::new();
    }
    let substeps = report.methods.first().map_or(1, |m| m.substeps) as usize;
    let mut lines = vec![String::new()];
    push(
        &mut lines,
        &format!("Trained with {} per sample, a fit without any error can be a model that", count(substeps, "step", "steps")),
        width,
    );
    let known = |method: &&MethodReport| FIRST.iter().position(|name| *name == method.method).unwrap_or(FIRST.len());
    let mut methods: Vec<&MethodReport> = report.methods.iter().collect();
    methods.sort_by_key(known);
    let row = |method: &MethodReport| {
        let mode = report.worst_mode(method);
        let text = off_orbits(method).or(mode.map(|k| becomes(&method.modes[k], &report.modes[k]))).unwrap_or_default();
        [Cell::new(&method.method), Cell::new(text), shaded(verdict(method.verdict), method.verdict)]
    };
    // As many methods as there is room for, the others counted in a line.
    let mut number = methods.len();
    loop {
        let mut table = Table::new(&["", "", ""]);
        for method in &methods[..number] {
            table.row(row(method));
        }
        let left = methods.len() - number;
        let fitted = table.fit(width);
        let height = fitted.lines().count() + usize::from(left > 0) + lines.len();
        if height <= room || number <= least.min(methods.len()) {
            lines.extend(fitted.lines().map(str::to_owned));
            if left > 0 {
                lines.push(format!("  … {left} more: --all"));
            }
            return lines;
        }
        number -= 1;
    }
}

fn shaded(text: &str, verdict: Option<Verdict>) -> Cell {
    let shade = match verdict {
        Some(Verdict::Faithful) => Shade::Green,
        Some(Verdict::Distorted) => Shade::Yellow,
        Some(Verdict::Artifact) => Shade::Red,
        None => Shade::Grey,
    };
    Cell::new(text).shade(shade)
}

/// Everything: all modes, all methods, orbits, caveats, and the recommendation with its reasons.
pub fn everything(report: &Report, width: usize) -> String {
    let mut parts = Vec::new();
    let samples = match report.samples {
        0 => String::new(),
        n => format!(", {} of {}", count(n, "sample", "samples"), count(report.trajectories, "trajectory", "trajectories")),
    };
    parts.push(wrapped(&format!("{}{samples}, {}", report.source, spaced(report)), "", "  ", width));
    let upper: Vec<&Mode> = report.upper_modes().map(|(_, mode)| mode).collect();
    let details: &[usize] = if alike(&upper) { &[1] } else { &[1, 2] };
    let mut table = Table::new(&["λ", "UNCERTAINTY", "EQUILIBRIUM", "WHAT IT DOES", ""]).details(details);
    for (_, mode) in report.upper_modes() {
        let certainty = match mode.uncertainty {
            None => "unknown".into(),
            Some(0.0) => "exact".into(),
            Some(u) => real(u, 2),
        };
        let state = if mode.settled { "" } else { "not settled" };
        let lambda = super::number::pair(mode.lambda, DIGITS);
        table.row([lambda, certainty, point(&mode.equilibrium), behaviour(mode), state.to_owned()]);
    }
    parts.push(format!("The truth, found without an integrator\n{}", table.fit(width)));
    let substeps = report.methods.first().map_or(1, |m| m.substeps) as usize;
    let mut table = Table::new(&["METHOD", "COST", "VERDICT", "PRINCIPAL λ̂", "OTHERS", "WHY"]).details(&[4, 1]);
    for method in &report.methods {
        for (row, (k, _)) in report.upper_modes().enumerate() {
            table.row(cells(method, &method.modes[k], &report.modes[k], row == 0));
        }
    }
    parts.push(format!("What a fit learns through each method, {} per sample\n{}", count(substeps, "step", "steps"), table.fit(width)));
    let steep: usize = report.methods.iter().flat_map(|m| &m.modes).map(|m| m.branches.steep()).sum();
    if steep > 0 {
        let text = format!(
            "{steep} of these λ̂ reproduce the samples only in more digits than a double has: R is that steep there, and no training in doubles \
             finds them."
        );
        parts.push(wrapped(&text, "", "", width));
    }
    parts.extend(orbits(report, width));
    let notes: Vec<String> = report.caveats.iter().map(|caveat| wrapped(&caveat.say(Dialect::Terminal), "Note: ", "  ", width)).collect();
    if !notes.is_empty() {
        parts.push(notes.join("\n"));
    }
    match &report.recommendation {
        // The note says why.
        None if report.finding.settled && report.caveats.iter().any(Caveat::forbids_advice) => parts.push("Nothing is recommended.".into()),
        None => parts.push(nothing_recommended(report).into()),
        Some(advice) => {
            let text = format!("Recommended: {}. {}", headline(advice), why(report, advice, Dialect::Terminal));
            let mut part = wrapped(&text, "", "  ", width);
            for call in calls(report, advice) {
                for (k, line) in call.told().enumerate() {
                    part.push_str(&format!("\n    {:<12} {line}", if k == 0 { call.library } else { "" }));
                }
            }
            parts.push(part);
            if let Some(any) = advice.any_step.as_ref().filter(|any| any.method != advice.method || advice.substeps != any.substeps) {
                let text = format!("Safe at any step: {} with one step per sample. {}", any.method, any.say(Dialect::Terminal));
                parts.push(wrapped(&text, "", "  ", width));
            }
        }
    }
    parts.join("\n\n")
}

fn cells(method: &MethodReport, mode: &ModeReport, truth: &Mode, first: bool) -> [Cell; 6] {
    let principal = mode.branches.principal();
    let others = mode.branches.branches.len() - usize::from(principal.is_some());
    let orbits = off_orbits(method).filter(|_| first);
    let judged = if orbits.is_some() { method.verdict } else { mode.verdict };
    [
        Cell::new(if first { method.method.as_str() } else { "" }),
        Cell::new(if first { method.evaluations.to_string() } else { String::new() }),
        shaded(verdict(judged), judged),
        Cell::new(principal.map_or_else(|| "none".into(), |b| super::number::complex(b.lambda, DIGITS))),
        Cell::new(others),
        Cell::new(orbits.unwrap_or_else(|| becomes(mode, truth))),
    ]
}

/// What becomes of orbits, where that is known.
fn orbits(report: &Report, width: usize) -> Vec<String> {
    let all = || report.methods.iter().flat_map(|m| &m.drift);
    let Some(first) = all().next() else { return Vec::new() };
    if all().all(|drift| !drift.converging && drift.per_period.is_none()) {
        let text = "Orbits: the series of the learned field converges at this step size for none of these methods, so only the modes are known of \
                    it. Take smaller steps.";
        return vec![wrapped(text, "", "  ", width)];
    }
    let what = match first.measures {
        Measure::Invariant => "change of a quantity that the truth keeps",
        Measure::Distance => "change of the distance from the orbit's centre, beyond what the truth does",
    };
    let mut table =
        Table::new(&["METHOD", "START", "PER TURN", "ERROR", "TERMS", "PERIOD", "TRUE", "AMPLITUDE", ""]).details(&[1, 3, 6, 4]);
    let mut diverging = false;
    for method in &report.methods {
        for (row, drift) in method.drift.iter().enumerate() {
            let period = |x: Option<f64>| x.map_or_else(String::new, |x| real(x, 5));
            let warning = match (&drift.why, drift.converging) {
                (Some(why), true) => why.to_string(),
                (_, false) => "does not converge".to_owned(),
                (None, true) => String::new(),
            };
            diverging |= !drift.converging;
            table.row([
                Cell::new(if row == 0 { method.method.as_str() } else { "" }),
                Cell::new(point(&drift.start)),
                Cell::new(drift.per_period.map_or_else(|| "none".to_owned(), |x| signed(x, 4))),
                Cell::new(drift.truncation.map_or_else(|| "unknown".to_owned(), |x| real(x, 2))),
                Cell::new(drift.power.map_or_else(|| "all".to_owned(), |power| format!("h^{power}"))),
                Cell::new(period(drift.period)),
                Cell::new(period(drift.true_period)),
                Cell::new(drift.amplitude_shift.map_or_else(
                    String::new,
                    |x| {
                        if x > 0.0 { format!("+{}", percent(x)) } else { percent(x) }
                    },
                )),
                Cell::new(warning).shade(Shade::Red),
            ]);
        }
    }
    let from = if first.power.is_none() { "linear, hence exact" } else { "its series in h" };
    let heading = wrapped(&format!("Orbits in the learned field ({from}, on the principal branch): {what}"), "", "  ", width);
    let mut parts = vec![format!("{heading}\n{}", table.fit(width))];
    if diverging {
        let text = "\"Does not converge\": the terms of the series do not shrink at this step size, so its numbers say little. Take smaller steps.";
        parts.push(wrapped(text, "", "  ", width));
    }
    parts
}

/// What the words mean.
pub fn explanation(report: &Report, shown: &str, width: usize) -> String {
    let (reach, tolerance) = (real(report.limits.reach, 3), percent(report.limits.tolerance));
    let words = [
        ("λ", "a mode: near an equilibrium the motion goes like e^(λt). Re λ is its growth, |Im λ| its frequency in radians per unit of time.".to_owned()),
        ("λ̂", "what a fit through the method learns in place of λ. Every λ̂ of a method reproduces the samples equally well; training picks one.".to_owned()),
        ("branch", "one of these λ̂. The principal branch is the one that goes to λ as the step size goes to 0.".to_owned()),
        (
            "faithful",
            format!(
                "over {} the principal λ̂ moves as λ does, amplitude and phase to {tolerance}, and no λ̂ within {reach} |λ| shows another kind.",
                real(report.horizon, 3)
            ),
        ),
        ("distorted", "of the same kind, but further off.".to_owned()),
        ("artifact", format!("a λ̂ of at most {reach} |λ| grows though the data decay (or the reverse), or rotates backwards.")),
        ("not settled", "the samples do not determine the mode; it gets no verdict.".to_owned()),
        ("COST", "evaluations of f per sample; an implicit stage counts as 4.".to_owned()),
        ("OTHERS", "how many further branches there are.".to_owned()),
        ("alias", "samples every H show e^(Hλ) only, which λ + 2πi/H shares.".to_owned()),
        ("PER TURN", "what one turn of an orbit in the learned field changes.".to_owned()),
        ("ERROR", "the effect of the first term left out.".to_owned()),
        ("(to 0.03)", "the uncertainty: the radius about λ that holds it in two of three repetitions of the same noise, and what models that fit as well leave open.".to_owned()),
    ];
    let mut table = Table::new(&["", ""]);
    // Columns that a narrow table leaves out, or a short answer has not, need no words.
    let is_heading = |word: &str| word.chars().all(|c| c.is_uppercase() || c == ' ');
    for (word, meaning) in words.into_iter().filter(|(word, _)| !is_heading(word) || shown.contains(word)) {
        table.row([word.to_owned(), meaning]);
    }
    format!("What the words mean\n{}", table.fit(width))
}
