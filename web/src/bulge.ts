/** The regions of the truncated exponentials, and how far they reach to the right. */
import { facts as bulgeFacts } from "../../figures/bulge.json";
import { ask } from "./core";
import { INK, Plane } from "./draw";
import { $, digits, drawing } from "./page";
import { state } from "./state";

const bulgePlane = new Plane($<HTMLCanvasElement>("bulge-plane"), { re0: -6, re1: 4, im0: -5, im1: 5 });

export const drawBulge = drawing("bulge-words", bulgePlane, async () => {
  const canvas = bulgePlane.canvas;
  const side = Math.round(Math.min(800, Math.max(64, canvas.getBoundingClientRect().width * Math.min(window.devicePixelRatio || 1, 2))));
  canvas.dataset.side = String(side);
  // High orders reach further, by islands off the axis: the window holds them.
  bulgePlane.frame = state.order < 9 ? { re0: -6, re1: 4, im0: -5, im1: 5 } : { re0: -8, re1: 6, im0: -7, im1: 7 };
  const values = await ask<Uint8Array>({ op: "taylor", order: state.order, ...bulgePlane.frame, width: side, height: side });
  bulgePlane.draw({ values, width: side, height: side, inks: ["transparent", INK.region] }, () => undefined);
  const key = String(state.order).padStart(2, "0");
  const table = bulgeFacts as Record<string, number>;
  const words = `Order ${state.order}: the region reaches Re z = ${digits(table[`reach ${key}`]!, 6)}; its area right of the axis is ${digits(table[`area ${key}`]!, 3)}.`;
  $("bulge-words").textContent = words;
});
