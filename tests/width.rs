//! What the program prints at 80 columns: no line is wider, none breaks inside a number or a name, and every subcommand is asked.

use assert_cmd::cargo::cargo_bin;
use std::path::Path;
use std::process::Command;

const WIDTH: usize = 80;

/// Each subcommand on embedded or small data; FOLDER is a temporary folder with `model.json` in it.
const RUNS: &[&str] = &[
    "methods",
    "methods --explicit --sign-faithful",
    "verify rk4 gauss3 bdf3",
    "verify dormand-prince5 --all",
    "verify gauss3 --algebra",
    "verify ssprk33 --algebra",
    "verify tsitouras5 --against dormand-prince5",
    "verify forward-euler --compose implicit-euler",
    "verify rk4 --lambda -0.1+2i --interval 0.5 --digits 40",
    "branches --method rk4 --lambda -0.1+2i",
    "branches --method gauss3 --lambda -0.1+2i --substeps 2",
    "branches --method leap-frog --lambda -0.1+2i",
    "branches --method diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=0.5 --lambda -0.1+2i",
    "loop torchdiffeq:dopri5:rtol=1e-3,atol=1e-5",
    "loop diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=0.5 --lambda -0.02+2i --interval 0.5",
    "predict",
    "predict --all --explain",
    "predict --system lotka-volterra",
    "predict --system lotka-volterra --all",
    "predict examples/lynx_hare.csv --log",
    "predict --method torchdiffeq:dopri5:rtol=1e-3,atol=1e-4",
    "region rk4 dormand-prince5 --size 64x64",
    "map rk4 -o FOLDER/map.json",
    "modified --system lotka-volterra --method rk4 --order 4 --inverse",
    "modified --system pendulum --method midpoint --inverse --at 0.5,1 --step 0.1",
    "fit --method rk4 --model linear --seeds 3",
    "fit --system lotka-volterra --model sindy:2 --interval 0.1",
    "check",
    "check --all --seeds 5 --method rk4 --method implicit-midpoint",
    "check --model rbf --seeds 2 --samples 20",
    "check --samples 15 --iterations 1 --small 1e9 --seeds 3",
    "loop derivative:second",
    "loop derivative:savgol:11,3 --lambda -0.1+2i --interval 0.1",
    "systems",
    "systems linear:-0.1,-2;2,-0.1",
    "audit FOLDER/model.json",
    "repair FOLDER/model.json",
    "basins --starts 20 -o FOLDER/basins.json",
    "figures hero -o FOLDER/figures",
    "tour -o FOLDER/tour",
];

/// Subcommands whose output is a program, not text to read.
const PROGRAMS: [&str; 1] = ["completions"];

fn run(line: &str, folder: &Path) -> (String, String) {
    let arguments: Vec<String> = line.split_whitespace().map(|word| word.replace("FOLDER", folder.to_str().expect("a name"))).collect();
    let output = Command::new(cargo_bin("lambdahat"))
        .args(&arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", WIDTH.to_string())
        .output()
        .expect("runs");
    assert_ne!(output.status.code(), Some(2), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"))
}

/// Columns of a line; a combining hat takes none.
fn columns(line: &str) -> usize {
    line.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}

/// Whether a line ends in the middle of a number (`−0.1 +`, `2.`, `1e`) or of a name (`dormand-`).
fn broken(line: &str) -> bool {
    let last = line.split_whitespace().next_back().unwrap_or_default();
    let number = last.starts_with(|c: char| c.is_ascii_digit() || c == '−') && last.ends_with(['e', '−']);
    let operator = matches!(last, "+" | "−" | "±" | "=") && line.split_whitespace().count() > 1;
    let name = last.len() > 2 && last.ends_with('-') && !last.starts_with('-');
    number || operator || name
}

fn assert_fits(what: &str, text: &str) {
    for line in text.lines() {
        assert!(columns(line) <= WIDTH, "{what}: {} columns: {line}", columns(line));
        assert!(!broken(line), "{what}: a break inside a number or a name: {line}");
    }
}

fn subcommands() -> Vec<String> {
    let (help, _) = run("--help", Path::new("."));
    let commands = help.split("Commands:").nth(1).expect("a list").split("Options:").next().expect("options after it");
    // The names stand two columns in; continued descriptions farther.
    let named = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_subcommand_fits_eighty_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |line: &str| run(line, folder.path());
    told("fit --samples 20 -o FOLDER/model.json");
    for line in RUNS {
        let (out, err) = told(line);
        assert_fits(line, &out.replace(folder.path().to_str().expect("a name"), "…"));
        assert_fits(line, &err.replace(folder.path().to_str().expect("a name"), "…"));
    }
    for command in subcommands().iter().filter(|name| *name != "help" && !PROGRAMS.contains(&name.as_str())) {
        assert!(RUNS.iter().any(|line| line.split(' ').next() == Some(command)), "no run of `{command}`");
    }
}

#[test]
fn every_help_fits_eighty_columns() {
    assert_fits("--help", &run("--help", Path::new(".")).0);
    for command in subcommands() {
        for help in ["-h", "--help"] {
            let line = if command == "help" { "help".to_owned() } else { format!("{command} {help}") };
            assert_fits(&line, &run(&line, Path::new(".")).0);
        }
    }
}

/// The first screens of what people run without options.
#[test]
fn first_screens_are_screens() {
    for line in ["predict", "predict --system lotka-volterra", "check"] {
        let (out, _) = run(line, Path::new("."));
        assert!(out.lines().count() <= 24, "{line}: {} lines\n{out}", out.lines().count());
    }
}

/// Messages fold where the width is known, and stay one line in a log.
#[test]
fn messages_fold_where_the_width_is_known() {
    let refused = |columns: Option<&str>| {
        let mut command = Command::new(cargo_bin("lambdahat"));
        command.args(["fit", "--system", "lotka-volterra", "--samples", "0", "--start", "1,1"]).env_remove("COLUMNS");
        columns.map(|columns| command.env("COLUMNS", columns));
        String::from_utf8(command.output().expect("runs").stderr).expect("text")
    };
    assert_eq!(refused(None).lines().count(), 1);
    assert!(refused(Some("40")).lines().all(|line| columns(line) <= 40));
}

#[test]
fn breaks_inside_numbers_and_names_are_seen() {
    for bad in ["λ̂ = −0.1 +", "with dormand-", "is 1.2e"] {
        assert!(broken(bad), "{bad}");
    }
    for good in ["λ̂ = −0.1 + 2i", "with dormand-prince5", "is 1.2e−6", "a - b", "  ---------"] {
        assert!(!broken(good), "{good}");
    }
}
