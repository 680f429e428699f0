//! The threads of the library's parallel loops: a pool of this process alone.
//!
//! The threads of rayon's global pool do not exist in a child that was forked from this process, and work that waits for them never ends
//! (`ProcessPoolExecutor` forks by default on Linux before Python 3.14). So every computation runs in a pool that knows its process, and
//! the first one in a child builds another.

use pyo3::PyResult;
use pyo3::exceptions::PyRuntimeError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex, PoisonError};

/// Stack of a worker: exact arithmetic recurses deeply.
const STACK: usize = 16 << 20;

/// The pool and the process that it belongs to. Locked only by threads that hold the interpreter's lock, so never at the moment of a fork.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The pool of this process. Call it with the interpreter's lock held.
///
/// Errors: `RuntimeError` where no thread can be started.
pub fn pool() -> PyResult<Arc<ThreadPool>> {
    let mut kept = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((owner, pool)) = kept.take() {
        if owner == process {
            *kept = Some((owner, Arc::clone(&pool)));
            return Ok(pool);
        }
        // Its threads stayed in the parent: nothing may wait for them, not even to end them.
        std::mem::forget(pool);
    }
    let built = ThreadPoolBuilder::new().stack_size(STACK).thread_name(|k| format!("lambdahat-{k}")).build();
    let pool = Arc::new(built.map_err(|error| PyRuntimeError::new_err(format!("cannot start the computation's threads: {error}")))?);
    *kept = Some((process, Arc::clone(&pool)));
    Ok(pool)
}

/// Leaves a pool to work that nobody waits for any more; the next computation gets another.
pub fn abandon() {
    *POOL.lock().unwrap_or_else(PoisonError::into_inner) = None;
}
