//! B-series: maps and vector fields as coefficients over rooted trees, exact.

use super::OrderError;
use super::coproduct::Cuts;
use super::trees::{Tree, Trees};
use crate::exact::Ring;
use crate::exact::{DivisionRing, Number};
use crate::method::RungeKutta;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest number of vertices for which series are composed: 4766 trees of it alone, some five million cuts.
pub const LARGEST_SERIES: usize = 12;

/// The trees up to an order with their cuts, shared by all series over them.
#[derive(Clone, Debug)]
pub struct SeriesTable {
    trees: Trees,
    cuts: Cuts,
}

impl SeriesTable {
    /// For trees with at most so many vertices.
    ///
    /// # Errors
    /// [`OrderError::TooLarge`] for 0 or more than [`LARGEST_SERIES`].
    pub fn up_to(vertices: usize) -> Result<Arc<Self>, OrderError> {
        if vertices == 0 || vertices > LARGEST_SERIES {
            return Err(OrderError::too_large("B-series over trees of order", vertices, LARGEST_SERIES, 0));
        }
        let trees = Trees::up_to(vertices)?;
        let cuts = Cuts::of(&trees);
        Ok(Arc::new(Self { trees, cuts }))
    }

    /// The trees.
    pub fn trees(&self) -> &Trees {
        &self.trees
    }

    /// Their cuts.
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// For every forest of trees the product of their values, at the tree that joins the forest to a new root.
    pub(super) fn over_forests<T: Ring>(&self, values: &[T]) -> Vec<T> {
        let mut products: Vec<T> = Vec::with_capacity(values.len());
        for t in self.trees.iter() {
            let product = match self.trees.split(t) {
                None => T::one(),
                Some((u, v)) => products[u.index()].clone() * &values[v.index()],
            };
            products.push(product);
        }
        products
    }
}

/// A map near the identity, `y ↦ y + Σ_t h^|t|/σ(t) a(t) F(t)(y)`: one step of a method, or the flow of a field.
#[derive(Clone, Debug)]
pub struct MapSeries<T> {
    pub(super) table: Arc<SeriesTable>,
    /// a(t) at the place of t.
    pub(super) coefficients: Vec<T>,
}

/// A vector field, `h f̃(y) = Σ_t h^|t|/σ(t) b(t) F(t)(y)`.
#[derive(Clone, Debug)]
pub struct FieldSeries<T> {
    pub(super) table: Arc<SeriesTable>,
    /// b(t) at the place of t.
    pub(super) coefficients: Vec<T>,
}

macro_rules! accessors {
    ($series:ident) => {
        impl<T: Ring> $series<T> {
            /// A series with these coefficients, in the table's sequence. `None` when there are not as many as trees.
            pub fn new(table: Arc<SeriesTable>, coefficients: Vec<T>) -> Option<Self> {
                (coefficients.len() == table.trees.count()).then_some(Self { table, coefficients })
            }

            /// The trees that index it.
            pub fn trees(&self) -> &Trees {
                &self.table.trees
            }

            /// All coefficients, in the table's sequence.
            pub fn coefficients(&self) -> &[T] {
                &self.coefficients
            }

            /// The coefficient of a tree.
            pub fn coefficient(&self, t: Tree) -> &T {
                &self.coefficients[t.index()]
            }

            /// The coefficient of a tree in brackets; `None` where that is no tree of the table.
            pub fn at(&self, bracket: &str) -> Option<&T> {
                self.table.trees.find(bracket).map(|t| self.coefficient(t))
            }
        }
    };
}
accessors!(MapSeries);
accessors!(FieldSeries);

impl MapSeries<Number> {
    /// One step of a Runge–Kutta method: its elementary weights.
    pub fn runge_kutta(table: Arc<SeriesTable>, method: &RungeKutta) -> Self {
        let coefficients = super::elementary_weights(method.a(), method.b(), &table.trees);
        Self { table, coefficients }
    }
}

impl<T: DivisionRing + From<i64>> MapSeries<T> {
    /// The flow of f over time h: 1/γ(t).
    pub fn exact_flow(table: Arc<SeriesTable>) -> Self {
        // γ ≤ 12! fits.
        let coefficients = table.trees.iter().map(|t| T::one() / T::from(table.trees.density(t) as i64)).collect();
        Self { table, coefficients }
    }

    /// The field whose flow over time h is this map: the modified equation of the method.
    ///
    /// It is the logarithm for the product of composition, `b = Σ_j (−1)^(j−1)/j (a − 1)^j`, so its coefficients have
    /// at most lcm(1, …, |t|) as a denominator beside the map's own.
    pub fn generator(&self) -> FieldSeries<T> {
        let powers = convolution_powers(&self.table, &self.coefficients);
        let sum = |list: &Vec<T>| {
            list.iter().enumerate().fold(T::zero(), |sum, (k, power)| {
                let term = power.clone() / T::from(k as i64 + 1);
                if k % 2 == 0 { sum + term } else { sum - term }
            })
        };
        FieldSeries { table: self.table.clone(), coefficients: powers.iter().map(sum).collect() }
    }
}

/// `(a − 1)^j (t)` for j = 1 to |t|, for each tree: `(a − 1)^j(t) = Σ count · a(forest) (a − 1)^(j−1)(rest)` over the cuts with a forest.
pub(super) fn convolution_powers<T: Ring + From<i64>>(table: &SeriesTable, a: &[T]) -> Vec<Vec<T>> {
    let forests = table.over_forests(a);
    let mut powers: Vec<Vec<T>> = Vec::with_capacity(a.len());
    for t in table.trees.iter() {
        let mut list = vec![T::zero(); table.trees.order(t)];
        list[0] = a[t.index()].clone();
        for cut in table.cuts.cuts_of(t).iter().filter(|cut| cut.forest != Tree::LEAF) {
            let weight = &forests[cut.forest.index()];
            if weight.is_zero() {
                continue;
            }
            let weight = if cut.count == 1 { weight.clone() } else { weight.clone() * T::from(cut.count as i64) };
            for (slot, power) in list[1..].iter_mut().zip(&powers[cut.rest.index()]) {
                *slot = std::mem::replace(slot, T::zero()) + weight.clone() * power;
            }
        }
        powers.push(list);
    }
    powers
}

impl<T: Ring + From<i64>> MapSeries<T> {
    /// This map first, then the other.
    pub fn then(&self, other: &Self) -> Self {
        let forests = self.table.over_forests(&self.coefficients);
        let compose = |t: Tree| {
            self.table.cuts.cuts_of(t).iter().fold(self.coefficients[t.index()].clone(), |sum, cut| {
                sum + T::from(cut.count as i64) * &forests[cut.forest.index()] * &other.coefficients[cut.rest.index()]
            })
        };
        Self { table: self.table.clone(), coefficients: self.table.trees.iter().map(compose).collect() }
    }

    /// The same map of another field: f is replaced by the field of `b` (the substitution law `b ⋆ a`).
    ///
    /// Every way to partition a tree into subtrees contributes the product of b over them times a of the tree that remains when each
    /// is shrunk to a point. Source: Chartier, Hairer & Vilmart (2010), Theorem 3.2. The number of partitions grows like 2^|t|.
    pub fn of_field(&self, b: &FieldSeries<T>) -> Self {
        let coefficients = shrunk(&self.table, &b.coefficients)
            .iter()
            .map(|skeletons| skeletons.iter().fold(T::zero(), |sum, (s, weight)| sum + weight.clone() * &self.coefficients[s.index()]))
            .collect();
        Self { table: self.table.clone(), coefficients }
    }
}

impl<T: Ring + From<i64>> FieldSeries<T> {
    /// The same field series of another field: f is replaced by the field of `b`.
    pub fn of_field(&self, b: &FieldSeries<T>) -> Self {
        let map = MapSeries { table: self.table.clone(), coefficients: self.coefficients.clone() }.of_field(b);
        Self { table: map.table, coefficients: map.coefficients }
    }
}

/// For each tree the trees to which its partitions shrink, weighted by b over the parts.
fn shrunk<T: Ring + From<i64>>(table: &SeriesTable, b: &[T]) -> Vec<BTreeMap<Tree, T>> {
    let trees = &table.trees;
    let add = |map: &mut BTreeMap<Tree, T>, t: Tree, value: T| {
        let slot = map.entry(t).or_insert_with(T::zero);
        *slot = std::mem::replace(slot, T::zero()) + value;
    };
    let mut of_trees: Vec<BTreeMap<Tree, T>> = Vec::new();
    // The same for the forest below a root: the part that holds the root is τ there.
    let mut of_forests: Vec<BTreeMap<Tree, T>> = Vec::new();
    for t in trees.iter() {
        let mut forest = BTreeMap::new();
        match trees.split(t) {
            None => add(&mut forest, Tree::LEAF, T::one()),
            Some((u, v)) => {
                for (&x, weight) in &of_forests[u.index()] {
                    for (&y, other) in &of_trees[v.index()] {
                        if let Some(joined) = trees.graft(x, y) {
                            add(&mut forest, joined, weight.clone() * other);
                        }
                    }
                }
            }
        }
        of_forests.push(forest);
        let mut whole = BTreeMap::new();
        for cut in table.cuts.cuts_of(t) {
            let weight = T::from(cut.count as i64) * &b[cut.rest.index()];
            for (&s, other) in &of_forests[cut.forest.index()] {
                add(&mut whole, s, weight.clone() * other);
            }
        }
        of_trees.push(whole);
    }
    of_trees
}

impl<T: DivisionRing + From<i64>> FieldSeries<T> {
    /// The flow of the field over time h: the exponential for the product of composition, by repeated Lie derivatives.
    pub fn flow(&self) -> MapSeries<T> {
        let trees = &self.table.trees;
        // powers[t][j] = b^(j+1)/(j+1)! (t); b vanishes on every forest of more than one tree.
        let mut powers: Vec<Vec<T>> = Vec::with_capacity(self.coefficients.len());
        for t in trees.iter() {
            let mut list = vec![T::zero(); trees.order(t)];
            list[0] = self.coefficients[t.index()].clone();
            for cut in self.table.cuts.cuts_of(t) {
                if let Some((Tree::LEAF, branch)) = trees.split(cut.forest) {
                    let weight = T::from(cut.count as i64) * &self.coefficients[branch.index()];
                    for (slot, power) in list[1..].iter_mut().zip(&powers[cut.rest.index()]) {
                        *slot = std::mem::replace(slot, T::zero()) + weight.clone() * power;
                    }
                }
            }
            for (j, power) in list.iter_mut().enumerate() {
                *power = std::mem::replace(power, T::zero()) / T::from(j as i64 + 1);
            }
            powers.push(list);
        }
        let sum = |list: &Vec<T>| list.iter().fold(T::zero(), |sum, power| sum + power);
        MapSeries { table: self.table.clone(), coefficients: powers.iter().map(sum).collect() }
    }
}
