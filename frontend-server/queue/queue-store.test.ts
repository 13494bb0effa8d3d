import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillDisk } from '../../shared/runtime/testing/full-disk.ts';
import type { CallRow } from './call-events.ts';
import type { QueueRow } from './queue-events.ts';
import { QueueStore } from './queue-store.ts';
import { StoreFailure } from './store-failure.ts';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'orderly-queue-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

const file = (): string => join(dir, 'queue.db');

const aRow = (seq: number, parts: Partial<QueueRow> = {}): QueueRow => ({
  id: `id-${seq}`, seq, opKey: `op-${seq}`, lane: 'a', fingerprint: 'f', bytes: 2,
  queuedAtMs: 1, expiresAtMs: 2, withdrawn: false, end: null, ...parts,
});

const aCall: CallRow = {
  id: 'a', seq: 1, owner: 'o', opKey: 'k', service: 's.a', fingerprint: 'f', bytes: 2,
  queuedAtMs: 1, expiresAtMs: 2, begun: 'never', withdrawn: false, end: null,
};

const insert = (row: QueueRow, request = '{}') =>
  ({ write: { kind: 'insert' as const, row }, request });

describe('QueueStore', () => {
  it('gives back what was written, after it was closed and opened again', () => {
    const store = new QueueStore(dir);
    store.write([insert(aRow(1)), insert(aRow(2)), insert(aRow(3))]);
    const end = { outcome: { as: 'withdrawn' as const }, atMs: 5, seq: 1 };
    store.write([
      { write: { kind: 'withdrawn', id: 'id-2' }, request: null },
      { write: { kind: 'end', id: 'id-2', end }, request: null },
      { write: { kind: 'forget', id: 'id-3' }, request: null },
    ]);
    store.close();
    const again = new QueueStore(dir);
    expect(again.load()).toEqual([
      { row: aRow(1), request: '{}' },
      { row: aRow(2, { withdrawn: true, end }), request: null },
    ]);
    again.close();
  });

  it('is for its owner alone, side files too, and refuses a file that others can read', () => {
    const store = new QueueStore(dir);
    store.write([insert(aRow(1))]);
    for (const name of ['queue.db', 'queue.db-wal']) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    }
    store.close();
    chmodSync(file(), 0o644);
    expect(() => new QueueStore(dir)).toThrow(/Others on this machine/);
  });

  it('opens a file from before there were calls, with everything that is in it', () => {
    const store = new QueueStore(dir);
    store.write([insert(aRow(1)), insert(aRow(2))]);
    store.close();
    const db = new Database(file());
    db.exec('DROP TABLE calls');
    db.pragma('user_version = 1');
    db.close();
    const again = new QueueStore(dir);
    expect(again.load().map(({ row }) => row)).toEqual([aRow(1), aRow(2)]);
    expect(again.calls.load()).toEqual([]);
    again.calls.write([{ write: { kind: 'insert', row: aCall }, args: '[]' }]);
    again.close();
    const third = new QueueStore(dir);
    expect(third.calls.load()).toEqual([{ row: aCall, args: '[]' }]);
    third.close();
  });

  it('gives back calls as they were written', () => {
    const store = new QueueStore(dir);
    const end = {
      outcome: { as: 'answered' as const, result: { sum: [1] }, instance: 'x' }, atMs: 5, seq: 1,
    };
    store.calls.write([
      { write: { kind: 'insert', row: aCall }, args: '{}' },
      { write: { kind: 'insert', row: { ...aCall, id: 'b', seq: 2, opKey: 'k2' } }, args: '{}' },
      { write: { kind: 'begun', id: 'a', begun: 'once' }, args: null },
      { write: { kind: 'withdrawn', id: 'a' }, args: null },
      { write: { kind: 'end', id: 'a', end }, args: null },
      { write: { kind: 'forget', id: 'b' }, args: null },
    ]);
    store.close();
    const again = new QueueStore(dir);
    expect(again.calls.load())
      .toEqual([{ row: { ...aCall, begun: 'once', withdrawn: true, end }, args: null }]);
    again.close();
  });

  it('refuses a file of a newer program, a damaged one, and leaves both alone', () => {
    new QueueStore(dir).close();
    const db = new Database(file());
    db.pragma('user_version = 3');
    db.close();
    expect(() => new QueueStore(dir)).toThrow(/format 3/);
    writeFileSync(file(), 'not a database at all, but long enough to look at', { mode: 0o600 });
    expect(() => new QueueStore(dir)).toThrow(/queue.db can not be used/);
  });

  it('undoes a whole group that the disk has no room for, and says that this is certain', () => {
    const store = new QueueStore(dir);
    store.write([insert(aRow(1))]);
    store.close();
    const disk = fillDisk(12);
    const small = new QueueStore(dir);
    disk.end();
    const big = 'x'.repeat(200_000);
    const failure = (() => {
      try {
        small.write([insert(aRow(2)), insert(aRow(3), big)]);
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(StoreFailure);
    expect(failure).toMatchObject({ certain: true, code: 'SQLITE_FULL' });
    expect(small.load().map(({ row }) => row.id)).toEqual(['id-1']);
    small.write([insert(aRow(2))]);
    small.close();
  });

  it('does not know what is on disk after any other error', () => {
    const store = new QueueStore(dir);
    store.write([insert(aRow(1))]);
    expect(() => store.write([insert(aRow(2, { id: 'id-1' }))]))
      .toThrow(expect.objectContaining({ certain: false }));
    store.close();
  });
});
