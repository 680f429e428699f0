//! How well the samples and the places where a loss asks the field cover each other.
//!
//! A loss sees f̂ at the stages of the method only. Those of implicit midpoint lie on the chords between samples, inside a convex orbit: the field on the
//! orbit itself is then extrapolated, however small the loss.

use crate::data::Paths;
use crate::dynamics::norm::distance;
use serde::Serialize;

/// Points and samples that are compared; more are thinned out evenly.
const MOST: usize = 1_500;
/// Near is within this part of the samples' root mean square distance from their mean, or the median distance of neighbouring samples.
const NEAR: f64 = 0.1;

/// The places where the loss asks the field, beside the samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Up to which distance a point counts as near: a tenth of the samples' root mean square distance from their mean, or, where that is larger, the
    /// median distance from a sample to the nearest other one.
    pub reach: f64,
    /// The share of the points that lie near a sample.
    pub points_near_samples: f64,
    /// The share of the samples that lie near a point. Where it is below 1 the fit has never been asked for the field at some of its own samples.
    pub samples_near_points: f64,
    /// The least and the largest distance of the points from the equilibrium; `null` where none is known.
    pub points_from_equilibrium: Option<[f64; 2]>,
    /// The same of the samples.
    pub samples_from_equilibrium: Option<[f64; 2]>,
}

/// Compares the points with the samples; `None` where there are none of either, or a point is not finite.
pub(super) fn coverage(points: &[Vec<f64>], samples: &Paths, equilibrium: Option<&[f64]>) -> Option<Coverage> {
    let all: Vec<&[f64]> = samples.states().collect();
    let points: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
    if all.is_empty() || points.is_empty() || points.iter().any(|x| x.iter().any(|v| !v.is_finite())) {
        return None;
    }
    let d = all[0].len();
    let mean: Vec<f64> = (0..d).map(|c| all.iter().map(|x| x[c]).sum::<f64>() / all.len() as f64).collect();
    let spread = (all.iter().map(|x| distance(x, &mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
    let (samples, points) = (thinned(&all), thinned(&points));
    let mut gaps: Vec<f64> = (0..samples.len())
        .filter_map(|i| {
            let others = samples.iter().enumerate().filter(|&(j, x)| j != i && *x != samples[i]);
            others.map(|(_, x)| distance(x, samples[i])).min_by(f64::total_cmp)
        })
        .collect();
    gaps.sort_by(f64::total_cmp);
    let reach = (NEAR * spread).max(gaps.get(gaps.len() / 2).copied().unwrap_or(0.0));
    let near = |from: &[&[f64]], to: &[&[f64]]| {
        from.iter().filter(|x| to.iter().any(|y| distance(x, y) <= reach)).count() as f64 / from.len() as f64
    };
    let range = |of: &[&[f64]]| {
        equilibrium.map(|centre| {
            let far = of.iter().map(|x| distance(x, centre));
            [far.clone().fold(f64::INFINITY, f64::min), far.fold(0.0, f64::max)]
        })
    };
    Some(Coverage {
        reach,
        points_near_samples: near(&points, &samples),
        samples_near_points: near(&samples, &points),
        points_from_equilibrium: range(&points),
        samples_from_equilibrium: range(&samples),
    })
}

fn thinned<'a>(all: &[&'a [f64]]) -> Vec<&'a [f64]> {
    all.iter().copied().step_by(all.len().div_ceil(MOST).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn circle(n: usize, radius: f64, angle: f64) -> Vec<Vec<f64>> {
        (0..n).map(|k| angle * k as f64).map(|t| vec![radius * t.cos(), radius * t.sin()]).collect()
    }

    #[test]
    fn chords_of_a_coarsely_sampled_circle_lie_inside_it() {
        // Samples a sixth of a turn apart, slightly off so that they do not repeat: the chords' middles have cos(π/6) of the radius.
        let step = TAU / 6.0 + 0.01;
        let circle = circle(60, 1.0, step);
        let samples = Paths::of(std::slice::from_ref(&circle)).expect("finite");
        let middles: Vec<Vec<f64>> = circle.windows(2).map(|w| vec![(w[0][0] + w[1][0]) / 2.0, (w[0][1] + w[1][1]) / 2.0]).collect();
        let found = coverage(&middles, &samples, Some(&[0.0, 0.0])).expect("finite");
        assert!(found.points_near_samples == 0.0 && found.samples_near_points == 0.0, "{found:?}");
        let [low, high] = found.points_from_equilibrium.expect("given");
        assert!((low - (step / 2.0).cos()).abs() < 1e-12 && (high - low) < 1e-12);
        // The samples themselves cover themselves.
        let itself = coverage(&circle, &samples, None).expect("finite");
        assert_eq!((itself.points_near_samples, itself.samples_near_points), (1.0, 1.0));
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let one = Paths::of(&[vec![vec![1.0]]]).expect("finite");
        assert!(coverage(&[], &one, None).is_none());
        assert!(coverage(&[vec![f64::NAN]], &one, None).is_none());
        assert!(coverage(&[vec![1.0]], &Paths::default(), None).is_none());
    }
}
