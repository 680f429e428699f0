//! Why a figure cannot be drawn.

/// What can go wrong while drawing: nothing but a figure that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DrawError {
    /// A range that is empty or not finite.
    #[error("figure {figure}, panel {panel:?}: the axis {axis:?} has the range {range:?}, which cannot be drawn")]
    Range {
        /// Name of the figure.
        figure: String,
        /// Title of the panel.
        panel: String,
        /// Words of the axis.
        axis: String,
        /// The range.
        range: [f64; 2],
    },
    /// A figure without panels.
    #[error("figure {0} has no panels")]
    Empty(String),
    /// The axes could not be laid out.
    #[error("figure {figure}: {message}")]
    Axes {
        /// Name of the figure.
        figure: String,
        /// What plotters said.
        message: String,
    },
}
