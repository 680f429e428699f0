//! Systems as fields of their parameters.

use super::System;
use crate::dynamics::ParameterisedField;
use std::borrow::Cow;

impl System {
    /// The places of the parameters that can vary: all but the number of grid points.
    fn varying(&self) -> Vec<usize> {
        (0..self.parameters.len()).filter(|k| Some(*k) != self.definition.points).collect()
    }

    /// The names of θ, in its order: all parameters but the number of grid points.
    pub fn parameter_names(&self) -> Vec<&str> {
        self.varying().into_iter().map(|k| self.definition.parameters[k].0.as_str()).collect()
    }

    /// All parameters, where the varying ones are θ.
    fn all_parameters<'a>(&self, theta: &'a [f64]) -> Cow<'a, [f64]> {
        let Some(points) = self.definition.points else { return Cow::Borrowed(theta) };
        let mut all = theta.to_vec();
        all.insert(points, self.parameters[points]);
        Cow::Owned(all)
    }
}

impl ParameterisedField for System {
    fn dimension(&self) -> usize {
        self.compiled.dimension()
    }

    fn parameter_count(&self) -> usize {
        self.parameters.len() - usize::from(self.definition.points.is_some())
    }

    fn value_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let (program, d) = (&self.compiled.field.value, self.compiled.dimension());
        let frozen = program.frozen(&self.all_parameters(theta));
        program.run_all(&frozen, (states, d), (&[], 0), |state, at, value| out[state * d + at] = value);
    }

    fn jacobian_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]) {
        let (program, d) = (self.compiled.field.jacobian(), self.compiled.dimension());
        let frozen = program.frozen(&self.all_parameters(theta));
        out.fill(0.0);
        program.run_all(&frozen, (states, d), (&[], 0), |state, at, value| out[state * d * d + at] = value);
    }

    fn vjp_batch(&self, theta: &[f64], states: &[f64], adjoint: &[f64], out: &mut [f64]) {
        let (program, d) = (self.compiled.slopes(&self.varying()), self.compiled.dimension());
        let frozen = program.frozen(&self.all_parameters(theta));
        out.fill(0.0);
        program.run_all(&frozen, (states, d), (adjoint, d), |_, at, value| out[at] += value);
    }
}
