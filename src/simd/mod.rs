//! Vector instructions: the types, the kernels that need them by name, and the choice of the processor's, once. The only module with `unsafe`.
//!
//! Two ways, kept by what was measured (docs/dependencies.md):
//! - [`Loops`] and [`run`]: plain loops over arrays, which the compiler turns into vector instructions. No `unsafe` outside this module. For kernels whose
//!   arrays stay in registers by themselves: the branches of eight modes, rows of a region, Adam's update.
//! - [`Lanes`](lanes::Lanes) and [`vectorised!`](width::vectorised): intrinsics, written once for three widths. For matrix products ([`gemm`]) and the
//!   elementary functions of networks ([`elementary`]), which stand here behind safe functions over slices.
//!
//! Rows that the kernels read are padded to a multiple of [`PADDING`], the widest vector, so that none has a ragged edge.

pub(crate) mod elementary;
pub(crate) mod gemm;
mod lanes;
mod width;

pub(crate) use lanes::{PADDING, padded};
pub(crate) use width::{Loops, Width, run};
