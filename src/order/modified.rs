//! The modified equation of a method and its inverse, exactly.
//!
//! - **Modified**: the field f̃ whose exact flow the method follows, `φ_h[f̃] = S_h[f]` (backward error analysis).
//! - **Inverse modified**: the field f̂ that the method turns into the exact flow, `S_h[f̂] = φ_h[f]`: what a perfect fit through
//!   the method learns.

use super::OrderError;
use super::prime_field::common_multiple;
use super::series::{FieldSeries, LARGEST_SERIES, MapSeries, SeriesTable, convolution_powers};
use super::trees::Tree;
use crate::exact::{Integer, Number, Ring};
use crate::method::RungeKutta;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::sync::Arc;

/// The largest power of h in a modified equation.
pub const LARGEST_POWER: usize = LARGEST_SERIES - 1;

/// The modified equation of a method through h^power: `φ_h[f̃] = S_h[f]`.
///
/// Source: Hairer, Lubich & Wanner, *Geometric Numerical Integration*, IX.9; here as the logarithm in the Butcher group.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, order::modified_equation};
/// let Ok(Method::RungeKutta(euler)) = catalog::find("forward-euler") else { panic!() };
/// let series = modified_equation(&euler, 2).unwrap();
/// // f̃ = f − h/2 f'f + h² (1/12 f''(f,f) + 1/3 f'f'f) + …, and f''(f,f) has σ = 2
/// assert_eq!(series.at("[τ]").unwrap().to_string(), "-1/2");
/// assert_eq!(series.at("[ττ]").unwrap().to_string(), "1/6");
/// assert_eq!(series.at("[[τ]]").unwrap().to_string(), "1/3");
/// ```
///
/// # Errors
/// [`OrderError::TooLarge`] beyond [`LARGEST_POWER`], [`OrderError::Inconsistent`] when Σ b ≠ 1.
pub fn modified_equation(method: &RungeKutta, power: usize) -> Result<FieldSeries<Number>, OrderError> {
    let table = prepared(method, power)?;
    let Some(scaled) = Scaled::of(method) else {
        return Ok(MapSeries::runge_kutta(table, method).generator());
    };
    // D^|t| Φ(t) is an integer, and so is D^|t| (a − 1)^j (t).
    let trees = table.trees();
    let weights = super::elementary_weights(&scaled.a, &scaled.b, trees);
    let powers = convolution_powers(&table, &weights);
    let coefficients = trees
        .iter()
        .zip(powers)
        .map(|(t, list)| {
            let common = (1..=list.len()).fold(BigInt::one(), |l, j| num_integer::lcm(l, BigInt::from(j)));
            let numerator = list.iter().enumerate().fold(BigInt::zero(), |sum, (k, power)| {
                let term = power.to_bigint() * (&common / (k + 1));
                if k % 2 == 0 { sum + term } else { sum - term }
            });
            let denominator = common * num_traits::pow(scaled.denominator.clone(), trees.order(t));
            Number::from(BigRational::new(numerator, denominator))
        })
        .collect();
    Ok(FieldSeries { table, coefficients })
}

/// The inverse modified equation of a method through h^power: `S_h[f̂] = φ_h[f]`.
///
/// The stages of a step with the field f̂ are themselves series, `K_i = f̂(y + h Σ a_ij K_j)`, so `k_i(t) = Σ count · b̂(rest) Π y_i(forest)`
/// over the cuts of t with `y_i = Σ_j a_ij k_j`, and `Σ_i b_i k_i(t) = 1/γ(t)` gives b̂(t) from smaller trees. Sources: Zhu, Jin, Zhu & Tang, *On numerical integration
/// in neural ordinary differential equations*, ICML 2022; Chartier, Hairer & Vilmart, *Numerical integrators based on modified differential equations*, Math. Comp. 76 (2007).
///
/// ```
/// use lambdahat::{method::{Method, catalog}, order::inverse_modified_equation};
/// let Ok(Method::RungeKutta(midpoint)) = catalog::find("midpoint") else { panic!() };
/// let series = inverse_modified_equation(&midpoint, 2).unwrap();
/// // f̂ = f + h² (1/24 f''(f,f) + 1/6 f'f'f) + …
/// assert_eq!(series.at("[τ]").unwrap().to_string(), "0");
/// assert_eq!(series.at("[ττ]").unwrap().to_string(), "1/12");
/// assert_eq!(series.at("[[τ]]").unwrap().to_string(), "1/6");
/// ```
///
/// # Errors
/// As [`modified_equation`].
pub fn inverse_modified_equation(method: &RungeKutta, power: usize) -> Result<FieldSeries<Number>, OrderError> {
    let table = prepared(method, power)?;
    let trees = table.trees();
    let coefficients = match Scaled::of(method) {
        // n! D^(2n−2) b̂(t) is an integer for n = |t|: γ divides n!, and every further stage weight brings one D.
        Some(scaled) => {
            let factorials: Vec<BigInt> = (1..=power as u64 + 1)
                .scan(BigInt::one(), |f, n| {
                    *f *= n;
                    Some(f.clone())
                })
                .collect();
            let scale = |n: usize| &factorials[n - 1] * num_traits::pow(scaled.denominator.clone(), 2 * n - 2);
            let target = |t: Tree| Integer::from(scale(trees.order(t)) / trees.density(t));
            let integers = inverse(&table, (&scaled.a, &scaled.b, Integer::from(scaled.denominator.clone())), binomial, target);
            trees.iter().zip(integers).map(|(t, n)| Number::from(BigRational::new(n.to_bigint(), scale(trees.order(t))))).collect()
        }
        None => {
            let target = |t: Tree| Number::ratio(1, trees.density(t) as i64);
            inverse(&table, (method.a(), method.b(), Number::one()), |_, _| 1, target)
        }
    };
    Ok(FieldSeries { table, coefficients })
}

fn prepared(method: &RungeKutta, power: usize) -> Result<Arc<SeriesTable>, OrderError> {
    if power > LARGEST_POWER {
        return Err(OrderError::too_large("modified equations through the power of h", power, LARGEST_POWER, 1));
    }
    let sum = method.b().iter().fold(Number::zero(), |sum, b| sum + b);
    if sum != Number::one() {
        return Err(OrderError::Inconsistent { method: method.name().into(), why: format!("its weights sum to {sum}, not 1") });
    }
    SeriesTable::up_to(power + 1)
}

/// A rational tableau times the common denominator D of all its entries.
struct Scaled {
    a: Vec<Vec<Integer>>,
    b: Vec<Integer>,
    denominator: BigInt,
}

impl Scaled {
    fn of(method: &RungeKutta) -> Option<Self> {
        let rational = |list: &[Number]| list.iter().map(|x| x.as_rational().cloned()).collect::<Option<Vec<BigRational>>>();
        let a: Vec<Vec<BigRational>> = method.a().iter().map(|row| rational(row)).collect::<Option<_>>()?;
        let b = rational(method.b())?;
        let denominator = common_multiple(a.iter().flatten().chain(&b).map(BigRational::denom));
        let integers =
            |list: &[BigRational]| -> Vec<Integer> { list.iter().map(|q| Integer::from(q.numer() * (&denominator / q.denom()))).collect() };
        Some(Self { a: a.iter().map(|row| integers(row)).collect(), b: integers(&b), denominator })
    }
}

fn binomial(n: usize, k: usize) -> i64 {
    (1..=k as i64).fold(1, |product, j| product * (n as i64 - k as i64 + j) / j)
}

/// b̂ on every tree from the targets, 1/γ where nothing is scaled (`d` = 1, `choose` = 1).
///
/// Scaled by n! D^(2n−2), with A and b scaled by `d` = D: a product over a forest of m vertices carries m! D^(2m−1), the binomials are what the factorials leave
/// over, and every stage weight beyond the first brings its own D.
fn inverse<T: Ring + From<i64>>(
    table: &SeriesTable,
    (a, b, d): (&[Vec<T>], &[T], T),
    choose: impl Fn(usize, usize) -> i64,
    target: impl Fn(Tree) -> T,
) -> Vec<T> {
    let (trees, cuts, s) = (table.trees(), table.cuts(), b.len());
    let mut inverse: Vec<T> = Vec::with_capacity(trees.count());
    // At each tree, stage after stage: y_i(t), and Π y_i over the forest below the root of t.
    let mut stage: Vec<T> = Vec::with_capacity(trees.count() * s);
    let mut forest: Vec<T> = Vec::with_capacity(trees.count() * s);
    // A stage that is y itself has no forests.
    let busy: Vec<usize> = (0..s).filter(|&i| a[i].iter().any(|x| !x.is_zero())).collect();
    for t in trees.iter() {
        let n = trees.order(t);
        let below = forest.len();
        forest.resize(below + s, T::zero());
        match trees.split(t) {
            None => forest[below..].fill(T::one()),
            Some((Tree::LEAF, v)) => forest[below..].clone_from_slice(&stage[v.index() * s..][..s]),
            Some((u, v)) => {
                let factor = d.clone() * T::from(choose(n - 1, trees.order(v)));
                for &i in &busy {
                    forest[below + i] = forest[u.index() * s + i].clone() * &stage[v.index() * s + i] * &factor;
                }
            }
        }
        // k_i(t) without the term of b̂(t)
        let mut slopes = vec![T::zero(); s];
        for cut in cuts.cuts_of(t).iter().filter(|cut| cut.forest != Tree::LEAF) {
            let known = &inverse[cut.rest.index()];
            if known.is_zero() {
                continue;
            }
            let weight = known.clone() * T::from(cut.count as i64 * choose(n, trees.order(cut.rest)));
            for &i in &busy {
                slopes[i] = std::mem::replace(&mut slopes[i], T::zero()) + weight.clone() * &forest[cut.forest.index() * s + i];
            }
        }
        let correction = b.iter().zip(&slopes).fold(T::zero(), |sum, (b, slope)| sum + b.clone() * slope);
        let new = target(t) - correction;
        let full: Vec<T> = slopes.into_iter().map(|slope| slope * &d + &new).collect();
        stage.extend(a.iter().map(|row| row.iter().zip(&full).fold(T::zero(), |sum, (a, k)| sum + a.clone() * k)));
        inverse.push(new);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    fn method(name: &str) -> RungeKutta {
        match catalog::find(name) {
            Ok(Method::RungeKutta(method)) => method,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn integers_and_numbers_give_the_same() {
        for name in ["midpoint", "rk4", "radau-iia-2", "dormand-prince5"] {
            let method = method(name);
            let fast = inverse_modified_equation(&method, 5).unwrap();
            let table = SeriesTable::up_to(6).unwrap();
            let target = |t: Tree| Number::ratio(1, table.trees().density(t) as i64);
            let slow = inverse(&table, (method.a(), method.b(), Number::one()), |_, _| 1, target);
            assert_eq!(fast.coefficients(), slow, "{name}");
            let fast = modified_equation(&method, 5).unwrap();
            assert_eq!(fast.coefficients(), MapSeries::runge_kutta(table, &method).generator().coefficients(), "{name}");
        }
    }

    #[test]
    fn inverse_in_the_group_of_substitutions() {
        // The modified equation of f̂ is f, whichever is substituted into which.
        for name in ["forward-euler", "heun2", "rk4", "implicit-midpoint", "gauss2", "sdirk2"] {
            let method = method(name);
            let modified = modified_equation(&method, 6).unwrap();
            let inverse = inverse_modified_equation(&method, 6).unwrap();
            let unit: Vec<Number> = (0..modified.trees().count()).map(|k| Number::from((k == 0) as i64)).collect();
            assert_eq!(modified.of_field(&inverse).coefficients(), unit, "{name}");
            assert_eq!(inverse.of_field(&modified).coefficients(), unit, "{name}");
        }
    }

    #[test]
    fn the_flow_of_the_modified_equation_is_the_method() {
        for name in ["rk4", "gauss2", "lobatto-iiic-3"] {
            let method = method(name);
            let modified = modified_equation(&method, 7).unwrap();
            let weights = MapSeries::runge_kutta(SeriesTable::up_to(8).unwrap(), &method);
            assert_eq!(modified.flow().coefficients(), weights.coefficients(), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_had() {
        let euler = method("forward-euler");
        let message = modified_equation(&euler, 40).unwrap_err().to_string();
        assert!(message.contains("trees") && message.contains("11"), "{message}");
        let wrong = RungeKutta::new(Default::default(), vec![vec![Number::zero()]], vec![Number::from(2)], None, None).unwrap();
        assert!(matches!(inverse_modified_equation(&wrong, 2), Err(OrderError::Inconsistent { .. })));
    }
}
