//! Polynomial dictionaries: all products of one-variable polynomials up to a total degree.

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

    /// p_k(u) and p_k′(u)/half of every variable, for k = 0..=degree.
    fn ladder(&self, state: &[f64], value: &mut [f64], slope: &mut [f64]) {
        let rungs = self.degree + 1;
        for (j, &x) in state.iter().enumerate() {
            let u = (x - self.centre[j]) / self.half[j];
            let (p, q) = (&mut value[j * rungs..(j + 1) * rungs], &mut slope[j * rungs..(j + 1) * rungs]);
            (p[0], q[0]) = (1.0, 0.0);
            if rungs > 1 {
                (p[1], q[1]) = (u, 1.0 / self.half[j]);
            }
            for k in 2..rungs {
                match self.family {
                    PowerFamily::Power => {
                        p[k] = u * p[k - 1];
                        q[k] = k as f64 * p[k - 1] / self.half[j];
                    }
                    PowerFamily::Chebyshev => {
                        p[k] = 2.0 * u * p[k - 1] - p[k - 2];
                        q[k] = 2.0 * p[k - 1] / self.half[j] + 2.0 * u * q[k - 1] - q[k - 2];
                    }
                }
            }
        }
    }

    /// φ (count × n) of x (d × n).
    pub(crate) fn value(&self, x: &[f64], n: usize, out: &mut [f64]) {
        let d = self.centre.len();
        let rungs = self.degree + 1;
        let (mut p, mut q, mut state) = (vec![0.0; d * rungs], vec![0.0; d * rungs], vec![0.0; d]);
        for i in 0..n {
            (0..d).for_each(|j| state[j] = x[j * n + i]);
            self.ladder(&state, &mut p, &mut q);
            for (row, exponents) in self.exponents.iter().enumerate() {
                out[row * n + i] = exponents.iter().enumerate().map(|(j, &e)| p[j * rungs + e]).product();
            }
        }
    }

    /// φ′(x)ᵀ·adjoint (d × n).
    pub(crate) fn pull_back(&self, x: &[f64], n: usize, adjoint: &[f64], out: &mut [f64]) {
        let d = self.centre.len();
        let rungs = self.degree + 1;
        let (mut p, mut q, mut state) = (vec![0.0; d * rungs], vec![0.0; d * rungs], vec![0.0; d]);
        out.fill(0.0);
        for i in 0..n {
            (0..d).for_each(|j| state[j] = x[j * n + i]);
            self.ladder(&state, &mut p, &mut q);
            for (row, exponents) in self.exponents.iter().enumerate() {
                let weight = adjoint[row * n + i];
                for j in 0..d {
                    let mut product = q[j * rungs + exponents[j]];
                    for (l, &e) in exponents.iter().enumerate() {
                        if l != j {
                            product *= p[l * rungs + e];
                        }
                    }
                    out[j * n + i] += weight * product;
                }
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
        dictionary.value(&x, 1, &mut out);
        for (value, e) in out.iter().zip(dictionary.exponents()) {
            let expected = (e[0] as f64 * s.acos()).cos() * (e[1] as f64 * t.acos()).cos();
            assert!((value - expected).abs() < 1e-13);
        }
    }
}
