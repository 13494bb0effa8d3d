import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.ts';
import type { OpRecord } from './history-record.ts';

const write = (n: number, startMs: number, endMs: number): OpRecord => ({
  n, process: 0, op: 'place', key: `key-${n}`, opKey: `key-${n}`, orderId: null, door: 0, startMs,
  done: {
    type: 'ok', code: '', won: false, page: null, submission: null, endMs,
    answered: { id: `id-${n}`, key: `key-${n}`, state: 'placed' },
  },
});
const refused = (n: number, atMs: number): OpRecord => {
  const { done, ...op } = write(n, atMs, atMs + 1);
  return { ...op, done: done && { ...done, type: 'fail', code: 'overloaded', answered: null } };
};

describe('the figures of a run', () => {
  // The one sent before the fault and answered after it says nothing about the time to a success.
  const ops = [
    write(0, 0, 10), write(1, 95, 105), refused(2, 110), write(3, 120, 900), write(4, 400, 500),
  ];
  const fault = { kind: 'kill', what: 'kill backend-1', startMs: 100, endMs: 300 };

  it('count outcomes, and the longest time without any success', () => {
    expect(figuresOf(ops, [], [0, 1_000])).toMatchObject({
      outcomes: { ok: 4, fail: 1, info: 0, queued: 0 }, codes: { overloaded: 1 },
      acknowledgedWrites: 4, longestOutageMs: 400, longestOutageAtMs: 500,
    });
  });

  it('count a fault until the first success of what was sent after it', () => {
    const { faults } = figuresOf(ops, [fault, { ...fault, startMs: 950, endMs: null }], [0, 1_000]);
    expect(faults).toEqual({ kill: { count: 2, medianMs: 400, maxMs: 400 } });
  });

  it('tell faults that were under way together from those that came alone', () => {
    const meanwhile = { ...fault, kind: 'pause', startMs: 250, endMs: 350 };
    const { faults } = figuresOf(ops, [fault, meanwhile], [0, 1_000]);
    expect(Object.keys(faults)).toEqual(['together']);
  });
});
