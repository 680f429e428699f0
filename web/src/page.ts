/** What every part of the page uses: elements, numbers as words, drawings that wait their turn. */
import { latest, Overtaken, type Mode } from "./core";
import type { Plane } from "./draw";
import { state } from "./state";

export const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
export const digits = (x: number, n = 6) => x.toPrecision(n).replace("-", "−");
export const complex = (re: number, im: number) => `${digits(re, 5)} ${im < 0 ? "−" : "+"} ${digits(Math.abs(im), 5)}i`;
export const mode = (): Mode => ({ re: state.re, im: state.im, interval: state.interval, substeps: state.substeps });

/** The page tells tests and readers alike when all drawings are up to date. */
let pending = 0;
export async function counted(work: Promise<void>): Promise<void> {
  pending++;
  document.body.dataset.busy = "true";
  try {
    await work;
  } finally {
    if (--pending === 0) document.body.dataset.busy = "false";
  }
}

/** A drawing: of many requests the latest. Where it fails it says why, and `view` keeps no stale picture over the words. */
export function drawing(words: string, view: Plane | undefined, work: () => Promise<void>, desk?: string): () => void {
  return latest(() => counted(work().catch((error: Error) => {
    if (error instanceof Overtaken) return;
    $(words).textContent = error.message;
    view?.canvas.setAttribute("aria-label", error.message);
    view?.draw(undefined, () => undefined);
  })), desk);
}

/** Marks a figure as being computed until the work is done. */
export async function busy<T>(canvas: HTMLCanvasElement, work: Promise<T>): Promise<T> {
  const figure = canvas.parentElement!;
  figure.dataset.computing = "true";
  try {
    return await work;
  } finally {
    delete figure.dataset.computing;
  }
}
