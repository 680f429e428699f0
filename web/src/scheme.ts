/** A pasted scheme: checked, described, offered as a method. */
import { ask, type Verification } from "./core";
import { $, counted } from "./page";
import { state } from "./state";
import { pastedAnew, set } from "./view";

/** What is said of a verified scheme, line by line; what does not apply is left out. */
function known(v: Verification): [string, string][] {
  const plain = ["kind", "stages", "steps", "explicit", "order", "stage_order", "exact", "a_stable", "l_stable", "b_stable", "symplectic", "symmetric", "zero_stable"];
  const say = (x: unknown) => (x === true ? "yes" : x === false ? "no" : String(x));
  const lines = plain.filter((key) => v[key] !== null && v[key] !== undefined).map((key): [string, string] => [key.replaceAll("_", "-"), say(v[key])]);
  if (v.stability) lines.push(["R, numerator", v.stability.numerator.join(", ")], ["R, denominator", v.stability.denominator.join(", ")]);
  if (v.learning) lines.push(["sign-faithful", say(v.learning.sign_faithful)], ["one branch only", say(v.learning.unique)]);
  if (v["order"] === 0) lines.unshift(["warning", "Of order 0: its weights do not add up to 1, so that it does not even follow a constant. What is learned through it is off at any step size."]);
  for (const claim of v.claims) lines.push([`claims ${claim.claim} = ${say(claim.stated)}`, claim.holds ? "holds" : `does not hold: ${say(claim.found)}`]);
  return lines;
}

/** Has the scheme in the text field checked and offers it as a method. Where it is none, answers why. */
export async function offerScheme(): Promise<string | undefined> {
  $("scheme-error").textContent = "";
  $("scheme-facts").replaceChildren();
  try {
    const text = $<HTMLTextAreaElement>("scheme").value;
    const verified = await ask<Verification>({ op: "paste", text });
    pastedAnew();
    state.scheme = text;
    const select = $<HTMLSelectElement>("method");
    let option = select.querySelector<HTMLOptionElement>('option[value="pasted"]');
    if (!option) {
      option = new Option("", "pasted");
      select.prepend(option);
    }
    option.text = `${verified.method} (pasted)`;
    $("scheme-facts").replaceChildren(...known(verified).flatMap(([what, answer]) => {
      const [term, value] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = what;
      value.textContent = answer;
      return [term, value];
    }));
    return undefined;
  } catch (error) {
    return ($("scheme-error").textContent = (error as Error).message);
  }
}

async function useScheme(): Promise<void> {
  if ((await offerScheme()) === undefined) set({ method: "pasted" });
}

/** Ties the button to it. */
export function schemes(): void {
  $("use").onclick = () => void counted(useScheme());
}
