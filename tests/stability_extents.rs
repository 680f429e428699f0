//! How far stability regions reach, over the whole catalogue and members of every family, against values by other routes (tests/data): contours traced from
//! sixty-digit zeros (`stability_extents.py`, `family_extents.py`), the roots of ρ − zσ along axes and circles (`multistep_extents.py`), and interval arithmetic
//! for coefficients that are rounded (`rounded_extents.py`).

use lambdahat::method::{Method, catalog};
use lambdahat::stability::{
    Extent, RightHalfPlane, RootLocus, StabilityFunction, disc_radius, imaginary_interval, multistep, real_interval,
};

struct Row {
    method: String,
    /// By column; `None` where a cell is empty, or no number.
    values: Vec<Option<f64>>,
}

fn rows(text: &str) -> Vec<Row> {
    let row = |line: &str| {
        let (method, values) = line.split_once(',').unwrap();
        Row { method: method.into(), values: values.split(',').map(|value| value.parse().ok()).collect() }
    };
    text.lines().skip(1).map(row).collect()
}

/// Exact coefficients: kind, reach, area, disc, real, imaginary.
fn exact() -> Vec<Row> {
    rows(include_str!("data/stability_extents.csv"))
}

/// The same of families.
fn families() -> Vec<Row> {
    rows(include_str!("data/family_extents.csv"))
}

/// Rounded coefficients: whether the degree of R is known, degrees, reach, area, disc, real, imaginary.
fn rounded() -> Vec<Row> {
    rows(include_str!("data/rounded_extents.csv"))
}

/// Multistep methods: disc, real, imaginary.
fn multistep_rows() -> Vec<Row> {
    rows(include_str!("data/multistep_extents.csv"))
}

fn stability_function(method: &Row) -> Option<StabilityFunction> {
    match catalog::find(&method.method).unwrap() {
        Method::RungeKutta(tableau) => Some(StabilityFunction::of(&tableau)),
        Method::Multistep(_) => None,
    }
}

/// Whether a value known to within `bound` and a reference of so many digits may be the same.
fn agrees(found: f64, bound: f64, reference: f64, digits: f64) -> bool {
    found == reference || (found - reference).abs() <= bound + digits * (1.0 + reference.abs())
}

/// The same for a length with its own bound; interval arithmetic, which forgets how coefficients depend on each other, leaves open a hundredth more.
fn extent_agrees(found: &Extent, reference: f64, digits: f64) -> bool {
    let radius = if let Extent::Value(value) = found { value.radius() } else { 0.0 };
    agrees(found.to_f64(), 1.01 * radius, reference, digits)
}

#[test]
fn every_method_has_a_row() {
    let all: Vec<Row> = exact().into_iter().chain(rounded()).collect();
    let has_row = |name: &&str| all.iter().any(|row| row.method == **name);
    assert_eq!(catalog::names().filter(|name| !has_row(name)).collect::<Vec<_>>(), Vec::<&str>::new());
    let multistep = multistep_rows();
    for row in all.iter().chain(&families()).filter(|row| stability_function(row).is_none()) {
        assert!(multistep.iter().any(|other| other.method == row.method), "{}", row.method);
    }
}

/// A method's room against a reach and an area; what disagrees.
fn room_disagrees(row: &Row, [reach, area]: [Option<f64>; 2]) -> Option<String> {
    let (reach, area) = (reach?, area?);
    let method = catalog::find(&row.method).unwrap();
    let (room, cell) = match &method {
        Method::RungeKutta(tableau) => (RightHalfPlane::of(&StabilityFunction::of(tableau)), 1e-9),
        // The reference is a count on a grid.
        Method::Multistep(multistep) => (RightHalfPlane::of_multistep(multistep), 2e-3),
    };
    let Ok(room) = room else { return Some(format!("{}: nothing found, {reach} and {area} expected", row.method)) };
    let right = agrees(room.reach, room.reach_error, reach, cell) && agrees(room.area, room.area_error, area, 1e-4_f64.max(cell));
    (!right).then(|| format!("{}: {room:?}, {reach} and {area} expected", row.method))
}

#[test]
fn right_half_plane() {
    let of_exact = exact().into_iter().chain(families());
    let mut wrong: Vec<String> = of_exact.filter_map(|row| room_disagrees(&row, [row.values[1], row.values[2]])).collect();
    wrong.extend(rounded().iter().filter_map(|row| room_disagrees(row, [row.values[2], row.values[3]])));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The enclosures of one-step methods with exact coefficients are narrow.
#[test]
fn enclosures_are_tight() {
    for r in exact().iter().filter_map(stability_function) {
        let Ok(room) = RightHalfPlane::of(&r) else { continue };
        assert!(room.reach.is_infinite() || room.reach_error <= 1e-6 * (1.0 + room.reach), "{r:?}: {room:?}");
    }
}

#[test]
fn discs_and_intervals() {
    let mut wrong = Vec::new();
    let from = |row: Row, at: usize| (row.values[at..at + 3].to_vec(), row);
    let all = exact().into_iter().chain(families()).map(|row| from(row, 3)).chain(rounded().into_iter().map(|row| from(row, 4)));
    for (values, row) in all {
        let ([Some(disc), Some(real), Some(imaginary)], Some(r)) = (values[..].try_into().unwrap_or([None; 3]), stability_function(&row))
        else {
            continue;
        };
        for (what, found, expected) in [("real", real_interval(&r), real), ("imaginary", imaginary_interval(&r), imaginary)] {
            if !extent_agrees(&found, expected, 1e-9) {
                let radius = if let Extent::Value(value) = &found { value.radius() } else { 0.0 };
                wrong.push(format!("{}: {what} interval {} ± {radius:e}, {expected} expected", row.method, found.to_f64()));
            }
        }
        // Degrees above 24 with poles are left out by `verify` too.
        if r.degree() <= 24 {
            let found = disc_radius(&r);
            if !extent_agrees(&found, disc, 2e-6) {
                wrong.push(format!("{}: disc {}, {disc} expected", row.method, found.to_f64()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn discs_and_intervals_of_multistep_methods() {
    let mut wrong = Vec::new();
    for row in multistep_rows() {
        let Method::Multistep(method) = catalog::find(&row.method).unwrap() else { panic!("{}", row.method) };
        let (rho, sigma) = multistep::reduced(&method);
        let locus = RootLocus::new(&rho, &sigma);
        let found = [locus.disc(), locus.real_interval(), locus.imaginary_interval()];
        for ((what, digits), (found, expected)) in
            [("disc", 2e-6), ("real", 1e-9), ("imaginary", 1e-9)].into_iter().zip(found.iter().zip(&row.values))
        {
            let expected = expected.unwrap();
            if !extent_agrees(found, expected, digits) {
                wrong.push(format!("{}: {what} {}, {expected} expected", row.method, found.to_f64()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Dormand and Prince's method of order 8 has an island far to the right, by both routes.
#[test]
fn the_reach_of_dop853() {
    let row = rounded().into_iter().find(|row| row.method == "dop853").unwrap();
    assert_eq!(row.values[2], Some(3.4333633905));
    assert_eq!(room_disagrees(&row, [row.values[2], row.values[3]]), None);
}
