import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { assert, must } from '../../shared/runtime/assert.ts';

/**
 * A picture of a screen in a fraction of its size: few colours, so one byte names each, and lines
 * that repeat, so the packer finds them. Reads what Chromium writes: 8 bits, RGB or RGBA.
 */

const signatureBytes = 8;
const paletteMax = 256;

interface Pixels {
  width: number;
  height: number;
  /** 0xRRGGBB, line by line. */
  colours: Uint32Array;
}

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = signatureBytes; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** What a byte was before it was told as a difference (PNG 9.4). */
function predicted(
  filter: number, left: number, [above, corner]: readonly [number, number],
): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return Math.floor((left + above) / 2);
  if (filter !== 4) return 0;
  const guess = left + above - corner;
  const [a, b, c] = [guess - left, guess - above, guess - corner].map(Math.abs);
  if ((a ?? 0) <= (b ?? 0) && (a ?? 0) <= (c ?? 0)) return left;
  return (b ?? 0) <= (c ?? 0) ? above : corner;
}

function decode(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const head = must(chunks.find(({ type }) => type === 'IHDR'), 'a PNG has a head').data;
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = head[9] === 6 ? 4 : 3;
  assert(head[8] === 8 && (head[9] === 6 || head[9] === 2) && head[12] === 0, 'a picture of ours');
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const raw = inflateSync(Buffer.concat(packed));
  const line = width * step;
  const bytes = new Uint8Array(height * line);
  const colours = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (line + 1)] ?? 0;
    for (let x = 0; x < line; x += 1) {
      const at = y * line + x;
      const left = x < step ? 0 : bytes[at - step] ?? 0;
      const above = y === 0 ? 0 : bytes[at - line] ?? 0;
      const corner = x < step || y === 0 ? 0 : bytes[at - line - step] ?? 0;
      bytes[at] = (raw[y * (line + 1) + 1 + x] ?? 0) + predicted(filter, left, [above, corner]);
    }
  }
  for (let n = 0; n < colours.length; n += 1) {
    const at = n * step;
    colours[n] = (bytes[at] ?? 0) << 16 | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0);
  }
  return { width, height, colours };
}

const distance = (a: number, b: number): number =>
  ((a >> 16) - (b >> 16)) ** 2 + ((a >> 8 & 255) - (b >> 8 & 255)) ** 2
  + ((a & 255) - (b & 255)) ** 2;

/** The colours that are used most, and the nearest of them for every other one. */
function paletteOf(colours: Uint32Array): { palette: number[]; indexOf: Map<number, number> } {
  const uses = new Map<number, number>();
  for (const colour of colours) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  const byUse = [...uses].toSorted((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const palette = byUse.slice(0, paletteMax);
  const indexOf = new Map(palette.map((colour, n) => [colour, n]));
  for (const colour of byUse.slice(paletteMax)) {
    let nearest = 0;
    for (const [n, candidate] of palette.entries()) {
      if (distance(candidate, colour) < distance(palette[nearest] ?? 0, colour)) nearest = n;
    }
    indexOf.set(colour, nearest);
  }
  return { palette, indexOf };
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** The same picture with 256 colours at most. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, colours } = decode(png);
  const { palette, indexOf } = paletteOf(colours);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      lines[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x] ?? 0) ?? 0;
    }
  }
  const rgb = Buffer.from(palette.flatMap((one) => [one >> 16, one >> 8 & 255, one & 255]));
  return Buffer.concat([
    png.subarray(0, signatureBytes), chunk('IHDR', head), chunk('PLTE', rgb),
    chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}
