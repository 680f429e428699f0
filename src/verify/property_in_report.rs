//! What a whole verification found of each property.

use super::property_found::PropertyFound;
use super::verification::Verification;
use crate::method::Property;
use crate::stability::Extent;

impl Verification {
    /// What was found of a property; `None` where it does not apply, or was left out.
    ///
    /// ```
    /// use lambdahat::{method::{catalog, Property}, verify::verify};
    /// let report = verify(&catalog::find("rk4")?);
    /// assert_eq!(report.find(Property::Order).unwrap().to_string(), "4");
    /// assert!(report.find(Property::ZeroStable).is_none());
    /// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
    /// ```
    pub fn find(&self, property: Property) -> Option<PropertyFound> {
        let learning = self.learning.as_ref();
        match property {
            Property::Order => Some(PropertyFound::Order(self.order)),
            Property::StageOrder => self.stage_order.map(PropertyFound::Order),
            Property::LinearOrder => Some(PropertyFound::Order(self.linear_order)),
            Property::EmbeddedOrder => self.embedded_order.map(PropertyFound::Order),
            Property::DispersionOrder => self.phase.as_ref()?.dispersion_order.map(PropertyFound::Order),
            // No mode is ever damped: a dissipation of infinite order.
            Property::DissipationOrder => {
                Some(self.phase.as_ref()?.dissipation_order.map_or(PropertyFound::Extent(Extent::Infinite), PropertyFound::Order))
            }
            Property::ErrorConstant => self.error_constant_number.clone().map(PropertyFound::Value),
            Property::AtInfinity => match (&self.at_infinity, &self.stability) {
                (Some(limit), _) => Some(PropertyFound::Value(limit.clone())),
                (None, Some(_)) => Some(PropertyFound::Extent(Extent::Infinite)),
                (None, None) => None,
            },
            Property::AAlphaDegrees => self.a_alpha_degrees.map(PropertyFound::Degrees),
            Property::SspCoefficient => self.ssp_coefficient.clone().map(PropertyFound::Extent),
            Property::ImaginaryInterval => self.imaginary_interval.clone().map(PropertyFound::Extent),
            Property::RealInterval => self.real_interval.clone().map(PropertyFound::Extent),
            Property::Disc => self.disc.clone().map(PropertyFound::Extent),
            Property::Branches => Some(PropertyFound::Order(learning?.branches)),
            Property::Explicit => Some(PropertyFound::Truth(self.explicit)),
            Property::AStable => self.a_stable.map(PropertyFound::Truth),
            Property::LStable => self.l_stable.map(PropertyFound::Truth),
            Property::IStable => self.i_stable.map(PropertyFound::Truth),
            Property::BStable => self.b_stable.map(PropertyFound::Truth),
            Property::Symplectic => self.symplectic.map(PropertyFound::Truth),
            Property::Symmetric => self.symmetric.map(PropertyFound::Truth),
            Property::Irreducible => self.irreducible.map(PropertyFound::Truth),
            Property::ZeroStable => self.zero_stable.map(PropertyFound::Truth),
            Property::StronglyStable => self.strongly_stable.map(PropertyFound::Truth),
            Property::SignFaithful => Some(PropertyFound::Truth(learning?.sign_faithful)),
            Property::Unique => Some(PropertyFound::Truth(learning?.unique)),
            Property::DiscoveryStable => learning?.discovery_stable.map(PropertyFound::Truth),
            read_off => (*self.read_off.get(read_off.key())?).map(PropertyFound::Truth),
        }
    }
}
