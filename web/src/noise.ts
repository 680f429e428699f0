/** What noise in the samples adds to the artifact, through the loss on pairs. */
import { ask, type Noisy } from "./core";
import { chart, INK } from "./draw";
import { $, drawing, mode } from "./page";
import { state } from "./state";
import { pastes } from "./view";

/** The levels of the curve, in per cent; the one that is set comes last. */
const LEVELS = Array.from({ length: 31 }, (_, k) => k);

export const drawNoise = drawing("noise-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("noise-curve");
  const { learned, words } = await ask<Noisy>({ op: "noise", method: state.method, ...mode(), levels: [...LEVELS, state.noise], level: state.noise });
  const curve = Float64Array.from(LEVELS.flatMap((level, k) => [level, learned[2 * k]!]));
  const now = learned.slice(-2);
  const top = 1.2 * Math.max(Math.abs(state.re), 1e-3, ...learned.filter((x, k) => k % 2 === 0 && Number.isFinite(x)).map(Math.abs));
  chart(canvas, LEVELS.at(-1)!, top, [
    { points: new Float64Array([0, state.re, LEVELS.at(-1)!, state.re]), ink: INK.truth },
    { points: curve, ink: INK.fine },
    { points: Float64Array.of(state.noise, now[0]!), ink: INK.data, dots: true },
  ], ["noise in %", "Re λ̂"]);
  $("noise-words").textContent = words;
  canvas.dataset.learned = now.join(" ");
}, { on: () => [state.method, pastes, mode(), state.noise] });
