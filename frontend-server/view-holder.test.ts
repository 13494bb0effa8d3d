import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { View } from '../shared/contract/view.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { isSealed, sealView } from '../shared/rpc/view-seal.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { PrimaryTracker } from './primary-tracker.ts';
import { ViewHolder } from './view-holder.ts';

let dir: string;
let secret: ClusterSecret;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orderly-view-'));
  secret = loadClusterSecret({ home: dir, value: 's'.repeat(64), create: false });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const store = 'a'.repeat(32);
const viewOf = (viewNumber: number, epoch = viewNumber): View => sealView(secret, {
  clusterId: 'c'.repeat(32), group: 'main', lineage: 1, viewNumber, epoch, primary: store,
  primaryBoot: 1, inSync: [store], minInSync: 1, featureLevel: 1,
  addresses: { [store]: '127.0.0.1:1' }, reason: 'test',
});

const open = (): ViewHolder => {
  const holder = new ViewHolder({
    tracker: new PrimaryTracker('main'), dir, logger: silentLogger,
    isSealed: (view) => isSealed(secret, view),
  });
  holder.load();
  return holder;
};

describe('ViewHolder', () => {
  it('keeps the newest view on disk for the next start', async () => {
    const holder = open();
    for (let number = 1; number <= 20; number += 1) holder.adopt(viewOf(number), 'test');
    await holder.flushed();
    expect(open().view?.viewNumber).toBe(20);
    expect(readdirSync(dir)).toEqual(['view.json']);
  });

  it('starts without a view when the file is damaged, cut short or not sealed by the cluster',
    async () => {
      const holder = open();
      holder.adopt(viewOf(3), 'test');
      await holder.flushed();
      const path = join(dir, 'view.json');
      const text = readFileSync(path, 'utf8');
      const forged = JSON.stringify({ ...viewOf(3), viewNumber: 9 });
      for (const damaged of ['', text.slice(0, 40), '[]', forged]) {
        writeFileSync(path, damaged);
        expect(open().view).toBeNull();
      }
    });

  it('refuses a view that the name server did not seal', () => {
    const holder = open();
    expect(holder.adopt({ ...viewOf(2), primary: 'b'.repeat(32) }, 'test')).toBe('foreign');
    expect(holder.adopt({ ...viewOf(2), seal: '0'.repeat(64) }, 'test')).toBe('foreign');
    expect(holder.belief).toBeNull();
  });

  it('tells of a move once, and not of a change that leaves the primary where it is', () => {
    const holder = open();
    const moves: number[] = [];
    holder.onMoved(({ viewNumber }) => moves.push(viewNumber));
    for (const view of [viewOf(1), viewOf(1), viewOf(2, 1), viewOf(3), viewOf(2, 1)]) {
      holder.adopt(view, 'test');
    }
    expect(moves).toEqual([1, 3]);
  });
});
