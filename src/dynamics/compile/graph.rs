//! A graph of operations: equal operations are one node, and nothing is kept that is plainly 0 or 1 times something.

use crate::dynamics::formula::Function;
use std::collections::HashMap;

/// A node.
pub(crate) type Id = u32;

/// What a node computes from earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// The bits of a double.
    Constant(u64),
    /// A number that is the same for every state: a parameter.
    Parameter(u32),
    /// A number that changes with the state.
    Input(u32),
    Add(Id, Id),
    Subtract(Id, Id),
    Multiply(Id, Id),
    Divide(Id, Id),
    Negate(Id),
    Power(Id, i32),
    RealPower(Id, Id),
    Call(Function, Id),
}

impl Operation {
    /// The nodes that it needs.
    pub(super) fn operands(self) -> [Option<Id>; 2] {
        match self {
            Self::Constant(_) | Self::Parameter(_) | Self::Input(_) => [None, None],
            Self::Negate(a) | Self::Power(a, _) | Self::Call(_, a) => [Some(a), None],
            Self::Add(a, b) | Self::Subtract(a, b) | Self::Multiply(a, b) | Self::Divide(a, b) | Self::RealPower(a, b) => {
                [Some(a), Some(b)]
            }
        }
    }
}

/// The nodes, each after those that it needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    operations: Vec<Operation>,
    known: HashMap<Operation, Id>,
}

impl Graph {
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    fn push(&mut self, operation: Operation) -> Id {
        if let Some(&id) = self.known.get(&operation) {
            return id;
        }
        let id = self.operations.len() as Id;
        self.operations.push(operation);
        self.known.insert(operation, id);
        id
    }

    fn operation(&self, id: Id) -> Operation {
        self.operations[id as usize]
    }

    fn value(&self, id: Id) -> Option<f64> {
        match self.operation(id) {
            Operation::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Whether a node is the constant 0.
    pub(crate) fn is_zero(&self, id: Id) -> bool {
        self.value(id) == Some(0.0)
    }

    pub(crate) fn constant(&mut self, value: f64) -> Id {
        self.push(Operation::Constant(value.to_bits()))
    }

    pub(crate) fn parameter(&mut self, index: usize) -> Id {
        self.push(Operation::Parameter(index as u32))
    }

    pub(crate) fn input(&mut self, index: usize) -> Id {
        self.push(Operation::Input(index as u32))
    }

    pub(crate) fn add(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.constant(x + y),
            (Some(0.0), _) => b,
            (_, Some(0.0)) => a,
            _ => match (self.operation(a), self.operation(b)) {
                (_, Operation::Negate(b)) => self.push(Operation::Subtract(a, b)),
                (Operation::Negate(a), _) => self.push(Operation::Subtract(b, a)),
                _ => self.push(Operation::Add(a, b)),
            },
        }
    }

    pub(crate) fn subtract(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.constant(x - y),
            (Some(0.0), _) => self.negate(b),
            (_, Some(0.0)) => a,
            _ => match self.operation(b) {
                Operation::Negate(b) => self.push(Operation::Add(a, b)),
                _ => self.push(Operation::Subtract(a, b)),
            },
        }
    }

    pub(crate) fn negate(&mut self, a: Id) -> Id {
        match self.operation(a) {
            Operation::Constant(bits) => self.constant(-f64::from_bits(bits)),
            Operation::Negate(a) => a,
            Operation::Subtract(a, b) => self.push(Operation::Subtract(b, a)),
            _ => self.push(Operation::Negate(a)),
        }
    }

    pub(crate) fn multiply(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.constant(x * y),
            (Some(0.0), _) => a,
            (_, Some(0.0)) => b,
            (Some(1.0), _) => b,
            (_, Some(1.0)) => a,
            (Some(-1.0), _) => self.negate(b),
            (_, Some(-1.0)) => self.negate(a),
            _ => match (self.operation(a), self.operation(b)) {
                (Operation::Negate(a), _) => {
                    let product = self.multiply(a, b);
                    self.negate(product)
                }
                (_, Operation::Negate(b)) => {
                    let product = self.multiply(a, b);
                    self.negate(product)
                }
                _ => self.push(Operation::Multiply(a, b)),
            },
        }
    }

    pub(crate) fn divide(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) if y != 0.0 => self.constant(x / y),
            (_, Some(1.0)) => a,
            (_, Some(-1.0)) => self.negate(a),
            _ => match self.operation(a) {
                Operation::Negate(a) => {
                    let quotient = self.divide(a, b);
                    self.negate(quotient)
                }
                _ => self.push(Operation::Divide(a, b)),
            },
        }
    }

    pub(crate) fn power(&mut self, a: Id, n: i32) -> Id {
        match (self.value(a), n) {
            (_, 0) => self.constant(1.0),
            (_, 1) => a,
            (Some(x), n) => self.constant(x.powi(n)),
            _ => self.push(Operation::Power(a, n)),
        }
    }

    pub(crate) fn real_power(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.constant(x.powf(y)),
            (_, Some(0.5)) => self.call(Function::Sqrt, a),
            _ => self.push(Operation::RealPower(a, b)),
        }
    }

    pub(crate) fn call(&mut self, function: Function, a: Id) -> Id {
        match self.value(a) {
            Some(x) => self.constant(function.value(x)),
            None => self.push(Operation::Call(function, a)),
        }
    }

    /// The partial derivatives of a node by these others, by one sweep back over what it needs; 0 where it does not need one.
    pub(crate) fn derivatives(&mut self, of: Id, by: &[Id]) -> Vec<Id> {
        let mut adjoints: Vec<Option<Id>> = vec![None; of as usize + 1];
        adjoints[of as usize] = Some(self.constant(1.0));
        for node in (0..=of).rev() {
            let Some(w) = adjoints[node as usize] else { continue };
            for (operand, slope) in self.slopes(node, w).into_iter().flatten() {
                let sum = match adjoints[operand as usize] {
                    Some(before) => self.add(before, slope),
                    None => slope,
                };
                adjoints[operand as usize] = Some(sum);
            }
        }
        let zero = self.constant(0.0);
        by.iter().map(|&id| adjoints.get(id as usize).copied().flatten().unwrap_or(zero)).collect()
    }

    /// w times the slope of a node by each of its operands.
    fn slopes(&mut self, node: Id, w: Id) -> [Option<(Id, Id)>; 2] {
        match self.operation(node) {
            Operation::Constant(_) | Operation::Parameter(_) | Operation::Input(_) => [None, None],
            Operation::Add(a, b) => [Some((a, w)), Some((b, w))],
            Operation::Subtract(a, b) => [Some((a, w)), Some((b, self.negate(w)))],
            Operation::Multiply(a, b) => [Some((a, self.multiply(w, b))), Some((b, self.multiply(w, a)))],
            Operation::Divide(a, b) => {
                let by_a = self.divide(w, b);
                let product = self.multiply(by_a, node);
                [Some((a, by_a)), Some((b, self.negate(product)))]
            }
            Operation::Negate(a) => [Some((a, self.negate(w))), None],
            Operation::Power(a, n) => {
                let (power, count) = (self.power(a, n - 1), self.constant(f64::from(n)));
                let slope = self.multiply(count, power);
                [Some((a, self.multiply(w, slope))), None]
            }
            Operation::RealPower(a, b) => {
                // b a^(b−1) and a^b ln a
                let one = self.constant(1.0);
                let less = self.subtract(b, one);
                let power = self.real_power(a, less);
                let by_a = self.multiply(b, power);
                let log = self.call(Function::Log, a);
                let by_b = self.multiply(node, log);
                [Some((a, self.multiply(w, by_a))), Some((b, self.multiply(w, by_b)))]
            }
            Operation::Call(function, a) => {
                let slope = self.slope(function, a, node);
                [Some((a, self.multiply(w, slope))), None]
            }
        }
    }

    /// The slope of a function at u, where its value is v.
    fn slope(&mut self, function: Function, u: Id, v: Id) -> Id {
        let one = self.constant(1.0);
        match function {
            Function::Sin => self.call(Function::Cos, u),
            Function::Cos => {
                let sine = self.call(Function::Sin, u);
                self.negate(sine)
            }
            Function::Tan | Function::Tanh => {
                let square = self.power(v, 2);
                if function == Function::Tan { self.add(one, square) } else { self.subtract(one, square) }
            }
            Function::Exp => v,
            Function::Log => self.divide(one, u),
            Function::Sqrt => {
                let half = self.constant(0.5);
                self.divide(half, v)
            }
            Function::Sinh => self.call(Function::Cosh, u),
            Function::Cosh => self.call(Function::Sinh, u),
            Function::Atan => {
                let square = self.power(u, 2);
                let below = self.add(one, square);
                self.divide(one, below)
            }
            Function::Abs => self.call(Function::Sign, u),
            Function::Sign => self.constant(0.0),
            Function::Excess => {
                let above = self.subtract(u, one);
                self.divide(above, u)
            }
        }
    }
}
