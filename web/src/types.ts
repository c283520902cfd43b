// What the server says, and what the parts of the page say to each other.

export interface ColumnInfo {
  name: string;
  kind: "text" | "number";
  distinct: number;
  missing: number;
  whole: boolean; // Of numbers: all are integers.
}

export interface ColumnBytes {
  bytes: ArrayBuffer;
  version: number;
}

// Row rows[i] gets values[which[i]].
export interface LabelChange {
  rows: number[];
  which: number[];
  values: string[];
}

export interface SavedColumn {
  version: number;
  column: ColumnInfo;
}

export interface ImageInfo {
  width: number;
  height: number;
  channels: number;
  columns: number; // Of a sheet.
  per_sheet: number;
  sheets: number;
}

export interface MapInfo {
  name: string;
  about: string;
  count: number;
  dimensions: number;
  metric: Metric;
  color: string; // The column to colour by at first; "" for none.
  title: string; // The column with the names of the points; "" for none.
  columns: ColumnInfo[];
  images: ImageInfo | null;
  methods: Method[]; // Ways to lay the points out that this source offers.
  label_file: string; // Where edited labels are saved; "": nowhere.
}

export type Metric = "euclidean" | "cosine" | "dot";
export type Method = "pca" | "umap" | "tsne" | "axes" | "columns";

export interface MapRequest {
  method: Method;
  dimensions: 2 | 3;
  [option: string]: unknown;
}

export interface RunStatus {
  id: number;
  request: MapRequest;
  state: "waiting" | "running" | "paused" | "done" | "stopped" | "failed";
  activity: string;
  step: number;
  steps: number;
  revision: number;
  facts: Record<string, unknown>;
  error: string;
}

export interface Coordinates {
  dimensions: number;
  revision: number;
  values: Float32Array; // count x dimensions, row by row.
}

export interface Neighbor {
  row: number;
  distance: number;
}

// New points in a map: `dimensions` coordinates for each, how far each is from what is known, and
// the nearest known rows.
export interface Placed {
  coordinates: number[];
  novelty: number[];
  near: Neighbor[][];
}

export interface Insight {
  [name: string]: unknown;
}

// Why the server cannot be asked, if it cannot: nobody answers, or somebody who refuses the key.
export type Away = "" | "silent" | "another run";

// Where a page has its data from: a server that computes, or the file that it is itself.
export interface Source {
  readonly live: boolean;
  info(): Promise<MapInfo>;
  column(name: string): Promise<ColumnBytes>;
  saveLabels(column: string, version: number, change: LabelChange): Promise<SavedColumn>;
  sheet(page: number): Promise<Blob>;
  neighbors(row: number, k: number, metric: Metric): Promise<Neighbor[]>;
  runs(): Promise<RunStatus[]>;
  start(request: MapRequest): Promise<number>;
  control(id: number, action: "pause" | "resume" | "stop"): Promise<void>;
  coordinates(id: number): Promise<Coordinates>;
  insight(kind: string, parameters: Record<string, string | number>): Promise<Insight>;
  graph(k: number, metric: Metric): Promise<ArrayBuffer>;
  // Requires: vectors are rows of the data's dimensions.
  place(id: number, vectors: Float32Array): Promise<Placed>;
  watch(told: { run: (status: RunStatus) => void; labels: (saved: SavedColumn) => void; away: (why: Away) => void }): void;
}
