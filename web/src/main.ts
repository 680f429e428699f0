/** The page: its controls, its demos, and what they ask of the library. */
import "./style.css";
import { facts as bulgeFacts } from "../../figures/bulge.json";
import { ask, latest, Overtaken, type Branches, type Landings, type Mode, type Report, type Scene, type Verification } from "./core";
import { chart, INK, Plane, type Series } from "./draw";
import { bounded, fragment, initial, isSection, leave, NAMED, read, remember, state, unheld, type State } from "./state";

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const digits = (x: number, n = 6) => x.toPrecision(n).replace("-", "−");
const complex = (re: number, im: number) => `${digits(re, 5)} ${im < 0 ? "−" : "+"} ${digits(Math.abs(im), 5)}i`;
const mode = (): Mode => ({ re: state.re, im: state.im, interval: state.interval, substeps: state.substeps });

const FRAME = { re0: -4.5, re1: 3.5, im0: -4, im1: 4 };
const plane = new Plane($<HTMLCanvasElement>("plane"), { ...FRAME }, ["", "i"], ["Re z", "Im z"]);
const phase = new Plane($<HTMLCanvasElement>("phase"), { re0: -2, re1: 2, im0: -2, im1: 2 }, ["", ""], ["x", "y"]);
const mapPlane = new Plane($<HTMLCanvasElement>("map-plane"), { re0: -3, re1: 1, im0: 0, im1: 4 }, ["", "i"], ["Re hλ", "Im hλ"]);
const starPlane = new Plane($<HTMLCanvasElement>("star-plane"), { re0: -6, re1: 6, im0: -6, im1: 6 });
const basinPlane = new Plane($<HTMLCanvasElement>("basin-plane"), { re0: -4, re1: 4, im0: -4, im1: 4 });
const orbitPlanes = [0, 1, 2].map((k) => new Plane($<HTMLCanvasElement>(`orbit-${k}`), { re0: 0.4, re1: 1.8, im0: 0.4, im1: 1.8 }, ["", ""], ["prey", "predators"]));
const bulgePlane = new Plane($<HTMLCanvasElement>("bulge-plane"), { re0: -6, re1: 4, im0: -5, im1: 5 });

/** The page tells tests and readers alike when all drawings are up to date. */
let pending = 0;
async function counted(work: Promise<void>): Promise<void> {
  pending++;
  document.body.dataset.busy = "true";
  try {
    await work;
  } finally {
    if (--pending === 0) document.body.dataset.busy = "false";
  }
}

/** A drawing: of many requests the latest. Where it fails it says why, and `view` keeps no stale picture over the words. */
function drawing(words: string, view: Plane | undefined, work: () => Promise<void>, desk?: string): () => void {
  return latest(() => counted(work().catch((error: Error) => {
    if (error instanceof Overtaken) return;
    $(words).textContent = error.message;
    view?.canvas.setAttribute("aria-label", error.message);
    view?.draw(undefined, () => undefined);
  })), desk);
}

/** Marks a figure as being computed until the work is done. */
async function busy<T>(canvas: HTMLCanvasElement, work: Promise<T>): Promise<T> {
  const figure = canvas.parentElement!;
  figure.dataset.computing = "true";
  try {
    return await work;
  } finally {
    delete figure.dataset.computing;
  }
}

function samples(end: number): Float64Array {
  const count = Math.round(end / state.interval);
  const points = new Float64Array(2 * (count + 1));
  for (let n = 0; n <= count; n++) {
    const t = n * state.interval;
    points[2 * n] = t;
    points[2 * n + 1] = Math.exp(state.re * t) * Math.cos(state.im * t);
  }
  return points;
}

const endOf = (count: number) => count * state.interval;
const run = (method: string, [learnedRe, learnedIm]: [number, number], refinement: number, end: number, epsilon = 0) =>
  ask<Float64Array>({ op: "run", method, ...mode(), learnedRe, learnedIm, refinement, end, epsilon });

let region: { key: string; values: Uint8Array; border: Float64Array; size: [number, number] } | undefined;

/** The region changes with the method only, so it is kept. */
async function regionOf(method: string): Promise<NonNullable<typeof region>> {
  const box = plane.canvas.getBoundingClientRect();
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
const firstDrawn = new Promise<void>((resolve) => {
  live = () => {
    document.body.dataset.live ??= String(performance.now());
    resolve();
  };
});

const drawOne = drawing("summary", undefined, () => first().finally(live));

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
    if (finer) phase.curves(c, spiral(finer, Math.min(20_000, steps * state.substeps * fine)), INK.fine);
    const dots = spiral(factor(state.interval), steps);
    if (learned && state.refinement === 1) phase.curves(c, dots, INK.fit);
    for (let k = 0; k + 1 < dots.length; k += 2) phase.dot(c, dots[k]!, dots[k + 1]!, INK.data, 3.5);
  });
  phase.canvas.setAttribute("aria-label", `The motion in the plane. ${$("summary").textContent}`);
}

async function first(): Promise<void> {
  const started = performance.now();
  const end = endOf(Math.min(60, Math.max(8, Math.ceil(14 / state.interval))));
  const scene = await ask<Scene>({ op: "scene", method: state.method, ...mode(), branch: state.branch, refinement: state.refinement, end });
  const { found, chosen } = scene;
  shownBranches = found;
  const series: Series[] = [];
  if (chosen >= 0) series.push({ points: scene.fine, ink: INK.fine }, { points: scene.fit, ink: INK.fit });
  series.push({ points: samples(end), ink: INK.data, dots: true });
  const shape = await regionOf(state.method);
  plane.draw({ values: shape.values, width: shape.size[0], height: shape.size[1], inks: ["transparent", INK.region] }, (c) => {
    plane.curves(c, shape.border, INK.truth);
    found.branches.forEach((b, k) => plane.dot(c, b.z[0], b.z[1], INK.fine, 6, k === chosen));
    plane.dot(c, state.re * found.step, state.im * found.step, INK.truth, 8);
  });
  const top = 2.5 * Math.max(...[1, ...Array.from(samples(end)).filter((_, k) => k % 2).map(Math.abs)]);
  chart($<HTMLCanvasElement>("time"), end, top, series);
  tell(found, chosen);
  await drawPhase(found, chosen, end);
  performance.measure("frame", { start: started });
}

/** What a growth rate does, in words. */
const does = (rate: number) => (Math.abs(rate) < 1e-12 ? "neither decays nor grows" : `${rate < 0 ? "decays" : "grows"}, by ${digits(100 * Math.abs(Math.expm1(rate)), 3)} % in one unit of time`);

function tell(found: Branches, chosen: number): void {
  const learned = found.branches[chosen];
  const run = state.refinement === 1
    ? "Run at its own step size it goes through every sample."
    : `Run with steps ${state.refinement} times smaller it follows e^{λ̂t} instead.`;
  $("summary").textContent = learned
    ? `The data: λ = ${complex(state.re, state.im)}, which ${does(state.re)}. Learned through ${found.method} with step size h = ${digits(found.step, 3)}: λ̂ = ${complex(...learned.lambda)}, which ${does(learned.lambda[0])}. ${run}`
    : `Through ${found.method} no finite λ̂ exists for this mode.`;
  $("time").setAttribute("aria-label", `The trajectory over time. ${$("summary").textContent}`);
  const body = $("branches").querySelector("tbody")!;
  const focused = document.activeElement?.closest("tbody") === body;
  body.replaceChildren(...found.branches.map((b, k) => {
    const row = document.createElement("tr");
    const pick = document.createElement("input");
    Object.assign(pick, { type: "radio", name: "branch", checked: k === chosen });
    pick.setAttribute("aria-label", `Run branch ${k + 1}, λ̂ = ${complex(...b.lambda)}`);
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
    radius.textContent = `within ${b.radius.toExponential(0)}`;
    const words = document.createElement("td");
    words.textContent = [b.principal ? "principal" : "", ...b.flags].filter(Boolean).join(", ");
    row.append(first, ...cells, radius, words);
    return row;
  }));
  if (focused) body.querySelectorAll("input")[chosen]?.focus();
  $("infinity").textContent = found.at_infinity ? `${found.at_infinity} more lie at infinity.` : "";
}

const drawThree = latest(async () => counted((async () => {
  const end = endOf(Math.min(40, Math.max(8, Math.ceil(10 / state.interval))));
  for (const [k, name] of [state.first, state.second, state.third].entries()) {
    const canvas = $<HTMLCanvasElement>(`three-${k}`);
    const caption = canvas.parentElement!.querySelector("figcaption")!;
    try {
      const found = await ask<Branches>({ op: "branches", method: name, ...mode() });
      const learned = found.branches.find((b) => b.principal) ?? found.branches[0];
      if (!learned) throw new Error("no finite λ̂");
      const lines = [await run(name, learned.lambda, 50, end), await run(name, learned.lambda, 1, end)] as const;
      chart(canvas, end, 3, [{ points: lines[0], ink: INK.fine }, { points: lines[1], ink: INK.fit }, { points: samples(end), ink: INK.data, dots: true }]);
      caption.textContent = `${name}: λ̂ = ${complex(...learned.lambda)} ${learned.flags.join(", ")}`;
    } catch (error) {
      caption.textContent = `${name}: ${(error as Error).message}`;
    }
    canvas.setAttribute("aria-label", caption.textContent!);
  }
})()));

const drawFrog = latest(async () => counted((async () => {
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

const drawBulge = drawing("bulge-words", bulgePlane, async () => {
  const canvas = bulgePlane.canvas;
  const side = Math.round(Math.min(800, Math.max(64, canvas.getBoundingClientRect().width * Math.min(window.devicePixelRatio || 1, 2))));
  canvas.dataset.side = String(side);
  // High orders reach further, by islands off the axis: the window holds them.
  bulgePlane.frame = state.order < 9 ? { re0: -6, re1: 4, im0: -5, im1: 5 } : { re0: -8, re1: 6, im0: -7, im1: 7 };
  const values = await ask<Uint8Array>({ op: "taylor", order: state.order, ...bulgePlane.frame, width: side, height: side });
  bulgePlane.draw({ values, width: side, height: side, inks: ["transparent", INK.region] }, () => undefined);
  const key = String(state.order).padStart(2, "0");
  const table = bulgeFacts as Record<string, number>;
  const words = `Order ${state.order}: reaches Re z = ${digits(table[`reach ${key}`]!, 6)}; area right of the axis ${digits(table[`area ${key}`]!, 3)}.`;
  $("bulge-words").textContent = words;
  canvas.setAttribute("aria-label", words);
});

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

const drawMap = drawing("map-words", mapPlane, async () => {
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

/** The order star of a one-step method, the root locus of a multistep one. */
const drawStar = drawing("star-words", starPlane, async () => {
  const side = Math.round(Math.min(500, Math.max(64, starPlane.canvas.getBoundingClientRect().width)));
  const frame = { re0: -6, re1: 6, im0: -6, im1: 6 };
  const values = await busy(starPlane.canvas, ask<Uint8Array>({ op: "star", method: state.method, ...frame, width: side, height: side }));
  const locus = values.length === 0;
  const border = locus ? await ask<Float64Array>({ op: "boundary", method: state.method, ...frame }) : new Float64Array();
  starPlane.draw(locus ? undefined : { values, width: side, height: side, inks: ["transparent", "--k3"] }, (c) => starPlane.curves(c, border, INK.fine));
  const share = values.reduce((sum, v) => sum + v, 0) / Math.max(values.length, 1);
  const words = locus
    ? `The root locus of ${state.method}: a part of it is the border of the stability region.`
    : `The order star of ${state.method}: the method grows faster than the truth on ${(100 * share).toFixed(1)} % of the square.`;
  $("star-words").textContent = words;
  starPlane.canvas.setAttribute("aria-label", words);
}, "star");

let basinKey = "";
const drawBasins = latest(async () => counted((async () => {
  const { method, way, width } = state;
  const key = JSON.stringify([method, method === "pasted" ? pastes : 0, way, width, mode(), basinPlane.canvas.getBoundingClientRect().width, matchMedia("(prefers-color-scheme: dark)").matches]);
  if (key === basinKey) return;
  basinKey = "";
  const words = $("basin-words");
  try {
    // Coarse at once, then fine.
    for (const cells of [16, 48]) {
      const { found, side, values } = await busy(basinPlane.canvas, ask<Landings>({ op: "landings", method, way, cells, ...mode() }));
      basinPlane.frame = { re0: -side, re1: side, im0: -side, im1: side };
      const inks = Array.from({ length: 256 }, (_, k) => (k === 255 ? "transparent" : BASIN_INKS[k % BASIN_INKS.length]!));
      basinPlane.draw({ values, width: cells, height: cells, inks }, (c) => found.branches.forEach((b) => basinPlane.dot(c, b.lambda[0], b.lambda[1], INK.data, 5)));
      if (cells !== 48) continue;
      const shares = await ask<Float64Array>({ op: "shares", method, way, width, starts: 500, ...mode() });
      $("basin-shares").replaceChildren(...found.branches.map((b, k) => {
        const item = document.createElement("li");
        item.className = `b${k % BASIN_INKS.length}`;
        item.dataset.share = String(shares[k]);
        item.textContent = `λ̂ = ${complex(...b.lambda)}${b.principal ? " (principal)" : ""}: ${(100 * shares[k]!).toFixed(1)} %`;
        return item;
      }));
    }
    const landed = Array.from(document.querySelectorAll<HTMLElement>("#basin-shares li")).reduce((sum, item) => sum + Number(item.dataset.share), 0);
    words.textContent = `Of 500 random starts with entries N(0, ${digits(width, 2)}²), this share is predicted to land on each branch; ${landed > 0.9995 ? "all converge" : `the other ${(100 * (1 - landed)).toFixed(1)} % do not converge`}.`;
    basinKey = key;
  } catch (error) {
    if (error instanceof Overtaken) return;
    basinPlane.draw(undefined, () => undefined);
    $("basin-shares").replaceChildren();
    words.textContent = (error as Error).message;
  }
  basinPlane.canvas.setAttribute("aria-label", `Which start lands on which branch, ${method}. ${words.textContent}`);
})()), "basins");
const BASIN_INKS = ["--b0", "--b1", "--b2", "--b3", "--b4", "--b5"];

/** Prey at rest in the predators' number, on the widest orbit on which training determines each model: an implicit midpoint step asks the field in the middle of its chord, well inside. */
const TRAINED_TO = [Infinity, 2.2, 1.5];
/** The quantity that the truth keeps along an orbit. */
const kept = (x: number, y: number) => x - Math.log(x) + y - Math.log(y);

/** Lotka–Volterra: the truth, and the models trained through RK4 and implicit midpoint at H = 1.5. */
const drawOrbits = [INK.truth, INK.fine, INK.fine].map((inkOf, which) => drawing(`orbit-words-${which}`, orbitPlanes[which], async () => {
  const refinement = which === 0 ? 100 : state.finer;
  const flat = await ask<Float64Array>({ op: "orbit", which, x: state.prey, y: state.predators, refinement, end: which === 0 ? 8 : 60 });
  const view = orbitPlanes[which]!;
  const truth = which === 0 ? flat : await ask<Float64Array>({ op: "orbit", which: 0, x: state.prey, y: state.predators, refinement: 100, end: 8 });
  view.draw(undefined, (c) => {
    if (which !== 0) view.curves(c, truth, INK.truth);
    view.curves(c, flat, inkOf);
    view.dot(c, 1, 1, INK.axis, 3);
    view.dot(c, state.prey, state.predators, INK.data, 6);
  });
  const [x, y] = [flat.at(-2)!, flat.at(-1)!];
  view.canvas.dataset.end = `${x} ${y}`;
  // The widest excursion from rest in the last two turns against the first two: it does not depend on the phase at which the time runs out.
  const away = Array.from({ length: flat.length / 2 }, (_, k) => Math.hypot(flat[2 * k]! - 1, flat[2 * k + 1]! - 1));
  const turns = Math.ceil((13 * refinement) / 1.5);
  const widest = Math.max(...away.slice(0, turns));
  const ratio = Math.max(...away.slice(-turns)) / widest;
  const name = ["The truth", "Learned through RK4", "Learned through implicit midpoint"][which]!;
  const outside = kept(state.prey, state.predators) > kept(TRAINED_TO[which]!, 1) + 1e-9 ? " This start lies outside the orbits on which training determines the model." : "";
  const words = which === 0 ? `${name}: closed.`
    : widest < 1e-6 ? `${name}: it rests here, as the truth does.`
    : `${name}, run at H/${state.finer}: at t = 60 its orbit is ${digits(ratio, 2)} times as wide as at the start.${outside}`;
  $(`orbit-words-${which}`).textContent = words;
  view.canvas.setAttribute("aria-label", `Prey and predators. ${words} The arrow keys move the start.`);
}));

let pastes = 0;

/** The formula of R for the method at hand; one look a method. */
let carded = "";
async function card(): Promise<void> {
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0}`;
  if (key === carded) return;
  carded = key;
  try {
    const formula = await ask<[string[], string[]] | null>({ op: "formula", method: state.method });
    const polynomial = (coefficients: string[]) => {
      const terms = coefficients.map((c, k) => {
        if (c === "0") return "";
        const size = c.replace(/^-/, "");
        const power = k === 0 ? "" : k === 1 ? "z" : `z${String(k).replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!)}`;
        const factor = k > 0 && size === "1" ? "" : size.includes("/") && k > 0 ? `(${size})` : size;
        return `${c.startsWith("-") ? " − " : " + "}${factor}${power}`;
      }).join("");
      return terms.replace(/^ \+ /, "").replace(/^ − /, "−") || "0";
    };
    const words = formula === null
      ? `${state.method} is a multistep method: instead of R(z) it has the roots of ρ(ζ) − zσ(ζ), and λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) is unique.`
      : formula[1].length === 1 ? `R(z) = ${polynomial(formula[0])}` : `R(z) = (${polynomial(formula[0])}) / (${polynomial(formula[1])})`;
    // Endless fractions say nothing to a reader.
    $("formula").textContent = words.length > 400 ? `R(z) of ${state.method} has ${formula![0].length} coefficients; the first: ${words.slice(0, 160)} …` : words;
  } catch (error) {
    $("formula").textContent = (error as Error).message;
  }
}

/** The controls that are numbers. */
const NUMBERS = ["re", "im", "interval", "substeps", "refinement", "epsilon", "order", "finer", "width"] as const;

/** Sliders that hold the decimal logarithm of what they set. */
const LOGARITHMIC = new Set<string>(["refinement", "finer"]);
/** What a slider shows for a value, and the value of what it shows. */
const toSlider = (id: string, value: number) => (LOGARITHMIC.has(id) ? Math.log10(value) : value);
const fromSlider = (id: string, value: number) => (LOGARITHMIC.has(id) ? 10 ** value : value);
const SPOKEN: Record<string, () => string> = {
  interval: () => `one sample every ${state.interval.toFixed(2)}`,
  substeps: () => `${state.substeps} ${state.substeps === 1 ? "step" : "steps"} from sample to sample`,
  refinement: () => `step size h divided by ${state.refinement}`,
  finer: () => `step size H divided by ${state.finer}`,
  epsilon: () => `an error of ${(10 ** state.epsilon).toPrecision(2)}`,
  order: () => `order ${state.order}`,
  width: () => `standard deviation ${digits(state.width, 2)}`,
};

/** What was set before, for the undo button; a drag is one entry. */
const past: State[] = [];
let lastChange = 0;

/** Changes what is set and draws what depends on it. */
function set(change: Partial<State>): void {
  const now = performance.now();
  if (now - lastChange > 600) past.push({ ...state });
  lastChange = now;
  if (past.length > 100) past.shift();
  $<HTMLButtonElement>("undo").disabled = false;
  if ("method" in change || "interval" in change || "substeps" in change) change.branch ??= -1;
  if ("method" in change) $("notice").textContent = "";
  Object.assign(state, change);
  remember();
  show();
}

function show(): void {
  for (const id of NAMED) $<HTMLSelectElement>(id).value = state[id];
  $<HTMLSelectElement>("way").value = String(state.way);
  for (const id of NUMBERS) {
    const input = $<HTMLInputElement>(id);
    if (document.activeElement !== input || input.type === "range") input.value = String(toSlider(id, state[id]));
    const spoken = SPOKEN[id];
    if (spoken && input.type === "range") input.setAttribute("aria-valuetext", spoken());
  }
  void card();
  $("interval-out").textContent = state.interval.toFixed(2);
  $("substeps-out").textContent = String(state.substeps);
  $("refinement-out").textContent = String(state.refinement);
  $("epsilon-out").textContent = (10 ** state.epsilon).toPrecision(2);
  $("order-out").textContent = String(state.order);
  $("finer-out").textContent = String(state.finer);
  $("width-out").textContent = digits(state.width, 2);
  $("scheme-note").hidden = !unheld();
  drawOne();
  if (!document.body.dataset.live) return;
  drawThree();
  drawFrog();
  drawBulge();
  drawMap();
  drawStar();
  drawBasins();
  for (const draw of drawOrbits) draw();
}

/** What a plane's movable point is: where it is, how keys move it, what a move sets, and what a click on another mark does. */
interface Handle {
  view: Plane;
  /** The steps of an arrow key without and with Shift. */
  steps: [number, number];
  now: () => [number, number];
  change: (to: [number, number]) => Partial<State>;
  /** The length of 1 in the plane. */
  unit: () => number;
  /** Takes a click near another mark; answers whether there was one. */
  pick?: (x: number, y: number) => boolean;
}

/** So near a finger counts as on the point. */
const FINGER = 28;

function movable({ view, steps, now, change, unit, pick }: Handle): void {
  const { canvas } = view;
  const place = (event: PointerEvent) => {
    const [x, y] = view.toPlane(event.offsetX, event.offsetY);
    set(change([Number((x / unit()).toFixed(4)), Number((y / unit()).toFixed(4))]));
  };
  const near = (x: number, y: number) => {
    const [re, im] = now();
    const [px, py] = view.toCanvas(re * unit(), im * unit());
    return Math.hypot(px - x, py - y) < FINGER;
  };
  // A swipe over the picture scrolls the page; one that begins on the point moves it.
  canvas.addEventListener("touchstart", (event) => {
    const touch = event.touches[0]!;
    const box = canvas.getBoundingClientRect();
    if (near(touch.clientX - box.left, touch.clientY - box.top)) event.preventDefault();
  }, { passive: false });
  let tap: [number, number] | undefined;
  canvas.onpointerdown = (event) => {
    if (pick?.(event.offsetX, event.offsetY)) return;
    if (event.pointerType === "touch" && !near(event.offsetX, event.offsetY)) {
      tap = [event.offsetX, event.offsetY];
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    place(event);
  };
  canvas.onpointermove = (event) => {
    if (event.pointerType !== "touch" || tap === undefined) {
      if (canvas.hasPointerCapture(event.pointerId)) place(event);
    }
  };
  canvas.onpointercancel = () => {
    tap = undefined;
  };
  canvas.onpointerup = (event) => {
    if (tap && Math.hypot(event.offsetX - tap[0], event.offsetY - tap[1]) < 10) place(event);
    tap = undefined;
  };
  canvas.onkeydown = (event) => {
    const step = steps[event.shiftKey ? 1 : 0]!;
    const moves: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const [x, y] = now();
    set(change([Number((x + move[0]).toFixed(6)), Number((y + move[1]).toFixed(6))]));
  };
}

/** Selects the branch whose dot was clicked, unless the truth is nearer. */
function pickBranch(x: number, y: number): boolean {
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

function controls(): void {
  for (const id of NUMBERS) {
    const input = $<HTMLInputElement>(id);
    input.oninput = () => {
      if (input.value !== "") set({ [id]: bounded(id, fromSlider(id, Number(input.value)), state[id]) });
    };
    // What lies out of range was held at its end: the field says so once it is left.
    input.onchange = () => {
      input.value = String(toSlider(id, state[id]));
    };
  }
  for (const id of NAMED) $<HTMLSelectElement>(id).onchange = (event) => set({ [id]: (event.target as HTMLSelectElement).value });
  $<HTMLSelectElement>("way").onchange = (event) => set({ way: Number((event.target as HTMLSelectElement).value) });
  for (const form of document.querySelectorAll("form")) form.onsubmit = (event) => event.preventDefault();

  const h = () => state.interval / state.substeps;
  const toMode = ([re, im]: [number, number]) => ({ re: bounded("re", re, state.re), im: bounded("im", im, state.im) });
  const truth = (): [number, number] => [state.re, state.im];
  movable({ view: plane, steps: [0.1, 0.01], now: truth, change: toMode, unit: h, pick: pickBranch });
  movable({ view: mapPlane, steps: [0.1, 0.01], now: truth, change: toMode, unit: h });
  for (const view of orbitPlanes) {
    movable({
      view, steps: [0.05, 0.005], now: () => [state.prey, state.predators], unit: () => 1,
      change: ([prey, predators]) => ({ prey: bounded("prey", prey, state.prey), predators: bounded("predators", predators, state.predators) }),
    });
  }
  const restore = (to: State) => {
    Object.assign(state, to, { scheme: state.scheme });
    remember();
    show();
  };
  $<HTMLButtonElement>("undo").disabled = past.length === 0;
  $("undo").onclick = () => {
    const before = past.pop();
    if (before) restore(before);
    lastChange = 0;
    $<HTMLButtonElement>("undo").disabled = past.length === 0;
  };
  $("reset").onclick = () => set(initial());
  $("copy").onclick = () => {
    const address = `${location.href.split("#")[0]}${fragment()}`;
    void navigator.clipboard.writeText(address).then(() => "The link is copied.", () => `Copy this link: ${address}`).then((words) => {
      $("copied").textContent = words;
    });
  };
  window.addEventListener("hashchange", () => {
    if (!isSection(location.hash)) void counted(arrive());
  });
  const resized = new ResizeObserver(() => show());
  for (const each of document.querySelectorAll("canvas")) resized.observe(each);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

/** What is said of a verified scheme, line by line; what does not apply is left out. */
function known(v: Verification): [string, string][] {
  const plain = ["kind", "stages", "steps", "explicit", "order", "stage_order", "exact", "a_stable", "l_stable", "b_stable", "symplectic", "symmetric", "zero_stable"];
  const say = (x: unknown) => (x === true ? "yes" : x === false ? "no" : String(x));
  const lines = plain.filter((key) => v[key] !== null && v[key] !== undefined).map((key): [string, string] => [key.replaceAll("_", "-"), say(v[key])]);
  if (v.stability) lines.push(["R, numerator", v.stability.numerator.join(", ")], ["R, denominator", v.stability.denominator.join(", ")]);
  if (v.learning) lines.push(["sign-faithful", say(v.learning.sign_faithful)], ["one branch only", say(v.learning.unique)]);
  for (const claim of v.claims) lines.push([`claims ${claim.claim} = ${say(claim.stated)}`, claim.holds ? "holds" : `does not hold: ${say(claim.found)}`]);
  return lines;
}

/** Has the scheme in the text field checked and offers it as a method. Where it is none, answers why. */
async function offerScheme(): Promise<string | undefined> {
  $("scheme-error").textContent = "";
  $("scheme-facts").replaceChildren();
  try {
    const text = $<HTMLTextAreaElement>("scheme").value;
    const verified = await ask<Verification>({ op: "paste", text });
    pastes++;
    state.scheme = text;
    const select = $<HTMLSelectElement>("method");
    let option = select.querySelector<HTMLOptionElement>('option[value="pasted"]');
    if (!option) {
      option = new Option("", "pasted");
      select.prepend(option);
    }
    option.text = `${verified.method} (pasted)`;
    $("scheme-facts").replaceChildren(...known(verified).flatMap(([what, answer]) => {
      const [term, value] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = what;
      value.textContent = answer;
      return [term, value];
    }));
    return undefined;
  } catch (error) {
    return ($("scheme-error").textContent = (error as Error).message);
  }
}

async function useScheme(): Promise<void> {
  if ((await offerScheme()) === undefined) set({ method: "pasted" });
}

let names: string[] = [];
let arrivals = 0;

/** Takes over what the URL says, at the start and whenever it is edited. What cannot be shown is said in words. */
async function arrive(): Promise<void> {
  leave();
  const arrival = ++arrivals;
  const said = read(isSection(location.hash) ? "" : location.hash);
  const notices: string[] = [];
  for (const id of NAMED) {
    if (names.includes(said[id]) || (id === "method" && said.method === "pasted")) continue;
    notices.push(`The address asks for the method ${said[id]}, which is not in the list: rk4 is shown instead.`);
    said[id] = "rk4";
  }
  if (said.method === "pasted") {
    let wrong: string | undefined = "Paste it below.";
    if (said.scheme) {
      $<HTMLTextAreaElement>("scheme").value = said.scheme;
      wrong = await offerScheme();
      // The URL was edited again meanwhile.
      if (arrival !== arrivals) return;
    }
    if (wrong !== undefined) {
      notices.push(`The address asks for a pasted scheme but ${said.scheme ? "holds one that cannot be used" : "does not hold it"}: rk4 is shown instead. ${wrong}`);
      said.method = "rk4";
    }
  }
  // The library still holds what was pasted last, whatever the address holds.
  Object.assign(state, said, { scheme: state.scheme });
  $("notice").textContent = notices.join("\n");
  show();
}

let lastFile: File | undefined;

async function readSamples(file: File): Promise<void> {
  lastFile = file;
  $("csv-error").textContent = "";
  $("csv-modes").replaceChildren();
  try {
    const found = await ask<Report>({ op: "predict", text: await file.text(), name: file.name, log: $<HTMLInputElement>("log").checked });
    const words = document.createElement("p");
    words.textContent = `${found.samples} samples every ${digits(found.interval, 4)}. Modes, found without any integrator:`;
    const list = document.createElement("ul");
    for (const m of found.modes) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `λ = ${complex(...m.lambda)}${m.uncertainty ? ` ± ${m.uncertainty.toExponential(1)}` : ""}: use it above`;
      button.dataset.re = String(m.lambda[0]);
      button.dataset.im = String(m.lambda[1]);
      button.onclick = () => {
        set({ re: m.lambda[0], im: m.lambda[1], interval: bounded("interval", found.interval, 1), substeps: 1 });
        $("one").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      };
      item.append(button);
      list.append(item);
    }
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const title of ["trained through", "what is learned is"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    const rows = table.createTBody();
    for (const { method, verdict } of found.methods) {
      const row = rows.insertRow();
      row.insertCell().textContent = method;
      row.insertCell().textContent = verdict ?? "not settled";
    }
    const advice = document.createElement("p");
    advice.id = "advice";
    advice.textContent = found.recommendation
      ? `Take ${found.recommendation.method} with m = ${found.recommendation.substeps}: ${found.recommendation.why}`
      : "The samples settle no mode, so nothing is recommended.";
    $("csv-modes").replaceChildren(words, list, table, advice);
  } catch (error) {
    $("csv-error").textContent = (error as Error).message;
  }
}

function yours(): void {
  $("use").onclick = () => void counted(useScheme());
  const input = $<HTMLInputElement>("csv");
  input.onchange = () => input.files?.[0] && void counted(readSamples(input.files[0]));
  $<HTMLInputElement>("log").onchange = () => lastFile && void counted(readSamples(lastFile));
  const box = input.parentElement!;
  // A file that misses the box must not replace the page.
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file && !box.contains(event.target as Node)) void counted(readSamples(file));
  });
  box.ondragover = (event) => {
    event.preventDefault();
    box.classList.add("over");
  };
  box.ondragleave = () => box.classList.remove("over");
  box.ondrop = (event) => {
    event.preventDefault();
    box.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) void counted(readSamples(file));
  };
}

async function start(): Promise<void> {
  names = await ask<string[]>({ op: "names" });
  for (const id of NAMED) $<HTMLSelectElement>(id).append(...names.map((name) => new Option(name, name)));
  await arrive();
  controls();
  yours();
  await firstDrawn;
  show();
}

void counted(start().catch((error: Error) => {
  $("notice").textContent = error.message;
}));
