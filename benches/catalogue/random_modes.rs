//! Random modes through every method of the catalogue, each branch recomputed from the exact coefficients in an arithmetic of its own.

use lambdahat::exact::{DoubleDouble, Number, RootDisc};
use lambdahat::inverse::{Branch, Branches, LearningEquation, Principal};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::stability::StabilityFunction;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Every method of the catalogue, m = 1, 2, 3, random λ and H, `modes` of them for its number of solutions: R(hλ̂)^m = e^{Hλ} for every branch, all of them,
/// apart from each other. Panics where one fails.
pub fn one_at_a_time(modes: fn(usize) -> usize) {
    let methods = catalog::all().unwrap();
    let met: Vec<(String, usize, usize, usize)> = methods
        .par_iter()
        .enumerate()
        .map(|(number, method)| {
            let equation = LearningEquation::of(method).unwrap();
            let (name, step) = (method.name(), Step::of(method));
            // Rounded coefficients leave λ̂ less certain than its double.
            let exact = match method {
                Method::RungeKutta(method) => StabilityFunction::of(method).is_exact(),
                Method::Multistep(method) => method.is_exact(),
            };
            let mut random = ChaCha8Rng::seed_from_u64(number as u64);
            let (mut strict, mut total) = (0, 0);
            let count = modes(equation.solutions(1));
            for _ in 0..count {
                let interval = 10f64.powf(random.random_range(-2.0..2.0));
                let lambda = Complex::new(random.random_range(-2.5..1.0), random.random_range(-4.0..4.0)) / interval;
                for substeps in 1..=3 {
                    let found = equation
                        .branches(lambda, Sampling::new(interval, substeps).unwrap())
                        .unwrap_or_else(|why| panic!("{name} at {lambda}, H = {interval}, m = {substeps}: {why}"));
                    strict += recomputed(&found, &step, exact, equation.solutions(substeps))
                        .unwrap_or_else(|why| panic!("{name} at {lambda}, H = {interval}, m = {substeps}: {why}"));
                    total += found.branches.len();
                    // No mode drawn is real, so none meets a branch point.
                    assert!(!matches!(found.principal, Principal::Undefined(_)), "{name} at {lambda}, H = {interval}, m = {substeps}");
                }
            }
            (name.to_owned(), count, strict, total)
        })
        .collect();
    assert_eq!(met.len(), methods.len());
    for name in PEOPLE_TRAIN_WITH {
        let (_, count, strict, total) = met.iter().find(|(n, ..)| n == name).unwrap_or_else(|| panic!("{name} is not in the catalogue"));
        println!("{name}: {count} modes, {strict} of {total} branches within 1e-12");
        assert!(*strict as f64 > 0.999 * *total as f64, "{name}: {strict} of {total}");
    }
    let sum = |f: fn(&(String, usize, usize, usize)) -> usize| met.iter().map(f).sum::<usize>();
    let (thousand, strict, total) = (met.iter().filter(|(_, count, ..)| *count >= 1000).count(), sum(|m| m.2), sum(|m| m.3));
    println!(
        "{} methods, {thousand} with 1000 modes or more; {strict} of {total} branches within 1e-12, the rest within the spacing of doubles",
        met.len()
    );
}

/// The same for `count` modes at once, for every method that the kernel of many modes takes.
pub fn many_at_once(count: usize) {
    let methods = catalog::all().unwrap();
    let taken: Vec<(usize, usize)> = methods
        .par_iter()
        .enumerate()
        .filter_map(|(number, method)| {
            let equation = LearningEquation::of(method).unwrap();
            let degree = equation.solutions(1);
            let step = Step::of(method);
            let Step::OneStep { q, .. } = &step else { return None };
            if degree > if q.len() > 1 { 3 } else { 8 } {
                return None;
            }
            let mut random = ChaCha8Rng::seed_from_u64(7000 + number as u64);
            let interval = 10f64.powf(random.random_range(-2.0..2.0));
            let lambdas: Vec<Complex<f64>> =
                (0..count).map(|_| Complex::new(random.random_range(-2.5..1.0), random.random_range(-4.0..4.0)) / interval).collect();
            let (mut strict, mut total) = (0, 0);
            for m in 1..=3u32 {
                let batch = equation.batch(&lambdas, Sampling::new(interval, m).unwrap()).unwrap();
                for (k, lambda) in lambdas.iter().enumerate() {
                    let target = (lambda * interval).exp();
                    assert_eq!(batch.z(k).len(), degree * m as usize);
                    for (i, (z, radius)) in batch.z(k).iter().zip(batch.radius(k)).enumerate().filter(|(_, (z, _))| z.is_finite()) {
                        let (growth, slope) = step.growth(Wide::of(*z), m, *z);
                        let residual = growth.less(Wide::of(target)).size();
                        let scale = target.norm().max(1.0);
                        assert!(
                            residual <= (1e-12 * scale).max(1.01 * slope * radius),
                            "{} at {lambda}, m = {m}: {z} off by {residual:e}, radius {radius:e}",
                            method.name()
                        );
                        strict += usize::from(residual <= 1e-12 * scale);
                        total += 1;
                        let apart =
                            |(other, reach): (&Complex<f64>, &f64)| (other - z).norm() > radius + reach || (other, reach) == (z, radius);
                        assert!(batch.z(k)[..i].iter().zip(&batch.radius(k)[..i]).all(apart), "{} at {lambda}, m = {m}", method.name());
                    }
                }
            }
            Some((strict, total))
        })
        .collect();
    let (strict, total) = taken.iter().fold((0, 0), |(a, b), (s, t)| (a + s, b + t));
    println!(
        "{} methods with {count} modes each, m = 1, 2, 3: {strict} of {total} solutions within 1e-12, the rest within their radii",
        taken.len()
    );
    assert!(taken.len() > 60, "{}", taken.len());
}

/// What must hold of the branches of any method and mode.
fn sound(found: &Branches, solutions: usize) -> Result<(), String> {
    let discs: Vec<RootDisc> = found
        .branches
        .iter()
        .map(|b| RootDisc { centre: b.lambda, radius: b.radius, count: b.solutions, resolved: b.solutions == 1 })
        .collect();
    if discs.len() + found.at_infinity != solutions {
        return Err(format!("{} branches and {} at infinity, not {solutions}", discs.len(), found.at_infinity));
    }
    for (i, a) in discs.iter().enumerate() {
        let shared = discs.iter().filter(|b| *b == a).count();
        if shared % a.count != 0 {
            return Err(format!("a cluster of {} has {shared} members", a.count));
        }
        if let Some(b) = discs[..i].iter().find(|b| a.touches(b) && *b != a) {
            return Err(format!("discs {a:?} and {b:?} touch and are no cluster"));
        }
    }
    let growth = (found.lambda * found.sampling.interval()).exp().norm();
    for Branch { lambda, radius, solutions, residual, condition, .. } in &found.branches {
        // |d(R^m)| = |e^{Hλ}| H/κ |dλ̂|, and the f64 λ̂ is within its radius of the exact one.
        let linear = growth * found.sampling.interval() / condition * radius;
        if *solutions == 1 && *residual > 1e-12f64.max(4.0 * linear) {
            return Err(format!("{lambda}: residual {residual}, allowed {linear}"));
        }
    }
    Ok(())
}

/// What one step does to ẏ = λy, in this test's own double-double arithmetic, from the exact coefficients.
enum Step {
    OneStep { p: Vec<DoubleDouble>, q: Vec<DoubleDouble> },
    Multistep { rho: Vec<DoubleDouble>, sigma: Vec<DoubleDouble> },
}

/// A complex number in double-double.
#[derive(Clone, Copy)]
struct Wide(DoubleDouble, DoubleDouble);

impl Wide {
    fn of(z: Complex<f64>) -> Self {
        Self(z.re.into(), z.im.into())
    }
    fn times(self, o: Self) -> Self {
        Self(self.0 * o.0 - self.1 * o.1, self.0 * o.1 + self.1 * o.0)
    }
    fn less(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }
    fn over(self, o: Self) -> Self {
        let size = o.0 * o.0 + o.1 * o.1;
        let product = self.times(Self(o.0, -o.1));
        Self(product.0 / size, product.1 / size)
    }
    fn size(self) -> f64 {
        self.0.to_f64().hypot(self.1.to_f64())
    }
    fn power(self, n: u32) -> Self {
        (0..n).fold(Self::of(Complex::new(1.0, 0.0)), |product, _| product.times(self))
    }
}

/// Value and derivative, by Horner's rule.
fn horner(c: &[DoubleDouble], z: Wide) -> (Wide, Wide) {
    let zero = Wide::of(Complex::new(0.0, 0.0));
    c.iter().rev().fold((zero, zero), |(p, d), c| {
        let (pz, dz) = (p.times(z), d.times(z));
        (Wide(pz.0 + *c, pz.1), Wide(dz.0 + p.0, dz.1 + p.1))
    })
}

fn wide(c: &Number) -> DoubleDouble {
    let exact = c.approximate(200);
    let high = exact.to_f64().unwrap();
    let low = exact - BigRational::from_float(high).unwrap();
    DoubleDouble::sum(high, low.to_f64().unwrap())
}

impl Step {
    fn of(method: &Method) -> Self {
        let all = |c: &[Number]| c.iter().map(wide).collect();
        match method {
            Method::RungeKutta(method) => {
                let r = StabilityFunction::of(method);
                Self::OneStep { p: all(r.numerator().coefficients()), q: all(r.denominator().coefficients()) }
            }
            Method::Multistep(method) => Self::Multistep { rho: all(method.alpha()), sigma: all(method.beta()) },
        }
    }

    /// The growth of m steps at z = hλ̂, and its derivative by z. For a multistep method that of its characteristic root nearest to `near`.
    fn growth(&self, z: Wide, m: u32, near: Complex<f64>) -> (Wide, f64) {
        let (one, slope) = match self {
            Self::OneStep { p, q } => {
                let ((p, dp), (q, dq)) = (horner(p, z), horner(q, z));
                let wronskian = dp.times(q).less(p.times(dq));
                (p.over(q), wronskian.over(q).over(q).size())
            }
            Self::Multistep { rho, sigma } => {
                let mut zeta = Wide::of(near);
                let mut slope = Wide::of(Complex::new(0.0, 0.0));
                for _ in 0..3 {
                    let ((r, dr), (s, ds)) = (horner(rho, zeta), horner(sigma, zeta));
                    let by_zeta = dr.less(z.times(ds));
                    slope = s.over(by_zeta);
                    zeta = zeta.less(r.less(z.times(s)).over(by_zeta));
                }
                (zeta, slope.size())
            }
        };
        (one.power(m), f64::from(m) * one.size().powi(m as i32 - 1) * slope)
    }
}

/// What must hold of all branches of one mode, recomputed: the number of those within 1e-12 of e^{Hλ}.
fn recomputed(found: &Branches, step: &Step, exact: bool, solutions: usize) -> Result<usize, String> {
    sound(found, solutions)?;
    let (h, m) = (found.sampling.interval(), found.sampling.substeps());
    let exponent = found.lambda * h;
    let target = exponent.exp();
    let scale = target.norm().max(1.0);
    let mut strict = 0;
    for b in &found.branches {
        let part = |x: f64| DoubleDouble::product(x, h) / DoubleDouble::from(f64::from(m));
        let z = Wide(part(b.lambda.re), part(b.lambda.im));
        let starts = if matches!(step, Step::OneStep { .. }) { 1 } else { m };
        let best = (0..starts)
            .map(|j| {
                let near = ((exponent + Complex::new(0.0, std::f64::consts::TAU * f64::from(j))) / f64::from(m)).exp();
                let (growth, slope) = step.growth(z, m, near);
                (growth.less(Wide::of(target)).size(), slope)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((residual, slope)) = best else { return Err("no factor".into()) };
        // How far e^{Hλ} moves when λ̂ moves by a unit in the last place of its doubles, by this test's own derivative.
        let spacing = slope * h / f64::from(m) * b.lambda.norm() * f64::EPSILON;
        // Rounded coefficients make an interval of equations: this test solves the one in the middle, which is certain only to the stated radius.
        let rounding = if exact { 0.0 } else { slope * h / f64::from(m) * b.radius };
        if b.solutions == 1 && residual > (1e-12 * scale).max(2.0 * spacing).max(1.01 * rounding) {
            return Err(format!("{}: off by {residual:e}, though a unit in the last place is {spacing:e} only", b.lambda));
        }
        if exact && b.solutions == 1 && b.radius > 2.0 * f64::EPSILON * b.lambda.norm() {
            return Err(format!("{}: certain to {:e} only", b.lambda, b.radius));
        }
        strict += usize::from(residual <= 1e-12 * scale);
    }
    Ok(strict)
}

/// The methods that people train with.
const PEOPLE_TRAIN_WITH: &[&str] = &[
    "forward-euler",
    "implicit-euler",
    "midpoint",
    "heun2",
    "ralston2",
    "kutta3",
    "heun3",
    "ssprk33",
    "rk4",
    "rk38",
    "fehlberg45",
    "cash-karp5",
    "bogacki-shampine3",
    "dormand-prince5",
    "tsitouras5",
    "implicit-midpoint",
    "trapezoid",
    "gauss2",
    "gauss3",
    "radau-iia-2",
    "radau-iia-3",
    "lobatto-iiia-3",
    "lobatto-iiic-2",
    "lobatto-iiic-3",
    "sdirk2",
    "leap-frog",
    "adams-bashforth-2",
    "adams-bashforth-3",
    "adams-bashforth-4",
    "adams-bashforth-5",
    "adams-moulton-2",
    "adams-moulton-3",
    "adams-moulton-4",
    "bdf1",
    "bdf2",
    "bdf3",
    "bdf4",
    "bdf5",
    "bdf6",
];
