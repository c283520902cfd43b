// The left panel: how the points are laid out, with what options, and how good the result is.

import type { App } from "./app";
import { byId, el, fill, options, percent, segments } from "./dom";
import type { MapRequest, Method, RunStatus } from "./types";

interface Option {
  name: string;
  label: string;
  kind: "number" | "choice" | "column";
  least?: number;
  most?: number;
  step?: number;
  choices?: [string, string][];
  start: number | string;
}

const METRICS: [string, string][] = [["euclidean", "Euclidean"], ["cosine", "cosine"], ["dot", "dot product"]];
const NAMES: Record<Method, [string, string]> = {
  pca: ["PCA", "Principal components: the directions in which the data varies most"],
  umap: ["UMAP", "Keeps neighbours together; distances between groups mean little"],
  tsne: ["t-SNE", "Keeps neighbours together; sizes and distances of groups mean little"],
  axes: ["Axes", "From the mean of one group to the mean of another"],
  columns: ["Columns", "The columns of the data themselves as axes"],
};
const QUALITY: [string, string, string][] = [
  ["trustworthiness", "Trustworthiness", "Are neighbours in the map neighbours in the data? 1: all are"],
  ["continuity", "Continuity", "Are neighbours in the data neighbours in the map? 1: all are"],
  ["neighbor_preservation", "Neighbours kept", "Share of the nearest in the data that are among the nearest in the map"],
  ["label_accuracy", "Label accuracy", "How often the vote of the neighbours in the map gives a point's own label"],
  ["triplet_accuracy", "Triplets", "How often, of two others, the nearer in the data is the nearer in the map; 0.5 is chance"],
  ["silhouette", "Silhouette", "How much nearer a point is to its own label's points than to the next label's"],
];

export function makeMethods(app: App, methods: Method[]): (request: MapRequest) => Promise<void> {
  const numbers = app.info.columns.filter((column) => column.kind === "number");
  let method: Method = "pca";
  let dimensions: 2 | 3 = 3;
  let values: Record<string, number | string> = {};
  let shownRevision = 0;
  let wanted = 0; // The run that is to be shown.
  let fetching = false;
  // What the events have said last of each run, the end included, after which they say no more.
  // The answer to a call may be older: it can call a run running that has ended meanwhile.
  const told = new Map<number, RunStatus>();
  const newestRuns = async () => (await app.source.runs()).map((run) => told.get(run.id) ?? run);

  const available = methods.filter((one) => one !== "columns" || numbers.length >= 2);
  const markMethod = segments<Method>(byId("methods"), available.map((one) => [one, ...NAMES[one]]), method, (next) => {
    method = next;
    drawOptions();
    if (method === "pca" || method === "columns") void compute();
  });
  const markDimensions = segments<2 | 3>(byId("dimensions"), [[3, "3-D"], [2, "2-D"]], dimensions, (next) => {
    dimensions = next;
    drawOptions();
    void compute();
  });
  app.on("dimensions", ((next: 2 | 3) => {
    if (next === dimensions) return;
    markDimensions(next);
    dimensions = next;
    drawOptions();
    void compute();
  }) as never);

  function optionsOf(): Option[] {
    const metric: Option = { name: "metric", label: "Distance", kind: "choice", choices: METRICS, start: app.info.metric };
    const seed: Option = { name: "seed", label: "Seed", kind: "number", least: 0, most: 1e9, step: 1, start: 1 };
    if (method === "pca") {
      const choices = Array.from({ length: Math.min(10, app.info.dimensions) }, (_, i): [string, string] => [String(i), `PC ${i + 1}`]);
      return ["x", "y", "z"].slice(0, dimensions).map((axis, i) => ({ name: axis, label: axis.toUpperCase(), kind: "choice", choices, start: String(Math.min(i, choices.length - 1)) }));
    }
    if (method === "umap") {
      return [
        { name: "neighbors", label: "Neighbours", kind: "number", least: 2, most: 200, step: 1, start: 15 },
        { name: "min_distance", label: "Least distance", kind: "number", least: 0, most: 0.99, step: 0.05, start: 0.1 },
        metric, seed,
      ];
    }
    if (method === "tsne") {
      return [
        { name: "perplexity", label: "Perplexity", kind: "number", least: 2, most: 200, step: 1, start: 30 },
        { name: "iterations", label: "Iterations", kind: "number", least: 100, most: 10_000, step: 50, start: 1000 },
        metric, seed,
      ];
    }
    if (method === "columns") {
      const choices = numbers.map((column): [string, string] => [column.name, column.name]);
      return ["x", "y", "z"].slice(0, dimensions).map((axis, i) => ({ name: axis, label: axis.toUpperCase(), kind: "choice", choices, start: choices[Math.min(i, choices.length - 1)][0] }));
    }
    const groups = app.categories.map((category, i): [string, string] => [String(i), category.name]);
    return ["x", "y", "z"].slice(0, dimensions).flatMap((axis, i) => [
      { name: `${axis}_from`, label: `${axis.toUpperCase()} from`, kind: "choice" as const, choices: groups, start: String(Math.min(2 * i, groups.length - 1)) },
      { name: `${axis}_to`, label: "to", kind: "choice" as const, choices: groups, start: String(Math.min(2 * i + 1, groups.length - 1)) },
    ]);
  }

  function drawOptions(): void {
    const list = optionsOf();
    const box = el(method === "pca" || method === "columns" ? "div.options.three" : "div.options");
    for (const option of list) {
      const id = `option-${option.name}`;
      const given = String(values[option.name] ?? option.start);
      let control: HTMLInputElement | HTMLSelectElement;
      if (option.kind === "number") {
        control = el("input", { id, type: "number", min: String(option.least), max: String(option.most), step: String(option.step), value: given }) as HTMLInputElement;
      } else {
        control = el("select", { id }) as HTMLSelectElement;
        options(control, option.choices!, option.choices!.some(([value]) => value === given) ? given : String(option.start));
      }
      control.onchange = () => {
        values[option.name] = control.value;
        if (method === "pca" || method === "columns") void compute();
      };
      box.append(el("label", { for: id }, option.label), control);
    }
    fill(byId("options"), method === "axes" && app.categories.length < 2
      ? el("p.muted", {}, "Colour by a column with groups: axes go from the mean of one group to that of another.")
      : box);
    const run = byId<HTMLButtonElement>("run");
    run.hidden = method === "pca" || method === "columns";
    nameRun();
    run.disabled = (method === "axes" && app.categories.length < 2) || !app.source.live;
  }

  // "Again" where the map that is shown was made this way.
  function nameRun(): void {
    const shown = app.active;
    byId("run").textContent = shown?.request.method === method && (shown.state === "done" || shown.state === "stopped") ? "Again" : "Compute";
  }

  function read(name: string): string {
    return (document.getElementById(`option-${name}`) as HTMLInputElement | null)?.value ?? "";
  }

  function requestOf(): MapRequest {
    const request: MapRequest = { method, dimensions };
    if (method === "pca") request.components = ["x", "y", "z"].slice(0, dimensions).map((axis) => Number(read(axis)));
    else if (method === "columns") request.columns = ["x", "y", "z"].slice(0, dimensions).map(read);
    else if (method === "axes") {
      for (const axis of ["x", "y", "z"].slice(0, dimensions)) {
        for (const side of ["from", "to"]) request[`${axis}_${side}`] = app.rowsOfCategory(Number(read(`${axis}_${side}`)));
      }
    } else {
      for (const option of optionsOf()) request[option.name] = option.kind === "number" ? Number(read(option.name)) : read(option.name);
    }
    return request;
  }

  async function compute(request = requestOf()): Promise<void> {
    hint("");
    try {
      if (request.method === "columns") return await showColumns(request);
      wanted = await app.source.start(request);
      shownRevision = 0;
      const status = (await newestRuns()).find((run) => run.id === wanted);
      if (status) onRun(status);
    } catch (error) {
      hint((error as Error).message);
    }
  }

  // The data's own columns, standardised, are computed here.
  async function showColumns(request: MapRequest): Promise<void> {
    wanted = 0;
    const names = request.columns as string[];
    const columns = await Promise.all(names.map((name) => app.columns.get(name)));
    const coordinates = new Float32Array(app.info.count * dimensions);
    columns.forEach((column, axis) => {
      const known = column.numbers!.filter((number) => !Number.isNaN(number));
      const mean = known.reduce((sum, number) => sum + number, 0) / (known.length || 1);
      const deviation = Math.sqrt(known.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (known.length || 1)) || 1;
      // What is missing lies at the mean.
      column.numbers!.forEach((number, row) => (coordinates[row * dimensions + axis] = Number.isNaN(number) ? 0 : (number - mean) / deviation));
    });
    app.scene?.setCoordinates(coordinates, dimensions, 600);
    app.axisNames = names;
    app.active = { id: 0, request, state: "done", activity: "", step: 1, steps: 1, revision: 1, facts: {}, error: "" };
    drawStatus(app.active);
    app.tell("map");
    app.tell("url");
  }

  function hint(text: string): void {
    byId("progress").hidden = !text;
    byId("progress-text").textContent = text;
    byId("pause").hidden = byId("stop").hidden = Boolean(text);
  }

  // ---- What the server says of its runs.

  function onRun(status: RunStatus): void {
    if (status.id !== wanted) return;
    app.active = status;
    drawStatus(status);
    if (status.revision > shownRevision && !fetching) void fetchCoordinates(status);
    app.tell("run", status as never);
  }

  async function fetchCoordinates(status: RunStatus): Promise<void> {
    fetching = true;
    try {
      const live = status.state === "running";
      const { values: places, dimensions: axes, revision } = await app.source.coordinates(status.id);
      if (status.id === wanted && revision > shownRevision) {
        const isFirst = shownRevision === 0;
        shownRevision = revision;
        app.scene?.setCoordinates(places, axes as 2 | 3, isFirst ? 700 : live ? 120 : 300);
        app.axisNames = axisNames(status);
        app.tell("map");
        if (!live) app.tell("url");
      }
    } catch (error) {
      hint((error as Error).message);
    } finally {
      fetching = false;
    }
    const now = app.active;
    if (now && now.id === wanted && now.revision > shownRevision && app.source.live) void fetchCoordinates(now);
  }

  function axisNames(status: RunStatus): string[] {
    if (status.request.method === "pca") {
      const variances = (status.facts.variances as number[] | undefined) ?? [];
      return (status.request.components as number[]).map((component) => `PC ${component + 1}${variances[component] === undefined ? "" : ` · ${percent(variances[component])}`}`);
    }
    if (status.request.method === "axes") {
      return ["x", "y", "z"].slice(0, dimensions).map((axis) => {
        const name = (side: string) => app.categories[Number(read(`${axis}_${side}`))]?.name ?? "?";
        return `${name("from")} → ${name("to")}`;
      });
    }
    return [];
  }

  function drawStatus(status: RunStatus): void {
    const runs = status.state === "running" || status.state === "paused" || status.state === "waiting";
    if (status.state === "failed") hint(status.error);
    else {
      byId("progress").hidden = !runs;
      byId("pause").hidden = byId("stop").hidden = false;
    }
    byId("progress-fill").style.width = `${(100 * status.step) / Math.max(1, status.steps)}%`;
    if (runs) {
      byId("progress-text").textContent = status.activity || (status.state === "paused" ? `paused at ${status.step} of ${status.steps}` : `${status.step} of ${status.steps}`);
    }
    byId("pause").textContent = status.state === "paused" ? "Resume" : "Pause";
    nameRun();
    drawFacts(status);
  }

  function drawFacts(status: RunStatus): void {
    const rows: HTMLElement[] = [];
    const variances = status.facts.variances as number[] | undefined;
    if (variances?.length) {
      const shown = new Set(status.request.components as number[]);
      const bars = el("div.variance", { role: "img", "aria-label": "Variance of each component" });
      variances.forEach((share, i) => {
        const bar = el(shown.has(i) ? "div.shown" : "div", { title: `component ${i + 1}: ${percent(share)}` });
        bar.style.height = `${(100 * share) / variances[0]}%`;
        bars.append(bar);
      });
      rows.push(bars, el("dt", {}, "Variance shown"), el("dd", { id: "variance-shown" }, percent(status.facts.variance_shown as number)));
    }
    const quality = status.facts.quality as Record<string, number | null> | undefined;
    for (const [name, label, title] of quality ? QUALITY : []) {
      const value = quality![name];
      if (value !== null && value !== undefined) rows.push(el("dt", { title }, label), el("dd", { title }, value.toFixed(3)));
    }
    if (typeof status.facts.seconds === "number") rows.push(el("dt", {}, "Time"), el("dd", {}, status.facts.seconds < 0.01 ? "below 0.01 s" : `${status.facts.seconds.toFixed(status.facts.seconds < 10 ? 2 : 1)} s`));
    fill(byId("facts"), ...rows);
  }

  byId("run").onclick = () => void compute();
  byId("pause").onclick = () => {
    if (app.active) void app.source.control(app.active.id, app.active.state === "paused" ? "resume" : "pause").catch((error) => hint(error.message));
  };
  byId("stop").onclick = () => {
    if (app.active) void app.source.control(app.active.id, "stop").catch((error) => hint(error.message));
  };
  app.on("color", drawOptions);
  app.on("run-status", ((status: RunStatus) => {
    told.set(status.id, status);
    onRun(status);
  }) as never);
  drawOptions();

  // Shows the map that is asked for: one that the server has already, or a new one.
  return async (request) => {
    method = available.includes(request.method) ? request.method : "pca";
    dimensions = request.dimensions === 2 ? 2 : 3;
    values = { ...request } as Record<string, number | string>;
    (request.components as number[] | undefined)?.forEach((component, i) => (values["xyz"[i]] = String(component)));
    (request.columns as string[] | undefined)?.forEach((name, i) => (values["xyz"[i]] = name));
    markMethod(method);
    markDimensions(dimensions);
    drawOptions();
    const asked = requestOf();
    const known = app.source.live || method !== "columns" ? (await newestRuns()).reverse().find((run) => run.state !== "failed" && run.state !== "stopped" && sameRequest(run.request, asked)) : undefined;
    if (!known) return compute(asked);
    wanted = known.id;
    shownRevision = 0;
    onRun(known);
  };
}

export function sameRequest(a: MapRequest, b: MapRequest): boolean {
  if (a.method !== b.method || a.dimensions !== b.dimensions || a.method === "axes") return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) {
    if (name in a && name in b && JSON.stringify(a[name]) !== JSON.stringify(b[name])) return false;
  }
  return true;
}
