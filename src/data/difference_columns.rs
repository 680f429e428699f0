//! Columns that are made of another's differences: velocities that were not measured.

use super::taken::{DataRemark, Differences};
use super::trajectories::Trajectories;
use super::trajectory::Trajectory;

/// Columns that are looked at, at most.
const MOST_COLUMNS: usize = 24;
/// Rows that are looked at, at most.
const MOST_ROWS: usize = 2000;
/// Fewer places say nothing.
const FEWEST: usize = 12;
/// Agreement to this part of the column's size.
const ALIKE: f64 = 1e-6;
/// Where another formula for the slope agrees to within this many times as much, the column may be the true velocity.
const APART: f64 = 10.0;

/// Trajectories of fewer rows keep their ends.
const FEWEST_TO_TRIM: usize = 4;

/// Remarks on every column that is made of another's differences, and leaves out the rows in which they are one-sided.
pub(super) fn take_out(data: &mut Trajectories) {
    let mut found = of(data);
    let kinds: Vec<Differences> = found.iter().map(|(.., kind)| *kind).collect();
    let first = kinds.iter().any(|kind| *kind != Differences::Forward);
    let last = kinds.iter().any(|kind| *kind != Differences::Backward);
    if kinds.is_empty() {
        return;
    }
    let mut rows = 0;
    for trajectory in data.trajectories.iter_mut().filter(|t| t.samples() >= FEWEST_TO_TRIM) {
        trajectory.leave_out_ends(usize::from(first), usize::from(last));
        rows += usize::from(first) + usize::from(last);
    }
    data.judge_times();
    let name = |k: usize| data.variables()[k].clone();
    let remarks: Vec<_> =
        found.drain(..).map(|(column, of, kind)| DataRemark::DifferencesOf { column: name(column), of: name(of), kind, rows }).collect();
    data.remark(remarks);
}

/// Every column whose values are a difference quotient of another's, row by row but for the ends.
fn of(data: &Trajectories) -> Vec<(usize, usize, Differences)> {
    let d = data.dimension();
    if !(2..=MOST_COLUMNS).contains(&d) {
        return Vec::new();
    }
    let pairs = (0..d).flat_map(|column| (0..d).filter(move |of| *of != column).map(move |of| (column, of)));
    pairs.filter_map(|(column, of)| Some((column, of, kind(data, column, of)?))).collect()
}

/// The quotient that a column is of another, if it is one.
fn kind(data: &Trajectories, column: usize, of: usize) -> Option<Differences> {
    [Differences::Central, Differences::Forward, Differences::Backward].into_iter().find(|kind| {
        let (mut places, mut size, mut worst, mut apart) = (0, 0.0f64, 0.0f64, 0.0f64);
        for trajectory in data.trajectories() {
            for k in 2..trajectory.samples().min(MOST_ROWS).saturating_sub(2) {
                let at = |k: usize| Row::of(trajectory, k, column, of);
                let Some(rows) = [at(k - 2), at(k - 1), at(k), at(k + 1), at(k + 2)].into_iter().collect::<Option<Vec<_>>>() else {
                    continue;
                };
                let [first, before, here, after, last] = rows[..] else { continue };
                let slope = |a: Row, b: Row| (b.of - a.of) / (b.time - a.time);
                let (left, right) = (here.time - before.time, after.time - here.time);
                let central = (slope(here, after) * left + slope(before, here) * right) / (left + right);
                let found = match kind {
                    Differences::Central => central,
                    Differences::Forward => slope(here, after),
                    Differences::Backward => slope(before, here),
                };
                // Twice as far apart the same formula errs four times, so that the two extrapolate to a better slope.
                let wide = 0.5 * (slope(here, last) + slope(first, here));
                let better = central + (central - wide) / 3.0;
                places += 1;
                size = size.max(here.column.abs());
                worst = worst.max((here.column - found).abs());
                apart = apart.max((better - found).abs());
            }
        }
        places >= FEWEST && size > 0.0 && worst <= ALIKE * size && apart > APART * worst.max(ALIKE * size)
    })
}

/// One row of the two columns.
#[derive(Clone, Copy)]
struct Row {
    time: f64,
    column: f64,
    of: f64,
}

impl Row {
    /// `None` where a cell is missing.
    fn of(trajectory: &Trajectory, k: usize, column: usize, of: usize) -> Option<Self> {
        let d = trajectory.states().len() / trajectory.samples().max(1);
        let cell = |c: usize| trajectory.states().get(k * d + c).copied().filter(|x| x.is_finite());
        Some(Self { time: *trajectory.times().get(k)?, column: cell(column)?, of: cell(of)? })
    }
}

#[cfg(test)]
mod tests {
    use crate::data::{DataRemark, Differences, Reading};

    fn remarks(velocity: impl Fn(f64, f64) -> f64, interval: f64) -> Vec<DataRemark> {
        let x = |t: f64| (-0.1 * t).exp() * (2.0 * t).cos();
        let rows = (0..60).map(|k| k as f64 * interval).map(|t| format!("{t},{:.10},{:.10}\n", x(t), velocity(t, interval)));
        let text = format!("t,x,v\n{}", rows.collect::<String>());
        Reading::default().parse(text.as_bytes(), "test").unwrap().taken().remarks.clone()
    }

    #[test]
    fn a_velocity_made_of_differences_is_told_from_a_measured_one() {
        let x = |t: f64| (-0.1 * t).exp() * (2.0 * t).cos();
        let made = |kind| {
            vec![DataRemark::DifferencesOf {
                column: "v".into(),
                of: "x".into(),
                kind,
                rows: if kind == Differences::Central { 2 } else { 1 },
            }]
        };
        for h in [0.03, 0.1, 0.5, 1.0] {
            assert_eq!(remarks(|t, h| (x(t + h) - x(t - h)) / (2.0 * h), h), made(Differences::Central), "{h}");
            assert_eq!(remarks(|t, h| (x(t + h) - x(t)) / h, h), made(Differences::Forward), "{h}");
            assert_eq!(remarks(|t, h| (x(t) - x(t - h)) / h, h), made(Differences::Backward), "{h}");
            let measured = |t: f64, _: f64| (-0.1 * t).exp() * (-0.1 * (2.0 * t).cos() - 2.0 * (2.0 * t).sin());
            assert_eq!(remarks(measured, h), [], "{h}");
        }
    }
}
