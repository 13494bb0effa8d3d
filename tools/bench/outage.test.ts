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
    expect(outageMs([0, 500, 510, 520, 900, 9_000], { atMs: 505, untilMs: 1_000 })).toBe(380);
    expect(outageMs([0, 500, 3_000], { atMs: 505, untilMs: 1_000 })).toBe(2_500);
    expect(outageMs([0, 500, 510, 2_000, 9_000], { atMs: 505, untilMs: 400 })).toBeNull();
  });

  it('does not count the gap that the next fault makes', () => {
    const acked = [0, 10, 40, 50, 60, 560, 570];
    expect(outageMs(acked, { atMs: 12, untilMs: 62 })).toBe(30);
    expect(outageMs(acked, { atMs: 62, untilMs: 1_000 })).toBe(500);
  });

  it('is null when nobody was answered afterwards', () => {
    expect(outageMs([1, 2, 3], { atMs: 5, untilMs: 1_000 })).toBeNull();
  });

  it('does not depend on the order of the times', () => {
    expect(outageMs([75, 0, 20, 65, 10], { atMs: 22, untilMs: 1_000 })).toBe(45);
  });
});
