//! `verify` against the catalogue's claims, the literature, and itself: the same scheme in decimals, and with one coefficient perturbed.

use lambdahat::exact::Number;
use lambdahat::method::{Method, Property, RungeKutta, Stated, catalog, scheme};
use lambdahat::verify::{ClaimFault, REPORT, Supervisor, Verification, WhyLeftOut, Work, verify, verify_with};
use lambdahat::words::{Dialect, Say};
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
            // Exact coefficients have no other order to within a tolerance.
            let within = report.order_within.filter(|_| report.exact).map(|found| (found.order, found.defect));
            assert!(within.is_none_or(|found| found == (report.order, 0.0)) && report.within.is_none(), "{}: {within:?}", method.name());
            let failed = report.claims.into_iter().filter(|claim| !claim.holds || claim.within.is_some());
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
            let order = report.claims.iter().find(|claim| claim.claim == Property::Order)?;
            let named = matches!(&order.why, Some(ClaimFault::Condition(condition)) if condition.tree == "τ");
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
    assert_eq!(report.claims[0].why.as_ref().map(|why| why.say(Dialect::Terminal)).as_deref(), Some("tree [ττ] has 1/4, needs 1/3"));
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

/// Beyond the trees: the simplifying assumptions prove the order of generated families that claim one above 15.
#[test]
fn orders_beyond_the_trees_follow_from_the_assumptions() {
    for name in ["gauss:s=8", "lobatto-iiic:s=9"] {
        let report = verify(&catalog::find(name).unwrap());
        assert_eq!((report.order, report.order_complete), (16, true), "{name}");
        assert!(report.failing[0].tree.starts_with("[τττ") && report.failing[0].order == 17, "{name}");
        assert!(report.claims.iter().all(|claim| claim.holds), "{name}: {:?}", report.claims);
    }
}

/// Ends whatever is begun.
fn at_once() -> Supervisor {
    Supervisor::new(|_| std::ops::ControlFlow::Break(()))
}

/// A search that ends early leaves a claim of the order open: it neither holds nor fails.
#[test]
fn an_unfinished_search_decides_nothing() {
    let method = catalog::find("dormand-prince5").unwrap();
    let report = verify_with(&method, REPORT, &at_once());
    let order = report.claims.iter().find(|claim| claim.claim == Property::Order).unwrap();
    assert!(!report.order_complete && order.undecided && !order.holds && !order.fails());
    assert!(matches!(order.why, Some(ClaimFault::SearchEnded { .. })));
    let json = serde_json::to_value(order).unwrap();
    assert!(json["holds"].is_null() && json["stated"] == "5");
    // What is proved already refutes a smaller order.
    let text = "[runge-kutta]\nA = [[0, 0], [\"1/2\", 0]]\nb = [0, 1]\n[claims]\norder = 0";
    let report = verify_with(&scheme::parse(text, "x").unwrap(), REPORT, &at_once());
    assert!(report.claims[0].fails());
}

/// Every claim of the vocabulary, right and wrong.
#[test]
fn the_whole_vocabulary_of_claims() {
    let gauss = "[where]\ns = \"sqrt(3)\"\n[runge-kutta]\nA = [[\"1/4\", \"1/4 - s/6\"], [\"1/4 + s/6\", \"1/4\"]]\nb = [\"1/2\", \"1/2\"]\n[claims]\n";
    let right = "order = 4\nstage_order = 2\nlinear_order = 4\ndispersion_order = 4\ndissipation_order = \"infinite\"\nat_infinity = 1\nreal_interval = \"infinite\"\nimaginary_interval = \"infinite\"\ndisc = \"infinite\"\nbranches = 2\nirreducible = true\nerror_constant = \"1/720\"\nssp_coefficient = 0\nsymmetric = true\ni_stable = true";
    let wrong = "linear_order = 5\ndispersion_order = 3\ndissipation_order = 4\nat_infinity = \"infinite\"\nreal_interval = 2\ndisc = 3\nbranches = 1\nirreducible = false\nssp_coefficient = \"infinite\"\nstrongly_stable = true";
    let claims = |list: &str| verify(&scheme::parse(&format!("{gauss}{list}"), "x").unwrap()).claims;
    assert!(claims(right).iter().all(|claim| claim.holds), "{:?}", claims(right));
    assert!(claims(wrong).iter().all(|claim| claim.fails()), "{:?}", claims(wrong));
    let explicit = "[runge-kutta]\nA = [[0]]\nb = [1]\n[claims]\nat_infinity = \"infinite\"\ndisc = 1\nreal_interval = 2\ndispersion_order = 2\ndissipation_order = 1\nbranches = 1";
    let report = verify(&scheme::parse(explicit, "x").unwrap());
    let held = report.claims.iter().filter(|claim| claim.claim != Property::Disc).all(|claim| claim.holds);
    assert!(held, "{:?}", report.claims);
    let multistep = "[multistep]\nalpha = [-1, 0, 1]\nbeta = [0, 2, 0]\n[claims]\nlinear_order = 2\ndispersion_order = 2\ndissipation_order = \"infinite\"\nirreducible = true\nstrongly_stable = false\nsymmetric = true\nbranches = 1\nimaginary_interval = 1";
    let report = verify(&scheme::parse(multistep, "x").unwrap());
    assert!(report.claims.iter().all(|claim| claim.holds), "{:?}", report.claims);
    assert!(scheme::parse("[runge-kutta]\nA = [[0]]\nb = [1]\n[claims]\norder = \"infinite\"", "x").is_err());
}

/// Facts that are null say why, and multistep methods have those that are defined for them.
#[test]
fn multistep_reports() {
    for (name, reach, dispersion, dissipation) in
        [("bdf2", f64::INFINITY, Some(2), Some(3)), ("leap-frog", 0.0, Some(2), None), ("adams-bashforth-2", 0.0, Some(2), Some(3))]
    {
        let report = verify(&catalog::find(name).unwrap());
        let phase = report.phase.unwrap();
        assert_eq!((phase.dispersion_order, phase.dissipation_order), (dispersion, dissipation), "{name}");
        assert_eq!(report.right_half_plane.map(|room| room.reach), Some(reach), "{name}");
        assert!(report.root_locus.is_some() && report.learning.as_ref().is_some_and(|l| l.parasitic_growth.is_some()), "{name}");
    }
    // σ = (ζ + 1)ζ/2 … has a zero on the circle: nothing is said without a reason.
    let text = "[multistep]\nalpha = [0, -1, 1]\nbeta = [\"1/4\", \"1/2\", \"1/4\"]";
    let report = verify(&scheme::parse(text, "x").unwrap());
    assert!(report.right_half_plane.is_some() != report.right_half_plane_reason.is_some());
}

/// A full matrix of so many stages with the entries of a function.
fn full(stages: usize, above: &str, entry: impl Fn(usize, usize) -> String) -> Verification {
    let row = |i: usize| (0..stages).map(|j| format!("\"{}\"", entry(i, j))).collect::<Vec<_>>().join(", ");
    let rows = (0..stages).map(|i| format!("[{}]", row(i))).collect::<Vec<_>>().join(", ");
    let b = vec![format!("\"1/{stages}\""); stages].join(", ");
    verify(&scheme::parse(&format!("{above}[runge-kutta]\nA = [{rows}]\nb = [{b}]\n"), "full").unwrap())
}

/// R of a generic matrix of 60 stages has numbers of 80,000 bits: it is left out with all that rests on it, and the orders are given all the same.
#[test]
fn a_stability_function_out_of_reach_is_left_out() {
    let report = full(60, "", |i, j| format!("1/{}", 100 + (37 * i * i + 61 * j + 7 * i * j) % 901));
    assert!(report.stability.is_none() && report.a_stable.is_none() && report.disc.is_none() && report.learning.is_none());
    let left_out = |what: &str| {
        report
            .left_out
            .iter()
            .any(|part| part.what == what && matches!(part.why, WhyLeftOut::Costly { work: Work::StabilityFunction { stages: 60 }, .. }))
    };
    assert!(["stability", "a_stable", "imaginary_interval", "ssp_coefficient", "sign_faithful"].into_iter().all(left_out));
    assert_eq!((report.order, report.linear_order, report.order_complete, report.b_stable), (1, 1, true, Some(false)));
}

/// Five full stages over a field of degree five, where Euclid's and Schur's algorithms in exact numbers took minutes.
#[test]
fn a_field_of_degree_five_is_decided_by_bounds() {
    let report = full(5, "[where]\na = { polynomial = \"x^5 - x - 1\", near = 1.167 }\n", |i, j| {
        format!("{}/{}", if (i + j) % 3 == 0 { "a*a" } else { "a" }, 5 + (7 * i + 11 * j + i * j) % 23)
    });
    assert!(report.left_out.is_empty(), "{:?}", report.left_out);
    assert!(report.stability.is_some() && report.disc.is_some() && report.ssp_coefficient.is_some());
}
