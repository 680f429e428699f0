/** The map of artifacts. */
import { ask, type Fate, type Told } from "./core";
import { INK, Plane, sizeOf } from "./draw";
import { $, busy, drawing } from "./page";
import { state } from "./state";
import { pastes } from "./view";

export const mapPlane = new Plane($<HTMLCanvasElement>("map-plane"), { re0: -3, re1: 1, im0: 0, im1: 4 }, ["", "i"], ["Re hλ", "Im hλ"]);

/** The colours of the fates, in their order. */
const INKS = Array.from({ length: 8 }, (_, k) => `--k${k}`);
/** A pass that takes longer than this is the last one. */
const PATIENCE_MS = 400;

let shares = "";
let mapKey = "";
let mapCells: { values: Uint8Array; width: number; height: number; inks: string[] } | undefined;

/** The map with the current mode on it, and the lines beyond which samples alias. */
async function paintMap(): Promise<void> {
  const h = state.interval / state.substeps;
  const [re, im] = [state.re * h, Math.abs(state.im * h)];
  const { re0, re1, im0, im1 } = mapPlane.frame;
  const inside = re >= re0 && re <= re1 && im >= im0 && im <= im1;
  const { fate, words } = await ask<Fate>({ op: "fate", method: state.method, re, im, inside });
  mapPlane.canvas.dataset.fate = String(fate);
  mapPlane.draw(mapCells, (c) => {
    mapPlane.curves(c, new Float64Array([re0, Math.PI, re1, Math.PI]), INK.axis);
    mapPlane.dot(c, re, im, INK.truth, 7);
  });
  $("map-words").textContent = `${shares} ${words}`;
}

export const drawMap = drawing("map-words", mapPlane, async () => {
  const canvas = mapPlane.canvas;
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0} ${sizeOf(canvas).width} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  if (key === mapKey) {
    await paintMap();
    return;
  }
  mapKey = "";
  // Coarse at once, then fine, and finer where the method is fast.
  let took = 0;
  for (const side of [40, 160, 320]) {
    if (side > 160 && took > PATIENCE_MS) break;
    const started = performance.now();
    const { values, words } = await busy(canvas, ask<Told>({ op: "fates", method: state.method, ...mapPlane.frame, width: side, height: side }));
    took = performance.now() - started;
    mapCells = { values, width: side, height: side, inks: INKS };
    shares = words;
    await paintMap();
  }
  mapKey = key;
}, { desk: "map" });
