import { chmodSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrderlyError } from '../contract/errors.ts';
import { systemClock } from '../runtime/clock.ts';
import { internalCertificateOf } from './certificate-config.ts';
import { RpcClient } from './client.ts';
import { dial } from './dial.ts';
import type { CertificateFiles } from './internal-certificate.ts';
import { loadClusterSecret } from './secret.ts';
import type { ClusterSecret } from './secret.ts';
import { TestAuthority } from './testing/certificates.ts';
import { methods, secretOf, startEchoServer } from './testing/echo-server.ts';
import type { EchoServer } from './testing/echo-server.ts';

const wallMs = systemClock.wallMs();
const ours = new TestAuthority(wallMs);
const foreign = new TestAuthority(wallMs);

/** The same key for all: only certificates decide here. */
const proving = (certificate: CertificateFiles): ClusterSecret =>
  loadClusterSecret({ home: '/nowhere', value: 'k'.repeat(40), create: false, certificate });

let server: EchoServer;
beforeAll(async () => {
  server = await startEchoServer({ secret: proving(ours.issue('backend-1', ['peer'])) });
});
afterAll(() => server.close());

/** What a call with this secret meets: `ok`, or the reason why there is no connection. */
async function met(secret: ClusterSecret, to = server): Promise<unknown> {
  const identity = { class: 'peer', id: 'whoever' } as const;
  const client = new RpcClient({ secret, identity, address: to.address });
  try {
    await client.call(methods.echo, { text: 'hello' }, { deadlineMs: 5_000 });
    return 'ok';
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    return error.data['reason'] ?? error.code;
  } finally {
    client.close();
  }
}

describe('the files of a certificate', () => {
  const wrong = (files: CertificateFiles) => () => proving(files);

  it('are not shown, and refused with a sentence that names them when they do not fit', () => {
    const [one, two] = [ours.issue('a', ['peer']), ours.issue('b', ['peer'])];
    expect(wrong({ ...one, key: two.key })).toThrow(`${two.key} is not that of the certificate`);
    expect(wrong({ ...one, cert: `${one.cert}.none` })).toThrow('can not be used (ENOENT)');
    expect(wrong({ ...one, ca: one.key })).toThrow('are not a certificate, its key and an author');
    const secret = proving(one);
    expect(inspect(secret, { depth: 9, showHidden: true })).not.toContain('PRIVATE');
    expect(JSON.stringify(secret)).toBe('{}');
    chmodSync(one.key, 0o644);
    expect(wrong(one)).toThrow(`Others on this machine can read ${one.key}`);
  });

  it('are refused when the certificate does not say of which one class it is', () => {
    for (const units of [[], ['king'], ['peer', 'operator']]) {
      expect(wrong(ours.issue('a', units))).toThrow('needs one OU (peer, frontend, service or');
    }
    expect(wrong(ours.issue('a b', ['peer']))).toThrow('a CN of 1 to 64 printable characters');
  });

  it('are named by three flags or none', () => {
    expect(internalCertificateOf({})).toEqual({});
    expect(() => internalCertificateOf({ internalCert: 'a', internalKey: 'b' }))
      .toThrow('given together or not at all');
  });
});

describe('mutual TLS between programs', () => {
  it('carries calls between programs whose certificates are of the same authority', async () => {
    expect(await met(proving(ours.issue('frontend-1', ['frontend'])))).toBe('ok');
    expect(await met(proving(ours.issue('backend-2', ['peer'])))).toBe('ok');
  });

  it('lets the certificate say which methods its owner may call, whatever the owner says',
    async () => {
      expect(await met(proving(ours.issue('orderly', ['operator'])))).toBe('forbidden');
    });

  it.each([
    ['of another authority', () => proving(foreign.issue('frontend-1', ['frontend']))],
    ['that has ended', () => proving(ours.issue('frontend-1', ['frontend'], -1))],
    ['with the certificate of another authority, and ours to check the server by', () =>
      proving({ ...foreign.issue('frontend-1', ['frontend']), ca: ours.ca })],
    ['with the key of the cluster and no certificate', () => secretOf('ours')],
  ])('refuses a program %s, before it has sent anything', async (_what, secret) => {
    const before = server.calls;
    expect(['handshake', 'unreachable']).toContain(await met(secret()));
    expect(server.calls).toBe(before);
  });

  it('is refused by a program that has the key alone, and by a server that is none', async () => {
    const mine = proving(ours.issue('frontend-1', ['frontend']));
    const keyed = await startEchoServer();
    expect(await met(mine, keyed)).toBe('handshake');
    await keyed.close();
    const impostor = await startEchoServer({ secret: proving(ours.issue('x', ['operator'])) });
    expect(await met(mine, impostor)).toBe('handshake');
    await impostor.close();
    const stranger = await startEchoServer({ secret: proving(foreign.issue('x', ['peer'])) });
    const dialed = await dial(
      { secret: mine, identity: { class: 'frontend', id: 'f' }, address: stranger.address },
      new AbortController().signal,
    );
    expect(dialed).toMatchObject({ reason: 'handshake' });
    await stranger.close();
  });
});
