//! From a name to the call of its library.

use super::call::{Advance, Call};
use super::call_error::CallError;
use super::library::Library;
use super::name::CallName;
use super::{diffrax, ordinary_diffeq, scipy, torchdiffeq, torchdyn};
use std::str::FromStr;

impl FromStr for Call {
    type Err = CallError;

    fn from_str(text: &str) -> Result<Self, CallError> {
        let name = CallName::read(text)?.ok_or_else(|| CallError::Library { text: text.to_owned() })?;
        Self::of(name)
    }
}

impl Call {
    /// The call that a name means.
    pub fn of(name: CallName) -> Result<Self, CallError> {
        if let Some(version) = &name.version
            && !name.library.versions().contains(&version.as_str())
        {
            return Err(CallError::Version { library: name.library, version: version.clone() });
        }
        let call = match name.library {
            Library::Torchdiffeq => torchdiffeq::call(name),
            Library::Diffrax => diffrax::call(name),
            Library::Scipy => scipy::call(name),
            Library::Torchdyn => torchdyn::call(name),
            Library::OrdinaryDiffEq => ordinary_diffeq::call(name),
        }?;
        if let Advance::Controlled(control) = &call.advance
            && control.tolerances.relative == 0.0
            && control.tolerances.absolute == 0.0
        {
            return Err(CallError::ZeroTolerances);
        }
        Ok(call)
    }
}
