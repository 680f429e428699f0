//! What the page says of closed orbits and of the models that were learned from them.

use super::super::number::real;

/// How a learned orbit ends, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnedOrbit {
    /// The step that the model is run with is H divided by this.
    pub refinement: usize,
    /// When the run ends.
    pub end: f64,
    /// The widest excursion from rest at the end against that at the start; none for an orbit that rests.
    pub widening: Option<f64>,
    /// Whether training determines the model on the orbit of this start.
    pub determined: bool,
}

/// The true orbit.
pub fn true_orbit() -> &'static str {
    "The truth: closed."
}

/// The orbit of a model learned through a method.
pub fn orbit(method: &str, found: &LearnedOrbit) -> String {
    let Some(widening) = found.widening else { return format!("Learned through {method}: it rests here, as the truth does.") };
    format!(
        "Learned through {method}, run at H/{}: at t = {} the widest orbit is {} times as wide as at the start.{}",
        found.refinement,
        real(found.end, 4),
        real(widening, 2),
        outside(found.determined)
    )
}

/// An implicit step without a solution.
pub fn orbit_unsolved(method: &str, determined: bool) -> String {
    format!("Learned through {method}: the equation of an implicit step has no solution on the way.{}", outside(determined))
}

fn outside(determined: bool) -> &'static str {
    if determined { "" } else { " This start lies outside the orbits on which training determines the model (grey)." }
}
