//! A trained model on disk: one JSON document that holds everything needed to use it, to check it, and to train it further.

use super::fit_error::FitError;
use super::loss::Loss;
use super::method_record::{self, MethodRecord};
use super::model::Learned;
use super::progress::Stop;
use super::step::LossForm;
use super::through::{Batch, StepDerivatives, Through};
use super::training::{Fit, Optimiser, Training};
use crate::data::Paths;
use crate::loops::Call;
use crate::method::Method;
use serde::{Deserialize, Deserializer, Serialize};

/// What the file calls itself.
pub(super) const FORMAT: &str = "lambdahat-model";
/// The version that this program writes, and the only one that it reads.
pub(super) const VERSION: u64 = 1;

/// The samples that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with source, hash, trajectories, samples and variables")]
pub struct DataRecord {
    /// A file's name, or a system's with its parameters.
    pub source: String,
    /// FNV-1a (64 bits) of the samples' bits and of those of uneven times, in hexadecimal.
    pub hash: String,
    /// How many trajectories.
    pub trajectories: usize,
    /// How many samples in all.
    pub samples: usize,
    /// Names of the variables.
    pub variables: Vec<String>,
    /// How far apart the samples are, where their times are uneven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uneven: Option<IntervalRange>,
    /// Where the trajectories of a built-in system start, so that they can be made again; empty for files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<Vec<f64>>,
}

/// Intervals of different length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with shortest and longest")]
pub struct IntervalRange {
    /// The shortest.
    pub shortest: f64,
    /// The longest.
    pub longest: f64,
}

impl DataRecord {
    /// The record of these paths.
    pub fn of(source: &str, variables: &[String], paths: &Paths) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut eat = |word: u64| {
            for byte in word.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for path in paths.iter() {
            eat(path.len() as u64);
            path.as_flat().iter().chain(path.times()).for_each(|x| eat(x.to_bits()));
        }
        Self {
            source: source.to_owned(),
            hash: format!("{hash:016x}"),
            trajectories: paths.count(),
            samples: paths.samples(),
            variables: variables.to_vec(),
            uneven: paths.spread().map(|[shortest, _, longest]| IntervalRange { shortest, longest }),
            starts: Vec::new(),
        }
    }

    /// The record with the starts of these paths.
    pub fn with_starts(mut self, paths: &Paths) -> Self {
        self.starts = paths.starts().map(<[f64]>::to_vec).collect();
        self
    }
}

/// Samples that no computer holds.
const MOST_SAMPLES: usize = 1_000_000_000;

impl DataRecord {
    /// Whether there can be such data of `d` variables: asked of files that come from outside.
    pub(super) fn possible(&self, d: usize) -> Result<(), String> {
        if self.samples > MOST_SAMPLES || self.trajectories > self.samples {
            return Err(format!("its data have {} samples in {} trajectories, which cannot be", self.samples, self.trajectories));
        }
        if let Some(IntervalRange { shortest, longest }) = self.uneven
            && !(shortest > 0.0 && shortest <= longest && longest.is_finite())
        {
            return Err(format!("its data have intervals from {shortest} to {longest}, which cannot be"));
        }
        if self.starts.iter().any(|start| start.len() != d || start.iter().any(|x| !x.is_finite())) {
            return Err(format!("a start of its data is not {d} finite numbers"));
        }
        Ok(())
    }
}

/// What else the optimiser was told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with rate, target, spread, ridge and threshold")]
pub struct Settings {
    /// Iterations at most, where a number was given.
    pub iterations: Option<usize>,
    /// Adam's first rate.
    pub rate: f64,
    /// The loss at which to stop.
    pub target: f64,
    /// The standard deviation of the start.
    pub spread: f64,
    /// Added to the sum of squares times |θ|².
    pub ridge: f64,
    /// Coefficients below it were set to zero.
    pub threshold: f64,
}

impl Settings {
    /// Whether an optimiser can have been told so: asked of files that come from outside.
    pub(super) fn possible(&self) -> Result<(), String> {
        let positive = [("rate", self.rate), ("spread", self.spread)].into_iter().find(|(_, x)| !(*x > 0.0 && x.is_finite()));
        let rest = [("target", self.target), ("ridge", self.ridge), ("threshold", self.threshold)];
        let negative = rest.into_iter().find(|(_, x)| !(*x >= 0.0 && x.is_finite()));
        match positive.or(negative) {
            Some((name, value)) => Err(format!("its settings hold the {name} {value}, which cannot be")),
            None => Ok(()),
        }
    }
}

/// How a library's call was used in a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with batch and derivatives")]
pub struct ThroughRecord {
    /// Which starts shared their steps.
    pub batch: Batch,
    /// How step sizes entered derivatives.
    pub derivatives: StepDerivatives,
}

/// A trained model, how it was trained, and on what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    format: String,
    version: u64,
    /// The class, as in `--model`.
    pub class: String,
    /// The method's name.
    pub method: String,
    /// The method's coefficients; files of older programs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coefficients: Option<MethodRecord>,
    /// The scheme file of the method, whole, where the catalogue does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// How the call was used, where the method is a library's call with steps of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<ThroughRecord>,
    /// H; of samples at uneven times the middle interval.
    pub interval: f64,
    /// m.
    pub substeps: u32,
    /// h = H/m; at uneven times each interval has its own.
    pub step: f64,
    /// Stepped or residual form.
    pub form: LossForm,
    /// The loss, as in `--loss`.
    pub compared: String,
    /// The data.
    pub data: DataRecord,
    /// What else the optimiser was told; files of older programs do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// The seed of the start.
    pub seed: u64,
    /// The optimiser that ran.
    pub optimiser: Optimiser,
    /// The mean square of the residuals.
    pub loss: f64,
    /// Iterations made, over all resumed runs.
    pub iterations: usize,
    /// Why the last run ended.
    pub stop: Stop,
    /// The last error at a point that was tried and left again, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The loss after each iteration.
    #[serde(deserialize_with = "finite_only")]
    pub history: Vec<f64>,
    /// The model and its parameters.
    pub learned: Learned,
    /// For a repaired model, the report of the repair: from which method, in which way, modes, drift and errors before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired: Option<serde_json::Value>,
}

/// A history without the entries that JSON has no number for.
fn finite_only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    Ok(Vec::<Option<f64>>::deserialize(deserializer)?.into_iter().flatten().collect())
}

impl ModelFile {
    /// The file of a finished fit.
    pub fn new(training: &Training, data: DataRecord, fit: Fit) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            class: training.model.to_string(),
            method: training.name(),
            coefficients: Some(MethodRecord::of(&training.method)),
            scheme: if training.through.is_some() { None } else { MethodRecord::scheme_of(&training.method) },
            through: training.through.as_ref().map(|t| ThroughRecord { batch: t.batch, derivatives: t.derivatives }),
            interval: training.sampling.interval(),
            substeps: training.sampling.substeps(),
            step: training.sampling.step().get(),
            form: training.form,
            compared: training.loss.to_string(),
            data,
            settings: Some(Settings {
                iterations: training.iterations,
                rate: training.rate,
                target: training.target,
                spread: training.spread,
                ridge: training.ridge,
                threshold: training.threshold,
            }),
            seed: fit.seed,
            optimiser: fit.optimiser,
            loss: fit.loss,
            iterations: fit.iterations,
            stop: fit.stop,
            trouble: fit.trouble,
            history: fit.history.into_iter().filter(|loss| loss.is_finite()).collect(),
            learned: fit.learned,
            repaired: None,
        }
    }

    /// The loss that residuals were compared by.
    pub fn loss_kind(&self) -> Result<Loss, FitError> {
        self.compared.parse()
    }

    /// The method of the training: the scheme that the file holds, else the catalogue's of that name, its coefficients compared with
    /// the recorded ones. Errors where there is none or it is another.
    pub fn method(&self) -> Result<Method, FitError> {
        method_record::method(&self.method, self.scheme.as_deref(), self.coefficients.as_ref())
    }

    /// The library's call with steps of its own that the model was trained through, where its method is one.
    pub fn through(&self) -> Option<Through> {
        let call: Call = self.method.parse().ok().filter(|call: &Call| !call.is_one_step_a_sample())?;
        let usual = Through::new(call);
        Some(self.through.map_or(usual.clone(), |t| Through { batch: t.batch, derivatives: t.derivatives, ..usual }))
    }

    /// Errors where `method` has other coefficients than the method of the training.
    pub fn verify_method(&self, method: &Method) -> Result<(), FitError> {
        method_record::verify(method, &self.method, self.coefficients.as_ref())
    }

    /// The document. Errors never happen for a file that came from [`new`](Self::new) or [`parse`](Self::parse).
    pub fn to_json(&self) -> Result<String, FitError> {
        serde_json::to_string(self).map(|text| text + "\n").map_err(|error| FitError::File(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::unwatched;
    use crate::method::{Sampling, catalog};

    fn file(class: &str) -> ModelFile {
        let data = Paths::of(&[(0..8).map(|i| vec![f64::from(i).cos(), f64::from(i).sin()]).collect()]).expect("finite");
        let method = catalog::find("heun2").expect("in the catalogue");
        let mut training = Training::new(class.parse().expect("a model"), method, Sampling::new(0.5, 2).expect("positive"));
        training.iterations = Some(3);
        let fit = training.prepare(&data).expect("fits").fit(7, None, &mut unwatched).expect("finite");
        ModelFile::new(&training, DataRecord::of("test", &["x".into(), "y".into()], &data), fit)
    }

    #[test]
    fn every_class_survives_the_disk_to_the_last_bit() {
        for class in ["linear", "affine", "polynomial:3", "sindy:2", "rbf:5", "mlp:4x3:softplus"] {
            let file = file(class);
            let read = ModelFile::parse(&file.to_json().expect("writes")).expect("reads");
            assert_eq!(read, file, "{class}");
        }
    }

    #[test]
    fn files_of_older_programs_are_still_read() {
        let file = file("mlp:3");
        let mut value: serde_json::Value = serde_json::from_str(&file.to_json().expect("writes")).expect("JSON");
        let object = value.as_object_mut().expect("an object");
        ["coefficients", "settings"].iter().for_each(|key| drop(object.remove(*key)));
        // A diverged training used to write its last loss as null.
        object["history"].as_array_mut().expect("a list").push(serde_json::Value::Null);
        let old = ModelFile::parse(&value.to_string()).expect("reads");
        assert_eq!((old.history.len(), &old.learned), (file.history.len(), &file.learned));
        assert_eq!(old.method().expect("the catalogue's").name(), "heun2");
        value["method"] = "nonesuch".into();
        assert!(ModelFile::parse(&value.to_string()).expect("reads").method().expect_err("unknown").to_string().contains("as the method"));
    }

    #[test]
    fn files_of_another_kind_are_told() {
        let text = file("mlp:3").to_json().expect("writes");
        let told = |text: &str, word: &str| {
            let error = ModelFile::parse(text).expect_err("must fail").to_string();
            assert!(error.contains(word), "{error}");
        };
        told(&text[..text.len() / 2], "cut short");
        told(&text.replace("\"version\":1", "\"version\":2"), "version 2");
        told(&text.replace("\"version\":1", "\"version\":1.5"), "version 1.5");
        let cut = [&text.as_bytes()[..40], "é".as_bytes()].concat();
        let error = ModelFile::parse_bytes(&cut[..cut.len() - 1]).expect_err("must fail").to_string();
        assert!(error.contains("cut short"), "{error}");
        told(&text.replace("lambdahat-model", "other"), "not a model");
        told("[1, 2]", "not a model");
        let at = text.find("\"learned\":").expect("a field");
        let odd = format!("{}\"learned\":3,\"repaired\":null}}", &text[..at]);
        told(&odd, "expected an object with model and parameters at line 1 column");
        // What no training leaves behind.
        told(&text.replacen("\"loss\":", "\"loss\":-", 1), "its loss is -");
        told(&text.replacen("\"rate\":", "\"rate\":-", 1), "the rate -0.003");
        told(&text.replacen("\"samples\":", "\"samples\":4294967295", 1), "samples in 1 trajectories");
        told("nonsense", "not JSON");
        told(&text.replacen("\"inputs\":2", "\"inputs\":5", 1), "inconsistent");
        told(&text.replacen("\"parameters\":[", "\"parameters\":[1.5,", 1), "parameters");
        told(&text.replacen("\"interval\":0.5", "\"interval\":-1.0", 1), "interval");
        // Fields that contradict each other.
        told(&text.replacen("\"class\":\"mlp:3\"", "\"class\":\"linear\"", 1), "its class is linear, its model is a network (mlp:3)");
        told(&text.replacen("\"step\":0.25", "\"step\":0.2", 1), "its step is 0.2");
        told(&text.replacen("\"form\":\"step\"", "\"form\":\"residual\"", 1), "its form is residual");
        told(&text.replacen("\"variables\":[\"x\",\"y\"]", "\"variables\":[\"x\"]", 1), "1 variables (x), its model has 2");
    }
}
