/** The computing side of the page: the Rust library, compiled to WebAssembly, answering one question after the other. */
import coreText from "virtual:core";
import init, * as rust from "../pkg/lambdahat_web.js";
import type { Answer, Question, Task } from "./core";

async function unpacked(base64: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

const ready = unpacked(coreText).then((bytes) => init({ module_or_path: bytes }));
const schemes = new Map<string, rust.Scheme>();

function scheme(name: string): rust.Scheme {
  let found = schemes.get(name);
  if (!found) {
    found = rust.Scheme.named(name);
    schemes.set(name, found);
  }
  return found;
}

function answer(task: Task): unknown {
  switch (task.op) {
    case "names":
      return rust.names().split("\n");
    case "paste": {
      const pasted = rust.Scheme.parse(task.text);
      schemes.set("pasted", pasted);
      return JSON.parse(pasted.verify());
    }
    case "branches":
      return JSON.parse(scheme(task.method).branches(task.re, task.im, task.interval, task.substeps));
    case "raster":
      return scheme(task.method).raster(task.re0, task.re1, task.im0, task.im1, task.width, task.height);
    case "boundary":
      return scheme(task.method).boundary(task.re0, task.re1, task.im0, task.im1);
    case "fates":
      return scheme(task.method).fates(task.re0, task.re1, task.im0, task.im1, task.width, task.height);
    case "taylor":
      return rust.taylor_raster(task.order, task.re0, task.re1, task.im0, task.im1, task.width, task.height);
    case "run":
      return scheme(task.method).run(task.re, task.im, task.interval, task.substeps, task.learnedRe, task.learnedIm, task.refinement, task.end, task.epsilon);
    case "predict":
      return JSON.parse(rust.predict(task.text, task.name, task.log));
  }
}

onmessage = async (event: MessageEvent<Question>) => {
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
