import { explainAll } from '../simulator/history.ts';
import type { HistoryOp } from '../simulator/history.ts';
import type { Register } from '../simulator/model.ts';
import type { FinalList, History, OpRecord, SeenOrder } from './history-record.ts';

/** The verdict over a history of clients; each finding is a sentence for people. */

const foundMax = 20;

/** Everything that anybody was ever told about an order. */
function* tellings({ ops, finals }: History): Generator<SeenOrder> {
  for (const { done } of ops) {
    if (done?.answered) yield done.answered;
    if (done?.page) yield* done.page;
  }
  for (const { orders } of finals) yield* orders;
}

/** One key, one order, for ever; one id, one key; nothing twice in one list. */
function doubled(history: History): string[] {
  const found: string[] = [];
  const idOf = new Map<string, string>();
  const keyOf = new Map<string, string | null>();
  for (const { id, key } of tellings(history)) {
    const before = key === null ? id : idOf.get(key) ?? id;
    if (before !== id) found.push(`at most once: ${key} is order ${before} and order ${id}`);
    if (key !== null) idOf.set(key, before);
    const said = keyOf.get(id);
    if (said !== undefined && said !== key) found.push(`order ${id} is of ${said} and of ${key}`);
    keyOf.set(id, key);
  }
  const lists = [
    ...history.finals.map(({ door, orders }) => ({ of: `final list ${door}`, orders })),
    ...history.ops.flatMap(({ n, done }) =>
      (done?.page ? [{ of: `list ${n}`, orders: done.page }] : [])),
  ];
  for (const { of, orders } of lists) {
    if (new Set(orders.map(({ id }) => id)).size !== orders.length) {
      found.push(`${of} holds an order twice`);
    }
  }
  return found;
}

/** The answer to an operation on a key is about that key. */
function mistaken({ ops }: History): string[] {
  return ops.filter(({ op, key, orderId, done }) =>
    op !== 'list' && done?.answered
    && (done.answered.key !== key || (orderId !== null && done.answered.id !== orderId)))
    .map(({ n, op, key, done }) =>
      `${op} ${n} of ${key} was answered with ${JSON.stringify(done?.answered)}`);
}

/** What was acknowledged is in every final list, and all lists are the same. */
function lost({ ops, finals }: History): string[] {
  const found: string[] = [];
  const promised = new Map<string, string>();
  for (const { op, key, done } of ops) {
    if (op === 'place' && done?.answered) promised.set(done.answered.id, key);
  }
  for (const { door, orders } of finals) {
    const there = new Set(orders.map(({ id }) => id));
    for (const [id, key] of promised) {
      if (!there.has(id)) found.push(`durability: ${key} (${id}) is not in final list ${door}`);
    }
  }
  const [first, ...others] = finals;
  for (const other of others) {
    if (first !== undefined) found.push(...differing(first, other));
  }
  return found;
}

function differing(one: FinalList, other: FinalList): string[] {
  const ids = (list: FinalList): string => list.orders.map(({ id }) => id).join(' ');
  const what = `final lists ${one.door} and ${other.door}`;
  if (ids(one) !== ids(other)) return [`${what} differ in their orders`];
  return [...one.bodies].filter(([id, body]) => other.bodies.get(id) !== body)
    .map(([id]) => `${what} differ in order ${id}`);
}

const queueEnds = ['placed', 'rejected', 'expired', 'withdrawn'];

/** What was queued comes to an end, and that end is true. */
function vanished({ queued, finals }: History): string[] {
  const lists = finals.map(({ door, orders }) => ({
    door, ids: new Map(orders.map(({ key, id }) => [key, id])),
  }));
  return queued.flatMap(({ key, status, orderId }) => {
    if (!queueEnds.includes(status)) return [`queued: ${key} never came to an end (${status})`];
    return lists.flatMap(({ door, ids }) => {
      const id = ids.get(key) ?? null;
      return id === (status === 'placed' ? orderId : null) ? []
        : [`queued: ${key} ended ${status} (${orderId}), in final list ${door} it is ${id}`];
    });
  });
}

/** A key that every attempt was refused for, definitely, has no order. */
function unwanted({ ops, finals }: History): string[] {
  const possible = new Set<string>();
  const refused = new Set<string>();
  for (const { op, key, done } of ops) {
    if (op === 'place') (done?.type === 'fail' ? refused : possible).add(key);
  }
  return finals.flatMap(({ door, orders }) => orders
    .filter(({ key }) => key === null || !possible.has(key))
    .map(({ key, id }) => (key !== null && refused.has(key)
      ? `definite: ${key} was refused for certain and is in final list ${door}`
      : `order ${id} (${key}) in final list ${door} was never asked for`)));
}

/**
 * A page is a run of neighbours in the final order of placing, and nothing that was acknowledged
 * before it was asked for is newer than its newest.
 */
function stalePages({ ops, finals }: History): string[] {
  // Without a final list nobody knows the order of placing; that it is missing is told elsewhere.
  if (finals.length === 0) return [];
  const ranks = new Map(finals[0]?.orders.map(({ id }, n, { length }) => [id, length - n]));
  const acked = ops.flatMap(({ op, done }) => (op === 'place' && done?.answered
    ? [{ endMs: done.endMs, rank: ranks.get(done.answered.id) ?? 0 }] : []))
    .sort((a, b) => a.endMs - b.endMs);
  const highest: number[] = [];
  for (const { rank } of acked) highest.push(Math.max(highest.at(-1) ?? 0, rank));
  const newestBefore = (ms: number): number => {
    let low = 0;
    let high = acked.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((acked[middle]?.endMs ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return highest[low - 1] ?? 0;
  };
  return ops.flatMap(({ n, startMs, done }) => {
    if (!done?.page) return [];
    const page = done.page.map(({ id }) => ranks.get(id) ?? Number.NaN);
    const top = page[0] ?? 0;
    if (page.some((rank, at) => rank !== top - at)) {
      return [`list ${n} has a gap: orders between its first and last are missing`];
    }
    return newestBefore(startMs) > top
      ? [`list ${n} is stale: an order acknowledged before it was asked for is missing`] : [];
  });
}

const unknown = Number.POSITIVE_INFINITY;

/** Attempts of one operation (same idempotency key) are one: it has its effect at most once. */
function asOne(attempts: readonly OpRecord[]): HistoryOp | null {
  const counted = attempts.filter(({ done }) => done?.type !== 'fail');
  const [any] = counted;
  if (any === undefined) return null;
  const startMs = Math.min(...counted.map((one) => one.startMs));
  const answered = counted.flatMap(({ done }) => (done?.type === 'ok' ? [done] : []));
  const first = answered.toSorted((a, b) => a.endMs - b.endMs)[0];
  const { key } = any;
  const action = any.op === 'cancel' ? 'cancel' : 'place';
  if (first === undefined) return { key, action, startMs, endMs: unknown, result: null };
  const result = action === 'place' ? 'placed'
    : first.answered === null ? 'not-found' : first.won ? 'cancelled' : 'already';
  return { key, action, startMs, endMs: first.endMs, result };
}

const reading = (key: string, result: Register, at: { startMs: number; endMs: number }):
HistoryOp => ({ key, action: 'get', startMs: at.startMs, endMs: at.endMs, result });

/** The history as operations on one register per order; final lists are reads of all of them. */
function asRegisters({ ops, finals }: History): HistoryOp[] {
  const attempts = new Map<string, OpRecord[]>();
  const registers: HistoryOp[] = [];
  const keys = new Set<string>();
  const everCancelled = new Set<string>();
  for (const op of ops) {
    if (op.op === 'cancel') everCancelled.add(op.key);
    if (op.op === 'place') keys.add(op.key);
    if (op.opKey !== '') attempts.set(op.opKey, [...attempts.get(op.opKey) ?? [], op]);
    if (op.op === 'get' && op.done?.type === 'ok') {
      registers.push(reading(op.key, op.done.answered?.state ?? 'absent',
        { startMs: op.startMs, endMs: op.done.endMs }));
    }
  }
  for (const same of attempts.values()) {
    const one = asOne(same);
    if (one !== null) registers.push(one);
  }
  for (const { startMs, done } of ops) {
    for (const { key, state } of done?.page ?? []) {
      // Nobody cancels the others: that they are there is judged by the order of the pages.
      if (key === null || (state === 'placed' && !everCancelled.has(key))) continue;
      registers.push(reading(key, state, { startMs, endMs: done?.endMs ?? unknown }));
    }
  }
  for (const { orders, ...at } of finals) {
    const states = new Map(orders.map(({ key, state }) => [key, state]));
    for (const key of keys) registers.push(reading(key, states.get(key) ?? 'absent', at));
  }
  return registers;
}

/** Everything wrong with a history, at most 20 sentences of a kind; empty when all is well. */
export function judgeHistory(history: History): string[] {
  const unexplained = explainAll(asRegisters(history));
  const kinds = [doubled, mistaken, lost, vanished, unwanted, stalePages];
  const found = kinds.flatMap((kind) => kind(history).slice(0, foundMax));
  return unexplained === null ? found : [...found, `not linearizable:\n${unexplained}`];
}
