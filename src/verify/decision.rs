//! How each property is decided alone: what the catalogue is filtered by, and what a verification reads off the coefficients.

use crate::method::{Method, PROPERTIES, Property, PropertyKind, Stated};
use crate::stability::{
    Extent, Learning, StabilityFunction, is_a_stable, is_algebraically_stable, is_first_same_as_last, is_i_stable, is_l_stable,
    is_stiffly_accurate, is_symmetric, is_symplectic, multistep, reduce, ssp_coefficient,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Whether a method has a property: as its file claims (and the project's tests verify), or else decided here. `None` where the notion does not apply to its kind, or
/// is neither a truth nor the SSP coefficient, which counts where it is positive.
///
/// ```
/// use lambdahat::{method::{catalog, Property}, verify::has_property};
/// let rk4 = catalog::find("rk4")?;
/// assert_eq!((has_property(&rk4, Property::IStable), has_property(&rk4, Property::ZeroStable)), (Some(false), None));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn has_property(method: &Method, property: Property) -> Option<bool> {
    if property.entry().kind != PropertyKind::Truth && property != Property::SspCoefficient {
        return None;
    }
    let stated = method.identity().claims.iter().find(|c| c.claim == property).map(|c| &c.stated);
    match stated {
        Some(Stated::Truth(truth)) => Some(*truth),
        Some(Stated::Value(value)) => Some(value.sign() == Ordering::Greater),
        Some(Stated::Infinite) => Some(true),
        None => decided(method, property),
    }
}

/// The truths that are read off the coefficients, by their keys.
pub(super) fn read_off(method: &Method) -> BTreeMap<&'static str, Option<bool>> {
    PROPERTIES.iter().filter(|entry| entry.read_off).map(|entry| (entry.key, decided(method, entry.property))).collect()
}

/// A truth, or whether the SSP coefficient is positive, decided alone.
fn decided(method: &Method, property: Property) -> Option<bool> {
    let positive = |extent: Extent| !matches!(extent, Extent::Zero);
    match method {
        Method::RungeKutta(tableau) => {
            let r = || StabilityFunction::of(tableau);
            Some(match property {
                Property::Explicit => tableau.is_explicit(),
                Property::AStable => is_a_stable(&r()),
                Property::LStable => is_l_stable(&r()),
                Property::IStable => is_i_stable(&r()),
                Property::BStable => is_algebraically_stable(&reduce(tableau)),
                Property::Symplectic => is_symplectic(&reduce(tableau)),
                Property::Symmetric => is_symmetric(&reduce(tableau)),
                Property::Irreducible => reduce(tableau).is_irreducible(),
                Property::StifflyAccurate => is_stiffly_accurate(tableau),
                Property::Fsal => is_first_same_as_last(tableau),
                Property::NonNegativeWeights => tableau.b().iter().all(|b| b.sign() != Ordering::Less),
                Property::SignFaithful => Learning::one_step(&r()).sign_faithful,
                Property::Unique => r().degree() == 1,
                Property::SspCoefficient => positive(ssp_coefficient(&reduce(tableau))),
                _ => return None,
            })
        }
        Method::Multistep(pair) => Some(match property {
            Property::Explicit => pair.is_explicit(),
            Property::AStable => multistep::is_a_stable(pair),
            Property::LStable => multistep::is_l_stable(pair),
            Property::IStable => multistep::is_i_stable(pair),
            Property::Symmetric => multistep::is_symmetric(pair),
            Property::Irreducible => multistep::reduced(pair).0.degree() == Some(pair.steps()),
            Property::ZeroStable => multistep::zero_stability(pair).holds(),
            Property::StronglyStable => multistep::is_strongly_stable(pair),
            Property::SignFaithful => multistep::is_sign_faithful(pair),
            Property::Unique => true,
            Property::DiscoveryStable => multistep::discovery_stability(pair).holds(),
            Property::SspCoefficient => positive(multistep::ssp_coefficient(pair)),
            _ => return None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::property_found::PropertyFound;
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
            for property in Property::all() {
                let (claimed, decided) = (has_property(&method, property), has_property(&bare, property));
                assert!(claimed == decided || (claimed == Some(false) && decided.is_none()), "{name} {property}: {claimed:?} {decided:?}");
            }
        }
        let ssp = |name: &str| has_property(&catalog::find(name).unwrap(), Property::SspCoefficient);
        assert_eq!((ssp("ssprk33"), ssp("rk4"), ssp("ssp-multistep-3-2")), (Some(true), Some(false), Some(true)));
    }

    /// What is decided alone is what a whole verification finds.
    #[test]
    fn one_decision_and_the_whole_report_agree() {
        for name in ["rk4", "ssprk33", "gauss2", "dormand-prince5", "bdf2", "leap-frog", "adams-bashforth-2"] {
            let method = catalog::find(name).unwrap();
            let report = crate::verify::verify(&method);
            for property in Property::all().filter(|property| property.entry().kind == PropertyKind::Truth) {
                let whole = report.find(property).map(|found| matches!(found, PropertyFound::Truth(true)));
                assert_eq!(decided(&method, property), whole, "{name} {property}");
            }
        }
    }
}
