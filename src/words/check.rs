//! What `check` says: whether the fits landed on predicted branches, where each start landed, and what to do.

use super::advice::headline;
use super::covered::covered;
use super::modes_found::spaced;
use super::number::{DIGITS, complex, count, plural, point, real};
use super::prediction::FIRST_SCREEN;
use super::{Cell, Dialect, Say, Shade, Table, wrapped};
use crate::check::{Check, CheckedFit, CheckedMode, Comparison, Ended, Followed, LearnedDrift};
use crate::fit::{ModelSpec, Stop};
use crate::inverse::Verdict;
use crate::predict::MethodReport;
use crate::truth::Caveat;
use std::collections::BTreeSet;

/// Rows of branches on the first screen.
const MOST_ROWS: usize = 10;
/// Orbits on it.
const MOST_ORBITS: usize = 3;

/// What was trained.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The class of models.
    pub model: &'a ModelSpec,
    /// Starts through each method.
    pub starts: usize,
    /// How many methods were asked for.
    pub methods: usize,
    /// The loss that noise in the samples, or uneven times, leave at least, where that is more than counts as small.
    pub floor: Option<f64>,
}

/// Why other losses than that of pairs are not checked at uneven times.
pub const UNEVEN_LOSS: &str = "at uneven times `check` knows the least loss of pairs only, each stepped from its first sample: leave out the loss and the residual \
                               form, or train with `fit`, which takes both";

/// The first screen: the answer, the branches that starts landed on, the best fits followed, and what to do.
pub fn first_screen(check: &Check, run: &Run, width: usize) -> String {
    let shown = |rows: usize| short(check, run, width, rows, if rows == MOST_ROWS { MOST_ORBITS } else { 1 });
    let fits = |text: &String| text.lines().count() <= FIRST_SCREEN;
    (1..=MOST_ROWS).rev().map(shown).find(fits).unwrap_or_else(|| shown(1))
}

/// The first screen with so many rows of branches and orbits.
fn short(check: &Check, run: &Run, width: usize, rows_shown: usize, orbits_shown: usize) -> String {
    let mut lines = answer(check, run, width);
    let mut table = headings(check);
    let (mut shown, mut rest) = (0, 0);
    for method in &check.report.methods {
        let rows = rows(check, method);
        let reached = rows.iter().any(|row| row.starts > 0);
        let mut first = true;
        // Branches that no start reached are counted, where others were reached.
        for row in rows {
            if shown < rows_shown && (row.starts > 0 || !reached) {
                table.row(row.cells(&method.method, first));
                (first, shown) = (false, shown + 1);
            } else {
                rest += 1;
            }
        }
    }
    lines.push(table.fit(width));
    if rest > 0 {
        lines.push(format!("  … {rest} more {}: --all", plural(rest, "branch", "branches")));
    }
    let followed = followed(check);
    if !followed.is_empty() {
        lines.push(wrapped("The best fit, followed from the first samples; its error relative to their spread:", "", "  ", width));
        lines.push(followed.fit(width));
    }
    lines.extend(orbits(check, orbits_shown, width));
    lines.extend(to_do(check, width));
    lines.join("\n")
}

/// Everything: every branch with what was learned, rollouts, orbits, and where the loss asks the field.
pub fn everything(check: &Check, run: &Run, width: usize) -> String {
    let mut lines = answer(check, run, width);
    let mut table = headings(check);
    for method in &check.report.methods {
        for (k, row) in rows(check, method).iter().enumerate() {
            table.row(row.cells(&method.method, k == 0));
        }
    }
    lines.push(table.fit(width));
    let followed = followed(check);
    if !followed.is_empty() {
        lines.push(wrapped("\nThe best fit, followed from the first samples; its error relative to their spread:", "", "  ", width));
        lines.push(followed.fit(width));
    }
    lines.extend(orbits(check, usize::MAX, width));
    for method in &check.report.methods {
        if let Some((fit, coverage)) = check.best_of(&method.method).and_then(|fit| Some((fit, fit.coverage.as_ref()?))) {
            lines.push(wrapped(&format!("{}, seed {}: {}", fit.method, fit.seed, covered(coverage)), "", "  ", width));
        }
    }
    let text = format!(
        "A loss counts as small up to {} of the samples' mean squared step; an eigenvalue is on a branch up to {} of its size.",
        real(check.agreement.small, 2),
        real(check.agreement.tolerance, 2)
    );
    lines.push(wrapped(&text, "", "  ", width));
    lines.extend(to_do(check, width));
    lines.join("\n")
}

/// Yes, no or open, and of what.
fn answer(check: &Check, run: &Run, width: usize) -> Vec<String> {
    let fitted = check.fits.iter().filter(|fit| fit.fitted).count();
    let modes = || check.fits.iter().filter(|fit| fit.fitted).flat_map(|fit| &fit.modes);
    let open = modes().filter(|mode| !mode.settled).count();
    let settled = modes().count() - open;
    let left_open = match open {
        0 => String::new(),
        n => format!(" {n} more {} not settled by the data and count neither way.", plural(n, "is", "are")),
    };
    let fits = count(fitted, "fit", "fits");
    let stalled = check.fits.iter().any(|fit| fit.stalled);
    let which = if stalled { "with a small loss or that of a predicted minimum" } else { "with a small loss" };
    let all = if fitted == 1 { format!("the fit {which} is") } else { format!("all {fits} {which} are") };
    let said = match check.comparison {
        Comparison::Agrees if open == 0 => format!("Yes: {all} on a predicted branch."),
        Comparison::Agrees => {
            let each = if settled == 1 { "the one learned eigenvalue".to_owned() } else { format!("all {settled} learned eigenvalues") };
            format!("Yes: {each} that the data settle ({fits}) {} on a predicted branch.{left_open}", plural(settled, "is", "are"))
        }
        Comparison::NothingFitted => "Nothing to compare: No start reached a small loss.".into(),
        Comparison::Unsettled => {
            format!("Open: the data settle no learned eigenvalue ({open} of {fits}), so nothing is shown either way.")
        }
        Comparison::Interrupted => format!("{} Nothing is claimed of fits that did not end.", interrupted(check, run)),
        Comparison::Disagrees => {
            let strays = modes().filter(|mode| mode.stray()).count();
            let eigenvalues = count(strays, "learned eigenvalue", "learned eigenvalues");
            format!("No: {eigenvalues} of {fits} with a small loss {} on no predicted branch.{left_open}", plural(strays, "is", "are"))
        }
    };
    let mut lines = vec![wrapped(&said, "", "  ", width)];
    if check.interrupted && check.comparison != Comparison::Interrupted {
        lines.push(wrapped(&interrupted(check, run), "", "  ", width));
    }
    let about = format!(
        "({}, {}; {}, {} through each method)",
        check.report.source,
        spaced(&check.report),
        run.model,
        count(run.starts, "start", "starts")
    );
    lines.push(wrapped(&about, "", "  ", width));
    if run.model == &ModelSpec::Linear && check.report.samples > 0 && (check.report.uneven || run.floor.is_some()) {
        lines.push(wrapped("predict's own figures are of a model with a constant (affine), which moves them a little.", "", "  ", width));
    }
    let part = part_of_state(check);
    if let Some(floor) = run.floor {
        let leaves = match part {
            Some(_) => "What the columns do not show leaves",
            None if check.report.uneven => "These uneven times (and any noise) leave",
            None => "Noise in the samples leaves",
        };
        let text = format!("{leaves} a loss of {} at least: small is what comes near to that.", real(floor, 3));
        lines.push(wrapped(&text, "", "  ", width));
    }
    lines.extend(part.map(|caveat| wrapped(&caveat.say(Dialect::Terminal), "", "  ", width)));
    lines
}

/// That the columns are a part of the state, where they are.
fn part_of_state(check: &Check) -> Option<&Caveat> {
    check.report.caveats.iter().find(|caveat| matches!(caveat, Caveat::PartOfState { .. }))
}

/// How far the fits came before Ctrl-C.
fn interrupted(check: &Check, run: &Run) -> String {
    let of = run.methods * run.starts;
    let begun = check.fits.iter().filter(|fit| fit.begun).count();
    let ended = check.fits.iter().filter(|fit| fit.ended == Ended::Stopped(Stop::Interrupted)).count();
    let uncompared = match check.fits.iter().filter(|fit| fit.begun && !fit.compared).count() {
        0 => String::new(),
        n => format!(" {n} were not compared."),
    };
    format!("Interrupted: of {of} fits {ended} ended before their time and {} were never begun.{uncompared}", of - begun)
}

/// One row of the table of branches.
struct Row {
    truth: String,
    branch: String,
    mark: &'static str,
    shade: Option<Shade>,
    starts: usize,
    of: usize,
    learned: String,
    error: String,
}

fn headings(check: &Check) -> Table {
    // Of a part of the state it is what an exact integrator learns of these columns.
    let beside = match part_of_state(check) {
        Some(Caveat::PartOfState { alone, .. }) if !alone.is_empty() => "λ OF COLUMNS",
        _ => "TRUE λ",
    };
    Table::new(&["METHOD", beside, "PREDICTED λ̂", "", "STARTS", "LEARNED λ̂", "DIFFERENCE"]).details(&[5, 6])
}

impl Row {
    fn cells(&self, method: &str, first: bool) -> [Cell; 7] {
        let shaded = |text: &str| match self.shade {
            Some(shade) => Cell::new(text).shade(shade),
            None => Cell::new(text),
        };
        [
            Cell::new(if first { method } else { "" }),
            Cell::new(&self.truth),
            shaded(&self.branch),
            shaded(self.mark),
            Cell::new(format!("{} of {}", self.starts, self.of)),
            Cell::new(&self.learned),
            Cell::new(&self.error),
        ]
    }
}

/// The rows of one method: its branches, what is on none, what the data do not settle, and what was not fitted.
fn rows(check: &Check, method: &MethodReport) -> Vec<Row> {
    let fits: Vec<&CheckedFit> = check.fits_of(&method.method).collect();
    let of = fits.len();
    let fitted: Vec<&CheckedFit> = fits.iter().copied().filter(|fit| fit.fitted).collect();
    let mut rows = Vec::new();
    for (k, mode) in check.report.upper_modes() {
        let truth = format!("{}{}", complex(mode.lambda, DIGITS), if mode.settled { "" } else { " (not settled)" });
        let here = || fitted.iter().flat_map(|fit| &fit.modes).filter(move |m| m.mode == k);
        for (b, branch) in method.modes[k].branches.branches.iter().enumerate() {
            let landed: Vec<&CheckedMode> = here().filter(|m| m.branch == Some(b)).collect();
            let worst = landed.iter().max_by(|x, y| x.error.total_cmp(&y.error));
            rows.push(Row {
                truth: if b == 0 { truth.clone() } else { String::new() },
                branch: complex(branch.lambda, DIGITS),
                mark: if branch.principal { "principal" } else { "" },
                shade: Some(if branch.principal { Shade::Green } else { Shade::Yellow }),
                starts: landed.len(),
                of,
                learned: worst.map_or_else(String::new, |m| complex(m.learned, DIGITS)),
                error: worst.map_or_else(String::new, |m| real(m.error, 2)),
            });
        }
        // Starts that landed on the same eigenvalue, to the digits that are shown, are one row.
        let lost = || format!("no equilibrium near {}", point(&mode.equilibrium));
        let learned = |m: &CheckedMode| if m.found() { format!("learned {}", complex(m.learned, DIGITS)) } else { lost() };
        let strays: BTreeSet<String> = here().filter(|m| m.stray()).map(learned).collect();
        for stray in strays {
            let same: Vec<&CheckedMode> = here().filter(|m| m.stray() && learned(m) == stray).collect();
            let error = same.first().filter(|m| m.found()).map_or_else(String::new, |m| real(m.error, 2));
            rows.push(Row {
                truth: truth.clone(),
                branch: format!("none: {stray}"),
                mark: "",
                shade: Some(Shade::Red),
                starts: same.len(),
                of,
                learned: String::new(),
                error,
            });
        }
        let open: Vec<&CheckedMode> = here().filter(|m| !m.settled).collect();
        if let Some(least) = open.iter().min_by(|x, y| x.open.total_cmp(&y.open)) {
            let (learned, known) = match (least.found(), least.open.is_finite()) {
                (true, true) => (complex(least.learned, DIGITS), format!("known to ±{}", real(least.open, 1))),
                (true, false) => (complex(least.learned, DIGITS), "not known".into()),
                (false, _) => (lost(), String::new()),
            };
            rows.push(Row {
                truth: truth.clone(),
                branch: "not settled by the data".into(),
                mark: "",
                shade: Some(Shade::Grey),
                starts: open.len(),
                of,
                learned,
                error: known,
            });
        }
    }
    let plain = |branch: String, starts: usize| Row {
        truth: String::new(),
        branch,
        mark: "",
        shade: None,
        starts,
        of,
        learned: String::new(),
        error: String::new(),
    };
    let waiting = fits.iter().filter(|fit| !fit.begun).count();
    let uncompared = fits.iter().filter(|fit| fit.begun && !fit.compared).count();
    let lost = of - fitted.len() - waiting - uncompared;
    rows.extend((waiting > 0).then(|| plain("not begun".into(), waiting)));
    rows.extend((uncompared > 0).then(|| plain("not compared".into(), uncompared)));
    if lost > 0 {
        let losses = fits.iter().filter(|fit| fit.compared && !fit.fitted).filter_map(|fit| fit.loss);
        let least = losses.fold(f64::INFINITY, f64::min);
        let failed = fits.iter().find_map(|fit| match &fit.ended {
            Ended::Failed(error) => Some(error),
            _ => None,
        });
        let least = if least.is_finite() { format!("smallest {}", real(least, 2)) } else { "none could begin".into() };
        let why = failed.map_or_else(String::new, |error| format!("; one could not begin: {error}"));
        rows.push(plain(format!("loss not small ({least}{why})"), lost));
    }
    rows
}

/// What following the best fit of each method gives.
fn followed(check: &Check) -> Table {
    let mut table = Table::new(&["METHOD", "SEED", "LOSS", "AT STEP h", "AT STEP h/100"]);
    let value = |f: &Followed| f.error.map_or_else(|| format!("diverges after t = {}", real(f.time, 3)), |error| real(error, 3));
    for method in &check.report.methods {
        let Some((fit, rollout)) = check.best_of(&method.method).and_then(|fit| Some((fit, fit.rollout.as_ref()?))) else { continue };
        table.row([
            Cell::new(&fit.method),
            Cell::new(fit.seed),
            Cell::new(real(fit.loss.unwrap_or(f64::NAN), 2)),
            Cell::new(value(&rollout.step)).shade(Shade::Green),
            Cell::new(value(&rollout.fine)).shade(Shade::Red),
        ]);
    }
    table
}

/// What became of the invariant along so many orbits at most.
fn orbits(check: &Check, most: usize, width: usize) -> Vec<String> {
    let all: Vec<(&CheckedFit, &LearnedDrift)> =
        check.fits.iter().filter(|fit| fit.fitted).flat_map(|fit| fit.drift.iter().map(move |drift| (fit, drift))).collect();
    let Some((_, one)) = all.first() else { return Vec::new() };
    let value = |v: Option<f64>, without: &str| v.map_or_else(|| without.to_owned(), |v| real(v, 7));
    // Of the first turn: the change over what the invariant was.
    let predicted = |fit: &CheckedFit, drift: &LearnedDrift| {
        let method = check.report.methods.iter().find(|method| method.method == fit.method)?;
        let found = method.drift.iter().find(|found| found.start == drift.start)?;
        let times = found.per_period.filter(|_| drift.before != 0.0).map(|change| real(1.0 + change / drift.before, 6));
        if found.converging { times } else { Some("diverges".to_owned()) }
    };
    let mut table =
        Table::new(&["METHOD", "SEED", "START", "TRUE", "STEP h", "STEP h/100", "TURNS", "TIMES A TURN", "PREDICTED"]).details(&[3, 6, 1]);
    for (fit, drift) in all.iter().take(most) {
        let without = if drift.turns == 0 { "no return" } else { "diverged" };
        table.row([
            Cell::new(&fit.method),
            Cell::new(fit.seed),
            Cell::new(point(&drift.start)),
            Cell::new(real(drift.before, 7)),
            Cell::new(value(drift.discrete, "diverged")).shade(Shade::Green),
            Cell::new(value(drift.continuous, without)).shade(Shade::Red),
            Cell::new(drift.turns),
            Cell::new(drift.per_turn.map_or_else(String::new, |r| real(r, 6))),
            Cell::new(predicted(fit, drift).unwrap_or_default()),
        ]);
    }
    let text = format!(
        "The invariant, which the truth keeps: after t = {} at step h, at its last return to the start's ray at step h/100:",
        real(one.time, 3)
    );
    let mut lines = vec![wrapped(&text, "", "  ", width), table.fit(width)];
    let left = all.len().saturating_sub(most);
    if left > 0 {
        lines.push(format!("  … {left} more {}: --all", plural(left, "orbit", "orbits")));
    }
    lines
}

/// What to do, where there is something.
fn to_do(check: &Check, width: usize) -> Vec<String> {
    let faithful = check.report.methods.iter().all(|method| method.verdict == Some(Verdict::Faithful));
    let text = match (check.comparison, &check.report.recommendation) {
        // What to do about that is said where it is.
        (Comparison::NothingFitted | Comparison::Agrees, _) if part_of_state(check).is_some() => return Vec::new(),
        (Comparison::Agrees, Some(advice)) if !faithful => format!("Train instead with {}.", headline(advice)),
        (Comparison::NothingFitted, _) => "Try more iterations, more seeds, another --model, or a larger --small.".into(),
        (Comparison::Unsettled, _) => {
            "Samples nearer to the equilibrium, or samples that excite these modes more, would settle them.".into()
        }
        (Comparison::Disagrees, _) => {
            "A loss that is only just small proves little: more --iterations, or a smaller --small, sort out fits that have not converged."
                .into()
        }
        _ => return Vec::new(),
    };
    vec![wrapped(&text, "", "  ", width)]
}
