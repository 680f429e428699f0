/** The first demo: the plane of hλ, the motion in the plane and over time, and the table of branches. */
import { ask, type Branches, type Scene } from "./core";
import { chart, INK, Plane, sizeOf, type Series } from "./draw";
import { $, digits, drawing, mode, scientific } from "./page";
import { endOf, samples, truth } from "./runs";
import { state } from "./state";
import { pastes, set } from "./view";

const FRAME = { re0: -4.5, re1: 3.5, im0: -4, im1: 4 };
export const plane = new Plane($<HTMLCanvasElement>("plane"), { ...FRAME }, ["", "i"], ["Re z", "Im z"]);
const phase = new Plane($<HTMLCanvasElement>("phase"), { re0: -2, re1: 2, im0: -2, im1: 2 }, ["", ""], ["x", "y"]);

let region: { key: string; values: Uint8Array; border: Float64Array; size: [number, number] } | undefined;

/** The region changes with the method only, so it is kept. */
async function regionOf(method: string): Promise<NonNullable<typeof region>> {
  const box = sizeOf(plane.canvas);
  const side = Math.min(800, Math.max(64, Math.round(box.width * Math.min(window.devicePixelRatio || 1, 2))));
  // The window follows the truth: wherever it is dragged, it stays in sight.
  const h = state.interval / state.substeps;
  const reach = Math.max((-state.re * h) / 4.2, (state.re * h) / 3.2, (Math.abs(state.im) * h) / 3.7);
  const zoom = 1.5 ** Math.max(0, Math.ceil(Math.log(Math.max(reach, 1e-9)) / Math.log(1.5)));
  const frame = { re0: FRAME.re0 * zoom, re1: FRAME.re1 * zoom, im0: FRAME.im0 * zoom, im1: FRAME.im1 * zoom };
  const key = `${method} ${side} ${zoom} ${method === "pasted" ? pastes : 0}`;
  if (region?.key !== key) {
    const started = performance.now();
    const values = await ask<Uint8Array>({ op: "raster", method, ...frame, width: side, height: side });
    performance.measure("raster", { start: started, detail: side });
    const border = await ask<Float64Array>({ op: "boundary", method, ...frame });
    plane.frame = frame;
    region = { key, values, border, size: [side, side] };
  }
  return region;
}

/** Called when the first demo is first drawn: the others wait for it. */
let live: () => void;
export const firstDrawn = new Promise<void>((resolve) => {
  live = () => {
    document.body.dataset.live ??= String(performance.now());
    resolve();
  };
});

/** The branches on the plane, for clicks. */
let shownBranches: Branches | undefined;

/** The spiral in the plane, as re, im, re, im, …: `count` steps of a factor from 1. */
function spiral([re, im]: [number, number], count: number): Float64Array {
  const points = new Float64Array(2 * (count + 1));
  for (let k = 0, x = 1, y = 0; k <= count; k++, [x, y] = [x * re - y * im, x * im + y * re]) {
    // Beyond all windows a line need not be followed.
    if (Math.hypot(x, y) > 1e3) return points.slice(0, 2 * k);
    points[2 * k] = x;
    points[2 * k + 1] = y;
  }
  return points;
}

/** Truth, samples, fit and the finer run in the plane (x, y). */
async function drawPhase(found: Branches, chosen: number, end: number): Promise<void> {
  const learned = found.branches[chosen];
  const factor = (t: number): [number, number] => [Math.exp(state.re * t) * Math.cos(state.im * t), Math.exp(state.re * t) * Math.sin(state.im * t)];
  const half = 1.25 * Math.min(4, Math.max(1, Math.exp(state.re * end)) * 1.4);
  phase.frame = { re0: -half, re1: half, im0: -half, im1: half };
  const fine = Math.max(1, state.refinement);
  const z = learned ? learned.z.map((part) => part / fine) as [number, number] : undefined;
  const [finer] = z && state.refinement > 1 ? await ask<[number, number][]>({ op: "multipliers", method: state.method, z: [z] }) : [undefined];
  const steps = Math.round(end / state.interval);
  phase.draw(undefined, (c) => {
    phase.curves(c, spiral(factor(state.interval / 60), 60 * steps), INK.truth);
    const dots = spiral(factor(state.interval), steps);
    if (learned && state.refinement === 1) phase.curves(c, dots, INK.fit, 0.8);
    if (finer) phase.curves(c, spiral(finer, Math.min(20_000, steps * state.substeps * fine)), INK.fine, 2);
    for (let k = 0; k + 1 < dots.length; k += 2) phase.dot(c, dots[k]!, dots[k + 1]!, INK.data, 3.5);
  });
}

async function first(): Promise<void> {
  const started = performance.now();
  const end = endOf(Math.min(60, Math.max(8, Math.ceil(14 / state.interval))));
  const scene = await ask<Scene>({ op: "scene", method: state.method, ...mode(), branch: state.branch, refinement: state.refinement, end });
  const { found, chosen } = scene;
  shownBranches = found;
  const series: Series[] = [];
  series.push({ points: truth(end), ink: INK.truth, faint: true });
  // What the model does at its own step is a jump from sample to sample, not a motion: it stands back.
  if (chosen >= 0) series.push({ points: scene.fit, ink: INK.fit, width: 1.2, faint: state.refinement > 1 });
  if (chosen >= 0 && state.refinement > 1) series.push({ points: scene.fine, ink: INK.fine });
  series.push({ points: samples(end), ink: INK.data, dots: true });
  const shape = await regionOf(state.method);
  plane.draw({ values: shape.values, width: shape.size[0], height: shape.size[1], inks: ["transparent", INK.region] }, (c) => {
    plane.curves(c, shape.border, INK.truth);
    found.branches.forEach((b, k) => plane.dot(c, b.z[0], b.z[1], INK.fine, 6, k === chosen));
    plane.dot(c, state.re * found.step, state.im * found.step, INK.truth, 8);
  });
  const top = 2.5 * Math.max(...[1, ...Array.from(samples(end)).filter((_, k) => k % 2).map(Math.abs)]);
  chart($<HTMLCanvasElement>("time"), end, top, series);
  tell(scene);
  await drawPhase(found, chosen, end);
  performance.measure("frame", { start: started });
}

function tell({ found, chosen, rows, choices, words, infinity }: Scene): void {
  $("summary").textContent = words;
  const body = $("branches").querySelector("tbody")!;
  const focused = document.activeElement?.closest("tbody") === body;
  body.replaceChildren(...found.branches.map((b, k) => {
    const row = document.createElement("tr");
    const pick = document.createElement("input");
    Object.assign(pick, { type: "radio", name: "branch", checked: k === chosen });
    pick.setAttribute("aria-label", choices[k]!);
    pick.onchange = () => set({ branch: k });
    const cells = [b.lambda[0], b.lambda[1]].map((x) => {
      const cell = document.createElement("td");
      cell.textContent = digits(x, 7);
      cell.dataset.value = String(x);
      return cell;
    });
    const first = document.createElement("td");
    first.append(pick);
    const radius = document.createElement("td");
    radius.textContent = scientific(b.radius);
    const kind = document.createElement("td");
    kind.textContent = rows[k]!;
    row.append(first, ...cells, radius, kind);
    return row;
  }));
  if (focused) body.querySelectorAll("input")[chosen]?.focus();
  $("infinity").textContent = infinity;
}

/** Selects the branch whose dot was clicked, unless the truth is nearer. */
export function pickBranch(x: number, y: number): boolean {
  if (!shownBranches) return false;
  const distance = (z: [number, number]) => {
    const [px, py] = plane.toCanvas(...z);
    return Math.hypot(px - x, py - y);
  };
  const all = shownBranches.branches.map((b) => distance(b.z));
  const nearest = Math.min(...all);
  const h = state.interval / state.substeps;
  if (!(nearest < 12) || distance([state.re * h, state.im * h]) < nearest) return false;
  set({ branch: all.indexOf(nearest) });
  return true;
}

export const drawOne = drawing("summary", undefined, () => first().finally(live));
