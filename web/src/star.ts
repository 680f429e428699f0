/** Order stars and root loci. */
import { ask, type Told } from "./core";
import { INK, Plane, sizeOf } from "./draw";
import { $, busy, drawing } from "./page";
import { state } from "./state";
import { pastes } from "./view";

const starPlane = new Plane($<HTMLCanvasElement>("star-plane"), { re0: -6, re1: 6, im0: -6, im1: 6 }, ["", "i"], ["Re z", "Im z"]);

/** The order star of a one-step method, the root locus of a multistep one. */
export const drawStar = drawing("star-words", starPlane, async () => {
  const side = Math.round(Math.min(500, Math.max(64, sizeOf(starPlane.canvas).width)));
  const frame = { re0: -6, re1: 6, im0: -6, im1: 6 };
  const { values, words } = await busy(starPlane.canvas, ask<Told>({ op: "star", method: state.method, ...frame, width: side, height: side }));
  const locus = values.length === 0;
  const border = locus ? await ask<Float64Array>({ op: "boundary", method: state.method, ...frame }) : new Float64Array();
  starPlane.draw(locus ? undefined : { values, width: side, height: side, inks: ["transparent", "--k3"] }, (c) => starPlane.curves(c, border, INK.fine));
  $("star-words").textContent = words;
}, { desk: "star", on: () => [state.method, pastes] });
