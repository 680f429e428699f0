//! Long work that Ctrl-C can leave.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often Python is asked whether a signal has come.
const POLL: Duration = Duration::from_millis(50);

/// Runs `work` without the interpreter's lock and looks for Ctrl-C while it runs. Where the user interrupts, `KeyboardInterrupt` is raised at
/// once; the thread that works is left to finish by itself, and its result is dropped.
///
/// Errors: `KeyboardInterrupt`; `RuntimeError` where the work panicked, which is a bug of the library.
pub fn interruptible<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(move || {
        // Nobody listens any more where the user has left.
        let _ = sender.send(work());
    })?;
    // Only this thread reads, but what leaves the interpreter's lock must be shareable.
    let receiver = Mutex::new(receiver);
    let wait = || receiver.lock().map_or(Err(RecvTimeoutError::Disconnected), |receiver| receiver.recv_timeout(POLL));
    loop {
        match py.detach(wait) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                let panic = thread.join().err();
                let words = panic
                    .as_ref()
                    .and_then(|p| p.downcast_ref::<String>().cloned().or_else(|| p.downcast_ref::<&str>().map(ToString::to_string)));
                return Err(PyRuntimeError::new_err(format!(
                    "a bug in lambdahat: {}",
                    words.unwrap_or_else(|| "the computation panicked".into())
                )));
            }
        }
    }
}
