//! A method with m steps per sample, in the words of the libraries that people train with: calls that do exactly this, to rounding.

use super::number::real;
use crate::method::Method;

/// A library, and the call.
pub struct TrainingCall {
    /// The library.
    pub library: &'static str,
    /// Lines of Python.
    pub lines: Vec<String>,
    /// Whether it puts the samples themselves into the method's equation: with noise in them that is another loss.
    pub residual: bool,
}

/// Solvers of torchdiffeq that step on a fixed grid.
const FIXED: [&str; 5] = ["euler", "midpoint", "rk4", "heun2", "heun3"];

/// The calls that take `substeps` steps of the method between samples `interval` apart; none where no library has it.
pub fn training_calls(method: &Method, substeps: u32, interval: f64) -> Vec<TrainingCall> {
    let step = step(substeps, interval);
    let named = |library: &str| {
        let prefix = format!("{library}:");
        let names: Vec<&str> = method.identity().aliases.iter().filter_map(|alias| alias.strip_prefix(prefix.as_str())).collect();
        names.iter().find(|name| FIXED.contains(*name)).or(names.first()).map(|name| (*name).to_owned())
    };
    let mut calls = Vec::new();
    if let Some(name) = named("torchdiffeq") {
        let lines = match (FIXED.contains(&name.as_str()), substeps) {
            (true, 1) => vec![format!("odeint(f, y0, t, method=\"{name}\")")],
            (true, _) => vec![format!("odeint(f, y0, t, method=\"{name}\", options=dict(step_size={step}))")],
            // An adaptive solver whose error is never too large and whose step never grows.
            (false, _) => vec![
                format!("odeint(f, y0, t, method=\"{name}\", rtol=1e9, atol=1e9,"),
                format!("  options=dict(first_step={step}, ifactor=1))"),
            ],
        };
        calls.push(TrainingCall { library: "torchdiffeq", lines, residual: false });
    }
    if let Some(name) = named("diffrax") {
        let times = if substeps == 1 { "ts" } else { "grid" };
        let mut lines = vec![
            format!("diffeqsolve(ODETerm(f), {name}(), ts[0], ts[-1], None, y0,"),
            format!("  saveat=SaveAt(ts=ts), stepsize_controller=StepTo(ts={times}))"),
        ];
        if substeps != 1 {
            lines.push(format!("  grid = jnp.linspace(ts[0], ts[-1], {substeps}*(len(ts)-1)+1)"));
        }
        calls.push(TrainingCall { library: "diffrax", lines, residual: false });
    }
    if calls.is_empty()
        && substeps == 1
        && let Some(residual) = residual(method.name())
    {
        calls.push(TrainingCall { library: "no solver needed", lines: vec![format!("loss = mean(({residual})**2)")], residual: true });
    }
    calls
}

/// The step as one would type it.
fn step(substeps: u32, interval: f64) -> String {
    let typed = |x: f64| real(x, 12).replace('−', "-");
    if substeps == 1 { typed(interval) } else { format!("{}/{substeps}", typed(interval)) }
}

/// The residual of one step between two samples, for implicit methods whose stages are the samples.
fn residual(name: &str) -> Option<&'static str> {
    match name {
        "implicit-midpoint" => Some("(y1 - y0)/H - f((y0 + y1)/2)"),
        "trapezoid" => Some("(y1 - y0)/H - (f(y0) + f(y1))/2"),
        "implicit-euler" => Some("(y1 - y0)/H - f(y1)"),
        _ => None,
    }
}

/// Why a command that integrates cannot take a regression.
pub fn no_integrator(name: &str) -> String {
    format!(
        "{name} regresses on estimated derivatives and integrates nothing; the commands branches, predict and loop take it, this one needs a method"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    fn lines(name: &str, substeps: u32) -> Vec<String> {
        let method = catalog::find(name).expect("in the catalogue");
        training_calls(&method, substeps, 1.0).into_iter().map(|call| format!("{}: {}", call.library, call.lines.join("\n"))).collect()
    }

    #[test]
    fn the_calls_of_the_libraries() {
        assert_eq!(lines("rk38", 2)[0], "torchdiffeq: odeint(f, y0, t, method=\"rk4\", options=dict(step_size=1/2))");
        assert!(lines("dormand-prince5", 3)[0].contains("options=dict(first_step=1/3, ifactor=1)"));
        assert!(lines("dormand-prince5", 3)[1].contains("Dopri5()") && lines("dormand-prince5", 3)[1].contains("3*(len(ts)-1)+1"));
        assert_eq!(lines("implicit-midpoint", 1), ["no solver needed: loss = mean(((y1 - y0)/H - f((y0 + y1)/2))**2)"]);
        assert!(lines("gauss2", 1).is_empty());
    }
}
