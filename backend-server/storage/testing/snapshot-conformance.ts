import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Query } from '../../../shared/contract/backend.ts';
import type { SnapshotOffer } from '../../replication/events.ts';
import type { Storage } from '../storage.ts';
import {
  append, barrier, barriers, sampleClusterId, sampleEntries, sampleView,
} from './sample-log.ts';
import type { Stores } from './stores.ts';
import { fill } from './stores.ts';

/** Fetches a snapshot in small pieces, as a peer does. */
async function fetch(from: Storage, to: Storage, offer: SnapshotOffer): Promise<string> {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < offer.bytes; offset += 10_000) {
    const { data, total } = await from.readSnapshot(offer.snapshotId, offset, 10_000);
    expect(total).toBe(offer.bytes);
    pieces.push(Buffer.from(data));
  }
  const file = join(to.scratchDir, 'fetched');
  writeFileSync(file, Buffer.concat(pieces), { mode: 0o600 });
  return file;
}

export function snapshotConformance({ current, another, reopen }: Stores): void {
  it('moves state from one store to another, which keeps its identity and hard state', async () => {
    const source = await another();
    await fill(source, 5);
    await source.persist([
      append(...sampleEntries(6, 7)), { op: 'hard-state', epochSeen: 9, view: sampleView(9) },
    ]);
    const offer = await source.makeSnapshot();
    expect(offer.base).toEqual({ lsn: 5, epoch: 1 });
    await current().setClusterId(sampleClusterId);
    await current().persist([
      append(barrier(1, 1), barrier(2, 1)), { op: 'hard-state', epochSeen: 3, view: sampleView(3) },
    ]);
    const { storeId } = current().image.core;
    const file = await fetch(source, current(), offer);
    expect(await current().installSnapshot(file, offer)).toEqual(offer.base);

    expect(await current().countOrders()).toBe(4);
    expect(await current().findResult('op-3')).toEqual(await source.findResult('op-3'));
    const all: Query = { query: 'order.list', filter: { limit: 50 } };
    expect(await current().query(all)).toEqual(await source.query(all));
    await current().persist([append(...sampleEntries(6, 6))]);
    const { results: [sixth] } = await current().apply(6);
    expect(sixth).toMatchObject({ result: { order: { number: 'A-005' } } });

    const { image } = await reopen();
    expect(image).toMatchObject({
      clusterId: sampleClusterId,
      core: {
        storeId, boot: 2, epochSeen: 3, view: { viewNumber: 3 }, base: { lsn: 5, epoch: 1 },
        entries: sampleEntries(6, 6), appliedLsn: 6,
      },
    });
    await source.close();
  });

  it('finishes a copy under way before the file it reads is replaced', async () => {
    const source = await another();
    await fill(source, 5);
    const offer = await source.makeSnapshot();
    await fill(current(), 3);
    const file = await fetch(source, current(), offer);
    const making = current().makeSnapshot();
    const installing = current().installSnapshot(file, offer);
    const counting = current().countOrders();
    expect((await making).base.lsn).toBe(3);
    expect((await installing).lsn).toBe(5);
    expect(await counting).toBe(4);
    await source.close();
  });

  it('goes on with the rolling hash where the source stood', async () => {
    const source = await another();
    await fill(source, 3);
    const offer = await source.makeSnapshot();
    await current().setClusterId(sampleClusterId);
    await current().installSnapshot(await fetch(source, current(), offer), offer);
    const rest = barriers(4, 1000);
    for (const each of [source, current()]) await each.persist([append(...rest)]);
    expect((await current().apply(1000)).stateHash).toEqual((await source.apply(1000)).stateHash);
    await source.close();
  });
}

export function snapshotRefusals({ current, another, reopen }: Stores): void {
  it('refuses a snapshot cut short, changed or of another cluster and stays as it is', async () => {
    const source = await another();
    await fill(source, 5);
    const offer = await source.makeSnapshot();
    const refused = { code: 'invalid_params' };
    await current().setClusterId(sampleClusterId);
    await current().persist([append(...sampleEntries(1, 2))]);
    await current().apply(2);
    const wrong = [
      { sha256: '0'.repeat(64) }, { base: { lsn: 4, epoch: 1 } }, { bytes: offer.bytes - 1 },
    ];
    for (const part of wrong) {
      const file = await fetch(source, current(), offer);
      await expect(current().installSnapshot(file, { ...offer, ...part }))
        .rejects.toMatchObject(refused);
    }
    const short = await fetch(source, current(), offer);
    writeFileSync(short, 'short');
    await expect(current().installSnapshot(short, offer)).rejects.toMatchObject(refused);
    expect(readdirSync(current().scratchDir), 'what was refused is gone').toEqual([]);
    const stranger = await another();
    await stranger.setClusterId('d'.repeat(32));
    await expect(stranger.installSnapshot(await fetch(source, stranger, offer), offer))
      .rejects.toMatchObject(refused);
    expect(await current().countOrders()).toBe(1);
    expect((await reopen()).image.core.entries).toEqual(sampleEntries(1, 2));
    await stranger.close();
    await source.close();
  });

  it('keeps a snapshot as it was while the store goes on, until the next one', async () => {
    await fill(current(), 3);
    const offer = await current().makeSnapshot();
    const before = await current().readSnapshot(offer.snapshotId, 0, offer.bytes);
    await current().persist([append(...sampleEntries(4, 9))]);
    await current().apply(9);
    const after = await current().readSnapshot(offer.snapshotId, 0, offer.bytes);
    expect(Buffer.compare(after.data, before.data)).toBe(0);
    const beyond = await current().readSnapshot(offer.snapshotId, offer.bytes, 100);
    expect(beyond).toMatchObject({ data: Buffer.alloc(0), total: offer.bytes });
    const next = await current().makeSnapshot();
    expect(next.base.lsn).toBe(9);
    for (const id of [offer.snapshotId, '0'.repeat(32), '../store.db']) {
      await expect(current().readSnapshot(id, 0, 10)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
}
