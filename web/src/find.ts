// Search: plain text without regard to case, or a /regular expression/; what is found is selected.

import type { App } from "./app";
import type { Column } from "./columns";
import { byId, count, options } from "./dom";

const WAIT_MS = 180; // After the last key.

// What a query means; an error in words for a regular expression that is none.
export function matcher(query: string): ((text: string) => boolean) | string {
  const regular = /^\/(.*)\/([imsu]*)$/.exec(query);
  if (!regular) {
    const wanted = query.toLocaleLowerCase();
    return (text) => text.toLocaleLowerCase().includes(wanted);
  }
  try {
    const expression = new RegExp(regular[1], regular[2]);
    return (text) => expression.test(text);
  } catch {
    return "not a regular expression";
  }
}

// Each distinct text is tried once.
export function matches(column: Column, matching: (text: string) => boolean): number[] {
  const rows: number[] = [];
  if (column.codes) {
    const hits = column.texts.map(matching);
    column.codes.forEach((code, row) => hits[code] && rows.push(row));
  } else {
    for (let row = 0; row < column.length; ++row) if (matching(column.text(row))) rows.push(row);
  }
  return rows;
}

export function makeFind(app: App): void {
  const input = byId<HTMLInputElement>("search");
  const select = byId<HTMLSelectElement>("search-column");
  const result = byId("search-count");
  const first = app.info.title || app.info.columns[0]?.name || "";
  const offer = () => {
    options(select, app.info.columns.map((column): [string, string] => [column.name, column.name]), select.value || first);
    select.hidden = app.info.columns.length < 2;
    input.disabled = app.info.columns.length === 0;
  };
  offer();
  app.on("columns", offer);

  async function search(): Promise<void> {
    const query = input.value.trim();
    if (!query) {
      result.textContent = "";
      return app.points.clear();
    }
    const matching = matcher(query);
    if (typeof matching === "string") {
      result.textContent = matching;
      return;
    }
    const column = await app.columns.get(select.value);
    if (input.value.trim() !== query) return; // Somebody typed on.
    const rows = matches(column, matching).filter((row) => app.points.visible[row]);
    result.textContent = rows.length === 1 ? "1 point" : `${count(rows.length)} points`;
    app.focus(-1);
    app.points.select(rows);
  }

  let waiting = 0;
  input.oninput = () => {
    clearTimeout(waiting);
    // Emptied, it clears at once: later it would clear as well what was chosen meanwhile.
    if (!input.value.trim()) void search();
    else waiting = window.setTimeout(() => void search(), WAIT_MS);
  };
  select.onchange = () => void search();
  byId<HTMLFormElement>("find").onsubmit = (event) => {
    event.preventDefault();
    void search().then(() => app.scene?.flyTo(app.points.rows(app.points.selected)));
  };
}
