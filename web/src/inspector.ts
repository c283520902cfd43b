// The clicked point: what is known of it, its image, and its neighbours in the original space.

import type { App } from "./app";
import type { Column } from "./columns";
import { byId, el, fill, options, short } from "./dom";
import { editLine } from "./edits";
import { newcomerPanel } from "./newcomers";
import type { Metric } from "./types";

const NEIGHBORS = 15;

export function makeInspector(app: App): void {
  const page = byId("page-point");
  let asked = 0;
  let newcomer = -1; // The one that is looked at.

  async function show(row: number): Promise<void> {
    const turn = ++asked;
    if (row < 0) return showSelection();
    const near = el("ol.near", { "aria-label": "Nearest neighbours" });
    const message = el("p.muted", {}, "…");
    const metric = el("select", { "aria-label": "What near means" }) as HTMLSelectElement;
    options(metric, [["euclidean", "Euclidean"], ["cosine", "cosine"], ["dot", "dot product"]], app.metric);
    metric.disabled = !app.source.live;
    metric.onchange = () => {
      app.metric = metric.value as Metric;
      void show(row);
    };
    const columns = await app.columns.reachable();
    if (turn !== asked) return;
    const fields = el("dl.fields");
    for (const column of columns) {
      const text = column.text(row);
      const isNew = app.edits.isPending(column.info.name, row);
      if (text || isNew) fields.append(el("dt", { title: column.info.name }, column.info.name), el("dd", { title: text }, text, isNew ? el("span.unsaved", {}, " not saved") : null));
    }
    const dot = el("span.dot");
    dot.style.background = app.colorOf(row);
    fill(
      page,
      el(
        "div.point-head",
        {},
        app.images ? app.images.thumb(row, 84) : null,
        el("div", {}, el("h3", { id: "point-title" }, app.title(row)), el("div.row.muted", {}, app.colorColumn ? dot : null, app.colorValue(row) ? `${app.colorColumn!.info.name} ${app.colorValue(row)}` : null, ` row ${row}`)),
      ),
      el("div.row", {},
        el("button.button.tiny", { type: "button", onclick: () => app.scene?.flyTo([row, ...app.points.near]) }, "Fly there"),
        el("button.button.tiny", { type: "button", onclick: () => app.points.isolate([row, ...app.points.near]) }, "Only these"),
        el("button.button.tiny", { type: "button", onclick: () => app.points.select([row, ...app.points.near]) }, "Select"),
        el("span.grow"),
        el("button.button.tiny", { type: "button", onclick: () => app.focus(-1) }, "Close")),
      fields,
      editLine(app, [row], (column) => column.text(row)),
      el("div.row", {}, el("h2", {}, "Nearest"), el("span.grow"), metric),
      el("p.muted.note", {}, "in the original space, not in the map"),
      message,
      near,
    );
    try {
      const found = await app.source.neighbors(row, NEIGHBORS, app.metric);
      if (turn !== asked) return;
      message.remove();
      const farthest = Math.max(...found.map((one) => Math.abs(one.distance)), 1e-12);
      fill(near, ...found.map((one) => neighborLine(app, one.row, one.distance, farthest)));
      app.points.near = found.map((one) => one.row);
      app.points.changed();
    } catch (error) {
      message.textContent = `No neighbours: ${(error as Error).message}.`;
    }
  }

  function showSelection(): void {
    const rows = app.points.rows(app.points.selected);
    if (rows.length === 0 && app.newcomers) {
      fill(page, ...newcomerPanel(app, newcomer));
      return;
    }
    if (rows.length === 0) {
      fill(page, el("div.empty", {},
        el("p", {}, "Click a point to see what it is and what is near to it."),
        el("p", {}, "Drag to turn, scroll to zoom, drag with the right button to move."),
        el("p", {}, el("kbd", {}, "L"), " lasso  ", el("kbd", {}, "B"), " box  ", el("kbd", {}, "/"), " search  ", el("kbd", {}, "?"), " all keys")));
      return;
    }
    fill(page, el("h3", {}, `${rows.length.toLocaleString("en-US")} selected`), summary(app, rows), editLine(app, rows, (column) => commonText(column, rows)), el("ol.near", {}, ...rows.slice(0, 200).map((row) => neighborLine(app, row, NaN, 1))));
  }

  app.on("newcomers", () => {
    newcomer = -1;
    if (app.newcomers) byId("tab-point").click();
    void show(app.points.focus);
  });
  app.on("newcomer", ((chosen: number) => {
    newcomer = chosen;
    app.points.near = chosen < 0 ? [] : app.newcomers!.near[chosen].map((one) => one.row);
    app.points.focus = -1;
    app.points.selected.fill(0);
    app.points.changed();
    if (chosen >= 0 && app.points.near.length) app.scene?.flyTo(app.points.near);
    byId("tab-point").click();
    showSelection();
  }) as never);
  app.on("focus", ((row: number) => void show(row)) as never);
  app.on("color", () => void show(app.points.focus));
  app.on("theme", () => void show(app.points.focus));
  app.on("columns", () => void show(app.points.focus));
  app.on("saved", () => void show(app.points.focus));
  let selection = -1;
  app.points.onChange(() => {
    if (app.points.focus >= 0 || app.points.selectedCount === selection) return;
    selection = app.points.selectedCount;
    showSelection();
  });
  showSelection();
}

// What all of them have, or nothing.
function commonText(column: Column, rows: number[]): string {
  const text = column.text(rows[0]);
  return rows.every((row) => column.text(row) === text) ? text : "";
}

// How the selected points divide among the categories.
function summary(app: App, rows: number[]): HTMLElement {
  const bars = el("div.bars");
  if (!app.points.codes) return bars;
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(app.points.codes[row], (counts.get(app.points.codes[row]) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8);
  for (const [code, size] of sorted) {
    const bar = el("div");
    bar.style.width = `${(100 * size) / sorted[0][1]}%`;
    bar.style.background = app.colorOf(rows.find((row) => app.points.codes![row] === code)!);
    bars.append(el("span.bar-name", {}, app.categories[code]?.name ?? "none"), el("div.bar-track", {}, bar), el("span", {}, size.toLocaleString("en-US")));
  }
  return bars;
}

export function neighborLine(app: App, row: number, distance: number, farthest: number): HTMLElement {
  const dot = el("span.dot");
  dot.style.background = app.colorOf(row);
  const bar = el("div");
  bar.style.width = `${Math.min(100, (100 * Math.abs(distance)) / farthest)}%`;
  const value = app.colorValue(row);
  const title = app.title(row);
  return el("li", {}, el("button", { type: "button", onclick: () => app.focus(row) },
    app.images ? app.images.thumb(row, 28) : el("span"),
    el("div.name", {}, el("span", {}, app.colorColumn ? dot : null, title, value && value !== title ? el("span.muted", {}, value) : null), Number.isNaN(distance) ? null : el("div.meter", {}, bar)),
    el("span.far", {}, Number.isNaN(distance) ? "" : short(distance))));
}
