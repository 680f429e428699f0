//! The methods that belong to a method, as text.

use super::super::failure::Failure;
use super::super::{output, screen};
use lambdahat::exact::{Number, Polynomial};
use lambdahat::method::Method;
use lambdahat::stability::ShuOsher;
use lambdahat::verify::Algebra;
use lambdahat::verify::RelatedMethod;
use lambdahat::words::{Dialect, Say, columns, folded_sum, wrapped};

/// Longer formulas are for `--json` and `--latex`.
const WIDEST: usize = 120;
/// Longer numbers are printed as decimals.
const LONGEST: usize = 24;

/// Prints every relative, the inside of a step, and the Shu–Osher form.
pub fn print(algebra: &Algebra) -> Result<(), Failure> {
    let parts = [("the method", &algebra.method), ("adjoint", &algebra.adjoint), ("dual", &algebra.dual), ("reduced", &algebra.reduced)];
    for (name, relative) in parts {
        let note = relative.note.as_ref().map_or(String::new(), |note| format!(" ({})", note.say(Dialect::Terminal)));
        let same = name != "the method" && same(relative, &algebra.method);
        heading(&format!("{name}{}{note}", if same { ": the method itself" } else { "" }))?;
        if let (Some(method), false) = (relative.method(), same) {
            coefficients(method)?;
        }
    }
    if let Some(functions) = &algebra.stage_functions {
        let over = functions.denominator.to_string();
        let over = if over == "1" { String::new() } else { format!(", each over {}", shortened(over)) };
        heading(&format!("stage functions: Y_i = R_i(z) y{over}"))?;
        list("R", &functions.stages)?;
        heading(&format!("internal stability: an error in stage j enters the step times Q_j(z){over}"))?;
        list("Q", &functions.internal)?;
    }
    match (&algebra.shu_osher, &algebra.shu_osher_note) {
        (Some(form), _) => shu_osher(form),
        (None, Some(note)) => heading(&format!("Shu–Osher form: none; {}", note.say(Dialect::Terminal))),
        (None, None) => Ok(()),
    }
}

/// A heading after an empty line.
fn heading(text: &str) -> Result<(), Failure> {
    output::line(format!("\n{}", wrapped(text, "  ", "    ", screen::width())))
}

fn list(name: &str, polynomials: &[Polynomial<Number>]) -> Result<(), Failure> {
    for (i, p) in polynomials.iter().enumerate() {
        output::line(folded_sum(&shortened(p.to_string()), &format!("    {name}_{} = ", i + 1), "        ", screen::width()))?;
    }
    Ok(())
}

fn same(relative: &RelatedMethod, method: &RelatedMethod) -> bool {
    match (relative.method(), method.method()) {
        (Some(Method::RungeKutta(a)), Some(Method::RungeKutta(b))) => a.a() == b.a() && a.b() == b.b(),
        (Some(Method::Multistep(a)), Some(Method::Multistep(b))) => a.alpha() == b.alpha() && a.beta() == b.beta(),
        _ => false,
    }
}

/// The tableau in columns, c | A over b; or the two lists of a multistep pair.
fn coefficients(method: &Method) -> Result<(), Failure> {
    match method {
        Method::RungeKutta(m) => {
            let mut rows: Vec<Vec<String>> =
                m.c().iter().zip(m.a()).map(|(c, row)| std::iter::once(c).chain(row).map(number).collect()).collect();
            rows.push(std::iter::once(String::new()).chain(m.b().iter().map(number)).collect());
            tableau(&rows, true)
        }
        Method::Multistep(m) => {
            let line = |list: &[Number]| list.iter().map(number).collect::<Vec<_>>().join(", ");
            output::line(wrapped(&format!("alpha = [{}]", line(m.alpha())), "    ", "      ", screen::width()))?;
            output::line(wrapped(&format!("beta = [{}]", line(m.beta())), "    ", "      ", screen::width()))
        }
    }
}

/// Right-aligned, a bar after the first column, a rule before the last row where it is the weights; each row in lines of its own where the screen
/// is too narrow.
fn tableau(rows: &[Vec<String>], ruled: bool) -> Result<(), Failure> {
    let count = rows.first().map_or(0, Vec::len);
    let width = |j: usize| rows.iter().map(|row| columns(&row[j])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &w)| format!("{cell:>w$}")).collect();
            format!("{} | {}", cells[0], cells[1..].join("  "))
        })
        .collect();
    let rule = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
    if rule + 4 > screen::width() {
        for row in rows {
            let cells: Vec<String> = row[1..].iter().map(|cell| cell.replace(' ', "\u{a0}")).collect();
            let first = if row[0].is_empty() { "b".to_owned() } else { row[0].replace(' ', "\u{a0}") };
            output::line(wrapped(&format!("{first} | {}", cells.join(", ")), "    ", "        ", screen::width()))?;
        }
        return Ok(());
    }
    if ruled {
        lines.insert(lines.len().saturating_sub(1), "-".repeat(rule));
    }
    lines.iter().try_for_each(|line| output::line(format!("    {line}")))
}

fn shu_osher(form: &ShuOsher) -> Result<(), Failure> {
    heading(&format!("Shu–Osher form at r = {}: y_i = v_i u + Σ_j α_ij (y_j + h/r f(y_j)), the last row is the step", number(&form.r)))?;
    let mut rows: Vec<Vec<String>> =
        form.v.iter().zip(&form.alpha).map(|(v, row)| std::iter::once(v).chain(row).map(number).collect()).collect();
    rows.insert(0, std::iter::once("v".to_owned()).chain((1..form.v.len()).map(|j| format!("y_{j}"))).collect());
    tableau(&rows, true)
}

fn number(x: &Number) -> String {
    let exact = x.to_string();
    if exact.chars().count() > LONGEST { x.decimal(15) } else { exact }
}

fn shortened(text: String) -> String {
    if text.chars().count() <= WIDEST { text } else { text.chars().take(WIDEST - 10).chain(" … (see --json)".chars()).collect() }
}
