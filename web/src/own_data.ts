/** The reader's own samples. */
import { ask, type Drawing, type Report } from "./core";
import { chart, INK, type Series } from "./draw";
import { $, counted, drawing } from "./page";
import { bounded, state } from "./state";
import { set } from "./view";

let lastFile: File | undefined;
/** Whether the library holds samples to draw. */
let held = false;

/** The page's inks for the library's. */
const INKS: Record<string, string> = { blue: INK.truth, red: INK.fine, green: INK.fit, black: INK.data };

/** The samples with their modes and with what the method chosen above makes of them. */
export const drawOwn = drawing("own-words", undefined, async () => {
  if (!held) return;
  const { panel, words } = await ask<Drawing>({ op: "drawing", method: state.method, scheme: state.scheme });
  const series = panel.marks.flatMap(({ line, dots }): Series[] => {
    const mark = line ?? dots;
    if (!mark) return [];
    return [{ points: Float64Array.from(mark.points.flat()), ink: INKS[mark.ink] ?? INK.axis, dots: dots !== undefined, radius: mark.points.length > 400 ? 1.5 : 3, faint: mark.ink === "green" }];
  });
  $("own").hidden = false;
  chart($<HTMLCanvasElement>("own-curve"), panel.x.range, panel.y.range, series, [panel.x.label, panel.y.label]);
  $("own-words").textContent = words;
});

async function readSamples(file: File): Promise<void> {
  lastFile = file;
  held = false;
  $("own").hidden = true;
  $("csv-note").textContent = `Reading ${file.name} …`;
  $("csv-error").textContent = "";
  $("csv-modes").replaceChildren();
  try {
    const found = await ask<Report>({ op: "read", text: await file.text(), name: file.name, log: $<HTMLInputElement>("log").checked });
    const paragraph = (text: string, id = "") => {
      const p = document.createElement("p");
      p.textContent = text;
      if (id) p.id = id;
      return p;
    };
    const list = document.createElement("ul");
    for (const { lambda: [re, im], words } of found.modes) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.dataset.re = String(re);
      button.dataset.im = String(im);
      button.onclick = () => {
        set({ re, im, interval: bounded("interval", found.interval, 1), substeps: 1 });
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
    for (const told of found.methods) {
      const row = rows.insertRow();
      for (const text of told) row.insertCell().textContent = text;
    }
    $("csv-modes").replaceChildren(paragraph(found.read), list, ...found.caveats.map((text) => paragraph(text)), table, paragraph(found.advice, "advice"));
    held = found.modes.length > 0;
    drawOwn();
  } catch (error) {
    $("csv-error").textContent = (error as Error).message;
  }
  $("csv-note").textContent = "";
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
