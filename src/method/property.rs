//! The vocabulary of properties: what can be claimed of a scheme, asked of the catalogue, and found by a verification, each by one name.
//!
//! A new property is a variant here with its entry in [`PROPERTIES`], the way it is decided in `verify::decision`, and its words in `words::property`; the compiler
//! asks for all three. Claims, filters, the document of `--json`, the rows of the screen and the documentation follow from them.

use serde::{Serialize, Serializer};
use std::fmt;

/// A property of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// The order of accuracy.
    Order,
    /// min(p, η) of the simplifying assumptions B(p), C(η).
    StageOrder,
    /// The order on linear problems.
    LinearOrder,
    /// The order of the embedded method.
    EmbeddedOrder,
    /// Order of the error in phase on the imaginary axis.
    DispersionOrder,
    /// Order of the error in modulus on the imaginary axis.
    DissipationOrder,
    /// The first coefficient of the local error on linear problems.
    ErrorConstant,
    /// R(∞).
    AtInfinity,
    /// Half angle of the widest stable sector about the negative real axis.
    AAlphaDegrees,
    /// The radius of absolute monotonicity.
    SspCoefficient,
    /// How far the imaginary axis is stable.
    ImaginaryInterval,
    /// How far the negative real axis is stable.
    RealInterval,
    /// The largest stable disc that touches the imaginary axis at 0 from the left.
    Disc,
    /// How many λ̂ fit each λ.
    Branches,
    /// Whether a step solves no equation.
    Explicit,
    /// Whether b is the last row of A.
    StifflyAccurate,
    /// Whether the last stage of a step is the first of the next.
    Fsal,
    /// |R| ≤ 1 in the left half plane.
    AStable,
    /// A-stable, and R(∞) = 0.
    LStable,
    /// |R| ≤ 1 on the imaginary axis.
    IStable,
    /// Algebraic stability.
    BStable,
    /// Whether quadratic invariants are kept.
    Symplectic,
    /// Whether the method is its own adjoint.
    Symmetric,
    /// Whether no stage, or no common factor of ρ and σ, is superfluous.
    Irreducible,
    /// Whether ρ satisfies the root condition.
    ZeroStable,
    /// Whether all zeros of ρ but 1 lie strictly inside the circle.
    StronglyStable,
    /// Whether every branch of every damped mode is damped.
    SignFaithful,
    /// Whether each λ has one λ̂.
    Unique,
    /// Whether σ satisfies the root condition.
    DiscoveryStable,
}

/// The kind of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// Yes or no.
    Truth,
    /// A whole number.
    Count,
    /// A number of the scheme's field.
    Number,
    /// A length, perhaps without bound.
    Extent,
    /// An angle in degrees.
    Angle,
}

/// How firmly a property is decided where all coefficients are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// In exact arithmetic over Q or Q(α).
    Exact,
    /// By bisection, each step an exact decision: a rigorous enclosure.
    Enclosed,
}

/// What a decision rests on: where that is out of reach, so is the property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestsOn {
    /// The order conditions, tree by tree, or `C_q`; on linear problems the series of the step.
    OrderConditions,
    /// The coefficients as they stand.
    Coefficients,
    /// R = P/Q, reduced; of a multistep method ρ and σ.
    StabilityFunction,
}

/// What the table knows of one property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropertyEntry {
    /// The property.
    pub property: Property,
    /// Its name in scheme files' claims and in documents.
    pub key: &'static str,
    /// Its place in the document of a verification, as a JSON pointer.
    pub place: &'static str,
    /// The kind of its value.
    pub kind: PropertyKind,
    /// Whether a claim may say `"infinite"`.
    pub may_be_infinite: bool,
    /// How firmly it is decided.
    pub certainty: Certainty,
    /// What the decision rests on.
    pub rests_on: RestsOn,
    /// The name of the catalogue's filter, where there is one: truths, and a positive SSP coefficient.
    pub filter: Option<&'static str>,
}

const fn entry(property: Property, key: &'static str, place: &'static str, kind: PropertyKind, rests_on: RestsOn) -> PropertyEntry {
    let may_be_infinite = matches!(kind, PropertyKind::Extent);
    let certainty = Certainty::Exact;
    PropertyEntry { property, key, place, kind, may_be_infinite, certainty, rests_on, filter: None }
}

impl PropertyEntry {
    const fn infinite(self) -> Self {
        Self { may_be_infinite: true, ..self }
    }

    const fn enclosed(self) -> Self {
        Self { certainty: Certainty::Enclosed, ..self }
    }

    const fn filter(self, name: &'static str) -> Self {
        Self { filter: Some(name), ..self }
    }
}

use Property as P;
use PropertyKind::{Angle, Count, Extent, Number, Truth};
use RestsOn::{Coefficients, OrderConditions, StabilityFunction};

/// Every property, in the order of [`Property`].
pub const PROPERTIES: [PropertyEntry; 29] = [
    entry(P::Order, "order", "/order", Count, OrderConditions),
    entry(P::StageOrder, "stage_order", "/stage_order", Count, OrderConditions),
    entry(P::LinearOrder, "linear_order", "/linear_order", Count, OrderConditions),
    entry(P::EmbeddedOrder, "embedded_order", "/embedded_order", Count, OrderConditions),
    entry(P::DispersionOrder, "dispersion_order", "/phase/dispersion_order", Count, StabilityFunction),
    entry(P::DissipationOrder, "dissipation_order", "/phase/dissipation_order", Count, StabilityFunction).infinite(),
    entry(P::ErrorConstant, "error_constant", "/error_constant", Number, OrderConditions),
    entry(P::AtInfinity, "at_infinity", "/at_infinity", Number, StabilityFunction).infinite(),
    entry(P::AAlphaDegrees, "a_alpha_degrees", "/a_alpha_degrees", Angle, StabilityFunction).enclosed(),
    entry(P::SspCoefficient, "ssp_coefficient", "/ssp_coefficient", Extent, StabilityFunction).filter("ssp"),
    entry(P::ImaginaryInterval, "imaginary_interval", "/imaginary_interval", Extent, StabilityFunction),
    entry(P::RealInterval, "real_interval", "/real_interval", Extent, StabilityFunction),
    entry(P::Disc, "disc", "/disc", Extent, StabilityFunction).enclosed(),
    entry(P::Branches, "branches", "/learning/branches", Count, StabilityFunction),
    entry(P::Explicit, "explicit", "/explicit", Truth, Coefficients).filter("explicit"),
    entry(P::StifflyAccurate, "stiffly_accurate", "/stiffly_accurate", Truth, Coefficients).filter("stiffly-accurate"),
    entry(P::Fsal, "fsal", "/fsal", Truth, Coefficients).filter("fsal"),
    entry(P::AStable, "a_stable", "/a_stable", Truth, StabilityFunction).filter("a-stable"),
    entry(P::LStable, "l_stable", "/l_stable", Truth, StabilityFunction).filter("l-stable"),
    entry(P::IStable, "i_stable", "/i_stable", Truth, StabilityFunction).filter("i-stable"),
    entry(P::BStable, "b_stable", "/b_stable", Truth, Coefficients).filter("b-stable"),
    entry(P::Symplectic, "symplectic", "/symplectic", Truth, Coefficients).filter("symplectic"),
    entry(P::Symmetric, "symmetric", "/symmetric", Truth, Coefficients).filter("symmetric"),
    entry(P::Irreducible, "irreducible", "/irreducible", Truth, Coefficients).filter("irreducible"),
    entry(P::ZeroStable, "zero_stable", "/zero_stable", Truth, Coefficients).filter("zero-stable"),
    entry(P::StronglyStable, "strongly_stable", "/strongly_stable", Truth, Coefficients).filter("strongly-stable"),
    entry(P::SignFaithful, "sign_faithful", "/learning/sign_faithful", Truth, StabilityFunction).filter("sign-faithful"),
    entry(P::Unique, "unique", "/learning/unique", Truth, StabilityFunction).filter("unique"),
    entry(P::DiscoveryStable, "discovery_stable", "/learning/discovery_stable", Truth, Coefficients).filter("discovery-stable"),
];

impl Property {
    /// Every property.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        PROPERTIES.iter().map(|entry| entry.property)
    }

    /// Its line of the table.
    pub fn entry(self) -> &'static PropertyEntry {
        &PROPERTIES[self as usize]
    }

    /// Its name in claims and documents.
    pub fn key(self) -> &'static str {
        self.entry().key
    }

    /// The property of this name.
    ///
    /// ```
    /// use lambdahat::method::Property;
    /// assert_eq!(Property::from_key("a_stable"), Some(Property::AStable));
    /// assert_eq!(Property::from_key("A-stable"), None);
    /// ```
    pub fn from_key(key: &str) -> Option<Self> {
        PROPERTIES.iter().find(|entry| entry.key == key).map(|entry| entry.property)
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl Serialize for Property {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_its_names_are_unique() {
        for (k, entry) in PROPERTIES.iter().enumerate() {
            assert_eq!(entry.property as usize, k, "{}", entry.key);
            assert_eq!(Property::from_key(entry.key), Some(entry.property));
            assert!(entry.place.ends_with(entry.key) && entry.filter.is_none_or(|name| !name.contains('_')));
        }
    }
}
