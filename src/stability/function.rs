//! The stability function `R = P/Q` of a Runge–Kutta method, exactly.

use super::multiplicity::common_factor;
use crate::exact::{Number, Polynomial};
use crate::method::RungeKutta;
use num_bigint::BigInt;
use num_complex::Complex64;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;

/// `R(z) = det(I − zA + z𝟙bᵀ) / det(I − zA)`, what one step does to ẏ = λy at z = hλ.
///
/// Reduced: numerator and denominator share no zero, and the denominator is 1 at z = 0 (so is the numerator, since R(0) = 1).
/// Gauss methods give rational coefficients although A has surds.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::StabilityFunction};
/// let Method::RungeKutta(gauss2) = catalog::find("gauss2")? else { unreachable!() };
/// let r = StabilityFunction::of(&gauss2);
/// assert_eq!(r.numerator().to_string(), "1 + 1/2 z + 1/12 z^2");
/// assert_eq!(r.denominator().to_string(), "1 - 1/2 z + 1/12 z^2");
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StabilityFunction {
    numerator: Polynomial<Number>,
    denominator: Polynomial<Number>,
    /// Whether P was cut short where its coefficients may be zero to within the rounding, and may as well not.
    #[serde(skip)]
    degree_is_open: bool,
}

impl StabilityFunction {
    /// The stability function of a method.
    pub fn of(method: &RungeKutta) -> Self {
        if method.is_explicit() {
            let series = rational_series(method).unwrap_or_else(|| series(method, method.stages()));
            // What no chain of stages reaches is zero, and known to be.
            let degree_is_open = series.iter().rev().take_while(|c| c.is_zero()).any(|c| !c.is_exact());
            return Self { numerator: Polynomial::new(series), denominator: Polynomial::one(), degree_is_open };
        }
        let s = method.stages();
        let denominator = characteristic(method.a());
        let series = Polynomial::new(rational_series(method).unwrap_or_else(|| series(method, s)));
        let numerator = (denominator.clone() * &series).truncated(s + 1);
        if is_lower_triangular(method.a()) && !numerator.coefficients().iter().chain(denominator.coefficients()).all(Number::is_exact) {
            let diagonal = (0..s).map(|i| method.a()[i][i].clone()).collect();
            return Self::reduced_to_rounding(numerator, diagonal);
        }
        Self::reduced(numerator, denominator)
    }

    /// The quotient of a rounded numerator and `Π (1 − γ_i z)`, without the factors of which the numerator is a multiple to within the rounding.
    fn reduced_to_rounding(mut numerator: Polynomial<Number>, diagonal: Vec<Number>) -> Self {
        let mut denominator = Polynomial::one();
        for gamma in diagonal.into_iter().filter(|gamma| !gamma.is_zero()) {
            // P(1/γ) = 0, in the form Σ p_k γ^(s−k) = 0, which stays small.
            let at_pole = numerator.coefficients().iter().fold(Number::zero(), |value, c| value * &gamma + c);
            if numerator.degree().is_some_and(|n| n > 0) && at_pole.is_zero() {
                // P/(1 − γz) as a series, which ends.
                let mut quotient: Vec<Number> = Vec::with_capacity(numerator.coefficients().len());
                for c in &numerator.coefficients()[..numerator.coefficients().len() - 1] {
                    let term = quotient.last().map_or_else(|| c.clone(), |last| c.clone() + last.clone() * &gamma);
                    quotient.push(term);
                }
                numerator = Polynomial::new(quotient);
            } else {
                denominator = denominator * Polynomial::new(vec![Number::one(), -gamma]);
            }
        }
        Self { numerator, denominator, degree_is_open: false }
    }

    /// The reduced quotient of two polynomials that are both 1 at z = 0.
    pub(crate) fn reduced(numerator: Polynomial<Number>, denominator: Polynomial<Number>) -> Self {
        // Euclid's algorithm on rounded coefficients would call any nearly common factor a common one.
        if !numerator.coefficients().iter().chain(denominator.coefficients()).all(Number::is_exact) {
            return Self { numerator, denominator, degree_is_open: false };
        }
        let common = common_factor(&numerator, &denominator);
        let lowest = common.coefficient(0);
        if common.degree().is_none_or(|n| n == 0) || lowest.is_zero() {
            return Self { numerator, denominator, degree_is_open: false };
        }
        let common = common.scaled(&(Number::one() / lowest));
        let divide = |p: &Polynomial<Number>| p.div_rem(&common).map_or_else(|| p.clone(), |(q, _)| q);
        Self { numerator: divide(&numerator), denominator: divide(&denominator), degree_is_open: false }
    }

    /// P.
    pub fn numerator(&self) -> &Polynomial<Number> {
        &self.numerator
    }

    /// Q, with Q(0) = 1.
    pub fn denominator(&self) -> &Polynomial<Number> {
        &self.denominator
    }

    /// deg P.
    pub fn numerator_degree(&self) -> usize {
        self.numerator.degree().unwrap_or(0)
    }

    /// deg Q.
    pub fn denominator_degree(&self) -> usize {
        self.denominator.degree().unwrap_or(0)
    }

    /// max(deg P, deg Q): how many λ̂ each of the m roots of e^{Hλ} has, those at infinity included.
    pub fn degree(&self) -> usize {
        self.numerator_degree().max(self.denominator_degree())
    }

    /// Whether the rounding of an explicit method's coefficients leaves open R's degree. Each zero that a further coefficient brings lies far out, and in the stability region.
    pub fn degree_is_open(&self) -> bool {
        self.degree_is_open
    }

    /// Whether every coefficient is known exactly.
    pub fn is_exact(&self) -> bool {
        self.numerator.coefficients().iter().chain(self.denominator.coefficients()).all(Number::is_exact)
    }

    /// P and Q with coefficients rounded to doubles, lowest degree first.
    pub fn to_f64(&self) -> (Vec<f64>, Vec<f64>) {
        let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect();
        (floats(&self.numerator), floats(&self.denominator))
    }

    /// R(z) in doubles; by the reversed polynomials for |z| > 1, so that neither overflows before the quotient does.
    pub fn eval(&self, z: Complex64) -> Complex64 {
        let (p, q) = self.to_f64();
        let horner = |c: &[f64], z: Complex64| c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c);
        if z.norm() <= 1.0 {
            return horner(&p, z) / horner(&q, z);
        }
        let inverse = z.inv();
        let backwards = |c: &[f64]| c.iter().fold(Complex64::zero(), |value, &c| value * inverse + c);
        let quotient = backwards(&p) / backwards(&q);
        quotient * z.powi(p.len() as i32 - q.len() as i32)
    }

    /// The Taylor coefficients of R at 0, `count` of them.
    pub fn taylor(&self, count: usize) -> Vec<Number> {
        let mut series: Vec<Number> = Vec::with_capacity(count);
        for k in 0..count {
            let term = (1..=k.min(self.denominator_degree()))
                .fold(self.numerator.coefficient(k), |sum, j| sum - self.denominator.coefficient(j) * &series[k - j]);
            series.push(term);
        }
        series
    }
}

/// `1, b·𝟙, b·A𝟙, …, b·A^(count−1)𝟙`: the Taylor coefficients of R.
pub(super) fn series(method: &RungeKutta, count: usize) -> Vec<Number> {
    let mut v = vec![Number::one(); method.stages()];
    let mut coefficients = vec![Number::one()];
    for _ in 0..count {
        coefficients.push(dot(method.b(), &v));
        v = method.a().iter().map(|row| dot(row, &v)).collect();
    }
    coefficients
}

fn dot(a: &[Number], b: &[Number]) -> Number {
    a.iter()
        .zip(b)
        // Half of an explicit tableau is zero, and so are the first k entries of A^k 𝟙.
        .filter(|(x, y)| [x, y].iter().all(|n| !matches!(n, Number::Rational(q) if q.is_zero())))
        .fold(Number::zero(), |sum, (x, y)| sum + x.clone() * y)
}

/// The same s + 1 terms over the integers, with one common denominator of A and one of b, which spares every gcd but the last; `None` where some
/// coefficient is not rational.
fn rational_series(method: &RungeKutta) -> Option<Vec<Number>> {
    let (a, denominator) = over_integers(method.a())?;
    let (b, b_denominator) = over_integers(&[method.b().to_vec()])?;
    let s = method.stages();
    let explicit = method.is_explicit();
    let mut v = vec![BigInt::one(); s];
    let mut scale = b_denominator;
    let mut coefficients = vec![Number::one()];
    for k in 0..s {
        coefficients.push(Number::from(BigRational::new(integer_dot(&b[0], &v), scale.clone())));
        // A^k 𝟙 of a strictly triangular A vanishes in its first k entries.
        v = a.iter().enumerate().map(|(i, row)| if explicit && i <= k { BigInt::zero() } else { integer_dot(row, &v) }).collect();
        scale *= &denominator;
    }
    Some(coefficients)
}

fn integer_dot(row: &[BigInt], v: &[BigInt]) -> BigInt {
    row.iter().zip(v).filter(|(x, y)| !x.is_zero() && !y.is_zero()).map(|(x, y)| x * y).sum()
}

/// The rows times their common denominator, and that denominator; `None` where some entry is not rational.
fn over_integers(rows: &[Vec<Number>]) -> Option<(Vec<Vec<BigInt>>, BigInt)> {
    let denominator = rows.iter().flatten().try_fold(BigInt::one(), |d, x| Some(d.lcm(x.as_rational()?.denom())))?;
    let scaled = |x: &Number| x.as_rational().map_or_else(BigInt::zero, |q| q.numer() * (&denominator / q.denom()));
    Some((rows.iter().map(|row| row.iter().map(scaled).collect()).collect(), denominator))
}

fn is_lower_triangular(a: &[Vec<Number>]) -> bool {
    a.iter().enumerate().all(|(i, row)| row[i + 1..].iter().all(Zero::is_zero))
}

/// `det(I − zA)`, by the Faddeev–LeVerrier recursion: `M₁ = A, c_k = −tr M_k / k, M_{k+1} = A(M_k + c_k I)`.
pub(crate) fn characteristic(a: &[Vec<Number>]) -> Polynomial<Number> {
    let s = a.len();
    // Triangular matrices, the diagonally implicit methods', have their zeros on the diagonal.
    if is_lower_triangular(a) {
        return (0..s).fold(Polynomial::one(), |p, i| p * Polynomial::new(vec![Number::one(), -a[i][i].clone()]));
    }
    if let Some((integers, denominator)) = over_integers(a) {
        return integer_characteristic(&integers, &denominator);
    }
    let mut coefficients = vec![Number::one()];
    let mut m: Vec<Vec<Number>> = a.to_vec();
    for k in 1..=s {
        let trace = (0..s).fold(Number::zero(), |sum, i| sum + &m[i][i]);
        let c = -trace / Number::from(k as i64);
        if k < s {
            for (i, row) in m.iter_mut().enumerate() {
                row[i] = row[i].clone() + &c;
            }
            let columns: Vec<Vec<Number>> = (0..s).map(|j| m.iter().map(|row| row[j].clone()).collect()).collect();
            m = a.iter().map(|row| columns.iter().map(|column| dot(row, column)).collect()).collect();
        }
        coefficients.push(c);
    }
    Polynomial::new(coefficients)
}

/// The same for `A = N/d` with N over the integers, where each division by k is exact and the matrices N of every product stay short.
fn integer_characteristic(n: &[Vec<BigInt>], denominator: &BigInt) -> Polynomial<Number> {
    let s = n.len();
    let mut coefficients = vec![Number::one()];
    let mut m: Vec<Vec<BigInt>> = n.to_vec();
    let mut scale = BigInt::one();
    for k in 1..=s {
        let trace: BigInt = (0..s).map(|i| &m[i][i]).sum();
        let c = -trace / BigInt::from(k);
        scale *= denominator;
        if k < s {
            for (i, row) in m.iter_mut().enumerate() {
                row[i] += &c;
            }
            let columns: Vec<Vec<BigInt>> = (0..s).map(|j| m.iter().map(|row| row[j].clone()).collect()).collect();
            m = n.iter().map(|row| columns.iter().map(|column| integer_dot(row, column)).collect()).collect();
        }
        coefficients.push(Number::from(BigRational::new(c, scale.clone())));
    }
    Polynomial::new(coefficients)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    fn function(name: &str) -> StabilityFunction {
        match catalog::find(name).unwrap() {
            Method::RungeKutta(method) => StabilityFunction::of(&method),
            Method::Multistep(_) => unreachable!(),
        }
    }

    /// Padé approximants and truncated exponentials: Hairer & Wanner, Solving ODEs II, tables IV.3.1 and IV.5.
    #[test]
    fn known_functions() {
        let text = |name: &str| {
            let r = function(name);
            (r.numerator().to_string(), r.denominator().to_string())
        };
        let pair = |p: &str, q: &str| (p.to_owned(), q.to_owned());
        assert_eq!(text("rk4"), pair("1 + z + 1/2 z^2 + 1/6 z^3 + 1/24 z^4", "1"));
        assert_eq!(text("implicit-midpoint"), pair("1 + 1/2 z", "1 - 1/2 z"));
        assert_eq!(text("trapezoid"), pair("1 + 1/2 z", "1 - 1/2 z"));
        assert_eq!(text("gauss3"), pair("1 + 1/2 z + 1/10 z^2 + 1/120 z^3", "1 - 1/2 z + 1/10 z^2 - 1/120 z^3"));
        assert_eq!(text("radau-iia-3"), pair("1 + 2/5 z + 1/20 z^2", "1 - 3/5 z + 3/20 z^2 - 1/60 z^3"));
        assert_eq!(text("lobatto-iiic-3"), pair("1 + 1/4 z", "1 - 3/4 z + 1/4 z^2 - 1/24 z^3"));
        assert_eq!(text("lobatto-iiia-3"), pair("1 + 1/2 z + 1/12 z^2", "1 - 1/2 z + 1/12 z^2"));
        assert_eq!(text("dormand-prince5").0, "1 + z + 1/2 z^2 + 1/6 z^3 + 1/24 z^4 + 1/120 z^5 + 1/600 z^6");
    }

    #[test]
    fn decimal_scheme_has_the_same_shape() {
        let exact = function("sdirk2");
        let text = "[runge-kutta]\nA = [[\"0.2928932188134525\", 0], [\"0.7071067811865475\", \"0.2928932188134525\"]]\nb = [\"0.7071067811865475\", \"0.2928932188134525\"]";
        let Method::RungeKutta(typed) = crate::method::scheme::parse(text, "typed").unwrap() else { unreachable!() };
        let rounded = StabilityFunction::of(&typed);
        assert!(exact.is_exact() && !rounded.is_exact());
        assert_eq!((rounded.numerator_degree(), rounded.denominator_degree()), (1, 2));
        assert_eq!(rounded, exact);
    }

    /// det(I − zA) by Leibniz' formula for a full rational matrix.
    #[test]
    fn integer_recursion_is_the_determinant() {
        let entries = [[1, 2, -3], [4, -5, 6], [7, 8, 10]];
        let a: Vec<Vec<Number>> =
            entries.iter().enumerate().map(|(i, row)| row.iter().map(|&x| Number::ratio(x, i as i64 + 2)).collect()).collect();
        let entry = |i: usize, j: usize| Polynomial::new(vec![if i == j { Number::one() } else { Number::zero() }, -a[i][j].clone()]);
        let product = |p: [usize; 3]| entry(0, p[0]) * entry(1, p[1]) * entry(2, p[2]);
        let determinant =
            product([0, 1, 2]) + product([1, 2, 0]) + product([2, 0, 1]) - product([0, 2, 1]) - product([1, 0, 2]) - product([2, 1, 0]);
        assert_eq!(characteristic(&a), determinant);
    }

    #[test]
    fn value_far_out_is_the_limit() {
        let r = function("gauss2");
        assert!((r.eval(Complex64::new(-1e200, 3.0)) - 1.0).norm() < 1e-12);
        assert!((function("rk4").eval(Complex64::new(-1.0, 0.5)) - Complex64::new(-1.0, 0.5).exp()).norm() < 2e-2);
    }

    #[test]
    fn taylor_coefficients_are_inverse_factorials_up_to_the_order() {
        let taylor = function("radau-iia-3").taylor(7);
        let mut factorial = 1;
        for (k, c) in taylor.iter().enumerate().take(6) {
            factorial *= k.max(1) as i64;
            assert_eq!(*c, Number::ratio(1, factorial));
        }
        assert_ne!(taylor[6], Number::ratio(1, 720));
    }
}
