// Columns as the page uses them: texts by code, numbers, and what colours they give.

import type { ColumnInfo, Source } from "./types";

export const MISSING = 0xffffffff;

export interface Category {
  name: string;
  count: number;
}

export class Column {
  readonly texts: string[] = []; // Distinct, of a text column.
  readonly codes: Uint32Array | null = null; // A place in texts for each row, or MISSING.
  readonly numbers: Float64Array | null = null;

  constructor(
    readonly info: ColumnInfo,
    bytes: ArrayBuffer,
  ) {
    if (info.kind === "number") {
      this.numbers = new Float64Array(bytes);
      return;
    }
    const length = new DataView(bytes).getUint32(0, true);
    this.texts = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    this.codes = new Uint32Array(bytes, Math.ceil((4 + length) / 4) * 4);
  }

  get length(): number {
    return (this.numbers ?? this.codes!).length;
  }

  text(row: number): string {
    if (this.codes) return this.codes[row] === MISSING ? "" : this.texts[this.codes[row]];
    const number = this.numbers![row];
    return Number.isNaN(number) ? "" : String(number);
  }

  // Few enough distinct values to have a colour each.
  get isCategorical(): boolean {
    const limit = this.info.kind === "text" ? 250 : 30;
    return this.info.distinct > 0 && this.info.distinct <= limit && (this.info.kind === "text" || this.info.whole);
  }

  get isNumber(): boolean {
    return this.numbers !== null;
  }

  // Categories in natural order, and for each row its place among them (MISSING where it has
  // none). Requires: isCategorical.
  categories(): { list: Category[]; codes: Uint32Array } {
    const names = this.codes
      ? [...this.texts]
      : [...new Set(this.numbers!)].filter((number) => !Number.isNaN(number)).map(String);
    names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const place = new Map(names.map((name, i) => [name, i]));
    const list = names.map((name) => ({ name, count: 0 }));
    const codes = new Uint32Array(this.length);
    const byText = this.texts.map((text) => place.get(text)!);
    for (let row = 0; row < this.length; ++row) {
      const code = this.codes
        ? this.codes[row] === MISSING ? MISSING : byText[this.codes[row]]
        : Number.isNaN(this.numbers![row]) ? MISSING : place.get(String(this.numbers![row]))!;
      codes[row] = code;
      if (code !== MISSING) ++list[code].count;
    }
    return { list, codes };
  }

  range(): [number, number] {
    let least = Infinity;
    let most = -Infinity;
    for (const number of this.numbers!) {
      if (number < least) least = number;
      if (number > most) most = number;
    }
    return [least, most];
  }
}

// Fetches each column once.
export class Columns {
  private readonly loaded = new Map<string, Promise<Column>>();

  constructor(
    readonly infos: ColumnInfo[],
    private readonly source: Source,
  ) {}

  has(name: string): boolean {
    return this.infos.some((info) => info.name === name);
  }

  get(name: string): Promise<Column> {
    const info = this.infos.find((one) => one.name === name);
    if (!info) return Promise.reject(new Error(`no column ${name}`));
    let column = this.loaded.get(name);
    if (!column) {
      column = this.source.column(name).then((bytes) => new Column(info, bytes));
      column.catch(() => this.loaded.delete(name)); // May be asked for again.
      this.loaded.set(name, column);
    }
    return column;
  }

  all(): Promise<Column[]> {
    return Promise.all(this.infos.map((info) => this.get(info.name)));
  }
}
