//! Polynomial dictionaries: all products of one-variable polynomials up to a total degree.

use crate::simd::{Loops, Width, run};
use serde::{Deserialize, Serialize};

/// The one-variable polynomials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PowerFamily {
    /// Powers u^k: the dictionary of SINDy, whose coefficients mean something (Brunton, Proctor & Kutz 2016).
    Power,
    /// Chebyshev polynomials T_k(u) of the state scaled to [−1, 1]: the same span, well conditioned at high degree.
    Chebyshev,
}

/// Π_j p_{e_j}((x_j − centre_j)/half_j) over all exponents with |e| ≤ degree, lowest degree first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dictionary {
    family: PowerFamily,
    degree: usize,
    centre: Vec<f64>,
    half: Vec<f64>,
    exponents: Vec<Vec<usize>>,
}

impl Dictionary {
    /// Powers of the raw state.
    pub fn powers(d: usize, degree: usize) -> Self {
        Self { family: PowerFamily::Power, degree, centre: vec![0.0; d], half: vec![1.0; d], exponents: exponents(d, degree) }
    }

    /// Chebyshev polynomials over the box with this centre and these half widths (each positive).
    pub fn chebyshev(centre: Vec<f64>, half: Vec<f64>, degree: usize) -> Self {
        let exponents = exponents(centre.len(), degree);
        Self { family: PowerFamily::Chebyshev, degree, centre, half, exponents }
    }

    /// How many products.
    pub fn count(&self) -> usize {
        self.exponents.len()
    }

    /// The exponents of each product.
    pub fn exponents(&self) -> &[Vec<usize>] {
        &self.exponents
    }

    /// The total degree.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// The centre of its box; zero for powers of the raw state.
    pub fn centre(&self) -> &[f64] {
        &self.centre
    }

    /// Half the widths of its box; one for powers of the raw state.
    pub fn half_widths(&self) -> &[f64] {
        &self.half
    }

    /// Powers or Chebyshev polynomials.
    pub fn family(&self) -> PowerFamily {
        self.family
    }

    /// Which product is the constant, and which are the single variables: (constant, x₁, …, x_d); the last are missing at degree 0.
    pub(crate) fn low_terms(&self) -> (usize, Vec<usize>) {
        let d = self.centre.len();
        let find = |wanted: &dyn Fn(&[usize]) -> bool| self.exponents.iter().position(|e| wanted(e));
        let constant = find(&|e| e.iter().sum::<usize>() == 0).unwrap_or(0);
        let linear = (0..d).filter_map(|j| find(&|e| e.iter().sum::<usize>() == 1 && e[j] == 1)).collect();
        (constant, linear)
    }

    /// x ↦ (x − centre)/half, the variable of each family.
    pub(crate) fn scaling(&self) -> (&[f64], &[f64]) {
        (&self.centre, &self.half)
    }

    /// Whether all parts fit together: asked of dictionaries that come from outside.
    pub(crate) fn consistent(&self, d: usize) -> Result<(), String> {
        let lengths = self.centre.len() == d && self.half.len() == d && self.exponents.iter().all(|e| e.len() == d);
        let degrees = self.degree <= 64 && self.exponents.iter().flatten().all(|&e| e <= self.degree);
        let scaled = self.centre.iter().all(|c| c.is_finite()) && self.half.iter().all(|&h| h.is_finite() && h > 0.0);
        if lengths && degrees && scaled && !self.exponents.is_empty() {
            Ok(())
        } else {
            Err("its dictionary's parts do not fit together".into())
        }
    }

    /// φ (count × n) of x (d × n).
    pub(crate) fn value(&self, width: Width, x: &[f64], n: usize, out: &mut [f64]) {
        run(width, Values { dictionary: self, x, n, out });
    }

    /// φ′(x)ᵀ·adjoint (d × n).
    pub(crate) fn pull_back(&self, width: Width, x: &[f64], n: usize, adjoint: &[f64], out: &mut [f64]) {
        run(width, PullBack { dictionary: self, x, n, adjoint, out });
    }
}

/// States that are treated at once: their ladders stay in the first-level cache.
const BLOCK: usize = 32;

/// The first numbers of a row; 0 beyond its end.
#[inline(always)]
fn block(row: &[f64]) -> [f64; BLOCK] {
    let whole = row.first_chunk().copied();
    whole.unwrap_or_else(|| {
        let mut block = [0.0; BLOCK];
        block[..row.len()].copy_from_slice(row);
        block
    })
}

/// The same the other way round.
#[inline(always)]
fn write(block: &[f64; BLOCK], row: &mut [f64]) {
    let length = row.len().min(BLOCK);
    row[..length].copy_from_slice(&block[..length]);
}

/// p_k(u) and p_k′(u)/half of every variable, for k = 0..=degree, of a block of states.
struct Ladder {
    rungs: usize,
    value: Vec<[f64; BLOCK]>,
    slope: Vec<[f64; BLOCK]>,
}

impl Ladder {
    fn new(dictionary: &Dictionary) -> Self {
        let rungs = dictionary.degree + 1;
        let mut ladder = Self { rungs, value: vec![[0.0; BLOCK]; dictionary.centre.len() * rungs], slope: Vec::new() };
        ladder.slope = ladder.value.clone();
        ladder
    }

    /// Of the states from `from` on.
    #[inline(always)]
    fn climb(&mut self, dictionary: &Dictionary, x: &[f64], n: usize, from: usize) {
        for (j, (centre, half)) in dictionary.centre.iter().zip(&dictionary.half).enumerate() {
            let of = j * self.rungs..(j + 1) * self.rungs;
            let (p, q) = (&mut self.value[of.clone()], &mut self.slope[of]);
            let u = block(&x[j * n + from..(j + 1) * n]).map(|x| (x - centre) / half);
            (p[0], q[0]) = ([1.0; BLOCK], [0.0; BLOCK]);
            if self.rungs > 1 {
                (p[1], q[1]) = (u, [1.0 / half; BLOCK]);
            }
            for k in 2..self.rungs {
                for i in 0..BLOCK {
                    match dictionary.family {
                        PowerFamily::Power => {
                            p[k][i] = u[i] * p[k - 1][i];
                            q[k][i] = k as f64 * p[k - 1][i] / half;
                        }
                        PowerFamily::Chebyshev => {
                            p[k][i] = 2.0 * u[i] * p[k - 1][i] - p[k - 2][i];
                            q[k][i] = 2.0 * p[k - 1][i] / half + 2.0 * u[i] * q[k - 1][i] - q[k - 2][i];
                        }
                    }
                }
            }
        }
    }

    /// Multiplies by the values of all variables but `left_out`.
    #[inline(always)]
    fn multiply(&self, product: &mut [f64; BLOCK], exponents: &[usize], left_out: Option<usize>) {
        for (l, &e) in exponents.iter().enumerate() {
            if e > 0 && Some(l) != left_out {
                let p = &self.value[l * self.rungs + e];
                for i in 0..BLOCK {
                    product[i] *= p[i];
                }
            }
        }
    }
}

struct Values<'a> {
    dictionary: &'a Dictionary,
    x: &'a [f64],
    n: usize,
    out: &'a mut [f64],
}

impl Loops for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { dictionary, x, n, out } = self;
        let mut ladder = Ladder::new(dictionary);
        for from in (0..n).step_by(BLOCK) {
            ladder.climb(dictionary, x, n, from);
            for (row, exponents) in dictionary.exponents.iter().enumerate() {
                let mut product = [1.0; BLOCK];
                ladder.multiply(&mut product, exponents, None);
                write(&product, &mut out[row * n + from..(row + 1) * n]);
            }
        }
    }
}

struct PullBack<'a> {
    dictionary: &'a Dictionary,
    x: &'a [f64],
    n: usize,
    adjoint: &'a [f64],
    out: &'a mut [f64],
}

impl Loops for PullBack<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { dictionary, x, n, adjoint, out } = self;
        let mut ladder = Ladder::new(dictionary);
        for from in (0..n).step_by(BLOCK) {
            ladder.climb(dictionary, x, n, from);
            for j in 0..dictionary.centre.len() {
                let mut sum = [0.0; BLOCK];
                for (row, exponents) in dictionary.exponents.iter().enumerate().filter(|(_, exponents)| exponents[j] > 0) {
                    let mut product = ladder.slope[j * ladder.rungs + exponents[j]];
                    ladder.multiply(&mut product, exponents, Some(j));
                    let weights = block(&adjoint[row * n + from..(row + 1) * n]);
                    for i in 0..BLOCK {
                        sum[i] += weights[i] * product[i];
                    }
                }
                write(&sum, &mut out[j * n + from..(j + 1) * n]);
            }
        }
    }
}

/// All exponents of d variables with total degree at most `degree`, graded, then lexicographic.
fn exponents(d: usize, degree: usize) -> Vec<Vec<usize>> {
    fn extend(prefix: &mut Vec<usize>, left: usize, variables: usize, all: &mut Vec<Vec<usize>>) {
        if variables == 1 {
            prefix.push(left);
            all.push(prefix.clone());
            prefix.pop();
            return;
        }
        for e in (0..=left).rev() {
            prefix.push(e);
            extend(prefix, left - e, variables - 1, all);
            prefix.pop();
        }
    }
    let mut all = Vec::new();
    for total in 0..=degree {
        extend(&mut Vec::with_capacity(d), total, d.max(1), &mut all);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_binomially_many_products() {
        assert_eq!(Dictionary::powers(2, 3).count(), 10);
        assert_eq!(Dictionary::powers(3, 2).count(), 10);
        assert_eq!(Dictionary::powers(2, 2).exponents(), [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]);
        assert_eq!(Dictionary::powers(2, 2).low_terms(), (0, vec![1, 2]));
    }

    #[test]
    fn chebyshev_products_are_cosines() {
        let dictionary = Dictionary::chebyshev(vec![1.0, 0.0], vec![2.0, 0.5], 6);
        let (s, t) = (0.3f64, -0.9f64);
        let x = [1.0 + 2.0 * s, 0.5 * t];
        let mut out = vec![0.0; dictionary.count()];
        dictionary.value(Width::detected(), &x, 1, &mut out);
        for (value, e) in out.iter().zip(dictionary.exponents()) {
            let expected = (e[0] as f64 * s.acos()).cos() * (e[1] as f64 * t.acos()).cos();
            assert!((value - expected).abs() < 1e-13);
        }
    }

    /// For powers and Chebyshev polynomials of three variables, in whole and broken blocks and all widths: differences of the values are what the adjoint pulls back, and no width rounds otherwise.
    #[test]
    fn what_is_pulled_back_is_the_slope() {
        let n = BLOCK + 5;
        let x: Vec<f64> = (0..3 * n).map(|k| (0.7 * k as f64).sin()).collect();
        for dictionary in [Dictionary::powers(3, 4), Dictionary::chebyshev(vec![0.1, 0.0, -0.2], vec![1.2, 1.1, 1.5], 4)] {
            let count = dictionary.count();
            let adjoint: Vec<f64> = (0..count * n).map(|k| (1.3 * k as f64).cos()).collect();
            let weighted = |x: &[f64], width: Width| {
                let mut out = vec![0.0; count * n];
                dictionary.value(width, x, n, &mut out);
                (0..n).map(|i| (0..count).map(|row| out[row * n + i] * adjoint[row * n + i]).sum()).collect::<Vec<f64>>()
            };
            let mut slopes = vec![0.0; 3 * n];
            dictionary.pull_back(Width::Portable, &x, n, &adjoint, &mut slopes);
            for j in 0..3 {
                let moved = |by: f64| (0..3 * n).map(|k| if k / n == j { x[k] + by } else { x[k] }).collect::<Vec<f64>>();
                let (up, down) = (weighted(&moved(1e-5), Width::Portable), weighted(&moved(-1e-5), Width::Portable));
                for i in 0..n {
                    assert!(((up[i] - down[i]) / 2e-5 - slopes[j * n + i]).abs() < 1e-7, "{j} {i}");
                }
            }
            for width in Width::available() {
                let mut others = vec![0.0; 3 * n];
                dictionary.pull_back(width, &x, n, &adjoint, &mut others);
                assert_eq!((&others, weighted(&x, width)), (&slopes, weighted(&x, Width::Portable)), "{width:?}");
            }
        }
    }
}
