/**
 * Drives the built page in Chromium: every demo, wrong input, three sizes; compares what it shows with the command-line program.
 *
 *   cargo build --release && cd web && npm ci && npm test
 *
 * CHROMIUM names the browser if it is not in the usual place, LAMBDAHAT the program, SHOTS a folder for screenshots, ONLY the tests to run.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page_ = `file://${root}assets/tour/index.html`;
const browserPath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const program = process.env.LAMBDAHAT ?? [`${root}target/release/lambdahat`, `${root}target/debug/lambdahat`].find(existsSync);
assert.ok(browserPath, "no Chromium found: set CHROMIUM");
assert.ok(program, "no lambdahat found: cargo build --release, or set LAMBDAHAT");

const native = (...args) => JSON.parse(execFileSync(program, [...args, "--json"], { encoding: "utf8" }));
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: browserPath, args: flags });
let passed = 0;
const failures = [];
const problems = [];

async function opened(fragment = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(String(e)));
  page.on("request", (r) => /^https?:/.test(r.url()) && problems.push(`asked the network for ${r.url()}`));
  await page.goto(page_ + fragment);
  await page.waitForSelector("#branches tbody tr", { timeout: 120_000 });
  await settled(page);
  return page;
}

const settled = (page) => page.waitForFunction(() => document.body.dataset.live && document.body.dataset.busy === "false", undefined, { timeout: 120_000 });

/** One that fails, on a slow machine perhaps, does not hide what the others find. ONLY, a regular expression, names those to run. */
async function test(name, work) {
  if (process.env.ONLY && !new RegExp(process.env.ONLY).test(name)) return;
  try {
    await work();
    passed++;
    console.log(`ok  ${name}`);
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
    console.log(`FAILED  ${name}`);
  }
}

/** What does not measure time may run beside another of its kind. */
const others = [];
const beside = (name, work) => others.push([name, work]);
async function lane() {
  for (let next = others.shift(); next; next = others.shift()) await test(...next);
}

/** Edits the URL, as a reader does in the address bar. */
async function edited(page, fragment) {
  await page.evaluate((hash) => new Promise((done) => {
    window.addEventListener("hashchange", done, { once: true });
    location.hash = hash;
  }), fragment);
  await settled(page);
}

/** The fragment, once the page has written it. */
const fragment = (page) => page.evaluate(async () => {
  await new Promise((done) => setTimeout(done, 300));
  return location.hash;
});

const shown = (page) => page.$$eval("#branches tbody tr", (rows) => rows.map((row) => [...row.querySelectorAll("[data-value]")].map((c) => Number(c.dataset.value))));

/** Every pair of one list is within 1e-12 of one of the other. */
function same(a, b) {
  assert.equal(a.length, b.length);
  for (const [x, y] of a) {
    const nearest = Math.min(...b.map(([u, v]) => Math.hypot(u - x, v - y)));
    assert.ok(nearest <= 1e-12 * Math.max(1, Math.hypot(x, y)), `${x} + ${y}i is ${nearest} away from the program's`);
  }
}

await test("the page is small and is files only", async () => {
  const folder = `${root}assets/tour`;
  const bytes = readdirSync(folder).filter((f) => statSync(`${folder}/${f}`).isFile()).reduce((sum, f) => sum + gzipSync(readFileSync(`${folder}/${f}`), { level: 9 }).length, 0);
  console.log(`    ${(bytes / 1024).toFixed(0)} KiB compressed`);
  assert.ok(bytes < 1.5e6);
});

await test("the first demo is live within a second, everything within three", async () => {
  const page = await opened();
  const live = await page.evaluate(() => Number(document.body.dataset.live));
  const whole = await page.evaluate(() => Number(document.body.dataset.settled));
  console.log(`    controls live after ${live.toFixed(0)} ms, everything after ${whole.toFixed(0)} ms`);
  const limit = Number(process.env.LIVE_MS ?? 1000);
  assert.ok(live < limit, `${live} ms`);
  assert.ok(whole < 3 * limit, `${whole} ms`);
  await page.context().close();
});

beside("branches agree with the program to 1e-12", async () => {
  for (const [method, re, im, interval, substeps] of [["rk4", -0.1, 2, 1, 1], ["rk4", 0.3, -1.2, 0.7, 2], ["gauss3", -0.1, 2, 1, 1], ["dormand-prince5", -0.5, 1, 1.5, 1], ["radau-iia-2", 0, 2, 1, 3], ["leap-frog", -0.1, 2, 1, 1], ["forward-euler", -0.1, 2, 1, 1]]) {
    const page = await opened(`#method=${method}&re=${re}&im=${im}&interval=${interval}&substeps=${substeps}`);
    const answer = native("branches", "--method", method, `--lambda=${re}${im < 0 ? "" : "+"}${im}i`, "--interval", String(interval), "--substeps", String(substeps));
    same(await shown(page), answer.branches.map((b) => b.lambda));
    await page.context().close();
  }
});

await test("dragging the truth moves every λ̂, in time for the eye", async () => {
  const page = await opened();
  const before = await shown(page);
  await page.locator("#plane").scrollIntoViewIfNeeded();
  const box = await page.locator("#plane").boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.2, { steps: 12 });
  await page.mouse.up();
  await settled(page);
  const after = await shown(page);
  assert.notDeepEqual(before, after);
  const hash = new URLSearchParams(await page.evaluate(async () => { await new Promise((r) => setTimeout(r, 300)); return location.hash.slice(1); }));
  const [re, im] = [Number(hash.get("re")), Number(hash.get("im"))];
  same(after, native("branches", "--method", "rk4", `--lambda=${re}${im < 0 ? "" : "+"}${im}i`).branches.map((b) => b.lambda));
  const frames = (await page.evaluate(() => performance.getEntriesByName("frame").map((e) => e.duration))).slice(1).sort((a, b) => a - b);
  assert.ok(frames.length >= 3, `${frames.length} frames of a drag in 12 steps`);
  const [frame, worst] = [frames[Math.floor(frames.length / 2)], frames.at(-1)];
  console.log(`    ${frame.toFixed(1)} ms from question to picture in the middle, ${worst.toFixed(1)} at worst, of ${frames.length}`);
  const limit = Number(process.env.FRAME_MS ?? 16);
  assert.ok(frame < limit, `${frame} ms a frame`);
  // Loosely: one frame may meet the browser's own chores, but none may freeze the drag.
  assert.ok(worst < 10 * limit, `${worst} ms the worst frame`);
  await page.context().close();
});

await test("a region of 700 × 700 takes less than a blink", async () => {
  const page = await opened("", { viewport: { width: 1600, height: 1000 }, deviceScaleFactor: 2 });
  for (const method of ["dormand-prince5", "radau-iia-3", "bdf3", "rk4"]) {
    await page.selectOption("#method", method);
    await settled(page);
  }
  const rasters = await page.evaluate(() => performance.getEntriesByName("raster").map((e) => [e.detail, e.duration]));
  assert.ok(rasters.length >= 5 && rasters.every(([side]) => side >= 700), String(rasters));
  const worst = Math.max(...rasters.slice(1).map(([, duration]) => duration));
  console.log(`    ${worst.toFixed(1)} ms for the slowest of ${rasters.length}`);
  assert.ok(worst < Number(process.env.RASTER_MS ?? 100), `${worst} ms for a region`);
  await page.context().close();
});

await test("no frame of a drag is long, for methods of up to ten stages", async () => {
  const page = await opened();
  for (const method of ["forward-euler", "rk4", "cash-karp5", "dormand-prince5", "gauss3", "lobatto-iiic-3", "bdf6", ...native("methods").methods.filter((m) => m.stages >= 8 && m.stages <= 10).map((m) => m.method).slice(0, 2)]) {
    await page.selectOption("#method", method);
    await settled(page);
    await page.locator("#plane").scrollIntoViewIfNeeded();
    const box = await page.locator("#plane").boundingBox();
    await page.evaluate(() => {
      let last = performance.now();
      window.gaps = [];
      const tick = (now) => {
        if (!window.gaps) return;
        window.gaps.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.35);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.3, { steps: 20 });
    await page.mouse.up();
    const gaps = (await page.evaluate(() => { const all = window.gaps; window.gaps = undefined; return all; })).slice(1).sort((a, b) => a - b);
    const [middle, worst] = [gaps[Math.floor(gaps.length / 2)], gaps.at(-1)];
    console.log(`    ${method}: ${middle.toFixed(0)} ms a frame in the middle, ${worst.toFixed(0)} at worst, of ${gaps.length}`);
    assert.ok(worst < 3 * Number(process.env.FRAME_MS ?? 16) + 2, `${method}: ${worst} ms`);
  }
  await page.context().close();
});

/** Each control, and the words that answer it. */
const ANSWERS = [
  ["re", "summary"], ["im", "summary"], ["interval", "summary"], ["substeps", "summary"], ["refinement", "summary"], ["width", "basin-words"], ["steps", "smaller-words"], ["order", "bulge-words"],
  ["decay", "adaptive-words"], ["rtol", "adaptive-words"], ["noise", "noise-words"], ["spread", "uneven-words"], ["epsilon", "frog-words"], ["finer", "orbit-words-1"], ["every", "sindy-words"],
];
/** Each picker, and the words that answer it. */
const PICKERS = [["method", "summary"], ["way", "basin-words"], ["solver", "adaptive-words"], ["first", "three-words-0"], ["second", "three-words-1"], ["third", "three-words-2"]];
const said = (page, id) => page.locator(`#${id}`).textContent();
const changes = async (page, id, words, act, how) => {
  const before = `${await page.locator(`#${id}`).inputValue().catch(() => "")} ${await said(page, words)}`;
  await act();
  await settled(page);
  assert.notEqual(`${await page.locator(`#${id}`).inputValue().catch(() => "")} ${await said(page, words)}`, before, `${id} by ${how}`);
  if (words !== "basin-words") assert.notEqual((await said(page, words)).trim(), "", `${id} by ${how}`);
};

/** Presses every slider well away from where it stands; its demo must say something else. */
async function slidersDriven(page, how, press) {
  for (const [id, words] of ANSWERS) {
    const input = page.locator(`#${id}`);
    if ((await input.getAttribute("type")) !== "range") continue;
    await input.scrollIntoViewIfNeeded();
    const box = await input.boundingBox();
    const at = Number(await input.evaluate((e) => (e.value - e.min) / (e.max - e.min))) < 0.5 ? 0.72 : 0.28;
    await changes(page, id, words, () => press(box.x + box.width * at, box.y + box.height / 2), how);
  }
}

beside("each demo is driven by the mouse", async () => {
  const page = await opened();
  await slidersDriven(page, "mouse", (x, y) => page.mouse.click(x, y));
  await page.click("#reset");
  await settled(page);
  for (const [id, words, field] of [["plane", "summary"], ["map-plane", "map-words"], ["orbit-1", "orbit-words-1"]]) {
    const canvas = page.locator(`#${id}`);
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    const before = await fragment(page);
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.65, { steps: 3 });
    await page.mouse.up();
    await settled(page);
    assert.notEqual(await fragment(page), before, `${id} by mouse${field ?? ""}`);
    assert.notEqual(await said(page, words), "");
  }
  // A click on a basin runs its branch.
  await page.click("#reset");
  await settled(page);
  await page.locator("#basin-plane").scrollIntoViewIfNeeded();
  const box = await page.locator("#basin-plane").boundingBox();
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.86);
  await settled(page);
  assert.equal(await page.locator("#branches input:checked").evaluate((input) => input.closest("tr").rowIndex), 4);
  await page.context().close();
});

beside("each demo is driven by the keyboard, and one voice tells what changed", async () => {
  const page = await opened();
  for (const [id, words] of ANSWERS) {
    await page.focus(`#${id}`);
    const key = await page.locator(`#${id}`).evaluate((e) => (e.type === "range" && e.value === e.max ? "ArrowLeft" : e.type === "range" ? "ArrowRight" : "ArrowUp"));
    await changes(page, id, words, () => page.keyboard.press(key), "keyboard");
    if (words === "basin-words") continue;
    await page.waitForFunction((w) => document.getElementById("spoken").textContent.includes(document.getElementById(w).textContent), words);
  }
  for (const [id, words] of PICKERS) {
    await page.focus(`#${id}`);
    await changes(page, id, words, () => page.keyboard.press("ArrowDown"), "keyboard");
  }
  await page.focus("#basin-shares button >> nth=1");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.locator("#branches input:checked").evaluate((input) => input.closest("tr").rowIndex), 2);
  for (const id of ["plane", "map-plane", "orbit-0", "orbit-1", "orbit-2"]) {
    await page.focus(`#${id}`);
    const before = await fragment(page);
    await page.keyboard.press("ArrowLeft");
    await settled(page);
    assert.notEqual(await fragment(page), before, `${id} by keyboard`);
  }
  await page.context().close();
});

beside("each demo is driven by touch", async () => {
  const page = await opened("", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await slidersDriven(page, "touch", (x, y) => page.touchscreen.tap(x, y));
  for (const id of ["plane", "map-plane", "orbit-0", "orbit-1", "orbit-2"]) {
    const canvas = page.locator(`#${id}`);
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    const before = await fragment(page);
    await page.touchscreen.tap(box.x + box.width * (0.55 + 0.05 * Number(id.slice(-1) in [0, 1, 2] ? id.slice(-1) : 0)), box.y + box.height * 0.6);
    await settled(page);
    assert.notEqual(await fragment(page), before, `${id} by touch`);
  }
  await page.context().close();
});

beside("a screen reader hears each heading and figure once, by name", async () => {
  const page = await opened();
  const tree = await page.locator("body").ariaSnapshot();
  for (const name of ["Why care", "A spiral that turns outwards", "The map of artifacts", "Which of them?", "Does a smaller step size help?", "Does a higher order help?", "Order stars", "Does an adaptive solver help?", "Noise, and uneven samples", "A remedy and its price", "The root that sleeps", "Closed orbits, learned", "What to do", "Your data, your scheme"]) {
    assert.ok(tree.includes(`heading "${name}" [level=2]`), name);
  }
  // One voice: no live region but it, the notices and the errors.
  const live = await page.$$eval("[aria-live], [role=status], [role=alert], output", (all) => all.map((e) => e.id));
  assert.deepEqual(live.sort(), ["copied", "csv-error", "csv-note", "notice", "scheme-error", "scheme-note", "spoken"]);
  const figures = await page.$$eval("canvas", (all) => all.map((e) => [e.id, e.getAttribute("aria-label"), e.getAttribute("aria-describedby")?.split(" ").map((id) => document.getElementById(id)?.textContent.trim()).join("")]));
  for (const [id, name, description] of figures) {
    assert.ok(name && name.length < 120, `${id}: ${name}`);
    if (id !== "own-curve") assert.match(description ?? "", /\d|closed/, `${id} carries its numbers: ${description}`);
  }
  const levels = await page.$$eval("h1, h2, h3", (all) => all.map((e) => Number(e.tagName[1])));
  assert.ok(levels[0] === 1 && levels.every((l, k) => k === 0 || l - levels[k - 1] <= 1), String(levels));
  await page.context().close();
});

beside("the map, the summary and the program judge alike", async () => {
  for (const [method, re, im, fate, verdict] of [["gauss2", -0.1, 2, "7", "artifact"], ["rk4", -0.1, 2, "2", "artifact"], ["rk4", -0.2, 0.3, "0", "faithful"], ["implicit-midpoint", -0.1, 2, "1", "distorted"], ["rk4", -0.006, 1.3, "2", "artifact"], ["kutta3", -0.0062, 0.05, "0", "faithful"]]) {
    const page = await opened(`#method=${method}&re=${re}&im=${im}`);
    assert.equal(await page.locator("#map-plane").getAttribute("data-fate"), fate, `${method} ${re} ${im}`);
    assert.ok((await page.locator("#summary").textContent()).includes(`over a hundred samples: ${verdict}.`), `${method} ${re} ${im}`);
    assert.equal(native("predict", "--system", `damped-oscillator:alpha=${-re},omega=${im}`, "--interval", "1", "--method", method).methods[0].verdict, verdict);
    await page.context().close();
  }
});

beside("differences, smaller steps, noise and adaptive solvers are the program's to 1e-12", async () => {
  const page = await opened("#every=0.5");
  const near = (a, b, what) => assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) <= 1e-12 * Math.max(1, Math.hypot(...b)), `${what}: ${a} and ${b}`);
  const rows = await page.$$eval("#differences tbody tr", (list) => list.map((row) => [...row.querySelectorAll("[data-value]")].map((c) => Number(c.dataset.value))));
  const filters = ["pysindy:FiniteDifference", "pysindy:FiniteDifference:order=4", "pysindy:FiniteDifference:order=8", "pysindy:SmoothedFiniteDifference", "derivative:forward", "derivative:savgol:11,3"];
  assert.equal(rows.length, filters.length);
  filters.forEach((name, k) => near(rows[k], native("branches", "--method", name, "--lambda=-0.1+2i", "--interval", "0.5").branches[0].lambda, name));
  const learned = (await page.locator("#smaller-curve").getAttribute("data-learned")).split(" ").map(Number);
  for (const m of [1, 2, 5, 8]) {
    const principal = native("branches", "--method", "rk4", "--lambda=-0.1+2i", "--substeps", String(m)).branches.find((b) => b.principal);
    near([learned[m - 1], 0], [principal.lambda[0], 0], `m = ${m}`);
  }
  const noisy = (await page.locator("#noise-curve").getAttribute("data-learned")).split(" ").map(Number);
  near(noisy, native("branches", "--method", "rk4", `--lambda=${-0.1 - Math.log1p(0.0025)}+2i`).branches.find((b) => b.principal).lambda, "noise of 5 %");
  const adaptive = (await page.locator("#adaptive-curve").getAttribute("data-learned")).split(" ").map(Number);
  const call = native("branches", "--method", "torchdiffeq:dopri5:rtol=0.01,atol=0.00001", "--lambda=-0.02+2i");
  near(adaptive, (call.solutions ?? call.branches).find((b) => b.principal).lambda, "torchdiffeq dopri5");
  await page.context().close();
});

beside("own samples are drawn with their fit, and the scheme of order 0 is warned of", async () => {
  const page = await opened();
  const rows = Array.from({ length: 40 }, (_, n) => [n, Math.exp(-0.1 * n) * Math.cos(2 * n), Math.exp(-0.1 * n) * Math.sin(2 * n)].join(","));
  await page.setInputFiles("#csv", { name: "spiral.csv", mimeType: "text/csv", buffer: Buffer.from(`t,x,y\n${rows.join("\n")}\n`) });
  await page.waitForSelector("#csv-modes button");
  await settled(page);
  assert.ok(await page.locator("#own-curve").isVisible());
  assert.match(await page.locator("#own-words").textContent(), /The modes meet the samples exactly\. Orange is what a fit through rk4/);
  await page.selectOption("#method", "heun2");
  await settled(page);
  assert.match(await page.locator("#own-words").textContent(), /a fit through heun2/);
  await page.fill("#scheme", 'name = "half"\n[runge-kutta]\nA = [[0]]\nb = ["1/2"]');
  await page.click("#use");
  await settled(page);
  assert.match(await page.locator("#scheme-facts").textContent(), /warningOf order 0: its weights do not add up to 1/);
  assert.match(await page.locator("#own-words").textContent(), /a fit through half/);
  await page.context().close();
});

beside("keys move the truth, sliders and pickers work, the URL remembers", async () => {
  const page = await opened();
  await page.focus("#plane");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  await page.fill("#im", "1.5");
  await page.selectOption("#method", "heun2");
  await page.locator("#interval").evaluate((input) => { input.value = "0.8"; input.dispatchEvent(new Event("input")); });
  await page.locator("#refinement").evaluate((input) => { input.value = "0.84"; input.dispatchEvent(new Event("input")); });
  await page.locator("#branches input").nth(1).check();
  await settled(page);
  await page.waitForTimeout(300);
  const hash = new URLSearchParams((await page.evaluate(() => location.hash)).slice(1));
  assert.deepEqual(Object.fromEntries(hash), { method: "heun2", re: "0", im: "1.5", interval: "0.8", refinement: "7", branch: "1" });
  const again = await opened(await page.evaluate(() => location.hash));
  assert.deepEqual(await shown(again), await shown(page));
  await page.context().close();
  await again.context().close();
});

beside("one criterion of faithful: the summary, the panels and the program agree", async () => {
  for (const [method, interval] of [["rk4", 1], ["rk4", 0.1], ["implicit-midpoint", 1], ["forward-euler", 0.01]]) {
    const re = interval === 0.01 ? -0.001 : -0.1;
    const page = await opened(`#method=${method}&first=${method}&re=${re}&interval=${interval}`);
    await page.waitForFunction((name) => document.querySelector("#three-0 + figcaption").textContent.startsWith(name), method);
    const verdict = (text) => text.match(/(?:: |Verdict: )(faithful|distorted|artifact)\./)[1];
    const summary = verdict(await page.locator("#summary").textContent());
    assert.equal(verdict(await page.locator("#three-0 + figcaption").textContent()), summary, method);
    // The same mode as a system of the program, over the same hundred samples.
    const system = `damped-oscillator:alpha=${-re},omega=2`;
    assert.equal(native("predict", "--system", system, "--interval", String(interval), "--method", method).methods[0].verdict, summary, method);
    await page.context().close();
  }
});

beside("uneven samples: the minima of the loss are the program's to 1e-12", async () => {
  // The same pairs as a file: 40 intervals from 0.5 to 1.5, each from the same start.
  const rows = Array.from({ length: 40 }, (_, k) => {
    const interval = 1 + 0.5 * ((2 * (k + 0.5)) / 40 - 1);
    return `${k},0,1,0\n${k},${interval},${Math.exp(-0.1 * interval) * Math.cos(2 * interval)},${Math.exp(-0.1 * interval) * Math.sin(2 * interval)}`;
  });
  const folder = mkdtempSync(`${tmpdir()}/lambdahat-`);
  writeFileSync(`${folder}/uneven.csv`, `run,t,x,y\n${rows.join("\n")}\n`);
  const found = native("predict", `${folder}/uneven.csv`, "--method", "rk4").methods[0].modes.find((mode) => mode.lambda[1] > 0);
  rmSync(folder, { recursive: true });
  const page = await opened("#spread=50");
  const shownMinima = (await page.locator("#uneven-curve").getAttribute("data-minima")).split(";").map((text) => text.split(" ").map(Number));
  assert.equal(shownMinima.length, found.minima.length);
  found.minima.forEach(({ lambda: [re, im], level }, k) => {
    const [x, y, z] = shownMinima[k];
    assert.ok(Math.hypot(x - re, y - im) <= 1e-12 * Math.max(1, Math.hypot(re, im)) && Math.abs(z - level) <= 1e-12, `${x} ${y} ${z} and ${re} ${im} ${level}`);
  });
  assert.match(await page.locator("#uneven-words").textContent(), /stalls at 24\.3 % of the motion.*still grows/);
  await page.selectOption("#method", "leap-frog");
  await settled(page);
  assert.match(await page.locator("#uneven-words").textContent(), /even times/);
  await page.context().close();
});

beside("leap frog wakes with ε", async () => {
  const page = await opened("#epsilon=-1");
  const loud = Math.abs(Number(await page.locator("#frog-time").getAttribute("data-last")));
  await page.locator("#epsilon").evaluate((input) => { input.value = "-6"; input.dispatchEvent(new Event("input")); });
  await settled(page);
  const quiet = Math.abs(Number(await page.locator("#frog-time").getAttribute("data-last")));
  assert.ok(loud > 1e4 * quiet, `${loud} and ${quiet}`);
  // At its left end there is no error.
  await page.locator("#epsilon").evaluate((input) => { input.value = input.min; input.dispatchEvent(new Event("input")); });
  await settled(page);
  assert.match(await page.locator("#frog-words").textContent(), /Started exactly it sleeps, until rounding wakes it/);
  assert.ok(Math.abs(Number(await page.locator("#frog-time").getAttribute("data-last")) - Math.exp(-7) * Math.cos(140)) < 1e-9);
  await page.context().close();
});

beside("the three panels take any method of the catalogue", async () => {
  const page = await opened();
  for (const id of ["method", "first", "second", "third"]) {
    const count = await page.locator(`#${id} option`).count();
    assert.equal(count, native("methods").methods.length, id);
  }
  await page.selectOption("#second", "bdf2");
  await settled(page);
  const learned = native("branches", "--method", "bdf2", "--lambda=-0.1+2i").branches[0].lambda;
  const said = await page.locator("#three-1 + figcaption").textContent();
  assert.match(said, /^bdf2: λ̂ = .*Verdict: (faithful|distorted|artifact)\./);
  assert.ok(Math.abs(Number(said.match(/λ̂ = (−?[\d.e−]+)/)[1].replaceAll("−", "-")) - learned[0]) < 1e-3 * Math.abs(learned[0]), said);
  await page.context().close();
});

beside("the basins' shares are the program's, for every way down", async () => {
  const folder = mkdtempSync(`${tmpdir()}/lambdahat-`);
  const { facts } = native("basins", "--method", "heun2", "--lambda=-0.1+2i", "--starts", "500", "-o", `${folder}/basins.json`);
  rmSync(folder, { recursive: true });
  const page = await opened("#method=heun2&width=2");
  for (const [value, name] of [["0", "gradient flow"], ["1", "Gauss–Newton"], ["2", "Adam"]]) {
    await page.selectOption("#way", value);
    await settled(page);
    const shares = await page.$$eval("#basin-shares li", (list) => list.map((item) => Number(item.dataset.share)));
    assert.equal(shares.length, 2);
    shares.forEach((share, k) => assert.ok(Math.abs(share - facts[`share of branch ${k + 1}, ${name}, width 2`]) <= 1e-12, `${name}, branch ${k}: ${share}`));
  }
  await page.selectOption("#method", "leap-frog");
  await settled(page);
  assert.match(await page.locator("#basin-words").textContent(), /one basin/);
  await page.context().close();
});

beside("the orbits are the figure's, and their start can be dragged", async () => {
  const figure = JSON.parse(readFileSync(`${root}figures/lotka-volterra.json`, "utf8"));
  const page = await opened("#prey=1.5&predators=1&finer=100");
  for (const k of [1, 2]) {
    const line = figure.panels[k].marks.map((m) => m.line).filter((line) => line?.ink === "red")[2].points.at(-1);
    const [x, y] = (await page.locator(`#orbit-${k}`).getAttribute("data-end")).split(" ").map(Number);
    assert.ok(Math.hypot(x - line[0], y - line[1]) <= 1e-12, `${x}, ${y} and ${line}`);
  }
  const before = await page.locator("#orbit-2").getAttribute("data-end");
  await page.locator("#orbit-1").scrollIntoViewIfNeeded();
  const box = await page.locator("#orbit-1").boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.65, box.y + box.height * 0.55, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  assert.notEqual(await page.locator("#orbit-2").getAttribute("data-end"), before);
  await page.focus("#orbit-0");
  await page.keyboard.press("ArrowLeft");
  await settled(page);
  await page.waitForTimeout(300);
  assert.ok(Number(new URLSearchParams((await page.evaluate(() => location.hash)).slice(1)).get("prey")) < 1.35);
  await page.context().close();
});

beside("order stars, and root loci where there is no star", async () => {
  const page = await opened();
  assert.match(await page.locator("#star-words").textContent(), /order star of rk4/);
  await page.selectOption("#method", "bdf2");
  await settled(page);
  assert.match(await page.locator("#star-words").textContent(), /root locus of bdf2/);
  await page.context().close();
});

beside("touch moves the truth", async () => {
  const page = await opened("", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const before = await shown(page);
  await page.locator("#plane").scrollIntoViewIfNeeded();
  const box = await page.locator("#plane").boundingBox();
  await page.touchscreen.tap(box.x + box.width * 0.4, box.y + box.height * 0.4);
  await settled(page);
  assert.notDeepEqual(await shown(page), before);
  await page.context().close();
});

beside("the order slider tells the reach", async () => {
  const page = await opened();
  await page.locator("#order").evaluate((input) => { input.value = "6"; input.dispatchEvent(new Event("input")); });
  await settled(page);
  assert.match(await page.locator("#bulge-words").textContent(), /1\.01885/);
  await page.context().close();
});

beside("a pasted scheme is checked and used; a broken one says where it is broken", async () => {
  const page = await opened();
  await page.click("#use");
  await settled(page);
  assert.equal(await page.locator("#method").inputValue(), "pasted");
  assert.match(await page.locator("#scheme-facts").textContent(), /order2/);
  same(await shown(page), native("branches", "--method", "ralston2", "--lambda=-0.1+2i").branches.map((b) => b.lambda));
  await page.fill("#scheme", 'name = "broken"\n[runge-kutta]\nA = [[0, 0], ["2/3"]]\nb = [1, 0]');
  await page.click("#use");
  await settled(page);
  assert.match(await page.locator("#scheme-error").textContent(), /line|row/i);
  await page.fill("#scheme", "nonsense [[");
  await page.click("#use");
  await settled(page);
  assert.notEqual(await page.locator("#scheme-error").textContent(), "");
  await page.context().close();
});

beside("a view of a pasted scheme can be shared", async () => {
  const page = await opened("#re=-0.2&im=1.5");
  // What an address must escape is in it, and a letter beyond ASCII.
  const text = 'name = "r&d + 100 %"  # λ = 1?\n[runge-kutta]\nA = [[0, 0], ["2/3", 0]]\nb = ["1/4", "3/4"]\n';
  await page.fill("#scheme", text);
  await page.click("#use");
  await settled(page);
  const address = await fragment(page);
  same(await shown(page), native("branches", "--method", "ralston2", "--lambda=-0.2+1.5i").branches.map((b) => b.lambda));

  const again = await opened(address);
  const restored = async () => {
    assert.equal(await again.locator("#method").inputValue(), "pasted");
    assert.equal(await again.locator("#method option:checked").textContent(), "r&d + 100 % (pasted)");
    assert.equal(await again.locator("#scheme").inputValue(), text);
    assert.equal(await again.locator("#scheme-facts").textContent(), await page.locator("#scheme-facts").textContent());
    assert.equal(await again.locator("#notice").textContent(), "");
    assert.deepEqual(await shown(again), await shown(page));
  };
  await restored();
  await edited(again, "#method=heun2");
  assert.equal(await again.locator("#method").inputValue(), "heun2");
  await again.fill("#scheme", "");
  await edited(again, address);
  await restored();
  // Where another method is chosen, the address need not hold it; chosen again, it does.
  await again.selectOption("#method", "rk4");
  assert.doesNotMatch(await fragment(again), /scheme/);
  await again.selectOption("#method", "pasted");
  assert.equal(await fragment(again), address);
  await page.context().close();
  await again.context().close();
});

beside("an address of a pasted scheme that it does not hold, or not whole, says so", async () => {
  const fallen = async (page, words) => {
    assert.equal(await page.locator("#method").inputValue(), "rk4");
    assert.ok(await page.locator("#notice").isVisible());
    assert.match(await page.locator("#notice").textContent(), words);
    same(await shown(page), native("branches", "--method", "rk4", "--lambda=-0.1+2i").branches.map((b) => b.lambda));
  };
  const page = await opened("#method=pasted");
  await fallen(page, /does not hold it: rk4 is shown/);
  await page.selectOption("#method", "heun2");
  await settled(page);
  assert.equal(await page.locator("#notice").textContent(), "");
  const cut = 'name = "cut"\n[runge-kutta]\nA = [[0, 0], ["2/3"';
  await edited(page, `#${new URLSearchParams({ method: "pasted", scheme: cut })}`);
  await fallen(page, /cannot be used: rk4 is shown instead\. .*:3:20: not valid TOML/);
  assert.equal(await page.locator("#scheme").inputValue(), cut);
  await edited(page, "#method=pasted");
  await fallen(page, /does not hold it/);

  await page.fill("#scheme", `# ${"long ".repeat(1700)}\nname = "long"\n[runge-kutta]\nA = [[0]]\nb = [1]\n`);
  assert.ok(!(await page.locator("#scheme-note").isVisible()));
  await page.click("#use");
  await settled(page);
  assert.equal(await page.locator("#method option:checked").textContent(), "long (pasted)");
  assert.match(await page.locator("#scheme-note").innerText(), /address does not hold it/);
  assert.equal(await fragment(page), "#method=pasted");
  const again = await opened(await fragment(page));
  await fallen(again, /does not hold it/);
  await page.selectOption("#method", "rk4");
  assert.ok(!(await page.locator("#scheme-note").isVisible()));
  await page.context().close();
  await again.context().close();
});

beside("samples give their modes; bad ones name the cell", async () => {
  const page = await opened();
  const rows = Array.from({ length: 40 }, (_, n) => [n * 0.5, Math.exp(-0.05 * n) * Math.cos(n), Math.exp(-0.05 * n) * Math.sin(n)].join(","));
  await page.setInputFiles("#csv", { name: "spiral.csv", mimeType: "text/csv", buffer: Buffer.from(`t,x,y\n${rows.join("\n")}\n`) });
  await page.waitForSelector("#csv-modes button");
  const mode = await page.locator("#csv-modes button").first().evaluate((b) => [Number(b.dataset.re), Number(b.dataset.im)]);
  assert.ok(Math.hypot(mode[0] + 0.1, Math.abs(mode[1]) - 2) < 1e-9, String(mode));
  const folder = mkdtempSync(`${tmpdir()}/lambdahat-`);
  writeFileSync(`${folder}/spiral.csv`, `t,x,y\n${rows.join("\n")}\n`);
  const report = native("predict", `${folder}/spiral.csv`);
  rmSync(folder, { recursive: true });
  assert.deepEqual(await page.$$eval("#csv-modes tbody tr", (list) => list.map((row) => [...row.cells].map((cell) => cell.textContent))), report.methods.map((m) => [m.method, m.verdict]));
  assert.ok((await page.locator("#advice").textContent()).includes(report.recommendation.why));
  assert.match(await page.locator("#csv-modes p").first().textContent(), /^40 samples, one every 0\.5\. Time: `t`\. State: x, y\. 1 mode, found without any integrator:$/);
  await page.locator("#csv-modes button").first().click();
  await settled(page);
  assert.equal(Number(await page.locator("#interval").inputValue()), 0.5);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["t,x\n0,1\n1,oops\n2,3\n"], "bad.csv", { type: "text/csv" }));
    return data;
  });
  await page.dispatchEvent("#csv", "drop", { dataTransfer: transfer });
  await page.waitForFunction(() => document.getElementById("csv-error").textContent !== "");
  assert.match(await page.locator("#csv-error").textContent(), /bad\.csv.*line 3.*oops/);
  await page.context().close();
});

beside("a fragment of nonsense does no harm", async () => {
  const page = await opened("#method=nothing&re=NaN&im=1e99&interval=-3&substeps=1.7&branch=77");
  assert.ok((await shown(page)).length > 0);
  await page.context().close();
});

beside("an address edited to nonsense does no harm either", async () => {
  const page = await opened("#method=heun2");
  for (const nonsense of ["#method=nothing", "#method=nothing&first=none&re=NaN&im=1e99&interval=-3&substeps=1.7&branch=77&order=&way=9&width=x", "#%E0%A4%A&method=%00&&=&re", "#re=20&im=20&interval=10&epsilon=0&finer=-1e308"]) {
    await edited(page, nonsense);
    for (const id of ["method", "first", "second", "third", "way"]) assert.notEqual(await page.locator(`#${id}`).inputValue(), "", `${id} after ${nonsense}`);
    assert.equal(await page.locator("#method").inputValue(), "rk4");
    assert.equal(/the method nothing, which is not in the list/.test(await page.locator("#notice").textContent()), nonsense.includes("nothing"), nonsense);
  }
  await edited(page, "#method=heun2");
  assert.equal(await page.locator("#notice").textContent(), "");
  same(await shown(page), native("branches", "--method", "heun2", "--lambda=-0.1+2i").branches.map((b) => b.lambda));
  await page.context().close();
});

beside("a drawing that fails says why in its place, and recovers", async () => {
  const page = await opened();
  // No control of the page asks for what the library does not have, so one is forged.
  await page.locator("#method").evaluate((select) => select.append(new Option("nothing", "nothing")));
  await page.selectOption("#method", "nothing");
  await settled(page);
  const words = ["#summary", "#map-words", "#star-words", "#basin-words"];
  for (const id of words) assert.match(await page.locator(id).textContent(), /nothing/, id);
  await page.selectOption("#method", "heun2");
  await settled(page);
  for (const id of words) assert.doesNotMatch(await page.locator(id).textContent(), /nothing/, id);
  assert.match(await page.locator("#map-words").textContent(), /^heun2/);
  await page.context().close();
});

beside("the skip link and links to sections leave what is set alone", async () => {
  const page = await opened("#method=heun2&re=-0.3");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  await settled(page);
  assert.equal(await page.locator("#method").inputValue(), "heun2");
  assert.equal(await page.locator("#re").inputValue(), "-0.3");
  await page.context().close();
});

beside("a click on a branch selects it; undo and reset take changes back", async () => {
  const page = await opened();
  const [re, im] = native("branches", "--method", "rk4", "--lambda=-0.1+2i").branches[1].z;
  await page.locator("#plane").scrollIntoViewIfNeeded();
  const box = await page.locator("#plane").boundingBox();
  await page.mouse.click(box.x + ((re + 4.5) / 8) * box.width, box.y + ((4 - im) / 8) * box.height);
  await settled(page);
  assert.equal(await page.locator("#branches input:checked").evaluate((input) => input.closest("tr").rowIndex), 2);
  assert.equal(await page.locator("#re").inputValue(), "-0.1");
  await page.click("#undo");
  await settled(page);
  assert.equal(await page.locator("#branches input:checked").evaluate((input) => input.closest("tr").rowIndex), 1);
  await page.selectOption("#method", "heun2");
  await settled(page);
  await page.click("#reset");
  await settled(page);
  assert.equal(await page.locator("#method").inputValue(), "rk4");
  await page.context().close();
});

beside("Back undoes what was done with one control, and a section's address holds what is set", async () => {
  const page = await opened();
  const back = async () => {
    await page.goBack();
    await settled(page);
  };
  const slide = (value) => page.locator("#interval").evaluate((input, to) => { input.value = to; input.dispatchEvent(new Event("input")); }, value);
  await page.selectOption("#method", "heun2");
  for (const value of ["0.9", "0.8", "0.7"]) await slide(value);
  await settled(page);
  assert.equal(await fragment(page), "#method=heun2&interval=0.7");
  // The slider's three moves are one entry.
  await back();
  assert.equal(await page.locator("#interval").inputValue(), "1");
  assert.equal(await page.locator("#method").inputValue(), "heun2");
  await page.goForward();
  await settled(page);
  assert.equal(await page.locator("#interval").inputValue(), "0.7");
  // A jump to a section is an entry too, and what is set stays.
  await page.click("#map-title a");
  assert.equal(await fragment(page), "#map&method=heun2&interval=0.7");
  await page.locator("#order").evaluate((input) => { input.value = "7"; input.dispatchEvent(new Event("input")); });
  await settled(page);
  assert.equal(await fragment(page), "#method=heun2&interval=0.7&order=7");
  await back();
  assert.equal(await page.locator("#order").inputValue(), "4");
  assert.equal(await fragment(page), "#map&method=heun2&interval=0.7");
  for (let k = 0; k < 3; k++) await back();
  assert.equal(await page.locator("#method").inputValue(), "rk4");
  await page.click("#undo");
  await settled(page);
  assert.equal(await page.locator("#method").inputValue(), "heun2");
  await page.context().close();
  const shared = await opened("#map&method=heun2");
  assert.equal(await shared.locator("#method").inputValue(), "heun2");
  assert.ok(await shared.locator("#map-title").evaluate((e) => Math.abs(e.getBoundingClientRect().top) < innerHeight / 2));
  await shared.context().close();
});

beside("the window follows the truth, and high orders are seen whole", async () => {
  const page = await opened("#interval=3");
  const inside = await page.evaluate(() => document.getElementById("summary").textContent);
  assert.match(inside, /h = 3/);
  await page.locator("#order").evaluate((input) => { input.value = "10"; input.dispatchEvent(new Event("input")); });
  await settled(page);
  assert.match(await page.locator("#bulge-words").textContent(), /3\.39/);
  await page.context().close();
});

beside("a swipe over a picture scrolls the page and changes nothing", async () => {
  const page = await opened("", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await page.locator("#plane").scrollIntoViewIfNeeded();
  const box = await page.locator("#plane").boundingBox();
  const session = await page.context().newCDPSession(page);
  const before = [await page.locator("#re").inputValue(), await page.locator("#im").inputValue()];
  await session.send("Input.synthesizeScrollGesture", { x: box.x + box.width * 0.2, y: box.y + box.height * 0.8, yDistance: -200, gestureSourceType: "touch" });
  await settled(page);
  assert.deepEqual([await page.locator("#re").inputValue(), await page.locator("#im").inputValue()], before);
  await page.context().close();
});

beside("nothing waits for a heavy method", async () => {
  const page = await opened();
  await page.selectOption("#method", "feagin10");
  await page.waitForTimeout(200);
  const started = Date.now();
  await page.locator("#order").evaluate((input) => { input.value = "7"; input.dispatchEvent(new Event("input")); });
  await page.waitForFunction(() => document.getElementById("bulge-words").textContent.startsWith("Order 7"));
  assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms for the order slider`);
  await page.selectOption("#method", "rk4");
  await settled(page);
  assert.match(await page.locator("#star-words").textContent(), /of rk4/);
  await page.context().close();
});

beside("the formula card shows R", async () => {
  const page = await opened();
  await page.waitForFunction(() => document.getElementById("formula").textContent !== "");
  assert.equal(await page.locator("#formula").textContent(), "R(z) = 1 + z + (1/2)z² + (1/6)z³ + (1/24)z⁴");
  await page.selectOption("#method", "implicit-midpoint");
  await page.waitForFunction(() => /1 − /.test(document.getElementById("formula").textContent));
  await page.selectOption("#method", "leap-frog");
  await page.waitForFunction(() => /multistep/.test(document.getElementById("formula").textContent));
  await page.context().close();
});

beside("axe finds nothing, and nothing jumps", async () => {
  const source = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const page = await opened("", { colorScheme });
    await page.evaluate(source);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), [], colorScheme);
    const shift = await page.evaluate(() => new Promise((done) => {
      let sum = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (!entry.hadRecentInput) sum += entry.value; })).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(sum), 200);
    }));
    console.log(`    layout shift ${shift.toFixed(3)} (${colorScheme})`);
    assert.ok(shift < 0.05, `${shift} (${colorScheme})`);
    await page.context().close();
  }
});

beside("it fits four sizes, light and dark", async () => {
  for (const [name, options] of [
    ["desktop", { viewport: { width: 1280, height: 900 } }],
    ["desktop-dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
    ["tablet", { viewport: { width: 820, height: 1180 } }],
    ["tablet-dark", { viewport: { width: 820, height: 1180 }, colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }],
    ["phone-dark", { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: "dark" }],
    ["narrow", { viewport: { width: 320, height: 640 } }],
  ]) {
    const page = await opened("", options);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${name} scrolls sideways by ${overflow} px`);
    const unnamed = await page.$$eval("input, select, textarea, button, canvas", (list) => list.filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim())).map((e) => e.id));
    assert.deepEqual(unnamed, [], `${name}: controls without a name`);
    if (process.env.SHOTS) {
      mkdirSync(process.env.SHOTS, { recursive: true });
      await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
    }
    await page.context().close();
  }
});

await Promise.all([lane(), lane()]);
await browser.close();
failures.push(...problems.map((problem) => `on the console: ${problem}`));
for (const failure of failures) console.error(`\n${failure}`);
console.log(`${passed} tests passed, ${failures.length ? `${failures.length} failures` : "no console errors, no request to any network"}`);
process.exitCode = failures.length ? 1 : 0;
