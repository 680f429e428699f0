//! Which start lands on which branch, for the page.

use super::{Scheme, message};
use lambdahat::figure::{WAYS, landings, starts_window};
use lambdahat::inverse::Basins;
use lambdahat::method::Sampling;
use lambdahat::words::explorable;
use num_complex::Complex;
use serde_json::json;
use wasm_bindgen::prelude::*;

/// Samples that the models of the basins are fitted to, as in the figure.
const SAMPLES: usize = 40;
/// The most random starts, and the seed of the figure's.
const MOST_STARTS: usize = 10_000;
const SEED: u64 = 42;

/// The landscape of one mode, and one way down.
#[wasm_bindgen]
pub struct Landscape {
    basins: Basins,
    way: usize,
    /// Half the side of the square of starts, about 0.
    #[wasm_bindgen(readonly)]
    pub side: f64,
}

#[wasm_bindgen]
impl Scheme {
    /// What the figure of basins shows, for one way down (0 gradient flow, 1 Gauss–Newton, 2 Adam).
    pub fn basins(&self, re: f64, im: f64, interval: f64, substeps: u32, way: usize) -> Result<Landscape, JsError> {
        let sampling = Sampling::new(interval, substeps).map_err(message)?;
        let basins = Basins::new(&self.method, Complex::new(re, im), sampling, SAMPLES).map_err(message)?;
        let side = starts_window(&basins.branches).map_err(message)?.re[1];
        Ok(Landscape { basins, way: way.min(WAYS.len() - 1), side })
    }
}

#[wasm_bindgen]
impl Landscape {
    /// The branches, as the JSON of `lambdahat branches --json`.
    pub fn branches(&self) -> Result<String, JsError> {
        serde_json::to_string(&self.basins.branches).map_err(message)
    }

    /// The branch each start of a grid lands on, 255 for none, row by row from the greatest Im.
    pub fn landings(&self, cells: usize) -> Result<Vec<u8>, JsError> {
        landings(&self.basins, WAYS[self.way].1, cells.min(200)).map_err(message)
    }

    /// The share of each branch among random starts with entries N(0, width²), the same starts as the figure's, and what is said of them. As JSON:
    /// `{"shares": […], "each": […], "words"}`.
    pub fn shares(&self, width: f64, starts: usize) -> Result<String, JsError> {
        let starts = starts.min(MOST_STARTS);
        let found = self.basins.shares(WAYS[self.way].1, width, starts, SEED);
        let shares: Vec<f64> = (0..found.landed.len()).map(|k| found.share(k).0).collect();
        let each: Vec<String> = shares.iter().enumerate().map(|(k, &share)| explorable::basin(&self.basins.branches, k, share)).collect();
        let words = explorable::basins(starts, width, &shares);
        serde_json::to_string(&json!({ "shares": shares, "each": each, "words": words })).map_err(message)
    }
}
