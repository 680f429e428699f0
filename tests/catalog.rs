//! The catalogue and the families against the literature.

use lambdahat::exact::Number;
use lambdahat::method::expression::Expression;
use lambdahat::method::{Claim, Method, Property, catalog, families, scheme};
use lambdahat::order;
use lambdahat::stability::{self, Extent, RootLocus, StabilityFunction, multistep};
use lambdahat::verify::verify;
use rayon::prelude::*;
use std::collections::BTreeMap;

fn names() -> Vec<&'static str> {
    catalog::names().collect()
}

#[test]
fn there_are_at_least_160_methods_and_each_says_who_when_and_of_which_order() {
    assert!(names().len() >= 160, "{}", names().len());
    for method in catalog::all().unwrap() {
        let identity = method.identity();
        let name = &identity.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        assert!(!identity.title.is_empty(), "{name} has no title");
        let digits: Vec<&str> = identity.source.split(|c: char| !c.is_ascii_digit()).collect();
        let dated = digits.iter().any(|run| {
            run.len() == 4 && (run.starts_with("17") || run.starts_with("18") || run.starts_with("19") || run.starts_with("20"))
        });
        assert!(dated, "{name}: {} has no year", identity.source);
        assert!(identity.claims.iter().any(|claim| claim.claim == Property::Order), "{name} claims no order");
    }
}

/// A name leads to one method only, whoever uses it and in whatever case.
#[test]
fn names_and_aliases_are_unique() {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for method in catalog::all().unwrap() {
        let identity = method.identity();
        for name in std::iter::once(&identity.name).chain(&identity.aliases) {
            if let Some(other) = owners.insert(name.to_lowercase(), identity.name.clone()) {
                panic!("`{name}` stands for both {other} and {}", identity.name);
            }
        }
    }
    for (name, owner) in owners {
        assert_eq!(catalog::find(&name).unwrap().name(), owner, "{name}");
    }
}

/// The libraries that train through integrators find theirs: the names in their documentation, as of diffrax 0.7, torchdiffeq 0.2,
/// torchdyn 1.0, scipy 1.16.
#[test]
fn training_libraries_find_their_methods() {
    for (library, theirs) in [
        (
            "diffrax",
            "Euler Heun Midpoint Ralston Bosh3 Tsit5 Dopri5 Dopri8 ImplicitEuler Kvaerno3 Kvaerno4 Kvaerno5 Sil3 KenCarp3 KenCarp4 KenCarp5 LeapfrogMidpoint",
        ),
        ("torchdiffeq", "dopri8 dopri5 bosh3 fehlberg2 adaptive_heun euler midpoint heun2 heun3 rk4"),
        ("torchdyn", "euler midpoint rk4 dopri5 tsit5 ieuler"),
        ("scipy", "RK45 RK23 DOP853 Radau"),
        (
            "OrdinaryDiffEq",
            "Euler Heun Midpoint Ralston Ralston4 RK4 BS3 BS5 DP5 DP8 Tsit5 TsitPap8 TanYam7 Vern6 Vern7 Vern8 Vern9 Feagin10 Feagin12 Feagin14 \
             OwrenZen3 OwrenZen4 OwrenZen5 MSRK5 MSRK6 Stepanov5 Alshina2 Alshina3 PSRK3p5q4 PSRK3p6q5 PSRK4p7q6 \
             SSPRK22 SSPRK33 SSPRK43 SSPRK53 SSPRK54 SSPRK63 SSPRK73 SSPRK83 SSPRK104 SSPSDIRK2 \
             CFRLDDRK64 CKLLSRK43_2 CarpenterKennedy2N54 DGLDDRK73_C DGLDDRK84_C DGLDDRK84_F NDBLSRK124 NDBLSRK134 NDBLSRK144 RK46NL TSLDDRK74 \
             ImplicitEuler ImplicitMidpoint Trapezoid TRBDF2 SDIRK2 Kvaerno3 Kvaerno4 Kvaerno5 KenCarp3 KenCarp4 KenCarp47 KenCarp5 KenCarp58 \
             Hairer4 Hairer42 ESDIRK436L2SA2 ESDIRK437L2SA ESDIRK547L2SA2 ESDIRK54I8L2SA ESDIRK659L2SA RadauIIA3 RadauIIA5 \
             AB3 AB4 AB5 SBDF2",
        ),
    ] {
        for name in theirs.split(' ') {
            assert!(catalog::find(&format!("{library}:{name}")).is_ok(), "{library}:{name}");
        }
    }
}

/// What the crate finds of a method.
enum Found {
    Truth(bool),
    Count(usize),
    Extent(Extent),
    Number(Number),
    Degrees(f64),
}

/// The finding of this claim's name; `None` where it does not apply.
fn found(method: &Method, claim: &str) -> Option<Found> {
    let (truth, count) = (|x| Some(Found::Truth(x)), |n| Some(Found::Count(n)));
    match method {
        Method::RungeKutta(method) => {
            let r = StabilityFunction::of(method);
            match claim {
                "order" => count(order::order(method).order),
                "stage_order" => count(order::SimplifyingAssumptions::of(method).stage_order()),
                "embedded_order" => order::order(method).embedded_order.map(Found::Count),
                "real_interval" => Some(Found::Extent(stability::real_interval(&r))),
                "imaginary_interval" => Some(Found::Extent(stability::imaginary_interval(&r))),
                "ssp_coefficient" => Some(Found::Extent(stability::ssp_coefficient(&stability::reduce(method)))),
                "explicit" => truth(method.is_explicit()),
                "error_constant" => stability::linear_order(&r).1.map(Found::Number),
                "stiffly_accurate" => truth(stability::is_stiffly_accurate(method)),
                "fsal" => truth(stability::is_first_same_as_last(method)),
                "a_stable" => truth(stability::is_a_stable(&r)),
                "l_stable" => truth(stability::is_l_stable(&r)),
                "i_stable" => truth(stability::is_i_stable(&r)),
                "b_stable" => truth(stability::is_algebraically_stable(&stability::reduce(method))),
                "symplectic" => truth(stability::is_symplectic(&stability::reduce(method))),
                "symmetric" => truth(stability::is_symmetric(&stability::reduce(method))),
                // R(z)R(−z) ≡ 1 with the poles on the right.
                "sign_faithful" => truth(r.numerator().reflected() == *r.denominator() && stability::poles_in_right_half_plane(&r)),
                "unique" => truth(r.degree() == 1),
                _ => None,
            }
        }
        Method::Multistep(method) => {
            let locus = RootLocus::new(&method.rho(), &method.sigma());
            match claim {
                "order" => count(multistep::order(method).order),
                "error_constant" => multistep::order(method).error_constant.map(Found::Number),
                "real_interval" => Some(Found::Extent(locus.real_interval())),
                "imaginary_interval" => Some(Found::Extent(locus.imaginary_interval())),
                "a_alpha_degrees" => locus.a_alpha().map(|angle| Found::Degrees(angle.degrees())),
                "explicit" => truth(method.is_explicit()),
                "a_stable" => truth(multistep::is_a_stable(method)),
                "l_stable" => truth(multistep::is_l_stable(method)),
                "sign_faithful" => truth(multistep::is_sign_faithful(method)),
                "zero_stable" => truth(multistep::zero_stability(method).holds()),
                "discovery_stable" => truth(multistep::discovery_stability(method).holds()),
                _ => None,
            }
        }
    }
}

/// Whether a method has what is stated of it: exactly for truths and fractions, to half a unit in the last place for decimals.
fn holds(method: &Method, claim: &str, stated: &str) -> bool {
    let Some(found) = found(method, claim) else { return false };
    if let Found::Truth(truth) = found {
        return stated == truth.to_string();
    }
    let slack = stated.split_once('.').map(|(_, decimals)| 0.5 * 10f64.powi(-(decimals.len() as i32)) * (1.0 + 1e-9));
    let number = Expression::number(stated, &[]).unwrap();
    let near = |x: f64| (x - number.to_f64()).abs() <= slack.unwrap_or(0.0).max(1e-15 * x.abs());
    match found {
        Found::Truth(_) => unreachable!(),
        Found::Count(n) => number == Number::from(n as i64),
        Found::Degrees(x) => near(x),
        Found::Number(x) => x == number,
        Found::Extent(x) if slack.is_none() => x.agrees_with(&number),
        Found::Extent(x) => near(x.to_f64()),
    }
}

#[test]
fn the_literature_agrees() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/known_facts.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let rows = table["method"].as_array().unwrap();
    assert!(rows.len() >= 60);
    let text_of = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let wrong: Vec<String> = rows
        .par_iter()
        .flat_map_iter(|row| {
            let row = row.as_table().unwrap();
            let name = row["name"].as_str().unwrap();
            let method = catalog::find(name).unwrap();
            let computed = row.get("computed").and_then(toml::Value::as_table);
            let facts =
                row.iter().chain(computed.into_iter().flatten()).filter(|(key, _)| !["name", "source", "computed"].contains(&key.as_str()));
            let wrong = facts.filter(|(key, stated)| !holds(&method, key, &text_of(stated)));
            wrong.map(|(key, stated)| format!("{name}: {key} = {stated}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The first members of every family have the order, the stability and the geometry that the family claims.
#[test]
fn families_keep_their_claims() {
    let members: Vec<Method> = families::FAMILIES
        .iter()
        .flat_map(|family| (family.smallest..=family.smallest + 3).filter_map(|size| family.member(size).ok()))
        .chain([families::find("ssprk3:s=9").unwrap().unwrap(), families::find("bdf:k=7").unwrap().unwrap()])
        .collect();
    assert!(members.len() > 80);
    let wrong: Vec<String> = members
        .par_iter()
        .flat_map_iter(|method| {
            let wrong = method.identity().claims.iter().filter(|claim| {
                let Claim { claim, stated } = claim;
                !holds(method, claim.key(), &stated.to_string())
            });
            wrong.map(|claim| format!("{}: {} = {}", method.name(), claim.claim, claim.stated)).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every other claim of every file holds; orders are the concern of `tests/order.rs`.
#[test]
fn every_claim_but_the_orders_holds() {
    let wrong: Vec<String> = catalog::all()
        .unwrap()
        .par_iter()
        .flat_map_iter(|method| {
            let claims = method.identity().claims.iter().filter(|claim| {
                let decided_there = matches!(method, Method::RungeKutta(_)) && claim.claim.key().contains("order");
                !decided_there && !holds(method, claim.claim.key(), &claim.stated.to_string())
            });
            claims.map(|claim| format!("{}: {} = {}", method.name(), claim.claim, claim.stated)).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `verify` confirms the claims of a few methods of each kind, and contradicts one that is wrong.
#[test]
fn verify_confirms_the_claims() {
    for name in
        ["rk4", "tsitouras5", "ssprk43", "gauss2", "radau-iia-3", "lobatto-iiic-3", "sdirk2", "bdf3", "leap-frog", "adams-moulton-2"]
    {
        let claims = verify(&catalog::find(name).unwrap()).claims;
        assert!(!claims.is_empty() && claims.iter().all(|claim| claim.holds), "{name}: {claims:?}");
    }
    let boast = "name = \"boast\"\n[runge-kutta]\nA = [[0, 0], [1, 0]]\nb = [\"1/2\", \"1/2\"]\n[claims]\norder = 3\n";
    let refuted = verify(&scheme::parse(boast, "boast").unwrap()).claims.remove(0);
    assert!(!refuted.holds && refuted.why.is_some());
}

/// Spiteri & Ruuth (2002) as published, fifteen digits in Shu–Osher form: the published SSP coefficient is within what these digits tell. The
/// catalogue's tableau, refined until the order conditions hold to forty digits, is another point of that enclosure.
#[test]
fn ssprk54_as_published_has_the_published_coefficient() {
    let text = r#"
[where]
p1 = "0.391752226571890"
a2 = "0.555629506348765"
q2 = "0.368410593050371"
a3 = "0.379898148511597"
q3 = "0.251891774271694"
a4 = "0.821920045606868"
q4 = "0.544974750228521"
u2 = "0.517231671970585"
u3 = "0.096059710526147"
v3 = "0.063692468666290"
u4 = "0.386708617503269"
v4 = "0.226007483236906"
[runge-kutta]
A = [
    [0, 0, 0, 0, 0],
    ["p1", 0, 0, 0, 0],
    ["a2*p1", "q2", 0, 0, 0],
    ["a3*a2*p1", "a3*q2", "q3", 0, 0],
    ["a4*a3*a2*p1", "a4*a3*q2", "a4*q3", "q4", 0],
]
b = [
    "u2*a2*p1 + u3*a3*a2*p1 + u4*a4*a3*a2*p1",
    "u2*q2 + u3*a3*q2 + u4*a4*a3*q2",
    "u3*q3 + u4*a4*q3",
    "v3 + u4*q4",
    "v4",
]
"#;
    let report = verify(&scheme::parse(text, "published").unwrap());
    assert_eq!((report.order, report.exact), (4, false));
    let coefficient = report.ssp_coefficient.unwrap();
    let published = Expression::number("1.50818004918983", &[]).unwrap();
    assert!(coefficient.agrees_with(&published), "{coefficient:?}");
    // Not so wide that anything would be in it.
    assert!((1.5..1.51).contains(&coefficient.to_f64()), "{coefficient:?}");
}
