/** Ties the controls to what is set. */
import { resized } from "./draw";
import { mapPlane } from "./map";
import { movable } from "./movable";
import { pickBranch, plane } from "./oscillator";
import { orbitPlanes } from "./orbits";
import { $, counted } from "./page";
import { bounded, fragment, initial, isSection, leave, NAMED, sectionOf, state, type State } from "./state";
import { changeTo, fromSlider, NUMBERS, past, set, show, toSlider, undone } from "./view";

export function controls(arrive: () => Promise<void>): void {
  for (const id of NUMBERS) {
    const input = $<HTMLInputElement>(id);
    let byKeys = false;
    input.onkeydown = () => {
      byKeys = true;
    };
    input.onpointerdown = () => {
      byKeys = false;
    };
    input.oninput = () => {
      if (input.value === "") return;
      const asked = Number(input.value);
      let to = bounded(id, fromSlider(id, asked), state[id]);
      // A key's step on a logarithmic scale can be too small for the next whole number: it is taken all the same.
      if (byKeys && input.type === "range" && to === state[id]) to = bounded(id, state[id] + Math.sign(asked - toSlider(id, state[id])), state[id]);
      set({ [id]: to });
    };
    // What lies out of range was held at its end: the field says so once it is left.
    input.onchange = () => {
      input.value = String(toSlider(id, state[id]));
    };
  }
  for (const id of NAMED) $<HTMLSelectElement>(id).onchange = (event) => set({ [id]: (event.target as HTMLSelectElement).value });
  $<HTMLSelectElement>("way").onchange = (event) => set({ way: Number((event.target as HTMLSelectElement).value) });
  $<HTMLSelectElement>("solver").onchange = (event) => set({ solver: (event.target as HTMLSelectElement).value });
  for (const form of document.querySelectorAll("form")) form.onsubmit = (event) => event.preventDefault();

  const h = () => state.interval / state.substeps;
  const toMode = ([re, im]: [number, number]) => ({ re: bounded("re", re, state.re), im: bounded("im", im, state.im) });
  const truth = (): [number, number] => [state.re, state.im];
  movable({ view: plane, steps: [0.1, 0.01], now: truth, change: toMode, unit: h, pick: pickBranch });
  movable({ view: mapPlane, steps: [0.1, 0.01], now: truth, change: toMode, unit: h });
  for (const view of orbitPlanes) {
    movable({
      view, steps: [0.05, 0.005], now: () => [state.prey, state.predators], unit: () => 1,
      change: ([prey, predators]) => ({ prey: bounded("prey", prey, state.prey), predators: bounded("predators", predators, state.predators) }),
    });
  }
  const restore = (to: State) => {
    changeTo({ ...to, scheme: state.scheme }, "undo");
  };
  $<HTMLButtonElement>("undo").disabled = past.length === 0;
  $("undo").onclick = () => {
    const before = past.pop();
    if (before) restore(before);
    undone();
    $<HTMLButtonElement>("undo").disabled = past.length === 0;
  };
  $("reset").onclick = () => set(initial());
  $("copy").onclick = () => {
    const address = `${location.href.split("#")[0]}${fragment()}`;
    void navigator.clipboard.writeText(address).then(() => "The link is copied.", () => `Copy this link: ${address}`).then((words) => {
      $("copied").textContent = words;
    });
  };
  window.addEventListener("hashchange", () => {
    leave();
    if (isSection(location.hash)) {
      // The address of a section says what is set as well, so that Back finds it again and a copied address shows it.
      history.replaceState(null, "", fragment(sectionOf(location.hash)));
      return;
    }
    past.push({ ...state });
    undone();
    $<HTMLButtonElement>("undo").disabled = false;
    void counted(arrive());
  });
  const observer = new ResizeObserver((entries) => {
    resized(entries);
    show();
  });
  for (const each of document.querySelectorAll("canvas")) observer.observe(each);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}
