//! One claim of a scheme's file, and what became of it.

use super::claim_fault::ClaimFault;
use super::property_found::PropertyFound;
use crate::method::{Property, Stated};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// One claim and what became of it.
#[derive(Clone, Debug)]
pub struct CheckedClaim {
    /// What it is about.
    pub claim: Property,
    /// What the file states: true, false or a number.
    pub stated: Stated,
    /// What was computed; null where the notion does not apply to the method.
    pub found: Option<PropertyFound>,
    /// Whether the two agree; false also where that is undecided.
    pub holds: bool,
    /// Whether the question is left open: the claim neither holds nor fails.
    pub undecided: bool,
    /// The tolerance to within which it holds, where it does not hold exactly.
    pub within: Option<f64>,
    /// Why not, where there is more to say: the first order condition that fails, the coefficients that differ.
    pub why: Option<ClaimFault>,
}

impl CheckedClaim {
    /// Whether the claim was found wrong.
    pub fn fails(&self) -> bool {
        !self.holds && !self.undecided
    }
}

impl Serialize for CheckedClaim {
    /// `holds` is null where the question is undecided.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("claim", &self.claim)?;
        map.serialize_entry("stated", &self.stated)?;
        map.serialize_entry("found", &self.found)?;
        map.serialize_entry("holds", &(!self.undecided).then_some(self.holds))?;
        if let Some(tolerance) = self.within {
            map.serialize_entry("within", &tolerance)?;
        }
        if let Some(why) = &self.why {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}
