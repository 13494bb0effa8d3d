import { Pool } from 'undici';
import { z } from 'zod';
import { ERRORS, isErrorCode } from '../../shared/contract/errors.ts';
import { orderPageSchema, orderSchema } from '../../shared/contract/order.ts';
import type { Order, PlaceInput } from '../../shared/contract/order.ts';
import { submissionSchema } from '../../shared/contract/submission.ts';
import type { Door } from '../up/front-door.ts';
import type { Completion, QueuedEnd, SeenOrder } from './history-record.ts';

/** The public REST API of one front end, with every answer put into the words of a history. */

/** Longer than the longest that a front end takes to answer. */
const answerWithinMs = 9_000;
const connections = 64;
const problemSchema = z.looseObject({ code: z.string() });

/** Nothing of a request was sent when connecting failed so. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

interface Sent {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  key?: string;
}

interface Reply {
  status: number;
  json: unknown;
  location: string | null;
}

const nothing: Completion = {
  type: 'info', code: '', answered: null, won: false, page: null, submission: null,
};

export const seen = ({ id, external_ref: key, status }: Order): SeenOrder =>
  ({ id, key, state: status === 'cancelled' ? 'cancelled' : 'placed' });

/** An order of the menu's simplest, named by its key in external_ref. */
const orderOf = (key: string, postcode: string): PlaceInput => ({
  channel: 'api',
  external_ref: key,
  customer: { name: 'Chaos', phone: '+447700900123' },
  lines: [{ sku: 'mushy-peas', quantity: 1 }],
  delivery: { address: { line1: '1 Test Street', postcode } },
});

function lost(error: unknown): Completion {
  const named = error instanceof Error ? error.name : 'unknown';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code : named;
  return { ...nothing, code, type: neverSent.has(code) ? 'fail' : 'info' };
}

function refused({ status, json }: Reply): Completion {
  const code = problemSchema.safeParse(json).data?.code ?? `http_${status}`;
  const definite = isErrorCode(code) && ERRORS[code].definite;
  return { ...nothing, code, type: definite ? 'fail' : 'info' };
}

export class ShopClient {
  readonly #pool: Pool;
  readonly #token: string;

  constructor({ url, token }: Door) {
    this.#pool = new Pool(url, { connections, pipelining: 1, connect: { timeout: 3_000 } });
    this.#token = token;
  }

  place(key: string, postcode: string): Promise<Completion> {
    const sent = { method: 'POST', path: '/v1/orders', key, body: orderOf(key, postcode) } as const;
    return this.#told(sent, (reply) => {
      if (reply.status === 202) {
        return { ...nothing, code: 'queued', submission: reply.location };
      }
      return { ...nothing, type: 'ok', answered: seen(orderSchema.parse(reply.json)) };
    });
  }

  cancel(id: string, opKey: string): Promise<Completion> {
    const sent = {
      method: 'POST', path: `/v1/orders/${id}/cancel`, key: opKey,
      body: { reason: 'changed_mind', note: opKey },
    } as const;
    return this.#told(sent, (reply) => {
      const order = orderSchema.parse(reply.json);
      return {
        ...nothing, type: 'ok', answered: seen(order), won: order.cancel?.note === opKey,
      };
    });
  }

  get(id: string): Promise<Completion> {
    return this.#told({ method: 'GET', path: `/v1/orders/${id}` }, (reply) =>
      ({ ...nothing, type: 'ok', answered: seen(orderSchema.parse(reply.json)) }));
  }

  /** The newest orders. */
  list(limit: number): Promise<Completion> {
    return this.#told({ method: 'GET', path: `/v1/orders?limit=${limit}` }, (reply) =>
      ({ ...nothing, type: 'ok', page: orderPageSchema.parse(reply.json).data.map(seen) }));
  }

  /** What became of a queued order; null when nobody can say now. */
  async submission(location: string): Promise<QueuedEnd | null> {
    try {
      const { json } = await this.#send({ method: 'GET', path: location });
      const found = submissionSchema.safeParse(json).data;
      if (found === undefined) return null;
      const { idempotency_key: key, status, order_id: orderId } = found;
      return { key, status, orderId };
    } catch {
      // No answer: to be asked again.
      return null;
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #told(sent: Sent, read: (reply: Reply) => Completion): Promise<Completion> {
    let reply: Reply;
    try {
      reply = await this.#send(sent);
    } catch (error) {
      return lost(error);
    }
    if (reply.status < 300) return read(reply);
    const completion = refused(reply);
    // That an order is not there is an answer, and a wrong one when it was acknowledged.
    return completion.code === 'not_found' ? { ...completion, type: 'ok' } : completion;
  }

  async #send({ method, path, body, key }: Sent): Promise<Reply> {
    const { statusCode, headers, body: stream } = await this.#pool.request({
      method, path,
      signal: AbortSignal.timeout(answerWithinMs),
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await stream.text();
    const location = typeof headers['location'] === 'string' ? headers['location'] : null;
    return {
      status: statusCode, location, json: text.startsWith('{') ? JSON.parse(text) as unknown : null,
    };
  }
}
