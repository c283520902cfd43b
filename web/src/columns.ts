// Columns as the page uses them: texts by code, numbers, and what colours they give.

import type { ColumnBytes, ColumnInfo, Source } from "./types";

export const MISSING = 0xffffffff;

export interface Category {
  name: string;
  count: number;
}

export class Column {
  private constructor(
    readonly info: ColumnInfo,
    readonly texts: string[], // Distinct, of a text column.
    readonly codes: Uint32Array | null, // A place in texts for each row, or MISSING.
    readonly numbers: Float64Array | null,
    readonly version: number, // Of the labels in it, as the server counts.
  ) {}

  // From what the server sends.
  static parse(info: ColumnInfo, { bytes, version }: ColumnBytes): Column {
    if (info.kind === "number") return new Column(info, [], null, new Float64Array(bytes), version);
    const length = new DataView(bytes).getUint32(0, true);
    const texts = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    return new Column(info, texts, new Uint32Array(bytes, Math.ceil((4 + length) / 4) * 4), null, version);
  }

  // A column in which nothing is known yet.
  static empty(name: string, count: number): Column {
    const info: ColumnInfo = { name, kind: "text", distinct: 0, missing: count, whole: false };
    return new Column(info, [], new Uint32Array(count).fill(MISSING), null, 0);
  }

  // The other way.
  bytes(): ArrayBuffer {
    if (this.numbers) return this.numbers.slice().buffer;
    const texts = new TextEncoder().encode(JSON.stringify(this.texts));
    const start = Math.ceil((4 + texts.length) / 4) * 4;
    const bytes = new ArrayBuffer(start + 4 * this.length);
    new DataView(bytes).setUint32(0, texts.length, true);
    new Uint8Array(bytes).set(texts, 4);
    new Uint32Array(bytes, start).set(this.codes!);
    return bytes;
  }

  // The column with other values in some rows; "" is missing. One text makes all of them texts.
  edited(changes: Map<number, string>): Column {
    const isNumber = (text: string) => text === "" || /^[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
    if (this.numbers && [...changes.values()].every(isNumber)) {
      const numbers = this.numbers.slice();
      for (const [row, value] of changes) numbers[row] = value === "" ? NaN : Number(value);
      return new Column(factsOf(this.info.name, numbers), [], null, numbers, this.version);
    }
    const texts = this.codes ? [...this.texts] : [];
    const places = new Map(texts.map((text, place) => [text, place]));
    const codeOf = (text: string) => {
      if (text === "") return MISSING;
      let place = places.get(text);
      if (place === undefined) places.set(text, (place = texts.push(text) - 1));
      return place;
    };
    const codes = this.codes?.slice() ?? Uint32Array.from(this.numbers!, (number) => codeOf(Number.isNaN(number) ? "" : String(number)));
    for (const [row, value] of changes) codes[row] = codeOf(value);
    const used = new Set(codes);
    const info: ColumnInfo = { name: this.info.name, kind: "text", distinct: used.size - Number(used.has(MISSING)), missing: codes.reduce((sum, code) => sum + Number(code === MISSING), 0), whole: false };
    return new Column(info, texts, codes, null, this.version);
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
    // Texts that an edit has left without rows are no categories any more.
    const kept = list.flatMap((category, code) => (category.count ? [code] : []));
    if (kept.length === list.length) return { list, codes };
    const moved = new Map(kept.map((code, i) => [code, i]));
    return { list: kept.map((code) => list[code]), codes: codes.map((code) => moved.get(code) ?? MISSING) };
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

function factsOf(name: string, numbers: Float64Array): ColumnInfo {
  const known = numbers.filter((number) => !Number.isNaN(number));
  return { name, kind: "number", distinct: new Set(known).size, missing: numbers.length - known.length, whole: known.every(Number.isInteger) };
}

// Fetches each column once, and gives it with what was edited since.
export class Columns {
  private readonly saved = new Map<string, Promise<Column>>(); // As the server has them.
  private readonly shown = new Map<string, Promise<Column>>();
  private readonly changes = new Map<string, Map<number, string>>(); // By row.

  constructor(
    readonly infos: ColumnInfo[],
    private readonly count: number,
    private readonly source: Source,
  ) {}

  has(name: string): boolean {
    return this.infos.some((info) => info.name === name);
  }

  get(name: string): Promise<Column> {
    let column = this.shown.get(name);
    if (!column) {
      const changes = this.changes.get(name);
      column = this.asSaved(name).then((found) => (changes?.size ? found.edited(changes) : found));
      column.catch(() => this.shown.delete(name));
      this.shown.set(name, column);
    }
    return column;
  }

  // As the server has it; empty where it has none of this name yet.
  asSaved(name: string): Promise<Column> {
    let column = this.saved.get(name);
    if (!column) {
      const info = this.infos.find((one) => one.name === name);
      if (!info) return Promise.reject(new Error(`no column ${name}`));
      column = this.source.column(name).then((bytes) => Column.parse(info, bytes));
      column.catch(() => this.saved.delete(name)); // May be asked for again.
      this.saved.set(name, column);
    }
    return column;
  }

  all(): Promise<Column[]> {
    return Promise.all(this.infos.map((info) => this.get(info.name)));
  }

  // Those that can be had: all, unless the server has gone away before they were fetched.
  async reachable(): Promise<Column[]> {
    const found = await Promise.allSettled(this.infos.map((info) => this.get(info.name)));
    return found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  // Shows the column with these values from now on.
  change(name: string, changes: Map<number, string>): void {
    if (!this.has(name)) {
      const column = Column.empty(name, this.count);
      this.infos.push(column.info);
      this.saved.set(name, Promise.resolve(column));
    }
    this.changes.set(name, changes);
    this.shown.delete(name);
  }

  // The server has another version of this column.
  renew(info: ColumnInfo): void {
    const at = this.infos.findIndex((one) => one.name === info.name);
    if (at < 0) this.infos.push(info);
    else this.infos[at] = info;
    this.saved.delete(info.name);
    this.shown.delete(info.name);
  }
}
