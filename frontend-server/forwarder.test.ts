import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderlyError } from '../shared/contract/errors.ts';
import { fingerprintOf } from '../shared/contract/fingerprint.ts';
import { must } from '../shared/runtime/assert.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { ReadResult, SubmitResult } from './forwarder.ts';
import { FakeCluster } from './testing/fake-cluster.ts';
import { samplePlace } from './testing/samples.ts';
import type { Upstream } from './upstream.ts';

let cluster: FakeCluster;
beforeEach(() => { cluster = new FakeCluster(); });
afterEach(async () => { await cluster.stop(); });

const place = (upstream: Upstream, key: string = randomUUID()): Promise<SubmitResult> => {
  const request = { operation: 'order.create' as const, input: samplePlace() };
  return upstream.forwarder.submit({
    principal: { kind: 'operator', id: null }, key, fingerprint: fingerprintOf(request), request,
  });
};

const menu = (upstream: Upstream, stale = false) =>
  upstream.forwarder.read({ query: { query: 'menu.get' }, stale });

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error instanceof OrderlyError ? error.code : String(error);
  }
};

/** Who asks with the usual patience at the same time still waits when the others have given up. */
function patientOne(upstream: Upstream): { waits: () => boolean } {
  let waits = true;
  void codeOf(menu(upstream)).then(() => { waits = false; });
  return { waits: () => waits };
}

async function timed<T>(run: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startMs = systemClock.nowMs();
  const value = await run();
  return { ms: systemClock.nowMs() - startMs, value };
}

const backup = () => must(
  cluster.backends.find((one) => !one.isPrimary && one.address !== ''), 'there is a backup',
);

const keysOnce = (): void => {
  const keys = cluster.executions.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
};

describe('Forwarder', () => {
  it('finds the primary through the name server and places an order there', async () => {
    await cluster.start(3);
    const result = await place(cluster.upstream());
    expect(result.replayed).toBe(false);
    expect(cluster.executions.map(({ by }) => by)).toEqual([cluster.primary.storeId]);
  });

  it('answers a key that was used before with the first order, and says so', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    const first = await place(upstream, 'the-same-key');
    const second = await place(upstream, 'the-same-key');
    expect(second).toMatchObject({ replayed: true, order: { id: first.order.id } });
  });

  it('hands an error of the back end to the caller with its data, after one attempt', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    cluster.primary.refuseWith = new OrderlyError('item_unavailable', 'No pizza.', { sku: 'x' });
    const error = await place(upstream).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'item_unavailable', message: 'No pizza.' });
    expect((error as OrderlyError).data['sku']).toBe('x');
    expect(cluster.primary.submits).toBe(1);
  });

  it('waits for a busy primary and then succeeds', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    const { primary } = cluster;
    primary.refuseWith = new OrderlyError('overloaded', undefined, { retry_after_ms: 30 });
    systemClock.setTimer(200, () => { primary.refuseWith = null; });
    expect((await place(upstream)).replayed).toBe(false);
    expect(cluster.elections).toEqual([]);
  });

  it('refuses more than 4,096 waiting requests as overloaded', async () => {
    await cluster.start(1);
    const upstream = cluster.upstream({ totalMs: 700 });
    await menu(upstream);
    cluster.primary.stuck = true;
    const waiting = Array.from({ length: 4_096 }, () => codeOf(menu(upstream)));
    expect(upstream.forwarder.hasRoom).toBe(false);
    expect(await codeOf(menu(upstream))).toBe('overloaded');
    await Promise.all(waiting);
    expect(upstream.forwarder.waiting).toBe(0);
  });
});

describe('Forwarder when the primary is killed', () => {
  it('carries 16 concurrent orders over without an error, and waits for no time-out', async () => {
    await cluster.start(3);
    const upstream = cluster.upstream();
    await menu(upstream);
    const first = cluster.primary;
    let stop = false;
    const writer = async (): Promise<void> => {
      while (!stop) await place(upstream);
    };
    const writers = Array.from({ length: 16 }, writer);
    await expect.poll(() => cluster.executions.length).toBeGreaterThan(32);
    first.kill();
    const bySecond = (): number =>
      cluster.executions.filter(({ by }) => by !== first.storeId).length;
    await expect.poll(bySecond).toBeGreaterThan(32);
    stop = true;
    await Promise.all(writers);
    keysOnce();
    const second = cluster.primary;
    expect(second).not.toBe(first);
    expect(cluster.executions.filter(({ by }) => by === second.storeId).length)
      .toBeGreaterThan(16);
    // A broken connection was enough: a primary that is silent is suspected of a time-out.
    expect(cluster.elections).toHaveLength(1);
    expect(cluster.elections[0]).toMatchObject({ suspicion: 'refused', viewNumber: 1 });
  });

  it('names the member with the longest log, of those that do not drain', async () => {
    await cluster.start(4);
    const upstream = cluster.upstream();
    await menu(upstream);
    const [, short, draining, long] = cluster.backends;
    must(short, 'second').lastLsn = 3;
    must(long, 'fourth').lastLsn = 8;
    Object.assign(must(draining, 'third'), { lastLsn: 9, draining: true });
    cluster.primary.kill();
    await place(upstream);
    expect(cluster.elections[0]?.candidate).toBe(long?.storeId);
    // Where nobody else is left a draining one has to do.
    for (const one of [short, long]) one?.kill();
    expect((await place(upstream)) && cluster.primary).toBe(draining);
  });

  it('names the view that holds, when the set has changed under the same primary', async () => {
    await cluster.start(3);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.changeSet();
    upstream.holder.adopt(must(cluster.view, 'installed'), 'test');
    // A third view, which only the name server knows so far.
    cluster.changeSet(true);
    cluster.primary.kill();
    await place(upstream);
    expect(cluster.elections.map(({ viewNumber }) => viewNumber)).toEqual([2, 3]);
    expect(upstream.elector.last).toMatchObject({ fromViewNumber: 3, toViewNumber: 4 });
  });

  it('replaces it although no request is there to notice', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.kill();
    await expect.poll(() => cluster.elections.length).toBe(1);
    await place(upstream);
    expect(cluster.elections).toHaveLength(1);
  });

  it('keeps asking for an election while requests wait, and says once that it does', async () => {
    await cluster.start(2);
    const said: string[] = [];
    const logger: Logger = {
      ...silentLogger, info: (_fields, words) => { said.push(words); }, child: () => logger,
    };
    const upstream = cluster.upstream({ logger });
    await menu(upstream);
    cluster.refuseElections = true;
    cluster.primary.kill();
    const placed = place(upstream);
    await expect.poll(() => cluster.elections.length).toBeGreaterThan(3);
    cluster.refuseElections = false;
    expect((await placed).replayed).toBe(false);
    expect(said.filter((words) => words === 'election refused')).toHaveLength(1);
  });

  it('lets two front ends race: one change of the view, no error', async () => {
    await cluster.start(3);
    const upstreams = [cluster.upstream(), cluster.upstream()];
    await Promise.all(upstreams.map((upstream) => menu(upstream)));
    cluster.primary.kill();
    await Promise.all(upstreams.flatMap((upstream) =>
      Array.from({ length: 8 }, () => place(upstream))));
    expect(cluster.view?.viewNumber).toBe(2);
    keysOnce();
  });

  it('reads on without an error', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    const reads = Array.from({ length: 8 }, () => menu(upstream));
    cluster.primary.kill();
    await Promise.all(reads);
    expect(await menu(upstream)).toHaveProperty('result.menu');
  });
});

describe('Forwarder with a wrong belief', () => {
  it('follows the view that a refusing back end sends, without suspecting anybody', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.install(backup().storeId);
    cluster.stopNameServer();
    await place(upstream);
    expect(cluster.executions[0]?.by).toBe(cluster.primary.storeId);
    expect(upstream.holder.view?.viewNumber).toBe(2);
  });

  it('asks the name server when a back end refuses without news', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    // The new primary has heard of its view, the old one has lost its own.
    const old = cluster.primary;
    cluster.install(backup().storeId);
    old.view = null;
    await place(upstream);
    expect(cluster.executions[0]?.by).toBe(cluster.primary.storeId);
    expect(cluster.elections).toEqual([]);
  });

  it('waits for a new primary that has not heard of its view yet', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    const next = backup();
    cluster.install(next.storeId, true);
    must(upstream, 'made').holder.adopt(must(cluster.view, 'installed'), 'test');
    systemClock.setTimer(150, () => { next.view = cluster.view; });
    await place(upstream);
    expect(cluster.executions[0]?.by).toBe(next.storeId);
    expect(cluster.elections).toEqual([]);
  });

  it('replaces a primary that an operator switched down', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.down = true;
    await place(upstream);
    expect(cluster.elections[0]).toMatchObject({ suspicion: 'down' });
    expect(cluster.executions[0]?.by).toBe(cluster.backends[1]?.storeId);
  });
});

describe('Forwarder with a primary that does not answer', () => {
  it('does not suspect one that answers its status: it may wait for a slow backup', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    cluster.primary.workMs = 1_800;
    const { ms } = await timed(() => place(upstream));
    expect(ms).toBeGreaterThan(1_700);
    expect(cluster.elections).toEqual([]);
    expect(cluster.primary.submits).toBe(1);
  });

  it('replaces one that hangs, and carries the orders over', async () => {
    await cluster.start(3);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.frozen = true;
    await Promise.all(Array.from({ length: 4 }, () => place(upstream)));
    expect(cluster.elections[0]).toMatchObject({ suspicion: 'timeout' });
    keysOnce();
  });

  it('leaves a hanging primary as soon as the name server tells of another', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.stuck = true;
    const placed = place(upstream);
    await systemClock.sleep(50);
    cluster.install(backup().storeId);
    upstream.holder.adopt(must(cluster.view, 'installed'), 'test');
    await placed;
    // It would ask for an election when its call timed out.
    expect(cluster.elections).toEqual([]);
    expect(cluster.executions[0]?.by).toBe(cluster.primary.storeId);
  });

  it('survives a connection that broke under a healthy primary', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.workMs = 100;
    const placed = Promise.all(Array.from({ length: 16 }, () => place(upstream)));
    await systemClock.sleep(30);
    cluster.primary.dropConnections();
    await placed;
    expect(cluster.elections).toEqual([]);
  });
});

describe('Forwarder at the end of its patience', () => {
  it('answers outcome_unknown when the order may have been placed', async () => {
    await cluster.start(1);
    const upstream = cluster.upstream({ totalMs: 1_000 });
    await menu(upstream);
    cluster.primary.stuck = true;
    const patient = patientOne(cluster.upstream());
    const write = timed(() => codeOf(place(upstream)));
    const read = codeOf(menu(upstream));
    expect((await write).value).toBe('outcome_unknown');
    expect((await write).ms).toBeGreaterThan(900);
    // A read has no effect that could be unknown.
    expect(await read).toBe('unavailable');
    expect(patient.waits()).toBe(true);
  });

  it('does not take a refusal as the answer to an earlier copy that was lost', async () => {
    await cluster.start(1);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.primary.silentAfterWork = true;
    const code = codeOf(place(upstream));
    await systemClock.sleep(50);
    cluster.primary.refuseWith = new OrderlyError('item_unavailable');
    cluster.primary.dropConnections();
    expect(await code).toBe('outcome_unknown');
    expect(cluster.executions).toHaveLength(1);
  });

  it('answers unavailable within the deadline when nothing can be reached', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream({ totalMs: 1_000 });
    await menu(upstream);
    for (const backend of cluster.backends) backend.kill();
    cluster.stopNameServer();
    // What is sent on a connection that is just breaking is unknown, rightly.
    await codeOf(menu(upstream));
    const nobody = new FakeCluster();
    const fresh = nobody.upstream({ totalMs: 1_000 });
    const patient = patientOne(nobody.upstream());
    expect(await Promise.all([codeOf(place(upstream)), codeOf(place(fresh))]))
      .toEqual(['unavailable', 'unavailable']);
    expect(patient.waits()).toBe(true);
    await nobody.stop();
  });
});

describe('Forwarder without a name server', () => {
  it('goes on with the last view, also after its own restart', async () => {
    await cluster.start(2);
    const dir = cluster.home;
    const before = cluster.upstream({ dir });
    await place(before);
    await before.close();
    cluster.stopNameServer();
    const after = cluster.upstream({ dir });
    await place(after);
    expect(cluster.executions).toHaveLength(2);
  });

  it.each([2, 3])('finds a new primary by asking the members, one of %i', async (members) => {
    await cluster.start(members);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.stopNameServer();
    const old = cluster.primary;
    cluster.install(backup().storeId);
    old.kill();
    await place(upstream);
    expect(cluster.executions[0]?.by).toBe(cluster.primary.storeId);
  });

  it('elects as soon as the name server is back', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.stopNameServer();
    cluster.primary.kill();
    const placed = place(upstream);
    await systemClock.sleep(700);
    await cluster.startNameServer();
    await placed;
    expect(cluster.executions[0]?.by).toBe(cluster.backends[1]?.storeId);
  });
});

describe('Forwarder reading stale', () => {
  it('reads from any back end when the primary is gone and nobody can be elected', async () => {
    await cluster.start(3);
    const upstream = cluster.upstream();
    await menu(upstream);
    cluster.refuseElections = true;
    cluster.primary.kill();
    const value = await menu(upstream, true);
    expect(value).toHaveProperty('result.menu');
  });

  it('gives what shops offer as it was last read while no back end is there', async () => {
    await cluster.start(2);
    const upstream = cluster.upstream({ totalMs: 1_000 });
    const before = await menu(upstream);
    for (const backend of cluster.backends) backend.kill();
    expect(await menu(upstream, true)).toEqual(before);
    expect(await codeOf(menu(upstream))).toBe('unavailable');
    const shops = upstream.forwarder.read({ query: { query: 'shop.list' }, stale: true });
    expect(await codeOf(shops)).toBe('unavailable');
  });

  it('knows what shops offer after a restart too, of the same cluster, from a whole file',
    async () => {
      await cluster.start(2);
      const dir = mkdtempSync(join(tmpdir(), 'orderly-offer-'));
      const first = cluster.upstream({ dir });
      await first.lastOffer.keep();
      const before = await menu(first);
      await first.lastOffer.keep();
      await first.close();
      for (const backend of cluster.backends) backend.kill();
      const again = (): Promise<ReadResult> =>
        menu(cluster.upstream({ dir, totalMs: 1_000 }), true);
      expect(await again()).toEqual(before);
      const file = join(dir, 'offer.json');
      const text = readFileSync(file, 'utf8');
      const foreign = JSON.stringify({ ...JSON.parse(text), clusterId: 'f'.repeat(32) });
      for (const other of ['', text.slice(0, 60), '[]', foreign]) {
        writeFileSync(file, other);
        // One after the other: they share a folder.
        // oxlint-disable-next-line no-await-in-loop
        expect(await codeOf(again()), other.slice(0, 20)).toBe('unavailable');
      }
      rmSync(dir, { recursive: true });
    });
});
