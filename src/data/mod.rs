//! Trajectories from files, checked, and the modes of their discrete map.
