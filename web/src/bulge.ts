/** The regions of the truncated exponentials, and how far they reach to the right. */
import { facts as bulgeFacts } from "../../figures/bulge.json";
import { ask, type Told } from "./core";
import { INK, Plane, sizeOf } from "./draw";
import { $, drawing } from "./page";
import { state } from "./state";

const bulgePlane = new Plane($<HTMLCanvasElement>("bulge-plane"), { re0: -6, re1: 4, im0: -5, im1: 5 }, ["", "i"], ["Re z", "Im z"]);

export const drawBulge = drawing("bulge-words", bulgePlane, async () => {
  const canvas = bulgePlane.canvas;
  const side = Math.round(Math.min(800, Math.max(64, sizeOf(canvas).width * Math.min(window.devicePixelRatio || 1, 2))));
  canvas.dataset.side = String(side);
  // High orders reach further, by islands off the axis: the window holds them.
  bulgePlane.frame = state.order < 9 ? { re0: -6, re1: 4, im0: -5, im1: 5 } : { re0: -8, re1: 6, im0: -7, im1: 7 };
  const key = String(state.order).padStart(2, "0");
  const table = bulgeFacts as Record<string, number>;
  const proved = { reach: table[`reach ${key}`]!, area: table[`area ${key}`]! };
  const { values, words } = await ask<Told>({ op: "taylor", order: state.order, ...proved, ...bulgePlane.frame, width: side, height: side });
  bulgePlane.draw({ values, width: side, height: side, inks: ["transparent", INK.region] }, () => undefined);
  $("bulge-words").textContent = words;
}, { on: () => [state.order] });
