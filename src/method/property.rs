//! The vocabulary of properties: what can be claimed of a scheme, asked of the catalogue, and found by a verification, each by one name.
//!
//! A new property is one line of the list below, the way it is decided in `verify::decision`, and its name in `words::property_name`; the compiler or a test asks
//! for each. Claims, filters, the document of `--json`, the rows of the screen and the documentation follow from them.

use serde::{Serialize, Serializer};
use std::fmt;

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
    /// Whether it is a truth read off the coefficients at once: a verification keeps those in a list, and not each in a field.
    pub read_off: bool,
}

/// What most entries are; the list says whose it is.
const fn entry(key: &'static str, place: &'static str, kind: PropertyKind, rests_on: RestsOn) -> PropertyEntry {
    let may_be_infinite = matches!(kind, PropertyKind::Extent);
    let certainty = Certainty::Exact;
    PropertyEntry { property: Property::Order, key, place, kind, may_be_infinite, certainty, rests_on, filter: None, read_off: false }
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

    const fn read_off(self) -> Self {
        Self { read_off: true, ..self }
    }
}

use PropertyKind::{Angle, Count, Extent, Number, Truth};
use RestsOn::{Coefficients, OrderConditions, StabilityFunction};

/// The enum and the table of its variants, from one list.
macro_rules! vocabulary {
    ($($(#[$doc:meta])* $name:ident = $entry:expr,)*) => {
        /// A property of a scheme.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Property {
            $($(#[$doc])* $name,)*
        }

        /// Every property, in the order of [`Property`].
        pub const PROPERTIES: [PropertyEntry; [$(Property::$name),*].len()] = [$(PropertyEntry { property: Property::$name, ..$entry }),*];
    };
}

vocabulary! {
    /// The order of accuracy.
    Order = entry("order", "/order", Count, OrderConditions),
    /// min(p, η) of the simplifying assumptions B(p), C(η).
    StageOrder = entry("stage_order", "/stage_order", Count, OrderConditions),
    /// The order on linear problems.
    LinearOrder = entry("linear_order", "/linear_order", Count, OrderConditions),
    /// The order of the embedded method.
    EmbeddedOrder = entry("embedded_order", "/embedded_order", Count, OrderConditions),
    /// Order of the error in phase on the imaginary axis.
    DispersionOrder = entry("dispersion_order", "/phase/dispersion_order", Count, StabilityFunction),
    /// Order of the error in modulus on the imaginary axis.
    DissipationOrder = entry("dissipation_order", "/phase/dissipation_order", Count, StabilityFunction).infinite(),
    /// The first coefficient of the local error on linear problems.
    ErrorConstant = entry("error_constant", "/error_constant", Number, OrderConditions),
    /// R(∞).
    AtInfinity = entry("at_infinity", "/at_infinity", Number, StabilityFunction).infinite(),
    /// Half angle of the widest stable sector about the negative real axis.
    AAlphaDegrees = entry("a_alpha_degrees", "/a_alpha_degrees", Angle, StabilityFunction).enclosed(),
    /// The radius of absolute monotonicity.
    SspCoefficient = entry("ssp_coefficient", "/ssp_coefficient", Extent, StabilityFunction).filter("ssp"),
    /// How far the imaginary axis is stable.
    ImaginaryInterval = entry("imaginary_interval", "/imaginary_interval", Extent, StabilityFunction),
    /// How far the negative real axis is stable.
    RealInterval = entry("real_interval", "/real_interval", Extent, StabilityFunction),
    /// The largest stable disc that touches the imaginary axis at 0 from the left.
    Disc = entry("disc", "/disc", Extent, StabilityFunction).enclosed(),
    /// How many λ̂ fit each λ.
    Branches = entry("branches", "/learning/branches", Count, StabilityFunction),
    /// Whether a step solves no equation.
    Explicit = entry("explicit", "/explicit", Truth, Coefficients).filter("explicit"),
    /// Whether b is the last row of A.
    StifflyAccurate = entry("stiffly_accurate", "/stiffly_accurate", Truth, Coefficients).filter("stiffly-accurate").read_off(),
    /// Whether the last stage of a step is the first of the next.
    Fsal = entry("fsal", "/fsal", Truth, Coefficients).filter("fsal").read_off(),
    /// Whether no weight b_i is negative.
    NonNegativeWeights = entry("non_negative_weights", "/non_negative_weights", Truth, Coefficients).filter("non-negative-weights").read_off(),
    /// |R| ≤ 1 in the left half plane.
    AStable = entry("a_stable", "/a_stable", Truth, StabilityFunction).filter("a-stable"),
    /// A-stable, and R(∞) = 0.
    LStable = entry("l_stable", "/l_stable", Truth, StabilityFunction).filter("l-stable"),
    /// |R| ≤ 1 on the imaginary axis.
    IStable = entry("i_stable", "/i_stable", Truth, StabilityFunction).filter("i-stable"),
    /// Algebraic stability.
    BStable = entry("b_stable", "/b_stable", Truth, Coefficients).filter("b-stable"),
    /// Whether quadratic invariants are kept.
    Symplectic = entry("symplectic", "/symplectic", Truth, Coefficients).filter("symplectic"),
    /// Whether the method is its own adjoint.
    Symmetric = entry("symmetric", "/symmetric", Truth, Coefficients).filter("symmetric"),
    /// Whether no stage, or no common factor of ρ and σ, is superfluous.
    Irreducible = entry("irreducible", "/irreducible", Truth, Coefficients).filter("irreducible"),
    /// Whether ρ satisfies the root condition.
    ZeroStable = entry("zero_stable", "/zero_stable", Truth, Coefficients).filter("zero-stable"),
    /// Whether all zeros of ρ but 1 lie strictly inside the circle.
    StronglyStable = entry("strongly_stable", "/strongly_stable", Truth, Coefficients).filter("strongly-stable"),
    /// Whether every branch of every damped mode is damped.
    SignFaithful = entry("sign_faithful", "/learning/sign_faithful", Truth, StabilityFunction).filter("sign-faithful"),
    /// Whether each λ has one λ̂.
    Unique = entry("unique", "/learning/unique", Truth, StabilityFunction).filter("unique"),
    /// Whether σ satisfies the root condition.
    DiscoveryStable = entry("discovery_stable", "/learning/discovery_stable", Truth, Coefficients).filter("discovery-stable"),
}

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
