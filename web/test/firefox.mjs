/**
 * Drives the built page in Firefox, by WebDriver BiDi and without any other program: what Chromium's tests show of computing, keys, pointers and the
 * address holds here too. Where no Firefox is installed it says so and ends well.
 *
 *   FIREFOX=/usr/bin/firefox-esr node test/firefox.mjs
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const address = `file://${root}assets/tour/index.html`;
const firefox = process.env.FIREFOX ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync);
const program = process.env.LAMBDAHAT ?? [`${root}target/release/lambdahat`, `${root}target/debug/lambdahat`].find(existsSync);
if (!firefox) {
  console.log("Firefox is not installed: the page was tried in Chromium only");
  process.exit(0);
}
assert.ok(program, "no lambdahat found: cargo build --release, or set LAMBDAHAT");

/** A WebSocket of text messages, as much of it as BiDi needs: Node has none before version 22. */
class Socket {
  static open(url) {
    const { hostname, port, pathname } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: hostname, port: Number(port) }, () => {
        socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
      });
      let head = Buffer.alloc(0);
      const shaking = (data) => {
        head = Buffer.concat([head, data]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        socket.off("data", shaking);
        if (!head.toString("latin1", 0, end).includes(" 101 ")) return reject(new Error(head.toString("latin1", 0, end)));
        resolve(new Socket(socket, head.subarray(end + 4)));
      };
      socket.on("data", shaking).on("error", reject);
    });
  }

  constructor(socket, rest) {
    this.socket = socket;
    this.buffer = rest;
    this.parts = [];
    this.onmessage = () => undefined;
    socket.on("data", (data) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      this.read();
    });
  }

  read() {
    for (;;) {
      if (this.buffer.length < 2) return;
      let [length, at] = [this.buffer[1] & 127, 2];
      if (length === 126) [length, at] = [this.buffer.length < 4 ? Infinity : this.buffer.readUInt16BE(2), 4];
      else if (length === 127) [length, at] = [this.buffer.length < 10 ? Infinity : Number(this.buffer.readBigUInt64BE(2)), 10];
      if (this.buffer.length < at + length) return;
      const [first, body] = [this.buffer[0], this.buffer.subarray(at, at + length)];
      this.buffer = this.buffer.subarray(at + length);
      if ((first & 15) > 1) continue;
      this.parts.push(body);
      if (!(first & 128)) continue;
      const text = Buffer.concat(this.parts).toString();
      this.parts = [];
      this.onmessage(text);
    }
  }

  send(text) {
    const body = Buffer.from(text);
    const mask = randomBytes(4);
    const head = Buffer.from([129, 128 | Math.min(body.length, body.length < 65536 ? 126 : 127)]);
    const length = Buffer.alloc(body.length < 126 ? 0 : body.length < 65536 ? 2 : 8);
    if (length.length === 2) length.writeUInt16BE(body.length);
    else if (length.length === 8) length.writeBigUInt64BE(BigInt(body.length));
    this.socket.write(Buffer.concat([head, length, mask, body.map((byte, k) => byte ^ mask[k & 3])]));
  }
}

const profile = mkdtempSync(`${tmpdir()}/lambdahat-firefox-`);
writeFileSync(`${profile}/user.js`, ['user_pref("remote.active-protocols", 1);', 'user_pref("ui.prefersReducedMotion", 1);', 'user_pref("network.captive-portal-service.enabled", false);', 'user_pref("datareporting.policy.dataSubmissionEnabled", false);', 'user_pref("app.update.enabled", false);', 'user_pref("browser.shell.checkDefaultBrowser", false);'].join("\n"));
const browser = spawn(firefox, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
const endpoint = await new Promise((resolve, reject) => {
  let said = "";
  browser.stderr.on("data", (data) => {
    said += data;
    const found = said.match(/WebDriver BiDi listening on (ws:\S+)/);
    if (found) resolve(`${found[1]}/session`);
  });
  browser.on("exit", () => reject(new Error(`Firefox ended: ${said}`)));
  setTimeout(() => reject(new Error(`Firefox did not start: ${said}`)), 60_000).unref();
});
const socket = await Socket.open(endpoint);
const waiting = new Map();
const problems = [];
let last = 0;
socket.onmessage = (text) => {
  const message = JSON.parse(text);
  if (message.type === "event") {
    if (message.method === "log.entryAdded" && message.params.level === "error") problems.push(message.params.text);
    if (message.method === "network.beforeRequestSent" && /^https?:/.test(message.params.request.url)) problems.push(`asked the network for ${message.params.request.url}`);
    return;
  }
  const { resolve, reject } = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === "success") resolve(message.result);
  else reject(new Error(`${message.error}: ${message.message}`));
};
const ask = (method, params = {}) => new Promise((resolve, reject) => {
  waiting.set(++last, { resolve, reject });
  socket.send(JSON.stringify({ id: last, method, params }));
});

const { capabilities } = await ask("session.new", { capabilities: {} });
await ask("session.subscribe", { events: ["log.entryAdded", "network.beforeRequestSent"] });
const context = (await ask("browsingContext.getTree")).contexts[0].context;

/** The value of an expression in the page, through JSON; promises are awaited. */
async function value(expression) {
  const done = await ask("script.evaluate", { expression: `Promise.resolve(${expression}).then((x) => JSON.stringify(x ?? null))`, target: { context }, awaitPromise: true });
  if (done.type === "exception") throw new Error(done.exceptionDetails.text);
  return JSON.parse(done.result.value);
}

async function until(expression, what, limit = 120_000) {
  const start = Date.now();
  while (!(await value(`Boolean(${expression})`))) {
    if (Date.now() - start > limit) throw new Error(`${what} did not come in ${limit} ms`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const settled = () => until('document.body.dataset.live && document.body.dataset.busy === "false"', "the page");
async function opened(fragment = "", width = 1200, height = 900) {
  await ask("browsingContext.setViewport", { context, viewport: { width, height } });
  await ask("browsingContext.navigate", { context, url: "about:blank", wait: "complete" });
  await ask("browsingContext.navigate", { context, url: address + fragment, wait: "complete" });
  await until('document.querySelector("#branches tbody tr")', "the first demo");
  await settled();
}
const text = (id) => value(`document.getElementById("${id}").textContent`);
const shown = () => value('[...document.querySelectorAll("#branches tbody tr")].map((row) => [...row.querySelectorAll("[data-value]")].map((c) => Number(c.dataset.value)))');
const set = (id, to, event = "input") => value(`(() => { const e = document.getElementById("${id}"); e.value = ${JSON.stringify(to)}; e.dispatchEvent(new Event("${event}")); })()`).then(settled);
const native = (...args) => JSON.parse(execFileSync(program, [...args, "--json"], { encoding: "utf8" }));
function same(a, b) {
  assert.equal(a.length, b.length);
  for (const [x, y] of a) assert.ok(Math.min(...b.map(([u, v]) => Math.hypot(u - x, v - y))) <= 1e-12 * Math.max(1, Math.hypot(x, y)), `${x} + ${y}i`);
}
const box = (id) => value(`(() => { const e = document.getElementById("${id}"); e.scrollIntoView({ block: "center", behavior: "instant" }); const b = e.getBoundingClientRect(); return { x: b.x, y: b.y, width: b.width, height: b.height }; })()`);
const pointer = (kind, actions) => ask("input.performActions", { context, actions: [{ type: "pointer", id: kind, parameters: { pointerType: kind }, actions }] });
const key = (...codes) => ask("input.performActions", { context, actions: [{ type: "key", id: "keys", actions: codes.flatMap((code) => [{ type: "keyDown", value: code }, { type: "keyUp", value: code }]) }] });

let passed = 0;
const failures = [];
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

await test("branches agree with the program to 1e-12", async () => {
  for (const [method, re, im, interval, substeps] of [["rk4", -0.1, 2, 1, 1], ["rk4", 0.3, -1.2, 0.7, 2], ["gauss3", -0.1, 2, 1, 1], ["leap-frog", -0.1, 2, 1, 1]]) {
    await opened(`#method=${method}&re=${re}&im=${im}&interval=${interval}&substeps=${substeps}`);
    same(await shown(), native("branches", "--method", method, `--lambda=${re}${im < 0 ? "" : "+"}${im}i`, "--interval", String(interval), "--substeps", String(substeps)).branches.map((b) => b.lambda));
  }
});

await test("a drag, the arrow keys and a tap move the truth", async () => {
  await opened();
  const before = await value('[document.getElementById("re").value, document.getElementById("im").value]');
  const { x, y, width, height } = await box("plane");
  const [cx, cy] = [Math.round(x + width * 0.5), Math.round(y + height * 0.3)];
  await pointer("mouse", [{ type: "pointerMove", x: cx, y: cy }, { type: "pointerDown", button: 0 }, ...Array.from({ length: 12 }, (_, k) => ({ type: "pointerMove", x: cx - 4 * k, y: cy - 3 * k, duration: 16 })), { type: "pointerUp", button: 0 }]);
  await settled();
  const dragged = await value('[document.getElementById("re").value, document.getElementById("im").value]');
  assert.notDeepEqual(dragged, before);
  const frames = (await value('performance.getEntriesByName("frame").map((e) => e.duration)')).slice(1).sort((a, b) => a - b);
  console.log(`    ${frames[Math.floor(frames.length / 2)]?.toFixed(1)} ms from question to picture in the middle, ${frames.at(-1)?.toFixed(1)} at worst, of ${frames.length}`);
  await value('document.getElementById("plane").focus()');
  await key("\uE014", "\uE013");
  await settled();
  const keyed = await value('[document.getElementById("re").value, document.getElementById("im").value]');
  assert.ok(Math.abs(keyed[0] - dragged[0] - 0.1) < 1e-9 && Math.abs(keyed[1] - dragged[1] - 0.1) < 1e-9, `${dragged} then ${keyed}`);
  await pointer("touch", [{ type: "pointerMove", x: Math.round(x + width * 0.4), y: Math.round(y + height * 0.4) }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }]);
  await settled();
  assert.notDeepEqual(await value('[document.getElementById("re").value, document.getElementById("im").value]'), keyed);
});

await test("every demo draws, and none says an error", async () => {
  await opened();
  for (const id of ["summary", "adaptive-words", "noise-words", "uneven-words", "bulge-words", "star-words", "basin-words", "map-words", "smaller-words", "frog-words", "sindy-words", "orbit-words-1", "orbit-words-2"]) assert.ok((await text(id)).length > 20, id);
  assert.equal(await text("notice"), "", "notice");
  const blank = await value(`[...document.querySelectorAll("canvas:not(#own-curve)")].filter((c) => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; for (let k = 4; k < d.length; k += 4) if (d[k] !== d[0] || d[k + 1] !== d[1]) return false; return true; }).map((c) => c.id)`);
  assert.deepEqual(blank, []);
});

await test("sliders speak, the URL remembers and is read again", async () => {
  await opened();
  await set("refinement", "0.84");
  await set("method", "heun2", "change");
  assert.equal(await value('document.getElementById("refinement").getAttribute("aria-valuetext")'), "step size h divided by 7");
  await new Promise((done) => setTimeout(done, 400));
  const hash = await value("location.hash");
  assert.equal(hash, "#method=heun2&refinement=7");
  const before = await shown();
  await opened(hash);
  assert.deepEqual(await shown(), before);
});

await test("samples give their modes, and a pasted scheme its branches", async () => {
  await opened();
  const rows = Array.from({ length: 40 }, (_, n) => [n * 0.5, Math.exp(-0.05 * n) * Math.cos(n), Math.exp(-0.05 * n) * Math.sin(n)].join(",")).join("\\n");
  await value(`(() => { const d = new DataTransfer(); d.items.add(new File(["t,x,y\\n${rows}\\n"], "spiral.csv", { type: "text/csv" })); const i = document.getElementById("csv"); i.files = d.files; i.dispatchEvent(new Event("change")); })()`);
  await until('document.querySelector("#csv-modes button")', "the modes");
  const mode = await value('(({ re, im }) => [Number(re), Number(im)])(document.querySelector("#csv-modes button").dataset)');
  assert.ok(Math.hypot(mode[0] + 0.1, Math.abs(mode[1]) - 2) < 1e-9, String(mode));
  await value('document.getElementById("use").click()');
  await settled();
  same(await shown(), native("branches", "--method", "ralston2", "--lambda=-0.1+2i").branches.map((b) => b.lambda));
});

await test("it fits three sizes, and nothing jumps", async () => {
  for (const [name, width, height] of [["desktop", 1280, 900], ["tablet", 820, 1180], ["phone", 390, 844]]) {
    await opened("", width, height);
    const overflow = await value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert.ok(overflow <= 0, `${name} scrolls sideways by ${overflow} px`);
    if (!process.env.SHOTS) continue;
    mkdirSync(process.env.SHOTS, { recursive: true });
    const { data } = await ask("browsingContext.captureScreenshot", { context, origin: "document" });
    writeFileSync(`${process.env.SHOTS}/firefox-${name}.png`, Buffer.from(data, "base64"));
  }
});

await ask("browser.close").catch(() => undefined);
await new Promise((done) => {
  if (browser.exitCode !== null) return done();
  browser.once("exit", done);
  setTimeout(() => browser.kill(), 5000).unref();
});
rmSync(profile, { recursive: true, force: true });
failures.push(...problems.map((problem) => `on the console: ${problem}`));
for (const failure of failures) console.error(`\n${failure}`);
console.log(`${passed} tests passed in Firefox ${capabilities.browserVersion}, ${failures.length ? `${failures.length} failures` : "no console errors, no request to any network"}`);
process.exit(failures.length ? 1 : 0);
