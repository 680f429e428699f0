//! What is known of a scheme, decided; its claims checked.
//!
//! | question | where |
//! | --- | --- |
//! | everything known of a scheme | `verification`; how it is made, `scheme_report`, `verified` |
//! | the claims of its file | `claims`, `checked_claim` |
//! | what it does to a model that learns through it | `learning_report` |
//! | what an exact answer would cost, and so is left out | `exact_cost`, `budget`, `left_out` |
//! | who watches the work, and may end it | `supervisor` |
//! | why a claim fails or is left open | `claim_fault` |
//! | how each property is decided alone, and what a report found of it | `decision`, `property_in_report`, `property_found` |
//! | what holds to within a tolerance, where coefficients are rounded | `within`, `orders_within` |
//! | a second look at exact answers by sampling, in debug builds and tests | `second_look` |
//! | adjoint, dual, reduced method, the inside of a step | `algebra` |

pub(crate) mod algebra;
mod budget;
mod checked_claim;
mod claim_fault;
pub(crate) mod claims;
pub(crate) mod decision;
mod exact_cost;
pub(crate) mod learning_report;
mod left_out;
mod orders_within;
mod property_found;
mod property_in_report;
mod relative_remark;
mod scheme_report;
pub(crate) mod second_look;
mod supervisor;
pub(crate) mod verification;
mod verified;
mod within;

pub use algebra::{Algebra, CoefficientLists, RelatedMethod};
pub use budget::REPORT;
pub use checked_claim::CheckedClaim;
pub use claim_fault::ClaimFault;
pub use decision::has_property;
pub use learning_report::{AskedMode, LearningReport, SmallestSubsteps, SubstepsError, smallest_substeps};
pub use left_out::{LeftOut, Numbers, WhyLeftOut, Work};
pub use property_found::PropertyFound;
pub use relative_remark::RelativeRemark;
pub use second_look::{Questioned, Refuted, second_look};
pub use supervisor::{Supervisor, Underway};
pub use verification::{Verification, Within};
pub use verified::{verify, verify_with};
