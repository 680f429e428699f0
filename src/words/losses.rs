//! What the loss makes of noisy samples, in words.

use super::advice::{begins_with_pairs, sliced};
use super::number::{DIGITS, complex, pair, percent, real, signed};
use super::training_call::{Slices, folded};
use super::{Table, wrapped};
use crate::fit::Loss;
use crate::predict::{LossMode, MethodReport, Report, ThroughLoss};
use crate::truth::{Between, Caveat};
use num_complex::Complex;

/// Where a loss stalls below this part of the motion nobody sees it.
const NOT_SEEN: f64 = 1e-4;
/// Noise below this part of the motion moves nothing that is seen.
const UNSEEN: f64 = 1e-6;

/// A mode as a pair where it turns.
fn shown(z: Complex<f64>) -> String {
    pair(z, DIGITS)
}

/// The settled mode that the loss moves most, relative to it; of those that it moves by more than the samples leave open, if any.
fn most_moved<'a>(report: &Report, through: &'a ThroughLoss) -> Option<(usize, &'a LossMode)> {
    let settled = through.modes.iter().enumerate().filter(|(k, mode)| report.modes[*k].settled && mode.lambda.im >= 0.0);
    let off = |mode: &LossMode| (mode.learned - mode.lambda).norm() / mode.lambda.norm().max(f64::MIN_POSITIVE);
    settled.max_by(|a, b| a.1.significant.cmp(&b.1.significant).then(off(a.1).total_cmp(&off(b.1))))
}

/// What noise does through the loss, and which loss avoids it; in `brief` without what the others do. Empty where it does nothing that the samples would show.
/// Its calls are left out where those that are `recommended` are shown as well, and do it.
pub fn through_loss(report: &Report, width: usize, brief: bool, recommended: bool) -> String {
    // What a loop learns of runs that rest at different places is no work of noise.
    let apart = report.caveats.contains(&Caveat::RestsApart);
    let Some(through) = report.through_loss.as_ref().filter(|through| through.acts && !apart) else { return String::new() };
    let Some((k, mode)) = most_moved(report, through) else { return String::new() };
    let noise = match through.noise {
        _ if report.caveats.contains(&Caveat::HeldTakenStraight) => "The loop takes an input that is held to go straight.".to_owned(),
        _ if report.caveats.contains(&Caveat::StraightTakenHeld) => "The loop holds an input that changes between rows.".to_owned(),
        Some(noise) if noise < UNSEEN && report.is_driven() => "The loop's idea of the input is not that of the samples.".to_owned(),
        Some(noise) => format!("Noise is {} of the motion.", percent(noise)),
        None if report.caveats.iter().any(|caveat| matches!(caveat, Caveat::InputsUsed { hold: Between::Smooth, .. })) => {
            "The input is smooth between rows, and the loop takes it to be held or to go straight.".to_owned()
        }
        None => "The samples are noisy, or the motion is.".to_owned(),
    };
    let times = mode.learned.re / mode.lambda.re;
    let kind = if mode.lambda.re != 0.0 && times > 0.0 && !(0.9..=1.1).contains(&times) {
        let what = if mode.lambda.re < 0.0 { "damping" } else { "growth" };
        format!(": {} times the {what}", real(times, 2))
    } else {
        format!(": {} in the growth rate", signed((mode.learned - mode.lambda).re, 2))
    };
    let (loss, learned, lambda) = (through.loss, shown(mode.learned), shown(mode.lambda));
    let mut text = if brief {
        format!("{noise} Through {loss} it makes {learned} of {lambda}, whatever the integrator.")
    } else {
        format!("{noise} Through the loss {loss} even an exact integrator learns {learned} in place of {lambda}{kind}.")
    };
    let others: Vec<String> = through.others.iter().map(|other| format!("{} {}", other.loss, shown(other.modes[k].learned))).collect();
    // No loss makes up for another idea of the input.
    let advised = through.instead.filter(|_| !report.caveats.iter().any(Caveat::forbids_advice));
    if !others.is_empty() && brief && advised.is_none() {
        text.push_str(" Other losses: --all.");
    } else if !others.is_empty() && !brief {
        text.push_str(&format!(" Other losses: {}.", others.join("; ")));
    }
    let Some(loss) = advised else { return wrapped(&text, "", "  ", width) + "\n" };
    let keeps = through.others.iter().any(|other| other.loss == loss && other.keeps);
    let advice = if keeps { "leaves the modes in place" } else { "changes the modes least" };
    let begun = if begins_with_pairs(through, loss) { ", begun from the model that pairs learns" } else { "" };
    let shown_above = recommended && sliced(report) == Some(loss);
    if shown_above && brief && begun.is_empty() {
        return wrapped(&format!("{}; {loss} {advice}.", text.trim_end_matches('.')), "", "  ", width) + "\n";
    }
    let (further, stop) = match (shown_above, brief) {
        (true, true) => (" (others: --all)", "."),
        (true, false) => ("", "."),
        (false, true) => (" (diffrax, others: --all)", ":"),
        (false, false) => ("", ":"),
    };
    let mut lines = wrapped(&text, "", "  ", width) + "\n";
    lines.push_str(&wrapped(&format!("Train with {loss}{begun}, which {advice}{further}{stop}"), "", "  ", width));
    lines.push('\n');
    let calls = match shown_above {
        true => Vec::new(),
        false if report.uneven => uneven_loss_calls(loss),
        false => loss_calls(loss),
    };
    let shown = if brief { 1 } else { calls.len() };
    for (library, call) in calls.into_iter().take(shown) {
        lines.push_str(&call_lines(library, &call, width));
    }
    lines
}

/// What uneven times do to the fit: no λ̂ reproduces all intervals, and where the loss stalls; empty for even times, and in `brief` where noise stalls the loss as well.
pub fn uneven(report: &Report, width: usize, brief: bool) -> String {
    if !report.uneven || report.is_noise_unfollowed() {
        return String::new();
    }
    let settled: Vec<usize> = report.upper_modes().filter(|(_, mode)| mode.settled).map(|(k, _)| k).collect();
    let stalled =
        |method: &MethodReport| settled.iter().filter_map(|&k| method.modes[k].minima.first()).map(|m| m.level).fold(0.0, f64::max);
    let shown = report.methods.iter().find(|method| method.method == "rk4").or(report.methods.first());
    let Some(method) = shown.filter(|method| stalled(method) > NOT_SEEN) else { return String::new() };
    let of = settled.iter().filter_map(|&k| Some((&method.modes[k], method.modes[k].minima.first()?)));
    let Some((mode, lowest)) = of.max_by(|a, b| a.1.level.total_cmp(&b.1.level)) else { return String::new() };
    let lambda = mode.branches.lambda;
    let grows = lambda.re < 0.0 && lowest.lambda.re > lowest.radius.unwrap_or(0.0);
    let kind = if grows { ", which grows; sampling unevenly does not remove the artifact" } else { "" };
    let noisy = lowest.of_samples
        && report.through_loss.as_ref().is_some_and(|through| through.noise.is_some_and(|noise| noise > lowest.level / 10.0));
    if noisy && brief {
        return String::new();
    }
    let noise = if noisy { ", noise included" } else { "" };
    let others = mode.minima.len() - 1;
    let further = match others {
        0 => String::new(),
        1 => " A fit can also end on one further minimum.".to_owned(),
        n => format!(" A fit can also end on {n} further minima."),
    };
    let text = format!(
        "Uneven times: no single λ̂ reproduces these intervals. Through {} the lowest loss ({} of the motion{noise}) is at {}{kind}. A loss that stalls there \
         says so.{further}",
        method.method,
        percent(lowest.level),
        complex(lowest.lambda, DIGITS)
    );
    wrapped(&text, "", "  ", width) + "\n"
}

/// Every minimum through each method, with the level at which the loss stalls; empty where models reproduce the samples.
pub fn minima(report: &Report, width: usize) -> String {
    let mut table = Table::new(&["METHOD", "λ", "MINIMUM AT λ̂", "LOSS STALLS AT"]);
    for method in &report.methods {
        let mut first = true;
        for (k, mode) in report.upper_modes() {
            for minimum in &method.modes[k].minima {
                table.row([
                    if first { method.method.clone() } else { String::new() },
                    shown(mode.lambda),
                    complex(minimum.lambda, 7),
                    percent(minimum.level),
                ]);
                first = false;
            }
        }
    }
    if table.is_empty() {
        return String::new();
    }
    let because = if report.uneven { "at these uneven times" } else { "with these inputs" };
    let heading = &format!("Where the loss stalls {because}, in parts of the motion");
    format!("\n{}\n{}\n", wrapped(heading, "", "", width), table.fit(width))
}

/// How a loss is written with a library: what is integrated, and what is compared.
pub fn loss_calls(loss: Loss) -> Vec<(&'static str, String)> {
    let Slices { start, times, end, against, .. } = Slices::of_torch(Some(loss));
    let begun = if loss == Loss::RolloutFreeStart { "y0 = torch.nn.Parameter(x[0].clone()); " } else { "" };
    let torch = format!("{begun}odeint(f, {start}, {times}){end}  against  {}", against.unwrap_or_default());
    let Slices { start, end, against, .. } = Slices::of_diffrax(Some(loss));
    let against = against.unwrap_or_default();
    let diffrax = match loss {
        Loss::Pairs | Loss::Windows(_) => format!("vmap(lambda y0: diffeqsolve(…, y0, …).ys{end})({start})  against  {against}"),
        Loss::Rollout => format!("diffeqsolve(…, {start}, …).ys  against  {against}"),
        Loss::RolloutFreeStart => format!("params = (f, y0), y0 begun at x[0]; diffeqsolve(…, y0, …).ys  against  {against}"),
    };
    vec![("torchdiffeq", torch), ("diffrax", diffrax)]
}

/// The same at uneven times, where each window has times of its own.
fn uneven_loss_calls(loss: Loss) -> Vec<(&'static str, String)> {
    let of_windows = |k: usize| {
        vec![
            ("torchdiffeq", format!("odeint(f, x[i], t[i:i+{}])  against  x[i:i+{}], i = 0, {k}, …", k + 1, k + 1)),
            ("diffrax", format!("SaveAt(ts=ts[i:i+{}]) from x[i]  against  x[i:i+{}], i = 0, {k}, …", k + 1, k + 1)),
        ]
    };
    match loss {
        Loss::Pairs => of_windows(1),
        Loss::Windows(k) => of_windows(k),
        Loss::Rollout | Loss::RolloutFreeStart => loss_calls(loss),
    }
}

/// A call in a screen of this width: code is broken before what it is compared with, and in that only after a comma.
fn call_lines(library: &str, call: &str, width: usize) -> String {
    let line = format!("    {library:<12} {call}\n");
    let Some((called, against)) = call.split_once("  against  ").filter(|_| line.trim_end().chars().count() > width) else { return line };
    let rest = folded(&format!("against  {against}")).iter().fold(String::new(), |text, line| format!("{text}    {:<12} {line}\n", ""));
    format!("    {library:<12} {called}\n{rest}")
}

/// The parts of what each method learns: the integrator's and the noise's; empty where noise changes nothing.
pub fn parts(report: &Report, width: usize) -> String {
    // What a loop learns of runs that rest at different places is no work of noise.
    let apart = report.caveats.contains(&Caveat::RestsApart);
    let Some(through) = report.through_loss.as_ref().filter(|through| through.acts && !apart) else { return String::new() };
    let other_hold = report.caveats.iter().any(|caveat| matches!(caveat, Caveat::HeldTakenStraight | Caveat::StraightTakenHeld));
    let by = if other_hold { "BY THE SAMPLES" } else { "BY THE NOISE" };
    let mut table = Table::new(&["METHOD", "λ", "λ̂", "BY THE INTEGRATOR", by]);
    for method in &report.methods {
        for (row, (k, mode)) in report.upper_modes().filter(|(_, mode)| mode.settled).enumerate() {
            let found = &method.modes[k];
            let (Some(noisy), Some(clean)) = (found.branches.principal(), found.noise_free.as_ref().and_then(|b| b.principal())) else {
                continue;
            };
            table.row([
                if row == 0 { method.method.clone() } else { String::new() },
                shown(mode.lambda),
                shown(noisy.lambda),
                complex(clean.lambda - mode.lambda, 2),
                complex(noisy.lambda - clean.lambda, 2),
            ]);
        }
    }
    if table.is_empty() {
        return String::new();
    }
    let heading = format!("What is learned from these samples through the loss {}, and which part of it is whose", through.loss);
    format!("\n{}\n{}\n", wrapped(&heading, "", "", width), table.fit(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_fit_a_screen() {
        for loss in [Loss::Pairs, Loss::Windows(1000), Loss::Rollout, Loss::RolloutFreeStart] {
            for (library, call) in loss_calls(loss) {
                let text = call_lines(library, &call, 80);
                assert!(text.contains("against") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
            }
        }
    }
}
