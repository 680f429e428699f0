//! What the samples determine: linear and nonlinear models side by side, and which of their modes are settled.
//!
//! 1. Columns that depend on each other, or are many, become fewer coordinates (`directions`).
//! 2. A sum of exponentials that leaves noise or rounding, with no more exponentials than columns, is the whole answer (`linear_model`),
//!    unless several runs ask for one field (`own_directions`).
//! 3. Otherwise a polynomial field is fitted (`nonlinear_model`); where it explains the motion, its equilibria are the answer.
//! 4. Otherwise a sum of more exponentials than columns is a part of a larger state, or a series of an orbit, or driven.
//! 5. Otherwise regression, where noise keeps a linear motion going and nothing tells against it (`noise_driven`).
//! 6. Otherwise nothing is settled; the modes of the discrete map are shown as what they are.

use super::at_rest::{ends_at_rest, not_going_on};
use super::caveat::Caveat;
use super::columns::directions::Directions;
use super::columns::more_directions::moved_by_more_directions;
use super::examined::Examination;
use super::falls_to_zero::add_falls_to_zero;
use super::finding::{Because, Finding, Motion};
use super::forgotten_gaps::begun_anew;
use super::inputs::examined_inputs::examined_with_inputs;
use super::levels_off::{add_levels_off, only_rises_or_falls};
use super::linear::autoregression::driven_cycle;
use super::linear::linear_mode::LinearMode;
use super::linear::linear_model::LinearModel;
use super::linear::linear_motion::{is_steady, motion_of};
use super::linear::noise_driven::noise_driven;
use super::linear::over_all_time::Fitted;
use super::linear::rests_apart::rests_apart;
use super::linear::steady_cycle::steady_cycle;
use super::map::beyond_residuals::widen;
use super::map::modes::{Mode, ModesError, ModesOptions, find_modes};
use super::nonlinear::fitted_field::FittedField;
use super::nonlinear::lagged::{LagGain, field_with_lag};
use super::nonlinear::nonlinear_model::NonlinearModel;
use super::open_equilibria::leave_open;
use super::samples::gridded::samples_of;
use super::samples::runs::Samples;
use super::samples::turns_back::turns_back;
use crate::data::{DataProblem, Trajectories};

/// Coordinates up to which a field is fitted.
const MOST_FIELD_COLUMNS: usize = 4;
/// The discrete map is asked as the last resort up to these sizes.
const MOST_MAP_COLUMNS: usize = 6;
const MOST_MAP_ROWS: usize = 2000;
/// Rows times squared coefficients of a cubic map beyond which an affine one is asked.
const MOST_MAP_WORK: usize = 1_000_000;
/// Where every degree predicts left-out samples to this part of their spread, the choice between them does not matter.
const NEAR_EXACT: f64 = 1e-9;
/// A model that leaves so many times what another leaves misses a part of the motion.
const CLEARLY_MORE: f64 = 100.0;
/// A sum of exponentials that leaves less than this comes close, though what it leaves is no noise.
const CLOSE: f64 = 0.02;
/// A rate of less than this over the whole time is none.
const STRAIGHT: f64 = 1e-2;
/// A part of the samples that is so many times as large as they are is balanced by another.
const LARGER: f64 = 10.0;
/// A mode of a forced degree is settled where a free one is this near.
const SAME: f64 = 0.02;

/// Examines samples. Nothing in it steps through a method that a training loop might use.
///
/// Errors: those of [`find_modes`] where the data cannot be used at all, or a degree is forced that they do not support.
pub fn examine(data: &Trajectories, options: &ModesOptions) -> Result<Examination, ModesError> {
    examine_until(data, options, &|| false)
}

/// The same; once `stopped` says so, nothing more is tried, and the answer is what is settled so far.
///
/// Errors: those of [`examine`].
pub fn examine_until(data: &Trajectories, options: &ModesOptions, stopped: &dyn Fn() -> bool) -> Result<Examination, ModesError> {
    let found = bridged(data, options, stopped)?;
    if data.gaps().is_empty() || !data.inputs().is_empty() || stopped() {
        return Ok(found);
    }
    Ok(begun_anew(data, found, |apart| bridged(apart, options, stopped).ok()))
}

/// The samples as they are, with all gaps but the longest bridged.
fn bridged(data: &Trajectories, options: &ModesOptions, stopped: &dyn Fn() -> bool) -> Result<Examination, ModesError> {
    let logged = if options.log { Some(data.log()?) } else { None };
    let data = logged.as_ref().unwrap_or(data);
    if let Some(rank) = options.rank.filter(|rank| *rank > data.dimension()) {
        return Err(ModesError::Rank { rank, columns: data.dimension() });
    }
    let outward = |state: Vec<f64>| if options.log { state.into_iter().map(f64::exp).collect() } else { state };
    let (mut found, close) = if data.inputs().is_empty() { free(data, options, stopped) } else { (examined_with_inputs(data), false) };
    let told = samples_of(data, false).filter(|_| data.inputs().is_empty());
    let at_rest = told.as_ref().is_some_and(ends_at_rest);
    let one_way = told.as_ref().is_some_and(only_rises_or_falls);
    if !found.finding.settled && !known_linear(options) && options.degree.is_none() && data.inputs().is_empty() && !at_rest && !stopped() {
        add_noise_driven(&mut found, data);
    }
    let by_rates = known_linear(options) && (options.rests_at_zero || found.finding.settled);
    let forced = options.degree.is_some() && !by_rates;
    if forced || (!found.finding.settled && !known_linear(options) && data.inputs().is_empty() && !stopped()) {
        let small = data.dimension() <= MOST_MAP_COLUMNS && data.samples() <= MOST_MAP_ROWS;
        if forced || small {
            // Three columns and many rows: an affine map at once rather than a cubic one in minutes.
            let degree = if data.samples() * work(data.dimension()) > MOST_MAP_WORK { options.degree.or(Some(1)) } else { options.degree };
            let plain = ModesOptions { log: false, degree, ..*options };
            match find_modes(data, &plain) {
                Ok(map) => {
                    let missed = at_rest || map.caveats.iter().any(|c| matches!(c, Caveat::MotionMissed { .. }));
                    let judged = map.modes.into_iter().map(|mode| against(mode, &found, map.gain, missed)).collect();
                    if forced || (!close && found.modes.iter().all(|m| m.because.contains(&Because::NotExplained))) {
                        found.modes = judged;
                        give_way_to_map(&mut found.caveats);
                        found.linear = map.degree == 1;
                        found.caveats.extend(map.caveats);
                        if map.scores.iter().any(|s| s.error > NEAR_EXACT) {
                            found.caveats.push(Caveat::MapDegree { degree: map.degree, scores: map.scores });
                        }
                    }
                }
                // A system that is known to be linear needs no map where its rates are known, settled or not.
                Err(error) if forced && (!known_linear(options) || found.modes.is_empty()) => return Err(error),
                // Asked again below, where there is nothing else to tell.
                Err(_) => {}
            }
            found.finding.settled = found.modes.iter().any(|m| m.settled);
        }
    }
    if options.degree.is_none() && found.finding == Finding::default() && data.inputs().is_empty() && !stopped() && !one_way {
        add_driven(&mut found, data, close || at_rest);
    }
    if options.log {
        // Its starts would have to be logarithms too.
        found.field = None;
    }
    widen(&mut found.modes, data.interval_error() / data.spacing().typical());
    leave_open(&mut found, data, at_rest);
    for mode in &mut found.modes {
        mode.equilibrium = outward(std::mem::take(&mut mode.equilibrium));
    }
    if found.modes.is_empty() && !stopped() && data.dimension() <= MOST_MAP_COLUMNS && data.samples() <= MOST_MAP_ROWS {
        // Says why, in the terms of the simplest model.
        match find_modes(data, &ModesOptions { log: false, ..*options }) {
            Ok(_) => {}
            // No modes is the answer.
            Err(ModesError::Data(error)) if matches!(error.problem, DataProblem::Uneven { .. }) => {}
            Err(ModesError::NoFixedPoint { .. }) if data.inputs().is_empty() => found.finding.motion = Motion::Drift,
            Err(error) => return Err(error),
        }
    }
    if at_rest || one_way {
        not_going_on(&mut found, at_rest);
    }
    if stopped() {
        found.caveats.push(Caveat::Stopped);
    } else if options.degree.is_none() && data.inputs().is_empty() {
        add_levels_off(&mut found, data);
        if !options.log && !options.rests_at_zero {
            add_falls_to_zero(&mut found, data);
        }
    }
    Ok(found)
}

/// What was said of the modes of a field, where those of a map take their place.
fn give_way_to_map(caveats: &mut Vec<Caveat>) {
    caveats.retain(|c| !matches!(c, Caveat::FieldLeaves { .. }));
    for caveat in caveats {
        if let Caveat::FieldFitted { of_modes, .. } = caveat {
            *of_modes = false;
        }
    }
}

/// Where no motion without chance explains the samples: a linear one that noise keeps going.
fn add_noise_driven(found: &mut Examination, data: &Trajectories) {
    // Chance makes whatever comes after a gap another run.
    let apart = data.split_at_gaps(0);
    let Some(driven) = samples_of(&apart, false).and_then(|samples| noise_driven(&samples)) else { return };
    let place = &driven.equilibrium;
    *found = Examination { linear: true, caveats: vec![Caveat::NoiseDriven { chance: driven.chance }], ..Examination::nothing() };
    found.modes = driven.modes.into_iter().flat_map(|m| Mode::told(m.lambda, place.clone(), m.uncertainty, m.because, true)).collect();
    found.modes.sort_by_key(|m| !m.settled);
    found.finding.settled = true;
}

/// Where no model of a state explains the motion: a steady cycle about a trend, or an oscillation that noise keeps going, where no other model comes `close` and the motion goes on.
fn add_driven(found: &mut Examination, data: &Trajectories, close: bool) {
    let Some(samples) = samples_of(data, false) else { return };
    let by_field = found.caveats.iter().any(|c| matches!(c, Caveat::FieldFitted { .. } | Caveat::OrbitsOpen { .. }));
    if !by_field && let Some(cycle) = steady_cycle(&samples) {
        // One column cannot turn by itself; several may be the whole state of an orbit.
        found.finding.motion = if cycle.amplitude.len() == 1 { Motion::Driven } else { Motion::Undetermined };
        found.modes = cycle.modes();
        found.caveats = vec![cycle.caveat(data.time_unit())];
    } else if !close && let Some(cycle) = driven_cycle(&samples) {
        found.finding.motion = Motion::Driven;
        found.linear = true;
        found.caveats.retain(|c| !matches!(c, Caveat::FieldLeaves { .. }));
        found.modes = Mode::told(cycle.lambda, cycle.mean, cycle.uncertainty, vec![Because::DrivenByNoise], true);
    }
}

/// The square of the number of coefficients of a cubic map.
fn work(dimension: usize) -> usize {
    let terms = (1..=3).fold(1, |product, k| product * (dimension + k) / k);
    (terms * dimension).pow(2)
}

/// A mode of the discrete map: settled where the examination has settled one like it.
///
/// Noise keeps the motion going where the map leaves such noise, not where it `missed` a part of the motion, nor where that ends at rest.
fn against(mut mode: Mode, found: &Examination, gain: f64, missed: bool) -> Mode {
    let near = |other: &Mode| {
        let apart = (other.lambda - mode.lambda).norm();
        apart <= (3.0 * other.uncertainty.unwrap_or(0.0)).max(SAME * mode.lambda.norm())
    };
    if found.modes.iter().any(|m| m.settled && near(m)) {
        return mode;
    }
    mode.settled = false;
    mode.because = vec![if found.finding.settled {
        Because::EstimatorsDisagree
    } else if gain >= 0.5 && !missed && found.finding.motion == Motion::Undetermined {
        Because::DrivenByNoise
    } else {
        Because::NotExplained
    }];
    mode
}

/// Whether the caller knows that the motion is a sum of exponentials.
fn known_linear(options: &ModesOptions) -> bool {
    options.degree == Some(1)
}

/// Without inputs; and whether its modes are those of a sum of exponentials that comes close, though it does not explain the motion.
fn free(data: &Trajectories, options: &ModesOptions, stopped: &dyn Fn() -> bool) -> (Examination, bool) {
    let Some(all) = samples_of(data, options.rests_at_zero) else { return (Examination::nothing(), false) };
    let directions = Directions::of(&all, options.rank);
    if directions.as_ref().is_some_and(|d| d.count() == 0) {
        return (Examination::nothing(), false);
    }
    let samples = directions.as_ref().map_or_else(|| all.clone(), |d| d.apply(&all));
    let Fitted { columns: all, samples, mut linear } = Fitted::of(all, samples, stopped);
    let outward = |z: &[f64]| -> Vec<f64> {
        let scaled = directions.as_ref().map_or_else(|| z.to_vec(), |d| d.outward(z));
        all.to_state(&scaled)
    };
    let mut found = Examination::nothing();
    if let Some(d) = &directions {
        found.caveats.push(if data.dimension() > 6 {
            Caveat::Coordinates { coordinates: d.count(), columns: data.dimension(), kept: d.kept }
        } else {
            Caveat::FewerDimensions { directions: d.count(), variables: data.dimension() }
        });
    }
    if let (Some(linear), Some(d)) = (&mut linear, &directions) {
        linear.moved = moved_by_more_directions(linear, &all, d, stopped);
    }
    let whole = linear.as_ref().is_some_and(|l| l.explains && l.is_whole(&samples) && !l.asks_for_a_field(&samples));
    let mut nonlinear = if whole || known_linear(options) || samples.dimension() > MOST_FIELD_COLUMNS {
        None
    } else {
        NonlinearModel::of(&samples, stopped)
    };
    if let (Some(field), Some(sum)) = (&mut nonlinear, &linear) {
        field.beside(sum, &samples);
        if let Some(granted) = field.gives_way_to(sum, &samples) {
            (linear, nonlinear) = (Some(granted), None);
        }
    }
    let by_field = nonlinear.as_ref().filter(|n| n.explains || n.modes.iter().any(|m| m.because.is_empty()));
    // More modes than columns, each of them seen, are not those of a field of degree 1 in these columns, nor of one that leaves a part of the motion.
    let by_linear = linear.as_ref().filter(|l| l.explains && !l.is_whole(&samples)).map(|l| l.modes(&samples, false));
    let more_modes = by_linear.as_ref().is_some_and(|modes| modes.iter().all(|m| !m.because.contains(&Because::Harmonic)));
    let seen = more_modes && by_linear.is_some_and(|modes| modes.iter().any(|m| m.because.is_empty()));
    let leaves_more = |f: &NonlinearModel| !f.explains || linear.as_ref().is_some_and(|l| CLEARLY_MORE * l.fit.rms < f.left());
    let by_field = by_field.filter(|f| !(more_modes && f.best().degree == 1 || seen && leaves_more(f)));
    let by_field = by_field.filter(|f| !linear.as_ref().is_some_and(|l| f.rests_far_outside(l, &samples)));
    // A field has a constant of its own: it does not know where the motion comes to rest.
    let by_field = by_field.filter(|_| !(options.rests_at_zero && linear.as_ref().is_some_and(|l| l.explains)));
    let close = by_field.is_none() && linear.as_ref().is_some_and(|l| !l.explains && !l.nearly && l.fit.count() > 0 && l.fit.rms < CLOSE);
    match (&linear, by_field) {
        (_, Some(field)) => {
            found.field = if directions.is_none() { FittedField::of(field, &samples) } else { None };
            add_field(&mut found, field, outward);
            if directions.is_none() {
                add_amplitude(&mut found, field, &samples);
            }
            let decays = |l: &LinearModel| l.explains && l.fit.rates.iter().all(|r| r.lambda().im == 0.0);
            if !found.modes.iter().any(|m| m.settled) && linear.as_ref().is_some_and(decays) {
                found.modes.iter_mut().for_each(|m| m.because.insert(0, Because::MayBeNonlinear));
            }
        }
        (Some(linear), None) if linear.explains || linear.nearly || nonlinear.is_none() || close => {
            add_linear(&mut found, linear, &samples, known_linear(options), outward)
        }
        _ => {
            if let Some(field) = &nonlinear {
                add_field(&mut found, field, outward);
            }
        }
    }
    if directions.is_none() && !known_linear(options) && !found.modes.iter().any(|m| m.settled) && !stopped() {
        add_lagged(&mut found, &samples, stopped);
    }
    found.modes.sort_by_key(|m| !m.settled);
    found.finding.settled = found.modes.iter().any(|m| m.settled);
    let close = close && !found.caveats.iter().any(|c| matches!(c, Caveat::PartOfState { .. }));
    (found, close)
}

/// Where the columns settle nothing by themselves, and one row before tells what comes next: they are a part of the state.
fn add_lagged(found: &mut Examination, samples: &Samples, stopped: &dyn Fn() -> bool) {
    let Some(gain) = LagGain::of(samples) else { return };
    let Some((field, whole)) = field_with_lag(samples, gain, stopped) else {
        return found.caveats.push(Caveat::LagTells { alone: gain.alone, with_lag: gain.with_lag });
    };
    found.modes.clear();
    found.caveats = vec![Caveat::part_of_state(1, 2)];
    add_field(found, &field, |z| samples.to_state(&whole.to_state(z)[..1]));
}

fn add_field(found: &mut Examination, field: &NonlinearModel, outward: impl Fn(&[f64]) -> Vec<f64>) {
    for mode in field.modes.iter().filter(|m| m.lambda.im >= 0.0) {
        found.modes.extend(Mode::told(mode.lambda, outward(&mode.equilibrium), mode.uncertainty, mode.because.clone(), true));
    }
    let fit = field.best();
    found.linear = fit.degree == 1;
    let (degree, residual, every, steps, doubled) = (fit.degree, fit.rms, field.every, fit.steps, field.doubled);
    if field.explains {
        found.caveats.push(Caveat::FieldFitted { of_modes: true, degree, residual, every, steps, doubled });
    } else if !field.modes.is_empty() {
        found.caveats.push(Caveat::FieldLeaves { degree, residual, every, steps, doubled });
    }
    if field.open && matches!(field.motion, Motion::Orbits | Motion::Cycle) {
        // Whether the orbit attracts, and what its neighbours do, is not in the samples.
        return found.caveats.push(Caveat::OrbitsOpen { degree: fit.degree });
    }
    // A linear motion is never chaotic.
    found.finding.motion = if fit.degree == 1 && field.motion == Motion::Chaos { Motion::Undetermined } else { field.motion };
    if let Some(period) = field.repeats {
        found.caveats.push(Caveat::CycleOrOrbit { period: period * field.frame.interval });
    }
    if let Some(closed) = &field.closed {
        found.caveats.push(Caveat::Closed {
            period: closed.period * field.frame.interval,
            multiplier: closed.multiplier,
            amplitude: Vec::new(),
        });
    }
}

/// The size of a closed motion, in the data's own variables.
fn add_amplitude(found: &mut Examination, field: &NonlinearModel, samples: &Samples) {
    let Some(closed) = &field.closed else { return };
    let own = closed.amplitude.iter().zip(&field.frame.half).zip(&samples.scale).map(|((a, half), scale)| a * half * scale).collect();
    for caveat in &mut found.caveats {
        if let Caveat::Closed { amplitude, .. } = caveat {
            amplitude.clone_from(&own);
        }
    }
}

fn add_linear(found: &mut Examination, linear: &LinearModel, samples: &Samples, known_linear: bool, outward: impl Fn(&[f64]) -> Vec<f64>) {
    found.linear = true;
    // A pair of hardly any rate is a straight line, and so is an exponential that is much larger than the samples; another one is where a run comes to rest.
    let (lines, modes): (Vec<LinearMode>, Vec<LinearMode>) = linear
        .modes(samples, known_linear)
        .into_iter()
        .partition(|m| m.lambda.norm() * samples.duration() < STRAIGHT && (m.lambda.im > 0.0 || m.share > LARGER));
    let apart = linear.explains && rests_apart(samples, &linear.fit);
    // A trend of degree p is p zeros more, and rests nowhere.
    let trend = if apart { 0 } else { linear.fit.trend };
    let count = linear.fit.count() + trend;
    let equilibrium = if lines.is_empty() && !apart && trend == 0 { outward(linear.fit.constant.as_slice()) } else { Vec::new() };
    // The series of a nonlinear motion has more terms than columns as well, and that of a field in one column is any run that does not turn.
    let series = modes.iter().any(|m| m.because.contains(&Because::Harmonic) || m.because.contains(&Because::NotDetermined));
    let told = samples.dimension() > 1 || samples.runs.len() > 1 || known_linear || modes.iter().all(|m| m.because.is_empty());
    let hidden = (!series && told) || turns_back(samples, linear.fit.rms);
    let runs_differ = modes.iter().any(|m| m.because.contains(&Because::RunsDiffer));
    if linear.explains && lines.is_empty() && count > samples.dimension() && hidden && !runs_differ {
        found.caveats.push(Caveat::part_of_state(samples.dimension(), count));
    }
    let steady = |mode: &LinearMode| is_steady(mode, samples.duration());
    // What goes on for ever rests nowhere: the middle of a nonlinear orbit depends on its size.
    if apart && !modes.iter().all(steady) {
        found.caveats.push(Caveat::RestsApart);
    }
    if let Some(mode) = modes.iter().find(|m| m.because.is_empty() && steady(m))
        && linear.one_amplitude(samples)
    {
        found.caveats.push(Caveat::OneSize { frequency: mode.lambda.im });
    }
    found.finding.motion = if !linear.explains && !linear.nearly {
        Motion::Undetermined
    } else if trend > 0 || !lines.is_empty() {
        Motion::Drift
    } else {
        motion_of(&modes, samples.duration())
    };
    for mode in modes {
        found.modes.extend(Mode::told(mode.lambda, equilibrium.clone(), mode.uncertainty, mode.because, true));
    }
}
