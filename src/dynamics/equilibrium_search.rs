//! Every equilibrium of a polynomial field in a box, with a proof that none is left out.
//!
//! Boxes are put aside where an interval Newton step in Krawczyk's form (1969) proves that they hold no zero of f, or one only:
//! `K(B) = m − Y f(m) + (1 − Y ∂f(B))(B − m)`, m the middle of B and Y near the inverse of ∂f(m), holds every zero in B; if it lies inside B there is exactly one
//! (Moore, Kearfott & Cloud 2009, 8.2). The rest are halved.

use super::enclosure::Interval;
use super::{CompiledField, Equilibrium, Field, equilibria};
use nalgebra::DMatrix;

/// Boxes looked at, at most.
const MOST_BOXES: usize = 20_000;
/// A box is widened by this part before it is tested, so that zeros on its border are found too.
const WIDENED: f64 = 0.1;
/// Boxes of less than this part of the whole are not halved again: a multiple zero, or a line of zeros.
const SMALLEST: f64 = 1e-6;

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEquilibria {
    /// Each once.
    pub equilibria: Vec<Equilibrium>,
    /// Whether it is proved that the box holds no others.
    pub complete: bool,
}

/// The equilibria of a polynomial field with `low_i ≤ x_i ≤ high_i`.
///
/// ```
/// use lambdahat::dynamics::{PolynomialField, equilibria_within};
/// let duffing = PolynomialField::parse("x = 'y'\ny = 'x - x^3 - 1/5 y'", "duffing").unwrap();
/// let found = equilibria_within(&duffing.compiled(), &[-3.0, -3.0], &[3.0, 3.0]);
/// assert_eq!((found.equilibria.len(), found.complete), (3, true));
/// ```
pub fn equilibria_within(field: &CompiledField, low: &[f64], high: &[f64]) -> FoundEquilibria {
    let whole: Vec<Interval> = low.iter().zip(high).map(|(&low, &high)| Interval { low, high }).collect();
    let d = whole.len();
    let mut found = FoundEquilibria { equilibria: Vec::new(), complete: true };
    if d != field.dimension() || whole.iter().any(|side| !side.width().is_finite()) {
        return FoundEquilibria { complete: false, ..found };
    }
    let mut open = vec![whole.clone()];
    let mut looked_at = 0;
    while let Some(cell) = open.pop() {
        looked_at += 1;
        if looked_at > MOST_BOXES {
            found.complete = false;
            break;
        }
        if !field.range(&cell).iter().all(|f| f.holds(0.0)) {
            continue;
        }
        let wide = widened(&cell, &whole);
        let Some(image) = krawczyk(field, &wide) else {
            found.complete &= halved(&cell, &whole, &mut open);
            continue;
        };
        let Some(rest) = cell.iter().zip(&image).map(|(side, k)| side.common(*k)).collect::<Option<Vec<Interval>>>() else { continue };
        if image.iter().zip(&wide).all(|(k, side)| k.is_inside(*side)) {
            let middle: Vec<f64> = image.iter().map(|k| k.middle()).collect();
            match equilibria(field, &[middle]).pop().filter(|zero| zero.state.iter().zip(&wide).all(|(x, side)| side.holds(*x))) {
                Some(zero) => add(&mut found.equilibria, zero, &whole),
                None => found.complete = false,
            }
            continue;
        }
        let shrunk = |k: usize| rest[k].width() < 0.7 * cell[k].width();
        if (0..d).any(shrunk) {
            open.push(rest);
        } else {
            found.complete &= halved(&rest, &whole, &mut open);
        }
    }
    found
}

/// The box with a margin, in proportion to its longest side on all sides: where one variable is known far better than another, no proof would fit into its own width.
fn widened(cell: &[Interval], whole: &[Interval]) -> Vec<Interval> {
    let size = |side: &Interval| side.width().max(f64::MIN_POSITIVE);
    let longest = cell.iter().zip(whole).map(|(side, all)| side.width() / size(all)).fold(0.0, f64::max);
    cell.iter()
        .zip(whole)
        .map(|(side, all)| Interval { low: side.low - WIDENED * longest * size(all), high: side.high + WIDENED * longest * size(all) })
        .collect()
}

/// One more, unless it is known, or lies outside by more than rounding.
fn add(known: &mut Vec<Equilibrium>, zero: Equilibrium, whole: &[Interval]) {
    let apart = |other: &Equilibrium| {
        zero.state
            .iter()
            .zip(&other.state)
            .zip(whole)
            .map(|((a, b), side)| (a - b).abs() / side.width().max(f64::MIN_POSITIVE))
            .fold(0.0, f64::max)
    };
    let holds = zero.state.iter().zip(whole).all(|(x, side)| side.widened(1e-12).holds(*x));
    if holds && known.iter().all(|other| apart(other) > 1e-9) {
        known.push(zero);
    }
}

/// Two halves along the side that is longest relative to the whole; false where the box is too small for that.
fn halved(cell: &[Interval], whole: &[Interval], open: &mut Vec<Vec<Interval>>) -> bool {
    let part = |k: usize| cell[k].width() / whole[k].width().max(f64::MIN_POSITIVE);
    let Some(longest) = (0..cell.len()).max_by(|&a, &b| part(a).total_cmp(&part(b))) else { return true };
    if part(longest) < SMALLEST {
        return false;
    }
    // Not in the middle, where symmetric fields have their zeros.
    let split = cell[longest].low + 0.484 * cell[longest].width();
    for side in [Interval { high: split, ..cell[longest] }, Interval { low: split, ..cell[longest] }] {
        let mut half = cell.to_vec();
        half[longest] = side;
        open.push(half);
    }
    true
}

/// K(B); `None` where the Jacobian in the middle has no inverse.
fn krawczyk(field: &CompiledField, cell: &[Interval]) -> Option<Vec<Interval>> {
    let d = cell.len();
    let middle: Vec<f64> = cell.iter().map(|side| side.middle()).collect();
    let mut jacobian = vec![0.0; d * d];
    field.jacobian(&middle, &mut jacobian);
    let inverse = DMatrix::from_row_slice(d, d, &jacobian).try_inverse().filter(|y| y.iter().all(|v| v.is_finite()))?;
    let points: Vec<Interval> = middle.iter().map(|&x| Interval::point(x)).collect();
    let (value, slopes) = (field.range(&points), field.slopes(cell));
    let zero = Interval::point(0.0);
    Some(
        (0..d)
            .map(|i| {
                let y = |j: usize| Interval::point(inverse[(i, j)]);
                let newton = (0..d).fold(points[i], |sum, j| sum - y(j) * value[j]);
                (0..d).fold(newton, |sum, k| {
                    let product = (0..d).fold(zero, |sum, j| sum + y(j) * slopes[j * d + k]);
                    sum + (Interval::point(if i == k { 1.0 } else { 0.0 }) - product) * (cell[k] - points[k])
                })
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::{PolynomialField, System};

    fn of(name: &str, half: f64) -> (System, FoundEquilibria) {
        let system = System::parse(name).unwrap();
        let field = PolynomialField::of_system(&system).unwrap().compiled();
        let (low, high) = (vec![-half; field.dimension()], vec![half; field.dimension()]);
        (system, equilibria_within(&field, &low, &high))
    }

    /// What is known in closed form of the named systems is all there is, with any parameters.
    #[test]
    fn closed_forms_are_complete() {
        for name in [
            "damped-oscillator",
            "lotka-volterra",
            "lotka-volterra:alpha=2/3,beta=4/3",
            "lotka-volterra:alpha=-1",
            "duffing",
            "duffing:alpha=1",
            "duffing:alpha=-2,beta=3,delta=0",
            "lorenz",
            "lorenz:rho=1/2",
            "lorenz:sigma=3,rho=99,beta=1",
            "van-der-pol",
            "van-der-pol:mu=5",
            "fitzhugh-nagumo",
            "fitzhugh-nagumo:b=2,current=0,a=0",
            "fitzhugh-nagumo:b=2,current=0.3,a=0.1",
            "fitzhugh-nagumo:b=1,current=0,a=0.5",
            "fitzhugh-nagumo:b=0",
            "fitzhugh-nagumo:b=-1",
        ] {
            let (system, found) = of(name, 120.0);
            let known = system.equilibria();
            assert!(found.complete, "{name}: {found:?}");
            assert_eq!(known.len(), found.equilibria.len(), "{name}: {known:?} {found:?}");
            for state in known {
                let near = |zero: &Equilibrium| zero.state.iter().zip(&state).all(|(a, b)| (a - b).abs() < 1e-9 * (1.0 + b.abs()));
                assert!(found.equilibria.iter().any(near), "{name}: {state:?}");
            }
        }
    }

    /// A double zero, and a line of zeros, are not called a complete answer.
    #[test]
    fn what_is_not_proved_is_said() {
        // The linear part vanishes: a zero of multiplicity nine.
        assert!(!of("cubic-oscillator", 1.0).1.complete);
        assert!(!of("linear:1,0;0,0", 1.0).1.complete);
        let none = PolynomialField::parse("x = 'x^2 + 1'\ny = 'y'", "none").unwrap();
        let found = equilibria_within(&none.compiled(), &[-9.0, -9.0], &[9.0, 9.0]);
        assert_eq!((found.equilibria.len(), found.complete), (0, true));
    }

    /// Nine equilibria of ẋ = x(x² − 1), ẏ = y(y² − 4) of a grid, some of them on the box's border.
    #[test]
    fn all_of_nine_are_found() {
        let grid = PolynomialField::parse("x = 'x^3 - x'\ny = 'y^3 - 4 y'", "grid").unwrap();
        let found = equilibria_within(&grid.compiled(), &[-1.0, -2.0], &[3.0, 2.0]);
        assert_eq!((found.equilibria.len(), found.complete), (9, true));
        let found = equilibria_within(&grid.compiled(), &[-0.5, -1.0], &[3.0, 3.0]);
        assert_eq!((found.equilibria.len(), found.complete), (4, true));
    }
}
