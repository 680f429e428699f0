//! Trajectories of one row: they show no motion, and are left out where most of a file is others.

use super::taken::DataRemark;
use super::trajectory::Trajectory;

/// Takes the trajectories of one row out of a file and tells of them; not where they are more than half of its rows, which a column does that is no label of trajectories.
pub(super) fn leave_out(trajectories: &mut Vec<Trajectory>) -> Option<DataRemark> {
    let is_lone = |t: &Trajectory| t.samples() == 1;
    let lone = trajectories.iter().filter(|t| is_lone(t)).count();
    let rows: usize = trajectories.iter().map(Trajectory::samples).sum();
    let first = trajectories.iter().find(|t| is_lone(t))?.label.clone().unwrap_or_default();
    if 2 * lone > rows {
        return None;
    }
    trajectories.retain(|t| !is_lone(t));
    Some(DataRemark::LoneRows { trajectories: lone, first })
}

#[cfg(test)]
mod tests {
    use crate::data::{DataProblem, DataRemark, Reading};

    #[test]
    fn a_run_of_one_row_is_left_out_of_others() {
        let read = |text: &str| Reading::default().parse(text.as_bytes(), "d.csv");
        let data = read("run,t,x\na,0,1\nb,0,5\na,1,2\nc,0,1\nc,1,3\nd,7,1\n").unwrap();
        let labels: Vec<&str> = data.trajectories().iter().filter_map(|t| t.label.as_deref()).collect();
        assert_eq!((labels, data.samples()), (vec!["a", "c"], 4));
        assert_eq!(data.taken().remarks, [DataRemark::LoneRows { trajectories: 2, first: "b".into() }]);
        // A column that only it moves is constant then, and left out.
        let data = read("run,t,x,y\na,0,1,7\na,1,2,7\na,2,4,7\nb,0,5,8\n").unwrap();
        assert_eq!((data.variables(), data.count()), (&["x".to_owned()][..], 1));
        // Most rows alone: the column is no label of trajectories.
        for text in ["run,t,x\na,0,1\na,1,2\nb,0,5\nc,0,1\nd,7,1\n", "run,t,x\na,0,1\n"] {
            assert!(matches!(read(text).unwrap_err().problem, DataProblem::OneSample { .. }), "{text}");
        }
    }
}
