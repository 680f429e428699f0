//! What the page says of one mode and of what is learned from it.

use super::super::number::{DIGITS, complex, count, percent, real};
use super::super::verdicts::flag;
use super::super::{Dialect, Say};
use crate::inverse::{Branches, Discrepancy, Limits, Reason, UnevenMinimum, verdict};
use num_complex::Complex;

/// What a growth rate does in one unit of time.
fn does(rate: f64) -> String {
    if rate.abs() < 1e-12 {
        return "neither decays nor grows".into();
    }
    let verb = if rate < 0.0 { "decays" } else { "grows" };
    format!("{verb} by {} % in one unit of time", real(100.0 * rate.exp_m1().abs(), 3))
}

/// The first demo: the data, the model that is run (an index of `found.branches`), and what it does at h divided by `refinement`.
pub fn summary(found: &Branches, run: Option<usize>, refinement: usize) -> String {
    let Some(branch) = run.and_then(|k| found.branches.get(k)) else {
        return format!("Through {} no finite λ̂ exists for this mode.", found.method);
    };
    let fate = match refinement {
        0 | 1 => "Run at its own step size it goes through every sample.".to_owned(),
        n => format!("Run with steps {n} times smaller it follows exp(λ̂t) instead."),
    };
    let judged = verdict(found, Limits::default());
    let because = judged.reasons.first().map_or_else(String::new, |reason| format!(" {}", reason.say(Dialect::Page)));
    format!(
        "The data: λ = {}, which {}. Learned through {} with step size h = {}: λ̂ = {}, which {}. {fate} Verdict on {} here, over a hundred \
         samples: {}.{because}",
        complex(found.lambda, DIGITS),
        does(found.lambda.re),
        found.method,
        real(found.sampling.step().get(), 3),
        complex(branch.lambda, DIGITS),
        does(branch.lambda.re),
        found.method,
        judged.verdict,
    )
}

/// What one branch is, for a table: how it differs from the mode in kind, or else how far off its rates are. Empty where there is no such branch.
pub fn branch(found: &Branches, k: usize) -> String {
    let Some(branch) = found.branches.get(k) else { return String::new() };
    let (truth, learned) = (found.lambda, branch.lambda);
    let mut said: Vec<String> = branch.flags.iter().map(|&f| flag(f).to_owned()).collect();
    let times = |ratio: f64, what: &str| {
        if ratio > 1.0 {
            format!("{what} {} times too fast", real(ratio, 2))
        } else {
            format!("{what} {} times too slowly", real(1.0 / ratio, 2))
        }
    };
    let off = |ratio: f64| ratio.is_finite() && ratio > 0.0 && !(0.95..=1.05).contains(&ratio);
    if off(learned.re / truth.re) {
        said.push(times(learned.re / truth.re, if truth.re < 0.0 { "decays" } else { "grows" }));
    }
    if off(learned.im / truth.im) {
        said.push(times(learned.im / truth.im, "rotates"));
    }
    if said.is_empty() {
        said.push("close to the truth".into());
    }
    said.join(", ")
}

/// A row of the table of branches: what the branch does, with a word where it is the principal one.
pub fn row(found: &Branches, k: usize) -> String {
    let principal = found.branches.get(k).is_some_and(|b| b.principal);
    format!("{}{}", if principal { "principal: " } else { "" }, branch(found, k))
}

/// The control that runs one branch: `Run branch 1, λ̂ = 0.1051 + 1.927i, principal: grows`.
pub fn choice(found: &Branches, k: usize) -> String {
    let lambda = found.branches.get(k).map_or_else(String::new, |b| format!("λ̂ = {}, ", complex(b.lambda, DIGITS)));
    format!("Run branch {}, {lambda}{}", k + 1, row(found, k))
}

/// The solutions that have no finite λ̂; empty where there is none.
pub fn at_infinity(found: &Branches) -> String {
    match found.at_infinity {
        0 => String::new(),
        1 => "One more solution lies at infinity.".into(),
        n => format!("{n} more solutions lie at infinity."),
    }
}

/// The parasitic root of a two-step method started with an error ε in its second value: how fast it grows, and when it is as large as the data.
pub fn parasite(found: &Branches, epsilon: f64) -> String {
    let Some((learned, roots)) = found.principal().zip(found.characteristic.as_ref()) else {
        return format!("Through {} no finite λ̂ exists for this mode.", found.method);
    };
    let [physical, parasitic] = roots.roots.as_slice() else { return String::new() };
    let (data, other) = (physical.zeta.norm(), parasitic.zeta.norm());
    let start = format!(
        "λ̂ = {}. Each step multiplies the data by a root of size {}, the parasite by one of size {}.",
        complex(learned.lambda, DIGITS),
        real(data, 4),
        real(other, 4)
    );
    if other <= data {
        return format!("{start} The data outgrow it: here it stays asleep.");
    }
    // y_n = (1 − c) ζ₁ⁿ + c ζ₂ⁿ with y₁ = ζ₁ + ε.
    let when = |error: f64| {
        let share = error / (parasitic.zeta - physical.zeta).norm();
        (-share.ln() / (other / data).ln()).max(0.0) * found.sampling.step().get()
    };
    if epsilon == 0.0 {
        return format!(
            "{start} Started exactly it sleeps, until rounding wakes it: an error of 10⁻¹⁶ is as large as the data at t ≈ {}.",
            real(when(1e-16), 3)
        );
    }
    format!("{start} An error of {} is as large as what is left of the data at t ≈ {}.", real(epsilon, 2), real(when(epsilon), 3))
}

/// What is written under a panel of one method: its principal λ̂, or another where there is none, and the verdict.
pub fn caption(found: &Branches) -> String {
    let Some(learned) = found.principal().or(found.branches.first()) else {
        return format!("{}: no finite λ̂ exists for this mode.", found.method);
    };
    let off = Discrepancy::of(found.lambda, learned.lambda, Limits::default().horizon_for(found.sampling.interval()));
    let share = |x: f64| if x > 10.0 { "more than ten times the motion".to_owned() } else { percent(x) };
    let judged = verdict(found, Limits::default());
    // Where it is not this λ̂ that the verdict is about, it is said which.
    let other = judged.reasons.iter().find(|reason| matches!(reason, Reason::ChangesKind { principal: false, .. }));
    let because = match judged.reasons.first() {
        Some(Reason::ChangesKind { principal: true, .. }) => String::new(),
        _ => other.map_or_else(String::new, |reason| format!(" {}", reason.say(Dialect::Page))),
    };
    format!(
        "{}: λ̂ = {}, which {}. Verdict: {}.{because} Over a hundred samples the amplitude is off by {}, the phase by {}.",
        found.method,
        complex(learned.lambda, DIGITS),
        does(learned.lambda.re),
        judged.verdict,
        share(off.amplitude),
        share(off.phase),
    )
}

/// Samples at intervals that vary by up to `spread` per cent about H: where the loss of this mode stalls, the lowest minimum first.
pub fn uneven(spread: f64, found: &Branches, minima: &[UnevenMinimum]) -> String {
    let Some(lowest) = minima.first() else {
        return format!("Through {} no minimum of the loss was found for this mode.", found.method);
    };
    if spread == 0.0 {
        return format!(
            "Even samples: through {} the loss is zero at {}, as at every other branch.",
            found.method,
            complex(lowest.lambda, DIGITS)
        );
    }
    let grows = found.lambda.re < 0.0 && lowest.lambda.re > lowest.radius.unwrap_or(0.0);
    let others = match minima.len() - 1 {
        0 => String::new(),
        1 => " A fit can also end on one further minimum.".to_owned(),
        n => format!(" A fit can also end on {n} further minima."),
    };
    format!(
        "With intervals that vary by up to {} % about H, no single λ̂ reproduces all of them through {}: the loss stalls at {} of the motion, at \
         λ̂ = {}, which {}{}.{others}",
        real(spread, 3),
        found.method,
        percent(lowest.level),
        complex(lowest.lambda, DIGITS),
        if grows { "still " } else { "" },
        does(lowest.lambda.re),
    )
}

/// A solver with its own steps: what it learns from λ, in so many steps, some of them rejected.
pub fn controlled(lambda: Complex<f64>, learned: Option<Complex<f64>>, steps: usize, rejected: usize) -> String {
    let Some(learned) = learned else {
        return "No single model fits these samples through this call.".into();
    };
    let what = if lambda.re == 0.0 || learned.re == 0.0 {
        format!("Re λ̂ = {} where the truth has {}", real(learned.re, 3), real(lambda.re, 3))
    } else if (learned.re > 0.0) == (lambda.re > 0.0) {
        format!("{} times the true {}", real(learned.re / lambda.re, 3), if lambda.re < 0.0 { "damping" } else { "growth" })
    } else if learned.re > 0.0 {
        "growth in place of decay".into()
    } else {
        "decay in place of growth".into()
    };
    let trials = match rejected {
        0 => "none rejected".to_owned(),
        n => format!("{n} rejected"),
    };
    format!("Learned: λ̂ = {}, {what}, in {} per sample, {trials}.", complex(learned, DIGITS), count(steps, "step", "steps"))
}

/// Noise of `level` per cent: where the integrator alone takes Re λ, and where both take it.
pub fn noise(level: f64, method: &str, lambda: Complex<f64>, clean: Option<Complex<f64>>, noisy: Option<Complex<f64>>) -> String {
    match (clean, noisy) {
        (Some(clean), Some(noisy)) => format!(
            "With {} % of noise the samples teach λ̂ = {}. The integrator alone moves Re λ from {} to {}; with the noise it becomes {}.",
            real(level, 3),
            complex(noisy, DIGITS),
            real(lambda.re, 3),
            real(clean.re, 3),
            real(noisy.re, 3),
        ),
        _ => format!("Through {method} this mode has no principal branch."),
    }
}

/// The derivative filters that the page compares: the regression, and what people call it. pysindy's default comes first, then its order 4.
pub const FILTERS: [(&str, &str); 6] = [
    ("pysindy:FiniteDifference", "pysindy FiniteDifference(), central, order 2"),
    ("pysindy:FiniteDifference:order=4", "pysindy FiniteDifference(order=4)"),
    ("pysindy:FiniteDifference:order=8", "pysindy FiniteDifference(order=8)"),
    ("pysindy:SmoothedFiniteDifference", "pysindy SmoothedFiniteDifference()"),
    ("derivative:forward", "forward differences"),
    ("derivative:savgol:11,3", "Savitzky–Golay, 11 samples, degree 3"),
];

/// What central differences and those of order 4 make of a mode sampled `interval` apart; their branches, of which each has one.
pub fn differences(lambda: Complex<f64>, interval: f64, central: &Branches, fourth: &Branches) -> String {
    let learned = |found: &Branches| {
        found.branches.first().map_or_else(|| "nothing".to_owned(), |b| format!("λ̂ = {}: {}", complex(b.lambda, DIGITS), branch(found, 0)))
    };
    format!(
        "One sample every {}, λ = {}. Central differences learn {}. With order 4: {}.",
        real(interval, 3),
        complex(lambda, DIGITS),
        learned(central),
        learned(fourth)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inverse::branches;
    use crate::method::{Sampling, catalog};

    #[test]
    fn a_summary_says_what_the_data_do_and_what_the_model_does() {
        let found = branches(&catalog::find("rk4").unwrap(), Complex::new(-0.1, 2.0), Sampling::new(1.0, 1).unwrap()).unwrap();
        let said = summary(&found, Some(0), 1);
        assert!(
            said.starts_with(
                "The data: λ = −0.1 + 2i, which decays by 9.52 % in one unit of time. Learned through rk4 with step size h = 1: λ̂ = "
            ),
            "{said}"
        );
        assert!(summary(&found, None, 1).contains("no finite λ̂"));
        assert!(summary(&found, Some(0), 50).contains("50 times smaller it follows exp(λ̂t) instead."));
        let principal = found.branches.iter().position(|b| b.principal);
        assert!(summary(&found, principal, 1).contains("over a hundred samples: artifact. The principal branch 0.1051 + 1.927i grows"));
        assert!(caption(&found).starts_with("rk4: λ̂ = 0.1051 + 1.927i, which grows by 11.1 % in one unit of time. Verdict: artifact."));
    }

    #[test]
    fn uneven_samples_stall_the_loss() {
        let rk4 = catalog::find("rk4").unwrap();
        let found = branches(&rk4, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1).unwrap()).unwrap();
        let minimum = |re, level| UnevenMinimum {
            lambda: Complex::new(re, 1.7),
            level,
            mismatch: None,
            curvature: None,
            radius: None,
            of_samples: false,
        };
        let said = uneven(50.0, &found, &[minimum(0.1, 0.24), minimum(-1.0, 0.5)]);
        assert!(said.contains("stalls at 24 % of the motion, at λ̂ = 0.1 + 1.7i, which still grows by 10.5 %"), "{said}");
        assert!(said.ends_with("A fit can also end on one further minimum."), "{said}");
    }

    #[test]
    fn a_branch_is_called_by_what_it_does() {
        let found = branches(&catalog::find("rk4").unwrap(), Complex::new(-0.1, 2.0), Sampling::new(1.0, 1).unwrap()).unwrap();
        let of = |re: f64| {
            let k = found.branches.iter().position(|b| (b.lambda.re - re).abs() < 1e-3).unwrap();
            branch(&found, k)
        };
        assert_eq!(of(0.105), "grows");
        assert_eq!(of(-1.561), "decays 16 times too fast");
        assert_eq!(of(-2.546), "rotates backwards, decays 25 times too fast");
        assert_eq!(of(0.0023), "grows, rotates backwards");
        assert_eq!(branch(&found, 99), "");
    }

    #[test]
    fn the_parasite_is_as_large_as_the_data_when_it_is_said_to_be() {
        let frog = catalog::find("leap-frog").unwrap();
        let found = |re: f64| branches(&frog, Complex::new(re, 2.0), Sampling::new(1.0, 1).unwrap()).unwrap();
        // |ζ₁| = e^{−0.1}, |ζ₂| = e^{0.1}, |ζ₂ − ζ₁| = 2 |cosh(−0.1 + 2i)| = 0.85606: log(85.606)/0.2.
        assert!(
            parasite(&found(-0.1), 0.01).ends_with("An error of 0.01 is as large as what is left of the data at t ≈ 22.2."),
            "{}",
            parasite(&found(-0.1), 0.01)
        );
        assert!(parasite(&found(-0.1), 0.0).contains("Started exactly it sleeps"));
        assert!(parasite(&found(0.1), 0.01).ends_with("here it stays asleep."));
    }

    #[test]
    fn a_turned_sign_is_called_so() {
        let said = controlled(Complex::new(-0.02, 2.0), Some(Complex::new(0.01, 2.0)), 3, 0);
        assert_eq!(said, "Learned: λ̂ = 0.01 + 2i, growth in place of decay, in 3 steps per sample, none rejected.");
        assert!(
            controlled(Complex::new(-0.02, 2.0), Some(Complex::new(-0.06, 2.0)), 1, 2)
                .contains("3 times the true damping, in 1 step per sample, 2 rejected")
        );
    }
}
