//! Many modes at once: every solution with a certified radius, and the principal one, eight modes to a block.
//!
//! Modes that the kernel does not certify in f64 are handed to [`LearningEquation::branches`], so the answers are as
//! complete as there; only the radii are those of f64, some hundred units in the last place.

use super::batch_kernel::{LANES, Solved};
use super::branches::{BranchError, Branches, Principal};
use super::equation::LearningEquation;
use super::one_step::LIMIT;
use crate::method::Sampling;
use num_complex::Complex;
use rayon::prelude::*;

/// All solutions for many modes of one method.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeTable {
    solutions: usize,
    z: Vec<Complex<f64>>,
    radius: Vec<f64>,
    principal: Vec<u32>,
}

/// What a [`ModeTable`] holds, as plain arrays, mode by mode.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchArrays {
    /// Solutions a mode; 0 without modes.
    pub solutions: usize,
    /// All z = hλ̂, `solutions` a mode.
    pub z: Vec<Complex<f64>>,
    /// The radius of each.
    pub radius: Vec<f64>,
    /// Which solution of each mode is the principal one.
    pub principal: Vec<Option<u32>>,
}

/// No principal branch.
const NONE: u32 = u32::MAX;

impl ModeTable {
    /// How many modes were asked for.
    pub fn len(&self) -> usize {
        self.principal.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.principal.is_empty()
    }

    /// The solutions z = hλ̂ of a mode, in no particular order, those at infinity as infinite numbers.
    pub fn z(&self, mode: usize) -> &[Complex<f64>] {
        &self.z[mode * self.solutions..][..self.solutions]
    }

    /// For each of them the radius of a disc with exactly one exact solution, the members of a cluster sharing one disc with as many
    /// solutions as there are members; infinite at infinity.
    pub fn radius(&self, mode: usize) -> &[f64] {
        &self.radius[mode * self.solutions..][..self.solutions]
    }

    /// Everything as arrays, without a copy of the solutions.
    pub fn into_arrays(self) -> BatchArrays {
        let Self { solutions, z, radius, principal } = self;
        let principal: Vec<_> = principal.into_iter().map(|k| (k != NONE).then_some(k)).collect();
        BatchArrays { solutions: if principal.is_empty() { 0 } else { solutions }, z, radius, principal }
    }

    /// Which solution of a mode is the principal one; none where that is not defined or lies at infinity.
    pub fn principal(&self, mode: usize) -> Option<usize> {
        (self.principal[mode] != NONE).then_some(self.principal[mode] as usize)
    }
}

/// Modes handed to one thread at a time.
const CHUNK: usize = 1024;

impl LearningEquation {
    /// All solutions for many modes, on all cores. Errors when one of the modes has no answer.
    ///
    /// ```
    /// use lambdahat::{inverse::LearningEquation, method::{catalog, Sampling}};
    /// use num_complex::Complex;
    /// let rk4 = LearningEquation::of(&catalog::find("rk4").unwrap()).unwrap();
    /// let modes: Vec<_> = (0..1000).map(|k| Complex::new(-0.1, 0.003 * f64::from(k))).collect();
    /// let batch = rk4.batch(&modes, Sampling::new(1.0, 1).unwrap()).unwrap();
    /// // The principal branch of a slow mode is the mode, to fourth order.
    /// assert!((batch.z(10)[batch.principal(10).unwrap()] - modes[10]).norm() < 1e-6);
    /// ```
    pub fn batch(&self, lambdas: &[Complex<f64>], sampling: Sampling) -> Result<ModeTable, BranchError> {
        let (substeps, modes) = (sampling.substeps(), lambdas.len());
        let solutions = self.solutions(substeps);
        if solutions > LIMIT {
            return Err(BranchError::TooMany { substeps, degree: solutions / substeps as usize, limit: LIMIT });
        }
        // Tried first: an allocation that fails ends the process.
        let count = modes.saturating_mul(solutions);
        Vec::<(Complex<f64>, f64)>::new().try_reserve_exact(count).map_err(|_| BranchError::Memory { modes, solutions })?;
        let mut batch =
            ModeTable { solutions, z: vec![Complex { re: 0.0, im: 0.0 }; count], radius: vec![0.0; count], principal: vec![NONE; modes] };
        lambdas
            .par_chunks(CHUNK)
            .zip(batch.z.par_chunks_mut(CHUNK * solutions))
            .zip(batch.radius.par_chunks_mut(CHUNK * solutions))
            .zip(batch.principal.par_chunks_mut(CHUNK))
            .try_for_each(|(((lambdas, z), radius), principal)| {
                let blocks = lambdas
                    .chunks(LANES)
                    .zip(z.chunks_mut(LANES * solutions))
                    .zip(radius.chunks_mut(LANES * solutions))
                    .zip(principal.chunks_mut(LANES));
                for (((lambdas, z), radius), principal) in blocks {
                    self.block(lambdas, sampling, Block { solutions, z, radius, principal })?;
                }
                Ok(())
            })?;
        Ok(batch)
    }

    /// Up to eight modes.
    fn block(&self, lambdas: &[Complex<f64>], sampling: Sampling, mut out: Block) -> Result<(), BranchError> {
        let mut certified = [false; LANES];
        let limit = lambdas.iter().all(|l| l.is_finite() && (l.re * sampling.interval()).abs() < 300.0);
        if let (Some(kernel), true) = (self.kernel(), limit) {
            certified = [true; LANES];
            let h = sampling.step().get();
            let lane = |lane: usize| lambdas[lane.min(lambdas.len() - 1)] * h;
            let (x, y) = (std::array::from_fn(|k| lane(k).re), std::array::from_fn(|k| lane(k).im));
            let m = sampling.substeps();
            for index in 0..m {
                let angle = std::f64::consts::TAU * f64::from(index) / f64::from(m);
                let turn = (index > 0).then(|| Complex::from_polar(1.0, angle));
                out.take(&kernel.solve(&x, &y, turn), index as usize, kernel.degree, &mut certified);
            }
            if m > 1 {
                out.keep_disjoint(&mut certified);
            }
        }
        for (mode, lambda) in lambdas.iter().enumerate() {
            if !certified[mode] {
                out.fill(mode, &self.branches(*lambda, sampling)?, sampling);
            }
        }
        Ok(())
    }
}

/// Where the solutions of up to eight modes go.
struct Block<'a> {
    solutions: usize,
    z: &'a mut [Complex<f64>],
    radius: &'a mut [f64],
    principal: &'a mut [u32],
}

impl Block<'_> {
    /// The solutions of one factor.
    fn take(&mut self, solved: &Solved, index: usize, degree: usize, certified: &mut [bool; LANES]) {
        for (mode, certified) in certified.iter_mut().enumerate().take(self.principal.len()) {
            *certified &= solved.certified[mode];
            let first = mode * self.solutions + index * degree;
            for k in 0..degree {
                self.z[first + k] = Complex { re: solved.z[k].re.0[mode], im: solved.z[k].im.0[mode] };
                self.radius[first + k] = solved.radius[k].0[mode];
            }
            if index == 0 {
                self.principal[mode] = u32::from(solved.principal[mode]);
            }
        }
    }

    /// Discs of different factors must not touch either.
    fn keep_disjoint(&self, certified: &mut [bool; LANES]) {
        for (mode, (z, radius)) in self.z.chunks(self.solutions).zip(self.radius.chunks(self.solutions)).enumerate() {
            certified[mode] &= (0..z.len()).all(|i| (0..i).all(|j| (z[i] - z[j]).norm() > (radius[i] + radius[j]) * (1.0 + 1e-10)));
        }
    }

    /// The answer of the scalar path.
    fn fill(&mut self, mode: usize, found: &Branches, sampling: Sampling) {
        let h = sampling.step().get();
        let infinity = Complex { re: f64::INFINITY, im: 0.0 };
        for k in 0..self.solutions {
            let (z, radius) =
                found.branches.get(k).map_or((infinity, f64::INFINITY), |b| (b.z, b.radius * h + b.z.norm() * 4.0 * f64::EPSILON));
            self.z[mode * self.solutions + k] = z;
            self.radius[mode * self.solutions + k] = radius;
        }
        self.principal[mode] = match found.principal {
            Principal::Branch(index) => index as u32,
            _ => NONE,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    /// What memory cannot hold is refused before it is asked for.
    #[test]
    fn too_much_is_refused() {
        let rk4 = LearningEquation::of(&catalog::find("rk4").unwrap()).unwrap();
        let ask = |modes: usize, substeps| rk4.batch(&vec![Complex::new(0.0, 1.0); modes], Sampling::new(1.0, substeps).unwrap());
        assert!(matches!(ask(1, u32::MAX), Err(BranchError::TooMany { degree: 4, .. })));
        assert!(matches!(ask(1, 50_001), Err(BranchError::TooMany { .. })));
        assert!(ask(1, 100).is_ok());
    }

    /// The lanes against the scalar path: same solutions, same principal one, discs that hold them.
    #[test]
    fn lanes_agree_with_the_scalar_path() {
        let modes: Vec<Complex<f64>> = (0..203)
            .map(|k| {
                let k = f64::from(k);
                Complex::new(-2.5 + 3.5 * (k * 0.754_877_666_246_692_7).fract(), -4.0 + 8.0 * (k * 0.569_840_290_998_053_2).fract())
            })
            .chain([
                Complex::new(0.0, 0.0),
                Complex::new(0.0, 1.0),
                Complex::new(-1.0, 0.0),
                Complex::new(0.0, 3.3),
                Complex::new(1e-9, 1e-9),
            ])
            .collect();
        for (name, substeps) in [
            ("rk4", 1),
            ("rk4", 3),
            ("dormand-prince5", 1),
            ("gauss3", 1),
            ("gauss2", 2),
            ("forward-euler", 1),
            ("trapezoid", 2),
            ("heun2", 1),
            ("bogacki-shampine3", 1),
            ("kutta5-first", 1),
            ("verner6-2006", 1),
            ("papakostas6", 1),
            ("feagin10", 1),
            ("bdf3", 2),
        ] {
            let equation = LearningEquation::of(&catalog::find(name).unwrap()).unwrap();
            let sampling = Sampling::new(1.0, substeps).unwrap();
            let modes = if name == "feagin10" { &modes[..20] } else { &modes[..] };
            let batch = equation.batch(modes, sampling).unwrap();
            for (mode, lambda) in modes.iter().enumerate() {
                let found = equation.branches(*lambda, sampling).unwrap();
                for b in &found.branches {
                    let held = |(z, r): &(&Complex<f64>, &f64)| z.re.is_finite() && (*z - b.z).norm() <= *r + b.radius;
                    let held = batch.z(mode).iter().zip(batch.radius(mode)).filter(held).count();
                    assert_eq!(held, b.solutions, "{name} {lambda}");
                }
                assert_eq!(batch.z(mode).iter().filter(|z| !z.re.is_finite()).count(), found.at_infinity);
                let principal = batch.principal(mode).map(|k| batch.z(mode)[k]);
                match found.principal() {
                    Some(b) => assert!((principal.unwrap() - b.z).norm() <= 1e-9 * (1.0 + b.z.norm()), "{name} {lambda}"),
                    None => assert_eq!(principal, None, "{name} {lambda}"),
                }
            }
        }
    }

    #[test]
    fn most_modes_are_certified_in_the_lanes() {
        for name in ["rk4", "dormand-prince5", "gauss3"] {
            let equation = LearningEquation::of(&catalog::find(name).unwrap()).unwrap();
            let kernel = equation.kernel().unwrap();
            let mut certified = 0;
            for block in 0..200 {
                let at = |k: usize| (block * LANES + k) as f64;
                let x = std::array::from_fn(|k| -2.5 + 3.0 * (at(k) * 0.754_877_666_246_692_7).fract());
                let y = std::array::from_fn(|k| -3.0 + 6.0 * (at(k) * 0.569_840_290_998_053_2).fract());
                let solved = kernel.solve(&x, &y, None);
                certified += solved.certified.iter().filter(|c| **c).count();
                assert!(solved.radius[0].0.iter().zip(solved.certified).all(|(r, c)| !c || *r < 1e-10));
            }
            assert!(certified >= 200 * LANES * 99 / 100, "{name}: {certified}");
        }
    }

    #[test]
    fn bad_modes_are_errors() {
        let equation = LearningEquation::of(&catalog::find("rk4").unwrap()).unwrap();
        let sampling = Sampling::new(1.0, 1).unwrap();
        assert!(matches!(equation.batch(&[Complex::new(0.0, 1.0), Complex::new(f64::NAN, 0.0)], sampling), Err(BranchError::Mode(_))));
        assert!(equation.batch(&[], sampling).unwrap().is_empty());
    }
}
