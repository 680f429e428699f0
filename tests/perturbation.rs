//! Perturb one coefficient of any method of the catalogue by 1/1000: some claim fails, and the reason names the condition. Every coefficient of every method:
//! `cargo bench --bench catalogue`.

#[path = "../benches/catalogue/perturbation.rs"]
mod perturbation;

use lambdahat::method::Method;
use lambdahat::verify::verify;
use lambdahat::words::{Dialect, Say};
use perturbation::{CATALOGUE, Place, failure, is_irrelevant, noticed, perturbed, places};
use proptest::prelude::*;
use rayon::prelude::*;

/// `verify` says the same as these quick ways: the claim of order fails with the condition as its reason.
#[test]
fn verify_gives_the_reason() {
    for (name, place, reason) in [
        ("adams-bashforth-3", Place::Beta(0), "C_1 = -1/1000, needs 0"),
        ("bdf2", Place::Alpha(1), "C_0 = 1/1000, needs 0"),
        ("rk4", Place::B(0), "tree τ has 1001/1000, needs 1"),
        ("midpoint", Place::Embedded(0), "tree τ has 1001/1000, needs 1"),
        ("implicit-euler", Place::A(0, 0), "tree [τ] has 1001/1000, needs 1 for this constant, 1/2 for none"),
        ("owren-zennaro4", Place::A(5, 4), "the last row of A has 423331/1456000 at stage 5, b has 3375/11648"),
    ] {
        let method = CATALOGUE.iter().find(|method| method.name() == name).unwrap();
        let claims = verify(&perturbed(method, place)).claims;
        let reasons: Vec<String> =
            claims.into_iter().filter(|claim| !claim.holds).filter_map(|claim| Some(claim.why?.say(Dialect::Terminal))).collect();
        assert!(reasons.iter().any(|why| why == reason), "{name}: {reasons:?}");
    }
}

/// Each method once, at a place that its name picks.
#[test]
fn every_method_notices_a_wrong_coefficient() {
    let missed: Vec<String> = CATALOGUE
        .par_iter()
        .filter_map(|method| {
            let places = places(method);
            let pick = method.name().bytes().fold(7usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
            failure(method, places[pick % places.len()])
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Each coefficient of the shorter methods whose claims of order leave some of them free, of every multistep method, and of every last row
/// that is there for the next step.
#[test]
fn the_places_that_order_does_not_pin_are_pinned_by_other_claims() {
    let free = [
        "implicit-euler",
        "kraaijevanger-spijker2",
        "theta-2-3",
        "midpoint",
        "sil3",
        "wang-spiteri-nssp32",
        "ars222-explicit",
        "ars443-explicit",
        "owren-zennaro3",
        "owren-zennaro4",
    ];
    let missed: Vec<String> = CATALOGUE
        .par_iter()
        .filter(|method| matches!(method, Method::Multistep(_)) || free.contains(&method.name()))
        .flat_map_iter(|method| places(method).into_iter().filter_map(|place| failure(method, place)).collect::<Vec<_>>())
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    // The rows that only the claim pins, in the two of eight stages.
    for name in ["owren-zennaro5", "bogacki-shampine5"] {
        let method = CATALOGUE.iter().find(|method| method.name() == name).unwrap();
        assert_eq!(failure(method, Place::A(7, 4)), None);
    }
}

/// A row that serves nothing is found irrelevant, by reduction, and not by its name.
#[test]
fn a_stage_that_nothing_uses_is_irrelevant() {
    let text = "[runge-kutta]\nA = [[0, 0], [\"1/3\", 0]]\nb = [1, 0]\n[claims]\norder = 1\n";
    let method = lambdahat::method::scheme::parse(text, "spare").unwrap();
    assert!(is_irrelevant(&method, Place::A(1, 0)) && !is_irrelevant(&method, Place::B(0)));
    assert!(noticed(&perturbed(&method, Place::A(1, 0))).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any method, any coefficient.
    #[test]
    fn a_wrong_coefficient_is_found(pick in 0usize..10_000, place in 0usize..10_000) {
        // The longest are met by the test of each method; here they would take the time of all others.
        let methods: Vec<&Method> = CATALOGUE.iter().filter(|method| match method {
            Method::RungeKutta(method) => method.stages() <= 17,
            Method::Multistep(_) => true,
        }).collect();
        let method = methods[pick % methods.len()];
        let places = places(method);
        prop_assert_eq!(failure(method, places[place % places.len()]), None);
    }
}
