/** The page: what an address asks for, and the order in which it comes alive. */
import { drawAdaptive } from "./adaptive";
import { drawBasins } from "./basins";
import { drawBulge } from "./bulge";
import { controls } from "./controls";
import { ask, type Listed } from "./core";
import { drawDifferences } from "./differences";
import { card } from "./formula";
import { drawFrog } from "./leap_frog";
import { drawMap } from "./map";
import { drawOrbits } from "./orbits";
import { drawOne, firstDrawn } from "./oscillator";
import { drawNoise } from "./noise";
import { drawOwn, yours } from "./own_data";
import { $, counted } from "./page";
import { drawThree } from "./panels";
import { reveals } from "./reveal";
import { offerScheme, schemes } from "./scheme";
import { drawSmaller } from "./smaller";
import { drawStar } from "./star";
import { drawUneven } from "./uneven";
import { isSection, leave, NAMED, read, sectionOf, SOLVERS, state } from "./state";
import { drawings, show } from "./view";

let names: string[] = [];

/** What most people train through comes first in a picker. */
const OFTEN = ["forward-euler", "midpoint", "heun2", "rk4", "rk38", "dormand-prince5", "tsitouras5", "implicit-euler", "implicit-midpoint", "trapezoid", "gauss2", "leap-frog", "bdf2"];

/** The methods as a picker shows them. */
function grouped(names: string[]): HTMLOptGroupElement[] {
  const rest = names.filter((name) => !OFTEN.includes(name));
  return Object.entries({ "Often used": OFTEN.filter((name) => names.includes(name)), "All others": rest }).map(([label, members]) => {
    const group = document.createElement("optgroup");
    group.label = label;
    group.append(...members.map((name) => new Option(name, name)));
    return group;
  });
}

/** Puts each method's title beside its name: the whole catalogue is read for it, so it comes last. */
async function entitle(): Promise<void> {
  const titles = new Map((await ask<Listed[]>({ op: "titles" })).map(({ name, title }) => [name, title]));
  for (const id of NAMED) {
    for (const option of $<HTMLSelectElement>(id).options) {
      const title = titles.get(option.value);
      if (title) option.text = `${option.value}: ${title}`;
    }
  }
}

let arrivals = 0;

/** Takes over what the URL says, at the start and whenever it is edited. What cannot be shown is said in words. */
async function arrive(): Promise<void> {
  leave();
  const arrival = ++arrivals;
  const said = read(isSection(location.hash) ? "" : location.hash);
  const notices: string[] = [];
  for (const id of NAMED) {
    if (names.includes(said[id]) || (id === "method" && said.method === "pasted")) continue;
    notices.push(`The address asks for the method ${said[id]}, which is not in the list: rk4 is shown instead.`);
    said[id] = "rk4";
  }
  if (said.method === "pasted") {
    let wrong: string | undefined = "Paste it below.";
    if (said.scheme) {
      $<HTMLTextAreaElement>("scheme").value = said.scheme;
      wrong = await offerScheme();
      // The URL was edited again meanwhile.
      if (arrival !== arrivals) return;
    }
    if (wrong !== undefined) {
      notices.push(`The address asks for a pasted scheme but ${said.scheme ? "holds one that cannot be used" : "does not hold it"}: rk4 is shown instead. ${wrong}`);
      said.method = "rk4";
    }
  }
  // The library still holds what was pasted last, whatever the address holds.
  Object.assign(state, said, { scheme: state.scheme });
  $("notice").textContent = notices.join("\n");
  show();
}

async function start(): Promise<void> {
  names = await ask<string[]>({ op: "names" });
  for (const id of NAMED) $<HTMLSelectElement>(id).append(...grouped(names));
  $<HTMLSelectElement>("solver").append(...SOLVERS.map((name) => new Option(name.replace(":", " "), name)));
  drawings.first.push(card, drawOne);
  const others = {
    three: [drawThree], adaptive: [drawAdaptive], noisy: [drawNoise, drawUneven], frog: [drawFrog], bulge: [drawBulge], map: [drawMap], stars: [drawStar],
    sindy: [drawDifferences], smaller: [drawSmaller], basins: [drawBasins], orbits: drawOrbits, yours: [drawOwn],
  };
  for (const [section, all] of Object.entries(others)) drawings.others.push(...all.map((draw) => ({ section, draw })));
  await arrive();
  const section = sectionOf(location.hash);
  if (section && !isSection(location.hash)) document.getElementById(section)!.scrollIntoView();
  controls(arrive);
  yours();
  schemes();
  await firstDrawn;
  show();
  await entitle();
  reveals(drawOrbits);
}

void counted(start().catch((error: Error) => {
  $("notice").textContent = error.message;
}));
