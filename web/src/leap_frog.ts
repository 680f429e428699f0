/** Leap frog and its parasitic root. */
import { ask, latest, type Branches } from "./core";
import { chart, INK } from "./draw";
import { $, counted, digits, mode } from "./page";
import { endOf, run, samples } from "./runs";
import { state } from "./state";

export const drawFrog = latest(async () => counted((async () => {
  const canvas = $<HTMLCanvasElement>("frog-time");
  const end = endOf(70);
  try {
    const found = await ask<Branches>({ op: "branches", method: "leap-frog", ...mode() });
    const learned = found.branches[0];
    if (!learned) return;
    const epsilon = 10 ** state.epsilon;
    const woken = await run("leap-frog", learned.lambda, 1, end, epsilon);
    const asleep = await run("leap-frog", learned.lambda, 1, end);
    chart(canvas, end, 2, [{ points: woken, ink: INK.fine }, { points: asleep, ink: INK.fit }, { points: samples(end), ink: INK.data, dots: true }]);
    canvas.dataset.last = String(woken[woken.length - 1]);
    canvas.setAttribute("aria-label", `Leap frog started with an error of ${digits(epsilon, 2)} ends at ${digits(woken[woken.length - 1]!, 3)}; the samples end near ${digits(samples(end).at(-1)!, 2)}.`);
  } catch {
    // The mode is out of range; the first demo says so in words.
  }
})()));
