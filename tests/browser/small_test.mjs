// The page on small made-up data: everything that needs no data set, and the hostile cases.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computed, drawn, frame, openBrowser, openPage, picture, quiet, settled, step, View, visibleRow } from "./harness.mjs";

const ROWS = 400;
const SIDE = 8;
const HOSTILE = '<img src=x onerror="globalThis.stolen=1">';

// Four groups in ten dimensions, an image for each row, columns with hostile texts.
function writeData(folder) {
  let state = 7;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5;
  const vectors = [];
  const metadata = ["title\tgroup\tage\tformula"];
  const pixels = Buffer.alloc(16 + ROWS * SIDE * SIDE);
  pixels.writeUInt32BE(0x00000803, 0);
  [ROWS, SIDE, SIDE].forEach((size, i) => pixels.writeUInt32BE(size, 4 + 4 * i));
  for (let row = 0; row < ROWS; ++row) {
    const group = row % 4;
    vectors.push(Array.from({ length: 10 }, (_, i) => (random() + (i === group ? 3 : 0)).toFixed(4)).join("\t"));
    metadata.push(`${row === 3 ? HOSTILE : `thing ${row}`}\tgroup ${group}\t${20 + row % 50}\t=1+${row}`);
    for (let i = 0; i < SIDE * SIDE; ++i) pixels[16 + row * SIDE * SIDE + i] = i % SIDE === group ? 255 : 0;
  }
  writeFileSync(join(folder, "v.tsv"), vectors.join("\n") + "\n");
  writeFileSync(join(folder, "m.tsv"), metadata.join("\n") + "\n");
  writeFileSync(join(folder, "i.idx"), pixels);
}

const folder = mkdtempSync(join(tmpdir(), "kindred-browser-"));
writeData(folder);
const browser = await openBrowser();
const args = [join(folder, "v.tsv"), "--labels", join(folder, "m.tsv"), "--images", join(folder, "i.idx"), "--color", "group"];
const view = await View.start(args);
let page;
let gone;
try {
  await step("the page opens, and the token leaves the address", async () => {
    page = await openPage(browser, view.url);
    await computed(page);
    assert.equal(await page.locator("#name").textContent(), "v.tsv");
    assert.ok(!page.url().includes("token"), page.url());
    await page.waitForFunction(() => globalThis.kindredMap.frame.points === 400);
    assert.equal((await frame(page)).calls, 1);
    await drawn(page, 2000);
    await picture(page, "small_open");
  });
  await step("it spins until it is touched", async () => {
    const before = await page.evaluate(() => globalThis.kindredMap.app.scene.view);
    await page.waitForTimeout(400);
    assert.notEqual(await page.evaluate(() => globalThis.kindredMap.app.scene.view), before);
    await page.mouse.move(640, 200);
    await page.mouse.down();
    await page.mouse.move(660, 210, { steps: 3 });
    await page.mouse.up();
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.scene.spinning), false);
    await settled(page);
  });
  await step("a click shows the point and its neighbours in the original space", async () => {
    const { row, x, y } = await visibleRow(page, 4);
    await page.mouse.click(x, y);
    await page.waitForSelector("#page-point .near li");
    assert.equal(await page.locator("#point-title").textContent(), `thing ${row}`);
    const near = await page.evaluate(() => globalThis.kindredMap.app.points.near);
    assert.equal(near.length, 15);
    assert.ok(near.every((other) => other % 4 === row % 4), "neighbours are of the same group");
    await picture(page, "small_point");
  });
  await step("titles are text and nothing else", async () => {
    await page.evaluate(() => globalThis.kindredMap.app.focus(3));
    await page.waitForSelector("#page-point .near li");
    assert.equal(await page.locator("#point-title").textContent(), HOSTILE);
    await page.getByRole("tab", { name: "Table" }).click();
    await page.waitForSelector(".row-line");
    assert.ok((await page.locator("#page-table").textContent()).includes(HOSTILE));
    assert.equal(await page.evaluate(() => globalThis.stolen), undefined);
    assert.equal(await page.locator("#page-table img, #page-point img").count(), 0);
    await picture(page, "small_table");
    await page.getByRole("tab", { name: "Point" }).click();
  });
  await step("search by text and by regular expression", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("thing 1");
    await page.waitForFunction(() => globalThis.kindredMap.app.points.selectedCount === 111);
    await page.fill("#search", "/^thing [12]$/");
    await page.waitForFunction(() => globalThis.kindredMap.app.points.selectedCount === 2);
    await page.fill("#search", "/(/");
    await page.waitForFunction(() => document.querySelector("#search-count").textContent.includes("not a regular"));
    await page.fill("#search", "");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.selectedCount), 0);
    await page.locator("#search").press("Escape");
  });
  await step("the legend dims, isolates, and undo brings back", async () => {
    await page.locator(".legend-main", { hasText: "group 2" }).click();
    assert.deepEqual(await page.evaluate(() => [...globalThis.kindredMap.app.points.lit]), [2]);
    await page.getByRole("button", { name: "Show only group 1" }).click();
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.visibleCount), 100);
    await page.keyboard.press("u");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.visibleCount), 400);
    await page.keyboard.press("Escape");
  });
  await step("a box selects, invert and isolate follow", async () => {
    await page.keyboard.press("b");
    const box = await page.locator("#view").boundingBox();
    await page.mouse.move(box.x + 10, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 10, { steps: 4 });
    await page.mouse.up();
    const selected = await page.evaluate(() => globalThis.kindredMap.app.points.selectedCount);
    assert.ok(selected > 20 && selected < 380, `${selected} selected`);
    await page.keyboard.press("v");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.selectedCount), 400 - selected);
    await page.keyboard.press("i");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.visibleCount), 400 - selected);
    await page.keyboard.press("a");
    await page.keyboard.press("o");
  });
  await step("two dimensions, images as points, columns as axes, light", async () => {
    await page.keyboard.press("2");
    await page.waitForFunction(() => globalThis.kindredMap.app.scene.dimensions === 2);
    await page.keyboard.press("m");
    await page.waitForFunction(() => globalThis.kindredMap.app.showsImages);
    await settled(page);
    await drawn(page, 2000);
    await page.keyboard.press("t");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
    await picture(page, "small_images_light");
    await page.keyboard.press("3");
    await page.keyboard.press("m");
    await page.waitForFunction(() => globalThis.kindredMap.app.scene.dimensions === 3);
  });
  await step("colours by numbers have a gradient", async () => {
    await page.selectOption("#color", "age");
    await page.waitForFunction(() => globalThis.kindredMap.app.colorColumn.info.name === "age");
    await page.waitForSelector(".gradient");
    await page.selectOption("#color", "group");
    await page.waitForFunction(() => globalThis.kindredMap.app.categories.length === 4);
  });
  await step("an answer that is older than what the events have told changes nothing", async () => {
    await settled(page);
    await page.evaluate(() => {
      const { app } = globalThis.kindredMap;
      globalThis.shown = 0;
      app.on("run", () => ++globalThis.shown);
      app.on("run-status", (status) => (globalThis.toldLast = status));
    });
    // The list as it was while the map was computed, but when everything has been told of it.
    let arrives;
    const shownBefore = new Promise((resolve) => (arrives = resolve));
    await page.route("**/api/maps", async (route) => {
      if (route.request().method() !== "GET") return route.continue();
      const response = await route.fetch();
      const { maps } = await response.json();
      Object.assign(maps.at(-1), { state: "running", step: 0, revision: 0, facts: {} });
      await page.waitForFunction((id) => globalThis.toldLast?.id === id && globalThis.toldLast.facts.quality, maps.at(-1).id);
      arrives(await page.evaluate(() => globalThis.shown));
      await route.fulfill({ response, json: { maps } });
    });
    await page.keyboard.press("2");
    await page.waitForFunction((before) => globalThis.shown > before, await shownBefore);
    const { request, state } = await page.evaluate(() => globalThis.kindredMap.app.active);
    assert.deepEqual([request.dimensions, state], [2, "done"]);
    await page.unroute("**/api/maps");
    await page.keyboard.press("3");
    await page.waitForFunction(() => globalThis.kindredMap.app.active.request.dimensions === 3);
  });
  await step("new points find their place, and a stranger is told apart", async () => {
    const near = (group) => Array.from({ length: 10 }, (_, i) => (i === group ? 3 : 0.1));
    const rows = [["a zero", ...near(0)], ["a two", ...near(2)], ["a stranger", ...Array(10).fill(40)]];
    writeFileSync(join(folder, "fresh.tsv"), rows.map((row) => row.join("\t")).join("\n"));
    await page.setInputFiles("#open-file", join(folder, "fresh.tsv"));
    await page.waitForFunction(() => globalThis.kindredMap.app.newcomers?.places);
    const groups = await page.evaluate(() => globalThis.kindredMap.app.newcomers.near.map((near) => near.map(({ row }) => row % 4)));
    assert.deepEqual(groups.slice(0, 2), [Array(15).fill(0), Array(15).fill(2)]);
    assert.deepEqual(await page.evaluate(() => [0, 1, 2].map((i) => globalThis.kindredMap.app.newcomers.isStrange(i))), [false, false, true]);
    const box = await page.locator("#view").boundingBox();
    await settled(page);
    const at = await page.evaluate(() => globalThis.kindredMap.app.scene.screenOfPlace(globalThis.kindredMap.app.newcomers.places, 1));
    await page.mouse.click(box.x + at.x, box.y + at.y);
    await page.waitForSelector("#newcomer-title");
    assert.equal(await page.locator("#newcomer-title").textContent(), "a two");
    assert.match(await page.locator("#page-point").textContent(), /Looks like group group 2 \(15 of 15\)/);
    await settled(page);
    await picture(page, "small_newcomer_light");
    await page.getByRole("button", { name: "All new points" }).click();
    // Another map, other places.
    const before = await page.evaluate(() => [...globalThis.kindredMap.app.newcomers.places]);
    await page.getByRole("radio", { name: "UMAP" }).click();
    await page.getByRole("button", { name: "Compute" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.active.request.method === "umap" && globalThis.kindredMap.app.active.state === "done", null, { timeout: 60_000 });
    await page.waitForFunction(() => globalThis.kindredMap.app.newcomers.places);
    assert.notDeepEqual(await page.evaluate(() => [...globalThis.kindredMap.app.newcomers.places]), before);
    await page.keyboard.press("r");
    await page.keyboard.press("t");
    await settled(page);
    await picture(page, "small_newcomers_dark");
    await page.keyboard.press("t");
    writeFileSync(join(folder, "narrow.csv"), "x,y\n1,2\n");
    await page.setInputFiles("#open-file", join(folder, "narrow.csv"));
    await page.waitForFunction(() => /2 numbers a row; the data of this map has 10/.test(document.querySelector("#status").textContent));
    await page.getByRole("button", { name: "Remove" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.newcomers === null);
    await page.getByRole("radio", { name: "PCA" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.active.request.method === "pca");
    await computed(page);
  });
  await step("exports: CSV without formulas, npy, PNG, a page that works alone", async () => {
    const take = async (kind) => {
      await page.locator("#export-menu summary").click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-export=${kind}]`).click()]);
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    };
    const csv = readFileSync(await take("csv"), "utf8").split("\n");
    assert.equal(csv[0], "row,x,y,z,title,group,age,formula");
    assert.equal(csv.length, ROWS + 2);
    assert.match(csv[1], /,'=1\+0/);
    const npy = readFileSync(await take("npy"));
    assert.equal(npy.subarray(1, 6).toString(), "NUMPY");
    assert.equal(npy.length % 64, (ROWS * 3 * 4) % 64);
    assert.equal(readFileSync(await take("png")).subarray(1, 4).toString(), "PNG");
    const html = await take("html");
    assert.ok(!readFileSync(html, "utf8").includes(HOSTILE), "a title must not be markup in the file");
    const alone = await openPage(browser, `file://${html}`);
    await computed(alone);
    await drawn(alone, 2000);
    await alone.evaluate(() => globalThis.kindredMap.app.focus(8));
    await alone.waitForSelector("#page-point .near li");
    assert.equal(await alone.locator("#point-title").textContent(), "thing 8");
    assert.ok((await alone.evaluate(() => globalThis.kindredMap.app.points.near)).every((row) => row % 4 === 0));
    await picture(alone, "small_alone");
    quiet(alone);
    await alone.context().close();
  });
  await step("a bookmark is exported, and opened again", async () => {
    await page.evaluate(() => globalThis.kindredMap.app.focus(7));
    await page.selectOption("#color", "age");
    await page.waitForFunction(() => location.hash.includes("point=7") && location.hash.includes("color=age"));
    await page.locator("#export-menu summary").click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-export=link]").click()]);
    const path = join(folder, "b.json");
    await download.saveAs(path);
    assert.ok(!readFileSync(path, "utf8").includes("token"));
    await page.selectOption("#color", "group");
    await page.evaluate(() => globalThis.kindredMap.app.focus(9));
    await page.waitForFunction(() => location.hash.includes("point=9"));
    await page.locator("#open-menu summary").click();
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator("[data-open=bookmark]").click()]);
    await Promise.all([page.waitForEvent("load"), chooser.setFiles(path)]);
    await page.waitForSelector("html[data-ready=true]");
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.points.focus), 7);
    assert.equal(await page.evaluate(() => globalThis.kindredMap.app.colorColumn.info.name), "age");
    await page.selectOption("#color", "group");
    await page.waitForFunction(() => globalThis.kindredMap.app.categories.length === 4);
  });
  await step("a reload shows the same again", async () => {
    await page.evaluate(() => globalThis.kindredMap.app.focus(12));
    await page.locator(".legend-main", { hasText: "group 0" }).click();
    await page.waitForFunction(() => location.hash.includes("point=12") && location.hash.includes("lit=group"));
    assert.ok(!page.url().includes("token"));
    await page.reload();
    await page.waitForSelector("html[data-ready=true]");
    await page.waitForSelector("#page-point .near li");
    assert.equal(await page.locator("#point-title").textContent(), "thing 12");
    assert.deepEqual(await page.evaluate(() => [...globalThis.kindredMap.app.points.lit]), [0]);
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
  });
  const labelFile = join(folder, "v.edited.csv");
  const groupOf = (row, other = page) => other.evaluate(async (at) => (await globalThis.kindredMap.app.columns.get("group")).text(at), row);
  const unsaved = () => page.evaluate(() => globalThis.kindredMap.app.edits.count);
  await step("a label is edited, undone, edited and saved", async () => {
    await page.evaluate(() => globalThis.kindredMap.app.focus(12));
    await page.waitForSelector("#page-point .near li");
    await page.keyboard.press("e");
    await page.fill("#edit-value", "odd one");
    await page.locator("#edit-value").press("Enter");
    await page.waitForSelector("#edits:not([hidden])");
    assert.equal(await groupOf(12), "odd one");
    assert.ok(await page.locator(".legend-main", { hasText: "odd one" }).isVisible());
    assert.ok(!existsSync(labelFile), "nothing is saved before it is asked for");
    await picture(page, "small_edit_light");
    await page.locator("#view").focus();
    await page.keyboard.press("u");
    await page.waitForFunction(() => globalThis.kindredMap.app.edits.count === 0);
    assert.equal(await groupOf(12), "group 0");
    await page.keyboard.press("e");
    await page.fill("#edit-value", "odd one");
    await page.locator("#edit-value").press("Enter");
    await page.waitForFunction(() => globalThis.kindredMap.app.edits.count === 1);
    await page.keyboard.press("Control+s");
    await page.waitForSelector("#edits", { state: "hidden" });
    const lines = readFileSync(labelFile, "utf8").split("\n");
    assert.equal(lines[0], "group,group before");
    assert.equal(lines[13], "odd one,group 0");
    assert.equal(lines.length, ROWS + 2);
  });
  await step("a selection gets a label, and unsaved labels outlive a reload", async () => {
    await page.evaluate(() => {
      globalThis.kindredMap.app.focus(-1);
      globalThis.kindredMap.app.points.select([20, 21, 22]);
    });
    await page.selectOption("#edit-column", "");
    await page.fill("#edit-name", "seen");
    await page.fill("#edit-value", "yes");
    await page.locator("#edit-value").press("Enter");
    await page.waitForFunction(() => globalThis.kindredMap.app.edits.count === 3);
    page.once("dialog", (dialog) => dialog.accept()); // The browser asks whether to leave.
    await page.reload();
    await page.waitForSelector("html[data-ready=true]");
    await page.waitForSelector("#edits:not([hidden])");
    assert.equal(await unsaved(), 3);
    assert.equal(await groupOf(12), "odd one");
    assert.equal(await page.evaluate(async () => (await globalThis.kindredMap.app.columns.get("seen")).text(21)), "yes");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForSelector("#edits", { state: "hidden" });
    assert.equal(readFileSync(labelFile, "utf8").split("\n")[0], "group,group before,seen,seen before");
  });
  await step("of two tabs, neither overwrites the other unawares", async () => {
    const set = (tab, row, value) => tab.evaluate(([at, text]) => globalThis.kindredMap.app.edits.set("group", [at], text), [row, value]);
    const second = await openPage(browser, view.url);
    await set(page, 40, "mine");
    await set(page, 41, "mine");
    await set(second, 40, "theirs");
    await set(second, 44, "theirs");
    await second.getByRole("button", { name: "Save", exact: true }).click();
    await second.waitForSelector("#edits", { state: "hidden" });
    // This tab hears of it, and shows what is saved where it has nothing of its own.
    await page.waitForFunction(() => document.querySelector("#edits").textContent.includes("Another tab"));
    assert.equal(await groupOf(44), "theirs");
    assert.equal(await groupOf(40), "mine");
    // One that has not heard is refused, and says so.
    await page.evaluate(async () => {
      const { app } = globalThis.kindredMap;
      const saved = await app.columns.asSaved("group");
      Object.assign(saved, { version: saved.version - 1 });
    });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("#edits").textContent.includes("Not saved"));
    assert.equal(await unsaved(), 2);
    await picture(page, "small_conflict_light");
    page.complaints = page.complaints.filter((text) => !/409/.test(text));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForSelector("#edits", { state: "hidden" });
    assert.equal(readFileSync(labelFile, "utf8").split("\n")[41].split(",")[0], "mine");
    await second.waitForFunction(async () => (await globalThis.kindredMap.app.columns.get("group")).text(40) === "mine");
    quiet(second);
    await second.context().close();
  });
  await step("a file that another program has changed is left alone", async () => {
    const mine = readFileSync(labelFile, "utf8");
    writeFileSync(labelFile, "not yours");
    await page.evaluate(() => globalThis.kindredMap.app.edits.set("group", [50], "late"));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("#edits").textContent.includes("another program has changed v.edited.csv"));
    assert.equal(readFileSync(labelFile, "utf8"), "not yours");
    assert.equal(await unsaved(), 1);
    await page.getByRole("button", { name: "Discard" }).click();
    await page.waitForFunction(() => globalThis.kindredMap.app.edits.count === 0);
    assert.equal(await groupOf(50), "group 2");
    writeFileSync(labelFile, mine);
    page.complaints = page.complaints.filter((text) => !/409/.test(text));
  });
  await step("a context that is lost comes back", async () => {
    await page.evaluate(() => {
      const extension = globalThis.kindredMap.app.scene.renderer.getContext().getExtension("WEBGL_lose_context");
      extension.loseContext();
      setTimeout(() => extension.restoreContext(), 300);
    });
    await page.waitForSelector("#banner:not([hidden])");
    await page.waitForSelector("#banner", { state: "hidden" });
    await drawn(page, 2000);
  });
  page.complaints = page.complaints.filter((text) => !/Context Lost|context lost|CONTEXT_LOST/i.test(text));
  quiet(page);
  await step("without a token there is a message and no data", async () => {
    const context = await browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(view.url.split("#")[0]);
    await stranger.waitForSelector("#banner:not([hidden])");
    assert.match(await stranger.locator("#banner").textContent(), /no valid key/);
    await context.close();
  });
  await step("nothing is lost when the server goes away", async () => {
    gone = await view.stop();
    assert.equal(gone.code, 0);
    await page.waitForFunction(() => document.querySelector("#banner").textContent.includes("server is away"));
    await page.evaluate(() => globalThis.kindredMap.app.focus(20));
    await page.waitForFunction(() => document.querySelector("#point-title")?.textContent === "thing 20");
    await page.evaluate(() => globalThis.kindredMap.app.edits.set("group", [20], "kept"));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("#edits").textContent.includes("cannot be reached"));
    assert.equal(await groupOf(20), "kept");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
    await download.saveAs(join(folder, "v.unsaved.csv"));
    await page.waitForFunction(() => document.querySelector("#page-point").textContent.includes("No neighbours"));
    await drawn(page, 2000);
  });
  await step("of more points than a frame may have, a sample while they move and all when they are still", async () => {
    const rows = 250_000;
    const values = Float32Array.from({ length: 3 * rows }, (_, i) => Math.sin(i * 0.7) + Math.cos(i * i * 0.001));
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, 3), }`.padEnd(117) + "\n";
    writeFileSync(join(folder, "many.npy"), Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(header), Buffer.from(values.buffer)]));
    const third = await View.start([join(folder, "many.npy")]);
    const many = await openPage(browser, third.url);
    await computed(many);
    for (let i = 0; i < 5; ++i) {
      const { calls, points, moving } = await frame(many);
      assert.deepEqual([calls, points, moving], [1, 200_000, true]);
      await many.waitForTimeout(100);
    }
    await many.keyboard.press("s");
    await many.waitForFunction(() => !globalThis.kindredMap.frame.moving && globalThis.kindredMap.frame.points === 250_000);
    quiet(many);
    await many.context().close();
    await third.stop();
  });
  await step("without WebGL there is a message, and the data can be read", async () => {
    const second = await View.start([join(folder, "v.tsv"), "--labels", join(folder, "m.tsv")]);
    const plain = await openBrowser(["--disable-3d-apis"]);
    const poor = await openPage(plain, second.url);
    assert.equal(await groupOf(40, poor), "mine", "saved labels are found again");
    await poor.setInputFiles("#open-file", join(folder, "v.unsaved.csv"));
    await poor.waitForSelector("#edits:not([hidden])");
    assert.equal(await groupOf(20, poor), "kept");
    assert.equal(await poor.evaluate(() => globalThis.kindredMap.app.edits.count), 1);
    assert.match(await poor.locator("#no-gl").textContent(), /WebGL 2/);
    await poor.getByRole("tab", { name: "Table" }).click();
    await poor.locator(".row-line").first().click();
    await poor.getByRole("tab", { name: "Point" }).click();
    await poor.waitForSelector("#page-point .near li");
    await picture(poor, "small_no_webgl");
    await plain.close();
    await second.stop();
  });
  await step("when the server is started again, its address goes on with what was not saved", async () => {
    const again = await View.start(args, view.port);
    await page.waitForFunction(() => document.querySelector("#banner").textContent.includes("Another run"));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForFunction(() => document.querySelector("#edits").textContent.includes("Not saved: the token"));
    assert.ok(await page.locator("#banner").isVisible());
    page.once("dialog", (dialog) => dialog.accept()); // The browser asks whether to leave.
    await Promise.all([page.waitForEvent("load"), page.goto(again.url)]);
    await page.waitForSelector("html[data-ready=true]");
    assert.ok(!page.url().includes("token"), page.url());
    assert.equal(await page.locator("#banner").isVisible(), false);
    assert.equal(await unsaved(), 1);
    assert.equal(await groupOf(20), "kept");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForSelector("#edits", { state: "hidden" });
    assert.equal(readFileSync(labelFile, "utf8").split("\n")[21].split(",")[0], "kept");
    await again.stop();
  });
} finally {
  if (!gone) await view.stop();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
