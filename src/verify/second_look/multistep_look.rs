//! What is a question of ρ and σ alone: the order, and where their zeros lie.

use super::super::verification::Verification;
use super::Refuted;
use super::growth::{discs_of, doubles};
use crate::method::{Multistep, Property};
use num_complex::Complex64;

/// How far from the circle a zero certainly is off it.
const OFF: f64 = 1e-6;

/// Where the zeros of a polynomial certainly are.
struct Zeros {
    /// By how much the farthest is outside the unit circle; negative where none is.
    outside: f64,
    /// Whether all but one near 1 are well inside.
    strong: bool,
    /// How many are near 1.
    ones: usize,
    /// By how much the farthest but those near 1 is beyond the circle, or on it: about 0.
    other: f64,
}

impl Zeros {
    fn of(p: &[f64]) -> Option<Self> {
        let discs = discs_of(p, &[], Complex64::ZERO)?;
        let near_one = |disc: &&crate::exact::RootDisc| (disc.centre - 1.0).norm() <= disc.radius + OFF;
        let ones: usize = discs.iter().filter(near_one).map(|disc| disc.count).sum();
        let others = || discs.iter().filter(|disc| !near_one(disc));
        let low = |disc: &crate::exact::RootDisc| disc.centre.norm() - disc.radius - 1.0;
        Some(Self {
            outside: discs.iter().map(|disc| low(disc) - OFF / disc.count as f64).fold(f64::NEG_INFINITY, f64::max),
            ones,
            strong: ones <= 1 && others().all(|disc| disc.centre.norm() + disc.radius < 1.0 - OFF),
            other: others().map(low).fold(f64::NEG_INFINITY, f64::max),
        })
    }

    /// By how much the zeros contradict what is said of the root condition.
    fn contradict(&self, stated: bool) -> Option<f64> {
        match stated {
            true => Some(self.outside).filter(|by| *by > 1e-8),
            false => self.strong.then_some(1.0),
        }
    }
}

/// Looks at what ρ and σ answer.
pub(super) fn look(method: &Multistep, report: &Verification, found: &mut Vec<Refuted>) {
    let (rho, sigma) = (doubles(&method.rho()), doubles(&method.sigma()));
    let mut refute = |property: Property, by: Option<f64>| found.extend(by.map(|by| Refuted::property(property, by)));
    refute(Property::Order, order(method, report.order));
    if !method.is_exact() {
        return;
    }
    let zeros = Zeros::of(&rho);
    refute(Property::ZeroStable, report.zero_stable.and_then(|stated| zeros.as_ref()?.contradict(stated)));
    if let (Some(stated), Some(zeros)) = (report.strongly_stable, &zeros) {
        let on_circle = Some(zeros.other + 1e-12).filter(|by| *by > 0.0);
        refute(
            Property::StronglyStable,
            if stated { on_circle } else { (zeros.strong && zeros.ones == 1 && report.order > 0).then_some(1.0) },
        );
    }
    let discovers = report.learning.as_ref().and_then(|learning| learning.discovery_stable);
    refute(Property::DiscoveryStable, discovers.and_then(|stated| Zeros::of(&sigma)?.contradict(stated)));
}

/// By how much the first of `Σ α_j j^q/q! = Σ β_j j^(q−1)/(q−1)!`, q ≤ order, fails that does.
fn order(method: &Multistep, order: usize) -> Option<f64> {
    let radius = method.alpha().iter().chain(method.beta()).map(crate::exact::Number::radius).fold(0.0, f64::max);
    let mut factorial = 1.0;
    // Order 0 promises nothing.
    if order == 0 {
        return None;
    }
    (0..=order.min(20)).find_map(|q| {
        factorial *= q.max(1) as f64;
        let power = |j: usize, q: usize| (j as f64).powi(q as i32);
        let left = method.alpha().iter().enumerate().map(|(j, a)| a.to_f64() * power(j, q) / factorial);
        let right = method
            .beta()
            .iter()
            .enumerate()
            .filter(|_| q > 0)
            .map(|(j, b)| b.to_f64() * power(j, q.saturating_sub(1)) * q as f64 / factorial);
        let terms: Vec<f64> = left.chain(right.map(|x| -x)).collect();
        let size: f64 = terms.iter().map(|x| x.abs()).sum();
        let by = terms.iter().sum::<f64>().abs();
        (by > (1e-12 + 1e3 * radius) * (1.0 + size)).then_some(by)
    })
}
