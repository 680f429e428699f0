//! What learning through each method does to the orbits of a polynomial system: the drift of an invariant, the period, the amplitude.

use super::learned_cycle::LearnedCycle;
use crate::dynamics::norm::norm;
use crate::dynamics::{Field, Flow, LimitCycle, PolynomialField, equilibria};
use crate::exact::eigenvalues;
use crate::method::Method;
use crate::order::differentials::Differentials;
use crate::order::{DriftError, FieldExpansion, Invariant, LARGEST_POWER, OrderError, convergence, drift, inverse_linear_radius};
use crate::stability::StabilityFunction;
use serde::{Serialize, Serializer};

/// What becomes of one orbit of the true field in the field that a perfect fit learns, followed exactly for one turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictedDrift {
    /// Where the orbit starts.
    pub start: Vec<f64>,
    /// The change in one turn of what is measured; `null` where the truncated field leads nowhere.
    pub per_period: Option<f64>,
    /// The effect of the first term left out on it: an estimate of its error; `null` where that is not known.
    pub truncation: Option<f64>,
    /// What `per_period` is the change of.
    pub measures: Measure,
    /// The last power of h in the series for the learned field; `null` where there is no series, the answer being exact.
    pub power: Option<usize>,
    /// The time of one turn in the learned field.
    pub period: Option<f64>,
    /// The time of one turn of the truth.
    pub true_period: Option<f64>,
    /// The change in one turn of the distance from the orbit's centre, relative to that distance: positive outward.
    pub amplitude_shift: Option<f64>,
    /// `max |h^k f_k|` along the orbit, k = 0, 1, …, through the first term left out.
    pub sizes: Vec<f64>,
    /// The largest |hλ| of the true field at the equilibrium within the orbit, and the radius of convergence of the series on the linear part there; `null` where there
    /// is no such equilibrium, the radius is infinite, or the method is a multistep one.
    pub linear: Option<LinearPart>,
    /// Whether the last of those sizes still shrink, and |hλ| is within the radius. If not, the series does not converge at this h, and the numbers say little.
    pub converging: bool,
    /// Why there is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<NoOrbit>,
}

/// Why there is no number for an orbit.
#[derive(Clone, Debug, PartialEq)]
pub enum NoOrbit {
    /// |hλ| is beyond the radius of convergence of the series on the linear part.
    BeyondRadius,
    /// The terms of the series do not shrink along the orbit at this h.
    Diverges,
    /// The truncated series leads away from the orbit.
    LeadsAway,
    /// The orbit of the true field cannot be followed.
    Truth(DriftError),
    /// The learned model cannot be followed.
    Learned(DriftError),
    /// The method has no principal branch there.
    NoPrincipalBranch,
    /// The learned λ̂ is real: the model does not turn.
    DoesNotTurn,
}

impl std::fmt::Display for NoOrbit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BeyondRadius => f.write_str("|hλ| is beyond the radius of convergence on the linear part"),
            Self::Diverges => f.write_str("the series does not converge at this h"),
            Self::LeadsAway => f.write_str("the truncated series leads away from the orbit"),
            Self::Truth(error) => write!(f, "the true field itself: {error}"),
            Self::Learned(error) => write!(f, "{error}"),
            Self::NoPrincipalBranch => f.write_str("no principal branch"),
            Self::DoesNotTurn => f.write_str("the learned model does not turn"),
        }
    }
}

impl Serialize for NoOrbit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PredictedDrift {
    /// No number.
    pub(super) fn none(start: &[f64], power: usize, measures: Measure) -> Self {
        Self {
            start: start.to_vec(),
            per_period: None,
            truncation: None,
            measures,
            power: Some(power),
            period: None,
            true_period: None,
            amplitude_shift: None,
            sizes: Vec::new(),
            linear: None,
            converging: false,
            why: None,
        }
    }
}

/// How far the linear part is from where its series ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LinearPart {
    /// |hλ|.
    pub size: f64,
    /// Beyond this the series diverges.
    pub radius: f64,
}

/// What a drift is the change of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// An invariant that the true field keeps.
    Invariant,
    /// The distance from the centre of the true orbit, what the truth does to it taken off.
    Distance,
}

/// The orbits to follow: a polynomial field and starts, with the invariant where one is known.
pub struct Orbits<'a> {
    /// The true field.
    pub field: &'a PolynomialField,
    /// One orbit each.
    pub starts: &'a [Vec<f64>],
    /// A quantity that the true field keeps.
    pub invariant: Option<&'a Invariant<'a>>,
    /// The cycle that the true field settles on.
    pub cycle: Option<&'a LimitCycle>,
}

/// The powers of h that are tried for the first term left out.
const FIRST_REACH: usize = 6;

/// The field that a perfect fit through the method learns, and the power through which it is to be used: the first term left out is the first that
/// is not zero from h^6 on, and at least three powers beyond the first correction, so that two corrections at least are in.
///
/// `None` where no two corrections are within reach (methods of order 9 and more): the drift is then of order h^9 or smaller.
///
/// # Errors
/// Those of [`FieldExpansion::inverse`] and [`FieldExpansion::multistep`].
pub fn learned_expansion(method: &Method, field: &PolynomialField) -> Result<Option<(FieldExpansion, usize)>, OrderError> {
    learned_expansion_of(method, field, &Differentials::of(field))
}

/// The same of a field whose elementary differentials are kept for other methods.
fn learned_expansion_of(
    method: &Method,
    field: &PolynomialField,
    differentials: &Differentials,
) -> Result<Option<(FieldExpansion, usize)>, OrderError> {
    let mut reach = FIRST_REACH;
    loop {
        let expansion = match method {
            Method::RungeKutta(method) => FieldExpansion::inverse_of(method, differentials, reach)?,
            Method::Multistep(method) => FieldExpansion::multistep(method, field, reach)?,
        };
        let nonzero = corrections(&expansion);
        let wanted = nonzero.first().map_or(LARGEST_POWER, |first| FIRST_REACH.max(first + 3));
        if let Some(&left_out) = nonzero.iter().find(|&&k| k >= wanted) {
            return Ok(Some((expansion, left_out - 1)));
        }
        if reach == LARGEST_POWER {
            return Ok(None);
        }
        reach = if reach < wanted { wanted.min(LARGEST_POWER) } else { reach + 1 };
    }
}

/// The powers k ≥ 1 of h whose term is not zero.
fn corrections(expansion: &FieldExpansion) -> Vec<usize> {
    let lives = |term: &PolynomialField| term.components().iter().any(|p| !p.is_zero());
    (1..expansion.terms().len()).filter(|&k| lives(&expansion.terms()[k])).collect()
}

impl Orbits<'_> {
    /// The drift of every orbit through one method with step h.
    ///
    /// # Errors
    /// As [`learned_expansion`].
    pub fn through(&self, method: &Method, h: f64) -> Result<Vec<PredictedDrift>, OrderError> {
        Ok(self.through_with_cycle(method, h, &Differentials::of(self.field))?.0)
    }

    /// The same with the field's elementary differentials, and what becomes of the cycle.
    pub(super) fn through_with_cycle(
        &self,
        method: &Method,
        h: f64,
        differentials: &Differentials,
    ) -> Result<(Vec<PredictedDrift>, Option<LearnedCycle>), OrderError> {
        let radius = match method {
            Method::RungeKutta(method) => inverse_linear_radius(&StabilityFunction::of(method)).ok().map(|found| found.radius),
            Method::Multistep(_) => None,
        };
        let part = |radius: f64, size: f64| LinearPart { size: h * size, radius };
        let linear = |start: &Vec<f64>| Some(part(radius.filter(|r| r.is_finite())?, self.turning(start)?));
        let linear: Vec<Option<LinearPart>> = self.starts.iter().map(linear).collect();
        let beyond = |linear: &Option<LinearPart>| linear.is_some_and(|part| part.size >= part.radius);
        // A fitted field's coefficients have many digits, and its series takes a second; where it diverges already on the linear part nobody asks for it.
        if self.invariant.is_none() && !self.starts.is_empty() && linear.iter().all(beyond) {
            let none = |(start, &linear): (&Vec<f64>, &Option<LinearPart>)| PredictedDrift {
                linear,
                why: Some(NoOrbit::BeyondRadius),
                ..PredictedDrift::none(start, 0, Measure::Distance)
            };
            return Ok((self.starts.iter().zip(&linear).map(none).collect(), None));
        }
        let Some((expansion, power)) = learned_expansion_of(method, self.field, differentials)? else { return Ok((Vec::new(), None)) };
        let cycle = self.cycle.and_then(|truth| LearnedCycle::of(&expansion, power, truth, h));
        let one = |(start, linear): (&Vec<f64>, &Option<LinearPart>)| {
            let mut found = self.one(&expansion, h, power, start);
            found.linear = *linear;
            found.converging &= !beyond(linear);
            found
        };
        Ok((self.starts.iter().zip(&linear).map(one).collect(), cycle))
    }

    /// The largest |λ| at the equilibrium next to the centre of the orbit from here.
    fn turning(&self, start: &[f64]) -> Option<f64> {
        let field = self.field.compiled();
        // Any step will do to follow the true field: this one samples a slow orbit coarsely and a fast one finely.
        let mut f = vec![0.0; start.len()];
        field.value(start, &mut f);
        let (size, speed) = (norm(start), norm(&f));
        let step = 0.02 * size / speed;
        let orbit = Flow { absolute: 1e-8, relative: 1e-8 }.trajectory_within(&field, start, step, 400, &mut 100_000).ok()?;
        let centre = (0..start.len()).map(|j| orbit.iter().map(|x| x[j]).sum::<f64>() / orbit.len() as f64).collect();
        let found = equilibria(&field, &[centre]).into_iter().next()?;
        Some(eigenvalues(&found.jacobian).ok()?.iter().map(|disc| disc.centre.norm()).fold(0.0, f64::max))
    }

    fn one(&self, expansion: &FieldExpansion, h: f64, power: usize, start: &[f64]) -> PredictedDrift {
        let measures = if self.invariant.is_some() { Measure::Invariant } else { Measure::Distance };
        // The distance from a centre is no invariant: where the series diverges, following it would say nothing, at some cost.
        if self.invariant.is_none()
            && let Ok((sizes, false)) = convergence(expansion, h, power, start)
        {
            return PredictedDrift { sizes, why: Some(NoOrbit::Diverges), ..PredictedDrift::none(start, power, measures) };
        }
        let found = drift(expansion, h, power, start, self.invariant);
        match found {
            Ok(found) => PredictedDrift {
                start: start.to_vec(),
                per_period: Some(found.per_period),
                truncation: found.truncation.is_finite().then_some(found.truncation),
                measures,
                power: Some(power),
                period: Some(found.period),
                true_period: Some(found.true_period),
                amplitude_shift: Some(found.amplitude_shift),
                sizes: found.sizes,
                linear: None,
                converging: found.converging,
                why: None,
            },
            Err(error) => {
                // The truth may have an orbit where the truncated series has none.
                let judged = convergence(expansion, h, power, start);
                let why = match (&judged, error) {
                    (Err(_), error) => NoOrbit::Truth(error),
                    (Ok(_), DriftError::NoTurn { .. } | DriftError::Flow(_)) => NoOrbit::LeadsAway,
                    (Ok(_), error) => NoOrbit::Learned(error),
                };
                let (sizes, converging) = judged.unwrap_or_default();
                PredictedDrift { sizes, converging, why: Some(why), ..PredictedDrift::none(start, power, measures) }
            }
        }
    }
}
