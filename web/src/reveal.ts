/** The reveal: when a figure first comes into sight, the step size is made smaller before the reader's eyes, once. */
import { state } from "./state";
import { drawings, past, show } from "./view";

/** How long it takes. */
const LENGTH_MS = 4000;

/** Plays `key` from 1 to `end`, evenly on a logarithmic scale, when the element comes into sight; any input of the reader ends it. */
function reveal(element: Element, key: "refinement" | "finer", end: number, draw: () => (() => void)[]): void {
  let frame = 0;
  const stop = () => cancelAnimationFrame(frame);
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting) || document.body.dataset.busy === "true") return;
    observer.disconnect();
    if (state[key] !== 1 || past.length > 0) return;
    const started = performance.now();
    const step = (now: number) => {
      const share = Math.min(1, (now - started) / LENGTH_MS);
      const value = Math.round(end ** share);
      if (value !== state[key]) {
        state[key] = value;
        if (share < 1) for (const each of draw()) each();
      }
      if (share < 1) frame = requestAnimationFrame(step);
      else show();
    };
    for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, stop, { once: true, capture: true });
    frame = requestAnimationFrame(step);
  }, { threshold: 0.6 });
  observer.observe(element);
}

/** Arms the reveals, unless the reader's system asks for less motion. */
export function reveals(orbits: (() => void)[]): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  reveal(document.getElementById("phase")!, "refinement", 50, () => drawings.first);
  reveal(document.getElementById("orbit-1")!, "finer", 100, () => orbits);
}
