import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '../../shared/runtime/assert.ts';
import type { LinkProxy } from './link.ts';
import { openLinkProxy } from './link-proxy.ts';

describe('a proxied link', () => {
  let echo: Server;
  let proxy: LinkProxy;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = must(echo.address(), 'it listens') as AddressInfo;
    proxy = await openLinkProxy({
      host: '127.0.0.1', target: () => `127.0.0.1:${port}`, chance: () => 0.5,
    });
  });
  afterEach(async () => {
    for (const one of sockets.splice(0)) one.destroy();
    await proxy.close();
    echo.close();
  });

  const dial = async (): Promise<Socket> => {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  /** What comes back within the time; `reset` or `end` when the connection ends before. */
  const answerTo = (socket: Socket, text: string, withinMs: number): Promise<string> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve('nothing'), withinMs);
      const finish = (what: string): void => {
        clearTimeout(timer);
        resolve(what);
      };
      socket.once('data', (bytes) => finish(bytes.toString()));
      socket.once('error', () => finish('reset'));
      socket.once('end', () => finish('end'));
      socket.write(text);
    });

  it('carries bytes both ways, and later when it is told to delay', async () => {
    const socket = await dial();
    expect(await answerTo(socket, 'at once', 1_000)).toBe('at once');
    proxy.set({ delayMs: 60, jitterMs: 40 });
    const startedMs = performance.now();
    expect(await answerTo(socket, 'later', 2_000)).toBe('later');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(155);
  });

  it('stalls the connections there are and carries new ones', async () => {
    const old = await dial();
    expect(await answerTo(old, 'before', 1_000)).toBe('before');
    proxy.stallPresent();
    expect(await answerTo(old, 'swallowed', 100)).toBe('nothing');
    expect(await answerTo(await dial(), 'new', 1_000)).toBe('new');
  });

  it('swallows one direction, resets at the next byte, and refuses whoever comes', async () => {
    const socket = await dial();
    proxy.set({ up: 'stall' });
    expect(await answerTo(socket, 'swallowed', 100)).toBe('nothing');
    proxy.set({ up: 'reset' });
    expect(await answerTo(socket, 'fatal', 1_000)).toBe('reset');
    proxy.set({ up: 'ok', accept: false });
    const tooLate = await dial().then((late) => answerTo(late, 'hello', 1_000), () => 'reset');
    expect(['reset', 'end']).toContain(tooLate);
    expect(proxy.connections).toBe(0);
  });
});
