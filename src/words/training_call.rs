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

impl TrainingCall {
    /// Its beginning, with the integrator in it: `diffeqsolve(ODETerm(f), Dopri5(), …)`.
    pub(super) fn begun(&self) -> String {
        let first: Vec<&str> = self.lines.iter().flat_map(|line| line.split(", ")).take(2).collect();
        format!("{}, …)", first.join(", "))
    }
}

/// Solvers of torchdiffeq that step on a fixed grid.
const FIXED: [&str; 5] = ["euler", "midpoint", "rk4", "heun2", "heun3"];

/// The calls that take `substeps` steps of the method between samples `interval` apart, or at uneven times; none where no library has it.
pub fn training_calls(method: &Method, substeps: u32, interval: Option<f64>) -> Vec<TrainingCall> {
    let named = |library: &str| {
        let prefix = format!("{library}:");
        let names: Vec<&str> = method.identity().aliases.iter().filter_map(|alias| alias.strip_prefix(prefix.as_str())).collect();
        names.iter().find(|name| FIXED.contains(*name)).or(names.first()).map(|name| (*name).to_owned())
    };
    let mut calls = Vec::new();
    if let Some(name) = named("torchdiffeq") {
        let fixed = FIXED.contains(&name.as_str());
        let mut lines = match (fixed, interval.map(|interval| step(substeps, interval))) {
            (true, _) if substeps == 1 => vec![format!("odeint(f, y0, t, method=\"{name}\")")],
            (true, Some(step)) => vec![format!("odeint(f, y0, t, method=\"{name}\", options=dict(step_size={step}))")],
            (true, None) => {
                vec![format!("odeint(f, y0, t, method=\"{name}\","), "  options=dict(grid_constructor=lambda f, y0, t: grid))".to_owned()]
            }
            // An adaptive solver whose error is never too large: its step never grows, or grows at once to the next time it has to land on.
            (false, at) => {
                let options = match at {
                    Some(step) => format!("first_step={step}, ifactor=1"),
                    None => format!("first_step=1e9, ifactor=1e9, step_t={}", if substeps == 1 { "t" } else { "grid" }),
                };
                vec![format!("odeint(f, y0, t, method=\"{name}\", rtol=1e9, atol=1e9,"), format!("  options=dict({options}))")]
            }
        };
        if interval.is_none() && substeps != 1 {
            lines.push(format!("  grid = torch.cat([(t[:-1, None] + torch.arange({substeps}).to(t)/{substeps}"));
            lines.push("    * (t[1:] - t[:-1])[:, None]).flatten(), t[-1:]])".to_owned());
        }
        calls.push(TrainingCall { library: "torchdiffeq", lines, residual: false });
    }
    if let Some(name) = named("diffrax") {
        let times = if substeps == 1 { "ts" } else { "grid" };
        let mut lines = vec![
            format!("diffeqsolve(ODETerm(f), {name}(), ts[0], ts[-1], None, y0,"),
            format!("  saveat=SaveAt(ts=ts), stepsize_controller=StepTo(ts={times}))"),
        ];
        if substeps != 1 {
            match interval {
                Some(_) => lines.push(format!("  grid = jnp.linspace(ts[0], ts[-1], {substeps}*(len(ts)-1)+1)")),
                None => {
                    lines.push(format!("  grid = jnp.interp(jnp.arange({substeps}*(len(ts)-1)+1)/{substeps},"));
                    lines.push("    jnp.arange(len(ts)), ts)".to_owned());
                }
            }
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

    fn lines_at(even: bool, name: &str, substeps: u32) -> Vec<String> {
        let method = catalog::find(name).expect("in the catalogue");
        training_calls(&method, substeps, even.then_some(1.0))
            .into_iter()
            .map(|call| format!("{}: {}", call.library, call.lines.join("\n")))
            .collect()
    }

    fn lines(name: &str, substeps: u32) -> Vec<String> {
        lines_at(true, name, substeps)
    }

    /// Each was run with torchdiffeq 0.2.5 and diffrax 0.7.2 at times 0.25 to 2 apart: m steps of the method in every interval, to 3e-15.
    #[test]
    fn uneven_times_are_landed_on() {
        assert_eq!(lines_at(false, "rk38", 1)[0], "torchdiffeq: odeint(f, y0, t, method=\"rk4\")");
        assert!(
            lines_at(false, "rk38", 2)[0].contains("grid_constructor=lambda f, y0, t: grid")
                && lines_at(false, "rk38", 2)[0].contains("arange(2)")
        );
        assert!(lines_at(false, "dormand-prince5", 1)[0].contains("options=dict(first_step=1e9, ifactor=1e9, step_t=t)"));
        assert!(
            lines_at(false, "dormand-prince5", 3)[0].contains("step_t=grid")
                && lines_at(false, "dormand-prince5", 3)[1].contains("jnp.interp")
        );
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
