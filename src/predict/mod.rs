//! Data or a system in, report out: the prediction, the recommendation, the comparison with fits, the repair.
