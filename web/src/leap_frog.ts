/** Leap frog and its parasitic root. */
import { ask, type Branches } from "./core";
import { chart, INK } from "./draw";
import { $, drawing, mode } from "./page";
import { endOf, run, samples } from "./runs";
import { error, state } from "./state";

export const drawFrog = drawing("frog-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("frog-time");
  const end = endOf(70);
  const epsilon = error();
  const words = await ask<string>({ op: "parasite", method: "leap-frog", ...mode(), epsilon });
  const found = await ask<Branches>({ op: "branches", method: "leap-frog", ...mode() });
  const learned = found.branches[0];
  const series = [{ points: samples(end), ink: INK.data, dots: true, radius: 2.5 }];
  if (learned) {
    const woken = await run("leap-frog", learned.lambda, 1, end, epsilon);
    const asleep = await run("leap-frog", learned.lambda, 1, end);
    chart(canvas, end, 2 * Math.max(1, Math.exp(state.re * end)), [{ points: asleep, ink: INK.fit }, ...(epsilon === 0 ? [] : [{ points: woken, ink: INK.fine }]), ...series]);
    canvas.dataset.last = String(woken.at(-1));
  }
  $("frog-words").textContent = words;
}, { on: () => [mode(), state.epsilon] });
