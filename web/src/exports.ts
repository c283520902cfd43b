// What can be taken away: the picture, the coordinates, a bookmark, a page that needs no server.

import type { App } from "./app";
import { byId, el, fill, save } from "./dom";

export const csvField = (text: string): string =>
  /[",\r\n]/.test(text) || /^[=+\-@\t]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;

// Coordinates with the columns beside them. A text that a spreadsheet would compute is quoted
// with an apostrophe before it.
export async function csv(app: App): Promise<string> {
  const columns = await app.columns.all();
  const axes = ["x", "y", "z"].slice(0, app.scene!.dimensions);
  const lines = [["row", ...axes, ...columns.map((column) => column.info.name)].map(csvField).join(",")];
  for (let row = 0; row < app.info.count; ++row) {
    if (!app.points.visible[row]) continue;
    const numbers = axes.map((_, axis) => String(app.scene!.positions[3 * row + axis]));
    lines.push([String(row), ...numbers, ...columns.map((column) => safeCell(column.text(row), column.isNumber))].join(","));
  }
  return lines.join("\n") + "\n";
}

function safeCell(text: string, isNumber: boolean): string {
  return csvField(!isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
}

// NumPy's format, version 1: all rows, float32.
export function npy(values: Float32Array, rows: number, axes: number): Blob {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${axes}), }`;
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + "\n";
  const start = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return new Blob([start, padded, values as Float32Array<ArrayBuffer>]);
}

function coordinates(app: App): { values: Float32Array; axes: number } {
  const axes = app.scene!.dimensions;
  const values = new Float32Array(app.info.count * axes);
  for (let row = 0; row < app.info.count; ++row) {
    for (let axis = 0; axis < axes; ++axis) values[row * axes + axis] = app.scene!.positions[3 * row + axis];
  }
  return { values, axes };
}

// The picture as it is on the screen, with its names.
export function picture(app: App, overlay: HTMLCanvasElement): Promise<Blob> {
  const view = app.scene!.snapshot();
  const canvas = document.createElement("canvas");
  canvas.width = view.width;
  canvas.height = view.height;
  const context = canvas.getContext("2d")!;
  context.drawImage(view, 0, 0);
  context.drawImage(overlay, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

export function makeExports(app: App, overlay: HTMLCanvasElement, standalone: () => Promise<Blob>): void {
  const name = app.info.name.replace(/\.[^.]*$/, "") || "map";
  const items: [string, string, string, () => Promise<void> | void][] = [
    ["png", "Picture", "PNG of the view as it is", async () => save(`${name}.png`, await picture(app, overlay))],
    ["csv", "Coordinates as CSV", "visible points, with their columns", async () => save(`${name}.csv`, await csv(app), "text/csv")],
    ["npy", "Coordinates as npy", "all points, float32, for NumPy", () => {
      const { values, axes } = coordinates(app);
      save(`${name}.map.npy`, npy(values, app.info.count, axes));
    }],
    ["link", "Bookmark", "what is shown, as a small file", () => save(`${name}.bookmark.json`, JSON.stringify({ kindred: "bookmark", name: app.info.name, state: location.hash.slice(1) }, null, 2), "application/json")],
    ["html", "One page to send", "a file that works without a server", async () => save(`${name}.html`, await standalone(), "text/html")],
  ];
  const menu = byId<HTMLDetailsElement>("export-menu");
  fill(byId("export-items"), ...items.map(([id, title, about, run]) => {
    const button = el("button", { type: "button", onclick: async () => {
      menu.open = false;
      try {
        await run();
      } catch (error) {
        byId("status").textContent = `Nothing was exported: ${(error as Error).message}`;
      }
    } }, title, el("small", {}, about)) as HTMLButtonElement;
    button.dataset.export = id;
    button.disabled = !app.scene;
    return button;
  }));
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  });
}
