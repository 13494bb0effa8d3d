import { connect } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { badInput } from '../../tests/bad-input.ts';
import { FrontDoor } from '../testing/front-door.ts';

/** Clients that hold on to a connection, all at the same time. */

const door = new FrontDoor();
const clients = new Map<string, Promise<Ending[]>>();
beforeAll(async () => {
  await door.start();
  const line = 'GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nx-';
  clients.set('7', Promise.all([slowly(`${head(100)}{"lines":`, '')]));
  // Some for each that nobody could afford here; they cost the server the same each.
  clients.set('17', Promise.all([
    ...Array.from({ length: 200 }, () => slowly(line, 'a'.repeat(20))), slowly('', ''),
  ]));
  clients.set('18', Promise.all([slowly(head(100), '{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaa')]));
  // Who does not read learns that it is over only by writing, which is no sign of reading.
  clients.set('19', Promise.all([
    slowly(big, [...Array.from({ length: 11 }, () => ''), ...'aaaaaaaaaa'], false),
  ]));
});
afterAll(() => door.stop());

interface Ending {
  text: string;
  ms: number;
}

/** Sends `bytes`, then a piece of `rest` each second; resolves when the server has closed. */
function slowly(bytes: string, rest: Iterable<string>, reads = true): Promise<Ending> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect(door.port, '127.0.0.1');
    let text = '';
    const pieces = [...rest];
    socket.write(bytes);
    const timer = setInterval(() => { socket.write(pieces.shift() ?? ''); }, 1_000);
    if (reads) socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    // Writing to a connection that the server has closed is a reset.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ text, ms: performance.now() - startMs });
    });
  });
}

const head = (length: number): string => [
  'POST /v1/orders HTTP/1.1', 'Host: 127.0.0.1', `authorization: Bearer ${door.token}`,
  'content-type: application/json', `content-length: ${length}`, '', '',
].join('\r\n');
/** Asks for more than the buffers between the two hold, and reads nothing of it. */
const big = 'GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(300);

async function expectTimedOut(row: string): Promise<void> {
  for (const { text, ms } of await clients.get(row) ?? []) {
    expect(text === '' || text.includes('"code":"request_timeout"')).toBe(true);
    expect(ms).toBeGreaterThan(2_000);
  }
}

badInput('the public door: slow clients', {
  async 7() {
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
    await expectTimedOut('7');
    expect((await clients.get('7'))?.[0]?.text).toContain('HTTP/1.1 408 ');
  },
  async 17() {
    await expectTimedOut('17');
    expect(await clients.get('17')).toHaveLength(201);
  },
  async 18() {
    await expectTimedOut('18');
    expect((await clients.get('18'))?.[0]?.text).toContain('HTTP/1.1 408 ');
  },
  async 19() {
    const [{ ms } = { ms: 0 }] = await clients.get('19') ?? [];
    expect(ms).toBeGreaterThan(9_000);
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
  },
});
