//! A polynomial model as an exact polynomial field.

use super::dictionary::{Dictionary, PowerFamily};
use super::features::Features;
use super::model::Learned;
use crate::dynamics::{Field, Monomial, PolynomialField, RationalPolynomial};
use crate::exact::rational;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Bits kept of a coefficient: what is stored of a model has 53.
const BITS: u32 = 192;

/// The model in u = (x − centre)/half, exactly: `u̇_i = f̂_i/half_i`.
/// `None` beyond sixteen variables.
pub fn scaled_field(learned: &Learned, dictionary: &Dictionary) -> Option<PolynomialField> {
    let d = learned.dimension();
    let count = dictionary.count();
    let ladder = ladder(dictionary);
    let power = |j: usize, p: &[BigRational]| {
        let term = |(n, c): (usize, &BigRational)| Some((Monomial::power(j, n)?, c.clone()));
        p.iter().enumerate().map(term).collect::<Option<Vec<_>>>().map(RationalPolynomial::new)
    };
    // One factor for each variable and rung, or nothing beyond sixteen variables.
    let factors: Option<Vec<Vec<RationalPolynomial>>> = (0..d).map(|j| ladder.iter().map(|p| power(j, p)).collect()).collect();
    let factors = factors?;
    let product =
        |e: &Vec<usize>| e.iter().enumerate().fold(RationalPolynomial::constant(One::one()), |p, (j, &n)| p.times(&factors[j][n]));
    let products: Vec<RationalPolynomial> = dictionary.exponents().iter().map(product).collect();
    let component = |i: usize| {
        let half = rational::from_f64(dictionary.half_widths()[i]).filter(|h| !h.is_zero()).unwrap_or_else(BigRational::one);
        let terms = products.iter().zip(&learned.parameters[i * count..(i + 1) * count]).flat_map(|(p, &c)| {
            let c = rational::from_f64(c).unwrap_or_else(BigRational::zero) / &half;
            p.scaled(&c).terms().to_vec()
        });
        RationalPolynomial::new(terms.collect()).map(|c| rational::round_to_bits(c, BITS))
    };
    let variables = (1..=d).map(|j| format!("u{j}")).collect();
    PolynomialField::new(variables, (0..d).map(component).collect())
}

/// The components of a model whose dictionary are powers of the raw state, as text with coefficients in so many significant
/// digits: `-1.5*x*y + 0.67*x`. `None` for other models, and beyond sixteen variables.
pub fn equations(learned: &Learned, variables: &[String], digits: usize) -> Option<Vec<String>> {
    let Features::Polynomial(dictionary) = learned.model.features() else { return None };
    if dictionary.family() != PowerFamily::Power {
        return None;
    }
    let field = scaled_field(learned, dictionary)?;
    Some(PolynomialField::new(variables.to_vec(), field.components().to_vec())?.to_decimals(digits))
}

/// The one-variable polynomials of the dictionary as powers: u^k, or T_k by `T_{k+1} = 2u T_k − T_{k−1}`.
fn ladder(dictionary: &Dictionary) -> Vec<Vec<BigRational>> {
    let monomial = |k: usize| (0..=k).map(|n| if n == k { BigRational::one() } else { BigRational::zero() }).collect::<Vec<_>>();
    let mut all: Vec<Vec<BigRational>> = Vec::new();
    for k in 0..=dictionary.degree() {
        let next = match (dictionary.family(), k) {
            (PowerFamily::Power, _) | (_, 0 | 1) => monomial(k),
            (PowerFamily::Chebyshev, _) => {
                let mut next = vec![BigRational::zero()];
                next.extend(all[k - 1].iter().map(|c| c * BigInt::from(2)));
                next.iter_mut().zip(&all[k - 2]).for_each(|(a, b)| *a -= b);
                next
            }
        };
        all.push(next);
    }
    all
}
