/** The card with R(z). */
import { ask } from "./core";
import { $, superscript } from "./page";
import { state } from "./state";
import { pastes } from "./view";

/** The formula of R for the method at hand; one look a method. */
let carded = "";
export async function card(): Promise<void> {
  const key = `${state.method} ${state.method === "pasted" ? pastes : 0}`;
  if (key === carded) return;
  carded = key;
  try {
    const formula = await ask<[string[], string[]] | null>({ op: "formula", method: state.method });
    const polynomial = (coefficients: string[]) => {
      const terms = coefficients.map((c, k) => {
        if (c === "0") return "";
        const size = c.replace(/^-/, "");
        const power = k === 0 ? "" : k === 1 ? "z" : `z${superscript(k)}`;
        const factor = k > 0 && size === "1" ? "" : size.includes("/") && k > 0 ? `(${size})` : size;
        return `${c.startsWith("-") ? " − " : " + "}${factor}${power}`;
      }).join("");
      return terms.replace(/^ \+ /, "").replace(/^ − /, "−") || "0";
    };
    const words = formula === null
      ? `${state.method} is a multistep method: instead of R(z) it has the roots of ρ(ζ) − zσ(ζ), and λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) is unique.`
      : formula[1].length === 1 ? `R(z) = ${polynomial(formula[0])}` : `R(z) = (${polynomial(formula[0])}) / (${polynomial(formula[1])})`;
    // Endless fractions say nothing to a reader.
    $("formula").textContent = words.length > 400 ? `R(z) of ${state.method} has ${formula![0].length} coefficients; the first: ${words.slice(0, 160)} …` : words;
  } catch (error) {
    $("formula").textContent = (error as Error).message;
  }
}
