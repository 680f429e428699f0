//! Figures from the command line and from the library: what is written, and what is refused.

use assert_cmd::Command;
use lambdahat::figure::gallery::GALLERY;
use lambdahat::figure::{Figure, Mark};
use predicates::prelude::*;

fn lambdahat(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("lambdahat").unwrap().args(arguments).assert()
}

#[test]
fn a_region_as_svg_png_and_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    lambdahat(&["region", "rk4", "bdf2", "-o", &path("a.svg")]).success();
    let svg = std::fs::read_to_string(path("a.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("<title>") && !svg.contains("<text") && !svg.contains("<image"));
    lambdahat(&["region", "rk4", "-o", &path("a.png"), "--size", "300x300"]).success();
    assert_eq!(&std::fs::read(path("a.png")).unwrap()[1..4], b"PNG");
    lambdahat(&["region", "rk4", "heun2", "-o", &path("a.csv"), "--size", "4x3"]).success();
    let csv = std::fs::read_to_string(path("a.csv")).unwrap();
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.starts_with("re,im,rk4,heun2\n"));
}

#[test]
fn the_area_of_eulers_disc() {
    let run = lambdahat(&["region", "forward-euler", "--re=-2.5..0.5", "--im=-1.5..1.5", "--json"]).success();
    let report: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let area = report["regions"][0]["area"].as_f64().unwrap();
    assert!((area - std::f64::consts::PI).abs() < 1e-4, "{area}");
    assert_eq!(report["regions"][0]["boundary_curves"], 1);
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let refused = |arguments: &[&str], words: &str| {
        lambdahat(arguments).code(2).stderr(predicate::str::contains(words));
    };
    refused(&["region", "rk4", "--size", "1000000x1000000", "-o", &path("a.png")], "1000000000000 bytes");
    refused(&["region", "rk4", "-o", &path("no/such/a.svg")], "does not exist; create it first");
    refused(&["region", "rk4", "-o", &path("a.gif")], "must end in");
    refused(&["region", "rk5"], "did you mean rk4");
    refused(&["region", "rk4", "--re=2..-5"], "lower end must lie below");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Distance from a point to a polyline, in units of the panel's axes.
fn distance(p: [f64; 2], line: &[[f64; 2]], scale: [f64; 2]) -> f64 {
    let at = |q: [f64; 2]| [(q[0] - p[0]) / scale[0], (q[1] - p[1]) / scale[1]];
    let mut nearest = line.first().map_or(f64::INFINITY, |&q| at(q)[0].hypot(at(q)[1]));
    for pair in line.windows(2) {
        let (a, b) = (at(pair[0]), at(pair[1]));
        let d = [b[0] - a[0], b[1] - a[1]];
        let length = d[0] * d[0] + d[1] * d[1];
        let share = if length > 0.0 { (-(a[0] * d[0] + a[1] * d[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
        nearest = nearest.min((a[0] + share * d[0]).hypot(a[1] + share * d[1]));
    }
    nearest
}

/// Every point of one within a five-hundredth of the axes from the other.
fn close(name: &str, a: &[[f64; 2]], b: &[[f64; 2]], scale: [f64; 2]) {
    for (points, line) in [(a, b), (b, a)] {
        for &p in points.iter().step_by(1 + points.len() / 40) {
            let off = distance(p, line, scale);
            assert!(off < 2e-3, "{name}: {p:?} is off by {off}");
        }
    }
}

/// The committed data of a figure are what the library computes now.
fn unchanged(name: &str) {
    let path = format!("{}/figures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let committed: Figure = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let entry = GALLERY.iter().find(|entry| entry.name == name).unwrap();
    let computed = entry.figure().unwrap();
    assert_eq!(computed.facts.keys().collect::<Vec<_>>(), committed.facts.keys().collect::<Vec<_>>());
    for (fact, value) in &computed.facts {
        assert!((value - committed.facts[fact]).abs() <= 1e-9 * value.abs().max(1.0), "{name}: {fact} = {value}");
    }
    assert_eq!((&computed.title, &computed.caption), (&committed.title, &committed.caption));
    assert_eq!(computed.panels.len(), committed.panels.len());
    for (a, b) in computed.panels.iter().zip(&committed.panels) {
        assert_eq!((&a.title, &a.x, &a.y, a.marks.len()), (&b.title, &b.x, &b.y, b.marks.len()));
        let scale = [a.x.range[1] - a.x.range[0], a.y.range[1] - a.y.range[0]];
        for (a, b) in a.marks.iter().zip(&b.marks) {
            match (a, b) {
                (Mark::Line { points: a, .. }, Mark::Line { points: b, .. })
                | (Mark::Dots { points: a, .. }, Mark::Dots { points: b, .. }) => {
                    close(name, a, b, scale);
                }
                (Mark::Area { loops: a, .. }, Mark::Area { loops: b, .. }) => {
                    assert_eq!(a.len(), b.len());
                    for (a, b) in a.iter().zip(b) {
                        close(name, a, b, scale);
                    }
                }
                _ => assert_eq!(a, b),
            }
        }
    }
}

#[test]
fn predicted_shares_are_those_of_real_fits() {
    let path = format!("{}/figures/basins.json", env!("CARGO_MANIFEST_DIR"));
    let basins: Figure = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let differences: Vec<_> = basins.facts.iter().filter(|(fact, _)| fact.starts_with("difference in standard errors")).collect();
    // Four branches, Gauss–Newton and Adam, three widths.
    assert_eq!(differences.len(), 24);
    for (fact, difference) in differences {
        assert!(difference.abs() <= 3.0, "{fact}: {difference}");
    }
}

macro_rules! committed {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(#[test] fn $test() { unchanged($name); })*

        #[test]
        fn every_figure_of_the_gallery_is_committed_and_compared() {
            let compared = [$($name),*];
            assert_eq!(GALLERY.iter().map(|entry| entry.name).collect::<Vec<_>>(), compared);
            for name in compared {
                for kind in ["svg", "png", "json"] {
                    assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("figures/{name}.{kind}")).is_file(), "{name}.{kind}");
                }
            }
        }
    };
}

committed! {
    hero_is_unchanged: "hero",
    steps_are_unchanged: "steps",
    growing_step_is_unchanged: "growing-step",
    three_panels_are_unchanged: "three-panels",
    leap_frog_is_unchanged: "leap-frog",
    bulge_is_unchanged: "bulge",
    map_is_unchanged: "map",
    basins_are_unchanged: "basins",
    lotka_volterra_is_unchanged: "lotka-volterra",
    stars_are_unchanged: "stars",
}

#[test]
fn the_renderer_draws_the_golden_picture() {
    let figure: Figure = serde_json::from_str(include_str!("data/golden-figure.json")).unwrap();
    let drawn = figure.draw().unwrap().svg();
    // After a wanted change: cargo run -- figures, look at the pictures, and take the file that is written here.
    if drawn != include_str!("data/golden-figure.svg") {
        let written = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden-figure.svg");
        std::fs::write(&written, drawn).unwrap();
        panic!("the renderer draws something else than tests/data/golden-figure.svg: {}", written.display());
    }
}

#[test]
fn figures_are_written_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    lambdahat(&["figures", "hero", "--data", "-o", &new.display().to_string()]).success();
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 3);
    lambdahat(&["figures", "nothing", "-o", &new.display().to_string()]).code(2).stderr(predicate::str::contains("there are hero, "));
    lambdahat(&["figures", "hero", "-o", &new.join("a/b").display().to_string()]).code(2);
}
