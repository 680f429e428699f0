//! What `repair` and `audit` start from: a model file, its method, and its data where they can be had.

use super::failure::Failure;
use super::{arguments, fit};
use lambdahat::data::{Reading, SPACING_TOLERANCE};
use lambdahat::dynamics::System;
use lambdahat::fit::{DataRecord, FitError, ModelFile};
use lambdahat::method::Method;
use std::path::PathBuf;

/// Options that say which model.
#[derive(clap::Args)]
pub struct TrainedArgs {
    /// A model file, as `fit -o` writes it
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
    /// The data of the training; left out, they are made again where the model file names a system, or read where it names a file that is still the same
    #[arg(long, value_name = "DATA.csv")]
    data: Option<PathBuf>,
    /// The training's method, where an older model file does not hold it and the catalogue does not have it
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
}

/// A trained model with its method and data.
pub struct Trained {
    /// The file.
    pub file: ModelFile,
    /// The method of the training.
    pub method: Method,
    /// The states, a list a trajectory; empty where they cannot be had.
    pub trajectories: Vec<Vec<Vec<f64>>>,
    /// The system, where the file names one.
    pub system: Option<System>,
}

impl TrainedArgs {
    /// Reads everything.
    pub fn open(&self) -> Result<Trained, Failure> {
        let file = fit::model_file(&self.model)?;
        let fail = |error: FitError| Failure::new(format!("{}: {error}", self.model.display()));
        let method = match &self.method {
            Some(name) => {
                let method = arguments::method(name)?;
                file.verify_method(&method).map_err(fail)?;
                method
            }
            None => file.method().map_err(fail)?,
        };
        let system = System::parse(&file.data.source).ok();
        let trajectories = match &self.data {
            Some(path) => {
                let data = Reading { spacing_tolerance: SPACING_TOLERANCE }.open(path)?;
                let interval = data.interval();
                if (interval - file.interval).abs() > 1e-6 * file.interval {
                    return Err(Failure::new(format!(
                        "{}: its samples are {interval} apart, the model was trained on samples {} apart",
                        path.display(),
                        file.interval
                    )));
                }
                let states: Vec<Vec<Vec<f64>>> = data.states().map(|t| t.map(<[f64]>::to_vec).collect()).collect();
                let (found, expected) = (states.iter().flatten().next().map_or(0, Vec::len), file.learned.model.dimension());
                if found != expected {
                    return Err(Failure::new(format!("{}: {found} variables, the model has {expected}", path.display())));
                }
                states
            }
            None => again(&file, system.as_ref()).unwrap_or_default(),
        };
        Ok(Trained { file, method, trajectories, system })
    }
}

/// The data that the file names, if they can be had and have its hash.
fn again(file: &ModelFile, system: Option<&System>) -> Option<Vec<Vec<Vec<f64>>>> {
    let states: Vec<Vec<Vec<f64>>> = match system {
        Some(system) => {
            let starts = system.default_starts();
            let samples = (file.data.samples / file.data.trajectories.max(1)).checked_sub(1).filter(|&n| n > 0)?;
            if starts.len() != file.data.trajectories {
                return None;
            }
            starts.iter().map(|start| system.trajectory(start, file.interval, samples)).collect::<Result<_, _>>().ok()?
        }
        None => {
            let data = Reading { spacing_tolerance: SPACING_TOLERANCE }.open(PathBuf::from(&file.data.source).as_path()).ok()?;
            data.states().map(|t| t.map(<[f64]>::to_vec).collect()).collect()
        }
    };
    (DataRecord::of(&file.data.source, &file.data.variables, &states).hash == file.data.hash).then_some(states)
}
