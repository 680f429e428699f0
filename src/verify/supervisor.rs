//! Who watches a verification, and how much exact work it may take.

use crate::order::ConditionsTested;
use std::ops::ControlFlow;
use std::rc::Rc;

/// What a verification is at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Underway {
    /// Order conditions are tested.
    Conditions(ConditionsTested),
    /// An exact decision is made.
    Decision {
        /// The key of what is decided.
        what: &'static str,
        /// Which share of the budget is spent.
        spent: f64,
    },
}

/// Who is told of each step, many times a second, and may end it.
///
/// Where the order's search is ended, what was proved until then is kept; an ended decision, and all that would come after it, is left out.
#[derive(Clone)]
pub struct Supervisor(Rc<dyn Fn(Underway) -> ControlFlow<()>>);

impl Supervisor {
    /// A supervisor that is told by a call.
    pub fn new(tell: impl Fn(Underway) -> ControlFlow<()> + 'static) -> Self {
        Self(Rc::new(tell))
    }

    /// Nobody.
    pub fn nobody() -> Self {
        Self::new(|_| ControlFlow::Continue(()))
    }

    pub(super) fn tell(&self, step: Underway) -> ControlFlow<()> {
        (self.0)(step)
    }

    /// The same as the search for the order takes it.
    pub(super) fn of_conditions(&self) -> impl FnMut(ConditionsTested) -> ControlFlow<()> {
        let watch = self.clone();
        move |progress| watch.tell(Underway::Conditions(progress))
    }
}
