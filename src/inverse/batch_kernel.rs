//! One method's kernel for blocks of eight modes: its coefficients, and the code for its kind and degree.
//!
//! The kernel is compiled three times from one source, for AVX-512, for AVX2 with fused multiply-add, and for any processor, and chosen
//! when the program runs.

mod block;
mod eight_modes;

pub(super) use block::Solved;
pub(super) use eight_modes::LANES;

use super::pencil::Known;
use crate::simd::{Loops, Width, run};
use block::{Coefficients, MOST};
use num_complex::Complex;

/// A method as the kernel takes it.
#[derive(Clone, Debug)]
pub(crate) struct BatchKernel {
    coefficients: Coefficients,
    pub(super) degree: usize,
    rational: bool,
}

impl BatchKernel {
    /// None where the degree is too high for the lanes.
    pub(crate) fn new(p: &[Known], q: &[Known]) -> Option<Self> {
        let degree = p.len().max(q.len()).checked_sub(1)?;
        let rational = q.len() > 1 || degree == 1;
        if degree > if rational { MOST_RATIONAL } else { MOST } {
            return None;
        }
        let values = |known: &[Known]| std::array::from_fn(|k| known.get(k).map_or(0.0, |c| c.value.to_f64()));
        let errors = |known: &[Known]| std::array::from_fn(|k| known.get(k).map_or(0.0, Known::f64_error));
        let coefficients = Coefficients { p: values(p), q: values(q), p_error: errors(p), q_error: errors(q) };
        Some(Self { coefficients, degree, rational })
    }

    /// A block of modes hλ = x + iy for one factor `w = e^{hλ} · turn`.
    pub(super) fn solve(&self, x: &[f64; LANES], y: &[f64; LANES], turn: Option<Complex<f64>>) -> Solved {
        let mut w = eight_modes::Complex::splat(0.0, 0.0);
        let mut error = eight_modes::Real::splat(0.0);
        for lane in 0..LANES {
            let growth = x[lane].exp();
            let (sine, cosine) = y[lane].sin_cos();
            let value = Complex { re: cosine, im: sine } * turn.unwrap_or(Complex { re: 1.0, im: 0.0 }) * growth;
            (w.re.0[lane], w.im.0[lane]) = (value.re, value.im);
            // exp, sin and cos are taken to be right to two units in the last place, hλ itself was rounded three times.
            error.0[lane] = growth * (2.5e-15 + 4.5e-16 * (x[lane].abs() + y[lane].abs()));
        }
        let path = turn.is_none().then_some(eight_modes::Complex { re: eight_modes::Real(*x), im: eight_modes::Real(*y) });
        let solve: Kernel = self.kernel();
        solve(&self.coefficients, w, error, path)
    }

    fn kernel(&self) -> Kernel {
        match (self.rational, self.degree) {
            (true, 1) => widest::<1, true>,
            (true, 2) => widest::<2, true>,
            (true, _) => widest::<3, true>,
            (false, 2) => widest::<2, false>,
            (false, 3) => widest::<3, false>,
            (false, 4) => widest::<4, false>,
            (false, 5) => widest::<5, false>,
            (false, 6) => widest::<6, false>,
            (false, 7) => widest::<7, false>,
            (false, _) => widest::<8, false>,
        }
    }
}

const MOST_RATIONAL: usize = 3;

/// The kernel for one kind and degree of equation.
struct Solve<'a, const N: usize, const RATIONAL: bool> {
    coefficients: &'a Coefficients,
    w: eight_modes::Complex,
    error: eight_modes::Real,
    path: Option<eight_modes::Complex>,
}

impl<const N: usize, const RATIONAL: bool> Loops for Solve<'_, N, RATIONAL> {
    type Output = Solved;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Solved {
        block::solve::<N, RATIONAL, FMA>(self.coefficients, self.w, self.error, self.path)
    }
}

/// Runs it with the widest vectors of this processor.
fn widest<const N: usize, const RATIONAL: bool>(
    coefficients: &Coefficients,
    w: eight_modes::Complex,
    error: eight_modes::Real,
    path: Option<eight_modes::Complex>,
) -> Solved {
    run(Width::detected(), Solve::<N, RATIONAL> { coefficients, w, error, path })
}

type Kernel = fn(&Coefficients, eight_modes::Complex, eight_modes::Real, Option<eight_modes::Complex>) -> Solved;
