//! How many steps following a model takes: counted before the first of them, so that a file of a million substeps is told what it costs.

use super::repair_error::RepairError;
use crate::fit::ModelFile;
use crate::method::RungeKutta;

/// Products a second, about, where every evaluation of a field has its parameters and [`OVERHEAD`] of them.
const SPEED: f64 = 8e9;
/// What an evaluation costs besides.
const OVERHEAD: usize = 32;
/// States that are followed together at least, for one costs as much.
const LANES: usize = 8;

/// Errors where more than `most` steps, one after another, would be taken by this many states together; `advice` says what to do besides
/// looking at the file.
pub(super) fn bearable(
    file: &ModelFile,
    method: &RungeKutta,
    states: usize,
    steps: f64,
    most: f64,
    advice: &'static str,
) -> Result<(), RepairError> {
    if steps <= most {
        return Ok(());
    }
    let products = (states.max(LANES) * (file.learned.parameters.len() + OVERHEAD)) as f64;
    let hours = steps * method.stages() as f64 * products / SPEED / 3600.0;
    Err(RepairError::Long { substeps: file.substeps, steps, most, hours, advice })
}
