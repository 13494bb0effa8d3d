import type { Order } from '../../shared/contract/order.ts';
import type { Step } from '../../shared/contract/lifecycle.ts';
import type { Outcome } from '../actions/deeds.ts';
import { refusalWords } from '../actions/deeds.ts';
import { spaced } from '../model/order-words.ts';
import type { Api, Reply } from '../net/api.ts';

/** The steps of the staff, sent with the version that was shown. */

/** What is said with a step, as the API has it. */
export interface StepInput {
  reason?: string;
  prep_minutes?: number;
  courier?: { name: string };
}

export interface Done {
  outcome: Outcome;
  /** As it is now; null where the server did not say. */
  order: Order | null;
  /** What was shown is not what is there. */
  isOutdated: boolean;
}

export async function takeStep(
  api: Api, order: Order, { step, input }: { step: Step; input: StepInput },
): Promise<Done> {
  const path = `/v1/orders/${encodeURIComponent(order.id)}/${step}`;
  const headers = {
    'if-match': `"v${order.version}"`, 'idempotency-key': crypto.randomUUID(),
  };
  const send = (): Promise<Reply<Order>> => api.post<Order>(path, input, headers);
  let reply = await send();
  // The same key again: whether the first one took effect is not known.
  if (!reply.ok && [0, 504].includes(reply.refusal.status)) reply = await send();
  const { number } = order;
  if (reply.ok) {
    const text = `${number} is ${spaced(reply.body.status)} now.`;
    return { outcome: { good: true, text }, order: reply.body, isOutdated: false };
  }
  const { refusal } = reply;
  const isOutdated = [404, 409, 412].includes(refusal.status);
  const text = refusal.status === 412
    ? `${number} was changed by somebody else meanwhile. Nothing was done; it is shown anew.`
    : `${number}: ${refusalWords(refusal)}`;
  return { outcome: { good: false, text }, order: null, isOutdated };
}
