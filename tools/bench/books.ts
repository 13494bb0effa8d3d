import { orderPageSchema } from '../../shared/contract/order.ts';
import type { Order } from '../../shared/contract/order.ts';
import { getJson } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';

/** What a run was promised: the id that was answered for each reference it sent. */
export type Promises = ReadonlyMap<string, string>;

export interface Verdict {
  checked: number;
  /** References whose acknowledged order is not there. */
  missing: string[];
  /** References that more than one order has. */
  doubled: string[];
}

const pageSize = 200;

/** Every order that the front end lists, page by page. */
export async function listOrders(door: Door): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = orderPageSchema.parse(
      await getJson(door, `/v1/orders?limit=${pageSize}${from}`));
    orders.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return orders;
}

/** Compares what was promised with what the front end lists: each order there, and once. */
export async function checkBooks(door: Door, promised: Promises): Promise<Verdict> {
  const idsOf = new Map<string, string[]>();
  for (const { id, external_ref: reference } of await listOrders(door)) {
    if (reference !== null) idsOf.set(reference, [...idsOf.get(reference) ?? [], id]);
  }
  const missing = [...promised].filter(([reference, id]) => !idsOf.get(reference)?.includes(id))
    .map(([reference]) => reference);
  const doubled = [...idsOf].filter(([, ids]) => ids.length > 1).map(([reference]) => reference);
  return { checked: promised.size, missing, doubled };
}
