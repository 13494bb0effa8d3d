import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { NameClient } from './name-client.ts';
import type { NameClientOptions } from './name-client.ts';
import { methods, secretOf, startEchoServer, until } from './testing/echo-server.ts';
import type { EchoServer } from './testing/echo-server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function listening(...given: Parameters<typeof startEchoServer>): Promise<EchoServer> {
  const server = await startEchoServer(...given);
  opened.push(server);
  return server;
}

function nameClient(options: Partial<NameClientOptions>): NameClient {
  const client = new NameClient({
    secret: secretOf('ours'), identity: { class: 'peer', id: 'tester' }, addresses: [],
    mdns: false, logger: silentLogger, clock: systemClock, ...options,
  });
  opened.push(client);
  return client;
}

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => { server.close(resolve); });
  return `127.0.0.1:${port}`;
}

const soon = { deadlineMs: 5_000 };

describe('a name client', () => {
  it('calls the server at the given address and tells which', async () => {
    const server = await listening();
    const client = nameClient({ addresses: [server.address] });
    const found: string[] = [];
    client.onFound((address) => found.push(address));
    expect(client.address).toBe(null);
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
    await client.call(methods.echo, { text: 'y' }, soon);
    expect(client.address).toBe(server.address);
    expect(found).toEqual([server.address]);
  });

  it('tries the next address when one is dead', async () => {
    const server = await listening();
    const client = nameClient({ addresses: [await deadAddress(), server.address] });
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
    expect(client.address).toBe(server.address);
  });

  it('does not wait for an address that says nothing', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    const { port } = silent.address() as { port: number };
    const server = await listening();
    const client = nameClient({ addresses: [`127.0.0.1:${port}`, server.address] });
    await client.call(methods.echo, { text: 'x' }, soon);
    silent.close();
  });

  it('passes by a server of another cluster', async () => {
    const theirs = await listening({ secret: secretOf('theirs') });
    const ours = await listening();
    const client = nameClient({ addresses: [theirs.address, ours.address] });
    expect(await client.call(methods.echo, { text: 'x' }, soon)).toEqual({ text: 'x' });
    expect(client.address).toBe(ours.address);
  });

  it('moves on when the server it knew is gone', async () => {
    const first = await startEchoServer();
    const second = await listening();
    const client = nameClient({ addresses: [first.address, second.address] });
    const found: string[] = [];
    client.onFound((address) => found.push(address));
    await client.call(methods.echo, { text: 'x' }, soon);
    await first.close();
    await client.call(methods.echo, { text: 'y' }, soon);
    expect(found).toEqual([first.address, second.address]);
  });

  it('does not let its callers notice a restart on the same port', async () => {
    const first = await startEchoServer();
    const client = nameClient({ addresses: [first.address] });
    await client.call(methods.echo, { text: 'before' }, soon);
    await first.close();
    const during = client.call(methods.echo, { text: 'during' }, soon);
    await systemClock.sleep(300);
    await listening({ port: first.port });
    expect(await during).toEqual({ text: 'during' });
    expect(await client.call(methods.echo, { text: 'after' }, soon)).toEqual({ text: 'after' });
  });

  it('sends an idempotent call again when its answer got lost, and no other', async () => {
    const server = await listening();
    const client = nameClient({ addresses: [server.address] });
    await client.call(methods.echo, { text: '' }, soon);
    const lost = client.call(methods.wait, { waitMs: 2_000 }, soon);
    await until(() => server.calls === 2);
    server.dropConnections();
    await expect(lost).rejects.toMatchObject({
      code: 'outcome_unknown', data: { reason: 'reset' },
    });
    const calls = Array.from({ length: 50 }, (_, n) =>
      client.call(methods.echo, { text: String(n) }, soon));
    server.dropConnections();
    expect((await Promise.all(calls)).map(({ text }) => Number(text)))
      .toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('gives up at the deadline and says why', async () => {
    const client = nameClient({ addresses: [await deadAddress()] });
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 400 }))
      .rejects.toMatchObject({ code: 'unavailable', data: { reason: 'refused' } });
  });

  it('says that the key is wrong rather than that a port is closed', async () => {
    const theirs = await listening({ secret: secretOf('theirs') });
    const client = nameClient({ addresses: [theirs.address, await deadAddress()] });
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 3_000 }))
      .rejects.toMatchObject({ code: 'unavailable', data: { reason: 'handshake' } });
  });

  it('passes on the errors of the server', async () => {
    const server = await listening();
    const client = nameClient({ addresses: [server.address] });
    await expect(client.call(methods.fail, { how: 'known' }, soon))
      .rejects.toMatchObject({ code: 'price_changed' });
  });

  it('searches once for many callers', async () => {
    const server = await listening();
    const tried: string[] = [];
    const dead = await deadAddress();
    const logger = {
      ...silentLogger,
      child: (fields: Record<string, unknown>) => {
        tried.push(String(fields['to']));
        return silentLogger;
      },
    };
    const client = nameClient({ addresses: [dead, server.address], logger });
    await Promise.all(Array.from({ length: 100 }, () =>
      client.call(methods.echo, { text: '' }, soon)));
    expect(tried).toEqual([dead, server.address]);
  });

  it('remembers the address for the next start', async () => {
    const cacheFile = join(mkdtempSync(join(tmpdir(), 'orderly-')), 'nameserver.address');
    const server = await listening();
    const first = nameClient({ addresses: [server.address], cacheFile });
    await first.call(methods.echo, { text: '' }, soon);
    expect(readFileSync(cacheFile, 'utf8')).toBe(`${server.address}\n`);
    const second = nameClient({ cacheFile });
    await second.call(methods.echo, { text: '' }, soon);
    expect(second.address).toBe(server.address);
  });

  it('does without a remembered address that is damaged', async () => {
    const cacheFile = join(mkdtempSync(join(tmpdir(), 'orderly-')), 'nameserver.address');
    writeFileSync(cacheFile, '\u001b[2J not an address');
    const client = nameClient({ cacheFile });
    await expect(client.call(methods.echo, { text: '' }, { deadlineMs: 150 }))
      .rejects.toMatchObject({ code: 'unavailable' });
  });

  it('fails what is under way when it is closed', async () => {
    const client = nameClient({ addresses: [await deadAddress()] });
    const call = client.call(methods.echo, { text: '' }, soon);
    await client.close();
    await expect(call).rejects.toMatchObject({ code: 'unavailable' });
  });
});
