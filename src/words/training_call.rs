//! A method with m steps per sample, in the words of the libraries that people train with: calls that do exactly this, to rounding.

use super::number::real;
use crate::fit::Loss;
use crate::method::Method;

/// A library, and the call.
pub struct TrainingCall {
    /// The library.
    pub library: &'static str,
    /// Lines of Python, in the order in which they run.
    pub lines: Vec<String>,
    /// What the result is compared with, where the loss is given.
    pub against: Option<String>,
    /// Whether it puts the samples themselves into the method's equation: with noise in them that is another loss.
    pub residual: bool,
}

impl TrainingCall {
    /// Its beginning, with the integrator in it: `diffeqsolve(ODETerm(f), Dopri5(), …)`.
    pub(super) fn begun(&self) -> String {
        let solves = |line: &String| ["odeint(", "diffeqsolve("].iter().find_map(|name| line.find(name).map(|at| line[at..].to_owned()));
        let call = self.lines.iter().find_map(solves).unwrap_or_default();
        format!("{}, …)", call.split(", ").take(2).collect::<Vec<_>>().join(", "))
    }

    /// Its lines, then what they are compared with.
    pub(super) fn told(&self) -> impl Iterator<Item = String> {
        let against = self.against.iter().flat_map(|samples| folded(&format!("against  {samples}")));
        self.lines.iter().cloned().chain(against)
    }
}

/// Solvers of torchdiffeq that step on a fixed grid.
const FIXED: [&str; 5] = ["euler", "midpoint", "rk4", "heun2", "heun3"];

/// The calls that take `substeps` steps of the method between samples `interval` apart, or at uneven times; none where no library has it. With a `loss` they start from its samples
/// in x, at their times in t.
pub fn training_calls(method: &Method, substeps: u32, interval: Option<f64>, loss: Option<Loss>) -> Vec<TrainingCall> {
    let named = |library: &str| {
        let prefix = format!("{library}:");
        let names: Vec<&str> = method.identity().aliases.iter().filter_map(|alias| alias.strip_prefix(prefix.as_str())).collect();
        names.iter().find(|name| FIXED.contains(*name)).or(names.first()).map(|name| (*name).to_owned())
    };
    let mut calls = Vec::new();
    if let Some(name) = named("torchdiffeq") {
        let Slices { mut lines, start, times, end, against } = Slices::of_torch(loss);
        let fixed = FIXED.contains(&name.as_str());
        let options = match (fixed, interval.map(|interval| step(substeps, interval))) {
            (true, _) if substeps == 1 => String::new(),
            (true, Some(step)) => format!(", options=dict(step_size={step})"),
            (true, None) => ", options=dict(grid_constructor=lambda f, y0, t: grid)".to_owned(),
            // An adaptive solver whose error is never too large: its step never grows, or grows at once to the next time it has to land on.
            (false, Some(step)) => format!(", rtol=1e9, atol=1e9, options=dict(first_step={step}, ifactor=1)"),
            (false, None) => {
                let landed = if substeps == 1 { &times } else { "grid" };
                format!(", rtol=1e9, atol=1e9, options=dict(first_step=1e9, ifactor=1e9, step_t={landed})")
            }
        };
        if interval.is_none() && substeps != 1 {
            lines.push(format!("grid = torch.cat([(t[:-1, None] + torch.arange({substeps}).to(t)/{substeps}"));
            lines.push("  * (t[1:] - t[:-1])[:, None]).flatten(), t[-1:]])".to_owned());
        }
        lines.extend(folded(&format!("odeint(f, {start}, {times}, method=\"{name}\"{options}){end}")));
        calls.push(TrainingCall { library: "torchdiffeq", lines, against, residual: false });
    }
    if let Some(name) = named("diffrax") {
        let Slices { mut lines, start, times: ts, end, against } = Slices::of_diffrax(loss);
        let landed = if substeps == 1 { ts.as_str() } else { "grid" };
        if substeps != 1 {
            match interval {
                Some(_) => lines.push(format!("grid = jnp.linspace({ts}[0], {ts}[-1], {substeps}*(len({ts})-1)+1)")),
                None => {
                    lines.push(format!("grid = jnp.interp(jnp.arange({substeps}*(len({ts})-1)+1)/{substeps},"));
                    lines.push(format!("  jnp.arange(len({ts})), {ts})"));
                }
            }
        }
        let solve = |start: &str| {
            format!(
                "diffeqsolve(ODETerm(f), {name}(), {ts}[0], {ts}[-1], None, {start}, saveat=SaveAt(ts={ts}), \
                 stepsize_controller=StepTo(ts={landed}))"
            )
        };
        lines.extend(folded(&match loss {
            None => solve(&start),
            Some(Loss::Rollout | Loss::RolloutFreeStart) => format!("{}.ys", solve(&start)),
            Some(Loss::Pairs | Loss::Windows(_)) => format!("vmap(lambda y0: {}.ys{end})({start})", solve("y0")),
        }));
        calls.push(TrainingCall { library: "diffrax", lines, against, residual: false });
    }
    if calls.is_empty()
        && substeps == 1
        && let Some(residual) = residual(method.name())
    {
        calls.push(TrainingCall {
            library: "no solver needed",
            lines: vec![format!("loss = mean(({residual})**2)")],
            against: None,
            residual: true,
        });
    }
    calls
}

/// What a loss takes of samples x at times t.
pub(super) struct Slices {
    /// What comes before the call.
    lines: Vec<String>,
    /// Where the solution starts.
    pub start: String,
    /// The times at which it is wanted.
    pub times: String,
    /// What is taken of the solution, as `[-1]`.
    pub end: &'static str,
    /// The samples that it is compared with.
    pub against: Option<String>,
}

impl Slices {
    fn new(start: &str, times: &str, end: &'static str, against: &str) -> Self {
        Self { lines: Vec::new(), start: start.into(), times: times.into(), end, against: Some(against.into()) }
    }

    /// Times first in what is compared.
    pub fn of_torch(loss: Option<Loss>) -> Self {
        match loss {
            None => Self { against: None, ..Self::new("y0", "t", "", "") },
            Some(Loss::Pairs) => Self::new("x[:-1]", "t[:2]", "[-1]", "x[1:]"),
            Some(Loss::Windows(k)) => {
                let (n, windows) = (k + 1, format!("x.unfold(0, {}, {k}).movedim(-1, 0)", k + 1));
                Self::new(&format!("x[:-{k}:{k}]"), &format!("t[:{n}]"), "", &windows)
            }
            Some(Loss::Rollout) => Self::new("x[0]", "t", "", "x"),
            Some(Loss::RolloutFreeStart) => {
                Self { lines: vec!["y0 = torch.nn.Parameter(x[0].clone())".into()], ..Self::new("y0", "t", "", "x") }
            }
        }
    }

    /// Windows first in what is compared.
    pub fn of_diffrax(loss: Option<Loss>) -> Self {
        match loss {
            None => Self { against: None, ..Self::new("y0", "ts", "", "") },
            Some(Loss::Pairs) => Self { lines: vec!["ts = t[:2]".into()], ..Self::new("x[:-1]", "ts", "[-1]", "x[1:]") },
            Some(Loss::Windows(k)) => {
                let windows = format!("jnp.stack([x[i:i+{}] for i in range(0, len(x)-{k}, {k})])", k + 1);
                Self { lines: vec![format!("ts = t[:{}]", k + 1)], ..Self::new(&format!("x[:-{k}:{k}]"), "ts", "", &windows) }
            }
            Some(Loss::Rollout) => Self::new("x[0]", "t", "", "x"),
            Some(Loss::RolloutFreeStart) => {
                Self { lines: vec!["y0 = x[0]  # a parameter, trained as f is".into()], ..Self::new("y0", "t", "", "x") }
            }
        }
    }
}

/// Columns of a line of code: 80, without the library's name before it.
const CODE: usize = 63;

/// A call in lines, broken behind commas.
pub(super) fn folded(code: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in code.split_inclusive(", ") {
        match lines.last_mut() {
            Some(line) if line.len() + part.trim_end().len() <= CODE => line.push_str(part),
            Some(_) => lines.push(format!("  {part}")),
            None => lines.push(part.to_owned()),
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
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
        training_calls(&method, substeps, even.then_some(1.0), None)
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

    /// On a screen of 80 columns, however long the windows.
    #[test]
    fn calls_of_a_loss_fit_a_screen() {
        for loss in [Loss::Pairs, Loss::Windows(1000), Loss::Rollout, Loss::RolloutFreeStart] {
            for call in training_calls(&catalog::find("dormand-prince5").expect("in the catalogue"), 3, Some(0.0625), Some(loss)) {
                assert!(call.told().all(|line| line.chars().count() <= CODE), "{:?}", call.lines);
                assert!(call.told().any(|line| line.starts_with("against  x") || line.starts_with("against  jnp.stack([x")));
                assert!(call.begun().ends_with(", …)") && call.begun().chars().count() < 50, "{}", call.begun());
            }
        }
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
