/** What the reader has set. It lives in the URL's fragment, so that a view can be shared. */
export interface State {
  method: string;
  re: number;
  im: number;
  interval: number;
  substeps: number;
  refinement: number;
  branch: number;
  epsilon: number;
  order: number;
  /** The methods of the three panels. */
  first: string;
  second: string;
  third: string;
  /** Where the orbits of Lotka–Volterra start, and how much finer than their fit the models are run. */
  prey: number;
  predators: number;
  finer: number;
  /** The way down the landscape of fits, and how wide the random starts are. */
  way: number;
  width: number;
  /** The solver with its own steps, and the decimal logarithm of its tolerance. */
  solver: string;
  rtol: number;
  /** The decay rate of the mode that it is trained on. */
  decay: number;
  /** Noise of the samples, in per cent of the motion's root mean square. */
  noise: number;
  /** How far the intervals between samples lie from H, in per cent at most. */
  spread: number;
  /** Steps between samples, in the demo of smaller steps. */
  steps: number;
  /** The sampling interval of the derivative filters, in parts of H. */
  every: number;
  /** The text of the scheme that the method "pasted" is, as the library holds it. */
  scheme: string;
}

const START: State = {
  method: "rk4", re: -0.1, im: 2, interval: 1, substeps: 1, refinement: 1, branch: -1, epsilon: -2, order: 4,
  first: "forward-euler", second: "implicit-euler", third: "implicit-midpoint", prey: 1.5, predators: 1, finer: 1, way: 1, width: 2,
  solver: "torchdiffeq:dopri5", rtol: -2, decay: 0.02, noise: 5, spread: 50, steps: 2, every: 1, scheme: "",
};
/** The solvers that the page offers, without their tolerance. */
export const SOLVERS = ["torchdiffeq:dopri5", "torchdiffeq:bosh3", "diffrax:Tsit5", "diffrax:Dopri5", "diffrax:Dopri8", "scipy:RK45", "scipy:DOP853"] as const;
type Named = "method" | "first" | "second" | "third";
export const NAMED: readonly Named[] = ["method", "first", "second", "third"];
const LIMITS: Record<Exclude<keyof State, Named | "scheme" | "solver">, [number, number]> = {
  re: [-20, 20], im: [-20, 20], interval: [0.01, 10], substeps: [1, 8], refinement: [1, 100], branch: [-1, 99], epsilon: [-7, 0], order: [1, 10],
  prey: [0.5, 1.7], predators: [0.5, 1.7], finer: [1, 100], way: [0, 2], width: [0.1, 8], rtol: [-9, -1], decay: [0.0001, 1], noise: [0, 30], spread: [0, 60], steps: [1, 8], every: [0.03, 2],
};
const WHOLE = new Set(["substeps", "refinement", "branch", "order", "finer", "way", "steps"]);

/** Longer addresses are cut by the programs that people send them with. */
const LONGEST_SCHEME = 8000;

export const state: State = { ...START };

/** The error in the start of leap frog; at the left end of its slider there is none. */
export const error = (): number => (state.epsilon <= LIMITS.epsilon[0] ? 0 : 10 ** state.epsilon);

/** The state that a fragment says; what it does not say, or says badly, is as at the start. Whether there are such methods only the library knows. */
export function read(hash: string): State {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...START };
  for (const key of NAMED) {
    const name = said.get(key);
    if (name && /^[\w:.=-]+$/.test(name)) state[key] = name;
  }
  for (const key of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const text = said.get(key);
    if (text?.trim()) state[key] = bounded(key, Number(text), state[key]);
  }
  const solver = said.get("solver");
  if (solver && (SOLVERS as readonly string[]).includes(solver)) state.solver = solver;
  state.scheme = said.get("scheme") ?? "";
  return state;
}

/** A value within what makes sense. */
export function bounded(key: keyof typeof LIMITS, value: number, otherwise: number): number {
  if (!Number.isFinite(value)) return otherwise;
  const [low, high] = LIMITS[key];
  const held = Math.min(high, Math.max(low, value));
  return WHOLE.has(key) ? Math.round(held) : held;
}

/** Whether the view is of a scheme too long for its address. */
export const unheld = (): boolean => state.method === "pasted" && state.scheme.length > LONGEST_SCHEME;

let written = 0;
/** The control that the current entry of the browser's history belongs to. */
let control = "";

/** Leaves the URL as it is, because another was just given; the next change is an entry of the history of its own. */
export function leave(): void {
  clearTimeout(written);
  control = "";
}

/** The fragment that says the state, and at which section, if any. */
export function fragment(section = ""): string {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (key === "scheme" && (state.method !== "pasted" || unheld())) continue;
    if (value !== START[key as keyof State]) said.set(key, String(value));
  }
  return `#${[section, said.toString()].filter(Boolean).join("&")}`;
}

/**
 * Puts the state into the URL, at most a few times a second. What is done with one control is one entry of the browser's history: Back takes it back as a whole,
 * and a drag does not bury the page before. `before` is the fragment of the state before this change.
 */
export function remember(by: string, before: string): void {
  clearTimeout(written);
  if (by !== control) {
    const section = sectionOf(location.hash);
    history.replaceState(null, "", section ? `#${[section, before.slice(1)].filter(Boolean).join("&")}` : before);
    history.pushState(null, "", fragment());
    control = by;
    return;
  }
  written = window.setTimeout(() => history.replaceState(null, "", fragment()), 200);
}

/** The section of the page that a fragment names, alone or before a state: `#map`, `#map&method=heun2`. */
export function sectionOf(hash: string): string {
  const first = hash.slice(1).split("&")[0]!;
  return /^[\w-]+$/.test(first) && document.getElementById(first) ? first : "";
}

/** Whether a fragment names a section of the page only: such a link leaves what is set alone. */
export const isSection = (hash: string): boolean => sectionOf(hash) !== "" && !hash.includes("&");

/** The state at the start. */
export const initial = (): State => ({ ...START });
