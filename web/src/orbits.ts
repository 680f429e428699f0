/** Lotka–Volterra: the truth, and two learned models. */
import { ask } from "./core";
import { INK, Plane } from "./draw";
import { $, digits, drawing } from "./page";
import { state } from "./state";

export const orbitPlanes = [0, 1, 2].map((k) => new Plane($<HTMLCanvasElement>(`orbit-${k}`), { re0: 0.4, re1: 1.8, im0: 0.4, im1: 1.8 }, ["", ""], ["prey", "predators"]));

/** Prey at rest in the predators' number, on the widest orbit on which training determines each model: an implicit midpoint step asks the field in the middle of its chord, well inside. */
const TRAINED_TO = [Infinity, 2.2, 1.5];
/** The quantity that the truth keeps along an orbit. */
const kept = (x: number, y: number) => x - Math.log(x) + y - Math.log(y);

/** Lotka–Volterra: the truth, and the models trained through RK4 and implicit midpoint at H = 1.5. */
export const drawOrbits = [INK.truth, INK.fine, INK.fine].map((inkOf, which) => drawing(`orbit-words-${which}`, orbitPlanes[which], async () => {
  const refinement = which === 0 ? 100 : state.finer;
  const view = orbitPlanes[which]!;
  const name = ["The truth", "Learned through RK4", "Learned through implicit midpoint"][which]!;
  const outside = kept(state.prey, state.predators) > kept(TRAINED_TO[which]!, 1) + 1e-9 ? " This start lies outside the orbits on which training determines the model (grey)." : "";
  const flat = await ask<Float64Array>({ op: "orbit", which, x: state.prey, y: state.predators, refinement, end: which === 0 ? 8 : 60 }).catch((error: Error) => {
    // Where the model is not determined, the implicit equation of a step may have no solution.
    if (which === 2 && outside) throw new Error(`${name}: the equation of an implicit step has no solution on the way.${outside}`);
    throw error;
  });
  const limit = which === 2 ? await ask<Float64Array>({ op: "orbit", which: 0, x: TRAINED_TO[2]!, y: 1, refinement: 100, end: 8 }) : undefined;
  const truth = which === 0 ? flat : await ask<Float64Array>({ op: "orbit", which: 0, x: state.prey, y: state.predators, refinement: 100, end: 8 });
  const samples = which === 0 ? new Float64Array() : await ask<Float64Array>({ op: "orbit", which: 0, x: state.prey, y: state.predators, refinement: 1, end: 60 });
  view.draw(undefined, (c) => {
    if (limit) view.curves(c, limit, INK.faint);
    if (which !== 0) view.curves(c, truth, INK.truth);
    view.curves(c, flat, inkOf);
    for (let k = 0; which !== 0 && k + 1 < samples.length; k += 2) view.dot(c, samples[k]!, samples[k + 1]!, INK.data, 3);
    view.dot(c, 1, 1, INK.axis, 3);
    view.dot(c, state.prey, state.predators, INK.data, 6);
  });
  const [x, y] = [flat.at(-2)!, flat.at(-1)!];
  view.canvas.dataset.end = `${x} ${y}`;
  // The widest excursion from rest in the last two turns against the first two: it does not depend on the phase at which the time runs out.
  const away = Array.from({ length: flat.length / 2 }, (_, k) => Math.hypot(flat[2 * k]! - 1, flat[2 * k + 1]! - 1));
  const turns = Math.ceil((13 * refinement) / 1.5);
  const widest = Math.max(...away.slice(0, turns));
  const ratio = Math.max(...away.slice(-turns)) / widest;
  const words = which === 0 ? `${name}: closed.`
    : widest < 1e-6 ? `${name}: it rests here, as the truth does.`
    : `${name}, run at H/${state.finer}: at t = 60 its orbit is ${digits(ratio, 2)} times as wide as at the start.${outside}`;
  $(`orbit-words-${which}`).textContent = words;
  view.canvas.setAttribute("aria-label", `Prey and predators. ${words} The arrow keys move the start.`);
}));
