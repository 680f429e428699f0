//! How samples were read, and what looks odd in them, in sentences.

use super::number::{DIGITS, count, real};
use super::{Dialect, Say, duration};
use crate::data::{DataRemark, Differences, Hold, LeftOutColumn, Spacing, Stamps, Taken, TimeSource, TimeUnit, Trajectories};

/// Digits at most that tell two intervals apart.
const MOST_DIGITS: usize = 12;

/// Names that are listed before the rest is counted.
const MOST_NAMES: usize = 6;

impl Say for DataRemark {
    fn say(&self, to: Dialect) -> String {
        let tell = |column: &str| match to {
            Dialect::Terminal => format!("If it acts on the system from outside, add --input {column}."),
            Dialect::Python => format!("If it acts on the system from outside, give inputs=\"{column}\"."),
            Dialect::Page => format!("If it acts on the system from outside, call the column u:{column}."),
        };
        match self {
            Self::LooksHeld { column, values } => format!(
                "`{column}` keeps its value between jumps ({}), as inputs do; the other columns move. {}",
                count(*values, "value", "values"),
                tell(column)
            ),
            Self::LooksPeriodic { column, period } => {
                format!("`{column}` is exactly periodic (period {}), unlike the other columns. {}", real(*period, DIGITS), tell(column))
            }
            Self::FilledIn { column, cells } => format!(
                "`{column}` lies exactly on straight lines in {}: it was probably filled in, which changes the modes. Leave missing cells \
                 empty instead.",
                count(*cells, "place", "places")
            ),
            Self::LooksMissing { column, value, cells } => {
                let value = real(*value, 6);
                let advice = match to {
                    Dialect::Terminal => format!("If it stands for a missing value, add --missing {}.", value.replace('−', "-")),
                    Dialect::Python => format!("If it stands for a missing value, give missing={}.", value.replace('−', "-")),
                    Dialect::Page => "If it stands for a missing value, empty those cells.".into(),
                };
                format!("`{column}` is {value} in {}, far from all its other values. {advice}", count(*cells, "cell", "cells"))
            }
            Self::NoHeader { columns } => {
                format!("No line names the columns: they are called {}.", names(columns))
            }
            Self::Wrapped { column, turn, jumps } => {
                let turn = if *turn == std::f64::consts::TAU { "2π".to_owned() } else { real(*turn, 3) };
                format!(
                    "`{column}` jumps by a whole turn ({turn}) in {}: an angle that was wrapped, which no smooth field moves. Unwrap it (numpy.unwrap), \
                     or give its sine and cosine instead.",
                    count(*jumps, "place", "places")
                )
            }
            Self::DifferencesOf { column, of, kind, rows } => {
                let kind = match kind {
                    Differences::Central => "central",
                    Differences::Forward => "forward",
                    Differences::Backward => "backward",
                };
                let advice = match to {
                    Dialect::Terminal => format!("leave `{column}` out (--columns {of})"),
                    Dialect::Python | Dialect::Page => format!("leave `{column}` out"),
                };
                let ends = match rows {
                    0 => String::new(),
                    1 => " The row at the end, where they are one-sided, was left out.".into(),
                    rows => format!(" The {rows} rows at the ends, where they are one-sided, were left out."),
                };
                format!(
                    "`{column}` is made of {kind} differences of `{of}`, it is not the velocity: a model with d{of}/dt = {column} built in is \
                     biased even without an integrator. Measure the velocity, or {advice} and train with a hidden second state.{ends}"
                )
            }
            Self::LoneRows { trajectories: 1, first } => {
                format!("Trajectory `{first}` was left out: it has one row only, which shows no motion.")
            }
            Self::LoneRows { trajectories, first } => {
                format!("{trajectories} trajectories, `{first}` the first, were left out: they have one row each, which shows no motion.")
            }
            Self::DecimalCommas => "Commas were read as decimal points.".into(),
            Self::RepeatedRows { rows } => {
                format!(
                    "{} left out: {} the one before again.",
                    count(*rows, "row was", "rows were"),
                    if *rows == 1 { "it says" } else { "each says" }
                )
            }
        }
    }
}

/// Said while samples are read.
pub fn reading(source: &str) -> String {
    format!("Reading {source} …")
}

/// Said where a signal ends that.
pub fn stopped_reading(source: &str) -> String {
    format!("Stopped while reading {source}: nothing was examined.")
}

/// Said while the examination of samples goes on.
pub fn examining(source: &str) -> String {
    format!("Examining {source} … (Ctrl-C answers with what is settled so far)")
}

/// Said while it is worked out what methods learn.
pub fn predicting(source: &str) -> String {
    format!("Working out what fits to {source} learn … (Ctrl-C answers with what is settled so far)")
}

/// Work that was announced, so many seconds later.
pub fn still(line: &str, seconds: f64) -> String {
    format!("{line} [{}]", duration(seconds))
}

/// What was taken as time, state and input, and what is missing: `Time: date (dates), λ per day. State: x, y. Input: u (held).`
pub fn read_as(data: &Trajectories) -> String {
    let Taken { time, trajectory, left_out, .. } = data.taken();
    let mut parts = Vec::new();
    if let Some(time) = time_read(time, data.time_unit()) {
        parts.push(time);
    }
    if let Some(column) = trajectory {
        parts.push(format!("{} by `{column}`.", count(data.count(), "trajectory", "trajectories")));
    }
    parts.push(format!("State: {}.", names(data.variables())));
    if !data.inputs().is_empty() {
        let hold = if data.hold() == Hold::Zero { "held between samples" } else { "linear between samples" };
        parts.push(format!("Input: {} ({hold}).", names(data.inputs())));
    }
    let of = |constant: bool| -> Vec<String> {
        let told = left_out.iter().filter(|(name, why)| !name.is_empty() && *why != LeftOutColumn::Empty);
        told.filter(|(_, why)| (*why == LeftOutColumn::Constant) == constant).map(|(name, _)| name.clone()).collect()
    };
    let (chosen_away, constant) = (of(false), of(true));
    if !chosen_away.is_empty() {
        parts.push(format!("Left out: {}.", names(&chosen_away)));
    }
    if !constant.is_empty() {
        parts.push(format!("Left out because constant: {}.", names(&constant)));
    }
    if let Spacing::Uneven { shortest, longest, .. } = data.spacing() {
        let told = |digits: usize| (real(shortest, digits), real(longest, digits));
        let apart = (DIGITS..=MOST_DIGITS).map(told).find(|(a, b)| a != b).unwrap_or_else(|| told(MOST_DIGITS));
        parts.push(format!("Uneven times, {} to {} apart.", apart.0, apart.1));
    }
    let rows: usize = data.gaps().iter().filter_map(|gap| gap.missing).sum();
    let missing: Vec<String> = [(rows, "row", "rows"), (data.missing_cells(), "cell", "cells")]
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| count(n, one, many))
        .collect();
    if !missing.is_empty() {
        parts.push(format!("Missing: {}.", missing.join(" and ")));
    }
    parts.join(" ")
}

fn time_read(time: &TimeSource, unit: TimeUnit) -> Option<String> {
    let per = unit.name().map(|unit| format!(", λ per {unit}")).unwrap_or_default();
    match time {
        TimeSource::Given => None,
        TimeSource::Rows => Some(format!("No times{per}.")),
        TimeSource::Column { column, stamps, by_name } => {
            let column = if column.is_empty() { "the first column".into() } else { format!("`{column}`") };
            let meaning = match stamps {
                Stamps::Numbers if *by_name => String::new(),
                Stamps::Numbers => " (the first column)".into(),
                Stamps::Dates => " (dates)".into(),
                Stamps::CalendarMonths => " (calendar months)".into(),
                Stamps::Epoch { unit } => format!(" ({}s since 1970)", unit.name().unwrap_or("second")),
            };
            Some(format!("Time: {column}{meaning}{per}."))
        }
    }
}

fn names(names: &[String]) -> String {
    if names.len() <= MOST_NAMES {
        return names.join(", ");
    }
    format!("{}, … ({} columns)", names[..MOST_NAMES - 1].join(", "), names.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Reading;

    #[test]
    fn what_was_read_is_said() {
        let read = |text: &str| read_as(&Reading::default().parse(text.as_bytes(), "d").unwrap());
        assert_eq!(read("t,x,y\n0,1,2\n1,2,3\n"), "Time: `t`. State: x, y.");
        assert_eq!(
            read("date;run;x;u:valve\n2024-01-01;a;1;0\n2024-01-02;a;;1\n2024-01-05;a;3;0\n2024-01-01;b;2;1\n2024-01-02;b;1;1\n"),
            "Time: `date` (dates), λ per day. 2 trajectories by `run`. State: x. Input: valve (held between samples). Missing: 2 rows and 1 cell."
        );
        assert_eq!(read("when,x\n0,1\n1,2\n2.6,4\n"), "Time: `when` (the first column). State: x. Uneven times, 1 to 1.6 apart.");
        assert_eq!(
            read("timestamp,x\n1700000000000,1\n1700000060000,2\n1700000120000,4\n"),
            "Time: `timestamp` (milliseconds since 1970), λ per minute. State: x."
        );
    }
}
