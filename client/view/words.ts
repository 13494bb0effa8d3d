import type {
  failReasons, lapsedReason, rejectReasons, Step,
} from '../../shared/contract/lifecycle.ts';
import type { cancelReasons, OrderStatus } from '../../shared/contract/order.ts';
import type { Order } from '../answers/order.ts';
import { told } from './told.ts';

/** The words that people read in place of the codes of the wire. */

const statuses: Record<OrderStatus, string> = {
  placed: 'placed, waiting for the shop',
  accepted: 'accepted by the shop',
  preparing: 'being prepared',
  ready: 'ready',
  out_for_delivery: 'on its way',
  delivered: 'delivered',
  rejected: 'rejected by the shop',
  cancelled: 'cancelled',
  failed: 'delivery failed',
};

type Reason = (typeof cancelReasons | typeof rejectReasons | typeof failReasons)[number]
  | typeof lapsedReason;

const reasons: Record<Reason, string> = {
  changed_mind: 'changed my mind',
  duplicate: 'ordered twice',
  wrong_address: 'wrong address',
  too_late: 'takes too long',
  closing_early: 'closing early',
  busy: 'too busy',
  ingredient_unavailable: 'something is sold out',
  out_of_range: 'too far away',
  not_accepted_in_time: 'not accepted in time',
  no_answer: 'nobody answered the door',
  refused: 'not taken at the door',
  other: 'another reason',
};

/** What the staff can do with an order, as a choice is called. */
const stepNames: Record<Step, string> = {
  accept: 'Accept it',
  reject: 'Reject it',
  start: 'Start to prepare it',
  ready: 'It is ready',
  dispatch: 'It leaves the shop',
  deliver: 'It was handed over',
  fail: 'It could not be handed over',
  redeliver: 'Set out with it again',
  cancel: 'Cancel it',
};

const happenings: Record<string, string> = {
  geocoded: 'address checked',
  amended: 'changed',
  erased: 'name and address taken out',
};

/** A shape beside each word, for those who do not see its colour. */
const marks: Record<OrderStatus, string> = {
  placed: '○',
  accepted: '●',
  preparing: '●',
  ready: '●',
  out_for_delivery: '●',
  delivered: '✓',
  rejected: '✗',
  cancelled: '✗',
  failed: '!',
};

const checks: Record<string, string> = {
  resolved: 'checked',
  unverified: 'not checked yet',
  terminated: 'postcode no longer in use',
  no_position: 'checked, not on the map',
  not_found: 'postcode not found',
};

/** A code that this version has no words for, made readable. */
const spelled = (code: string): string => told(code.replaceAll('_', ' '), 60);

const wordsIn = (table: Record<string, string>, code: string): string =>
  (Object.hasOwn(table, code) ? table[code] : undefined) ?? spelled(code);

export const statusWords = (status: string): string => wordsIn(statuses, status);

/** The same where there is little room. */
export const statusInShort = (status: string): string =>
  statusWords(status).split(',')[0] ?? status;

export const statusMark = (status: string): string =>
  (Object.hasOwn(marks, status) ? marks[status as OrderStatus] : '●');

export const stepName = (step: Step): string => stepNames[step];

/** What happened to an order without another status. */
export const happeningWords = (type: string): string => wordsIn(happenings, type);

export const reasonWords = (reason: string): string => wordsIn(reasons, reason);

type Delivery = NonNullable<Order['delivery']>;

/** Where an order goes, as far as that was checked. */
export const deliveryWords = ({ delivery }: Order): string =>
  (delivery === null || delivery === undefined
    ? 'collected' : addressCheckWords(delivery.geocode));

/** What is known of the delivery address. */
export function addressCheckWords(geocode: Delivery['geocode']): string {
  if (geocode.disputed) return 'services disagree';
  const words = wordsIn(checks, geocode.status);
  return geocode.corrected && geocode.status === 'resolved' ? 'checked, corrected' : words;
}
