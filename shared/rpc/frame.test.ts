import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBytesMax, FrameReader, framesOf } from './frame.ts';

function read(bytes: Buffer, cuts: readonly number[]): { frames: string[]; ok: boolean } {
  const frames: string[] = [];
  const reader = new FrameReader((payload) => frames.push(payload.toString('utf8')));
  const bounds = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let ok = true;
  let from = 0;
  for (const to of [...bounds, bytes.length]) {
    ok = reader.feed(bytes.subarray(from, to)) && ok;
    from = to;
  }
  return { frames, ok };
}

describe('frames', () => {
  it('bring every text, in order, however the stream is cut', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)));
    fc.assert(fc.property(texts, fc.array(fc.nat()), (sent, cuts) => {
      const { frames, ok } = read(Buffer.concat(framesOf(sent)), cuts);
      expect(ok).toBe(true);
      expect(frames.flatMap((frame) => JSON.parse(frame) as string))
        .toEqual(sent.map((text) => JSON.parse(text) as string));
    }));
  });

  it('hold one object by itself and several as an array', () => {
    expect(read(Buffer.concat(framesOf(['{"a":1}'])), []).frames).toEqual(['{"a":1}']);
    expect(read(Buffer.concat(framesOf(['{"a":1}', '{}'])), []).frames).toEqual(['[{"a":1},{}]']);
    expect(framesOf([])).toEqual([]);
  });

  it('never hold more than 256 items', () => {
    const frames = framesOf(Array.from({ length: 600 }, (_, n) => String(n)));
    const sizes = frames.map((frame) => (JSON.parse(frame.toString('utf8', 4)) as []).length);
    expect(sizes).toEqual([256, 256, 88]);
  });

  it('are shared up to a megabyte only, so that a small message waits for no large one', () => {
    const large = JSON.stringify('x'.repeat(900_000));
    expect(framesOf([large, large, '1', '2']).map((frame) => frame.length > 900_000))
      .toEqual([true, true]);
    expect(framesOf([large, large, large])).toHaveLength(3);
  });

  it('announced beyond the limit are refused before they arrive', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(frameBytesMax + 1);
    expect(read(header, []).ok).toBe(false);
    header.writeUInt32BE(frameBytesMax);
    expect(read(header, []).ok).toBe(true);
  });

  it('of the largest size are put together in linear time', () => {
    const frame = Buffer.alloc(4 + frameBytesMax, 0x20);
    frame.writeUInt32BE(frameBytesMax, 0);
    let length = 0;
    const reader = new FrameReader((payload) => { length = payload.length; });
    const before = process.cpuUsage();
    for (let at = 0; at < frame.length; at += 1_024) reader.feed(frame.subarray(at, at + 1_024));
    expect(length).toBe(frameBytesMax);
    // Joining after each of the 8,192 pieces would copy 34 GB.
    expect(process.cpuUsage(before).user).toBeLessThan(1_500_000);
  });
});
