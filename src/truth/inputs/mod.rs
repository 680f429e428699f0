//! Systems with known inputs.
//!
//! | question | where |
//! | --- | --- |
//! | the modes, with inputs as regressors | `with_inputs` |
//! | the system ẋ = Ax + Bu | `state_space` |
//! | what an input does between rows | `between` |
//! | whether an input is a function of the state | `feedback` |
//! | whether one more order moves the rates | `one_more_order` |
//! | an examination of such samples | `examined_inputs` |

pub(super) mod between;
pub(super) mod examined_inputs;
mod feedback;
mod one_more_order;
pub(super) mod state_space;
mod with_inputs;
