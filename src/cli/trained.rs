//! What `repair` and `audit` start from: a model file, its method, and its data where they can be had.

use super::failure::Failure;
use super::{arguments, fit};
use lambdahat::data::{Reading, SPACING_TOLERANCE};
use lambdahat::dynamics::{Field, System};
use lambdahat::fit::{DataRecord, ModelFile};
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
    /// The scheme file of the training's method, where the catalogue does not have it
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
        let name = self.method.as_deref().unwrap_or(&file.method);
        let method = arguments::method(name).map_err(|failure| match (failure, &self.method) {
            (Failure::Message(message), None) => Failure::new(format!(
                "{}: its method is not in the catalogue ({message}); give the scheme file with --method",
                self.model.display()
            )),
            (failure, _) => failure,
        })?;
        let system = System::parse(&file.data.source).ok().filter(|system| system.dimension() == file.learned.model.dimension());
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
            let starts = if file.data.starts.is_empty() { system.default_starts() } else { file.data.starts.clone() };
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
