//! What a loss learns from samples at uneven times with a linear model through an exact flow.
//!
//! Without an integrator in between, a window of K intervals is K pairs with one start, (x_s, x_{s+j}, t_{s+j} − t_s), and a rollout is one such window: each is a
//! loss of pairs, which [`flow_minimum`] descends on. From starts that are fitted as well noise in the samples does not bias the modes: they are the truth's.

use super::nearest::nearest;
use super::uneven_times::Coordinates;
use crate::data::{Paths, Trajectories};
use crate::exact::eigenvalues;
use crate::fit::Loss;
use crate::inverse::{StatePair, flow_minimum};
use crate::truth::Mode;
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;

/// Pairs that a loss is followed on, at most.
const MOST_PAIRS: usize = 20_000;
/// Windows grow by this factor from pairs up to their length.
const LONGER: usize = 3;

/// A linear model of all columns, with the samples.
#[derive(Clone, Debug)]
pub(super) struct UnevenMap {
    paths: Paths,
    /// Where the model rests, and the matrix of the modes.
    centre: Vec<f64>,
    truth: DMatrix<f64>,
    /// Whether the centre is learned as well.
    affine: bool,
}

impl UnevenMap {
    /// Of uneven samples whose modes are those of one linear system of all columns; `None` of others.
    pub fn of(data: &Trajectories, modes: &[Mode], affine: bool) -> Option<Self> {
        let paths = data.paths().ok().filter(Paths::is_uneven)?;
        let lambdas: Vec<Complex<f64>> = modes.iter().map(|mode| mode.lambda).collect();
        let truth = Coordinates::of(data, modes)?.matrix(&lambdas, &lambdas)?;
        let centre = if affine { modes.first()?.equilibrium.clone() } else { vec![0.0; data.dimension()] };
        Some(Self { paths, centre, truth, affine })
    }

    /// What the loss prefers in the place of each mode, and the mean square of the residuals.
    pub fn learned(&self, loss: Loss, modes: &[Mode]) -> Option<(Vec<Complex<f64>>, f64)> {
        let targets: Vec<Complex<f64>> = modes.iter().map(|mode| mode.lambda).collect();
        let shortest = self.paths.iter().map(|path| path.len()).min()?.saturating_sub(1);
        let longest = match loss {
            Loss::Pairs => 1,
            Loss::Windows(k) => k,
            Loss::Rollout => shortest,
            Loss::RolloutFreeStart => return Some((targets, self.floor())),
        };
        let (mut matrix, mut floor) = (self.truth.clone(), 0.0);
        let mut length = 1;
        loop {
            let pairs = self.pairs(length, loss == Loss::Rollout && length == longest);
            let found = flow_minimum(&pairs, &self.centre, self.affine, &matrix).ok()??;
            floor = if length == longest { found.level.powi(2) * self.motion(&pairs) } else { floor };
            matrix = found.matrix;
            if length >= longest {
                break;
            }
            length = (LONGER * length).min(longest);
        }
        let discs = eigenvalues(&matrix).ok()?;
        let values: Vec<Complex<f64>> = discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect();
        Some((nearest(&values, &targets)?, floor))
    }

    /// Noise in the samples relative to the motion: the residuals of pairs have e_{k+1} − Φ_k e_k of it.
    pub fn noise(&self) -> Option<f64> {
        let (mut square, mut weight) = (0.0, 0.0);
        for pair in self.pairs(1, false) {
            let flow = (&self.truth * pair.interval).exp();
            let centre = DVector::from_column_slice(&self.centre);
            let residual = &flow * (DVector::from_vec(pair.from) - &centre) + &centre - DVector::from_vec(pair.to);
            square += residual.norm_squared();
            weight += flow.norm_squared() + flow.nrows() as f64;
        }
        let noise = square / weight;
        let (d, rows) = (self.paths.dimension(), self.paths.samples() as f64);
        let mean = |j: usize| self.paths.states().map(|x| x[j]).sum::<f64>() / rows;
        let means: Vec<f64> = (0..d).map(mean).collect();
        let motion =
            self.paths.states().map(|x| x.iter().zip(&means).map(|(x, m)| (x - m).powi(2)).sum::<f64>()).sum::<f64>() / (rows * d as f64);
        (noise < motion).then(|| (noise / (motion - noise)).sqrt())
    }

    /// The mean square of what free starts leave, which is the noise.
    fn floor(&self) -> f64 {
        let motion = self.motion(&self.pairs(1, false));
        self.noise().map_or(0.0, |noise| noise.powi(2) * motion / (1.0 + noise.powi(2)))
    }

    /// Windows of so many intervals one after another, or one from the start of each run, as pairs.
    fn pairs(&self, length: usize, one_each: bool) -> Vec<StatePair> {
        let mut starts = Vec::new();
        for (k, path) in self.paths.iter().enumerate() {
            let all = (0..path.len().saturating_sub(length)).step_by(length);
            starts.extend(all.take(if one_each { 1 } else { usize::MAX }).map(|row| (k, row)));
        }
        let every = (starts.len() * length).div_ceil(MOST_PAIRS).max(1);
        let pair = |(k, row): (usize, usize)| {
            let path = self.paths.get(k);
            path.into_iter().flat_map(move |path| {
                (1..=length).map(move |j| StatePair {
                    from: path[row].to_vec(),
                    to: path[row + j].to_vec(),
                    interval: path.times()[row + j] - path.times()[row],
                    substeps: 1,
                })
            })
        };
        starts.into_iter().step_by(every).flat_map(pair).collect()
    }

    /// The mean square of x_{k+1} − centre.
    fn motion(&self, pairs: &[StatePair]) -> f64 {
        let square = |pair: &StatePair| pair.to.iter().zip(&self.centre).map(|(x, c)| (x - c).powi(2)).sum::<f64>();
        pairs.iter().map(square).sum::<f64>() / (pairs.len() * self.centre.len()).max(1) as f64
    }
}
