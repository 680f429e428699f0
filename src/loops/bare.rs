//! Names that people type without a library: `dopri5`, `RK45`, `ode45`.

use super::library::Library;
use super::{diffrax, ordinary_diffeq, scipy, torchdiffeq, torchdyn};
use serde::Serialize;
use std::sync::LazyLock;

/// What a name without a library may mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bare {
    /// The catalogue's schemes, one where every library means the same.
    pub schemes: Vec<&'static str>,
    /// The calls, as LIBRARY:NAME.
    pub calls: Vec<String>,
}

/// Names that only people and MATLAB use.
const SPOKEN: [(&str, &str); 6] = [
    ("ode45", "dormand-prince5"),
    ("ode23", "bogacki-shampine3"),
    ("leapfrog", "leap-frog"),
    ("radau", "radau-iia-3"),
    ("backwardeuler", "implicit-euler"),
    ("crankNicolson", "trapezoid"),
];

/// The bare names of a library's calls, each with its scheme.
fn of(library: Library) -> Vec<(&'static str, &'static str)> {
    match library {
        Library::Torchdiffeq => torchdiffeq::METHODS.iter().map(|(name, (scheme, _))| (*name, *scheme)).collect(),
        Library::Diffrax => diffrax::SOLVERS.iter().map(|(name, (scheme, _))| (*name, *scheme)).collect(),
        Library::Scipy => scipy::METHODS.iter().map(|(name, (scheme, _))| (*name, *scheme)).collect(),
        Library::Torchdyn => torchdyn::SOLVERS.iter().map(|(name, (scheme, _))| (*name, *scheme)).collect(),
        Library::OrdinaryDiffEq => ordinary_diffeq::METHODS.iter().map(|(name, (scheme, _))| (*name, *scheme)).collect(),
    }
}

/// Every call by its bare name, as LIBRARY:NAME, with its scheme.
fn all() -> impl Iterator<Item = (Library, &'static str, &'static str)> {
    Library::ALL.into_iter().flat_map(|library| of(library).into_iter().map(move |(name, scheme)| (library, name, scheme)))
}

/// The calls that are known, as LIBRARY:NAME.
pub fn names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| all().map(|(library, name, _)| format!("{library}:{name}")).collect());
    &NAMES
}

/// What a name without a library means; `None` where no library has it.
///
/// ```
/// use lambdahat::loops::bare;
/// let found = bare("RK45").unwrap();
/// assert_eq!((found.schemes, found.calls), (vec!["dormand-prince5"], vec!["scipy:RK45".to_owned()]));
/// ```
pub fn bare(name: &str) -> Option<Bare> {
    let wanted = name.trim();
    let mut found = Bare { schemes: Vec::new(), calls: Vec::new() };
    let spoken = SPOKEN.iter().filter(|(known, _)| known.eq_ignore_ascii_case(wanted)).map(|(_, scheme)| *scheme);
    let of_libraries: Vec<_> = all().filter(|(_, known, _)| known.eq_ignore_ascii_case(wanted)).collect();
    found.calls = of_libraries.iter().map(|(library, known, _)| format!("{library}:{known}")).collect();
    for scheme in spoken.chain(of_libraries.iter().map(|(_, _, scheme)| *scheme)) {
        if !found.schemes.contains(&scheme) {
            found.schemes.push(scheme);
        }
    }
    (!found.schemes.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_type() {
        for (name, scheme) in [
            ("dopri5", "dormand-prince5"),
            ("tsit5", "tsitouras5"),
            ("RK45", "dormand-prince5"),
            ("bosh3", "bogacki-shampine3"),
            ("ode45", "dormand-prince5"),
            ("Radau", "radau-iia-3"),
            ("euler", "forward-euler"),
            ("heun", "heun2"),
        ] {
            assert_eq!(bare(name).map(|b| b.schemes), Some(vec![scheme]), "{name}");
        }
        assert_eq!(bare("nonesuch"), None);
    }
}
