import { describe, expect, it } from 'vitest';
import { ReplicaLog } from './log.ts';
import { anEntry, someEntries } from './testing/stepper.ts';

const base = { lsn: 10, epoch: 2 };
const lsns = (entries: { lsn: number }[]) => entries.map(({ lsn }) => lsn);
const everything = { entriesMax: 100, bytesMax: 1_000_000 };

describe('ReplicaLog', () => {
  it('knows its end and the epoch of every position it holds, the base included', () => {
    const log = new ReplicaLog(base, [anEntry(11, 2), anEntry(12, 3)]);
    expect([log.lastLsn, log.lastEpoch, log.length]).toEqual([12, 3, 2]);
    expect([9, 10, 11, 12, 13].map((lsn) => log.epochAt(lsn))).toEqual([null, 2, 2, 3, null]);
    expect([10, 11, 13].map((lsn) => log.at(lsn)?.lsn)).toEqual([undefined, 11, undefined]);
  });

  it('ends at its base when it is empty', () => {
    const log = new ReplicaLog(base, []);
    expect([log.lastLsn, log.lastEpoch, log.length, log.bytes]).toEqual([10, 2, 0, 0]);
  });

  it.each([
    ['a gap', anEntry(12, 2)], ['a repetition', anEntry(10, 2)], ['an older epoch', anEntry(11, 1)],
  ])('takes no entry that makes %s', (_what, entry) => {
    const log = new ReplicaLog(base, []);
    expect(() => log.append(entry)).toThrow();
    expect(log.lastLsn).toBe(10);
  });

  it('cuts from a position on, which may be taken again by another epoch', () => {
    const log = new ReplicaLog(base, someEntries(11, 15, 2));
    expect(log.cut(13)).toBe(3);
    log.append(anEntry(13, 4));
    expect([log.lastLsn, log.lastEpoch]).toEqual([13, 4]);
  });

  it('never cuts at or below its base', () => {
    const log = new ReplicaLog(base, someEntries(11, 12, 2));
    expect(() => log.cut(10)).toThrow();
    expect(log.length).toBe(2);
  });

  it('gives entries up to both limits, and at least one however large it is', () => {
    const log = new ReplicaLog(base, [
      anEntry(11, 2, { payload: 'x'.repeat(50) }), anEntry(12, 2, { payload: 'x'.repeat(50) }),
      anEntry(13, 2, { payload: 'x'.repeat(50) }),
    ]);
    expect(lsns(log.slice(11, everything))).toEqual([11, 12, 13]);
    expect(lsns(log.slice(12, { ...everything, entriesMax: 1 }))).toEqual([12]);
    expect(lsns(log.slice(11, { ...everything, bytesMax: 100 }))).toEqual([11, 12]);
    expect(lsns(log.slice(11, { ...everything, bytesMax: 1 }))).toEqual([11]);
    expect(log.slice(14, everything)).toEqual([]);
    expect(() => log.slice(10, everything)).toThrow();
  });

  it('forgets what was compacted and keeps the rest under its old positions', () => {
    const log = new ReplicaLog(base, [...someEntries(11, 12, 2), ...someEntries(13, 14, 3)]);
    expect(log.compact(13)).toEqual({ lsn: 13, epoch: 3 });
    expect([log.length, log.lastLsn, log.epochAt(13), log.epochAt(12)]).toEqual([1, 14, 3, null]);
    expect(() => log.compact(15)).toThrow();
  });

  it('counts the payload it holds through every change', () => {
    const log = new ReplicaLog(base, [1, 2, 3].map((n) =>
      anEntry(10 + n, 2, { payload: 'x'.repeat(n) })));
    expect(log.bytes).toBe(6);
    log.cut(13);
    expect(log.bytes).toBe(3);
    log.compact(11);
    expect(log.bytes).toBe(2);
    log.reset({ lsn: 40, epoch: 5 });
    expect([log.bytes, log.lastLsn, log.lastEpoch]).toEqual([0, 40, 5]);
  });
});
