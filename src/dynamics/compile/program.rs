//! A list of instructions for some nodes of a graph, run on one state or on eight at a time.

use super::graph::{Graph, Id, Operation};
use super::registers::{Lane, Registers};
use crate::dynamics::formula::Function;
use std::cell::RefCell;

/// States side by side.
const LANES: usize = 8;
/// Registers on the stack, at most.
const LARGEST_BANK: usize = 256;
/// Whole powers up to this size become multiplications.
const LARGEST_PRODUCT: u32 = 64;

/// What an instruction does with the registers a, b and c; its result goes to the next free one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Code {
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    /// a·b + c, rounded twice.
    MultiplyAdd,
    /// a·b − c, rounded twice.
    MultiplySubtract,
    /// c − a·b, rounded twice.
    SubtractProduct,
    /// a^n, n a constant.
    Power(i32),
    RealPower,
    Call(Function),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Instruction {
    code: Code,
    a: u32,
    b: u32,
    c: u32,
}

/// Instructions that compute some results from parameters, a state and weights.
///
/// What the parameters alone decide is computed once ([`frozen`](Self::frozen)); a run on a state takes up from there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// Constants, each with its register of the preparation.
    constants: Vec<(u32, f64)>,
    /// Parameters, each with its register of the preparation.
    parameters: Vec<(u32, u32)>,
    preparation: Vec<Instruction>,
    /// Registers of the preparation that a run starts from.
    kept: Vec<u32>,
    inputs: Vec<(u32, u32)>,
    body: Vec<Instruction>,
    /// Where each result is found, and where it belongs.
    results: Vec<(u32, u32)>,
    registers: usize,
}

/// How many times a node is needed, and on which side of the cut it lies.
struct Use {
    count: u32,
    moves: bool,
}

impl Program {
    /// The program for these nodes; each is written to the place that comes with it.
    pub(crate) fn new(graph: &Graph, results: &[(Id, usize)]) -> Self {
        let last = results.iter().map(|(id, _)| *id as usize + 1).max().unwrap_or(0);
        let operations = &graph.operations()[..last];
        let mut uses: Vec<Use> = operations.iter().map(|_| Use { count: 0, moves: false }).collect();
        results.iter().for_each(|(id, _)| uses[*id as usize].count += 1);
        for k in (0..last).rev().filter(|&k| operations[k].operands()[0].is_some()) {
            if uses[k].count > 0 {
                operations[k].operands().into_iter().flatten().for_each(|id| uses[id as usize].count += 1);
            }
        }
        for (k, operation) in operations.iter().enumerate() {
            uses[k].moves =
                matches!(operation, Operation::Input(_)) || operation.operands().into_iter().flatten().any(|id| uses[id as usize].moves);
        }
        Assembly::new(operations, uses).assemble(results)
    }

    /// What the parameters decide, once for all states.
    pub(crate) fn frozen(&self, parameters: &[f64]) -> Vec<f64> {
        let first = self.constants.len() + self.parameters.len();
        let mut registers: Vec<Lane<1>> = vec![[0.0]; first + self.preparation.len()];
        self.constants.iter().for_each(|&(at, value)| registers[at as usize] = [value]);
        self.parameters.iter().for_each(|&(at, index)| registers[at as usize] = [parameters[index as usize]]);
        execute(&self.preparation, first as u32, &mut registers);
        self.kept.iter().map(|&at| registers[at as usize][0]).collect()
    }

    /// Whether the results are the same for every state.
    pub(crate) fn is_still(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Writes the results for one state.
    #[inline]
    pub(crate) fn run(&self, frozen: &[f64], inputs: &[f64], out: &mut [f64]) {
        self.single(frozen, |index| [inputs[index]], |at, [value]| out[at] = value);
    }

    /// Hands the results for each state to `keep`, with the number of the state and the place. The inputs of a state are those from `states`, then
    /// those from `weights`, as many of each as told.
    pub(crate) fn run_all(
        &self,
        frozen: &[f64],
        states: (&[f64], usize),
        weights: (&[f64], usize),
        mut keep: impl FnMut(usize, usize, f64),
    ) {
        let (d, w) = (states.1, weights.1);
        let count = states.0.len() / d.max(1);
        let input = |state: usize, index: usize| if index < d { states.0[state * d + index] } else { weights.0[state * w + index - d] };
        let whole = if self.registers <= LARGEST_BANK { count / LANES * LANES } else { 0 };
        for first in (0..whole).step_by(LANES) {
            let lanes = |index| std::array::from_fn(|l| input(first + l, index));
            self.eight(frozen, lanes, |at, values| values.iter().enumerate().for_each(|(l, &value)| keep(first + l, at, value)));
        }
        for state in whole..count {
            self.single(frozen, |index| [input(state, index)], |at, [value]| keep(state, at, value));
        }
    }

    /// One state: on the stack, or for a large program in memory that each thread keeps.
    #[inline]
    fn single(&self, frozen: &[f64], input: impl Fn(usize) -> Lane<1>, keep: impl FnMut(usize, Lane<1>)) {
        match self.registers {
            0..=16 => self.run_on(&mut [[0.0]; 16], frozen, input, keep),
            17..=64 => self.run_on(&mut [[0.0]; 64], frozen, input, keep),
            65..=LARGEST_BANK => self.run_on(&mut [[0.0]; LARGEST_BANK], frozen, input, keep),
            _ => {
                let mut registers = LARGE.take();
                registers.resize(registers.len().max(self.registers), [0.0]);
                self.run_on(&mut registers, frozen, input, keep);
                LARGE.set(registers);
            }
        }
    }

    /// Eight states, on the stack.
    #[inline]
    fn eight(&self, frozen: &[f64], input: impl Fn(usize) -> Lane<LANES>, keep: impl FnMut(usize, Lane<LANES>)) {
        match self.registers {
            0..=16 => self.run_on(&mut [[0.0; LANES]; 16], frozen, input, keep),
            17..=64 => self.run_on(&mut [[0.0; LANES]; 64], frozen, input, keep),
            _ => self.run_on(&mut [[0.0; LANES]; LARGEST_BANK], frozen, input, keep),
        }
    }

    #[inline(always)]
    fn run_on<const L: usize>(
        &self,
        registers: &mut impl Registers<L>,
        frozen: &[f64],
        input: impl Fn(usize) -> Lane<L>,
        mut keep: impl FnMut(usize, Lane<L>),
    ) {
        frozen.iter().enumerate().for_each(|(at, &value)| registers.set(at as u32, [value; L]));
        self.inputs.iter().for_each(|&(at, index)| registers.set(at, input(index as usize)));
        execute(&self.body, (self.kept.len() + self.inputs.len()) as u32, registers);
        self.results.iter().for_each(|&(from, to)| keep(to as usize, registers.get(from)));
    }
}

thread_local! {
    static LARGE: RefCell<Vec<Lane<1>>> = const { RefCell::new(Vec::new()) };
}

/// Runs instructions; the results go to one register after another from `first` on.
#[inline(always)]
fn execute<const L: usize>(instructions: &[Instruction], first: u32, registers: &mut impl Registers<L>) {
    for (to, instruction) in (first..).zip(instructions) {
        let &Instruction { code, a, b, c } = instruction;
        let a = registers.get(a);
        let two = |f: fn(f64, f64) -> f64| {
            let b = registers.get(b);
            std::array::from_fn(|l| f(a[l], b[l]))
        };
        let three = |f: fn(f64, f64) -> f64| {
            let (b, c) = (registers.get(b), registers.get(c));
            std::array::from_fn(|l| f(a[l] * b[l], c[l]))
        };
        let value: Lane<L> = match code {
            Code::Add => two(|a, b| a + b),
            Code::Subtract => two(|a, b| a - b),
            Code::Multiply => two(|a, b| a * b),
            Code::Divide => two(|a, b| a / b),
            Code::Negate => a.map(|a| -a),
            Code::MultiplyAdd => three(|product, c| product + c),
            Code::MultiplySubtract => three(|product, c| product - c),
            Code::SubtractProduct => three(|product, c| c - product),
            Code::Power(n) => a.map(|a| a.powi(n)),
            Code::RealPower => two(f64::powf),
            Code::Call(function) => a.map(|a| function.value(a)),
        };
        registers.set(to, value);
    }
}

/// A program in the making.
struct Assembly<'a> {
    operations: &'a [Operation],
    uses: Vec<Use>,
    /// The register of each node, of the preparation or of the body.
    place: Vec<Option<u32>>,
    program: Program,
}

impl<'a> Assembly<'a> {
    fn new(operations: &'a [Operation], uses: Vec<Use>) -> Self {
        Self { operations, uses, place: vec![None; operations.len()], program: Program::default() }
    }

    fn assemble(mut self, results: &[(Id, usize)]) -> Program {
        let needed: Vec<usize> = (0..self.operations.len()).filter(|&k| self.uses[k].count > 0).collect();
        let (moving, still): (Vec<usize>, Vec<usize>) = needed.iter().partition(|&&k| self.uses[k].moves);
        self.prepare(&still);
        // What the body and the results need of the preparation gets new numbers.
        let mut kept: Vec<usize> = moving
            .iter()
            .flat_map(|&k| self.operations[k].operands())
            .flatten()
            .chain(results.iter().map(|(id, _)| *id))
            .map(|id| id as usize)
            .collect();
        kept.retain(|&k| !self.uses[k].moves);
        kept.sort_unstable();
        kept.dedup();
        self.program.kept = kept.iter().filter_map(|&k| self.place[k]).collect();
        kept.iter().enumerate().for_each(|(at, &k)| self.place[k] = Some(at as u32));
        let mut next = kept.len() as u32;
        for &k in &moving {
            if let Operation::Input(index) = self.operations[k] {
                self.place[k] = Some(next);
                self.program.inputs.push((next, index));
                next += 1;
            }
        }
        let fused = self.fused(&moving);
        for &k in moving.iter().filter(|&&k| !fused[k]) {
            if !matches!(self.operations[k], Operation::Input(_)) {
                let mut body = std::mem::take(&mut self.program.body);
                self.place[k] = Some(self.emit(k, &fused, next, &mut body));
                next = self.place[k].map_or(next, |at| at + 1);
                self.program.body = body;
            }
        }
        self.program.results = results.iter().filter_map(|&(id, to)| Some((self.place[id as usize]?, to as u32))).collect();
        self.program.registers = next as usize;
        self.program
    }

    /// Everything that needs no state.
    fn prepare(&mut self, still: &[usize]) {
        let mut next = 0;
        for &k in still {
            match self.operations[k] {
                Operation::Constant(bits) => self.program.constants.push((next, f64::from_bits(bits))),
                Operation::Parameter(index) => self.program.parameters.push((next, index)),
                _ => continue,
            }
            self.place[k] = Some(next);
            next += 1;
        }
        let mut preparation = Vec::new();
        for &k in still.iter().filter(|&&k| self.operations[k].operands()[0].is_some()) {
            let at = self.emit(k, &[], next, &mut preparation);
            self.place[k] = Some(at);
            next = at + 1;
        }
        self.program.preparation = preparation;
    }

    /// The products that are needed once, by a sum or a difference, and become part of it.
    fn fused(&self, moving: &[usize]) -> Vec<bool> {
        let mut fused = vec![false; self.operations.len()];
        for &k in moving {
            if let Operation::Add(a, b) | Operation::Subtract(a, b) = self.operations[k] {
                let lone = |id: Id| {
                    self.uses[id as usize].count == 1
                        && self.uses[id as usize].moves
                        && matches!(self.operations[id as usize], Operation::Multiply(..))
                };
                if let Some(id) = [b, a].into_iter().find(|&id| lone(id) && a != b) {
                    fused[id as usize] = true;
                }
            }
        }
        fused
    }

    fn at(&self, id: Id) -> u32 {
        self.place[id as usize].unwrap_or(0)
    }

    /// Adds the instructions for a node, the first of which writes to `next`, and says where the result is.
    fn emit(&self, k: usize, fused: &[bool], next: u32, code: &mut Vec<Instruction>) -> u32 {
        let is_fused = |id: Id| fused.get(id as usize).copied().unwrap_or(false);
        let product = |id: Id, code: Code, c: Id| match self.operations[id as usize] {
            Operation::Multiply(x, y) => Instruction { code, a: self.at(x), b: self.at(y), c: self.at(c) },
            _ => Instruction { code: Code::Add, a: 0, b: 0, c: 0 },
        };
        let two = |code: Code, a: Id, b: Id| Instruction { code, a: self.at(a), b: self.at(b), c: 0 };
        let instruction = match self.operations[k] {
            Operation::Add(a, b) if is_fused(b) => product(b, Code::MultiplyAdd, a),
            Operation::Add(a, b) if is_fused(a) => product(a, Code::MultiplyAdd, b),
            Operation::Subtract(a, b) if is_fused(b) => product(b, Code::SubtractProduct, a),
            Operation::Subtract(a, b) if is_fused(a) => product(a, Code::MultiplySubtract, b),
            Operation::Add(a, b) => two(Code::Add, a, b),
            Operation::Subtract(a, b) => two(Code::Subtract, a, b),
            Operation::Multiply(a, b) => two(Code::Multiply, a, b),
            Operation::Divide(a, b) => two(Code::Divide, a, b),
            Operation::RealPower(a, b) => two(Code::RealPower, a, b),
            Operation::Negate(a) => two(Code::Negate, a, a),
            Operation::Call(function, a) => two(Code::Call(function), a, a),
            Operation::Power(a, n) if n.unsigned_abs() > LARGEST_PRODUCT => two(Code::Power(n), a, a),
            Operation::Power(a, n) => return self.multiplied_out(a, n, next, code),
            Operation::Constant(_) | Operation::Parameter(_) | Operation::Input(_) => return self.place[k].unwrap_or(0),
        };
        code.push(instruction);
        next
    }

    /// a^n by squares: x³ is x·x·x as one writes it.
    fn multiplied_out(&self, a: Id, n: i32, mut next: u32, code: &mut Vec<Instruction>) -> u32 {
        let base = self.at(a);
        let mut push = |code_of: Code, a: u32, b: u32| {
            code.push(Instruction { code: code_of, a, b, c: 0 });
            next += 1;
            next - 1
        };
        let count = n.unsigned_abs();
        let mut power = base;
        for bit in (0..count.ilog2()).rev() {
            power = push(Code::Multiply, power, power);
            if count >> bit & 1 == 1 {
                power = push(Code::Multiply, power, base);
            }
        }
        if n < 0 {
            // powi(−1) is 1/x.
            return push(Code::Power(-1), power, power);
        }
        power
    }
}
