//! The algebra of methods: compositions, adjoints and duals are methods again, with exact tableaux.
//!
//! | from | comes | where |
//! | --- | --- | --- |
//! | one method and another | the second after the first, as one step | `composition` |
//! | a method | the one whose step with −h undoes its step with h | `adjoint` |
//! | a method | the one by which its adjoint equations are solved when its steps are differentiated | `dual` |
//!
//! The reduced method, without superfluous stages, is [`reduce`](crate::stability::reduce())'s.

pub(crate) mod adjoint;
pub(crate) mod composition;
pub(crate) mod dual;

pub use adjoint::{adjoint, multistep_adjoint};
pub use composition::compose;
pub use dual::{DualError, dual};
