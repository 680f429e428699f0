//! Dates of the Gregorian calendar (ISO 8601), and stamps that count its months.

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days of the shortest month.
const SHORTEST_MONTH: f64 = 28.0;

/// A moment that a date names, in universal time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Whole seconds since 1970.
    pub seconds: i64,
    /// The rest, from 0 to 1.
    pub fraction: f64,
    /// Digits of the fraction.
    pub decimals: i32,
}

impl Moment {
    /// `2024-01-31`, `2024-01`, `2024/01/31`, `2024-01-31T12:30`, `2024-01-31 12:30:15.25Z`, `…+01:00`. Years of four digits alone are numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let (year, text) = number(text, 4)?;
        let (&dash, text) = text.split_first().filter(|(c, _)| matches!(c, b'-' | b'/'))?;
        let (month, text) = number(text, 2)?;
        let (day, text) = match text.split_first() {
            None => (1, text),
            Some((c, rest)) if *c == dash => number(rest, 2)?,
            Some(_) => return None,
        };
        if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let Some((separator, text)) = text.split_first() else {
            return Some(Self { seconds: days * DAY, fraction: 0.0, decimals: 0 });
        };
        if !matches!(separator, b'T' | b't' | b' ') {
            return None;
        }
        let (hour, text) = number(text.trim_ascii_start(), 2)?;
        let (minute, mut text) = text.strip_prefix(b":").and_then(|rest| number(rest, 2))?;
        let (mut second, mut fraction, mut decimals) = (0, 0.0, 0);
        if let Some(rest) = text.strip_prefix(b":") {
            (second, text) = number(rest, 2)?;
            if let Some(rest) = text.strip_prefix(b".").or_else(|| text.strip_prefix(b",")) {
                decimals = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                if decimals == 0 {
                    return None;
                }
                let digits = std::str::from_utf8(&rest[..decimals]).ok()?;
                fraction = format!("0.{digits}").parse().ok()?;
                text = &rest[decimals..];
            }
        }
        // A leap second is the first of the next minute.
        if hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let offset = offset(text.trim_ascii())?;
        let seconds = days * DAY + hour * 3600 + minute * 60 + second - offset;
        Some(Self { seconds, fraction, decimals: decimals as i32 })
    }
}

/// The first `length` characters as a number, and the rest.
fn number(text: &[u8], length: usize) -> Option<(i64, &[u8])> {
    let digits = text.get(..length).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    Some((digits.iter().fold(0, |n, b| 10 * n + i64::from(b - b'0')), &text[length..]))
}

/// Seconds by which a local time is ahead: nothing, `Z`, `+01:00`, `+0100`, `+01`.
fn offset(text: &[u8]) -> Option<i64> {
    let Some((sign, rest)) = text.split_first() else { return Some(0) };
    let sign = match sign {
        b'Z' | b'z' => return rest.is_empty().then_some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let minutes = if rest.is_empty() { 0 } else { number(rest, 2).filter(|(_, rest)| rest.is_empty())?.0 };
    (hours <= 24 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms, 2013).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day since 1970-01-01 (the same source).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Stamps as months since the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MonthNumbers {
    /// One list per trajectory.
    pub of_each: Vec<Vec<i64>>,
}

impl MonthNumbers {
    /// Whether all intervals are whole multiples of so many months.
    pub fn windows_are_multiples_of(&self, months: i64) -> bool {
        self.of_each.iter().flat_map(|t| t.windows(2)).all(|w| (w[1] - w[0]) % months == 0)
    }
}

/// Stamps, in seconds after `origin`, that fall on the same moment of their months, or all on the last day of it, as numbers of months.
pub(super) fn month_numbers(origin: i64, times: &[&mut Vec<f64>]) -> Option<MonthNumbers> {
    let mut moment = None;
    let (mut same_day, mut last_day) = (true, true);
    let mut first_month = None;
    let mut of_each = Vec::with_capacity(times.len());
    for times in times {
        let mut months = Vec::with_capacity(times.len());
        for t in times.iter() {
            let seconds = origin + t.floor() as i64;
            let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
            let here = (day, seconds.rem_euclid(DAY), t - t.floor());
            let first = *moment.get_or_insert(here);
            same_day &= here.0 == first.0;
            last_day &= day == days_in(year, month);
            if (here.1, here.2) != (first.1, first.2) || !(same_day || last_day) {
                return None;
            }
            let number = 12 * year + month - 1;
            months.push(number - *first_month.get_or_insert(number));
        }
        if times.windows(2).any(|w| w[1] - w[0] < SHORTEST_MONTH * DAY as f64) {
            return None;
        }
        of_each.push(months);
    }
    of_each.iter().any(|t| t.len() > 1).then_some(MonthNumbers { of_each })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for days in [-719_468, -1, 0, 1, 58, 59, 60, 365, 11_016, 19_782, 146_097, 2_932_896] {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
        // `date -u -d 2024-02-29T12:34:56 +%s`
        assert_eq!(Moment::parse("2024-02-29T12:34:56").unwrap().seconds, 1_709_210_096);
        assert_eq!(Moment::parse("1969-12-31").unwrap().seconds, -86_400);
    }

    #[test]
    fn forms() {
        let seconds = |text: &str| Moment::parse(text).map(|m| m.seconds);
        assert_eq!(seconds("1970-01-01T01:00+01:00"), Some(0));
        assert_eq!(seconds("1970-01-01 00:00:01Z"), Some(1));
        assert_eq!(seconds("1970-01-01T00:00:00-0130"), Some(5400));
        assert_eq!(seconds("1970/01/02"), Some(86_400));
        assert_eq!(seconds("1970-02"), Some(31 * 86_400));
        let fraction = Moment::parse("1970-01-01T00:00:00.125").unwrap();
        assert_eq!((fraction.fraction, fraction.decimals), (0.125, 3));
        for bad in [
            "1970",
            "1970-13-01",
            "1970-02-30",
            "1970-01/02",
            "01-02-1970",
            "1970-01-01T25:00",
            "1970-01-01T1:00",
            "1970-01-01x",
            "é970-01",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
