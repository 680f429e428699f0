//! Linear multistep families, from the polynomial that each integrates or differentiates.

use super::FamilyError;
use super::recipe::whole;
use crate::exact::{Number, Polynomial};
use crate::method::{Identity, Method, Multistep};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// `∫_a^b ℓ_j` for the Lagrange polynomials of the nodes.
pub(super) fn interpolation_integral(nodes: &[BigRational], a: &BigRational, b: &BigRational) -> Vec<BigRational> {
    lagrange(nodes).iter().map(|l| integral(l).eval(b) - integral(l).eval(a)).collect()
}

/// `ℓ_j(x) = Π_{m≠j} (x − x_m)/(x_j − x_m)`.
fn lagrange(nodes: &[BigRational]) -> Vec<Polynomial<BigRational>> {
    let others = |j: usize| nodes.iter().enumerate().filter(move |&(m, _)| m != j).map(|(_, x)| x);
    (0..nodes.len())
        .map(|j| {
            let product = others(j).fold(Polynomial::constant(BigRational::one()), |p, x| p * Polynomial::linear(x.clone()));
            let scale = others(j).fold(BigRational::one(), |p, x| p * (&nodes[j] - x));
            product.map(|c| c / &scale)
        })
        .collect()
}

/// The antiderivative that vanishes at zero.
fn integral(p: &Polynomial<BigRational>) -> Polynomial<BigRational> {
    let shifted = p.coefficients().iter().enumerate().map(|(k, c)| c / whole(k + 1));
    Polynomial::new(std::iter::once(BigRational::zero()).chain(shifted).collect())
}

/// `y_{n+k} − y_{n+k−back} = h ∫` of the interpolant of f at the steps `0..=newest`.
fn integrated(k: usize, back: usize, newest: usize, identity: Identity) -> Result<Method, FamilyError> {
    let nodes: Vec<_> = (0..=newest).map(whole).collect();
    let mut beta = interpolation_integral(&nodes, &whole(k - back), &whole(k));
    beta.resize(k + 1, BigRational::zero());
    let mut alpha = vec![BigRational::zero(); k + 1];
    alpha[k] = BigRational::one();
    alpha[k - back] = -BigRational::one();
    // A weight that vanishes at the oldest step makes a method of fewer steps (Milne–Simpson, k = 3).
    let spare = alpha.iter().zip(&beta).take_while(|(a, b)| a.is_zero() && b.is_zero()).count();
    multistep(alpha.split_off(spare), beta.split_off(spare), identity)
}

fn multistep(alpha: Vec<BigRational>, beta: Vec<BigRational>, identity: Identity) -> Result<Method, FamilyError> {
    let numbers = |list: Vec<BigRational>| list.into_iter().map(Number::from).collect();
    Ok(Method::Multistep(Multistep::new(identity, numbers(alpha), numbers(beta))?))
}

/// Order k, explicit.
pub(super) fn adams_bashforth(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    integrated(k, 1, k - 1, identity)
}

/// Order k + 1, implicit.
pub(super) fn adams_moulton(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    integrated(k, 1, k, identity)
}

/// Order k, explicit; k = 2 is leap frog.
pub(super) fn nystrom(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    integrated(k, 2, k - 1, identity)
}

/// Order k + 1 (4 for k = 2), implicit; k = 2 is Simpson's rule, and so is k = 3.
pub(super) fn milne_simpson(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    integrated(k, 2, k, identity)
}

/// Order k: the interpolant of y at the steps 0..=k has slope `f_{n+k}` at the newest.
pub(super) fn bdf(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    let nodes: Vec<_> = (0..=k).map(whole).collect();
    let alpha = lagrange(&nodes).iter().map(|l| l.derivative().eval(&nodes[k])).collect();
    let mut beta = vec![BigRational::zero(); k + 1];
    beta[k] = BigRational::one();
    multistep(alpha, beta, identity)
}
