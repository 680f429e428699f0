/** The page's side of the worker: questions out, answers in. */
import ComputeWorker from "./worker?worker&inline";

export interface Frame { re0: number; re1: number; im0: number; im1: number }
interface Grid extends Frame { width: number; height: number }
export interface Mode { re: number; im: number; interval: number; substeps: number }

export type Task =
  | { op: "names" }
  | { op: "paste"; text: string }
  | ({ op: "branches"; method: string } & Mode)
  | ({ op: "scene"; method: string; branch: number; refinement: number; end: number } & Mode)
  | ({ op: "raster"; method: string } & Grid)
  | ({ op: "boundary"; method: string } & Frame)
  | ({ op: "fates"; method: string } & Grid)
  | ({ op: "taylor"; order: number } & Grid)
  | ({ op: "star"; method: string } & Grid)
  | ({ op: "landings"; method: string; way: number; cells: number } & Mode)
  | ({ op: "shares"; method: string; way: number; width: number; starts: number } & Mode)
  | { op: "orbit"; which: number; x: number; y: number; refinement: number; end: number }
  | ({ op: "run"; method: string; learnedRe: number; learnedIm: number; refinement: number; end: number; epsilon: number } & Mode)
  | { op: "predict"; text: string; name: string; log: boolean };

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
/** Everything the first demo draws: the branches, the chosen one (−1 for none), and its model at its own step and at the finer one. */
export interface Scene { found: Branches; chosen: number; fine: Float64Array; fit: Float64Array }
/** The plane of starts: the branches, half the side of the square, and for each cell the branch it lands on, 255 for none. */
export interface Landings { found: Branches; side: number; values: Uint8Array }
/** What `lambdahat verify --json` says of one scheme; only what the page shows is named. */
export interface Verification extends Record<string, unknown> {
  method: string;
  stability: { numerator: string[]; denominator: string[] } | null;
  learning: { sign_faithful: boolean; unique: boolean } | null;
  claims: { claim: string; stated: unknown; found: unknown; holds: boolean }[];
}
/** What `lambdahat predict --json` says. */
export interface Report {
  samples: number;
  interval: number;
  modes: { lambda: [number, number]; uncertainty: number | null }[];
  caveats: { code: string; text: string }[];
  methods: { method: string; verdict: string | null }[];
  recommendation: { method: string; substeps: number; why: string } | null;
}

/** One worker answers at once; what takes longer than a blink goes to another, so that nothing waits for it. */
class Desk {
  private readonly worker = new ComputeWorker();
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private last = 0;

  constructor() {
    this.worker.onmessage = (event: MessageEvent<Answer>) => {
      const { id, value, error } = event.data;
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) asked?.resolve(value as never);
      else asked?.reject(new Error(error));
    };
  }

  ask<T>(task: Task): Promise<T> {
    const id = ++this.last;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task } satisfies Question);
    });
  }
}

const front = new Desk();
let back: Desk | undefined;
let pasted: Task | undefined;

/** What may take longer than a frame of the screen. */
const SLOW = new Set<Task["op"]>(["fates", "predict", "star", "landings", "shares", "orbit"]);

/** Asks the library; rejects with its own message. */
export function ask<T>(task: Task): Promise<T> {
  if (task.op === "paste") {
    pasted = task;
    back?.ask(task).catch(() => undefined);
  }
  if (!SLOW.has(task.op)) return front.ask<T>(task);
  if (!back) {
    back = new Desk();
    if (pasted) back.ask(pasted).catch(() => undefined);
  }
  return back.ask<T>(task);
}

/** A drawing that is asked for more often than it can be done: one runs, the latest request waits, the others are dropped. */
export function latest<A extends unknown[]>(draw: (...args: A) => Promise<void>): (...args: A) => void {
  let busy = false;
  let next: A | undefined;
  const go = async (args: A) => {
    busy = true;
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
    if (busy) next = args;
    else void go(args);
  };
}
