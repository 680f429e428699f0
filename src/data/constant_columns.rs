//! Columns that never change: they say nothing about how the state moves, and are left out where nobody asked for them.

use super::trajectory::Trajectory;

/// Takes the columns out of the states that have one value in all rows, unless that leaves none, and gives their places.
///
/// `dimension` is the number of columns; a column without any value is kept, for an error that names it.
pub(super) fn leave_out(trajectories: &mut [Trajectory], dimension: usize) -> Vec<usize> {
    let mut first = vec![f64::NAN; dimension];
    let mut changes = vec![false; dimension];
    'rows: for state in trajectories.iter().flat_map(|t| t.states.chunks_exact(dimension)) {
        for ((x, first), changes) in state.iter().zip(&mut first).zip(&mut changes) {
            if first.is_nan() {
                *first = *x;
            }
            *changes |= *x != *first && !x.is_nan();
        }
        if changes.iter().all(|c| *c) {
            break 'rows;
        }
    }
    let constant: Vec<bool> = first.iter().zip(&changes).map(|(x, changes)| !changes && !x.is_nan()).collect();
    if !changes.iter().any(|c| *c) || !constant.iter().any(|c| *c) {
        return Vec::new();
    }
    for t in trajectories {
        let mut place = 0;
        t.states.retain(|_| {
            place += 1;
            !constant[(place - 1) % dimension]
        });
    }
    (0..dimension).filter(|&k| constant[k]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_never_changes_goes() {
        let mut all = [Trajectory::new(None, 0.0, &[vec![1.0, 7.0, f64::NAN, 2.0], vec![2.0, 7.0, f64::NAN, 2.0]])];
        assert_eq!(leave_out(&mut all, 4), [1, 3]);
        assert_eq!(all[0].states.iter().filter(|x| !x.is_nan()).copied().collect::<Vec<_>>(), [1.0, 2.0]);
        let mut still = [Trajectory::new(None, 0.0, &[vec![1.0, 7.0], vec![1.0, 7.0]])];
        assert!(leave_out(&mut still, 2).is_empty());
    }
}
