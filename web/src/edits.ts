// Labels while somebody edits them: seen at once, saved when asked for, undone like anything else.
//
// What is not saved is kept for this tab, so that neither a reload nor a server that went away
// loses it. Two tabs cannot overwrite each other unawares: the server refuses a save that knows an
// older version, the newer one is fetched, and what is unsaved here lies over it.

import type { App } from "./app";
import type { Column } from "./columns";
import { byId, count, el, fill, save } from "./dom";
import { csvField } from "./exports";
import { CallError } from "./server";
import type { LabelChange, SavedColumn } from "./types";

const ROWS_A_CALL = 50_000; // Their numbers stay below the megabyte that the server takes.

type Changes = Map<number, string>; // By row.

export class Edits {
  notice = "";
  leaving = false; // On purpose: the browser need not ask.
  private readonly pending = new Map<string, Changes>(); // By column.
  private saving = false;

  constructor(private readonly app: App) {
    addEventListener("beforeunload", (event) => this.count && !this.leaving && event.preventDefault());
  }

  get count(): number {
    let sum = 0;
    for (const changes of this.pending.values()) sum += changes.size;
    return sum;
  }

  isPending(column: string, row: number): boolean {
    return this.pending.get(column)?.has(row) ?? false;
  }

  // Gives the rows this value. A column of a new name is made.
  async set(name: string, rows: number[], value: string): Promise<void> {
    const column = this.app.columns.has(name) ? await this.app.columns.get(name) : null;
    const before = rows.map((row) => column?.text(row) ?? "");
    await this.apply(name, rows, () => value);
    this.app.points.rememberStep(() => void this.apply(name, rows, (i) => before[i]));
    this.app.points.changed();
  }

  private async apply(name: string, rows: number[], valueOf: (i: number) => string): Promise<void> {
    const saved = this.app.columns.has(name) ? await this.app.columns.asSaved(name) : null;
    const changes = this.pending.get(name) ?? new Map<number, string>();
    rows.forEach((row, i) => {
      if ((saved?.text(row) ?? "") === valueOf(i)) changes.delete(row);
      else changes.set(row, valueOf(i));
    });
    this.notice = "";
    await this.show(name, changes);
  }

  private async show(name: string, changes: Changes): Promise<void> {
    if (changes.size) this.pending.set(name, changes);
    else this.pending.delete(name);
    this.app.columns.change(name, changes);
    this.keep();
    await this.app.columnChanged(name);
    this.app.tell("edits");
  }

  // ---- To the server and back.

  async save(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.notice = "";
    try {
      for (const [name, changes] of [...this.pending]) {
        for (const part of parts(changes)) await this.saveColumn(name, part);
      }
    } catch (error) {
      this.notice = `Not saved: ${(error as Error).message}. Your changes are kept here.`;
      if (error instanceof CallError && error.status === 409) await this.learn(error.message);
    } finally {
      this.saving = false;
      this.app.tell("edits");
    }
  }

  private async saveColumn(name: string, sent: Changes): Promise<void> {
    const { version } = await this.app.columns.asSaved(name);
    const saved = await this.app.source.saveLabels(name, version, asLists(sent));
    const changes = this.pending.get(name) ?? new Map<number, string>();
    // Not what somebody has changed while it was on its way.
    for (const [row, value] of sent) if (changes.get(row) === value) changes.delete(row);
    this.app.columns.renew(saved.column);
    await this.show(name, changes);
    this.app.tell("saved");
  }

  // Somebody else was faster: theirs is fetched, and ours lies over it.
  private async learn(reason: string): Promise<void> {
    let differing = 0;
    for (const [name, changes] of [...this.pending]) {
      const before = await this.app.columns.asSaved(name);
      const infos = (await this.app.source.info()).columns;
      const info = infos.find((one) => one.name === name);
      if (!info) continue;
      this.app.columns.renew(info);
      const after = await this.app.columns.asSaved(name);
      if (after.version === before.version) return; // It was the file that had changed.
      for (const [row, value] of changes) if (after.text(row) !== before.text(row) && after.text(row) !== value) ++differing;
      await this.show(name, changes);
    }
    this.notice = `Not saved: ${reason}. Their labels are shown now, and yours over them${differing ? `; ${count(differing)} are in conflict` : ""}. Save again to write yours.`;
  }

  // The server tells that a column was saved, by this tab or another one.
  async hear(saved: SavedColumn): Promise<void> {
    const { name } = saved.column;
    if (this.saving) return; // It answers itself.
    if (this.app.columns.has(name) && (await this.app.columns.asSaved(name)).version >= saved.version) return;
    const changes = this.pending.get(name) ?? new Map<number, string>();
    if (changes.size) this.notice = `Another tab has saved labels in ${name}. Yours are kept, and not saved yet.`;
    this.app.columns.renew(saved.column);
    await this.show(name, changes);
    this.app.tell("saved");
  }

  async discard(): Promise<void> {
    this.notice = "";
    for (const name of [...this.pending.keys()]) await this.show(name, new Map());
  }

  // ---- For a server that is away.

  private get key(): string {
    return `kindred-edits:${this.app.info.name}:${this.app.info.count}`;
  }

  private keep(): void {
    try {
      if (this.count === 0) sessionStorage.removeItem(this.key);
      else sessionStorage.setItem(this.key, JSON.stringify([...this.pending].map(([name, changes]) => [name, [...changes]])));
    } catch {
      // More than the browser keeps, or a page that may keep nothing: then only this page has it.
    }
  }

  async restore(): Promise<void> {
    let kept: [string, [number, string][]][] = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      return;
    }
    for (const [name, changes] of kept) await this.show(name, new Map(changes.filter(([row]) => row < this.app.info.count)));
    if (this.count) this.notice = "These changes were not saved when the page was last open.";
    this.app.tell("edits");
  }

  // What file() has written: the rows in which something was changed. Says how many.
  async take(text: string): Promise<number> {
    const [head, ...lines] = parseCsv(text);
    if (lines.length !== this.app.info.count) throw new Error(`it has labels for ${count(lines.length)} rows, and the map has ${count(this.app.info.count)}`);
    let changed = 0;
    for (let at = 0; at + 1 < head.length; at += 2) {
      const rows = lines.flatMap((line, row) => (line[at] !== line[at + 1] ? [row] : []));
      await this.apply(head[at], rows, (i) => lines[rows[i]][at]);
      changed += rows.length;
    }
    return changed;
  }

  // A line for each row, as the server writes its own.
  async file(): Promise<string> {
    const columns: [Column, Column][] = [];
    for (const name of this.pending.keys()) columns.push([await this.app.columns.get(name), await this.app.columns.asSaved(name)]);
    const lines = [columns.flatMap(([now]) => [now.info.name, `${now.info.name} before`])];
    for (let row = 0; row < this.app.info.count; ++row) lines.push(columns.flatMap(([now, before]) => [now.text(row), before.text(row)]));
    return lines.map((line) => line.map(csvField).join(",") + "\n").join("");
  }
}

// RFC 4180.
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === "" && line.length === 0 && !quoted && !plain) break;
    line.push(quoted?.replace(/""/g, '"') ?? plain);
    if (end === ",") continue;
    lines.push(line);
    line = [];
    if (end === "") break;
  }
  return lines;
}

function* parts(changes: Changes): Generator<Changes> {
  const all = [...changes];
  for (let at = 0; at < all.length; at += ROWS_A_CALL) yield new Map(all.slice(at, at + ROWS_A_CALL));
}

function asLists(changes: Changes): LabelChange {
  const values = [...new Set(changes.values())];
  const place = new Map(values.map((value, i) => [value, i]));
  return { rows: [...changes.keys()], which: [...changes.values()].map((value) => place.get(value)!), values };
}

// The strip that says what is not saved.
export function makeEditStrip(app: App): void {
  const strip = byId("edits");
  const canSave = app.source.live && app.info.label_file !== "";
  const button = (text: string, title: string, run: () => void, kind = "button.button.tiny") => el(kind, { type: "button", title, onclick: run }, text);
  const draw = () => {
    const { count: unsaved, notice } = app.edits;
    strip.hidden = unsaved === 0 && !notice;
    fill(
      strip,
      el("strong", { id: "edits-count" }, unsaved === 1 ? "1 unsaved label" : `${count(unsaved)} unsaved labels`),
      el("span.grow", {}, notice),
      unsaved && canSave ? button("Save", `To ${app.info.label_file} (Ctrl+S)`, () => void app.edits.save(), "button.button.tiny.primary") : null,
      unsaved ? button("Download", "As a file that can be dropped on this page again", () => void app.edits.file().then((text) => save(`${app.info.name.replace(/\.[^.]*$/, "")}.unsaved.csv`, text, "text/csv"))) : null,
      unsaved ? button("Discard", "Forget what is not saved", () => void app.edits.discard()) : button("Close", "Close this message", () => {
        app.edits.notice = "";
        draw();
      }),
    );
  };
  app.on("edits", draw);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s" || !app.edits.count) return;
    event.preventDefault();
    if (canSave) void app.edits.save();
  });
}

// A line to give the rows another label. `value`: what they have now, where that is one thing.
export function editLine(app: App, rows: number[], valueIn: (column: Column) => string): HTMLElement {
  const names = app.info.columns.map((column) => column.name).filter((name) => name !== "id");
  const colored = app.colorColumn?.info.name;
  const chosen = colored && names.includes(colored) ? colored : names.find((name) => name === "label") ?? "";
  const select = el("select", { id: "edit-column", "aria-label": "Column to edit" }) as HTMLSelectElement;
  for (const name of names) select.append(el("option", { value: name }, name));
  select.append(el("option", { value: "" }, "new column …"));
  const name = el("input", { id: "edit-name", type: "text", placeholder: "its name", "aria-label": "Name of the new column", maxLength: 200, value: names.includes("label") ? "" : "label" }) as HTMLInputElement;
  const input = el("input", { id: "edit-value", type: "text", autocomplete: "off", spellcheck: false, "aria-label": rows.length === 1 ? "Label" : `Label for ${rows.length} points`, placeholder: rows.length === 1 ? "no label" : `for ${count(rows.length)} points`, maxLength: 1000 }) as HTMLInputElement;
  const list = el("datalist", { id: "edit-values" });
  input.setAttribute("list", "edit-values");
  const begin = async () => {
    name.hidden = select.value !== "";
    const column = select.value ? await app.columns.get(select.value) : null;
    input.value = column ? valueIn(column) : "";
    const known = column?.isCategorical ? column.categories().list.slice(0, 100) : [];
    fill(list, ...known.map((category) => el("option", { value: category.name })));
  };
  select.value = chosen;
  select.onchange = () => void begin();
  void begin();
  const form = el("form.edit", { onsubmit: (event: Event) => {
    event.preventDefault();
    const column = select.value || name.value.trim();
    if (column) void app.edits.set(column, rows, input.value.trim());
    else name.focus();
  } }, select, name, input, list, el("button.button.tiny", { type: "submit", title: "Give this label (Enter)" }, "Set"));
  return form;
}
