// New points in a finished map: placed by the server, drawn over the cloud, never part of the data.
//
// Another map places them anew. Beside each stands how far it is from anything known, compared
// with what is usual here: a map has a place for everything, even for what nobody has seen before.

import type { App } from "./app";
import { byId, count, el, short } from "./dom";
import { neighborLine } from "./inspector";
import type { Neighbor } from "./types";
import type { Vectors } from "./vectors";

export const NEWCOMERS_MAX = 5000;
const NUMBERS_A_CALL = 60_000; // As texts they stay below the megabyte that the server takes.
const STRANGE = 2; // Times the usual distance.

export class Newcomers {
  places: Float32Array | null = null; // Three each, as the scene draws; null until they are placed.
  novelty: number[] = [];
  near: Neighbor[][] = [];
  usual = 0; // The median novelty.
  private placedIn = 0; // The map.

  constructor(
    private readonly app: App,
    readonly name: string,
    readonly vectors: Vectors,
  ) {
    if (vectors.columns !== app.info.dimensions) throw new Error(`${name} has ${count(vectors.columns)} numbers a row; the data of this map has ${count(app.info.dimensions)}`);
    if (vectors.rows > NEWCOMERS_MAX) throw new Error(`${name} has ${count(vectors.rows)} rows; new points are at most ${count(NEWCOMERS_MAX)}`);
  }

  get count(): number {
    return this.vectors.rows;
  }

  title(i: number): string {
    return this.vectors.labels[i] ?? `${this.name} ${i}`;
  }

  isStrange(i: number): boolean {
    return this.novelty[i] > STRANGE * this.usual;
  }

  // Into the map that is shown, unless they are there already.
  async place(): Promise<void> {
    const { app } = this;
    const map = app.active;
    if (!map || map.id === this.placedIn) return;
    this.places = null;
    if (!map.id) throw new Error("new points have no place among columns of the data: choose another map");
    if (map.state !== "done" && map.state !== "stopped") return; // Its end will call again.
    this.placedIn = map.id;
    const { values, rows, columns } = this.vectors;
    const step = Math.max(1, Math.floor(NUMBERS_A_CALL / columns));
    const coordinates: number[] = [];
    this.novelty = [];
    this.near = [];
    for (let row = 0; row < rows; row += step) {
      const placed = await app.source.place(map.id, values.subarray(row * columns, (row + step) * columns));
      if (app.active?.id !== map.id) return; // Another map is shown by now.
      coordinates.push(...placed.coordinates);
      this.novelty.push(...placed.novelty);
      this.near.push(...placed.near);
    }
    this.usual = await usualDistance(app);
    this.places = app.scene!.placesOf(Float32Array.from(coordinates), map.request.dimensions);
    app.scene!.ask();
    app.tell("newcomers");
  }

  // The newcomer at this place of the stage, or -1.
  pick(x: number, y: number): number {
    let best = -1;
    let nearest = 9;
    for (let i = 0; this.places && i < this.count; ++i) {
      const at = this.app.scene!.screenOfPlace(this.places, i);
      const distance = at ? Math.hypot(at.x - x, at.y - y) : Infinity;
      if (distance < nearest) {
        nearest = distance;
        best = i;
      }
    }
    return best;
  }
}

// How far a known point is from its neighbours: the median of a few of them.
async function usualDistance(app: App): Promise<number> {
  const sample = Array.from({ length: Math.min(15, app.info.count) }, (_, i) => Math.floor(((i + 0.5) * app.info.count) / 15) % app.info.count);
  const means = await Promise.all(sample.map(async (row) => {
    const near = await app.source.neighbors(row, 15, app.info.metric);
    return near.reduce((sum, one) => sum + one.distance, 0) / Math.max(1, near.length);
  }));
  means.sort((a, b) => a - b);
  return means[Math.floor(means.length / 2)] ?? 0;
}

// What most of its neighbours are called, and how many of how many.
function vote(app: App, near: Neighbor[]): string {
  const votes = new Map<string, number>();
  for (const { row } of near) votes.set(app.colorValue(row), (votes.get(app.colorValue(row)) ?? 0) + 1);
  const [name, size] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
  return name ? `${name} (${size} of ${near.length})` : "";
}

function mark(strange: boolean): HTMLElement {
  return el(strange ? "span.newcomer.strange" : "span.newcomer", { "aria-hidden": "true" });
}

// For the panel: all of them, or the one that is looked at.
export function newcomerPanel(app: App, chosen: number): HTMLElement[] {
  const all = app.newcomers!;
  if (chosen >= 0) {
    const near = all.near[chosen];
    const farthest = Math.max(...near.map((one) => Math.abs(one.distance)), 1e-12);
    return [
      el("div.row", {}, mark(all.isStrange(chosen)), el("h3", { id: "newcomer-title" }, all.title(chosen)), el("span.grow"), el("button.button.tiny", { type: "button", onclick: () => app.tell("newcomer", -1) }, "All new points")),
      el("p", {}, `${app.colorColumn ? `Looks like ${app.colorColumn.info.name} ${vote(app, near)}. ` : ""}Its mean distance to the nearest is ${short(all.novelty[chosen])}; ${short(all.usual)} is usual here${all.isStrange(chosen) ? ": it resembles nothing here" : ""}.`),
      el("ol.near", { "aria-label": "Nearest known points" }, ...near.map((one) => neighborLine(app, one.row, one.distance, farthest))),
    ];
  }
  const lines = Array.from({ length: Math.min(all.count, 500) }, (_, i) =>
    el("li", {}, el("button", { type: "button", onclick: () => app.tell("newcomer", i) }, mark(all.isStrange(i)), el("span", {}, all.title(i)), el("span.muted", {}, vote(app, all.near[i] ?? [])))));
  return [
    el("div.row", {}, el("h3", {}, `${count(all.count)} new from ${all.name}`), el("span.grow"), el("button.button.tiny", { type: "button", onclick: () => app.welcome(null) }, "Remove")),
    el("p.muted", {}, all.places ? "Diamonds in the map; hollow ones resemble nothing here. They are not part of the data." : "They find their places when the map is finished."),
    el("ol.near.newcomers", {}, ...lines),
  ];
}

export function makeNewcomers(app: App): void {
  const place = () => {
    if (!app.newcomers) return;
    app.newcomers.place().catch((error) => (byId("status").textContent = `${(error as Error).message}.`));
  };
  app.on("map", place);
  app.on("run", place);
}
