import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ERRORS, type ErrorCode, type Issue } from '../../shared/contract/errors.ts';
import {
  cancelInputSchema, gbp, placeInputSchema, type Order, type PlaceInput,
} from '../../shared/contract/order.ts';
import { TRANSITIONS } from '../../shared/contract/lifecycle.ts';
import { amendInputSchema } from '../../shared/contract/order-change.ts';
import { quoteInputSchema } from '../../shared/contract/quote.ts';
import { must } from '../../shared/runtime/assert.ts';
import { cartOf, totalOf } from '../cart.ts';
import { exampleMenu, exampleOrder } from './examples.ts';
import { noContent, standinShop, StandinAccounts, view } from './front-end-state.ts';

/** A front end's REST routes on a real socket, with its orders in memory and no back end. */

export interface Seen {
  method: string;
  path: string;
  key: string | undefined;
  authorization: string | undefined;
  /** If-Match. */
  match: string | undefined;
  body: unknown;
}

type Reply = (response: ServerResponse, socket: Socket) => void;

export const problemReply = (
  code: ErrorCode, more: { errors?: Issue[]; retryAfter?: string; detail?: string } = {},
): Reply => (response) => {
  const { http, sentence, retry } = ERRORS[code];
  if (more.retryAfter !== undefined) response.setHeader('retry-after', more.retryAfter);
  send(response, http, {
    type: 'about:blank', title: sentence, status: http, detail: more.detail ?? sentence, code,
    request_id: 'req-1', retryable: retry !== 'no', errors: more.errors ?? [],
  });
};

export const textReply = (status: number, text: string | Buffer): Reply => (response) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
};

/** The connection breaks with the request in the server's hands. */
export const resetReply: Reply = (_response, socket) => { socket.resetAndDestroy(); };

/** The request is read and nothing ever comes. */
export const silentReply: Reply = () => undefined;

function send(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

export class FrontEndStandin {
  readonly seen: Seen[] = [];
  /** Bodies of the quotes that were asked for; these are in no other list. */
  readonly quotes: unknown[] = [];
  /** False: nobody can say what anything costs. */
  quoting = true;
  readonly orders: Order[] = [];
  readonly accounts = new StandinAccounts();
  readonly shops = [standinShop('main', 'The Soup Kitchen')];
  readonly #byKey = new Map<string, Order>();
  readonly #scripted: { at: RegExp; reply: Reply; carriedOut: boolean }[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => { resolve(); });
    });
    const address = this.#server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${bound}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }

  /** The next request to `METHOD path` gets this answer; with carriedOut its effect stays. */
  once(at: RegExp, reply: Reply, carriedOut = false): this {
    this.#scripted.push({ at, reply, carriedOut });
    return this;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString('utf8');
    const seen: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      key: request.headers['idempotency-key']?.toString(),
      authorization: request.headers.authorization,
      match: request.headers['if-match'],
      body: text === '' ? undefined : JSON.parse(text),
    };
    if (seen.path === '/v1/quotes') {
      this.quotes.push(seen.body);
      if (this.quoting) send(response, 200, quoteOf(seen.body));
      else problemReply('unavailable')(response, request.socket);
      return;
    }
    this.seen.push(seen);
    const at = this.#scripted.findIndex((one) => one.at.test(`${seen.method} ${seen.path}`));
    const [scripted] = at < 0 ? [] : this.#scripted.splice(at, 1);
    if (scripted === undefined) this.#answer(seen, response);
    else {
      if (scripted.carriedOut) this.#place(seen);
      scripted.reply(response, request.socket);
    }
  }

  #answer(seen: Seen, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(seen.path, 'http://127.0.0.1');
    if (/^\/v1(\/shops\/[^/]+)?\/menu$/.test(pathname)) {
      send(response, 200, exampleMenu);
    } else if (pathname === '/v1/shops') {
      send(response, 200, { data: this.shops });
    } else if (/^\/v1\/(accounts|sessions)/.test(pathname)) {
      this.#answerAccount(seen, pathname, response);
    } else if (!this.#mayEnter(seen)) {
      problemReply('unauthorized')(response, response.socket as Socket);
    } else if (pathname === '/v1/orders' && seen.method === 'POST') {
      this.#answerPlace(seen, response);
    } else if (pathname === '/v1/orders') {
      const [number, status] = ['number', 'status'].map((name) => searchParams.get(name));
      const limit = Number(searchParams.get('limit'));
      const data = this.orders.filter((order) => (number === null || order.number === number)
        && (status === null || order.status === status));
      send(response, 200, {
        data: data.slice(0, limit), next_cursor: data.length > limit ? 'abc' : null,
      });
    } else if (pathname.startsWith('/v1/submissions/')) {
      problemReply('not_found')(response, response.socket as Socket);
    } else if (pathname === '/v1/pending-results') {
      send(response, 200, { data: [], next_cursor: null });
    } else if (pathname.endsWith('/accepting')) {
      const [shop] = this.shops;
      Object.assign(must(shop, 'there is a shop'), { accepting: stateOf(seen.body) });
      send(response, 200, shop);
    } else {
      this.#answerOne(seen, pathname, response);
    }
  }

  #mayEnter({ authorization }: Seen): boolean {
    return authorization === 'Bearer good-token' || this.accounts.of(authorization) !== null;
  }

  #answerAccount(seen: Seen, pathname: string, response: ServerResponse): void {
    const refuse = (code: ErrorCode): void =>
      problemReply(code)(response, response.socket as Socket);
    const { username = '', password = '', role = 'customer' } =
      (seen.body ?? {}) as Record<string, string>;
    const { accounts } = this;
    if (seen.method === 'POST') {
      const isNew = pathname === '/v1/accounts';
      if (isNew && accounts.has(username)) return refuse('username_taken');
      if (isNew) accounts.add({ username, password, role });
      if (!accounts.matches(username, password)) return refuse('bad_credentials');
      return send(response, 201, accounts.signIn(username));
    }
    const own = accounts.of(seen.authorization);
    const { authorization = '' } = seen;
    // A token that is good and of no account: the operator's.
    if (authorization === 'Bearer good-token') return refuse('not_found');
    if (own === null) return refuse('unauthorized');
    if (seen.method === 'GET') {
      return send(response, 200, pathname === '/v1/accounts/me'
        ? view(own) : { data: accounts.sessionsOf(own.username, authorization) });
    }
    const isDeletion = pathname === '/v1/accounts/me';
    if (isDeletion && own.password !== password) return refuse('bad_credentials');
    accounts.end(authorization, isDeletion || pathname === '/v1/sessions');
    if (isDeletion) accounts.remove(own.username);
    noContent(response);
  }

  #answerPlace(seen: Seen, response: ServerResponse): void {
    const replayed = this.#byKey.has(seen.key ?? '');
    const order = this.#place(seen);
    if (order === null) {
      problemReply('invalid_params')(response, response.socket as Socket);
      return;
    }
    if (replayed) response.setHeader('idempotency-replayed', 'true');
    send(response, 201, order);
  }

  #answerOne(seen: Seen, pathname: string, response: ServerResponse): void {
    const [, , , id, action] = pathname.split('/');
    const order = this.orders.find((one) => one.id === id);
    if (order === undefined) {
      problemReply('not_found')(response, response.socket as Socket);
    } else if (action === 'events') {
      send(response, 200, { data: eventsOf(order) });
    } else if (seen.method !== 'GET' && isOtherVersion(seen, order)) {
      problemReply('version_mismatch')(response, response.socket as Socket);
    } else if (action === 'cancel') {
      const { reason = null, note = null } = cancelInputSchema.parse(seen.body);
      Object.assign(order, {
        status: 'cancelled', cancel: { by: { kind: 'operator', id: null }, reason, note },
      });
      send(response, 200, order);
    } else {
      if (seen.method !== 'GET') change(order, seen, action);
      send(response, 200, order);
    }
  }

  /** One order for each key, whatever comes of the answer. */
  #place(seen: Seen): Order | null {
    const known = this.#byKey.get(seen.key ?? '');
    if (known !== undefined) return known;
    const parsed = placeInputSchema.safeParse(seen.body);
    if (!parsed.success || seen.key === undefined) return null;
    const order = orderFrom(parsed.data, this.orders.length + 1);
    this.#byKey.set(seen.key, order);
    this.orders.unshift(order);
    return order;
  }
}

const stateOf = (body: unknown): string => (body as { state: string }).state;

/** If-Match, where it is sent, names another version than the present one. */
const isOtherVersion = ({ match }: Seen, { version }: Order): boolean =>
  match !== undefined && match !== `"v${version}"`;

/** A step of the staff, or an amendment of notes, address and lines. */
function change(order: Order, { body }: Seen, action: string | undefined): void {
  order.version += 1;
  const step = TRANSITIONS.find((row) => row.step === action && row.from === order.status);
  if (step !== undefined) {
    order.status = step.to;
    return;
  }
  const { notes, lines, delivery } = amendInputSchema.parse(body);
  if (notes !== undefined) order.notes = notes;
  if (lines !== undefined) order.lines = lines.map(lineOf);
  const postcode = delivery?.address?.postcode;
  if (postcode !== undefined && order.delivery !== null) order.delivery.address.postcode = postcode;
}

/** By the menu, with a fee of 2.50; the postcode is taken as it is. */
function quoteOf(body: unknown): unknown {
  const { lines, delivery } = quoteInputSchema.parse(body);
  const items = totalOf(cartOf(exampleMenu, lines)) ?? 0;
  return {
    totals: { delivery_fee: gbp(250), total: gbp(items + 250) },
    delivery: { postcode: delivery?.address.postcode, corrected: false },
    eta: { earliest: '2026-01-02T12:30:00.000Z', latest: '2026-01-02T12:45:00.000Z' },
    problems: [],
  };
}

const lineOf = (
  { sku, quantity, note }: PlaceInput['lines'][number], at: number,
): Order['lines'][number] => ({
  id: `l${at}`, sku, name: sku, unit_price: gbp(100), quantity, options: [], note: note ?? null,
  line_total: gbp(100),
});

function orderFrom(input: PlaceInput, count: number): Order {
  const { customer, lines, delivery, notes } = input;
  const address = delivery?.address;
  const total = gbp(100 * lines.length);
  const base = exampleOrder();
  return {
    ...base,
    id: `0190f3a0-0000-7000-8000-${String(count).padStart(12, '0')}`,
    number: `A-${String(count).padStart(3, '0')}`,
    customer: { id: null, name: customer.name, phone: customer.phone, email: null },
    lines: lines.map(lineOf),
    notes: notes ?? null,
    fulfilment: address === undefined ? 'collection' : 'delivery',
    delivery: address === undefined ? null : {
      ...must(base.delivery, 'the example is delivered'),
      address: {
        line1: address.line1, line2: null, city: address.city ?? null,
        postcode: address.postcode, country: 'GB',
      },
    },
    totals: { ...base.totals, items: total, options: gbp(0), total },
  };
}

const eventsOf = (order: Order): unknown[] => [
  {
    order_id: order.id, seq: 1, at: order.placed_at, type: 'placed', from: null, to: 'placed',
    actor: { kind: 'operator', id: null }, reason: null, note: null, patch: null, log_index: 7,
    epoch: 1,
  },
  ...(order.cancel === null ? [] : [{
    order_id: order.id, seq: 2, at: order.updated_at, type: 'cancelled', from: 'placed',
    to: 'cancelled', actor: { kind: 'operator', id: null }, reason: order.cancel.reason,
    note: order.cancel.note, patch: null, log_index: 8,
    epoch: 1,
  }]),
];
