// The legend: what the colours mean, and a handle on each group.
//
// A click on a name lights that group and dims the rest; with Shift or Ctrl several. The two
// buttons of a row leave only the group in the map, and fly to it.

import type { App } from "./app";
import { byId, count, el, fill, icon, options, short } from "./dom";
import { css, gradient } from "./palette";

const ONLY = "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10zM10 12.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z";
const FLY = "M10 2v4M10 14v4M2 10h4M14 10h4M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6z";

export function makeLegend(app: App): void {
  const select = byId<HTMLSelectElement>("color");
  const palette = byId<HTMLSelectElement>("palette");
  const box = byId("legend");
  const offer = () => options(select, [["", "nothing"], ...app.info.columns.map((column): [string, string] => [column.name, column.name])], app.colorColumn?.info.name ?? app.info.color);
  offer();
  app.on("columns", offer);
  options(palette, [["accessible", "for all eyes"], ["reference", "reference projector"]], app.paletteName);
  select.onchange = () => {
    void app.colorBy(select.value).then(() => app.tell("url"));
  };
  palette.onchange = () => {
    app.paletteName = palette.value as "accessible";
    app.refreshPalette();
    app.tell("color");
    app.tell("url");
  };

  const draw = () => {
    select.value = app.colorColumn?.info.name ?? "";
    palette.value = app.paletteName;
    byId("palette").parentElement!.hidden = app.categories.length === 0;
    if (app.categories.length) drawCategories(app, box);
    else if (app.colorColumn?.isNumber) drawGradient(app, box);
    else fill(box, el("p.muted", {}, app.colorColumn ? "This column has too many values for colours of their own." : "One colour for all points."));
  };
  app.on("color", draw);
  app.on("theme", draw);
  app.points.onChange(() => {
    for (const row of box.querySelectorAll<HTMLElement>(".legend-row")) markRow(app, row);
  });
}

function markRow(app: App, row: HTMLElement): void {
  const lit = app.points.lit;
  const on = !lit || lit.has(Number(row.dataset.category));
  row.classList.toggle("off", !on);
  row.firstElementChild!.setAttribute("aria-pressed", String(Boolean(lit) && on));
}

function drawCategories(app: App, box: HTMLElement): void {
  const rows = app.categories.map((category, i) => {
    const swatch = el("span.swatch");
    swatch.style.background = css(app.colorOfPlace(i));
    const main = el(
      "button.legend-main",
      { type: "button", title: `Light ${category.name} alone; Shift-click for several`, onclick: (event: MouseEvent) => light(app, i, event) },
      swatch,
      el("span.legend-name", {}, category.name),
      el("span.legend-count", {}, count(category.count)),
    );
    const only = el("button.legend-action", { type: "button", title: `Only ${category.name}`, "aria-label": `Show only ${category.name}`, onclick: () => app.points.isolate(app.rowsOfCategory(i)) }, icon(ONLY) as unknown as Node);
    const fly = el("button.legend-action", { type: "button", title: `Fly to ${category.name}`, "aria-label": `Fly to ${category.name}`, onclick: () => app.scene?.flyTo(app.rowsOfCategory(i)) }, icon(FLY) as unknown as Node);
    const row = el("div.legend-row", {}, main, only, fly);
    row.dataset.category = String(i);
    markRow(app, row);
    return row;
  });
  fill(box, ...rows);
}

export function light(app: App, category: number, event?: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): void {
  const several = event && (event.shiftKey || event.ctrlKey || event.metaKey);
  const lit = app.points.lit;
  if (several && lit) {
    lit.has(category) ? lit.delete(category) : lit.add(category);
    if (lit.size === 0) app.points.lit = null;
  } else {
    app.points.lit = lit?.size === 1 && lit.has(category) ? null : new Set([category]);
  }
  app.points.changed();
  app.tell("url");
}

function drawGradient(app: App, box: HTMLElement): void {
  const strip = document.createElement("canvas");
  strip.width = 256;
  strip.height = 1;
  const context = strip.getContext("2d")!;
  for (let x = 0; x < 256; ++x) {
    context.fillStyle = css(gradient(x / 255, app.dark));
    context.fillRect(x, 0, 1, 1);
  }
  const [least, most] = app.colorColumn!.range();
  fill(box, el("div.gradient", {}, strip, el("div", {}, el("span", {}, short(least)), el("span", {}, short(most)))));
}
