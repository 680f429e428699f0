//! Runge–Kutta methods as exact Butcher tableaux.

use super::identity::Identity;
use crate::exact::{Number, NumberField};
use num_traits::Zero;
use thiserror::Error;

/// Why coefficients make no Runge–Kutta method.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TableauError {
    /// `b` is empty.
    #[error("a method needs at least one stage; b is empty")]
    NoStages,
    /// A row of A is missing or left over.
    #[error("A has {rows} rows, but b has {stages} weights: A must be {stages} by {stages}")]
    Rows {
        /// Rows of A.
        rows: usize,
        /// Weights in b.
        stages: usize,
    },
    /// A row of A has the wrong length.
    #[error("row {row} of A has {found} entries, not {stages}")]
    RowLength {
        /// Counted from one.
        row: usize,
        /// Its entries.
        found: usize,
        /// The number of stages.
        stages: usize,
    },
    /// `c` or `b_hat` has the wrong length.
    #[error("{what} has {found} entries, but there are {stages} stages")]
    Length {
        /// `c` or `b_hat`.
        what: &'static str,
        /// Its entries.
        found: usize,
        /// The number of stages.
        stages: usize,
    },
    /// A stated node contradicts A.
    #[error("c[{stage}] is stated as {stated}, but row {stage} of A sums to {sum}{hint}")]
    Node {
        /// Counted from one.
        stage: usize,
        /// What the scheme says.
        stated: String,
        /// What A says.
        sum: String,
        /// What to do where the two nearly agree.
        hint: &'static str,
    },
}

/// A Runge–Kutta method: `Y_i = y + h Σ_j a_ij f(Y_j)`, `y₊ = y + h Σ_i b_i f(Y_i)`, all coefficients [`Number`]s.
///
/// The nodes are `c = A𝟙`. Once built, the shapes agree and the nodes are A's row sums.
#[derive(Clone, Debug)]
pub struct RungeKutta {
    identity: Identity,
    a: Vec<Vec<Number>>,
    b: Vec<Number>,
    b_hat: Option<Vec<Number>>,
    c: Vec<Number>,
}

/// A stated node so near to its row's sum was meant to be equal.
const NEARLY: f64 = 1e-3;
const ROUNDED_HINT: &str = "; if the coefficients are rounded, state it: `digits = 7`";

fn distance(a: &Number, b: &Number) -> f64 {
    (a.clone() - b).to_f64().abs()
}

/// Whether a stated node is the row's sum: exactly, or to within the tolerance that the file states.
fn agree(stated: &Number, sum: &Number, identity: &Identity) -> bool {
    stated == sum || identity.stated_tolerance().is_some_and(|tolerance| distance(stated, sum) <= tolerance)
}

impl RungeKutta {
    /// A method from its tableau; `c`, where given, is checked against the row sums of `a`.
    pub fn new(
        identity: Identity,
        a: Vec<Vec<Number>>,
        b: Vec<Number>,
        b_hat: Option<Vec<Number>>,
        c: Option<Vec<Number>>,
    ) -> Result<Self, TableauError> {
        let stages = b.len();
        if stages == 0 {
            return Err(TableauError::NoStages);
        }
        if a.len() != stages {
            return Err(TableauError::Rows { rows: a.len(), stages });
        }
        if let Some((row, found)) = a.iter().map(Vec::len).enumerate().find(|&(_, n)| n != stages) {
            return Err(TableauError::RowLength { row: row + 1, found, stages });
        }
        for (what, list) in [("b_hat", &b_hat), ("c", &c)] {
            if let Some(found) = list.as_ref().map(Vec::len).filter(|&n| n != stages) {
                return Err(TableauError::Length { what, found, stages });
            }
        }
        let sums: Vec<Number> = a.iter().map(|row| row.iter().fold(Number::zero(), |sum, x| sum + x)).collect();
        if let Some(stated) = c
            && let Some((i, (stated, sum))) = stated.iter().zip(&sums).enumerate().find(|(_, (stated, sum))| !agree(stated, sum, &identity))
        {
            let hint = if distance(stated, sum) < NEARLY { ROUNDED_HINT } else { "" };
            return Err(TableauError::Node { stage: i + 1, stated: stated.to_string(), sum: sum.to_string(), hint });
        }
        Ok(Self { identity, a, b, b_hat, c: sums })
    }

    /// A method whose shapes agree because of how its coefficients were formed; all in one number field where there is one.
    pub(super) fn formed(identity: Identity, a: Vec<Vec<Number>>, b: Vec<Number>) -> Self {
        let lengths: Vec<usize> = a.iter().map(Vec::len).collect();
        let mut all: Vec<Number> = a.into_iter().flatten().chain(b).collect();
        // Where no common field is small enough the coefficients stay in their own.
        let _ = NumberField::unify(&mut all);
        let mut rest = all.into_iter();
        let a: Vec<Vec<Number>> = lengths.into_iter().map(|n| rest.by_ref().take(n).collect()).collect();
        let c = a.iter().map(|row| row.iter().fold(Number::zero(), |sum, x| sum + x)).collect();
        Self { identity, a, b: rest.collect(), b_hat: None, c }
    }

    /// What the scheme says of itself.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The same coefficients under another identity.
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity, ..self }
    }

    /// The catalogue's name.
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// The name in words.
    pub fn title(&self) -> &str {
        &self.identity.title
    }

    /// Author, year, where.
    pub fn source(&self) -> &str {
        &self.identity.source
    }

    /// Library names.
    pub fn aliases(&self) -> &[String] {
        &self.identity.aliases
    }

    /// The number of stages s.
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// A, s rows of s.
    pub fn a(&self) -> &[Vec<Number>] {
        &self.a
    }

    /// The weights b.
    pub fn b(&self) -> &[Number] {
        &self.b
    }

    /// The weights of the embedded method.
    pub fn b_hat(&self) -> Option<&[Number]> {
        self.b_hat.as_deref()
    }

    /// The nodes c = A𝟙.
    pub fn c(&self) -> &[Number] {
        &self.c
    }

    /// Whether A is strictly lower triangular, so that each stage follows from the ones before.
    pub fn is_explicit(&self) -> bool {
        self.a.iter().enumerate().all(|(i, row)| row[i..].iter().all(Zero::is_zero))
    }

    /// Whether A is lower triangular, so that the stages are solved one at a time.
    pub fn is_diagonally_implicit(&self) -> bool {
        self.a.iter().enumerate().all(|(i, row)| row[i + 1..].iter().all(Zero::is_zero))
    }

    /// Whether every coefficient is known exactly.
    pub fn is_exact(&self) -> bool {
        self.a.iter().flatten().chain(&self.b).chain(self.b_hat.iter().flatten()).all(Number::is_exact)
    }

    /// The embedded method: the same A with `b_hat` for its weights.
    pub fn embedded(&self) -> Option<Self> {
        let b = self.b_hat.clone()?;
        let identity = Identity { name: format!("{}-embedded", self.name()), ..Identity::default() };
        Some(Self { identity, a: self.a.clone(), b, b_hat: None, c: self.c.clone() })
    }

    /// The coefficients as nearest doubles, for stepping.
    pub fn coefficients(&self) -> Coefficients {
        let floats = |list: &[Number]| list.iter().map(Number::to_f64).collect::<Vec<_>>();
        Coefficients {
            stages: self.stages(),
            a: self.a.iter().flat_map(|row| floats(row)).collect(),
            b: floats(&self.b),
            c: floats(&self.c),
            b_hat: self.b_hat().map(floats),
        }
    }
}

/// A tableau in doubles, for stepping.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// s.
    pub stages: usize,
    /// A, row after row.
    pub a: Vec<f64>,
    /// b.
    pub b: Vec<f64>,
    /// c.
    pub c: Vec<f64>,
    /// Embedded weights.
    pub b_hat: Option<Vec<f64>>,
}
