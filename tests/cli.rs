//! The command line as a user meets it: documents, messages, exit statuses, files whole or not at all.

#[path = "common/program.rs"]
mod program;

use predicates::prelude::*;
use program::{json, lambdahat, refused};
use serde_json::Value;

fn pair(value: &Value) -> (f64, f64) {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

/// Known answers at λ = −0.1 + 2i, H = h = 1.
#[test]
fn branches_gives_the_known_answers() {
    let table: &[(&str, &[(f64, f64)])] = &[
        ("forward-euler", &[(-1.37654522910515, 0.82276633591569)]),
        ("implicit-euler", &[(1.45991338140108, 1.00492907200877)]),
        ("implicit-midpoint", &[(-0.34020719335604, 3.0883454384309)]),
        ("leap-frog", &[(0.04168407614797, 0.91384770396223)]),
        (
            "rk4",
            &[
                (0.105105260738927, 1.926832632793115),
                (-1.561121085362438, 2.024112630017561),
                (-2.546296574406399, -1.16396860111186),
                (0.002312399029911, -2.786976661698816),
            ],
        ),
    ];
    for (method, expected) in table {
        let document = json(&["branches", "--method", method, "--lambda", "-0.1+2i"], 0);
        let branches = document["branches"].as_array().unwrap();
        assert_eq!(branches.len(), expected.len(), "{method}");
        for (branch, (re, im)) in branches.iter().zip(*expected) {
            let (x, y) = pair(&branch["lambda"]);
            assert!((x - re).hypot(y - im) < 1e-12, "{method}: {x} {y} against {re} {im}");
        }
        assert_eq!(branches.iter().filter(|b| b["principal"] == true).count(), 1);
        assert_eq!(branches[0]["principal"], true, "{method}");
    }
}

#[test]
fn branches_flags_as_the_table_says() {
    let document = json(&["branches", "--method", "rk4", "--lambda", "-0.1+2i"], 0);
    let flags: Vec<Value> = document["branches"].as_array().unwrap().iter().map(|b| b["flags"].clone()).collect();
    assert_eq!(
        flags,
        [
            serde_json::json!(["anti-damped"]),
            serde_json::json!([]),
            serde_json::json!(["reversed"]),
            serde_json::json!(["anti-damped", "reversed"])
        ]
    );
    assert_eq!(document["step"], 1.0);
    assert_eq!(document["at_infinity"], 0);
}

#[test]
fn leap_frog_shows_its_parasite() {
    let document = json(&["branches", "--method", "leap-frog", "--lambda", "-0.1+2i"], 0);
    let roots = document["characteristic_roots"].as_array().unwrap();
    let ((a, b), (c, d)) = (pair(&roots[0]), pair(&roots[1]));
    assert!((a * c - b * d + 1.0).hypot(a * d + b * c) < 1e-14);
    assert!(a.hypot(b) < c.hypot(d));
}

#[test]
fn library_names_and_files_are_methods_too() {
    let by_alias = json(&["branches", "--method", "torchdiffeq:rk4", "--lambda", "-0.1+2i"], 0);
    assert_eq!(by_alias["method"], "rk38");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, "[runge-kutta]\nA = [[\"1/2\"]]\nb = [1]\n").unwrap();
    let by_path = json(&["branches", "--method", path.to_str().unwrap(), "--lambda", "-0.1+2i"], 0);
    assert_eq!(by_path["method"], "mine");
    assert!((pair(&by_path["branches"][0]["lambda"]).1 - 3.0883454384309).abs() < 1e-12);
}

#[test]
fn bad_arguments_are_refused_with_a_reason() {
    let l = ["--lambda", "-0.1+2i"];
    refused(&["branches", "--method", "rk5", l[0], l[1]], &["unknown method `rk5`", "rk4"]);
    refused(&["branches", "--method", "rk4", "--lambda", "2i+1"], &["not a complex number", "-0.1+2i"]);
    refused(&["branches", "--method", "rk4", "--lambda", "nan"], &["not a complex number"]);
    refused(&["branches", "--method", "rk4", l[0], l[1], "--interval", "0"], &["positive"]);
    refused(&["branches", "--method", "rk4", l[0], l[1], "--interval", "-1"], &["positive"]);
    refused(&["branches", "--method", "rk4", l[0], l[1], "--interval", "inf"], &["positive"]);
    refused(&["branches", "--method", "rk4", l[0], l[1], "--substeps", "0"], &["at least 1"]);
    refused(&["branches", "--method", "rk4", "--lambda", "1e5"], &["too large"]);
    refused(&["branches", "--method", "nowhere/x.toml", l[0], l[1]], &["nowhere/x.toml"]);
    refused(&["no-such-command"], &["unrecognized subcommand"]);
}

/// Every fault of a scheme file names the file, the line and the column.
#[test]
fn bad_scheme_files_are_refused_at_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("shape", "[runge-kutta]\nA = [[0, 0], [1]]\nb = [1, 0]\n", ":2:14:", "row 2 of A"),
        ("nodes", "[runge-kutta]\nA = [[0, 0], [1, 0]]\nb = [0, 1]\nc = [0, \"1/2\"]\n", ":4:9:", "c[2] is stated as 1/2"),
        (
            "near",
            "[where]\ng = { polynomial = \"x^2 - 2\", near = 0 }\n[runge-kutta]\nA = [[\"g\"]]\nb = [1]\n",
            ":2:5:",
            "isolates no root",
        ),
        ("stages", "[runge-kutta]\nA = []\nb = []\n", ":3:5:", "at least one stage"),
        ("toml", "[runge-kutta\n", ":1:", "not valid TOML"),
        ("empty", "", ":1:1:", "needs a table"),
        (
            "circular",
            "[where]\na = \"b\"\nb = \"a\"\n[runge-kutta]\nA = [[0]]\nb = [1]\n",
            ":2:6:",
            "`b` is declared further down (or circular)",
        ),
        ("itself", "[where]\na = \"a + 1\"\n[runge-kutta]\nA = [[0]]\nb = [1]\n", ":2:6:", "`a` is declared further down (or circular)"),
    ];
    for (name, text, place, reason) in cases {
        let path = folder.path().join(format!("{name}.toml"));
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        refused(&["branches", "--method", path, "--lambda", "2i"], &[&format!("{path}{place}"), reason]);
    }
}

/// The area of RK4's region in the window is 12.70033314, by Green's theorem along |R| = 1; whatever the raster, the bounds hold it.
#[test]
fn region_states_how_well_an_area_is_known() {
    for size in ["1x1", "40x40", "400x400"] {
        let document = json(&["region", "rk4", "--size", size], 0);
        let entry = &document["regions"][0];
        let (area, uncertainty) = (entry["area"].as_f64().unwrap(), entry["area_uncertainty"].as_f64().unwrap());
        assert!((area - 12.700_333_141).abs() <= uncertainty, "{size}: {area} ± {uncertainty}");
        assert!(uncertainty < 1e-3, "{uncertainty}");
    }
    lambdahat(&["region", "rk4", "--size", "1x1"])
        .assert()
        .success()
        .stdout(predicate::str::contains("UNCERTAINTY").and(predicate::str::contains("Re z from -5 to 2")));
}

#[test]
fn region_refuses_what_it_cannot_do_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    refused(&["region", "rk4", "--size", "1000000x1000000", "-o", &inside("a.png")], &["choose a smaller size"]);
    refused(&["region", "rk4", "--size", "0x10", "-o", &inside("a.png")], &["not a size"]);
    refused(&["region", "rk4", "--re=2..-5", "-o", &inside("a.png")], &["lower end"]);
    refused(&["region", "rk4", "-o", &inside("missing/a.svg")], &["does not exist"]);
    refused(&["region", "rk4", "-o", &inside("a.gif")], &["gif"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    lambdahat(&["region", "rk4", "gauss2", "-o", &inside("a.svg")]).assert().success();
    let svg = std::fs::read_to_string(inside("a.svg")).unwrap();
    assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"));
    assert!(svg.len() < 400_000, "curves, not pixels");
}

#[test]
fn methods_lists_and_filters() {
    let all = json(&["methods"], 0);
    let all = all["methods"].as_array().unwrap();
    for key in ["method", "title", "kind", "order", "explicit", "aliases"] {
        assert!(all.iter().all(|m| m.get(key).is_some()), "{key}");
    }
    // A count of stages or of steps, whichever the kind has.
    for method in all {
        let (has, lacks) = if method["kind"] == "multistep" { ("steps", "stages") } else { ("stages", "steps") };
        assert!(method[has].as_u64().is_some_and(|n| n > 0) && method.get(lacks).is_none_or(Value::is_null), "{method}");
    }
    let named = |name: &str| all.iter().find(|m| m["method"] == name).unwrap();
    assert_eq!((&named("rk4")["stages"], &named("dormand-prince5")["stages"], &named("bdf6")["steps"]), (&4.into(), &7.into(), &6.into()));
    let filtered = json(&["methods", "--order", "4", "--a-stable", "--sign-faithful"], 0);
    let names: Vec<&str> = filtered["methods"].as_array().unwrap().iter().map(|m| m["method"].as_str().unwrap()).collect();
    assert!(names.contains(&"gauss2") && !names.contains(&"rk4"), "{names:?}");
}

#[test]
fn modified_prints_the_learned_field_exactly() {
    let document = json(&["modified", "--system", "lotka-volterra", "--method", "forward-euler", "--order", "1", "--inverse"], 0);
    assert_eq!(document["variables"], serde_json::json!(["x", "y"]));
    assert_eq!(document["inverse"], true);
    // f + h/2 f′f, by hand
    assert_eq!(document["terms"][0]["components"][0], "-x*y + x");
    assert_eq!(document["terms"][1]["components"][0], "-1/2*x^2*y + 1/2*x*y^2 - 1/2*x*y + 1/2*x");
    let system = ["modified", "--system", "lotka-volterra", "--method"];
    let with = |rest: &[&'static str]| [&system[..], rest].concat();
    refused(&with(&["rk4", "--order", "0"]), &["--order 0"]);
    refused(&with(&["rk4", "--order", "40"]), &["40", "rooted trees"]);
    refused(&with(&["leap-frog"]), &["multistep", "--inverse"]);
    refused(&["modified", "--system", "pendulum", "--method", "rk4"], &["not polynomial"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("field.toml");
    std::fs::write(&path, "x = '2/3 x - 4/3 x*w'\n").unwrap();
    refused(&["modified", "--system", path.to_str().unwrap(), "--method", "rk4"], &["field.toml:1:", "w"]);
}

#[test]
fn completions_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        lambdahat(&["completions", shell]).assert().success().stdout(predicate::str::contains("lambdahat"));
    }
}

#[test]
fn help_has_examples() {
    let help = lambdahat(&["--help"]).assert().success().stdout(predicate::str::contains("Example")).get_output().stdout.clone();
    let help = String::from_utf8(help).unwrap();
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    // One line per command: two spaces, its name, what it does.
    let commands: Vec<&str> =
        listed.lines().filter_map(|l| l.strip_prefix("  ")?.split(' ').next()).filter(|c| !c.is_empty() && *c != "help").collect();
    assert!(commands.len() >= 15 && commands.contains(&"completions"), "{commands:?}");
    for command in commands {
        lambdahat(&[command, "--help"]).assert().success().stdout(predicate::str::contains("Example"));
    }
}

/// The smallest m of a mode, in words and in the document; none is no failure.
#[test]
fn verify_finds_the_smallest_number_of_substeps() {
    let document = &json(&["verify", "rk4", "--lambda", "-0.1+2i", "--interval", "0.5"], 0)[0];
    let m = document["learning"]["smallest_substeps"].as_u64().unwrap();
    assert!(m >= 1 && document["learning"]["faithful_for"]["interval"] == 0.5);
    assert_eq!(document["learning"]["artifact_boundary"].as_array().unwrap().len(), 6);
    let none = &json(&["verify", "forward-euler", "--lambda", "1i"], 0)[0];
    assert!(none["learning"]["smallest_substeps"].is_null());
    lambdahat(&["verify", "forward-euler", "--lambda", "1i"])
        .assert()
        .success()
        .stdout(predicate::str::contains("no m up to 64 is faithful"));
    refused(&["verify", "rk4", "--interval", "0.5"], &["--lambda"]);
    refused(&["verify", "rk4", "--lambda", "-0.1+2i", "--interval", "0"], &["positive"]);
}

#[test]
fn verify_knows_the_algebra_of_methods() {
    let documents = json(&["verify", "forward-euler", "--compose", "implicit-euler", "--algebra", "--latex"], 0);
    let whole = &documents[1];
    assert_eq!((whole["order"].as_u64(), whole["learning"]["sign_faithful"].as_bool()), (Some(2), Some(true)));
    let algebra = &whole["algebra"];
    assert_eq!(algebra["adjoint"]["coefficients"]["A"], algebra["method"]["coefficients"]["A"]);
    assert_eq!(algebra["shu_osher"]["r"], "2");
    assert!(whole["latex"].as_str().unwrap().contains("% dual"));
    lambdahat(&["verify", "ssprk33", "--algebra"])
        .assert()
        .success()
        .stdout(predicate::str::contains("3/4 |   0  1/4    0").and(predicate::str::contains("Q_3 = 2/3 z")));
    refused(&["verify", "bdf2", "--compose", "rk4"], &["bdf2 is a multistep method"]);
    refused(&["verify", "rk4", "--compose", "rk4", "--weight", "1/"], &["--weight `1/`"]);
}

/// Every claim in one table, failures with the first failing tree; what the letter in coefficients stands for.
#[test]
fn verify_explains_claims_and_symbols() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let text = "[where]\ng = { polynomial = \"6x^3 - 18x^2 + 9x - 1\", near = 0.44 }\n[runge-kutta]\nA = [[\"g\"]]\nb = [1]\n[claims]\norder = 2\na_stable = true\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let output = lambdahat(&["verify", file]).assert().code(1).get_output().stdout.clone();
    // Lines are folded at 80 columns.
    let text = String::from_utf8(output).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["g = the root near 0.435866521508459 of 6x^3 - 18x^2 + 9x - 1", "1 + (1 - g) z", "order 2 claimed, found 1: tree [τ] has ", "A(α)"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let output = lambdahat(&["verify", file, "--json", "--latex"]).assert().code(1).get_output().stdout.clone();
    let document: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(document[0]["field"]["polynomial"], "x^3 - 18x^2 + 54x - 36");
    assert!(document[0]["latex"].as_str().unwrap().contains("6 g^{3} - 18 g^{2} + 9 g - 1 = 0"));
}

#[test]
fn methods_filters_by_every_property() {
    let names = |filters: &[&str]| -> Vec<String> {
        let document = json(&[&["methods"], filters].concat(), 0);
        document["methods"].as_array().unwrap().iter().map(|m| m["method"].as_str().unwrap().to_owned()).collect()
    };
    let has = |filters: &[&str], name: &str| names(filters).iter().any(|n| n == name);
    assert!(has(&["--i-stable"], "gauss2") && !has(&["--i-stable"], "rk4"));
    assert!(has(&["--stiffly-accurate"], "radau-iia-3") && !has(&["--stiffly-accurate"], "gauss2"));
    assert!(has(&["--zero-stable"], "bdf3") && !has(&["--zero-stable"], "rk4"));
    assert!(has(&["--unique", "--sign-faithful"], "implicit-midpoint") && !has(&["--unique"], "gauss2"));
    assert!(has(&["--ssp"], "ssprk33") && !has(&["--ssp"], "rk4"));
}

/// What is typed after an option is its value, also where it starts with a hyphen.
#[test]
fn negative_values_get_the_message_of_their_option() {
    let mode = ["branches", "--method", "rk4", "--lambda", "-0.1+2i"];
    refused(&[&mode[..], &["--substeps", "-1"]].concat(), &["--substeps", "-1"]);
    refused(&["predict", "--substeps", "-1"], &["--substeps", "-1"]);
    refused(&["predict", "--tolerance", "-1"], &["--tolerance", "not a positive number"]);
    refused(&["predict", "--reach", "-2"], &["--reach", "not a positive number"]);
    refused(&["predict", "--degree", "-2"], &["--degree", "-2"]);
    refused(&["predict", "--system", "linear"], &["linear:-0.1,-2;2,-0.1"]);
}

#[test]
fn systems_refuse_what_they_cannot_mean() {
    let system = |text: &str, reasons: &[&str]| refused(&["predict", "--system", text], reasons);
    system("oscillator:alpha=1,alpha=2", &["`alpha`", "more than once"]);
    system("linear:1,2", &["not square", "1 row of length 2"]);
    system("linear:1,2;3", &["not square", "2 rows of lengths 2, 1"]);
    system("fitzhugh-nagumo:tau=0", &["`tau`", "`0` is not a number other than zero"]);
}

#[test]
fn messages_stay_readable() {
    let long = "(".repeat(100_000);
    for arguments in [["branches", "--method", "rk4", "--lambda", &long], ["branches", "--lambda", "1", "--method", &long]] {
        let output = lambdahat(&arguments).assert().code(2).get_output().stderr.clone();
        assert!(output.len() < 2000, "{} bytes", output.len());
    }
    let output = lambdahat(&["branches", "--method", "rk4", "--lambda", "1e308"]).assert().code(2).get_output().stderr.clone();
    assert!(output.len() < 300);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, "name = \"a\\u001b[2Jb\"\n[runge-kutta]\nA = [[0]]\nb = [1]\n").unwrap();
    refused(&["branches", "--method", path.to_str().unwrap(), "--lambda", "2i"], &[":1:8:", "control characters"]);
}

#[test]
fn branches_at_the_ends_of_the_range() {
    let at = |method: &str, lambda: &str| json(&["branches", "--method", method, "--lambda", lambda], 0);
    assert!((pair(&at("leap-frog", "-69+1i")["branches"][0]["lambda"]).0 / -(69f64.exp() / 2.0 * 1f64.cos()) - 1.0).abs() < 1e-12);
    assert!((pair(&at("bdf6", "100+1i")["branches"][0]["lambda"]).0 - 2.45).abs() < 1e-14);
    assert_eq!(at("implicit-euler", "-400+1i")["at_infinity"], 0);
    refused(&["branches", "--method", "bdf6", "--lambda", "-200+1i"], &["too large or too small", "shorter interval"]);
    refused(&["branches", "--method", "rk4", "--lambda", "1i", "--interval", "1e-310"], &["1e-310", "unit of time"]);
    refused(&["region", "rk4", "--re=-1e308..1.7e308", "-o", "never.svg"], &["1e9"]);
}

/// Sixty stages, every entry of A present: verified but for what is named with the reason.
#[test]
fn sixty_full_stages_are_verified_but_for_what_is_named() {
    let entry = |i: usize, j: usize| format!("\"{}/{}\"", (7 * i + 13 * j) % 11 + 1, 40 + (i * j) % 7);
    let row = |i: usize| format!("[{}]", (0..60).map(|j| entry(i, j)).collect::<Vec<_>>().join(", "));
    let rows = (0..60).map(row).collect::<Vec<_>>().join(",\n");
    let weights = vec!["\"1/60\""; 60].join(", ");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sixty.toml");
    std::fs::write(&path, format!("[runge-kutta]\nA = [{rows}]\nb = [{weights}]\n")).unwrap();
    let path = path.to_str().unwrap();
    // A run that hangs fails here, long before anyone's patience.
    let output = lambdahat(&["verify", path, "--json"]).timeout(std::time::Duration::from_secs(120)).assert().success();
    let report: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let report = &report[0];
    assert_eq!((report["stages"].as_u64(), report["order"].as_u64()), (Some(60), Some(1)));
    let left_out: Vec<&str> = report["left_out"].as_array().unwrap().iter().map(|part| part["what"].as_str().unwrap()).collect();
    assert!(left_out.contains(&"disc") && left_out.contains(&"ssp_coefficient"), "{left_out:?}");
    for what in left_out {
        assert!(report[what].is_null(), "{what}");
    }
}
