import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testTerminal, type TestTerminal } from '../../client/testing/test-io.ts';
import { must } from '../../shared/runtime/assert.ts';
import { runServerStatus } from '../server-status.ts';
import { untilTrue } from '../up/front-door.ts';
import { SmallCluster, storeIdOf } from './testing/small-cluster.ts';

let cluster: SmallCluster;
beforeEach(async () => { cluster = await new SmallCluster().start(3); });
afterEach(() => cluster.stop());

interface Watching extends TestTerminal {
  ended: Promise<number>;
  /** Resolves when so many tables were printed; the test fails when they do not come. */
  tables: (count: number) => Promise<string[]>;
}

function watch(...argv: string[]): Watching {
  const terminal = testTerminal({
    home: cluster.home, env: { ORDERLY_NAMESERVER: cluster.nameServer },
  });
  const all = ['--watch', '--interval', '0.05', ...argv];
  const ended = runServerStatus(all, terminal.io);
  const tables = async (count: number): Promise<string[]> => {
    const seen = (): string[] => terminal.out().split('\n\n20');
    expect(await untilTrue(async () => seen().length > count, 20_000)).toBe(true);
    return seen();
  };
  return { ...terminal, ended, tables };
}

describe('orderly server-status --watch without a terminal', () => {
  it('prints a table below the other until it is stopped', async () => {
    const watching = watch();
    const [first = ''] = await watching.tables(3);
    expect(first).toMatch(/^20\d\d-.*Z\nNODE .*\nbackend-1 .*\nbackend-2 .*\nbackend-3 /);
    expect(watching.out()).not.toContain('\u001b');
    watching.stop.abort(143);
    expect(await watching.ended).toBe(143);
    expect(watching.err()).toBe('Stopped.\n');
  });

  it('prints a line of JSON each with --json', async () => {
    const watching = watch('--json');
    await untilTrue(async () => watching.out().split('\n').length > 2, 20_000);
    watching.stop.abort(130);
    expect(await watching.ended).toBe(130);
    const [first = ''] = watching.out().split('\n');
    expect(JSON.parse(first))
      .toMatchObject({ group: 'main', back_ends: [{ id: 'backend-1' }, {}, {}] });
  });

  it('keeps the one that has left, until another has its name', async () => {
    const watching = watch();
    await watching.tables(1);
    await cluster.kill(3, 100);
    cluster.listed.delete(3);
    await untilTrue(async () => /backend-3 .* last seen \d/.test(watching.out()), 20_000);
    expect(watching.out()).toMatch(/backend-3 +- +DOWN last seen \d/);
    await cluster.replace(3, storeIdOf(7));
    await untilTrue(async () => (watching.out().split('NODE').at(-2) ?? '').includes('catching'),
      20_000);
    const table = must(watching.out().split('NODE').at(-2), 'several were printed');
    expect(table.match(/backend-3/g)).toHaveLength(2);
    watching.stop.abort(130);
    await watching.ended;
  });

  it('goes on while the name server is away, and says so', async () => {
    const watching = watch();
    await watching.tables(1);
    await cluster.stopNameServer();
    await untilTrue(async () => watching.out().includes('does not answer.'), 20_000);
    const last = must(watching.out().split('NODE').at(-1), 'a table');
    expect(last).toMatch(/backend-1 +primary +UP serving/);
    watching.stop.abort(130);
    expect(await watching.ended).toBe(130);
  });

  it('ends with 3 when there is nothing to show at first', async () => {
    await cluster.stopNameServer();
    expect(await watch('--timeout', '0.5').ended).toBe(3);
  });
});
