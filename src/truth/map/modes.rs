//! The modes of a system from its samples: λ = log μ / H at the fixed points of the discrete map, with uncertainties.

use super::bootstrap::{self, Centre, listed};
use super::discrete_map::{DiscreteMap, Monomials};
use super::fixed_points::{self, Extent};
use super::observer::Observer;
use super::regression::{DegreeScore, MOST_COEFFICIENTS, Pairs};
use crate::data::{DataError, EvenSamples, Trajectories};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::truth::caveat::Caveat;
use crate::truth::finding::Because;
use nalgebra::DVector;
use num_complex::Complex;
use serde::{Deserialize, Serialize};
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use thiserror::Error;

/// Why modes cannot be found.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ModesError {
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A map that moves nothing.
    #[error("degree 0 is a constant map, which has no modes; use degree 1 or more")]
    DegreeZero,
    /// More coordinates than there are columns.
    #[error("{rank} coordinates are asked for, but the samples have {columns} {}; ask for at most as many", if *.columns == 1 { "column" } else { "columns" })]
    Rank {
        /// How many are asked for.
        rank: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// Numbers at the end of the range of f64.
    #[error("{origin}: the values of `{variable}` are too large or too close together to compute with (1e-100 to 1e100); change its unit")]
    Range {
        /// Where the data come from.
        origin: String,
        /// The column.
        variable: String,
    },
    /// More coefficients than equations.
    #[error(
        "{origin}: {} not suffice for a map of degree {degree} in {}, which has {terms} coefficients for each; \
         give more samples{}",
        if *.pairs == 1 { "1 pair of successive samples does".to_owned() } else { format!("{} pairs of successive samples do", .pairs) },
        if *.variables == 1 { "1 variable".to_owned() } else { format!("{} variables", .variables) },
        // Only what can be done.
        match (*.degree > 1, *.variables > 1) {
            (true, true) => ", a lower degree, or fewer columns",
            (true, false) => " or a lower degree",
            (false, true) => " or fewer columns",
            (false, false) => "",
        }
    )]
    TooFewSamples {
        /// Where the data come from.
        origin: String,
        /// Pairs of successive samples.
        pairs: usize,
        /// The degree.
        degree: usize,
        /// The number of variables, or of directions in which the data vary.
        variables: usize,
        /// Coefficients of each component.
        terms: usize,
    },
    /// More coefficients than are worth computing.
    #[error(
        "{origin}: a map of degree {degree} in {variables} variables has more than {MOST_COEFFICIENTS} coefficients; \
         choose a lower degree or fewer columns"
    )]
    TooLarge {
        /// Where the data come from.
        origin: String,
        /// The degree.
        degree: usize,
        /// The number of variables.
        variables: usize,
    },
    /// Samples that satisfy a polynomial equation themselves.
    #[error(
        "{origin}: the samples do not determine a map of degree {degree}, because they lie on a curve or surface of that degree \
         themselves; choose a lower degree, or add trajectories from other starts"
    )]
    Undetermined {
        /// Where the data come from.
        origin: String,
        /// The degree.
        degree: usize,
    },
    /// Nowhere to linearise.
    #[error("{origin}: {}", if *.degree == 1 {
        "the affine map from sample to sample leaves no point in place: the samples drift, and without an equilibrium there is no mode".to_owned()
    } else {
        format!("the fitted map of degree {} has no fixed point near the data; choose another degree, such as 1", .degree)
    })]
    NoFixedPoint {
        /// Where the data come from.
        origin: String,
        /// The degree.
        degree: usize,
    },
    /// A Jacobian without usable eigenvalues.
    #[error("{origin}: {source}")]
    Eigenvalues {
        /// Where the data come from.
        origin: String,
        /// What is wrong with it.
        source: EigenvaluesError,
    },
}

/// How to look for modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModesOptions {
    /// 1: the system is known to be linear, the motion a sum of exponentials. Otherwise, and where no such sum explains the samples, the degree of the discrete map;
    /// `None` leaves it to cross-validation.
    pub degree: Option<usize>,
    /// Whether to fit `log x` instead of `x`.
    pub log: bool,
    /// How many coordinates the columns are reduced to; `None` keeps those that stand above the noise.
    #[serde(default)]
    pub rank: Option<usize>,
    /// Whether the motion is known to come to rest at zero in every column, as concentrations do.
    #[serde(default)]
    pub rests_at_zero: bool,
    /// Bootstrap draws.
    pub draws: usize,
    /// The seed of the draws; one seed gives the same figures everywhere.
    pub seed: u64,
}

impl Default for ModesOptions {
    fn default() -> Self {
        Self { degree: None, log: false, rank: None, rests_at_zero: false, draws: 200, seed: 0 }
    }
}

/// One eigenvalue of the continuous-time system at an equilibrium.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mode {
    /// λ = log μ / H with the principal logarithm: |Im λ| ≤ π/H.
    pub lambda: Complex<f64>,
    /// The equilibrium, in the data's own variables.
    pub equilibrium: Vec<f64>,
    /// The radius about λ that holds it in two of three repetitions of the same noise, with what estimators and models that fit as well leave open; where there is one.
    pub uncertainty: Option<f64>,
    /// Whether the samples determine it. What is not settled gets no verdict and drives no recommendation.
    #[serde(default = "yes")]
    pub settled: bool,
    /// Why it is not settled.
    #[serde(default)]
    pub because: Vec<Because>,
}

/// Uncertainties that Re λ must be from zero for its sign to be known.
const SIGNIFICANT: f64 = 2.0;

fn yes() -> bool {
    true
}

impl Mode {
    /// A mode that the samples determine.
    pub fn determined(lambda: Complex<f64>, equilibrium: Vec<f64>, uncertainty: Option<f64>) -> Self {
        Self { lambda, equilibrium, uncertainty, settled: true, because: Vec::new() }
    }

    /// A mode as told: settled where nothing speaks against it; with its mirror image where it has one and stands for `both`.
    pub(crate) fn told(lambda: Complex<f64>, equilibrium: Vec<f64>, uncertainty: f64, because: Vec<Because>, both: bool) -> Vec<Self> {
        let uncertainty = uncertainty.is_finite().then_some(uncertainty);
        let mode = |lambda| Self {
            settled: because.is_empty(),
            because: because.clone(),
            ..Self::determined(lambda, equilibrium.clone(), uncertainty)
        };
        if both && lambda.im != 0.0 { vec![mode(lambda), mode(lambda.conj())] } else { vec![mode(lambda)] }
    }

    /// Whether it may decay or grow for all that the samples say: Re λ is not zero, but within twice its uncertainty of zero.
    pub fn sign_is_open(&self) -> bool {
        self.lambda.re != 0.0 && self.uncertainty.is_some_and(|u| self.lambda.re.abs() <= SIGNIFICANT * u)
    }

    /// The largest |Re λ| within twice the uncertainty.
    pub fn fastest_growth(&self) -> f64 {
        self.lambda.re.abs() + SIGNIFICANT * self.uncertainty.unwrap_or(0.0)
    }
}

/// The modes of a data set, and how they were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Modes {
    /// Slowest decay first within each equilibrium, both members of a conjugate pair, +i first.
    pub modes: Vec<Mode>,
    /// The degree of the discrete map.
    pub degree: usize,
    /// How well each degree predicted left-out samples; empty when the degree was forced or there were too few samples.
    pub scores: Vec<DegreeScore>,
    /// κ of the prediction-error fit: 0 when the samples are noisy and the motion is not, 1 when it is the other way round.
    pub gain: f64,
    /// What a reader must know to take these figures rightly.
    pub caveats: Vec<Caveat>,
}

/// The modes of the samples, without any ODE integrator.
///
/// The map from one sample to the next is fitted as a polynomial, first by regression, with the degree that cross-validation
/// chooses, then by prediction errors, which noise in the samples does not bias; λ = log μ / H for the eigenvalues μ of its Jacobian at
/// its fixed points near the data. Sampling cannot tell λ from λ + 2πik/H: all are given with |Im λ| ≤ π/H.
///
/// ```
/// use lambdahat::data::Reading;
/// use lambdahat::truth::{ModesOptions, find_modes};
/// let data = Reading::default().parse(b"t,x\n0,1\n0.5,2\n1,4\n1.5,8\n2,16\n", "doubling.csv")?;
/// let found = find_modes(&data, &ModesOptions::default())?;
/// assert!((found.modes[0].lambda.re - 2.0 * 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), lambdahat::truth::ModesError>(())
/// ```
pub fn find_modes(data: &Trajectories, options: &ModesOptions) -> Result<Modes, ModesError> {
    let logged = if options.log { Some(data.log()?) } else { None };
    let data = logged.as_ref().unwrap_or(data);
    let even = data.require_even()?;
    let filled = Extent::of(even.all_states(), data.dimension());
    if let Some(variable) = filled.extreme() {
        return Err(ModesError::Range { origin: data.source().into(), variable: data.variables()[variable].clone() });
    }
    let pairs = Pairs::of(&even);
    let mut search = Search { data: &even, filled, options, caveats: Vec::new() };
    let (regression, scores) = search.regression(&pairs)?;
    let samples: Vec<Vec<DVector<f64>>> = even.states().map(|states| states.map(|x| pairs.coordinates.of_state(x)).collect()).collect();
    let (observer, points) = search.observer(&pairs, regression, &samples)?;
    let mut centres = Vec::with_capacity(points.len());
    for point in points {
        let jacobian = observer.map.image_and_jacobian(&point).1;
        let discs = eigenvalues(&jacobian).map_err(|source| ModesError::Eigenvalues { origin: data.source().into(), source })?;
        let multipliers = search.with_logarithm(listed(&discs));
        centres.push(Centre { point, multipliers });
    }
    let free = pairs.count() > observer.map.monomials.count();
    if !free {
        search.caveats.push(Caveat::NoUncertainty);
    }
    let draws = if free { options.draws } else { 0 };
    let uncertainties = bootstrap::uncertainties(&observer, &samples, &centres, even.interval(), draws, options.seed);
    let mut modes = Vec::new();
    for (centre, uncertainties) in centres.iter().zip(uncertainties) {
        let state = observer.map.coordinates().to_state(&centre.point);
        let equilibrium: Vec<f64> = if options.log { state.iter().map(|x| x.exp()).collect() } else { state };
        let mut here: Vec<Mode> = std::iter::zip(&centre.multipliers, uncertainties)
            .map(|(mu, uncertainty)| Mode::determined(mu.ln() / even.interval(), equilibrium.clone(), uncertainty))
            .collect();
        here.sort_by(|a, b| b.lambda.re.total_cmp(&a.lambda.re).then(b.lambda.im.total_cmp(&a.lambda.im)));
        modes.extend(here);
    }
    if let Some((correlation, by_chance)) = observer.error_correlation(&samples)
        && correlation > (4.0 * by_chance).max(0.3)
    {
        search.caveats.push(Caveat::MotionMissed { correlation, degree: observer.map.degree() });
    }
    search.remark(&modes);
    Ok(Modes { modes, degree: observer.map.degree(), scores, gain: observer.gain, caveats: search.caveats })
}

/// One search, and what it has to tell.
struct Search<'a> {
    data: &'a EvenSamples<'a>,
    filled: Extent,
    options: &'a ModesOptions,
    caveats: Vec<Caveat>,
}

impl Search<'_> {
    fn origin(&self) -> String {
        self.data.data().source().into()
    }

    /// The map by least squares, of the degree asked for or chosen.
    fn regression(&mut self, pairs: &Pairs) -> Result<(DiscreteMap, Vec<DegreeScore>), ModesError> {
        let (variables, directions) = (self.data.dimension(), pairs.coordinates.count());
        if directions < variables {
            self.caveats.push(Caveat::FewerDimensions { directions, variables });
        }
        let terms = |degree| {
            let too_large = || ModesError::TooLarge { origin: self.origin(), degree, variables: directions };
            let terms = Monomials::number(degree, directions).filter(|n| n * directions <= MOST_COEFFICIENTS).ok_or_else(too_large)?;
            if terms <= pairs.count() {
                return Ok(());
            }
            Err(ModesError::TooFewSamples { origin: self.origin(), pairs: pairs.count(), degree, variables: directions, terms })
        };
        let undetermined = |degree| ModesError::Undetermined { origin: self.origin(), degree };
        match self.options.degree {
            Some(0) => Err(ModesError::DegreeZero),
            Some(degree) => {
                terms(degree)?;
                Ok((pairs.fit(degree, |_| true).ok_or_else(|| undetermined(degree))?, Vec::new()))
            }
            None => {
                terms(1)?;
                let (degree, scores) = pairs.choose_degree().ok_or_else(|| undetermined(1))?;
                Ok((pairs.fit(degree, |_| true).ok_or_else(|| undetermined(degree))?, scores))
            }
        }
    }

    /// The map refined by prediction errors, and its fixed points; of a lower degree where a chosen one has none near the data.
    fn observer(
        &mut self,
        pairs: &Pairs,
        mut regression: DiscreteMap,
        samples: &[Vec<DVector<f64>>],
    ) -> Result<(Observer, Vec<DVector<f64>>), ModesError> {
        let all: Vec<DVector<f64>> = samples.concat();
        let mut first = None;
        if self.options.degree.is_none() && regression.degree() > 1 {
            let lower = (1..regression.degree()).filter_map(|degree| pairs.fit(degree, |_| true));
            let candidates: Vec<Observer> = lower.chain([regression.clone()]).map(|map| Observer::fitted(map, samples)).collect();
            let best = candidates.into_iter().min_by(|a, b| a.information(samples).total_cmp(&b.information(samples)));
            if let Some(best) = &best
                && best.map.degree() < regression.degree()
            {
                self.caveats.push(Caveat::SimplerMap { predicting: regression.degree(), degree: best.map.degree() });
            }
            first = best;
        }
        loop {
            let observer = match first.take() {
                Some(observer) => observer,
                None => Observer::fitted(regression, samples),
            };
            let degree = observer.map.degree();
            let points = fixed_points::near_data(&observer.map, &all, &self.filled);
            if !points.is_empty() {
                if points.len() > 1 {
                    self.caveats.push(Caveat::SeveralEquilibria { count: points.len() });
                }
                return Ok((observer, points));
            }
            if degree == 1 {
                let outside = fixed_points::from_start(&observer.map, DVector::zeros(pairs.coordinates.count()));
                let point = outside.ok_or_else(|| ModesError::NoFixedPoint { origin: self.origin(), degree })?;
                self.caveats.push(Caveat::EquilibriumOutside);
                return Ok((observer, vec![point]));
            }
            let lower = if self.options.degree.is_none() { pairs.fit(degree - 1, |_| true) } else { None };
            regression = lower.ok_or_else(|| ModesError::NoFixedPoint { origin: self.origin(), degree })?;
            self.caveats.push(Caveat::NoFixedPoint { without: degree, degree: degree - 1 });
        }
    }

    /// Leaves out eigenvalues that have no logarithm.
    fn with_logarithm(&mut self, multipliers: Vec<Complex<f64>>) -> Vec<Complex<f64>> {
        let (gone, kept): (Vec<_>, Vec<_>) = multipliers.into_iter().partition(|mu| mu.norm() < 1e-13);
        if !gone.is_empty() {
            self.caveats.push(Caveat::DiesWithinSample { count: gone.len() });
        }
        kept
    }

    /// What the modes cannot say by themselves.
    fn remark(&mut self, modes: &[Mode]) {
        let h = self.data.interval();
        let fastest = modes.iter().map(|m| m.lambda.im.abs()).fold(0.0, f64::max) * h;
        let lone = modes.iter().find(|m| (m.lambda.im * h - PI).abs() < 1e-9);
        if let Some(mode) = lone {
            self.caveats.push(Caveat::Alternates { growth: mode.lambda.re });
        } else if fastest > FRAC_PI_2 {
            self.caveats.push(Caveat::CoarselySampled { per_period: TAU / fastest, nyquist: PI / h });
        }
        // A pair counts once.
        let vague = modes.iter().filter(|m| m.lambda.im >= 0.0 && m.uncertainty.is_some_and(|u| u > m.lambda.norm())).count();
        if vague > 0 {
            self.caveats.push(Caveat::LargeUncertainty { count: vague });
        }
        let unsettled = modes.iter().filter(|m| m.lambda.im >= 0.0 && m.uncertainty.is_none()).count();
        if unsettled > 0 && !self.caveats.contains(&Caveat::NoUncertainty) {
            self.caveats.push(Caveat::EquilibriumVanishes { count: unsettled });
        }
    }
}
