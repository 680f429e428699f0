//! What differs from the training that a model file is of, in sentences.

use super::{Dialect, Say};
use crate::fit::{Difference, LossForm};

impl Say for Difference {
    fn say(&self, _: Dialect) -> String {
        let form = |form: &LossForm| match form {
            LossForm::Step => "stepped",
            LossForm::Residual => "residual",
        };
        match self {
            Self::Method { was, is } => format!("The method was {was}, is {is}."),
            Self::Interval { was, is } => format!("H was {was}, is {is}."),
            Self::Substeps { was, is } => format!("m was {was}, is {is}."),
            Self::Form { was, is } => format!("The form was {}, is {}.", form(was), form(is)),
            Self::Loss { was, is } => format!("The loss was {was}, is {is}."),
            Self::Ridge { was, is } => format!("The ridge was {was}, is {is}."),
            Self::Threshold { was, is } => format!("The threshold was {was}, is {is}."),
            Self::Data { was, is } => format!("The data were {was}, are {is} (other samples)."),
        }
    }
}
