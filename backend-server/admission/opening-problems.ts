import { minutesAfter } from '../../shared/contract/instant.ts';
import type { Shop } from '../../shared/contract/order.ts';
import type { Problem } from '../../shared/contract/quote.ts';
import type { EtaFacts } from '../orders/eta.ts';
import { soonestOf } from '../orders/eta.ts';
import { clockOf, isOpenAt, nextOpening } from '../orders/opening.ts';
import { localTime } from './local-time.ts';

const daysAheadMax = 14;
const dayMinutes = 24 * 60;

/** Whether the shop takes such an order now: its switch, its hours, and how far ahead it is. */
export function openingProblems(shop: Shop, facts: EtaFacts): Problem[] {
  if (shop.accepting === 'closed') {
    return [closed('', 'closed', `${shop.name} takes no orders now.`)];
  }
  const { schedule, at: now } = facts;
  if (schedule === 'asap') return atTime(shop, now, '');
  const pointer = '/schedule/deliver_at';
  const { deliver_at: at } = schedule;
  const soonest = soonestOf(facts);
  // Instants of RFC 3339 UTC with milliseconds sort as text.
  if (at < soonest) {
    const detail = `The earliest time is ${soonest}.`;
    return [{ code: 'invalid_params', pointer, reason: 'too_soon', detail }];
  }
  if (at > minutesAfter(now, daysAheadMax * dayMinutes)) {
    const detail = `Orders are taken for up to ${daysAheadMax} days ahead.`;
    return [{ code: 'invalid_params', pointer, reason: 'too_far_ahead', detail }];
  }
  return atTime(shop, at, pointer);
}

/** Without an end the shop is too busy for what is wanted now, and for nothing else. */
function isBusyAt(shop: Shop, instant: string, pointer: string): boolean {
  if (shop.accepting !== 'busy') return false;
  return shop.busy_until === null ? pointer === '' : instant < shop.busy_until;
}

function atTime(shop: Shop, instant: string, pointer: string): Problem[] {
  if (isBusyAt(shop, instant, pointer)) {
    const until = shop.busy_until === null
      ? '' : ` until ${clockOf(localTime(shop.busy_until, shop.timezone))}`;
    return [closed(pointer, 'busy', `${shop.name} is too busy to take orders${until}.`)];
  }
  const local = localTime(instant, shop.timezone);
  if (isOpenAt(shop.hours, local)) return [];
  const opens = nextOpening(shop.hours, local);
  const when = pointer === '' ? 'now' : 'at that time';
  const next = opens === null ? '' : ` It opens on ${opens}.`;
  return [closed(pointer, 'hours', `${shop.name} is closed ${when}.${next}`)];
}

const closed = (pointer: string, reason: string, detail: string): Problem =>
  ({ code: 'shop_closed', pointer, reason, detail });
