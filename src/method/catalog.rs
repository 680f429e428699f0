//! The catalogue: every built-in scheme, one file each, found by name or by a library's name for it.

use super::Method;
use super::families::{self, FamilyError};
use super::scheme::{self, SchemeError};
use include_dir::{Dir, include_dir};
use thiserror::Error;

/// The scheme files, as they stand in the folder `methods/`.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/methods");

/// Why a name gives no method.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CatalogError {
    /// No such name; with the nearest ones.
    #[error("unknown method `{name}`{}", nearest_clause(.nearest))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The most similar names of the catalogue.
        nearest: Vec<String>,
    },
    /// A family's member that does not exist.
    #[error(transparent)]
    Family(#[from] FamilyError),
    /// A file of the catalogue that cannot be read: a defect of this build, not of the input.
    #[error("the catalogue itself is broken: {0}")]
    Broken(#[from] SchemeError),
}

fn nearest_clause(nearest: &[String]) -> String {
    match nearest {
        [] => "; `lambdahat methods` lists them, and a path to a scheme file works too".into(),
        names => format!("; did you mean {}? `lambdahat methods` lists all", names.join(", ")),
    }
}

/// The names of the built-in methods, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    files().map(|(name, _)| name)
}

/// The text of each scheme file by its name.
fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
}

/// All methods of the catalogue, in alphabetical order.
pub fn all() -> Result<Vec<Method>, CatalogError> {
    files().map(|(name, text)| Ok(scheme::parse(text, name)?)).collect()
}

/// The method of this name: the catalogue's (`rk4`) or a library's (`diffrax:Tsit5`), in any case of letters.
///
/// ```
/// use lambdahat::method::catalog;
/// assert_eq!(catalog::find("rk4")?.name(), "rk4");
/// assert!(catalog::find("rk5").unwrap_err().to_string().contains("did you mean"));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn find(name: &str) -> Result<Method, CatalogError> {
    let wanted = name.trim().to_lowercase();
    if let Some((name, text)) = files().find(|(known, _)| *known == wanted) {
        return Ok(scheme::parse(text, name)?);
    }
    // Only files that hold the alias in quotes are worth parsing.
    let quoted = format!("\"{wanted}\"");
    for (stem, text) in files().filter(|(_, text)| text.to_lowercase().contains(&quoted)) {
        let method = scheme::parse(text, stem)?;
        if method.identity().aliases.iter().any(|alias| alias.to_lowercase() == wanted) {
            return Ok(method);
        }
    }
    if let Some(member) = families::find(name) {
        return Ok(member?);
    }
    Err(CatalogError::Unknown { name: name.to_owned(), nearest: nearest(&wanted) })
}

/// Up to four names or libraries' names most like the wanted one, best first, one a method.
fn nearest(wanted: &str) -> Vec<String> {
    // A slip of the finger costs an edit, a shortened name keeps its beginning, a fragment is contained.
    let score = |known: &str| {
        let contained = if wanted.len() > 2 && known.contains(wanted) { 0.6 } else { 0.0 };
        strsim::normalized_damerau_levenshtein(wanted, known).max(0.75 * strsim::jaro_winkler(wanted, known)).max(contained)
    };
    // A library's name is meant where it is nearer than the catalogue's own for the same method.
    let best = |(name, text): (&str, &str)| {
        let aliases = scheme::parse(text, name).map(|method| method.identity().aliases.clone()).unwrap_or_default();
        let known = std::iter::once(name.to_owned()).chain(aliases);
        // People leave the library out.
        let short = |known: &str| known.rsplit_once(':').map_or(0.0, |(_, name)| 0.85 * score(name));
        let likeness = |known: &str| score(known).max(short(known));
        known.map(|known| (likeness(&known.to_lowercase()), known)).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let mut scored: Vec<(f64, String)> = files().filter_map(best).filter(|(score, _)| *score > 0.55).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(4).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_named_for_its_scheme() {
        for (name, text) in files() {
            let method = scheme::parse(text, name).unwrap();
            assert_eq!(method.name(), name);
            assert!(!method.identity().source.is_empty(), "{name} has no source");
        }
    }

    #[test]
    fn library_names_find_their_method() {
        assert_eq!(find("diffrax:Tsit5").unwrap().name(), "tsitouras5");
        assert_eq!(find("torchdiffeq:rk4").unwrap().name(), "rk38");
        assert_eq!(find("RK4").unwrap().name(), "rk4");
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let CatalogError::Unknown { nearest, .. } = find("dormand-price5").unwrap_err() else { unreachable!() };
        assert_eq!(nearest[0], "dormand-prince5");
        let CatalogError::Unknown { nearest, .. } = find("rk5").unwrap_err() else { unreachable!() };
        assert_eq!(nearest[0], "rk4");
        let CatalogError::Unknown { nearest, .. } = find("diffrax:Tsit6").unwrap_err() else { unreachable!() };
        assert_eq!(nearest[0], "diffrax:Tsit5");
        // Without the library, too.
        let CatalogError::Unknown { nearest, .. } = find("dopri55").unwrap_err() else { unreachable!() };
        assert!(nearest[0].ends_with(":dopri5"), "{nearest:?}");
    }
}
