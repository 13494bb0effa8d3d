import type { Order } from '../answers/order.ts';
import type { Paint, Screen } from '../terminal.ts';
import { duration } from './moment.ts';
import { itemsInShort, statusMarked } from './orders.ts';
import { table } from './table.ts';
import { told } from './told.ts';
import { fit } from './width.ts';
import { statusInShort } from './words.ts';

const urgentMs = 120_000;
const narrowWidth = 60;
const itemsMax = 60;

/** How long it waits, or how long there is until it lapses. */
function waiting(order: Order, nowMs: number, paint: Paint): string {
  const endMs = Date.parse(order.accept_by ?? '');
  if (order.status === 'placed' && !Number.isNaN(endMs)) {
    const left = endMs - nowMs;
    const text = left <= 0 ? 'lapses now' : `${duration(left)} left`;
    return left < urgentMs ? paint.red(`! ${text}`) : paint.yellow(text);
  }
  const placedMs = Date.parse(order.placed_at);
  return Number.isNaN(placedMs) ? '' : duration(nowMs - placedMs);
}

/** The open orders as the kitchen needs them: what, how it stands, how urgent it is. */
export function incomingView(orders: Order[], nowMs: number, screen: Screen): string {
  if (orders.length === 0) return 'No open orders.';
  const { paint, width } = screen;
  if (width < narrowWidth) {
    return orders.map((order) => [
      `${told(order.number, 16)}  ${statusMarked(order.status, paint, statusInShort(order.status))}`
        + `  ${waiting(order, nowMs, paint)}`,
      fit(`  ${itemsInShort(order, itemsMax)}`, width),
    ].join('\n')).join('\n');
  }
  const rows = orders.map((order) => [
    told(order.number, 16),
    statusMarked(order.status, paint, statusInShort(order.status)),
    waiting(order, nowMs, paint),
    itemsInShort(order, itemsMax),
  ]);
  return table([
    { title: 'NUMBER' }, { title: 'STATUS' }, { title: 'WAITS' }, { title: 'ITEMS', flex: true },
  ], rows, screen);
}
