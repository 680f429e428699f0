//! The functions that rates make of the time and of the inputs of a run, with their derivatives.

use super::forced_run::{ForcedRun, Response};
use crate::truth::exponential_sums::projection::number;
use crate::truth::exponential_sums::rate::Rate;
use nalgebra::DMatrix;
use num_complex::Complex;

/// Below this frequency, in turns of one over the whole time, a pair's functions are as at it: their quotients would lose digits.
const ONE: f64 = 1e-3;

/// The basis of a run with its derivatives.
pub(super) struct RunBasis {
    /// e^{λt}: rows × numbers of rates.
    pub own: DMatrix<f64>,
    /// What the rates make of inputs, and 1.
    pub shared: DMatrix<f64>,
    /// By each of the rates' parameters, and by κ of each real rate.
    pub own_slopes: Vec<DMatrix<f64>>,
    pub shared_slopes: Vec<DMatrix<f64>>,
}

impl RunBasis {
    /// With derivatives or without.
    pub fn of(run: &ForcedRun, rates: &[Rate], duration: f64, sloped: bool) -> Self {
        let (rows, m, n) = (run.rows(), run.inputs(), number(rates));
        let kappas = rates.iter().filter(|rate| rate.count() == 1).count();
        let slopes = if sloped { n + kappas } else { 0 };
        let mut basis = Self {
            own: DMatrix::zeros(rows, n),
            shared: DMatrix::zeros(rows, n * m + 1),
            own_slopes: vec![DMatrix::zeros(rows, n); slopes],
            shared_slopes: vec![DMatrix::zeros(rows, n * m + 1); slopes],
        };
        basis.shared.column_mut(n * m).fill(1.0);
        let (mut place, mut kappa) = (0, n);
        for rate in rates {
            let made = Made::of(run, *rate, duration);
            let at_once: Vec<Functions> = run.times.iter().map(|t| Functions::at(*rate, *t)).collect();
            for (row, at_once) in at_once.iter().enumerate() {
                basis.put_own(row, place, *rate, at_once);
                for input in 0..m {
                    basis.put_shared(row, (place, input, m), *rate, &made.at(row, input));
                }
            }
            if sloped && rate.count() == 1 {
                for (row, at_once) in at_once.iter().enumerate() {
                    basis.own_slopes[kappa][(row, place)] = at_once.bend;
                    (0..m).for_each(|input| basis.shared_slopes[kappa][(row, place * m + input)] = made.at(row, input).bend);
                }
                kappa += 1;
            }
            place += rate.count();
        }
        basis
    }

    fn put_own(&mut self, row: usize, place: usize, rate: Rate, f: &Functions) {
        self.own[(row, place)] = f.values[0];
        if rate.count() == 2 {
            self.own[(row, place + 1)] = f.values[1];
        }
        if self.own_slopes.is_empty() {
            return;
        }
        self.own_slopes[place][(row, place)] = f.slopes[0];
        if rate.count() == 2 {
            self.own_slopes[place][(row, place + 1)] = f.slopes[1];
            self.own_slopes[place + 1][(row, place)] = -0.5 * f.slopes[1];
            self.own_slopes[place + 1][(row, place + 1)] = f.slopes[2];
        }
    }

    fn put_shared(&mut self, row: usize, (place, input, m): (usize, usize, usize), rate: Rate, f: &Functions) {
        let at = place * m + input;
        self.shared[(row, at)] = f.values[0];
        if rate.count() == 2 {
            self.shared[(row, at + m)] = f.values[1];
        }
        if self.shared_slopes.is_empty() {
            return;
        }
        self.shared_slopes[place][(row, at)] = f.slopes[0];
        if rate.count() == 2 {
            self.shared_slopes[place][(row, at + m)] = f.slopes[1];
            self.shared_slopes[place + 1][(row, at)] = -0.5 * f.slopes[1];
            self.shared_slopes[place + 1][(row, at + m)] = f.slopes[2];
        }
    }
}

/// v₀ and v₁ of a rate, t v₀, t v₁ and ∂v₁/∂ω², and t²v₀/2; or what these make of an input.
struct Functions {
    values: [f64; 2],
    slopes: [f64; 3],
    bend: f64,
}

impl Functions {
    fn at(rate: Rate, t: f64) -> Self {
        let values = rate.values(t);
        Self { values, slopes: rate.slopes_of(t, values), bend: 0.5 * t * t * values[0] }
    }
}

/// What a rate makes of inputs.
struct Made {
    /// Of λ, or of both real rates that a pair stands for.
    of: Vec<DMatrix<Response>>,
    rate: Rate,
    /// ω², away from 0, where the functions are smooth and their quotients lose digits.
    square: f64,
}

impl Made {
    fn of(run: &ForcedRun, rate: Rate, duration: f64) -> Self {
        let (square, lambdas) = match rate {
            Rate::Real(growth) => (0.0, vec![Complex::new(growth, 0.0)]),
            Rate::Pair(growth, square) => {
                let least = (ONE / duration).powi(2);
                let square = if square.abs() < least { least } else { square };
                let root = square.abs().sqrt();
                let real = vec![Complex::new(growth + root, 0.0), Complex::new(growth - root, 0.0)];
                (square, if square > 0.0 { vec![Complex::new(growth, root)] } else { real })
            }
        };
        Self { of: lambdas.into_iter().map(|lambda| run.responses(lambda)).collect(), rate, square }
    }

    fn at(&self, row: usize, input: usize) -> Functions {
        let w = self.of[0][(row, input)];
        if self.rate.count() == 1 {
            return Functions { values: [w[0].re, 0.0], slopes: [w[1].re, 0.0, 0.0], bend: 0.5 * w[2].re };
        }
        let root = self.square.abs().sqrt();
        let both = |p: usize| match self.of.get(1) {
            Some(other) => {
                let other = other[(row, input)][p].re;
                [0.5 * (w[p].re + other), 0.5 * (w[p].re - other) / root]
            }
            None => [w[p].re, w[p].im / root],
        };
        let (values, first) = (both(0), both(1));
        Functions { values, slopes: [first[0], first[1], (first[0] - values[1]) / (2.0 * self.square)], bend: 0.0 }
    }
}
