import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendMethods } from '../shared/contract/backend.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import { replicaMethods } from '../shared/contract/replica.ts';
import { RpcClient } from '../shared/rpc/client.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import type { ClusterSecret } from '../shared/rpc/secret.ts';
import { must } from '../shared/runtime/assert.ts';
import { TestCluster, anOrder, newKey, send } from './cluster.ts';

/** What comes back on a connection that is given these bytes, until it closes or 3 s are over. */
function answerTo(address: string, bytes: string | Buffer): Promise<Buffer> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connectTcp({ host, port: Number(port) }, () => socket.write(bytes));
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(done, 3_000);
    socket.on('data', (chunk) => { chunks.push(chunk); });
    socket.on('close', done);
    // Being thrown out is what is expected.
    socket.on('error', () => {});
  });
}

/** Why a TLS handshake failed; null when it succeeded. */
function tlsRefusal(address: string, key: Buffer | null): Promise<string | null> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connectTls({
      host, port: Number(port), rejectUnauthorized: false, minVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_128_GCM_SHA256', checkServerIdentity: () => undefined,
      ...(key !== null && { pskCallback: () => ({ psk: key, identity: 'peer:stranger' }) }),
    });
    socket.on('secureConnect', () => { socket.destroy(); resolve(null); });
    socket.on('error', (error) => resolve(error.message));
    socket.on('close', () => resolve('closed'));
  });
}

describe('strangers', () => {
  let cluster: TestCluster;
  let secret: ClusterSecret;
  let inside: string[];
  beforeAll(async () => {
    cluster = await TestCluster.start();
    secret = loadClusterSecret({ home: cluster.processes.home, create: false });
    inside = [cluster.processes.nameserverAddress,
      ...cluster.processes.backends.map(({ facts }) => must(facts, 'it is ready').url)];
  });
  afterAll(() => cluster.stop());

  const client = (address: string, options: {
    class?: 'peer' | 'frontend' | 'operator'; secret?: ClusterSecret;
  } = {}): RpcClient => new RpcClient({
    secret: options.secret ?? secret, address,
    identity: { class: options.class ?? 'operator', id: randomBytes(16).toString('hex') },
  });
  const deadline = { deadlineMs: 2_000 };

  it('who speaks plain text to an internal port gets nothing', async () => {
    const calls = [
      'POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}',
      '{"jsonrpc":"2.0","id":1,"method":"replica.status","params":{}}\n',
      randomBytes(64 * 1024),
    ];
    for (const address of inside) {
      for (const call of calls) {
        const answer = (await answerTo(address, call)).toString('latin1');
        expect(answer).not.toMatch(/HTTP|jsonrpc|storeId/);
      }
    }
    await cluster.placed();
  });

  it('who speaks TLS without the key, or with a wrong one, fails in the handshake', async () => {
    for (const address of inside) {
      expect(await tlsRefusal(address, null)).not.toBeNull();
      expect(await tlsRefusal(address, randomBytes(32))).not.toBeNull();
    }
  });

  it('who has the key of another cluster is refused', async () => {
    const other = loadClusterSecret({ home: '', value: 'ab'.repeat(32), create: false });
    for (const address of inside) {
      const stranger = client(address, { secret: other });
      await expect(stranger.call(replicaMethods.status, {}, deadline))
        .rejects.toMatchObject({ code: 'unavailable', data: { reason: 'handshake' } });
      stranger.close();
    }
  });

  it('an operator may look and switch, but not speak as a replica or a front end', async () => {
    const [nameserver = '', backend = ''] = inside;
    const back = client(backend);
    const status = await back.call(replicaMethods.status, {}, deadline);
    const message = {
      clusterId: must(status.clusterId, 'it has joined'), to: status.storeId,
      from: { storeId: 'f'.repeat(32), boot: 1 }, messages: [],
    };
    const forbidden = { code: 'forbidden' };
    await expect(back.call(replicaMethods.deliver, message, deadline))
      .rejects.toMatchObject(forbidden);
    await expect(back.call(backendMethods.submit, {
      viewNumber: status.viewNumber, principal: { kind: 'operator', id: null }, key: newKey(),
      fingerprint: '0'.repeat(64), request: { operation: 'order.create', input: anOrder() },
    }, deadline)).rejects.toMatchObject(forbidden);
    back.close();
    const names = client(nameserver);
    await expect(names.call(nameServerMethods.propose, {
      group: 'main', expect: status.viewNumber, epoch: status.epoch, primary: status.storeId,
      boot: status.boot, inSync: [status.storeId], joiner: null,
    }, deadline)).rejects.toMatchObject(forbidden);
    names.close();
  });

  it('internal methods are not on the public port', async () => {
    const { url, token } = cluster.door();
    const internal = [nameServerMethods, replicaMethods, backendMethods]
      .flatMap((methods) => Object.values(methods)).map(({ name }) => name);
    for (const method of internal) {
      const reply = await send(`${url}/rpc`, {
        method: 'POST', body: { jsonrpc: '2.0', id: 1, method, params: {} },
        headers: { authorization: `Bearer ${token}` },
      });
      expect(reply.body, method).toMatchObject({ error: { code: -32601 } });
    }
  });

  it('secrets are in no log, and no file of the system can be read by others', async () => {
    const { home } = cluster.processes;
    expect(existsSync(join(home, 'cluster.key'))).toBe(true);
    const shared = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((name) => (statSync(join(home, name)).mode & 0o077) !== 0);
    expect(shared).toEqual([]);
    const said = cluster.logText();
    expect(said).not.toContain(readFileSync(join(home, 'cluster.key'), 'utf8').trim());
    expect(said).not.toContain(cluster.door().token);
    expect(said).not.toContain('+447700900123');
  });
});
