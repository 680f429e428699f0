/** The computing side of the page: the Rust library, compiled to WebAssembly, answering one question after the other. */
import init, * as rust from "../pkg/lambdahat_web.js";
import type { Answer, Beginning, Branches, Differences, Drawing, Fate, Known, Landings, Noisy, Orbit, Question, Report, Scene, Shares, Smaller, Task, Told, Uneven } from "./core";

let begin: (library: WebAssembly.Module) => void;
/** The library, once the page has sent it: it is compiled there once for all workers. */
const ready = new Promise<WebAssembly.Module>((resolve) => {
  begin = resolve;
}).then((library) => init({ module_or_path: library }));
const schemes = new Map<string, rust.Scheme>();

function scheme(name: string): rust.Scheme {
  let found = schemes.get(name);
  if (!found) {
    found = rust.Scheme.named(name);
    schemes.set(name, found);
  }
  return found;
}

/** The first demo in one answer, so that a drag costs one journey between page and worker. */
function scene(task: Extract<Task, { op: "scene" }>): Scene {
  const method = scheme(task.method);
  const told = JSON.parse(method.scene(task.re, task.im, task.interval, task.substeps, task.branch, task.refinement)) as Omit<Scene, "fine" | "fit">;
  const learned = told.found.branches[told.chosen]?.lambda;
  const run = (refinement: number) =>
    learned ? method.run(task.re, task.im, task.interval, task.substeps, learned[0], learned[1], refinement, task.end, 0) : new Float64Array();
  return { ...told, fine: run(task.refinement), fit: run(1) };
}

/** The samples that were read last. */
let samples: rust.Samples | undefined;

/** Re λ̂ of the principal branch for each number of steps between samples. */
function smaller({ method: name, re, im, interval, steps, now }: Extract<Task, { op: "smaller" }>): Smaller {
  const method = scheme(name);
  const learned = steps.map((m) => {
    const found = JSON.parse(method.branches(re, im, interval, m)) as Branches;
    return found.branches.find((b) => b.principal)?.lambda[0] ?? NaN;
  });
  return { learned, words: (JSON.parse(method.scene(re, im, interval, now, -1, 1)) as Scene).words };
}

function answer(task: Task): unknown {
  switch (task.op) {
    case "names":
      return rust.names().split("\n");
    case "titles":
      return rust.titles().split("\n").map((line) => line.split("\t")).map(([name, title, steps]) => ({ name, title, steps: Number(steps) }));
    case "paste": {
      const pasted = rust.Scheme.parse(task.text);
      schemes.set("pasted", pasted);
      return JSON.parse(pasted.known()) as Known;
    }
    case "branches":
      return JSON.parse(scheme(task.method).branches(task.re, task.im, task.interval, task.substeps));
    case "smaller":
      return smaller(task);
    case "parasite":
      return scheme(task.method).parasite_words(task.re, task.im, task.interval, task.substeps, task.epsilon);
    case "differences":
      return JSON.parse(rust.differences(task.re, task.im, task.interval)) as Differences;
    case "scene":
      return scene(task);
    case "multipliers":
      return task.z.map(([re, im]) => Array.from(scheme(task.method).multiplier(re, im)));
    case "call":
      return JSON.parse(rust.call(task.name, task.re, task.im, task.interval));
    case "against":
      return rust.against(task.solver, Float64Array.from(task.exponents), task.re, task.im, task.interval);
    case "noise": {
      const { re, im, interval, substeps } = task;
      const method = scheme(task.method);
      const learned = method.with_noise(re, im, interval, substeps, Float64Array.from(task.levels));
      return { learned, words: method.noise_words(re, im, interval, substeps, task.level) } satisfies Noisy;
    }
    case "uneven": {
      const { re, im, interval, substeps } = task;
      const method = scheme(task.method);
      const minima = JSON.parse(method.uneven(re, im, interval, substeps, Float64Array.from(task.spreads))) as Uneven["minima"];
      return { minima, words: method.uneven_words(re, im, interval, substeps, task.spread) } satisfies Uneven;
    }
    case "caption":
      return scheme(task.method).caption(task.re, task.im, task.interval, task.substeps);
    case "formula":
      return scheme(task.method).formula();
    case "raster":
      return scheme(task.method).raster(task.re0, task.re1, task.im0, task.im1, task.width, task.height);
    case "boundary":
      return scheme(task.method).boundary(task.re0, task.re1, task.im0, task.im1);
    case "fates": {
      const method = scheme(task.method);
      const values = method.fates(task.re0, task.re1, task.im0, task.im1, task.width, task.height);
      return { values, words: method.map_words(values) } satisfies Told;
    }
    case "fate":
      return JSON.parse(scheme(task.method).fate(task.re, task.im, task.inside)) as Fate;
    case "taylor": {
      const values = rust.taylor_raster(task.order, task.re0, task.re1, task.im0, task.im1, task.width, task.height);
      return { values, words: rust.bulge_words(task.order, task.reach, task.area) } satisfies Told;
    }
    case "star": {
      const method = scheme(task.method);
      const values = method.star(task.re0, task.re1, task.im0, task.im1, task.width, task.height);
      return { values, words: method.star_words(values) } satisfies Told;
    }
    case "landings": {
      const land = scheme(task.method).basins(task.re, task.im, task.interval, task.substeps, task.way);
      try {
        return { found: JSON.parse(land.branches()), side: land.side, values: land.landings(task.cells) } satisfies Landings;
      } finally {
        land.free();
      }
    }
    case "shares": {
      const land = scheme(task.method).basins(task.re, task.im, task.interval, task.substeps, task.way);
      try {
        return JSON.parse(land.shares(task.width, task.starts)) as Shares;
      } finally {
        land.free();
      }
    }
    case "orbit": {
      const states = rust.orbit(task.which, task.x, task.y, task.refinement, task.end);
      return { states, words: rust.orbit_words(task.which, task.refinement, task.end, states) } satisfies Orbit;
    }
    case "limit":
      return rust.orbit_limit(task.which);
    case "run":
      return scheme(task.method).run(task.re, task.im, task.interval, task.substeps, task.learnedRe, task.learnedIm, task.refinement, task.end, task.epsilon);
    case "read":
      samples?.free();
      samples = undefined;
      samples = rust.Samples.read(task.text, task.name, task.log);
      return JSON.parse(samples.predict()) as Report;
    case "drawing":
      if (!samples) throw new Error("no samples were read");
      return JSON.parse(samples.drawing(task.method, task.scheme)) as Drawing;
  }
}

onmessage = async (event: MessageEvent<Beginning | Question>) => {
  if ("library" in event.data) {
    begin(event.data.library);
    return;
  }
  const { id, task } = event.data;
  let reply: Answer;
  try {
    await ready;
    reply = { id, value: answer(task) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  postMessage(reply);
};
