import { randomUUID } from 'node:crypto';
import { fingerprintOf } from '../../shared/contract/fingerprint.ts';
import { shortName } from '../../shared/contract/ids.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { ResultOf } from '../../shared/contract/method.ts';
import type { ShopOperation, shopMethods } from '../../shared/contract/shop-change.ts';
import type { Caller, Desk } from './operation.ts';

/** Throws `not_found` for an id that no shop can have. */
export function shopIdOf(text: string): string {
  if (shortName.safeParse(text).success) return text;
  throw new OrderlyError('not_found', 'There is no such shop.');
}

export type ShopResult = ResultOf<typeof shopMethods.submit>;

/** A change of a shop or a menu, in the name of the caller. */
export function changeShop(
  request: ShopOperation, caller: Caller, { desk, key }: { desk: Desk; key: string | undefined },
): Promise<ShopResult> {
  const { actor: principal, session } = caller;
  return desk.forwarder.shop({
    principal, ...(session !== null && { session }), key: key ?? randomUUID(),
    fingerprint: fingerprintOf(request), request,
  });
}
