import { connect } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { badInput } from '../../tests/bad-input.ts';
import { FrontDoor } from '../testing/front-door.ts';

/** Clients that hold on to a connection, all at the same time. */

const door = new FrontDoor();
const clients = new Map<string, Promise<Ending>[]>();
const endingsOf = (row: string): Promise<Ending[]> => Promise.all(clients.get(row) ?? []);
beforeAll(async () => {
  await door.start();
  const line = 'GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nx-';
  const byByte = Array.from({ length: 20 }, () => 'a');
  const nothing = Array.from({ length: 11 }, () => '');
  clients.set('7', [slowly(`${head(100)}{"lines":`, [])]);
  // Two hundred: tests/long/crowds.test.ts has the thousands.
  clients.set('17', Array.from({ length: 200 }, () => slowly(line, byByte)));
  clients.set('18', [slowly(`${head(100)}{"a":"`, byByte)]);
  // Who does not read learns that it is over only by writing, which is no sign of reading.
  clients.set('19', [slowly(big, [...nothing, ...byByte], false)]);
});
afterAll(() => door.stop());

interface Ending {
  text: string;
  ms: number;
}

/** Sends `bytes`, then a piece of `rest` each second; resolves when the server has closed. */
function slowly(bytes: string, rest: readonly string[], reads = true): Promise<Ending> {
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
  for (const { text } of await endingsOf(row)) {
    expect(text).toContain('HTTP/1.1 408 ');
    expect(text).toContain('"code":"request_timeout"');
  }
  expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
}

badInput('the public door: slow clients', {
  async 7() {
    // Others are served meanwhile.
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
    await expectTimedOut('7');
  },
  async 17() {
    await expectTimedOut('17');
    expect(await endingsOf('17')).toHaveLength(200);
  },
  18: () => expectTimedOut('18'),
  async 19() {
    const [ending] = await endingsOf('19');
    expect(ending?.ms).toBeGreaterThan(9_000);
    // Node looks every 10 s whether something was taken, and the buffers take some at first.
    expect(ending?.ms).toBeLessThan(25_000);
    expect((await door.ask('GET', '/v1/menu')).status).toBe(200);
  },
});
