/** The map of artifacts. */
import { ask } from "./core";
import { INK, Plane } from "./draw";
import { $, busy, drawing } from "./page";
import { state } from "./state";
import { pastes } from "./view";

export const mapPlane = new Plane($<HTMLCanvasElement>("map-plane"), { re0: -3, re1: 1, im0: 0, im1: 4 }, ["", "i"], ["Re hλ", "Im hλ"]);

/** A pass that takes longer than this is the last one. */
const PATIENCE_MS = 400;

let shares = "";
let mapKey = "";
let mapCells: { values: Uint8Array; width: number; height: number; inks: string[] } | undefined;

/** What the colours say, in their order. */
const FATES = ["faithful", "distorted", "learned as growth", "learned as decay", "learned without rotation", "learned as rotating backwards", "without a principal branch", "right in kind on the principal branch, but not on another within reach"];

/** What the map says of the mode that is set, if it shows it. */
function here(): string {
  const h = state.interval / state.substeps;
  const { re0, re1, im0, im1 } = mapPlane.frame;
  const [x, y] = [(state.re * h - re0) / (re1 - re0), (im1 - Math.abs(state.im * h)) / (im1 - im0)];
  if (!mapCells || !(x >= 0 && x < 1 && y >= 0 && y < 1)) return "The mode that is set lies outside this window.";
  const fate = mapCells.values[Math.floor(y * mapCells.height) * mapCells.width + Math.floor(x * mapCells.width)]!;
  mapPlane.canvas.dataset.fate = String(fate);
  return `The mode that is set is ${FATES[fate]}.`;
}

/** The map with the current mode on it, and the lines beyond which samples alias. */
function paintMap(): void {
  const h = state.interval / state.substeps;
  mapPlane.draw(mapCells, (c) => {
    mapPlane.curves(c, new Float64Array([mapPlane.frame.re0, Math.PI, mapPlane.frame.re1, Math.PI]), INK.axis);
    mapPlane.dot(c, state.re * h, Math.abs(state.im * h), INK.truth, 7);
  });
  $("map-words").textContent = `${shares} ${here()}`;
}

export const drawMap = drawing("map-words", mapPlane, async () => {
  const canvas = mapPlane.canvas;
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0} ${canvas.getBoundingClientRect().width} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  if (key === mapKey) {
    paintMap();
    return;
  }
  mapKey = "";
  // Coarse at once, then fine, and finer where the method is fast.
  let took = 0;
  for (const side of [40, 160, 320]) {
    if (side > 160 && took > PATIENCE_MS) break;
    const started = performance.now();
    const values = await busy(canvas, ask<Uint8Array>({ op: "fates", method: state.method, ...mapPlane.frame, width: side, height: side }));
    took = performance.now() - started;
    mapCells = { values, width: side, height: side, inks: FATES.map((_, k) => `--k${k}`) };
    const share = (fate: number) => `${((100 * values.filter((v) => v === fate).length) / values.length).toFixed(1)} %`;
    shares = `${state.method}: on ${share(0)} of the window it is faithful, on ${share(2)} decay becomes growth, on ${share(3)} growth becomes decay, on ${share(7)} only another branch than the principal one changes the kind.`;
    paintMap();
  }
  mapKey = key;
}, "map");
