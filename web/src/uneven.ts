/** Samples at uneven times: where the loss stalls, and what is learned there. */
import { ask, type Uneven } from "./core";
import { chart, INK } from "./draw";
import { $, drawing, mode } from "./page";
import { state } from "./state";

/** The variations of the curve, in per cent; the one that is set comes last. */
const SPREADS = Array.from({ length: 31 }, (_, k) => 2 * k);

export const drawUneven = drawing("uneven-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("uneven-curve");
  const { minima, words } = await ask<Uneven>({ op: "uneven", method: state.method, ...mode(), spreads: [...SPREADS, state.spread], spread: state.spread });
  const dots = (which: (k: number) => boolean) =>
    Float64Array.from(SPREADS.flatMap((spread, k) => minima[k]!.filter((_, place) => which(place)).flatMap(({ lambda }) => [spread, lambda[0]])));
  const now = minima.at(-1)![0];
  const lowest = minima.flatMap((all) => all.slice(0, 1)).map(({ lambda }) => Math.abs(lambda[0]));
  const top = 1.5 * Math.max(Math.abs(state.re), 1e-3, ...lowest);
  chart(canvas, SPREADS.at(-1)!, top, [
    { points: new Float64Array([0, state.re, SPREADS.at(-1)!, state.re]), ink: INK.truth },
    { points: dots((place) => place > 0), ink: INK.axis, dots: true, radius: 1.5 },
    { points: dots((place) => place === 0), ink: INK.fine, dots: true, radius: 2.5 },
    { points: now ? Float64Array.of(state.spread, now.lambda[0]) : new Float64Array(), ink: INK.data, dots: true },
  ], ["variation of the intervals in %", "Re λ̂"]);
  $("uneven-words").textContent = words;
  canvas.setAttribute("aria-label", words);
  canvas.dataset.learned = now ? [...now.lambda, now.level].join(" ") : "";
});
