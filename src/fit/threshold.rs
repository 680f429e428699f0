//! Sequential thresholding: small coefficients of a dictionary are set to zero, the others fitted again (Brunton, Proctor & Kutz 2016).

use super::fit_error::FitError;
use super::model::Model;
use super::progress::Outcome;

/// A fit from a start, with some parameters frozen at their values.
pub type Refit<'a> = dyn FnMut(Vec<f64>, Option<&[bool]>) -> Result<Outcome, FitError> + 'a;

/// Fits with `fit(start, frozen)`, freezes every coefficient below `threshold` in magnitude at zero, and fits again until no more
/// fall below it. The last outcome with the iterations and the history of all, and which parameters are frozen.
///
/// Errors as `fit` does.
pub fn sequential(model: &Model, start: Vec<f64>, threshold: f64, fit: &mut Refit<'_>) -> Result<(Outcome, Vec<bool>), FitError> {
    let mut frozen = vec![false; model.parameter_count()];
    let mut outcome = fit(start, None)?;
    loop {
        let mut fell = false;
        for (value, frozen) in outcome.parameters.iter_mut().zip(&mut frozen) {
            if value.abs() < threshold {
                fell |= !*frozen;
                *frozen = true;
                *value = 0.0;
            }
        }
        if !fell || outcome.stop == super::progress::Stop::Interrupted {
            return Ok((outcome, frozen));
        }
        let before = outcome;
        outcome = fit(before.parameters, Some(&frozen))?;
        outcome.iterations += before.iterations;
        outcome.history = [before.history, outcome.history].concat();
        outcome.trouble = outcome.trouble.or(before.trouble);
    }
}
