import type { backendMethods } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import { Counts } from '../shared/runtime/metrics.ts';

type Submit = typeof backendMethods.submit;
type Carry = (params: ParamsOf<Submit>) => Promise<ResultOf<Submit>>;

/** `outcome`: placed, replayed, or the code of the refusal; `shop` is empty for a refusal. */
const created = new Counts({
  name: 'orderly_created_total', help: 'Requests to place an order.', labels: ['shop', 'outcome'],
});

/** Counts the orders among what is carried out. */
export const countingCreated = (carry: Carry): Carry => async (params) => {
  if (params.request.operation !== 'order.create') return carry(params);
  try {
    const done = await carry(params);
    created.add(done.order.shop_id, done.replayed ? 'replayed' : 'placed');
    return done;
  } catch (error) {
    created.add('', error instanceof OrderlyError ? error.code : 'internal');
    throw error;
  }
};
