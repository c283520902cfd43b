// Files that are opened on the page, from its menu or dropped onto it: new points, a bookmark,
// labels that were not saved.

import type { App } from "./app";
import { byId, el, fill } from "./dom";
import { Newcomers } from "./newcomers";
import { bytesOf, readVectors } from "./vectors";

// "a,a before": what Edits.file() writes.
const EDITS = /^(?:[^\n]*[^,\n]),[^\n]* before"?\r?\n/;

async function openFile(app: App, file: File): Promise<string> {
  const bytes = await bytesOf(file);
  const head = new TextDecoder().decode(new Uint8Array(bytes, 0, Math.min(4096, bytes.byteLength)));
  if (/^\s*\{/.test(head)) return openBookmark(app, JSON.parse(new TextDecoder().decode(bytes)));
  if (EDITS.test(head)) {
    const changed = await app.edits.take(new TextDecoder().decode(bytes));
    return `${changed} labels from ${file.name}, not saved yet`;
  }
  if (!app.source.live) throw new Error("this page has no server to place new points");
  if (!app.scene) throw new Error("without a map there is no place for new points");
  const newcomers = new Newcomers(app, file.name, readVectors(bytes));
  app.welcome(newcomers);
  await newcomers.place();
  return "";
}

// The address holds all that a bookmark does.
function openBookmark(app: App, bookmark: { kindred?: unknown; name?: unknown; state?: unknown }): string {
  if (bookmark.kindred !== "bookmark" || typeof bookmark.state !== "string") throw new Error("this JSON is no bookmark of a map");
  const state = new URLSearchParams(bookmark.state);
  state.delete("token");
  if (bookmark.name !== app.info.name && !confirm(`This bookmark is of ${String(bookmark.name)}, and the map of ${app.info.name}. Show it all the same?`)) return "";
  history.replaceState(null, "", `${location.pathname}${location.search}#${state}`);
  app.edits.leaving = true; // They come back with the page.
  location.reload();
  return "";
}

export function makeOpen(app: App): void {
  const menu = byId<HTMLDetailsElement>("open-menu");
  const input = el("input", { type: "file", id: "open-file", "aria-label": "File to open", hidden: true }) as HTMLInputElement;
  menu.after(input);
  const say = (text: string) => text && (byId("status").textContent = text);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      say(await openFile(app, file));
    } catch (error) {
      say(`${file.name} was not opened: ${(error as Error).message}.`);
    }
  };
  input.onchange = () => {
    void take(input.files?.[0]);
    input.value = ""; // The same file may be chosen again.
  };
  const item = (id: string, title: string, about: string, accept: string) => {
    const button = el("button", { type: "button", onclick: () => {
      menu.open = false;
      input.accept = accept;
      input.click();
    } }, title, el("small", {}, about));
    button.dataset.open = id;
    return button;
  };
  fill(byId("open-items"),
    app.source.live ? item("points", "New points", "a row of numbers each: .npy, CSV, TSV, idx", ".npy,.csv,.tsv,.txt,.gz,application/octet-stream") : null,
    item("bookmark", "Bookmark", "what was shown when it was exported", ".json"),
    item("labels", "Labels not saved", "a file that this page has downloaded", ".csv"));
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  });
  const stage = byId("stage");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.toggle("drop", event.dataTransfer?.types.includes("Files") ?? false);
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && stage.classList.remove("drop"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("drop");
    void take(event.dataTransfer?.files[0]);
  });
}
