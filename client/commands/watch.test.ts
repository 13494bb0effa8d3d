import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { runClient } from '../main.ts';
import { testTerminal, type TestTerminal } from '../testing/test-io.ts';

const token = 'T'.repeat(43);
const at = '2026-01-02T12:00:00.000Z';
const noticeOf = (version: number, status: string, reason: string | null = null): object => ({
  position: version, order_id: 'o1', number: 'A-042', shop_id: 'main', version, status,
  from: 'before', to: status, actor: { kind: 'staff', id: null }, reason, at,
});
const event = (version: number, status: string, reason?: string): string =>
  [
    `event: order.${status}`, `id: ${version}`,
    `data: ${JSON.stringify(noticeOf(version, status, reason))}`, '', '',
  ].join('\n');

/** What one connection to the stream is told; then it is cut, or ended in good order. */
type Turn = (response: ServerResponse, lastId: string | undefined) => void;

const open: { close(): void }[] = [];
afterEach(() => { for (const one of open.splice(0)) one.close(); });

/** Version 0: there is no such order. */
interface Tracked { version: number; history: string[]; reason?: string }

async function tracker(state: Tracked, turns: Turn[]): Promise<{ url: string; ids: unknown[] }> {
  const ids: unknown[] = [];
  const server = createServer((request, response) => {
    if (!(request.url ?? '').endsWith('/events')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({
        number: 'A-042', version: state.version, shop: { id: 'main', name: 'Soup\u001b[2JKitchen' },
        status: state.history.at(-1), history: state.history.map((status) => ({ status, at })),
        reason: state.reason ?? null, eta: null, courier: null,
        items: [{ name: 'Soup', quantity: 2, options: [] }],
      }));
      return;
    }
    const lastId = request.headers['last-event-id']?.toString();
    ids.push(lastId);
    if (state.version === 0) {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'not_found', title: 'There is no such thing.' }));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    response.write('retry: 1\n\n');
    turns.shift()?.(response, lastId);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(); }); });
  open.push({ close: () => { server.closeAllConnections(); server.close(); } });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, ids };
}

async function watch(url: string, ...flags: string[]): Promise<TestTerminal & { code: number }> {
  const terminal = testTerminal({ env: { ORDERLY_URL: url } });
  const code = await runClient(['watch', `${url}/v1/track/${token}`, ...flags], terminal.io);
  return { ...terminal, code };
}

const snapshot = (version: number): string =>
  `event: snapshot\nid: ${version}\ndata: {"position":${version},"orders":[],"more":false}\n\n`;

describe('orderly client watch', () => {
  it('tells each thing once across lost connections, and ends with the order', async () => {
    const state: Tracked = { version: 1, history: ['placed'] };
    const { url, ids } = await tracker(state, [
      (response) => {
        response.write(snapshot(1) + event(2, 'accepted'), () => { response.destroy(); });
      },
      // What was told already comes again, as from a front end that knows less.
      (response) => { response.end(event(2, 'accepted') + event(3, 'preparing')); },
      (response) => { response.write(event(4, 'delivered')); },
    ]);
    const { code, out, err } = await watch(url);
    expect(code).toBe(0);
    expect(out()).toBe([
      'Order A-042, Soup\\u{1b}[2JKitchen', '2 × Soup', '',
      '12:00  ○ placed, waiting for the shop', '12:00  ● accepted by the shop',
      '12:00  ● being prepared', '12:00  ✓ delivered', '',
    ].join('\n'));
    expect(ids).toEqual([undefined, '2', '3']);
    expect(err().match(/Connected again/g)).toHaveLength(2);
  });

  it('tells what it has missed after a reset, and why an order was turned down', async () => {
    const state: Tracked = { version: 1, history: ['placed'] };
    const { url } = await tracker(state, [
      (response) => { response.end(snapshot(1)); },
      (response) => {
        state.version = 3;
        state.history = ['placed', 'accepted', 'cancelled'];
        state.reason = 'busy';
        response.write(`event: reset\ndata: {"reason":"other log"}\n\n${snapshot(9)}`);
      },
    ]);
    const { code, out } = await watch(url);
    expect(code).toBe(0);
    expect(out().match(/^12:00 .*$/gm)).toEqual([
      '12:00  ○ placed, waiting for the shop', '12:00  ● accepted by the shop',
      '12:00  ✗ cancelled: too busy',
    ]);
  });

  it('writes one line of JSON for each event, and nothing else', async () => {
    const { url } = await tracker({ version: 1, history: ['placed'] }, [
      (response) => { response.end(snapshot(1)); },
      (response) => { response.write(event(2, 'rejected', 'busy')); },
    ]);
    const { code, out, err } = await watch(url, '--json');
    expect([code, err()]).toEqual([0, '']);
    expect(out().trim().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'track', data: { number: 'A-042' } },
      { type: 'order.rejected', id: '2', data: { reason: 'busy' } },
    ]);
  });

  it('ends with 6 where there is no such order, and with 2 without one', async () => {
    const { url } = await tracker({ version: 0, history: [] }, []);
    expect(await watch(url)).toMatchObject({ code: 6 });
    const terminal = testTerminal({ env: { ORDERLY_URL: url } });
    expect(await runClient(['watch'], terminal.io)).toBe(2);
  });
});
