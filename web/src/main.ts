/** The page: its controls, its demos, and what they ask of the library. */
import "./style.css";
import { facts as bulgeFacts } from "../../figures/bulge.json";
import { ask, latest, type Branches, type Landings, type Mode, type Report, type Scene, type Verification } from "./core";
import { chart, INK, Plane, type Series } from "./draw";
import { bounded, leave, NAMED, read, remember, state, unheld, type State } from "./state";

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const digits = (x: number, n = 6) => x.toPrecision(n).replace("-", "−");
const complex = (re: number, im: number) => `${digits(re, 5)} ${im < 0 ? "−" : "+"} ${digits(Math.abs(im), 5)}i`;
const mode = (): Mode => ({ re: state.re, im: state.im, interval: state.interval, substeps: state.substeps });

const FRAME = { re0: -4.5, re1: 3.5, im0: -4, im1: 4 };
const plane = new Plane($<HTMLCanvasElement>("plane"), FRAME);
const mapPlane = new Plane($<HTMLCanvasElement>("map-plane"), { re0: -3, re1: 1, im0: 0, im1: 4 });
const starPlane = new Plane($<HTMLCanvasElement>("star-plane"), { re0: -6, re1: 6, im0: -6, im1: 6 });
const basinPlane = new Plane($<HTMLCanvasElement>("basin-plane"), { re0: -4, re1: 4, im0: -4, im1: 4 });
const orbitPlanes = [0, 1, 2].map((k) => new Plane($<HTMLCanvasElement>(`orbit-${k}`), { re0: 0.4, re1: 1.8, im0: 0.4, im1: 1.8 }, ["", ""]));
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
function drawing(words: string, view: Plane | undefined, work: () => Promise<void>): () => void {
  return latest(() => counted(work().catch((error: Error) => {
    $(words).textContent = error.message;
    view?.canvas.setAttribute("aria-label", error.message);
    view?.draw(undefined, () => undefined);
  })));
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
  const key = `${method} ${side} ${method === "pasted" ? pastes : 0}`;
  if (region?.key !== key) {
    const started = performance.now();
    const values = await ask<Uint8Array>({ op: "raster", method, ...FRAME, width: side, height: side });
    performance.measure("raster", { start: started, detail: side });
    const border = await ask<Float64Array>({ op: "boundary", method, ...FRAME });
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

async function first(): Promise<void> {
  const started = performance.now();
  const end = endOf(Math.min(60, Math.max(8, Math.ceil(14 / state.interval))));
  const scene = await ask<Scene>({ op: "scene", method: state.method, ...mode(), branch: state.branch, refinement: state.refinement, end });
  const { found, chosen } = scene;
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
  performance.measure("frame", { start: started });
}

function tell(found: Branches, chosen: number): void {
  const learned = found.branches[chosen];
  $("summary").textContent = learned
    ? `Through ${found.method} with h = ${digits(found.step, 3)}, λ = ${complex(state.re, state.im)} is learned as λ̂ = ${complex(...learned.lambda)}${learned.flags.length ? `: ${learned.flags.join(", ")}` : ""}.`
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
      cell.textContent = digits(x, 12);
      cell.dataset.value = String(x);
      return cell;
    });
    const first = document.createElement("td");
    first.append(pick);
    const radius = document.createElement("td");
    radius.textContent = `±${b.radius.toExponential(0)}`;
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
  const values = await ask<Uint8Array>({ op: "taylor", order: state.order, ...bulgePlane.frame, width: side, height: side });
  bulgePlane.draw({ values, width: side, height: side, inks: ["transparent", INK.region] }, () => undefined);
  const key = String(state.order).padStart(2, "0");
  const table = bulgeFacts as Record<string, number>;
  const words = `Order ${state.order}: reaches Re z = ${digits(table[`reach ${key}`]!, 6)}; area right of the axis ${digits(table[`area ${key}`]!, 3)}.`;
  $("bulge-words").textContent = words;
  canvas.setAttribute("aria-label", words);
});

let mapKey = "";
const drawMap = drawing("map-words", mapPlane, async () => {
  const canvas = mapPlane.canvas;
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0} ${canvas.getBoundingClientRect().width} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  if (key === mapKey) return;
  mapKey = key;
  for (const side of [40, 160]) {
    const values = await ask<Uint8Array>({ op: "fates", method: state.method, ...mapPlane.frame, width: side, height: side });
    mapPlane.draw({ values, width: side, height: side, inks: [0, 1, 2, 3, 4, 5, 6].map((k) => `--k${k}`) }, () => undefined);
    const wrong = values.filter((v) => v === 2).length / values.length;
    canvas.setAttribute("aria-label", `The artifact map of ${state.method}: decay becomes growth on ${(100 * wrong).toFixed(1)} % of it.`);
  }
  $("map-words").textContent = "";
});

/** The order star of a one-step method, the root locus of a multistep one. */
const drawStar = drawing("star-words", starPlane, async () => {
  const side = Math.round(Math.min(500, Math.max(64, starPlane.canvas.getBoundingClientRect().width)));
  const frame = { re0: -6, re1: 6, im0: -6, im1: 6 };
  const values = await ask<Uint8Array>({ op: "star", method: state.method, ...frame, width: side, height: side });
  const locus = values.length === 0;
  const border = locus ? await ask<Float64Array>({ op: "boundary", method: state.method, ...frame }) : new Float64Array();
  starPlane.draw(locus ? undefined : { values, width: side, height: side, inks: ["transparent", "--k3"] }, (c) => starPlane.curves(c, border, INK.fine));
  const share = values.reduce((sum, v) => sum + v, 0) / Math.max(values.length, 1);
  const words = locus
    ? `The root locus of ${state.method}: a part of it is the border of the stability region.`
    : `The order star of ${state.method}: the method grows faster than the truth on ${(100 * share).toFixed(1)} % of the square.`;
  $("star-words").textContent = words;
  starPlane.canvas.setAttribute("aria-label", words);
});

let basinKey = "";
const drawBasins = latest(async () => counted((async () => {
  const { method, way, width } = state;
  const key = JSON.stringify([method, method === "pasted" ? pastes : 0, way, width, mode(), basinPlane.canvas.getBoundingClientRect().width, matchMedia("(prefers-color-scheme: dark)").matches]);
  if (key === basinKey) return;
  basinKey = key;
  const words = $("basin-words");
  try {
    // Coarse at once, then fine.
    for (const cells of [16, 48]) {
      const { found, side, values } = await ask<Landings>({ op: "landings", method, way, cells, ...mode() });
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
    words.textContent = `Of 500 random starts with entries N(0, ${digits(width, 2)}²), this share is predicted to land on each branch; the rest lands nowhere.`;
  } catch (error) {
    basinPlane.draw(undefined, () => undefined);
    $("basin-shares").replaceChildren();
    words.textContent = (error as Error).message;
  }
  basinPlane.canvas.setAttribute("aria-label", `Which start lands on which branch, ${method}. ${words.textContent}`);
})()));
const BASIN_INKS = ["--b0", "--b1", "--b2", "--b3", "--b4", "--b5"];

/** Lotka–Volterra: the truth, and the models trained through RK4 and implicit midpoint at H = 1.5. */
const drawOrbits = [INK.truth, INK.fine, INK.fine].map((inkOf, which) => drawing(`orbit-words-${which}`, orbitPlanes[which], async () => {
  const refinement = which === 0 ? 100 : state.finer;
  const flat = await ask<Float64Array>({ op: "orbit", which, x: state.prey, y: state.predators, refinement, end: which === 0 ? 8 : 60 });
  const view = orbitPlanes[which]!;
  view.draw(undefined, (c) => {
    view.curves(c, flat, inkOf);
    view.dot(c, 1, 1, INK.axis, 3);
    view.dot(c, state.prey, state.predators, INK.data, 6);
  });
  const [x, y] = [flat.at(-2)!, flat.at(-1)!];
  view.canvas.dataset.end = `${x} ${y}`;
  // The widest excursion from rest in the last two turns against the first two: it does not depend on the phase at which the time runs out.
  const away = Array.from({ length: flat.length / 2 }, (_, k) => Math.hypot(flat[2 * k]! - 1, flat[2 * k + 1]! - 1));
  const turns = Math.ceil((13 * refinement) / 1.5);
  const ratio = Math.max(...away.slice(-turns)) / Math.max(...away.slice(0, turns), 1e-9);
  const name = ["The truth", "Learned through RK4", "Learned through implicit midpoint"][which]!;
  const words = which === 0 ? `${name}: closed.` : `${name}, run at H/${state.finer}: at t = 60 its orbit is ${digits(ratio, 2)} times as wide as at the start.`;
  $(`orbit-words-${which}`).textContent = words;
  view.canvas.setAttribute("aria-label", `Prey and predators. ${words} The arrow keys move the start.`);
}));

let pastes = 0;

/** The controls that are numbers. */
const NUMBERS = ["re", "im", "interval", "substeps", "refinement", "epsilon", "order", "finer", "width"] as const;

/** Changes what is set and draws what depends on it. */
function set(change: Partial<State>): void {
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
    if (document.activeElement !== input || input.type === "range") input.value = String(state[id]);
  }
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

/** A point of a plane that pointer and arrow keys move; `steps` are those of a key without and with Shift, `unit` the length of 1 in the plane. */
function movable(view: Plane, steps: [number, number], now: () => [number, number], change: (to: [number, number]) => Partial<State>, unit: () => number): void {
  const { canvas } = view;
  const drag = (event: PointerEvent) => {
    const [x, y] = view.toPlane(event.offsetX, event.offsetY);
    set(change([Number((x / unit()).toFixed(4)), Number((y / unit()).toFixed(4))]));
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    drag(event);
  };
  canvas.onpointermove = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) drag(event);
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

function controls(): void {
  for (const id of NUMBERS) {
    const input = $<HTMLInputElement>(id);
    input.oninput = () => {
      if (input.value !== "") set({ [id]: bounded(id, Number(input.value), state[id]) });
    };
  }
  for (const id of NAMED) $<HTMLSelectElement>(id).onchange = (event) => set({ [id]: (event.target as HTMLSelectElement).value });
  $<HTMLSelectElement>("way").onchange = (event) => set({ way: Number((event.target as HTMLSelectElement).value) });
  for (const form of document.querySelectorAll("form")) form.onsubmit = (event) => event.preventDefault();

  const h = () => state.interval / state.substeps;
  movable(plane, [0.1, 0.01], () => [state.re, state.im], ([re, im]) => ({ re: bounded("re", re, state.re), im: bounded("im", im, state.im) }), h);
  for (const view of orbitPlanes) {
    movable(view, [0.05, 0.005], () => [state.prey, state.predators],
      ([prey, predators]) => ({ prey: bounded("prey", prey, state.prey), predators: bounded("predators", predators, state.predators) }), () => 1);
  }
  mapPlane.canvas.onclick = (event) => {
    const [re, im] = mapPlane.toPlane(event.offsetX, event.offsetY);
    set({ re: bounded("re", Number((re / h()).toFixed(4)), state.re), im: bounded("im", Number((im / h()).toFixed(4)), state.im) });
    $("one").scrollIntoView({ behavior: "smooth" });
  };
  window.addEventListener("hashchange", () => void counted(arrive()));
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
  const said = read(location.hash);
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

async function readSamples(file: File): Promise<void> {
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
      button.onclick = () => set({ re: m.lambda[0], im: m.lambda[1], interval: bounded("interval", found.interval, 1), substeps: 1 });
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
  const box = input.parentElement!;
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
