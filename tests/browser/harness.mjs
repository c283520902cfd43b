// What the browser tests share: the program, a browser, and the rule that nothing may complain.
//
// A test is skipped, with exit code 77 and a reason, where there is no browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

const SKIPPED = 77;
const [binary, webFolder, outputFolder] = process.argv.slice(2);
mkdirSync(outputFolder, { recursive: true });
const { chromium } = createRequire(join(webFolder, "package.json"))("playwright-core");

export function skip(reason) {
  console.log(`SKIPPED: ${reason}`);
  process.exit(SKIPPED);
}

// Software drawing, so that a machine without a graphics card shows the same; nothing that
// phones anywhere.
const FLAGS = [
  "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-watchdog", "--no-sandbox",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  "--disable-default-apps", "--disable-dev-shm-usage",
];

export async function openBrowser(extra = []) {
  const found = process.env.PATH.split(delimiter)
    .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (!found) skip("no browser: chromium is not installed");
  return chromium.launch({ executablePath: found, args: [...FLAGS, ...extra] });
}

// Far from those that `kindred view` takes by itself, or another test's server would answer in the
// place of one that has stopped.
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const listens = await new Promise((resolve) => server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    if (!listens) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export class View {
  static async start(args, port) {
    const view = new View();
    view.port = port ?? (await freePort());
    view.child = spawn(binary, ["view", ...args, "--port", String(view.port), "--no-browser", "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
    view.ended = new Promise((resolve) => view.child.on("exit", (code, signal) => resolve({ code, signal })));
    view.url = await new Promise((resolve, reject) => {
      view.child.stdout.once("data", (bytes) => resolve(String(bytes).trim()));
      view.child.once("exit", () => reject(new Error("kindred view ended before it printed its address")));
    });
    return view;
  }

  async stop() {
    this.child.kill("SIGTERM");
    return this.ended;
  }
}

// A page whose complaints fail the test, but for those that `expected` matches.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: options.theme ?? "dark", acceptDownloads: true, reducedMotion: options.motion ?? "no-preference" });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      const text = message.text();
      // Chromium's own remark that reading pixels from software drawing is slow.
      if (!/GPU stall due to ReadPixels/.test(text)) page.complaints.push(`${message.type()}: ${text}`);
    }
  });
  page.on("pageerror", (error) => page.complaints.push(`exception: ${error.stack}`));
  await page.goto(url);
  await page.waitForSelector("html[data-ready=true]", { timeout: 30_000 });
  return page;
}

export const frame = (page) => page.evaluate(() => globalThis.kindredMap.frame);

export async function computed(page) {
  await page.waitForFunction(() => globalThis.kindredMap.app.active?.state === "done" && globalThis.kindredMap.frame.points > 0, null, { timeout: 60_000 });
}

// Requires: it does not spin.
export async function settled(page) {
  await page.waitForFunction(() => globalThis.kindredMap.app.active?.state === "done" && !globalThis.kindredMap.frame.moving, null, { timeout: 60_000 });
}

// A row that is in front where it lies, and where that is.
export async function visibleRow(page, from = 0) {
  const box = await page.locator("#view").boundingBox();
  const found = await page.evaluate((first) => {
    const { app } = globalThis.kindredMap;
    for (let row = first; row < app.info.count; ++row) {
      const place = app.scene.screenOf(row);
      if (place && place.x > 40 && place.y > 40 && place.y < 560 && app.scene.pick(place.x, place.y) === row) return { row, ...place };
    }
    return null;
  }, from);
  assert.ok(found, "no point can be seen");
  return { row: found.row, x: box.x + found.x, y: box.y + found.y };
}

// Waits until at least so many pixels are drawn.
export async function drawn(page, least) {
  const deadline = Date.now() + 20_000;
  let pixels = 0;
  while (Date.now() < deadline) {
    pixels = await drawnPixels(page);
    if (pixels >= least) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`${pixels} pixels are drawn, and there should be ${least}`);
}

// Colours that are on the canvas: how many pixels are not the ground.
async function drawnPixels(page) {
  return page.evaluate(() => {
    const canvas = globalThis.kindredMap.app.scene.snapshot();
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d");
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (Math.abs(data[i] - data[0]) + Math.abs(data[i + 1] - data[1]) + Math.abs(data[i + 2] - data[2]) > 40) ++drawn;
    }
    return drawn;
  });
}

let number = 0;
export async function picture(page, name) {
  const path = join(outputFolder, `${String(++number).padStart(2, "0")}_${name}.png`);
  await page.screenshot({ path });
}

export async function step(name, work) {
  const began = Date.now();
  try {
    await work();
    console.log(`ok   ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stack}`);
    process.exitCode = 1;
    throw error;
  }
}

export function quiet(page) {
  assert.deepEqual(page.complaints, []);
}
