/** A solver with its own steps: what it learns, against its tolerance. */
import { ask, type Against, type Controlled } from "./core";
import { chart, INK, type Series } from "./draw";
import { $, busy, drawing, superscript } from "./page";
import { state } from "./state";

/** Tolerances of the curve, as decimal logarithms. */
const EXPONENTS = Array.from({ length: 81 }, (_, k) => -9 + k / 10);

let key = "";
let curve: Against | undefined;

/** Re λ̂ against the tolerance, with the truth, the threshold below which decay is learned as growth, and the tolerance that is set. */
export const drawAdaptive = drawing("adaptive-words", undefined, async () => {
  const { solver, im, interval } = state;
  const re = -state.decay;
  const canvas = $<HTMLCanvasElement>("adaptive-curve");
  const call = `${solver}:rtol=${(10 ** state.rtol).toPrecision(3)},atol=${(10 ** (state.rtol - 3)).toPrecision(3)}`;
  const found = await ask<Controlled>({ op: "call", name: call, re, im, interval });
  $("adaptive-words").textContent = found.sentences.join(" ");
  $("adaptive-call").textContent = found.description.join("\n");
  const wanted = `${solver} ${re} ${im} ${interval}`;
  if (wanted !== key || !curve) {
    curve = await busy(canvas, ask<Against>({ op: "against", solver, exponents: EXPONENTS, re, im, interval }));
    key = wanted;
  }
  const line = (part: number) => Float64Array.from(EXPONENTS.flatMap((e, k) => [e + 9, curve![3 * k + part]!]));
  const learned = line(0);
  const top = 1.2 * Math.max(Math.abs(re), ...Array.from(learned).filter((x, k) => k % 2 && Number.isFinite(x)).map(Math.abs), 1e-3);
  const series: Series[] = [
    { points: new Float64Array([0, re, 8, re]), ink: INK.truth },
    { points: line(2).map((x, k) => (k % 2 ? -x : x)), ink: INK.axis, width: 1 },
    { points: learned, ink: INK.fine },
  ];
  if (found.learned) series.push({ points: new Float64Array([state.rtol + 9, found.learned[0]]), ink: INK.data, dots: true });
  else series.push({ points: Float64Array.from(found.sides.flatMap(([side]) => [state.rtol + 9, side])), ink: INK.data, dots: true });
  chart(canvas, 8, top, series, ["relative tolerance", "Re λ̂"], (t) => `10${superscript(Math.round(t - 9))}`);
  canvas.dataset.learned = found.learned ? found.learned.join(" ") : "";
}, { desk: "adaptive", on: () => [state.solver, state.im, state.interval, state.decay, state.rtol] });
