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
    let step = match found.refinement {
        0 | 1 => "its own step".to_owned(),
        n => format!("H/{n}"),
    };
    let wide = match real(widening, 2) {
        one if one == "1" => "as wide".to_owned(),
        other => format!("{other} times as wide"),
    };
    let end = real(found.end, 4);
    format!(
        "Learned through {method}, run at {step}: at t = {end} the widest orbit is {wide} as at the start.{}",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orbit_keeps_its_width_or_is_told_by_how_much_not() {
        let of = |refinement, widening, determined| orbit("rk4", &LearnedOrbit { refinement, end: 60.0, widening, determined });
        assert_eq!(
            of(1, Some(1.001), true),
            "Learned through rk4, run at its own step: at t = 60 the widest orbit is as wide as at the start."
        );
        assert!(
            of(100, Some(0.66), false)
                .contains("run at H/100: at t = 60 the widest orbit is 0.66 times as wide as at the start. This start lies outside")
        );
        assert_eq!(of(100, None, true), "Learned through rk4: it rests here, as the truth does.");
    }
}
