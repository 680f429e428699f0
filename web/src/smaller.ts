/** Smaller steps between the samples: what is learned, against their number. */
import { ask, type Smaller } from "./core";
import { chart, INK } from "./draw";
import { $, drawing } from "./page";
import { state } from "./state";
import { pastes } from "./view";

const STEPS = [1, 2, 3, 4, 5, 6, 7, 8];

export const drawSmaller = drawing("smaller-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("smaller-curve");
  const { method, re, im, interval } = state;
  const { learned, words } = await ask<Smaller>({ op: "smaller", method, re, im, interval, substeps: 1, steps: STEPS, now: state.steps });
  const points = (all: number[]) => Float64Array.from(all.flatMap((m) => [m, learned[m - 1]!]));
  const top = 1.2 * Math.max(Math.abs(re), 1e-3, ...learned.filter(Number.isFinite).map(Math.abs));
  chart(canvas, [0.5, 8.5], top, [
    { points: Float64Array.of(0.5, re, 8.5, re), ink: INK.truth },
    { points: points(STEPS), ink: INK.fine },
    { points: points(STEPS), ink: INK.fine, dots: true },
    { points: points([state.steps]), ink: INK.data, dots: true, radius: 5 },
  ], ["steps between samples m", "Re λ̂"]);
  $("smaller-words").textContent = words;
  canvas.dataset.learned = learned.join(" ");
}, { desk: "smaller", on: () => [state.method, pastes, state.re, state.im, state.interval, state.steps] });
