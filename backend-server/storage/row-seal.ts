import { crc32 } from 'node:zlib';
import { DamageError } from './damage.ts';

/**
 * A checksum kept beside the texts it covers: zlib's CRC-32, which costs half of a hash. A log
 * entry has a seal of its own kind, in entry-seal.ts.
 */
export const sealOf = (...texts: string[]): number =>
  texts.reduce((seal, text) => crc32(text, seal), 0);

/** SQLite does not notice a byte that changed on disk inside a value; this does. */
export function checkSeal(seal: number, what: string, ...texts: string[]): void {
  if (sealOf(...texts) !== seal) throw new DamageError(`${what} is not what was written`);
}

interface Counter {
  shopId: string;
  day: string;
  orders: number;
}

/** Seal of a row of `counters`. */
export const counterSeal = ({ shopId, day, orders }: Counter): number =>
  sealOf(`${orders} ${day} ${shopId}`);
