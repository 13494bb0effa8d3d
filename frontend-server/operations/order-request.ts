import type { Operation } from '../../shared/contract/backend.ts';
import { fingerprintOf } from '../../shared/contract/fingerprint.ts';
import type { Order } from '../../shared/contract/order.ts';
import type { SubmitRequest, SubmitResult } from '../forwarder.ts';
import type { Answer, Caller, Desk } from './operation.ts';

/** What an operation that changes an order sends and answers. */

export const ordersPath = '/v1/orders';
export const orderPath = '/v1/orders/:order_id';

/** A request in the caller's name; `key` makes its repetition harmless. */
export const requestOf = (
  request: Operation, { actor: principal, session }: Caller, key: string,
): SubmitRequest => ({
  principal, ...(session !== null && { session }), key,
  fingerprint: fingerprintOf(request), request,
});

/** An order as everybody is shown it: with the address under which it is tracked. */
export const shown = (order: Order, { tracks }: Pick<Desk, 'tracks'>): Order =>
  ({ ...order, track_url: `/v1/track/${tracks.seal(order.id)}` });

export const orderAnswer = (
  { order, lsn, replayed }: SubmitResult, desk: Pick<Desk, 'tracks'>,
): Answer => ({ body: shown(order, desk), version: order.version, readIndex: lsn, replayed });
