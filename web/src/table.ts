// The table: what is selected, or all visible points, as rows; a click flies there.
//
// Only the rows in sight exist in the document, so that a million are as quick as ten.

import type { App } from "./app";
import type { Column } from "./columns";
import { byId, count, el, fill, short } from "./dom";

const ROW_PIXELS = 26;
const SPARE = 12; // Rows beyond what is in sight.

export function makeTable(app: App): void {
  const page = byId("page-table");
  const box = el("div.table-box", { tabIndex: 0, "aria-label": "Table of points" });
  const head = el("p.muted", { role: "status" });
  fill(page, head, box);
  let rows: number[] = [];
  let columns: Column[] = [];
  let sortBy = -1; // A column; -1: the order of the data.
  let descending = false;
  let stale = true;

  function collect(): void {
    const { points } = app;
    rows = points.rows(points.selectedCount ? points.selected : points.visible);
    const column = columns[sortBy];
    if (column) {
      const value = (row: number) => (column.numbers ? column.numbers[row] : column.text(row));
      rows.sort((a, b) => {
        const x = value(a);
        const y = value(b);
        const order = typeof x === "number" ? (Number.isNaN(x) ? 1 : Number.isNaN(y as number) ? -1 : x - (y as number)) : x.localeCompare(y as string, "en", { numeric: true });
        return descending ? -order : order;
      });
    }
    head.textContent = points.selectedCount ? `${count(rows.length)} selected points` : `all ${count(rows.length)} visible points`;
    stale = false;
  }

  function draw(): void {
    if (page.hidden) return;
    if (stale) collect();
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_PIXELS) - SPARE);
    const last = Math.min(rows.length, first + Math.ceil(box.clientHeight / ROW_PIXELS) + 2 * SPARE);
    const space = (height: number) => {
      const line = el("tr", { "aria-hidden": "true" }, el("td", { colspan: columns.length + 1 }));
      (line.firstElementChild as HTMLElement).style.height = `${height}px`;
      return line;
    };
    const header = el("tr", {}, el("th", {}, el("button", { type: "button", onclick: () => sort(-1) }, "row")), ...columns.map((column, i) =>
      el("th", { "aria-sort": sortBy === i ? (descending ? "descending" : "ascending") : "none" },
        el("button", { type: "button", onclick: () => sort(i) }, `${column.info.name}${sortBy === i ? (descending ? " ↓" : " ↑") : ""}`))));
    const lines = rows.slice(first, last).map((row) =>
      el(row === app.points.focus ? "tr.row-line.focus" : "tr.row-line", { onclick: () => app.focus(row, true) },
        el("td.numeric.muted", {}, String(row)),
        ...columns.map((column) => el(column.isNumber ? "td.numeric" : "td", { title: column.text(row) }, column.isNumber ? short(column.numbers![row]) : column.text(row)))));
    const table = el("table", {}, el("thead", {}, header), el("tbody", {}, space(first * ROW_PIXELS), ...lines, space((rows.length - last) * ROW_PIXELS)));
    const top = box.scrollTop;
    fill(box, table);
    box.scrollTop = top;
  }

  function sort(column: number): void {
    descending = sortBy === column && !descending;
    sortBy = column;
    stale = true;
    draw();
  }

  box.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  app.points.onChange(() => {
    stale = true;
    draw();
  });
  const load = () => {
    if (page.hidden) return;
    void app.columns.reachable().then((all) => {
      columns = all;
      stale = true;
      draw();
    });
  };
  app.on("tab", load);
  app.on("columns", load);
}
