import { OrderlyError } from '../shared/contract/errors.ts';
import type { Issue } from '../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import type { ShopTerms } from '../shared/contract/shop.ts';
import type { ShopOperation, shopMethods } from '../shared/contract/shop-change.ts';
import { requireSession } from './accounts/session-check.ts';
import { isTimeZone } from './admission/local-time.ts';
import type { Quoting } from './admission/quoting.ts';
import { opIdOf } from './order-service.ts';
import type { OrderService } from './order-service.ts';
import type { CommandBody } from './orders/commands.ts';
import { menuIssues, termsIssues } from './orders/shop-check.ts';
import type { Done, Replica } from './replica.ts';
import { requireServing } from './require-serving.ts';
import type { Storage } from './storage/storage.ts';

type Submit = ParamsOf<typeof shopMethods.submit>;
type Submitted = ResultOf<typeof shopMethods.submit>;

export interface ShopServiceParts {
  replica: Replica;
  storage: Storage;
  orders: OrderService;
  quoting: Quoting;
}

/** Changes of shops and menus, checked on the primary before they enter the log. */
export class ShopService {
  readonly #parts: ShopServiceParts;

  constructor(parts: ShopServiceParts) {
    this.#parts = parts;
  }

  /** The same op again gives what is recorded. */
  async submit(params: Submit): Promise<Submitted> {
    const { replica, storage, orders, quoting } = this.#parts;
    await requireServing(replica);
    const { principal, session, as_of: asOf, request, fingerprint } = params;
    if (session !== undefined) await requireSession(storage, { principal, session, asOf });
    const body = this.#admit(request);
    const opId = opIdOf(params, request.operation);
    try {
      return answerOf(params, await orders.commit(opId, fingerprint, body));
    } finally {
      // Also when nobody knows yet whether it was carried out.
      quoting.forgetCatalogues();
    }
  }

  #admit(request: ShopOperation): CommandBody {
    const { shop_id: shopId } = request;
    switch (request.operation) {
      case 'shop.create': {
        const { terms, menu } = request;
        refuseIf([...shopIssues(terms), ...menuIssues(menu)]);
        return { kind: 'shop.create', shopId, terms, menu };
      }
      case 'shop.change': {
        const { terms, if_version: expected } = request;
        refuseIf(shopIssues(terms));
        return { kind: 'shop.put', shopId, terms, expected };
      }
      case 'shop.switch': {
        const { state: accepting, minutes } = request.input;
        const isTimed = accepting === 'busy' && minutes !== undefined;
        const busyUntil = isTimed ? this.#inMinutes(minutes) : null;
        return { kind: 'shop.accepting', shopId, accepting, busyUntil };
      }
      case 'menu.change': {
        const { menu, if_version: expected } = request;
        refuseIf(menuIssues(menu));
        return { kind: 'menu.put', shopId, menu, expected };
      }
    }
  }

  #inMinutes(minutes: number): string {
    return new Date(Date.parse(this.#parts.orders.now()) + minutes * 60_000).toISOString();
  }
}

function shopIssues(terms: ShopTerms): Issue[] {
  const issues = termsIssues(terms);
  if (isTimeZone(terms.timezone)) return issues;
  const detail = 'A time zone has a name like Europe/London.';
  return [{ pointer: '/timezone', code: 'time_zone', detail }, ...issues];
}

function refuseIf(issues: Issue[]): void {
  if (issues.length > 0) throw new OrderlyError('invalid_params', issues[0]?.detail, { issues });
}

function answerOf({ fingerprint }: Submit, { lsn, applied }: Done): Submitted {
  if (applied.fingerprint !== fingerprint) throw new OrderlyError('idempotency_key_reused');
  const { result } = applied;
  if (!result.ok) throw new OrderlyError(result.code, result.detail, result.data);
  return {
    shop: result.shop ?? null,
    menu_version: result.menuVersion ?? null,
    replayed: applied.lsn !== lsn,
    lsn: applied.lsn,
  };
}
