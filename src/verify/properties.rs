//! Single properties of a method, decided one at a time: what the catalogue is filtered by.

use crate::method::{Method, Stated};
use crate::stability::{
    Extent, Learning, StabilityFunction, is_a_stable, is_algebraically_stable, is_i_stable, is_l_stable, is_stiffly_accurate, is_symmetric,
    is_symplectic, multistep, reduce, ssp_coefficient,
};
use std::cmp::Ordering;

/// The properties that can be asked for, by the names of their claims; `ssp` is a positive SSP coefficient.
pub const PROPERTIES: &[&str] = &[
    "a_stable",
    "l_stable",
    "i_stable",
    "b_stable",
    "symplectic",
    "symmetric",
    "stiffly_accurate",
    "zero_stable",
    "sign_faithful",
    "unique",
    "discovery_stable",
    "ssp",
];

/// Whether a method has a property: as its file claims (and the project's tests verify), or else decided here. `None` where the notion does not apply to its kind, or the
/// name is none of [`PROPERTIES`].
///
/// ```
/// use lambdahat::{method::catalog, predict::has_property};
/// let rk4 = catalog::find("rk4")?;
/// assert_eq!((has_property(&rk4, "i_stable"), has_property(&rk4, "zero_stable")), (Some(false), None));
/// # Ok::<(), lambdahat::method::CatalogError>(())
/// ```
pub fn has_property(method: &Method, name: &str) -> Option<bool> {
    let claim = if name == "ssp" { "ssp_coefficient" } else { name };
    let stated = method.identity().claims.iter().find(|c| c.claim == claim).map(|c| &c.stated);
    match stated {
        Some(Stated::Truth(truth)) => return Some(*truth),
        Some(Stated::Value(value)) => return Some(value.sign() == Ordering::Greater),
        Some(Stated::Infinite) => return Some(true),
        None => {}
    }
    let positive = |extent: Extent| !matches!(extent, Extent::Zero);
    match method {
        Method::RungeKutta(tableau) => {
            let r = || StabilityFunction::of(tableau);
            Some(match name {
                "a_stable" => is_a_stable(&r()),
                "l_stable" => is_l_stable(&r()),
                "i_stable" => is_i_stable(&r()),
                "b_stable" => is_algebraically_stable(&reduce(tableau)),
                "symplectic" => is_symplectic(&reduce(tableau)),
                "symmetric" => is_symmetric(&reduce(tableau)),
                "stiffly_accurate" => is_stiffly_accurate(tableau),
                "sign_faithful" => Learning::one_step(&r()).sign_faithful,
                "unique" => r().degree() == 1,
                "ssp" => positive(ssp_coefficient(&reduce(tableau))),
                _ => return None,
            })
        }
        Method::Multistep(pair) => Some(match name {
            "a_stable" => multistep::is_a_stable(pair),
            "l_stable" => multistep::is_l_stable(pair),
            "i_stable" => multistep::is_i_stable(pair),
            "symmetric" => multistep::is_symmetric(pair),
            "zero_stable" => multistep::zero_stability(pair).holds(),
            "sign_faithful" => multistep::is_sign_faithful(pair),
            "unique" => true,
            "discovery_stable" => multistep::discovery_stability(pair).holds(),
            "ssp" => positive(multistep::ssp_coefficient(pair)),
            _ => return None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Identity, catalog};

    /// What is decided here is what files claim.
    #[test]
    fn decisions_and_claims_agree() {
        for name in
            ["rk4", "ssprk33", "gauss2", "radau-iia-3", "lobatto-iiic-3", "implicit-midpoint", "bdf2", "leap-frog", "ssp-multistep-3-2"]
        {
            let method = catalog::find(name).unwrap();
            let bare = match method.clone() {
                Method::RungeKutta(m) => Method::RungeKutta(m.with_identity(Identity::default())),
                Method::Multistep(m) => {
                    let (alpha, beta) = (m.alpha().to_vec(), m.beta().to_vec());
                    Method::Multistep(crate::method::Multistep::new(Identity::default(), alpha, beta).unwrap())
                }
            };
            for property in PROPERTIES {
                let (claimed, decided) = (has_property(&method, property), has_property(&bare, property));
                assert!(claimed == decided || (claimed == Some(false) && decided.is_none()), "{name} {property}: {claimed:?} {decided:?}");
            }
        }
        let ssp = |name: &str| has_property(&catalog::find(name).unwrap(), "ssp");
        assert_eq!((ssp("ssprk33"), ssp("rk4"), ssp("ssp-multistep-3-2")), (Some(true), Some(false), Some(true)));
    }
}
