import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../shared/runtime/assert.ts';
import { runRebuildCommand } from '../tools/rebuild/main.ts';
import type { Child } from '../tools/up/child.ts';
import { TestCluster } from './cluster.ts';
import { runHere, runOrderly } from './orderly-run.ts';
import type { Ended } from './orderly-run.ts';
import { Writers, figure } from './writers.ts';

const folderOf = (cluster: TestCluster, id: string): string => join(cluster.processes.home, id);
const addressOf = (child: Child): string => must(child.facts, `${child.id} runs`).url;

const rebuild = (cluster: TestCluster, ...args: string[]): Promise<Ended> =>
  runHere(runRebuildCommand, args, { home: cluster.processes.home });

/** The name server is killed and its disk is gone. */
async function loseNameServer(cluster: TestCluster): Promise<Child> {
  const nameserver = cluster.processes.child('nameserver');
  await cluster.kill(nameserver);
  rmSync(folderOf(cluster, 'nameserver'), { recursive: true });
  return nameserver;
}

/** One cluster through it all: each test goes on where the one before ended. */
describe('the name server has lost its disk', () => {
  const data = mkdtempSync(join(tmpdir(), 'orderly-rebuild-'));
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start({ data }); });
  afterAll(async () => {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('rebuilt from one running back end: orders never stop, and nobody is restarted', async () => {
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(50);
    const pids = cluster.processes.backends.map(({ pid }) => pid);
    const nameserver = await loseNameServer(cluster);
    const [one] = await cluster.backups();
    const startedMs = performance.now();
    const from = addressOf(must(one, 'there are two'));
    const ended = await runOrderly(['nameserver', 'rebuild', '--backend', from, '--json'],
      { ORDERLY_HOME: cluster.processes.home });
    figure('rebuild', performance.now() - startedMs);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ended.out)).toMatchObject({
      replaced: null, stores: [{}, {}, {}], groups: [{ group: 'main', missing: [] }],
    });
    await cluster.restart(nameserver);
    await writers.acknowledge(50);
    await cluster.untilInSync(3);
    const before = (await cluster.status()).view;
    expect(before?.reason).toBe('the name server was rebuilt');
    expect(cluster.processes.backends.map(({ pid }) => pid)).toEqual(pids);
    // The new one does its work: it replaces a primary.
    const primary = await cluster.primary();
    await cluster.kill(primary);
    await writers.acknowledge(50);
    const after = (await cluster.status()).view;
    expect(after?.epoch).toBeGreaterThan(must(before, 'it was read').view_number);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
    expect(writers.troubles).toEqual([]);
  });

  it('an empty one that was started meanwhile is refused by all, and then replaced', async () => {
    const order = await cluster.placed();
    const nameserver = await loseNameServer(cluster);
    await cluster.restart(nameserver);
    const addresses = cluster.processes.backends.map(addressOf).join(',');
    const inUse = await rebuild(cluster, '--backend', addresses);
    expect(inUse.code).toBe(1);
    expect(inUse.err).toMatch(/in use by another process/);
    await cluster.kill(nameserver);
    const ended = await rebuild(cluster, '--backend', addresses);
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/what was in the folder is now in .*replaced-1/);
    expect(readdirSync(folderOf(cluster, 'nameserver'))).toContain('views.db');
    await cluster.restart(nameserver);
    await cluster.untilInSync(3);
    expect(await cluster.get(order.id)).toEqual(order);
    expect((await cluster.place()).status).toBe(201);
  });

  it('a store that was in sync is lost too: only --force goes on, nothing is missing', async () => {
    const writers = new Writers(cluster, 4);
    await writers.acknowledge(20);
    const nameserver = await loseNameServer(cluster);
    const [lost, kept] = await cluster.backups();
    const gone = must(lost, 'there are two');
    await cluster.kill(gone);
    rmSync(folderOf(cluster, gone.id), { recursive: true });
    const from = ['--backend', addressOf(must(kept, 'there are two'))];
    const refused = await rebuild(cluster, ...from);
    expect(refused.code).toBe(5);
    expect(refused.err).toMatch(/^error: 1 of the 3 stores that were in sync .* were not heard/);
    expect(refused.err).toMatch(/fix: .*--force/);
    expect((await rebuild(cluster, ...from, '--force')).code).toBe(0);
    await cluster.restart(nameserver);
    await writers.acknowledge(30);
    await cluster.restart(gone);
    await cluster.untilInSync(3);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
  });

  it('with all stopped, from folders of stores; too few or a wrong key are refused', async () => {
    const first = cluster;
    const orders = await first.list();
    await first.stop();
    await first.until('all have ended', async () =>
      first.processes.children.every(({ pid }) => pid === null));
    const stores = ['backend-1', 'backend-2', 'backend-3']
      .flatMap((id) => ['--from-data', join(data, id)]);
    const views = join(data, 'nameserver');
    rmSync(views, { recursive: true });
    const few = await rebuild(first, ...stores.slice(0, 4));
    expect([few.code, few.err]).toEqual([5, expect.stringMatching(/were not heard/)]);
    const none = await rebuild(first, '--from-data', join(data, 'frontend-1'));
    expect([none.code, none.err]).toEqual([6, expect.stringMatching(/holds no store.db/)]);
    const nobody = await rebuild(first, '--backend', '127.0.0.1:1');
    expect([nobody.code, nobody.err]).toEqual([3, expect.stringMatching(/does not answer/)]);
    const key = await runHere(runRebuildCommand, stores,
      { home: data, env: { ORDERLY_CLUSTER_SECRET: 'x'.repeat(40) } });
    expect([key.code, key.err]).toEqual([5, expect.stringMatching(/seal .* this cluster's key/)]);
    expect(readdirSync(views).filter((name) => name !== 'lock')).toEqual([]);
    expect((await rebuild(first, ...stores)).code).toBe(0);
    cluster = await TestCluster.start({ data });
    const there = await cluster.list();
    expect(there.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b)))
      .toEqual(orders.map((order) => order.id)
        .toSorted((a, b) => a.localeCompare(b)));
    await cluster.untilInSync(3);
    expect((await cluster.place()).status).toBe(201);
  });
});
