/** Points that a mouse, a finger or the arrow keys move. */
import type { Plane } from "./draw";
import type { State } from "./state";
import { set } from "./view";

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

export function movable({ view, steps, now, change, unit, pick }: Handle): void {
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
