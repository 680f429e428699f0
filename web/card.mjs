/**
 * The picture that goes with a shared link, from the project's own figure of the first demo:   node card.mjs
 *
 * 1200 × 630 as social sites ask for. Written to public/, from where the build takes it; anew where figures/hero.svg has changed.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const figure = readFileSync(here("../figures/hero.svg")).toString("base64");
const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await page.setContent(`<style>
  body { margin: 0; width: 1200px; height: 630px; display: flex; flex-direction: column; background: #fff; font: 26px system-ui, sans-serif; color: #1a1a1a; }
  h1 { font-size: 54px; margin: 26px 48px 0; } p { margin: 6px 48px 10px; color: #444; }
  /* The figure without its own title, which stands above. */
  div { flex: 1; overflow: hidden; margin: 0 auto 8px; } img { width: 850px; margin-top: -97px; }
</style><h1>A perfect fit, a wrong model</h1><p>Data that spiral in are learned, at zero loss, as a spiral out.</p><div><img src="data:image/svg+xml;base64,${figure}"></div>`);
await page.waitForFunction(() => document.images[0].complete);
mkdirSync(here("public"), { recursive: true });
await page.screenshot({ path: here("public/card.png") });
await browser.close();
