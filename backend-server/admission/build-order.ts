import { gbp } from '../../shared/contract/order.ts';
import type { Actor, Geocode, Order, PlaceInput } from '../../shared/contract/order.ts';
import type { CommandBody, OrderDraft } from '../orders/commands.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import { normalisePhone } from '../orders/phone.ts';
import type { Priced } from '../orders/pricing.ts';
import { priceLines } from '../orders/pricing.ts';
import type { Refusal } from '../orders/refusal.ts';
import { invalid, refuse } from '../orders/refusal.ts';
import { distanceM } from './distance.ts';
import { localDay } from './local-day.ts';

/** Everything an order needs that its sender does not say; fixed on the primary. */
export interface PlaceContext {
  catalogue: Catalogue;
  /** uuid v7 of the order. */
  id: string;
  /** One per line; `line-1`, `line-2`, ... when absent. */
  lineIds?: readonly string[];
  /** RFC 3339 UTC: decides the shop's local day. */
  now: string;
  /** In normal form, as the geocoding made it. */
  postcode: string;
  /** As it was typed. */
  postcodeInput: string;
  corrected: boolean;
  geocode: Geocode;
  position: { lat: number; lng: number } | null;
  actor: Actor;
}

export type Built = { ok: true; body: CommandBody } | Refusal;

const postcodeInputMax = 64;

/** An order.place command from a checked request; or why the request can not be carried out. */
export function buildPlace(input: PlaceInput, context: PlaceContext): Built {
  const { shop, menu } = context.catalogue;
  if (input.shop_id !== undefined && input.shop_id !== shop.id) {
    return invalid('/shop_id', 'unknown_shop', 'There is no such shop.');
  }
  const phone = normalisePhone(input.customer.phone);
  if (phone === null) {
    return invalid('/customer/phone', 'phone', 'This is not a number that can be dialled.');
  }
  const priced = priceLines(menu, input.lines);
  if (!priced.ok) return priced;
  const expected = input.expected_total?.amount;
  if (expected !== undefined && expected !== priced.totals.total.amount) {
    return refuse('price_changed', 'The total differs from the one you expected.', {
      quote: { menu_version: menu.version, lines: priced.lines, totals: priced.totals },
    });
  }
  const draft = draftOf(input, context, { phone, priced });
  return {
    ok: true,
    body: {
      kind: 'order.place',
      draft,
      day: localDay(context.now, shop.timezone),
      actor: context.actor,
    },
  };
}

/** Members in the order of the contract, so that every copy of an order reads alike. */
function draftOf(
  input: PlaceInput, context: PlaceContext, made: { phone: string; priced: Priced },
): OrderDraft {
  const { shop, menu } = context.catalogue;
  return {
    id: context.id,
    shop_id: shop.id,
    channel: input.channel ?? 'api',
    external_ref: input.external_ref ?? null,
    fulfilment: 'delivery',
    schedule: 'asap',
    customer: {
      id: context.actor.kind === 'customer' ? context.actor.id : null,
      name: input.customer.name,
      phone: made.phone,
      email: input.customer.email ?? null,
    },
    lines: made.priced.lines.map((line, index) => ({
      id: context.lineIds?.[index] ?? `line-${index + 1}`,
      ...line,
    })),
    menu_version: menu.version,
    notes: input.notes ?? null,
    delivery: deliveryOf(input, context),
    totals: made.priced.totals,
    payment: { method: input.payment?.method ?? 'cash', status: 'unpaid' },
    eta: null,
    accept_by: null,
  };
}

function deliveryOf({ delivery }: PlaceInput, context: PlaceContext): Order['delivery'] {
  if (delivery === undefined) return null;
  const { address, instructions, contactless } = delivery;
  const { geocode, position, catalogue } = context;
  return {
    address: {
      line1: address.line1,
      line2: address.line2 ?? null,
      city: address.city ?? null,
      postcode: context.postcode,
      country: 'GB',
    },
    postcode_input: asStored(context.postcodeInput),
    position: position === null ? null : { lat: position.lat, lng: position.lng },
    geocode: {
      status: geocode.status,
      source: geocode.source,
      provider: geocode.provider,
      looked_up_at: geocode.looked_up_at,
      corrected: context.corrected,
      disputed: geocode.disputed,
      attempts: geocode.attempts.map(({ provider, outcome, error, ms }) =>
        ({ provider, outcome, error, ms })),
    },
    distance_m: position === null ? null : distanceM(catalogue.shop.position, position),
    fee: gbp(0),
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
