//! What a person who trains through a call should know, as facts.

use num_complex::Complex;
use serde::Serialize;

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bounds {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The batches over which a spread is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Batches {
    /// One real start at evenly spread phases.
    Phases,
    /// Parts of the data.
    Data,
}

/// What hides a mode from the error norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenBy {
    /// atol, beside which the mode is small.
    Absolute,
    /// Other modes of the data, beside which it is small.
    LargerModes,
}

/// Something that a person who trains through this call should know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "concern", rename_all = "kebab-case")]
pub enum Concern {
    /// Noise in the samples moves what even an exact integrator learns.
    Noise {
        /// What the loss prefers in the place of λ.
        #[serde(serialize_with = "crate::inverse::branches::pair")]
        apparent: Complex<f64>,
    },
    /// The decay is learned too strong by this share of it.
    OverDamped {
        /// (Re λ − Re λ̂)/|Re λ|.
        share: f64,
    },
    /// The decay is learned too weak by this share of it.
    UnderDamped {
        /// (Re λ̂ − Re λ)/|Re λ|.
        share: f64,
    },
    /// Decay is learned as growth, or the reverse.
    SignTurned {
        /// Re λ̂.
        growth: f64,
    },
    /// Another solution within reach grows where λ decays, or the reverse, or turns the other way.
    OtherSolution {
        /// The nearest such λ̂.
        #[serde(serialize_with = "crate::inverse::branches::pair")]
        lambda: Complex<f64>,
    },
    /// No model is without loss; a fit hovers between the two sides.
    NoSolution {
        /// Roots on both sides of the jump, where they are known.
        #[serde(serialize_with = "sides")]
        between: Option<[Complex<f64>; 2]>,
    },
    /// What is learned depends on the batch.
    BatchDependent {
        /// Re λ̂.
        growth: Bounds,
        /// Im λ̂.
        frequency: Bounds,
        /// Which batches were tried.
        over: Batches,
        /// How many.
        of: usize,
        /// In how many of them no solution was found.
        none: usize,
    },
    /// The norm hardly sees the mode: its relative tolerance is this.
    Uncontrolled {
        /// (rtol·A_total + atol)/A.
        effective: f64,
        /// What hides it.
        by: HiddenBy,
    },
    /// The shift is the interpolant's: landing on the samples reduces it.
    InterpolationLimited {
        /// |λ̂ − λ| as called.
        shift: f64,
        /// |λ̂ − λ| landing on the samples.
        landing: f64,
    },
    /// In single precision the rounding is larger than the shift.
    RoundingLimited {
        /// The shift of exact arithmetic.
        shift: f64,
        /// The rounding's share.
        rounding: f64,
    },
    /// Over whole trajectories no model is without loss: the root mean square error stays above this, relative to the mode.
    LossFloor {
        /// The floor.
        floor: f64,
    },
    /// The first step is a fixed number in whatever unit of time.
    FixedFirstStep {
        /// That number.
        step: f64,
    },
}

fn sides<S: serde::Serializer>(sides: &Option<[Complex<f64>; 2]>, serializer: S) -> Result<S::Ok, S::Error> {
    sides.map(|pair| pair.map(|z| [z.re, z.im])).serialize(serializer)
}
