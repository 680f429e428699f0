//! Trajectories that begin anew after long gaps.

use super::trajectories::Trajectories;
use super::trajectory::Trajectory;

impl Trajectories {
    /// The same samples, a trajectory ending at every gap of more than so many rows, or of none that can be counted; pieces of one sample are left out.
    ///
    /// ```
    /// use lambdahat::data::{Trajectories, Trajectory};
    /// let run = Trajectory::at(None, vec![0.0, 1.0, 2.0, 5.0, 6.0, 7.0], vec![1.0, 2.0, 3.0, 1.0, 2.0, 4.0]);
    /// let data = Trajectories::with_times("gap", vec!["x".into()], Vec::new(), vec![run])?;
    /// assert_eq!((data.gaps().len(), data.split_at_gaps(1).count(), data.split_at_gaps(2).count()), (1, 2, 1));
    /// # Ok::<(), lambdahat::data::DataError>(())
    /// ```
    #[must_use]
    pub fn split_at_gaps(&self, most: usize) -> Self {
        let mut ends: Vec<Vec<usize>> = vec![Vec::new(); self.trajectories.len()];
        for gap in self.gaps().iter().filter(|gap| gap.missing.is_none_or(|missing| missing > most)) {
            ends[gap.trajectory].push(gap.after + 1);
        }
        let mut split = self.clone();
        split.trajectories = self.trajectories.iter().zip(&ends).flat_map(|(run, ends)| pieces(run, ends)).collect();
        split.judge_times();
        split
    }
}

/// A trajectory cut before these rows.
fn pieces(run: &Trajectory, ends: &[usize]) -> Vec<Trajectory> {
    let rows = run.samples();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let ends = ends.iter().copied().chain(std::iter::once(rows));
    let kept = starts.zip(ends).filter(|(from, to)| to - from >= 2);
    let piece = kept.map(|(from, to)| {
        let mut piece = run.clone();
        piece.leave_out_ends(from, rows - to);
        piece
    });
    piece.collect()
}
