//! A reader's own samples: read once, then predicted and drawn.

use super::message;
use lambdahat::data::{Reading, Trajectories};
use lambdahat::figure::{Mark, SampleFigure, prediction_of_samples};
use lambdahat::inverse::Limits;
use lambdahat::method::{Method, Sampling, catalog, scheme};
use lambdahat::predict::{PredictError, Prediction, Report, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, Say, explorable, no_modes, verdict};
use serde_json::json;
use wasm_bindgen::prelude::*;

/// More dots than these do not tell more; the curves are those of all samples.
const DOTS: usize = 4000;

/// Samples with their modes.
#[wasm_bindgen]
pub struct Samples {
    data: Trajectories,
    subject: Subject,
    log: bool,
}

#[wasm_bindgen]
impl Samples {
    /// From the text of a CSV file. `log` fits the logarithms.
    pub fn read(text: &str, name: &str, log: bool) -> Result<Samples, JsError> {
        let data = Reading::default().parse(text.as_bytes(), name).map_err(message)?;
        let subject = Subject::from_data(&data, &ModesOptions { log, ..ModesOptions::default() }).map_err(message)?;
        Ok(Self { data, subject, log })
    }

    /// What is predicted, as the page says it, in JSON: how the samples were read, one of each pair of modes with what its button says, caveats, the
    /// verdict on each method, the advice: `{"read", "interval", "modes": [{"lambda": [re, im], "words"}], "caveats", "methods": [[name, verdict]], "advice"}`.
    pub fn predict(&self) -> Result<String, JsError> {
        let report = self.report(Vec::new())?;
        let modes: Vec<_> = report
            .upper_modes()
            .map(|(_, mode)| json!({ "lambda": [mode.lambda.re, mode.lambda.im], "words": explorable::mode_found(mode) }))
            .collect();
        let told = json!({
            "read": explorable::read(&self.data, &report),
            "interval": report.interval,
            "modes": modes,
            "caveats": report.caveats.iter().map(|caveat| caveat.say(Dialect::Page)).collect::<Vec<_>>(),
            "methods": report.methods.iter().map(|method| [method.method.as_str(), verdict(method.verdict)]).collect::<Vec<_>>(),
            "advice": explorable::advice(&report),
        });
        serde_json::to_string(&told).map_err(message)
    }

    /// The first variable over time with what a method of the catalogue, or the pasted scheme, makes of it, as JSON: a panel of the figure
    /// `lambdahat predict FILE --figure` draws, and what is said of it, `{"panel", "words"}`.
    pub fn drawing(&self, method: &str, pasted: &str) -> Result<String, JsError> {
        let method = if method == "pasted" {
            scheme::parse(pasted, "the pasted scheme").map_err(message)?
        } else {
            catalog::find(method).map_err(message)?
        };
        let report = self.report(vec![method.clone()])?;
        let (Some(mode), Some(found)) = (report.modes.iter().find(|mode| mode.lambda.im >= 0.0), report.methods.first()) else {
            return Err(JsError::new("these samples have no mode to draw"));
        };
        let sampling = Sampling::new(report.interval, 1).map_err(message)?;
        let from = SampleFigure { data: &self.data, log: self.log, report: &report, method: found };
        let mut figure = prediction_of_samples(from, &method, mode.lambda, sampling).map_err(message)?;
        let mut panel = figure.panels.swap_remove(1);
        let drawn = panel.marks.iter().any(|mark| matches!(mark, Mark::Line { .. }));
        for mark in &mut panel.marks {
            if let Mark::Dots { points, .. } = mark {
                let every = points.len().div_ceil(DOTS).max(1);
                *points = points.iter().copied().step_by(every).collect();
            }
        }
        let words = explorable::over_samples(figure.facts.get("misfit of the modes").copied(), drawn, method.name());
        serde_json::to_string(&json!({ "panel": panel, "words": words })).map_err(message)
    }
}

impl Samples {
    fn report(&self, methods: Vec<Method>) -> Result<Report, JsError> {
        let prediction = Prediction { subject: self.subject.clone(), methods, substeps: 1, limits: Limits::default() };
        prediction.report().map_err(|error| match error {
            PredictError::NoModes { subject, samples, caveats } => message(no_modes(&subject, samples, &caveats, Dialect::Page)),
            other => message(other),
        })
    }
}
