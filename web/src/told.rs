//! What the page says of a scheme and of its pictures.

use super::{Scheme, message};
use lambdahat::inverse::Fate;
use lambdahat::method::Sampling;
use lambdahat::verify::verify;
use lambdahat::words::explorable;
use num_complex::Complex;
use serde_json::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Scheme {
    /// R(z) with its exact coefficients; for a multistep method, what stands in its place.
    pub fn formula(&self) -> String {
        explorable::formula(&self.method)
    }

    /// Its name and what is known of it, line by line, as JSON: `{"name", "lines": [[what, found], …]}`.
    pub fn known(&self) -> Result<String, JsError> {
        let lines = explorable::scheme(&verify(&self.method));
        serde_json::to_string(&json!({ "name": self.method.name(), "lines": lines })).map_err(message)
    }

    /// What is said of a map that [`Scheme::fates`] answered.
    pub fn map_words(&self, fates: &[u8]) -> String {
        explorable::map(self.method.name(), fates)
    }

    /// What becomes of the mode hλ = `re` + `im` i, one step per sample, inside the map's window or beyond it. As JSON: `{"fate", "words"}`.
    pub fn fate(&self, re: f64, im: f64, inside: bool) -> Result<String, JsError> {
        let once = Sampling::new(1.0, 1).map_err(message)?;
        let fate = self.equation.branches(Complex::new(re, im), once).map_or(Fate::Undefined, |found| Fate::of(&found));
        serde_json::to_string(&json!({ "fate": fate.index(), "words": explorable::here(fate, inside) })).map_err(message)
    }

    /// What is said of a star that [`Scheme::star`] answered.
    pub fn star_words(&self, cells: &[u8]) -> String {
        let shaded = (!cells.is_empty()).then(|| cells.iter().map(|&cell| f64::from(cell)).sum::<f64>() / cells.len() as f64);
        explorable::star(self.method.name(), shaded)
    }
}

/// What is said of the region of the truncated exponential of one order.
#[wasm_bindgen]
pub fn bulge_words(order: u32, reach: f64, area: f64) -> String {
    explorable::bulge(order, reach, area)
}
