/** What noise in the samples adds to the artifact, through the loss on pairs. */
import { ask, type Branches } from "./core";
import { chart, INK } from "./draw";
import { $, complex, digits, drawing } from "./page";
import { state } from "./state";

/** The levels of the curve, in per cent. */
const LEVELS = Array.from({ length: 31 }, (_, k) => k);

/**
 * The mode whose clean samples teach what λ teaches with noise: the factor from sample to sample, by least squares on pairs, shrinks by
 * S/(S + σ²), where σ is the given part of √S.
 */
const shrunk = (level: number) => state.re - Math.log1p((level / 100) ** 2) / state.interval;

async function learned(level: number): Promise<[number, number] | undefined> {
  const { method, im, interval, substeps } = state;
  const found = await ask<Branches>({ op: "branches", method, re: shrunk(level), im, interval, substeps });
  return found.branches.find((b) => b.principal)?.lambda;
}

export const drawNoise = drawing("noise-words", undefined, async () => {
  const canvas = $<HTMLCanvasElement>("noise-curve");
  const curve: number[] = [];
  for (const level of LEVELS) curve.push(level, (await learned(level))?.[0] ?? NaN);
  const [clean, now] = [await learned(0), await learned(state.noise)];
  const values = curve.filter((x, k) => k % 2 && Number.isFinite(x)).map(Math.abs);
  const top = 1.2 * Math.max(Math.abs(state.re), ...values, 1e-3);
  chart(canvas, 30, top, [
    { points: new Float64Array([0, state.re, 30, state.re]), ink: INK.truth },
    { points: Float64Array.from(curve), ink: INK.fine },
    { points: new Float64Array(now ? [state.noise, now[0]] : []), ink: INK.data, dots: true },
  ], ["noise in %", "Re λ̂"]);
  const words = clean && now
    ? `With ${state.noise} % of noise the samples teach λ̂ = ${complex(...now)}: the integrator moves Re λ from ${digits(state.re, 3)} to ${digits(clean[0], 3)}, the noise to ${digits(now[0], 3)}.`
    : `Through ${state.method} this mode has no principal branch.`;
  $("noise-words").textContent = words;
  canvas.setAttribute("aria-label", words);
  canvas.dataset.learned = now?.join(" ") ?? "";
});
