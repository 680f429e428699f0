/** The card with R(z). */
import { ask } from "./core";
import { $ } from "./page";
import { state } from "./state";
import { pastes } from "./view";

/** The formula of R for the method at hand; one look a method. */
let carded = "";
export async function card(): Promise<void> {
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0}`;
  if (key === carded) return;
  carded = key;
  try {
    $("formula").textContent = await ask<string>({ op: "formula", method: state.method });
  } catch (error) {
    $("formula").textContent = (error as Error).message;
  }
}
