import type { AmendInput } from '../../shared/contract/order-change.ts';
import { gbp } from '../../shared/contract/order.ts';
import type { Actor, Eta, Order, PlaceInput, Shop } from '../../shared/contract/order.ts';
import type { Problem, Quote, QuoteInput } from '../../shared/contract/quote.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { AmendCommand, Amended } from '../orders/amend.ts';
import { closedTo } from '../orders/amend.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import { etaOf, travelMinutes } from '../orders/eta.ts';
import type { Refusal } from '../orders/refusal.ts';
import { refuse } from '../orders/refusal.ts';
import { acceptByOf } from './accept-by.ts';
import { linesAsked, menuOf, withIds } from './amended-lines.ts';
import { deliveryOf } from './build-order.ts';
import type { Address } from './quote.ts';
import { destinationFrom, destinationOf, quoteOrder, refusalOf } from './quote.ts';

/** An amendment as it was asked for, and what it is about. */
export interface AmendContext {
  order: Order;
  catalogue: Catalogue;
  actor: Actor;
  /** RFC 3339 UTC. */
  now: string;
  /** Where it goes from now on, looked up; null: where it went before. */
  address: Address | Problem | null;
  /** Minutes for the orders ahead. */
  queueMinutes: number;
}

/** Until when this actor may amend the order, whatever its status; null: no such limit. */
export const amendableUntil = (
  order: Order, { policy }: Pick<Shop, 'policy'>, { kind }: Actor,
): string | null => {
  if (kind !== 'customer') return null;
  const endMs = Date.parse(order.placed_at) + policy.customer_amend_within_s * 1000;
  return new Date(endMs).toISOString();
};

/**
 * The order as it would be after the amendment, priced and timed as a new one is: with new lines at
 * the prices of the menu as it is now, with a new address at the fee that goes there now. Without
 * these what it costs stays as it is.
 */
export function planAmend(
  input: AmendInput, context: AmendContext,
): { ok: true; body: AmendCommand } | Refusal {
  const { order, actor, now, catalogue: { shop } } = context;
  const until = amendableUntil(order, shop, actor);
  const closed = closedTo(order, { actor, until, at: now });
  if (closed !== null) return closed;
  const quote = quoteAnew(input, context);
  const refused = refusalOf({ problems: quote.problems.filter(isAbout(input, context)) });
  if (refused !== null) return refused;
  const amended = amendedBy(input, context, quote);
  const expected = input.expected_total?.amount;
  if (expected !== undefined && expected !== amended.totals.total.amount) {
    return refuse('price_changed', 'The total differs from the one you expected.', {
      quote: { ...quote, totals: amended.totals },
    });
  }
  return {
    ok: true,
    body: {
      kind: 'order.amend', orderId: order.id, actor, expectedVersion: order.version, until, amended,
    },
  };
}

/** Undefined keeps what there is, null removes it. */
const merged = <T>(patch: T | null | undefined, before: T | null): T | undefined =>
  (patch === undefined ? before : patch) ?? undefined;

function quoteAnew(input: AmendInput, context: AmendContext): Quote {
  const { order, catalogue, now, address, queueMinutes } = context;
  const { lines, schedule = order.schedule, delivery } = input;
  const tip = merged(input.tip, order.totals.tip);
  const asked: QuoteInput = {
    shop_id: order.shop_id, fulfilment: order.fulfilment, schedule,
    lines: lines ?? linesAsked(order),
    ...(tip !== undefined && { tip }),
    // An order that is collected is refused one; of another the destination says all.
    ...(delivery !== undefined && { delivery: { address: { postcode: '' } } }),
  };
  return quoteOrder(asked, {
    catalogue: lines === undefined ? { ...catalogue, menu: menuOf(order) } : catalogue,
    now, queueMinutes,
    destination: address === null ? destinationOf(order) : destinationFrom(address),
    opening: input.schedule === undefined ? null : now,
  });
}

/** What was right when the order was placed, and is not touched, is not held against it now. */
const isAbout = (input: AmendInput, { address }: AmendContext) => ({ code }: Problem): boolean => {
  if (code === 'below_minimum') return input.lines !== undefined;
  return code !== 'out_of_range' || address !== null;
};

function amendedBy(input: AmendInput, context: AmendContext, quote: Quote): Amended {
  const { order, address } = context;
  const isPricedAnew = input.lines !== undefined || address !== null;
  const totals = isPricedAnew ? quote.totals : withTip(order, quote.totals.tip.amount);
  const lines = quote.lines.map((line) =>
    must(line, 'an order without problems has a price for each line'));
  const delivery = deliveryOf(
    deliveryAsked(input, order), address ?? addressOf(order), totals.delivery_fee,
  );
  const distanceM = delivery?.distance_m ?? null;
  return {
    schedule: quote.schedule,
    lines: withIds(lines, order.lines),
    menu_version: input.lines === undefined ? order.menu_version : quote.menu_version,
    notes: merged(input.notes, order.notes) ?? null,
    delivery,
    totals,
    eta: etaAmended(input, context, { quoted: quote.eta, distanceM }),
    accept_by: acceptByAmended(input, context, distanceM),
  };
}

/** The tip holds no tax. */
function withTip({ totals }: Order, tip: number): Order['totals'] {
  const total = totals.total.amount - totals.tip.amount + tip;
  return { ...totals, tip: gbp(tip), total: gbp(total) };
}

function deliveryAsked(
  { delivery: patch }: AmendInput, { delivery }: Order,
): Pick<PlaceInput, 'delivery'> {
  if (delivery === null) return {};
  const { address: before } = delivery;
  const { address } = patch ?? {};
  const line2 = merged(address?.line2, before.line2);
  const city = merged(address?.city, before.city);
  const instructions = merged(patch?.instructions, delivery.instructions);
  return {
    delivery: {
      address: {
        line1: address?.line1 ?? before.line1,
        ...(line2 !== undefined && { line2 }),
        ...(city !== undefined && { city }),
        postcode: before.postcode,
      },
      ...(instructions !== undefined && { instructions }),
      contactless: patch?.contactless ?? delivery.contactless,
    },
  };
}

function addressOf({ delivery }: Order): Address | null {
  if (delivery === null) return null;
  const { address, geocode, position } = delivery;
  return {
    postcode: address.postcode, postcodeInput: delivery.postcode_input,
    corrected: geocode.corrected, geocode, position, distanceM: delivery.distance_m,
  };
}

/** An order that was accepted keeps its time, but for a longer or shorter way. */
function etaAmended(
  input: AmendInput,
  { order, now, catalogue: { shop } }: AmendContext,
  { quoted, distanceM }: { quoted: Eta; distanceM: number | null },
): Eta | null {
  if (order.status === 'placed') return quoted;
  const terms = shop.delivery;
  const { eta, prep_minutes: prepMinutes } = order;
  if (eta === null || input.schedule !== undefined) {
    return etaOf({
      basis: 'accepted', at: now, schedule: input.schedule ?? order.schedule,
      prepMinutes: prepMinutes ?? terms.prep_minutes, queueMinutes: 0, distanceM, terms,
    });
  }
  const minutes = (way: number | null): number => (way === null ? 0 : travelMinutes(way, terms));
  const laterMs = (minutes(distanceM) - minutes(order.delivery?.distance_m ?? null)) * 60_000;
  const moved = (instant: string): string => new Date(Date.parse(instant) + laterMs).toISOString();
  return { ...eta, earliest: moved(eta.earliest), latest: moved(eta.latest) };
}

function acceptByAmended(
  { schedule }: AmendInput, { order, now, catalogue: { shop } }: AmendContext,
  distanceM: number | null,
): string | null {
  if (schedule === undefined || order.status !== 'placed') return order.accept_by;
  return acceptByOf({ now, schedule, distanceM, shop });
}
