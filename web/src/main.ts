// The page of the map: finds its data, puts the parts together, shows what the address asks for.

import "./app.css";
import { readAddress, keepAddress } from "./address";
import { App } from "./app";
import { makeDock } from "./dock";
import { makeEditStrip } from "./edits";
import { byId, el, fill } from "./dom";
import { makeExports } from "./exports";
import { makeFind } from "./find";
import { makeInspector } from "./inspector";
import { makeInsights } from "./insights";
import { light, makeLegend } from "./legend";
import { makeMethods } from "./methods";
import { makeNewcomers } from "./newcomers";
import { makeOpen } from "./open";
import { Overlay } from "./overlay";
import { Scene } from "./scene";
import { CallError, ServerSource, takeToken, watchForToken } from "./server";
import { embeddedSource, rememberDocument, standalonePage } from "./standalone";
import { makeTable } from "./table";
import type { Away, Source } from "./types";

const TABS: [string, string][] = [["point", "Point"], ["insights", "Insights"], ["table", "Table"]];

const AWAY: Record<Away, string> = {
  "": "",
  silent: "The server is away: what is here stays. Start kindred view again and open its new address in this tab to compute and to save.",
  "another run": "Another run of kindred view answers here now: what is here stays. Open the address that it has printed in this tab to compute and to save.",
};

function banner(text: string): void {
  byId("banner").textContent = text;
  byId("banner").hidden = !text;
}

function makeTabs(app: App): (name: string) => void {
  const buttons = TABS.map(([name, title]) =>
    el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `page-${name}`, onclick: () => choose(name) }, title));
  function choose(chosen: string): void {
    TABS.forEach(([name], i) => {
      buttons[i].setAttribute("aria-selected", String(name === chosen));
      buttons[i].tabIndex = name === chosen ? 0 : -1;
      byId(`page-${name}`).hidden = name !== chosen;
    });
    app.tell("tab", chosen);
  }
  byId("tabs").onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(document.activeElement as HTMLElement) + step + buttons.length) % buttons.length;
    buttons[next].focus();
    choose(TABS[next][0]);
  };
  fill(byId("tabs"), ...buttons);
  choose("point");
  return choose;
}

function makeScene(app: App): void {
  const view = byId<HTMLCanvasElement>("view");
  try {
    app.scene = new Scene(view, app.info.count);
  } catch {
    const box = byId("no-gl");
    fill(box, el("h2", {}, "This browser shows no 3-D graphics"), el("p", {}, "The map needs WebGL 2. Search, table, insights and neighbours work without it; another browser, or its setting for hardware acceleration, brings the map."));
    box.hidden = false;
    return;
  }
  view.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // Lets the browser give it back.
    banner("The graphics card has dropped the picture; it comes back by itself.");
  });
  view.addEventListener("webglcontextrestored", () => {
    banner("");
    app.scene!.touch();
  });
}

function makeTheme(app: App, asked: string | null): void {
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  app.setTheme(asked === "light" || asked === "dark" ? asked : system);
  byId("theme").onclick = () => app.setTheme(app.dark ? "light" : "dark");
}

async function begin(source: Source): Promise<void> {
  const shown = readAddress();
  const app = new App(await source.info(), source);
  document.title = `${app.info.name} · Kindred map`;
  byId("name").textContent = app.info.name;
  byId("about").textContent = app.info.about;
  makeScene(app);
  makeTheme(app, shown.theme);
  app.scene?.setSize(1);
  if (app.info.title) app.titles = await app.columns.get(app.info.title);
  const overlay = new Overlay(app, byId<HTMLCanvasElement>("overlay"));
  makeLegend(app);
  makeEditStrip(app);
  makeInspector(app);
  makeInsights(app);
  makeTable(app);
  makeFind(app);
  makeDock(app, overlay);
  makeTabs(app);
  makeNewcomers(app);
  makeOpen(app);
  makeExports(app, byId<HTMLCanvasElement>("overlay"), () => standalonePage(app));
  if (app.scene) {
    app.scene.onDraw = () => overlay.draw();
    const middles = () => {
      overlay.findMiddles();
      app.scene!.ask();
    };
    app.on("map", middles);
    app.on("color", middles);
    app.points.onChange(middles);
  }
  if (shown.palette === "reference") app.paletteName = "reference";
  await app.colorBy(shown.color && app.columns.has(shown.color) ? shown.color : app.info.color);
  await app.edits.restore();
  const lit = shown.lit.map((name) => app.categories.findIndex((category) => category.name === name)).filter((i) => i >= 0);
  lit.forEach((category) => light(app, category, { shiftKey: true, ctrlKey: false, metaKey: false }));

  const show = makeMethods(app, app.info.methods);
  source.watch({
    run: (status) => app.tell("run-status", status),
    labels: (saved) => void app.edits.hear(saved),
    away: (why) => banner(AWAY[why]),
  });
  if (app.scene && !shown.view) app.scene.spinning = true;
  await show(shown.request);
  if (shown.images && app.images) await app.setImages(true).catch(() => {});
  if (shown.focus >= 0 && shown.focus < app.info.count) app.focus(shown.focus);
  if (shown.view && app.scene) {
    // After the first coordinates, which may change between 2-D and 3-D.
    const place = (): void => {
      app.scene!.view = shown.view!;
      shown.view = null;
    };
    app.on("map", () => shown.view && place());
  }
  keepAddress(app);
  // For scripts and tests: what is on the screen, and where.
  Object.assign(globalThis, {
    kindredMap: {
      app,
      get frame() { return { ...app.scene?.frame }; },
      screenOf: (row: number) => app.scene?.screenOf(row) ?? null,
    },
  });
  document.documentElement.dataset.ready = "true";
}

rememberDocument();
const embedded = embeddedSource();
if (!embedded) watchForToken();
const source = embedded ?? new ServerSource(takeToken());
begin(source).catch((error) => {
  const refused = error instanceof CallError && error.status === 401;
  banner(refused ? "This address has no valid key: open the one that kindred view printed." : `The map cannot be shown: ${error.message}.`);
});
