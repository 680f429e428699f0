//! Somebody's samples beside what a fit through a method makes of them: the samples themselves, and curves of the linear modes only where those meet them.

use super::mode::{ModeError, ModeRun, orbit};
use super::mode_figure::mode_panels;
use super::{Axis, Figure, Ink, Mark, Panel};
use crate::data::Trajectories;
use crate::method::{Method, Sampling};
use crate::predict::{MethodReport, Report};
use crate::truth::Caveat;
use crate::words::number::{DIGITS, complex};
use num_complex::Complex;

/// Modes that miss the samples by more than this part of their spread are not drawn over them.
const POOR: f64 = 0.2;
/// Points of a curve.
const POINTS: usize = 1200;

/// What a figure of samples is drawn from.
#[derive(Clone, Copy)]
pub struct SampleFigure<'a> {
    /// The samples.
    pub data: &'a Trajectories,
    /// Whether the modes are those of their logarithms.
    pub log: bool,
    /// Their modes.
    pub report: &'a Report,
    /// What the method on trial makes of each of them.
    pub method: &'a MethodReport,
}

/// The region with hλ and each hλ̂; the samples, with the true modes and the learned ones where the modes near the equilibrium describe the samples; and the mode alone.
///
/// The drawn variable is the first, the drawn piece the longest without a gap. Curves are `x* + Re Σ_k c_k e^{λ_k t}` with the c_k by least squares, and the same
/// with each λ̂_k: at its own step h the method takes `e^{hλ_k}` from that, so the fit passes where the modes do.
pub fn prediction_of_samples(
    from: SampleFigure<'_>,
    method: &Method,
    lambda: Complex<f64>,
    sampling: Sampling,
) -> Result<Figure, ModeError> {
    let learned = ModeRun::of(method, lambda, sampling)?;
    let mut figure = mode_panels(&learned, method, lambda, sampling, "the mode alone, e^(λt)", "samples of the mode")?;
    let (panel, misfit) = sample_panel(from, &learned, lambda, sampling);
    figure.panels.insert(1, panel);
    figure.columns = 3;
    figure.name = "prediction-of-samples".into();
    let has = |driven: fn(&Caveat) -> bool| from.report.caveats.iter().any(driven);
    let by_noise = has(|caveat| matches!(caveat, Caveat::NoiseDriven { .. }));
    let by_input = has(|caveat| matches!(caveat, Caveat::InputsUsed { .. }));
    let acts = from.report.through_loss.as_ref().is_some_and(|through| through.acts);
    let drawn = match misfit {
        Some(misfit) if misfit <= POOR => {
            format!("The modes near the equilibrium meet the samples to {:.1} % of their spread.", 100.0 * misfit)
        }
        Some(_) if from.report.is_noise_unfollowed() => {
            "The samples are noisy, and what noise makes of this is not followed: no curve is drawn over them.".into()
        }
        Some(_) if by_input => "The input moves the samples too: no curve is drawn over them.".into(),
        Some(_) if acts && from.report.through_loss.as_ref().is_some_and(|through| !through.is_of_field()) => {
            "The samples are too noisy for the modes to meet them: no curve is drawn over them.".into()
        }
        Some(_) if by_noise => "Noise keeps the motion going: no curve is drawn over the samples.".into(),
        Some(_) => {
            "The modes describe the motion near the equilibrium only, which is not where these samples are: no curve is drawn over them."
                .into()
        }
        None => "No curve is drawn over the samples.".into(),
    };
    let beside = if from.report.uneven {
        "The times are uneven: the branches are those of samples as far apart as the middle two of these. "
    } else if from.method.modes.iter().any(|mode| !mode.minima.is_empty()) {
        "The branches are those without the input, which goes straight between samples: with it none is reached exactly. "
    } else {
        ""
    };
    let clean = |place: usize| from.method.modes.get(place)?.noise_free.as_ref()?.principal();
    let shown = from.report.modes.iter().position(|mode| mode.lambda == lambda);
    // What is drawn is what is learned without noise.
    let noisy = match shown.and_then(|place| clean(place).and(from.method.modes[place].branches.principal())) {
        Some(branch) if acts => {
            format!("From these samples, noise and all, it learns {}. ", complex(branch.lambda, DIGITS))
        }
        _ => String::new(),
    };
    let settled = from.report.modes.iter().any(|mode| mode.lambda == lambda && mode.settled);
    let open = if settled { "" } else { "The samples do not settle this mode. " };
    figure.caption = format!("{} {open}{noisy}{beside}{drawn}", figure.caption);
    if let Some(misfit) = misfit {
        figure.facts.insert("misfit of the modes".into(), misfit);
    }
    Ok(figure)
}

/// The samples, and curves where the modes meet them; with the misfit, where there is one.
fn sample_panel(from: SampleFigure<'_>, learned: &ModeRun, lambda: Complex<f64>, sampling: Sampling) -> (Panel, Option<f64>) {
    let segments = from.data.segments();
    let longest = segments.iter().max_by_key(|segment| segment.times.len());
    let points: Vec<[f64; 2]> = longest.map_or_else(Vec::new, |segment| {
        segment.times.iter().zip(segment.states.chunks_exact(segment.dimension.max(1))).map(|(&t, x)| [t, x[0]]).collect()
    });
    let variable = from.data.variables().first().map_or("", String::as_str);
    let mut marks = Vec::new();
    let mut misfit = None;
    if let Some(modes) = Combination::of(from, &points, lambda) {
        misfit = Some(modes.misfit);
        if modes.misfit <= POOR {
            marks = modes.curves(learned, &points, sampling);
        }
    }
    let range = |k: usize| {
        let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p[k]), high.max(p[k])));
        if low < high { [low, high] } else { [low - 1.0, low + 1.0] }
    };
    let (times, [low, high]) = (range(0), range(1));
    let room = 0.3 * (high - low);
    marks.push(Mark::samples(points, 4.0, "the samples"));
    let panel = Panel {
        title: format!("the samples: {variable}"),
        x: Axis::new("time", times),
        y: Axis::new(variable, [low - room, high + room]),
        equal: false,
        marks,
    };
    (panel, misfit)
}

/// c_k, λ_k and λ̂_k.
type Part = (Complex<f64>, Complex<f64>, Option<Complex<f64>>);

/// `x* + Re Σ_k c_k e^{λ_k t}` through samples of one variable.
struct Combination {
    log: bool,
    start: f64,
    equilibrium: f64,
    /// One of each conjugate pair.
    parts: Vec<Part>,
    /// Root mean square, relative to the spread.
    misfit: f64,
}

impl Combination {
    /// By least squares, from the modes of the equilibrium that the mode λ belongs to. `None` where the samples do not determine the coefficients.
    fn of(from: SampleFigure<'_>, points: &[[f64; 2]], lambda: Complex<f64>) -> Option<Self> {
        let known = from.report.modes.iter().find(|mode| mode.lambda == lambda)?;
        let transform = |x: f64| if from.log { x.ln() } else { x };
        let equilibrium = transform(*known.equilibrium.first()?);
        let here = from.report.modes.iter().zip(&from.method.modes).filter(|(mode, _)| mode.equilibrium == known.equilibrium);
        let upper: Vec<(Complex<f64>, Option<Complex<f64>>)> = here
            .filter(|(mode, _)| mode.lambda.im >= 0.0)
            .map(|(mode, found)| (mode.lambda, found.branches.principal().map(|branch| branch.lambda)))
            .collect();
        let start = points.first()?[0];
        let columns: usize = upper.iter().map(|(lambda, _)| if lambda.im > 0.0 { 2 } else { 1 }).sum();
        if points.len() <= columns {
            return None;
        }
        let mut design = nalgebra::DMatrix::zeros(points.len(), columns);
        let values = nalgebra::DVector::from_iterator(points.len(), points.iter().map(|p| transform(p[1]) - equilibrium));
        for (row, point) in points.iter().enumerate() {
            let mut column = 0;
            for (lambda, _) in &upper {
                let w = (lambda * (point[0] - start)).exp();
                design[(row, column)] = w.re;
                column += 1;
                if lambda.im > 0.0 {
                    design[(row, column)] = -w.im;
                    column += 1;
                }
            }
        }
        let solved = nalgebra::SVD::try_new(design.clone(), true, true, f64::EPSILON, 1000)?.solve(&values, 1e-12).ok()?;
        let left = &values - design * &solved;
        let mean = values.mean();
        let spread = values.map(|v| v - mean).norm();
        let mut coefficients = solved.iter();
        let mut parts = Vec::with_capacity(upper.len());
        for (lambda, learned) in upper {
            let re = *coefficients.next()?;
            let im = if lambda.im > 0.0 { *coefficients.next()? } else { 0.0 };
            parts.push((Complex::new(re, im), lambda, learned));
        }
        let misfit = left.norm() / spread;
        misfit.is_finite().then_some(Self { log: from.log, start, equilibrium, parts, misfit })
    }

    fn value(&self, sum: f64) -> f64 {
        let x = self.equilibrium + sum;
        if self.log { x.exp() } else { x }
    }

    /// The true modes, the learned model, and that model at the method's own step.
    fn curves(&self, learned: &ModeRun, points: &[[f64; 2]], sampling: Sampling) -> Vec<Mark> {
        let Some(last) = points.last() else { return Vec::new() };
        let span = last[0] - self.start;
        let curve = |rate: &dyn Fn(&Part) -> Complex<f64>| {
            let at = |k: usize| {
                let t = span * k as f64 / (POINTS - 1) as f64;
                [self.start + t, self.value(self.parts.iter().map(|part| (part.0 * (rate(part) * t).exp()).re).sum())]
            };
            (0..POINTS).map(at).collect::<Vec<_>>()
        };
        let mut marks = vec![Mark::line(curve(&|part| part.1), Ink::Blue, 1.6, "the true modes")];
        if self.parts.iter().all(|part| part.2.is_some()) {
            marks.push(Mark::line(curve(&|part| part.2.unwrap_or(part.1)), Ink::Red, 1.8, "the learned model"));
            let h = sampling.step().get();
            let count = (span / h).round().clamp(0.0, 1e5) as usize;
            let paths: Vec<Vec<Complex<f64>>> = self
                .parts
                .iter()
                .map(|part| orbit(&learned.region, part.2.unwrap_or(part.1) * h, |n| part.0 * (part.1 * h * n as f64).exp(), count))
                .collect();
            let own = (0..=count).map(|n| [self.start + n as f64 * h, self.value(paths.iter().map(|path| path[n].re).sum())]).collect();
            marks.push(Mark::line(own, Ink::Green, 1.8, "the fit at its own step h"));
        }
        marks
    }
}
