//! The artifact map: over the plane of the true hλ, what the principal λ̂ does, and how many branches grow.

use super::description::points;
use super::mode::{ModeError, named};
use super::regions::plane;
use super::{Figure, Ink, Mark, Panel};
use crate::inverse::faithful::{SAMPLES, TOLERANCE, shows};
use crate::inverse::{Fate, Flag, LearningEquation};
use crate::method::{Method, Sampling};
use crate::stability::region::{Window, contour};
use crate::words::fate as fate_words;
use num_complex::Complex;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Cells across a map.
const COLUMNS: usize = 110;
/// Vertices of the map's borders are within 2⁻⁸ of a cell.
const HALVINGS: usize = 8;
/// The ink of a fate.
pub(super) fn ink(fate: Fate) -> Ink {
    match fate {
        Fate::Faithful => Ink::Green,
        Fate::Distorted => Ink::Sky,
        Fate::AntiDamped | Fate::Elsewhere => Ink::Red,
        Fate::Damped => Ink::Purple,
        Fate::OverDamped => Ink::Orange,
        Fate::Reversed => Ink::Yellow,
        Fate::Undefined => Ink::Grey,
    }
}

/// The map of one or more methods over a window of the true hλ, one step between samples.
///
/// Colour says what the verdict rests on; lines border where another number of branches visibly grows. Facts: the share of the window's
/// left half plane (decaying modes) in which the principal branch is anti-damped, per method.
pub fn map(methods: &[Method], window: Window) -> Result<Figure, ModeError> {
    let mut facts = BTreeMap::new();
    let panels = methods.iter().map(|method| panel(method, window, &mut facts)).collect::<Result<_, _>>()?;
    Ok(Figure {
        name: "map".into(),
        title: "What would be learned, for every true mode".into(),
        caption: "Each point is a true mode z = hλ, sampled once a step (H = h). Its colour says what is learned of it, judged over a hundred samples: \
                  growth too slow to show within them is not coloured as growth. Black lines are where the number of visibly growing branches \
                  changes; the numbers say how many there are, where there is room. What is thinner than a cell, 1/110 of the width, is left out. \
                  Beyond |Im z| = π the samples themselves alias."
            .into(),
        columns: methods.len().clamp(1, 3),
        panels,
        facts,
    })
}

/// Lines of the lattice on which every mode of a grid is judged, along its shorter side; what lies between them is where its corners agree.
const LATTICE: usize = 80;

/// The fate of every mode over a grid of the true hλ, row by row from the greatest Im, as [`Fate::index`].
///
/// A grid of 160 values or more along its shorter side is judged in blocks: in full where the corners of a block differ, and where the border of a block that was judged in full
/// differs from its neighbour. An island that meets neither the lattice nor another border is not seen.
pub fn fates(method: &Method, window: Window, width: usize, height: usize) -> Result<Vec<u8>, ModeError> {
    let equation = LearningEquation::of(method)?;
    let once = Sampling::new(1.0, 1)?;
    let judge = |column: usize, row: usize| {
        let x = window.re[0] + (column as f64 + 0.5) / width as f64 * window.width();
        let y = window.im[1] - (row as f64 + 0.5) / height as f64 * window.height();
        equation.branches(Complex::new(x, y), once).map_or(Fate::Undefined, |found| Fate::of(&found)).index()
    };
    Ok(judged_in_blocks(width, height, (width.min(height) / LATTICE).max(1), &judge))
}

/// The values of a grid, row by row: those on a lattice of every `side`-th column and row (and the last ones), and of each block between its lines
/// as [`fates`] says.
fn judged_in_blocks(width: usize, height: usize, side: usize, judge: &(dyn Fn(usize, usize) -> u8 + Sync)) -> Vec<u8> {
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let lines = |length: usize| -> Vec<usize> { (0..length - 1).step_by(side).chain([length - 1]).collect() };
    let (columns, rows) = (lines(width), lines(height));
    let mut values: Vec<Option<u8>> = vec![None; width * height];
    let fill = |values: &mut Vec<Option<u8>>, cells: Vec<(usize, usize)>| {
        let open: Vec<_> = cells.into_iter().filter(|&(x, y)| values[y * width + x].is_none()).collect();
        let found: Vec<u8> = open.par_iter().map(|&(x, y)| judge(x, y)).collect();
        open.into_iter().zip(found).for_each(|((x, y), value)| values[y * width + x] = Some(value));
    };
    fill(&mut values, rows.iter().flat_map(|&y| columns.iter().map(move |&x| (x, y))).collect());
    // A block spans two neighbouring lines each way, its borders included: the borders are shared with its neighbours.
    let cells = |i: usize, j: usize| {
        let (xs, ys) = (columns[i]..=columns[(i + 1).min(columns.len() - 1)], rows[j]..=rows[(j + 1).min(rows.len() - 1)]);
        ys.flat_map(move |y| xs.clone().map(move |x| (x, y)))
    };
    let (across, down) = (columns.len().saturating_sub(1).max(1), rows.len().saturating_sub(1).max(1));
    let mut whole = vec![false; across * down];
    loop {
        let differs = |i: usize, j: usize| {
            let mut known = cells(i, j).filter_map(|(x, y)| values[y * width + x]);
            let first = known.next();
            known.any(|value| Some(value) != first)
        };
        let blocks: Vec<(usize, usize)> =
            (0..across * down).map(|k| (k % across, k / across)).filter(|&(i, j)| !whole[j * across + i] && differs(i, j)).collect();
        if blocks.is_empty() {
            break;
        }
        blocks.iter().for_each(|&(i, j)| whole[j * across + i] = true);
        fill(&mut values, blocks.iter().flat_map(|&(i, j)| cells(i, j)).collect::<BTreeSet<_>>().into_iter().collect());
    }
    // What is left lies in blocks of one value.
    for (i, j) in (0..across * down).map(|k| (k % across, k / across)) {
        let value = values[rows[j] * width + columns[i]];
        cells(i, j).for_each(|(x, y)| values[y * width + x] = values[y * width + x].or(value));
    }
    values.into_iter().map(|value| value.unwrap_or(u8::MAX)).collect()
}

fn panel(method: &Method, window: Window, facts: &mut BTreeMap<String, f64>) -> Result<Panel, ModeError> {
    let equation = LearningEquation::of(method)?;
    let once = Sampling::new(1.0, 1)?;
    let judge = |z: Complex<f64>| match equation.branches(z, once) {
        Ok(found) => {
            let growing =
                found.branches.iter().filter(|b| b.flags.contains(&Flag::AntiDamped) && shows(b.lambda.re, SAMPLES, TOLERANCE)).count();
            (Fate::of(&found), growing, z.re < 0.0)
        }
        Err(_) => (Fate::Undefined, 0, z.re < 0.0),
    };
    let rows = ((COLUMNS as f64 * window.height() / window.width()).ceil() as usize).clamp(1, 4 * COLUMNS);
    let survey = contour::Survey::new(window, COLUMNS, rows, HALVINGS, judge);
    let shapes = |loops: Vec<Vec<Complex<f64>>>| -> Vec<Vec<[f64; 2]>> {
        let closed = loops.into_iter().map(|mut polygon| {
            polygon.extend(polygon.first().copied());
            points(&contour::simplified(&polygon, 2e-4 * window.width()))
        });
        closed.collect()
    };
    let mut marks = Vec::new();
    for fate in Fate::ALL {
        let loops = shapes(survey.outline(|value| value.0 == fate));
        let area = loops.iter().map(|polygon| enclosed(polygon)).sum::<f64>().abs();
        // What nobody can see has no place in the legend.
        if area > 1e-4 * window.width() * window.height() {
            // Distorted is common and calm; what changes the kind of the mode is strong.
            let opacity = if matches!(fate, Fate::Distorted | Fate::Faithful | Fate::Elsewhere) { 0.35 } else { 0.85 };
            marks.push(Mark::area(loops, ink(fate), opacity, fate_words(fate)));
        }
    }
    let most = equation.solutions(1);
    for count in 1..=most {
        let loops = shapes(survey.outline(|value| value.1 >= count));
        marks.extend(loops.into_iter().map(|polygon| Mark::line(polygon, Ink::Black, 1.1, "")));
    }
    marks.extend(counts(window, |z| judge(z).1));
    marks.push(Mark::line(vec![[0.0, window.im[0]], [0.0, window.im[1]]], Ink::Grey, 0.8, ""));
    marks.push(Mark::line(vec![[window.re[0], 0.0], [window.re[1], 0.0]], Ink::Grey, 0.8, ""));
    for edge in [-std::f64::consts::PI, std::f64::consts::PI] {
        marks.push(Mark::Line {
            points: vec![[window.re[0], edge], [window.re[1], edge]],
            ink: Ink::Grey,
            width: 1.2,
            dashed: true,
            arrows: 0,
            label: String::new(),
        });
    }
    let decaying = survey.share(|value| value.2);
    let wrong = survey.share(|value| value.2 && value.0 == Fate::AntiDamped);
    let share = if decaying > 0.0 { wrong / decaying } else { 0.0 };
    facts.insert(format!("share of decaying modes learned as growing, {}", method.name()), share);
    let mut panel = plane(&named(method), window, marks);
    panel.x.label = "Re hλ (true)".into();
    panel.y.label = "Im hλ (true)".into();
    Ok(panel)
}

/// The signed area within a closed polygon.
pub(super) fn enclosed(polygon: &[[f64; 2]]) -> f64 {
    polygon.windows(2).map(|side| 0.5 * (side[0][0] * side[1][1] - side[1][0] * side[0][1])).sum()
}

/// The number of anti-damped branches, written once into each patch that has room for it: at the cell that is furthest from other numbers.
fn counts(window: Window, count: impl Fn(Complex<f64>) -> usize + Sync) -> Vec<Mark> {
    const SIDE: usize = 108;
    let at = |k: usize| {
        let x = window.re[0] + ((k % SIDE) as f64 + 0.5) / SIDE as f64 * window.width();
        let y = window.im[0] + ((k / SIDE) as f64 + 0.5) / SIDE as f64 * window.height();
        Complex::new(x, y)
    };
    let cells: Vec<usize> = (0..SIDE * SIDE).into_par_iter().map(|k| count(at(k))).collect();
    let neighbours = |k: usize| {
        let (column, row) = (k % SIDE, k / SIDE);
        let beside = [(column > 0).then(|| k - 1), (column + 1 < SIDE).then_some(k + 1)];
        let above = [(row > 0).then(|| k - SIDE), (row + 1 < SIDE).then_some(k + SIDE)];
        beside.into_iter().chain(above)
    };
    // Steps to the nearest cell of another number or the edge, by peeling.
    let mut depth = vec![0; cells.len()];
    let mut round = 1;
    loop {
        let peeled = depth.clone();
        let inner = |k: usize| neighbours(k).all(|n| n.is_some_and(|n| cells[n] == cells[k] && peeled[n] == round - 1));
        let deeper: Vec<usize> = (0..cells.len()).filter(|&k| peeled[k] == round - 1 && inner(k)).collect();
        if deeper.is_empty() {
            break;
        }
        for k in deeper {
            depth[k] = round;
        }
        round += 1;
    }
    let mut seen = vec![false; cells.len()];
    let mut marks = Vec::new();
    for first in 0..cells.len() {
        if seen[first] || cells[first] == 0 {
            continue;
        }
        seen[first] = true;
        let (mut patch, mut next) = (vec![first], 0);
        while next < patch.len() {
            for n in neighbours(patch[next]).flatten() {
                if !seen[n] && cells[n] == cells[first] {
                    seen[n] = true;
                    patch.push(n);
                }
            }
            next += 1;
        }
        if let Some(&deepest) = patch.iter().max_by_key(|&&k| depth[k]).filter(|&&k| depth[k] >= 5) {
            let z = at(deepest);
            marks.push(Mark::Text { at: [z.re, z.im], text: cells[first].to_string(), ink: Ink::Black });
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn blocks_show_what_every_cell_does() {
        // A disc, a sliver that leaves it, and a half plane: all meet the lattice or each other.
        let judge = |x: usize, y: usize| {
            let disc = (x as f64 - 60.0).hypot(y as f64 - 50.0) < 23.0;
            u8::from(disc || (y == 50 && x > 60 && x < 110)) + 2 * u8::from(x > 130)
        };
        for (width, height, side) in [(160, 120, 4), (161, 119, 3), (7, 5, 1), (1, 1, 1), (2, 9, 4)] {
            let all: Vec<u8> = (0..width * height).map(|k| judge(k % width, k / width)).collect();
            assert!(judged_in_blocks(width, height, side, &judge) == all, "{width} × {height} by {side}");
        }
        assert!(judged_in_blocks(0, 5, 1, &judge).is_empty());
    }

    #[test]
    fn a_fine_map_is_that_of_every_mode() {
        let rk4 = catalog::find("rk4").unwrap();
        let window = Window::new([-3.0, 1.0], [0.0, 4.0]).unwrap();
        let (fine, side) = (fates(&rk4, window, 160, 160).unwrap(), 160);
        let equation = LearningEquation::of(&rk4).unwrap();
        for k in (0..side * side).step_by(37) {
            let at = Complex::new(-3.0 + ((k % side) as f64 + 0.5) / 40.0, 4.0 - ((k / side) as f64 + 0.5) / 40.0);
            let found = equation.branches(at, Sampling::new(1.0, 1).unwrap()).unwrap();
            assert_eq!(fine[k], Fate::of(&found).index(), "{at}");
        }
    }

    #[test]
    fn sign_faithful_methods_have_no_growing_part() {
        let window = Window::new([-2.0, 1.0], [-1.5, 1.5]).unwrap();
        let mut facts = BTreeMap::new();
        for (name, nothing_grows) in [("implicit-midpoint", true), ("gauss2", true), ("forward-euler", true), ("implicit-euler", false)] {
            panel(&catalog::find(name).unwrap(), window, &mut facts).unwrap();
            let share = facts[&format!("share of decaying modes learned as growing, {name}")];
            assert_eq!(share == 0.0, nothing_grows, "{name}: {share}");
        }
    }
}
