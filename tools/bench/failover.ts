import type { Pool } from 'undici';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { clusterStatus, inSync, untilTrue } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';
import { checkBooks } from './books.ts';
import type { Verdict } from './books.ts';
import { Load } from './load.ts';
import type { OrderRequests } from './order-requests.ts';
import { outageMs } from './outage.ts';
import type { Result } from './tally.ts';

/** One kill: which process, and how long nobody was answered around it (null: never again). */
export interface Kill {
  pid: number;
  id: string;
  outageMs: number | null;
}

export interface FailoverResult extends Result {
  kills: Kill[];
  books: Verdict;
}

export interface FailoverOptions {
  door: Door;
  pool: Pool;
  requests: OrderRequests;
  connections: number;
  kills: number;
  /** As in LoadOptions. */
  ratePerS: number | null;
  /** The load lasts at least this long. */
  seconds: number;
  /** Ends it early; what was acknowledged by then is looked up. */
  stop: AbortSignal;
  say: (line: string) => void;
}

/** Load before the first kill, and after the last one is mended. */
const calmMs = 1_500;
const recoverWithinMs = 30_000;

const orderSchema = z.looseObject({ id: z.string() });

/** The pid of a process elsewhere would name a process of somebody else here. */
const isHere = (url: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);

async function killPrimary(door: Door): Promise<{ pid: number; id: string; atMs: number }> {
  const { members, view } = await clusterStatus(door);
  const primary = members.find((one) => one.store_id === view?.primary);
  if (primary?.pid === undefined || primary.pid === null) {
    throw new OrderlyError('unavailable', 'No primary answers: there is nothing to kill.');
  }
  if (!isHere(door.url) || !isHere(`tcp://${primary.address}`)) {
    throw new OrderlyError('invalid_params',
      `${primary.id} is at ${primary.address}: only a process of this machine can be killed.`);
  }
  const atMs = systemClock.nowMs();
  process.kill(primary.pid, 'SIGKILL');
  return { pid: primary.pid, id: primary.id, atMs };
}

/**
 * Places orders without pause, kills the primary's process `kills` times, and afterwards looks
 * every acknowledged order up: it must be there, once.
 */
export async function runFailover(options: FailoverOptions): Promise<FailoverResult> {
  const { door, requests, say, stop } = options;
  const promised = new Map<string, string>();
  const ackedAtMs: number[] = [];
  let over = false;
  const load = new Load({
    pool: options.pool,
    make: (number) => requests.make(number),
    connections: options.connections,
    ratePerS: options.ratePerS,
    stop,
    enough: () => over,
    onAnswer: (number, answer, atMs) => {
      if (answer.kind !== 'response' || answer.status !== 201) return;
      ackedAtMs.push(atMs);
      promised.set(requests.reference(number), orderSchema.parse(JSON.parse(answer.body)).id);
    },
  });
  const backends = (await clusterStatus(door)).members.filter((one) => one.reachable).length;
  const startedMs = systemClock.nowMs();
  const running = load.run();
  const killed: { pid: number; id: string; atMs: number }[] = [];
  try {
    for (let n = 0; n < options.kills; n++) {
      await systemClock.sleep(calmMs, stop);
      if (stop.aborted) break;
      const kill = await killPrimary(door);
      killed.push(kill);
      say(`killed ${kill.id} (pid ${kill.pid})`);
      const before = load.acknowledged;
      await untilTrue(async () => stop.aborted || load.acknowledged > before, recoverWithinMs);
      await untilTrue(async () => stop.aborted || inSync(door, backends), recoverWithinMs);
    }
    const leftMs = startedMs + options.seconds * 1_000 - systemClock.nowMs();
    await systemClock.sleep(Math.max(leftMs, calmMs), stop);
  } finally {
    over = true;
  }
  const result = await running;
  say(`looking up ${promised.size} orders`);
  const kills = killed.map(({ pid, id, atMs }, n) => ({
    pid, id,
    outageMs: outageMs(ackedAtMs, { atMs, untilMs: killed[n + 1]?.atMs ?? Infinity }),
  }));
  return { ...result, kills, books: await checkBooks(door, promised) };
}
