//! Units of time.

use serde::{Deserialize, Serialize};

/// What one unit of a data set's time is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Numbers whose unit nobody said.
    #[default]
    Unstated,
    /// 1e-9 s.
    Nanosecond,
    /// 1e-6 s.
    Microsecond,
    /// 1e-3 s.
    Millisecond,
    /// The second.
    Second,
    /// 60 s.
    Minute,
    /// 3600 s.
    Hour,
    /// 86400 s.
    Day,
    /// 7 days.
    Week,
    /// A calendar month: successive months count as evenly spaced. One twelfth of 365.25 days on average.
    Month,
    /// 365.25 days, or a calendar year.
    Year,
}

impl TimeUnit {
    /// All that have a length.
    pub const ALL: [Self; 10] = [
        Self::Nanosecond,
        Self::Microsecond,
        Self::Millisecond,
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    /// How many seconds it lasts (a month and a year on average); `None` where the unit is unstated.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Unstated => None,
            Self::Nanosecond => Some(1e-9),
            Self::Microsecond => Some(1e-6),
            Self::Millisecond => Some(1e-3),
            Self::Second => Some(1.0),
            Self::Minute => Some(60.0),
            Self::Hour => Some(3600.0),
            Self::Day => Some(86_400.0),
            Self::Week => Some(604_800.0),
            Self::Month => Some(2_629_800.0),
            Self::Year => Some(31_557_600.0),
        }
    }

    /// The unit's name in the singular; `None` where the unit is unstated.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Unstated => return None,
            Self::Nanosecond => "nanosecond",
            Self::Microsecond => "microsecond",
            Self::Millisecond => "millisecond",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        })
    }

    /// The unit that a word names: `s`, `sec`, `second`, `seconds`, … in any case.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        let short = match word.as_str() {
            "ns" => Some(Self::Nanosecond),
            "us" | "µs" | "μs" => Some(Self::Microsecond),
            "ms" | "msec" => Some(Self::Millisecond),
            "s" | "sec" => Some(Self::Second),
            "min" => Some(Self::Minute),
            "h" | "hr" => Some(Self::Hour),
            "d" => Some(Self::Day),
            "w" | "wk" => Some(Self::Week),
            "mo" => Some(Self::Month),
            "y" | "yr" | "a" => Some(Self::Year),
            _ => None,
        };
        short.or_else(|| Self::spelled(&word))
    }

    /// The unit that a whole word names, `second` or `seconds`, in any case.
    pub fn spelled(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        let singular = word.strip_suffix('s').unwrap_or(&word);
        Self::ALL.into_iter().find(|unit| unit.name() == Some(singular))
    }
}

/// A column's name without a unit of time behind it, and that unit: `time [s]`, `t (ms)`, `time_h`. The name as it is where none stands there; `T_h` may be a temperature.
pub(super) fn without_unit(name: &str) -> (&str, Option<TimeUnit>) {
    let name = name.trim();
    let bracketed = name
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .or_else(|| name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')))
        .map(|(word, unit)| (word.trim_end().trim_end_matches('_'), unit));
    let behind = || name.rsplit_once('_').filter(|(word, _)| word.eq_ignore_ascii_case("time"));
    let found = bracketed.or_else(behind).and_then(|(word, unit)| Some((word, Some(TimeUnit::named(unit)?))));
    found.unwrap_or((name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_units() {
        for unit in TimeUnit::ALL {
            let name = unit.name().unwrap();
            assert_eq!(TimeUnit::named(name), Some(unit));
            assert_eq!(TimeUnit::named(&format!("{}s", name.to_uppercase())), Some(unit));
        }
        assert_eq!(TimeUnit::named("ms"), Some(TimeUnit::Millisecond));
        assert_eq!(TimeUnit::named("fortnight"), None);
    }

    #[test]
    fn a_unit_behind_a_name_is_told_apart() {
        for (name, word, unit) in [
            ("time [s]", "time", Some(TimeUnit::Second)),
            ("t(ms)", "t", Some(TimeUnit::Millisecond)),
            ("Time_h", "Time", Some(TimeUnit::Hour)),
            ("T (K)", "T (K)", None),
            ("T_h", "T_h", None),
            ("x (px)", "x (px)", None),
            ("]", "]", None),
            ("", "", None),
        ] {
            assert_eq!(without_unit(name), (word, unit), "{name}");
        }
    }
}
