/** Which start lands on which branch. */
import { ask, latest, Overtaken, type Landings, type Shares } from "./core";
import { INK, Plane, sizeOf } from "./draw";
import { $, busy, counted, mode } from "./page";
import { state } from "./state";
import { pastes, set } from "./view";

const basinPlane = new Plane($<HTMLCanvasElement>("basin-plane"), { re0: -4, re1: 4, im0: -4, im1: 4 }, ["", "i"], ["Re λ̂₀", "Im λ̂₀"]);
const BASIN_INKS = ["--b0", "--b1", "--b2", "--b3", "--b4", "--b5"];

let basinKey = "";
let shown: { values: Uint8Array; cells: number } | undefined;

/** Random starts behind each share. */
const STARTS = 500;
/** A pass that takes longer than this is the last one. */
const PATIENCE_MS = 400;

export const drawBasins = latest(async () => counted((async () => {
  const { method, way, width } = state;
  const key = JSON.stringify([method, method === "pasted" ? pastes : 0, way, width, mode(), sizeOf(basinPlane.canvas).width, matchMedia("(prefers-color-scheme: dark)").matches]);
  if (key === basinKey) return;
  basinKey = "";
  const words = $("basin-words");
  try {
    // Coarse at once, then as fine as the method allows.
    let took = 0;
    for (const cells of [16, 48, 120]) {
      if (cells > 48 && took > PATIENCE_MS) break;
      const started = performance.now();
      const { found, side, values } = await busy(basinPlane.canvas, ask<Landings>({ op: "landings", method, way, cells, ...mode() }));
      took = performance.now() - started;
      shown = { values, cells };
      basinPlane.frame = { re0: -side, re1: side, im0: -side, im1: side };
      const inks = Array.from({ length: 256 }, (_, k) => (k === 255 ? "transparent" : BASIN_INKS[k % BASIN_INKS.length]!));
      basinPlane.draw({ values, width: cells, height: cells, inks }, (c) => found.branches.forEach((b) => basinPlane.dot(c, b.lambda[0], b.lambda[1], INK.data, 5)));
      if (cells !== 48) continue;
      const told = await ask<Shares>({ op: "shares", method, way, width, starts: STARTS, ...mode() });
      words.textContent = told.words;
      $("basin-shares").replaceChildren(...told.each.map((said, k) => {
        const item = document.createElement("li");
        item.className = `b${k % BASIN_INKS.length}`;
        item.dataset.share = String(told.shares[k]);
        const run = document.createElement("button");
        run.type = "button";
        run.className = "plain-button";
        run.textContent = "run it";
        run.setAttribute("aria-label", `run it: ${said}`);
        run.onclick = () => set({ branch: k });
        item.append(`${said} `, run);
        return item;
      }));
    }
    basinKey = key;
  } catch (error) {
    if (error instanceof Overtaken) return;
    basinPlane.draw(undefined, () => undefined);
    $("basin-shares").replaceChildren();
    words.textContent = (error as Error).message;
  }
})()), "basins");

/** A click on a basin runs the branch that starts there lead to. */
basinPlane.canvas.onclick = (event) => {
  if (!shown) return;
  const box = basinPlane.canvas.getBoundingClientRect();
  const cell = (share: number) => Math.min(shown!.cells - 1, Math.max(0, Math.floor(share * shown!.cells)));
  const branch = shown.values[cell(event.offsetY / box.height) * shown.cells + cell(event.offsetX / box.width)];
  if (branch !== undefined && branch !== 255) set({ branch });
};
