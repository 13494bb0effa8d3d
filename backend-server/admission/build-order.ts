import type { Actor, Money, Order, PlaceInput } from '../../shared/contract/order.ts';
import type { Problem, Quote } from '../../shared/contract/quote.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { CommandBody, OrderDraft } from '../orders/commands.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import { normalisePhone } from '../orders/phone.ts';
import type { Refusal } from '../orders/refusal.ts';
import { invalid, refuse } from '../orders/refusal.ts';
import { acceptByOf } from './accept-by.ts';
import { localDay } from './local-day.ts';
import type { Address } from './quote.ts';
import { destinationFrom, quoteOrder, refusalOf } from './quote.ts';

/** Everything an order needs that its sender does not say; fixed on the primary. */
export interface PlaceContext {
  catalogue: Catalogue;
  /** uuid v7 of the order. */
  id: string;
  /** One per line; `line-1`, `line-2`, ... when absent. */
  lineIds?: readonly string[];
  /** RFC 3339 UTC: decides the shop's local day. */
  now: string;
  /** When it was queued, where it was; it counts as of then if that is not too long ago. */
  asOf?: string | undefined;
  /** null for an order that is collected, a problem instead of one that can not be used. */
  address: Address | Problem | null;
  /** Minutes for the orders ahead. */
  queueMinutes: number;
  actor: Actor;
}

export type Built = { ok: true; body: CommandBody } | Refusal;

const postcodeInputMax = 64;

/** An order.place command from a checked request; or why the request can not be carried out. */
export function buildPlace(input: PlaceInput, context: PlaceContext): Built {
  const { catalogue, now, queueMinutes, address } = context;
  const { shop } = catalogue;
  const phone = normalisePhone(input.customer.phone);
  if (phone === null) {
    return invalid('/customer/phone', 'phone', 'This is not a number that can be dialled.');
  }
  const quote = quoteOrder(input, {
    catalogue, now, queueMinutes, destination: destinationFrom(address),
    opening: openingOf(context),
  });
  const refusal = refusalOf(quote);
  if (refusal !== null) return refusal;
  const expected = input.expected_total?.amount;
  if (expected !== undefined && expected !== quote.totals.total.amount) {
    return refuse('price_changed', 'The total differs from the one you expected.', { quote });
  }
  const draft = draftOf(input, context, { phone, quote });
  return {
    ok: true,
    body: {
      kind: 'order.place', draft, day: localDay(now, shop.timezone), actor: context.actor,
    },
  };
}

/** Longer than a queue keeps an order by default: nobody waits for a meal of yesterday. */
const asOfMsMax = 3_600_000;

/** A shop that has closed while an order waited in the queue is asked all the same. */
function openingOf({ now, asOf = now }: Pick<PlaceContext, 'now' | 'asOf'>): string {
  const waitedMs = Date.parse(now) - Date.parse(asOf);
  return waitedMs > 0 && waitedMs <= asOfMsMax ? asOf : now;
}

/** Members in the order of the contract, so that every copy of an order reads alike. */
function draftOf(
  input: PlaceInput, context: PlaceContext, made: { phone: string; quote: Quote },
): OrderDraft {
  const { quote } = made;
  return {
    id: context.id,
    shop_id: quote.shop_id,
    channel: input.channel ?? 'api',
    external_ref: input.external_ref ?? null,
    fulfilment: quote.fulfilment,
    schedule: quote.schedule,
    customer: {
      id: context.actor.kind === 'customer' ? context.actor.id : null,
      name: input.customer.name,
      phone: made.phone,
      email: input.customer.email ?? null,
    },
    lines: quote.lines.map((line, index) => ({
      id: context.lineIds?.[index] ?? `line-${index + 1}`,
      ...must(line, 'an order without problems has a price for each line'),
    })),
    menu_version: quote.menu_version,
    notes: input.notes ?? null,
    delivery: deliveryOf(input, context.address, quote.totals.delivery_fee),
    totals: quote.totals,
    payment: { method: input.payment?.method ?? 'cash', status: 'unpaid' },
    eta: quote.eta,
    accept_by: acceptByOf({
      now: context.now, schedule: quote.schedule, shop: context.catalogue.shop,
      distanceM: quote.delivery?.distance_m ?? null,
    }),
  };
}

/** The delivery of an order: what was asked, and what was found out about it. */
export function deliveryOf(
  { delivery }: Pick<PlaceInput, 'delivery'>, to: PlaceContext['address'], fee: Money,
): Order['delivery'] {
  if (delivery === undefined || to === null || 'code' in to) return null;
  const { address, instructions, contactless } = delivery;
  const { geocode, position } = to;
  return {
    address: {
      line1: address.line1,
      line2: address.line2 ?? null,
      city: address.city ?? null,
      postcode: to.postcode,
      country: 'GB',
    },
    postcode_input: asStored(to.postcodeInput),
    position: position === null ? null : { lat: position.lat, lng: position.lng },
    geocode: {
      status: geocode.status,
      source: geocode.source,
      provider: geocode.provider,
      looked_up_at: geocode.looked_up_at,
      corrected: to.corrected,
      disputed: geocode.disputed,
      attempts: geocode.attempts.map(({ provider, outcome, error, ms }) =>
        ({ provider, outcome, error, ms })),
    },
    distance_m: to.distanceM,
    fee,
    instructions: instructions ?? null,
    contactless: contactless ?? false,
  };
}

/**
 * Control characters and lone surrogates are typed by nobody and stored differently by different
 * parts (SQLite keeps the bytes of a lone surrogate, JSON its escape): they become U+FFFD.
 */
const asStored = (typed: string): string =>
  typed.slice(0, postcodeInputMax).replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd');
