import { lapsedReason } from '../shared/contract/lifecycle.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { OrderService } from './order-service.ts';
import type { MoveCommand } from './orders/life-cycle.ts';
import type { DueOrder, Storage } from './storage/storage.ts';

/**
 * Ops of one round. After a long outage many orders are overdue at once; the orders of customers
 * do not wait behind them.
 */
const batchMax = 100;

/**
 * Under the same opId whoever proposes it: one that was on its way when a primary died, and is
 * proposed again by the next, has its effect once. An amendment may set another time.
 */
const opIdOf = ({ id, accept_by: acceptBy }: DueOrder): string =>
  `system:order.reject:${id}:${acceptBy}`;

const rejectionOf = ({ id }: DueOrder): MoveCommand => ({
  kind: 'order.move', orderId: id, step: 'reject', actor: { kind: 'system', id: null },
  reason: lapsedReason, note: null, expectedVersion: null, prepMinutes: null,
  cancellableUntil: null, courier: null, eta: null,
});

/**
 * Nobody could accept an order while no primary served: one that fell due before this one began has
 * as long again as it was late by then, and no longer than this.
 */
const graceMsMax = 120_000;

function hasLapsed({ accept_by: acceptBy }: DueOrder, since: string, now: string): boolean {
  const lateMs = Date.parse(since) - Date.parse(acceptBy);
  return lateMs <= 0 || Date.parse(now) >= Date.parse(since) + Math.min(lateMs, graceMsMax);
}

/** Rejects orders that nobody has accepted in time; one that is accepted meanwhile stays so. */
export async function rejectOverdue({ storage, service, logger, since }: {
  storage: Pick<Storage, 'dueOrders'>;
  service: Pick<OrderService, 'now' | 'submitOwn'>;
  logger: Logger;
  /** When this store began to serve as primary, RFC 3339 UTC. */
  since: string;
}): Promise<void> {
  const now = service.now();
  const due = (await storage.dueOrders(now, batchMax))
    .filter((order) => hasLapsed(order, since, now));
  if (due.length === 0) return;
  const applied = await Promise.all(due.map((order) =>
    service.submitOwn(opIdOf(order), rejectionOf(order))));
  const rejected = applied.filter(({ result }) => result.ok).length;
  logger.info({ rejected, due: due.length }, 'orders that nobody accepted in time');
}
