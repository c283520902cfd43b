// Files of vectors, read in the browser: .npy, idx, and numbers between tabs, commas or spaces.

export interface Vectors {
  rows: number;
  columns: number;
  values: Float32Array; // Row by row.
  labels: string[]; // Of each row; [] where the file has none.
}

// As many numbers as there are for each row, whatever the shape.
function ofShape(shape: number[], values: Float32Array): Vectors {
  const rows = shape[0] ?? 0;
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  if (shape.length < 2 || rows * columns !== values.length || rows === 0) throw new Error("the file holds no rows of numbers");
  return { rows, columns, values, labels: [] };
}

function readNpy(bytes: ArrayBuffer): Vectors {
  const view = new DataView(bytes);
  const wide = view.getUint8(6) > 1; // The version: a longer length of the header.
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(new Uint8Array(bytes, 10, start - 10));
  const type = /'descr':\s*'([<|])([fiub])(\d)'/.exec(header);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1].split(",").filter((size) => size.trim()).map(Number);
  if (!type || !shape || !/'fortran_order':\s*False/.test(header)) throw new Error("this kind of .npy is not read here: save it as float32, row by row");
  const array = { f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, b1: Uint8Array }[type[2] + type[3]];
  if (!array) throw new Error(`numbers of type ${type[2]}${type[3]} are not read here`);
  return ofShape(shape, Float32Array.from(new array(bytes.slice(start))));
}

// Pixels become numbers from 0 to 1, as kindred view reads them.
function readIdx(bytes: ArrayBuffer): Vectors {
  const view = new DataView(bytes);
  const axes = view.getUint8(3);
  if (view.getUint8(2) !== 8) throw new Error("idx files of bytes alone are read here");
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return ofShape(shape, Float32Array.from(new Uint8Array(bytes, 4 + 4 * axes), (pixel) => pixel / 255));
}

// A first field that is no number is the label of its row; a first line without numbers is a header.
function readText(text: string): Vectors {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  const separator = lines[0]?.includes("\t") ? "\t" : lines[0]?.includes(",") ? "," : /\s+/;
  const isNumber = (field: string) => field.trim() !== "" && Number.isFinite(Number(field));
  const fields = lines.map((line) => line.trim().split(separator));
  if (fields.length > 1 && !fields[0].some(isNumber)) fields.shift();
  const labelled = fields.length > 0 && !isNumber(fields[0][0]);
  const columns = (fields[0]?.length ?? 0) - Number(labelled);
  if (columns < 1) throw new Error("the file holds no rows of numbers");
  const values = new Float32Array(fields.length * columns);
  fields.forEach((line, row) => {
    const numbers = labelled ? line.slice(1) : line;
    if (numbers.length !== columns || !numbers.every(isNumber)) throw new Error(`line ${row + 1} of the numbers is not like the first one`);
    numbers.forEach((number, column) => (values[row * columns + column] = Number(number)));
  });
  return { rows: fields.length, columns, values, labels: labelled ? fields.map((line) => line[0]) : [] };
}

export async function bytesOf(file: File): Promise<ArrayBuffer> {
  const bytes = await file.arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

// Throws an Error in words that belong on the page.
export function readVectors(bytes: ArrayBuffer): Vectors {
  const head = new Uint8Array(bytes, 0, Math.min(6, bytes.byteLength));
  if (head[0] === 0x93 && head[1] === 0x4e) return readNpy(bytes);
  if (head[0] === 0 && head[1] === 0) return readIdx(bytes);
  return readText(new TextDecoder().decode(bytes));
}
