import { idempotencyKey } from '../../shared/contract/order.ts';
import { usageFailure } from '../failure.ts';

/** The idempotency key that the user gave; null where a new one is wanted. */
export function checkKey(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (idempotencyKey.safeParse(text).success) return text;
  throw usageFailure('--key must be 8 to 255 visible ASCII characters without spaces.', [
    'copy the key that the failed command has printed, or leave --key out',
  ]);
}
