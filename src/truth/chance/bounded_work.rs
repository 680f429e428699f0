//! How much work a search may do: counted, not timed, so that the answer is the same on every machine.

/// How much work a search may still do: about one unit a multiplication. Counted, not timed, so that the answer is the same on every machine.
///
/// None is left either where somebody has asked for the end.
#[derive(Clone, Copy)]
pub(crate) struct Effort<'a> {
    left: f64,
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Effort<'a> {
    pub fn new(work: f64, stopped: &'a dyn Fn() -> bool) -> Self {
        Self { left: work, stopped }
    }

    pub fn spend(&mut self, work: f64) {
        self.left -= work;
    }

    pub fn is_left(&self) -> bool {
        self.left > 0.0 && !(self.stopped)()
    }
}
