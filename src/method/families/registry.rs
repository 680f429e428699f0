//! The table of families: name, sizes, source, generator and what the literature claims of every member.

use super::{Family, FamilyError, collocation, deferred, extrapolation, stabilised, steps, strong_stability};
use crate::exact::Number;
use crate::method::{Claim, Identity, Method, Property, Stated};

const SSV: &str = "Sommeijer, Shampine & Verwer (1998), J. Comput. Appl. Math. 88, 315–326";
const MBA: &str = "Meyer, Balsara & Aslam (2014), J. Comput. Phys. 257, 594–626";
const HW5: &str = "Hairer & Wanner, Solving Ordinary Differential Equations II (2nd ed. 1996), IV.5";
const HNW3: &str = "Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I (2nd ed. 1993), III.1";
const EXTRAPOLATION: &str = "Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I (2nd ed. 1993), II.9";
const STIFF: &str = "Deuflhard (1985), SIAM Rev. 27, 505–535; Hairer & Wanner, Solving Ordinary Differential Equations II, IV.9";

/// Every family, in the order in which a reader may want to meet them.
pub const FAMILIES: &[Family] = &[
    family("gauss", "s", 1, 24, "stage", "Gauss–Legendre", "Butcher (1964), Math. Comp. 18, 50–64", collocation::gauss, |s| {
        vec![
            value(Property::Order, 2 * s),
            value(Property::StageOrder, s),
            truth(Property::AStable, true),
            truth(Property::Symplectic, true),
            truth(Property::Symmetric, true),
        ]
    }),
    family("radau-ia", "s", 1, 24, "stage", "Radau IA", HW5, collocation::radau_ia, |s| {
        vec![value(Property::Order, 2 * s - 1), truth(Property::LStable, true)]
    }),
    family("radau-iia", "s", 1, 24, "stage", "Radau IIA", HW5, collocation::radau_iia, |s| {
        vec![
            value(Property::Order, 2 * s - 1),
            value(Property::StageOrder, s),
            truth(Property::LStable, true),
            truth(Property::StifflyAccurate, true),
        ]
    }),
    family("lobatto-iiia", "s", 2, 24, "stage", "Lobatto IIIA", HW5, collocation::lobatto_iiia, |s| {
        vec![
            value(Property::Order, 2 * s - 2),
            value(Property::StageOrder, s),
            truth(Property::AStable, true),
            truth(Property::Symmetric, true),
        ]
    }),
    family("lobatto-iiib", "s", 2, 24, "stage", "Lobatto IIIB", HW5, collocation::lobatto_iiib, |s| {
        vec![value(Property::Order, 2 * s - 2), truth(Property::AStable, true), truth(Property::Symmetric, true)]
    }),
    family("lobatto-iiic", "s", 2, 24, "stage", "Lobatto IIIC", HW5, collocation::lobatto_iiic, |s| {
        vec![value(Property::Order, 2 * s - 2), value(Property::StageOrder, s - 1), truth(Property::LStable, true)]
    }),
    family("lobatto-iiic-star", "s", 2, 24, "stage", "Lobatto IIIC* (Butcher’s Lobatto III)", HW5, collocation::lobatto_iiic_star, |s| {
        vec![value(Property::Order, 2 * s - 2), truth(Property::AStable, false)]
    }),
    family(
        "lobatto-iiid",
        "s",
        2,
        24,
        "stage",
        "Lobatto IIID",
        "Nørsett & Wanner (1981), Numer. Math. 38, 193–208",
        collocation::lobatto_iiid,
        |s| vec![value(Property::Order, 2 * s - 2), truth(Property::Symplectic, true), truth(Property::Symmetric, true)],
    ),
    family(
        "ssprk2",
        "s",
        2,
        100,
        "stage",
        "Strong-stability-preserving, order 2",
        "Ketcheson (2008), SIAM J. Sci. Comput. 30, 2113–2136",
        strong_stability::order2,
        |s| vec![value(Property::Order, 2), value(Property::SspCoefficient, s - 1)],
    ),
    family(
        "ssprk3",
        "s",
        4,
        100,
        "stage",
        "Strong-stability-preserving, order 3",
        "Ketcheson (2008), SIAM J. Sci. Comput. 30, 2113–2136",
        strong_stability::order3,
        |s| vec![value(Property::Order, 3), value(Property::SspCoefficient, s - s.isqrt())],
    ),
    family("rkc1", "s", 1, 60, "stage", "Runge–Kutta–Chebyshev, order 1, undamped", SSV, stabilised::rkc1, |s| {
        vec![value(Property::Order, 1), value(Property::RealInterval, 2 * s * s)]
    }),
    family(
        "rkc1-damped",
        "s",
        1,
        32,
        "stage",
        "Runge–Kutta–Chebyshev, order 1, damping ε = 1/20",
        SSV,
        stabilised::rkc1_damped,
        |_| vec![value(Property::Order, 1)],
    ),
    family("rkc2", "s", 2, 32, "stage", "Runge–Kutta–Chebyshev, order 2, damping ε = 2/13", SSV, stabilised::rkc2, |_| {
        vec![value(Property::Order, 2)]
    }),
    family("rkl1", "s", 1, 60, "stage", "Runge–Kutta–Legendre, order 1", MBA, stabilised::rkl1, |s| {
        vec![value(Property::Order, 1), value(Property::RealInterval, s * s + s)]
    }),
    family("rkl2", "s", 2, 60, "stage", "Runge–Kutta–Legendre, order 2", MBA, stabilised::rkl2, |_| vec![value(Property::Order, 2)]),
    family("extrapolation-euler", "k", 1, 12, "column", "Extrapolated Euler", EXTRAPOLATION, extrapolation::euler, |k| {
        vec![value(Property::Order, k)]
    }),
    family(
        "extrapolation-midpoint",
        "k",
        1,
        10,
        "column",
        "Gragg–Bulirsch–Stoer without smoothing",
        EXTRAPOLATION,
        extrapolation::midpoint,
        |k| vec![value(Property::Order, 2 * k)],
    ),
    family(
        "extrapolation-implicit-euler",
        "k",
        1,
        12,
        "column",
        "Extrapolated implicit Euler",
        STIFF,
        extrapolation::implicit_euler,
        |k| vec![value(Property::Order, k), truth(Property::Explicit, false)],
    ),
    family(
        "deferred-correction",
        "k",
        1,
        8,
        "sweep",
        "Spectral deferred correction of Euler, equal intervals and sweeps",
        "Dutt, Greengard & Rokhlin (2000), BIT 40, 241–266",
        deferred::euler,
        |k| vec![value(Property::Order, k + 1)],
    ),
    family("adams-bashforth", "k", 1, 30, "step", "Adams–Bashforth", HNW3, steps::adams_bashforth, |k| {
        vec![
            value(Property::Order, k),
            truth(Property::Explicit, true),
            truth(Property::ZeroStable, true),
            truth(Property::DiscoveryStable, k <= 6),
        ]
    }),
    family("adams-moulton", "k", 1, 30, "step", "Adams–Moulton", HNW3, steps::adams_moulton, |k| {
        vec![
            value(Property::Order, k + 1),
            truth(Property::Explicit, false),
            truth(Property::ZeroStable, true),
            truth(Property::DiscoveryStable, k <= 1),
        ]
    }),
    family(
        "bdf",
        "k",
        1,
        30,
        "step",
        "Backward differentiation formula",
        "Curtiss & Hirschfelder (1952), Proc. Nat. Acad. Sci. 38, 235–243",
        steps::bdf,
        |k| vec![value(Property::Order, k), truth(Property::ZeroStable, k <= 6), truth(Property::DiscoveryStable, true)],
    ),
    family("nystrom", "k", 2, 30, "step", "Nyström (multistep)", HNW3, steps::nystrom, |k| {
        vec![value(Property::Order, k), truth(Property::ZeroStable, true)]
    }),
    family("milne-simpson", "k", 2, 30, "step", "Milne–Simpson", HNW3, steps::milne_simpson, |k| {
        vec![value(Property::Order, if k == 2 { 4 } else { k + 1 }), truth(Property::ZeroStable, true)]
    }),
];

#[expect(clippy::too_many_arguments, reason = "one line a family reads as a table")]
const fn family(
    name: &'static str,
    parameter: &'static str,
    smallest: usize,
    largest: usize,
    counted: &'static str,
    title: &'static str,
    source: &'static str,
    generate: fn(usize, Identity) -> Result<Method, FamilyError>,
    claims: fn(usize) -> Vec<Claim>,
) -> Family {
    Family { name, parameter, smallest, largest, counted, title, source, generate, claims }
}

fn value(claim: Property, stated: usize) -> Claim {
    Claim { claim, stated: Stated::Value(Number::from(stated as i64)) }
}

fn truth(claim: Property, stated: bool) -> Claim {
    Claim { claim, stated: Stated::Truth(stated) }
}
