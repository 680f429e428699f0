//! Model files read, and checked: all parts of a file must fit together.

use super::features::Features;
use super::fit_error::FitError;
use super::method_record;
use super::model::Model;
use super::model_checks;
use super::model_file::{FORMAT, ModelFile, VERSION};

impl ModelFile {
    /// Reads a document as it lies on the disk. Errors as [`parse`](Self::parse) does, and where it is not UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) if error.error_len().is_none() => Err(FitError::File("it is cut short (within a character)".into())),
            Err(error) => Err(FitError::File(format!("it is not UTF-8 text (byte {})", error.valid_up_to()))),
        }
    }

    /// Reads a document, and checks that all its parts fit together.
    ///
    /// Errors where it is cut short, of another format or version, or inconsistent.
    pub fn parse(text: &str) -> Result<Self, FitError> {
        let fail = |what: String| Err(FitError::File(what));
        let value: serde_json::Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) if error.is_eof() => return fail(format!("it is cut short (line {}, column {})", error.line(), error.column())),
            Err(error) => return fail(format!("it is not JSON: {error}")),
        };
        if value.get("format").and_then(|f| f.as_str()) != Some(FORMAT) {
            return fail(format!("it is not a model of this program (no \"format\": \"{FORMAT}\")"));
        }
        match value.get("version") {
            Some(version) if version.as_u64() == Some(VERSION) => {}
            Some(other) => {
                return fail(format!(
                    "it is of version {other}, this program reads version {VERSION}; train it again with `lambdahat fit`"
                ));
            }
            None => return fail("it has no version".into()),
        }
        // From the text again: its errors name the line and the column.
        let file: Self = serde_json::from_str(text).or_else(|error| fail(error.to_string()))?;
        file.learned.model.consistent().map_err(|what| FitError::File(format!("its model is inconsistent: {what}")))?;
        let expected = file.learned.model.parameter_count();
        if file.learned.parameters.len() != expected {
            return fail(format!("it has {} parameters, its model has {expected}", file.learned.parameters.len()));
        }
        let finite = file.learned.parameters.iter().all(|p| p.is_finite()) && file.loss.is_finite();
        if !finite {
            return fail("a parameter or the loss is not finite".into());
        }
        if file.loss < 0.0 {
            return fail(format!("its loss is {}, a mean of squares", file.loss));
        }
        if let Some(settings) = &file.settings {
            settings.possible().map_err(FitError::File)?;
        }
        file.data.possible(file.learned.model.dimension()).map_err(FitError::File)?;
        if !(file.interval > 0.0 && file.interval.is_finite() && file.substeps > 0) {
            return fail(format!("interval {} with {} substeps", file.interval, file.substeps));
        }
        file.loss_kind()?;
        if let Some(text) = &file.scheme {
            method_record::method(&file.method, Some(text), file.coefficients.as_ref())?;
        }
        model_checks::agree(&file)?;
        Ok(file)
    }
}

impl Model {
    /// Whether the layers, the features and the dimension fit together: asked of models that come from outside.
    fn consistent(&self) -> Result<(), String> {
        let d = self.dimension();
        if d == 0 || self.layers().is_empty() {
            return Err("no variables or no layers".into());
        }
        match self.features() {
            Features::Identity => {}
            Features::Polynomial(dictionary) => dictionary.consistent(d)?,
            Features::Gaussian(kernel) => kernel.consistent(d)?,
        }
        let mut inputs = self.features().count(d);
        for (l, layer) in self.layers().iter().enumerate() {
            if layer.inputs != inputs || layer.outputs == 0 || layer.outputs > 1 << 20 {
                return Err(format!("layer {} takes {} and gives {}, it is given {inputs}", l + 1, layer.inputs, layer.outputs));
            }
            inputs = layer.outputs;
        }
        if inputs == d { Ok(()) } else { Err(format!("the last layer gives {inputs} components of {d}")) }
    }
}
