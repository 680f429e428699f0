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

export default defineConfig({
  base: "./",
  plugins: [core, classic],
  worker: { format: "iife", plugins: () => [core] },
  build: {
    outDir: "../assets/tour",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: { output: { format: "iife", entryFileNames: "tour.js", assetFileNames: "tour.[ext]" } },
  },
});
