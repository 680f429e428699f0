//! Expressions made fast: a graph of operations in which equal parts are one, differentiated once, then a list of instructions that is run
//! without allocation on one state or on eight at a time.

mod graph;
mod lower;
mod program;
mod registers;

pub(crate) use graph::{Graph, Id};
pub(crate) use lower::{Scope, lower};
pub(crate) use program::Program;
