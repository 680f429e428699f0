//! ẋ = Ax as a system: its entries are the parameters `a11`, `a12`, ….

use super::definition::{Definition, Origin};
use super::parameter_value::finite;
use crate::dynamics::DynamicsError;
use crate::dynamics::formula::{Expression, Term};

/// The definition for a row-major matrix; errors where it is not square or not finite.
pub(super) fn definition(matrix: &[Vec<f64>]) -> Result<Definition, DynamicsError> {
    let n = matrix.len();
    if n == 0 || matrix.iter().any(|row| row.len() != n) {
        return Err(DynamicsError::NotSquare { lengths: matrix.iter().map(Vec::len).collect() });
    }
    let mut parameters = Vec::with_capacity(n * n);
    for (i, row) in matrix.iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            let key = if n < 10 { format!("a{}{}", i + 1, j + 1) } else { format!("a{}_{}", i + 1, j + 1) };
            finite("linear", &key, value, &value.to_string())?;
            parameters.push((key, value));
        }
    }
    let number = |p: i64, q: i64| Expression { at: 0, term: Term::Number(crate::exact::ratio(p, q)) };
    let product = |i: usize, j: usize| {
        let entry = Expression { at: 0, term: Term::Parameter(i * n + j) };
        Expression { at: 0, term: Term::Product(vec![(entry, false), (Expression::variable(j), false)]) }
    };
    let row = |i| Expression { at: 0, term: Term::Sum((0..n).map(|j| (product(i, j), false)).collect()) };
    Ok(Definition {
        origin: Origin::Matrix,
        name: "linear".into(),
        aliases: Vec::new(),
        title: "A linear system from its matrix".into(),
        source: String::new(),
        text: String::new(),
        variables: (1..=n).map(|i| format!("x{i}")).collect(),
        field: (0..n).map(row).collect(),
        parameters,
        points: None,
        require: Vec::new(),
        positive: false,
        invariants: Vec::new(),
        equilibria: Some(vec![vec![number(0, 1); n]]),
        starts: vec![(0..n as i64).map(|i| if i == 0 { number(1, 1) } else { number(1, 2 * i) }).collect()],
        interval: 1.0,
    })
}
