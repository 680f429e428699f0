//! The roots of the recurrence that a multistep method's learned λ̂ satisfies.

use num_complex::Complex;

/// A root of `ρ(ζ) − hλ̂ σ(ζ)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CharacteristicRoot {
    /// ζ, by which this solution of the recurrence grows in one step.
    pub zeta: Complex<f64>,
    /// The exact root lies within this distance.
    pub radius: f64,
    /// Whether it certainly outgrows the physical root: `|ζ| > |e^{hλ}|`. Never true of the physical root itself.
    pub ignited: bool,
}

/// The roots of `ρ(ζ) − hλ̂ σ(ζ)` at the principal λ̂: the physical one `e^{hλ}` first, then the parasitic ones, largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Characteristic {
    /// The roots, with multiplicity.
    pub roots: Vec<CharacteristicRoot>,
}
