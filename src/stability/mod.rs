//! What a scheme does to ẏ = λy: `R = P/Q`, its exact properties, its regions and their boundaries.

pub mod a_alpha;
pub mod a_stability;
pub mod algebraic_stability;
pub mod axis_curve;
pub mod disc;
pub mod error_constant;
pub mod extent;
pub mod function;
pub mod intervals;
pub mod irreducibility;
pub mod learning;
pub mod locus_shape;
mod multiplicity;
pub mod multistep;
mod nearby;
pub mod phase;
pub mod region;
pub mod right_half_plane;
pub mod root_condition;
pub mod root_locus;
pub mod routh_hurwitz;
pub mod shu_osher;
pub mod ssp;
pub mod stage_functions;
pub mod symmetry;

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
pub use right_half_plane::{RightHalfPlane, area_in_window};
pub use root_condition::RootCondition;
pub use root_locus::RootLocus;
pub use routh_hurwitz::is_hurwitz;
pub use shu_osher::{ShuOsher, ShuOsherError, shu_osher};
pub use ssp::{ssp_coefficient, ssp_is_zero};
pub use stage_functions::{StageFunctions, stage_functions};
pub use symmetry::{is_symmetric, symmetry};
