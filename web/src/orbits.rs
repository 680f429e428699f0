//! Closed orbits and the models learned from them, for the page.

use super::message;
use lambdahat::figure::{LotkaVolterraError, Orbit, lotka_volterra_orbit, widening};
use lambdahat::words::explorable::{self, LearnedOrbit};
use wasm_bindgen::prelude::*;

fn numbered(which: u8) -> Orbit {
    match which {
        0 => Orbit::Truth,
        1 => Orbit::RungeKutta4,
        _ => Orbit::ImplicitMidpoint,
    }
}

/// An orbit of Lotka–Volterra, x, y, x, y, …: 0 the truth, 1 and 2 the models learned through RK4 and implicit midpoint at H = 1.5.
#[wasm_bindgen]
pub fn orbit(which: u8, x: f64, y: f64, refinement: usize, end: f64) -> Result<Vec<f64>, JsError> {
    let orbit = numbered(which);
    let states = lotka_volterra_orbit(orbit, [x, y], refinement, end).map_err(|error| match (&error, orbit.method()) {
        // Where training does not determine the model, the equation of an implicit step may have no solution.
        (LotkaVolterraError::Fit(_), Some(method)) if !orbit.is_determined_on([x, y]) => message(explorable::orbit_unsolved(method, false)),
        _ => message(error),
    })?;
    Ok(states.into_iter().flatten().collect())
}

/// What is said of an orbit that [`orbit`] answered.
#[wasm_bindgen]
pub fn orbit_words(which: u8, refinement: usize, end: f64, flat: &[f64]) -> String {
    let orbit = numbered(which);
    let states: Vec<[f64; 2]> = flat.chunks_exact(2).map(|x| [x[0], x[1]]).collect();
    match (orbit.method(), states.first()) {
        (Some(method), Some(&start)) => {
            let found =
                LearnedOrbit { refinement, end, widening: widening(&states, refinement), determined: orbit.is_determined_on(start) };
            explorable::orbit(method, &found)
        }
        _ => explorable::true_orbit().to_owned(),
    }
}

/// Prey at the start, one predator, of the widest orbit on which training determines the model; infinite for the truth.
#[wasm_bindgen]
pub fn orbit_limit(which: u8) -> f64 {
    numbered(which).determined_to().unwrap_or(f64::INFINITY)
}
