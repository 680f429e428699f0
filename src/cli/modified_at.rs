//! `modified --at`: the field that a method follows, or that a fit through it learns, at one point of any field: no polynomial is needed.

use super::failure::Failure;
use super::{Answer, fit, output};
use lambdahat::dynamics::{Field, Flow, System};
use lambdahat::method::{Method, RungeKutta};
use lambdahat::order::{inverse_modified_at, modified_from_map, order_up_to, step};
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
}

/// What is asked for.
pub struct Point<'a> {
    /// A system's name, or a model file.
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
    let field: Box<dyn Field + Sync> = if point.system.to_lowercase().ends_with(".json") {
        Box::new(fit::model_file(Path::new(point.system))?.learned)
    } else {
        Box::new(System::parse(point.system)?)
    };
    if at.len() != field.dimension() {
        return Err(Failure::new(format!("--at `{}`: {} components, the field has {}", point.at, at.len(), field.dimension())));
    }
    let mut here = vec![0.0; at.len()];
    field.value(&at, &mut here);
    let (value, last_correction) = computed(point, method, field.as_ref(), &at)?;
    let found = Document {
        method: method.name().into(),
        inverse: point.inverse,
        step: point.step,
        at,
        field: here,
        value,
        last_correction,
        power: point.power,
    };
    if json {
        output::json(&found)?;
        return Ok(Answer::Done);
    }
    let what = if found.inverse { "what a perfect fit through it learns" } else { "the field that its steps follow" };
    output::line(format!("{}: {what}, h = {}, through h^{}", found.method, found.step, found.power))?;
    output::line(format!("f at {:?}: {:?}", found.at, found.field))?;
    output::line(format!(
        "{} there: {:?}; the last correction was {:.1e}",
        if found.inverse { "f̂" } else { "f̃" },
        found.value,
        found.last_correction
    ))?;
    Ok(Answer::Done)
}

fn computed(point: &Point, method: &RungeKutta, field: &(dyn Field + Sync), at: &[f64]) -> Result<(Vec<f64>, f64), Failure> {
    let f = |x: &[f64], out: &mut [f64]| field.value(x, out);
    let tableau = method.coefficients();
    let found = if point.inverse {
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
        inverse_modified_at(&tableau, &f, &flow, at, point.step, rounds)
    } else {
        modified_from_map(|x| step(&tableau, &f, x, point.step), at, point.step, point.power + 1)
    };
    let found = found.ok_or_else(|| {
        Failure::new("a step or the flow from there leaves the finite numbers, or the stages do not settle; take a smaller --step")
    })?;
    Ok((found.value, found.error))
}

fn state(text: &str) -> Result<Vec<f64>, Failure> {
    let fail = || Failure::new(format!("--at `{text}`: write the components like 1.5,1"));
    text.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(fail)).collect()
}
