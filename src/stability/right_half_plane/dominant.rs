//! The region of a multistep method over cells: all roots of `ρ − zσ` in the unit disc, where one root alone is in doubt.

use super::cell::{Cell, Linear, Look};
use crate::exact::{effort, uncertain_roots};
use crate::stability::region::{Region, root_count_is_constant};
use num_complex::Complex64;
use std::cell::{Cell as Counter, RefCell};

/// Sizes of the disc, in radii of the cell, in which the largest root is shown to stay alone.
const PATCHES: [f64; 5] = [64.0, 32.0, 16.0, 8.0, 4.0];
/// Roots whose moduli are closer than this, relatively, are not told apart.
const CLOSEST: f64 = 1e-3;

/// A disc of z in which one root ζ of `ρ − zσ` lies between the circles of radius e^low and e^high, and all others within the smaller one: `log ζ(z)` is analytic there.
#[derive(Clone, Copy)]
struct Patch {
    centre: Complex64,
    radius: f64,
    low: f64,
    high: f64,
}

/// ρ and σ, and the patches found so far.
pub(super) struct DominantRoot {
    rho: Vec<f64>,
    sigma: Vec<f64>,
    region: Region,
    patches: RefCell<Vec<Patch>>,
    /// Units of [`effort`] that looks may still take.
    units: Counter<u64>,
}

impl DominantRoot {
    pub(super) fn new(rho: Vec<f64>, sigma: Vec<f64>, region: Region, units: u64) -> Self {
        Self { rho, sigma, region, patches: RefCell::new(Vec::new()), units: Counter::new(units) }
    }

    /// ρ/σ at e^{iθ}.
    pub(super) fn locus(&self, theta: f64) -> Complex64 {
        let zeta = Complex64::cis(theta);
        let horner = |p: &[f64]| p.iter().rev().fold(Complex64::new(0.0, 0.0), |value, &c| value * zeta + c);
        horner(&self.rho) / horner(&self.sigma)
    }

    /// Whether some of the region lies just beside a point of the locus, where rounding decides.
    pub(super) fn borders(&self, z: Complex64) -> bool {
        let gap = 1e-5 * (1.0 + z.norm());
        (0..8).any(|k| self.region.contains(z + Complex64::from_polar(gap, f64::from(k) * std::f64::consts::FRAC_PI_4)))
    }

    /// Whether a cell lies in the region, or the linear part of `log|ζ|` where that of one root decides. Nothing is decided once the units are used up.
    pub(super) fn look(&self, cell: &Cell) -> Look {
        if self.units.get() == 0 {
            return Look::Border(None);
        }
        let (look, used) = effort::within(self.units.get(), || self.searched(cell));
        self.units.set(self.units.get() - used);
        look.unwrap_or(Look::Border(None))
    }

    fn searched(&self, cell: &Cell) -> Look {
        let (centre, radius) = (cell.centre, cell.radius());
        // No root crosses the unit circle while z moves in the cell: its centre decides.
        if self.crosses_nothing(1.0, centre, radius) {
            return if self.region.contains(centre) { Look::Inside } else { Look::Outside };
        }
        let Some([first, second]) = self.largest_roots(centre) else { return Look::Border(None) };
        // Where one root crosses, another may be far outside.
        let outer = first.0.norm();
        let between = [outer.sqrt(), (outer * second.0.norm().max(1.0)).sqrt()];
        if between.into_iter().any(|s| s > 1.0 + CLOSEST && outer > s * (1.0 + CLOSEST) && self.crosses_nothing(s, centre, radius)) {
            return Look::Outside;
        }
        self.linear(cell, first, second.0.norm()).map_or(Look::Border(None), |linear| linear.look(cell.half))
    }

    fn crosses_nothing(&self, circle: f64, centre: Complex64, radius: f64) -> bool {
        root_count_is_constant(&self.rho, &self.sigma, circle, centre, radius)
    }

    /// The two largest roots of `ρ − zσ`, each with its error.
    fn largest_roots(&self, z: Complex64) -> Option<[(Complex64, f64); 2]> {
        let at = |p: &[f64], k: usize| p.get(k).copied().unwrap_or(0.0);
        let coefficients: Vec<Complex64> =
            (0..self.rho.len().max(self.sigma.len())).map(|k| at(&self.rho, k) - z * at(&self.sigma, k)).collect();
        // Rounding of the coefficients, which also keeps multiple roots from being looked for in exact arithmetic.
        let rounding: Vec<f64> =
            (0..coefficients.len()).map(|k| 4.0 * f64::EPSILON * (at(&self.rho, k).abs() + z.norm() * at(&self.sigma, k).abs())).collect();
        let mut discs = uncertain_roots(&coefficients, &rounding).ok()?;
        discs.sort_by(|a, b| b.centre.norm().total_cmp(&a.centre.norm()));
        let zero = (Complex64::new(0.0, 0.0), 0.0);
        let root = |k: usize| discs.get(k).map_or(zero, |d| (d.centre, d.radius));
        discs.first().is_some_and(|d| d.count == 1).then(|| [root(0), root(1)])
    }

    /// `log|ζ|` of the largest root about the cell's centre, by its value and slope there.
    ///
    /// A harmonic u with `|u − u(c)| ≤ M` for `|w| < R` has Taylor coefficients of at most `2M/R^k`: with q = r/R the rest beyond the linear part is at most `2M q²/(1 − q)`.
    fn linear(&self, cell: &Cell, (zeta, error): (Complex64, f64), second: f64) -> Option<Linear> {
        let (c, r) = (cell.centre, cell.radius());
        let room = |patch: &Patch| patch.radius - (c - patch.centre).norm();
        let widest = self.patches.borrow().iter().copied().filter(|p| room(p) >= 4.0 * r).max_by(|a, b| room(a).total_cmp(&room(b)));
        let patch = match widest {
            Some(patch) => patch,
            None => self.patch(c, r, zeta.norm(), second)?,
        };
        let horner = |p: &[f64]| {
            p.iter()
                .rev()
                .fold((Complex64::new(0.0, 0.0), Complex64::new(0.0, 0.0)), |(value, slope), &a| (value * zeta + a, slope * zeta + value))
        };
        let ((_, rho_slope), (sigma, sigma_slope)) = (horner(&self.rho), horner(&self.sigma));
        let slope = sigma / (rho_slope - c * sigma_slope) / zeta;
        let value = zeta.norm().ln();
        let q = r / room(&patch);
        let most = (patch.high - value).max(value - patch.low);
        let rest = 2.0 * most * q * q / (1.0 - q) * (1.0 + 1e-9);
        let rounding = 2.0 * error / zeta.norm() + 1e-13 * (1.0 + slope.norm() * (c.norm() + r));
        let linear = Linear { value, slope: [slope.re, -slope.im], error: rest + rounding };
        linear.error.is_finite().then_some(linear)
    }

    /// A disc about c in which the largest root stays alone, as large as can be shown; kept for the cells nearby.
    fn patch(&self, c: Complex64, r: f64, first: f64, second: f64) -> Option<Patch> {
        let gap = 0.5 * (first / second.max(0.01 * first)).ln();
        if gap < CLOSEST {
            return None;
        }
        let (low, high) = (first.ln() - gap, first.ln() + gap);
        let radius = PATCHES
            .iter()
            .map(|k| k * r)
            .find(|&radius| self.crosses_nothing(low.exp(), c, radius) && self.crosses_nothing(high.exp(), c, radius))?;
        let patch = Patch { centre: c, radius, low, high };
        self.patches.borrow_mut().push(patch);
        Some(patch)
    }
}
