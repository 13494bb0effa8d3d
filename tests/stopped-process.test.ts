import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster } from './cluster.ts';
import { Writers, figure } from './writers.ts';

/** The front end answers every request within 5 s; the rest is for a busy machine. */
const answerMsMax = 6_500;
const hungCodes = ['outcome_unknown', 'unavailable'];

describe('a process that is stopped (SIGSTOP), alive but silent', () => {
  let cluster: TestCluster;
  beforeAll(async () => { cluster = await TestCluster.start(); });
  afterAll(() => cluster.stop());

  it('the primary: writes resume, no request hangs, nothing is lost', async () => {
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(30);
    const primary = await cluster.primary();
    const atMs = performance.now();
    primary.signal('SIGSTOP');
    await writers.acknowledge(50);
    figure('longest time without an answer', writers.outageMs(atMs));
    primary.signal('SIGCONT');
    await writers.acknowledge(50);
    await cluster.untilInSync(3);
    const books = await writers.finish();
    expect(books).toMatchObject({ missing: [], doubled: [] });
    expect(writers.slowestMs).toBeLessThan(answerMsMax);
    expect(writers.troubles.filter(({ code }) => !hungCodes.includes(code))).toEqual([]);
  });

  it('a backup: writes resume, no request hangs, nothing is lost', async () => {
    const writers = new Writers(cluster, 8);
    await writers.acknowledge(30);
    const [backup] = await cluster.backups();
    const atMs = performance.now();
    backup?.signal('SIGSTOP');
    await writers.acknowledge(50);
    figure('longest time without an answer', writers.outageMs(atMs));
    backup?.signal('SIGCONT');
    await cluster.untilInSync(3);
    await writers.acknowledge(50);
    const books = await writers.finish();
    expect(books).toMatchObject({ missing: [], doubled: [] });
    expect(writers.slowestMs).toBeLessThan(answerMsMax);
    expect(writers.troubles.filter(({ code }) => !hungCodes.includes(code))).toEqual([]);
  });

  it('a primary that wakes up after its successor took over commits nothing more', async () => {
    const before = await cluster.placed();
    const primary = await cluster.primary();
    const { view } = await cluster.status();
    primary.signal('SIGSTOP');
    await cluster.until('another one is primary', async () =>
      (await cluster.place()).status === 201);
    const after = await cluster.placed();
    primary.signal('SIGCONT');
    await cluster.untilInSync(3);
    const now = await cluster.status();
    expect(now.view?.epoch).toBeGreaterThan(view?.epoch ?? 0);
    expect(await cluster.get(before.id)).toEqual(before);
    expect(await cluster.get(after.id)).toEqual(after);
  });
});
