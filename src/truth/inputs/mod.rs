//! Systems with known inputs.
//!
//! | question | where |
//! | --- | --- |
//! | the modes, with inputs as regressors | `with_inputs` |
//! | the system ẋ = Ax + Bu | `state_space` |
//! | what an input does between rows | `between` |
//! | whether an input is a function of the state | `feedback` |
//! | at any times, of a state that is seen in part: the modes as sums of responses | `by_responses` |
//! | the best sum of each order | `response_search`; one sum, `response_sum`; the functions that it is made of, `run_basis`, `forced_run`, `orthonormal` |
//! | an examination of such samples | `examined_inputs` |

pub(super) mod between;
mod by_responses;
pub(super) mod examined_inputs;
mod feedback;
mod forced_run;
mod orthonormal;
mod response_search;
mod response_sum;
mod run_basis;
pub(super) mod state_space;
mod with_inputs;
