/** Two plots on canvas: the complex plane and a line over time. */
import type { Frame } from "./core";

export const INK = { data: "--data", fit: "--fit", fine: "--fine", truth: "--truth", region: "--region", axis: "--axis", faint: "--faint", paper: "--paper" };

export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

interface Size { width: number; height: number }
/** The size of each canvas in CSS pixels, as last observed: to ask for it anew lays the page out anew. */
const sizes = new WeakMap<Element, Size>();

export function sizeOf(canvas: HTMLCanvasElement): Size {
  const known = sizes.get(canvas);
  if (known?.width) return known;
  const { width, height } = canvas.getBoundingClientRect();
  sizes.set(canvas, { width, height });
  return { width, height };
}

/** Takes over sizes that have changed. */
export function resized(entries: ResizeObserverEntry[]): void {
  for (const { target, borderBoxSize: [box] } of entries) if (box) sizes.set(target, { width: box.inlineSize, height: box.blockSize });
}

/** A canvas that fits its box, in CSS pixels. */
export function prepared(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number; scale: number } {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const { width, height } = sizeOf(canvas);
  const [across, down] = [width, height].map((size) => Math.max(1, Math.round(size * scale))) as [number, number];
  // A canvas whose size is set has its memory anew, even where the size is the old one.
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = "13px system-ui, sans-serif";
  context.lineJoin = "round";
  return { context, width, height, scale };
}

function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= rough) ?? rough;
  const out: number[] = [];
  for (let t = Math.ceil(low / step) * step; t <= high + 1e-9 * step; t += step) out.push(Math.abs(t) < step * 1e-9 ? 0 : t);
  return out;
}

const label = (t: number) => String(Number(t.toPrecision(6))).replace("-", "−");

/** Maps the window of the plane to the canvas and back, in equal scale. */
export class Plane {
  constructor(readonly canvas: HTMLCanvasElement, public frame: Frame, private readonly units: [string, string] = ["", "i"], private readonly titles: [string, string] = ["", ""]) {}

  toCanvas(re: number, im: number): [number, number] {
    const { width, height } = sizeOf(this.canvas);
    const { re0, re1, im0, im1 } = this.frame;
    return [((re - re0) / (re1 - re0)) * width, ((im1 - im) / (im1 - im0)) * height];
  }

  toPlane(x: number, y: number): [number, number] {
    const { width, height } = sizeOf(this.canvas);
    const { re0, re1, im0, im1 } = this.frame;
    return [re0 + (x / width) * (re1 - re0), im1 - (y / height) * (im1 - im0)];
  }

  /** Axes, numbers, and over them whatever `paint` adds. */
  draw(cells: { values: Uint8Array; width: number; height: number; inks: string[] } | undefined, paint: (c: CanvasRenderingContext2D) => void): void {
    const { context: c, width, height } = prepared(this.canvas);
    const { re0, re1, im0, im1 } = this.frame;
    c.fillStyle = colour(INK.paper);
    c.fillRect(0, 0, width, height);
    // Few cells are shown as what they are.
    c.imageSmoothingEnabled = (cells?.width ?? 0) >= 150;
    if (cells) c.drawImage(pixels(cells), 0, 0, width, height);
    c.lineWidth = 1;
    c.fillStyle = colour(INK.axis);
    for (const t of ticks(re0, re1, width / 70)) {
      const [x] = this.toCanvas(t, 0);
      c.strokeStyle = colour(t === 0 ? INK.axis : INK.faint);
      stroke(c, [[x, 0], [x, height]]);
      within(c, label(t) + (t ? this.units[0] : ""), x + 3, height - 5, width);
    }
    for (const t of ticks(im0, im1, height / 60)) {
      const [, y] = this.toCanvas(0, t);
      c.strokeStyle = colour(t === 0 ? INK.axis : INK.faint);
      stroke(c, [[0, y], [width, y]]);
      if (t !== 0 && y < height - 16) c.fillText(label(t) + this.units[1], 4, y - 3);
    }
    paint(c);
    c.fillStyle = colour(INK.axis);
    if (this.titles[0]) within(c, this.titles[0], width, height - 20, width);
    if (this.titles[1]) within(c, this.titles[1], 6, 15, width);
  }

  /** Curves given as re, im, …, with NaN between them. */
  curves(c: CanvasRenderingContext2D, flat: Float64Array, ink: string, width = 1.6): void {
    c.strokeStyle = colour(ink);
    c.lineWidth = width;
    c.beginPath();
    let fresh = true;
    for (let k = 0; k + 1 < flat.length; k += 2) {
      if (Number.isNaN(flat[k]!)) {
        fresh = true;
        continue;
      }
      const [x, y] = this.toCanvas(flat[k]!, flat[k + 1]!);
      if (fresh) c.moveTo(x, y);
      else c.lineTo(x, y);
      fresh = false;
    }
    c.stroke();
  }

  /** Heads of arrows at points of a curve, along it. */
  arrows(c: CanvasRenderingContext2D, flat: Float64Array, at: number[], ink: string): void {
    c.fillStyle = colour(ink);
    for (const k of at) {
      if (2 * k + 3 >= flat.length) continue;
      const [x, y] = this.toCanvas(flat[2 * k]!, flat[2 * k + 1]!);
      const [u, v] = this.toCanvas(flat[2 * k + 2]!, flat[2 * k + 3]!);
      const angle = Math.atan2(v - y, u - x);
      c.beginPath();
      for (const [turn, far] of [[0, 6], [2.5, 6], [-2.5, 6]] as const) c.lineTo(x + far * Math.cos(angle + turn), y + far * Math.sin(angle + turn));
      c.closePath();
      c.fill();
    }
  }

  dot(c: CanvasRenderingContext2D, re: number, im: number, ink: string, radius: number, ring = false): void {
    const [x, y] = this.toCanvas(re, im);
    c.beginPath();
    c.arc(x, y, radius, 0, 2 * Math.PI);
    c.fillStyle = colour(ink);
    c.fill();
    c.lineWidth = 1.5;
    c.strokeStyle = colour(INK.paper);
    c.stroke();
    if (ring) {
      c.beginPath();
      c.arc(x, y, radius + 5, 0, 2 * Math.PI);
      c.lineWidth = 2;
      c.strokeStyle = colour(ink);
      c.stroke();
    }
  }
}

function stroke(c: CanvasRenderingContext2D, points: [number, number][]): void {
  c.beginPath();
  points.forEach(([x, y], k) => (k === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
  c.stroke();
}

/** Painted rasters, so that a drag over the same region does not paint it anew. */
const painted = new WeakMap<Uint8Array, { sheet: HTMLCanvasElement; key: string }>();

function pixels({ values, width, height, inks }: { values: Uint8Array; width: number; height: number; inks: string[] }): HTMLCanvasElement {
  const key = inks.slice(0, 8).map((ink) => colour(ink) || ink).join();
  const kept = painted.get(values);
  if (kept?.key === key) return kept.sheet;
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = height;
  const context = sheet.getContext("2d")!;
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const colours = inks.map((ink) => {
    const [r, g, b, a] = rgba(colour(ink) || ink);
    return (a << 24) | (b << 16) | (g << 8) | r;
  });
  for (let k = 0; k < values.length; k++) words[k] = colours[values[k]!] ?? 0;
  context.putImageData(image, 0, 0);
  painted.set(values, { sheet, key });
  return sheet;
}

function rgba(hex: string): [number, number, number, number] {
  const n = (k: number) => parseInt(hex.slice(k, k + 2), 16);
  return hex.startsWith("#") ? [n(1), n(3), n(5), hex.length > 7 ? n(7) : 255] : [0, 0, 0, 0];
}

/** Text that stays within the canvas. */
function within(c: CanvasRenderingContext2D, text: string, x: number, y: number, width: number): void {
  c.fillText(text, Math.max(2, Math.min(x, width - c.measureText(text).width - 2)), y);
}

/** Words that lines pass behind. */
function titled(c: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  c.save();
  c.globalAlpha = 0.8;
  c.fillStyle = colour(INK.paper);
  c.fillRect(x - 2, y - 12, c.measureText(text).width + 4, 16);
  c.restore();
  c.fillText(text, x, y);
}

export interface Series { points: Float64Array; ink: string; dots?: boolean; width?: number; radius?: number; faint?: boolean }

/** Lines over time: t, y, t, y, …; a range that is one number begins at 0 across and at its opposite upwards. */
export function chart(canvas: HTMLCanvasElement, end: number | [number, number], top: number | [number, number], series: Series[], titles: [string, string] = ["time t", "x"], across: (t: number) => string = label): void {
  const { context: c, width, height } = prepared(canvas);
  const [first, last] = typeof end === "number" ? [0, end] : end;
  const [low, high] = typeof top === "number" ? [-top, top] : top;
  const levels = ticks(low, high, height / 45);
  const [left, bottom] = [12 + Math.max(22, ...levels.map((v) => c.measureText(label(v)).width)), 22];
  const x = (t: number) => left + ((t - first) / (last - first)) * (width - left - 6);
  // Far outside is as good as infinitely far, and canvas draws it.
  const y = (v: number) => Math.max(-20, Math.min(20, (high - v) / (high - low))) * (height - bottom);
  c.fillStyle = colour(INK.paper);
  c.fillRect(0, 0, width, height);
  c.lineWidth = 1;
  for (const t of ticks(first, last, width / 70)) {
    c.strokeStyle = colour(INK.faint);
    stroke(c, [[x(t), 0], [x(t), height - bottom]]);
    c.fillStyle = colour(INK.axis);
    within(c, across(t), x(t) - 4, height - 6, width);
  }
  for (const v of levels) {
    c.strokeStyle = colour(v === 0 ? INK.axis : INK.faint);
    stroke(c, [[left, y(v)], [width, y(v)]]);
    c.fillStyle = colour(INK.axis);
    c.fillText(label(v), 2, Math.min(Math.max(y(v) + 4, 11), height - bottom));
  }
  c.save();
  c.beginPath();
  c.rect(left - 4, 0, width - left + 4, height - bottom);
  c.clip();
  for (const { points, ink, dots, width: wide, radius = 3.5, faint } of series) {
    c.globalAlpha = faint ? 0.55 : 1;
    c.strokeStyle = colour(ink);
    c.fillStyle = colour(ink);
    c.lineWidth = wide ?? 2;
    c.beginPath();
    let broken = true;
    for (let k = 0; k + 1 < points.length; k += 2) {
      const [px, py] = [x(points[k]!), y(points[k + 1]!)];
      // Where there is no value the line is broken.
      if (Number.isNaN(py)) {
        broken = true;
        continue;
      }
      if (dots) {
        c.moveTo(px + radius, py);
        c.arc(px, py, radius, 0, 2 * Math.PI);
      } else if (broken) c.moveTo(px, py);
      else c.lineTo(px, py);
      broken = false;
    }
    if (dots) c.fill();
    else c.stroke();
  }
  c.globalAlpha = 1;
  c.restore();
  c.fillStyle = colour(INK.axis);
  titled(c, titles[0], width - c.measureText(titles[0]).width - 4, height - bottom - 5);
  titled(c, titles[1], left + 4, 13);
}
