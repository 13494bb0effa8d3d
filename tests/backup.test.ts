import {
  appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  statSync, truncateSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { orderSchema } from '../shared/contract/order.ts';
import type { Order } from '../shared/contract/order.ts';
import { must } from '../shared/runtime/assert.ts';
import { runBackupCommand, runRestoreCommand } from '../tools/backup/main.ts';
import { verifyBackup } from '../tools/backup/restore.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';
import { runHere, runOrderly } from './orderly-run.ts';
import type { Ended } from './orderly-run.ts';
import { Writers, figure } from './writers.ts';

const doneSchema = z.object({
  file: z.string(), orders: z.int(), lsn: z.int(), sha256: z.string(), seconds: z.number(),
  tries: z.int(), cluster_id: z.string(),
});

/** Links to follow an order are sealed with the key of the cluster: a restored one has its own. */
const withoutLink = ({ track_url: _link, ...order }: Order): Order => order;

/** What a client was told, to be found again in the restored cluster. */
interface Told {
  key: string;
  input: unknown;
  /** As it was answered, and as it is after all that was done to it. */
  answer: Order;
  now: Order;
  events: unknown;
}

const eventsOf = async (cluster: TestCluster, id: string): Promise<unknown> =>
  (await cluster.call(`/v1/orders/${id}/events`)).body;

async function tell(cluster: TestCluster, cancelled: boolean): Promise<Told> {
  const key = newKey();
  const input = anOrder({ notes: `note of ${key}` });
  const answer = await cluster.placed(input, key);
  if (cancelled) expect((await cluster.cancel(answer.id)).status).toBe(200);
  return {
    key, input, answer, now: await cluster.get(answer.id),
    events: await eventsOf(cluster, answer.id),
  };
}

describe('backup and restore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orderly-backup-'));
  const file = join(folder, 'orders.backup');
  const restored = join(folder, 'restored');
  let cluster: TestCluster;
  /** Ids of what was acknowledged before the backup began. */
  let before: string[] = [];
  let told: Told[] = [];
  let done: z.infer<typeof doneSchema>;

  const envOf = ({ processes }: TestCluster): Record<string, string> =>
    ({ ORDERLY_HOME: processes.home, ORDERLY_NAMESERVER: processes.nameserverAddress });
  const backup = (...args: string[]): Promise<Ended> => runHere(
    runBackupCommand, args, { home: cluster.processes.home, env: envOf(cluster) });
  const restore = (...args: string[]): Promise<Ended> =>
    runHere(runRestoreCommand, args, { home: folder });

  beforeAll(async () => {
    cluster = await TestCluster.start({ data: join(folder, 'first') });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('copies a cluster under load: whole, private, and without disturbing anybody', async () => {
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(50);
    told = await Promise.all(Array.from({ length: 24 }, (_, n) => tell(cluster, n % 4 === 0)));
    before = (await cluster.list()).map(({ id }) => id);
    const ended = await runOrderly(['backup', '--out', file, '--json'], envOf(cluster));
    expect(ended.code === 0 ? ended.err : ended.out).toBe('');
    done = doneSchema.parse(JSON.parse(ended.out));
    figure(`backup of ${done.orders} orders`, done.seconds * 1_000);
    expect(done.orders).toBeGreaterThanOrEqual(before.length);
    await writers.acknowledge(50);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
    expect(writers.troubles).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted((a, b) => a.localeCompare(b)))
      .toEqual(['first', 'orders.backup']);
    const secret = readFileSync(join(cluster.processes.home, 'cluster.key'), 'utf8').trim();
    expect(readFileSync(file).includes(secret)).toBe(false);
    // Copies of a backup do not pile up at the primary.
    const scratch = cluster.processes.backends.flatMap(({ id }) =>
      readdirSync(join(cluster.processes.home, id, 'scratch')));
    expect(scratch.filter((name) => name.startsWith('snapshot-'))).toEqual([]);
  });

  it('is not written over, unless that is asked for', async () => {
    const again = await backup('--out', file);
    expect(again.code).toBe(5);
    expect(again.err).toMatch(/^error: .* is there already/);
    expect(again.err).toMatch(/fix: .*--overwrite/);
    const copy = join(folder, 'copy.backup');
    copyFileSync(file, copy);
    expect((await backup('--out', copy, '--overwrite')).code).toBe(0);
    expect(readFileSync(copy).equals(readFileSync(file))).toBe(false);
  });

  it('a primary that stands still does not hold it up: the next one is asked', async () => {
    const primary = await cluster.primary();
    const writers = new Writers(cluster, 4);
    await writers.acknowledge(10);
    primary.signal('SIGSTOP');
    const ended = await backup('--out', join(folder, 'during.backup'), '--json');
    primary.signal('SIGCONT');
    expect(ended.code).toBe(0);
    const during = doneSchema.parse(JSON.parse(ended.out));
    figure(`backup with a fail-over in it, ${during.tries} tries`, during.seconds * 1_000);
    expect(during.tries).toBeGreaterThan(1);
    expect(during.orders).toBeGreaterThan(done.orders);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
    await cluster.untilInSync(3);
  });

  it('verify finds every kind of damage; an SQLite tool opens what is sound', async () => {
    const sound = await backup('verify', file, '--json');
    expect(JSON.parse(sound.out)).toMatchObject({
      sound: true, orders: done.orders, lsn: done.lsn, sha256: done.sha256,
    });
    const db = new SqliteDatabase(file, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM orders').pluck().get()).toBe(done.orders);
    db.close();
    const hurt = join(folder, 'hurt.backup');
    const { size } = statSync(file);
    const flip = (at: number) => (): void => {
      const bytes = readFileSync(hurt);
      bytes[at] = must(bytes[at], 'inside of the file') ^ 1;
      writeFileSync(hurt, bytes);
    };
    const damages = [
      flip(Math.floor(size / 2)), flip(30), flip(size - 200), flip(size - 20),
      () => truncateSync(hurt, size - 1), () => truncateSync(hurt, 4096),
      () => truncateSync(hurt, 0), () => appendFileSync(hurt, 'x'),
    ];
    for (const damage of damages) {
      copyFileSync(file, hurt);
      damage();
      // oxlint-disable-next-line no-await-in-loop
      await expect(verifyBackup(hurt)).rejects.toMatchObject({ code: 'backup_damaged' });
    }
    const ended = await restore(hurt, '--data', join(folder, 'never'));
    expect(ended.err).toMatch(/^error: .* is not a sound backup/);
    expect(ended.err).not.toMatch(/ at .*\.js:/);
    expect(ended.code).toBe(1);
    expect(existsSync(join(folder, 'never', 'backend-1'))).toBe(false);
    const text = readFileSync(file, 'latin1').replace(/ORDERLY-BACKUP 0001/, 'ORDERLY-BACKUP 0002');
    writeFileSync(hurt, text, 'latin1');
    const newer = await backup('verify', hurt);
    expect([newer.code, newer.err]).toEqual([1, expect.stringMatching(/newer version of Orderly/)]);
  });

  it('restores into an empty folder only, with a key and an id of its own', async () => {
    const { home } = cluster.processes;
    const refused = await restore(file, '--data', home);
    expect([refused.code, refused.err]).toEqual([5, expect.stringMatching(/is not empty/)]);
    const ended = await runOrderly(['restore', file, '--data', restored, '--json']);
    expect(ended).toMatchObject({ code: 0, err: '' });
    const facts = JSON.parse(ended.out) as unknown;
    expect(facts).toMatchObject({ orders: done.orders, lsn: done.lsn, new_key: true });
    expect(facts).not.toMatchObject({ cluster_id: done.cluster_id });
    const key = join(restored, 'cluster.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(key, 'utf8')).not.toBe(readFileSync(join(home, 'cluster.key'), 'utf8'));
    expect((await restore(file, '--data', restored)).code).toBe(5);
  });

  it('the restored cluster has all that was acknowledged, and goes on', async () => {
    await cluster.stop();
    cluster = await TestCluster.start({ data: restored });
    const there = (await cluster.list()).map(({ id }) => id);
    expect(there).toHaveLength(done.orders);
    expect(there).toEqual(expect.arrayContaining(before));
    await Promise.all(told.map(async ({ key, input, answer, now, events }) => {
      expect(withoutLink(await cluster.get(now.id))).toEqual(withoutLink(now));
      expect(await eventsOf(cluster, now.id)).toEqual(events);
      const again = await cluster.place(input, key);
      expect(withoutLink(orderSchema.parse(again.body))).toEqual(withoutLink(answer));
    }));
    expect(told.filter(({ now }) => now.status === 'cancelled')).toHaveLength(6);
    expect(await cluster.list()).toHaveLength(done.orders);
    await cluster.untilInSync(3);
    const { view } = await cluster.status();
    expect(view).toMatchObject({ lineage: 2, min_in_sync: 2 });
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(30);
    const primary = await cluster.primary();
    await cluster.kill(primary);
    await writers.acknowledge(50);
    expect(await writers.finish()).toMatchObject({ missing: [], doubled: [] });
    expect(writers.troubles).toEqual([]);
    await cluster.restart(primary);
    await cluster.untilInSync(3);
    expect((await cluster.list()).length).toBeGreaterThanOrEqual(done.orders + 80);
  });
});
