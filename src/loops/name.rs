//! The grammar of a training call: LIBRARY[@VERSION]:NAME[:option=value,…], in the library's own words.

use super::call_error::CallError;
use super::library::Library;
use serde::Serialize;
use std::fmt;

/// A call as it was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallName {
    /// The library.
    pub library: Library,
    /// The version that was asked for.
    pub version: Option<String>,
    /// The method, in the library's spelling of it or another.
    pub method: String,
    /// Options in the order given.
    pub options: Vec<(String, String)>,
}

impl CallName {
    /// Reads `LIBRARY[@VERSION]:NAME[:option=value,…]`. `None` where it does not begin with the name of a known library.
    pub fn read(text: &str) -> Result<Option<Self>, CallError> {
        let text = text.trim();
        let Some((head, rest)) = text.split_once(':') else { return Ok(None) };
        let (name, version) = match head.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (head, None),
        };
        let Some(library) = Library::find(name) else { return Ok(None) };
        let (method, list) = rest.split_once(':').unwrap_or((rest, ""));
        if method.is_empty() {
            return Err(CallError::NoMethod { library });
        }
        let mut options: Vec<(String, String)> = Vec::new();
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (key, value) = item.split_once('=').ok_or_else(|| CallError::Option { text: item.to_owned() })?;
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            if options.iter().any(|(known, _)| *known == key) {
                return Err(CallError::Repeated { option: key });
            }
            options.push((key, value));
        }
        Ok(Some(Self { library, version, method: method.trim().to_owned(), options }))
    }
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.library)?;
        if let Some(version) = &self.version {
            write!(f, "@{version}")?;
        }
        write!(f, ":{}", self.method)?;
        for (k, (option, value)) in self.options.iter().enumerate() {
            write!(f, "{}{option}={value}", if k == 0 { ':' } else { ',' })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_and_written() {
        for text in ["torchdiffeq:dopri5", "diffrax@0.7.0:Heun:dt0=0.3", "scipy:RK45:rtol=1e-6,atol=1e-9"] {
            assert_eq!(CallName::read(text).unwrap().unwrap().to_string(), text);
        }
        assert_eq!(CallName::read("gauss:s=4"), Ok(None));
        assert_eq!(CallName::read("rk4"), Ok(None));
        assert!(matches!(CallName::read("diffrax:"), Err(CallError::NoMethod { .. })));
        assert!(matches!(CallName::read("diffrax:Heun:dt0"), Err(CallError::Option { .. })));
        assert!(matches!(CallName::read("diffrax:Heun:dt0=1,dt0=2"), Err(CallError::Repeated { .. })));
    }
}
