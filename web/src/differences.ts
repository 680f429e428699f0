/** Equation discovery by differences: what each derivative filter learns. */
import { ask, type Differences } from "./core";
import { $, digits, drawing } from "./page";
import { state } from "./state";

export const drawDifferences = drawing("sindy-words", undefined, async () => {
  const interval = state.interval * state.every;
  const { rows, words } = await ask<Differences>({ op: "differences", re: state.re, im: state.im, interval });
  $("differences").querySelector("tbody")!.replaceChildren(...rows.map(({ title, learned, what }) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = title;
    row.append(head);
    for (const part of learned) {
      const cell = row.insertCell();
      cell.textContent = digits(part, 3);
      cell.dataset.value = String(part);
    }
    row.insertCell().textContent = what;
    return row;
  }));
  $("sindy-words").textContent = words;
}, { on: () => [state.re, state.im, state.interval, state.every] });
