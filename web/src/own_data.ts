/** The reader's own samples. */
import { ask, type Report } from "./core";
import { $, complex, counted, digits } from "./page";
import { bounded } from "./state";
import { set } from "./view";

let lastFile: File | undefined;

async function readSamples(file: File): Promise<void> {
  lastFile = file;
  $("csv-error").textContent = "";
  $("csv-modes").replaceChildren();
  try {
    const found = await ask<Report>({ op: "predict", text: await file.text(), name: file.name, log: $<HTMLInputElement>("log").checked });
    const words = document.createElement("p");
    words.textContent = `${found.samples} samples every ${digits(found.interval, 4)}. Modes, found without any integrator:`;
    const list = document.createElement("ul");
    for (const m of found.modes) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `λ = ${complex(...m.lambda)}${m.uncertainty ? ` ± ${m.uncertainty.toExponential(1)}` : ""}: use it above`;
      button.dataset.re = String(m.lambda[0]);
      button.dataset.im = String(m.lambda[1]);
      button.onclick = () => {
        set({ re: m.lambda[0], im: m.lambda[1], interval: bounded("interval", found.interval, 1), substeps: 1 });
        $("one").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      };
      item.append(button);
      list.append(item);
    }
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const title of ["trained through", "what is learned is"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    const rows = table.createTBody();
    for (const { method, verdict } of found.methods) {
      const row = rows.insertRow();
      row.insertCell().textContent = method;
      row.insertCell().textContent = verdict ?? "not settled";
    }
    const advice = document.createElement("p");
    advice.id = "advice";
    advice.textContent = found.recommendation
      ? `Take ${found.recommendation.method} with m = ${found.recommendation.substeps}: ${found.recommendation.why}`
      : "The samples settle no mode, so nothing is recommended.";
    $("csv-modes").replaceChildren(words, list, table, advice);
  } catch (error) {
    $("csv-error").textContent = (error as Error).message;
  }
}

export function yours(): void {
  const input = $<HTMLInputElement>("csv");
  input.onchange = () => input.files?.[0] && void counted(readSamples(input.files[0]));
  $<HTMLInputElement>("log").onchange = () => lastFile && void counted(readSamples(lastFile));
  const box = input.parentElement!;
  // A file that misses the box must not replace the page.
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file && !box.contains(event.target as Node)) void counted(readSamples(file));
  });
  box.ondragover = (event) => {
    event.preventDefault();
    box.classList.add("over");
  };
  box.ondragleave = () => box.classList.remove("over");
  box.ondrop = (event) => {
    event.preventDefault();
    box.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) void counted(readSamples(file));
  };
}
