import { describe, expect, it } from 'vitest';
import { must } from '../../shared/runtime/assert.ts';
import type { CallRow } from './call-events.ts';
import { CallRules } from './call-rules.ts';
import { Ended } from './ended.ts';
import { usualLimits } from './pending-queue.ts';
import type { QueueRow } from './queue-events.ts';
import { QueueRules } from './queue-rules.ts';
import { callTestLimits } from './testing/call-world.ts';

const startMs = 1e12;
const kept = { keptMs: 1_000, keptMax: 3 };

const entryOf = (seq: number, atMs = startMs) => ({
  row: { id: `id-${seq}`, end: { atMs, seq } }, bytes: 10,
});
const ids = (entries: { row: { id: string } }[]): string[] => entries.map(({ row }) => row.id);

describe('submissions that have ended', () => {
  const ended = (limits: { keptMs?: number; keptMax?: number; keptBytesMax?: number }) =>
    new Ended([entryOf(3), entryOf(1, startMs - 500), entryOf(2)], {
      keptMs: 1e9, keptMax: 100, keptBytesMax: 1e9, ...limits,
    }, ({ bytes }) => bytes);

  it('are told in the order of ending, from where the reader was', () => {
    expect(ended({}).after(0, 100).map(({ id }) => id)).toEqual(['id-1', 'id-2', 'id-3']);
    expect(ended({}).after(1, 1).map(({ id }) => id)).toEqual(['id-2']);
  });

  it('are let go by age, by number and by size, the oldest first', () => {
    expect(ids(ended({}).takeOld(startMs))).toEqual([]);
    expect(ids(ended({ keptMs: 500 }).takeOld(startMs))).toEqual(['id-1']);
    expect(ids(ended({ keptMax: 1 }).takeOld(startMs))).toEqual(['id-1', 'id-2']);
    const small = ended({ keptBytesMax: 15 });
    expect(ids(small.takeOld(startMs))).toEqual(['id-1', 'id-2']);
    expect([small.count, ...ids(small.takeOld(startMs))]).toEqual([1]);
  });
});

describe('rows that have ended', () => {
  const common = (seq: number) => ({
    id: `id-${seq}`, seq, opKey: `op\n${seq}`, fingerprint: '', bytes: 1, queuedAtMs: startMs,
    expiresAtMs: startMs + 1e6, withdrawn: false,
  });
  const orders = [1, 2, 3, 4].map((seq): QueueRow => ({
    ...common(seq), lane: '', end: { outcome: { as: 'expired' }, atMs: startMs, seq },
  }));
  const calls = [1, 2, 3, 4].map((seq): CallRow => ({
    ...common(seq), owner: 'ada', service: 's.a', begun: 'never',
    end: { outcome: { as: 'expired' }, atMs: startMs, seq },
  }));
  const rules = {
    orders: () => new QueueRules(orders, { ...usualLimits, ...kept }),
    calls: () => new CallRules(calls, { ...callTestLimits, ...kept }),
  };

  it.each(['orders', 'calls'] as const)('of %s are deleted from memory and disk', (what) => {
    const queue = rules[what]();
    const forgottenAt = (nowMs: number): string[] => {
      const moment = { nowMs, wallMs: startMs + nowMs, chance: 0 };
      return queue.step({ kind: 'tick' }, moment).flatMap((effect) => {
        if (effect.kind !== 'write') return [];
        return must(effect.write.kind === 'forget' ? [effect.write.id] : null, 'only that');
      });
    };
    expect(forgottenAt(1), 'one more than may be').toEqual(['id-1']);
    expect([queue.row('id-1'), queue.rowOfOp('op\n1')]).toEqual([null, null]);
    expect(queue.row('id-2')).not.toBeNull();
    expect(forgottenAt(10_000), 'too old').toEqual(['id-2', 'id-3', 'id-4']);
    expect(queue.endedAfter(0, 10)).toEqual([]);
  });
});
