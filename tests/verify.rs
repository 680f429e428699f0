//! `verify` against the catalogue's claims, the literature, and itself: the same scheme in decimals, and with one coefficient perturbed.

use lambdahat::exact::Number;
use lambdahat::method::{Method, RungeKutta, Stated, catalog, scheme};
use lambdahat::predict::verify;
use rayon::prelude::*;

/// Verifying these takes seconds each: their order is tested in the order room's tests, and in `known_facts`.
const LONG: &[&str] = &["feagin12", "feagin14", "ono12", "ono10", "hairer10", "baker10"];

fn short() -> Vec<Method> {
    catalog::all().unwrap().into_iter().filter(|method| !LONG.contains(&method.name())).collect()
}

#[test]
fn every_claim_of_the_catalogue_holds() {
    let failures: Vec<String> = short()
        .par_iter()
        .flat_map_iter(|method| {
            let report = verify(method);
            let failed = report.claims.into_iter().filter(|claim| !claim.holds);
            failed
                .map(|claim| format!("{}: {} stated {}, found {:?}", method.name(), claim.claim, claim.stated, claim.found))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// One coefficient off by 1/1000: the order claimed falls, and the first condition that fails is named.
#[test]
fn a_perturbed_coefficient_is_found_out() {
    let explicit = |method: &Method| match method {
        // Where the order is one, or the perturbed stage is not used, no order condition can notice.
        Method::RungeKutta(method) if method.is_exact() && method.stages() <= 9 => Some(method.clone()),
        _ => None,
    };
    let methods: Vec<RungeKutta> = short().iter().filter_map(explicit).collect();
    assert!(methods.len() > 60);
    let missed: Vec<String> = methods
        .par_iter()
        .filter_map(|method| {
            let mut b = method.b().to_vec();
            let used = b.iter().rposition(|x| *x != Number::from(0))?;
            b[used] = b[used].clone() + Number::ratio(1, 1000);
            let perturbed = RungeKutta::new(method.identity().clone(), method.a().to_vec(), b, None, None).ok()?;
            let report = verify(&Method::RungeKutta(perturbed));
            let order = report.claims.iter().find(|claim| claim.claim == "order")?;
            let named = order.why.as_ref().is_some_and(|why| why.contains("tree τ has"));
            (order.holds || !named).then(|| format!("{}: {:?}", method.name(), order))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn claims_that_are_wrong_fail_with_the_reason() {
    let text = "name = \"mine\"\n[runge-kutta]\nA = [[0, 0], [\"1/2\", 0]]\nb = [0, 1]\n[claims]\norder = 3\nstage_order = 1\nimaginary_interval = 1\nexplicit = true\nzero_stable = true";
    let report = verify(&scheme::parse(text, "mine.toml").unwrap());
    let held: Vec<bool> = report.claims.iter().map(|claim| claim.holds).collect();
    assert_eq!(held, [false, true, false, true, false]);
    assert_eq!(report.claims[0].why.as_deref(), Some("tree [ττ] has 1/4, needs 1/3"));
    assert!(matches!(report.claims[4].stated, Stated::Truth(true)) && report.claims[4].found.is_none());
}

/// Schemes at the edge of what a file can hold, none of which may panic.
#[test]
fn odd_schemes_are_verified_or_refused() {
    let report = |text: &str| scheme::parse(text, "odd.toml").map(|method| verify(&method)).map_err(|e| e.to_string());
    assert!(report("[runge-kutta]\nA = []\nb = []").unwrap_err().contains("at least one stage"));
    assert!(report("[runge-kutta]\nA = [[0, 1]]\nb = [1]").unwrap_err().contains("row 1 of A has 2 entries"));
    // b = 0, a singular and confluent A, a pole at the origin's reflection, an inconsistent method, exponents.
    for text in [
        "[runge-kutta]\nA = [[0]]\nb = [0]",
        "[runge-kutta]\nA = [[\"1/2\", \"1/2\"], [\"1/2\", \"1/2\"]]\nb = [\"1/2\", \"1/2\"]",
        "[runge-kutta]\nA = [[0, 0], [0, 0]]\nb = [\"1/2\", \"1/2\"]",
        "[runge-kutta]\nA = [[-1]]\nb = [-2]",
        "[runge-kutta]\nA = [[1e-3]]\nb = [1.5e2]",
        "[multistep]\nalpha = [1, 1]\nbeta = [0, 1]",
        "[multistep]\nalpha = [1, -2, 1]\nbeta = [0, 0, 1]",
        "[multistep]\nalpha = [-1, 0, 0, 1]\nbeta = [-1, 0, 0, 1]",
        "[multistep]\nalpha = [-1.00000000000000, 1.00000000000000]\nbeta = [0.50000000000000, 0.50000000000000]",
    ] {
        let report = report(text).unwrap();
        serde_json::to_string(&report).unwrap();
    }
}
