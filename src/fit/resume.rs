//! A training that goes on from a model file: what the file and the training have in common, and one fit from both.

use super::fit_error::FitError;
use super::method_record::MethodRecord;
use super::model_file::{DataRecord, ModelFile};
use super::step::LossForm;
use super::training::{Fit, Training};
use serde::Serialize;

/// Two intervals are the same up to this share.
const SAME_INTERVAL: f64 = 1e-12;

/// In which way the loss of a model file is another function than that of a training: as it was, and as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Difference {
    /// Another method, by its coefficients.
    Method {
        /// The file's.
        was: String,
        /// The training's.
        is: String,
    },
    /// Another sampling interval H.
    Interval {
        /// The file's.
        was: f64,
        /// The training's.
        is: f64,
    },
    /// Another number of substeps m.
    Substeps {
        /// The file's.
        was: u32,
        /// The training's.
        is: u32,
    },
    /// Stepped and residual form.
    Form {
        /// The file's.
        was: LossForm,
        /// The training's.
        is: LossForm,
    },
    /// Another loss.
    Loss {
        /// The file's.
        was: String,
        /// The training's.
        is: String,
    },
    /// Another L2 penalty.
    Ridge {
        /// The file's.
        was: f64,
        /// The training's.
        is: f64,
    },
    /// Another threshold of sparse models.
    Threshold {
        /// The file's.
        was: f64,
        /// The training's.
        is: f64,
    },
    /// Other samples.
    Data {
        /// The file's source.
        was: String,
        /// The training's.
        is: String,
    },
}

impl ModelFile {
    /// Errors where the file holds another class of models than is to be trained: its parameters would mean nothing.
    pub fn resumable(&self, training: &Training) -> Result<(), FitError> {
        let asked = training.model.to_string();
        if self.class == asked { Ok(()) } else { Err(FitError::OtherClass { file: self.class.clone(), asked }) }
    }

    /// In which ways the loss of this file is another function than that of a training on these data; empty where losses can be compared and
    /// the history goes on.
    pub fn differences(&self, training: &Training, data: &DataRecord) -> Vec<Difference> {
        let mut all = Vec::new();
        let record = self.coefficients.clone().or_else(|| self.method().ok().as_ref().map(MethodRecord::of));
        let same = match (self.through(), &training.through) {
            (None, None) => record.is_some_and(|record| record.same(&MethodRecord::of(&training.method))),
            (Some(old), Some(new)) => old.call == new.call && old.batch == new.batch,
            _ => false,
        };
        if !same {
            all.push(Difference::Method { was: self.method.clone(), is: training.name() });
        }
        let (interval, substeps) = (training.sampling.interval(), training.sampling.substeps());
        if (self.interval - interval).abs() > SAME_INTERVAL * self.interval {
            all.push(Difference::Interval { was: self.interval, is: interval });
        }
        if self.substeps != substeps {
            all.push(Difference::Substeps { was: self.substeps, is: substeps });
        }
        if self.form != training.form {
            all.push(Difference::Form { was: self.form, is: training.form });
        }
        let loss = training.loss.to_string();
        if self.compared != loss {
            all.push(Difference::Loss { was: self.compared.clone(), is: loss });
        }
        if let Some(settings) = &self.settings {
            if settings.ridge != training.ridge {
                all.push(Difference::Ridge { was: settings.ridge, is: training.ridge });
            }
            if settings.threshold != training.threshold {
                all.push(Difference::Threshold { was: settings.threshold, is: training.threshold });
            }
        }
        if self.data.hash != data.hash {
            all.push(Difference::Data { was: self.data.source.clone(), is: data.source.clone() });
        }
        all
    }

    /// A fit that began at this file's parameters, with the file's history before its own; where the file was better, its parameters. For a
    /// training whose loss is the file's ([`differences`](Self::differences) is empty).
    pub fn continued(self, mut fit: Fit, training: &Training) -> Fit {
        fit.iterations += self.iterations;
        fit.history = [self.history, fit.history].concat();
        // With a ridge or a threshold the loss alone does not say which is better; every optimizer begins at the file's parameters.
        if self.loss < fit.loss && training.ridge == 0.0 && training.threshold == 0.0 {
            fit.loss = self.loss;
            fit.learned = self.learned;
        }
        fit
    }
}
