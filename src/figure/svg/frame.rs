//! Where a panel lies on the picture.

/// Width of every figure in points.
pub(super) const WIDTH: f64 = 960.0;
/// Room for the ticks and words left of a panel.
pub(super) const LEFT: f64 = 78.0;
/// Room for them below it.
pub(super) const BELOW: f64 = 56.0;

/// Where the axes of a panel lie, in points.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: [f64; 2],
    pub(super) y: [f64; 2],
}

impl Frame {
    /// A point of the figure in points of the picture.
    pub(super) fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        // Far points are held near, so that no coordinate overflows what reads it; the clip hides them anyway.
        let near = |v: f64| if v.is_nan() { 0.5 } else { v.clamp(-20.0, 21.0) };
        let u = near((x - self.x[0]) / (self.x[1] - self.x[0]));
        let v = near((y - self.y[0]) / (self.y[1] - self.y[0]));
        [self.left + u * self.width, self.top + (1.0 - v) * self.height]
    }
}

pub(super) fn span([low, high]: [f64; 2]) -> f64 {
    high - low
}
