//! README and documents keep up with the program: their commands run as shown, the files that they name exist, links between them lead somewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document, with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let folder = std::fs::read_dir(root().join("docs")).expect("a folder").map(|file| file.expect("an entry").path());
    let beside = ["README.md", "CONTRIBUTING.md", "web/README.md", "python/README.md"].map(|name| root().join(name));
    let all = folder.filter(|path| path.extension().is_some_and(|end| end == "md")).chain(beside);
    all.map(|path| (path.clone(), std::fs::read_to_string(path).expect("text"))).collect()
}

/// The commands of a document's shell blocks that call the program, without their comments.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            command if inside && command.starts_with("lambdahat ") => {
                let command = command.split(" #").next().unwrap_or_default().split_whitespace().skip(1);
                found.push(command.collect::<Vec<_>>().join(" "));
            }
            _ => {}
        }
    }
    found
}

/// What takes minutes is asked for less: the gallery for one figure, basins for fewer starts. A browser is not opened.
fn shortened(command: &str) -> String {
    let command = command.replace("figures -o", "figures hero -o").replace(" --open", "");
    if command.starts_with("basins") { command + " --starts 50" } else { command }
}

/// Runs the commands of a document one after the other in a folder with the files that they name.
fn run(document: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(root().join(document)).expect("text");
    let here = |name: &str| folder.path().join(name);
    std::fs::create_dir(here("examples")).expect("made");
    for name in ["lynx_hare.csv", "oscillator.csv"] {
        std::fs::copy(root().join("examples").join(name), here("examples").join(name)).expect("copied");
    }
    std::fs::copy(root().join("examples/oscillator.csv"), here("DATA.csv")).expect("copied");
    std::fs::copy(root().join("methods/heun2.toml"), here("my_scheme.toml")).expect("copied");
    let commands = commands(&text);
    assert!(commands.len() > 5, "{document}: {commands:?}");
    for command in commands {
        let output = Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
            .args(shortened(&command).split(' '))
            .current_dir(folder.path())
            .output()
            .expect("runs");
        // One means that the answer is no.
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{document}: `lambdahat {command}` ends with {:?}: {}",
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn the_commands_of_the_readme_run_as_shown() {
    run("README.md");
}

#[test]
fn the_commands_of_the_tutorial_run_as_shown() {
    run("docs/tutorial.md");
}

/// The first screens that README and the tutorial show are what the program prints.
#[test]
fn the_screens_shown_are_those_of_the_program() {
    for (document, arguments) in [("README.md", &["predict"][..]), ("docs/tutorial.md", &["predict", "examples/oscillator.csv"])] {
        let text = std::fs::read_to_string(root().join(document)).expect("text");
        let output = Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
            .args(arguments)
            .current_dir(root())
            .env("COLUMNS", "80")
            .output()
            .expect("runs");
        let printed = String::from_utf8(output.stdout).expect("text");
        let block = text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a screen");
        for line in block.lines() {
            assert!(printed.lines().any(|other| other == line), "{document} shows `{line}`, the program prints\n{printed}");
        }
    }
}

/// Paths into the project, as `src/fit/model.rs` or `tests/panel.rs`, wherever they stand in a text.
fn paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["src/", "tests/", "benches/", "methods/", "systems/", "examples/"] {
        for (at, _) in text.match_indices(start) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '.')) {
                continue;
            }
            let path: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '.')).collect();
            found.push(path.trim_end_matches(['.', '/']).to_owned());
        }
    }
    found
}

#[test]
fn files_that_documents_name_exist() {
    let mut missing = Vec::new();
    for (document, text) in documents() {
        let base = document.parent().expect("a folder");
        for path in paths(&text) {
            // NAME and the like stand for any name; a document beside a `src` of its own may mean that.
            let placeholder = path.chars().any(|c| c.is_ascii_uppercase()) && !root().join(&path).exists();
            let exists = [root(), base].iter().any(|folder| folder.join(&path).exists());
            if !exists && !placeholder {
                missing.push(format!("{}: {path}", document.strip_prefix(root()).unwrap_or(&document).display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for (document, text) in documents() {
        let base = document.parent().expect("a folder");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !base.join(file).exists() {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Comments of the source speak of what is in the repository.
#[test]
fn the_source_cites_no_document_that_is_not_here() {
    let mut folders = vec![root().join("src"), root().join("tests"), root().join("benches")];
    let mut cited = Vec::new();
    // Written apart, so that this file is not found by itself.
    let words = [concat!("DES", "IGN.md"), concat!("DES", "IGN's"), concat!("the des", "ign says"), concat!("STY", "LE.md")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                cited.extend(words.iter().filter(|word| text.contains(*word)).map(|word| format!("{}: {word}", path.display())));
            }
        }
    }
    assert!(cited.is_empty(), "{}", cited.join("\n"));
}

/// The name of a variant as serde writes it in kebab case.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (k, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && k > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The variants of the enums in a source file that `is_coded` picks by the lines before them and their name.
fn variants(source: &str, is_coded: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (place, _) in source.match_indices("pub enum ") {
        let before = source[..place].rsplit("\n\n").next().unwrap_or_default();
        let rest = &source[place + "pub enum ".len()..];
        let Some((name, body)) = rest.split_once(" {\n") else { continue };
        if is_coded(before, name) {
            let body = body.split("\n}").next().unwrap_or_default();
            let names = body.lines().filter(|line| line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase()));
            let word = |line: &str| line.trim().chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
            found.extend(names.map(|line| kebab(&word(line))));
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Whoever decides on a code finds it, with its fields, in the page on JSON.
#[test]
fn every_code_is_documented() {
    let page = std::fs::read_to_string(root().join("docs/json.md")).expect("text");
    let mut count = 0;
    for path in sources(&root().join("src")) {
        let source = std::fs::read_to_string(&path).expect("text");
        let coded = |before: &str, name: &str| before.contains("tag = \"code\"") || ["Because", "Motion"].contains(&name);
        for code in variants(&source, coded) {
            count += 1;
            assert!(page.contains(&format!("\n| `{code}` |")), "{} has the code {code}, which docs/json.md lacks", path.display());
        }
    }
    assert!(count > 100, "{count}");
}

/// Each test that the page of second opinions names is one.
#[test]
fn second_opinions_name_tests() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/second-opinions.md")).unwrap();
    let named: Vec<(&str, &str)> = page.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect();
    assert!(named.len() > 30);
    for (file, test) in named {
        let source = std::fs::read_to_string(root.join(format!("tests/{file}.rs"))).unwrap();
        assert!(source.contains(&format!("fn {test}()")), "{file}::{test}");
    }
}

#[test]
fn no_document_has_a_merge_in_it() {
    for (path, text) in documents() {
        let left = text.lines().find(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") || *line == "=======");
        assert!(left.is_none(), "{}: {left:?}", path.display());
    }
}
