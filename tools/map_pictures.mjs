// Makes the pictures of docs/guide/map.md in a real browser: the built-in movie world, and
// shapes drawn here, some with a wrong label.
//
//    node tools/map_pictures.mjs build/release/bin/kindred
//
// Needs what the browser tests need. The pictures go to docs/images.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SHAPES = ["bar", "cross", "disc", "ring", "square", "triangle"];
const COUNT = 2400;
const SIDE = 20;

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const binary = resolve(process.argv[2] ?? join(root, "build/release/bin/kindred"));
const images = join(root, "docs/images");
// The harness reads what the tests are given: the program, the page's folder, a folder.
process.argv.splice(2, process.argv.length, binary, join(root, "web"), images);
const { computed, openBrowser, openPage, settled, View } = await import("../tests/browser/harness.mjs");

let state = 20261;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

// How much ink a place has, from the middle of a shape of size 1.
function isInk(shape, x, y) {
  const radius = Math.hypot(x, y);
  switch (shape) {
    case "bar": return Math.abs(x) < 0.28 && Math.abs(y) < 1;
    case "cross": return (Math.abs(x) < 0.25 || Math.abs(y) < 0.25) && Math.max(Math.abs(x), Math.abs(y)) < 1;
    case "disc": return radius < 0.9;
    case "ring": return radius < 1 && radius > 0.6;
    case "square": return Math.max(Math.abs(x), Math.abs(y)) < 0.8;
    default: return y < 0.75 && y > -0.9 + 2 * Math.abs(x);
  }
}

function drawShapes(folder) {
  const pixels = Buffer.alloc(16 + COUNT * SIDE * SIDE);
  pixels.writeUInt32BE(0x00000803, 0);
  [COUNT, SIDE, SIDE].forEach((size, i) => pixels.writeUInt32BE(size, 4 + 4 * i));
  const labels = [];
  for (let row = 0; row < COUNT; ++row) {
    const shape = row % SHAPES.length;
    const size = 5.5 + 3 * random();
    const [left, top] = [SIDE / 2 + 2 * (random() - 0.5), SIDE / 2 + 2 * (random() - 0.5)];
    const turn = 0.5 * (random() - 0.5);
    for (let i = 0; i < SIDE * SIDE; ++i) {
      const [x, y] = [((i % SIDE) + 0.5 - left) / size, (Math.floor(i / SIDE) + 0.5 - top) / size];
      const ink = isInk(SHAPES[shape], x * Math.cos(turn) + y * Math.sin(turn), y * Math.cos(turn) - x * Math.sin(turn));
      pixels[16 + row * SIDE * SIDE + i] = ink ? 200 + 55 * random() : 25 * random();
    }
    labels.push(SHAPES[random() < 0.01 ? Math.floor(6 * random()) : shape]);
  }
  writeFileSync(join(folder, "shapes.idx"), pixels);
  writeFileSync(join(folder, "shapes.tsv"), ["shape", ...labels].join("\n") + "\n");
}

const folder = mkdtempSync(join(tmpdir(), "kindred-pictures-"));
drawShapes(folder);
execFileSync(binary, ["demo", "--write", folder, "--quiet"], { stdio: "ignore" });
const browser = await openBrowser();

const shoot = (page, name) => page.screenshot({ path: join(images, `${name}.png`) });

async function show(args, theme, work) {
  const view = await View.start(args);
  const page = await openPage(browser, view.url, { theme });
  await computed(page);
  await page.keyboard.press("s");
  await work(page);
  await page.context().close();
  await view.stop();
}

async function umap(page) {
  await page.getByRole("radio", { name: "UMAP" }).click();
  await page.getByRole("button", { name: "Compute" }).click();
  await page.waitForFunction(() => globalThis.kindredMap.app.active.request.method === "umap" && globalThis.kindredMap.app.active.facts.quality, null, { timeout: 180_000 });
  await settled(page);
}

await show([join(folder, "demo.kindred"), "--users", "--color", "age"], "dark", async (page) => {
  await umap(page);
  await shoot(page, "map_people");
});
await show([join(folder, "demo.kindred"), "--color", "audience_age"], "light", async (page) => {
  await page.evaluate(() => globalThis.kindredMap.app.focus(globalThis.kindredMap.app.titles.texts.findIndex((title) => title.startsWith("Incredibles") || title.startsWith("The Incredibles"))));
  await page.waitForSelector("#page-point .near li");
  await settled(page);
  await shoot(page, "map_movies");
});
await show([join(folder, "shapes.idx"), "--labels", join(folder, "shapes.tsv")], "dark", async (page) => {
  await umap(page);
  await page.getByRole("tab", { name: "Insights" }).click();
  await page.waitForSelector("#suspects .card");
  await page.keyboard.press("m");
  await settled(page);
  await shoot(page, "map_shapes");
  await page.locator("#suspects .card").first().click();
  await page.waitForTimeout(1200);
  await settled(page);
  await shoot(page, "map_suspects");
});
await browser.close();
rmSync(folder, { recursive: true, force: true });
