//! What a command takes where nothing is said.

/// The method to train through.
pub const METHOD: &str = "rk4";
/// The mode that a picture or a call is shown for.
pub const MODE: &str = "-0.1+2i";
/// The system that `predict` speaks of.
pub const SYSTEM: &str = "oscillator";
/// The system whose samples `fit` and `check` train on.
pub const TRAINED_SYSTEM: &str = "damped-oscillator";
