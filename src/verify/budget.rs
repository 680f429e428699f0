//! What a report may cost: each exact decision draws on one budget, and where that is spent the quantity is left out, with the reason.

use super::left_out::{LeftOut, WhyLeftOut};
use super::supervisor::{Supervisor, Underway};
use crate::exact::effort;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

/// Units of [`effort`] for one decision: some three seconds.
const DECISION: u64 = 3_000_000_000;
/// Units for a whole report: some six seconds.
pub const REPORT: u64 = 6_000_000_000;
/// Units for a report that only repeats the decisions, to within a tolerance.
pub(super) const REPEATED: u64 = 2_000_000_000;

/// What is left to spend, and what was left out so far.
pub(super) struct Budget {
    whole: u64,
    left: u64,
    watch: Supervisor,
    stopped: bool,
    /// What was not decided.
    pub left_out: Vec<LeftOut>,
}

impl Budget {
    /// So many units.
    pub fn new(units: u64, watch: &Supervisor) -> Self {
        Self { whole: units, left: units, watch: watch.clone(), stopped: false, left_out: Vec::new() }
    }

    /// How many units are spent.
    pub fn spent(&self) -> u64 {
        self.whole - self.left
    }

    /// Makes a decision; `None`, and every one of these quantities left out, where it would cost more than is left.
    pub fn decide<R>(&mut self, what: impl IntoIterator<Item = &'static str>, decision: impl FnOnce() -> R) -> Option<R> {
        let what: Vec<&'static str> = what.into_iter().collect();
        let granted = self.left.min(DECISION);
        let looked_at = what.first().copied().unwrap_or_default();
        let (watch, whole, used) = (self.watch.clone(), self.whole as f64, Rc::new(Cell::new(self.spent())));
        let stopped = Rc::new(Cell::new(self.stopped));
        let tell = {
            let stopped = stopped.clone();
            move |units: u64| {
                used.set(used.get() + units);
                let step = Underway::Decision { what: looked_at, spent: (used.get() as f64 / whole).min(1.0) };
                stopped.set(stopped.get() || watch.tell(step).is_break());
                if stopped.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        };
        // With nothing left, not even what is not counted is begun.
        let begun = granted > 0 && tell(0).is_continue();
        let result = begun.then(|| effort::watched(Rc::new(tell), || effort::within(granted, decision))).and_then(|(result, used)| {
            self.left -= used;
            result.ok()
        });
        self.stopped = stopped.get();
        if result.is_none() {
            let why = match granted {
                _ if self.stopped => WhyLeftOut::Stopped,
                DECISION => WhyLeftOut::Slow,
                _ => WhyLeftOut::Spent,
            };
            self.left_out.extend(what.into_iter().map(|what| LeftOut { what, why }));
        }
        result
    }

    /// Whether a quantity is computed; else it is noted with the reason.
    pub fn taken(&mut self, what: &'static str, why: Result<(), WhyLeftOut>) -> bool {
        let computed = why.is_ok();
        self.left_out.extend(why.err().map(|why| LeftOut { what, why }));
        computed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Number;

    /// Once everything is spent, no decision is begun: what it does not count would take its time all the same.
    #[test]
    fn nothing_is_begun_with_nothing_left() {
        let mut budget = Budget::new(10, &Supervisor::nobody());
        assert_eq!(budget.decide(["first"], || Number::ratio(1, 3) * Number::ratio(1, 7)), None);
        let mut begun = false;
        assert_eq!(budget.decide(["second"], || begun = true), None);
        assert!(!begun && budget.left_out.iter().map(|part| part.what).eq(["first", "second"]));
    }

    /// A decision that is ended is left out for that reason, and so are those after it.
    #[test]
    fn a_watch_ends_decisions() {
        let powers = || (0..3000).fold(Number::from(1), |power, _| power * Number::ratio(3, 7));
        let seen = Rc::new(Cell::new(0));
        let watch = Supervisor::new({
            let seen = seen.clone();
            move |step| {
                let Underway::Decision { what: "first" | "second", spent } = step else { panic!("{step:?}") };
                seen.set(seen.get() + 1);
                if spent > 0.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        });
        let mut budget = Budget::new(REPORT, &watch);
        assert_eq!((budget.decide(["first", "with it"], powers), budget.decide(["second"], || Number::from(1))), (None, None));
        assert_eq!(seen.get(), 2);
        assert!(budget.left_out.iter().map(|part| part.what).eq(["first", "with it", "second"]));
        assert!(budget.left_out.iter().all(|part| part.why == WhyLeftOut::Stopped));
    }
}
