import { z } from 'zod';
import { count } from './ids.ts';

/** Values that the things of the contract are made of. */

const noControl = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u;
/** Text of one line or more without control characters; direction marks are refused too. */
export const printable = (max: number) =>
  z.string().max(max).regex(noControl, 'must not hold control characters or lone surrogates');
/** The same, and not only white space. */
export const filled = (max: number) => printable(max).regex(/\S/, 'must not be empty');

/** RFC 3339 UTC with milliseconds, as Date#toISOString writes it. */
export const instant = z.iso.datetime({ precision: 3 });

/** Integer minor units (pence), never below 0, exact below 2^53. */
export const moneySchema = z.strictObject({ amount: count, currency: z.literal('GBP') });
export type Money = z.infer<typeof moneySchema>;

export const gbp = (amount: number): Money => ({ amount, currency: 'GBP' });

export const positionSchema = z.strictObject({
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
});
