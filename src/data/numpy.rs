//! Arrays as numpy saves them: `.npy` and `.npz`, compressed or not.
//!
//! Format: numpy.lib.format, versions 1 to 3; an `.npz` file is a ZIP archive of `.npy` files.

use super::data_error::{DataError, DataProblem};
use super::reading::Reading;
use super::stamps::Stamps;
use super::taken::{LeftOutColumn, Taken, TimeSource};
use super::trajectories::Trajectories;
use super::trajectory::Trajectory;
use super::zip_archive::{self, Member, little};
use std::fmt::Write;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Names of the array of times.
const TIMES: [&str; 3] = ["t", "time", "times"];
/// Names of the array of inputs.
const INPUTS: [&str; 3] = ["u", "input", "inputs"];

/// Whether bytes are those of a `.npy` or `.npz` file.
pub(super) fn is_numpy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || bytes.starts_with(zip_archive::MAGIC)
}

/// An array of numbers, row by row.
struct Array {
    shape: Vec<usize>,
    values: Vec<f64>,
}

/// Reads one array of states (n × d, or trajectories × n × d), or an archive of arrays: `t` or `time`, `u` or `inputs`, and one more, the states.
pub(super) fn read(reading: &Reading, bytes: &[u8], origin: &str) -> Result<Trajectories, DataError> {
    let fail = |problem| DataError::of(origin, problem);
    let mut taken = Taken::default();
    // Whether the states were chosen by their array's name.
    let mut by_name = false;
    let (states, times, inputs) = if bytes.starts_with(MAGIC) {
        (Array::parse(bytes).map_err(fail)?, None, None)
    } else {
        let mut members = zip_archive::members(bytes).map_err(fail)?;
        if let Some(table) = table(&members).map_err(fail)? {
            return reading.with_inputs_of(&members).parse(table.as_bytes(), origin);
        }
        let named = |array: &String| reading.columns.as_ref().is_some_and(|columns| columns.contains(array));
        let several = members.iter().filter(|array| named(&array.name)).count() > 1;
        by_name = members.iter().any(|array| named(&array.name));
        let mut take = |names: &[&str], asked: Option<&str>| {
            let is = |name: &str| asked.map_or_else(|| names.iter().any(|n| n.eq_ignore_ascii_case(name)), |asked| asked == name);
            let place = members.iter().position(|array| is(&array.name))?;
            Some(members.remove(place))
        };
        let times = take(&TIMES, reading.time.as_deref());
        let inputs = take(&INPUTS, reading.inputs.first().map(String::as_str));
        let chosen = reading.columns.as_ref().and_then(|c| c.first()).filter(|_| by_name);
        let states = match chosen {
            Some(_) if several => None,
            Some(name) => take(&[], Some(name)),
            None if members.len() == 1 => members.pop(),
            None => None,
        };
        let names: Vec<String> = members.iter().map(|array| array.name.clone()).collect();
        let Some(states) = states else { return Err(fail(DataProblem::NumpyArrays { names })) };
        taken.left_out = names.into_iter().map(|name| (name, LeftOutColumn::NotChosen)).collect();
        if let Some(column) = &times {
            taken.time = TimeSource::Column { column: column.name.clone(), stamps: Stamps::Numbers, by_name: true };
        }
        let parse = |member: Option<Member>| member.map(|array| Array::parse(&array.bytes)).transpose();
        (Array::parse(&states.bytes).map_err(fail)?, parse(times).map_err(fail)?, parse(inputs).map_err(fail)?)
    };
    let (count, rows, d) = match states.shape[..] {
        [n] => (1, n, 1),
        [n, d] => (1, n, d),
        [count, n, d] => (count, n, d),
        _ => return Err(fail(DataProblem::NumpyShape { shape: states.shape })),
    };
    if count * rows * d == 0 {
        return Err(fail(DataProblem::Empty));
    }
    let p = match &inputs {
        Some(u) if u.values.len().is_multiple_of(count * rows) => u.values.len() / (count * rows),
        Some(u) => return Err(fail(DataProblem::NumpyLengths { name: "inputs".into(), found: u.values.len(), samples: count * rows })),
        None => 0,
    };
    let times_of = |k: usize| -> Result<Vec<f64>, DataError> {
        match (&times, reading.interval) {
            (Some(_), Some(_)) => Err(fail(DataProblem::IntervalBesideTimes)),
            (Some(t), None) if t.values.len() == rows => Ok(t.values.clone()),
            (Some(t), None) if t.values.len() == count * rows => Ok(t.values[k * rows..(k + 1) * rows].to_vec()),
            (Some(t), None) => Err(fail(DataProblem::NumpyLengths { name: "times".into(), found: t.values.len(), samples: rows })),
            (None, Some(interval)) => Ok((0..rows).map(|n| n as f64 * interval).collect()),
            (None, None) => Err(fail(DataProblem::NumpyWithoutTimes)),
        }
    };
    if times.is_none() {
        taken.time = TimeSource::Rows;
    }
    let mut trajectories = Vec::with_capacity(count);
    for k in 0..count {
        let label = (count > 1).then(|| k.to_string());
        let of_states = states.values[k * rows * d..(k + 1) * rows * d].to_vec();
        let of_inputs = inputs.as_ref().map_or_else(Vec::new, |u| u.values[k * rows * p..(k + 1) * rows * p].to_vec());
        trajectories.push(Trajectory::at(label, times_of(k)?, of_states).with_inputs(of_inputs));
    }
    let chosen = reading.columns.as_deref().filter(|_| !by_name);
    let (names, trajectories) = selected(numbered("x", d), chosen, trajectories).map_err(fail)?;
    if let Some(name) = &reading.trajectory {
        return Err(fail(DataProblem::NoSuchColumn { name: name.as_str().into(), columns: names }));
    }
    let data = Trajectories::with_times(origin, names, numbered("u", p).into_iter().take(p).collect(), trajectories)?;
    Ok(data.with_hold(reading.hold).with_time_unit(reading.time_unit.unwrap_or_default()).with_taken(taken).inspected())
}

/// x for one column, x1, x2, … for several.
fn numbered(letter: &str, n: usize) -> Vec<String> {
    if n == 1 { vec![letter.into()] } else { (1..=n).map(|k| format!("{letter}{k}")).collect() }
}

/// The columns of these names, in their order; all of them where none are chosen.
fn selected(
    names: Vec<String>,
    chosen: Option<&[String]>,
    trajectories: Vec<Trajectory>,
) -> Result<(Vec<String>, Vec<Trajectory>), DataProblem> {
    let Some(chosen) = chosen else { return Ok((names, trajectories)) };
    let mut places: Vec<usize> = Vec::with_capacity(chosen.len());
    for wanted in chosen {
        let place = names.iter().position(|name| name == wanted.trim());
        let place = place.ok_or_else(|| DataProblem::NoSuchColumn { name: wanted.trim().into(), columns: names.clone() })?;
        if places.contains(&place) {
            return Err(DataProblem::ChosenTwice);
        }
        places.push(place);
    }
    let of = |trajectory: &Trajectory| {
        let states = trajectory.states().chunks_exact(names.len()).flat_map(|x| places.iter().map(|k| x[*k])).collect();
        Trajectory::at(trajectory.label.clone(), trajectory.times().to_vec(), states).with_inputs(trajectory.inputs().to_vec())
    };
    Ok((places.iter().map(|k| names[*k].clone()).collect(), trajectories.iter().map(of).collect()))
}

/// The columns of an archive as a table of text, where each array is a column and there are several beside times and inputs; `None` for other archives.
fn table(members: &[Member]) -> Result<Option<String>, DataProblem> {
    let states = members.iter().filter(|array| ![&TIMES[..], &INPUTS[..]].concat().iter().any(|n| n.eq_ignore_ascii_case(&array.name)));
    if states.count() < 2 {
        return Ok(None);
    }
    let columns: Vec<Array> = members.iter().map(|array| Array::parse(&array.bytes)).collect::<Result<_, _>>()?;
    let rows = columns[0].values.len();
    if rows == 0 || columns.iter().any(|column| column.values.len() != rows || column.shape.iter().filter(|n| **n > 1).count() > 1) {
        return Ok(None);
    }
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut text = members.iter().map(|array| quoted(&array.name)).collect::<Vec<_>>().join(",");
    for row in 0..rows {
        text.push('\n');
        for (k, column) in columns.iter().enumerate() {
            let _ = write!(text, "{}{}", if k > 0 { "," } else { "" }, column.values[row]);
        }
    }
    Ok(Some(text))
}

impl Reading {
    /// The same where arrays by the names of inputs are inputs.
    fn with_inputs_of(&self, members: &[Member]) -> Self {
        let mut reading = self.clone();
        let named = members.iter().map(|array| &array.name).filter(|name| INPUTS.iter().any(|n| n.eq_ignore_ascii_case(name)));
        reading.inputs.extend(named.filter(|name| !self.inputs.contains(name)).cloned());
        reading
    }
}

impl Array {
    fn parse(bytes: &[u8]) -> Result<Self, DataProblem> {
        let broken = || DataProblem::NumpyBroken;
        let major = *bytes.strip_prefix(MAGIC).and_then(|rest| rest.first()).ok_or_else(broken)?;
        let (length, start) = if major == 1 {
            (usize::from(little::<2>(bytes, 8).map(u16::from_le_bytes).ok_or_else(broken)?), 10)
        } else {
            (little::<4>(bytes, 8).map(u32::from_le_bytes).ok_or_else(broken)? as usize, 12)
        };
        let header = bytes.get(start..start + length).and_then(|b| std::str::from_utf8(b).ok()).ok_or_else(broken)?;
        let value = |key: &str| Some(header.split_once(&format!("'{key}':"))?.1.trim_start());
        let kind = value("descr").and_then(|v| v.strip_prefix('\'')?.split('\'').next()).ok_or_else(broken)?;
        let by_columns = value("fortran_order").is_some_and(|v| v.starts_with("True"));
        let shape = value("shape").and_then(|v| v.strip_prefix('(')?.split(')').next()).ok_or_else(broken)?;
        let shape: Vec<usize> =
            shape.split(',').map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().map_err(|_| broken())).collect::<Result<_, _>>()?;
        let count = shape.iter().try_fold(1usize, |n, k| n.checked_mul(*k)).ok_or_else(broken)?;
        let body = &bytes[start + length..];
        let values = numbers(body, kind, count)?;
        let values = if by_columns { by_rows(&values, &shape) } else { values };
        Ok(Self { shape, values })
    }
}

/// The numbers of a type such as `<f8`.
fn numbers(body: &[u8], kind: &str, count: usize) -> Result<Vec<f64>, DataProblem> {
    let big = kind.starts_with('>');
    let base = kind.trim_start_matches(['<', '>', '|', '=']);
    fn all<const N: usize>(body: &[u8], count: usize, big: bool, number: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
        let bytes = body.get(..count.checked_mul(N)?)?;
        let ordered = |chunk: &[u8]| {
            let mut bytes = [0; N];
            bytes.copy_from_slice(chunk);
            if big {
                bytes.reverse();
            }
            number(bytes)
        };
        Some(bytes.chunks_exact(N).map(ordered).collect())
    }
    match base {
        "f8" => all(body, count, big, f64::from_le_bytes),
        "f4" => all(body, count, big, |b| f64::from(f32::from_le_bytes(b))),
        "i8" => all(body, count, big, |b| i64::from_le_bytes(b) as f64),
        "u8" => all(body, count, big, |b| u64::from_le_bytes(b) as f64),
        "i4" => all(body, count, big, |b| f64::from(i32::from_le_bytes(b))),
        "u4" => all(body, count, big, |b| f64::from(u32::from_le_bytes(b))),
        "i2" => all(body, count, big, |b| f64::from(i16::from_le_bytes(b))),
        "u2" => all(body, count, big, |b| f64::from(u16::from_le_bytes(b))),
        "i1" => all(body, count, big, |b| f64::from(i8::from_le_bytes(b))),
        "u1" | "b1" => all(body, count, big, |b: [u8; 1]| f64::from(b[0])),
        _ => return Err(DataProblem::NumpyType { found: kind.into() }),
    }
    .ok_or(DataProblem::NumpyBroken)
}

/// Values stored column by column, in rows.
fn by_rows(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = vec![1; shape.len()];
    for k in 1..shape.len() {
        strides[k] = strides[k - 1] * shape[k - 1];
    }
    let mut index = vec![0; shape.len()];
    (0..values.len())
        .map(|_| {
            let at: usize = index.iter().zip(&strides).map(|(i, s)| i * s).sum();
            for k in (0..shape.len()).rev() {
                index[k] += 1;
                if index[k] < shape[k] {
                    break;
                }
                index[k] = 0;
            }
            values[at]
        })
        .collect()
}
