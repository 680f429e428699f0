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

/** The orbits that are drawn start on the way from rest to the start that is set; the widest is the one that is spoken of. */
const INNER = [1 / 3, 2 / 3];
const within = (share: number): [number, number] => [1 + share * (state.prey - 1), 1 + share * (state.predators - 1)];

/** Lotka–Volterra: the truth, and the models trained through RK4 and implicit midpoint at H = 1.5. */
export const drawOrbits = [INK.truth, INK.fine, INK.fine].map((inkOf, which) => drawing(`orbit-words-${which}`, orbitPlanes[which], async () => {
  const refinement = which === 0 ? 100 : state.finer;
  const view = orbitPlanes[which]!;
  const name = ["The truth", "Learned through RK4", "Learned through implicit midpoint"][which]!;
  const outside = kept(state.prey, state.predators) > kept(TRAINED_TO[which]!, 1) + 1e-9 ? " This start lies outside the orbits on which training determines the model (grey)." : "";
  const orbit = (model: number, [x, y]: [number, number], finer: number, end: number) => ask<Float64Array>({ op: "orbit", which: model, x, y, refinement: finer, end });
  const end = which === 0 ? 8 : 60;
  const flat = await orbit(which, [state.prey, state.predators], refinement, end).catch((error: Error) => {
    // Where the model is not determined, the implicit equation of a step may have no solution.
    if (which === 2 && outside) throw new Error(`${name}: the equation of an implicit step has no solution on the way.${outside}`);
    throw error;
  });
  const inner = await Promise.all(INNER.map((share) => orbit(which, within(share), refinement, end)));
  const limit = which === 2 ? await orbit(0, [TRAINED_TO[2]!, 1], 100, 8) : undefined;
  const truths = which === 0 ? [] : await Promise.all([...INNER, 1].map((share) => orbit(0, within(share), 100, 8)));
  const samples = which === 0 ? new Float64Array() : await orbit(0, [state.prey, state.predators], 1, 60);
  // One step at a time it hops: lines from sample to sample are no motion.
  const hops = refinement < 6;
  view.draw(undefined, (c) => {
    if (limit) view.curves(c, limit, INK.faint);
    for (const truth of truths) view.curves(c, truth, INK.truth, 1);
    for (const line of [...inner, flat]) {
      view.curves(c, line, inkOf, hops ? 0.6 : 1.6);
      const turn = Math.round((6.5 * refinement) / 1.5);
      if (!hops) view.arrows(c, line, [Math.round(0.08 * turn), Math.round(0.45 * turn)], inkOf);
    }
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
  $(`orbit-words-${which}`).textContent = which === 0 ? `${name}: closed.`
    : widest < 1e-6 ? `${name}: it rests here, as the truth does.`
    : `${name}, run at H/${state.finer}: at t = 60 the widest orbit is ${digits(ratio, 2)} times as wide as at the start.${outside}`;
}));
