//! Modified and inverse modified fields of any field that can be evaluated, at one point at a time, with an estimate of the error.
//!
//! Networks, kernels and dictionaries are such fields. No higher derivatives are needed: both fields follow from steps alone.

use super::conditions::order_up_to;
use crate::dynamics::norm::largest;
use crate::dynamics::{Field, Stepper};
use crate::method::{Coefficients, RungeKutta, algebra};
use nalgebra::{DMatrix, SVD};
use std::f64::consts::PI;
use std::ops::ControlFlow;

/// A value with an estimate of its error in the maximum norm.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimated {
    /// The vector.
    pub value: Vec<f64>,
    /// The size of the last correction: the first that is left out is smaller where the expansion converges.
    pub error: f64,
}

/// Iterates on either side beyond which the differences are not taken.
const MOST_ITERATES: usize = 16;
/// A correction below this part of the value is rounding.
const ROUNDING: f64 = 1e-15;
/// Orders of a method are looked for up to this one.
const HIGHEST_ORDER: usize = 8;
/// Powers of h beyond those asked for that are fitted along, so that they do not colour the others.
const MORE_POWERS: usize = 6;
/// Steps that the powers are fitted at, in units of h.
const SCALES: [f64; 4] = [0.5, 0.25, 0.125, 0.0625];

/// The modified field at y through h^power, `f̃ = f + h^p f_p + … + h^power f_power` with p the order of the method: the field whose flow over the time h is the step.
///
/// The coefficients are those of a polynomial in h through the [logarithms of the step map](step_logarithm) at smaller steps, of both signs, where those are exact
/// to rounding. It is taken where two ranges of smaller steps agree best, and the error is by how much they differ there. `None` when a step fails.
///
/// ```
/// use lambdahat::{dynamics::System, method::{Method, catalog}, order::modified_at};
/// let Ok(Method::RungeKutta(euler)) = catalog::find("forward-euler") else { panic!() };
/// let decay = System::linear(&[vec![-1.0]])?;
/// let found = modified_at(&euler, &decay, &[1.0], 0.5, 2).unwrap();
/// // log(1 + hλ)/h = λ − hλ²/2 + h²λ³/3 − …
/// assert!((found.value[0] + 1.0 + 0.5 / 2.0 + 0.25 / 3.0).abs() < 1e-9);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
pub fn modified_at(method: &RungeKutta, field: &dyn Field, y: &[f64], h: f64, power: usize) -> Option<Estimated> {
    let mut f = vec![0.0; y.len()];
    field.value(y, &mut f);
    let order = order_up_to(method, HIGHEST_ORDER, |_| ControlFlow::Continue(())).order.max(1);
    if power < order {
        return f.iter().all(|x| x.is_finite()).then_some(Estimated { value: f, error: 0.0 });
    }
    let powers: Vec<usize> = (order..=power + MORE_POWERS).collect();
    let nodes = 2 * powers.len();
    let fitted = |scale: f64| {
        let mut design = DMatrix::zeros(nodes, powers.len());
        let mut differences = DMatrix::zeros(nodes, y.len());
        for k in 0..nodes {
            // Chebyshev's points, none of them zero.
            let x = ((k as f64 + 0.5) * PI / nodes as f64).cos();
            let found = step_logarithm(method, field, y, x * scale * h)?;
            powers.iter().enumerate().for_each(|(c, &n)| design[(k, c)] = x.powi(n as i32));
            found.value.iter().zip(&f).enumerate().for_each(|(c, (a, b))| differences[(k, c)] = a - b);
        }
        let coefficients = SVD::try_new(design, true, true, f64::EPSILON, 1000)?.solve(&differences, 1e-14).ok()?;
        let term = |c: usize| powers.iter().take_while(|n| **n <= power).enumerate().map(move |(k, &n)| (k, c, n));
        let value = |c: usize| f[c] + term(c).map(|(k, c, n)| coefficients[(k, c)] * scale.powi(-(n as i32))).sum::<f64>();
        Some((0..y.len()).map(value).collect::<Vec<f64>>())
    };
    let values: Vec<Vec<f64>> = SCALES.iter().filter_map(|&scale| fitted(scale)).collect();
    let pairs = values.windows(2).map(|pair| Estimated { value: pair[1].clone(), error: apart(&pair[0], &pair[1]) });
    pairs.filter(|found| found.value.iter().all(|x| x.is_finite())).min_by(|a, b| a.error.total_cmp(&b.error))
}

/// max |a_j − b_j|.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()))
}

/// `log(Ψ)(y)/h` of the step map Ψ, all powers of h together.
///
/// With the iterates `y_j = Ψ^j(y)`, j = −n … n, `h f̃(y) = Σ_{k=1}^{n} w_k (y_k − y_{−k})`, `w_k = (−1)^{k+1} n!²/(k (n−k)! (n+k)!)`: the slope in the middle of the
/// polynomial through them. The step back is a step of the adjoint method with −h. n grows for as long as the corrections shrink. As the solution has poles at
/// complex times, some distance τ from the real ones, the differences reach `e^{−πτ/h}` and no further: this is for small steps.
/// `None` when a step fails.
pub fn step_logarithm(method: &RungeKutta, field: &dyn Field, y: &[f64], h: f64) -> Option<Estimated> {
    let (forth, back) = (method.coefficients(), algebra::adjoint(method).coefficients());
    let (mut forwards, mut backwards) = (Stepper::new(&forth, y.len()), Stepper::new(&back, y.len()));
    let (mut ahead, mut behind) = (y.to_vec(), y.to_vec());
    // y_k − y_{−k}
    let mut differences: Vec<Vec<f64>> = Vec::new();
    let mut best: Option<Estimated> = None;
    let mut before: Option<Vec<f64>> = None;
    for n in 1..=MOST_ITERATES {
        let stepped = forwards.step(field, &mut ahead, h).and_then(|()| backwards.step(field, &mut behind, -h));
        if stepped.is_none() {
            break;
        }
        differences.push(ahead.iter().zip(&behind).map(|(a, b)| a - b).collect());
        let mut value = vec![0.0; y.len()];
        // n!²/((n−k)!(n+k)!), from k = 0 on.
        let mut ratio = 1.0;
        for (k, difference) in (1..=n).zip(&differences) {
            ratio *= (n + 1 - k) as f64 / (n + k) as f64;
            let weight = ratio / (k as f64 * h) * if k % 2 == 1 { 1.0 } else { -1.0 };
            value.iter_mut().zip(difference).for_each(|(v, d)| *v += weight * d);
        }
        if let Some(before) = before.replace(value.clone()) {
            // Towards their limit the corrections shrink like a power of n, so that n of them are left.
            let error = n as f64 * apart(&value, &before);
            if best.as_ref().is_some_and(|best| error > 16.0 * best.error) {
                break;
            }
            let settled = error <= ROUNDING * largest(&value);
            if best.as_ref().is_none_or(|best| error < best.error) {
                best = Some(Estimated { value, error });
            }
            if settled {
                break;
            }
        }
    }
    best.filter(|found| found.value.iter().all(|x| x.is_finite()))
}

/// The exact flow φ_h, `None` where it does not reach.
pub type FlowMap<'a> = dyn Fn(&[f64]) -> Option<Vec<f64>> + Sync + 'a;

/// The inverse modified field at y: the f̂ with S_h\[f̂\] = φ_h\[f\], given the exact flow φ_h and the method.
///
/// `f̂_{n+1}(y) = f̂_n(y) + (φ_h(y) − S_h[f̂_n](y))/h` from `f̂_0 = f`. For a method of order p the error of f̂_n is O(h^(p+n)): a step depends on its field as `h f̂ + O(h²)`, so every round
/// gains one power of h beyond the method's own. f̂_n takes (s + 1)^n evaluations of f and as many flows, since each stage asks for f̂_{n−1} where it stands; 3 or 4 rounds
/// are plenty. `None` when a step or the flow fails.
pub fn inverse_modified_at(
    method: &RungeKutta,
    field: &(dyn Field + Sync),
    flow: &FlowMap<'_>,
    y: &[f64],
    h: f64,
    rounds: usize,
) -> Option<Estimated> {
    let tableau = method.coefficients();
    let learned = InverseModifiedField { tableau: &tableau, field, flow, h, rounds };
    let found = learned.at(y)?;
    found.value.iter().all(|x| x.is_finite()).then_some(found)
}

/// f̂_n of [`inverse_modified_at`] as a field, to be followed in time. Where a step or the flow fails its value is not a number.
#[derive(Clone, Copy)]
pub struct InverseModifiedField<'a> {
    /// The method's coefficients.
    pub tableau: &'a Coefficients,
    /// f.
    pub field: &'a (dyn Field + Sync),
    /// φ_h.
    pub flow: &'a FlowMap<'a>,
    /// The step.
    pub h: f64,
    /// n.
    pub rounds: usize,
}

impl InverseModifiedField<'_> {
    /// The value at y; its error is the last correction. `None` where a step or the flow fails.
    pub fn at(&self, y: &[f64]) -> Option<Estimated> {
        let mut value = vec![0.0; y.len()];
        if self.rounds == 0 {
            self.field.value(y, &mut value);
            return Some(Estimated { value, error: f64::INFINITY });
        }
        let before = InverseModifiedField { rounds: self.rounds - 1, ..*self };
        before.value(y, &mut value);
        let mut reached = y.to_vec();
        Stepper::new(self.tableau, y.len()).step(&before, &mut reached, self.h)?;
        let target = (self.flow)(y)?;
        let mut error: f64 = 0.0;
        for ((value, target), reached) in value.iter_mut().zip(target).zip(reached) {
            let correction = (target - reached) / self.h;
            *value += correction;
            error = error.max(correction.abs());
        }
        Some(Estimated { value, error })
    }
}

impl Field for InverseModifiedField<'_> {
    fn dimension(&self) -> usize {
        self.field.dimension()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        match self.at(x) {
            Some(found) => out.copy_from_slice(&found.value),
            None => out.fill(f64::NAN),
        }
    }

    /// That of f, which differs by O(h^p): near enough for Newton's method.
    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        self.field.jacobian(x, out);
    }
}
