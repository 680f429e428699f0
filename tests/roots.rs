//! Certified complex roots against what is known of them.

use lambdahat::exact::{Polynomial, RootDisc, RootsError, exact_roots, ratio, roots, uncertain_roots};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::One;
use proptest::prelude::*;

type Exact = Complex<BigRational>;

fn integer(n: i64) -> Exact {
    Complex::new(ratio(n, 1), ratio(0, 1))
}

fn disjoint(discs: &[RootDisc]) -> bool {
    discs.iter().enumerate().all(|(i, a)| discs[..i].iter().all(|b| !a.touches(b)))
}

fn count(discs: &[RootDisc]) -> usize {
    discs.iter().map(|d| d.count).sum()
}

/// Each known root lies in a disc of its own.
fn holds_each_once(discs: &[RootDisc], known: &[Complex<f64>], slack: f64) {
    assert_eq!(count(discs), known.len());
    assert!(disjoint(discs));
    for z in known {
        let near = discs.iter().filter(|d| (d.centre - z).norm() <= d.radius + slack * z.norm()).count();
        assert_eq!(near, 1, "{z}");
    }
}

#[test]
fn wilkinson_20_to_the_last_digit() {
    let p = (1..=20).fold(Polynomial::new(vec![Exact::one()]), |p, k| p * Polynomial::linear(integer(k)));
    let mut discs = exact_roots(&p).unwrap();
    discs.sort_by(|a, b| a.centre.re.total_cmp(&b.centre.re));
    assert_eq!(discs.len(), 20);
    for (k, disc) in discs.iter().enumerate() {
        assert_eq!(disc.centre, Complex::new(k as f64 + 1.0, 0.0));
        assert!(disc.radius <= 1e-16 * (k as f64 + 1.0) && disc.count == 1 && disc.resolved);
    }
}

/// Random complex polynomials up to degree 100: as many roots as the degree, in disjoint discs, each of which really holds a zero: the
/// coefficients rebuilt from the roots are those given.
#[test]
fn random_polynomials_of_degree_100() {
    let mut state = 7u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    for (degree, real) in [(100, false), (100, true), (99, false), (80, true)] {
        let c: Vec<Complex<f64>> = (0..=degree).map(|_| Complex::new(uniform(), if real { 0.0 } else { uniform() })).collect();
        let discs = roots(&c).unwrap();
        assert_eq!((count(&discs), discs.len()), (degree, degree));
        assert!(disjoint(&discs) && discs.iter().all(|d| d.radius <= 4e-16 * d.centre.norm()));
        // Newton's step from each centre, relative to the spacing: the zero is where the disc says.
        for d in &discs {
            let (p, dp) =
                c.iter().rev().fold((Complex::new(0.0, 0.0), Complex::new(0.0, 0.0)), |(p, dp), a| (p * d.centre + a, dp * d.centre + p));
            assert!((p / dp).norm() < 1e-11 * d.centre.norm(), "{}", d.centre);
        }
        // Vieta: the sum and the product of all roots.
        let sum: Complex<f64> = discs.iter().map(|d| d.centre).sum();
        let product: Complex<f64> = discs.iter().map(|d| d.centre).product();
        let sign = if degree % 2 == 0 { 1.0 } else { -1.0 };
        assert!((sum + c[degree - 1] / c[degree]).norm() < 1e-12 * (degree as f64));
        assert!((product - sign * c[0] / c[degree]).norm() < 1e-11 * product.norm());
        if real {
            assert!(discs.iter().all(|d| d.centre.im == 0.0 || discs.iter().any(|e| e.centre == d.centre.conj())));
        }
    }
}

#[test]
fn wilkinson_20_in_f64_coefficients_is_another_polynomial() {
    // 20! and its neighbours are rounded: the exact roots of the rounded polynomial have moved by 1e-2 and more.
    let p = (1..=20).fold(Polynomial::new(vec![1.0]), |p, k| p * Polynomial::linear(f64::from(k)));
    let complex: Vec<_> = p.coefficients().iter().map(|&c| Complex::new(c, 0.0)).collect();
    let discs = roots(&complex).unwrap();
    assert!(count(&discs) == 20 && disjoint(&discs) && discs.iter().all(|d| d.radius < 1e-14));
    let uncertainty: Vec<f64> = p.coefficients().iter().map(|c| c.abs() * f64::EPSILON).collect();
    let discs = uncertain_roots(&complex, &uncertainty).unwrap();
    assert_eq!(count(&discs), 20);
    assert!(disjoint(&discs));
    for k in 1..=20 {
        assert!(discs.iter().any(|d| d.holds(Complex::new(f64::from(k), 0.0))), "{k} lost");
    }
}

#[test]
fn fifth_power_in_f64_and_exactly() {
    let c = [-1.0, 5.0, -10.0, 10.0, -5.0, 1.0];
    let discs = roots(&c.map(|c| Complex::new(c, 0.0))).unwrap();
    assert_eq!(discs, [RootDisc { centre: Complex::new(1.0, 0.0), radius: discs[0].radius, count: 5, resolved: true }]);
    assert!(discs[0].radius <= 1e-15);
    // With a relative uncertainty of 1e-10 the five roots spread by its fifth root.
    let discs = uncertain_roots(&c.map(|c| Complex::new(c, 0.0)), &[1e-10; 6]).unwrap();
    assert_eq!((discs.len(), discs[0].count, discs[0].resolved), (1, 5, false));
    assert!(discs[0].holds(Complex::new(1.0, 0.0)) && discs[0].radius > 1e-2 && discs[0].radius < 1.0);
}

#[test]
fn roots_of_unity_100() {
    let mut c = vec![Complex::new(0.0, 0.0); 101];
    (c[0], c[100]) = (Complex::new(-1.0, 0.0), Complex::new(1.0, 0.0));
    let discs = roots(&c).unwrap();
    let known: Vec<_> = (0..100).map(|k| Complex::from_polar(1.0, std::f64::consts::TAU * f64::from(k) / 100.0)).collect();
    holds_each_once(&discs, &known, 1e-15); // the cosines are of rounded angles
    assert!(discs.iter().all(|d| d.radius < 1e-15));
    assert!(discs.iter().any(|d| d.centre == Complex::new(1.0, 0.0)));
}

#[test]
fn truncated_exponentials_against_arb() {
    let table = include_str!("data/truncated_exponential_roots.csv");
    let rows: Vec<(usize, Complex<f64>)> = table
        .lines()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
        .map(|l| {
            let cells: Vec<f64> = l.split(',').map(|cell| cell.parse().unwrap()).collect();
            (cells[0] as usize, Complex::new(cells[1], cells[2]))
        })
        .collect();
    for degree in [4, 7, 12, 20, 30, 40] {
        let mut coefficient = ratio(1, 1);
        let mut c = vec![Complex::new(ratio(1, 4), ratio(-1, 2))];
        for k in 1..=degree {
            coefficient /= ratio(k as i64, 1);
            c.push(Complex::new(coefficient.clone(), ratio(0, 1)));
        }
        let discs = exact_roots(&Polynomial::new(c)).unwrap();
        let known: Vec<_> = rows.iter().filter(|r| r.0 == degree).map(|r| r.1).collect();
        holds_each_once(&discs, &known, 2.3e-16);
        assert!(discs.iter().all(|d| d.radius <= 2.3e-16 * d.centre.norm()), "degree {degree}");
    }
}

#[test]
fn multiplicities_of_every_kind() {
    // z³ (z − i)² (z − 1/3) (z² + 1)⁴: i is a root of order 6
    let i = Complex::new(ratio(0, 1), ratio(1, 1));
    let third = Complex::new(ratio(1, 3), ratio(0, 1));
    let mut p = Polynomial::new(vec![Exact::one()]);
    let circle = Polynomial::new(vec![integer(1), integer(0), integer(1)]);
    for (factor, power) in [(Polynomial::variable(), 3), (Polynomial::linear(i), 2), (Polynomial::linear(third), 1), (circle, 4)] {
        p = (0..power).fold(p, |p, _| p * &factor);
    }
    let discs = exact_roots(&p).unwrap();
    let counted = |z: Complex<f64>| discs.iter().find(|d| (d.centre - z).norm() <= d.radius).map(|d| (d.count, d.resolved));
    assert_eq!(discs.len(), 4);
    assert_eq!(counted(Complex::new(0.0, 0.0)), Some((3, true)));
    assert_eq!(counted(Complex::new(0.0, 1.0)), Some((6, true)));
    assert_eq!(counted(Complex::new(0.0, -1.0)), Some((4, true)));
    assert_eq!(discs.iter().filter(|d| d.count == 1 && (d.centre.re - 1.0 / 3.0).abs() < 1e-16).count(), 1);
}

#[test]
fn roots_closer_than_f64_can_say_are_a_cluster() {
    // z² − 2z + 1 − 10⁻⁴⁰: the roots 1 ± 10⁻²⁰ differ, their doubles do not.
    let tiny = ratio(1, 1) - num_traits::pow(ratio(1, 10), 40);
    let p = Polynomial::new(vec![Complex::new(tiny, ratio(0, 1)), integer(-2), integer(1)]);
    let discs = exact_roots(&p).unwrap();
    assert_eq!((discs.len(), discs[0].count, discs[0].resolved), (1, 2, false));
    assert!(discs[0].radius < 1e-15 && (discs[0].centre.re - 1.0).abs() <= 1e-15);
}

#[test]
fn magnitudes_far_apart() {
    // (z − 10⁻¹²⁰)(z − 1)(z − 10¹²⁰): no double holds all the products that occur.
    let power = |e: i32| num_traits::pow(ratio(10, 1), e as usize);
    let known = [power(120).recip(), power(0), power(120)];
    let p = known.iter().fold(Polynomial::new(vec![Exact::one()]), |p, r| p * Polynomial::linear(Complex::new(r.clone(), ratio(0, 1))));
    let discs = exact_roots(&p).unwrap();
    holds_each_once(&discs, &[1e-120, 1.0, 1e120].map(|r| Complex::new(r, 0.0)), 2.3e-16);
    assert!(discs.iter().all(|d| d.radius <= 1e-15 * d.centre.norm()));
}

#[test]
fn what_cannot_be_answered_says_so() {
    let c = |re: f64| Complex::new(re, 0.0);
    assert_eq!(roots(&[]), Err(RootsError::Zero));
    assert_eq!(roots(&[c(0.0), c(0.0)]), Err(RootsError::Zero));
    assert_eq!(roots(&[c(3.0)]), Ok(vec![]));
    assert!(matches!(roots(&[c(1.0), c(f64::NAN)]), Err(RootsError::NotFinite { index: 1, .. })));
    assert!(matches!(uncertain_roots(&[c(1.0), c(1.0)], &[0.0, -1.0]), Err(RootsError::NotFinite { index: 1, .. })));
    assert_eq!(uncertain_roots(&[c(1.0), c(2.0), c(1e-3)], &[0.0, 0.0, 1e-2]), Err(RootsError::Leading { degree: 2 }));
    assert_eq!(roots(&[c(1e300), c(1e-20)]), Err(RootsError::Range { degree: 1 }));
    assert_eq!(roots(&[c(0.0), c(0.0), c(5.0)]).unwrap()[0].count, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn products_of_known_factors(parts in prop::collection::vec((-40i64..40, -40i64..40, 1i64..9), 1..12)) {
        let known: Vec<Exact> = parts.iter().map(|(a, b, d)| Complex::new(ratio(*a, *d), ratio(*b, *d))).collect();
        let p = known.iter().fold(Polynomial::new(vec![Exact::one()]), |p, r| p * Polynomial::linear(r.clone()));
        let discs = exact_roots(&p).unwrap();
        prop_assert!(disjoint(&discs));
        prop_assert_eq!(count(&discs), known.len());
        for r in &known {
            let multiplicity = known.iter().filter(|s| *s == r).count();
            let z = Complex::new(lambdahat::exact::Number::from(r.re.clone()).to_f64(), lambdahat::exact::Number::from(r.im.clone()).to_f64());
            let disc = discs.iter().find(|d| (d.centre - z).norm() <= d.radius + 1e-16 * z.norm());
            prop_assert_eq!(disc.map(|d| (d.count, d.resolved)), Some((multiplicity, true)));
        }
    }

    #[test]
    fn every_polynomial_within_the_uncertainty_is_held(
        known in prop::collection::vec((-3.0..3.0f64, -3.0..3.0f64), 1..9),
        noise in prop::collection::vec((-1.0..1.0f64, -1.0..1.0f64), 10),
        size in 1e-14..1e-3f64,
    ) {
        let truth = known.iter().fold(Polynomial::new(vec![Complex::new(1.0, 0.0)]), |p, r| p * Polynomial::linear(Complex::new(r.0, r.1)));
        let given: Vec<Complex<f64>> =
            truth.coefficients().iter().zip(&noise).map(|(c, e)| c + Complex::new(e.0, e.1) * (size / 2.0)).collect();
        // The coefficients of the product are themselves rounded: a few thousand of 2⁻⁵³ covers nine factors.
        let uncertainty: Vec<f64> = truth.coefficients().iter().map(|_| size + 1e-10).collect();
        let discs = uncertain_roots(&given, &uncertainty).unwrap();
        prop_assert!(disjoint(&discs));
        prop_assert_eq!(count(&discs), known.len());
        for r in &known {
            prop_assert!(discs.iter().any(|d| d.holds(Complex::new(r.0, r.1))));
        }
    }

    #[test]
    fn f64_coefficients_are_exact(parts in prop::collection::vec((-1e3..1e3f64, -1e3..1e3f64), 2..16)) {
        let c: Vec<Complex<f64>> = parts.iter().map(|p| Complex::new(p.0, p.1)).collect();
        let discs = roots(&c).unwrap();
        prop_assert!(disjoint(&discs));
        prop_assert_eq!(count(&discs), c.len() - 1);
        prop_assert!(discs.iter().all(|d| d.radius <= 1e-15 * d.centre.norm()));
        // Vieta: the sum of the roots.
        let sum: Complex<f64> = discs.iter().map(|d| d.centre).sum();
        let scale: f64 = discs.iter().map(|d| d.centre.norm()).sum();
        prop_assert!((sum + c[c.len() - 2] / c[c.len() - 1]).norm() <= 1e-13 * scale.max(1.0));
    }
}
