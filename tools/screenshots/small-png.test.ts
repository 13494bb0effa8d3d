import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { smallPng } from './small-png.ts';

/** RGB pixels as a PNG with one filter for all lines, as browsers write it. */
function pngOf(pixels: readonly number[][], filter: 0 | 1 | 2): Buffer {
  const height = pixels.length;
  const width = (pixels[0]?.length ?? 0) / 3;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const lines = pixels.map((line, y) => Buffer.from([filter, ...line.map((byte, x) => {
    const left = line[x - 3] ?? 0;
    const above = pixels[y - 1]?.[x] ?? 0;
    return (byte - (filter === 1 ? left : filter === 2 ? above : 0)) & 255;
  })]));
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(lines))), chunk('IEND', Buffer.alloc(0)),
  ]);
}

const picture = [
  [255, 0, 0, 255, 0, 0, 0, 0, 255],
  [255, 0, 0, 9, 9, 9, 0, 0, 255],
];

it('writes the same picture whatever filter it was stored with', () => {
  const written = ([0, 1, 2] as const).map((filter) => smallPng(pngOf(picture, filter)));
  expect(written[1]).toEqual(written[0]);
  expect(written[2]).toEqual(written[0]);
  const palette = written[0]?.toString('latin1') ?? '';
  const at = palette.indexOf('PLTE') + 4;
  const colours = written[0]?.subarray(at, at + 9);
  expect(colours).toEqual(Buffer.from([255, 0, 0, 0, 0, 255, 9, 9, 9]));
});
