//! What `fit` says: what was learned and how well, the starts, and what to do next.

use super::number::{count, plural, real};
use super::{Table, wrapped};
use crate::fit::{Fit, FitError, Loss, ModelFile, Prepared, Stop, Training, equations};

/// Starts in the table.
const MOST_STARTS: usize = 10;
/// Messages of one kind.
const MOST_TROUBLES: usize = 3;

/// A stop in words.
pub fn ended(stop: Stop) -> &'static str {
    match stop {
        Stop::Target => "reached the target",
        Stop::Converged => "no step lowers the loss",
        Stop::Iterations => "iterations used up",
        Stop::Diverged => "diverged",
        Stop::Interrupted => "interrupted",
    }
}

/// The screen: the best model, the starts, what went wrong.
pub fn screen(file: &ModelFile, training: &Training, prepared: &Prepared, fits: &[Result<Fit, FitError>], width: usize) -> String {
    let mut lines = Vec::new();
    let mut push = |text: &str| lines.push(wrapped(text, "", "  ", width));
    let article = if ["affine", "mlp", "rbf"].iter().any(|name| file.class.starts_with(name)) { "an" } else { "a" };
    push(&format!("Learned {article} {} model, loss {}: {}.", file.class, real(file.loss, 4), ended(file.stop)));
    push(&format!(
        "({} through {}, H = {}, {}; {})",
        count(file.learned.parameters.len(), "parameter", "parameters"),
        file.method,
        match file.data.uneven {
            Some(range) => format!("{} to {}", real(range.shortest, 6), real(range.longest, 6)),
            None => real(file.interval, 6),
        },
        if training.through.is_some() { "its own steps".to_owned() } else { format!("m = {}", file.substeps) },
        count(prepared.residual_count(), "residual", "residuals")
    ));
    let left_out = prepared.windows().left_out();
    if left_out > 0 {
        let why = match training.loss {
            Loss::Rollout | Loss::RolloutFreeStart => "rollouts are as long as the shortest trajectory",
            _ => "what is left of a trajectory is shorter than a window",
        };
        push(&format!("{left_out} of {} samples are in no window: {why}.", file.data.samples));
    }
    let mut shown: Vec<&Fit> = fits.iter().flatten().collect();
    shown.sort_by(|a, b| a.loss.total_cmp(&b.loss));
    let mut table = Table::new(&["SEED", "LOSS", "ITERATIONS", "ENDED"]);
    for fit in shown.iter().take(MOST_STARTS) {
        table.row([fit.seed.to_string(), real(fit.loss, 4), fit.iterations.to_string(), ended(fit.stop).to_owned()]);
    }
    lines.push(table.fit(width));
    let mut push = |text: &str| lines.push(wrapped(text, "", "  ", width));
    if shown.len() > MOST_STARTS {
        push(&format!("  … {} more starts, none better", shown.len() - MOST_STARTS));
    }
    for fit in shown.iter().filter(|fit| fit.stop == Stop::Diverged).take(MOST_TROUBLES) {
        push(&format!(
            "Seed {} diverged after {} and kept the best it had; a smaller --rate may help.",
            fit.seed,
            count(fit.iterations, "iteration", "iterations")
        ));
    }
    for (fit, trouble) in shown.iter().filter_map(|fit| Some((fit, fit.trouble.as_ref()?))).take(MOST_TROUBLES) {
        push(&format!("Seed {} tried a point and left it again: {trouble}", fit.seed));
    }
    for (variable, equation) in file.data.variables.iter().zip(equations(&file.learned, &file.data.variables, 5).into_iter().flatten()) {
        push(&format!("  d{variable}/dt = {equation}"));
    }
    let failures: Vec<&FitError> = fits.iter().filter_map(|fit| fit.as_ref().err()).filter(|error| **error != FitError::NotBegun).collect();
    for failure in failures.iter().take(MOST_TROUBLES) {
        push(&format!("A start failed: {failure}"));
    }
    lines.join("\n")
}

/// That Ctrl-C ended a training, and how many starts it cost.
pub fn interrupted(fits: &[Result<Fit, FitError>]) -> String {
    match fits.iter().filter(|fit| matches!(fit, Err(FitError::NotBegun))).count() {
        0 => "Interrupted: this is the best so far.".into(),
        n => format!("Interrupted: this is the best so far ({n} {} not begun).", plural(n, "start was", "starts were")),
    }
}
