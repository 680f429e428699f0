//! The options of a call, taken one by one; what is left over is unknown.

use super::call_error::CallError;
use super::float_width::Precision;
use super::library::Library;
use super::name::CallName;

/// Options not yet taken.
pub(crate) struct Options<'a> {
    name: &'a CallName,
    taken: Vec<&'a str>,
}

impl<'a> Options<'a> {
    pub(crate) fn of(name: &'a CallName) -> Self {
        Self { name, taken: Vec::new() }
    }

    pub(crate) fn text(&mut self, option: &'static str) -> Option<&'a str> {
        let (key, value) = self.name.options.iter().find(|(key, _)| key == option)?;
        self.taken.push(key);
        Some(value)
    }

    fn number(&mut self, option: &'static str, expected: &'static str, fits: impl Fn(f64) -> bool) -> Result<Option<f64>, CallError> {
        let Some(text) = self.text(option) else { return Ok(None) };
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() && fits(x) => Ok(Some(x)),
            _ => Err(CallError::Value { option, text: text.to_owned(), expected }),
        }
    }

    /// A positive number.
    pub(crate) fn positive(&mut self, option: &'static str) -> Result<Option<f64>, CallError> {
        self.number(option, "a positive number", |x| x > 0.0)
    }

    /// A number that is not negative.
    pub(crate) fn tolerance(&mut self, option: &'static str) -> Result<Option<f64>, CallError> {
        self.number(option, "zero or a positive number", |x| x >= 0.0)
    }

    /// Any finite number.
    pub(crate) fn any(&mut self, option: &'static str) -> Result<Option<f64>, CallError> {
        self.number(option, "a number", |_| true)
    }

    /// One of these words.
    /// `dtype`: the numbers that the state is made of; `None` where it is not said.
    pub(crate) fn precision(&mut self) -> Result<Option<Precision>, CallError> {
        let Some(text) = self.text("dtype") else { return Ok(None) };
        let found = Precision::find(text);
        found.map(Some).ok_or_else(|| CallError::Value { option: "dtype", text: text.to_owned(), expected: "float32 or float64" })
    }

    pub(crate) fn word(
        &mut self,
        option: &'static str,
        words: &[&'static str],
        expected: &'static str,
    ) -> Result<Option<&'static str>, CallError> {
        let Some(text) = self.text(option) else { return Ok(None) };
        let found = words.iter().find(|word| **word == text).copied();
        found.map(Some).ok_or_else(|| CallError::Value { option, text: text.to_owned(), expected })
    }

    /// Errors where an option was given that this call does not have.
    pub(crate) fn finish(self, known: &[&str]) -> Result<(), CallError> {
        match self.name.options.iter().find(|(key, _)| !self.taken.contains(&key.as_str())) {
            None => Ok(()),
            Some((option, _)) => Err(CallError::UnknownOption {
                option: option.clone(),
                call: format!("{}:{}", self.name.library, self.name.method),
                nearest: nearest(option, known),
                known: known.iter().map(|s| (*s).to_owned()).collect(),
            }),
        }
    }
}

/// The method of a library's list, in any case of letters.
pub(crate) fn method<'t, T>(library: Library, wanted: &str, list: &'t [(&'static str, T)]) -> Result<&'t (&'static str, T), CallError> {
    list.iter().find(|(name, _)| *name == wanted).or_else(|| list.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))).ok_or_else(
        || {
            let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
            CallError::UnknownMethod {
                library,
                method: wanted.to_owned(),
                nearest: nearest(wanted, &names),
                known: names.iter().map(|s| (*s).to_owned()).collect(),
            }
        },
    )
}

/// Up to three of the known words most like the wanted one.
pub(crate) fn nearest(wanted: &str, known: &[&str]) -> Vec<String> {
    let lower = wanted.to_lowercase();
    let mut scored: Vec<(f64, &str)> =
        known.iter().map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), *name)).filter(|(score, _)| *score > 0.7).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}
