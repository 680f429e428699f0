//! A verification that is watched: a bar on a terminal once it takes longer than a second, and Ctrl-C ends it.

use super::super::interrupt::stopped;
use indicatif::{ProgressBar, ProgressStyle};
use lambdahat::method::Method;
use lambdahat::verify::{Supervisor, Underway, Verification, verify_with};
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Work up to this long shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Parts of the budget that the bar of the decisions shows.
const PARTS: u64 = 1000;

/// The bar of what is being done; another one when that changes.
#[derive(Default)]
enum Shown {
    #[default]
    Nothing,
    Conditions(ProgressBar),
    Decisions(ProgressBar),
}

impl Shown {
    fn clear(&mut self) {
        if let Self::Conditions(bar) | Self::Decisions(bar) = self {
            bar.finish_and_clear();
        }
        *self = Self::Nothing;
    }

    fn show(&mut self, name: &str, step: Underway) {
        match step {
            Underway::Conditions(progress) => {
                if !matches!(self, Self::Conditions(_)) {
                    self.clear();
                    *self = Self::Conditions(bar("{prefix} {wide_bar} {pos}/{len} primes"));
                }
                let Self::Conditions(bar) = self else { return };
                bar.set_prefix(format!("{name}: order {}, {} conditions", progress.order, progress.conditions));
                bar.set_length(progress.total as u64);
                bar.set_position(progress.done as u64);
            }
            Underway::Decision { what, spent } => {
                if !matches!(self, Self::Decisions(_)) {
                    self.clear();
                    *self = Self::Decisions(bar("{prefix} {wide_bar} {percent}% of what it may take, some ten seconds"));
                }
                let Self::Decisions(bar) = self else { return };
                bar.set_prefix(format!("{name}: {what}"));
                bar.set_length(PARTS);
                bar.set_position((spent * PARTS as f64) as u64);
            }
        }
    }
}

fn bar(template: &str) -> ProgressBar {
    ProgressBar::new(0).with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The report on a method, with so many units of exact work.
pub fn verified(method: &Method, units: u64) -> Verification {
    let (name, begun, shown) = (method.name().to_owned(), Instant::now(), Rc::new(RefCell::new(Shown::default())));
    let screen = shown.clone();
    let watch = Supervisor::new(move |step| {
        if begun.elapsed() > PATIENCE {
            screen.borrow_mut().show(&name, step);
        }
        if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let report = verify_with(method, units, &watch);
    shown.borrow_mut().clear();
    report
}
