import { randomUUID } from 'node:crypto';
import { canAsk, type Context } from '../context.ts';
import { draftOf, missingFlags, placeInputOf, quoteInputOf, type Draft } from '../draft.ts';
import { parseItem } from '../parse-item.ts';
import { usageFailure } from '../failure.ts';
import { dropped, placeByAsking, type PlacedHere } from '../flows/place.ts';
import { readInput } from '../read-input.ts';
import { parsePounds } from '../view/money.ts';
import { placedView, queuedView } from '../view/placed.ts';
import { checkKey } from './key.ts';

export interface PlaceOptions {
  item?: string[];
  shop?: string;
  collect?: boolean;
  name?: string;
  phone?: string;
  address?: string;
  city?: string;
  postcode?: string;
  note?: string;
  key?: string;
  input?: string;
  expectTotal?: string;
  yes?: boolean;
}

async function draftFrom(options: PlaceOptions, context: Context): Promise<Draft> {
  const lines = (options.item ?? []).map(parseItem);
  const { shop, collect } = options;
  const base = {
    ...(options.input === undefined ? {} : await readInput(options.input, context.io)),
    ...(shop === undefined ? {} : { shop_id: shop }),
    ...(collect === true ? { fulfilment: 'collection' } : {}),
  };
  const { name, phone, address, city, postcode, note } = options;
  return draftOf(base, lines, {
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(address === undefined ? {} : { line1: address }),
    ...(city === undefined ? {} : { city }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(note === undefined ? {} : { notes: note }),
  });
}

/** Pence; null where it is not given. */
export function expectedTotal(text: string | undefined): number | null {
  if (text === undefined) return null;
  const pence = parsePounds(text);
  if (pence !== null) return pence;
  throw usageFailure(`--expect-total is not an amount in pounds like 12.30: ${text}`);
}

/**
 * What it costs now, in pence, so that another price is refused when the order arrives; null when
 * nobody can say it, or something is in its way.
 */
async function totalNow({ session }: Context, draft: Draft): Promise<number | null> {
  const quote = await session.quote(quoteInputOf(placeInputOf(draft, null)));
  return quote === null || quote.problems.length > 0 ? null : quote.totals.total.amount;
}

/** Sends without asking anybody; the draft must be whole. */
async function placeAtOnce(
  context: Context, draft: Draft, how: { key: string; total: number | null },
): Promise<PlacedHere> {
  const input = placeInputOf(draft, how.total);
  return { placed: await context.session.place(input, how.key), key: how.key };
}

/** Says what the server has done; in JSON with the key, so that a script can ask again. */
export function tellPlaced(context: Context, { placed, key }: PlacedHere): void {
  const { terminal, json, config } = context;
  if (placed.kind === 'queued') {
    const { raw, value } = placed.submission;
    if (json) terminal.printJson({ status: 'queued', submission: raw, idempotency_key: key });
    else terminal.print(queuedView(value, terminal.screen));
    return;
  }
  const { order, replayed } = placed;
  if (json) {
    const status = order.value.status;
    terminal.printJson({ status, replayed, order: order.raw, idempotency_key: key });
    return;
  }
  terminal.print(placedView(order.value, { replayed, url: config.url }, terminal.screen));
}

/** Places an order from flags and --input; a person is asked for the rest. */
export async function placeOrder(context: Context, options: PlaceOptions): Promise<void> {
  const givenKey = checkKey(options.key);
  const total = expectedTotal(options.expectTotal);
  const draft = await draftFrom(options, context);
  const missing = missingFlags(draft);
  const confirmed = options.yes === true;
  // With --input - the answers could not be told from the order.
  const asking = canAsk(context) && options.input !== '-' ? context : null;
  if (asking === null && missing.length > 0) {
    throw usageFailure('The order is not complete.', missing.map((flag) => `add ${flag}`));
  }
  if (asking === null && !confirmed) {
    throw usageFailure('Nobody can be asked whether to place this order.', ['add --yes']);
  }
  if (asking === null || (confirmed && missing.length === 0)) {
    // What goes out again with a key of before must be the same as then.
    const expected = total ?? (givenKey === null ? await totalNow(context, draft) : null);
    const key = givenKey ?? randomUUID();
    tellPlaced(context, await placeAtOnce(context, draft, { key, total: expected }));
    return;
  }
  const end = await placeByAsking(asking, {
    draft,
    confirmed,
    ...(givenKey === null ? {} : { key: givenKey }),
    ...(total === null ? {} : { expectedTotal: total }),
  });
  if (end === dropped) context.terminal.say('Nothing was placed.');
  else tellPlaced(context, end);
}
