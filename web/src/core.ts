/** The page's side of the worker: questions out, answers in. */
import coreText from "virtual:core";
import ComputeWorker from "./worker?worker&inline";

/** The library, compiled once: a worker that begins, or begins anew, is given it ready to run. */
const library = (async () => {
  const text = atob(coreText);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
})();

export interface Frame { re0: number; re1: number; im0: number; im1: number }
interface Grid extends Frame { width: number; height: number }
export interface Mode { re: number; im: number; interval: number; substeps: number }

export type Task =
  | { op: "names" }
  | { op: "titles" }
  | { op: "paste"; text: string }
  | ({ op: "branches"; method: string } & Mode)
  | ({ op: "smaller"; method: string; steps: number[]; now: number } & Mode)
  | ({ op: "parasite"; method: string; epsilon: number } & Mode)
  | { op: "differences"; re: number; im: number; interval: number }
  | ({ op: "scene"; method: string; branch: number; refinement: number; end: number } & Mode)
  | { op: "multipliers"; method: string; z: [number, number][] }
  | { op: "formula"; method: string }
  | ({ op: "noise"; method: string; levels: number[]; level: number } & Mode)
  | ({ op: "uneven"; method: string; spreads: number[]; spread: number } & Mode)
  | ({ op: "caption"; method: string } & Mode)
  | { op: "call"; name: string; re: number; im: number; interval: number }
  | { op: "against"; solver: string; exponents: number[]; re: number; im: number; interval: number }
  | ({ op: "raster"; method: string } & Grid)
  | ({ op: "boundary"; method: string } & Frame)
  | ({ op: "fates"; method: string } & Grid)
  | { op: "fate"; method: string; re: number; im: number; inside: boolean }
  | ({ op: "taylor"; order: number; reach: number; area: number } & Grid)
  | ({ op: "star"; method: string } & Grid)
  | ({ op: "landings"; method: string; way: number; cells: number } & Mode)
  | ({ op: "shares"; method: string; way: number; width: number; starts: number } & Mode)
  | { op: "orbit"; which: number; x: number; y: number; refinement: number; end: number }
  | { op: "limit"; which: number }
  | ({ op: "run"; method: string; learnedRe: number; learnedIm: number; refinement: number; end: number; epsilon: number } & Mode)
  | { op: "read"; text: string; name: string; log: boolean }
  | { op: "drawing"; method: string; scheme: string };

/** The first message to a worker. */
export interface Beginning { library: WebAssembly.Module }
export interface Question { id: number; task: Task }
export interface Answer { id: number; value?: unknown; error?: string }

export interface Branch {
  lambda: [number, number];
  z: [number, number];
  radius: number;
  principal: boolean;
  flags: string[];
}
export interface Branches {
  method: string;
  at_infinity: number;
  step: number;
  branches: Branch[];
  characteristic_roots?: [number, number][];
}
/** A method as a picker lists it; `steps` is 1 for a one-step method. */
export interface Listed { name: string; title: string; steps: number }
/** What a call that chooses its own steps learns from one mode; `sides` are the two models between which a fit hovers where none fits. */
export interface Controlled {
  call: string;
  learned: [number, number] | null;
  sides: [number, number][];
  steps: number;
  rejected: number;
  evaluations: number | null;
  /** The decay that is learned as none. */
  threshold: number | null;
  sentences: string[];
  /** What the call does between two samples, line by line. */
  description: string[];
}
/** Re λ̂, Im λ̂ and the threshold for each tolerance; NaN where no model fits. */
export type Against = Float64Array;
/**
 * Everything the first demo draws: the branches, the chosen one (−1 for none), what each of them does, the name of the control that runs it, and its model at its own
 * step and at the finer one.
 */
export interface Scene { found: Branches; chosen: number; rows: string[]; choices: string[]; words: string; infinity: string; fine: Float64Array; fit: Float64Array }
/** Re λ̂ of the principal branch for each m, NaN where there is none; and what is said of one m. */
export interface Smaller { learned: number[]; words: string }
/** What derivative filters learn. */
export interface Differences { rows: { title: string; learned: [number, number]; what: string }[]; words: string }
/** Cells of a picture, and what is said of it. */
export interface Told { values: Uint8Array; words: string }
/** What becomes of the mode that is set. */
export interface Fate { fate: number; words: string }
/** An orbit, and what is said of it. */
export interface Orbit { states: Float64Array; words: string }
/** The share of random starts that land on each branch, and what is said of each and of all. */
export interface Shares { shares: number[]; each: string[]; words: string }
/** A pasted scheme: its name, and what is known of it line by line. */
export interface Known { name: string; lines: [string, string][] }
/** A panel of a figure, as the library describes it; only what the page draws is named. */
export interface Panel {
  x: { label: string; range: [number, number] };
  y: { label: string; range: [number, number] };
  marks: { line?: { points: [number, number][]; ink: string }; dots?: { points: [number, number][]; ink: string } }[];
}
export interface Drawing { panel: Panel; words: string }
/** Re λ̂, Im λ̂ for each level of noise, and what is said of one. */
export interface Noisy { learned: Float64Array; words: string }
/** The minima of the loss on uneven samples, the lowest first, for each variation of the intervals; and what is said of one. */
export interface Uneven { minima: { lambda: [number, number]; level: number }[][]; words: string }
/** The plane of starts: the branches, half the side of the square, and for each cell the branch it lands on, 255 for none. */
export interface Landings { found: Branches; side: number; values: Uint8Array }
/** What is said of a reader's samples. */
export interface Report {
  read: string;
  interval: number;
  modes: { lambda: [number, number]; words: string }[];
  caveats: string[];
  methods: [string, string][];
  advice: string;
}

/** A question that a newer one has overtaken: its answer is not wanted any more. */
export class Overtaken extends Error {}

/** A worker, and who waits for it. */
class Desk {
  private worker!: Worker;
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private last = 0;

  constructor() {
    this.begin();
  }

  private begin(): void {
    const worker = new ComputeWorker();
    this.worker = worker;
    const answered = ({ id, value, error }: Answer) => {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) asked?.resolve(value as never);
      else asked?.reject(new Error(error));
    };
    worker.onmessage = (event: MessageEvent<Answer>) => answered(event.data);
    library.then(
      (compiled) => worker.postMessage({ library: compiled } satisfies Beginning),
      (failure: Error) => {
        for (const id of [...this.waiting.keys()]) answered({ id, error: failure.message });
      },
    );
  }

  ask<T>(task: Task): Promise<T> {
    const id = ++this.last;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task } satisfies Question);
    });
  }

  /** Ends what runs: a computation cannot be asked to stop, but its worker can be replaced. */
  cancel(): void {
    if (this.waiting.size === 0) return;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Overtaken());
    this.waiting.clear();
    this.begin();
    if (pasted) this.ask(pasted).catch(() => undefined);
  }
}

const front = new Desk();
let pasted: Task | undefined;

/** What may take longer than a frame of the screen, and whose desk it goes to: no demo waits for another. */
const DESK_OF: Partial<Record<Task["op"], string>> = { titles: "titles", fates: "map", against: "adaptive", star: "star", landings: "basins", shares: "basins", orbit: "orbits", limit: "orbits", smaller: "smaller", noise: "noise", uneven: "noise", taylor: "bulge", read: "samples", drawing: "samples" };
const desks = new Map<string, Desk>();

function deskOf(op: Task["op"]): Desk {
  const name = DESK_OF[op];
  if (!name) return front;
  let desk = desks.get(name);
  if (!desk) {
    desk = new Desk();
    desks.set(name, desk);
    if (pasted) desk.ask(pasted).catch(() => undefined);
  }
  return desk;
}

/** Asks the library; rejects with its own message. */
export function ask<T>(task: Task): Promise<T> {
  if (task.op === "paste") {
    pasted = task;
    for (const desk of desks.values()) desk.ask(task).catch(() => undefined);
  }
  return deskOf(task.op).ask<T>(task);
}

/** Ends what a demo computes. */
export const cancel = (desk: string): void => desks.get(desk)?.cancel();

/** Longer than this, an overtaken computation is ended rather than waited for. */
const PATIENCE_MS = 250;

/**
 * A drawing that is asked for more often than it can be done: one runs, the latest request waits, the others are dropped. Where the one
 * that runs takes longer than a blink and has a desk of its own, it is cancelled.
 */
export function latest<A extends unknown[]>(draw: (...args: A) => Promise<void>, desk?: string): (...args: A) => void {
  let busy = false;
  let started = 0;
  let next: A | undefined;
  const go = async (args: A) => {
    busy = true;
    started = performance.now();
    try {
      await draw(...args);
    } finally {
      busy = false;
      const queued = next;
      next = undefined;
      if (queued) void go(queued);
    }
  };
  return (...args: A) => {
    if (!busy) {
      void go(args);
      return;
    }
    next = args;
    if (desk && performance.now() - started > PATIENCE_MS) cancel(desk);
  };
}
