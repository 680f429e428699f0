//! The samples that `fit` and `check` train on: a file, or trajectories of a named system.

use super::data_options::DataOptions;
use super::defaults;
use super::failure::Failure;
use super::output;
use lambdahat::data::{Paths, Trajectories, Trajectory};
use lambdahat::dynamics::{DynamicsError, Field, System};
use lambdahat::words::{Dialect, Say};
use std::path::PathBuf;

/// Options that say what to train on.
#[derive(clap::Args)]
pub struct SampleArgs {
    /// Samples at even or uneven times, `-` for standard input [default: a damped oscillator]
    #[arg(value_name = "DATA.csv")]
    pub data: Option<PathBuf>,
    /// A system instead of data: NAME (`lambdahat systems`) or a FILE.toml, then :parameter=value,…
    #[arg(long, value_name = "SYSTEM", conflicts_with = "data")]
    system: Option<String>,
    #[command(flatten)]
    reading: DataOptions,
    /// For a system: samples after the start of each trajectory
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "data")]
    samples: usize,
    /// For a system: start of a trajectory, as 1.5,1; may be repeated
    #[arg(long, value_name = "X,Y,…", conflicts_with = "data", allow_hyphen_values = true)]
    start: Vec<String>,
}

/// Checked samples, and the system that they are from where that is known.
pub struct Samples {
    /// As `data` keeps them.
    pub data: Trajectories,
    /// H, the time between two samples; the middle interval of uneven times.
    pub interval: f64,
    /// Its states; trajectories with gaps are split there.
    pub paths: Paths,
    /// The system.
    pub system: Option<System>,
}

impl SampleArgs {
    /// What is said of where the samples are from.
    pub fn name(&self) -> String {
        let file = self.data.as_ref().map(|path| path.display().to_string());
        file.or_else(|| self.system.clone()).unwrap_or_else(|| defaults::SYSTEM.to_owned())
    }

    /// Reads the file, or follows the system. What is left out of a file is said on standard error.
    pub fn samples(&self) -> Result<Samples, Failure> {
        if let Some(path) = &self.data {
            let data = self.reading.read(path)?;
            without_inputs(&data)?;
            for remark in data.taken().remarks.iter().filter(|remark| remark.leaves_out()) {
                output::note(remark.say(Dialect::Terminal));
            }
            let (interval, paths) = (data.spacing().typical(), data.paths()?);
            return Ok(Samples { data, interval, paths, system: None });
        }
        let system = System::open(self.system.as_deref().unwrap_or(defaults::TRAINED_SYSTEM))?;
        let interval = self.reading.interval.unwrap_or_else(|| system.default_interval());
        let starts: Vec<Vec<f64>> = match self.start.as_slice() {
            [] if system.default_starts().is_empty() => {
                return Err(Failure::new(format!("the system `{}` states no starts; give one with --start", system.name())));
            }
            [] => system.default_starts(),
            given => given.iter().map(|text| start(text)).collect::<Result<_, _>>()?,
        };
        if self.samples == 0 || self.samples > 10_000_000 {
            return Err(Failure::new(format!("--samples {}: give a number from 1 to 10000000", self.samples)));
        }
        let variables = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
        let from = |start: &Vec<f64>| Ok(Trajectory::new(None, 0.0, &system.trajectory(start, interval, self.samples)?));
        let trajectories = starts.iter().map(from).collect::<Result<_, DynamicsError>>()?;
        let mut source = system.address().to_owned();
        for (k, (key, value)) in system.parameters().enumerate() {
            source.push_str(&format!("{}{key}={value}", if k == 0 { ":" } else { "," }));
        }
        let data = Trajectories::new(source, variables, interval, trajectories)?;
        let paths = data.paths()?;
        Ok(Samples { data, interval, paths, system: Some(system) })
    }
}

/// Models are fields of the state alone.
fn without_inputs(data: &Trajectories) -> Result<(), Failure> {
    match data.inputs() {
        [] => Ok(()),
        [first, ..] => Err(Failure::new(format!(
            "{}: the column `{first}` is an input, but the models here are fields of the state alone; `predict` takes inputs",
            data.source()
        ))),
    }
}

fn start(text: &str) -> Result<Vec<f64>, Failure> {
    let fail = || Failure::new(format!("--start `{text}`: write the components like 1.5,1"));
    text.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(fail)).collect()
}
