//! `systems`: the vector fields that are built in, and what a system file says.

use super::failure::Failure;
use super::{Answer, output, screen};
use crate::dynamics::{DynamicsError, Field, PolynomialField, System};
use crate::words::wrapped;
use serde::Serialize;
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  lambdahat systems
  lambdahat systems lorenz               its file: a start for one of your own
  lambdahat systems my_system.toml:mu=2  what a file of your own is read as

A system is a TOML file (docs/systems.md). Its name or its path is what
--system takes in predict, fit, check and modified.";

/// Options of `systems`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only this one, with its file: NAME or FILE.toml, then :parameter=value,…
    #[arg(value_name = "SYSTEM")]
    system: Option<String>,
}

/// The document of `systems --json`.
#[derive(Serialize)]
struct Document {
    systems: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    system: String,
    title: String,
    source: String,
    aliases: Vec<String>,
    variables: Vec<String>,
    /// With their values.
    parameters: BTreeMap<String, f64>,
    starts: Vec<Vec<f64>>,
    interval: f64,
    equilibria: Vec<Vec<f64>>,
    /// Whether an invariant is known at these parameters.
    invariant: bool,
    /// The components with their exact coefficients, where they are polynomials in at most sixteen variables.
    polynomial: Option<Vec<String>>,
}

impl Entry {
    fn of(system: &System) -> Self {
        let starts = system.default_starts();
        let invariant = starts.first().is_some_and(|start| system.invariant(start).is_some());
        Self {
            system: system.address().into(),
            title: system.title().into(),
            source: system.source().into(),
            aliases: system.aliases().to_vec(),
            variables: system.variables(),
            parameters: system.parameters().map(|(name, value)| (name.to_owned(), value)).collect(),
            invariant,
            starts,
            interval: system.default_interval(),
            equilibria: system.equilibria(),
            polynomial: PolynomialField::of_system(system).map(|field| field.to_text()),
        }
    }
}

/// Prints the list, or one of them.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let systems: Vec<System> = match &args.system {
        Some(text) => vec![System::open(text)?],
        // A matrix has no default.
        None => System::names().filter(|name| *name != "linear").map(System::named).collect::<Result<_, DynamicsError>>()?,
    };
    if json {
        output::json(&Document { systems: systems.iter().map(Entry::of).collect() })?;
        return Ok(Answer::Done);
    }
    match (&args.system, systems.as_slice()) {
        (Some(_), [system]) => one(system)?,
        _ => list(&systems)?,
    }
    Ok(Answer::Done)
}

/// Each with its title and below it its parameters, in lines that fit.
fn list(systems: &[System]) -> Result<(), Failure> {
    let width = screen::width();
    for system in systems {
        output::line(wrapped(&format!("{}: {}", system.name(), system.title()), "", "    ", width))?;
        let parameters: Vec<String> = system.parameters().map(|(name, value)| format!("{name}={value:.4}")).map(trimmed).collect();
        output::line(wrapped(&parameters.join(", "), "    ", "    ", width))?;
    }
    output::line(wrapped("linear:A: ẋ = Ax, A row by row, such as linear:-0.1,-2;2,-0.1", "", "    ", width))?;
    let advice = "`lambdahat systems NAME` prints one of them as a file. Change the file and give its path wherever a system is asked for.";
    output::line(wrapped(advice, "", "", width))
}

/// A decimal without the zeros at its end.
fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The file itself, which says everything, or what a matrix is read as.
fn one(system: &System) -> Result<(), Failure> {
    if !system.text().is_empty() {
        return output::line(system.text().trim_end());
    }
    match PolynomialField::of_system(system) {
        Some(field) => {
            for (variable, component) in field.variables().iter().zip(field.to_text()) {
                output::line(format!("{variable}' = {component}"))?;
            }
            Ok(())
        }
        None => output::line(format!("{}, {} variables", system.title(), Field::dimension(system))),
    }
}
