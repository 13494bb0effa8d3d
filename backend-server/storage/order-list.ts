import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ListQuery, OrderStatus } from '../../shared/contract/order.ts';
import { normalisePhone } from '../orders/phone.ts';

/** A list query in the forms in which orders are stored. */
export interface ListPlan {
  limit: number;
  /** Only orders placed before this lsn; null starts at the newest. */
  beforeLsn: number | null;
  /** Only orders of this account. */
  owner: string | null;
  status: OrderStatus | null;
  phone: string | null;
  postcode: string | null;
  number: string | null;
  shopId: string | null;
  /** RFC 3339 UTC with milliseconds, as orders have it. */
  from: string | null;
  to: string | null;
}

export function planList(filter: ListQuery, owner: string | null): ListPlan {
  const { limit, cursor, status, phone, postcode, number, from, to } = filter;
  return {
    limit,
    beforeLsn: cursor === undefined ? null : lsnOfCursor(cursor),
    owner,
    status: status ?? null,
    // What is no telephone number is on no order: compared as it is, it finds nothing.
    phone: phone === undefined ? null : (normalisePhone(phone) ?? phone),
    postcode: postcode === undefined ? null : spacedPostcode(postcode),
    number: number === undefined ? null : number.trim().toUpperCase(),
    shopId: filter.shop_id ?? null,
    from: from === undefined ? null : inUtc(from, '/from'),
    to: to === undefined ? null : inUtc(to, '/to'),
  };
}

/** As orders have it. A moment that no order can have is refused: it would compare wrongly. */
function inUtc(moment: string, pointer: string): string {
  const ms = Date.parse(moment);
  const utc = Number.isNaN(ms) ? '' : new Date(ms).toISOString();
  if (/^\d{4}-/.test(utc)) return utc;
  const detail = 'This is no moment of the years 0000 to 9999.';
  const issues = [{ pointer, code: 'moment', detail }];
  throw new OrderlyError('invalid_params', detail, { issues });
}

/** "dh13le" is "DH1 3LE": the inward part of a postcode is its last three characters. */
function spacedPostcode(typed: string): string {
  const compact = typed.replace(/\s/g, '').toUpperCase();
  return compact.length < 5 ? compact : `${compact.slice(0, -3)} ${compact.slice(-3)}`;
}

/** Opaque to callers: where the next page starts, in a form that a URL carries unchanged. */
export const cursorOf = (placedLsn: number): string =>
  Buffer.from(`lsn ${placedLsn}`).toString('base64url');

function lsnOfCursor(cursor: string): number {
  const digits = /^lsn ([1-9][0-9]{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  const lsn = Number(digits);
  if (digits === undefined || !Number.isSafeInteger(lsn)) {
    const detail = 'This is not a cursor of a list.';
    const issues = [{ pointer: '/cursor', code: 'cursor', detail }];
    throw new OrderlyError('invalid_params', detail, { issues });
  }
  return lsn;
}
