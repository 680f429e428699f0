/** Lotka–Volterra: the truth, and two learned models. */
import { ask, type Orbit } from "./core";
import { INK, Plane } from "./draw";
import { $, drawing } from "./page";
import { state } from "./state";

export const orbitPlanes = [0, 1, 2].map((k) => new Plane($<HTMLCanvasElement>(`orbit-${k}`), { re0: 0.4, re1: 1.8, im0: 0.4, im1: 1.8 }, ["", ""], ["prey", "predators"]));

/** The orbits that are drawn start on the way from rest to the start that is set; the widest is the one that is spoken of. */
const INNER = [1 / 3, 2 / 3];
const within = (share: number): [number, number] => [1 + share * (state.prey - 1), 1 + share * (state.predators - 1)];

/** Lotka–Volterra: the truth, and the models trained through RK4 and implicit midpoint at H = 1.5. */
export const drawOrbits = [INK.truth, INK.fine, INK.fine].map((inkOf, which) => drawing(`orbit-words-${which}`, orbitPlanes[which], async () => {
  const refinement = which === 0 ? 100 : state.finer;
  const view = orbitPlanes[which]!;
  const orbit = (model: number, [x, y]: [number, number], finer: number, end: number) => ask<Orbit>({ op: "orbit", which: model, x, y, refinement: finer, end });
  const flow = async (start: [number, number]) => (await orbit(0, start, 100, 8)).states;
  const end = which === 0 ? 8 : 60;
  const { states: flat, words } = await orbit(which, [state.prey, state.predators], refinement, end);
  const inner = await Promise.all(INNER.map(async (share) => (await orbit(which, within(share), refinement, end)).states));
  // Beyond this orbit training does not determine the model that is shown.
  const limit = which === 2 ? await flow([await ask<number>({ op: "limit", which }), 1]) : undefined;
  const truths = which === 0 ? [] : await Promise.all([...INNER, 1].map((share) => flow(within(share))));
  const samples = which === 0 ? new Float64Array() : (await orbit(0, [state.prey, state.predators], 1, 60)).states;
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
  $(`orbit-words-${which}`).textContent = words;
}, { on: () => [state.prey, state.predators, which === 0 ? 0 : state.finer] }));
