import type { LineIn } from './draft.ts';
import { usageFailure } from './failure.ts';

const itemShape = /^([A-Za-z0-9][\w.-]{0,63})(?::(\d{1,3}))?((?:\+[A-Za-z0-9][\w.-]{0,63})*)$/;

/** `SKU[:QTY][+OPTION...]`, like `fish-and-chips:2+size-large`. */
export function parseItem(text: string): LineIn {
  const [, sku, quantity = '1', options = ''] = itemShape.exec(text) ?? [];
  const count = Number(quantity);
  if (sku === undefined || count < 1 || count > 99) {
    throw usageFailure(`--item is not understood: ${text}`, [
      'write SKU[:QTY][+OPTION...], like --item fish-and-chips:2+size-large',
      'a quantity is a whole number from 1 to 99',
    ]);
  }
  const chosen = options.split('+').filter((option) => option !== '');
  return { sku, quantity: count, ...(chosen.length === 0 ? {} : { options: chosen }) };
}
