import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrontDoor } from '../testing/front-door.ts';

/** Clients that hold on to a connection (PROTOCOL 6.5: 7, 17, 18, 19). All at the same time. */

const door = new FrontDoor();
beforeAll(() => door.start());
afterAll(() => door.stop());

interface Ending {
  text: string;
  ms: number;
}

/** Sends `bytes`, then one byte a second of `rest`; resolves when the server has closed. */
function slowly(bytes: string, rest: string, reads = true): Promise<Ending> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect(door.port, '127.0.0.1');
    let text = '';
    let at = 0;
    socket.write(bytes);
    const timer = setInterval(() => {
      if (at < rest.length) socket.write(rest.charAt(at));
      at += 1;
    }, 1_000);
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

describe('a client that holds on', () => {
  it('is cut off within 10 s, and others are served meanwhile', async () => {
    const dribbling = slowly('GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nx-', 'a'.repeat(20));
    const halfBody = slowly(`${head(100)}{"lines":`, '');
    const slowBody = slowly(head(100), '{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaa');
    const silent = slowly('', '');
    const others = Array.from({ length: 5 }, async () => door.ask('GET', '/v1/menu'));
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array(5).fill(200));
    const endings = await Promise.all([dribbling, halfBody, slowBody, silent]);
    for (const [at, ending] of endings.entries()) expect(ending.ms, `${at}`).toBeLessThan(11_000);
    for (const { text } of endings.slice(0, 3)) {
      expect(text).toContain('HTTP/1.1 408 ');
      expect(text).toContain('"code":"request_timeout"');
    }
  });
});
