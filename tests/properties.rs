//! One vocabulary: every property has a name, a key in the document, words, a row in the documentation, a claim, and a filter where it can be one.

use assert_cmd::Command;
use lambdahat::method::{PROPERTIES, PropertyKind};
use lambdahat::method::{catalog, scheme};
use lambdahat::verify::verify;
use lambdahat::words::property_name::{filtered, label};

#[test]
fn every_property_is_claimed_worded_documented_and_in_the_document() {
    let page = include_str!("../docs/verify.md");
    let documents: Vec<serde_json::Value> =
        ["rk4", "bdf2"].iter().map(|name| serde_json::to_value(verify(&catalog::find(name).unwrap())).unwrap()).collect();
    for entry in PROPERTIES {
        assert!(!label(entry.property).is_empty() && !filtered(entry.property).is_empty(), "{}", entry.key);
        assert!(page.contains(&format!("| `{}` |", entry.key)), "docs/verify.md has no row for {}", entry.key);
        assert!(documents.iter().any(|document| document.pointer(entry.place).is_some()), "no field {}", entry.place);
        let value = if entry.kind == PropertyKind::Truth { "true" } else { "1" };
        let text = format!("[runge-kutta]\nA = [[0]]\nb = [1]\n[claims]\n{} = {value}\n", entry.key);
        let method = scheme::parse(&text, "x").unwrap();
        assert_eq!(method.identity().claims[0].claim, entry.property);
        let infinite = text.replace(&format!(" = {value}\n"), " = \"infinite\"\n");
        assert_eq!(scheme::parse(&infinite, "x").is_ok(), entry.may_be_infinite, "{}", entry.key);
    }
}

#[test]
fn every_filter_is_an_option_of_methods() {
    let output = Command::cargo_bin("lambdahat").unwrap().args(["methods", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for entry in PROPERTIES {
        assert!(entry.kind != PropertyKind::Truth || entry.filter.is_some(), "{} cannot be asked for", entry.key);
        assert!(
            entry.filter.is_none_or(|name| help.contains(&format!("--{name}\n")) || help.contains(&format!("--{name} "))),
            "{}",
            entry.key
        );
    }
}
