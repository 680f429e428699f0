import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** `virtual:core` is the WebAssembly module, gzipped, in base64: the page is opened from a folder, where nothing can be fetched. */
const core: Plugin = {
  name: "core",
  resolveId: (id) => (id === "virtual:core" ? "\0core" : undefined),
  load: (id) => {
    if (id !== "\0core") return undefined;
    const wasm = readFileSync(new URL("./pkg/lambdahat_web_bg.wasm", import.meta.url));
    return `export default ${JSON.stringify(gzipSync(wasm, { level: 9 }).toString("base64"))};`;
  },
};

/** Browsers refuse modules from a folder, so the script is a classic one, run when the page is parsed. */
const classic: Plugin = {
  name: "classic",
  enforce: "post",
  transformIndexHtml: (html) => html.replace(/<script type="module" crossorigin/g, "<script defer").replace(/<link rel="stylesheet" crossorigin/g, '<link rel="stylesheet"'),
};

/** The first demo as a still picture: the data, λ = −0.1 + 2i, and what classical RK4 learns from them at H = 1, λ̂ = 0.105 + 1.927i. */
const still = (() => {
  const half = 3.5;
  const spiral = (re: number, im: number, step: number) =>
    Array.from({ length: Math.round(12 / step) + 1 }, (_, k) => [Math.exp(re * k * step) * Math.cos(im * k * step), -Math.exp(re * k * step) * Math.sin(im * k * step)].map((x) => x.toFixed(3)));
  const line = (re: number, im: number, ink: string) => `<polyline fill="none" stroke="${ink}" stroke-width="0.03" points="${spiral(re, im, 0.1).join(" ")}"/>`;
  const dots = spiral(-0.1, 2, 1).map(([x, y]) => `<circle cx="${x}" cy="${y}" r="0.07"/>`).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-half} ${-half} ${2 * half} ${2 * half}">${line(0.105105, 1.926833, "#b84a00")}${line(-0.1, 2, "#0068a3")}${dots}</svg>`;
  return `:root { --still: url("data:image/svg+xml,${encodeURIComponent(svg)}"); }\n`;
})();

/** Where the code and the documents lie is known only to whoever puts the page on a site: CODE_URL and DOCS_URL. Without them the page says how to read what it came with. */
const links: Plugin = {
  name: "links",
  transformIndexHtml: (html) => {
    const { CODE_URL: code, DOCS_URL: docs } = process.env;
    const plain = "<code>docs/</code> and <code>lambdahat --help</code>; <code>CITATION.cff</code> says how to cite them.";
    const linked = [code && `<a href="${code}">code</a>`, docs && `<a href="${docs}">documents</a>`].filter(Boolean).join(", ");
    return html.replace("<!--links-->", linked ? `${linked}; ${plain}` : plain);
  },
};

/** The styles stand in the page itself: loaded by the script they would come after the first paint, and everything would jump. */
const styles: Plugin = {
  name: "styles",
  transformIndexHtml: { order: "pre", handler: (html) => html.replace("<style></style>", `<style>\n${still}${readFileSync(new URL("./src/style.css", import.meta.url), "utf8")}</style>`) },
};

export default defineConfig({
  base: "./",
  plugins: [core, classic, links, styles],
  worker: { format: "iife" },
  build: {
    outDir: "../assets/tour",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: { output: { format: "iife", entryFileNames: "tour.js", assetFileNames: "tour.[ext]" } },
  },
});
