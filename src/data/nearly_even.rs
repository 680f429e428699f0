//! Samples of a clock that is not quite even, taken as if it were.

use super::spacing::{Spacing, Times};
use super::trajectories::Trajectories;

impl Trajectories {
    /// How far H of an even spacing may be off because times were rounded: all λ are known to that part of themselves at best. 0 where H was meant.
    pub fn interval_error(&self) -> f64 {
        self.times.interval_error
    }

    /// The same samples at even times, the mean interval apart, with the largest part of it by which one differs; `None` where they are even already, or one differs by more
    /// than the part `most`.
    ///
    /// An interval that differs by a part ε moves the state by ε of its motion there: no more than noise of that size.
    ///
    /// ```
    /// use lambdahat::data::Reading;
    /// let data = Reading::default().parse(b"t,x\n0,1\n0.2002,2\n0.3999,3\n0.6,1\n", "clock.csv")?;
    /// let (even, differs) = data.taken_as_even(0.01).unwrap();
    /// assert!((even.spacing().even().unwrap() - 0.2).abs() < 1e-12 && differs < 0.002);
    /// assert!(data.taken_as_even(1e-4).is_none() && even.taken_as_even(0.01).is_none());
    /// # Ok::<(), lambdahat::data::DataError>(())
    /// ```
    pub fn taken_as_even(&self, most: f64) -> Option<(Self, f64)> {
        self.spacing().even().is_none().then_some(())?;
        let intervals = || self.trajectories().iter().flat_map(|t| t.times().windows(2)).map(|t| t[1] - t[0]);
        let interval = intervals().sum::<f64>() / intervals().count() as f64;
        let differs = intervals().map(|h| (h / interval - 1.0).abs()).fold(0.0, f64::max);
        if differs > most {
            return None;
        }
        let mut even = self.clone();
        for t in &mut even.trajectories {
            let start = t.start();
            t.times.iter_mut().enumerate().for_each(|(k, time)| *time = start + k as f64 * interval);
        }
        even.times = Times { spacing: Spacing::Even { interval }, interval_error: 0.0, gaps: Vec::new() };
        Some((even, differs))
    }
}
