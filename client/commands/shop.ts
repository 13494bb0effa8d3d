import { randomUUID } from 'node:crypto';
import type { Shop } from '../answers/shop.ts';
import { canAsk, type Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { chooseShop } from '../flows/choose-shop.ts';
import { acceptingWords, shopsView, shopView } from '../view/shop.ts';
import { told } from '../view/told.ts';
import { wholeNumber } from './number.ts';

/** The shops, and whether they take orders now. */
export async function listShops({ session, terminal, json }: Context): Promise<void> {
  const { value, raw } = await session.shops();
  if (json) terminal.printJson(raw);
  else terminal.print(shopsView(value, terminal.screen));
}

export interface SwitchOptions {
  state: string;
  minutes?: string;
  shop?: string;
  yes?: boolean;
}

/** The shop that is named, or the only one; where there are several somebody is asked. */
async function theShop(context: Context, id: string | undefined): Promise<Shop | null> {
  const { value: shops } = await context.session.shops();
  const named = id === undefined ? undefined : shops.find((shop) => shop.id === id);
  if (named !== undefined) return named;
  const ids = shops.map((shop) => told(shop.id, 40)).join(', ');
  if (id !== undefined) {
    throw usageFailure(`There is no shop ${told(id, 40)}.`, [`use one of: ${ids}`]);
  }
  const [first, ...more] = shops;
  if (first !== undefined && more.length === 0) return first;
  if (canAsk(context)) return chooseShop(context, shops);
  throw usageFailure('There are several shops.', [`name one with --shop: ${ids}`]);
}

/** Says that a shop takes orders, pauses or takes none, and shows what it does now. */
export async function switchShop(context: Context, options: SwitchOptions): Promise<void> {
  const { state, yes } = options;
  const { session, terminal, json } = context;
  const minutes = wholeNumber('--minutes', options.minutes, { min: 1, max: 1_440 });
  if (minutes !== null && state !== 'busy') {
    throw usageFailure('--minutes goes with busy only.', ['leave it out']);
  }
  if (state === 'closed' && yes !== true && !canAsk(context)) {
    throw usageFailure('Nobody can be asked whether to close the shop.', ['add --yes']);
  }
  const shop = await theShop(context, options.shop);
  if (shop === null) return;
  if (state === 'closed' && yes !== true && canAsk(context)) {
    const message = `Take no more orders at ${told(shop.name, 60)}?`;
    if (!await context.prompts.confirm({ message, initial: false })) {
      terminal.say(`It stays as it is: ${acceptingWords(shop.accepting)}.`);
      return;
    }
  }
  const input = { state, ...(minutes === null ? {} : { minutes }) };
  const { value, raw } = await session.switchShop(shop.id, input, randomUUID());
  if (json) terminal.printJson(raw);
  else terminal.print(shopView(value, terminal.screen));
}
