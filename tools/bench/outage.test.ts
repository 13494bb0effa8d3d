import { describe, expect, it } from 'vitest';
import { outageMs } from './outage.ts';

describe('outageMs', () => {
  it('is the gap that spans the fault, from the last answer before it', () => {
    expect(outageMs([0, 10, 20, 65, 75], { atMs: 22, untilMs: 1_000 })).toBe(45);
  });

  it('is a longer gap that begins after the fault, where answers were still under way', () => {
    expect(outageMs([0, 10, 12, 90, 95], { atMs: 10.5, untilMs: 1_000 })).toBe(78);
  });

  it('leaves out what happened before the fault and after its time', () => {
    expect(outageMs([0, 500, 510, 520, 2_000, 9_000], { atMs: 505, untilMs: 1_000 })).toBe(1_480);
    expect(outageMs([0, 500, 510, 2_000, 9_000], { atMs: 505, untilMs: 400 })).toBeNull();
  });

  it('is null when nobody was answered afterwards', () => {
    expect(outageMs([1, 2, 3], { atMs: 5, untilMs: 1_000 })).toBeNull();
  });

  it('does not depend on the order of the times', () => {
    expect(outageMs([75, 0, 20, 65, 10], { atMs: 22, untilMs: 1_000 })).toBe(45);
  });
});
