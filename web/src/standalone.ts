// One file to send to a colleague: the page with its data inside, working without a server.
//
// It holds the coordinates as they are shown, the columns, the sheets of images and the nearest
// neighbours of each point. It can turn, colour, search, select and inspect; it computes nothing.

import type { App } from "./app";
import type { ColumnBytes, Coordinates, Insight, MapInfo, MapRequest, Metric, Neighbor, Placed, RunStatus, SavedColumn, Source } from "./types";

const DATA_ID = "kindred-data";
const NEIGHBORS = 15;

interface Packed {
  info: MapInfo;
  active: RunStatus | null;
  dimensions: number;
  coordinates: string; // Base64, as all below.
  columns: Record<string, string>;
  sheets: string[];
  neighbors: { k: number; metric: Metric; bytes: string } | null;
  insights: Record<string, Insight>;
}

async function encode(content: ArrayBuffer | Blob): Promise<string> {
  const bytes = new Uint8Array(content instanceof Blob ? await content.arrayBuffer() : content);
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function decode(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}

export async function standalonePage(app: App): Promise<Blob> {
  const { source, info } = app;
  const axes = app.scene!.dimensions;
  const values = new Float32Array(info.count * axes);
  for (let row = 0; row < info.count; ++row) {
    for (let axis = 0; axis < axes; ++axis) values[row * axes + axis] = app.scene!.positions[3 * row + axis];
  }
  const columns: Record<string, string> = {};
  for (const column of await app.columns.all()) columns[column.info.name] = await encode(column.bytes());
  const sheets: string[] = [];
  for (let page = 0; page < (info.images?.sheets ?? 0); ++page) sheets.push(await encode(await source.sheet(page)));
  const k = Math.min(NEIGHBORS, info.count - 1);
  const packed: Packed = {
    info: { ...info, columns: (await app.columns.all()).map((column) => column.info), label_file: "" },
    active: app.active,
    dimensions: axes,
    coordinates: await encode(values.buffer as ArrayBuffer),
    columns,
    sheets,
    neighbors: k > 0 ? { k, metric: app.metric, bytes: await encode(await source.graph(k, app.metric)) } : null,
    insights: {},
  };
  const text = async (path: string) => (await fetch(path)).text();
  const [script, style] = await Promise.all([text("/app.js"), text("/app.css")]);
  return new Blob([assemble(info.name, style, script, JSON.stringify(packed))], { type: "text/html" });
}

// The document itself is taken from the page that is open, before anything was put into it.
let empty = "";
export function rememberDocument(): void {
  empty = new XMLSerializer().serializeToString(document.body);
}

function assemble(name: string, style: string, script: string, data: string): string {
  const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob: data:";
  return [
    '<!doctype html><html lang="en" data-theme="dark"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(name)} · Kindred map</title><style>${style}</style></head>`,
    empty,
    // No text of the data can end its element: "<" does not occur in it.
    `<script type="application/json" id="${DATA_ID}">${data.replace(/</g, "\\u003c")}</script>`,
    `<script>${script}</script></html>`,
  ].join("\n");
}

// The data inside of this page, or null where a server has it.
export function embeddedSource(): Source | null {
  const element = document.getElementById(DATA_ID);
  return element ? new EmbeddedSource(JSON.parse(element.textContent!)) : null;
}

class EmbeddedSource implements Source {
  readonly live = false;
  private readonly status: RunStatus;
  private graphBytes: ArrayBuffer | null = null;

  constructor(private readonly packed: Packed) {
    const none: RunStatus = { id: 1, request: { method: "pca", dimensions: 3 }, state: "done", activity: "", step: 1, steps: 1, revision: 1, facts: {}, error: "" };
    this.status = { ...(packed.active ?? none), id: 1, state: "done", revision: 1 };
    packed.info.methods = [...new Set([this.status.request.method])];
  }

  async info(): Promise<MapInfo> {
    return this.packed.info;
  }
  async column(name: string): Promise<ColumnBytes> {
    return { bytes: decode(this.packed.columns[name]), version: 0 };
  }
  async saveLabels(): Promise<SavedColumn> {
    throw new Error("this page has no server");
  }
  async place(): Promise<Placed> {
    throw new Error("this page has no server");
  }
  async sheet(page: number): Promise<Blob> {
    return new Blob([decode(this.packed.sheets[page])], { type: "image/png" });
  }
  async neighbors(row: number, k: number): Promise<Neighbor[]> {
    const kept = this.packed.neighbors;
    if (!kept) return [];
    this.graphBytes ??= decode(kept.bytes);
    const count = this.packed.info.count;
    const ids = new Uint32Array(this.graphBytes, 0, count * kept.k);
    const distances = new Float32Array(this.graphBytes, 4 * count * kept.k, count * kept.k);
    return Array.from({ length: Math.min(k, kept.k) }, (_, i) => ({ row: ids[row * kept.k + i], distance: distances[row * kept.k + i] }));
  }
  async runs(): Promise<RunStatus[]> {
    return [this.status];
  }
  async start(_request: MapRequest): Promise<number> {
    return 1; // The one map that there is.
  }
  async control(): Promise<void> {}
  async coordinates(): Promise<Coordinates> {
    return { dimensions: this.packed.dimensions, revision: 1, values: new Float32Array(decode(this.packed.coordinates)) };
  }
  async insight(kind: string): Promise<Insight> {
    const kept = this.packed.insights[kind];
    if (!kept) throw new Error("this page was saved without it");
    return kept;
  }
  async graph(): Promise<ArrayBuffer> {
    return decode(this.packed.neighbors!.bytes);
  }
  watch(): void {}
}
