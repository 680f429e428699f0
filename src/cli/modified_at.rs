//! `modified --at`: the field that a method follows, or that a fit through it learns, at one point of any field: no polynomial is needed.

use super::failure::Failure;
use super::{Answer, fit, output, screen};
use lambdahat::dynamics::{Field, Flow, PolynomialField, System};
use lambdahat::method::{Method, RungeKutta};
use lambdahat::order::{Estimated, FieldExpansion, LARGEST_POWER, inverse_modified_at, modified_at, order_up_to};
use lambdahat::words::number::real;
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::Path;

/// Evaluations of the field that a point may take: some seconds.
const MOST: f64 = 3e6;

/// The document of `modified --at --json`.
#[derive(Serialize)]
struct Document {
    method: String,
    inverse: bool,
    step: f64,
    at: Vec<f64>,
    /// f there.
    field: Vec<f64>,
    /// The modified or inverse modified field there.
    value: Vec<f64>,
    /// The size of the last correction.
    last_correction: f64,
    /// Through this power of h.
    power: usize,
    /// Where `value` is from.
    way: Way,
    /// The size of the first term left out, where it is known.
    left_out: Option<f64>,
}

/// How a value was found.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    /// The exact expansion of a polynomial field.
    Series,
    /// A polynomial in h through logarithms of the step map.
    Logarithms,
    /// Corrections by the flow and the step in turns.
    Corrections,
}

/// What is asked for.
pub struct Point<'a> {
    /// A system's name or file, or a model file.
    pub system: &'a str,
    /// The state, as typed.
    pub at: &'a str,
    /// h.
    pub step: f64,
    /// The power of h through which the expansion goes.
    pub power: usize,
    /// The inverse modified field.
    pub inverse: bool,
}

/// Computes and prints.
pub fn run(point: &Point, method: &Method, json: bool) -> Result<Answer, Failure> {
    let Method::RungeKutta(method) = method else {
        return Err(Failure::new(format!("--at is for one-step methods, `{}` is a multistep one", method.name())));
    };
    let at = state(point.at)?;
    let (field, polynomial): (Box<dyn Field + Sync>, Option<PolynomialField>) = if point.system.to_lowercase().ends_with(".json") {
        (Box::new(fit::model_file(Path::new(point.system))?.learned), None)
    } else {
        let system = System::open(point.system)?;
        let polynomial = PolynomialField::of_system(&system);
        (Box::new(system), polynomial)
    };
    if at.len() != field.dimension() {
        return Err(Failure::new(format!("--at `{}`: {} components, the field has {}", point.at, at.len(), field.dimension())));
    }
    let found = match polynomial {
        Some(polynomial) if point.power <= LARGEST_POWER => series(point, method, field.as_ref(), &polynomial, at)?,
        _ => alone(point, method, field.as_ref(), at)?,
    };
    if json {
        output::json(&found)?;
        return Ok(Answer::Done);
    }
    print(&found)?;
    Ok(Answer::Done)
}

fn print(found: &Document) -> Result<(), Failure> {
    let (what, hat) =
        if found.inverse { ("what a perfect fit through it learns", "f̂") } else { ("the field that its steps follow", "f̃") };
    screen::paragraph(&format!("{}: {what}, h = {}, through h^{}", found.method, found.step, found.power))?;
    screen::paragraph(&format!("f at {}: {}", list(&found.at), list(&found.field)))?;
    let error = match (found.way, found.left_out) {
        (Way::Series, Some(left_out)) => format!("the first term left out is {}", real(left_out, 2)),
        (Way::Logarithms, _) => format!("right to about {}", real(found.last_correction, 2)),
        _ => format!("the last correction was {}", real(found.last_correction, 2)),
    };
    screen::paragraph(&format!("{hat} there: {}; {error}", list(&found.value)))?;
    let size = found.value.iter().zip(&found.field).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
    if found.left_out.unwrap_or(found.last_correction) > 0.5 * size && size > 0.0 {
        screen::paragraph("The corrections do not shrink at this h: these digits say little. Take a smaller --step.")?;
    }
    Ok(())
}

/// Components to all digits, each kept whole in a line.
fn list(x: &[f64]) -> String {
    format!("[{}]", x.iter().map(|&x| real(x, 16)).collect::<Vec<_>>().join(", "))
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, x| m.max(x.abs()))
}

/// A polynomial field: its exact expansion.
fn series(
    point: &Point,
    method: &RungeKutta,
    field: &(dyn Field + Sync),
    polynomial: &PolynomialField,
    at: Vec<f64>,
) -> Result<Document, Failure> {
    let beyond = (point.power + 1).min(LARGEST_POWER);
    let expansion = match point.inverse {
        true => FieldExpansion::inverse(method, polynomial, beyond)?,
        false => FieldExpansion::modified(method, polynomial, beyond)?,
    };
    let mut value = vec![0.0; at.len()];
    expansion.truncated(point.step, point.power).value(&at, &mut value);
    let term = |k: usize| {
        expansion.terms().get(k).map(|term| {
            let mut out = vec![0.0; at.len()];
            term.compiled().value(&at, &mut out);
            point.step.powi(k as i32) * largest(&out)
        })
    };
    Ok(Document {
        method: method.name().into(),
        inverse: point.inverse,
        step: point.step,
        field: here(field, &at),
        value,
        last_correction: term(point.power).unwrap_or(0.0),
        power: point.power,
        way: Way::Series,
        left_out: if beyond > point.power { term(beyond) } else { None },
        at,
    })
}

/// Any other field: by its steps.
fn alone(point: &Point, method: &RungeKutta, field: &(dyn Field + Sync), at: Vec<f64>) -> Result<Document, Failure> {
    let found =
        if point.inverse { corrected(point, method, field, &at)? } else { modified_at(method, field, &at, point.step, point.power) };
    let Estimated { value, error } = found.ok_or_else(|| {
        Failure::new("a step or the flow from there leaves the finite numbers, or the stages do not settle; take a smaller --step")
    })?;
    let way = if point.inverse { Way::Corrections } else { Way::Logarithms };
    Ok(Document {
        method: method.name().into(),
        inverse: point.inverse,
        step: point.step,
        field: here(field, &at),
        value,
        last_correction: error,
        power: point.power,
        way,
        left_out: None,
        at,
    })
}

fn here(field: &dyn Field, at: &[f64]) -> Vec<f64> {
    let mut here = vec![0.0; at.len()];
    field.value(at, &mut here);
    here
}

fn corrected(point: &Point, method: &RungeKutta, field: &(dyn Field + Sync), at: &[f64]) -> Result<Option<Estimated>, Failure> {
    // Round n is right through h^(p+n−1).
    let p = order_up_to(method, 8, |_| ControlFlow::Continue(())).order.max(1);
    let rounds = (point.power + 1).saturating_sub(p).max(1);
    let flows = (method.stages() as f64 + 1.0).powi(rounds as i32);
    if flows * 100.0 > MOST {
        return Err(Failure::new(format!(
            "--order {}: {rounds} rounds of {} stages take {flows:.0e} flows, about {:.0e} evaluations of the field; ask for less",
            point.power,
            method.stages(),
            flows * 100.0
        )));
    }
    let flow = |x: &[f64]| Flow::reference().trajectory(field, x, point.step, 1).ok().map(|states| states[1].clone());
    Ok(inverse_modified_at(method, field, &flow, at, point.step, rounds))
}

fn state(text: &str) -> Result<Vec<f64>, Failure> {
    let fail = || Failure::new(format!("--at `{text}`: write the components like 1.5,1"));
    text.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(fail)).collect()
}
