//! How far stability regions reach, over the whole catalogue, against values by another route: `tests/data/stability_extents.py` traces their boundaries in
//! sixty digits.

use lambdahat::method::{Method, catalog};
use lambdahat::stability::{RightHalfPlane, StabilityFunction, disc_radius, imaginary_interval, real_interval};

struct Row {
    method: String,
    exact: bool,
    values: [Option<f64>; 5],
}

fn rows() -> Vec<Row> {
    let text = include_str!("data/stability_extents.csv");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let value = |k: usize| fields[k].parse().ok();
        Row { method: fields[0].into(), exact: fields[2] == "exact", values: [3, 4, 5, 6, 7].map(value) }
    };
    text.lines().skip(1).map(row).collect()
}

/// Whether a value known to within `bound` and a reference of so many digits may be the same.
fn agrees(found: f64, bound: f64, reference: f64, digits: f64) -> bool {
    found == reference || (found - reference).abs() <= bound + digits * (1.0 + reference.abs())
}

#[test]
fn every_method_has_a_row() {
    let rows = rows();
    assert_eq!(catalog::names().filter(|name| !rows.iter().any(|row| row.method == *name)).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn right_half_plane() {
    let mut wrong = Vec::new();
    // Decimals stand for a set of R, whose leading coefficients, and with them the farthest zeros, the rounding leaves open.
    for row in rows().into_iter().filter(|row| row.exact) {
        let [Some(reach), Some(area), ..] = row.values else { continue };
        let method = catalog::find(&row.method).unwrap();
        let (room, cell) = match &method {
            Method::RungeKutta(tableau) => (RightHalfPlane::of(&StabilityFunction::of(tableau)).ok(), 1e-9),
            // The reference is a count on a grid.
            Method::Multistep(multistep) => (RightHalfPlane::of_multistep(multistep).ok(), 2e-3),
        };
        let Some(room) = room else {
            wrong.push(format!("{}: nothing found, {reach} and {area} expected", row.method));
            continue;
        };
        if !agrees(room.reach, room.reach_error, reach, cell) || !agrees(room.area, room.area_error, area, 1e-4_f64.max(cell)) {
            wrong.push(format!("{}: {room:?}, {reach} and {area} expected", row.method));
        }
        let tight = !matches!(method, Method::RungeKutta(_)) || room.reach_error <= 1e-6 * (1.0 + reach);
        if !room.reach.is_infinite() && !tight {
            wrong.push(format!("{}: {room:?} is not tight", row.method));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn discs_and_intervals() {
    let mut wrong = Vec::new();
    for row in rows().into_iter().filter(|row| row.exact) {
        let [_, _, Some(disc), Some(real), Some(imaginary)] = row.values else { continue };
        let Method::RungeKutta(tableau) = catalog::find(&row.method).unwrap() else { continue };
        let r = StabilityFunction::of(&tableau);
        let found = [real_interval(&r).to_f64(), imaginary_interval(&r).to_f64()];
        for (what, found, expected) in [("real", found[0], real), ("imaginary", found[1], imaginary)] {
            if !agrees(found, 0.0, expected, 1e-9) {
                wrong.push(format!("{}: {what} interval {found}, {expected} expected", row.method));
            }
        }
        // Degrees above 24 with poles are left out by `verify` too.
        if r.degree() > 24 {
            continue;
        }
        let found = disc_radius(&r).to_f64();
        if !agrees(found, 0.0, disc, 2e-6) {
            wrong.push(format!("{}: disc {found}, {disc} expected", row.method));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
