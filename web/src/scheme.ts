/** A pasted scheme: checked, described, offered as a method. */
import { ask, type Known } from "./core";
import { $, counted } from "./page";
import { state } from "./state";
import { pastedAnew, set } from "./view";

/** Has the scheme in the text field checked and offers it as a method. Where it is none, answers why. */
export async function offerScheme(): Promise<string | undefined> {
  $("scheme-error").textContent = "";
  $("scheme-facts").replaceChildren();
  try {
    const text = $<HTMLTextAreaElement>("scheme").value;
    const { name, lines } = await ask<Known>({ op: "paste", text });
    pastedAnew();
    state.scheme = text;
    const select = $<HTMLSelectElement>("method");
    let option = select.querySelector<HTMLOptionElement>('option[value="pasted"]');
    if (!option) {
      option = new Option("", "pasted");
      select.prepend(option);
    }
    option.text = `${name} (pasted)`;
    $("scheme-facts").replaceChildren(...lines.flatMap(([what, answer]) => {
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
