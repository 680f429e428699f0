//! What a loop makes of a mode, in sentences.

use super::number::{DIGITS, complex, pair, percent, real};
use super::{Dialect, Say};
use crate::inverse::faithful::TOLERANCE;
use crate::inverse::{Discrepancy, Fate, Flag, Growth, Reason, Undefined, Verdict};
use crate::predict::{MethodReport, ModeReport, OrbitReport};
use crate::truth::{Because, Mode};
use num_complex::Complex;
use std::cmp::Ordering;
use std::f64::consts::TAU;

impl Say for Undefined {
    fn say(&self, to: Dialect) -> String {
        match self {
            Self::PathMeetsCriticalPoint { s, z } => format!(
                "There is no principal branch: the path s ↦ e^(sHλ) meets a zero of R′ at s = {}, z = {}, where two branches meet and neither \
                 is the continuation.",
                real(*s, DIGITS),
                complex(*z, DIGITS)
            ),
            Self::PathTooLong { turns, growth } => format!(
                "The principal branch was not followed: e^(s·hλ) turns {} times on the way from z = 0 and grows or shrinks by e^{}. {}.",
                real(turns.round(), 7),
                real(growth.round(), 7),
                match to {
                    Dialect::Terminal | Dialect::Python => "Use a shorter step",
                    Dialect::Page => "Choose a shorter interval",
                }
            ),
            Self::NotSeparated => {
                "There is no principal branch: the path from z = 0 meets solutions that double-double precision does not separate.".into()
            }
            Self::ComplexForRealMode => {
                "The principal branch is complex, and the mode is a real one without a partner: no real model has it.".into()
            }
            Self::AtInfinity => "The principal branch lies at infinity.".into(),
        }
    }
}

/// What a change of growth is called.
fn growth(growth: Growth) -> &'static str {
    match growth {
        Growth::GrowsForDecay => "grows though the truth decays",
        Growth::DecaysForGrowth => "decays though the truth grows",
        Growth::GrowsForNeither => "grows though the truth neither decays nor grows",
        Growth::DecaysForNeither => "decays though the truth neither decays nor grows",
    }
}

impl Say for Reason {
    fn say(&self, to: Dialect) -> String {
        match *self {
            Self::ChangesKind { learned, principal, growth: grown, reversed } => {
                let who = if principal { "The principal branch" } else { "Another branch within reach," };
                let what = match (grown, reversed) {
                    (Some(g), true) => format!("{} and rotates backwards", growth(g)),
                    (Some(g), false) => growth(g).to_owned(),
                    (None, _) => "rotates backwards".to_owned(),
                };
                format!("{who} {}{} {what}.", complex(learned, DIGITS), if principal { "" } else { "," })
            }
            Self::Accurate { learned, off, .. } => {
                format!("The principal branch {} is right over the horizon: {}.", complex(learned, DIGITS), parts(off))
            }
            Self::Inaccurate { learned, off, .. } => {
                format!("The principal branch {} is off over the horizon: {}.", complex(learned, DIGITS), parts(off))
            }
            Self::TurnsInvisibly { learned, growth: grown, doubling } => {
                let turned = match grown {
                    Growth::GrowsForDecay | Growth::GrowsForNeither => "doubles in",
                    Growth::DecaysForGrowth | Growth::DecaysForNeither => "halves in",
                };
                format!(
                    "The principal branch {} {}, but does not show it within the horizon: it {turned} {}.",
                    complex(learned, DIGITS),
                    growth(grown),
                    real(doubling, 3)
                )
            }
            Self::Open { best, worst } => {
                format!("The uncertainty of λ leaves the verdict open: it can be {best} or {worst}.")
            }
            Self::NoPrincipal { why } => why.say(to),
        }
    }
}

/// The two parts of an error over the horizon.
fn parts(off: Discrepancy) -> String {
    let share = |x: f64| if x > 10.0 { "more than ten times the motion".to_owned() } else { percent(x) };
    format!("amplitude off by {}, phase by {} of the largest amplitude", share(off.amplitude), share(off.phase))
}

/// What a flag is called, for people.
pub fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::AntiDamped => "grows",
        Flag::Damped => "decays",
        Flag::Undamped => "undamped",
        Flag::Reversed => "rotates backwards",
        Flag::OverDamped => "does not oscillate",
        Flag::UnderDamped => "oscillates",
    }
}

/// What a fate is called in the legend of a map.
pub fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Faithful => "faithful (1 % over 100 samples)",
        Fate::Distorted => "distorted",
        Fate::AntiDamped => "anti-damped: decay learned as growth",
        Fate::Damped => "damped: growth learned as decay",
        Fate::OverDamped => "over-damped: no oscillation left",
        Fate::Reversed => "turns the other way",
        Fate::Undefined => "no principal branch",
        Fate::Elsewhere => "another branch within reach changes the kind",
    }
}

/// A verdict in one word.
pub fn verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Faithful) => "faithful",
        Some(Verdict::Distorted) => "distorted",
        Some(Verdict::Artifact) => "artifact",
        None => "not settled",
    }
}

/// λ̂ as a person reads it: with its mirror image, the other way round where it rotates backwards.
fn learned_pair(learned: Complex<f64>, reversed: bool) -> String {
    let text = pair(learned, DIGITS - 1);
    if reversed { text.replacen('±', "∓", 1) } else { text }
}

/// What the trained model does, after "a fit can become a model that …".
pub(super) fn becomes(report: &ModeReport, mode: &Mode) -> String {
    let truth = report.branches.lambda;
    let miss = |learned, off| miss(truth, mode.sign_is_open(), learned, off);
    let principal = report.branches.principal().map(|branch| branch.lambda);
    let Some(worst) = report.reasons.first() else {
        let why = if mode.settled { "what the loss learns of the inputs is not followed" } else { "its mode is not settled" };
        return format!("is not judged: {why}");
    };
    let mut text = match *worst {
        Reason::ChangesKind { learned, growth: grown, reversed, principal: by_principal } => {
            let bad = format!("{} ({})", turned(grown, reversed), learned_pair(learned, reversed));
            match principal.filter(|_| !by_principal) {
                Some(principal) => {
                    let off = report.off.unwrap_or(Discrepancy { amplitude: f64::MAX, phase: f64::MAX });
                    let about = if off.within(TOLERANCE) { format!("is right to {}", percent(off.worst())) } else { miss(principal, off) };
                    format!("{about} ({}), or one that {bad}", learned_pair(principal, false))
                }
                None => bad,
            }
        }
        Reason::Accurate { learned, off, .. } => format!("is right to {} ({})", percent(off.worst()), learned_pair(learned, false)),
        Reason::Inaccurate { learned, off, .. } => format!("{} ({})", miss(learned, off), learned_pair(learned, false)),
        // Neither comes first.
        Reason::TurnsInvisibly { .. } | Reason::Open { .. } => String::new(),
        Reason::NoPrincipal { .. } => "has no preferred λ̂: two branches meet on the way".to_owned(),
    };
    for reason in &report.reasons {
        match *reason {
            Reason::TurnsInvisibly { growth: Growth::GrowsForDecay | Growth::GrowsForNeither, doubling, .. } => {
                text.push_str(&format!("; it grows, invisibly here: doubles in {}", real(doubling, 2)));
            }
            Reason::TurnsInvisibly { doubling, .. } => {
                text.push_str(&format!("; it decays, invisibly here: halves in {}", real(doubling, 2)));
            }
            Reason::Open { best, worst } => text.push_str(&format!("; λ is too uncertain to tell {best} from {worst}")),
            _ => {}
        }
    }
    if report.ignites() {
        text.push_str("; rounding in its start outgrows the solution");
    }
    text
}

/// What a model of another kind than the truth does.
fn turned(grown: Option<Growth>, reversed: bool) -> &'static str {
    match (grown, reversed) {
        (Some(Growth::GrowsForDecay | Growth::GrowsForNeither), false) => "grows",
        (Some(Growth::GrowsForDecay | Growth::GrowsForNeither), true) => "grows and rotates backwards",
        (Some(_), false) => "decays",
        (Some(_), true) => "decays and rotates backwards",
        (None, _) => "rotates backwards",
    }
}

/// What the one model does that a regression can learn, whose λ̂ is told beside it.
pub(super) fn does(reason: &Reason, mode: &Mode) -> String {
    match *reason {
        Reason::ChangesKind { growth: grown, reversed, .. } => turned(grown, reversed).to_owned(),
        Reason::Accurate { off, .. } => format!("is right to {}", percent(off.worst())),
        Reason::Inaccurate { learned, off, .. } => miss(mode.lambda, mode.sign_is_open(), learned, off),
        Reason::TurnsInvisibly { .. } | Reason::Open { .. } | Reason::NoPrincipal { .. } => reason.say(Dialect::Terminal),
    }
}

/// What orbits add to the modes, where they are worse or cannot be told.
pub(super) fn off_orbits(method: &MethodReport) -> Option<String> {
    method.turns_on_orbits().then(|| orbits_off(&method.orbits, method.verdict))
}

/// The same of these orbits, with the verdict on them.
pub(super) fn orbits_off(orbits: &[OrbitReport], verdict: Option<Verdict>) -> String {
    let open = if orbits.is_empty() { "were not followed" } else { "cannot be told at this step" };
    let farthest = orbits.iter().max_by(|a, b| a.state_error.partial_cmp(&b.state_error).unwrap_or(Ordering::Equal));
    let Some((error, u)) =
        farthest.filter(|_| orbits.iter().all(|o| o.state_error.is_some())).and_then(|o| o.state_error.zip(o.uncertainty))
    else {
        return format!("is right near its equilibria; its orbits {open}");
    };
    match verdict {
        _ if error > 1.0 => "is right near its equilibria, but loses the orbits within the horizon".to_owned(),
        // Beside the tolerance only how far it is open says why there is no verdict.
        None => format!("is right near its equilibria; its orbits end {} off, known to ±{}", percent(error), percent(u)),
        Some(_) => format!("is right near its equilibria; its orbits end {} off", percent(error)),
    }
}

/// How far λ̂ is from λ, in the terms of the part that is further off: damping, frequency, or neither.
fn miss(truth: Complex<f64>, sign_is_open: bool, learned: Complex<f64>, off: Discrepancy) -> String {
    const NOTICED: f64 = 1.1;
    // Beside a damping that may be zero no ratio says anything.
    let damping = if truth.re * learned.re > 0.0 && !sign_is_open { Some(learned.re / truth.re) } else { None };
    let frequency = if truth.im * learned.im > 0.0 { Some(learned.im / truth.im) } else { None };
    let far = |ratio: f64| ratio.max(1.0 / ratio);
    let verb = if truth.re < 0.0 { "decays" } else { "grows" };
    let said = |verb: &str, ratio: f64| {
        if ratio > 1.0 {
            format!("{verb} {} times too fast", real(ratio, 2))
        } else {
            format!("{verb} {} times too slowly", real(1.0 / ratio, 2))
        }
    };
    match (damping, frequency) {
        (_, Some(f)) if off.phase >= off.amplitude && far(f) > NOTICED => said("oscillates", f),
        (Some(d), _) if off.amplitude > TOLERANCE && far(d) > NOTICED => said(verb, d),
        _ if off.worst() > 1.0 => "loses the motion over the horizon".to_owned(),
        _ => format!("is {} off over the horizon", percent(off.worst())),
    }
}

/// What a mode does: `period 3.142, halves every 6.931`.
pub(super) fn behaviour(mode: &Mode) -> String {
    let lambda = mode.lambda;
    let growth = match lambda.re {
        // Other models have another λ: nothing is said of what was seen.
        _ if mode.sign_is_open() && mode.because.contains(&Because::NotDetermined) => "growth or decay open".to_owned(),
        _ if mode.sign_is_open() => {
            format!("growth or decay not seen (at most a factor 2 in {})", real(2f64.ln() / mode.fastest_growth(), 2))
        }
        x if x < 0.0 => format!("halves every {}", real(2f64.ln() / -x, DIGITS)),
        x if x > 0.0 => format!("doubles every {}", real(2f64.ln() / x, DIGITS)),
        _ => "neither decays nor grows".to_owned(),
    };
    if lambda.im == 0.0 { growth } else { format!("period {}, {growth}", real(TAU / lambda.im.abs(), DIGITS)) }
}

/// What a mode is called.
pub(super) fn kind(mode: &Mode) -> &'static str {
    match (mode.lambda.im == 0.0, mode.lambda.re) {
        (false, _) if mode.sign_is_open() => "An oscillation",
        (true, _) if mode.sign_is_open() => "A mode near rest",
        (false, x) if x < 0.0 => "A damped oscillation",
        (false, x) if x > 0.0 => "A growing oscillation",
        (false, _) => "An undamped oscillation",
        (true, x) if x < 0.0 => "A decay",
        (true, x) if x > 0.0 => "A growth",
        (true, _) => "A mode at rest",
    }
}

/// λ with its mirror image, and how certain it is.
pub(super) fn known(mode: &Mode) -> String {
    let lambda = pair(mode.lambda, DIGITS);
    match mode.uncertainty {
        Some(u) if u > 1e-9 * mode.lambda.norm() => format!("{lambda} (to {})", real(u, 2)),
        _ => lambda,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_off_is_said_in_its_own_terms() {
        let of = |a: (f64, f64), b: (f64, f64)| {
            let (truth, learned) = (Complex::new(a.0, a.1), Complex::new(b.0, b.1));
            miss(truth, false, learned, Discrepancy::of(truth, learned, 10.0))
        };
        assert_eq!(of((-0.1, 2.0), (-1.3765, 1.9)), "decays 14 times too fast");
        assert_eq!(of((-0.001, 2.0), (-0.021, 2.0)), "decays 21 times too fast");
        assert_eq!(of((-0.1, 2.0), (-0.09, 3.0)), "oscillates 1.5 times too fast");
        assert_eq!(of((0.0, 1.0), (0.0, 1.05)), "is 49.5 % off over the horizon");
        assert_eq!(of((-1.0, 0.0), (-0.5, 0.0)), "decays 2 times too slowly");
        let (truth, learned) = (Complex::new(-2e-4, 1.3), Complex::new(-0.21, 1.28));
        assert_eq!(miss(truth, true, learned, Discrepancy::of(truth, learned, 60.0)), "is 99.2 % off over the horizon");
    }

    /// No rate of decay beside an uncertainty that is larger.
    #[test]
    fn a_mode_whose_sign_is_open_is_not_said_to_decay() {
        let lambda = Complex::new(-2e-4, 1.3);
        let (open, known) = (Mode::determined(lambda, vec![0.0], Some(0.2)), Mode::determined(lambda, vec![0.0], Some(5e-5)));
        assert_eq!(
            (kind(&open), behaviour(&open)),
            ("An oscillation", "period 4.833, growth or decay not seen (at most a factor 2 in 1.7)".to_owned())
        );
        assert_eq!((kind(&known), behaviour(&known)), ("A damped oscillation", "period 4.833, halves every 3466".to_owned()));
    }
}
