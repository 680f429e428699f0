//! A second look at exact answers, in doubles with bounds of their rounding: much cheaper, and of another kind. It can refute, not prove.
//!
//! Debug builds and tests take it for each report. What it catches is an error in the exact path itself, such as a bound of a ball that overflows.
//!
//! | answer | second route |
//! | --- | --- |
//! | `order`, `embedded_order` | quadrature conditions and tall trees in doubles; of a multistep method the first `C_q` |
//! | `stage_order` | `Σ a_ij c_j^(k−1) = c_i^k/k` in doubles |
//! | `linear_order`, `error_constant` | `b A^(k−1) 𝟙` from the tableau, not from R |
//! | `at_infinity` | `1 − bᵀA⁻¹𝟙` by an LU decomposition |
//! | `imaginary_interval`, `real_interval` | \|R\| (or the roots of ρ − zσ) at points along them, and that it is 1 at their ends |
//! | `disc`, `a_alpha_degrees`, `a_stable`, `i_stable`, `l_stable` | the same on the circle, along a ray, and along the axis |
//! | `sign_faithful`, `symmetric` of a one-step method | \|R\| = 1 along the axis; R(z)R(−z) = 1 at points |
//! | `b_stable`, `symplectic` | b ≥ 0, and Cholesky's decomposition of M ± ε, both ways |
//! | `ssp_coefficient` | signs of `K(I + rK)⁻¹` below it |
//! | `zero_stable`, `strongly_stable`, `discovery_stable` | the zeros of ρ and σ in certified discs, both ways |
//! | reach of the region on the right | the zeros of R, and points right of it |
//!
//! What is read off the coefficients (`explicit`, `stiffly_accurate`, `fsal`) or counts a degree (`unique`, `branches`) has none, nor have `irreducible` and the orders of the phase errors.

mod curves;
mod growth;
mod multistep_look;
mod tableau_look;

use super::verification::Verification;
use crate::method::{Method, Property};
use growth::Growth;
use num_complex::Complex64;

/// An answer that is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Questioned {
    /// A property.
    Property(Property),
    /// How far the stability region reaches to the right.
    Reach,
}

/// An answer that the second look refutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refuted {
    /// Which.
    pub what: Questioned,
    /// The z that refutes it; 0 for what is no question of z.
    pub at: Complex64,
    /// By how much, at least.
    pub by: f64,
}

impl Refuted {
    fn property(property: Property, by: f64) -> Self {
        Self { what: Questioned::Property(property), at: Complex64::ZERO, by }
    }
}

/// The answers that a second look refutes. None is what one hopes for.
pub fn second_look(method: &Method, report: &Verification) -> Vec<Refuted> {
    let mut found = Vec::new();
    curves::look(&Growth::of(method, report), report, &mut found);
    match method {
        Method::RungeKutta(method) => tableau_look::look(method, report, &mut found),
        Method::Multistep(method) => multistep_look::look(method, report, &mut found),
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Number;
    use crate::method::catalog;
    use crate::stability::Extent;
    use crate::verify::verify;

    /// Nothing that is decided of the catalogue is refuted.
    #[test]
    fn the_catalogue_stands() {
        for method in catalog::all().unwrap().iter().filter(|m| !matches!(m, Method::RungeKutta(m) if m.stages() > 8)) {
            assert_eq!(second_look(method, &verify(method)), [], "{}", method.name());
        }
    }

    /// The largest disc that an overflow once made too large, a sector that is none, and an order that does not hold are refuted.
    #[test]
    fn wrong_answers_are_refuted() {
        let refuted = |name: &str, change: &dyn Fn(&mut crate::verify::Verification)| {
            let method = catalog::find(name).unwrap();
            let mut report = verify(&method);
            change(&mut report);
            second_look(&method, &report).into_iter().map(|r| r.what).collect::<Vec<_>>()
        };
        let extent = |n: i64, d: i64| Some(Extent::Value(Number::ratio(n, d)));
        let one = |property| vec![Questioned::Property(property)];
        assert_eq!(refuted("curtis8", &|r| r.disc = extent(2_829_974, 1_000_000)), one(Property::Disc));
        assert_eq!(refuted("rk4", &|r| r.imaginary_interval = extent(3, 1)), one(Property::ImaginaryInterval));
        assert_eq!(refuted("rk4", &|r| r.imaginary_interval = extent(2, 1)), one(Property::ImaginaryInterval));
        assert_eq!(refuted("bdf3", &|r| r.a_stable = Some(true)), one(Property::AStable));
        assert_eq!(refuted("bdf3", &|r| r.a_alpha_degrees = Some(86.1)), one(Property::AAlphaDegrees));
        assert_eq!(refuted("adams-bashforth-2", &|r| r.real_interval = extent(11, 10)), one(Property::RealInterval));
        assert_eq!(refuted("adams-bashforth-2", &|r| r.real_interval = extent(9, 10)), one(Property::RealInterval));
        assert!(refuted("rk4", &|r| r.order = 5).contains(&Questioned::Property(Property::Order)));
        assert_eq!(refuted("bdf3", &|r| r.order = 4), one(Property::Order));
        assert_eq!(refuted("rk4", &|r| r.stage_order = Some(2)), one(Property::StageOrder));
        assert_eq!(refuted("rk4", &|r| r.error_constant = Some(1.0 / 121.0)), one(Property::ErrorConstant));
        assert_eq!(refuted("gauss2", &|r| r.at_infinity = Some(Number::from(-1))), one(Property::AtInfinity));
        assert_eq!(refuted("implicit-euler", &|r| r.b_stable = Some(false)), one(Property::BStable));
        assert_eq!(refuted("lobatto-iiia-3", &|r| r.b_stable = Some(true)), one(Property::BStable));
        assert_eq!(refuted("radau-iia-2", &|r| r.symplectic = Some(true)), one(Property::Symplectic));
        assert_eq!(refuted("radau-iia-2", &|r| r.symmetric = Some(true)), one(Property::Symmetric));
        assert_eq!(refuted("ssprk33", &|r| r.ssp_coefficient = extent(11, 10)), one(Property::SspCoefficient));
        assert_eq!(refuted("bdf3", &|r| r.zero_stable = Some(false)), one(Property::ZeroStable));
        assert_eq!(refuted("bdf7", &|r| r.zero_stable = Some(true)), one(Property::ZeroStable));
        assert_eq!(refuted("leap-frog", &|r| r.strongly_stable = Some(true)), one(Property::StronglyStable));
        let discovers = |r: &mut crate::verify::Verification| r.learning.as_mut().unwrap().scheme.discovery_stable = Some(true);
        assert_eq!(refuted("adams-moulton-2", &discovers), one(Property::DiscoveryStable));
        let short = |r: &mut crate::verify::Verification| r.right_half_plane.as_mut().unwrap().reach = 0.3936;
        assert_eq!(refuted("dverk78", &short), vec![Questioned::Reach]);
    }
}
