//! What a fit through a method learns from one mode: the region with hλ and every hλ̂, beside the trajectory.

use super::mode::{ModeError, ModeRun, in_time, labelled_lines, named};
use super::regions::{cross, plane, region_marks};
use super::{Figure, Ink, Mark};
use crate::inverse::LearningEquation;
use crate::method::{Method, Sampling, catalog};
use crate::stability::region::Window;
use crate::words::number::{DIGITS, complex, real};
use num_complex::Complex;
use std::collections::BTreeMap;

/// The figure of a prediction: left the stability region with hλ (blue) and each hλ̂ (red), right the mode's samples (black), the fit at step h
/// (green) and the same model at h/100 (red), for the principal branch.
///
/// ```
/// use lambdahat::{figure::prediction, method::{Sampling, catalog}};
/// use num_complex::Complex;
/// let figure = prediction(&catalog::find("rk4")?, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1)?)?;
/// assert_eq!(figure.panels.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn prediction(method: &Method, lambda: Complex<f64>, sampling: Sampling) -> Result<Figure, ModeError> {
    mode_panels(&ModeRun::of(method, lambda, sampling)?, method, lambda, sampling, "the trajectory", "samples of the mode")
}

/// The same with a title and a name for the samples.
pub(super) fn mode_panels(
    learned: &ModeRun,
    method: &Method,
    lambda: Complex<f64>,
    sampling: Sampling,
    title: &str,
    samples: &str,
) -> Result<Figure, ModeError> {
    let lambda_hat = learned.lambda_hat()?;
    let h = sampling.step().get();
    let truth = lambda * h;
    let found: Vec<[f64; 2]> = learned.branches.branches.iter().map(|b| [b.z.re, b.z.im]).collect();
    // Far branches would shrink the rest to a speck: those beyond 12 are named in the facts and may fall outside, which the caption says.
    let near = found.iter().filter(|p| p[0].hypot(p[1]) <= 12.0);
    let size = near.fold(3.2f64.max(truth.norm() * 1.15), |size, p| size.max(p[0].abs()).max(p[1].abs())) * 1.12;
    let window = Window::new([-size, size], [-size, size])?;
    let outside = found.iter().filter(|p| !window.contains(Complex::new(p[0], p[1]))).count();
    let mut marks = cross(window);
    marks.extend(region_marks(&learned.region, window, Ink::Sky, 0.3, &format!("stability region of {}", method.name())));
    marks.push(Mark::dots(found.clone(), Ink::Red, 6.5, "hλ̂, every branch"));
    if let Some(b) = learned.branches.principal() {
        marks.push(Mark::Dots {
            points: vec![[b.z.re, b.z.im]],
            ink: Ink::Red,
            radius: 10.0,
            filled: false,
            label: "the principal branch".into(),
        });
        marks.push(Mark::dots(vec![[b.z.re, b.z.im]], Ink::Red, 6.5, ""));
    }
    marks.push(Mark::dots(vec![[truth.re, truth.im]], Ink::Blue, 6.5, "hλ, the truth"));

    // Some five periods, or some five times the time of decay, and at least eight samples.
    let rate = lambda.im.abs() / std::f64::consts::TAU + lambda.re.abs();
    let interval = sampling.interval();
    let count = if rate > 0.0 { (5.0 / (rate * interval)).ceil().clamp(8.0, 60.0) } else { 20.0 };
    let end = count * interval;
    let lines = labelled_lines(learned, end, samples)?;
    let highest = learned.samples(end).iter().map(|p| p[1].abs()).fold(0.0, f64::max);
    let mut facts = BTreeMap::new();
    for (k, b) in learned.branches.branches.iter().enumerate() {
        facts.insert(format!("Re hλ̂ {k}"), b.z.re);
        facts.insert(format!("Im hλ̂ {k}"), b.z.im);
    }
    Ok(Figure {
        name: "prediction".into(),
        title: format!("What a fit through {} learns from λ = {}", named(method), complex(lambda, DIGITS)),
        caption: format!(
            "Sampled every H = {}, {} step{} of h = {} between samples. {} branch{}{}; {} λ̂ = {}.",
            real(interval, DIGITS),
            sampling.substeps(),
            if sampling.substeps() == 1 { "" } else { "s" },
            real(h, DIGITS),
            learned.branches.branches.len(),
            if learned.branches.branches.len() == 1 { "" } else { "es" },
            if outside == 0 { String::new() } else { format!(", {outside} of them outside the picture") },
            if learned.branches.principal().is_some() { "the principal one is" } else { "none is principal, and the nearest to λ is" },
            complex(lambda_hat, DIGITS)
        ),
        columns: 2,
        panels: vec![plane("the plane of hλ", window, marks), in_time(title, end, 2.4 * highest, lines)],
        facts,
    })
}

/// Small multiples: regions with hλ (blue) and hλ̂ of all branches (red) as the step h = H grows from 0.1 to 1.5, λ = −0.1 + 2i.
pub fn growing_step() -> Result<Figure, ModeError> {
    let lambda = super::mode::TOUR;
    let window = Window::new([-4.0, 3.0], [-3.5, 3.5])?;
    let mut panels = Vec::new();
    let mut facts = BTreeMap::new();
    for name in
        ["forward-euler", "implicit-euler", "heun2", "kutta3", "rk4", "implicit-midpoint", "gauss2", "dormand-prince5", "radau-iia-2"]
    {
        let method = catalog::find(name)?;
        let equation = LearningEquation::of(&method)?;
        let mut trail: Vec<[f64; 2]> = Vec::new();
        let mut marked: Vec<[f64; 2]> = Vec::new();
        let mut last_anti_damped = 0.0;
        for k in 1..=150 {
            let h = k as f64 * 0.01;
            let found = equation.branches(lambda, Sampling::new(h, 1)?)?;
            let zs = found.branches.iter().map(|b| [b.z.re, b.z.im]);
            if k % 25 == 0 {
                marked.extend(zs.clone());
            }
            if k % 2 == 0 {
                trail.extend(zs);
            }
            if found.branches.iter().any(|b| b.z.re > 0.0) {
                last_anti_damped = h;
            }
        }
        facts.insert(format!("last h with a growing branch, {name}"), last_anti_damped);
        let region = crate::stability::region::Region::of(&method)?;
        let mut marks = cross(window);
        marks.extend(region_marks(&region, window, Ink::Sky, 0.3, "stability region"));
        marks.push(Mark::dots(trail, Ink::Red, 1.1, ""));
        marks.push(Mark::line(vec![[0.0, 0.0], [1.5 * lambda.re, 1.5 * lambda.im]], Ink::Blue, 2.0, ""));
        let truth = (1..=6).map(|k| 0.25 * f64::from(k)).map(|h| [h * lambda.re, h * lambda.im]).collect();
        marks.push(Mark::dots(truth, Ink::Blue, 3.6, "hλ at h = 0.25, 0.5, …, 1.5"));
        let outside = marked.iter().filter(|z| !window.contains(Complex::new(z[0], z[1]))).count();
        let label = if outside == 0 { "Re z".to_owned() } else { format!("Re z ({outside} of {} dots outside)", marked.len()) };
        marks.push(Mark::dots(marked, Ink::Red, 3.6, "hλ̂ of all branches at the same h"));
        let mut panel = plane(&named(&method), window, marks);
        panel.x.label = label;
        panels.push(panel);
    }
    Ok(Figure {
        name: "growing-step".into(),
        title: "Every λ̂ as the step grows".into(),
        caption: "The truth hλ (blue, λ = −0.1 + 2i) moves out along a ray; the branches hλ̂ (red) solve R(hλ̂) = exp(hλ), so all of them stay inside the \
                  region, whose part right of the imaginary axis is where a decaying mode is learned as a growing one. \
                  Where red dots lie outside the window, the axis says how many."
            .into(),
        columns: 3,
        panels,
        facts,
    })
}
