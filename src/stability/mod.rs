//! What a scheme does to ẏ = λy: `R = P/Q`, its exact properties, its regions and their boundaries.

pub(crate) mod a_alpha;
pub(crate) mod a_stability;
pub(crate) mod algebraic_stability;
pub(crate) mod axis_curve;
pub(crate) mod disc;
pub(crate) mod error_constant;
pub(crate) mod extent;
pub(crate) mod function;
pub(crate) mod intervals;
pub(crate) mod irreducibility;
pub(crate) mod learning;
pub(crate) mod locus_shape;
mod multiplicity;
pub mod multistep;
mod nearby;
pub(crate) mod phase;
pub mod region;
pub(crate) mod right_half_plane;
pub(crate) mod root_condition;
pub(crate) mod root_locus;
pub(crate) mod routh_hurwitz;
pub(crate) mod shu_osher;
pub(crate) mod ssp;
pub(crate) mod stage_functions;
pub(crate) mod symmetry;

pub use a_alpha::{Angle, a_alpha};
pub use a_stability::{
    at_infinity, is_a_stable, is_first_same_as_last, is_i_stable, is_l_stable, is_stiffly_accurate, poles_in_right_half_plane,
};
pub use algebraic_stability::{is_algebraically_stable, is_symplectic};
pub use disc::disc_radius;
pub use error_constant::{linear_order, linear_order_of_step};
pub use extent::Extent;
pub use function::StabilityFunction;
pub use intervals::{e_polynomial, imaginary_interval, real_interval};
pub use irreducibility::{Reduction, reduce};
pub use learning::{Learning, SignReason, UniqueReason};
pub use locus_shape::LocusShape;
pub use phase::{PhaseErrors, multistep_phase_errors, phase_errors};
pub use right_half_plane::{RightHalfPlane, UnknownRoom, area_in_window};
pub use root_condition::RootCondition;
pub use root_locus::RootLocus;
pub use routh_hurwitz::is_hurwitz;
pub use shu_osher::{ShuOsher, ShuOsherError, shu_osher};
pub use ssp::{ssp_coefficient, ssp_is_zero};
pub use stage_functions::{StageFunctions, stage_functions};
pub use symmetry::{is_symmetric, symmetry};
