//! Why a text is no training call, or does not suit the samples.

use super::library::Library;
use crate::method::catalog::CatalogError;
use thiserror::Error;

/// Why a text is no training call.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CallError {
    /// The text does not begin with a library that is known.
    #[error("`{text}` is no training call: write LIBRARY:NAME, with one of {} as library", libraries())]
    Library {
        /// What was given.
        text: String,
    },
    /// No method after the colon.
    #[error("`{library}:` names no method: write {library}:NAME")]
    NoMethod {
        /// The library.
        library: Library,
    },
    /// The library has no such method, or its loop is not known here.
    #[error("{library} has no method `{method}` whose loop is known{}", clause(.nearest, .known))]
    UnknownMethod {
        /// The library.
        library: Library,
        /// What was asked for.
        method: String,
        /// The most similar ones.
        nearest: Vec<String>,
        /// All.
        known: Vec<String>,
    },
    /// An item that is no option=value.
    #[error("`{text}` is no option: write option=value")]
    Option {
        /// What was given.
        text: String,
    },
    /// An option given twice.
    #[error("the option `{option}` is given twice")]
    Repeated {
        /// Which.
        option: String,
    },
    /// The call has no such option.
    #[error("{call} has no option `{option}`{}", clause(.nearest, .known))]
    UnknownOption {
        /// Which.
        option: String,
        /// Of which call.
        call: String,
        /// The most similar ones.
        nearest: Vec<String>,
        /// All.
        known: Vec<String>,
    },
    /// A value that does not fit.
    #[error("{option}={text}: give {expected}")]
    Value {
        /// Which option.
        option: &'static str,
        /// Its value.
        text: String,
        /// What fits.
        expected: &'static str,
    },
    /// Options that exclude each other, or that need each other.
    #[error("{call}: {why}")]
    Combination {
        /// The call.
        call: String,
        /// Which rule of the library is broken.
        why: &'static str,
    },
    /// Both tolerances are zero.
    #[error("rtol = 0 and atol = 0: no step can be accurate enough; give one of them a positive value")]
    ZeroTolerances,
    /// A version whose source is not known here.
    #[error("{library} {version} is not known here{}; leave the version out for the newest", versions(.library))]
    Version {
        /// The library.
        library: Library,
        /// Which version.
        version: String,
    },
    /// The step that is asked for is longer than the interval.
    #[error(
        "{option}={step} is longer than the interval between two samples, {interval}: the library would take one step of {interval}; write {option}={interval}"
    )]
    LongerThanInterval {
        /// Which option.
        option: &'static str,
        /// Its value.
        step: f64,
        /// The interval H.
        interval: f64,
    },
    /// The catalogue lacks the scheme: a defect of this build.
    #[error(transparent)]
    Scheme(#[from] CatalogError),
}

fn libraries() -> String {
    Library::ALL.map(Library::name).join(", ")
}

fn clause(nearest: &[String], known: &[String]) -> String {
    match (nearest, known) {
        ([], []) => String::new(),
        ([], known) => format!("; it has {}", known.join(", ")),
        (nearest, _) => format!("; did you mean {}?", nearest.join(", ")),
    }
}

fn versions(library: &Library) -> String {
    match library.versions() {
        [] => " (its versions are not told apart)".to_owned(),
        known => format!(" (known: {})", known.join(", ")),
    }
}
