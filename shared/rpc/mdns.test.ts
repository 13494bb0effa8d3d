import { createSocket } from 'node:dgram';
import { randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { silentLogger } from '../runtime/logger.ts';
import { addressIn, advertiseNameServer, browseNameServers } from './mdns.ts';
import { NameClient } from './name-client.ts';
import { methods, secretOf, startEchoServer, until } from './testing/echo-server.ts';

const logger = silentLogger;
const group = '224.0.0.251';

/** Whether a datagram to the multicast group comes back on loopback. */
function multicastWorks(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const finish = (works: boolean): void => {
      clearTimeout(timer);
      socket.removeAllListeners().on('error', () => {});
      socket.close();
      resolve(works);
    };
    const timer = setTimeout(() => finish(false), 1_000);
    socket.on('error', () => finish(false));
    socket.on('message', (message) => {
      if (message.toString() === 'orderly test') finish(true);
    });
    socket.bind(0, '0.0.0.0', () => {
      try {
        socket.addMembership(group, '127.0.0.1');
        socket.setMulticastInterface('127.0.0.1');
        socket.setMulticastLoopback(true);
      } catch {
        // No multicast on this interface: that is the answer.
        finish(false);
        return;
      }
      socket.send('orderly test', socket.address().port, group);
    });
  });
}

const works = await multicastWorks();
const why = 'this machine does not carry multicast on loopback';

describe('a name server on the network', () => {
  it('is found, whoever starts first, until it says goodbye', async ({ skip }) => {
    if (!works) return skip(why);
    const id = randomUUID();
    const port = randomInt(20_000, 40_000);
    const found: string[] = [];
    const early = browseNameServers({ logger, found: (address) => found.push(address) });
    const advertised = advertiseNameServer({ port, id, host: '127.0.0.1', logger });
    await until(() => found.includes(`127.0.0.1:${port}`));

    const foundLate: string[] = [];
    const late = browseNameServers({ logger, found: (address) => foundLate.push(address) });
    await until(() => foundLate.includes(`127.0.0.1:${port}`));

    await advertised.stop();
    const afterwards: string[] = [];
    const after = browseNameServers({ logger, found: (address) => afterwards.push(address) });
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    expect(afterwards).not.toContain(`127.0.0.1:${port}`);
    await Promise.all([early.stop(), late.stop(), after.stop()]);
  });

  it('stays visible when another one of the same machine stops', async ({ skip }) => {
    if (!works) return skip(why);
    const port = randomInt(20_000, 40_000);
    const host = '127.0.0.1';
    const stays = advertiseNameServer({ port, id: randomUUID(), host, logger });
    const goes = advertiseNameServer({ port: port + 1, id: randomUUID(), host, logger });
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    await goes.stop();
    const found: string[] = [];
    const browsing = browseNameServers({ logger, found: (address) => found.push(address) });
    await until(() => found.includes(`127.0.0.1:${port}`));
    expect(found).not.toContain(`127.0.0.1:${port + 1}`);
    await Promise.all([stays.stop(), browsing.stop()]);
  });
});

/** The next datagram on the multicast group, as it is. */
function overhear(): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.on('message', (message) => {
      // Longer than a question: an answer with its records.
      if (message.length < 120) return;
      socket.close();
      resolve(message);
    });
    socket.bind(5353, '0.0.0.0', () => { socket.addMembership(group, '127.0.0.1'); });
  });
}

describe('a program that browses', () => {
  it('survives damaged answers', async ({ skip }) => {
    if (!works) return skip(why);
    const heard = overhear();
    const host = '127.0.0.1';
    const real = advertiseNameServer({ port: 20_001, id: randomUUID(), host, logger });
    const packet = await heard;
    const found: string[] = [];
    const browsing = browseNameServers({ logger, found: (address) => found.push(address) });
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => { socket.bind(0, '0.0.0.0', resolve); });
    socket.setMulticastInterface('127.0.0.1');
    for (let n = 0; n < 300; n++) {
      const damaged = Buffer.from(packet).subarray(0, n % 3 === 0 ? n % packet.length : undefined);
      for (let hits = 0; hits < 4; hits++) {
        if (damaged.length > 0) damaged[randomInt(damaged.length)] = randomInt(256);
      }
      await new Promise((resolve) => { socket.send(damaged, 5353, group, resolve); });
    }
    await until(() => found.includes('127.0.0.1:20001'));
    expect(found.every((address) => /^[^\s]+:\d+$/.test(address))).toBe(true);
    socket.close();
    await Promise.all([real.stop(), browsing.stop()]);
  });

  it('finds a name server that is at none of the usual places', async ({ skip }) => {
    if (!works) return skip(why);
    const server = await startEchoServer();
    const rogue = await startEchoServer({ secret: secretOf('rogue') });
    const host = '127.0.0.1';
    const stranger = advertiseNameServer({ port: rogue.port, id: randomUUID(), host, logger });
    const advertised = advertiseNameServer({ port: server.port, id: randomUUID(), host, logger });
    const client = new NameClient({
      secret: secretOf('ours'), identity: { class: 'peer', id: 'tester' }, addresses: [],
      mdns: true, logger, clock: systemClock,
    });
    expect(await client.call(methods.echo, { text: 'x' }, { deadlineMs: 5_000 }))
      .toEqual({ text: 'x' });
    expect(client.address).toBe(server.address);
    await Promise.all([client.close(), stranger.stop(), advertised.stop()]);
    await Promise.all([server.close(), rogue.close()]);
  });
});

describe('an announcement', () => {
  const txt = { id: 'n', v: '1', role: 'ns', host: '127.0.0.1' };
  const from = (address: string): { address: string; family: 'IPv4'; port: number; size: number } =>
    ({ address, family: 'IPv4', port: 5353, size: 100 });

  it('names the host in its text, else its sender', () => {
    expect(addressIn({ port: 7400, txt, referer: from('127.0.0.1') })).toBe('127.0.0.1:7400');
    const { host: _host, ...bare } = txt;
    expect(addressIn({ port: 7400, txt: bare, referer: from('10.0.0.5') })).toBe('10.0.0.5:7400');
    const all = { ...txt, host: '0.0.0.0' };
    expect(addressIn({ port: 7400, txt: all, referer: from('10.0.0.5') })).toBe('10.0.0.5:7400');
  });

  it.each([
    ['of another kind', { ...txt, role: 'printer' }, 7400],
    ['of another version', { ...txt, v: '2' }, 7400],
    ['without a text', undefined, 7400],
    ['with a host that is no host', { ...txt, host: 'a b;rm -rf' }, 7400],
    ['with a huge host', { ...txt, host: 'h'.repeat(60_000) }, 7400],
    ['with port 0', txt, 0],
    ['with port 65536', txt, 65_536],
  ])('%s is ignored', (_what, text, port) => {
    expect(addressIn({ port, txt: text, referer: from('127.0.0.1') })).toBe(null);
  });

  it('by another machine can not point at our loopback', () => {
    expect(addressIn({ port: 7400, txt, referer: from('10.0.0.5') })).toBe(null);
  });

  it('of any shape gives an address or nothing, never an exception', () => {
    fc.assert(fc.property(fc.anything(), fc.anything(), fc.anything(), (port, text, referer) => {
      const service = { port, txt: text, referer } as Parameters<typeof addressIn>[0];
      const address = addressIn(service);
      expect(address === null || /^[^\s]+:\d+$/.test(address)).toBe(true);
    }));
  });
});
