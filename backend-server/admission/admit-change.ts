import type { Operation } from '../../shared/contract/backend.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { AmendInput } from '../../shared/contract/order-change.ts';
import type { Actor, Order } from '../../shared/contract/order.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { currentTrace, traced } from '../../shared/runtime/trace.ts';
import { parsePostcode } from '../geocoding/postcode.ts';
import type { CommandBody } from '../orders/commands.ts';
import { staleVersion } from '../orders/life-cycle.ts';
import { mayTouch } from '../orders/ownership.ts';
import type { Refusal } from '../orders/refusal.ts';
import type { Storage } from '../storage/storage.ts';
import { planAmend } from './plan-amend.ts';
import { planMove } from './plan-move.ts';
import type { Quoting } from './quoting.ts';

/** A change of an order that exists. */
export type ChangeOperation = Exclude<Operation, { operation: 'order.create' }>;

interface Asked {
  request: ChangeOperation;
  actor: Actor;
  /** RFC 3339 UTC. */
  now: string;
}

interface Ground {
  storage: Pick<Storage, 'query'>;
  quoting: Pick<Quoting, 'catalogue' | 'address' | 'queueMinutes'>;
}

/** The name of an operation at the public door, under which its keys are kept. */
export function publicNameOf(request: Operation): string {
  if (request.operation === 'order.move') return `order.${request.step}`;
  const givesBack = request.operation === 'order.pay' && request.to === 'refunded';
  return givesBack ? 'order.refund' : request.operation;
}

/**
 * Fixes what a change needs of clock, menu and map. What it finds may be overtaken before the op
 * is executed: whether the change is allowed is decided there.
 */
export async function admitChange(asked: Asked, ground: Ground): Promise<CommandBody> {
  const { request, actor, now } = asked;
  const trace = currentTrace();
  const order = await findOrder(request.order_id, actor, ground);
  const planned = await traced(trace, () => plan(request, { order, actor, now, ground }));
  if (!planned.ok) throw new OrderlyError(planned.code, planned.detail, planned.data);
  return planned.body;
}

/** Throws `not_found` for what is not there, and for what is not theirs. */
async function findOrder(id: string, actor: Actor, { storage }: Ground): Promise<Order> {
  const { result } = await storage.query({ query: 'order.get', order_id: id });
  assert('order' in result, 'the store answers the kind of query that it was asked');
  if (mayTouch(actor, result.order)) return result.order;
  throw new OrderlyError('not_found', 'There is no such order.');
}

interface About {
  order: Order;
  actor: Actor;
  now: string;
  ground: Ground;
}

type Planned = { ok: true; body: CommandBody } | Refusal;

async function plan(request: ChangeOperation, about: About): Promise<Planned> {
  const { order, actor } = about;
  const expectedVersion = request.if_version ?? null;
  // Nobody can have seen it: not even as a repetition of a step that was taken.
  const isMadeUp = expectedVersion !== null && expectedVersion > order.version;
  const stale = isMadeUp ? staleVersion(order, expectedVersion) : null;
  if (stale !== null) return stale;
  switch (request.operation) {
    case 'order.amend':
      return amend(request, about);
    case 'order.pay': {
      const { to, input: { method = null, note = null } } = request;
      const orderId = order.id;
      return {
        ok: true, body: { kind: 'order.pay', orderId, to, method, actor, note, expectedVersion },
      };
    }
    case 'order.move':
    case 'order.cancel':
      return move(request, about);
  }
}

async function move(
  request: Exclude<ChangeOperation, { operation: 'order.amend' | 'order.pay' }>,
  { order, actor, now, ground }: About,
): Promise<Planned> {
  const { input, if_version: expectedVersion = null } = request;
  const { shop } = await ground.quoting.catalogue(order.shop_id);
  const step = request.operation === 'order.cancel' ? 'cancel' : request.step;
  return planMove(input, { order, shop, step, actor, expectedVersion, now });
}

async function amend(
  { input, if_version: expected }: Extract<ChangeOperation, { operation: 'order.amend' }>,
  { order, actor, now, ground: { quoting } }: About,
): Promise<Planned> {
  // Versions only grow: what was made from another one would be refused in any case.
  const stale = staleVersion(order, expected);
  if (stale !== null) return stale;
  const trace = currentTrace();
  const catalogue = await quoting.catalogue(order.shop_id);
  const address = await newAddress(input, order, (postcode) => traced(trace, () =>
    quoting.address({ delivery: { address: { postcode } } }, catalogue.shop)));
  const queueMinutes = await quoting.queueMinutes(catalogue.shop);
  return planAmend(input, { order, catalogue, actor, now, address, queueMinutes });
}

/** null when it goes where it went before: nobody is asked about that again. */
async function newAddress(
  { delivery }: AmendInput, order: Order,
  lookUp: (postcode: string) => ReturnType<Quoting['address']>,
): ReturnType<Quoting['address']> {
  const typed = delivery?.address?.postcode;
  if (typed === undefined || order.delivery === null) return null;
  const parsed = parsePostcode(typed);
  const isSame = parsed.ok && parsed.postcode === order.delivery.address.postcode;
  return isSame ? null : lookUp(typed);
}
