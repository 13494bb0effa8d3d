import type { OrderService } from '../order-service.ts';
import type { Storage } from '../storage/storage.ts';

/** Ops of one round: the orders of customers do not wait behind them. */
const batchMax = 100;
/**
 * A session is remembered that long after it expired: an order that was queued with it is allowed
 * to wait for a week at most.
 */
const keptMs = 8 * 24 * 3_600_000;

/** Drops sessions that nothing can refer to, and erases the orders of deleted accounts. */
export async function tendAccounts({
  storage,
  service,
}: {
  storage: Storage;
  service: OrderService;
}): Promise<void> {
  const now = service.now();
  const before = new Date(Date.parse(now) - keptMs).toISOString();
  const { expired, erasing } = await storage.accountChores(before, batchMax);
  if (expired.length > 0) {
    const body = { kind: 'session.drop' as const, sessionIds: expired };
    await service.submitOwn(`system:session.drop:${now}`, body);
  }
  if (erasing === null) return;
  const { accountId, orderIds } = erasing;
  await Promise.all(
    orderIds.map((orderId) =>
      service.submitOwn(`system:order.erase:${orderId}`, { kind: 'order.erase', orderId }),
    ),
  );
  if (orderIds.length > 0) return;
  await service.submitOwn(`system:account.erased:${accountId}`, {
    kind: 'account.erased',
    accountId,
  });
}
