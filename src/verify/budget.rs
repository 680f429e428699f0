//! What a report may cost: each exact decision draws on one budget, and where that is spent the quantity is left out, with the reason.

use super::left_out::{LeftOut, WhyLeftOut};
use crate::exact::effort;

/// Units of [`effort`] for one decision: some three seconds.
const DECISION: u64 = 3_000_000_000;
/// Units for a whole report.
const REPORT: u64 = 6_000_000_000;
/// Units for a report that only repeats the decisions, to within a tolerance.
const REPEATED: u64 = 2_000_000_000;

/// What is left to spend, and what was left out so far.
pub(super) struct Budget {
    left: u64,
    /// What was not decided.
    pub left_out: Vec<LeftOut>,
}

impl Budget {
    /// The budget of a whole report, or of one that only repeats decisions.
    pub fn new(whole: bool) -> Self {
        Self { left: if whole { REPORT } else { REPEATED }, left_out: Vec::new() }
    }

    /// Makes a decision; `None`, and every one of these quantities left out, where it would cost more than is left.
    pub fn decide<R>(&mut self, what: impl IntoIterator<Item = &'static str>, decision: impl FnOnce() -> R) -> Option<R> {
        let granted = self.left.min(DECISION);
        let (result, used) = effort::within(granted, decision);
        self.left -= used;
        if result.is_err() {
            let why = match granted {
                DECISION => WhyLeftOut::Slow,
                _ => WhyLeftOut::Spent,
            };
            self.left_out.extend(what.into_iter().map(|what| LeftOut { what, why }));
        }
        result.ok()
    }

    /// Whether a quantity is computed; else it is noted with the reason.
    pub fn taken(&mut self, what: &'static str, why: Result<(), WhyLeftOut>) -> bool {
        let computed = why.is_ok();
        self.left_out.extend(why.err().map(|why| LeftOut { what, why }));
        computed
    }
}
