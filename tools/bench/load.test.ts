import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { Menu } from '../../shared/contract/order.ts';
import { gbp, placeInputSchema } from '../../shared/contract/order.ts';
import { Load } from './load.ts';
import type { LoadOptions } from './load.ts';
import { OrderRequests } from './order-requests.ts';
import type { Result } from './tally.ts';

const item = (sku: string, min: number): Menu['categories'][number]['items'][number] => ({
  sku, name: sku, price: gbp(100), available: true, allergens: [],
  option_groups: min === 0 ? [] : [{
    id: 'size', name: 'Size', min, max: 1,
    options: [{ sku: 'large', name: 'Large', price: gbp(0), available: true }],
  }],
});
const menu: Menu = {
  shop_id: 'shop', version: 1, currency: 'GBP',
  categories: [{ id: 'all', name: 'All', items: [item('needs-size', 1), item('plain', 0)] }],
};

describe('Load', () => {
  let server: Server | null = null;
  afterEach(() => { server?.close(); });

  /** Runs a load against a server that answers as told. */
  async function run(
    answer: RequestListener, options: Partial<LoadOptions> & { enough: LoadOptions['enough'] },
  ): Promise<Result> {
    server = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const connections = options.connections ?? 4;
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
    const requests = new OrderRequests(menu, 'token');
    const load = new Load({
      pool, make: (number) => requests.make(number), connections, ratePerS: null, ...options,
    });
    const result = await load.run();
    await pool.destroy();
    return result;
  }

  it('sends valid orders, each with a key and a reference of its own', async () => {
    const seen: { key: unknown; reference: string | undefined; sku: string | undefined }[] = [];
    const listener = async (request: IncomingMessage): Promise<void> => {
      const order = placeInputSchema.parse(JSON.parse(await text(request)));
      const key = request.headers['idempotency-key'];
      seen.push({ key, reference: order.external_ref, sku: order.lines[0]?.sku });
    };
    const result = await run((request, response) => {
      listener(request).then(() => response.writeHead(201).end('{}'),
        (error: unknown) => response.writeHead(500).end(String(error)));
    }, { enough: (sent) => sent >= 50 });
    expect(result).toMatchObject({ acknowledged: 50, errors: {} });
    expect(new Set(seen.map(({ key }) => key)).size).toBe(50);
    const right = seen.filter(({ key, reference, sku }) => key === reference && sku === 'plain');
    expect(right).toHaveLength(50);
  });

  it('counts errors by their code word, and failures of the connection by theirs', async () => {
    let n = 0;
    const result = await run((request, response) => {
      n += 1;
      if (n === 1) request.socket.destroy();
      else if (n === 2) response.writeHead(503).end('{"code":"overloaded"}');
      else if (n === 3) response.writeHead(502).end('<html>');
      else if (n === 4) response.writeHead(202).end('{}');
      else response.writeHead(201).end('{}');
    }, { connections: 1, enough: (sent) => sent >= 10 });
    expect(result).toMatchObject({ acknowledged: 6, queued: 1 });
    expect(result.errors).toMatchObject({ overloaded: 1, http_502: 1 });
    expect(Object.keys(result.errors)).toHaveLength(3);
  });

  it('as a closed loop never has more requests under way than connections', async () => {
    let underWay = 0;
    let most = 0;
    await run((_, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.writeHead(201).end('{}');
      }, 2);
    }, { connections: 8, enough: (sent) => sent >= 200 });
    expect(most).toBe(8);
  });

  it('as an open loop counts latency from when an order was due, so a stall shows', async () => {
    let answered = 0;
    const stallMs = 300;
    const result = await run((_, response) => {
      answered += 1;
      setTimeout(() => response.writeHead(201).end('{}'), answered === 1 ? stallMs : 0);
    }, { connections: 1, ratePerS: 200, enough: (sent) => sent >= 60 });
    // One connection: all that were due during the stall waited for its end.
    expect(result.acknowledged).toBe(60);
    expect(result.latencyMs.p50).toBeGreaterThan(stallMs / 4);
    expect(result.latencyMs.max).toBeGreaterThanOrEqual(stallMs - 20);
  });

  it('ends at once when it is stopped, with what was measured by then', async () => {
    const stop = new AbortController();
    let answered = 0;
    const result = await run((_, response) => {
      answered += 1;
      if (answered <= 20) response.writeHead(201).end('{}');
      // Whoever waits for the others waits for ever.
      else if (answered === 24) stop.abort();
    }, { connections: 4, enough: () => false, stop: stop.signal });
    expect(result).toMatchObject({ acknowledged: 20, interrupted: { unanswered: 4 } });
  });

  it('sends a mix in turn, reads what it has placed, and counts each kind for itself', async () => {
    const mixed = new OrderRequests(menu, 'token', ['place', 'read', 'list']);
    const paths: string[] = [];
    const result = await run((request, response) => {
      paths.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const placed = request.method === 'POST';
      response.writeHead(placed ? 201 : 200).end(placed ? '{"id":"order-1"}' : '{}');
    }, {
      connections: 1, enough: (sent) => sent >= 6, make: (number) => mixed.make(number),
      onAnswer: (_, answer) => {
        if (answer.kind === 'response' && answer.status === 201) mixed.learn(answer.body);
      },
    });
    const turn = ['POST /v1/orders', 'GET /v1/orders/order-1', 'GET /v1/orders?limit=20'];
    expect(paths).toEqual([...turn, ...turn]);
    expect(result).toMatchObject({ acknowledged: 6, errors: {} });
    expect(Object.entries(result.operations).map(([name, { acknowledged }]) =>
      [name, acknowledged])).toEqual([['place', 2], ['read', 2], ['list', 2]]);
  });
});
