//! The figures of the damped oscillator λ = −0.1 + 2i sampled every H = 1, as the tour tells them.

use super::description::points;
use super::mode::{FINE, Learned, ModeError, TOUR, heading, in_time, orbit, three_lines, truth, words};
use super::{Axis, Figure, Ink, Mark, Panel};
use num_complex::Complex;
use std::collections::BTreeMap;

fn fact(facts: &mut BTreeMap<String, f64>, name: &str, z: Complex<f64>) {
    facts.insert(format!("Re λ̂ {name}"), z.re);
    facts.insert(format!("Im λ̂ {name}"), z.im);
}

/// The plane of y: the truth and the samples spiral in, the model at h/100 spirals out.
fn spirals(learned: &Learned, lambda_hat: Complex<f64>, end: f64, half: f64) -> Panel {
    let lambda = learned.branches.lambda;
    let z = lambda_hat * learned.branches.sampling.step().get() / FINE as f64;
    let fine = orbit(&learned.region, z, |_| Complex::new(1.0, 0.0), (end * FINE as f64 / learned.branches.sampling.step().get()) as usize);
    let samples: Vec<Complex<f64>> = (0..=end as usize).map(|n| (lambda * n as f64).exp()).collect();
    let line = |zs: &[Complex<f64>], ink, label: &str| Mark::Line {
        points: points(zs),
        ink,
        width: 2.0,
        dashed: false,
        arrows: 2,
        label: label.into(),
    };
    Panel {
        title: "in the plane".into(),
        x: Axis::new("Re y", [-half, half]),
        y: Axis::new("Im y", [-half, half]),
        equal: true,
        marks: vec![
            line(&truth(lambda, end), Ink::Blue, "the truth"),
            line(&fine, Ink::Red, "the same model at h/100"),
            Mark::dots(points(&samples), Ink::Black, 4.5, "data"),
        ],
    }
}

/// Data of the damped oscillator, RK4's fit at h = 1, and the same model at h/100: the fit is perfect and the model is not.
pub fn hero() -> Result<Figure, ModeError> {
    let (end, half) = (12.0, 3.8);
    let learned = Learned::named("rk4", TOUR, 1.0)?;
    let lambda_hat = learned.lambda_hat()?;
    let mut facts = BTreeMap::new();
    fact(&mut facts, "rk4", lambda_hat);
    Ok(Figure {
        name: "hero".into(),
        title: "A perfect fit, a wrong model".into(),
        caption: format!(
            "A damped oscillation (λ = {}) sampled every H = 1, fitted through classical RK4 with h = 1. The fit passes through every sample, yet \
             the model it learned has λ̂ = {}: run with a finer step it spirals out.",
            words(TOUR),
            words(lambda_hat)
        ),
        columns: 2,
        panels: vec![spirals(&learned, lambda_hat, end, half), in_time("over time, real part", end, half, three_lines(&learned, end)?)],
        facts,
    })
}

const SLIDER: [&str; 6] = ["forward-euler", "implicit-euler", "heun2", "kutta3", "rk4", "implicit-midpoint"];

/// The same model run at steps from h down to h/100, for six methods.
pub fn steps() -> Result<Figure, ModeError> {
    let end = 8.0;
    let mut facts = BTreeMap::new();
    let panel = |name: &str, facts: &mut BTreeMap<String, f64>| -> Result<Panel, ModeError> {
        let learned = Learned::named(name, TOUR, 1.0)?;
        let lambda_hat = learned.lambda_hat()?;
        fact(facts, name, lambda_hat);
        let mut marks = Vec::new();
        for (k, ink, label) in [
            (FINE, Ink::Red, "run at h/100"),
            (4, Ink::Orange, "run at h/4"),
            (2, Ink::Purple, "run at h/2"),
            (1, Ink::Green, "run at h, the step it was fitted with"),
        ] {
            marks.push(Mark::line(learned.run(lambda_hat, k, end), ink, 1.8, label));
        }
        marks.push(Mark::dots(learned.samples(end), Ink::Black, 3.8, "data"));
        Ok(in_time(&format!("{}: λ̂ = {}", heading(name)?, words(lambda_hat)), end, 3.0, marks))
    };
    let panels = SLIDER.iter().map(|name| panel(name, &mut facts)).collect::<Result<_, _>>()?;
    Ok(Figure {
        name: "steps".into(),
        title: "What each model does when the step is changed".into(),
        caption: "Each panel: one λ̂, learned from the black samples (λ = −0.1 + 2i, H = h = 1), run with the method it was fitted through at smaller and \
                  smaller steps. Only at the step of the fit does it pass through the data."
            .into(),
        columns: 2,
        panels,
        facts,
    })
}

/// Forward Euler over-decays, implicit Euler grows, implicit midpoint keeps the sign.
pub fn three_panels() -> Result<Figure, ModeError> {
    let end = 10.0;
    let mut facts = BTreeMap::new();
    let mut panels = Vec::new();
    for (name, what) in [("forward-euler", "dies out"), ("implicit-euler", "grows"), ("implicit-midpoint", "decays")] {
        let learned = Learned::named(name, TOUR, 1.0)?;
        fact(&mut facts, name, learned.lambda_hat()?);
        panels.push(in_time(&format!("{}: {what}", heading(name)?), end, 3.0, three_lines(&learned, end)?));
    }
    Ok(Figure {
        name: "three-panels".into(),
        title: "Three ways to be wrong between the samples".into(),
        caption: "The same data (λ = −0.1 + 2i, H = h = 1) through three methods of order 1 and 2. Implicit midpoint is sign-faithful: what is learned \
                  decays exactly when the truth does. Its rates are off all the same: it decays 3.4 times too fast and turns 1.5 times too fast."
            .into(),
        columns: 3,
        panels,
        facts,
    })
}

/// Leap frog's parasitic root: the fit with a slightly wrong second value.
pub fn leap_frog() -> Result<Figure, ModeError> {
    let end = 45.0;
    let learned = Learned::named("leap-frog", TOUR, 1.0)?;
    let lambda_hat = learned.lambda_hat()?;
    let mut facts = BTreeMap::new();
    fact(&mut facts, "leap-frog", lambda_hat);
    let mut marks = Vec::new();
    for (epsilon, ink) in [(1e-1, Ink::Red), (1e-2, Ink::Orange), (1e-3, Ink::Purple)] {
        let start = |n: usize| (TOUR * n as f64).exp() + if n == 1 { epsilon } else { 0.0 };
        let line = orbit(&learned.region, lambda_hat, start, end as usize);
        let points = line.iter().enumerate().map(|(n, y)| [n as f64, y.re]).collect();
        marks.push(Mark::line(points, ink, 1.8, &format!("ε = {epsilon}")));
    }
    marks.push(Mark::line(learned.run(lambda_hat, 1, end), Ink::Green, 2.0, "ε = 0"));
    marks.push(Mark::dots(learned.samples(end), Ink::Black, 3.5, "data"));
    Ok(Figure {
        name: "leap-frog".into(),
        title: "Leap frog's second root wakes up".into(),
        caption: format!(
            "Leap frog fitted to the damped oscillation has λ̂ = {} and two roots whose product is −1: the physical exp(hλ) and −exp(−hλ), which grows \
             as exp(0.1 t). With exact start values it sleeps; an error ε in the second value wakes it.",
            words(lambda_hat)
        ),
        columns: 1,
        panels: vec![in_time("", end, 2.0, marks)],
        facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_passes_through_every_sample() {
        for name in SLIDER.iter().chain(&["leap-frog", "bdf2", "adams-bashforth-2"]) {
            let learned = Learned::named(name, TOUR, 1.0).unwrap();
            let run = learned.run(learned.lambda_hat().unwrap(), 1, 12.0);
            for (a, b) in run.iter().zip(learned.samples(12.0)) {
                assert!((a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-9, "{name}: {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn the_parasite_grows_as_it_must() {
        // The difference of two runs is ε times ((ζ₁ⁿ − ζ₂ⁿ)/(ζ₁ − ζ₂)) with ζ₁ = e^{hλ}, ζ₂ = −e^{−hλ}.
        let learned = Learned::named("leap-frog", TOUR, 1.0).unwrap();
        let z = learned.lambda_hat().unwrap();
        let run = |epsilon: f64| orbit(&learned.region, z, |n| (TOUR * n as f64).exp() + if n == 1 { epsilon } else { 0.0 }, 60);
        let (a, b) = (run(0.0), run(1e-3));
        let (one, two) = (TOUR.exp(), -(-TOUR).exp());
        for n in [5usize, 30, 60] {
            let expected = (one.powu(n as u32) - two.powu(n as u32)) / (one - two) * 1e-3;
            assert!((b[n] - a[n] - expected).norm() < 1e-10 * two.powu(n as u32).norm());
        }
    }
}
