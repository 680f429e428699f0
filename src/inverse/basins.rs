//! Which start lands on which branch: the landscape of a linear fit to a planar oscillator, and three ways down.
//!
//! A real 2×2 model ẋ = Âx is fitted to samples of ẋ = −αx − ωy, ẏ = ωx − αy by the loss
//! `L(Â) = tr((S − E) C (S − E)ᵀ)`, S = R(hÂ)^m, E = e^{HA}, C the second moment of the samples: what a teacher-forced fit sees of noiseless
//! data. Its global minima are the branches, one real Â each; where a descent ends depends on its start and on itself.

use super::{BranchError, Branches, LearningEquation};
use crate::method::{Method, Sampling};
use crate::stability::region::Region;
use nalgebra::{Matrix2, Matrix4, Vector4};
use num_complex::Complex;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A way down the landscape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Descent {
    /// dÂ/dt = −∇L, followed by the embedded pair of Bogacki & Shampine (1989): gradient descent with steps so small that they do not matter.
    GradientFlow,
    /// Gauss–Newton with Levenberg and Marquardt's damping, the same policy as this crate's fits: first damping 10⁻³ of the largest diagonal entry of
    /// JᵀJ, a tenth to a third after a good step, fourfold after a bad one.
    GaussNewton,
    /// Adam (Kingma & Ba 2015), full batch, the rate falling as a cosine to a hundredth.
    Adam {
        /// The first rate.
        rate: f64,
        /// Steps.
        iterations: usize,
    },
}

/// Why there are no basins to show.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BasinError {
    /// The branches cannot be given.
    #[error(transparent)]
    Branch(#[from] BranchError),
    /// A multistep method has one branch: every start that converges lands there.
    #[error("{0} is a multistep method: it has one λ̂ for each mode, so there is one basin")]
    OneBranch(String),
    /// A real mode is not an oscillation of the plane.
    #[error("λ = {0} is real: the basins are those of a planar oscillator, so give λ an imaginary part")]
    Real(Complex<f64>),
    /// The samples do not span the plane.
    #[error("{0} samples of the oscillator do not span the plane: ask for more, or for another interval")]
    Samples(usize),
}

/// The landscape of one method, one mode, one data set.
#[derive(Debug, Clone)]
pub struct Basins {
    /// The branches that a start can land on.
    pub branches: Branches,
    numerator: Vec<f64>,
    denominator: Vec<f64>,
    step: f64,
    substeps: u32,
    target: Matrix2<f64>,
    /// L with C = LLᵀ.
    root: Matrix2<f64>,
}

/// How many random starts landed on each branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Starts that landed on each branch, in the order of [`Branches`].
    pub landed: Vec<usize>,
    /// Starts that landed nowhere: they were still on their way, or left for infinity.
    pub elsewhere: usize,
}

impl Shares {
    /// All starts.
    pub fn total(&self) -> usize {
        self.landed.iter().sum::<usize>() + self.elsewhere
    }

    /// The share of one branch and its standard error √(p(1 − p)/n).
    pub fn share(&self, branch: usize) -> (f64, f64) {
        let n = self.total().max(1) as f64;
        let p = self.landed[branch] as f64 / n;
        (p, (p * (1.0 - p) / n).sqrt())
    }
}

impl Basins {
    /// The landscape for `samples` noiseless samples of the oscillator, from (1, 0).
    pub fn new(method: &Method, lambda: Complex<f64>, sampling: Sampling, samples: usize) -> Result<Self, BasinError> {
        let region = Region::of(method).map_err(|_| BranchError::Degenerate { method: method.name().to_owned() })?;
        let Region::OneStep { numerator, denominator } = region else {
            return Err(BasinError::OneBranch(method.name().to_owned()));
        };
        if lambda.im == 0.0 {
            return Err(BasinError::Real(lambda));
        }
        let branches = LearningEquation::of(method)?.branches(lambda, sampling)?;
        let factor = (lambda * sampling.interval()).exp();
        let target = rotation(factor);
        let (mut x, mut moment) = (Complex::new(1.0, 0.0), Matrix2::zeros());
        let pairs = samples.saturating_sub(1);
        for _ in 0..pairs {
            moment += Matrix2::new(x.re * x.re, x.re * x.im, x.re * x.im, x.im * x.im) / pairs.max(1) as f64;
            x *= factor;
        }
        let root = moment.cholesky().ok_or(BasinError::Samples(samples))?.l();
        Ok(Self { branches, numerator, denominator, step: sampling.step().get(), substeps: sampling.substeps(), target, root })
    }

    /// Where the descent from λ̂₀ (the matrix that turns and shrinks like λ̂₀) lands: the index of a branch.
    pub fn landing(&self, start: Complex<f64>, descent: Descent) -> Option<usize> {
        self.branch_of(&self.descend(rotation(start), descent)?)
    }

    /// Lands `starts` random matrices, each entry N(0, width²), from one seed.
    pub fn shares(&self, descent: Descent, width: f64, starts: usize, seed: u64) -> Shares {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut entry = || -> f64 {
            let x: f64 = StandardNormal.sample(&mut rng);
            x * width
        };
        let matrices: Vec<Matrix2<f64>> = (0..starts).map(|_| Matrix2::new(entry(), entry(), entry(), entry())).collect();
        let ends: Vec<Option<usize>> =
            matrices.into_par_iter().map(|start| self.descend(start, descent).and_then(|end| self.branch_of(&end))).collect();
        let mut shares = Shares { landed: vec![0; self.branches.branches.len()], elsewhere: 0 };
        for end in ends {
            match end {
                Some(branch) => shares.landed[branch] += 1,
                None => shares.elsewhere += 1,
            }
        }
        shares
    }

    /// The branch that a fitted matrix is on, if it is on one: its λ̂ is that of the eigenvector (1, −i) of the oscillator, within a tenth
    /// of the distance to the next branch.
    pub fn branch_of(&self, a: &Matrix2<f64>) -> Option<usize> {
        let found = &self.branches.branches;
        let end = Complex::new(a.m11 + a.m22, a.m21 - a.m12) * 0.5;
        let stray = Complex::new(a.m11 - a.m22, a.m21 + a.m12).norm() * 0.5;
        let nearest = (0..found.len()).min_by(|&i, &j| (found[i].lambda - end).norm().total_cmp(&(found[j].lambda - end).norm()))?;
        let others = (0..found.len()).filter(|&k| k != nearest);
        let room = others.map(|k| (found[k].lambda - found[nearest].lambda).norm()).fold(found[nearest].lambda.norm().max(1.0), f64::min);
        ((found[nearest].lambda - end).norm().max(stray) < 0.1 * room).then_some(nearest)
    }

    /// (S − E)L, and with it its derivatives in the four entries of Â.
    fn residual(&self, a: &Matrix2<f64>) -> (Matrix2<f64>, [Matrix2<f64>; 4]) {
        let z = a * self.step;
        let directions: [Matrix2<f64>; 4] = std::array::from_fn(|k| {
            let mut v = Matrix2::zeros();
            v[(k / 2, k % 2)] = self.step;
            v
        });
        let (p, dp) = polynomial(&self.numerator, &z, &directions);
        let (r, dr) = if self.denominator.len() == 1 {
            (p / self.denominator[0], dp.map(|d| d / self.denominator[0]))
        } else {
            let (q, dq) = polynomial(&self.denominator, &z, &directions);
            let inverse = q.try_inverse().unwrap_or_else(|| Matrix2::repeat(f64::NAN));
            let r = inverse * p;
            (r, std::array::from_fn(|k| inverse * (dp[k] - dq[k] * r)))
        };
        let (mut s, mut ds) = (r, dr);
        for _ in 1..self.substeps {
            ds = std::array::from_fn(|k| ds[k] * r + s * dr[k]);
            s *= r;
        }
        ((s - self.target) * self.root, ds.map(|d| d * self.root))
    }

    /// The loss and its gradient.
    fn slope(&self, a: &Matrix2<f64>) -> (f64, Matrix2<f64>) {
        let (r, dr) = self.residual(a);
        let g: [f64; 4] = std::array::from_fn(|k| 2.0 * r.dot(&dr[k]));
        (r.norm_squared(), Matrix2::new(g[0], g[1], g[2], g[3]))
    }

    fn descend(&self, start: Matrix2<f64>, descent: Descent) -> Option<Matrix2<f64>> {
        match descent {
            Descent::GradientFlow => self.flow(start),
            Descent::GaussNewton => self.gauss_newton(start),
            Descent::Adam { rate, iterations } => self.adam(start, rate, iterations),
        }
    }

    fn flow(&self, mut a: Matrix2<f64>) -> Option<Matrix2<f64>> {
        let (mut loss, mut g) = self.slope(&a);
        let mut dt = 1e-3 / (1.0 + g.norm());
        for _ in 0..50_000 {
            if loss < 1e-9 {
                return Some(a);
            }
            let (_, k2) = self.slope(&(a - g * (0.5 * dt)));
            let (_, k3) = self.slope(&(a - k2 * (0.75 * dt)));
            let next = a - (g * 2.0 + k2 * 3.0 + k3 * 4.0) * (dt / 9.0);
            let (lower, k4) = self.slope(&next);
            let error = (g * (-5.0 / 72.0) + k2 / 12.0 + k3 / 9.0 - k4 / 8.0).norm() * dt;
            let allowed = 1e-6 * (1.0 + a.norm());
            if error <= allowed && lower.is_finite() {
                (a, loss, g) = (next, lower, k4);
            }
            let factor = if error.is_finite() { 0.9 * (allowed / error.max(1e-300)).cbrt() } else { 0.1 };
            dt *= factor.clamp(0.1, 4.0);
        }
        None
    }

    fn gauss_newton(&self, mut a: Matrix2<f64>) -> Option<Matrix2<f64>> {
        let (mut r, mut dr) = self.residual(&a);
        let mut mu = f64::NAN;
        for _ in 0..200 {
            let loss = r.norm_squared();
            if loss < 1e-20 {
                return Some(a);
            }
            let normal = Matrix4::from_fn(|i, j| dr[i].dot(&dr[j]));
            let slope = Vector4::from_fn(|i, _| dr[i].dot(&r));
            let largest = normal.diagonal().max();
            if mu.is_nan() {
                mu = 1e-3 * largest;
            }
            mu = mu.max(1e-15 * largest);
            let mut lowered = false;
            for _ in 0..40 {
                let damped = normal + Matrix4::identity() * mu;
                let Some(step) = damped.cholesky().map(|c| c.solve(&-slope)) else {
                    mu *= 4.0;
                    continue;
                };
                let trial = a + Matrix2::new(step[0], step[1], step[2], step[3]);
                let (next, next_dr) = self.residual(&trial);
                let lower = next.norm_squared();
                if lower < loss {
                    let predicted = loss + 2.0 * slope.dot(&step) + step.dot(&(normal * step));
                    let gain = (loss - lower) / (loss - predicted).max(f64::MIN_POSITIVE);
                    (a, r, dr) = (trial, next, next_dr);
                    mu *= if gain > 0.75 {
                        0.1
                    } else if gain > 0.25 {
                        0.3
                    } else {
                        2.0
                    };
                    lowered = true;
                    break;
                }
                mu *= 4.0;
            }
            if !lowered {
                break;
            }
        }
        (r.norm_squared() < 1e-9).then_some(a)
    }

    fn adam(&self, mut a: Matrix2<f64>, rate: f64, iterations: usize) -> Option<Matrix2<f64>> {
        let (mut m, mut v) = (Matrix2::zeros(), Matrix2::zeros());
        let (mut power1, mut power2) = (1.0, 1.0);
        let mut best = (f64::INFINITY, a);
        for iteration in 0..iterations {
            let (loss, g) = self.slope(&a);
            if loss < best.0 {
                best = (loss, a);
            }
            // Below 1e-10 it only polishes.
            if !loss.is_finite() || loss < 1e-10 {
                break;
            }
            power1 *= 0.9;
            power2 *= 0.999;
            let part = iteration as f64 / iterations as f64;
            let now = rate * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * part).cos()));
            m = m * 0.9 + g * 0.1;
            v = v * 0.999 + g.component_mul(&g) * 0.001;
            a -= m.zip_map(&v, |m: f64, v: f64| now * (m / (1.0 - power1)) / ((v / (1.0 - power2)).sqrt() + 1e-8));
        }
        (best.0 < 1e-2).then_some(best.1)
    }
}

/// The matrix that acts on the plane as a complex number does.
fn rotation(z: Complex<f64>) -> Matrix2<f64> {
    Matrix2::new(z.re, -z.im, z.im, z.re)
}

/// p(Z) by Horner's rule, and its derivatives in some directions.
fn polynomial(p: &[f64], z: &Matrix2<f64>, directions: &[Matrix2<f64>; 4]) -> (Matrix2<f64>, [Matrix2<f64>; 4]) {
    let (mut w, mut dw) = (Matrix2::zeros(), [Matrix2::zeros(); 4]);
    for &c in p.iter().rev() {
        dw = std::array::from_fn(|k| dw[k] * z + w * directions[k]);
        w = w * z + Matrix2::from_diagonal_element(c);
    }
    (w, dw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    fn basins(name: &str, substeps: u32) -> Basins {
        let method = catalog::find(name).unwrap();
        Basins::new(&method, Complex::new(-0.1, 2.0), Sampling::new(1.0, substeps).unwrap(), 40).unwrap()
    }

    const WAYS: [Descent; 3] = [Descent::GradientFlow, Descent::GaussNewton, Descent::Adam { rate: 0.02, iterations: 1500 }];

    #[test]
    fn a_start_beside_a_branch_lands_on_it() {
        for (name, substeps) in [("rk4", 1), ("gauss2", 1), ("heun2", 2)] {
            let basins = basins(name, substeps);
            for (k, branch) in basins.branches.branches.iter().enumerate() {
                for way in WAYS {
                    assert_eq!(basins.landing(branch.lambda + Complex::new(0.02, -0.01), way), Some(k), "{name} {k} {way:?}");
                }
            }
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        for (name, substeps) in [("rk4", 1), ("radau-iia-2", 1), ("gauss2", 3)] {
            let basins = basins(name, substeps);
            let a = Matrix2::new(0.3, -1.1, 0.7, -0.4);
            let (_, g) = basins.slope(&a);
            for k in 0..4 {
                let mut v = Matrix2::zeros();
                v[(k / 2, k % 2)] = 1e-6;
                let central = (basins.slope(&(a + v)).0 - basins.slope(&(a - v)).0) / 2e-6;
                assert!((central - g[(k / 2, k % 2)]).abs() < 1e-6 * (1.0 + central.abs()), "{name} {k}");
            }
        }
    }

    #[test]
    fn shares_add_up_and_do_not_depend_on_the_threads() {
        let basins = basins("rk4", 1);
        let shares = basins.shares(Descent::GaussNewton, 2.0, 200, 7);
        assert_eq!(shares.total(), 200);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| basins.shares(Descent::GaussNewton, 2.0, 200, 7)), shares);
    }

    #[test]
    fn a_method_of_degree_one_has_one_basin() {
        let basins = basins("implicit-midpoint", 1);
        // Wider starts have real eigenvalues beyond the pole at hλ̂ = 2, from which the flow leaves for infinity.
        let shares = basins.shares(Descent::GradientFlow, 0.4, 100, 3);
        assert_eq!(shares.landed.len(), 1);
        assert_eq!(shares.landed[0], 100, "{shares:?}");
    }
}
