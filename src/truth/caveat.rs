//! What a reader must know to take the modes rightly: facts with their numbers. Their sentences stand in `words`.

use super::inputs::between::Between;
use super::map::regression::DegreeScore;
use crate::data::TimeUnit;
use serde::{Deserialize, Serialize};

/// Earlier rows beside each row, in the place of a state that was not recorded: x(t), x(t − τ), x(t − 2τ) …
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DelayedCopies {
    /// How many earlier rows each row has beside it.
    pub copies: usize,
    /// τ in rows.
    pub rows: usize,
    /// τ in the unit of time.
    pub lag: f64,
}

fn own() -> bool {
    true
}

/// What limits the modes of a data set, or says how they were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Caveat {
    /// The map from sample to sample, and how well each degree predicted left-out samples.
    MapDegree {
        /// The degree that is used.
        degree: usize,
        /// One a degree tried.
        scores: Vec<DegreeScore>,
    },
    /// As many coefficients as samples: no uncertainty can be given.
    NoUncertainty,
    /// Successive prediction errors are alike: the map misses part of the motion.
    MotionMissed {
        /// Correlation of successive prediction errors.
        correlation: f64,
        /// The degree of the map.
        degree: usize,
    },
    /// The samples span fewer dimensions than there are columns.
    FewerDimensions {
        /// Dimensions in which the samples vary.
        directions: usize,
        /// Columns.
        variables: usize,
    },
    /// A lower degree than cross-validation chose, by Bayesian information.
    SimplerMap {
        /// The degree that predicts the next sample best.
        predicting: usize,
        /// The degree that is used.
        degree: usize,
    },
    /// The fitted map has several fixed points near the data.
    SeveralEquilibria {
        /// How many.
        count: usize,
    },
    /// The equilibrium is extrapolated by an affine map.
    EquilibriumOutside,
    /// An equilibrium far outside the samples, where a mode is zero within its uncertainty: they do not tell where the motion comes to rest, or whether it does.
    EquilibriumOpen,
    /// Nothing is settled, all columns level off, and one of them only rises or only falls: some field of these columns alone moves so, and it is near rest that
    /// too little is known of it.
    LevelsOff {
        /// Columns.
        columns: usize,
    },
    /// Nothing is settled, and every column stays positive and falls towards zero: whether the motion rests there is not in the samples.
    FallsToZero,
    /// Gaps over which the slowest mode loses all but e⁻³ of itself begin new runs: what was recorded after them may have been started anew.
    GapsBegin {
        /// In time.
        longer: f64,
    },
    /// Each trajectory comes to rest at a place of its own: no linear field of these columns does that.
    RestsApart,
    /// The chosen map has no fixed point near the data, a lower degree is used.
    NoFixedPoint {
        /// The degree without one.
        without: usize,
        /// The degree that is used.
        degree: usize,
    },
    /// Modes that die within one sample are left out.
    DiesWithinSample {
        /// How many.
        count: usize,
    },
    /// A negative multiplier: the samples alternate about the equilibrium, as no real mode does on its own.
    Alternates {
        /// Re λ.
        growth: f64,
    },
    /// A period has few samples: frequencies that differ by 2π/H look alike.
    CoarselySampled {
        /// Samples in a period of the fastest mode.
        per_period: f64,
        /// π/H, below which the frequency is given.
        nyquist: f64,
    },
    /// Modes whose uncertainty exceeds their size.
    LargeUncertainty {
        /// How many, a pair as one.
        count: usize,
    },
    /// Modes without an uncertainty: their equilibrium vanishes in a third of the bootstrap draws or more.
    EquilibriumVanishes {
        /// How many, a pair as one.
        count: usize,
    },
    /// Whether a mode decays or grows is not settled.
    SignOpen {
        /// Re λ.
        growth: f64,
        /// Its uncertainty.
        uncertainty: f64,
    },
    /// The motion repeats itself, and noise hides whether it attracts what starts beside it.
    CycleOrOrbit {
        /// The time of a turn.
        period: f64,
    },
    /// Several fields of this degree meet the samples equally well: what a method makes of their orbits is not settled.
    OrbitsOpen {
        /// The degree of the field.
        degree: usize,
    },
    /// Many columns are described by a few coordinates, as many as stand above the noise (Gavish & Donoho 2014).
    Coordinates {
        /// Coordinates that are kept.
        coordinates: usize,
        /// Columns.
        columns: usize,
        /// The share of the variance that they keep.
        kept: f64,
    },
    /// A polynomial field meets the samples by its own flow.
    FieldFitted {
        /// Whether the modes are its own: not where the degree of a map was asked for.
        #[serde(default = "own")]
        of_modes: bool,
        /// The lowest degree from which more make no material difference.
        degree: usize,
        /// Its residual, relative to the motion in one interval.
        residual: f64,
        /// It was fitted to one row in so many, of which intervals are meant here.
        every: usize,
        /// Extrapolated steps of its flow in one interval.
        steps: usize,
        /// The largest change of a mode when it is fitted through twice as many, relative to the largest mode beside it; `None` where that was not tried.
        doubled: Option<f64>,
    },
    /// The modes are those of a polynomial field that leaves more than rounding or noise does: of the highest degree that was fitted, or of one whose residuals follow each other.
    FieldLeaves {
        /// Its degree.
        degree: usize,
        /// Its residual, relative to the motion in one interval.
        residual: f64,
        /// It was fitted to one row in so many, of which intervals are meant here.
        every: usize,
        /// Extrapolated steps of its flow in one interval.
        steps: usize,
        /// The largest change of a mode when it is fitted through twice as many, relative to the largest mode beside it; `None` where that was not tried.
        doubled: Option<f64>,
    },
    /// The field that explains the samples closes after this time.
    Closed {
        /// The time of one turn.
        period: f64,
        /// The product of the non-trivial Floquet multipliers: 1 for closed orbits around a centre, less for a limit cycle.
        multiplier: f64,
        /// Half the range of each variable over a turn; empty where the field is one of other coordinates.
        #[serde(default)]
        amplitude: Vec<f64>,
    },
    /// A steady oscillation of one size: it is a mode only if the system is linear and nothing drives it. A limit cycle and a steady forced motion can look the
    /// same in every digit.
    OneSize {
        /// Im λ.
        frequency: f64,
    },
    /// A steady cycle about a slow trend: a clock outside drives it, as the year does the seasons.
    SteadyCycle {
        /// The time of one turn.
        period: f64,
        /// One standard deviation of that.
        uncertainty: f64,
        /// The amplitude of each column at that period.
        amplitude: Vec<f64>,
        /// The mean change of each column in a unit of time: the trend.
        rate: Vec<f64>,
        /// That unit.
        #[serde(default)]
        unit: TimeUnit,
        /// The share of the variance about the trend that the cycle explains.
        share: f64,
        /// Whether each run has a size of its own, which it keeps, as in a free motion.
        #[serde(default)]
        sizes_differ: bool,
        /// The period of another cycle beside it, where the two have none in common.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<f64>,
    },
    /// Noise keeps the motion going: the modes are those of its mean, which regression from row to row learns.
    NoiseDriven {
        /// What chance does in one interval, relative to the motion in it.
        chance: f64,
    },
    /// The search was asked to end: the modes are what was settled so far.
    Stopped,
    /// The samples show more modes than they have columns: the columns are not the whole state.
    PartOfState {
        /// Columns, or coordinates.
        columns: usize,
        /// Modes, a pair as two.
        modes: usize,
        /// [Re λ, Im λ] of what a linear model of these columns alone learns of the samples through the loss and an exact integrator; empty where that is not known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alone: Vec<[f64; 2]>,
        /// The delayed copies that a prediction takes for the rest of the state, where it is of samples at even times.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delays: Option<DelayedCopies>,
    },
    /// The row before the last one tells what comes next, which the last one alone does not: the columns are not the whole state, something outside drives them, or rows are too far apart.
    LagTells {
        /// What a polynomial of one row leaves of the motion of an interval.
        alone: f64,
        /// The same of two rows.
        with_lag: f64,
    },
    /// Inputs are taken as known, not as states.
    InputsUsed {
        /// How many.
        inputs: usize,
        /// What they do between rows, as far as the samples tell.
        hold: Between,
        /// What is left, relative to the motion in one interval.
        residual: f64,
    },
    /// The times are not quite even, and samples with inputs are taken as if they were.
    TakenAsEven {
        /// The largest part by which an interval differs from their mean.
        differs: f64,
    },
    /// There are inputs at uneven times, and too few rows or too many columns to follow them.
    UnevenInputs {
        /// The shortest interval.
        shortest: f64,
        /// The longest one.
        longest: f64,
    },
    /// What the loss learns of these inputs is not followed: λ̂ is that of no inputs, and there is no verdict.
    LearnedWithoutInputs,
    /// Noise moves the modes, and what the loss asked for makes of it is not followed for a model of these columns.
    NoiseUnfollowed {
        /// The directions of a linear motion, in which it is followed; `None` of a nonlinear one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directions: Option<usize>,
    },
    /// The samples' inputs go on between rows, and the loop holds them: what it learns is another system, through any integrator.
    StraightTakenHeld,
    /// The samples' inputs are held, and the loop takes them to go straight: what it learns is that of neither.
    HeldTakenStraight,
    /// Orbits are those of a polynomial field fitted to the samples.
    FittedOrbits {
        /// The degree of the field.
        degree: usize,
        /// Its residual, relative to the motion in one interval.
        residual: f64,
    },
}

impl Caveat {
    /// Columns that show more modes than there are columns, before anything is learned of them.
    pub fn part_of_state(columns: usize, modes: usize) -> Self {
        Self::PartOfState { columns, modes, alone: Vec::new(), delays: None }
    }

    /// Whether nothing can be recommended beside it: through no method and no loss does such a loop learn these samples.
    pub fn forbids_advice(&self) -> bool {
        self.forbids_verdicts() || matches!(self, Self::RestsApart | Self::HeldTakenStraight | Self::StraightTakenHeld)
    }

    /// Whether no mode gets a verdict beside it: what the loss learns of these samples is not known.
    pub fn forbids_verdicts(&self) -> bool {
        matches!(self, Self::LearnedWithoutInputs | Self::NoiseUnfollowed { .. })
    }
}
