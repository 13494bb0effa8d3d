import { readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';
import { tempStoreDir } from './testing/store-dir.ts';

describe('the shelf of snapshots', () => {
  let place: { dir: string; remove: () => void };
  beforeEach(() => { place = tempStoreDir(); });
  afterEach(() => place.remove());

  it('removes a copy that did not fit, keeps the one before, and makes the next', async () => {
    let room = true;
    const shelf = new SnapshotShelf(place.dir, async (target) => {
      writeFileSync(target, 'half of it');
      if (!room) throw new OrderlyError('unavailable', 'SQLITE_FULL: database or disk is full');
      return { base: { lsn: 1, epoch: 1 }, bytes: 10, sha256: '' };
    });
    const first = await shelf.make('peer');
    room = false;
    await expect(shelf.make('peer')).rejects.toMatchObject({ code: 'unavailable' });
    expect(readdirSync(place.dir)).toHaveLength(1);
    expect((await shelf.read(first.snapshotId, 0, 10)).data.toString()).toBe('half of it');
    room = true;
    await shelf.make('peer');
    expect(readdirSync(place.dir)).toHaveLength(1);
    await shelf.clear();
    expect(readdirSync(place.dir)).toEqual([]);
  });
});
