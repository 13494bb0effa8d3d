import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

let stop: () => Promise<void>;
afterEach(() => stop());

/** A connection to a server that carries `handler` out in turn. */
async function connectTo(handler: RequestListener): Promise<Socket> {
  const server = createServer(inTurn(handler));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const bound = server.address();
  const socket = connect(typeof bound === 'object' && bound !== null ? bound.port : 0, '127.0.0.1');
  socket.on('error', () => {});
  stop = () => new Promise((resolve) => {
    socket.destroy();
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return socket;
}

const one = (body: string): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('requests that are sent ahead of their answers', () => {
  it('run 32 at a time, ten thousand of them, and each is answered in order', async () => {
    const count = 10_000;
    let running = 0;
    let most = 0;
    const socket = await connectTo((request, response) => {
      running += 1;
      most = Math.max(most, running);
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => setImmediate(() => {
        running -= 1;
        response.end(`<${body}>`);
      }));
    });
    let text = '';
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (text.includes(`<${count - 1}>`)) resolve();
      });
    });
    socket.write(Array.from({ length: count }, (_, at) => one(String(at))).join(''));
    await answered;
    expect([...text.matchAll(/<(\d+)>/g)].map(([, at]) => Number(at)))
      .toEqual(Array.from({ length: count }, (_, at) => at));
    expect(most).toBe(32);
  });

  it('are not even read while others wait', async () => {
    const begun: (() => void)[] = [];
    let accepted: Socket | null = null;
    const socket = await connectTo((request, response) => {
      accepted = request.socket;
      request.resume();
      begun.push(() => response.end());
    });
    const body = 'x'.repeat(10_000);
    const all = one(body).repeat(5_000);
    socket.write(all);
    await expect.poll(() => begun.length, { timeout: 15_000 }).toBe(32);
    let read = -1;
    // Until a while has passed in which nothing more was taken from the connection.
    await expect.poll(() => {
      const before = read;
      read = (accepted as Socket | null)?.bytesRead ?? 0;
      return read === before;
    }, { interval: 200, timeout: 10_000 }).toBe(true);
    expect(begun).toHaveLength(32);
    expect(read).toBeLessThan(all.length / 50);
    begun[0]?.();
    await expect.poll(() => begun.length, { timeout: 15_000 }).toBe(33);
  });

  it('are not begun when the client is gone', async () => {
    const begun: (() => void)[] = [];
    const socket = await connectTo((request, response) => {
      request.resume();
      begun.push(() => response.end());
      response.on('close', () => { closed += 1; });
    });
    let closed = 0;
    socket.write(one('').repeat(100));
    await expect.poll(() => begun.length, { timeout: 15_000 }).toBe(32);
    socket.resetAndDestroy();
    for (const end of begun) end();
    await expect.poll(() => closed, { timeout: 15_000 }).toBeGreaterThan(0);
    expect(begun).toHaveLength(32);
  });
});
