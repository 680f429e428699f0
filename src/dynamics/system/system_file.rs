//! System files: a vector field as TOML, with errors that point at the place.

use super::definition::{Condition, Definition, Invariant, Origin, Relation};
use super::file_error::{SystemFileError, SystemFileReason};
use crate::dynamics::formula::{Expression, Names, Values, parse};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Variables that a file may have, at most.
const MOST_VARIABLES: usize = 1000;

/// What a file may say beside its field.
const KEYS: [&str; 12] =
    ["name", "aliases", "title", "source", "interval", "starts", "equilibria", "positive", "require", "parameters", "grid", "invariant"];

type Failure = (usize, SystemFileReason);
type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a system; `origin` says where the text is from and names it in errors.
pub(super) fn read(text: &str, origin: Origin, place: &str) -> Result<Definition, SystemFileError> {
    // A byte-order mark is no part of the system.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let located = |(offset, reason)| SystemFileError::at(text, place, offset, reason);
    let toml = |e: toml::de::Error| (e.span().map_or(0, |span| span.start), SystemFileReason::Toml(e.message().to_owned()));
    let table = DeTable::parse(text).map_err(|e| located(toml(e)))?;
    Reader { text, table: table.get_ref() }.definition(origin, place).map_err(located)
}

struct Reader<'a> {
    text: &'a str,
    table: &'a DeTable<'a>,
}

impl<'a> Reader<'a> {
    fn definition(&self, origin: Origin, place: &str) -> Result<Definition, Failure> {
        let components = self.components()?;
        let variables: Vec<String> = components.iter().map(|(name, _)| name.clone()).collect();
        let parameters = self.parameters(&variables)?;
        let names: Vec<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
        let points = self.points(&names)?;
        let of = |variables| Names { variables, parameters: &names, grid: points.is_some(), point: false };
        let in_field = of(&variables);
        let still = Names { point: points.is_some(), ..of(&[]) };
        let field = components.iter().map(|(_, value)| self.expression(value, in_field)).collect::<Result<_, _>>()?;
        let stem = place.rsplit(['/', '\\']).next().unwrap_or(place);
        // What is printed must not move a terminal's cursor.
        let stem = stem.strip_suffix(".toml").unwrap_or(stem).replace(char::is_control, "?");
        let name = self.line("name")?.unwrap_or(stem);
        let aliases = self.get("aliases").map(strings).transpose()?.unwrap_or_default();
        let positive = match self.get("positive").map(|value| (value.span().start, value.get_ref())) {
            None => false,
            Some((_, DeValue::Boolean(positive))) => *positive,
            Some((at, _)) => return Err((at, SystemFileReason::Type { expected: "true or false" })),
        };
        let interval = match self.get("interval") {
            Some(value) => self.constant(value, |x| x > 0.0, "a positive number")?,
            None => 1.0,
        };
        let points_of = |key: &str| self.get(key).map(|value| self.points_in_space(value, still, variables.len())).transpose();
        let starts = points_of("starts")?.unwrap_or_default();
        let equilibria = points_of("equilibria")?;
        let require = self.get("require").map(|value| self.conditions(value, of(&[]))).transpose()?.unwrap_or_default();
        let invariants = self.invariants(in_field, of(&[]), points)?;
        let title = self.line("title")?.unwrap_or_else(|| name.clone());
        let source = self.line("source")?.unwrap_or_default();
        let text = self.text.to_owned();
        Ok(Definition {
            origin,
            name,
            aliases,
            title,
            source,
            text,
            variables,
            field,
            parameters,
            points,
            require,
            positive,
            invariants,
            equilibria,
            starts,
            interval,
        })
    }

    /// What the file says beside its field, under this key.
    fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    /// Variables and their derivatives, in the sequence of the file: under [field], or at the top level, where the names of other keys need a prime.
    fn components(&self) -> Result<Vec<(String, &'a Value<'a>)>, Failure> {
        let (table, at_top) = match self.get("field") {
            Some(value) => match value.get_ref() {
                DeValue::Table(inner) => (inner, false),
                _ => return Err((value.span().start, SystemFileReason::Type { expected: "a table: write [field]" })),
            },
            None => (self.table, true),
        };
        if !at_top
            && let Some((key, _)) = self.table.iter().find(|(key, _)| key.get_ref() != "field" && !KEYS.contains(&key.get_ref().as_ref()))
        {
            return Err((
                key.span().start,
                SystemFileReason::UnknownKey { key: key.get_ref().to_string(), known: format!("field, {}", KEYS.join(", ")) },
            ));
        }
        let mut entries: Vec<(usize, String, &Value<'a>)> = Vec::new();
        for (key, value) in table.iter().filter(|(key, _)| !(at_top && KEYS.contains(&key.get_ref().as_ref()))) {
            let name = key.get_ref().strip_suffix('\'').unwrap_or(key.get_ref()).to_owned();
            if !is_name(&name) {
                return Err((key.span().start, SystemFileReason::Name(key.get_ref().to_string())));
            }
            if entries.iter().any(|(_, known, _)| *known == name) {
                return Err((key.span().start, SystemFileReason::Twice(name)));
            }
            entries.push((key.span().start, name, value));
        }
        entries.sort_by_key(|entry| entry.0);
        match entries.len() {
            0 => Err((0, SystemFileReason::Empty)),
            n if n > MOST_VARIABLES => {
                Err((entries[MOST_VARIABLES].0, SystemFileReason::TooManyVariables { found: n, most: MOST_VARIABLES }))
            }
            _ => Ok(entries.into_iter().map(|(_, name, value)| (name, value)).collect()),
        }
    }

    fn parameters(&self, variables: &[String]) -> Result<Vec<(String, f64)>, Failure> {
        let Some(table) = self.get("parameters").map(table).transpose()? else { return Ok(Vec::new()) };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let one = |(key, value): (&Spanned<_>, &'a Value<'a>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            if !is_name(name) {
                return Err((key.span().start, SystemFileReason::Name(name.to_string())));
            }
            if variables.iter().any(|variable| variable == name) {
                return Err((key.span().start, SystemFileReason::Twice(name.to_string())));
            }
            Ok((name.to_string(), self.constant(value, |_| true, "a finite number, such as 0.1 or \"8/3\"")?))
        };
        entries.into_iter().map(one).collect()
    }

    /// The parameter that counts the points of the grid.
    fn points(&self, parameters: &[String]) -> Result<Option<usize>, Failure> {
        let Some(value) = self.get("grid") else { return Ok(None) };
        let inner = table(value)?;
        if let Some((key, _)) = inner.iter().find(|(key, _)| key.get_ref() != "points") {
            return Err((key.span().start, SystemFileReason::UnknownKey { key: key.get_ref().to_string(), known: "points".into() }));
        }
        let Some(points) = inner.get("points") else { return Err((value.span().start, SystemFileReason::NoPoints)) };
        let name = string(points)?;
        let found = parameters.iter().position(|known| *known == name);
        found.map(Some).ok_or((points.span().start, SystemFileReason::NoPoints))
    }

    fn invariants(&self, in_field: Names<'_>, still: Names<'_>, points: Option<usize>) -> Result<Vec<Invariant>, Failure> {
        let Some(value) = self.get("invariant") else { return Ok(Vec::new()) };
        if points.is_some() {
            return Err((value.span().start, SystemFileReason::GridInvariant));
        }
        let tables: Vec<&'a Value<'a>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        let one = |value: &'a Value<'a>| {
            let inner = table(value)?;
            if let Some((key, _)) = inner.iter().find(|(key, _)| !matches!(key.get_ref().as_ref(), "value" | "when")) {
                return Err((
                    key.span().start,
                    SystemFileReason::UnknownKey { key: key.get_ref().to_string(), known: "value, when".into() },
                ));
            }
            let missing = (value.span().start, SystemFileReason::Type { expected: "a value: value = \"y^2/2 + x^2/2\"" });
            let value = self.expression(inner.get("value").ok_or(missing)?, in_field)?;
            let when = inner.get("when").map(|value| self.conditions(value, still)).transpose()?.unwrap_or_default();
            Ok(Invariant { value, when })
        };
        tables.into_iter().map(one).collect()
    }

    /// One condition, or a list.
    fn conditions(&self, value: &'a Value<'a>, names: Names<'_>) -> Result<Vec<Condition>, Failure> {
        let values: Vec<&'a Value<'a>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        let one = |value: &'a Value<'a>| {
            let text = string(value)?;
            let start = self.start(value, &text);
            let split = Relation::NAMES.iter().find_map(|(sign, relation)| Some((text.split_once(sign)?, *relation, sign.len())));
            let Some(((left, right), relation, length)) = split else { return Err((start, SystemFileReason::Condition)) };
            let side = |side: &str, at| parse(side, at, names).map_err(|(at, error)| (at, error.into()));
            let (left, right) = (side(left, start)?, side(right, start + left.len() + length)?);
            Ok(Condition { text: text.clone(), left, relation, right })
        };
        values.into_iter().map(one).collect()
    }

    /// A list of points, each a list of expressions.
    fn points_in_space(&self, value: &'a Value<'a>, names: Names<'_>, dimension: usize) -> Result<Vec<Vec<Expression>>, Failure> {
        let expected = SystemFileReason::Type { expected: "a list of states, such as [[1.5, 1], [2, \"2/3\"]]" };
        let DeValue::Array(rows) = value.get_ref() else { return Err((value.span().start, expected)) };
        let row = |row: &'a Value<'a>| {
            let DeValue::Array(entries) = row.get_ref() else { return Err((row.span().start, expected.clone())) };
            if entries.len() != dimension {
                return Err((row.span().start, SystemFileReason::StateLength { expected: dimension, found: entries.len() }));
            }
            entries.iter().map(|entry| self.expression(entry, names)).collect()
        };
        rows.iter().map(row).collect()
    }

    /// An expression in a string, or a bare number.
    fn expression(&self, value: &'a Value<'a>, names: Names<'_>) -> Result<Expression, Failure> {
        let (text, start) = match value.get_ref() {
            DeValue::String(content) => (content.to_string(), self.start(value, content)),
            DeValue::Integer(_) | DeValue::Float(_) => (self.text[value.span()].replace('_', ""), value.span().start),
            _ => return Err((value.span().start, SystemFileReason::Type { expected: "a string such as \"2/3 x - 4/3 x y\"" })),
        };
        parse(&text, start, names).map_err(|(at, error)| (at, error.into()))
    }

    /// Where the content of a string begins in the file, where the file shows it as it is.
    fn start(&self, value: &Value<'_>, content: &str) -> usize {
        let span = value.span();
        let written = &self.text[span.clone()];
        let quotes = if written.starts_with("\"\"\"") || written.starts_with("'''") { 3 } else { 1 };
        written.find(content).map_or(span.start + quotes, |at| span.start + at)
    }

    /// A number without names.
    fn constant(&self, value: &'a Value<'a>, fits: impl Fn(f64) -> bool, expected: &'static str) -> Result<f64, Failure> {
        let found = self.expression(value, Names::default())?.evaluate(Values::default());
        if found.is_finite() && fits(found) { Ok(found) } else { Err((value.span().start, SystemFileReason::Type { expected })) }
    }

    /// A text on one line, nothing in it that moves a terminal's cursor. At the top level only a string is one: a variable may have the same name.
    fn line(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = string(value)?;
        if text.chars().any(char::is_control) {
            return Err((value.span().start, SystemFileReason::Type { expected: "a text on one line" }));
        }
        Ok(Some(text))
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn table<'a>(value: &'a Value<'a>) -> Result<&'a DeTable<'a>, Failure> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err((value.span().start, SystemFileReason::Type { expected: "a table" })),
    }
}

fn string(value: &Value<'_>) -> Result<String, Failure> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err((value.span().start, SystemFileReason::Type { expected: "a string" })),
    }
}

fn strings(value: &Value<'_>) -> Result<Vec<String>, Failure> {
    match value.get_ref() {
        DeValue::Array(values) => values.iter().map(string).collect(),
        _ => Err((value.span().start, SystemFileReason::Type { expected: "a list of strings" })),
    }
}
