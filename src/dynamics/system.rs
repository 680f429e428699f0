//! Systems: vector fields from text, with their parameters, invariants, equilibria and starts.

mod catalogue;
mod compiled;
mod definition;
mod file_error;
mod matrix_system;
mod parameter_value;
mod parameterised;
mod periodic_grid;
mod resting;
mod system_file;

pub use file_error::{SystemFileError, SystemFileReason};

use self::compiled::{Compiled, FieldPrograms};
use self::definition::{Definition, Origin};
use self::parameter_value::{finite, number};
use super::formula::{Expression, Values};
use super::{DynamicsError, Field, Flow};
use crate::data::Paths;
use crate::files::{ReadError, read_bounded};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The points that a periodic grid may have.
const GRID_POINTS: std::ops::RangeInclusive<f64> = 3.0..=512.0;
/// Bytes of a system file, at most.
const LARGEST_FILE: u64 = 1 << 20;
/// An invariant may change along the field by this part of the terms that cancel: rounding.
const KEPT: f64 = 1e-9;

/// A system with its parameters set: one of the catalogue (the files in `systems/`), a user's file, or a matrix.
///
/// Value, Jacobian, slopes in the parameters, exact polynomial form and invariants come from the one text of the file (docs/systems.md).
///
/// ```
/// use lambdahat::dynamics::{Field, System};
/// let system = System::parse("lotka-volterra:alpha=2/3,beta=4/3")?;
/// let mut f = [0.0; 2];
/// system.value(&[1.0, 0.5], &mut f); // the equilibrium (γ/δ, α/β)
/// assert_eq!(f, [0.0, 0.0]);
/// let mine = System::from_text("[parameters]\nk = 2\n[field]\nx = 'v'\nv = '-k sin(x)'", "mine.toml")?;
/// mine.jacobian(&[0.0, 0.0], &mut [0.0; 4]);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct System {
    definition: Arc<Definition>,
    compiled: Arc<Compiled>,
    /// In the order of the definition.
    parameters: Vec<f64>,
    /// What the parameters decide of the field, computed once.
    frozen: Vec<f64>,
    frozen_jacobian: OnceLock<Vec<f64>>,
    frozen_logarithms: OnceLock<Vec<f64>>,
    /// The invariant that holds at these parameters.
    kept: Option<(usize, Vec<f64>)>,
}

impl PartialEq for System {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition && self.parameters == other.parameters
    }
}

impl System {
    /// The names that [`parse`](Self::parse) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        catalogue::names().chain(["linear"])
    }

    /// The system with its default parameters; errors with the known names. (`linear` has no default: use
    /// [`linear`](Self::linear) or [`parse`](Self::parse).)
    pub fn named(name: &str) -> Result<Self, DynamicsError> {
        let unknown = || DynamicsError::UnknownSystem { name: name.to_owned(), known: Self::names().collect::<Vec<_>>().join(", ") };
        Self::of(catalogue::find(name).ok_or_else(unknown)??)
    }

    /// A system from the text of a file; `origin`, its path, names it in errors.
    ///
    /// # Errors
    /// [`DynamicsError::File`] with line and column; [`DynamicsError::NotInvariant`] where a stated invariant changes along the field.
    pub fn from_text(text: &str, origin: &str) -> Result<Self, DynamicsError> {
        Self::of(system_file::read(text, Origin::File(origin.to_owned()), origin)?)?.checked()
    }

    /// ẋ = Ax; `matrix` is row-major. The parameters are the entries, `a11`, `a12`, ….
    ///
    /// Errors when it is not square or not finite.
    pub fn linear(matrix: &[Vec<f64>]) -> Result<Self, DynamicsError> {
        Self::of(matrix_system::definition(matrix)?)
    }

    /// `NAME` or `NAME:key=value,key=value`; values are decimals or fractions `p/q`.
    /// `linear:a,b;c,d` is the matrix with rows (a, b) and (c, d).
    pub fn parse(text: &str) -> Result<Self, DynamicsError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        if name == "linear" {
            if rest.trim().is_empty() {
                let expected = "a matrix: write its rows like linear:-0.1,-2;2,-0.1".into();
                return Err(DynamicsError::Value { system: "linear".into(), parameter: "A".into(), value: rest.trim().into(), expected });
            }
            let rows: Result<Vec<Vec<f64>>, _> =
                rest.split(';').map(|row| row.split(',').map(|entry| number("linear", "A", entry)).collect()).collect();
            return Self::linear(&rows?);
        }
        Self::named(name)?.with_all(rest)
    }

    /// As [`parse`](Self::parse), and where the name looks like a path ([`file_path`](Self::file_path)), the system of that file.
    ///
    /// # Errors
    /// Those of `parse` and [`from_text`](Self::from_text); [`DynamicsError::Unreadable`].
    pub fn open(text: &str) -> Result<Self, DynamicsError> {
        let Some((path, rest)) = Self::file_path(text) else { return Self::parse(text) };
        let unreadable = |why| DynamicsError::Unreadable { path: path.into(), why };
        let bytes = read_bounded(Path::new(path), LARGEST_FILE).map_err(|error| {
            unreadable(match error {
                ReadError::Io { source, .. } => source.to_string(),
                other => other.to_string(),
            })
        })?;
        let content =
            String::from_utf8(bytes).map_err(|e| unreadable(format!("it is not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))?;
        Self::of(system_file::read(&content, Origin::File(path.to_owned()), path)?)?.with_all(rest)?.checked()
    }

    /// The file that a text means, and the parameters after it: `PATH.toml`, `PATH.toml:key=value`, or a path with a slash.
    pub fn file_path(text: &str) -> Option<(&str, &str)> {
        let lower = text.to_ascii_lowercase();
        let end = lower
            .match_indices(".toml")
            .map(|(at, found)| at + found.len())
            .find(|&end| matches!(lower[end..].chars().next(), None | Some(':')));
        if let Some(end) = end {
            return Some((&text[..end], text[end..].trim_start_matches(':')));
        }
        // The slash of a parameter (beta=4/3) makes no path.
        let name = text.split_once(':').map_or(text, |(name, _)| name);
        (name.contains('/') || text.contains('\\')).then_some((text, ""))
    }

    /// `key=value,key=value`, set together.
    fn with_all(mut self, text: &str) -> Result<Self, DynamicsError> {
        let mut given: Vec<&str> = Vec::new();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = key.trim();
            let value = number(self.name(), key, value)?;
            let at = self.place(key)?;
            self.parameters[at] = value;
            if given.contains(&key) {
                return Err(DynamicsError::Repeated { system: self.name().into(), parameter: key.to_owned() });
            }
            given.push(key);
        }
        if given.is_empty() { Ok(self) } else { Self::with_parameters(self.definition, self.parameters) }
    }

    /// The same system with one parameter set.
    pub fn with(mut self, parameter: &str, value: f64) -> Result<Self, DynamicsError> {
        finite(self.name(), parameter, value, &value.to_string())?;
        let at = self.place(parameter)?;
        self.parameters[at] = value;
        Self::with_parameters(self.definition, self.parameters)
    }

    fn place(&self, parameter: &str) -> Result<usize, DynamicsError> {
        let known = || self.definition.parameters.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ");
        let known = || if self.definition.parameters.is_empty() { "none".to_owned() } else { known() };
        self.definition.parameters.iter().position(|(key, _)| key == parameter).ok_or_else(|| DynamicsError::UnknownParameter {
            system: self.name().into(),
            parameter: parameter.into(),
            known: known(),
        })
    }

    fn of(definition: Definition) -> Result<Self, DynamicsError> {
        let parameters = definition.parameters.iter().map(|(_, value)| *value).collect();
        Self::with_parameters(Arc::new(definition), parameters)
    }

    fn with_parameters(definition: Arc<Definition>, parameters: Vec<f64>) -> Result<Self, DynamicsError> {
        let refused = |at: usize, expected: String| DynamicsError::Value {
            system: definition.name.clone(),
            parameter: definition.parameters[at].0.clone(),
            value: parameters[at].to_string(),
            expected,
        };
        let points = match definition.points {
            None => 1,
            Some(at) if GRID_POINTS.contains(&parameters[at]) && parameters[at].fract() == 0.0 => parameters[at] as usize,
            Some(at) => return Err(refused(at, format!("a whole number from {} to {}", GRID_POINTS.start(), GRID_POINTS.end()))),
        };
        if let Some(broken) = definition.require.iter().find(|condition| !condition.holds(&parameters)) {
            return Err(match broken.parameter() {
                Some(at) => refused(at, broken.expected()),
                None => DynamicsError::Requirement { system: definition.name.clone(), requirement: broken.text.clone() },
            });
        }
        let compiled = Arc::new(Compiled::new(&definition, points));
        let frozen = compiled.field.value.frozen(&parameters);
        let kept = definition.invariants.iter().position(|invariant| invariant.when.iter().all(|condition| condition.holds(&parameters)));
        let kept = kept.map(|k| (k, compiled.invariants(&definition)[k].value.frozen(&parameters)));
        Ok(Self { definition, compiled, parameters, frozen, frozen_jacobian: OnceLock::new(), frozen_logarithms: OnceLock::new(), kept })
    }

    /// The same system, unless its file states an invariant that changes along its field.
    fn checked(self) -> Result<Self, DynamicsError> {
        if let Some((k, _)) = &self.kept {
            let program = &self.compiled.invariants(&self.definition)[*k].change;
            let frozen = program.frozen(&self.parameters);
            for start in self.guesses().into_iter().skip(1) {
                let mut found = [0.0; 2];
                program.run(&frozen, &start, &mut found);
                let [rate, size] = found;
                // Outside its domain (the logarithm of a negative number) it has no value.
                if rate.abs() > KEPT * size {
                    return Err(DynamicsError::NotInvariant { system: self.name().into(), start, rate });
                }
            }
        }
        Ok(self)
    }

    /// Its name, without parameters.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// How it can be named again: the catalogue's name, or the path of its file.
    pub fn address(&self) -> &str {
        match &self.definition.origin {
            Origin::File(path) => path,
            Origin::Catalogue | Origin::Matrix => &self.definition.name,
        }
    }

    /// Other names, a title, and where it is from.
    pub fn aliases(&self) -> &[String] {
        &self.definition.aliases
    }

    /// What it is, in a line.
    pub fn title(&self) -> &str {
        &self.definition.title
    }

    /// Author, year, where.
    pub fn source(&self) -> &str {
        &self.definition.source
    }

    /// The text of its file; empty for a matrix.
    pub fn text(&self) -> &str {
        &self.definition.text
    }

    /// Whether it is a matrix that somebody typed: its entries mean what they say.
    pub fn is_matrix(&self) -> bool {
        self.definition.origin == Origin::Matrix
    }

    /// The names of the variables; on a grid, each with the number of its point from 1.
    pub fn variables(&self) -> Vec<String> {
        let (names, points) = (&self.definition.variables, self.compiled.points);
        match self.definition.points {
            None => names.clone(),
            Some(_) => names.iter().flat_map(|name| (1..=points).map(move |k| format!("{name}{k}"))).collect(),
        }
    }

    /// The parameters with their values, in the order of the definition.
    pub fn parameters(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        self.definition.parameters.iter().zip(&self.parameters).map(|((key, _), &value)| (key.as_str(), value))
    }

    /// A parameter's value.
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The components of the field as they are written, with the number of grid points; and where each is in the text.
    pub(crate) fn components(&self) -> (&[Expression], usize) {
        (&self.definition.field, self.compiled.points)
    }

    /// Whether its Jacobian is the same everywhere, so that the modes of one equilibrium say all.
    pub fn is_linear(&self) -> bool {
        self.compiled.field.jacobian().is_still()
    }

    /// Starts for a first look.
    pub fn default_starts(&self) -> Vec<Vec<f64>> {
        self.definition.starts.iter().filter_map(|start| self.state(start)).collect()
    }

    /// A state from its expressions; on a grid each is for all points. `None` where it is not finite.
    fn state(&self, expressions: &[Expression]) -> Option<Vec<f64>> {
        let points = self.compiled.points;
        let value = |e: &Expression, point| e.evaluate(Values { state: &[], parameters: &self.parameters, point: (points, point) });
        let state: Vec<f64> = expressions.iter().flat_map(|e| (0..points).map(move |point| value(e, point))).collect();
        state.iter().all(|x| x.is_finite()).then_some(state)
    }

    /// A sampling interval for a first look.
    pub fn default_interval(&self) -> f64 {
        self.definition.interval
    }

    /// A quantity that the exact flow keeps, where one is known for these parameters: the `invariant` of the file.
    pub fn invariant(&self, x: &[f64]) -> Option<f64> {
        let (k, frozen) = self.kept.as_ref()?;
        let mut found = [0.0];
        self.compiled.invariants(&self.definition)[*k].value.run(frozen, x, &mut found);
        Some(found[0])
    }

    /// The trajectory from `start` at 0, H, …, nH by the reference flow ([`Flow::reference`]); for a system of positive states in their
    /// logarithms, where a sample is right to about 1e-13.
    pub fn trajectory(&self, start: &[f64], interval: f64, n: usize) -> Result<Vec<Vec<f64>>, DynamicsError> {
        let flow = Flow::reference();
        if !self.definition.positive {
            return flow.trajectory(self, start, interval, n);
        }
        if start.len() == self.compiled.dimension() && !start.iter().all(|&x| x > 0.0) {
            let domain = "all its states must be positive";
            return Err(DynamicsError::Domain { system: self.name().into(), start: start.to_vec(), domain });
        }
        let logarithms: Vec<f64> = start.iter().map(|x| x.ln()).collect();
        let programs = self.compiled.logarithms(&self.definition);
        let frozen = self.frozen_logarithms.get_or_init(|| programs.value.frozen(&self.parameters));
        let field = Logarithms { system: self, programs, frozen };
        let mut trajectory = flow.trajectory(&field, &logarithms, interval, n)?;
        for state in &mut trajectory {
            state.iter_mut().for_each(|u| *u = u.exp());
        }
        trajectory[0].copy_from_slice(start);
        Ok(trajectory)
    }

    /// Its [`trajectory`](Self::trajectory) from each of these starts.
    ///
    /// Errors as there.
    pub fn paths<X: AsRef<[f64]>>(&self, starts: &[X], interval: f64, n: usize) -> Result<Paths, DynamicsError> {
        let each = starts.iter().map(|start| Ok(self.trajectory(start.as_ref(), interval, n)?.concat()));
        Ok(Paths::flat(self.compiled.dimension(), each.collect::<Result<Vec<_>, DynamicsError>>()?))
    }
}

impl Field for System {
    fn dimension(&self) -> usize {
        self.compiled.dimension()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.compiled.field.value.run(&self.frozen, x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        let program = self.compiled.field.jacobian();
        let frozen = self.frozen_jacobian.get_or_init(|| program.frozen(&self.parameters));
        out.fill(0.0);
        program.run(frozen, x, out);
    }
}

/// A system of positive states for their logarithms.
struct Logarithms<'a> {
    system: &'a System,
    programs: &'a FieldPrograms,
    frozen: &'a [f64],
}

impl Field for Logarithms<'_> {
    fn dimension(&self) -> usize {
        self.system.compiled.dimension()
    }

    fn value(&self, u: &[f64], out: &mut [f64]) {
        self.programs.value.run(self.frozen, u, out);
    }

    fn jacobian(&self, u: &[f64], out: &mut [f64]) {
        let program = self.programs.jacobian();
        out.fill(0.0);
        program.run(&program.frozen(&self.system.parameters), u, out);
    }
}

#[cfg(test)]
mod tests;
