//! Whether enough cells show a mode that is gone before the samples end.
//!
//! Of 0, 0.9502, 0.9975, 0.9999, 1, 1, … only four cells show how x comes to rest, whatever comes after them: two decays, or two pairs that die out as fast, meet them to the last digit as
//! well as the one decay that they are of. And where all but the first cell are 1 to the last digit, any fast decay does. So the cells in which the modes stand above the digits
//! must be more than the numbers of those modes.

use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::projected::Projected;
use crate::truth::samples::runs::Samples;

/// What shows one rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Whether more cells show it than it has numbers, with all that are gone as soon.
    pub enough: bool,
    /// How far the digits of the cells that show it leave it open; 0 where it is there to the end.
    pub by_digits: f64,
}

/// One rate in all runs and columns.
#[derive(Clone, Copy)]
struct Seen {
    /// Cells up to the last in which it stands above the digits, and the runs' columns that have such.
    cells: usize,
    columns: usize,
    /// Whether it is gone before every run's end.
    gone: bool,
    by_digits: f64,
}

/// For each rate of a fit.
pub(super) fn shown(samples: &Samples, fit: &Exponentials) -> Vec<Shown> {
    let mut seen = vec![Seen { cells: 0, columns: 0, gone: true, by_digits: f64::INFINITY }; fit.rates.len()];
    let Some(found) = Projected::at(samples, &fit.rates, fit.trend) else {
        return vec![Shown { enough: true, by_digits: 0.0 }; fit.rates.len()];
    };
    for (column, times, parts) in found.parts() {
        let digits = samples.resolution[column];
        for (seen, part) in seen.iter_mut().zip(parts.column_iter()) {
            let Some(last) = part.iter().rposition(|x| x.abs() > digits) else { continue };
            seen.cells += last + 1;
            seen.columns += 1;
            seen.gone &= last + 1 < times.len();
            let open = |i: usize| digits / (part[i].abs() * (times[i] - times[0]));
            seen.by_digits = (1..=last).map(open).fold(seen.by_digits, f64::min);
        }
    }
    let numbers = |k: usize| fit.rates[k].count() * (1 + seen[k].columns);
    let needed = |k: usize| (0..seen.len()).filter(|&m| seen[m].gone && seen[m].cells <= seen[k].cells).map(numbers).sum::<usize>();
    (0..seen.len())
        .map(|k| match seen[k].gone {
            true => {
                Shown { enough: seen[k].cells > needed(k), by_digits: if seen[k].by_digits.is_finite() { seen[k].by_digits } else { 0.0 } }
            }
            false => Shown { enough: true, by_digits: 0.0 },
        })
        .collect()
}
