import { gbp } from '../../shared/contract/order.ts';
import type { Geocode, Order, Shop, Totals } from '../../shared/contract/order.ts';
import { problemCodes } from '../../shared/contract/quote.ts';
import type { Problem, Quote, QuoteInput } from '../../shared/contract/quote.ts';
import type { Catalogue } from '../orders/default-catalogue.ts';
import type { EtaFacts } from '../orders/eta.ts';
import { etaOf, roadM } from '../orders/eta.ts';
import { deliveryFee, isOutOfRange, outwardOf } from '../orders/fee.ts';
import type { PricedLine } from '../orders/pricing.ts';
import { priceLines, subtotalOf, sumUp, tooLarge } from '../orders/pricing.ts';
import type { Refusal } from '../orders/refusal.ts';
import { refuse } from '../orders/refusal.ts';
import { openingProblems } from './opening-problems.ts';

/** Where it goes to, as far as that is known. */
export interface Destination {
  /** In normal form. */
  postcode: string;
  corrected: boolean;
  status: Geocode['status'];
  /** Straight line from the shop; null without a position. */
  distanceM: number | null;
}

/** The address of an order, as it was read and looked up. */
export interface Address {
  /** In normal form. */
  postcode: string;
  /** As it was typed. */
  postcodeInput: string;
  corrected: boolean;
  geocode: Geocode;
  position: { lat: number; lng: number } | null;
  /** Straight line from the shop; null without a position. */
  distanceM: number | null;
}

/** Everything a quote needs that nobody asks for; fixed on the primary. */
export interface QuoteContext {
  catalogue: Catalogue;
  /** RFC 3339 UTC. */
  now: string;
  /** null for a collection; a problem instead of a place that can not be used. */
  destination: Destination | Problem | null;
  /** Minutes for the orders ahead. */
  queueMinutes: number;
  /**
   * When the shop has to be open for it (RFC 3339 UTC): now, or when it was queued. null for an
   * order that was taken already: the shop may have closed since.
   */
  opening: string | null;
}

/** Of an order that is placed, for the case that its address stays. */
export const destinationOf = ({ delivery }: Pick<Order, 'delivery'>): Destination | null =>
  delivery === null ? null : {
    postcode: delivery.address.postcode,
    corrected: delivery.geocode.corrected,
    status: delivery.geocode.status,
    distanceM: delivery.distance_m,
  };

/** Of an address that was looked up. */
export const destinationFrom = (
  address: Address | Problem | null,
): QuoteContext['destination'] => {
  if (address === null || 'code' in address) return address;
  const { postcode, corrected, geocode, distanceM } = address;
  return { postcode, corrected, status: geocode.status, distanceM };
};

const quoteMinutes = 5;

/**
 * The one computation of lines, fee, totals, time and of everything that is in the way: for quotes,
 * for orders that are placed and for their amendments. Pure.
 */
export function quoteOrder(input: QuoteInput, context: QuoteContext): Quote {
  const { catalogue: { shop, menu }, now, queueMinutes } = context;
  const { lines, problems: ofLines } = priceLines(menu, input.lines);
  const found = lines.filter((line) => line !== null);
  const place = placeOf(input, context);
  const fee = place.to === null
    ? 0 : deliveryFee(place.to.distanceM, subtotalOf(found), shop.delivery);
  const { totals, problems: ofTotals } = totalled(input, shop, { lines: found, fee });
  const schedule = input.schedule ?? 'asap';
  const facts: EtaFacts = {
    basis: 'quote', at: now, schedule, queueMinutes, prepMinutes: shop.delivery.prep_minutes,
    distanceM: place.to?.distanceM ?? null, terms: shop.delivery,
  };
  const problems = [
    ...place.problems, ...ofLines, ...ofTotals,
    ...(context.opening === null ? [] : openingProblems(shop, { ...facts, at: context.opening })),
    ...minimumProblems(input, shop, subtotalOf(found)),
  ];
  return {
    shop_id: shop.id,
    menu_version: menu.version,
    fulfilment: input.fulfilment ?? 'delivery',
    schedule,
    lines,
    totals,
    delivery: place.to === null ? null : deliveryOf(place.to, shop, fee),
    eta: etaOf(facts),
    problems: problems.toSorted((a, b) => rankOf(a) - rankOf(b)),
    quoted_at: now,
    expires_at: new Date(Date.parse(now) + quoteMinutes * 60_000).toISOString(),
  };
}

const rankOf = ({ code }: Problem): number => problemCodes.indexOf(code);

/** What placing an order with these problems is answered; null when nothing is in its way. */
export function refusalOf({ problems }: Pick<Quote, 'problems'>): Refusal | null {
  const [first] = problems;
  if (first === undefined) return null;
  const issues = problems.map(({ pointer, reason: code, detail }) => ({ pointer, code, detail }));
  return refuse(first.code, first.detail, { issues });
}

interface Place {
  to: Destination | null;
  problems: Problem[];
}

const missing: Problem = {
  code: 'invalid_params', pointer: '/delivery', reason: 'required',
  detail: 'Where shall it be delivered to?',
};
const unwanted: Problem = {
  code: 'invalid_params', pointer: '/delivery', reason: 'unwanted',
  detail: 'An order that is collected has no address.',
};

function placeOf(input: QuoteInput, { destination, catalogue: { shop } }: QuoteContext): Place {
  if (input.fulfilment === 'collection') {
    return { to: null, problems: input.delivery === undefined ? [] : [unwanted] };
  }
  if (destination === null) return { to: null, problems: [missing] };
  if ('code' in destination) return { to: null, problems: [destination] };
  if (!isOutOfRange(destination.distanceM, shop.delivery)) return { to: destination, problems: [] };
  const detail = `${shop.name} does not deliver to ${destination.postcode}: it is too far away.`;
  return {
    to: destination,
    problems: [{
      code: 'out_of_range', pointer: '/delivery/address/postcode', reason: 'too_far', detail,
    }],
  };
}

function totalled(
  input: QuoteInput, shop: Shop, { lines, fee }: { lines: PricedLine[]; fee: number },
): { totals: Totals; problems: Problem[] } {
  const extras = { deliveryFee: fee, tip: input.tip?.amount ?? 0, taxPercent: shop.tax_percent };
  const totals = sumUp(lines, extras);
  if (totals !== null) return { totals, problems: [] };
  return { totals: noTotals, problems: [tooLarge('/lines')] };
}

const nothing = gbp(0);
const noTotals: Totals = {
  items: nothing, options: nothing, discount: nothing, delivery_fee: nothing, tip: nothing,
  tax_included: nothing, total: nothing,
};

function minimumProblems(input: QuoteInput, shop: Shop, subtotal: number): Problem[] {
  const { min_order: minimum } = shop.delivery;
  if (input.fulfilment === 'collection' || subtotal >= minimum.amount) return [];
  const detail = `${shop.name} delivers from ${pounds(minimum.amount)} on; `
    + `${pounds(minimum.amount - subtotal)} is missing.`;
  return [{ code: 'below_minimum', pointer: '/lines', reason: 'below_minimum', detail }];
}

const pounds = (pence: number): string =>
  `£${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`;

const deliveryOf = (to: Destination, shop: Shop, fee: number): Quote['delivery'] => ({
  postcode: to.postcode,
  corrected: to.corrected,
  status: to.status,
  distance_m: to.distanceM,
  road_m: to.distanceM === null ? null : roadM(to.distanceM, shop.delivery),
  fee: gbp(fee),
  needs_confirmation: to.distanceM === null
    && !shop.delivery.outward_codes.includes(outwardOf(to.postcode)),
});
