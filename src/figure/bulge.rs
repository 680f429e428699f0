//! How far the explicit methods' regions reach into the right half plane, order 1 to 10.

use super::regions::{cross, plane, region_marks};
use super::{Axis, Figure, Ink, Mark, Panel};
use crate::exact::ordered::cauchy_bound;
use crate::exact::{Polynomial, SturmSequence, rational};
use crate::stability::region::{Region, RegionError, Window, contour};
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// `T_p(z) = Σ_{k≤p} z^k/k!`, the stability function of every explicit method of order p with p stages; from p = 5 on there is none, and it is that of linear problems only.
fn taylor(order: usize) -> Polynomial<BigRational> {
    let mut factorial = BigInt::one();
    let terms = (0..=order).map(|k| {
        factorial *= BigInt::from(k.max(1));
        BigRational::new(BigInt::one(), factorial.clone())
    });
    Polynomial::new(terms.collect())
}

/// `|T(x + iy)|² − 1` as a polynomial in u = y², at a rational x.
fn excess_on_line(taylor: &Polynomial<BigRational>, x: &BigRational) -> Polynomial<BigRational> {
    let shift = Polynomial::new(vec![x.clone(), BigRational::one()]);
    // T(x + w) with w = iy: even powers are real, odd ones imaginary.
    let shifted = taylor.compose(&shift);
    let half = |parity: usize| {
        let terms = shifted.coefficients().iter().skip(parity).step_by(2);
        Polynomial::new(terms.enumerate().map(|(k, c)| if k % 2 == 0 { c.clone() } else { -c.clone() }).collect())
    };
    let (real, imaginary) = (half(0), half(1));
    real.clone() * &real + Polynomial::variable() * &(imaginary.clone() * &imaginary) - Polynomial::one()
}

/// Whether the vertical line through x meets `|T| ≤ 1`, exactly: whether the excess, which grows without bound, is ever
/// at most 0 for u ≥ 0.
fn line_meets(taylor: &Polynomial<BigRational>, x: &BigRational) -> bool {
    let excess = excess_on_line(taylor, x);
    !excess.coefficient(0).is_positive() || SturmSequence::new(&excess).count(&BigRational::zero(), &cauchy_bound(&excess)) > 0
}

/// Whether every zero of a polynomial has a negative real part, exactly, by Routh's array (Routh 1877).
fn is_hurwitz(p: &Polynomial<BigRational>) -> bool {
    let descending: Vec<BigRational> = p.coefficients().iter().rev().cloned().collect();
    let half = |parity: usize| descending.iter().skip(parity).step_by(2).cloned().collect::<Vec<_>>();
    let (mut upper, mut lower) = (half(0), half(1));
    while let (Some(a), Some(b)) = (upper.first().cloned(), lower.first().cloned()) {
        if (&a * &b).is_positive() {
            let entry = |row: &[BigRational], k: usize| row.get(k).cloned().unwrap_or_else(BigRational::zero);
            let next = (1..upper.len()).map(|k| entry(&upper, k) - entry(&lower, k) * &a / &b).collect();
            upper = std::mem::replace(&mut lower, next);
        } else {
            return false;
        }
    }
    true
}

/// The largest Re z of `|T_p(z)| ≤ 1`, between two rationals 2⁻⁴⁰ apart, proved; `None` if the proof fails.
///
/// The lower line meets the region and the upper one does not (Sturm). Nothing lies beyond the upper line either: by the
/// maximum principle a component of the region beyond it would hold a zero of T there, and Routh's array says that there is none.
fn reach(order: usize) -> Result<Option<[BigRational; 2]>, RegionError> {
    let t = taylor(order);
    if order < 3 {
        // For x > 0 no coefficient of the excess is negative and the constant one is positive: the region only touches x = 0.
        return Ok(Some([BigRational::zero(), BigRational::zero()]));
    }
    let middle = rational::from_f64(rightmost(&t)?).unwrap_or_else(BigRational::zero);
    let half = rational::power_of_two(-41);
    let (low, high) = (&middle - &half, &middle + &half);
    let beyond = t.compose(&Polynomial::new(vec![high.clone(), BigRational::one()]));
    let proved = line_meets(&t, &low) && !line_meets(&t, &high) && is_hurwitz(&beyond);
    Ok(proved.then_some([low, high]))
}

/// The rightmost point of `|T| = 1` in f64: the best of an outline, then Newton's method on `log|T| = 0` and `Im T′/T = 0`, which says that the
/// border runs upright.
fn rightmost(t: &Polynomial<BigRational>) -> Result<f64, RegionError> {
    let floats = |p: &Polynomial<BigRational>| p.coefficients().iter().map(rational::to_f64).collect::<Vec<f64>>();
    let (c, d, e) = (floats(t), floats(&t.derivative()), floats(&t.derivative().derivative()));
    let size = c.len() as f64;
    let window = Window::new([0.0, size], [0.0, size + 2.0])?;
    let region = Region::one_step(&c, &[1.0])?;
    let shape = contour::outline(window, 300, 300, |z| z.im >= 0.0 && region.contains(z));
    let start = shape.iter().flatten().copied().max_by(|a, b| a.re.total_cmp(&b.re));
    let mut z = start.unwrap_or_default();
    for _ in 0..12 {
        let value = horner(&c, z);
        let g = horner(&d, z) / value;
        let slope = horner(&e, z) / value - g * g;
        // Re(g dz) = −log|T| and Im(slope dz) = −Im g, for dz = u + iv.
        let (right, below) = (-value.norm().ln(), -g.im);
        let determinant = g.re * slope.re + g.im * slope.im;
        z += Complex::new(right * slope.re + g.im * below, g.re * below - slope.im * right) / determinant;
    }
    Ok(z.re)
}

fn horner(p: &[f64], z: Complex<f64>) -> Complex<f64> {
    p.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * z + c)
}

/// The area of the part of the region with Re z > 0, from its outline on a grid of `columns` cells; the error falls as their square.
fn area_on_the_right(region: &Region, right: f64, top: f64, columns: usize) -> Result<f64, RegionError> {
    if right <= 0.0 {
        return Ok(0.0);
    }
    let window = Window::new([-0.05 * right, 1.05 * right], [0.0, top])?;
    let rows = (columns as f64 * window.height() / window.width()) as usize;
    let half = contour::outline(window, columns, rows, |z: Complex<f64>| z.re > 0.0 && z.im > 0.0 && region.contains(z));
    let area = |p: &Vec<Complex<f64>>| (0..p.len()).map(|k| 0.5 * (p[k].conj() * p[(k + 1) % p.len()]).im).sum::<f64>();
    Ok(2.0 * half.iter().map(area).sum::<f64>())
}

/// The figure: the borders of the regions of orders 3, 4, 5, 6, 8 and 10 near the imaginary axis, and the reach and area of all orders from 1 to 10.
///
/// Facts: `reach N`, the largest Re z of order N, to 1e-12 and proved; `area N`, the area right of the imaginary axis, to 1e-4.
pub fn bulge() -> Result<Figure, RegionError> {
    let window = Window::new([-1.0, 3.8], [0.0, 8.0])?;
    let mut facts = BTreeMap::new();
    let (mut reaches, mut areas) = (Vec::new(), Vec::new());
    let mut marks = cross(window);
    for order in 1..=10usize {
        let coefficients: Vec<f64> = taylor(order).coefficients().iter().map(rational::to_f64).collect();
        let region = Region::one_step(&coefficients, &[1.0])?;
        let right = reach(order)?.map_or(f64::NAN, |[low, high]| 0.5 * (rational::to_f64(&low) + rational::to_f64(&high)));
        let area = area_on_the_right(&region, right, order as f64 + 2.0, 500)?;
        facts.insert(format!("reach {order:02}"), right);
        facts.insert(format!("area {order:02}"), (area * 1e5).round() / 1e5);
        reaches.push([order as f64, right]);
        areas.push([order as f64, area]);
        if let Some(k) = [3, 4, 5, 6, 8, 10].iter().position(|&p| p == order) {
            let ink = Ink::SERIES[k];
            let own = region_marks(&region, window, ink, 0.0, "");
            marks.extend(own.into_iter().filter(|m| matches!(m, Mark::Line { .. })));
            marks.push(Mark::line(vec![[-9.0, -9.0], [-9.0, -9.5]], ink, 2.0, &format!("order {order}")));
        }
    }
    let over = |title: &str, label: &str, series: Vec<[f64; 2]>, ink: Ink| {
        let top = series.iter().map(|p| p[1]).fold(0.0, f64::max) * 1.12;
        let marks = vec![Mark::line(series.clone(), ink, 1.5, ""), Mark::dots(series, ink, 5.0, "")];
        Panel { title: title.into(), x: Axis::new("order p", [0.5, 10.5]), y: Axis::new(label, [0.0, top]), equal: false, marks }
    };
    Ok(Figure {
        name: "bulge".into(),
        title: "Higher order reaches further into growth, but not over a larger area".into(),
        caption: "Left: the borders |R(z)| = 1 of truncated exponentials of order p = 3, 4, 5, 6, 8, 10, upper half (up to p = 4 they are the explicit methods with p stages); \
                  right of the imaginary axis a growing mode is damped; the furthest part of orders 6, 8 and 10 is an island. Middle: the largest Re z, proved to 12 digits by Sturm sequences and Routh's array. Right: the area right of the axis."
            .into(),
        columns: 3,
        panels: vec![
            plane("borders of the regions", window, marks),
            over("reach", "max Re z", reaches, Ink::Red),
            over("area with Re z > 0", "area", areas, Ink::Blue),
        ],
        facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn the_reach_of_every_order_is_proved() {
        let known = [0.0, 0.0, 0.04, 0.24, 0.58, 1.02];
        for order in 1..=10 {
            let [low, high] = reach(order).unwrap().unwrap();
            assert!(&high - &low <= rational::power_of_two(-40));
            if let Some(k) = known.get(order - 1) {
                assert!((rational::to_f64(&low) - k).abs() < 0.0051, "order {order}: {}", rational::to_f64(&low));
            }
        }
    }

    #[test]
    fn areas_settle_as_the_grid_is_refined() {
        for order in [3, 4, 6, 9] {
            let coefficients: Vec<f64> = taylor(order).coefficients().iter().map(rational::to_f64).collect();
            let region = Region::one_step(&coefficients, &[1.0]).unwrap();
            let right = rational::to_f64(&reach(order).unwrap().unwrap()[1]);
            let [coarse, fine] = [500, 1500].map(|n| area_on_the_right(&region, right, order as f64 + 2.0, n).unwrap());
            assert!((coarse - fine).abs() < 1e-4, "order {order}: {coarse} {fine}");
        }
    }

    #[test]
    fn routh_knows_stable_from_unstable() {
        let polynomial = |c: &[i64]| Polynomial::new(c.iter().map(|&c| ratio(c, 1)).collect());
        assert!(is_hurwitz(&polynomial(&[6, 11, 6, 1])));
        assert!(!is_hurwitz(&polynomial(&[-6, 11, -6, 1])));
        assert!(!is_hurwitz(&polynomial(&[1, 1, 1, 1, 1])));
        assert!(is_hurwitz(&polynomial(&[3])));
    }
}
