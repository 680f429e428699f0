/** What every part of the page uses: elements, numbers as words, drawings that wait their turn. */
import { latest, Overtaken, type Mode } from "./core";
import { sizeOf, type Plane } from "./draw";
import { state } from "./state";

export const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
export const digits = (x: number, n = 6) => x.toPrecision(n).replace("-", "−");
export const complex = (re: number, im: number) => `${digits(re, 5)} ${im < 0 ? "−" : "+"} ${digits(Math.abs(im), 5)}i`;
/** A whole number as an exponent. */
export const superscript = (n: number) => String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!);
/** A small number to one digit, as a·10ⁿ. */
export const scientific = (x: number) => x.toExponential(0).replace(/e([+-]?\d+)$/, (_, e: string) => `·10${superscript(Number(e))}`);
export const mode = (): Mode => ({ re: state.re, im: state.im, interval: state.interval, substeps: state.substeps });

/** The page tells tests and readers alike when all drawings are up to date. */
let pending = 0;
export async function counted(work: Promise<void>): Promise<void> {
  pending++;
  document.body.dataset.busy = "true";
  try {
    await work;
  } finally {
    if (--pending === 0) {
      document.body.dataset.busy = "false";
      if (document.body.dataset.live) document.body.dataset.settled ??= String(performance.now());
      tellSoon();
    }
  }
}

/** What was said last, and of which words. */
let told = "";
let telling = 0;

/**
 * One voice for the whole page: what the control in use has changed, once it rests. Controls name in `data-says` the words that answer them, so that
 * a screen reader is told of the demo at hand and not of the dozen that follow it.
 */
function tellSoon(): void {
  clearTimeout(telling);
  telling = window.setTimeout(() => {
    const says = document.activeElement?.closest<HTMLElement>("[data-says]")?.dataset.says;
    if (!says || document.body.dataset.busy === "true") return;
    const words = says.split(" ").map((id) => $(id).textContent).join(" ");
    if (words !== told && document.body.dataset.changed) $("spoken").textContent = words;
    told = words;
  }, 500);
}

/**
 * A drawing: of many requests the latest, and none where all it depends on is as it was drawn. Where it fails it says why, and `view` keeps no stale picture over
 * the words.
 */
export function drawing(words: string, view: Plane | undefined, work: () => Promise<void>, { desk, on }: { desk?: string; on?: () => unknown[] } = {}): () => void {
  let drawn = "";
  const canvases = Array.from(($(words).closest("section") ?? document).querySelectorAll("canvas"));
  const key = () => (on ? JSON.stringify([...on(), ...canvases.map((canvas) => sizeOf(canvas).width), matchMedia("(prefers-color-scheme: dark)").matches]) : "");
  return latest(async () => {
    const now = key();
    if (on && now === drawn) return;
    drawn = "";
    await counted(work().then(() => {
      drawn = now;
    }, (error: Error) => {
      if (error instanceof Overtaken) return;
      $(words).textContent = error.message;
      view?.draw(undefined, () => undefined);
    }));
  }, desk);
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
