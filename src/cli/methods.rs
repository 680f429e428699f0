//! `methods`: the catalogue, filtered by what its schemes claim (each claim is verified by the project's tests).

use super::failure::Failure;
use super::{Answer, output};
use lambdahat::exact::Number;
use lambdahat::method::{Method, Stated, catalog};
use serde::Serialize;

/// Options of `methods`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  lambdahat methods --order 4 --a-stable\n  lambdahat methods --sign-faithful --json")]
pub struct Args {
    /// Only methods whose name, title, source or alias contains this text
    text: Option<String>,
    /// Only methods of this order
    #[arg(long)]
    order: Option<u32>,
    /// Only explicit methods
    #[arg(long)]
    explicit: bool,
    /// Only implicit methods
    #[arg(long, conflicts_with = "explicit")]
    implicit: bool,
    /// Only A-stable methods
    #[arg(long)]
    a_stable: bool,
    /// Only L-stable methods
    #[arg(long)]
    l_stable: bool,
    /// Only algebraically stable methods
    #[arg(long)]
    b_stable: bool,
    /// Only symplectic methods
    #[arg(long)]
    symplectic: bool,
    /// Only symmetric methods
    #[arg(long)]
    symmetric: bool,
    /// Only methods through which a damped mode is always learned damped
    #[arg(long)]
    sign_faithful: bool,
    /// Only multistep methods through which a field can be learned stably
    #[arg(long)]
    discovery_stable: bool,
    /// Only Runge–Kutta methods
    #[arg(long)]
    runge_kutta: bool,
    /// Only multistep methods
    #[arg(long, conflicts_with = "runge_kutta")]
    multistep: bool,
}

#[derive(Serialize)]
struct Catalogue {
    methods: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    method: String,
    title: String,
    kind: &'static str,
    order: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stages: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<usize>,
    explicit: bool,
    aliases: Vec<String>,
    source: String,
}

/// Prints the catalogue.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let methods: Vec<Entry> = catalog::all()?.iter().filter(|method| args.wants(method)).map(Entry::of).collect();
    if json {
        output::json(&Catalogue { methods })?;
        return Ok(Answer::Done);
    }
    if methods.is_empty() {
        output::line("no method of the catalogue has all of these properties")?;
        return Ok(Answer::Done);
    }
    let mut table = output::table(&["METHOD", "ORDER", "STAGES", "", "TITLE", "ALSO KNOWN AS"]);
    for entry in &methods {
        table.add_row([
            entry.method.clone(),
            entry.order.map_or("?".into(), |p| p.to_string()),
            entry.stages.map_or_else(|| entry.steps.map_or(String::new(), |k| format!("{k}-step")), |s| s.to_string()),
            if entry.explicit { "explicit" } else { "implicit" }.into(),
            entry.title.clone(),
            entry.aliases.join(", "),
        ]);
    }
    output::line(table.trim_fmt())?;
    output::line(format!("{} methods", methods.len()))?;
    Ok(Answer::Done)
}

fn claimed<'a>(method: &'a Method, claim: &str) -> Option<&'a Stated> {
    method.identity().claims.iter().find(|c| c.claim == claim).map(|c| &c.stated)
}

impl Args {
    fn wants(&self, method: &Method) -> bool {
        let id = method.identity();
        let truths = [
            (self.a_stable, "a_stable"),
            (self.l_stable, "l_stable"),
            (self.b_stable, "b_stable"),
            (self.symplectic, "symplectic"),
            (self.symmetric, "symmetric"),
            (self.sign_faithful, "sign_faithful"),
            (self.discovery_stable, "discovery_stable"),
        ];
        let contains = |text: &String| {
            let text = text.to_lowercase();
            [&id.name, &id.title, &id.source].into_iter().chain(&id.aliases).any(|field| field.to_lowercase().contains(&text))
        };
        self.text.as_ref().is_none_or(contains)
            && self.order.is_none_or(|p| claimed(method, "order") == Some(&Stated::Value(Number::from(i64::from(p)))))
            && (!self.explicit || method.is_explicit())
            && (!self.implicit || !method.is_explicit())
            && (!self.runge_kutta || matches!(method, Method::RungeKutta(_)))
            && (!self.multistep || matches!(method, Method::Multistep(_)))
            && truths.iter().all(|(wanted, claim)| !wanted || claimed(method, claim) == Some(&Stated::Truth(true)))
    }
}

impl Entry {
    fn of(method: &Method) -> Self {
        let id = method.identity();
        let order = match claimed(method, "order") {
            Some(Stated::Value(p)) => Some(p.to_f64() as u32),
            _ => None,
        };
        let (stages, steps) = match method {
            Method::RungeKutta(method) => (Some(method.stages()), None),
            Method::Multistep(method) => (None, Some(method.steps())),
        };
        Self {
            method: id.name.clone(),
            title: id.title.clone(),
            kind: method.kind(),
            order,
            stages,
            steps,
            explicit: method.is_explicit(),
            aliases: id.aliases.clone(),
            source: id.source.clone(),
        }
    }
}
