//! A definition as programs: the field, its Jacobian, its slopes in the parameters, its invariants, all from the one text.

use super::definition::Definition;
use crate::dynamics::compile::{Graph, Id, Program, Scope, lower};
use crate::dynamics::formula::{Expression, Function};
use std::sync::OnceLock;

/// A field in some coordinates, with its Jacobian when that is asked for.
#[derive(Debug)]
pub(super) struct FieldPrograms {
    graph: Graph,
    components: Vec<Id>,
    inputs: Vec<Id>,
    pub(super) value: Program,
    jacobian: OnceLock<Program>,
}

impl FieldPrograms {
    fn new(graph: Graph, components: Vec<Id>, inputs: Vec<Id>) -> Self {
        let results: Vec<(Id, usize)> = components.iter().copied().zip(0..).collect();
        let value = Program::new(&graph, &results);
        Self { graph, components, inputs, value, jacobian: OnceLock::new() }
    }

    /// ∂f_i/∂x_j at place i·d + j, where it is not plainly zero.
    pub(super) fn jacobian(&self) -> &Program {
        self.jacobian.get_or_init(|| {
            let mut graph = self.graph.clone();
            let d = self.inputs.len();
            let mut results = Vec::new();
            for (i, &component) in self.components.iter().enumerate() {
                let row = graph.derivatives(component, &self.inputs);
                results.extend(row.into_iter().enumerate().filter(|(_, id)| !graph.is_zero(*id)).map(|(j, id)| (id, i * d + j)));
            }
            Program::new(&graph, &results)
        })
    }
}

/// A definition on so many grid points; 1 where there is no grid.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) points: usize,
    pub(super) field: FieldPrograms,
    parameters: Vec<Id>,
    slopes: OnceLock<Program>,
    logarithms: OnceLock<FieldPrograms>,
    invariants: OnceLock<Vec<InvariantPrograms>>,
}

/// An invariant V.
#[derive(Debug)]
pub(super) struct InvariantPrograms {
    pub(super) value: Program,
    /// Its rate of change Σ ∂_iV f_i, and Σ |∂_iV f_i|.
    pub(super) change: Program,
}

impl Compiled {
    pub(super) fn new(definition: &Definition, points: usize) -> Self {
        let mut graph = Graph::default();
        let inputs: Vec<Id> = (0..definition.variables.len() * points).map(|k| graph.input(k)).collect();
        let parameters = parameters(definition, &mut graph);
        let components = components(definition, &definition.field, &mut graph, points, &inputs, &parameters);
        let field = FieldPrograms::new(graph, components, inputs);
        Self { points, field, parameters, slopes: OnceLock::new(), logarithms: OnceLock::new(), invariants: OnceLock::new() }
    }

    pub(super) fn dimension(&self) -> usize {
        self.field.inputs.len()
    }

    /// Σ w_i ∂f_i/∂θ_k at place k, for each of these parameters; inputs are x, then w.
    pub(super) fn slopes(&self, varying: &[usize]) -> &Program {
        self.slopes.get_or_init(|| {
            let mut graph = self.field.graph.clone();
            let d = self.dimension();
            let mut sum = graph.constant(0.0);
            for (i, &component) in self.field.components.iter().enumerate() {
                let weight = graph.input(d + i);
                let product = graph.multiply(weight, component);
                sum = graph.add(sum, product);
            }
            let by: Vec<Id> = varying.iter().map(|&k| self.parameters[k]).collect();
            let slopes = graph.derivatives(sum, &by);
            Program::new(&graph, &slopes.into_iter().zip(0..).collect::<Vec<_>>())
        })
    }

    /// The field for u = ln x: u̇ = f(eᵘ)/eᵘ.
    pub(super) fn logarithms(&self, definition: &Definition) -> &FieldPrograms {
        self.logarithms.get_or_init(|| {
            let mut graph = Graph::default();
            let inputs: Vec<Id> = (0..self.dimension()).map(|k| graph.input(k)).collect();
            let state: Vec<Id> = inputs.iter().map(|&u| graph.call(Function::Exp, u)).collect();
            let parameters = parameters(definition, &mut graph);
            // Where a component has its variable as a factor, that is left out: nothing is multiplied and divided again.
            let reduced: Vec<Option<Expression>> = definition.field.iter().enumerate().map(|(k, f)| f.divided_by(k)).collect();
            let field: Vec<Expression> =
                reduced.iter().zip(&definition.field).map(|(r, f)| r.clone().unwrap_or_else(|| f.clone())).collect();
            let mut rates = components(definition, &field, &mut graph, self.points, &state, &parameters);
            for (k, rate) in rates.iter_mut().enumerate().filter(|(k, _)| reduced[k / self.points].is_none()) {
                *rate = graph.divide(*rate, state[k]);
            }
            FieldPrograms::new(graph, rates, inputs)
        })
    }

    /// Every invariant of the definition.
    pub(super) fn invariants(&self, definition: &Definition) -> &[InvariantPrograms] {
        self.invariants.get_or_init(|| {
            let program = |value: &Expression| {
                let mut graph = self.field.graph.clone();
                let scope = Scope { state: &self.field.inputs, parameters: &self.parameters, point: (1, 0) };
                let value = lower(value, &mut graph, scope);
                let slopes = graph.derivatives(value, &self.field.inputs);
                let (mut rate, mut size) = (graph.constant(0.0), graph.constant(0.0));
                for (&slope, &component) in slopes.iter().zip(&self.field.components) {
                    let product = graph.multiply(slope, component);
                    rate = graph.add(rate, product);
                    let product = graph.call(Function::Abs, product);
                    size = graph.add(size, product);
                }
                InvariantPrograms { value: Program::new(&graph, &[(value, 0)]), change: Program::new(&graph, &[(rate, 0), (size, 1)]) }
            };
            definition.invariants.iter().map(|invariant| program(&invariant.value)).collect()
        })
    }
}

fn parameters(definition: &Definition, graph: &mut Graph) -> Vec<Id> {
    (0..definition.parameters.len()).map(|k| graph.parameter(k)).collect()
}

/// Every component at every point.
fn components(definition: &Definition, field: &[Expression], graph: &mut Graph, points: usize, state: &[Id], parameters: &[Id]) -> Vec<Id> {
    debug_assert_eq!(field.len(), definition.variables.len());
    let mut all = Vec::with_capacity(field.len() * points);
    for component in field {
        for point in 0..points {
            all.push(lower(component, graph, Scope { state, parameters, point: (points, point) }));
        }
    }
    all
}
