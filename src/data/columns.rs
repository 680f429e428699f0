//! Which column is the time, which tells trajectories apart, which are states and which inputs.

use super::data_error::{DataError, DataProblem};
use super::reading::Reading;
use super::taken::LeftOutColumn;
use super::time_unit::without_unit;

/// Names of a time, in any case and with a unit behind them or without. `t` itself goes before `T`, which may be a temperature.
const TIMES: [&str; 8] = ["t", "time", "times", "date", "datetime", "timestamp", "epoch", "year"];
/// Names of a time where no column has one of those, in any case.
const COUNTED: [&str; 12] = ["day", "days", "hour", "hours", "minute", "minutes", "second", "seconds", "week", "weeks", "month", "months"];
/// What R calls a column without a name once the file is written and read again, and the number of a picture: an index.
const ROW_NAMES: [&str; 4] = ["rownames", "rowname", "row.names", "frame"];
/// Names of what tells trajectories apart, in any case; the first that occurs.
const TRAJECTORIES: [&str; 15] = [
    "trajectory",
    "traj",
    "run",
    "episode",
    "id",
    "subject",
    "trial",
    "experiment",
    "trajectory_id",
    "traj_id",
    "run_id",
    "episode_id",
    "subject_id",
    "trial_id",
    "experiment_id",
];
/// What an input's name may begin with.
const INPUT_PREFIX: &str = "u:";

/// What each column is.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub names: Vec<String>,
    /// The time; `None` where the file has none.
    pub time: Option<usize>,
    /// Whether the time was guessed because no column is named as one.
    pub guessed: bool,
    pub trajectory: Option<usize>,
    pub states: Vec<usize>,
    pub inputs: Vec<usize>,
    pub left_out: Vec<(usize, LeftOutColumn)>,
}

impl Columns {
    /// The name of a column, without the prefix of inputs.
    pub fn name(&self, k: usize) -> String {
        let name = &self.names[k];
        if self.inputs.contains(&k) { name.strip_prefix(INPUT_PREFIX).unwrap_or(name).trim().into() } else { name.clone() }
    }

    /// From the names in the header and what the user says of them; `with_guessed_trajectory` is false once the column that looked like
    /// trajectories turned out to number the rows.
    pub fn of(names: &[String], line: usize, reading: &Reading, origin: &str, with_guessed_trajectory: bool) -> Result<Self, DataError> {
        let fail = |column: usize, problem| DataError {
            line: Some(line),
            column: Some((column + 1, names.get(column).cloned().unwrap_or_default())),
            ..DataError::of(origin, problem)
        };
        let header = |problem| DataError { line: Some(line), ..DataError::of(origin, problem) };
        let last = names.len() - 1;
        for (k, name) in names.iter().enumerate() {
            if name.is_empty() && k != 0 && k != last {
                return Err(fail(k, DataProblem::Unnamed));
            }
            if !name.is_empty() && names[..k].contains(name) {
                return Err(fail(k, DataProblem::RepeatedName));
            }
        }
        let find = |wanted: &str| find(names, wanted).ok_or_else(|| header(no_such_column(names, wanted)));
        let mut left_out = Vec::new();
        let mut inputs: Vec<usize> = reading.inputs.iter().map(|name| find(name)).collect::<Result<_, _>>()?;
        inputs.extend((0..names.len()).filter(|k| names[*k].starts_with(INPUT_PREFIX)));
        inputs.sort_unstable();
        inputs.dedup();
        let chosen: Option<Vec<usize>> =
            reading.columns.as_ref().map(|columns| columns.iter().map(|name| find(name)).collect::<Result<_, _>>()).transpose()?;
        let is_free = |k: &usize| !inputs.contains(k) && !chosen.as_ref().is_some_and(|chosen| chosen.contains(k));

        let named =
            |words: &[&str]| words.iter().find_map(|word| (0..names.len()).find(|k| is_free(k) && names[*k].eq_ignore_ascii_case(word)));
        let trajectory = match &reading.trajectory {
            Some(name) => Some(find(name)?),
            None => named(&TRAJECTORIES[..1]).or_else(|| named(&TRAJECTORIES).filter(|_| with_guessed_trajectory)),
        };
        if !with_guessed_trajectory && reading.trajectory.is_none() {
            left_out.extend(named(&TRAJECTORIES).map(|k| (k, LeftOutColumn::RowNumber)));
        }

        let all_named = |words: &[&str]| -> Vec<usize> {
            (0..names.len())
                .filter(|k| is_free(k) && words.iter().any(|word| without_unit(&names[*k]).0.eq_ignore_ascii_case(word)))
                .collect()
        };
        let mut times = all_named(&TIMES);
        if times.is_empty()
            && reading.interval.is_none()
            && let [only] = all_named(&COUNTED)[..]
            && Some(only) != trajectory
        {
            times.push(only);
        }
        if times.iter().any(|k| without_unit(&names[*k]).0 == "t") {
            times.retain(|k| without_unit(&names[*k]).0 != "T");
        }
        let mut guessed = false;
        let time = match (&reading.time, reading.interval) {
            (Some(name), None) => {
                let time = find(name)?;
                left_out.extend(times.iter().filter(|k| **k != time).map(|k| (*k, LeftOutColumn::AnotherTime)));
                Some(time)
            }
            (Some(name), Some(_)) => return Err(fail(find(name)?, DataProblem::IntervalBesideTimes)),
            (None, Some(_)) => match times.first().filter(|_| chosen.is_none()) {
                Some(&time) => return Err(fail(time, DataProblem::IntervalBesideTimes)),
                None => None,
            },
            (None, None) => match times[..] {
                [] => {
                    guessed = true;
                    let time = (0..names.len()).find(|k| is_free(k) && Some(*k) != trajectory && !left_out.iter().any(|(l, _)| l == k));
                    Some(time.ok_or_else(|| header(DataProblem::NoTime))?)
                }
                [time] => Some(time),
                [first, second, ..] => return Err(fail(second, DataProblem::TwoTimes { first: first + 1 })),
            },
        };
        if (names[0].is_empty() || is_index(&names[0])) && time != Some(0) && trajectory != Some(0) {
            left_out.push((0, LeftOutColumn::RowNumber));
        }
        if last > 0 && names[last].is_empty() {
            left_out.push((last, LeftOutColumn::Empty));
        }
        let taken = |k: usize| Some(k) == time || Some(k) == trajectory || inputs.contains(&k) || left_out.iter().any(|(l, _)| *l == k);
        let rest: Vec<usize> = (0..names.len()).filter(|k| !taken(*k)).collect();
        let states: Vec<usize> = match chosen {
            Some(chosen) => {
                if let Some((_, &k)) = chosen.iter().enumerate().find(|(n, k)| chosen[..*n].contains(k)) {
                    return Err(fail(k, DataProblem::ChosenTwice));
                }
                if let Some(&k) = chosen.iter().find(|k| Some(**k) == time || Some(**k) == trajectory || inputs.contains(k)) {
                    return Err(fail(k, DataProblem::TwoRoles));
                }
                left_out.extend(rest.into_iter().filter(|k| !chosen.contains(k)).map(|k| (k, LeftOutColumn::NotChosen)));
                left_out.retain(|(k, _)| !chosen.contains(k));
                chosen
            }
            None => rest,
        };
        if states.is_empty() {
            return Err(header(DataProblem::NoState));
        }
        Ok(Self { names: names.to_vec(), time, guessed, trajectory, states, inputs, left_out })
    }
}

/// Whether this is what pandas or R calls a column without a name: an index that was written and read again.
fn is_index(name: &str) -> bool {
    ROW_NAMES.iter().any(|word| name.eq_ignore_ascii_case(word))
        || name.strip_prefix("Unnamed: ").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The column of this name: exactly, as an input's name without its prefix, or but for its case where only one is.
fn find(names: &[String], wanted: &str) -> Option<usize> {
    let wanted = wanted.trim();
    let bare = |name: &String| name.strip_prefix(INPUT_PREFIX).is_some_and(|rest| rest.trim() == wanted);
    names.iter().position(|name| name == wanted).or_else(|| names.iter().position(bare)).or_else(|| {
        let mut alike = (0..names.len()).filter(|k| names[*k].eq_ignore_ascii_case(wanted));
        alike.next().filter(|_| alike.next().is_none())
    })
}

fn no_such_column(names: &[String], wanted: &str) -> DataProblem {
    DataProblem::NoSuchColumn { name: wanted.trim().into(), columns: names.iter().filter(|n| !n.is_empty()).cloned().collect() }
}
