import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { systemClock } from '../../../shared/runtime/clock.ts';
import type { Door } from '../../up/front-door.ts';
import type { CaseRun } from './case-run.ts';
import type { ChaosCase } from './case.ts';
import { burst } from './far-behind.ts';
import { killPrimaryOnce } from './kills.ts';

/** Too many clients, rude clients, and too few stores. */

const idleConnections = 500;
const slowConnections = 100;
const slowByteEveryMs = 1_000;
const calibrateMs = 5_000;
const calibrationConnections = 256;
const overloadConnections = 1_000;
const recoverWithinMs = 10_000;

function openSockets(door: Door, count: number): Socket[] {
  const { hostname, port } = new URL(door.url);
  return Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname);
    // The server closes such guests, or dies; the load notices what matters.
    socket.on('error', () => {});
    return socket;
  });
}

async function rudeGuests(run: CaseRun): Promise<void> {
  const sockets = run.lab.doors.flatMap((door) =>
    openSockets(door, Math.ceil(idleConnections / run.lab.doors.length)));
  const slow = run.lab.doors.flatMap((door) =>
    openSockets(door, Math.ceil(slowConnections / run.lab.doors.length)));
  for (const socket of slow) socket.write('POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nX-A: ');
  const dripping = systemClock.setRepeating(slowByteEveryMs, () => {
    for (const socket of slow) if (socket.writable) socket.write('a');
  });
  try {
    await run.untilOver(async () => {
      await killPrimaryOnce(run);
      await run.rest(2_000);
    });
  } finally {
    dripping.cancel();
    for (const socket of [...sockets, ...slow]) socket.destroy();
  }
}

/** Successes of the recorded load in each second, of the last `ms`. */
const goodput = (run: CaseRun, ms: number): number => {
  const fromMs = systemClock.nowMs() - ms;
  return run.load.ackedAtMs.filter((at) => at >= fromMs).length / (ms / 1_000);
};

/** Orders per second with as many connections as it can use; the second time its code is warm. */
async function capacityOf(run: CaseRun): Promise<number> {
  let best = 0;
  for (let n = 0; n < 2; n += 1) {
    const results = await burst(run, {
      connections: calibrationConnections, ratePerS: null,
      enough: (_sent, elapsedMs) => elapsedMs >= calibrateMs,
    });
    best = Math.max(best, results.reduce((sum, { ordersPerS }) => sum + ordersPerS, 0));
  }
  return best;
}

async function overload(run: CaseRun): Promise<void> {
  await run.rest(5_000);
  const before = goodput(run, 4_000);
  const capacity = await capacityOf(run);
  const lastsMs = Math.max(run.seconds, 20) * 1_000;
  const rate = Math.round(capacity * 3);
  await run.fault(`${rate} orders a second, three times what it can do`, async () => {
    const results = await burst(run, {
      connections: overloadConnections, ratePerS: rate,
      enough: (_sent, elapsedMs) => elapsedMs >= lastsMs,
    });
    const placed = results.reduce((sum, { ordersPerS }) => sum + ordersPerS, 0);
    run.note(`capacity ${capacity.toFixed(0)}/s, ${placed.toFixed(0)}/s placed under overload`);
  }, { serves: false });
  await run.mend('normal load again', () => {}, { serves: false });
  await run.until('goodput is back at 70% of what it was', async () =>
    goodput(run, 2_000) >= before * 0.7, recoverWithinMs + 2_000);
  run.note(`goodput ${before.toFixed(0)}/s before, ${goodput(run, 2_000).toFixed(0)}/s after`);
}

/** Three members make minInSync 2; one leaves for good, so that one more is one too many. */
async function loneSurvivor(run: CaseRun): Promise<void> {
  const leaver = await run.backup();
  await run.fault(`${leaver.name} leaves for good`, () => run.lab.removeBackend(leaver.name));
  await run.settled(2);
  const { view } = await run.lab.status();
  run.expect('minInSync is 2', view?.minInSync === 2);
  const backup = await run.backup();
  const queued = run.load.queued;
  await run.fault(`kill -9 ${backup.name}, the last backup`, () => backup.kill(),
    { serves: false });
  await run.rest(2_500);
  const acked = run.load.writesAcked;
  await run.rest(8_000);
  run.expect('no write is acknowledged with one copy', run.load.writesAcked === acked);
  run.expect('orders are queued', run.load.queued > queued);
  run.note(`${run.load.queued - queued} orders were queued`);
  await run.mend(`start ${backup.name}`, () => backup.start());
  await run.settled();
}

export const loadCases: ChaosCase[] = [
  {
    number: 31,
    title: '500 idle connections and slow senders during case 1',
    run: rudeGuests,
  },
  { number: 32, title: 'three times the capacity, then normal', run: overload },
  {
    number: 33,
    title: 'minInSync 2, one store dead: no write, then the queue drains',
    note: 'the third member leaves first: the set of three has minInSync 2 and shrinks to two',
    run: loneSurvivor,
  },
];
