import type { Operation } from '../../shared/contract/backend.ts';
import { fingerprintOf } from '../../shared/contract/fingerprint.ts';
import type { SubmitRequest, SubmitResult } from '../forwarder.ts';
import type { Answer, Caller } from './operation.ts';

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

export const orderAnswer = ({ order, lsn, replayed }: SubmitResult): Answer =>
  ({ body: order, version: order.version, readIndex: lsn, replayed });
