//! Why a claim does not hold, or is left open.

use super::left_out::WhyLeftOut;
use crate::exact::Number;
use crate::order::FailingCondition;
use crate::stability::multistep::FailingCoefficient;
use serde::Serialize;

/// What a claim fails by, or what leaves it open. As JSON `{"code": …, fields}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum ClaimFault {
    /// Open: the quantity was left out.
    LeftOut {
        /// Why.
        because: WhyLeftOut,
    },
    /// Open: all order conditions hold as far as the search went.
    SearchEnded {
        /// The order up to which they hold.
        order: usize,
    },
    /// The first order condition that fails.
    Condition(FailingCondition),
    /// The first of a multistep method.
    Coefficient(FailingCoefficient),
    /// `b_hat` sums to 0, so that it looks like b − b̂.
    Difference {
        /// The order of the embedded method with b̂ = b − `b_hat`.
        order: usize,
    },
    /// B(n): Σ b c^(n−1) = 1/n fails.
    Quadrature {
        /// n.
        condition: usize,
        /// The sum.
        found: Number,
    },
    /// C(n): Σ a c^(n−1) = c^n/n fails at a stage.
    Stage {
        /// n.
        condition: usize,
        /// The stage, from 1.
        stage: usize,
        /// The sum.
        found: Number,
        /// c^n/n.
        needed: Number,
    },
    /// The elementary weight of the tall tree of order n, which is the coefficient of z^n in R, is not that of the error constant.
    TallTree {
        /// n.
        order: usize,
        /// The weight.
        found: Number,
        /// What the constant that is stated needs.
        needed: Number,
        /// 1/n!, which an error constant of zero needs.
        exponential: Number,
    },
    /// The last row of A is not b.
    LastRow {
        /// The first stage at which they differ, from 1.
        stage: usize,
        /// The entry of A.
        row: Number,
        /// The weight.
        weight: Number,
    },
    /// The first stage is implicit.
    FirstStageImplicit,
}
