//! Every λ̂ that a loop can learn from one mode, and what is known of each.

use super::characteristic::Characteristic;
use super::flags::{Flag, flags};
use super::undefined::Undefined;
use crate::exact::RootsError;
use crate::method::Sampling;
use num_complex::Complex;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// Why the branches of a mode cannot be given.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BranchError {
    /// R is constant, so no λ̂ is distinguished.
    #[error("the stability function of {method} is constant: every λ̂ gives the same step, so nothing can be learned through it")]
    Degenerate {
        /// The method.
        method: String,
    },
    /// λ is infinite or not a number.
    #[error("λ must be finite, not {0:e}")]
    Mode(Complex<f64>),
    /// e^{Hλ} or e^{hλ} leaves the range of f64.
    #[error(
        "e^(Hλ) with Hλ = {} is too large or too small for double precision (|Re Hλ| must stay below 700, |Im Hλ| below 1e12): use a shorter interval",
        words(*.0)
    )]
    Exponent(Complex<f64>),
    /// A λ̂, or a characteristic root, leaves the range of f64.
    #[error(
        "λ̂ or a root of its recurrence is too large or too small for double precision (beyond 1e±300), at Hλ = {}: use a shorter interval",
        words(*.exponent)
    )]
    Range {
        /// Hλ.
        exponent: Complex<f64>,
    },
    /// More solutions than anyone can use.
    #[error("{substeps} substeps of degree {degree} have {count} solutions; at most {limit} are computed", count = u64::from(*.substeps) * *.degree as u64)]
    TooMany {
        /// m.
        substeps: u32,
        /// The number of solutions of each factor.
        degree: usize,
        /// The limit.
        limit: usize,
    },
    /// More modes than memory holds the solutions of.
    #[error("{modes} modes with {solutions} solutions each do not fit into memory; ask for fewer at a time")]
    Memory {
        /// How many modes.
        modes: usize,
        /// The solutions of each.
        solutions: usize,
    },
    /// The coefficients are not known well enough to say how many solutions are finite.
    #[error("whether a solution lies at infinity depends on the rounding of the scheme's coefficients: give them exactly")]
    Infinity,
    /// The root finder could not answer.
    #[error("the branches of {method} cannot be computed: {source}")]
    Roots {
        /// The method.
        method: String,
        /// Why.
        source: RootsError,
    },
}

/// One solution of `R(hλ̂)^m = e^{Hλ}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Branch {
    /// λ̂.
    #[serde(serialize_with = "pair")]
    pub lambda: Complex<f64>,
    /// hλ̂.
    #[serde(serialize_with = "pair")]
    pub z: Complex<f64>,
    /// Exactly `solutions` exact solutions λ̂ lie within this distance of `lambda`, and no other.
    pub radius: f64,
    /// One; more for the members of a cluster, solutions that could not be separated, which all give the same disc.
    pub solutions: usize,
    /// `|R(hλ̂)^m − e^{Hλ}|` at this very f64 λ̂, evaluated in double-double. For a multistep method `|ζ̂^m − e^{Hλ}|` with the root ζ̂ of
    /// `ρ − hλ̂σ` near ζ, to first order.
    pub residual: f64,
    /// `|dλ̂/dλ|`: how much further λ̂ moves than λ, and than the noise of the data. It is 1 for a faithful branch and grows without
    /// bound towards a branch point. For a one-step method it is `|R(z)/R′(z)|`. Infinite at a double solution, where it is
    /// written as the largest double.
    #[serde(serialize_with = "bounded")]
    pub condition: f64,
    /// Whether it is the continuation of z = 0 along s ↦ e^{sHλ}.
    pub principal: bool,
    /// In which ways it differs from the mode in kind.
    pub flags: Vec<Flag>,
}

/// What the principal branch is, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Principal {
    /// The branch of this index.
    Branch(usize),
    /// It lies at infinity.
    Infinity,
    /// The continuation breaks off.
    Undefined(Undefined),
}

impl Principal {
    /// Why there is no finite principal branch; `None` where there is one.
    pub fn undefined(self) -> Option<Undefined> {
        match self {
            Self::Branch(_) => None,
            Self::Infinity => Some(Undefined::AtInfinity),
            Self::Undefined(why) => Some(why),
        }
    }
}

/// All solutions for one mode, sorted by their distance from λ.
#[derive(Clone, Debug, PartialEq)]
pub struct Branches {
    /// The method's name.
    pub method: String,
    /// The true eigenvalue.
    pub lambda: Complex<f64>,
    /// How the data are sampled and integrated.
    pub sampling: Sampling,
    /// How many solutions lie at infinity; with the branches they are `m · max(deg P, deg Q)`.
    pub at_infinity: usize,
    /// The finite solutions.
    pub branches: Vec<Branch>,
    /// Which of them is continued from zero.
    pub principal: Principal,
    /// For a multistep method, the roots of `ρ(ζ) − hλ̂ σ(ζ)` at the principal λ̂.
    pub characteristic: Option<Characteristic>,
    /// Whether a scheme given in rounded decimals had to be taken exactly as printed: its radii then say nothing of the scheme that
    /// those decimals were rounded from. Otherwise the discs hold for every scheme within the rounding.
    pub as_printed: bool,
}

impl Branches {
    /// How many branches are so steep that the doubles nearest to them miss the samples: their residual exceeds 10⁻⁶ of e^{Hλ}.
    ///
    /// The exact λ̂ reproduces the samples all the same; what misses is the rounding of λ̂ to a double, which R′ magnifies.
    pub fn steep(&self) -> usize {
        let growth = (self.lambda.re * self.sampling.interval()).exp();
        self.branches.iter().filter(|b| b.residual > 1e-6 * growth).count()
    }

    /// The same λ̂ beside another mode: what is learned in the place of `lambda` from samples whose noise has changed it.
    #[must_use]
    pub fn beside(mut self, lambda: Complex<f64>) -> Self {
        self.lambda = lambda;
        for branch in &mut self.branches {
            branch.flags = flags(lambda, branch.lambda, branch.radius);
        }
        self
    }

    /// The same λ̂ moved as the principal branch is from `here` to `there`, beside the mode of `there`: as far as λ itself, where there is none.
    #[must_use]
    pub(crate) fn moved_as(mut self, here: &Self, there: &Self) -> Self {
        let by = match (here.principal(), there.principal()) {
            (Some(here), Some(there)) => there.lambda - here.lambda,
            _ => there.lambda - here.lambda,
        };
        for branch in &mut self.branches {
            branch.lambda += by;
            branch.z = branch.lambda * self.sampling.step().get();
        }
        self.beside(there.lambda)
    }

    /// The same with another λ̂ on the principal branch.
    #[must_use]
    pub(crate) fn with_principal(mut self, learned: Complex<f64>) -> Self {
        if let Principal::Branch(index) = self.principal
            && let Some(branch) = self.branches.get_mut(index)
        {
            (branch.lambda, branch.z) = (learned, learned * self.sampling.step().get());
            branch.flags = flags(self.lambda, learned, branch.radius);
        }
        self
    }

    /// The principal branch, where it is finite and defined.
    pub fn principal(&self) -> Option<&Branch> {
        match self.principal {
            Principal::Branch(index) => self.branches.get(index),
            _ => None,
        }
    }
}

/// JSON has no infinity.
fn bounded<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(x.min(f64::MAX))
}

/// A complex number in a sentence: huge and tiny parts in powers of ten.
pub(crate) fn words(z: Complex<f64>) -> String {
    let number = |x: f64| if x == 0.0 || (1e-4..1e7).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") };
    let sign = if z.im.is_sign_negative() { "" } else { "+" };
    if z.im == 0.0 { number(z.re) } else { format!("{}{sign}{}i", number(z.re), number(z.im)) }
}

/// A complex number as `[re, im]`.
pub(crate) fn pair<S: Serializer>(z: &Complex<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut pair = serializer.serialize_seq(Some(2))?;
    pair.serialize_element(&z.re)?;
    pair.serialize_element(&z.im)?;
    pair.end()
}

impl Serialize for Branches {
    /// The document of `lambdahat branches --json`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("lambda", &[self.lambda.re, self.lambda.im])?;
        map.serialize_entry("interval", &self.sampling.interval())?;
        map.serialize_entry("substeps", &self.sampling.substeps())?;
        map.serialize_entry("step", &self.sampling.step().get())?;
        map.serialize_entry("at_infinity", &self.at_infinity)?;
        map.serialize_entry("branches", &self.branches)?;
        if let Some(why) = self.principal.undefined() {
            map.serialize_entry("principal_undefined", &why)?;
        }
        if self.as_printed {
            map.serialize_entry("as_printed", &true)?;
        }
        if let Some(characteristic) = &self.characteristic {
            let roots: Vec<[f64; 2]> = characteristic.roots.iter().map(|r| [r.zeta.re, r.zeta.im]).collect();
            map.serialize_entry("characteristic_roots", &roots)?;
            map.serialize_entry("ignited", &characteristic.roots.iter().map(|r| r.ignited).collect::<Vec<bool>>())?;
        }
        map.end()
    }
}
