import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { View } from '../shared/contract/view.ts';
import { a, b, plainSeal } from './testing/rule-bench.ts';
import { ViewStore } from './view-store.ts';

const viewOf = (viewNumber: number, reason = ''): View => plainSeal({
  clusterId: '0'.repeat(32), group: 'main', lineage: 1, viewNumber, epoch: 1, primary: a,
  primaryBoot: 1, inSync: [a], minInSync: 1, featureLevel: 1, addresses: {}, reason,
});

describe('ViewStore', () => {
  let dir = '';
  let open: ViewStore[] = [];
  const openStore = (): ViewStore => {
    const store = new ViewStore(dir);
    open.push(store);
    return store;
  };
  const reopened = (): ViewStore => {
    for (const store of open.splice(0)) store.close();
    return openStore();
  };
  beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'orderly-views-')); });
  afterEach(() => {
    for (const store of open) store.close();
    open = [];
    rmSync(dir, { recursive: true, force: true });
  });

  it('makes a cluster id once and knows when it had to make its file', () => {
    const first = openStore();
    expect(first.fresh).toBe(true);
    expect(first.clusterId).toMatch(/^[0-9a-f]{32}$/);
    const again = reopened();
    expect(again.fresh).toBe(false);
    expect(again.clusterId).toBe(first.clusterId);
  });

  it('gives back the newest view of each group, and the burned stores', () => {
    const store = openStore();
    store.save('main', viewOf(1), new Set());
    store.save('main', viewOf(2), new Set([b]));
    store.save('other', viewOf(1), new Set());
    expect(reopened().groups()).toEqual([
      { group: 'main', view: viewOf(2), burned: [b] },
      { group: 'other', view: viewOf(1), burned: [] },
    ]);
  });

  it('never changes a view that it has saved', () => {
    const store = openStore();
    store.save('main', viewOf(2, 'first'), new Set());
    store.save('main', viewOf(2, 'second'), new Set());
    store.save('main', viewOf(1, 'late'), new Set());
    expect(reopened().groups()[0]?.view).toEqual(viewOf(2, 'first'));
  });

  it('keeps all views that ever held', () => {
    const store = openStore();
    for (const n of [1, 2, 3]) store.save('main', viewOf(n), new Set());
    store.close();
    open = [];
    const db = new Database(join(dir, 'views.db'), { readonly: true });
    expect(db.prepare('SELECT view_number FROM views').pluck().all()).toEqual([1, 2, 3]);
    db.close();
  });

  it('refuses a file of a newer format in plain words and leaves it as it is', () => {
    openStore();
    for (const store of open.splice(0)) store.close();
    const file = join(dir, 'views.db');
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(file);
    expect(() => new ViewStore(dir)).toThrow(expect.objectContaining({
      code: 'invalid_params', message: expect.stringMatching(/format 99; this one knows 1.*\nfix:/),
    }));
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
