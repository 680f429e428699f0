//! How samples are read from a file: the options that `predict`, `fit` and `check` share.

use super::failure::Failure;
use super::interrupt::Said;
use super::progress::ProgressLine;
use lambdahat::data::{Hold, Reading, TimeUnit, Trajectories};
use lambdahat::words::{reading, stopped_reading};
use std::io::Read;
use std::path::Path;

/// What `-` is called.
const STANDARD_INPUT: &str = "standard input";

/// Which columns of the file are what, and how its times are meant.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Reading the samples")]
pub struct DataOptions {
    /// Sampling interval H, of a system or of a file without times
    #[arg(long, short = 'H', value_name = "H", allow_hyphen_values = true, help_heading = None)]
    pub interval: Option<f64>,
    /// Column of times [default: t, time, date, …, else the first]
    #[arg(long, value_name = "COLUMN", requires = "data")]
    time: Option<String>,
    /// Columns of the state [default: all others]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', requires = "data")]
    columns: Option<Vec<String>>,
    /// Column that tells trajectories apart [default: trajectory, run, episode, id, …]
    #[arg(long, value_name = "COLUMN", requires = "data")]
    trajectory: Option<String>,
    /// Columns of inputs u in ẋ = f(x, u), besides those named u:NAME
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', requires = "data")]
    input: Vec<String>,
    /// Inputs between samples: held, or linear to the next [default: zero]
    #[arg(long, value_name = "HOLD", value_enum, requires = "data")]
    hold: Option<HoldName>,
    /// Unit of time: s, min, h, day, month, year, …
    #[arg(long, value_name = "UNIT", value_parser = unit, requires = "data")]
    time_unit: Option<TimeUnit>,
    /// Value that means missing, such as -999; may be repeated
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, requires = "data")]
    missing: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum HoldName {
    Zero,
    Linear,
}

/// Reads samples: on a terminal standard error says so once that takes a second, and a signal ends it with a word.
pub fn announced<T>(name: &str, read: impl FnOnce() -> T) -> T {
    let (_said, _progress) = (Said::at_the_end(stopped_reading(name)), ProgressLine::begin(reading(name)));
    read()
}

fn unit(text: &str) -> Result<TimeUnit, String> {
    TimeUnit::named(text).ok_or_else(|| {
        let names: Vec<&str> = TimeUnit::ALL.into_iter().filter_map(TimeUnit::name).collect();
        format!("write one of {}", names.join(", "))
    })
}

impl DataOptions {
    /// Reads the file, or standard input for `-`.
    ///
    /// Errors where it is said what inputs do and there are none.
    pub fn read(&self, path: &Path) -> Result<Trajectories, Failure> {
        let name = if path.as_os_str() == "-" { STANDARD_INPUT.to_owned() } else { path.display().to_string() };
        let data = announced(&name, || self.read_any(path))?;
        if self.hold.is_some() && data.inputs().is_empty() {
            return Err(Failure::new(
                "--hold says what inputs do between samples, and there are none; name their columns with --input, or leave it out",
            ));
        }
        Ok(data)
    }

    fn read_any(&self, path: &Path) -> Result<Trajectories, Failure> {
        let reading = self.reading();
        if path.as_os_str() != "-" {
            return reading.open(path).map_err(Failure::of_samples);
        }
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
        reading.parse(&bytes, STANDARD_INPUT).map_err(Failure::of_samples)
    }

    fn reading(&self) -> Reading {
        Reading {
            time: self.time.clone(),
            columns: self.columns.clone(),
            trajectory: self.trajectory.clone(),
            inputs: self.input.clone(),
            hold: if self.hold == Some(HoldName::Linear) { Hold::Linear } else { Hold::Zero },
            interval: self.interval,
            time_unit: self.time_unit,
            missing: self.missing.clone(),
        }
    }
}
