import { expect, it } from 'vitest';
import {
  sampleCancel, sampleCommand, sampleInstall, sampleOrderId, samplePlace,
} from '../../orders/testing/sample-commands.ts';
import { append, barrier, barriers, entryOf, sampleEntries, sampleEntry } from './sample-log.ts';
import type { Stores } from './stores.ts';
import { fill } from './stores.ts';

export function stateConformance({ current, another, reopen }: Stores): void {
  it('gives the result of each op, and of a repeated opId the recorded one', async () => {
    const storage = current();
    await fill(storage, 2);
    const again = entryOf(3, sampleCommand(2, samplePlace({ n: 9 })));
    await storage.persist([append(again, barrier(4, 2), sampleEntry(5, sampleCancel(2)))]);
    const { results } = await storage.apply(5);
    expect(results).toMatchObject([
      { opId: 'op-2', lsn: 2, result: { ok: true, order: { number: 'A-001' } } },
      { opId: 'op-5', lsn: 5, result: { ok: true, order: { status: 'cancelled' } } },
    ]);
    expect(await storage.countOrders()).toBe(1);
  });

  it('trusts a store in which an op was repeated when it is opened again', async () => {
    const storage = current();
    await fill(storage, 2);
    await storage.persist([append(entryOf(3, sampleCommand(2, samplePlace({ n: 9 }))))]);
    await storage.apply(3);
    expect((await reopen()).image).toMatchObject({ quarantined: null, core: { appliedLsn: 3 } });
  });

  it('lets the times of ops grow also when it was opened again and a clock went back', async () => {
    await current().persist([append(sampleEntry(1, samplePlace({ n: 1 })))]);
    const { results: before } = await current().apply(1);
    const storage = await reopen();
    const late = { ...sampleCommand(2, samplePlace({ n: 2 })), at: '2001-01-01T00:00:00.000Z' };
    await storage.persist([append(entryOf(2, late))]);
    const { results: after } = await storage.apply(2);
    const [placedAt, next] = [...before, ...after].map(({ result }) =>
      Date.parse((result.ok ? result.order?.placed_at : null) ?? ''));
    expect(next).toBe((placedAt ?? 0) + 1);
  });

  it('finds the result of an operation by its opId, as it was then', async () => {
    const storage = current();
    await fill(storage, 2);
    await storage.persist([
      append(sampleEntry(3, sampleCancel(2)), sampleEntry(4, sampleCancel(8))),
    ]);
    await storage.apply(4);
    expect(await storage.findResult('op-2')).toMatchObject({
      opId: 'op-2', lsn: 2, fingerprint: '2'.padStart(64, '0'),
      result: { ok: true, order: { status: 'placed', version: 1 } },
    });
    expect(await storage.findResult('op-4')).toMatchObject({ result: { code: 'not_found' } });
    expect(await storage.findResult('op-9')).toBeNull();
  });

  it('gives the rolling hash at each 1,000th lsn, equal in stores with the same log', async () => {
    const storage = current();
    const entries = [...sampleEntries(1, 5), ...barriers(6, 1010)];
    await storage.persist([append(...entries)]);
    expect((await storage.apply(900)).stateHash).toBeNull();
    const { stateHash } = await storage.apply(1010);
    expect(stateHash).toMatchObject({ lsn: 1000, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const other = await another();
    await other.persist([append(...entries)]);
    expect((await other.apply(1010)).stateHash).toEqual(stateHash);
    const third = await another();
    const different = sampleEntry(2, samplePlace({ n: 3 }));
    await third.persist([append(...sampleEntries(1, 1), different, ...entries.slice(2))]);
    expect((await third.apply(1010)).stateHash?.hash).not.toBe(stateHash?.hash);
    await other.close();
    await third.close();
  });
}

export function catalogueConformance({ current, reopen }: Stores): void {
  it('gives the catalogue once it is installed', async () => {
    const storage = current();
    expect(await storage.catalogue()).toBeNull();
    await expect(storage.query({ query: 'menu.get' })).rejects.toMatchObject({ code: 'not_found' });
    await fill(storage, 1);
    const { shop, menu } = sampleInstall();
    expect(await storage.catalogue()).toEqual({ shop, menu });
    expect(await storage.query({ query: 'menu.get' })).toMatchObject({ result: { menu } });
  });

  it('keeps several shops, each with its own menu, also when it is opened again', async () => {
    await fill(current(), 3);
    const { shop, menu } = sampleInstall();
    const { categories } = menu;
    const other = { kind: 'shop.create', shopId: 'a-shop', terms: shop, menu } as const;
    await current().persist([append(
      sampleEntry(4, other),
      sampleEntry(5, { kind: 'menu.put', shopId: 'a-shop', menu: { categories }, expected: 1 }),
      sampleEntry(6, {
        kind: 'shop.accepting', shopId: 'main', accepting: 'closed', busyUntil: null,
      }),
      sampleEntry(7, { kind: 'shop.put', shopId: 'main', terms: shop, expected: 1 }),
    )]);
    const { results } = await current().apply(7);
    expect(results.map(({ result }) => (result.ok ? 'ok' : result.code)))
      .toEqual(['ok', 'ok', 'ok', 'version_mismatch']);
    const storage = await reopen();
    expect(await storage.query({ query: 'shop.list' })).toMatchObject({
      result: {
        shops: [
          { id: 'a-shop', version: 1, accepting: 'open' },
          { id: 'main', version: 2, accepting: 'closed' },
        ],
      },
    });
    expect((await storage.catalogue('a-shop'))?.menu).toMatchObject({
      shop_id: 'a-shop', version: 2,
    });
    expect((await storage.catalogue())?.menu).toEqual(menu);
    for (const query of ['shop.get', 'menu.get'] as const) {
      await expect(storage.query({ query, shop_id: 'none' })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    expect([await storage.ordersAhead('main'), await storage.ordersAhead('a-shop')])
      .toEqual([2, 0]);
  });

  it('lists open orders that were never looked up, oldest first, up to the limit', async () => {
    const storage = current();
    await storage.persist([append(
      sampleEntry(1, samplePlace({ n: 1, geocode: 'unverified' })),
      sampleEntry(2, samplePlace({ n: 2 })),
      sampleEntry(3, samplePlace({ n: 3, geocode: 'unverified' })),
      sampleEntry(4, samplePlace({ n: 4, geocode: 'unverified' })),
      sampleEntry(5, samplePlace({ n: 5, geocode: 'unverified' })),
      sampleEntry(6, sampleCancel(3)),
    )]);
    await storage.apply(6);
    const ids = async (limit: number) =>
      (await storage.unverifiedOrders(limit)).map(({ id }) => id);
    expect(await ids(9)).toEqual([1, 4, 5].map(sampleOrderId));
    expect(await ids(2)).toEqual([1, 4].map(sampleOrderId));
  });
}
