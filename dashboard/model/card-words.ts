import type { Delivery, Order, OrderLine } from '../../shared/contract/order.ts';
import { spaced } from './order-words.ts';

/** What stands on the card of an order. */

interface Mark {
  /** False: the staff has to look at it. */
  good: boolean;
  text: string;
}

const addressWords: Readonly<Record<Delivery['geocode']['status'], string>> = {
  resolved: 'address checked',
  unverified: 'address not checked',
  terminated: 'postcode no longer in use',
  no_position: 'postcode without a position',
  not_found: 'postcode unknown',
};

/** Null for an order that is collected. */
export function addressMark({ delivery }: Pick<Order, 'delivery'>): Mark | null {
  if (delivery === null) return null;
  const { status, disputed } = delivery.geocode;
  if (status === 'resolved' && disputed) return { good: false, text: 'position in dispute' };
  return { good: status === 'resolved', text: addressWords[status] };
}

/** "8 North Road, Durham, DH1 4SW", where the postcode is never torn apart. */
export const addressText = ({ address }: Pick<Delivery, 'address'>): string =>
  [address.line1, address.line2, address.city, address.postcode.replace(' ', '\u00a0')]
    .filter((part) => part !== null && part !== '').join(', ');

/** "Large, no onions": the options of a line; empty without any. */
export const optionsText = ({ options }: Pick<OrderLine, 'options'>): string =>
  options.map(({ name }) => name).join(', ');

const paymentWords: Readonly<Record<Order['payment']['method'], string>> = {
  cash: 'cash', card_on_delivery: 'card at the door', external: 'paid elsewhere',
};

/** "cash, unpaid". */
export function paymentText({ method, status }: Order['payment'], collected: boolean): string {
  const how = method === 'card_on_delivery' && collected ? 'card in the shop'
    : paymentWords[method];
  return method === 'external' && status === 'paid' ? how : `${how}, ${status}`;
}

interface TimeLeft {
  text: string;
  state: 'calm' | 'soon' | 'over';
  /** What is left of the whole time, 0 to 1. */
  part: number;
}

const soonMs = 60_000;

/** How long an order may still be accepted; null where nothing limits it. */
export function timeLeft(
  { accept_by: by, placed_at: from }: Pick<Order, 'accept_by' | 'placed_at'>, wallMs: number,
): TimeLeft | null {
  if (by === null) return null;
  const ms = Date.parse(by) - wallMs;
  if (ms <= 0) return { text: 'time is up', state: 'over', part: 0 };
  const seconds = Math.ceil(ms / 1_000);
  const text = seconds >= 3_600 ? `${Math.round(seconds / 3_600)} h left`
    : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
  const whole = Date.parse(by) - Date.parse(from);
  return { text, state: ms <= soonMs ? 'soon' : 'calm', part: Math.min(1, ms / whole) };
}

/** Why it ended, for the list of what is finished. */
export const endText = ({ status, cancel }: Pick<Order, 'status' | 'cancel'>): string => {
  const why = cancel?.reason ?? null;
  return why === null ? spaced(status) : `${spaced(status)}: ${spaced(why)}`;
};

/** The page for people that shows what the API tells under the `track_url` of an order. */
export const trackPage = (trackUrl: string): string => trackUrl.replace(/^\/v1\//, '/');
