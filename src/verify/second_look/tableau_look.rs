//! What is a question of a tableau: order conditions, algebraic stability, symmetry, monotonicity.

use super::super::verification::Verification;
use super::Refuted;
use crate::exact::Number;
use crate::method::{Property, RungeKutta};
use crate::stability::Extent;
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;

/// Sums of doubles that should be zero are at most this large, relative to their terms.
const ROUNDING: f64 = 1e-11;

/// A tableau in doubles.
struct Tableau {
    a: DMatrix<f64>,
    b: DVector<f64>,
    c: DVector<f64>,
    /// How far a coefficient may be from its double, besides rounding.
    radius: f64,
}

/// Looks at what the tableau answers.
pub(super) fn look(method: &RungeKutta, report: &Verification, found: &mut Vec<Refuted>) {
    let s = method.stages();
    let vector = |list: &[Number]| DVector::from_iterator(s, list.iter().map(Number::to_f64));
    let tableau = Tableau {
        a: DMatrix::from_fn(s, s, |i, j| method.a()[i][j].to_f64()),
        b: vector(method.b()),
        c: vector(method.c()),
        radius: method.a().iter().flatten().chain(method.b()).map(Number::radius).fold(0.0, f64::max),
    };
    let mut refute = |property: Property, by: f64| found.push(Refuted::property(property, by));
    if let Some(by) = tableau.quadrature(&tableau.b, report.order) {
        refute(Property::Order, by);
    }
    if let (Some(b_hat), Some(order)) = (method.b_hat(), report.embedded_order)
        && let Some(by) = tableau.quadrature(&vector(b_hat), order)
    {
        refute(Property::EmbeddedOrder, by);
    }
    if let Some(by) = report.stage_order.and_then(|order| tableau.stages(order)) {
        refute(Property::StageOrder, by);
    }
    if let Some(by) = tableau.tall_trees(report.linear_order.max(report.order)) {
        refute(if report.order > report.linear_order { Property::Order } else { Property::LinearOrder }, by);
    }
    // What follows has no bounds of the coefficients' own rounding.
    if !method.is_exact() {
        return;
    }
    if let Some(by) = report.error_constant.and_then(|stated| tableau.error_constant(report.linear_order, stated)) {
        refute(Property::ErrorConstant, by);
    }
    if let Some(by) = report.at_infinity.as_ref().and_then(|limit| tableau.limit(limit.to_f64())) {
        refute(Property::AtInfinity, by);
    }
    if let Some(r) = report.stability.as_ref().filter(|_| report.symmetric == Some(true)) {
        let points = [(0.1, 0.2), (0.4, 1.3), (-0.7, 0.5)].map(|(x, y)| Complex64::new(x, y));
        let product = |z: Complex64| (r.eval(z) * r.eval(-z) - 1.0).norm();
        if let Some(by) = points.into_iter().map(product).find(|by| *by > 1e-6) {
            refute(Property::Symmetric, by);
        }
    }
    if report.irreducible == Some(true) {
        if report.b_stable.is_some_and(|stated| tableau.contradicts_b_stability(stated)) {
            refute(Property::BStable, 1.0);
        }
        if let Some(by) = report.symplectic.filter(|stated| *stated).and_then(|_| tableau.conservation()) {
            refute(Property::Symplectic, by);
        }
        if let Some(by) = report.ssp_coefficient.as_ref().and_then(|extent| tableau.monotonicity(extent)) {
            refute(Property::SspCoefficient, by);
        }
    }
}

impl Tableau {
    /// What a sum of products of so many factors, of this size, may be off by.
    fn slack(&self, size: f64, factors: usize) -> f64 {
        (ROUNDING + 1e3 * self.radius) * (1.0 + size) * factors as f64
    }

    /// By how much the first of `Σ b_i c_i^(k−1) = 1/k`, k ≤ order, fails that does.
    fn quadrature(&self, b: &DVector<f64>, order: usize) -> Option<f64> {
        (1..=order.min(40)).find_map(|k| {
            let terms: Vec<f64> = b.iter().zip(&self.c).map(|(b, c)| b * c.powi(k as i32 - 1)).collect();
            let by = (terms.iter().sum::<f64>() - 1.0 / k as f64).abs();
            (by > self.slack(terms.iter().map(|x| x.abs()).sum(), k)).then_some(by)
        })
    }

    /// The same of `Σ_j a_ij c_j^(k−1) = c_i^k/k`.
    fn stages(&self, order: usize) -> Option<f64> {
        (1..=order.min(40)).find_map(|k| {
            let powers = self.c.map(|c| c.powi(k as i32 - 1));
            let (sums, sizes) = (&self.a * &powers, self.a.abs() * powers.abs());
            (0..self.c.len()).find_map(|i| {
                let by = (sums[i] - self.c[i].powi(k as i32) / k as f64).abs();
                (by > self.slack(sizes[i] + self.c[i].abs().powi(k as i32), k)).then_some(by)
            })
        })
    }

    /// `b A^(k−1) 𝟙` and the same of the moduli.
    fn tall_tree(&self, k: usize) -> [f64; 2] {
        let s = self.b.len();
        let (mut v, mut size) = (DVector::from_element(s, 1.0), DVector::from_element(s, 1.0));
        for _ in 1..k {
            (v, size) = (&self.a * v, self.a.abs() * size);
        }
        [self.b.dot(&v), self.b.abs().dot(&size)]
    }

    /// By how much the first of `b A^(k−1) 𝟙 = 1/k!`, k ≤ order, fails that does.
    fn tall_trees(&self, order: usize) -> Option<f64> {
        let mut factorial = 1.0;
        (1..=order.min(25)).find_map(|k| {
            factorial *= k as f64;
            let [value, size] = self.tall_tree(k);
            let by = (value - 1.0 / factorial).abs();
            (by > self.slack(size, k)).then_some(by)
        })
    }

    /// By how much a constant is off from `1/(p+1)! − b A^p 𝟙`.
    fn error_constant(&self, order: usize, stated: f64) -> Option<f64> {
        let k = order + 1;
        let factorial: f64 = (1..=k).map(|j| j as f64).product();
        let [value, size] = self.tall_tree(k);
        let by = (1.0 / factorial - value - stated).abs();
        (k <= 25 && by > self.slack(size, k)).then_some(by)
    }

    /// By how much a limit is off from `1 − bᵀA⁻¹𝟙`, where A is far from singular.
    fn limit(&self, stated: f64) -> Option<f64> {
        let inverse = self.a.clone().try_inverse()?;
        let size = inverse.abs().sum() * self.b.abs().max();
        let by = (1.0 - (inverse * DVector::from_element(self.b.len(), 1.0)).dot(&self.b) - stated).abs();
        (size < 1e6 && by > 1e-6 * (1.0 + size)).then_some(by)
    }

    /// `M = BA + AᵀB − bbᵀ`, and how large a number counts as zero in it.
    fn dissipation(&self) -> (DMatrix<f64>, f64) {
        let ba = DMatrix::from_diagonal(&self.b) * &self.a;
        let m = &ba + ba.transpose() - &self.b * self.b.transpose();
        let slack = 1e-9 * (1.0 + ba.abs().max() + self.b.abs().max().powi(2));
        (m, slack)
    }

    /// Whether b and M certainly say the opposite on algebraic stability.
    fn contradicts_b_stability(&self, stated: bool) -> bool {
        let (m, slack) = self.dissipation();
        let unit = DMatrix::identity(self.b.len(), self.b.len()) * slack * self.b.len() as f64;
        match stated {
            true => self.b.min() < -slack || (m + unit).cholesky().is_none(),
            false => self.b.min() > slack && (m - unit).cholesky().is_some(),
        }
    }

    /// By how much M is not zero.
    fn conservation(&self) -> Option<f64> {
        let (m, slack) = self.dissipation();
        Some(m.abs().max()).filter(|by| *by > slack)
    }

    /// By how much `K(I + rK)⁻¹ ≥ 0` and `rK(I + rK)⁻¹𝟙 ≤ 𝟙` fail at radii below a coefficient.
    fn monotonicity(&self, extent: &Extent) -> Option<f64> {
        let s = self.b.len();
        let most = match extent {
            Extent::Zero => return None,
            Extent::Infinite => 1e3,
            finite => finite.to_f64(),
        };
        let k = DMatrix::from_fn(s + 1, s + 1, |i, j| match (i, j) {
            (_, j) if j == s => 0.0,
            (i, j) if i == s => self.b[j],
            (i, j) => self.a[(i, j)],
        });
        [0.1, 0.5, 0.9, 0.999].into_iter().find_map(|share| {
            let r = share * most;
            let inverse = (DMatrix::identity(s + 1, s + 1) + &k * r).try_inverse()?;
            let size = inverse.abs().sum() * (1.0 + k.abs().max());
            let form = &k * inverse;
            let excess = (&form * DVector::from_element(s + 1, 1.0) * r).max() - 1.0;
            let by = excess.max(-form.min());
            (size < 1e6 && by > 1e-9 * (1.0 + size)).then_some(by)
        })
    }
}
