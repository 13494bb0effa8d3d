import { randomUUID } from 'node:crypto';
import { amendInputSchema, type AmendInput } from '../../shared/contract/order-change.ts';
import type { Order } from '../answers/order.ts';
import { canAsk, type Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { amendByAsking, confirmAmend } from '../flows/amend.ts';
import { findOrder } from '../flows/find-order.ts';
import { parseItem } from '../parse-item.ts';
import { readInput } from '../read-input.ts';
import type { Told } from '../session.ts';
import { money } from '../view/money.ts';
import { told } from '../view/told.ts';
import { checkKey } from './key.ts';
import { wholeNumber } from './number.ts';
import { expectedTotal } from './place.ts';

export interface AmendOptions {
  item?: string[];
  address?: string;
  city?: string;
  postcode?: string;
  note?: string;
  input?: string;
  expectTotal?: string;
  ifVersion?: string;
  key?: string;
  yes?: boolean;
}

/** What the flags and --input say, as the body of PATCH /v1/orders/{id}. */
async function inputOf(options: AmendOptions, { io }: Context): Promise<AmendInput> {
  const base = options.input === undefined ? {} : await readInput(options.input, io);
  const { item, address, city, postcode, note } = options;
  const total = expectedTotal(options.expectTotal);
  const place = {
    ...(address === undefined ? {} : { line1: address }),
    ...(city === undefined ? {} : { city: city === '' ? null : city }),
    ...(postcode === undefined ? {} : { postcode }),
  };
  const parsed = amendInputSchema.safeParse({
    ...base,
    ...(item === undefined ? {} : { lines: item.map(parseItem) }),
    ...(Object.keys(place).length === 0 ? {} : { delivery: { address: place } }),
    ...(note === undefined ? {} : { notes: note === '' ? null : note }),
    ...(total === null ? {} : { expected_total: { amount: total, currency: 'GBP' } }),
  });
  if (parsed.success) return parsed.data;
  throw usageFailure(
    'The change holds wrong values.', [],
    parsed.error.issues.slice(0, 10).map(({ path, message }) => `/${path.join('/')}: ${message}`),
  );
}

/** What is new and what it costs now. */
export const amendedText = (order: Order): string =>
  `Order ${told(order.number, 16)} is changed. Total: ${money(order.totals.total)}.`;

function tell({ terminal, json }: Context, changed: Told<Order> | null): void {
  if (changed === null) terminal.say('Nothing was changed.');
  else if (json) terminal.printJson(changed.raw);
  else terminal.print(amendedText(changed.value));
}

/** Changes an order from flags and --input; without any a person is asked what to change. */
export async function amendOrder(
  context: Context, idOrNumber: string, options: AmendOptions,
): Promise<void> {
  const key = checkKey(options.key) ?? randomUUID();
  const version = wholeNumber('--if-version', options.ifVersion, { min: 1, max: 999_999_999 });
  const input = await inputOf(options, context);
  const isEmpty = Object.keys(input).length === 0;
  const asking = canAsk(context) && options.input !== '-' ? context : null;
  if (asking === null && isEmpty) {
    throw usageFailure('Nothing is said of what to change.', ['`orderly client amend --help`']);
  }
  if (asking === null && options.yes !== true) {
    throw usageFailure('Nobody can be asked whether to change this order.', ['add --yes']);
  }
  const { value: order } = await findOrder(context, idOrNumber);
  if (asking !== null && isEmpty) {
    tell(context, await amendByAsking(asking, order));
    return;
  }
  const agreed = asking === null || options.yes === true
    ? input : await confirmAmend(asking, order, input);
  const change = { id: order.id, version: version ?? order.version, key };
  tell(context, agreed === null ? null : await context.session.amend({ ...change, input: agreed }));
}
