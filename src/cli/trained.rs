//! What `repair` and `audit` start from: a model file, its method, and its data where they can be had.

use super::arguments;
use super::data_options::announced;
use super::failure::Failure;
use lambdahat::data::{Paths, Reading, Trajectories};
use lambdahat::dynamics::{Field, System};
use lambdahat::files::{read_bounded, read_regular};
use lambdahat::fit::{DataRecord, FitError, ModelFile, ModelSpec, Through};
use lambdahat::method::{Method, Sampling};
use lambdahat::repair::SampledField;
use lambdahat::truth::{ModesOptions, examine};
use lambdahat::words::number::real;
use std::path::{Path, PathBuf};

/// Options that say which model.
#[derive(clap::Args)]
pub struct TrainedArgs {
    /// A model file of `fit`, or values of a field trained elsewhere: columns x, …, f_x, … or JSON with variables, states, field
    #[arg(value_name = "MODEL.json|FIELD.csv")]
    pub model: PathBuf,
    /// Training data [default: those the model file names, if unchanged]
    #[arg(long, value_name = "DATA.csv")]
    pub data: Option<PathBuf>,
    /// Method of the training, if the model file does not hold it
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// For field values: sampling interval H of the training
    #[arg(long, short = 'H', value_name = "H", value_parser = arguments::positive)]
    interval: Option<f64>,
    /// For field values: integrator steps m per sampling interval
    #[arg(long, value_name = "m")]
    substeps: Option<u32>,
    /// For field values: the model to fit to them, as in `fit`
    #[arg(long = "model", value_name = "MODEL", value_parser = class)]
    class: Option<ModelSpec>,
}

fn class(text: &str) -> Result<ModelSpec, String> {
    text.parse().map_err(|error: lambdahat::fit::FitError| error.to_string())
}

/// A trained model with its method and data.
pub struct Trained {
    /// The file.
    pub file: ModelFile,
    /// The method of the training; the scheme of its call where that takes steps of its own.
    pub method: Method,
    /// That call.
    pub through: Option<Through>,
    /// The states, a path a trajectory; empty where they cannot be had.
    pub trajectories: Paths,
    /// The system, where the file names one.
    pub system: Option<System>,
    /// The samples, where they are from a file.
    data: Option<Trajectories>,
    /// How well the class meets a field that is known by its values.
    pub note: Option<String>,
}

impl Trained {
    /// Where the true field stands still: of a system all its equilibria, of samples those that they settle. `None` where neither is at hand, or none is settled.
    pub fn true_equilibria(&self) -> Option<Vec<Vec<f64>>> {
        if let Some(system) = &self.system {
            return Some(system.equilibria());
        }
        let found = examine(self.data.as_ref()?, &ModesOptions::default()).ok()?;
        let mut places: Vec<Vec<f64>> = Vec::new();
        for mode in found.modes.into_iter().filter(|mode| mode.settled && !mode.equilibrium.is_empty()) {
            if !places.contains(&mode.equilibrium) {
                places.push(mode.equilibrium);
            }
        }
        (!places.is_empty()).then_some(places)
    }
}

impl TrainedArgs {
    /// Reads everything.
    pub fn open(&self) -> Result<Trained, Failure> {
        let content = read_bounded(&self.model, LARGEST_MODEL).map_err(Failure::new)?;
        if let Ok(text) = std::str::from_utf8(&content)
            && let Some(field) = sampled(&self.model, text)?
        {
            return self.fitted(&field);
        }
        for (option, given) in
            [("--interval", self.interval.is_some()), ("--substeps", self.substeps.is_some()), ("--model", self.class.is_some())]
        {
            if given {
                return Err(Failure::new(format!(
                    "{option} is for values of a field; {} is a model file, which says it itself",
                    self.model.display()
                )));
            }
        }
        let fail = |error: FitError| Failure::new(format!("{}: {error}", self.model.display()));
        let file = ModelFile::parse_bytes(&content).map_err(fail)?;
        if let Some(range) = file.data.uneven {
            return Err(Failure::new(format!(
                "{}: it was trained at uneven times ({} to {} apart), each interval with a step of its own, but what is audited and repaired is one step size. \
                 `lambdahat check DATA` says what such a training learns; with enough substeps a training learns the field itself",
                self.model.display(),
                real(range.shortest, 4),
                real(range.longest, 4)
            )));
        }
        let through = if self.method.is_none() { file.through() } else { None };
        let method = match (&self.method, &through) {
            (Some(name), _) => {
                let method = arguments::method(name)?;
                file.verify_method(&method).map_err(fail)?;
                method
            }
            (None, Some(through)) => arguments::scheme(through.call.scheme)?,
            (None, None) => file.method().map_err(fail)?,
        };
        let system = named_system(&file.data.source).filter(|system| system.dimension() == file.learned.model.dimension());
        let (data, trajectories) = match &self.data {
            Some(path) => {
                let data = announced(&path.display().to_string(), || Reading::default().open(path))?;
                let even = data.require_even()?;
                let interval = even.interval();
                if (interval - file.interval).abs() > 1e-6 * file.interval {
                    return Err(Failure::new(format!(
                        "{}: its samples are {interval} apart, the model was trained on samples {} apart",
                        path.display(),
                        file.interval
                    )));
                }
                let paths = even.paths();
                let (found, expected) = (paths.dimension(), file.learned.model.dimension());
                if found != expected {
                    return Err(Failure::new(format!("{}: {found} variables, the model has {expected}", path.display())));
                }
                (Some(data), paths)
            }
            None => again(&file, system.as_ref()).unwrap_or_default(),
        };
        // A system file may have changed since; then it is not what the data are from.
        let same = |system: &System| System::file_path(&file.data.source).is_none() || again(&file, Some(system)).is_some();
        let system = system.filter(same);
        Ok(Trained { file, method, through, trajectories, system, data, note: None })
    }

    /// Values of a field, fitted.
    fn fitted(&self, field: &SampledField) -> Result<Trained, Failure> {
        let origin = self.model.display().to_string();
        let missing = |option: &str, what: &str| {
            Failure::new(format!("{origin} holds values of a field and does not say {what}; give it with {option}"))
        };
        let name = self
            .method
            .as_deref()
            .or(field.method.as_deref())
            .ok_or_else(|| missing("--method METHOD", "through which method it was trained"))?;
        if self.method.is_none()
            && let Some(path) = arguments::scheme_path(name)
        {
            // The file names it, not the user: a scheme file, not a device.
            read_regular(path, arguments::LARGEST_SCHEME).map_err(|error| Failure::new(format!("{origin}: its method: {error}")))?;
        }
        let method = arguments::method(name)?;
        let interval =
            self.interval.or(field.interval).ok_or_else(|| missing("--interval H", "how far apart the samples of its training were"))?;
        let class = self
            .class
            .clone()
            .ok_or_else(|| missing("--model MODEL", "which class of models to fit to it (linear, polynomial:5, rbf, …)"))?;
        let sampling = Sampling::new(interval, self.substeps.or(field.substeps).unwrap_or(1))?;
        let file = field.fitted(&origin, &class, &method, sampling)?;
        let squares = field.field.iter().flatten().map(|f| f * f).sum::<f64>() / (field.field.len() * field.variables.len()) as f64;
        let note = format!(
            "{class} meets the {} values of the field to {:.1e}, root mean square; they are of size {:.1e}",
            field.states.len() * field.variables.len(),
            file.loss.max(0.0).sqrt(),
            squares.sqrt()
        );
        let trajectories = Paths::of(&field.states.iter().map(|state| vec![state.clone()]).collect::<Vec<_>>())?;
        Ok(Trained { file, method, through: None, trajectories, system: None, data: None, note: Some(note) })
    }
}

/// The system that a model file names. A system file is read like a scheme file: a regular one of modest size, not a device.
fn named_system(source: &str) -> Option<System> {
    if let Some((path, _)) = System::file_path(source) {
        read_regular(Path::new(path), arguments::LARGEST_SCHEME).ok()?;
    }
    System::open(source).ok()
}

/// Values of a field, where the file holds them: a table, or a document that is no model file but has states.
fn sampled(path: &Path, content: &str) -> Result<Option<SampledField>, Failure> {
    let origin = path.display().to_string();
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        return Ok(Some(SampledField::from_csv(content, &origin)?));
    }
    let Ok(serde_json::Value::Object(document)) = serde_json::from_str(content) else { return Ok(None) };
    let field = document.get("format").is_none() && (document.contains_key("states") || document.contains_key("field"));
    if field { Ok(Some(SampledField::from_json(content, &origin)?)) } else { Ok(None) }
}

/// Bytes of a model file, or of a table of a field's values, at most.
pub const LARGEST_MODEL: u64 = 1 << 30;
/// Numbers of the training data that are made again, at most.
const MOST_NUMBERS: usize = 4_000_000;
/// Bytes of a data file a number, at most, and besides.
const BYTES: (u64, u64) = (64, 1 << 20);

/// Data made or read again: as they were read, where it was from a file, and as paths.
type Again = (Option<Trajectories>, Paths);

/// The data that the file names, if they can be had and have its hash. A name that comes from a file is trusted no further
/// than that: what is read is a regular file no larger than such data can be.
fn again(file: &ModelFile, system: Option<&System>) -> Option<Again> {
    let (data, paths) = match system {
        Some(system) => {
            let starts = if file.data.starts.is_empty() { system.default_starts() } else { file.data.starts.clone() };
            let samples = (file.data.samples / file.data.trajectories.max(1)).checked_sub(1).filter(|&n| n > 0)?;
            if starts.len() != file.data.trajectories || file.data.samples.saturating_mul(system.dimension()) > MOST_NUMBERS {
                return None;
            }
            (None, system.paths(&starts, file.interval, samples).ok()?)
        }
        None => {
            let columns = file.data.variables.len() as u64 + 2;
            let limit = (file.data.samples as u64).saturating_mul(columns).saturating_mul(BYTES.0).saturating_add(BYTES.1);
            let bytes = read_regular(Path::new(&file.data.source), limit).ok()?;
            let data = Reading::default().parse(&bytes, &file.data.source).ok()?;
            let paths = data.require_even().ok()?.paths();
            (Some(data), paths)
        }
    };
    (DataRecord::of(&file.data.source, &file.data.variables, &paths).hash == file.data.hash).then_some((data, paths))
}
