// Bundles the page and writes what the program embeds.
//
//    node build.mjs OUTPUT
//
// makes OUTPUT/{index.html,app.js,app.css,icon.svg}, each also as .gz, and OUTPUT/assets.cc:
// the table of kindred/serving/assets.h, which takes the compressed bytes in by the assembler's
// .incbin. The same sources give the same bytes.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "dist"));
mkdirSync(output, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.ts" },
  outdir: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari16"],
  legalComments: "inline",
  logLevel: "warning",
});

const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};
for (const name of ["index.html", "icon.svg"]) {
  writeFileSync(join(output, name), readFileSync(join(here, "src", name)));
}

const rows = [];
const symbols = [];
for (const name of ["index.html", "app.js", "app.css", "icon.svg"]) {
  const bytes = readFileSync(join(output, name));
  const compressed = gzipSync(bytes, { level: 9 });
  compressed[9] = 255; // The operating system in the header: none, wherever it was built.
  writeFileSync(join(output, `${name}.gz`), compressed);
  const symbol = `kindred_asset_${name.replace(/\W/g, "_")}`;
  const etag = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const type = TYPES[name.split(".").at(-1)];
  symbols.push({ symbol, path: join(output, `${name}.gz`) });
  rows.push(
    `      {"/${name}", "${type}", "\\"${etag}\\"", {${symbol}, ${compressed.length}}},`,
  );
}

const incbins = symbols
  .map(({ symbol, path }) => `    ".global ${symbol}\\n${symbol}:\\n.incbin \\"${path}\\"\\n"`)
  .join("\n");
const declarations = symbols.map(({ symbol }) => `extern const char ${symbol}[];`).join("\n");
const table = `// Written by web/build.mjs.

#include "kindred/serving/assets.h"

#include <array>

__asm__(
    ".pushsection .rodata\\n"
${incbins}
    ".popsection\\n");

extern "C" {
${declarations}
}

namespace kindred::serving {

std::span<const Asset> all_assets() noexcept {
  static const std::array<Asset, ${rows.length}> kAssets = {{
${rows.join("\n")}
  }};
  return kAssets;
}

}  // namespace kindred::serving
`;
writeFileSync(join(output, "assets.cc"), table);
