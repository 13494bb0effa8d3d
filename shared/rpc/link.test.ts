import { describe, expect, it } from 'vitest';
import { RpcClient } from './client.ts';
import { methods, secretOf, startEchoServer, until } from './testing/echo-server.ts';
import { startHostileServer } from './testing/hostile-server.ts';

const clientTo = (address: string): RpcClient => new RpcClient({
  secret: secretOf('ours'), address, identity: { class: 'peer', id: 'tester' },
});

describe.concurrent('a connection on which only we speak', () => {
  it('is kept while the other side gives signs of life', async () => {
    const server = await startEchoServer();
    const client = clientTo(server.address);
    let ends = 0;
    client.onClose(() => { ends++; });
    const startedMs = performance.now();
    for (let n = 0; performance.now() - startedMs < 7_000; n++) {
      client.notify(methods.note, { text: String(n) });
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    expect(ends).toBe(0);
    expect(server.notes.length).toBeGreaterThan(40);
    client.close();
    await server.close();
  });

  it('is asked for a sign of life and then left when nothing comes back', async () => {
    const asked: unknown[] = [];
    const server = await startHostileServer((_socket, request) => { asked.push(request); });
    const client = clientTo(server.address);
    expect(client.notify(methods.note, { text: 'anybody?' })).toBe(true);
    await until(() => asked.length >= 2);
    expect(asked[1]).toMatchObject({ method: 'rpc.ping' });
    expect(client.connected).toBe(true);
    const startedMs = performance.now();
    await new Promise<void>((resolve) => { client.onClose(() => resolve()); });
    expect(performance.now() - startedMs).toBeGreaterThan(4_000);
    client.close();
    await server.close();
  });
});
