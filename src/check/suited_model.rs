//! The class of models to fit where nobody names one, and what its fits are laid beside.

use crate::data::Paths;
use crate::fit::{Loss, ModelSpec};
use crate::predict::{Origin, Subject};
use crate::truth::Caveat;

/// The degree for a nonlinear subject of which no degree is known.
const DEGREE: usize = 3;

/// Variables up to which two degrees more are soon fitted.
const FEW: usize = 2;

/// The least class that holds what is learned of the subject: a matrix for a linear system, one with a constant for samples of linear modes, polynomials of a degree
/// beyond the one that explains the samples, since what is learned through a method has higher terms, of the degree of a field that nearly does, else of degree 3.
pub fn suited_model(subject: &Subject) -> ModelSpec {
    let beyond = |dimension: usize| if dimension <= FEW { 2 } else { 1 };
    let degree = subject.caveats.iter().find_map(|caveat| match caveat {
        Caveat::FieldFitted { degree, .. } => Some((*degree, true)),
        Caveat::FieldLeaves { degree, .. } => Some((*degree, false)),
        _ => None,
    });
    match (&subject.origin, subject.linear, degree) {
        (Origin::System { .. }, true, _) => ModelSpec::Linear,
        (Origin::System { .. }, false, _) => ModelSpec::Polynomial(DEGREE),
        (Origin::Samples(data), false, Some((degree, explains))) if degree > 1 => {
            ModelSpec::Polynomial(degree + if explains { beyond(data.dimension()) } else { 0 })
        }
        _ => ModelSpec::Affine,
    }
}

/// The modes that fits of this class are laid beside: the fits see the samples as they are, noise and all, and no more of the state than is in the columns.
pub fn beside_fits(subject: Subject, samples: &Paths, loss: Loss, model: &ModelSpec) -> Subject {
    match (&subject.origin, model) {
        (Origin::System { .. }, _) => subject,
        (_, ModelSpec::Linear | ModelSpec::Affine) => subject.beside_fits(samples, loss, *model == ModelSpec::Affine),
        _ => subject.with_loss(samples, loss, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Trajectories, Trajectory};
    use crate::dynamics::System;
    use crate::truth::ModesOptions;

    /// A linear motion that rests away from zero needs a constant, a nonlinear one its degree.
    #[test]
    fn the_least_class_that_holds_the_motion() {
        let system = |name: &str| System::named(name).unwrap();
        let named = |name: &str| suited_model(&Subject::from_system(&system(name), 0.5).unwrap());
        assert_eq!((named("damped-oscillator"), named("duffing")), (ModelSpec::Linear, ModelSpec::Polynomial(3)));
        let sampled = |name: &str, shift: f64| {
            let system = system(name);
            let shifted = |start: &Vec<f64>| {
                let states = system.trajectory(start, 0.2, 60).unwrap();
                Trajectory::new(None, 0.0, &states.iter().map(|x| x.iter().map(|x| x + shift).collect()).collect::<Vec<Vec<f64>>>())
            };
            let runs = system.default_starts().iter().map(shifted).collect();
            let data = Trajectories::new(name, system.variables(), 0.2, runs).unwrap();
            suited_model(&Subject::from_data(&data, &ModesOptions::default()).unwrap())
        };
        assert_eq!(sampled("damped-oscillator", 5.0), ModelSpec::Affine);
        assert_eq!(sampled("lotka-volterra", 0.0), ModelSpec::Polynomial(4));
    }

    /// A pendulum is no polynomial: its field of degree 7 leaves more than rounding, and tells the modes. A matrix would meet nothing.
    #[test]
    fn a_field_that_leaves_more_than_rounding_has_the_degree_of_its_fits() {
        let data = crate::data::Reading::default().open("tests/data/panel/pendulum-three.csv".as_ref()).unwrap();
        assert_eq!(suited_model(&Subject::from_data(&data, &ModesOptions::default()).unwrap()), ModelSpec::Polynomial(7));
    }
}
