/** The map of artifacts. */
import { ask } from "./core";
import { INK, Plane } from "./draw";
import { $, busy, drawing } from "./page";
import { state } from "./state";
import { pastes } from "./view";

export const mapPlane = new Plane($<HTMLCanvasElement>("map-plane"), { re0: -3, re1: 1, im0: 0, im1: 4 }, ["", "i"], ["Re hλ", "Im hλ"]);

let mapKey = "";
let mapCells: { values: Uint8Array; width: number; height: number; inks: string[] } | undefined;

/** The map with the current mode on it, and the lines beyond which samples alias. */
function paintMap(): void {
  const h = state.interval / state.substeps;
  mapPlane.draw(mapCells, (c) => {
    mapPlane.curves(c, new Float64Array([mapPlane.frame.re0, Math.PI, mapPlane.frame.re1, Math.PI]), INK.axis);
    mapPlane.dot(c, state.re * h, Math.abs(state.im * h), INK.truth, 7);
  });
}

export const drawMap = drawing("map-words", mapPlane, async () => {
  const canvas = mapPlane.canvas;
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0} ${canvas.getBoundingClientRect().width} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  if (key === mapKey) {
    paintMap();
    return;
  }
  mapKey = "";
  for (const side of [40, 160]) {
    const values = await busy(canvas, ask<Uint8Array>({ op: "fates", method: state.method, ...mapPlane.frame, width: side, height: side }));
    mapCells = { values, width: side, height: side, inks: [0, 1, 2, 3, 4, 5, 6].map((k) => `--k${k}`) };
    paintMap();
    const wrong = values.filter((v) => v === 2).length / values.length;
    canvas.setAttribute("aria-label", `The artifact map of ${state.method}: decay becomes growth on ${(100 * wrong).toFixed(1)} % of it.`);
  }
  $("map-words").textContent = "";
  mapKey = key;
}, "map");
