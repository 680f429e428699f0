/** Three methods beside each other. */
import { ask, latest, type Branches } from "./core";
import { chart, INK } from "./draw";
import { $, counted, mode } from "./page";
import { endOf, run, samples, truth } from "./runs";
import { state } from "./state";

/** Half the height of the window: the data start at 1. */
const TOP = 3;

export const drawThree = latest(async () => counted((async () => {
  const end = endOf(Math.min(40, Math.max(8, Math.ceil(10 / state.interval))));
  for (const [k, name] of [state.first, state.second, state.third].entries()) {
    const canvas = $<HTMLCanvasElement>(`three-${k}`);
    const caption = canvas.parentElement!.querySelector("figcaption")!;
    try {
      const found = await ask<Branches>({ op: "branches", method: name, ...mode() });
      const learned = found.branches.find((b) => b.principal) ?? found.branches[0];
      caption.textContent = await ask<string>({ op: "caption", method: name, ...mode() });
      if (!learned) {
        chart(canvas, end, TOP, [{ points: truth(end), ink: INK.truth, faint: true }, { points: samples(end), ink: INK.data, dots: true }]);
        continue;
      }
      const kept = (line: Float64Array) => {
        // A model that leaves the window is not followed back through it as vertical bars.
        const out = line.findIndex((value, k) => k % 2 === 1 && Math.abs(value) > 2 * TOP);
        return out < 0 ? line : line.slice(0, out + 1);
      };
      const lines = [await run(name, learned.lambda, 50, end), await run(name, learned.lambda, 1, end)] as const;
      chart(canvas, end, TOP, [{ points: truth(end), ink: INK.truth, faint: true }, { points: lines[1], ink: INK.fit, width: 1, faint: true }, { points: kept(lines[0]), ink: INK.fine }, { points: samples(end), ink: INK.data, dots: true }]);
    } catch (error) {
      caption.textContent = `${name}: ${(error as Error).message}`;
    }
  }
})()));
