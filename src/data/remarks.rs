//! Columns that look like inputs, and cells that look filled in.

use super::difference_columns;
use super::taken::DataRemark;
use super::trajectories::Trajectories;
use super::trajectory::Trajectory;

/// Rows that are looked at, at most.
const MOST_ROWS: usize = 20_000;
/// Columns that are looked at, at most.
const MOST_COLUMNS: usize = 100;
/// Fewer rows say nothing.
const FEWEST_ROWS: usize = 20;
/// A column that keeps its value over at least this share of the intervals is held.
const HELD_SHARE: f64 = 0.3;
/// … and has so many different values at most, a share of the rows.
const VALUES_SHARE: f64 = 0.25;
/// An input may have so many settings, a unit apart.
const FEW_VALUES: usize = 16;
/// A column that moves keeps its value over this share of the intervals at most.
const MOVING_SHARE: f64 = 0.05;
/// A residual below this part of the column's size is rounding.
const EXACT: f64 = 1e-9;
/// Filled-in cells below this number may be chance.
const FEWEST_FILLED: usize = 3;

impl Trajectories {
    /// The same with remarks on what looks odd in the states. Rows in which a velocity made of differences is one-sided are left out.
    #[must_use]
    pub fn inspected(mut self) -> Self {
        let odd = of(&self);
        self.remark(odd);
        difference_columns::take_out(&mut self);
        self
    }
}

/// What looks odd in the states of a file.
fn of(data: &Trajectories) -> Vec<DataRemark> {
    let d = data.dimension();
    if d > MOST_COLUMNS || data.samples() < FEWEST_ROWS {
        return Vec::new();
    }
    let columns: Vec<Column> = (0..d).map(|k| Column::of(data, k)).collect();
    let mut remarks = Vec::new();
    let name = |k: usize| data.variables()[k].clone();
    if d > 1 && columns.iter().any(Column::moves) {
        let held = (0..d).filter(|k| columns[*k].is_held());
        remarks.extend(held.map(|k| DataRemark::LooksHeld { column: name(k), values: columns[k].values }));
    }
    if d > 1 && columns.iter().any(|c| c.period.is_none()) {
        let periodic = (0..d).filter_map(|k| Some((k, columns[k].period?)));
        remarks.extend(periodic.map(|(k, period)| DataRemark::LooksPeriodic { column: name(k), period }));
    }
    // What is held steps from one setting to another; that is no turn.
    let turns = (0..d).filter(|k| !columns[*k].is_held());
    let wrapped = turns.filter_map(|k| columns[k].wrapped.map(|(turn, jumps)| DataRemark::Wrapped { column: name(k), turn, jumps }));
    remarks.extend(wrapped);
    let missing =
        (0..d).filter_map(|k| columns[k].sentinel.map(|(value, cells)| DataRemark::LooksMissing { column: name(k), value, cells }));
    remarks.extend(missing);
    let filled = (0..d).filter(|k| columns[*k].filled >= FEWEST_FILLED);
    remarks.extend(filled.map(|k| DataRemark::FilledIn { column: name(k), cells: columns[k].filled }));
    remarks
}

/// What one column does.
struct Column {
    rows: usize,
    /// Different values.
    values: usize,
    /// The share of intervals over which the value stays.
    still: f64,
    /// Whether most of its steps are of one or two units, as those of a counter are that follows a slow motion.
    counts: bool,
    /// The period, where the column is one sinusoid.
    period: Option<f64>,
    /// Cells on a straight line between their neighbours, where the column is curved elsewhere.
    filled: usize,
    /// A number that stands far from all others, and how often, where such numbers stand for missing values.
    sentinel: Option<(f64, usize)>,
    /// The turn of a wrapped angle, and how often it jumps.
    wrapped: Option<(f64, usize)>,
}

impl Column {
    fn of(data: &Trajectories, k: usize) -> Self {
        let d = data.dimension();
        let runs: Vec<(Vec<f64>, &[f64])> = limited(data.trajectories())
            .map(|(t, rows)| (t.states()[..rows * d].iter().skip(k).step_by(d).copied().collect(), &t.times()[..rows]))
            .collect();
        let mut values: Vec<f64> = runs.iter().flat_map(|(x, _)| x).copied().filter(|x| !x.is_nan()).collect();
        let rows = values.len();
        values.sort_by(f64::total_cmp);
        let size = values.first().map_or(0.0, |x| x.abs()).max(values.last().map_or(0.0, |x| x.abs()));
        let sentinel = sentinel(&values);
        values.dedup();
        let intervals = runs.iter().map(|(x, _)| x.len() - 1).sum::<usize>().max(1);
        let still = runs.iter().flat_map(|(x, _)| x.windows(2)).filter(|w| w[0] == w[1]).count();
        let mut steps: Vec<f64> = runs.iter().flat_map(|(x, _)| x.windows(2)).map(|w| (w[1] - w[0]).abs()).filter(|x| *x > 0.0).collect();
        steps.sort_by(f64::total_cmp);
        let counts = values.len() > FEW_VALUES && steps.first().is_some_and(|unit| steps[steps.len() / 2] < 2.5 * unit);
        let period = data.spacing().even().and_then(|interval| sinusoid(runs.iter().map(|(x, _)| x.as_slice()), size, interval));
        Self {
            rows,
            values: values.len(),
            still: still as f64 / intervals as f64,
            counts,
            period,
            filled: filled(&runs, size),
            sentinel,
            wrapped: wrapped(&runs),
        }
    }

    fn is_held(&self) -> bool {
        !self.counts && self.still >= HELD_SHARE && self.still < 1.0 && self.values as f64 <= VALUES_SHARE * self.rows as f64
    }

    fn moves(&self) -> bool {
        self.still <= MOVING_SHARE
    }
}

/// Whole turns: in radians, degrees and revolutions.
const TURNS: [f64; 3] = [std::f64::consts::TAU, 360.0, 1.0];
/// The values of a wrapped angle fill a turn to this part, and never more.
const FILLED: f64 = 0.9;
/// Steps between samples of less than this part of a turn are the motion, of more than the rest of it jumps.
const STEP: f64 = 0.25;

/// The turn of a column within one turn that jumps by nearly that, and otherwise moves in small steps; with the number of jumps.
fn wrapped(runs: &[(Vec<f64>, &[f64])]) -> Option<(f64, usize)> {
    let values = || runs.iter().flat_map(|(x, _)| x).copied().filter(|x| !x.is_nan());
    let span = values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
    let steps = || runs.iter().flat_map(|(x, _)| x.windows(2)).map(|w| (w[1] - w[0]).abs()).filter(|x| !x.is_nan());
    TURNS.into_iter().find_map(|turn| {
        let jumps = steps().filter(|x| *x > (1.0 - STEP) * turn).count();
        let others = steps().filter(|x| *x <= (1.0 - STEP) * turn).fold(0.0, f64::max);
        (span > FILLED * turn && span <= turn * (1.0 + 1e-9) && jumps > 1 && others < STEP * turn).then_some((turn, jumps))
    })
}

/// Numbers that files use for missing values.
const SENTINELS: [f64; 10] = [-99.0, -999.0, -9999.0, -99999.0, -999.9, -9999.9, 999.0, 9999.0, 99999.0, 1e20];
/// … where all others are smaller by this factor.
const FAR: f64 = 5.0;

/// The one that stands at the end of these ordered values more than once, far from all others.
fn sentinel(ordered: &[f64]) -> Option<(f64, usize)> {
    SENTINELS.into_iter().find_map(|value| {
        let cells = ordered.iter().filter(|x| **x == value).count();
        let others = ordered.iter().filter(|x| **x != value).map(|x| x.abs()).fold(0.0, f64::max);
        (cells > 1 && 2 * cells < ordered.len() && others * FAR <= value.abs()).then_some((value, cells))
    })
}

/// Trajectories with how many of their rows to look at.
fn limited(trajectories: &[Trajectory]) -> impl Iterator<Item = (&Trajectory, usize)> {
    let mut left = MOST_ROWS;
    trajectories.iter().map_while(move |t| {
        let rows = t.samples().min(left);
        left -= rows;
        (rows > 0).then_some((t, rows))
    })
}

/// The period of a column that follows x_{n+1} + x_{n−1} = c x_n + b exactly with |c| < 2, over at least one period.
fn sinusoid<'a>(runs: impl Iterator<Item = &'a [f64]> + Clone, size: f64, interval: f64) -> Option<f64> {
    let triples = || runs.clone().flat_map(|x| x.windows(3)).filter(|w| w.iter().all(|x| !x.is_nan()));
    let count = triples().count() as f64;
    if count < FEWEST_ROWS as f64 || size == 0.0 {
        return None;
    }
    let (mx, my) = triples().fold((0.0, 0.0), |(mx, my), w| (mx + w[1] / count, my + (w[0] + w[2]) / count));
    let (sxx, sxy) = triples().fold((0.0, 0.0), |(sxx, sxy), w| {
        let (x, y) = (w[1] - mx, w[0] + w[2] - my);
        (sxx + x * x, sxy + x * y)
    });
    let c = sxy / sxx;
    let residual = triples().map(|w| (w[0] + w[2] - my - c * (w[1] - mx)).abs()).fold(0.0, f64::max);
    if !(residual <= EXACT * size && c.abs() < 2.0 - 1e-6) {
        return None;
    }
    let samples_a_period = std::f64::consts::TAU / (0.5 * c).acos();
    (samples_a_period <= count).then_some(samples_a_period * interval)
}

/// A change of less than this part of the column's size is none.
const AT_REST: f64 = 1e-6;

/// A bend of less than this part of the middle one is no unit of a column's resolution.
const NO_UNIT: f64 = 1e-3;
/// Steps of fewer units of a column's resolution than this are straight by chance, wherever it moves slowly.
const UNITS: f64 = 16.0;

/// How many cells lie exactly on the straight line between their neighbours, where few do by chance: the resolution of the column shows how many.
fn filled(runs: &[(Vec<f64>, &[f64])], size: f64) -> usize {
    // How far three rows are from a straight line, and how far apart the outer two are.
    let mut bends: Vec<(f64, f64)> = Vec::new();
    for (x, t) in runs {
        for (x, t) in x.windows(3).zip(t.windows(3)) {
            let bend = (x[1] - x[0]) - (x[2] - x[0]) * ((t[1] - t[0]) / (t[2] - t[0]));
            let step = (x[2] - x[0]).abs();
            // At rest every three rows are on a line.
            if !bend.is_nan() && step > AT_REST * size {
                bends.push((bend.abs(), step));
            }
        }
    }
    let is_straight = |bend: f64| bend <= 1e-13 * size;
    let mut curves: Vec<f64> = bends.iter().map(|(bend, _)| *bend).filter(|bend| !is_straight(*bend)).collect();
    curves.sort_by(f64::total_cmp);
    let Some(middle) = curves.get(curves.len() / 2) else { return 0 };
    // Bends far below are of a clock that is not quite even.
    let least = curves.iter().copied().find(|bend| *bend > NO_UNIT * middle).unwrap_or(*middle);
    let mut bends: Vec<f64> = bends.into_iter().filter(|(_, step)| *step > UNITS * least).map(|(bend, _)| bend).collect();
    let straight = bends.iter().filter(|bend| is_straight(**bend)).count();
    let curved = bends.len() - straight;
    if straight < FEWEST_FILLED || curved < straight {
        return 0;
    }
    bends.sort_by(f64::total_cmp);
    let typical = bends[straight + curved / 2];
    // Values printed to a resolution q bend by multiples of q: by none in a share q/(4 typical) of places.
    let by_chance = bends.len() as f64 * least / (4.0 * typical);
    if straight as f64 > 4.0 * by_chance + 4.0 && typical > EXACT * size { straight } else { 0 }
}
