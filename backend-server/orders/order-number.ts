import { assert } from '../../shared/runtime/assert.ts';

const perLetter = 999;
const letters = 26;

/**
 * The number people say: A-001 .. A-999, B-001 .. Z-999, then AA-001 and so on, so that a very busy
 * day never repeats one. `count` is 1 for the first order of a shop's day.
 */
export function orderNumber(count: number): string {
  assert(Number.isSafeInteger(count) && count > 0, 'orders of a day are counted from 1');
  const digits = ((count - 1) % perLetter) + 1;
  let block = Math.floor((count - 1) / perLetter) + 1;
  let prefix = '';
  while (block > 0) {
    prefix = String.fromCharCode(65 + ((block - 1) % letters)) + prefix;
    block = Math.floor((block - 1) / letters);
  }
  return `${prefix}-${String(digits).padStart(3, '0')}`;
}
