/** The page's side of the worker: questions out, answers in. */
import ComputeWorker from "./worker?worker&inline";

export interface Frame { re0: number; re1: number; im0: number; im1: number }
interface Grid extends Frame { width: number; height: number }
export interface Mode { re: number; im: number; interval: number; substeps: number }

export type Task =
  | { op: "names" }
  | { op: "paste"; text: string }
  | { op: "describe"; method: string }
  | ({ op: "branches"; method: string } & Mode)
  | ({ op: "raster"; method: string } & Grid)
  | ({ op: "boundary"; method: string } & Frame)
  | ({ op: "fates"; method: string } & Grid)
  | ({ op: "taylor"; order: number } & Grid)
  | ({ op: "run"; method: string; learnedRe: number; learnedIm: number; refinement: number; end: number; epsilon: number } & Mode)
  | { op: "modes"; text: string; name: string; log: boolean };

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
export interface Description { method: string; title: string; source: string; facts: [string, string][] }
export interface Modes { samples: number; trajectories: number; interval: number; modes: { lambda: [number, number]; uncertainty: number }[] }

const worker = new ComputeWorker();
const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
let last = 0;

worker.onmessage = (event: MessageEvent<Answer>) => {
  const { id, value, error } = event.data;
  const asked = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) asked?.resolve(value as never);
  else asked?.reject(new Error(error));
};

/** Asks the library; rejects with its own message. */
export function ask<T>(task: Task): Promise<T> {
  const id = ++last;
  return new Promise<T>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, task } satisfies Question);
  });
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
