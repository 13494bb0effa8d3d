import { systemClock } from '../../shared/runtime/clock.ts';
import { listOrders } from '../bench/books.ts';
import { clusterStatus } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';
import type { FinalList, QueuedEnd, Recorder } from './history-record.ts';
import { ShopClient, seen } from './shop-client.ts';

/** What the system says when all is healed and nobody sends anything any more. */

const emptyWithinMs = 90_000;
const pollEveryMs = 250;
const triesMax = 8;
const betweenTriesMs = 2_000;
const openStates = ['', 'queued', 'sending'];

async function listAll(doors: readonly Door[], recorder: Recorder): Promise<FinalList[]> {
  const lists: FinalList[] = [];
  for (const [door, one] of doors.entries()) {
    const startMs = recorder.nowMs();
    const orders = await listOrders(one);
    lists.push({
      door, startMs, endMs: recorder.nowMs(), orders: orders.map(seen),
      bodies: new Map(orders.map((order) => [order.id, JSON.stringify(order)])),
    });
  }
  return lists;
}

const same = ([first, ...others]: readonly FinalList[]): boolean => others.every(({ bodies }) =>
  first !== undefined && bodies.size === first.bodies.size
  && [...bodies].every(([id, body]) => first.bodies.get(id) === body));

/**
 * The list of each front end. Addresses that no geocoder could check are still being checked
 * then, which changes orders between two lists: they are asked for again until all are the same.
 */
export async function finalLists(
  doors: readonly Door[], recorder: Recorder,
): Promise<FinalList[]> {
  let lists = await listAll(doors, recorder);
  for (let tries = 1; tries < triesMax && !same(lists); tries++) {
    await systemClock.sleep(betweenTriesMs);
    lists = await listAll(doors, recorder);
  }
  for (const { door, orders } of lists) {
    recorder.note({ op: 'final-list', final: true, door, orders: orders.length });
  }
  return lists;
}

/** Waits until every queued order has come to its end; what has not is said as it is. */
export async function queuedEnds(
  doors: readonly Door[], recorder: Recorder,
): Promise<QueuedEnd[]> {
  const clients = doors.map((door) => new ShopClient(door));
  const untilMs = systemClock.nowMs() + emptyWithinMs;
  const ends: QueuedEnd[] = [];
  for (const { key, door, done } of recorder.ops) {
    if (typeof done?.submission !== 'string') continue;
    let end = await clients[door]?.submission(done.submission) ?? null;
    while (openStates.includes(end?.status ?? '') && systemClock.nowMs() < untilMs) {
      await systemClock.sleep(pollEveryMs);
      end = await clients[door]?.submission(done.submission) ?? null;
    }
    ends.push({ key, status: end?.status ?? 'no answer', orderId: end?.orderId ?? null });
  }
  await Promise.all(clients.map((one) => one.close()));
  if (ends.length > 0) recorder.note({ op: 'queue', ends: ends.length });
  return ends;
}

/** Waits until no front end holds a request back; false when that does not come to pass. */
export async function untilNothingWaits(doors: readonly Door[]): Promise<boolean> {
  const untilMs = systemClock.nowMs() + emptyWithinMs;
  for (const door of doors) {
    while ((await clusterStatus(door)).front_end.waiting > 0) {
      if (systemClock.nowMs() > untilMs) return false;
      await systemClock.sleep(pollEveryMs);
    }
  }
  return true;
}
