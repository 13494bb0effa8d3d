import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, errors, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderSchema } from '../shared/contract/order.ts';
import { checkBooks } from '../tools/bench/books.ts';
import { TestCluster, anOrder, newKey } from './cluster.ts';

/**
 * More work than a front end can do, over real connections, until it says so. How long that takes
 * depends on the machine, so connections are added until it happens, and nothing is timed.
 */

let cluster: TestCluster;
beforeAll(async () => { cluster = await TestCluster.start({ backends: 1 }); });
afterAll(() => cluster.stop());

const batch = 50;
const lines = 100;
const addedTogether = 4;
const addEveryMs = 100;
const agent = new Agent({ connections: 64, headersTimeout: 120_000, bodyTimeout: 120_000 });

/** Fifty orders of which every line is wrong: small to send, and long to look through. */
function heavyRequest(): string {
  const { url, token } = cluster.door();
  const wrong = { ...anOrder(), lines: Array.from({ length: lines }, () => ({ sku: 'x', y: 0 })) };
  const body = JSON.stringify(Array.from({ length: batch }, (_, id) =>
    ({ jsonrpc: '2.0', id, method: 'order.create', params: wrong })));
  return [
    'POST /rpc HTTP/1.1', `Host: ${new URL(url).host}`, `Authorization: Bearer ${token}`,
    'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, '', body,
  ].join('\r\n');
}

/** Connections that ask again as soon as they are answered, whatever the answer is. */
class Crowd {
  readonly #sockets: Socket[] = [];
  readonly #heavy = heavyRequest();
  readonly #url = new URL(cluster.door().url);
  over = false;

  get size(): number {
    return this.#sockets.length;
  }

  add(): void {
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    // A front end that refuses a request without its body may close the connection.
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(this.#heavy));
    socket.on('data', (bytes) => {
      if (!this.over && bytes.includes('HTTP/1.1 ')) socket.write(this.#heavy);
    });
    this.#sockets.push(socket);
  }

  end(): void {
    this.over = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

interface Said {
  status: number;
  retryAfter: unknown;
  body: { code?: string };
}

/**
 * Waits as long as it takes: an answer that is late is an answer. A connection that was kept open
 * and is closed in the very moment of asking again says nothing, so the key is sent once more.
 */
async function place(key: string): Promise<Said> {
  for (;;) {
    try {
      return await placeOnce(key);
    } catch (error) {
      const broken = error instanceof errors.SocketError
        || (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!broken) throw error;
    }
  }
}

async function placeOnce(key: string): Promise<Said> {
  const { url, token } = cluster.door();
  const { statusCode, headers, body } = await request(`${url}/v1/orders`, {
    method: 'POST', dispatcher: agent, body: JSON.stringify(anOrder({ external_ref: key })),
    headers: {
      authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key,
    },
  });
  const answer = await body.json() as { code?: string };
  return { status: statusCode, retryAfter: headers['retry-after'], body: answer };
}

it('a front end with too much to do says so, and finishes the orders that it took', async () => {
  const crowd = new Crowd();
  const answers: Said[] = [];
  const promised = new Map<string, string>();
  const customer = async (): Promise<void> => {
    while (!crowd.over) {
      const key = newKey();
      const said = await place(key);
      answers.push(said);
      if (said.status === 201) promised.set(key, orderSchema.parse(said.body).id);
    }
  };
  const customers = Array.from({ length: 8 }, customer);
  const isShed = ({ status, body }: Said): boolean => status === 503 && body.code === 'overloaded';
  await cluster.until('somebody is told to come back later', async () => {
    for (let more = 0; more < addedTogether; more += 1) crowd.add();
    await sleep(addEveryMs);
    return answers.some(isShed);
  }, 150_000);
  // It still says that it lives, to whoever would end it otherwise.
  const { statusCode, body: alive } = await request(`${cluster.door().url}/livez`, {
    dispatcher: agent,
  });
  await alive.dump();
  crowd.end();
  await Promise.all(customers);
  process.stdout.write(`      connections: ${crowd.size}, orders taken: ${promised.size}, `
    + `told to come back: ${answers.filter(isShed).length}\n`);

  expect(statusCode).toBe(200);
  for (const { retryAfter } of answers.filter(isShed)) {
    expect(Number(retryAfter)).toBeGreaterThan(0);
  }
  const statuses = new Set(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`));
  expect([...statuses].filter((one) => !/^(201 |202 |503 overloaded)$/.test(one))).toEqual([]);
  await cluster.until('orders are taken again', async () =>
    (await place(newKey())).status === 201);
  const books = await checkBooks(cluster.door(), promised);
  expect(books).toMatchObject({ missing: [], doubled: [] });
}, 240_000);
