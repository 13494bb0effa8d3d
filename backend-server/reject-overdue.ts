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

/** Rejects orders that nobody has accepted in time; one that is accepted meanwhile stays so. */
export async function rejectOverdue({ storage, service, logger }: {
  storage: Pick<Storage, 'dueOrders'>;
  service: Pick<OrderService, 'now' | 'submitOwn'>;
  logger: Logger;
}): Promise<void> {
  const due = await storage.dueOrders(service.now(), batchMax);
  if (due.length === 0) return;
  const applied = await Promise.all(due.map((order) =>
    service.submitOwn(opIdOf(order), rejectionOf(order))));
  const rejected = applied.filter(({ result }) => result.ok).length;
  logger.info({ rejected, due: due.length }, 'orders that nobody accepted in time');
}
