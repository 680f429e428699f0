//! `check` for a library's training call: what its own steps are predicted to learn, beside fits through them.

use super::failure::Failure;
use super::progress::ProgressLine;
use super::samples::SampleArgs;
use super::training::{TrainingArgs, end_on_interrupt, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, output, screen};
use crate::check::{Agreement, CalledCheck, CalledTraining, beside_fits, suited_model};
use crate::fit::FitError;
use crate::inverse::Limits;
use crate::loops::Call;
use crate::predict::{Prediction, Subject};
use crate::truth::ModesOptions;
use crate::words::{Table, examining, loops as words, number};

/// Predicts, fits, compares, prints one call.
pub fn run(call: Call, samples: &SampleArgs, training: &TrainingArgs, log: bool, json: bool) -> Result<Answer, Failure> {
    let samples = samples.samples()?;
    keep_on_interrupt();
    let progress = ProgressLine::begin(examining(samples.data.source()));
    let interval = samples.interval;
    let subject = match &samples.system {
        Some(system) => Subject::from_system(system, interval)?,
        None => Subject::from_data_until(&samples.data, &ModesOptions { log, ..ModesOptions::default() }, &stopped)?,
    };
    let model = training.model.clone().unwrap_or_else(|| suited_model(&subject));
    let subject = beside_fits(subject, &samples.paths, training.loss, &model);
    let prediction = Prediction { subject, methods: vec![arguments::scheme(call.scheme)?], substeps: 1, limits: Limits::default() };
    let report = prediction.report().map_err(super::predict::no_prediction)?;
    let training_of = training.through(&model, call, interval)?;
    let Some(through) = &training_of.through else { return Ok(Answer::Done) };
    let prepared = training_of.prepare(&samples.paths)?;
    let called = CalledTraining { through, interval, report: &report };
    let modes = called.modes(&prepared, &samples.paths)?;
    let seeds = training.seeds(5)?;
    progress.end();
    let fits: Vec<_> = seeds.iter().copied().zip(train(&prepared, &training_of.name(), &seeds, None)).collect();
    end_on_interrupt();
    // Where no start can be followed the call is at fault, not the prediction.
    if let Some((_, Err(first @ FitError::Call(_)))) = fits.first()
        && fits.iter().all(|(_, fit)| matches!(fit, Err(FitError::Call(_))))
    {
        return Err(Failure::new(format!("no start could be trained: {first}")));
    }
    let agreement = Agreement::of(&model, prepared.optimiser());
    let check = CalledCheck::new(called, &prepared, agreement, modes, &fits, &samples.paths);
    if json {
        output::json(&check)?;
    } else {
        print(&check)?;
    }
    Ok(if check.agrees { Answer::Done } else { Answer::No })
}

fn print(check: &CalledCheck) -> Result<(), Failure> {
    screen::paragraph(&words::checked(check))?;
    let mut table = Table::new(&["SEED", "LOSS", "LEARNED λ̂", "PREDICTED", "DIFFERENCE"]);
    for fit in &check.fits {
        let failed = if fit.begun { "failed" } else { "not begun" };
        let loss = fit.loss.map_or_else(|| failed.to_owned(), |loss| number::real(loss, 3));
        if fit.modes.is_empty() {
            table.row([fit.seed.to_string(), loss.clone(), "not fitted".into(), String::new(), String::new()]);
        }
        for (landed, mode) in fit.modes.iter().zip(&check.modes) {
            table.row([
                fit.seed.to_string(),
                loss.clone(),
                number::complex(landed.learned, 8),
                number::complex(mode.predicted[landed.nearest], 8),
                number::real(landed.error, 2),
            ]);
        }
    }
    screen::table(&table)
}
