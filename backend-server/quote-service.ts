import { OrderlyError } from '../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import type { quoteMethods } from '../shared/contract/quote.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import { requireSession } from './accounts/session-check.ts';
import type { Quoting } from './admission/quoting.ts';
import type { OrderService } from './order-service.ts';
import type { Replica } from './replica.ts';
import { requireServing } from './require-serving.ts';
import type { Storage } from './storage/storage.ts';

export interface QuoteServiceParts {
  replica: Replica;
  storage: Storage;
  orders: OrderService;
  quoting: Quoting;
}

/** Questions about prices, times and addresses. The primary answers: it knows the queue. */
export class QuoteService {
  readonly #parts: QuoteServiceParts;

  constructor(parts: QuoteServiceParts) {
    this.#parts = parts;
  }

  async quote(
    { input }: ParamsOf<typeof quoteMethods.quote>,
  ): Promise<ResultOf<typeof quoteMethods.quote>> {
    const { replica, orders, quoting } = this.#parts;
    const trace = currentTrace();
    await requireServing(replica);
    const lsn = await replica.confirmRead();
    const quote = await traced(trace, () => quoting.quote(input, () => orders.now()));
    return { quote, lsn };
  }

  /** Throws `geocoder_unavailable` when nobody could be asked, `not_found` for none in use. */
  async lookUp(
    { principal, session, postcode: typed }: ParamsOf<typeof quoteMethods.lookUp>,
  ): Promise<ResultOf<typeof quoteMethods.lookUp>> {
    const { replica, storage, quoting } = this.#parts;
    const trace = currentTrace();
    await requireServing(replica);
    if (session !== undefined) await requireSession(storage, { principal, session });
    const { postcode, corrected, geocode, position } = await traced(trace, () =>
      quoting.lookUp(typed));
    if (geocode.status === 'unverified') throw new OrderlyError('geocoder_unavailable');
    return { postcode, corrected, position, geocode: { ...geocode, corrected } };
  }
}
