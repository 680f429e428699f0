//! Time stamps: numbers, dates, seconds since 1970.
//!
//! Large whole numbers lose digits in f64: they are counted from the first stamp before they become floating-point numbers. The last
//! digit to which stamps are given is kept, since times are even or not within it.

use super::calendar::{Moment, month_numbers};
use super::data_error::DataProblem;
use super::time_unit::{TimeUnit, without_unit};
use serde::{Deserialize, Serialize};

/// Stamps from this size on are counted from the first one.
const LARGE: f64 = 1e8;

/// What the stamps of a time column were read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Stamps {
    /// Numbers, as they are.
    Numbers,
    /// Dates or dates with times (ISO 8601).
    Dates,
    /// The same day of every month, or the last one: counted in calendar months or years.
    CalendarMonths,
    /// Numbers of this unit since 1970.
    Epoch {
        /// Seconds, milliseconds, microseconds or nanoseconds.
        unit: TimeUnit,
    },
}

/// Whether a cell is a date.
pub(super) fn is_date(cell: &str) -> bool {
    Moment::parse(cell).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Numbers that f64 holds.
    Small,
    /// Numbers counted from a whole one.
    Large { origin: i64 },
    /// Seconds counted from a whole second since 1970.
    Date { origin: i64 },
}

/// Reads the stamps of one column, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct StampReader {
    kind: Option<Kind>,
    digits: Digits,
}

impl StampReader {
    /// The next stamp: a number, or seconds since the first date.
    pub fn read(&mut self, cell: &str) -> Result<f64, DataProblem> {
        if super::cells::is_missing_word(cell) {
            return Err(DataProblem::MissingTime);
        }
        let kind = match self.kind {
            Some(kind) => kind,
            None => *self.kind.insert(Self::kind_of(cell)?),
        };
        match kind {
            Kind::Date { origin } => {
                let moment = Moment::parse(cell).ok_or_else(|| DataProblem::NotADate { text: cell.into() })?;
                self.digits.see_decimals(moment.decimals);
                Ok((moment.seconds - origin) as f64 + moment.fraction)
            }
            Kind::Small | Kind::Large { .. } => {
                let x: f64 = cell.parse().map_err(|_| DataProblem::NotATime { text: cell.into() })?;
                if !x.is_finite() {
                    return Err(DataProblem::NotFinite { text: cell.into() });
                }
                self.digits.see(cell, x);
                let Kind::Large { origin } = kind else { return Ok(x) };
                let (whole, fraction) = whole_and_fraction(cell, x);
                Ok(whole.checked_sub(origin).map_or(x - origin as f64, |w| w as f64 + fraction))
            }
        }
    }

    fn kind_of(cell: &str) -> Result<Kind, DataProblem> {
        if let Ok(x) = cell.parse::<f64>() {
            return Ok(if x.abs() >= LARGE && x.abs() < 9e18 {
                Kind::Large { origin: whole_and_fraction(cell, x).0 }
            } else {
                Kind::Small
            });
        }
        match Moment::parse(cell) {
            Some(moment) => Ok(Kind::Date { origin: moment.seconds }),
            None => Err(DataProblem::NotATime { text: cell.into() }),
        }
    }

    /// What was read, once all was: times are changed to the unit that suits them, or `wished`.
    pub fn finish(self, name: &str, wished: Option<TimeUnit>, times: &mut [&mut Vec<f64>]) -> ReadTimes {
        let digit = self.digits.unit(times);
        let wished_length = wished.and_then(TimeUnit::seconds);
        let in_seconds = |second: f64, stamps: Stamps, times: &mut [&mut Vec<f64>]| {
            let (unit, length) = match (wished, wished_length) {
                (Some(unit), Some(length)) => (unit, length),
                _ => suitable_unit(median_interval(times) * second),
            };
            let scale = second / length;
            // A quotient of two exact numbers is rounded once.
            let convert = |t: &mut f64| *t = if second >= 1.0 { *t * second / length } else { *t / (length / second).round() };
            times.iter_mut().flat_map(|t| t.iter_mut()).for_each(convert);
            ReadTimes { unit, stamps, digit: digit * scale }
        };
        match self.kind {
            Some(Kind::Date { origin }) => {
                let calendar = wished.is_none_or(|unit| matches!(unit, TimeUnit::Month | TimeUnit::Year));
                let Some(months) = (if calendar { month_numbers(origin, times) } else { None }) else {
                    return in_seconds(1.0, Stamps::Dates, times);
                };
                let whole_years = months.windows_are_multiples_of(12);
                let unit = wished.unwrap_or(if whole_years { TimeUnit::Year } else { TimeUnit::Month });
                let length = if unit == TimeUnit::Year { 12.0 } else { 1.0 };
                for (times, months) in times.iter_mut().zip(&months.of_each) {
                    times.iter_mut().zip(months).for_each(|(t, m)| *t = *m as f64 / length);
                }
                ReadTimes { unit, stamps: Stamps::CalendarMonths, digit: 0.0 }
            }
            Some(Kind::Large { origin }) if is_epoch_name(name) => match epoch_unit(origin) {
                Some((unit, second)) => in_seconds(second, Stamps::Epoch { unit }, times),
                None => ReadTimes { unit: wished.unwrap_or_default(), stamps: Stamps::Numbers, digit },
            },
            _ => {
                let unit = wished.or_else(|| without_unit(name).1).or_else(|| TimeUnit::spelled(name)).unwrap_or_default();
                ReadTimes { unit, stamps: Stamps::Numbers, digit }
            }
        }
    }
}

/// Times as they were read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ReadTimes {
    pub unit: TimeUnit,
    pub stamps: Stamps,
    /// The last digit to which times are given, in that unit.
    pub digit: f64,
}

fn is_epoch_name(name: &str) -> bool {
    ["time", "timestamp", "epoch", "date", "datetime"].iter().any(|word| without_unit(name).0.eq_ignore_ascii_case(word))
}

/// The unit in which a stamp of this size counts from 1970, and its length in seconds: 1973 to 2286 in each.
fn epoch_unit(origin: i64) -> Option<(TimeUnit, f64)> {
    Some(match origin {
        100_000_000..10_000_000_000 => (TimeUnit::Second, 1.0),
        100_000_000_000..10_000_000_000_000 => (TimeUnit::Millisecond, 1e-3),
        100_000_000_000_000..10_000_000_000_000_000 => (TimeUnit::Microsecond, 1e-6),
        100_000_000_000_000_000.. => (TimeUnit::Nanosecond, 1e-9),
        _ => return None,
    })
}

/// The largest of second, minute, hour, day and year that is not longer than a typical interval; smaller ones for intervals below a second.
fn suitable_unit(interval: f64) -> (TimeUnit, f64) {
    let units = [TimeUnit::Year, TimeUnit::Day, TimeUnit::Hour, TimeUnit::Minute];
    // Rounded stamps of one interval each may fall short of it.
    let fits = |unit: &TimeUnit| unit.seconds().is_some_and(|length| interval >= length * (1.0 - 1e-9));
    let unit = units.into_iter().find(fits).unwrap_or(TimeUnit::Second);
    (unit, unit.seconds().unwrap_or(1.0))
}

fn median_interval(times: &[&mut Vec<f64>]) -> f64 {
    let mut intervals: Vec<f64> = times.iter().flat_map(|t| t.windows(2).map(|w| w[1] - w[0])).collect();
    if intervals.is_empty() {
        return 1.0;
    }
    let middle = (intervals.len() - 1) / 2;
    *intervals.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// A decimal number as its whole part and the rest, exactly; from its f64 where it is written with an exponent.
fn whole_and_fraction(cell: &str, x: f64) -> (i64, f64) {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Ok(whole_number) = whole.parse::<i64>()
        && digits(fraction)
    {
        let rest: f64 = format!("0.{fraction}").parse().unwrap_or(0.0);
        return (whole_number, if whole.starts_with('-') { -rest } else { rest });
    }
    (x.floor() as i64, x - x.floor())
}

/// Powers of ten that are told apart, from 10^−32 to 10^31.
const DECADES: usize = 64;
/// So many numbers of one size show how many decimals numbers of that size have.
const TELLING: u32 = 5;

/// The digits to which numbers are printed.
#[derive(Clone, Debug)]
struct Digits {
    /// Digits behind the point at most.
    decimals: i32,
    /// Whether every number is the shortest decimal of one in single precision, and the largest.
    single: bool,
    largest: f64,
    /// Of each size: how many numbers, and digits behind the point at most.
    decades: [(u32, i32); DECADES],
}

impl Default for Digits {
    fn default() -> Self {
        Self { decimals: 0, single: true, largest: 0.0, decades: [(0, 0); DECADES] }
    }
}

impl Digits {
    fn see_decimals(&mut self, decimals: i32) {
        self.decimals = self.decimals.max(decimals);
    }

    fn see(&mut self, cell: &str, x: f64) {
        let (mantissa, exponent) = match cell.find(['e', 'E']) {
            Some(k) => (&cell[..k], cell[k + 1..].parse::<i32>().unwrap_or(0)),
            None => (cell, 0),
        };
        // `1.0` says as much as `1`.
        let decimals = match mantissa.split_once('.') {
            Some((_, "0")) | None => 0,
            Some((_, rest)) => rest.len() as i32,
        };
        let decimals = decimals.saturating_sub(exponent);
        self.decimals = self.decimals.max(decimals);
        self.largest = self.largest.max(x.abs());
        self.single = self.single && format!("{}", x as f32).parse() == Ok(x);
        if x != 0.0 {
            let decade = (x.abs().log10().floor() as i32 + DECADES as i32 / 2).clamp(0, DECADES as i32 - 1);
            let (count, most) = &mut self.decades[decade as usize];
            *count += 1;
            *most = if *count == 1 { decimals } else { decimals.max(*most) };
        }
    }

    /// The last digit: the finest where the number of decimals is fixed, that of the largest numbers where they have fewer (`%.6g`), or
    /// the last bit of single precision where all numbers may be of that;
    /// 0 where it is not finer than half of the intervals, since then it is no digit that was rounded to.
    fn unit(&self, times: &[&mut Vec<f64>]) -> f64 {
        let power = |decimals: i32| 10f64.powi((-decimals).clamp(-300, 300));
        let mut unit = power(self.decimals);
        let telling = self.decades.iter().rposition(|(count, _)| *count >= TELLING);
        let top = self.decades.iter().rposition(|(count, _)| *count > 0);
        if let (Some(telling), Some(top)) = (telling, top)
            && self.decades[telling].1 < self.decimals
        {
            unit = power(self.decades[telling].1 - (top - telling) as i32);
        }
        if self.single {
            unit = unit.max(f64::from(f32::EPSILON) * self.largest);
        }
        const COARSEST: f64 = 0.5;
        if unit <= COARSEST * median_interval(times) { unit } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, cells: &[&str]) -> (ReadTimes, Vec<f64>) {
        let mut reader = StampReader::default();
        let mut times: Vec<f64> = cells.iter().map(|cell| reader.read(cell).unwrap()).collect();
        let read = reader.finish(name, None, &mut [&mut times]);
        (read, times)
    }

    #[test]
    fn dates_count_in_their_unit() {
        let (read_as, times) = read("date", &["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]);
        assert_eq!((read_as.unit, read_as.stamps, times), (TimeUnit::Day, Stamps::Dates, vec![0.0, 1.0, 2.0, 3.0]));
        let (read_as, times) = read("date", &["2024-01-01T00:00:00Z", "2024-01-01 01:30+01:00", "2024-01-01T01:00:00.0-00:00"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Minute, vec![0.0, 30.0, 60.0]));
        let (read_as, times) = read("when", &["2024-01-01T23:59:59.9", "2024-01-02T00:00:00.0", "2024-01-02T00:00:00.1"]);
        assert_eq!((read_as.unit, read_as.digit), (TimeUnit::Second, 0.0));
        assert!(times.iter().zip([0.9, 1.0, 1.1]).all(|(a, b)| (a - b).abs() < 1e-15));
    }

    #[test]
    fn a_column_named_after_a_unit_counts_in_it() {
        for unit in TimeUnit::ALL {
            let name = unit.name().unwrap();
            let plural = format!("{}s", name.to_uppercase());
            assert!([name, plural.as_str()].iter().all(|name| read(name, &["0", "1", "2"]).0.unit == unit), "{name}");
        }
        // A letter may be a state, a place or a day.
        assert!(["t", "d", "s", "a", "time"].iter().all(|name| read(name, &["0", "1", "2"]).0.unit == TimeUnit::Unstated));
    }

    #[test]
    fn calendar_months_and_years_are_even() {
        let (read_as, times) = read("date", &["2023-11-15", "2023-12-15", "2024-01-15", "2024-03-15"]);
        assert_eq!((read_as.unit, read_as.stamps), (TimeUnit::Month, Stamps::CalendarMonths));
        assert_eq!(times, [0.0, 1.0, 2.0, 4.0]);
        let (read_as, times) = read("date", &["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Month, vec![0.0, 1.0, 2.0, 3.0]));
        let (read_as, times) = read("date", &["2019-01-01", "2020-01-01", "2021-01-01"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Year, vec![0.0, 1.0, 2.0]));
        let (read_as, times) = read("date", &["2019-01", "2019-02", "2019-03"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Month, vec![0.0, 1.0, 2.0]));
    }

    #[test]
    fn large_stamps_are_subtracted_before_they_are_rounded() {
        let (read_as, times) = read("t", &["1700000000123456789", "1700000000123456790", "1700000000123456792"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Unstated, vec![0.0, 1.0, 3.0]));
        let (read_as, times) = read("timestamp", &["1700000000000", "1700000000250", "1700000000500"]);
        assert_eq!((read_as.unit, read_as.stamps), (TimeUnit::Second, Stamps::Epoch { unit: TimeUnit::Millisecond }));
        assert_eq!(times, [0.0, 0.25, 0.5]);
        let (read_as, times) = read("epoch", &["1700000000.5", "1700086400.5", "1700172800.5"]);
        assert_eq!((read_as.unit, times), (TimeUnit::Day, vec![0.5 / 86400.0, 1.0 + 0.5 / 86400.0, 2.0 + 0.5 / 86400.0]));
    }

    #[test]
    fn the_last_digit() {
        let digit = |cells: &[&str]| read("t", cells).0.digit;
        assert_eq!(digit(&["0.0", "0.033", "0.067", "0.1"]), 1e-3);
        assert_eq!(digit(&["0", "33", "67", "100"]), 1.0);
        // One in three units: the digits do not blur the times.
        assert_eq!(digit(&["0", "1", "2", "4"]), 0.0);
        // Six significant digits: 0.0333333, …, 10.0333.
        let frames = |f: &dyn Fn(f64) -> String| {
            let cells: Vec<String> = (0..302).map(|k| f(f64::from(k) / 30.0)).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            digit(&cells)
        };
        let significant = |t: f64| format!("{t:.*}", if t < 1.0 { 7 } else { 5 - usize::from(t >= 10.0) });
        assert_eq!(frames(&significant), 1e-4);
        assert_eq!(frames(&|t| format!("{t:.4e}")), 1e-3);
        assert_eq!(frames(&|t| format!("{t:.3}")), 1e-3);
        assert!((1e-6..2e-6).contains(&frames(&|t| format!("{}", t as f32))));
    }

    #[test]
    fn what_is_no_time() {
        let problem = |cells: &[&str]| {
            let mut reader = StampReader::default();
            cells.iter().find_map(|cell| reader.read(cell).err())
        };
        assert_eq!(problem(&["31/12/2024"]), Some(DataProblem::NotATime { text: "31/12/2024".into() }));
        assert_eq!(problem(&["2024-01-01", "5"]), Some(DataProblem::NotADate { text: "5".into() }));
        assert_eq!(problem(&["2023-02-29"]), Some(DataProblem::NotATime { text: "2023-02-29".into() }));
        assert_eq!(problem(&["0", ""]), Some(DataProblem::MissingTime));
        assert_eq!(problem(&["0", "inf"]), Some(DataProblem::NotFinite { text: "inf".into() }));
    }
}
