/** Changing what is set: undo, the sliders' words, and the drawings that follow. */
import { $, counted, digits } from "./page";
import { error, fragment, NAMED, remember, state, unheld, type State } from "./state";

/** How often a scheme was pasted: what is kept of one is stale after the next. */
export let pastes = 0;
export const pastedAnew = (): void => {
  pastes++;
};

/** The controls that are numbers. */
export const NUMBERS = ["re", "im", "interval", "substeps", "refinement", "epsilon", "order", "finer", "width", "rtol", "decay", "noise", "spread", "steps", "every"] as const;

/** What a slider says beside itself and aloud; whether it holds the decimal logarithm of what it sets. */
interface Slider {
  logarithmic?: boolean;
  shown: () => string;
  spoken: () => string;
}

const power = (exponent: number) => String(Number((10 ** exponent).toPrecision(2)));
const SLIDERS: Record<string, Slider> = {
  interval: { shown: () => state.interval.toFixed(2), spoken: () => `one sample every ${state.interval.toFixed(2)}` },
  substeps: { shown: () => String(state.substeps), spoken: () => `${state.substeps} ${state.substeps === 1 ? "step" : "steps"} from sample to sample` },
  refinement: { logarithmic: true, shown: () => String(state.refinement), spoken: () => `step size h divided by ${state.refinement}` },
  finer: { logarithmic: true, shown: () => String(state.finer), spoken: () => `step size H divided by ${state.finer}` },
  epsilon: { shown: () => String(Number(error().toPrecision(2))), spoken: () => (error() === 0 ? "an exact start" : `an error of ${power(state.epsilon)}`) },
  steps: { shown: () => String(state.steps), spoken: () => `${state.steps} ${state.steps === 1 ? "step" : "steps"} from sample to sample` },
  every: { logarithmic: true, shown: () => digits(state.every, 2), spoken: () => `one sample every ${digits(state.every, 2)} H` },
  order: { shown: () => String(state.order), spoken: () => `order ${state.order}` },
  width: { shown: () => digits(state.width, 2), spoken: () => `standard deviation ${digits(state.width, 2)}` },
  rtol: { shown: () => power(state.rtol), spoken: () => `relative tolerance ${power(state.rtol)}` },
  decay: { logarithmic: true, shown: () => digits(state.decay, 2), spoken: () => `decay rate ${digits(state.decay, 2)}` },
  noise: { shown: () => `${state.noise} %`, spoken: () => `noise of ${state.noise} per cent` },
  spread: { shown: () => `${state.spread} %`, spoken: () => `intervals that vary by up to ${state.spread} per cent` },
};

/** What a slider shows for a value, and the value of what it shows. */
export const toSlider = (id: string, value: number) => (SLIDERS[id]?.logarithmic ? Math.log10(value) : value);
export const fromSlider = (id: string, value: number) => (SLIDERS[id]?.logarithmic ? 10 ** value : value);

/** What was set before, for the undo button; a drag is one entry. */
export const past: State[] = [];
let lastChange = 0;

/** The next change is an entry of its own. */
export const undone = (): void => {
  lastChange = 0;
};

/** Changes what is set and draws what depends on it. */
export function set(change: Partial<State>): void {
  const now = performance.now();
  if (now - lastChange > 600) past.push({ ...state });
  lastChange = now;
  if (past.length > 100) past.shift();
  $<HTMLButtonElement>("undo").disabled = false;
  document.body.dataset.changed = "true";
  if ("method" in change || "interval" in change || "substeps" in change) change.branch ??= -1;
  if ("method" in change) $("notice").textContent = "";
  changeTo(change, Object.keys(change).join());
}

/** Takes over a change made by one control, in the URL and in the figures. */
export function changeTo(change: Partial<State>, control: string): void {
  const before = fragment();
  Object.assign(state, change);
  remember(control, before);
  show();
}

/** A drawing of a section of the page. */
interface Other { section: string; draw: () => void }
/** What is drawn at every change: the first demo at once, the others once it stands. */
export const drawings: { first: (() => void)[]; others: Other[] } = { first: [], others: [] };

/** The sections that are in sight, or nearly. */
const seen = new Set<string>();
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) seen.add(target.id);
  else seen.delete(target.id);
  if (entries.some(({ isIntersecting }) => isIntersecting)) rested?.();
}, { rootMargin: "30%" });
for (const section of document.querySelectorAll("section")) sight.observe(section);

/** A control counts as resting after this. */
const REST_MS = 200;
/** Draws what has waited for a control to rest. */
let rested: (() => void) | undefined;
let resting = 0;

/** What is out of sight waits until the control rests: a drag is followed by what the reader sees. */
function drawOthers(): void {
  const unseen = document.body.dataset.changed ? drawings.others.filter(({ section }) => !seen.has(section)) : [];
  for (const other of drawings.others) if (!unseen.includes(other)) other.draw();
  if (unseen.length === 0) return;
  clearTimeout(resting);
  resting = window.setTimeout(() => rested?.(), REST_MS);
  if (rested) return;
  void counted(new Promise<void>((resolve) => {
    rested = () => {
      clearTimeout(resting);
      rested = undefined;
      for (const { draw } of drawings.others) draw();
      resolve();
    };
  }));
}

/** Shows what is set, in the controls and in the figures. */
export function show(): void {
  for (const id of NAMED) $<HTMLSelectElement>(id).value = state[id];
  $<HTMLSelectElement>("way").value = String(state.way);
  $<HTMLSelectElement>("solver").value = state.solver;
  for (const id of NUMBERS) {
    const input = $<HTMLInputElement>(id);
    if (document.activeElement !== input || input.type === "range") input.value = String(toSlider(id, state[id]));
    const slider = SLIDERS[id];
    if (!slider) continue;
    $(`${id}-out`).textContent = slider.shown();
    input.setAttribute("aria-valuetext", slider.spoken());
  }
  $("scheme-note").hidden = !unheld();
  for (const draw of drawings.first) draw();
  if (!document.body.dataset.live) return;
  drawOthers();
}
