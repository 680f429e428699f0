//! Which modes of a polynomial field the samples determine, by its degrees beside each other.
//!
//! Where a degree explains the samples, λ must hardly move along directions that the residuals do not see, at that degree and at those above; or, where what it leaves
//! is noise of the samples, those beyond the noise must surround the equilibrium closely. Where none does, samples must surround it too, and the three highest degrees agree.

use crate::truth::finding::Because;
use crate::truth::flow::field_fit::FieldFit;
use crate::truth::flow::identifiability::{FieldEquilibrium, FieldMode, matched};
use crate::truth::linear::linear_model::VAGUE;
use crate::truth::samples::windows::Frame;
use num_complex::Complex;

/// Relative residuals below this are rounding or a solver's tolerance.
pub(crate) const CLEAN: f64 = 1e-5;
/// λ may move by this part of itself along unseen directions.
const MOVES: f64 = 0.1;
/// Where no floor is reached, three degrees have to agree to this part of λ, and leave less than that of the motion of an interval.
const AGREE: f64 = 0.02;
const MOSTLY: f64 = 0.02;
/// Where the degrees still improve, those that were not tried move λ by up to this many times what the last two did: a friction v|v| has a slow series.
const TAIL: f64 = 4.0;
/// From degree 1 to 3 the linear part for a friction v|v| falls to a little less than half; what is left falls to nothing later.
const FIRST: f64 = 2.0;
/// The same from degree 3 on, from 5 on and from 7 on, in parts of what the last two degrees moved λ by: all that is to come, and what the next two bring. Of the linear part
/// of v|v|, a polynomial of degree 1, 3, 5, 7, 9 keeps 8/3π times 1, 2/5, 9/35, 4/21, 5/33 among samples as dense as those of an oscillation.
const TO_COME: [(f64, f64); 3] = [(2.0 / 3.0, 5.0 / 21.0), (9.0 / 5.0, 7.0 / 15.0), (20.0 / 7.0, 45.0 / 77.0)];
/// Standard deviations beyond which degrees differ not by chance.
const BEYOND_CHANCE: f64 = 2.0;
/// An equilibrium of another degree is the same within this distance, in half-widths.
const SAME: f64 = 0.15;
/// A mode below this part of the field's largest coefficient vanishes.
const VANISHES: f64 = 1e-5;
/// Uncertainties that |λ| must have to be told from zero.
const ABOVE_ZERO: f64 = 3.0;

/// A mode of the field at an equilibrium.
#[derive(Clone, Debug)]
pub(crate) struct NonlinearMode {
    pub lambda: Complex<f64>,
    /// In the samples' scaled columns.
    pub equilibrium: Vec<f64>,
    pub uncertainty: f64,
    /// The same without what other models that fit as well leave open: it may be anything, which pins no equilibrium and unpins none.
    pub beside_zero: f64,
    pub because: Vec<Because>,
}

/// Fields of degrees from 1 up with their equilibria, laid beside each other.
pub(crate) struct Degrees<'a> {
    pub fits: &'a [FieldFit],
    pub equilibria: &'a [Vec<FieldEquilibrium>],
    /// The place of the lowest degree that has reached the floor.
    pub floor: Option<usize>,
    /// Whether the residuals there are noise or rounding.
    pub explains: bool,
    pub frame: &'a Frame,
}

/// How uncertain λ is, per interval, and why it is not determined.
struct Judged {
    uncertainty: f64,
    /// How far other models that fit as well have it elsewhere, where that leaves it open.
    open: f64,
    /// Whether λ may be zero by chance, or by what another degree has in its place.
    may_vanish: bool,
    because: Vec<Because>,
}

impl Degrees<'_> {
    /// The modes of the degree that counts, each against those of the other degrees.
    pub fn modes(&self) -> Vec<NonlinearMode> {
        let mut modes = Vec::new();
        for equilibrium in &self.equilibria[self.counts()] {
            let here = (0..equilibrium.modes.len()).map(|k| self.mode(equilibrium, k));
            // What lies beyond the samples is told where the field is known there, or not at all.
            modes.extend(here.filter(|mode| equilibrium.near || mode.because.is_empty()));
        }
        // An equilibrium with a mode that vanishes is not pinned, and neither are its other modes, but for those of an affine field, which are the same everywhere.
        let curved = self.fits[self.counts()].degree > 1;
        let vanishes = |mode: &&NonlinearMode| {
            curved && (mode.because.contains(&Because::LinearPartVanishes) || mode.lambda.norm() <= ABOVE_ZERO * mode.beside_zero)
        };
        let unpinned: Vec<Vec<f64>> = modes.iter().filter(vanishes).map(|mode| mode.equilibrium.clone()).collect();
        for mode in modes.iter_mut().filter(|mode| mode.because.is_empty() && unpinned.contains(&mode.equilibrium)) {
            mode.because.push(Because::NotDetermined);
        }
        modes
    }

    fn top(&self) -> usize {
        self.fits.len() - 1
    }

    /// The place of the degree whose modes are given.
    fn counts(&self) -> usize {
        self.floor.unwrap_or(self.top())
    }

    /// The k-th mode of an equilibrium of the degree that counts.
    fn mode(&self, equilibrium: &FieldEquilibrium, k: usize) -> NonlinearMode {
        let found = &equilibrium.modes[k];
        let Judged { uncertainty, open, may_vanish, mut because } =
            if self.explains { self.by_degrees_above(equilibrium, k) } else { self.by_degrees_below(equilibrium, k) };
        let size = found.lambda.norm();
        let (lambda, beside_zero) = (found.lambda / self.frame.interval, uncertainty.max(1e-12 * size) / self.frame.interval);
        let uncertainty = beside_zero.hypot(open / self.frame.interval);
        if equilibrium.degenerate {
            because.push(Because::LineOfEquilibria);
        }
        let unit = self.fits[self.counts()].flow.coefficients.amax().max(f64::MIN_POSITIVE);
        // What degrees that do not explain the motion differ by is not what chance does: that λ may be anything is not that it may be zero.
        if size < VANISHES * unit || (self.explains && may_vanish && uncertainty.is_finite() && lambda.norm() <= ABOVE_ZERO * uncertainty) {
            because.push(Because::LinearPartVanishes);
        } else if uncertainty > VAGUE * lambda.norm()
            && (because.is_empty() || uncertainty.is_finite() && !because.contains(&Because::NotDetermined))
        {
            because.push(Because::Vague);
        }
        NonlinearMode { lambda, equilibrium: self.frame.outward(&equilibrium.point), uncertainty, beside_zero, because }
    }

    /// Where the samples are explained: the degrees above must have the same mode, and none may move.
    fn by_degrees_above(&self, equilibrium: &FieldEquilibrium, k: usize) -> Judged {
        let (mode, counts, top) = (&equilibrium.modes[k], self.counts(), self.top());
        let noisy = self.fits[counts].rms > CLEAN;
        let above: Vec<Option<&FieldMode>> =
            (counts + 1..=top.min(counts + if noisy { 1 } else { 3 })).map(|place| self.same_mode(place, equilibrium, k)).collect();
        let mut because = Vec::new();
        if above.is_empty() {
            because.push(Because::FewSamples);
        }
        // Samples that the noise leaves apart from the equilibrium tell the field there: λ is known as far as chance leaves it.
        let around = noisy && self.fits[counts].free && equilibrium.shown && above.iter().all(Option::is_some);
        let firm = mode.movement < MOVES * mode.lambda.norm() && above.iter().all(|other| is_firm(mode, *other));
        if !(around || firm) {
            because.push(Because::NotDetermined);
        }
        // What leaves it open is part of the figure.
        let reach = |other: &&FieldMode| other.movement.hypot((other.lambda - mode.lambda).norm());
        let open = above.iter().flatten().map(reach).fold(mode.movement, f64::max);
        let is_open = because.contains(&Because::NotDetermined) && open.is_finite();
        let mut uncertainty = mode.deviation;
        if let Some(Some(next)) = above.first() {
            uncertainty = if noisy { uncertainty.max(next.deviation) } else { uncertainty }.hypot((next.lambda - mode.lambda).norm());
        }
        if noisy {
            uncertainty = self.with_slow_series(equilibrium, k, uncertainty);
        }
        let nearer_to_zero = |other: &FieldMode| other.lambda.norm() < (other.lambda - mode.lambda).norm();
        let after_next = self.same_mode(counts + 2, equilibrium, k);
        let by_chance = mode.lambda.norm() <= ABOVE_ZERO * mode.deviation;
        let may_vanish = by_chance || above.iter().copied().chain([after_next]).flatten().any(nearer_to_zero);
        Judged { uncertainty, open: if is_open { open } else { 0.0 }, may_vanish, because }
    }

    /// The uncertainty with what noise may hide in degrees that are not used.
    fn with_slow_series(&self, equilibrium: &FieldEquilibrium, k: usize, mut uncertainty: f64) -> f64 {
        let (mode, counts) = (&equilibrium.modes[k], self.counts());
        let Some(after_next) = self.same_mode(counts + 2, equilibrium, k) else { return uncertainty };
        let change = after_next.lambda - mode.lambda;
        // A field with a symmetry has no terms of the next degree: the one after that counts where it differs beyond chance.
        if change.norm() > BEYOND_CHANCE * after_next.deviation {
            uncertainty = uncertainty.hypot(change.norm());
        }
        // Below a floor at degree 1 no series is to be seen.
        if counts == 0 {
            uncertainty = uncertainty.hypot(FIRST * change.norm());
        }
        // The noise hides a slow series: λ goes on where the degrees below were taking it.
        let below = counts.checked_sub(2).and_then(|place| self.same_mode(place, equilibrium, k));
        let Some(below) = below else { return uncertainty };
        let before = mode.lambda - below.lambda;
        if goes_on(before, change) {
            uncertainty = uncertainty.hypot(TAIL * change.norm());
        }
        uncertainty.hypot(still_to_come(self.fits[counts].degree, before, change, BEYOND_CHANCE * after_next.deviation))
    }

    /// Where nothing explains the samples: the highest degrees must agree where samples surround the equilibrium.
    fn by_degrees_below(&self, equilibrium: &FieldEquilibrium, k: usize) -> Judged {
        let (mode, top) = (&equilibrium.modes[k], self.top());
        let size = mode.lambda.norm();
        let below: Vec<Option<&FieldMode>> = (top.saturating_sub(2)..top).map(|place| self.same_mode(place, equilibrium, k)).collect();
        let apart = |other: &Option<&FieldMode>| other.map_or(f64::INFINITY, |other| (other.lambda - mode.lambda).norm());
        let spread = below.iter().map(apart).fold(0.0, f64::max);
        let mostly = self.fits[top].rms < MOSTLY;
        let covered = self.counts() == top
            && equilibrium.surrounded
            && mostly
            && below.len() == 2
            && spread < AGREE * size
            && mode.movement < MOVES * size
            && below.iter().all(|other| is_firm(mode, *other));
        let because = match (covered, mostly) {
            (true, _) => Vec::new(),
            (false, true) => vec![Because::StillImproving],
            (false, false) => vec![Because::NotExplained],
        };
        Judged { uncertainty: mode.deviation.max(mode.movement).hypot(TAIL * spread), open: 0.0, may_vanish: false, because }
    }

    /// The mode that an equilibrium's k-th is in another degree; `None` where that degree was not fitted, or has no such equilibrium.
    fn same_mode(&self, place: usize, equilibrium: &FieldEquilibrium, k: usize) -> Option<&FieldMode> {
        let there = self.equilibria.get(place)?.iter().find(|other| distance(&other.point, &equilibrium.point) < SAME)?;
        let lambdas = |modes: &[FieldMode]| modes.iter().map(|mode| mode.lambda).collect::<Vec<_>>();
        let same = matched(&lambdas(&equilibrium.modes), lambdas(&there.modes))[k];
        there.modes.iter().find(|mode| mode.lambda == same)
    }
}

/// Whether a mode of another degree is where this one is, and hardly moves.
fn is_firm(mode: &FieldMode, other: Option<&FieldMode>) -> bool {
    let size = mode.lambda.norm();
    other.is_some_and(|other| other.movement < MOVES * size && (other.lambda - mode.lambda).norm() < MOVES * size)
}

/// What a series as slow as that of v|v| has still to come where two degrees more than `degree` do not rule it out: their change by less than it brings, beyond `chance`.
fn still_to_come(degree: usize, before: Complex<f64>, change: Complex<f64>, chance: f64) -> f64 {
    let Some((all, next)) = degree.checked_sub(3).and_then(|above| TO_COME.get(above / 2)) else { return 0.0 };
    let size = before.norm();
    let along = (before.conj() * change).re / size.max(f64::MIN_POSITIVE);
    if along + chance < next * size { 0.0 } else { all * size }
}

/// Whether one change has the direction of another, within an eighth of a turn.
fn goes_on(before: Complex<f64>, change: Complex<f64>) -> bool {
    (before.conj() * change).re > std::f64::consts::FRAC_1_SQRT_2 * before.norm() * change.norm()
}

pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}
