/** Equation discovery by differences: what each derivative filter learns. */
import { ask, type Difference } from "./core";
import { $, complex, digits, drawing } from "./page";
import { state } from "./state";

/** The filters, and what people call them; pysindy's default comes first. */
const FILTERS: Record<string, string> = {
  "pysindy:FiniteDifference": "pysindy FiniteDifference(), central, order 2",
  "pysindy:FiniteDifference:order=4": "pysindy FiniteDifference(order=4)",
  "pysindy:FiniteDifference:order=8": "pysindy FiniteDifference(order=8)",
  "pysindy:SmoothedFiniteDifference": "pysindy SmoothedFiniteDifference()",
  "derivative:forward": "forward differences",
  "derivative:savgol:11,3": "Savitzky–Golay, 11 samples, degree 3",
};

export const drawDifferences = drawing("sindy-words", undefined, async () => {
  const interval = state.interval * state.every;
  const found = await ask<Difference[]>({ op: "differences", names: Object.keys(FILTERS), re: state.re, im: state.im, interval });
  $("differences").querySelector("tbody")!.replaceChildren(...found.map(({ name, learned, what }) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = FILTERS[name]!;
    row.append(head);
    for (const part of learned) {
      const cell = row.insertCell();
      cell.textContent = digits(part, 3);
      cell.dataset.value = String(part);
    }
    row.insertCell().textContent = what;
    return row;
  }));
  const [first, second] = found as [Difference, Difference];
  $("sindy-words").textContent = `One sample every ${digits(interval, 3)}, λ = ${complex(state.re, state.im)}. Central differences learn λ̂ = ${complex(...first.learned)}: ${first.what}. With order 4: ${complex(...second.learned)}: ${second.what}.`;
});
