//! The names of properties for people, and what they mean in half a sentence.

use crate::method::Property;

/// The name of a row.
pub fn label(property: Property) -> &'static str {
    match property {
        Property::Order => "order",
        Property::StageOrder => "stage order",
        Property::LinearOrder => "linear order",
        Property::EmbeddedOrder => "embedded order",
        Property::DispersionOrder => "dispersion order",
        Property::DissipationOrder => "dissipation order",
        Property::ErrorConstant => "error constant",
        Property::AtInfinity => "R at infinity",
        Property::AAlphaDegrees => "A(α)",
        Property::SspCoefficient => "SSP coefficient",
        Property::ImaginaryInterval => "imaginary interval",
        Property::RealInterval => "real interval",
        Property::Disc => "largest disc",
        Property::Branches => "branches",
        Property::Explicit => "explicit",
        Property::StifflyAccurate => "stiffly accurate",
        Property::Fsal => "first same as last",
        Property::NonNegativeWeights => "non-negative weights",
        Property::AStable => "A-stable",
        Property::LStable => "L-stable",
        Property::IStable => "I-stable",
        Property::BStable => "B-stable",
        Property::Symplectic => "symplectic",
        Property::Symmetric => "symmetric",
        Property::Irreducible => "irreducible",
        Property::ZeroStable => "zero-stable",
        Property::StronglyStable => "strongly stable",
        Property::SignFaithful => "sign-faithful",
        Property::Unique => "unique",
        Property::DiscoveryStable => "discovery-stable",
    }
}

/// The methods that have it, for a filter: `A-stable methods`.
pub fn filtered(property: Property) -> String {
    match property {
        Property::SspCoefficient => "methods with a positive SSP coefficient".into(),
        Property::IStable => "methods that are stable on the imaginary axis".into(),
        Property::BStable => "algebraically stable methods".into(),
        Property::Symmetric => "symmetric methods (each its own adjoint)".into(),
        Property::Symplectic => "symplectic methods (they keep quadratic invariants)".into(),
        Property::Fsal => "methods whose last stage is the first of the next step".into(),
        Property::NonNegativeWeights => "methods without a negative weight".into(),
        Property::ZeroStable => "zero-stable multistep methods".into(),
        Property::StronglyStable => "strongly stable multistep methods".into(),
        Property::SignFaithful => "methods through which a damped mode is always learned damped".into(),
        Property::Unique => "methods through which each eigenvalue is learned as one only".into(),
        Property::DiscoveryStable => "multistep methods through which a field can be learned stably".into(),
        other => format!("{} methods", label(other)),
    }
}
