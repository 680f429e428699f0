//! Brent's method: a zero of a function of one number between two places where its signs differ.

/// A zero between `a` and `b`, given as places with values of different signs, to within `tolerance`.
///
/// Inverse quadratic interpolation, the secant, or bisection where those do not shrink the bracket (Brent, Algorithms for Minimization without
/// Derivatives, 1973, chapter 4). Each round takes one value: `roots::find_root_brent` takes two, which counts where a value is a flow.
///
/// # Errors
/// The first of `f`.
pub(crate) fn brent<E>(
    (mut a, mut fa): (f64, f64),
    (mut b, mut fb): (f64, f64),
    tolerance: f64,
    mut f: impl FnMut(f64) -> Result<f64, E>,
) -> Result<f64, E> {
    let (mut c, mut fc) = (a, fa);
    let (mut step, mut before) = (b - a, b - a);
    for _ in 0..MOST_ROUNDS {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            before = step;
        }
        if fc.abs() < fb.abs() {
            (a, fa) = (b, fb);
            (b, fb) = (c, fc);
            (c, fc) = (a, fa);
        }
        let least = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let half = 0.5 * (c - b);
        if half.abs() <= least || fb == 0.0 {
            break;
        }
        let interpolated = if before.abs() >= least && fa.abs() > fb.abs() { interpolation((a, fa), (b, fb), (c, fc)) } else { half };
        // It must fall well within the bracket, and be half of the step before the last at most.
        let within = interpolated * half > 0.0 && interpolated.abs() < (1.5 * half.abs() - 0.5 * least).min(0.5 * before.abs());
        (before, step) = if within { (step, interpolated) } else { (half, half) };
        (a, fa) = (b, fb);
        b += if step.abs() > least { step } else { least.copysign(half) };
        fb = f(b)?;
    }
    Ok(b)
}

/// Rounds at most; the bracket halves at least every third or so.
const MOST_ROUNDS: usize = 200;

/// The step from b to the zero of the parabola through three values, taken as a function of the value; of the line where two places are one.
fn interpolation((a, fa): (f64, f64), (b, fb): (f64, f64), (c, fc): (f64, f64)) -> f64 {
    let s = fb / fa;
    let half = 0.5 * (c - b);
    if a == c {
        return 2.0 * half * s / (s - 1.0);
    }
    let (q, r) = (fa / fc, fb / fc);
    -s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)) / ((q - 1.0) * (r - 1.0) * (s - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function and the ends of a bracket.
    type Bracketed = (fn(f64) -> f64, f64, f64);

    fn functions() -> [Bracketed; 5] {
        [
            (|x| x.cos() - x, 0.0, 1.0),
            (|x| x.powi(3) - 2.0 * x - 5.0, 2.0, 3.0),
            (|x| (x - 1.0).powi(9), 0.0, 3.3),
            (|x| x.sin() + 0.01 * x, 2.0, 5.0),
            (|x| if x < 0.3 { -1.0 } else { 1.0 }, 0.0, 1.0),
        ]
    }

    fn counted(f: fn(f64) -> f64, a: f64, b: f64) -> (f64, usize) {
        let mut count = 0;
        let value = |x| {
            count += 1;
            Ok::<f64, ()>(f(x))
        };
        (brent((a, f(a)), (b, f(b)), 1e-14, value).unwrap(), count)
    }

    #[test]
    fn zeros_of_all_kinds() {
        for (f, a, b) in functions() {
            let (x, count) = counted(f, a, b);
            assert!(x > a && x < b && f(x - 2e-14) * f(x + 2e-14) <= 0.0 || f(x).abs() < 1e-30, "{x}");
            assert!(count <= 150, "{count}");
        }
        assert_eq!(brent((0.0, -1.0), (1.0, 1.0), 1e-14, |_| Err("no")), Err("no"));
    }

    /// Why it is our own: the crate's takes at least twice as many values.
    #[test]
    fn fewer_values_than_the_crate_takes() {
        for (f, a, b) in &functions()[..2] {
            let mut theirs = 0;
            let value = |x| {
                theirs += 1;
                f(x)
            };
            roots::find_root_brent(*a, *b, value, &mut 1e-14).unwrap();
            let (_, ours) = counted(*f, *a, *b);
            assert!(2 * ours <= theirs, "{ours} {theirs}");
        }
    }
}
