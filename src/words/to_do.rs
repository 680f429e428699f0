//! What to do, on the first screen: the method, its steps and its loss, and the calls that do this.

use super::advice::{begins_with_pairs, calls, headline, is_noise_apart};
use super::paragraph::push;
use super::unsettled::remedies;
use super::{Dialect, Say, wrapped};
use crate::fit::Loss;
use crate::inverse::{MOST_SUBSTEPS, Verdict};
use crate::predict::{Among, MethodReport, Report};
use crate::truth::Caveat;

/// What is left out of a full screen, one after the other, since `--all` says it too: what is open beyond the first, the method for any step, most of the second library's
/// call, the third method, the rest of that call. Where nothing is settled: modes, then what is open beyond the first.
pub(super) const LEFT_OUT: usize = 5;
pub(super) const WITHOUT_SECOND_CALL: usize = 3;
pub(super) const WITHOUT_THIRD_METHOD: usize = 4;

/// Why there is no recommendation.
pub(super) fn nothing_recommended(report: &Report) -> &'static str {
    match (report.caveats.contains(&Caveat::Stopped), report.finding.settled) {
        (true, true) => "Nothing is recommended: this was stopped before orbits through the methods were followed.",
        (true, false) => "Nothing is recommended: this was stopped before a mode was settled.",
        _ => "Nothing is recommended: the samples settle no mode.",
    }
}

/// What to do, without so much of what is [`LEFT_OUT`].
pub(super) fn to_do(report: &Report, width: usize, left_out: usize, to: Dialect) -> Vec<String> {
    let mut lines = vec![String::new()];
    let Some(advice) = &report.recommendation else {
        if let Some(caveat) = report.caveats.iter().find(|caveat| report.finding.settled && caveat.forbids_advice()) {
            push(&mut lines, &format!("Nothing is recommended. {}", caveat.say(to)), width);
            return lines;
        }
        push(&mut lines, nothing_recommended(report), width);
        if report.caveats.contains(&Caveat::Stopped) {
            return lines;
        }
        let mut codes = Vec::new();
        for because in report.modes.iter().flat_map(|mode| &mode.because) {
            if !codes.contains(because) {
                codes.push(*because);
                lines.extend(wrapped(&because.say(to), "  ", "  ", width).lines().map(str::to_owned));
            }
        }
        let shown = if to == Dialect::Terminal { " --all shows what was found." } else { "" };
        push(&mut lines, &format!("{}{shown}", remedies(report, &codes, to)), width);
        return lines;
    };
    let other_loss = advice.loss.is_some_and(|loss| report.through_loss.as_ref().is_some_and(|through| through.loss != loss));
    let faithful = |m: &MethodReport| (&m.method, m.substeps, m.verdict) == (&advice.method, advice.substeps, Some(Verdict::Faithful));
    let same = !other_loss && report.methods.iter().any(faithful);
    let asked = report.methods.iter().any(|m| (&m.method, m.substeps) == (&advice.method, advice.substeps));
    let unhelped = asked && is_noise_apart(report);
    let partly = report.caveats.iter().any(|caveat| matches!(caveat, Caveat::PartOfState { .. }));
    let tried = report.through_loss.as_ref().is_some_and(|through| !through.others.is_empty());
    let loss = report.through_loss.as_ref().map_or(Loss::Pairs, |through| through.loss);
    let heading = match (same, advice.among) {
        (true, _) if partly => "First add the missing state (below); then this is good enough".to_owned(),
        (true, _) => "Good as it is".to_owned(),
        _ if unhelped && !tried => {
            let unfollowed = if report.driven.is_some() { "with inputs that go straight" } else { "for so many columns" };
            // What noise does apart, the integrator may be right.
            let least = if advice.verdict == Verdict::Faithful { "An integrator that adds nothing to that:" } else { "Least bad:" };
            format!("Nothing tried is faithful here: noise biases {loss}, and other losses cannot be predicted {unfollowed}. {least}")
        }
        _ if unhelped => "Only more or cleaner samples help: no loss that was tried keeps the modes better".to_owned(),
        (false, Among::Common) if partly => "First add the missing state (below); then do this".into(),
        (false, Among::Common) => "Do this instead".into(),
        (false, Among::Asked) if partly => "First add the missing state (below); then do this, of the methods asked for".into(),
        (false, Among::Asked) => "Do this instead, of the methods asked for".into(),
        (false, Among::CommonAsNoneAskedServes) => {
            format!("Do this instead: none of the methods asked for is faithful with up to {MOST_SUBSTEPS} substeps")
        }
    };
    push(&mut lines, &heading, width);
    lines.push(wrapped(&format!("{}.", headline(advice)), "  ", "  ", width));
    for (place, call) in calls(report, advice).take(2).enumerate() {
        if place > 0 && left_out > WITHOUT_THIRD_METHOD && point_to(&mut lines, call.library, width) {
            continue;
        }
        if place > 0 && left_out >= WITHOUT_SECOND_CALL && call.lines.len() > 1 {
            lines.push(format!("    {:<12} {}  (whole: --all)", call.library, call.begun()));
            continue;
        }
        for (k, line) in call.told().enumerate() {
            lines.push(format!("    {:<12} {line}", if k == 0 { call.library } else { "" }));
        }
    }
    let begins = advice.loss.zip(report.through_loss.as_ref()).is_some_and(|(loss, through)| begins_with_pairs(through, loss));
    // A terminal shows it with what noise does through the loss.
    if begins && to != Dialect::Terminal {
        lines.push(wrapped("Begin from the model that pairs learns: from a random start it may end in a poor minimum.", "  ", "  ", width));
    }
    if let Some(orbits) = &advice.orbits {
        lines.push(wrapped(&orbits.say(to), "  ", "  ", width));
    }
    if let Some(any) = advice.any_step.as_ref().filter(|any| any.method != advice.method && left_out < 2) {
        let distorted = report.methods.iter().any(|m| m.method == any.method && m.verdict == Some(Verdict::Distorted));
        let told = if distorted { "at any step, but is off here" } else { "at any step size" };
        lines.push(wrapped(&format!("{} keeps growth and decay apart {told}.", any.method), "  ", "  ", width));
    }
    lines
        .into_iter()
        .flat_map(|line| line.lines().map(str::to_owned).collect::<Vec<_>>().into_iter().chain(line.is_empty().then(String::new)))
        .collect()
}

/// Names a library behind the last line, where there is room for it.
fn point_to(lines: &mut [String], library: &str, width: usize) -> bool {
    let pointer = format!("  ({library}: --all)");
    let last = lines.last_mut().filter(|line| line.chars().count() + pointer.len() <= width);
    last.map(|line| line.push_str(&pointer)).is_some()
}
