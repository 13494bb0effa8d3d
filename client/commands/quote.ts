import { quoteInputSchema, type QuoteInput } from '../../shared/contract/quote.ts';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { parseItem } from '../parse-item.ts';
import { readInput } from '../read-input.ts';
import { quoteView } from '../view/summary.ts';

export interface QuoteOptions {
  item?: string[];
  shop?: string;
  collect?: boolean;
  postcode?: string;
  input?: string;
}

async function inputOf(options: QuoteOptions, { io }: Context): Promise<QuoteInput> {
  const base = options.input === undefined ? {} : await readInput(options.input, io);
  const { item, shop, collect, postcode } = options;
  const parsed = quoteInputSchema.safeParse({
    ...base,
    ...(item === undefined ? {} : { lines: item.map(parseItem) }),
    ...(shop === undefined ? {} : { shop_id: shop }),
    ...(collect === true ? { fulfilment: 'collection' } : {}),
    ...(postcode === undefined ? {} : { delivery: { address: { postcode } } }),
  });
  if (parsed.success) return parsed.data;
  throw usageFailure(
    'The question for the price is not complete or holds wrong values.',
    ['say what with --item SKU[:QTY][+OPTION...], where to with --postcode or --collect'],
    parsed.error.issues.slice(0, 10).map(({ path, message }) => `/${path.join('/')}: ${message}`),
  );
}

/** What an order would cost, when it would come, and what is in its way. */
export async function showQuote(context: Context, options: QuoteOptions): Promise<void> {
  const { session, terminal, json } = context;
  const { value, raw } = await session.price(await inputOf(options, context));
  if (json) terminal.printJson(raw);
  else terminal.print(quoteView(value, terminal.screen));
}
