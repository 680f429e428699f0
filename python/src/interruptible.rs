//! Long work that Ctrl-C can leave.

use crate::pool::{abandon, pool};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often Python is asked whether a signal has come.
const POLL: Duration = Duration::from_millis(50);

/// Set when the user has left; long work looks at it and ends.
#[derive(Clone, Default)]
pub struct Left(Arc<AtomicBool>);

impl Left {
    /// Whether nobody waits any more.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs `work` without the interpreter's lock and looks for Ctrl-C while it runs. Where the user interrupts, `KeyboardInterrupt` is raised at
/// once; what still works is left to finish by itself, and its result is dropped.
///
/// Errors: `KeyboardInterrupt`; `RuntimeError` where the work panicked, which is a bug of the library.
pub fn interruptible<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    interruptible_until(py, |_| work())
}

/// As [`interruptible`], for work that asks whether it may end.
///
/// Errors: the same.
pub fn interruptible_until<T: Send + 'static>(py: Python<'_>, work: impl FnOnce(Left) -> T + Send + 'static) -> PyResult<T> {
    let left = Left::default();
    let (sender, receiver) = channel();
    let watched = left.clone();
    pool()?.spawn(move || {
        // Nobody listens any more where the user has left.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(|| work(watched))));
    });
    // Only this thread reads, but what leaves the interpreter's lock must be shareable.
    let receiver = Mutex::new(receiver);
    let wait = || receiver.lock().map_or(Err(RecvTimeoutError::Disconnected), |receiver| receiver.recv_timeout(POLL));
    loop {
        match py.detach(wait) {
            Ok(result) => return result.map_err(|panic| bug(panic.as_ref())),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(signal) = py.check_signals() {
                    left.0.store(true, Ordering::Relaxed);
                    abandon();
                    return Err(signal);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Err(PyRuntimeError::new_err("a bug in lambdahat: the computation was lost")),
        }
    }
}

/// A panic in its own words.
fn bug(panic: &(dyn Any + Send)) -> PyErr {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    PyRuntimeError::new_err(format!("a bug in lambdahat: {}", words.unwrap_or("the computation panicked")))
}
