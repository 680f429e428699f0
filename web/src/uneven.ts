/** Samples at uneven times: where the loss stalls, and what is learned there. */
import { ask, type Uneven } from "./core";
import { chart, INK } from "./draw";
import { $, drawing, mode } from "./page";
import { state } from "./state";
import { pastes } from "./view";

/** The variations of the curve, in per cent; the one that is set comes last. */
const SPREADS = Array.from({ length: 31 }, (_, k) => 2 * k);

export const drawUneven = drawing("uneven-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("uneven-curve");
  const { minima, words } = await ask<Uneven>({ op: "uneven", method: state.method, ...mode(), spreads: [...SPREADS, state.spread], spread: state.spread });
  // Even samples leave no loss at any branch, so none of them is the lowest.
  const told = (k: number) => minima[k]![0] !== undefined && minima[k]![0]!.level > 1e-12;
  const now = told(minima.length - 1) ? minima.at(-1)![0] : undefined;
  const dots = (lowest: boolean) =>
    Float64Array.from(SPREADS.flatMap((spread, k) => minima[k]!.filter((_, place) => (place === 0 && told(k)) === lowest).flatMap(({ lambda }) => [spread, lambda[0]])));
  const lowest = minima.flatMap((all) => all.slice(0, 1)).map(({ lambda }) => Math.abs(lambda[0]));
  const top = 1.5 * Math.max(Math.abs(state.re), 1e-3, ...lowest);
  chart(canvas, SPREADS.at(-1)!, top, [
    { points: new Float64Array([0, state.re, SPREADS.at(-1)!, state.re]), ink: INK.truth },
    { points: dots(false), ink: INK.axis, dots: true, radius: 1.5 },
    { points: dots(true), ink: INK.fine, dots: true, radius: 2.5 },
    { points: now ? Float64Array.of(state.spread, now.lambda[0]) : new Float64Array(), ink: INK.data, dots: true },
  ], ["variation of the intervals in %", "Re λ̂"]);
  $("uneven-words").textContent = words;
  canvas.dataset.minima = minima.at(-1)!.map(({ lambda, level }) => [...lambda, level].join(" ")).join(";");
  canvas.dataset.learned = now ? [...now.lambda, now.level].join(" ") : "";
}, { on: () => [state.method, pastes, mode(), state.spread] });
