/** Runs of a learned mode beside its samples, as t, Re y, t, Re y, … */
import { ask } from "./core";
import { mode } from "./page";
import { state } from "./state";

/** The samples until `end`. */
export function samples(end: number): Float64Array {
  const count = Math.round(end / state.interval);
  const points = new Float64Array(2 * (count + 1));
  for (let n = 0; n <= count; n++) {
    const t = n * state.interval;
    points[2 * n] = t;
    points[2 * n + 1] = Math.exp(state.re * t) * Math.cos(state.im * t);
  }
  return points;
}

/** The truth between the samples until `end`. */
export function truth(end: number): Float64Array {
  const count = Math.min(4000, Math.ceil(60 * Math.max(1, Math.abs(state.im) * end / 6)));
  return Float64Array.from({ length: 2 * (count + 1) }, (_, k) => {
    const t = (end * (k >> 1)) / count;
    return k % 2 ? Math.exp(state.re * t) * Math.cos(state.im * t) : t;
  });
}

/** The time of so many samples. */
export const endOf = (count: number) => count * state.interval;
/** A model run by its method at a finer step, its second value off by ε. */
export const run = (method: string, [learnedRe, learnedIm]: [number, number], refinement: number, end: number, epsilon = 0) =>
  ask<Float64Array>({ op: "run", method, ...mode(), learnedRe, learnedIm, refinement, end, epsilon });
