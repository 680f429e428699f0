//! Whether the fields of a model file say the same: files are written by programs and edited by hands.

use super::dictionary::PowerFamily;
use super::features::Features;
use super::fit_error::FitError;
use super::model::Model;
use super::model_file::ModelFile;
use super::model_spec::ModelSpec;
use super::step::{LossForm, Step};
use crate::method::Sampling;

/// How far h may be from H/m, relative to it: a rounding.
const ROUNDING: f64 = 1e-12;

/// Errors where two fields of the file contradict each other, in words that name them.
pub(super) fn agree(file: &ModelFile) -> Result<(), FitError> {
    let fail = |what: String| Err(FitError::File(what));
    let model = &file.learned.model;
    if !is_of(model, &file.class) {
        return fail(format!("its class is {}, its model is {}", file.class, class_of(model)));
    }
    let sampling = Sampling::new(file.interval, file.substeps).map_err(|error| FitError::File(error.to_string()))?;
    let step = sampling.step().get();
    if (file.step - step).abs() > ROUNDING * step || !file.step.is_finite() {
        return fail(format!(
            "its step is {}, but its interval {} with {} substeps makes steps of {step}",
            file.step, file.interval, file.substeps
        ));
    }
    let (names, d) = (file.data.variables.len(), model.dimension());
    if names != d {
        return fail(format!("its data have {names} variables ({}), its model has {d}", file.data.variables.join(", ")));
    }
    // A method that is not known here is asked for with --method later.
    if let Ok(method) = file.method() {
        Step::new(&method, sampling, file.form).map_err(|error| {
            let form = if file.form == LossForm::Residual { "residual" } else { "step" };
            FitError::File(format!("its form is {form} and its method does not have it: {error}"))
        })?;
    }
    Ok(())
}

/// Whether a class, as in `--model`, has models of this structure.
fn is_of(model: &Model, class: &str) -> bool {
    let layers = model.layers();
    let single = |bias: bool| layers.len() == 1 && layers[0].bias == bias;
    match model.features() {
        // A repaired polynomial may be of a higher degree than can be asked for.
        Features::Polynomial(dictionary) => {
            let named = |name: &str| class == format!("{name}:{}", dictionary.degree());
            single(false) && (named("polynomial") || (named("sindy") && dictionary.family() == PowerFamily::Power))
        }
        Features::Gaussian(kernel) => {
            single(false) && matches!(class.parse(), Ok(ModelSpec::Gaussian(centres)) if kernel.count() <= centres)
        }
        Features::Identity => match class.parse() {
            Ok(ModelSpec::Linear) => single(false),
            Ok(ModelSpec::Affine) => single(true),
            Ok(ModelSpec::Perceptron(widths, activation)) => {
                let hidden = layers[..layers.len() - 1].iter().map(|layer| layer.outputs);
                hidden.eq(widths) && activation == model.activation() && layers.iter().all(|layer| layer.bias)
            }
            _ => false,
        },
    }
}

/// What a model's structure is, in words.
fn class_of(model: &Model) -> String {
    let layers = model.layers();
    match model.features() {
        Features::Polynomial(dictionary) => format!("a polynomial of degree {}", dictionary.degree()),
        Features::Gaussian(kernel) => format!("one of {} Gaussians", kernel.count()),
        Features::Identity if layers.len() == 1 => (if layers[0].bias { "affine" } else { "linear" }).to_owned(),
        Features::Identity => {
            let widths = layers[..layers.len() - 1].iter().map(|layer| layer.outputs).collect();
            format!("a network ({})", ModelSpec::Perceptron(widths, model.activation()))
        }
    }
}
