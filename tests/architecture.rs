//! How the source hangs together: floors, circles, and who may name a command-line flag.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The floor of each module; one imports from floors below its own only.
const FLOORS: [(&str, u32); 19] = [
    ("exact", 1),
    ("files", 1),
    ("simd", 1),
    ("method", 2),
    ("data", 2),
    ("stability", 3),
    ("dynamics", 3),
    ("order", 4),
    ("loops", 4),
    ("inverse", 5),
    ("fit", 5),
    ("truth", 6),
    ("predict", 7),
    ("verify", 7),
    ("check", 8),
    ("repair", 8),
    ("words", 9),
    ("figure", 10),
    ("cli", 11),
];

/// Files that may import each other, for they are one thing: real numbers, algebraic numbers and their field. Add none.
const CIRCLES: [&[&str]; 1] = [&["exact::real::algebraic", "exact::real::number_field", "exact::real::real_number"]];

/// A module's name, such as `inverse::branches`, with its code: no comments, no tests; texts apart.
struct Source {
    path: PathBuf,
    code: String,
    texts: Vec<String>,
}

fn sources() -> BTreeMap<String, Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).unwrap().with_extension("");
                let mut parts: Vec<String> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                if parts.last().is_some_and(|last| last == "mod") {
                    parts.pop();
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let (code, texts) = taken_apart(text.split("#[cfg(test)]").next().unwrap());
                all.insert(parts.join("::"), Source { path, code, texts });
            }
        }
    }
    all
}

/// Code without comments and with empty texts, and the texts.
fn taken_apart(text: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => {
                for c in rest.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
                code.push('\n');
            }
            // A character literal that could be taken for a text or a comment.
            '\'' => {
                let mut ahead = rest.clone();
                let first = ahead.next();
                if first == Some('\\') {
                    ahead.next();
                }
                if ahead.next() == Some('\'') {
                    rest = ahead;
                } else if first == Some('\\') {
                    rest.by_ref().find(|&c| c == '\'');
                }
                code.push_str("' '");
            }
            '"' => {
                let mut content = String::new();
                while let Some(c) = rest.next() {
                    match c {
                        '\\' => content.extend(rest.next()),
                        '"' => break,
                        other => content.push(other),
                    }
                }
                texts.push(content);
                code.push_str("\"\"");
            }
            other => code.push(other),
        }
    }
    (code, texts)
}

/// Every path that a file names after `crate`, `lambdahat`, `super` or `self`, with the braces of `use` multiplied out.
fn paths(code: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for start in ["crate", "lambdahat", "super", "self"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest: String = code[at..].chars().take(2000).collect();
            follow(&rest, &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Reads one path, or one group in braces, and gives what is behind it.
fn follow<'a>(text: &'a str, before: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) -> &'a str {
    let depth = before.len();
    let mut rest = text.trim_start();
    loop {
        if let Some(mut inside) = rest.strip_prefix('{') {
            loop {
                inside = follow(inside, before, found).trim_start();
                match inside.strip_prefix(',') {
                    Some(more) if more.trim_start().starts_with('}') => inside = more.trim_start(),
                    Some(more) => {
                        inside = more;
                        continue;
                    }
                    None => {}
                }
                break;
            }
            before.truncate(depth);
            return inside.strip_prefix('}').unwrap_or("");
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end > 0 {
            before.push(rest[..end].to_owned());
        }
        rest = rest[end..].trim_start();
        match rest.strip_prefix("::") {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    if before.len() > depth {
        found.insert(before.clone());
    }
    before.truncate(depth);
    // `as other` ends a path too.
    let renamed = rest.strip_prefix("as ").map(|r| r.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    renamed.unwrap_or(rest)
}

/// A path from the crate's root.
fn absolute(module: &str, path: &[String]) -> Vec<String> {
    let mut base: Vec<String> = Vec::new();
    let mut path = path;
    if matches!(path[0].as_str(), "super" | "self") {
        base = module.split("::").map(str::to_owned).collect();
    }
    while let Some(first) = path.first().filter(|part| matches!(part.as_str(), "super" | "self" | "crate" | "lambdahat")) {
        if first == "super" {
            base.pop();
        }
        path = &path[1..];
    }
    base.extend(path.iter().cloned());
    base
}

#[test]
fn a_module_imports_from_floors_below_its_own() {
    let floor = |module: &str| FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor);
    let mut wrong = Vec::new();
    for (module, source) in sources() {
        let own = module.split("::").next().unwrap().to_owned();
        let Some(here) = floor(&own) else { continue };
        for path in paths(&source.code) {
            let target = absolute(&module, &path);
            if let Some(there) = target.first().filter(|t| **t != own).and_then(|t| floor(t))
                && there >= here
            {
                wrong.push(format!("{} (floor {here}) imports {} (floor {there})", source.path.display(), target.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words before the name of an item that a file defines.
const DEFINES: [&str; 6] = ["struct", "enum", "fn", "const", "type", "trait"];

/// The files that one imports, with those that they import, and so on.
fn reachable<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&str> = imports.get(from).into_iter().flatten().copied().collect();
    while let Some(next) = waiting.pop() {
        if seen.insert(next) {
            waiting.extend(imports.get(next).into_iter().flatten());
        }
    }
    seen
}

#[test]
fn files_import_in_no_new_circle() {
    let all = sources();
    let is_root = |name: &str| all.keys().any(|other| other.starts_with(&format!("{name}::")));
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, source) in &all {
        let targets = imports.entry(module).or_default();
        for path in paths(&source.code) {
            let target = absolute(module, &path);
            let longest = (1..=target.len()).rev().find_map(|k| all.get_key_value(&target[..k].join("::")));
            // The root of a folder hands on what its files hold: who imports that is not counted as importing the root.
            let is_own = |name: &str, source: &Source| {
                let item = target.get(name.split("::").count());
                item.is_some_and(|item| DEFINES.iter().any(|word| source.code.contains(&format!("{word} {item}"))))
            };
            if let Some((name, _)) = longest.filter(|(name, source)| *name != module && (!is_root(name) || is_own(name, source))) {
                targets.insert(name);
            }
        }
    }
    let mut circles: BTreeSet<Vec<&str>> = BTreeSet::new();
    let reach: BTreeMap<&str, BTreeSet<&str>> = imports.keys().map(|&name| (name, reachable(&imports, name))).collect();
    for (&name, there) in reach.iter().filter(|(name, there)| there.contains(*name)) {
        circles.insert(there.iter().copied().filter(|other| *other == name || reach[other].contains(name)).collect());
    }
    let known: BTreeSet<Vec<&str>> = CIRCLES.iter().map(|circle| circle.to_vec()).collect();
    let new: Vec<_> = circles.difference(&known).collect();
    let mended: Vec<_> = known.difference(&circles).collect();
    assert!(new.is_empty(), "files import each other: {new:?}");
    assert!(mended.is_empty(), "these are circles no more; take them out of the list: {mended:?}");
}

/// The folders inside a floor import one way too; files beside them hold what all of them speak of, and are left out.
#[test]
fn folders_of_one_floor_import_one_way() {
    let all = sources();
    let folder = |module: &str| {
        let parts: Vec<&str> = module.split("::").collect();
        let inside = parts.get(..2)?.join("::");
        all.keys().any(|other| other.starts_with(&format!("{inside}::"))).then_some(inside)
    };
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, source) in &all {
        let Some(here) = folder(module) else { continue };
        for path in paths(&source.code) {
            let there = folder(&absolute(module, &path).join("::"));
            if let Some(there) = there.filter(|there| *there != here && there.split("::").next() == here.split("::").next()) {
                imports.entry(here.clone()).or_default().insert(there);
            }
        }
    }
    let seen = imports.iter().map(|(from, to)| (from.as_str(), to.iter().map(String::as_str).collect())).collect();
    let circles: Vec<&String> = imports.keys().filter(|name| reachable(&seen, name).contains(name.as_str())).collect();
    assert!(circles.is_empty(), "folders that import each other: {circles:?}");
    assert!(imports.get("truth::nonlinear").is_some_and(|below| below.contains("truth::linear")), "{imports:?}");
}

#[test]
fn only_the_command_line_names_its_flags() {
    let mut wrong = Vec::new();
    for (module, source) in sources() {
        if matches!(module.split("::").next().unwrap(), "cli" | "words" | "main") {
            continue;
        }
        for text in &source.texts {
            let flag = text.match_indices("--").any(|(at, _)| {
                let before = text[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && c != '-') && text[at + 2..].starts_with(|c: char| c.is_ascii_lowercase())
            });
            if flag {
                wrong.push(format!("{}: {text}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A name means one thing. A subcommand's file is named for the subcommand, whatever else has that name, and a file of tests for what it tests.
#[test]
fn no_two_files_and_no_two_public_types_have_one_name() {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, source) in sources() {
        let file = source.path.file_stem().and_then(|stem| stem.to_str()).unwrap().to_owned();
        if module.starts_with("cli") || file == "tests" {
            continue;
        }
        if !matches!(file.as_str(), "mod" | "lib" | "main") {
            named.entry(format!("{file}.rs")).or_default().insert(module.clone());
        }
        for line in source.code.lines().map(str::trim_start) {
            let declared =
                ["struct ", "enum ", "trait ", "type ", "union "].iter().find_map(|kind| line.strip_prefix("pub ")?.strip_prefix(kind));
            if let Some(rest) = declared {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                named.entry(name).or_default().insert(module.clone());
            }
        }
    }
    let shared: BTreeMap<&str, _> =
        named.iter().filter(|(_, places)| places.len() > 1).map(|(name, places)| (name.as_str(), places)).collect();
    assert!(shared.is_empty(), "one name for several things: {shared:?}");
}

/// A module is public and speaks for itself, or private and handed on by its parent: an item has one path. The compiler's lint
/// `unnameable_types` sees to it that each has at least one.
#[test]
fn an_item_has_one_path() {
    let mut twice = Vec::new();
    for (name, source) in sources().iter().filter(|(name, _)| name.as_str() != "cli") {
        let declarations: Vec<&str> = source.code.split(';').map(str::trim).collect();
        for module in declarations.iter().filter_map(|d| d.rsplit('\n').next()?.trim().strip_prefix("pub mod ")) {
            let handed_on = format!("pub use {module}::");
            if declarations.iter().any(|d| d.contains(&handed_on)) {
                twice.push(format!("{name}::{module}"));
            }
        }
    }
    assert!(twice.is_empty(), "public, and handed on by the parent as well: {twice:?}");
}

/// Without default features nobody builds the command line's crates or those that draw.
#[test]
fn a_user_of_the_library_builds_no_command_line() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--no-default-features", "--edges", "normal", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let listed = String::from_utf8(tree.stdout).unwrap();
    let names: BTreeSet<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    for heavy in ["clap", "indicatif", "plotters", "resvg", "usvg", "png"] {
        assert!(!names.contains(heavy), "{heavy} is built without default features");
    }
    assert!(names.contains("nalgebra"));
}

/// The tests above see what they look for.
#[test]
fn sources_are_read_rightly() {
    let (code, texts) =
        taken_apart("use crate::a::{b, c::{d, E as F}};\n// use crate::x;\nlet s = \"--flag \\\" x\"; let q = '\"'; super::g::h();");
    assert_eq!(texts, ["--flag \" x"]);
    let found: Vec<String> = paths(&code).into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::a::b", "crate::a::c::E", "crate::a::c::d", "super::g::h"]);
    assert_eq!(absolute("m::n", &["super".into(), "g".into()]), ["m", "g"]);
}
