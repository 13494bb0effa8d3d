import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OpenAPIClientAxios } from 'openapi-client-axios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleIds } from '../frontend-server/operations/example-ids.ts';
import { orderSchema } from '../shared/contract/order.ts';
import { must } from '../shared/runtime/assert.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';
import type { Reply } from './cluster.ts';

/** A client that knows nothing but /openapi.json, and a shell that knows nothing but /docs. */

type Tree = Record<string, unknown>;

interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  example?: unknown;
}

interface Operation {
  'x-rpc-method'?: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { example?: unknown } } };
  responses: Record<string, Tree>;
}

interface Response {
  headers?: Record<string, Tree>;
  content?: Tree;
}

interface Called {
  route: string;
  declared: string[];
  reply: Reply;
  /** What the answer lacks of what the document says of it. */
  lacks: string[];
  /** Headers of the answer that need not be on each. */
  optional: string[];
}

const plain = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value));

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const valueOf: Readonly<Record<string, () => string>> = {
  'Idempotency-Key': newKey, 'If-Match': () => '"v1"',
};

/** Beside what is required. */
interface More {
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

/** Calls operations by their examples, with the ids that this system has in place of theirs. */
class DocumentClient {
  readonly #document: Tree;
  readonly #cluster: TestCluster;
  readonly ids = new Map<string, string>();

  constructor(document: Tree, cluster: TestCluster) {
    this.#document = document;
    this.#cluster = cluster;
  }

  get routes(): { path: string; method: (typeof methods)[number]; operation: Operation }[] {
    const paths = this.#document['paths'] as Record<string, Record<string, Operation>>;
    return Object.entries(paths).flatMap(([path, item]) => methods.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, method, operation }];
    }));
  }

  async call(
    path: string, method: (typeof methods)[number], more: More = {},
  ): Promise<Called> {
    const found = this.routes.find((route) => route.path === path && route.method === method);
    if (found === undefined) throw new TypeError(`${method} ${path} is not in the document`);
    const { operation } = found;
    const parameters = (operation.parameters ?? []).map((it) => this.#resolve<Parameter>(it));
    const body = operation.requestBody?.content['application/json'].example;
    const target = parameters.filter((it) => it.in === 'path').reduce(
      (text, { name, example }) =>
        text.replace(`{${name}}`, encodeURIComponent(plain(example ?? name))), path,
    );
    const required = parameters
      .filter((it) => it.in === 'query' && it.example !== undefined && it.required)
      .map((it) => [it.name, plain(it.example)]);
    const query = new URLSearchParams({
      ...Object.fromEntries(required) as Record<string, string>, ...more.query,
    }).toString();
    const headers = {
      ...Object.fromEntries(parameters
        .filter((it) => it.in === 'header' && it.required)
        .map(({ name }) => [name, valueOf[name]?.() ?? ''])),
      ...more.headers,
    };
    const reply = await this.#cluster.call(
      this.#withIds(query === '' ? target : `${target}?${query}`), {
        method: method.toUpperCase() as 'GET', headers,
        ...body !== undefined && { body: this.#withIds(JSON.stringify(body)) },
      },
    );
    const declared = Object.keys(operation.responses);
    return { route: `${method} ${path}`, declared, reply, ...this.#compare(operation, reply) };
  }

  /** The headers and the content type of an answer with those that the document has for it. */
  #compare({ responses }: Operation, reply: Reply): Pick<Called, 'lacks' | 'optional'> {
    const declared = responses[String(reply.status)] ?? responses['default'] ?? {};
    const { headers = {}, content } = this.#resolve<Response>(declared);
    const names = Object.entries(headers).map(([name, header]) =>
      ({ name, required: this.#resolve<Tree>(header)['required'] === true }));
    const isThere = (name: string): boolean => reply.headers[name.toLowerCase()] !== undefined;
    const type = String(reply.headers['content-type'] ?? 'none').split(';', 1)[0] ?? '';
    const types = content === undefined ? ['none'] : Object.keys(content);
    return {
      lacks: [
        ...names.filter(({ name, required }) => required && !isThere(name)).map(({ name }) => name),
        ...types.includes(type) ? [] : [`${type} is none of ${types.join()}`],
      ],
      optional: names.filter(({ name, required }) => !required && isThere(name))
        .map(({ name }) => name),
    };
  }

  #withIds(text: string): string {
    return [...this.ids].reduce((done, [example, own]) => done.replaceAll(example, own), text);
  }

  #resolve<T>(it: object): T {
    if (!('$ref' in it)) return it as T;
    const [, ...steps] = String(it.$ref).split('/');
    return steps.reduce<unknown>((at, step) => (at as Tree)[step], this.#document) as T;
  }
}

/** Their answer never ends, or they would end what the others need. */
const skipped = new Set(['get /v1/events', 'delete /v1/sessions', 'delete /v1/accounts/me']);
const disturbing = /^post \/v1\/cluster/;
const wrongInTheDocument = new Set([
  'invalid_params', 'invalid_request', 'parse_error', 'unsupported_media_type', 'not_acceptable',
  'method_not_allowed', 'idempotency_key_missing', 'precondition_required', 'internal',
]);

let cluster: TestCluster;
beforeAll(async () => { cluster = await TestCluster.start(); });
afterAll(() => cluster.stop());

const documentOf = async (): Promise<Tree> => {
  const { body } = await send(`${cluster.door().url}/openapi.json`);
  return body as Tree;
};

describe('/openapi.json', () => {
  it('is enough to place, read and cancel an order', async () => {
    const client = new DocumentClient(await documentOf(), cluster);
    const placed = await client.call('/v1/orders', 'post');
    expect([placed.reply.status, placed.reply.code]).toEqual([201, '']);
    client.ids.set(exampleIds.ORDER_ID, (placed.reply.body as { id: string }).id);
    const read = await client.call('/v1/orders/{order_id}', 'get');
    expect(read.reply.body).toMatchObject({ id: (placed.reply.body as { id: string }).id });
    const cancelled = await client.call('/v1/orders/{order_id}/cancel', 'post');
    expect([cancelled.reply.status, cancelled.reply.body])
      .toEqual([200, expect.objectContaining({ status: 'cancelled' })]);
  });

  it('is enough for a client that a library makes from it', async () => {
    const { url, token } = cluster.door();
    const api = new OpenAPIClientAxios({
      definition: `${url}/openapi.json`,
      axiosConfigDefaults: { headers: { authorization: `Bearer ${token}` } },
    });
    const client = await api.init();
    const operation = (id: string) => must(client[id], `${id} is an operation`);
    const keyed = () => ({ 'Idempotency-Key': newKey() });
    const placed = await operation('orderCreate')(keyed(), anOrder());
    const order = orderSchema.parse(placed.data);
    expect([placed.status, order.status]).toEqual([201, 'placed']);
    const one = { order_id: order.id };
    const read = await operation('orderGet')(one);
    expect([read.status, read.data]).toEqual([200, order]);
    const cancelled = await operation('orderCancel')({ ...one, ...keyed() }, {});
    expect([cancelled.status, cancelled.data]).toMatchObject([200, { status: 'cancelled' }]);
  });

  it('has examples that all take, and the statuses, headers and types that come', async () => {
    const client = new DocumentClient(await documentOf(), cluster);
    const { reply } = await client.call('/v1/orders', 'post');
    client.ids.set(exampleIds.ORDER_ID, (reply.body as { id: string }).id);
    const wrong: unknown[] = [];
    for (const { path, method } of client.routes) {
      const route = `${method} ${path}`;
      if (skipped.has(route) || disturbing.test(route)) continue;
      const called = await client.call(path, method);
      const { status, code } = called.reply;
      const isDeclared = called.declared.includes(String(status));
      if (called.lacks.length > 0) wrong.push([route, status, called.lacks]);
      if (isDeclared && !wrongInTheDocument.has(code)) continue;
      wrong.push([route, status, called.reply.body]);
    }
    expect(wrong).toEqual([]);
  });

  it('names headers that are on some answers only, and there they are', async () => {
    const client = new DocumentClient(await documentOf(), cluster);
    const again = { headers: { 'Idempotency-Key': newKey() } };
    await client.call('/v1/orders', 'post', again);
    const found = [
      await client.call('/v1/orders', 'post', again),
      await client.call('/v1/orders', 'post', { headers: { prefer: 'respond-async' } }),
      await client.call('/v1/orders', 'get', { query: { limit: '1' } }),
      await client.call('/v1/orders', 'get', { headers: { authorization: 'Bearer wrong' } }),
    ];
    expect(found.map(({ reply, lacks }) => [reply.status, lacks]))
      .toEqual([[201, []], [202, []], [200, []], [401, []]]);
    expect(new Set(found.flatMap(({ optional }) => optional)))
      .toEqual(new Set(['Idempotency-Replayed', 'Preference-Applied', 'Link']));
  });
});

describe('/docs', () => {
  const run = promisify(execFile);

  it('has lines for a shell that work as they are', async () => {
    const { url, token } = cluster.door();
    const page = await send(`${url}/docs`);
    const lines = [...String(page.body).matchAll(/<pre><code>(curl [^<]*)<\/code>/g)]
      .map(([, text = '']) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'")
        .replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
      .filter((text) => /\/v1\/(menu|orders)"|"(menu.get|order.create|order.list)"/.test(text)
        || text.includes('$ORDER_ID')
        && /order\.get|-H "Authorization: Bearer \$TOKEN"$/.test(text));
    const placed = (await cluster.placed()).id;
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      const { stdout } = await run('bash', ['-c', line], {
        env: { ...process.env, TOKEN: token, ORDER_ID: placed },
      });
      expect([line, stdout]).toEqual([line, expect.not.stringMatching(/"code":|^$/)]);
    }
  });
});
