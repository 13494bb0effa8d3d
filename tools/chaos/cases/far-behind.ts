import { rmSync } from 'node:fs';
import { Pool } from 'undici';
import { StoreFiles } from '../../../backend-server/storage/store-files.ts';
import { must } from '../../../shared/runtime/assert.ts';
import { menuSchema } from '../../../shared/contract/order.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { Load } from '../../bench/load.ts';
import { OrderRequests } from '../../bench/order-requests.ts';
import type { Result } from '../../bench/tally.ts';
import { getJson } from '../../up/front-door.ts';
import type { LabProgram } from '../lab.ts';
import type { CaseRun } from './case-run.ts';

/** Many orders beside the recorded load: a store that lags behind them needs a snapshot. */

const connections = 96;
/** The log is cut when it is longer than 8,000 entries. */
const entriesForCompaction = 9_500;
const bulkWithinMs = 120_000;

export interface Burst {
  connections: number;
  ratePerS: number | null;
  enough: (sent: number, elapsedMs: number) => boolean;
}

/** Sends orders to every front end at once, none of them recorded; for weight and pressure. */
export async function burst(run: CaseRun, { enough, ...load }: Burst): Promise<Result[]> {
  const doors = run.lab.doors;
  const share = Math.ceil(load.connections / doors.length);
  const rate = load.ratePerS === null ? null : load.ratePerS / doors.length;
  return Promise.all(doors.map(async (door) => {
    const menu = menuSchema.parse(await getJson(door, '/v1/menu'));
    const requests = new OrderRequests(menu, door.token);
    const pool = new Pool(door.url, { connections: share, pipelining: 1 });
    try {
      return await new Load({
        pool, make: (n) => requests.make(n), connections: share, ratePerS: rate, enough,
      }).run();
    } finally {
      await pool.destroy();
    }
  }));
}

/** Makes the log longer than what is kept of it, so that who comes back needs a snapshot. */
export async function compactedCluster(
  run: CaseRun, inSync = run.lab.byRole('backend').length,
): Promise<void> {
  const startedMs = systemClock.nowMs();
  const perDoor = Math.ceil(entriesForCompaction / run.lab.doors.length);
  const results = await burst(run, {
    connections, ratePerS: null,
    enough: (sent, elapsedMs) => sent >= perDoor || elapsedMs > bulkWithinMs,
  });
  const placed = results.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  run.note(`${placed} orders placed first in ${
    ((systemClock.nowMs() - startedMs) / 1_000).toFixed(0)} s`);
  await run.settled(inSync);
}

/** Removes everything that a stopped back end had. */
export function wipe(program: LabProgram): void {
  must(program.pid === null, 'only the folder of a dead program is wiped');
  const { all } = new StoreFiles(program.dataFolder);
  for (const file of all) rmSync(file, { force: true });
}
