// The server that computes: every call with its token, which came in the address's fragment.

import type { Away, ColumnBytes, Coordinates, Insight, LabelChange, MapInfo, MapRequest, Metric, Neighbor, Placed, RunStatus, SavedColumn, Source } from "./types";

type Told = Parameters<Source["watch"]>[0];

const TOKEN_KEY = "kindred-token";
const RETRY_MS = 2000;

// Takes the token out of the address, so that no link that is copied from there contains it,
// and keeps it for this tab alone (a reload finds it again; nothing is ever sent on its own).
export function takeToken(): string {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("token");
  if (given) {
    fragment.delete("token");
    const rest = fragment.toString();
    history.replaceState(null, "", location.pathname + (rest ? `#${rest}` : ""));
    sessionStorage.setItem(TOKEN_KEY, given);
    return given;
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? "";
}

// The address of another run of the server, opened in this tab: begin again with its key. What was
// edited and not saved is kept for the tab and comes back.
export function watchForToken(): void {
  addEventListener("hashchange", () => {
    if (!new URLSearchParams(location.hash.slice(1)).has("token")) return;
    takeToken();
    location.reload();
  });
}

export class CallError extends Error {
  constructor(
    readonly status: number, // 0: the server cannot be reached.
    message: string,
  ) {
    super(message);
  }
}

export class ServerSource implements Source {
  readonly live = true;
  private told: Told | null = null;
  private away: Away = "";

  constructor(private readonly token: string) {}

  async info(): Promise<MapInfo> {
    return (await this.get("/api/map")).json();
  }

  async column(name: string): Promise<ColumnBytes> {
    const answer = await this.get("/api/column", { name });
    return { bytes: await answer.arrayBuffer(), version: Number(answer.headers.get("X-Version")) };
  }

  async saveLabels(column: string, version: number, change: LabelChange): Promise<SavedColumn> {
    return (await this.post("/api/labels", { column, version, ...change })).json();
  }

  async sheet(page: number): Promise<Blob> {
    return (await this.get("/api/sheet", { page })).blob();
  }

  async neighbors(row: number, k: number, metric: Metric): Promise<Neighbor[]> {
    const answer = await (await this.get("/api/neighbors", { row, k, metric })).json();
    return answer.neighbors;
  }

  async runs(): Promise<RunStatus[]> {
    return (await (await this.get("/api/maps")).json()).maps;
  }

  async start(request: MapRequest): Promise<number> {
    return (await (await this.post("/api/maps", request)).json()).id;
  }

  async control(id: number, action: string): Promise<void> {
    await this.post("/api/maps/control", { id, action });
  }

  async coordinates(id: number): Promise<Coordinates> {
    const answer = await this.get("/api/coordinates", { id });
    return {
      dimensions: Number(answer.headers.get("X-Dimensions")),
      revision: Number(answer.headers.get("X-Revision")),
      values: new Float32Array(await answer.arrayBuffer()),
    };
  }

  async insight(kind: string, parameters: Record<string, string | number>): Promise<Insight> {
    return (await this.get(`/api/insight/${kind}`, parameters)).json();
  }

  async graph(k: number, metric: Metric): Promise<ArrayBuffer> {
    return (await this.get("/api/graph", { k, metric })).arrayBuffer();
  }

  async place(id: number, vectors: Float32Array): Promise<Placed> {
    const numbers = Array.from(vectors, (value) => Number(value.toPrecision(7)));
    return (await this.post("/api/place", { id, vectors: numbers })).json();
  }

  // Reads the events for ever, and begins anew when the server was away.
  watch(told: Told): void {
    this.told = told;
    void (async () => {
      for (;;) {
        try {
          await this.readEvents(told);
        } catch (error) {
          // A token of another run of the server will not become right by waiting.
          if (error instanceof CallError && error.status === 401) return;
        }
        this.setAway("silent");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    })();
  }

  private async readEvents(told: Told): Promise<void> {
    const answer = await this.get("/api/events");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      let end: number;
      while ((end = text.indexOf("\n\n")) >= 0) {
        takeEvent(text.slice(0, end), told);
        text = text.slice(end + 2);
      }
    }
  }

  private setAway(why: Away): void {
    if (why === this.away) return;
    this.away = why;
    this.told?.away(why);
  }

  private get(path: string, query: Record<string, string | number> = {}): Promise<Response> {
    const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return this.call(parameters.size ? `${path}?${parameters}` : path, {});
  }

  private post(path: string, body: unknown): Promise<Response> {
    return this.call(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  private async call(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers, Authorization: `Bearer ${this.token}` };
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers, cache: "no-store" });
    } catch {
      this.setAway("silent");
      throw new CallError(0, "the server cannot be reached");
    }
    this.setAway(answer.status === 401 ? "another run" : "");
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({}));
    throw new CallError(answer.status, said.error ?? answer.statusText);
  }
}

// "event: NAME", then "data: JSON".
function takeEvent(text: string, told: Told): void {
  const field = (name: string) => text.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field("data");
  if (!data) return;
  const value = JSON.parse(data);
  if (field("event") === "labels") told.labels(value);
  else for (const status of value.maps ?? [value]) told.run(status);
}
