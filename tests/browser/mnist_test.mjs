// Ten thousand handwritten digits in a real browser: from the first picture to the finished UMAP.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { computed, drawn, frame, openBrowser, openPage, picture, quiet, settled, skip, step, View, visibleRow } from "./harness.mjs";

const data = resolve(process.env.KINDRED_SOURCE_DIR ?? ".", process.env.KINDRED_DATA ?? "../shared/data");
const images = join(data, "mnist/t10k-images-idx3-ubyte.gz");
if (!existsSync(images)) {
  if (process.env.KINDRED_REQUIRE_DATA === "1") throw new Error(`${images} is missing`);
  skip(`no data: ${images} does not exist (KINDRED_DATA names the folder of the data sets)`);
}

const browser = await openBrowser();
const view = await View.start([images, "--labels", join(data, "mnist/t10k-labels-idx1-ubyte.gz"), "--threads", "2"]);
let page;
try {
  await step("ten thousand digits by principal components", async () => {
    page = await openPage(browser, view.url);
    await computed(page);
    assert.equal(await page.locator("#variance-shown").textContent(), "23.7 %");
    const { calls, points } = await frame(page);
    assert.equal(calls, 1);
    assert.equal(points, 10_000);
    await drawn(page, 20_000);
    await page.waitForTimeout(800);
    await picture(page, "pca");
  });
  await step("it spins, and stops when touched", async () => {
    const before = await page.evaluate(() => globalThis.kindredMap.app.scene.view);
    await page.waitForTimeout(500);
    assert.notEqual(await page.evaluate(() => globalThis.kindredMap.app.scene.view), before);
    await page.keyboard.press("s");
    await settled(page);
  });
  await step("a click shows a digit and its neighbours", async () => {
    const { row, x, y } = await visibleRow(page);
    await page.mouse.click(x, y);
    await page.waitForSelector("#page-point .near li canvas");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.focus), row);
    assert.equal(await page.locator("#page-point .near li").count(), 15);
    await page.waitForTimeout(300);
    await picture(page, "point");
    await page.keyboard.press("Escape");
  });
  await step("the legend's 5", async () => {
    await page.locator(".legend-main", { hasText: /^5/ }).click();
    assert.deepEqual(await page.evaluate(() => [...globalThis.kindredMap.app.points.lit]), [5]);
    await page.getByRole("button", { name: "Fly to 5" }).click();
    await settled(page);
    await picture(page, "fives");
  });
  await step("the insights: spread, suspects, confusions", async () => {
    await page.getByRole("tab", { name: "Insights" }).click();
    await page.waitForSelector("#suspects .card", { timeout: 60_000 });
    assert.match(await page.locator("#spread-said").textContent(), /2 is the widest in the original space \(7\.07\), 1 the tightest \(4\.72\)/);
    await page.waitForTimeout(500);
    await picture(page, "insights");
    await page.getByRole("radio", { name: "this map" }).click();
    await page.waitForFunction(() => /this map/.test(document.querySelector("#spread-said")?.textContent ?? ""));
    assert.match(await page.locator("#spread-said").textContent(), /5 is the widest in this map \(2\.82\), 1 the tightest \(1\.27\)/);
    await page.locator("#suspects .card").nth(2).click();
    assert.match(await page.locator("#suspect-at").textContent(), /^3 of 100$/);
    await page.keyboard.press("j");
    assert.match(await page.locator("#suspect-at").textContent(), /^4 of 100$/);
    await page.waitForTimeout(900);
    await picture(page, "suspects");
  });
  await step("a suspect gets the label that is suggested, and undo takes it back", async () => {
    const said = await page.locator("#suspect-verdict button").textContent();
    const row = await page.evaluate(() => globalThis.kindredMap.app.points.focus);
    const label = () => page.evaluate(async (at) => (await globalThis.kindredMap.app.columns.get("label")).text(at), row);
    const given = await label();
    await page.keyboard.press("y");
    await page.waitForSelector("#edits:not([hidden])");
    assert.equal(`It is ${await label()}`, said);
    await page.waitForTimeout(300);
    await picture(page, "suspect_accepted");
    await page.keyboard.press("u");
    await page.waitForSelector("#edits", { state: "hidden" });
    assert.equal(await label(), given);
    await page.keyboard.press("Escape");
  });
  await step("t-SNE in two dimensions, paused and taken up again", async () => {
    await page.getByRole("radio", { name: "t-SNE" }).click();
    await page.fill("#option-iterations", "500");
    await page.locator("#option-iterations").press("Tab");
    await page.getByRole("radio", { name: "2-D" }).click(); // Computes at once.
    await page.waitForFunction(() => {
      const { request, step, state } = globalThis.kindredMap.app.active;
      if (request.method !== "tsne" || step < 20 || state !== "running") return false;
      document.querySelector("#pause").click();
      return true;
    }, null, { timeout: 60_000 });
    await page.waitForFunction(() => globalThis.kindredMap.app.active.state === "paused");
    await picture(page, "tsne_paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.active.state === "done", null, { timeout: 120_000 });
    await page.waitForFunction(() => globalThis.kindredMap.app.active.facts.quality, null, { timeout: 60_000 });
    const { request, facts } = await page.evaluate(() => globalThis.kindredMap.app.active);
    assert.deepEqual([request.dimensions, request.iterations, request.perplexity], [2, 500, 30]);
    assert.ok(facts.quality.label_accuracy >= 0.94, `label accuracy ${facts.quality.label_accuracy}`);
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.scene.dimensions), 2);
    await settled(page);
    await picture(page, "tsne");
  });
  await step("UMAP grows on the page and ends", async () => {
    await page.getByRole("radio", { name: "UMAP" }).click();
    await page.getByRole("radio", { name: "3-D" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.active.request.method === "umap" && globalThis.kindredMap.app.active.step > 20, null, { timeout: 60_000 });
    await picture(page, "umap_running");
    await page.waitForFunction(() => globalThis.kindredMap.app.active.state === "done", null, { timeout: 120_000 });
    await page.waitForFunction(() => globalThis.kindredMap.app.active.facts.quality, null, { timeout: 60_000 });
    const quality = await page.evaluate(() => globalThis.kindredMap.app.active.facts.quality);
    assert.ok(quality.label_accuracy >= 0.945, `label accuracy ${quality.label_accuracy}`);
    assert.ok(quality.trustworthiness >= 0.97, `trustworthiness ${quality.trustworthiness}`);
    await settled(page);
    await picture(page, "umap");
  });
  await step("a lasso", async () => {
    await page.keyboard.press("l");
    const box = await page.locator("#view").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x + 160, y);
    await page.mouse.down();
    for (let i = 1; i <= 20; ++i) await page.mouse.move(x + 160 * Math.cos(i * 0.314), y + 120 * Math.sin(i * 0.314));
    await page.mouse.up();
    const selected = await page.evaluate(() => globalThis.kindredMap.app.points.selectedCount);
    assert.ok(selected > 50 && selected < 9_950, `${selected} selected`);
    await page.keyboard.press("o");
    await page.getByRole("tab", { name: "Point" }).click();
    await page.waitForTimeout(300);
    await picture(page, "lasso");
    await page.keyboard.press("Escape");
  });
  await step("digits as points, light", async () => {
    await page.keyboard.press("m");
    await page.waitForFunction(() => globalThis.kindredMap.app.showsImages);
    await page.keyboard.press("t");
    await settled(page);
    await picture(page, "images_light");
    await drawn(page, 20_000);
  });
  await step("a reload finds the map again, without computing it again", async () => {
    const id = await page.evaluate(() => globalThis.kindredMap.app.active.id);
    await page.waitForFunction(() => location.hash.includes("umap") && location.hash.includes("images=1"));
    await page.reload();
    await page.waitForSelector("html[data-ready=true]");
    await page.waitForFunction((expected) => globalThis.kindredMap.app.active?.id === expected && globalThis.kindredMap.app.showsImages, id);
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.active.request.method), "umap");
  });
  quiet(page);
} finally {
  await view.stop();
  await browser.close();
}
